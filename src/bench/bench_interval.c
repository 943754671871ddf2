/*
 * 95 % intervals of a cell's numbers, by a bootstrap over its problems: they
 * are drawn again, with repetition, and the number is worked out anew. Numbers
 * that compare are paired: a problem that is drawn is drawn in both.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_table.h"

enum { RESAMPLES = 2000, TAIL = RESAMPLES / 40 }; /* 2.5 % at each end */

/* All numbers are ratios of sums over problems; a mean has ones below. */
struct fraction {
	double above, below;
};

/* A run, and those of the same problem that it stands beside. */
struct beside {
	const struct bench_cell *cell;
	const struct bench_run *run, *dense, *random;
};

static uint32_t kept(const struct beside *b, int stop)
{
	uint32_t at = stop == BENCH_LENGTH ? (uint32_t)b->cell->cap_tokens
					   : b->run->stops[stop];

	return MIN(at, b->run->n_tokens);
}

static bool is_judged(const struct bench_run *run)
{
	return run && run->kind != ANSWER_OPEN;
}

static struct fraction difference(bool judged, double of, double from)
{
	return judged ? (struct fraction){ of - from, 1 }
		      : (struct fraction){ 0, 0 };
}

/* --- the numbers -------------------------------------------------------- */

static struct fraction right(const struct beside *b, int i)
{
	(void)i;
	return difference(is_judged(b->run), b->run->right, 0);
}

static struct fraction growth(const struct beside *b, int i)
{
	(void)i;
	if (!b->dense)
		return (struct fraction){ 0, 0 };
	return (struct fraction){ b->run->n_tokens, b->dense->n_tokens };
}

static struct fraction beside_dense(const struct beside *b, int i)
{
	(void)i;
	return difference(is_judged(b->dense), b->run->right,
			  b->dense ? b->dense->right : 0);
}

static struct fraction beside_random(const struct beside *b, int i)
{
	(void)i;
	return difference(is_judged(b->random), b->run->right,
			  b->random ? b->random->right : 0);
}

static struct fraction saved(const struct beside *b, int stop)
{
	return (struct fraction){ b->run->n_tokens - kept(b, stop),
			      b->run->n_tokens };
}

/* Of the runs that it ends alone. */
static struct fraction saved_of_fired(const struct beside *b, int stop)
{
	struct fraction t = saved(b, stop);

	return t.above > 0 ? t : (struct fraction){ 0, 0 };
}

static bool right_at(const struct beside *b, int stop)
{
	uint32_t at = kept(b, stop);

	return at < b->run->n_tokens ? bench_run_right(b->run, at)
				     : b->run->right;
}

static struct fraction change(const struct beside *b, int stop)
{
	return difference(is_judged(b->run), right_at(b, stop), b->run->right);
}

/* Where it was never tried there is nothing to compare. */
static struct fraction beside_stop(const struct beside *b, int then)
{
	const struct bench_after *r = &b->run->after[then];

	return difference(is_judged(b->run) &&
				  isfinite(b->cell->after[then].tried),
			  r->policy[0] ? r->right : b->run->right,
			  right_at(b, BENCH_GUARDIAN));
}

#define OF(member) offsetof(struct bench_cell, member)

static const struct number {
	struct fraction (*fraction)(const struct beside *b, int i);
	size_t at, step; /* of struct bench_cell, and to the next i */
	int n;
} numbers[] = {
	{ right, OF(right_in), 0, 1 },
	{ growth, OF(growth_in), 0, 1 },
	{ beside_dense, OF(beside_dense), 0, 1 },
	{ beside_random, OF(beside_random), 0, 1 },
	{ saved, OF(stops[0].saved_in), sizeof(struct bench_effect),
	  BENCH_STOPS },
	{ saved_of_fired, OF(stops[0].saved_fired), sizeof(struct bench_effect),
	  BENCH_STOPS },
	{ change, OF(stops[0].change_in), sizeof(struct bench_effect),
	  BENCH_STOPS },
	{ beside_stop, OF(after[0].beside_stop), sizeof(struct bench_outcome),
	  BENCH_THENS },
};

/* --- drawing ------------------------------------------------------------ */

/* SplitMix64 (Steele et al. 2014). */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double ratio(const struct fraction *parts, const uint32_t *which,
		    size_t n)
{
	double above = 0, below = 0;

	for (size_t i = 0; i < n; i++) {
		const struct fraction *t = &parts[which ? which[i] : i];

		above += t->above;
		below += t->below;
	}
	return below > 0 ? above / below : NAN;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* A draw in which nothing stands below says nothing, and is left out. */
static struct bench_interval interval(const struct fraction *parts,
				      const uint32_t *draws, size_t n,
				      double *values)
{
	struct bench_interval in = { ratio(parts, NULL, n), NAN, NAN };
	size_t n_values = 0;

	for (size_t i = 0; i < RESAMPLES; i++) {
		double value = ratio(parts, draws + i * n, n);

		if (isfinite(value))
			values[n_values++] = value;
	}
	if (n_values < 2 * TAIL)
		return in;
	qsort(values, n_values, sizeof(*values), by_value);
	in.lo = values[n_values * TAIL / RESAMPLES];
	in.hi = values[n_values - 1 - n_values * TAIL / RESAMPLES];
	return in;
}

/* --- a cell ------------------------------------------------------------- */

static const struct bench_run *run_of(const struct bench_run *runs, size_t n,
				      const char *policy, uint32_t budget,
				      uint64_t problem)
{
	for (size_t i = 0; i < n; i++)
		if (runs[i].problem == problem && runs[i].budget == budget &&
		    (!budget || !strcmp(runs[i].policy, policy)))
			return &runs[i];
	return NULL;
}

/* Those of a cell; how many. */
static size_t gather(const struct bench_cell *cell,
		     const struct bench_run *runs, size_t n,
		     struct beside *out)
{
	size_t n_out = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t id = runs[i].problem;

		if (runs[i].budget != cell->budget ||
		    strcmp(runs[i].policy, cell->policy) != 0)
			continue;
		out[n_out++] = (struct beside){
			.cell = cell,
			.run = &runs[i],
			.dense = cell->budget
					 ? run_of(runs, n, NULL, 0, id)
					 : NULL,
			.random = cell->budget && strcmp(cell->policy, "random")
					  ? run_of(runs, n, "random",
						   cell->budget, id)
					  : NULL,
		};
	}
	return n_out;
}

static void fill_cell(struct bench_cell *cell, const struct beside *all,
		      size_t n)
{
	uint32_t *draws = mem_alloc(sizeof(*draws) * RESAMPLES * n);
	double *values = mem_alloc(sizeof(*values) * RESAMPLES);
	struct fraction *parts = mem_alloc(sizeof(*parts) * n);
	uint64_t seed = 0;

	for (size_t i = 0; i < RESAMPLES * n; i++)
		draws[i] = (uint32_t)(draw(&seed) % n);
	for (size_t k = 0; k < ARRAY_LEN(numbers); k++) {
		const struct number *number = &numbers[k];

		for (int i = 0; i < number->n; i++) {
			struct bench_interval in;

			for (size_t j = 0; j < n; j++)
				parts[j] = number->fraction(&all[j], i);
			in = interval(parts, draws, n, values);
			memcpy((char *)cell + number->at +
				       (size_t)i * number->step,
			       &in, sizeof(in));
		}
	}
	mem_free(draws);
	mem_free(values);
	mem_free(parts);
}

void bench_table_intervals(struct bench_table *t, const struct bench_run *runs,
			   size_t n)
{
	struct beside *all = mem_alloc(sizeof(*all) * (n + 1));

	for (size_t i = 0; i < t->n; i++) {
		size_t n_cell = gather(&t->cells[i], runs, n, all);

		if (n_cell)
			fill_cell(&t->cells[i], all, n_cell);
	}
	mem_free(all);
}
