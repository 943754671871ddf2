/*
 * The ids are all that is kept for sure: a cache can be computed again from
 * them, and is whenever a policy wants what the one before threw away.
 */
#include "decode/generation_impl.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "decode/need.h"
#include "system/clock.h"
#include "system/spare.h"
#include "trace/run.h"

#define MEASURE_ALL UINT32_MAX

enum { TAIL_BYTES = 4096 };

_Static_assert((int)DRAFT_MAX <= (int)TRANSFORMER_AHEAD, "can be read");

/* --- the text ----------------------------------------------------------- */

static void push_id(struct generation *g, uint32_t id, double time_s)
{
	size_t n = (size_t)g->n_ids + 1;

	g->ids = grow(g->ids, &g->ids_cap, n, sizeof(*g->ids));
	g->times_s = grow(g->times_s, &g->times_cap, n, sizeof(*g->times_s));
	g->ids[g->n_ids] = id;
	g->times_s[g->n_ids++] = time_s;
	if (g->draft)
		draft_push(g->draft, id);
}

uint32_t generation_n_out(const struct generation *g)
{
	return g->n_ids - g->n_prompt;
}

void generation_text(const struct generation *g, uint32_t i, struct buf *out)
{
	uint32_t at = g->n_prompt + i; /* a prompt is not empty */

	vocab_piece(g->o->vocab, g->ids[at], g->ids[at - 1], out);
}

/* The text so far is fed to a new transformer. */
static void feed_all(struct generation *g)
{
	transformer_free(g->t);
	g->t = transformer_new(g->o->model, g->o->pool, g->o->kv, g->policy,
			       &g->sparse);
	transformer_prompt(g->t, g->ids, g->n_ids, g->n_prompt);
}

static bool resolve(const struct generation *g, const struct sparse *policy,
		    uint32_t budget, struct sparse_opts *out, struct err *err)
{
	const struct sparse_shape shape = transformer_shape(g->o->model);

	*out = g->o->sparse;
	if (budget)
		out->budget = budget;
	return cache_fits(g->o->kv, shape.d, err) &&
	       sparse_resolve(policy, out, &shape, err);
}

/* --- another policy ----------------------------------------------------- */

/* Nothing was thrown away, and the new policy asks for no attention of the
 * past. */
static bool can_keep(const struct generation *g, const struct sparse *policy)
{
	return !transformer_has_evicted(g->t) && !policy->seen;
}

void generation_feed_again(struct generation *g)
{
	double began_s = now_s();

	feed_all(g);
	g->n_recomputed += g->n_ids;
	g->recomputed_s += now_s() - began_s;
}

bool generation_switch(struct generation *g, const struct sparse *policy,
		       uint32_t budget, struct err *err)
{
	struct sparse_opts o;
	bool keep;

	if (!resolve(g, policy, budget, &o, err))
		return false;
	keep = can_keep(g, policy);
	g->policy = policy;
	g->sparse = o;
	if (keep)
		transformer_set_policy(g->t, policy, &o);
	else
		generation_feed_again(g);
	return true;
}

bool generation_set_policy(struct generation *g, const struct sparse *policy,
			   uint32_t budget, struct err *err)
{
	double began_s = now_s();
	bool good = generation_switch(g, policy, budget, err);

	g->clock_s += now_s() - began_s;
	return good;
}

/* --- the rule ----------------------------------------------------------- */

static void watch_token(struct generation *g, uint32_t id)
{
	const struct token token = { .text = g->text.data,
				     .len = g->text.len,
				     .id = id,
				     .logprob = NAN,
				     .time_s = NAN,
				     .channel = CHANNEL_ANSWER };

	run_token(g->watched, &token);
}

void generation_watch(struct generation *g, uint32_t from)
{
	struct meter_opts meter = g->threshold.meter;

	run_free(g->watched);
	g->watched = NULL;
	if (g->threshold.then == THRESHOLD_IGNORE)
		return;
	meter.rules = RULE_BIT(g->threshold.i_rule);
	g->watched = run_new(&meter);
	g->watched->trace.facts.vocab = g->o->model->shape.n_vocab;
	for (uint32_t i = from; i < generation_n_out(g); i++) {
		buf_clear(&g->text);
		generation_text(g, i, &g->text);
		watch_token(g, g->ids[g->n_prompt + i]);
	}
}

/* Has the rule fired just now? */
static bool watch_fires(struct generation *g)
{
	uint32_t at = GENERATION_NEVER;

	if (!g->watched)
		return false;
	while (!run_measure(g->watched, MEASURE_ALL))
		;
	if (g->watched->meter)
		at = meter_rule(g->watched->meter,
				g->threshold.i_rule).at_token;
	if (g->threshold_at == GENERATION_NEVER)
		g->threshold_at = at;
	return at != GENERATION_NEVER;
}

/* The ids that DRY takes for the end of what is repeated, as llama.cpp has
 * them. */
static bool *breaks_of(const struct vocab *v, uint32_t n_vocab)
{
	static const char ends[] = "\n:\"*";
	bool *breaks = mem_zalloc(n_vocab);
	struct buf text = { 0 };

	for (uint32_t id = 0; id < vocab_size(v); id++) {
		buf_clear(&text);
		vocab_piece(v, id, VOCAB_NO_ID, &text);
		for (size_t i = 0; i < text.len; i++)
			breaks[id] |= text.data[i] &&
				      strchr(ends, text.data[i]);
	}
	buf_release(&text);
	return breaks;
}

void generation_draws(struct generation *g, const struct sample_opts *o)
{
	uint32_t n = g->o->model->shape.n_vocab;

	sampler_free(g->sampler);
	g->sampler = sampler_new(o, n);
	if (o->dry_multiplier > 0)
		sampler_breaks(g->sampler, breaks_of(g->o->vocab, n));
}

/* Can what the model reads ahead be what it would read? */
static bool can_speculate(const struct generation_opts *o,
			  const struct sparse *policy, struct err *err)
{
	return !o->speculate || policy == &sparse_dense ||
	       err_set(err, "speculation is for the policy dense: what %s "
			    "reads and keeps depends on each token before",
		       policy->name);
}

/* Can what comes after the threshold be? */
static bool can_then(const struct generation *g,
		     const struct threshold_opts *o, struct err *err)
{
	struct sparse_opts other;

	return o->then != THRESHOLD_POLICY ||
	       resolve(g, o->policy, o->budget, &other, err);
}

bool generation_set_threshold(struct generation *g,
			      const struct threshold_opts *threshold,
			      struct err *err)
{
	if (!can_then(g, threshold, err))
		return false;
	g->threshold = *threshold;
	g->threshold_at = GENERATION_NEVER;
	g->n_acted = 0;
	generation_watch(g, 0);
	return true;
}

/* --- making and freeing ------------------------------------------------- */

bool generation_init(struct generation *g, const struct generation_opts *o,
		     const struct sparse *policy, uint32_t budget,
		     const uint32_t *ids, uint32_t n, struct err *err)
{
	double began_s = now_s();

	*g = (struct generation){ .o = o,
				  .threshold = o->threshold,
				  .policy = policy,
				  .n_prompt = n,
				  .threshold_at = GENERATION_NEVER,
				  .back_to = GENERATION_NEVER,
				  .banned = GENERATION_NEVER };
	assert(n > 0);
	if (!can_speculate(o, policy, err) ||
	    !resolve(g, policy, budget, &g->sparse, err) ||
	    !can_then(g, &o->threshold, err))
		return false;
	g->draft = o->speculate ? draft_new() : NULL;
	for (uint32_t i = 0; i < n; i++)
		push_id(g, ids[i], 0);
	generation_draws(g, &o->sample);
	generation_watch(g, 0);
	feed_all(g);
	g->clock_s = now_s() - began_s;
	return true;
}

void generation_retire(struct generation *g)
{
	transformer_free(g->t);
	sampler_free(g->sampler);
	draft_free(g->draft);
	run_free(g->watched);
	buf_release(&g->text);
	buf_release(&g->tail);
	conclude_free(g->conclude);
	mem_free(g->weighted);
	g->t = NULL;
	g->sampler = NULL;
	g->draft = NULL;
	g->watched = NULL;
	g->conclude = NULL;
	g->weighted = NULL;
}

void generation_release(struct generation *g)
{
	generation_retire(g);
	mem_free(g->ids);
	mem_free(g->times_s);
	*g = (struct generation){ 0 };
}

/* What can't be had would end the process in the midst of a step. */
static bool has_room(const struct generation *g)
{
	uint64_t left = spare_here("");

	return left == SPARE_UNKNOWN ||
	       need_step(g->o->model, g->o->kv, g->n_ids + 1) <= (double)left;
}

bool generation_broke(const struct generation *g, struct err *err)
{
	const char *why = g->finish ? g->finish : "";
	char left[NUM_BYTES];

	if (strcmp(why, GENERATION_NO_MEMORY) == 0) {
		err_set(err, "the text ends after %u tokens: ulimit has %s "
			     "left, and a step may take more", g->n_ids,
			num_size(left, spare_here("")));
		return true;
	}
	if (strcmp(why, GENERATION_NO_NUMBER) != 0)
		return false;
	err_set(err, "the model's logits are no numbers after %u tokens: its "
		     "weights or the numbers of its shape are broken",
		g->n_ids);
	return true;
}

static bool has_stop(const struct generation *g)
{
	for (size_t i = 0; i < g->o->n_stops; i++)
		if (bytes_find(g->tail.data, g->tail.len, g->o->stops[i],
			       strlen(g->o->stops[i])))
			return true;
	return false;
}

/* A stop may have begun before the fork; one that is whole ended a run that
 * somebody goes on with. */
static void recall_tail(struct generation *g)
{
	uint32_t n = generation_n_out(g);

	if (!g->o->n_stops)
		return;
	for (uint32_t i = n - MIN(n, (uint32_t)TAIL_BYTES); i < n; i++)
		generation_text(g, i, &g->tail);
	if (has_stop(g))
		buf_clear(&g->tail);
}

/* The parse takes nothing back. */
static void draft_again(struct generation *g)
{
	if (!g->draft)
		return;
	draft_free(g->draft);
	g->draft = draft_new();
	for (uint32_t i = 0; i < g->n_ids; i++)
		draft_push(g->draft, g->ids[i]);
}

void generation_drop(struct generation *g, uint32_t n)
{
	assert(n <= generation_n_out(g));
	g->n_ids = g->n_prompt + n;
	draft_again(g);
	buf_clear(&g->tail);
	recall_tail(g);
}

/* What is under way at the end of `from`. */
static void take_over(struct generation *g, const struct generation *from)
{
	g->threshold_at = from->threshold_at;
	g->n_acted = from->n_acted;
	g->acted_at = from->acted_at;
	g->back_to = from->back_to;
	g->banned = from->banned;
	g->conclude = conclude_copy(from->conclude);
	g->n_passes = from->n_passes;
	g->n_drafted = from->n_drafted;
	g->n_accepted = from->n_accepted;
	if (from->watched)
		return;
	run_free(g->watched);
	g->watched = NULL;
}

void generation_fork(struct generation *g, const struct generation *from,
		     uint32_t n, const struct transformer *at)
{
	assert(n >= from->n_prompt && n <= from->n_ids);
	*g = (struct generation){ .o = from->o,
				  .threshold = from->threshold,
				  .policy = from->policy,
				  .sparse = from->sparse,
				  .n_prompt = from->n_prompt,
				  .threshold_at = GENERATION_NEVER,
				  .back_to = GENERATION_NEVER,
				  .banned = GENERATION_NEVER };
	if (!at && transformer_n(from->t) == n)
		at = from->t;
	g->t = at ? transformer_copy(at) : NULL;
	g->sampler = sampler_copy(from->sampler);
	g->draft = from->draft ? draft_new() : NULL;
	for (uint32_t i = 0; i < n; i++)
		push_id(g, from->ids[i], from->times_s[i]);
	recall_tail(g);
	generation_watch(g, 0);
	if (n == from->n_ids)
		take_over(g, from);
	/* Not from->times_s[n - 1] alone: a prompt's tokens have none. */
	g->clock_s = n < from->n_ids ? from->times_s[n] : from->clock_s;
	if (!g->t)
		feed_all(g);
}

/* --- a step ------------------------------------------------------------- */

/* Does the text end in one of the stops? */
static bool is_stopped(struct generation *g)
{
	if (!g->o->n_stops)
		return false;
	buf_append(&g->tail, g->text.data, g->text.len);
	if (has_stop(g))
		return true;
	if (g->tail.len > 2 * TAIL_BYTES)
		buf_drop(&g->tail, g->tail.len - TAIL_BYTES);
	return false;
}

static const char *why_end(struct generation *g)
{
	if (is_stopped(g))
		return "stop";
	if (g->o->n_predict && generation_n_out(g) >= g->o->n_predict)
		return "length";
	if (g->n_ids >= g->o->model->shape.n_ctx)
		return "length";
	return NULL;
}

uint32_t generation_draw(struct generation *g, uint32_t id, float weight,
			 float *logprob)
{
	const float *logits = transformer_logits(g->t);
	uint32_t n = g->o->model->shape.n_vocab;

	if (!g->weighted)
		g->weighted = mem_alloc(n * sizeof(*g->weighted));
	memcpy(g->weighted, logits, n * sizeof(*logits));
	g->weighted[id] += weight;
	sampler_past(g->sampler, g->ids, g->n_ids);
	id = sampler_next(g->sampler, g->weighted, NULL);
	if (id != SAMPLE_NONE)
		*logprob = sample_logprob(logits, n, id);
	return id;
}

/* The next token's id; *ours: not for the model to end with. */
static uint32_t next_id(struct generation *g, bool *ours)
{
	uint32_t banned = g->banned;

	*ours = false;
	g->banned = GENERATION_NEVER;
	if (conclude_is_open(g))
		return conclude_next(g, &g->logprob, ours);
	if (banned != GENERATION_NEVER)
		return generation_draw(g, banned, -INFINITY, &g->logprob);
	sampler_past(g->sampler, g->ids, g->n_ids);
	return sampler_next(g->sampler, transformer_logits(g->t),
			    &g->logprob);
}

/* The token that the logits give; then the model reads it. */
static bool take_token(struct generation *g, double began_s)
{
	uint32_t before = g->ids[g->n_ids - 1];
	bool ours, open = conclude_is_open(g);
	uint32_t id = next_id(g, &ours);

	buf_clear(&g->text);
	if (id == SAMPLE_NONE) { /* weights that are none, or too large */
		g->finish = GENERATION_NO_NUMBER;
		return false;
	}
	if (vocab_ends(g->o->vocab, id) && !ours && !g->o->ignore_eos) {
		g->finish = "stop";
		return false;
	}
	vocab_piece(g->o->vocab, id, before, &g->text);
	push_id(g, id, g->clock_s + (now_s() - began_s));
	if (g->watched)
		watch_token(g, id);
	else if (open && !conclude_is_open(g)) /* the answer alone */
		generation_watch(g, generation_n_out(g));
	g->finish = why_end(g);
	return true;
}

/* How many more tokens can come. */
static uint32_t left(const struct generation *g)
{
	uint32_t n = g->o->model->shape.n_ctx - g->n_ids;

	return g->o->n_predict ?
		       MIN(n, g->o->n_predict - generation_n_out(g)) : n;
}

/* The model reads the last token, and what is worth reading behind it. */
static void read_on(struct generation *g)
{
	uint32_t ids[DRAFT_MAX], n = 0;

	if (g->o->together) {
		together_step(g->o->together, g->t, g->ids[g->n_ids - 1]);
		g->n_passes++;
		return;
	}
	if (g->draft && transformer_can_read_ahead(g->t))
		n = draft_worth(g->draft, MIN(g->o->speculate, left(g) - 1));
	if (n)
		draft_guess(g->draft, ids, n);
	if (transformer_step_ahead(g->t, g->ids[g->n_ids - 1], ids, n)) {
		g->n_accepted++;
		return;
	}
	g->n_passes++;
	g->n_drafted += n;
}

bool generation_step(struct generation *g)
{
	double began_s;
	bool came;

	if (g->finish)
		return false;
	if (!has_room(g)) {
		g->finish = GENERATION_NO_MEMORY;
		return false;
	}
	generation_go_back(g);
	began_s = now_s();
	came = take_token(g, began_s);
	if (!g->finish && watch_fires(g))
		generation_act(g);
	/* A policy that got the text again has read this token, too. */
	if (!g->finish && g->back_to == GENERATION_NEVER &&
	    transformer_n(g->t) < g->n_ids)
		read_on(g);
	g->clock_s += now_s() - began_s;
	return came;
}
