/*
 * Cells are means over runs of the same problems, filled anew from all runs
 * each time: there are few, and nothing has to be kept in step.
 */
#include "bench/bench_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void bench_table_release(struct bench_table *t)
{
	mem_free(t->cells);
	*t = (struct bench_table){ 0 };
}

const struct bench_cell *bench_table_dense(const struct bench_table *t)
{
	return t->n && t->cells[0].budget == 0 ? &t->cells[0] : NULL;
}

/* --- the scale ---------------------------------------------------------- */

static double deflated(const struct bench_run *run)
{
	struct coder *c = coder_new(CODER_DEFLATE);
	double bytes;

	coder_push(c, run->text, run->n_text);
	bytes = (double)coder_size(c);
	coder_free(c);
	return bytes;
}

double bench_scale_t(const struct bench_scale *s, uint32_t f)
{
	return MAX(1,
		   round(f * BENCH_PAPER_RATIO * s->bytes / BENCH_PAPER_BYTES));
}

struct bench_scale bench_scale(const struct bench_run *runs, size_t n)
{
	struct bench_scale s = { 0 };
	double per_token = 0, step;

	for (size_t i = 0; i < n; i++) {
		if (runs[i].budget || !runs[i].n_tokens)
			continue;
		s.n_runs++;
		s.tokens += runs[i].n_tokens;
		per_token += deflated(&runs[i]) / runs[i].n_tokens;
	}
	if (!s.n_runs)
		return s;
	s.tokens /= s.n_runs;
	s.bytes = per_token / s.n_runs;
	step = round(s.tokens / BENCH_F_PART / BENCH_F_STEP) * BENCH_F_STEP;
	s.f = (uint32_t)MIN(MAX(step, BENCH_F_STEP), RULE_F_MAX);
	s.t = bench_scale_t(&s, s.f);
	return s;
}

/* --- a cell ------------------------------------------------------------- */

/* The runs of one cell, as places in the row of all. */
struct group {
	const struct bench_run *runs;
	const size_t *at;
	size_t n;
};

static const struct bench_run *member(const struct group *g, size_t i)
{
	return &g->runs[g->at[i]];
}

static double ratio(double part, double all)
{
	return all > 0 ? part / all : NAN;
}

/* Tokens that stay of a run when it is stopped after `at`. */
static uint32_t kept(const struct bench_run *run, uint32_t at)
{
	return MIN(at, run->n_tokens);
}

static uint64_t kept_by_cap(const struct group *g, uint32_t cap)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < g->n; i++)
		sum += kept(member(g, i), cap);
	return sum;
}

/* The lowest cap that keeps at least so many tokens of all runs. */
static uint32_t cap_that_keeps(const struct group *g, uint64_t tokens)
{
	uint32_t lo = 0, hi = 0;

	for (size_t i = 0; i < g->n; i++)
		hi = MAX(hi, member(g, i)->n_tokens);
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (kept_by_cap(g, mid) < tokens)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint32_t stop_of(const struct bench_cell *cell,
			const struct bench_run *run, enum bench_stop stop)
{
	return stop == BENCH_LENGTH ? (uint32_t)cell->cap_tokens
				    : run->stops[stop];
}

static void fill_effect(struct bench_cell *cell, const struct group *g,
			enum bench_stop stop)
{
	struct bench_effect *e = &cell->stops[stop];
	double tokens[2] = { 0, 0 }, saved[2] = { 0, 0 };
	double fired = 0, right = 0, jct = 0, n_judged = cell->n_judged;

	for (size_t i = 0; i < g->n; i++) {
		const struct bench_run *run = member(g, i);
		uint32_t at = kept(run, stop_of(cell, run, stop));
		uint32_t less = run->n_tokens - at;

		tokens[run->right] += run->n_tokens;
		saved[run->right] += less;
		fired += less > 0;
		right += less ? bench_run_right(run, at) : run->right;
		jct += run->jct_s - less * bench_run_tbt(run);
	}
	e->fired = ratio(fired, (double)g->n);
	e->tokens = ratio(tokens[0] + tokens[1] - saved[0] - saved[1],
			  (double)g->n);
	e->saved = ratio(saved[0] + saved[1], tokens[0] + tokens[1]);
	e->saved_right = ratio(saved[1], tokens[1]);
	e->saved_wrong = ratio(saved[0], tokens[0]);
	e->accuracy = ratio(right, n_judged);
	e->change = e->accuracy - cell->accuracy;
	e->jct_s = ratio(jct, (double)g->n);
}

static void fill_after(struct bench_cell *cell, const struct group *g,
		       enum bench_then then)
{
	struct bench_outcome *r = &cell->after[then];
	double n = (double)g->n, tried = 0;

	*r = (struct bench_outcome){ 0 };
	for (size_t i = 0; i < g->n; i++) {
		const struct bench_run *run = member(g, i);
		const struct bench_after *one = &run->after[then];
		bool it = one->policy[0] != '\0';

		tried += it;
		r->accuracy += it ? one->right : run->right;
		r->tokens += it ? one->n_tokens : run->n_tokens;
		r->at_cap += it ? one->at_cap : run->at_cap;
		r->jct_s += it ? one->jct_s : run->jct_s;
		r->n_recomputed += it ? one->n_recomputed : 0;
	}
	*r = (struct bench_outcome){
		.tried = tried > 0 ? tried / n : NAN,
		.accuracy = ratio(r->accuracy, cell->n_judged),
		.tokens = r->tokens / n,
		.at_cap = r->at_cap / n,
		.jct_s = r->jct_s / n,
		.n_recomputed = r->n_recomputed / n,
	};
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* The least length that nine of ten runs do not exceed. */
static double p90(const struct group *g)
{
	uint32_t *sizes = mem_alloc(sizeof(*sizes) * g->n);
	double value;

	for (size_t i = 0; i < g->n; i++)
		sizes[i] = member(g, i)->n_tokens;
	qsort(sizes, g->n, sizeof(*sizes), by_size);
	value = sizes[(g->n * 9 + 9) / 10 - 1];
	mem_free(sizes);
	return value;
}

static void fill_marks(struct bench_cell *cell, const struct group *g)
{
	double right = 0, unread = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct bench_run *run = member(g, i);
		bool judged = run->kind != ANSWER_OPEN;

		cell->n_judged += judged;
		right += judged && run->right;
		unread += judged && run->unread;
	}
	cell->accuracy = ratio(right, cell->n_judged);
	cell->unread = ratio(unread, cell->n_judged);
	cell->wrong = ratio(cell->n_judged - right - unread, cell->n_judged);
	cell->collapsed = cell->accuracy < BENCH_COLLAPSED;
}

static void fill_means(struct bench_cell *cell, const struct group *g)
{
	double n = (double)g->n, steps = 0, stepping = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct bench_run *run = member(g, i);

		cell->idle += bench_run_idle(run) / n;
		cell->tokens += run->n_tokens / n;
		cell->at_cap += run->at_cap / n;
		cell->ttft_s += run->ttft_s / n;
		cell->jct_s += run->jct_s / n;
		cell->kv_held += run->kv_held / n;
		cell->kv_read += run->kv_read / n;
		cell->rho += run->rho / n;
		cell->bytes += run->bytes / n;
		if (run->n_tokens > 1) {
			steps += run->n_tokens - 1;
			stepping += run->jct_s - run->ttft_s;
		}
	}
	cell->tbt_s = ratio(stepping, steps);
	cell->bytes_per_token = ratio(cell->bytes, cell->tokens);
	cell->tokens_p90 = p90(g);
}

static void fill_cell(struct bench_cell *cell, const struct group *g,
		      uint32_t n_problems)
{
	const struct bench_run *first = member(g, 0);
	uint64_t tokens = 0;

	*cell = (struct bench_cell){ .budget = first->budget,
				     .n = (uint32_t)g->n };
	memcpy(cell->policy, first->policy, sizeof(cell->policy));
	cell->n_missing = n_problems - MIN(n_problems, cell->n);
	fill_marks(cell, g);
	fill_means(cell, g);
	for (size_t i = 0; i < g->n; i++)
		tokens += kept(member(g, i), member(g, i)->stops[0]);
	cell->cap_tokens = cap_that_keeps(g, tokens);
	for (int stop = 0; stop < BENCH_STOPS; stop++)
		fill_effect(cell, g, (enum bench_stop)stop);
	for (int then = 0; then < BENCH_THENS; then++)
		fill_after(cell, g, (enum bench_then)then);
}

/* --- all cells ---------------------------------------------------------- */

static bool same_cell(const struct bench_run *a, const struct bench_run *b)
{
	return a->budget == b->budget && strcmp(a->policy, b->policy) == 0;
}

/* Places of the runs, those of dense attention first. */
static void dense_first(const struct bench_run *runs, size_t n, size_t *at)
{
	size_t n_at = 0;

	for (int dense = 1; dense >= 0; dense--)
		for (size_t i = 0; i < n; i++)
			if ((runs[i].budget == 0) == dense)
				at[n_at++] = i;
}

static void add_cell(struct bench_table *t)
{
	t->cells = grow(t->cells, &t->cap, t->n + 1, sizeof(*t->cells));
	t->n++;
}

/* Budgets of a policy rise; policies stand as their first cells do. */
static size_t place_of(const struct bench_table *t, const struct bench_run *run)
{
	size_t place = t->n;

	for (size_t i = t->n; i-- > 0;) {
		if (strcmp(t->cells[i].policy, run->policy) != 0)
			continue;
		if (t->cells[i].budget < run->budget)
			return i + 1;
		place = i;
	}
	return place;
}

void bench_table_fill(struct bench_table *t, const struct bench_run *runs,
		      size_t n, uint32_t n_problems)
{
	size_t *at = mem_alloc(sizeof(*at) * (n + 1));
	size_t *mine = mem_alloc(sizeof(*mine) * (n + 1));
	bool *done = mem_zalloc(n + 1);
	const struct bench_cell *dense;

	t->n = 0;
	t->n_problems = n_problems;
	dense_first(runs, n, at);
	for (size_t i = 0; i < n; i++) {
		struct group g = { runs, mine, 0 };
		struct bench_cell cell;
		size_t place;

		if (done[i])
			continue;
		for (size_t k = i; k < n; k++) {
			if (!same_cell(&runs[at[i]], &runs[at[k]]))
				continue;
			mine[g.n++] = at[k];
			done[k] = true;
		}
		fill_cell(&cell, &g, n_problems);
		place = place_of(t, &runs[at[i]]);
		add_cell(t);
		memmove(&t->cells[place + 1], &t->cells[place],
			sizeof(*t->cells) * (t->n - 1 - place));
		t->cells[place] = cell;
	}
	dense = bench_table_dense(t);
	for (size_t i = 0; i < t->n; i++) {
		struct bench_cell *cell = &t->cells[i];
		double base = dense ? dense->tokens : 0;

		cell->growth = ratio(cell->tokens, base);
		for (int k = 0; k < BENCH_THENS; k++)
			cell->after[k].growth =
				ratio(cell->after[k].tokens, base);
	}
	mem_free(at);
	mem_free(mine);
	mem_free(done);
}
