#include "decode/writer_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "system/clock.h"
#include "trace/native.h"

/* --- warm --------------------------------------------------------------- */

/* A step that takes longer than this reads more than caches hold: what they
 * hold makes no difference to it, and a second one would be felt. */
#define WARM_STEP_MAX_S 0.005

static void warm_begin(struct decode *d)
{
	const struct generate_opts *o = &d->o.generate;
	struct sparse_opts none = sparse_opts_auto;
	const uint32_t id = 0;
	double began_s;

	if (!d->o.warm || o->model->shape.n_ctx < 2)
		return;
	d->warmer = transformer_new(o->model, o->pool, o->kv, &sparse_dense,
				    &none);
	transformer_prompt(d->warmer, &id, 1, 1); /* the file is read */
	began_s = now_s();
	decode_warm(d);
	if (now_s() - began_s <= WARM_STEP_MAX_S)
		return;
	transformer_free(d->warmer);
	d->warmer = NULL;
}

void decode_warm(struct decode *d)
{
	if (!d->warmer)
		return;
	transformer_step(d->warmer, 0);
	transformer_cut(d->warmer, 1);
}

/* --- lines -------------------------------------------------------------- */

void decode_send(struct decode *d)
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

void decode_put_header(struct decode *d, struct run_state *run)
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
	decode_send(d);
}

/* Commands and a first try speak of runs by their number. */
struct run_state *decode_add_run(struct decode *d)
{
	struct run_state *run = &d->runs[d->n_runs++];

	*run = (struct run_state){ 0 };
	snprintf(run->name, sizeof(run->name), "%zu", d->n_runs - 1);
	return run;
}

void decode_drop_run(struct decode *d)
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
	warm_begin(d);
	run = decode_add_run(d);
	good = read_prompt(d, &ids, err) &&
	       generation_init(&run->g, &d->o.generate, opts->policy, 0,
			       ids.ids, (uint32_t)ids.n, err);
	vocab_ids_release(&ids);
	if (!good) {
		decode_free(d);
		return NULL;
	}
	decode_put_header(d, run);
	d->i_run = DECODE_RUNS_MAX;
	return d;
}

void decode_free(struct decode *d)
{
	if (!d)
		return;
	while (d->n_runs)
		decode_drop_run(d);
	for (size_t i = 0; i < d->n_snapshots; i++)
		transformer_free(d->snapshots[i].t);
	transformer_free(d->warmer);
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
void decode_put_turn(struct decode *d, struct run_state *run, bool by_rule)
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
	decode_send(d);
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
	decode_send(d);
}

/* --- a step ------------------------------------------------------------- */

static void end_run(struct decode *d, struct run_state *run)
{
	facts_set(&run->facts.finish_reason, run->g.finish);
	native_end(&run->writer, &d->lines, &run->facts);
	decode_send(d);
	run->ended = true;
}

static void step_run(struct decode *d, struct run_state *run)
{
	if (generation_step(&run->g))
		put_token(d, run);
	decode_put_turn(d, run, true);
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

	if (d->quit || (d->held && !d->n_steps)) {
		d->rested = true;
		return false;
	}
	if (d->rested)
		decode_warm(d);
	d->rested = false;
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
