/*
 * What is chosen by bytes is what all the numbers give: beside products with
 * every row and a sort, for rows that come one by one and many at once, near
 * each other, far from zero, equal, of no spread, and no numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/shortlist.h"
#include "model/sparse.h"

enum { D_MOST = 200, N_MOST = 450, Q_MOST = 5 };

static const char *const names[] = { "scalar", "avx2", "avx512", "neon",
				     "dotprod" };

static float uniform(void)
{
	return (float)rand() / (float)RAND_MAX * 2 - 1;
}

static float bell(void)
{
	float sum = 0;

	for (int i = 0; i < 12; i++)
		sum += uniform() / 2;
	return sum;
}

/* What rows are like. */
static float flat(uint32_t row, uint32_t i)
{
	(void)row, (void)i;
	return uniform();
}

static float shifted(uint32_t row, uint32_t i)
{
	(void)row;
	return (i % 7 ? 0 : 300) + bell();
}

static float growing(uint32_t row, uint32_t i)
{
	return bell() * (float)(row + 1) * (i % 3 ? 1 : 0.01f);
}

static float few_values(uint32_t row, uint32_t i)
{
	(void)i;
	return (float)(row * 7 % 5);
}

static float still(uint32_t row, uint32_t i)
{
	return row % 40 ? (float)i : (float)i + 1e-3f * bell();
}

static float tiny(uint32_t row, uint32_t i)
{
	(void)row, (void)i;
	return bell() * 1e-33f;
}

static float huge(uint32_t row, uint32_t i)
{
	(void)row, (void)i;
	return bell() * 1e25f;
}

static float broken(uint32_t row, uint32_t i)
{
	if (row == 300 && i == 3)
		return NAN;
	return row == 400 && i == 1 ? INFINITY : bell();
}

static float (*const kinds[])(uint32_t row, uint32_t i) = {
	flat, shifted, growing, few_values, still, tiny, huge, broken
};

struct race {
	struct shortlist list;
	struct shortlist_bench bench;
	struct shortlist_rows rows;
	struct slabs *slabs;
	char *numbers;
	uint32_t n;
};

static void add_rows(struct race *r, uint32_t n,
		     float (*kind)(uint32_t row, uint32_t i))
{
	float row[D_MOST];

	for (; n--; r->n++) {
		for (uint32_t i = 0; i < r->rows.d; i++)
			row[i] = kind(r->n, i);
		kernel_store(r->numbers + r->n * r->rows.row_bytes,
			     r->rows.type, row, r->rows.d);
	}
	shortlist_reach(&r->list, r->slabs, &r->rows, r->n);
}

static void same_choice(struct race *r, const float *q, uint32_t count,
			uint32_t n)
{
	float all[N_MOST];
	uint32_t want[N_MOST], work[N_MOST];

	for (uint32_t k = 0; k < Q_MOST; k++) {
		const uint32_t *got = shortlist_top(
			&r->list, &r->bench, &r->rows, q, k, count, n);

		kernel_scores(all, count, q + (size_t)k * r->rows.d, 1,
			      r->numbers, r->rows.type, r->rows.d, count, 1);
		sparse_top(all, count, n, want, work);
		for (uint32_t i = 0; i < MIN(n, count); i++)
			assert_int_equal(got[i], want[i]);
	}
}

static void run_race(float (*kind)(uint32_t row, uint32_t i),
		     enum ggml_type type, uint32_t d, uint32_t step)
{
	struct race r = { .slabs = shortlist_slabs(d) };
	float q[Q_MOST * D_MOST];

	r.rows = (struct shortlist_rows){
		.type = type,
		.row_bytes = quant_row_bytes(quant_of(type), d),
		.d = d,
	};
	r.numbers = mem_zalloc(N_MOST * r.rows.row_bytes);
	r.rows.rows = r.numbers;
	while (r.n + step <= N_MOST) {
		add_rows(&r, step, kind);
		if (step == 1 && r.n % 64 > 2)
			continue;
		for (uint32_t i = 0; i < Q_MOST * d; i++)
			q[i] = i / d == 1 && i % 5 ? 0 : bell();
		if (r.n % 3 == 0)
			q[d * 2] = r.n % 2 ? NAN : 1e38f;
		shortlist_score(&r.list, &r.bench, &r.rows, q, Q_MOST);
		same_choice(&r, q, r.n, (uint32_t)rand() % (r.n + 2));
		same_choice(&r, q, r.n - (r.n > 1), r.n / 30 + 1);
	}
	shortlist_release(&r.list, r.slabs);
	shortlist_bench_release(&r.bench);
	slabs_free(r.slabs);
	mem_free(r.numbers);
}

static void the_same_choice(void **state)
{
	static const uint32_t ds[] = { 2, 31, 128, 200 };

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(names); k++) {
		if (!kernel_use(names[k]))
			continue;
		srand(3);
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			for (size_t j = 0; j < ARRAY_LEN(ds); j++) {
				run_race(kinds[i], GGML_F16, ds[j], 37);
				run_race(kinds[i], GGML_F16, ds[j], N_MOST);
				if (j % 2)
					run_race(kinds[i], GGML_F32, ds[j], 1);
			}
	}
	kernel_use(NULL);
}

/* Rows of which a block is larger than a piece can be. */
static void wide_rows(void **state)
{
	enum { D = 40000, N = 20 };
	float *numbers = mem_alloc((size_t)N * D * sizeof(*numbers));
	struct shortlist_rows rows = { (const char *)numbers, GGML_F32,
				       D * sizeof(*numbers), D };
	struct shortlist list = { 0 };
	struct shortlist_bench bench = { 0 };
	struct slabs *slabs = shortlist_slabs(D);
	const uint32_t *best;

	(void)state;
	for (uint32_t i = 0; i < N * D; i++)
		numbers[i] = (float)(i / D * 7 % N);
	shortlist_reach(&list, slabs, &rows, N);
	shortlist_score(&list, &bench, &rows, numbers + D, 1);
	best = shortlist_top(&list, &bench, &rows, numbers + D, 0, N, 1);
	assert_int_equal(numbers[best[0] * D], N - 1);
	shortlist_release(&list, slabs);
	shortlist_bench_release(&bench);
	slabs_free(slabs);
	mem_free(numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_choice),
		cmocka_unit_test(wide_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
