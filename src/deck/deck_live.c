/*
 * Runs that grow. Each is measured as it comes, in slices: first those that
 * are looked at, the others when nothing else waits. Their rows say what is
 * known so far; the report at the end says it all again.
 */
#include "deck/deck_state.h"
#include "system/clock.h"

/* Out of sight a run waits for so many tokens and so long, or for the next
 * check: a few at a time, in turn with hundreds of others, each would find its
 * tree gone from the caches. */
enum { LIVE_BATCH_TOKENS = 64, LIVE_BATCH_MS = 4000 };

struct meter_opts deck_row_opts(const struct deck *d)
{
	struct meter_opts opts = d->opts;
	uint32_t shown = RULE_BIT(opts.i_stop);
	size_t i_rule;

	for (size_t k = 0; (i_rule = rule_shown(k)) < RULE_ROWS; k++)
		shown |= RULE_BIT(i_rule);
	opts.rules &= shown;
	return opts;
}

void deck_live_add(struct deck *d, size_t entry)
{
	d->live = grow(d->live, &d->live_cap, d->n_live + 1, sizeof(*d->live));
	d->live[d->n_live++] = entry;
	d->entries[entry].own.looked_ms =
		d->entries[entry].own.began_ms - LIVE_BATCH_MS;
}

size_t deck_live_find(const struct deck *d, const struct run *run)
{
	for (size_t k = d->n_live; k-- > 0;)
		if (d->runs[d->live[k]] == run)
			return d->live[k];
	return DECK_NONE;
}

void deck_live_fired(struct deck *d, size_t entry, uint32_t before)
{
	const struct entry *e = &d->entries[entry];

	if (!e->own.live || before != RULE_NEVER || e->fired_at == RULE_NEVER)
		return;
	d->alarms[d->n_alarms++ % DECK_ALARMS] = entry;
}

/* What a row shows of a run that is not at its end. The verdict is asked for
 * once a check. */
static void fill_so_far(struct deck *d, size_t i, const struct run *run)
{
	struct entry *e = &d->entries[i];
	const struct guardian *g = meter_guardian(run->meter);
	uint32_t n = run_n_measured(run), before = e->fired_at;
	struct rule_warning near;
	struct rule_verdict stop;
	size_t i_rule;

	e->tokens = n;
	e->own.copied_since = RULE_NEVER;
	if (meter_nearest(run->meter, n, &near) < RULE_ROWS) {
		e->own.copied_since = near.since;
		e->own.stop_in = near.left;
	}
	if (e->own.checks == g->n)
		return;
	e->own.checks = (uint32_t)g->n;
	e->rho = (float)meter_point(run->meter, n).rho;
	stop = meter_rule_at(run->meter, meter_opts(run->meter)->i_stop, n);
	deck_set_stop(d, i, &stop);
	e->odds = (float)meter_odds(run->meter,
				    meter_opts(run->meter)->i_stop);
	for (size_t k = 0; (i_rule = rule_shown(k)) < RULE_ROWS; k++)
		e->rules_at[k] = meter_rule(run->meter, i_rule).at_token;
	deck_live_fired(d, i, before);
}

static bool is_worth_it(const struct entry *e, const struct run *run)
{
	const struct guardian *g = run->meter ? meter_guardian(run->meter) :
						NULL;
	uint32_t n = run->trace.n_tokens;

	return !g || n / g->opts.f > g->n ||
	       (n - run_n_measured(run) >= LIVE_BATCH_TOKENS &&
		e->own.came_ms - e->own.looked_ms >= LIVE_BATCH_MS);
}

/* Notes when the run last grew; false: there is nothing to measure. */
static bool live_step(struct deck *d, size_t i, uint32_t max_tokens, bool seen)
{
	struct entry *e = &d->entries[i];
	struct run *run = d->runs[i];
	bool done;

	if (run->trace.n_tokens != e->own.came) {
		/* what stood there already is no news */
		e->own.live = e->own.came &&
			  source_is_live(d->shelves[e->own.i_source].source);
		e->own.came = run->trace.n_tokens;
		e->own.came_ms = deck_ms(d, now_us());
	}
	if (run_n_measured(run) == run->trace.n_tokens) {
		if (e->tokens != run->trace.n_tokens) /* measured by a lane */
			fill_so_far(d, i, run);
		return false;
	}
	if (!seen && !is_worth_it(e, run))
		return false;
	done = run_measure_aside(run, max_tokens);
	e->own.looked_ms = e->own.came_ms - (done ? 0 : LIVE_BATCH_MS);
	fill_so_far(d, i, run);
	return !done;
}

static bool is_open(const struct deck *d, size_t i)
{
	return i < d->n && d->entries[i].state == ENTRY_OPEN && d->runs[i] &&
	       !d->runs[i]->ended;
}

bool deck_sight_live_step(struct deck *d, uint32_t max_tokens)
{
	for (size_t k = 0; d->n_live && k < d->n_sight; k++)
		if (is_open(d, d->sight[k]) &&
		    live_step(d, d->sight[k], max_tokens, true))
			return true;
	return false;
}

/* Round and round, so that none of hundreds waits for the others. */
bool deck_live_step(struct deck *d, uint32_t max_tokens)
{
	for (size_t k = d->n_live; k > 0; k--) {
		size_t at = d->i_live < d->n_live ? d->i_live : 0;

		d->i_live = at + 1;
		if (!is_open(d, d->live[at]))
			d->live[at] = d->live[--d->n_live];
		else if (live_step(d, d->live[at], max_tokens, false))
			return true;
	}
	return false;
}

bool deck_run_is_live(const struct deck *d)
{
	const struct shelf *s;

	if (d->opened == DECK_NONE)
		return false;
	s = &d->shelves[d->entries[d->opened].own.i_source];
	return !s->ended && source_is_live(s->source);
}

bool deck_is_live(const struct deck *d)
{
	for (size_t i = d->n_ended; i < d->n_shelves; i++) {
		const struct shelf *s = &d->shelves[i];

		if (!s->ended && s->probed && s->shape == FEED_STREAM &&
		    source_is_live(s->source))
			return true;
	}
	return false;
}

bool deck_is_passing(const struct deck *d)
{
	for (size_t i = d->n_ended; i < d->n_shelves; i++)
		if (!d->shelves[i].ended && d->shelves[i].probed &&
		    source_is_pipe(d->shelves[i].source))
			return true;
	return false;
}

size_t deck_n_alarms(const struct deck *d)
{
	return d->n_alarms;
}

size_t deck_alarm(const struct deck *d, size_t i)
{
	return i >= d->n_alarms || d->n_alarms - i > DECK_ALARMS ?
		       DECK_NONE :
		       d->alarms[i % DECK_ALARMS];
}
