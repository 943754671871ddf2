/*
 * Nothing is undone in the step that found it out: who writes records has to
 * tell of the token first. The next step goes back.
 */
#include "decode/generation_impl.h"

#include <string.h>

#include "base/buf.h"
#include "system/clock.h"
#include "trace/copied.h"

/* --- their names -------------------------------------------------------- */

#define THRESHOLD_NAME(word, name) name,
static const char *const names[] = { THRESHOLDS(THRESHOLD_NAME) };
#undef THRESHOLD_NAME

const struct then_opts then_opts_default = {
	.conclude_ramp = CONCLUDE_RAMP_DEFAULT,
	.conclude_limit = CONCLUDE_LIMIT_DEFAULT,
	.retries = 1,
};

const char *threshold_name(size_t i)
{
	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

enum threshold_then threshold_find(const char *name,
				   const struct sparse **policy)
{
	*policy = sparse_find(name);
	if (*policy)
		return THRESHOLD_POLICY;
	for (size_t i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return (enum threshold_then)i;
	return THRESHOLD_KINDS;
}

/* --- what each does ----------------------------------------------------- */

static void do_nothing(struct generation *g)
{
	(void)g;
}

static void do_stop(struct generation *g)
{
	g->finish = rules[g->threshold.i_rule]->name;
}

static void do_policy(struct generation *g)
{
	const struct threshold_opts *o = &g->threshold;
	struct err err;

	if (!generation_switch(g, o->policy, o->budget, &err))
		g->finish = "error"; /* options were tried at the beginning */
}

static void do_conclude(struct generation *g)
{
	conclude_begin(g);
}

/* Whole tokens of the text that is worth going on from. */
static void do_rollback(struct generation *g)
{
	const struct trace *t = &g->watched->trace;
	size_t keep = copied_find(g->watched).keep;
	uint32_t n = 0;

	while (n < t->n_tokens && t->end[n] <= keep)
		n++;
	g->back_to = n;
}

static void do_retry(struct generation *g)
{
	g->back_to = 0;
}

static const struct {
	void (*act)(struct generation *g);
	const char *done; /* for people; NULL: the finish or the turn says it */
	bool again;       /* as many times as retries, else once */
} rows[THRESHOLD_KINDS] = {
	[THRESHOLD_REPORT] = { do_nothing, "nothing was done", false },
	[THRESHOLD_STOP] = { do_stop, NULL, false },
	[THRESHOLD_CONCLUDE] = { do_conclude, "concluded", false },
	[THRESHOLD_ROLLBACK] = { do_rollback, "rolled back", false },
	[THRESHOLD_RETRY] = { do_retry, "tried again", true },
	[THRESHOLD_POLICY] = { do_policy, NULL, false },
};

void generation_act(struct generation *g)
{
	const struct threshold_opts *o = &g->threshold;

	if (g->n_acted < (rows[o->then].again ? o->how.retries : 1)) {
		g->n_acted++;
		rows[o->then].act(g);
		g->acted_at = MIN(g->back_to, generation_n_out(g));
	} else {
		do_stop(g);
	}
	run_free(g->watched);
	g->watched = NULL;
}

/* The text of `from` has been read to its last token, which does no harm: what
 * goes back cuts it off, what feeds it again does so to the same place. */
void generation_go_on(struct generation *g, const struct generation *from,
		      const struct threshold_opts *threshold)
{
	double began_s = now_s(), clock_s;

	generation_fork(g, from, from->n_ids, NULL);
	clock_s = g->clock_s;
	g->threshold = *threshold;
	g->n_acted = 0;
	generation_watch(g, 0);
	while (!run_measure(g->watched, UINT32_MAX))
		;
	generation_act(g);
	g->clock_s = clock_s + now_s() - began_s;
}

bool generation_tell(const struct generation *g, struct buf *out)
{
	const struct threshold_opts *o = &g->threshold;

	if (!g->n_acted || !rows[o->then].done)
		return false;
	buf_printf(out, "%s at token %u: %s", rules[o->i_rule]->name,
		   g->threshold_at, rows[o->then].done);
	if (g->back_to != GENERATION_NEVER || g->acted_at != g->threshold_at)
		buf_printf(out, ", to token %u", g->acted_at);
	if (g->back_to == GENERATION_NEVER)
		buf_printf(out, ", then %u tokens",
			   generation_n_out(g) - g->acted_at);
	return true;
}

/* --- back --------------------------------------------------------------- */

/* Densely: from the cache where all is still there, else from the text. The
 * model reads the last token again, for what it says behind it. */
static void roll_back(struct generation *g)
{
	bool cut = transformer_can_cut(g->t, g->n_ids - 1);
	struct err err;

	if (cut)
		transformer_cut(g->t, g->n_ids - 1);
	if (!generation_switch(g, &sparse_dense, 0, &err))
		g->finish = "error"; /* dense has no options */
	if (cut)
		transformer_step(g->t, g->ids[g->n_ids - 1]);
}

/* Greedy decoding would come to the same text. */
static void try_again(struct generation *g)
{
	struct sample_opts o = g->o->sample;

	o.seed += g->n_acted;
	if (!(o.temperature > 0))
		o.temperature = RETRY_TEMPERATURE_DEFAULT;
	generation_draws(g, &o);
	generation_feed_again(g);
}

void generation_go_back(struct generation *g)
{
	uint32_t n = g->back_to, went;
	bool same = g->policy == &sparse_dense;
	double began_s = now_s();

	if (n == GENERATION_NEVER)
		return;
	g->back_to = GENERATION_NEVER;
	went = generation_n_out(g) - n;
	if (same && went && g->threshold.then == THRESHOLD_ROLLBACK)
		g->banned = g->ids[g->n_prompt + n];
	sampler_go_back(g->sampler, went);
	generation_drop(g, n);
	if (g->threshold.then == THRESHOLD_ROLLBACK)
		roll_back(g);
	else
		try_again(g);
	generation_watch(g, n);
	g->clock_s += now_s() - began_s;
}
