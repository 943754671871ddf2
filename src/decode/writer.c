/*
 * The runs of one prompt take turns, a token each, so that they can be watched
 * side by side; each has its own clock and so pays for itself alone.
 */
#include "decode/writer_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "decode/need.h"
#include "system/clock.h"
#include "trace/native.h"

/* --- warm --------------------------------------------------------------- */

/* A step that takes longer than this reads more than caches hold: what they
 * hold makes no difference to it, and a second one would be felt. */
#define WARM_STEP_MAX_S 0.005

static void warm_begin(struct writer *w)
{
	const struct generation_opts *o = &w->o.generate;
	struct sparse_opts none = sparse_opts_auto;
	const uint32_t id = 0;
	double began_s;

	if (!w->o.warm || o->model->shape.n_ctx < 2 ||
	    !cache_fits(o->kv, o->model->shape.d_head, NULL))
		return;
	w->warmer = transformer_new(o->model, o->pool, o->kv, &sparse_dense,
				    &none);
	transformer_prompt(w->warmer, &id, 1, 1); /* the file is read */
	began_s = now_s();
	writer_warm(w);
	if (now_s() - began_s <= WARM_STEP_MAX_S)
		return;
	transformer_free(w->warmer);
	w->warmer = NULL;
}

void writer_warm(struct writer *w)
{
	if (!w->warmer)
		return;
	transformer_step(w->warmer, 0);
	transformer_cut(w->warmer, 1);
}

/* --- lines -------------------------------------------------------------- */

void writer_send(struct writer *w)
{
	w->o.out(w->o.ctx, w->lines.data, w->lines.len);
	buf_clear(&w->lines);
}

/* --- runs --------------------------------------------------------------- */

static uint32_t budget_of(const struct generation *g)
{
	return g->policy == &sparse_dense ? 0 : g->sparse.budget;
}

static void note_policy(struct writer_run *run)
{
	run->policy = run->g.policy;
	run->budget = budget_of(&run->g);
	run->n_recomputed = run->g.n_recomputed;
}

/* Which layers see a window: a letter each. */
static void note_windows(const struct model *m, struct facts *facts)
{
	struct buf near = { 0 };

	for (uint32_t i = 0; i < m->shape.n_layers; i++)
		buf_putc(&near, m->layers[i].near ? 'w' : 'a');
	facts_set(&facts->near, buf_cstr(&near));
	facts->window = m->shape.window;
	buf_release(&near);
}

static void facts_of(struct writer *w, struct writer_run *run)
{
	const struct model *m = w->o.generate.model;

	facts_set(&run->facts.model, m->name ? m->name : m->arch);
	facts_set(&run->facts.policy, run->g.policy->name);
	facts_set(&run->facts.gold, w->o.gold);
	facts_set(&run->facts.chat, w->o.chat);
	facts_set(&run->facts.sampling, w->o.sampling);
	run->facts.speculate = w->o.generate.speculate;
	run->facts.budget = budget_of(&run->g);
	run->facts.vocab = m->shape.n_vocab;
	run->facts.prompt_tokens = run->g.n_prompt;
	run->facts.page_tokens = CACHE_PAGE;
	if (w->o.pages == PAGES_BY_HEAD)
		run->facts.kv_heads = m->shape.n_kv_heads;
	if (m->shape.window)
		note_windows(m, &run->facts);
}

static void release_run(struct writer_run *run)
{
	generation_release(&run->g);
	pages_told_release(&run->told);
	mem_free(run->facts.model);
	mem_free(run->facts.policy);
	mem_free(run->facts.gold);
	mem_free(run->facts.chat);
	mem_free(run->facts.sampling);
	mem_free(run->facts.near);
	mem_free(run->facts.finish_reason);
	mem_free(run->facts.note);
	*run = (struct writer_run){ 0 };
}

/* Where each of the prompt's tokens ends in its text. Special tokens have no
 * bytes of their own: the text before the next token is theirs. Nothing is
 * told unless all the rest is found. */
static void put_prompt_ends(struct writer *w, const struct writer_run *run)
{
	enum { SPECIAL_BYTES_MAX = 256 };
	const char *s = w->o.prompt, *end = s + strlen(s);
	uint32_t n = run->g.n_prompt;
	uint32_t *ends = mem_alloc((n + 1) * sizeof(*ends));
	uint32_t before = VOCAB_NO_ID, i;
	size_t more = 0; /* bytes that special tokens before may have */

	for (i = 0; i < n && s; before = run->g.ids[i++]) {
		buf_clear(&w->text);
		vocab_piece(w->o.generate.vocab, run->g.ids[i], before,
			    &w->text);
		if (w->text.len)
			s = bytes_find(s, MIN((size_t)(end - s),
					      w->text.len + more),
				       w->text.data, w->text.len);
		if (s && more)
			ends[i - 1] = (uint32_t)(s - w->o.prompt);
		if (s)
			s += w->text.len;
		ends[i] = (uint32_t)(s ? s - w->o.prompt : 0);
		more = w->text.len ? 0 : SPECIAL_BYTES_MAX;
	}
	if (s)
		native_prompt_ends(&w->lines, ends, n);
	mem_free(ends);
}

void writer_put_header(struct writer *w, struct writer_run *run)
{
	struct buf prompt = { 0 };

	facts_of(w, run);
	note_policy(run);
	if (w->o.text)
		return;
	buf_puts(&prompt, w->o.prompt);
	run->writer.run = w->o.named ? run->name : NULL;
	native_header(&run->writer, &w->lines, &run->facts, &prompt,
		      vocab_kind(w->o.generate.vocab), TOKENS_BY_IDS);
	put_prompt_ends(w, run);
	buf_release(&prompt);
	writer_send(w);
}

/* Commands and a first try speak of runs by their number. */
struct writer_run *writer_add_run(struct writer *w)
{
	struct writer_run *run = &w->runs[w->n_runs++];

	*run = (struct writer_run){ 0 };
	snprintf(run->name, sizeof(run->name), "%zu", w->n_runs - 1);
	return run;
}

void writer_drop_run(struct writer *w)
{
	release_run(&w->runs[--w->n_runs]);
}

bool writer_read_prompt(const struct writer_opts *opts, struct vocab_ids *ids,
			struct err *err)
{
	uint32_t n_ctx = opts->generate.model->shape.n_ctx;
	unsigned flags = VOCAB_ADD_BOS | (opts->specials ? VOCAB_SPECIAL : 0);

	vocab_encode(opts->generate.vocab, opts->prompt, strlen(opts->prompt),
		     flags, ids);
	if (!ids->n)
		return err_set(err, *opts->prompt ?
			       "no token of the model's stands for anything in "
			       "the prompt" :
			       "the prompt is empty, and the model has no "
			       "token to begin with");
	return ids->n < n_ctx ||
	       err_set(err, "the prompt has %zu tokens, the model's context "
			    "%u", ids->n, n_ctx);
}

/* There is memory for the text; one that may fill the context fills what there
 * is. Options that can't be are for generation_init() to name. */
static bool have_memory(struct writer *w, uint32_t n_prompt, struct err *err)
{
	struct generation_opts *o = &w->o.generate;
	enum threshold_then then = o->threshold.then;
	struct sparse_shape shape = transformer_shape(o->model);
	struct need need = { .model = o->model,
			     .kv = o->kv,
			     .policy = w->o.policy,
			     .sparse = o->sparse,
			     .n_prompt = n_prompt,
			     .n_predict = o->n_predict,
			     .n_texts = MAX(w->o.n_beside, 1),
			     .n_later = w->o.n_later,
			     .n_processes = 1,
			     .warm = w->o.warm,
			     .all_kept = then == THRESHOLD_ROLLBACK ||
					 then == THRESHOLD_POLICY,
			     .n_ways = then == THRESHOLD_ROLLBACK ||
				       then == THRESHOLD_RETRY,
			     .others = "" };
	struct memory_left spare;

	need.apart = w->o.named && need.n_ways; /* it stays */
	if (then != THRESHOLD_IGNORE || w->o.stay)
		need.token_bytes += NEED_WATCHED_BYTES;
	if (o->speculate)
		need.token_bytes += NEED_DRAFTED_BYTES;

	if (!cache_fits(o->kv, shape.d, NULL) ||
	    !sparse_resolve(need.policy, &need.sparse, &shape, NULL))
		return true;
	spare = spare_memory("");
	if (!need_fits(&need, &spare, err))
		return false;
	w->cut = need.n_predict != o->n_predict;
	o->n_predict = need.n_predict;
	if (!w->o.stay) /* else a screen is there */
		need_say(&need, &spare);
	return true;
}

struct writer *writer_new(const struct writer_opts *opts, struct err *err)
{
	struct writer *w = mem_zalloc(sizeof(*w));
	struct vocab_ids ids = { 0 };
	struct writer_run *run;
	bool good;

	w->o = *opts;
	good = writer_read_prompt(&w->o, &ids, err) &&
	       have_memory(w, (uint32_t)ids.n, err);
	if (good)
		warm_begin(w);
	run = writer_add_run(w);
	good = good &&
	       generation_init(&run->g, &w->o.generate, opts->policy, 0,
			       ids.ids, (uint32_t)ids.n, err);
	vocab_ids_release(&ids);
	if (!good) {
		writer_free(w);
		return NULL;
	}
	writer_put_header(w, run);
	w->i_run = WRITER_RUNS_MAX;
	return w;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	while (w->n_runs)
		writer_drop_run(w);
	for (size_t i = 0; i < w->n_snapshots; i++)
		transformer_free(w->snapshots[i].t);
	transformer_free(w->warmer);
	buf_release(&w->lines);
	buf_release(&w->text);
	mem_free(w);
}

/* --- a record ----------------------------------------------------------- */

/* The policy is another one than the last record's. */
void writer_put_turn(struct writer *w, struct writer_run *run, bool by_rule)
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
	pages_told_clear(&run->told); /* what is kept is told anew */
	if (w->o.text)
		return;
	native_turn(&run->writer, &w->lines, &turn);
	writer_send(w);
}

static void put_text(struct writer *w, const struct generation *g)
{
	buf_append(&w->lines, g->text.data, g->text.len);
	writer_send(w);
}

static void put_token(struct writer *w, struct writer_run *run)
{
	struct native_kv kv = { 0 };
	const struct generation *g = &run->g;
	struct transformer_bytes bytes = transformer_bytes(g->t);
	struct token token = { .text = g->text.data,
			       .len = g->text.len,
			       .id = g->ids[g->n_ids - 1],
			       .logprob = g->logprob,
			       .time_s = g->times_s[g->n_ids - 1],
			       .channel = CHANNEL_ANSWER };

	kv.held_bytes = bytes.held;
	kv.read_bytes = bytes.read;
	kv.used_bytes = bytes.used;
	native_token(&run->writer, &w->lines, &token, &kv);
	if (g->policy != &sparse_dense)
		pages_told_put(&run->told, &w->lines, g->t,
			       &w->o.generate.model->shape, w->o.pages);
	writer_send(w);
}

void writer_put_common(struct writer *w, struct writer_run *run)
{
	const struct generation *g = &run->g;

	if (w->o.text)
		return; /* it was shown when its origin wrote it */
	for (uint32_t i = g->n_prompt; i < g->n_ids; i++) {
		struct token token = { .id = g->ids[i],
				       .logprob = NAN,
				       .time_s = g->times_s[i],
				       .channel = CHANNEL_ANSWER };

		buf_clear(&w->text);
		generation_text(g, i - g->n_prompt, &w->text);
		token.text = w->text.data;
		token.len = w->text.len;
		native_token(&run->writer, &w->lines, &token, NULL);
	}
	writer_send(w);
}

/* --- a step ------------------------------------------------------------- */

/* What reading ahead has saved, in words. */
static bool tell_ahead(const struct generation *g, struct buf *out)
{
	if (!g->draft)
		return false;
	buf_printf(out, "%s%u of %u drafted tokens taken, %u passes for %u "
			"tokens", out->len ? "; " : "", g->n_accepted,
		   g->n_drafted, g->n_passes, generation_n_out(g));
	return true;
}

/* It could have gone on, but for memory. */
static bool tell_cut(const struct writer *w, const struct generation *g,
		     struct buf *out)
{
	if (!w->cut || generation_n_out(g) < w->o.generate.n_predict)
		return false;
	buf_printf(out, "%sthere was memory for %u tokens of a context of %u",
		   out->len ? "; " : "", g->n_ids, g->o->model->shape.n_ctx);
	return true;
}

static void end_run(struct writer *w, struct writer_run *run)
{
	struct buf note = { 0 };
	bool told = generation_tell(&run->g, &note);

	told |= tell_ahead(&run->g, &note);
	told |= tell_cut(w, &run->g, &note);
	if (told)
		facts_set(&run->facts.note, buf_cstr(&note));
	buf_release(&note);
	if (run->g.draft) {
		run->facts.passes = run->g.n_passes;
		run->facts.drafted = run->g.n_drafted;
		run->facts.accepted = run->g.n_accepted;
	}
	facts_set(&run->facts.finish_reason, run->g.finish);
	if (w->o.text)
		buf_putc(&w->lines, '\n');
	else
		native_end(&run->writer, &w->lines, &run->facts);
	writer_send(w);
	run->ended = true;
}

/* The run goes back: what was written stays written, and the text that goes on
 * from a place in it is a run of its own. */
static void go_back(struct writer *w, struct writer_run *run)
{
	struct writer_run *next;

	run->g.finish = rules[run->g.threshold.i_rule]->name;
	if (w->n_runs == WRITER_RUNS_MAX) {
		end_run(w, run);
		return;
	}
	next = writer_add_run(w);
	generation_fork(&next->g, &run->g, run->g.n_ids, NULL);
	run->g.finish = threshold_name(run->g.threshold.then);
	end_run(w, run);
	if (!w->o.stay && !w->o.named) /* else somebody may go on from it */
		generation_retire(&run->g);
	writer_put_header(w, next);
	generation_go_back(&next->g);
	writer_put_common(w, next);
	writer_put_turn(w, next, true);
}

static void step_run(struct writer *w, struct writer_run *run)
{
	bool came = generation_step(&run->g);

	if (came && w->o.text)
		put_text(w, &run->g);
	else if (came)
		put_token(w, run);
	writer_put_turn(w, run, true);
	if (run->g.finish)
		end_run(w, run);
	else if (run->g.back_to != GENERATION_NEVER)
		go_back(w, run);
}

bool writer_ended(const struct writer *w)
{
	for (size_t i = 0; i < w->n_runs; i++)
		if (!w->runs[i].ended)
			return w->quit;
	return w->quit || !w->o.stay;
}

bool writer_broke(const struct writer *w, struct err *err)
{
	for (size_t i = 0; i < w->n_runs; i++)
		if (generation_broke(&w->runs[i].g, err))
			return true;
	return false;
}

bool writer_is_stepping(const struct writer *w)
{
	return w->n_steps > 0 && !writer_ended(w);
}

bool writer_step(struct writer *w)
{
	bool any = false;

	if (w->quit || (w->held && !w->n_steps)) {
		w->rested = true;
		return false;
	}
	if (w->rested)
		writer_warm(w);
	w->rested = false;
	w->n_steps -= w->n_steps > 0;
	for (size_t i = 0; i < w->n_runs; i++) {
		if (w->runs[i].ended)
			continue;
		step_run(w, &w->runs[i]);
		any = true;
	}
	if (!any)
		w->n_steps = 0;
	return any;
}
