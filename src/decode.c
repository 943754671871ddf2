#include "decode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "trace/native.h"

/* One text being written. */
struct run_state {
	char name[16];
	struct transformer *t;
	struct sampler *sampler;
	const struct sparse *policy;
	struct sparse_opts sparse;
	struct native_writer writer;
	struct facts facts;
	struct buf tail;      /* the last bytes, for stop texts */
	double began_s;
	uint32_t *ids;        /* prompt and output */
	uint32_t n_ids, n_out;
	size_t ids_cap;
	bool ended;
};

/* A place to fork from. */
struct snapshot {
	struct transformer *t;
	size_t i_run;
};

struct decode {
	struct decode_opts o;
	struct sparse_shape shape;
	struct run_state runs[DECODE_RUNS_MAX];
	size_t n_runs;
	struct snapshot snapshots[DECODE_RUNS_MAX];
	size_t n_snapshots;
	uint32_t n_prompt;
	bool held, quit;
	uint32_t n_steps;     /* to go while held */
	struct buf lines, text;
	uint32_t *pages;      /* scratch: kept and read */
	uint64_t *kept;       /* as last written, of the only or summed row */
	size_t pages_cap, kept_cap;
	uint32_t n_kept_words;
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void send(struct decode *d)
{
	d->o.out(d->o.ctx, d->lines.data, d->lines.len);
	buf_clear(&d->lines);
}

/* --- runs --------------------------------------------------------------- */

static void facts_of(struct decode *d, struct run_state *run)
{
	const struct model *m = d->o.model;

	facts_set(&run->facts.model, m->name ? m->name : m->arch);
	facts_set(&run->facts.policy, run->policy->name);
	run->facts.budget =
		run->policy == &sparse_dense ? 0 : run->sparse.budget;
	run->facts.vocab = m->shape.n_vocab;
	run->facts.prompt_tokens = d->n_prompt;
}

static void release_run(struct run_state *run)
{
	transformer_free(run->t);
	sampler_free(run->sampler);
	buf_release(&run->tail);
	mem_free(run->ids);
	mem_free(run->facts.model);
	mem_free(run->facts.policy);
	mem_free(run->facts.finish_reason);
	*run = (struct run_state){ 0 };
}

static void put_header(struct decode *d, struct run_state *run)
{
	struct buf prompt = { 0 };

	facts_of(d, run);
	buf_puts(&prompt, d->o.prompt);
	run->writer.run = d->o.named ? run->name : NULL;
	native_header(&run->writer, &d->lines, &run->facts, &prompt,
		      vocab_kind(d->o.vocab), TOKENS_BY_IDS);
	buf_release(&prompt);
	send(d);
}

static void push_id(struct run_state *run, uint32_t id)
{
	run->ids = grow(run->ids, &run->ids_cap, run->n_ids + 1,
			sizeof(*run->ids));
	run->ids[run->n_ids++] = id;
}

/* The text so far is fed to a new transformer. */
static void feed_all(struct decode *d, struct run_state *run)
{
	transformer_free(run->t);
	run->t = transformer_new(d->o.model, d->o.pool, d->o.kv, run->policy,
				 &run->sparse);
	transformer_prompt(run->t, run->ids, run->n_ids, d->n_prompt);
}

static bool resolve(struct decode *d, const struct sparse *policy,
		    struct sparse_opts *o, struct err *err)
{
	return sparse_resolve(policy, o, &d->shape, err);
}

static bool read_prompt(struct decode *d, struct run_state *run,
			struct err *err)
{
	struct vocab_ids ids = { 0 };
	uint32_t n_ctx = d->o.model->shape.n_ctx;
	unsigned flags = VOCAB_ADD_BOS | (d->o.specials ? VOCAB_SPECIAL : 0);
	bool good;

	vocab_encode(d->o.vocab, d->o.prompt, strlen(d->o.prompt), flags,
		     &ids);
	for (size_t i = 0; i < ids.n && i < n_ctx; i++)
		push_id(run, ids.ids[i]);
	good = ids.n && ids.n < n_ctx;
	if (!ids.n)
		err_set(err, "the prompt is empty, and the model has no token "
			     "to begin with");
	else if (!good)
		err_set(err, "the prompt has %zu tokens, the model's context "
			     "%u", ids.n, n_ctx);
	d->n_prompt = run->n_ids;
	vocab_ids_release(&ids);
	return good;
}

struct decode *decode_new(const struct decode_opts *opts, struct err *err)
{
	struct decode *d = mem_zalloc(sizeof(*d));
	const struct model_shape *s = &opts->model->shape;
	struct run_state *run = &d->runs[0];

	d->o = *opts;
	d->shape = (struct sparse_shape){ s->n_layers, s->n_heads,
					  s->n_kv_heads, s->d_head };
	d->n_runs = 1;
	run->policy = opts->policy;
	run->sparse = opts->sparse;
	snprintf(run->name, sizeof(run->name), "0");
	if (!resolve(d, run->policy, &run->sparse, err) ||
	    !read_prompt(d, run, err)) {
		decode_free(d);
		return NULL;
	}
	run->sampler = sampler_new(&opts->sample, s->n_vocab);
	put_header(d, run);
	run->began_s = now_s();
	feed_all(d, run);
	return d;
}

void decode_free(struct decode *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->n_runs; i++)
		release_run(&d->runs[i]);
	for (size_t i = 0; i < d->n_snapshots; i++)
		transformer_free(d->snapshots[i].t);
	buf_release(&d->lines);
	buf_release(&d->text);
	mem_free(d->pages);
	mem_free(d->kept);
	mem_free(d);
}

/* --- a record ----------------------------------------------------------- */

/* The numbers of the bits that are set. */
static size_t list_bits(const uint64_t *bits, uint32_t n, uint32_t *out)
{
	size_t n_out = 0;

	for (uint32_t i = 0; i < n; i++)
		if (bits[i / 64] >> i % 64 & 1)
			out[n_out++] = i;
	return n_out;
}

/* What was read, and what is kept where that changed. */
static void fill_pages(struct decode *d, struct run_state *run,
		       struct native_pages *out)
{
	struct transformer_pages p = transformer_pages(run->t);
	uint32_t n_words = (p.n + 63) / 64;
	bool same = d->n_runs == 1 && d->n_kept_words == n_words &&
		    memcmp(d->kept, p.kept, n_words * 8) == 0;

	d->pages = grow(d->pages, &d->pages_cap, (size_t)p.n * 2 + 1,
			sizeof(*d->pages));
	out->read = d->pages;
	out->n_read = list_bits(p.read, p.n, d->pages);
	if (same)
		return;
	out->kept = d->pages + p.n;
	out->n_kept = list_bits(p.kept, p.n, d->pages + p.n);
	d->kept = grow(d->kept, &d->kept_cap, n_words + 1, sizeof(*d->kept));
	memcpy(d->kept, p.kept, n_words * 8);
	d->n_kept_words = n_words;
}

/* ,"layers":[{"read":[...],"kept":[...]},...] before the closing brace. */
static void put_layers(struct decode *d, struct run_state *run)
{
	d->lines.len -= strlen("}\n");
	buf_puts(&d->lines, ",\"layers\":[");
	for (uint32_t i = 0; i < d->shape.n_layers; i++) {
		struct transformer_pages p =
			transformer_layer_pages(run->t, i);
		const uint64_t *rows[] = { p.read, p.kept };

		buf_puts(&d->lines, i ? ",{" : "{");
		for (int k = 0; k < 2; k++) {
			buf_puts(&d->lines, k ? ",\"kept\":[" : "\"read\":[");
			for (uint32_t n = 0, any = 0; n < p.n; n++)
				if (rows[k][n / 64] >> n % 64 & 1)
					buf_printf(&d->lines,
						   any++ ? ",%u" : "%u", n);
			buf_putc(&d->lines, ']');
		}
		buf_putc(&d->lines, '}');
	}
	buf_puts(&d->lines, "]}\n");
}

static void put_token(struct decode *d, struct run_state *run, uint32_t id,
		      float logprob)
{
	struct native_pages pages = { 0 };
	struct transformer_bytes bytes = transformer_bytes(run->t);
	struct token token = { .text = d->text.data,
			       .len = d->text.len,
			       .id = id,
			       .logprob = logprob,
			       .time_s = now_s() - run->began_s,
			       .channel = CHANNEL_ANSWER };
	bool sparse = run->policy != &sparse_dense;

	pages.kv_bytes = bytes.held;
	pages.kv_read_bytes = bytes.read;
	pages.kv_used_bytes = bytes.used;
	if (sparse && !d->o.layers)
		fill_pages(d, run, &pages);
	native_token(&run->writer, &d->lines, &token, &pages);
	if (sparse && d->o.layers)
		put_layers(d, run);
	send(d);
}

/* --- a step ------------------------------------------------------------- */

static void end_run(struct decode *d, struct run_state *run, const char *why)
{
	facts_set(&run->facts.finish_reason, why);
	native_end(&run->writer, &d->lines, &run->facts);
	send(d);
	run->ended = true;
}

/* Does the text end in one of the stops? */
static bool is_stopped(struct decode *d, struct run_state *run)
{
	enum { TAIL_BYTES = 4096 };

	buf_append(&run->tail, d->text.data, d->text.len);
	for (size_t i = 0; i < d->o.n_stops; i++)
		if (bytes_find(run->tail.data, run->tail.len, d->o.stops[i],
			       strlen(d->o.stops[i])))
			return true;
	if (run->tail.len > 2 * TAIL_BYTES)
		buf_drop(&run->tail, run->tail.len - TAIL_BYTES);
	return false;
}

static const char *why_end(struct decode *d, struct run_state *run)
{
	if (d->o.n_stops && is_stopped(d, run))
		return "stop";
	if (d->o.n_predict && run->n_out >= d->o.n_predict)
		return "length";
	if (run->n_ids >= d->o.model->shape.n_ctx)
		return "length";
	return NULL;
}

/* Draws the token that the logits give, writes it down, and thinks on. */
static void step_run(struct decode *d, struct run_state *run)
{
	uint32_t before = run->ids[run->n_ids - 1]; /* a prompt is not empty */
	float logprob;
	uint32_t id = sampler_next(run->sampler, transformer_logits(run->t),
				   &logprob);
	const char *why;

	if (vocab_ends(d->o.vocab, id) && !d->o.ignore_eos) {
		end_run(d, run, "stop");
		return;
	}
	buf_clear(&d->text);
	vocab_piece(d->o.vocab, id, before, &d->text);
	push_id(run, id);
	run->n_out++;
	put_token(d, run, id, logprob);
	why = why_end(d, run);
	if (why)
		end_run(d, run, why);
	else
		transformer_step(run->t, id);
}

bool decode_ended(const struct decode *d)
{
	for (size_t i = 0; i < d->n_runs; i++)
		if (!d->runs[i].ended)
			return d->quit;
	return true;
}

bool decode_is_stepping(const struct decode *d)
{
	return d->n_steps > 0 && !decode_ended(d);
}

bool decode_step(struct decode *d)
{
	bool any = false;

	if (d->quit || (d->held && !d->n_steps))
		return false;
	d->n_steps -= d->n_steps > 0;
	for (size_t i = 0; i < d->n_runs; i++) {
		if (d->runs[i].ended)
			continue;
		step_run(d, &d->runs[i]);
		any = true;
	}
	return any;
}

/* --- commands ----------------------------------------------------------- */

/* The run that commands speak of: the last one that has not ended. */
static struct run_state *current(struct decode *d)
{
	size_t i = d->n_runs;

	while (i > 1 && d->runs[i - 1].ended)
		i--;
	return &d->runs[i - 1];
}

/* Nothing was thrown away, keys are cached alike, and the new policy asks for
 * no attention of the past. */
static bool can_keep(const struct run_state *run, const struct sparse *policy)
{
	return !transformer_has_evicted(run->t) && !policy->seen &&
	       run->policy->unrotated == policy->unrotated;
}

static bool change_policy(struct decode *d, struct run_state *run,
			  const struct sparse *policy, uint32_t budget,
			  struct err *err)
{
	struct sparse_opts o = d->o.sparse;

	if (budget)
		o.budget = budget;
	if (!resolve(d, policy, &o, err))
		return false;
	if (can_keep(run, policy)) {
		transformer_set_policy(run->t, policy, &o);
		run->policy = policy;
		run->sparse = o;
		return true;
	}
	run->policy = policy;
	run->sparse = o;
	feed_all(d, run);
	return true;
}

static bool do_fork(struct decode *d, uint32_t n, const struct sparse *policy,
		    uint32_t budget, struct err *err)
{
	struct run_state *from = current(d), *run;
	struct transformer *t = NULL;

	if (d->n_runs == DECODE_RUNS_MAX || !d->o.named)
		return err_set(err, "no more than %d runs", DECODE_RUNS_MAX);
	if (n < d->n_prompt || n > from->n_ids)
		return err_set(err, "fork takes %u to %u tokens: the prompt "
				    "at least", d->n_prompt, from->n_ids);
	for (size_t i = 0; i < d->n_snapshots && !t; i++)
		if (&d->runs[d->snapshots[i].i_run] == from &&
		    transformer_n(d->snapshots[i].t) == n)
			t = transformer_copy(d->snapshots[i].t);
	if (!t && transformer_n(from->t) == n)
		t = transformer_copy(from->t);
	run = &d->runs[d->n_runs++];
	*run = (struct run_state){ .policy = from->policy,
				   .sparse = from->sparse,
				   .began_s = from->began_s };
	snprintf(run->name, sizeof(run->name), "%zu", d->n_runs - 1);
	for (uint32_t i = 0; i < n; i++)
		push_id(run, from->ids[i]);
	run->n_out = n - d->n_prompt;
	run->sampler = sampler_copy(from->sampler);
	run->t = t;
	if (!t)
		feed_all(d, run);
	if ((policy || budget) &&
	    !change_policy(d, run, policy ? policy : run->policy, budget,
			   err)) {
		release_run(run);
		d->n_runs--;
		return false;
	}
	put_header(d, run);
	for (uint32_t i = d->n_prompt; i < n; i++) {
		struct token token = { .id = run->ids[i],
				       .logprob = NAN,
				       .time_s = NAN,
				       .channel = CHANNEL_ANSWER };

		buf_clear(&d->text);
		vocab_piece(d->o.vocab, run->ids[i], run->ids[i - 1],
			    &d->text);
		token.text = d->text.data;
		token.len = d->text.len;
		native_token(&run->writer, &d->lines, &token, NULL);
	}
	send(d);
	return true;
}

static bool do_snapshot(struct decode *d, struct err *err)
{
	struct run_state *run = current(d);

	if (d->n_snapshots == DECODE_RUNS_MAX)
		return err_set(err, "no more than %d snapshots",
			       DECODE_RUNS_MAX);
	d->snapshots[d->n_snapshots++] = (struct snapshot){
		transformer_copy(run->t), (size_t)(run - d->runs)
	};
	return true;
}

/* A line's words. */
struct words {
	char text[256];
	char *at[4];
	size_t n;
};

static void cut_words(struct words *w, const char *line)
{
	char *s = w->text;

	w->n = 0;
	snprintf(w->text, sizeof(w->text), "%s", line);
	while (w->n < ARRAY_LEN(w->at)) {
		s += strspn(s, " \t\r\n");
		if (!*s)
			return;
		w->at[w->n++] = s;
		s += strcspn(s, " \t\r\n");
		if (*s)
			*s++ = '\0';
	}
}

/* Word i as a count; `otherwise` if it is not there. */
static bool word_count(const struct words *w, size_t i, uint32_t otherwise,
		       uint32_t *out, struct err *err)
{
	char *end;
	unsigned long value;

	*out = otherwise;
	if (i >= w->n)
		return true;
	value = strtoul(w->at[i], &end, 10);
	if (*end || w->at[i][0] == '-' || value < 1 || value > 1 << 30)
		return err_set(err, "%s takes a number, not \"%s\"", w->at[0],
			       w->at[i]);
	*out = (uint32_t)value;
	return true;
}

static bool word_policy(const struct words *w, size_t i,
			const struct sparse **out, struct err *err)
{
	*out = i < w->n ? sparse_find(w->at[i]) : NULL;
	if (i < w->n && !*out)
		return err_set(err, "there is no policy \"%s\"", w->at[i]);
	return true;
}

static bool named(const struct words *w, const char *name)
{
	return strcmp(w->at[0], name) == 0;
}

bool decode_command(struct decode *d, const char *line, struct err *err)
{
	const struct sparse *policy;
	struct words w;
	uint32_t n, budget;

	cut_words(&w, line);
	if (!w.n)
		return true;
	if (named(&w, "pause") || named(&w, "go")) {
		d->held = named(&w, "pause");
		return true;
	}
	if (named(&w, "quit"))
		return d->quit = true;
	if (named(&w, "snapshot"))
		return do_snapshot(d, err);
	if (named(&w, "step")) {
		d->held = true;
		return word_count(&w, 1, 1, &n, err) && (d->n_steps += n);
	}
	if (named(&w, "budget") && w.n > 1)
		return word_count(&w, 1, 0, &budget, err) &&
		       change_policy(d, current(d), current(d)->policy,
				     budget, err);
	if (named(&w, "policy") && w.n > 1)
		return word_policy(&w, 1, &policy, err) &&
		       word_count(&w, 2, 0, &budget, err) &&
		       change_policy(d, current(d), policy, budget, err);
	if (named(&w, "fork") && w.n > 1)
		return word_count(&w, 1, 0, &n, err) &&
		       word_policy(&w, 2, &policy, err) &&
		       word_count(&w, 3, 0, &budget, err) &&
		       do_fork(d, n, policy, budget, err);
	return err_set(err, "\"%s\" is no command: pause, go, step, policy, "
			    "budget, fork, snapshot, quit", w.at[0]);
}
