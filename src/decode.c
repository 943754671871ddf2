#include "decode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "trace/native.h"

/* A generation and what its records say. */
struct run_state {
	char name[16];
	struct generation g;
	struct native_writer writer;
	struct facts facts;
	/* As last written: the policy, and what was kept (of the sum). */
	const struct sparse *policy;
	uint32_t budget, n_recomputed;
	uint64_t *kept;
	size_t kept_cap;
	uint32_t n_kept_words;
	bool ended;           /* and its end is written */
};

/* A place to fork from. */
struct snapshot {
	struct transformer *t;
	size_t i_run;
};

struct decode {
	struct decode_opts o;
	struct run_state runs[DECODE_RUNS_MAX];
	size_t n_runs;
	size_t i_run;         /* that commands speak of; n_runs: the newest */
	struct snapshot snapshots[DECODE_RUNS_MAX];
	size_t n_snapshots;
	bool held, quit;
	uint32_t n_steps;     /* to go while held */
	struct buf lines, text;
	uint32_t *pages;      /* scratch: kept and read */
	size_t pages_cap;
};

static void send(struct decode *d)
{
	d->o.out(d->o.ctx, d->lines.data, d->lines.len);
	buf_clear(&d->lines);
}

/* --- runs --------------------------------------------------------------- */

static uint32_t budget_of(const struct generation *g)
{
	return g->policy == &sparse_dense ? 0 : g->sparse.budget;
}

static void note_policy(struct run_state *run)
{
	run->policy = run->g.policy;
	run->budget = budget_of(&run->g);
	run->n_recomputed = run->g.n_recomputed;
}

static void facts_of(struct decode *d, struct run_state *run)
{
	const struct model *m = d->o.generate.model;

	facts_set(&run->facts.model, m->name ? m->name : m->arch);
	facts_set(&run->facts.policy, run->g.policy->name);
	facts_set(&run->facts.gold, d->o.gold);
	run->facts.budget = budget_of(&run->g);
	run->facts.vocab = m->shape.n_vocab;
	run->facts.prompt_tokens = run->g.n_prompt;
	run->facts.page_tokens = CACHE_PAGE;
}

static void release_run(struct run_state *run)
{
	generation_release(&run->g);
	mem_free(run->kept);
	mem_free(run->facts.model);
	mem_free(run->facts.policy);
	mem_free(run->facts.gold);
	mem_free(run->facts.finish_reason);
	*run = (struct run_state){ 0 };
}

/* Where each of the prompt's tokens ends in its text. Special tokens have no
 * bytes of their own: the text before the next token is theirs. Nothing is
 * told unless all the rest is found. */
static void put_prompt_ends(struct decode *d, const struct run_state *run)
{
	enum { SPECIAL_BYTES_MAX = 256 };
	const char *s = d->o.prompt, *end = s + strlen(s);
	uint32_t n = run->g.n_prompt;
	uint32_t *ends = mem_alloc((n + 1) * sizeof(*ends));
	uint32_t before = VOCAB_NO_ID, i;
	size_t more = 0; /* bytes that special tokens before may have */

	for (i = 0; i < n && s; before = run->g.ids[i++]) {
		buf_clear(&d->text);
		vocab_piece(d->o.generate.vocab, run->g.ids[i], before,
			    &d->text);
		if (d->text.len)
			s = bytes_find(s, MIN((size_t)(end - s),
					      d->text.len + more),
				       d->text.data, d->text.len);
		if (s && more)
			ends[i - 1] = (uint32_t)(s - d->o.prompt);
		if (s)
			s += d->text.len;
		ends[i] = (uint32_t)(s ? s - d->o.prompt : 0);
		more = d->text.len ? 0 : SPECIAL_BYTES_MAX;
	}
	if (s)
		native_prompt_ends(&d->lines, ends, n);
	mem_free(ends);
}

static void put_header(struct decode *d, struct run_state *run)
{
	struct buf prompt = { 0 };

	facts_of(d, run);
	note_policy(run);
	buf_puts(&prompt, d->o.prompt);
	run->writer.run = d->o.named ? run->name : NULL;
	native_header(&run->writer, &d->lines, &run->facts, &prompt,
		      vocab_kind(d->o.generate.vocab), TOKENS_BY_IDS);
	put_prompt_ends(d, run);
	buf_release(&prompt);
	send(d);
}

/* Commands and a first try speak of runs by their number. */
static struct run_state *add_run(struct decode *d)
{
	struct run_state *run = &d->runs[d->n_runs++];

	*run = (struct run_state){ 0 };
	snprintf(run->name, sizeof(run->name), "%zu", d->n_runs - 1);
	return run;
}

static void drop_run(struct decode *d)
{
	release_run(&d->runs[--d->n_runs]);
}

static bool read_prompt(struct decode *d, struct vocab_ids *ids,
			struct err *err)
{
	uint32_t n_ctx = d->o.generate.model->shape.n_ctx;
	unsigned flags = VOCAB_ADD_BOS | (d->o.specials ? VOCAB_SPECIAL : 0);

	vocab_encode(d->o.generate.vocab, d->o.prompt, strlen(d->o.prompt),
		     flags, ids);
	if (!ids->n)
		return err_set(err, "the prompt is empty, and the model has "
				    "no token to begin with");
	return ids->n < n_ctx ||
	       err_set(err, "the prompt has %zu tokens, the model's context "
			    "%u", ids->n, n_ctx);
}

struct decode *decode_new(const struct decode_opts *opts, struct err *err)
{
	struct decode *d = mem_zalloc(sizeof(*d));
	struct vocab_ids ids = { 0 };
	struct run_state *run;
	bool good;

	d->o = *opts;
	run = add_run(d);
	good = read_prompt(d, &ids, err) &&
	       generation_init(&run->g, &d->o.generate, opts->policy, 0,
			       ids.ids, (uint32_t)ids.n, err);
	vocab_ids_release(&ids);
	if (!good) {
		decode_free(d);
		return NULL;
	}
	put_header(d, run);
	d->i_run = DECODE_RUNS_MAX;
	return d;
}

void decode_free(struct decode *d)
{
	if (!d)
		return;
	while (d->n_runs)
		drop_run(d);
	for (size_t i = 0; i < d->n_snapshots; i++)
		transformer_free(d->snapshots[i].t);
	buf_release(&d->lines);
	buf_release(&d->text);
	mem_free(d->pages);
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
	struct transformer_pages p = transformer_pages(run->g.t);
	uint32_t n_words = (p.n + 63) / 64;
	bool same = run->n_kept_words == n_words &&
		    memcmp(run->kept, p.kept, n_words * 8) == 0;

	d->pages = grow(d->pages, &d->pages_cap, (size_t)p.n * 2 + 1,
			sizeof(*d->pages));
	out->read = d->pages;
	out->n_read = list_bits(p.read, p.n, d->pages);
	if (same)
		return;
	out->kept = d->pages + p.n;
	out->n_kept = list_bits(p.kept, p.n, d->pages + p.n);
	run->kept = grow(run->kept, &run->kept_cap, n_words + 1,
			 sizeof(*run->kept));
	memcpy(run->kept, p.kept, n_words * 8);
	run->n_kept_words = n_words;
}

/* ,"layers":[{"read":[...],"kept":[...]},...] before the closing brace. */
static void put_layers(struct decode *d, struct run_state *run)
{
	d->lines.len -= strlen("}\n");
	buf_puts(&d->lines, ",\"layers\":[");
	for (uint32_t i = 0; i < d->o.generate.model->shape.n_layers; i++) {
		struct transformer_pages p =
			transformer_layer_pages(run->g.t, i);
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

/* The policy is another one than the last record's. */
static void put_turn(struct decode *d, struct run_state *run, bool by_rule)
{
	const struct generation *g = &run->g;
	char name[32];
	struct turn turn = { .policy = name,
			     .budget = budget_of(g),
			     .recomputed = g->n_recomputed -
					   run->n_recomputed,
			     .by_rule = by_rule };

	if (run->policy == g->policy && run->budget == turn.budget)
		return;
	snprintf(name, sizeof(name), "%s", g->policy->name);
	note_policy(run);
	run->n_kept_words = 0; /* what is kept is told anew */
	native_turn(&run->writer, &d->lines, &turn);
	send(d);
}

static void put_token(struct decode *d, struct run_state *run)
{
	struct native_pages pages = { 0 };
	const struct generation *g = &run->g;
	struct transformer_bytes bytes = transformer_bytes(g->t);
	struct token token = { .text = g->text.data,
			       .len = g->text.len,
			       .id = g->ids[g->n_ids - 1],
			       .logprob = g->logprob,
			       .time_s = g->times_s[g->n_ids - 1],
			       .channel = CHANNEL_ANSWER };
	bool sparse = g->policy != &sparse_dense;

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

static void end_run(struct decode *d, struct run_state *run)
{
	facts_set(&run->facts.finish_reason, run->g.finish);
	native_end(&run->writer, &d->lines, &run->facts);
	send(d);
	run->ended = true;
}

static void step_run(struct decode *d, struct run_state *run)
{
	if (generation_step(&run->g))
		put_token(d, run);
	put_turn(d, run, true);
	if (run->g.finish)
		end_run(d, run);
}

bool decode_ended(const struct decode *d)
{
	for (size_t i = 0; i < d->n_runs; i++)
		if (!d->runs[i].ended)
			return d->quit;
	return d->quit || !d->o.stay;
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
	if (!any)
		d->n_steps = 0;
	return any;
}

/* --- commands ----------------------------------------------------------- */

/* The run that commands speak of: the one that was named, or the last one
 * that has not ended. */
static struct run_state *current(struct decode *d)
{
	size_t i = d->n_runs;

	if (d->i_run < d->n_runs)
		return &d->runs[d->i_run];
	while (i > 1 && d->runs[i - 1].ended)
		i--;
	return &d->runs[i - 1];
}

static bool do_policy(struct decode *d, const struct sparse *policy,
		      uint32_t budget, struct err *err)
{
	struct run_state *run = current(d);

	if (run->ended)
		return err_set(err, "run %s has ended; fork goes on from a "
				    "place in it", run->name);
	if (!generation_set_policy(&run->g, policy ? policy : run->g.policy,
				   budget, err))
		return false;
	put_turn(d, run, false);
	return true;
}

/* A snapshot of run i at n tokens; NULL. */
static const struct transformer *find_snapshot(const struct decode *d,
					       size_t i_run, uint32_t n)
{
	for (size_t i = 0; i < d->n_snapshots; i++)
		if (d->snapshots[i].i_run == i_run &&
		    transformer_n(d->snapshots[i].t) == n)
			return d->snapshots[i].t;
	return NULL;
}

/* The tokens that a fork has in common with its origin. */
static void put_common(struct decode *d, struct run_state *run)
{
	const struct generation *g = &run->g;

	for (uint32_t i = g->n_prompt; i < g->n_ids; i++) {
		struct token token = { .id = g->ids[i],
				       .logprob = NAN,
				       .time_s = g->times_s[i],
				       .channel = CHANNEL_ANSWER };

		buf_clear(&d->text);
		generation_text(g, i - g->n_prompt, &d->text);
		token.text = d->text.data;
		token.len = d->text.len;
		native_token(&run->writer, &d->lines, &token, NULL);
	}
	send(d);
}

static bool do_fork(struct decode *d, uint32_t n, const struct sparse *policy,
		    uint32_t budget, struct err *err)
{
	struct run_state *from = current(d), *run;
	const struct generation *f = &from->g;
	bool good = true;

	if (d->n_runs == DECODE_RUNS_MAX || !d->o.named)
		return err_set(err, "no more than %d runs", DECODE_RUNS_MAX);
	if (n < f->n_prompt || n > f->n_ids)
		return err_set(err, "fork takes %u to %u tokens: the prompt "
				    "at least", f->n_prompt, f->n_ids);
	run = add_run(d);
	generation_fork(&run->g, f, n,
			find_snapshot(d, (size_t)(from - d->runs), n));
	if (policy || budget)
		good = generation_set_policy(&run->g,
					     policy ? policy : run->g.policy,
					     budget, err);
	if (!good) {
		drop_run(d);
		return false;
	}
	put_header(d, run);
	put_common(d, run);
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

/* It reads the prompt itself: its time to the first token is its own. */
static bool do_also(struct decode *d, const struct sparse *policy,
		    uint32_t budget, struct err *err)
{
	const struct generation *first = &d->runs[0].g;
	struct run_state *run;

	if (d->n_runs == DECODE_RUNS_MAX || !d->o.named)
		return err_set(err, "no more than %d runs", DECODE_RUNS_MAX);
	run = add_run(d);
	if (!generation_init(&run->g, first->o, policy, budget, first->ids,
			     first->n_prompt, err)) {
		drop_run(d);
		return false;
	}
	put_header(d, run);
	return true;
}

static bool do_threshold(struct decode *d, const char *what, uint32_t budget,
			 struct err *err)
{
	struct generation *g = &current(d)->g;
	struct threshold_opts o = g->threshold;

	o.budget = budget;
	o.policy = sparse_find(what);
	if (strcmp(what, "ignore") == 0)
		o.then = THRESHOLD_IGNORE;
	else if (strcmp(what, "stop") == 0)
		o.then = THRESHOLD_STOP;
	else if (o.policy)
		o.then = THRESHOLD_POLICY;
	else
		return err_set(err, "threshold takes ignore, stop or a "
				    "policy, not \"%s\"", what);
	return generation_set_threshold(g, &o, err);
}

static bool do_rule(struct decode *d, const struct words *w, struct err *err)
{
	struct guard_opts rule = { .f = GUARD_F_DEFAULT, .patience = 1 };
	char *end;

	if (!word_count(w, 1, 0, &rule.f, err) ||
	    !word_count(w, 3, 1, &rule.patience, err))
		return false;
	rule.t = strtod(w->at[2], &end);
	if (*end || !isfinite(rule.t) || rule.f > GUARD_F_MAX ||
	    rule.patience > GUARD_PATIENCE_MAX)
		return err_set(err, "rule takes tokens, bytes and windows");
	d->o.generate.threshold.meter.guard = rule;
	for (size_t i = 0; i < d->n_runs; i++) {
		struct generation *g = &d->runs[i].g;
		struct threshold_opts o = g->threshold;

		o.meter.guard = rule;
		if (g->threshold_at == GENERATE_NEVER &&
		    !generation_set_threshold(g, &o, err))
			return false;
	}
	return true;
}

static bool do_run(struct decode *d, const char *name, struct err *err)
{
	for (size_t i = 0; i < d->n_runs; i++) {
		if (strcmp(d->runs[i].name, name) == 0) {
			d->i_run = i;
			return true;
		}
	}
	return err_set(err, "there is no run %s", name);
}

static bool do_snapshot(struct decode *d, struct err *err)
{
	struct run_state *run = current(d);

	if (d->n_snapshots == DECODE_RUNS_MAX)
		return err_set(err, "no more than %d snapshots",
			       DECODE_RUNS_MAX);
	d->snapshots[d->n_snapshots++] = (struct snapshot){
		transformer_copy(run->g.t), (size_t)(run - d->runs)
	};
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
	if (named(&w, "run") && w.n > 1)
		return do_run(d, w.at[1], err);
	if (named(&w, "budget") && w.n > 1)
		return word_count(&w, 1, 0, &budget, err) &&
		       do_policy(d, NULL, budget, err);
	if (named(&w, "policy") && w.n > 1)
		return word_policy(&w, 1, &policy, err) &&
		       word_count(&w, 2, 0, &budget, err) &&
		       do_policy(d, policy, budget, err);
	if (named(&w, "also") && w.n > 1)
		return word_policy(&w, 1, &policy, err) &&
		       word_count(&w, 2, 0, &budget, err) &&
		       do_also(d, policy, budget, err);
	if (named(&w, "threshold") && w.n > 1)
		return word_count(&w, 2, 0, &budget, err) &&
		       do_threshold(d, w.at[1], budget, err);
	if (named(&w, "rule") && w.n > 2)
		return do_rule(d, &w, err);
	if (named(&w, "fork") && w.n > 1)
		return word_count(&w, 1, 0, &n, err) &&
		       word_policy(&w, 2, &policy, err) &&
		       word_count(&w, 3, 0, &budget, err) &&
		       do_fork(d, n, policy, budget, err);
	return err_set(err, "\"%s\" is no command: pause, go, step, policy, "
			    "budget, threshold, rule, also, fork, run, "
			    "snapshot, quit", w.at[0]);
}
