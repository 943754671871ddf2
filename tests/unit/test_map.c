/* map.c against counting every token, page and layer by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "view/map.h"

enum { TOKENS = 430, PAGES = 70, LAYERS = 3, SIZE = 8, PROMPT = 19 };

/* The sets themselves, a byte a page. */
struct plain {
	unsigned char on[TOKENS][LAYERS][PAGES_KINDS][PAGES];
	uint32_t first; /* token told of */
};

static uint32_t there(uint32_t token)
{
	return (PROMPT + token + SIZE - 1) / SIZE;
}

static void fill_token(struct plain *plain, struct pages *p, uint32_t i)
{
	for (uint32_t l = 0; l < LAYERS; l++)
		for (int k = 0; k < PAGES_KINDS; k++) {
			pages_begin(p, l, (enum pages_kind)k);
			for (uint32_t page = 0; page < there(i); page++)
				if (rand() % 3 == 0) {
					plain->on[i][l][k][page] = 1;
					pages_add(p, l, (enum pages_kind)k,
						  page);
				}
		}
	pages_token(p, i);
}

static struct trace *trace_of(struct plain *plain)
{
	struct trace *t = calloc(1, sizeof(*t));
	struct token token = {
		.text = "ab", .len = 2, .id = 1, .logprob = NAN, .time_s = NAN
	};

	memset(plain, 0, sizeof(*plain));
	trace_init(t);
	t->facts.prompt_tokens = PROMPT;
	t->facts.page_tokens = SIZE;
	t->pages = pages_new();
	plain->first = (uint32_t)rand() % 20;
	for (uint32_t i = 0; i < TOKENS; i++) {
		trace_push(t, &token);
		if (i >= plain->first)
			fill_token(plain, t->pages, i);
	}
	return t;
}

static bool looks_at(const struct map *m, uint32_t layer)
{
	return m->layer == MAP_ALL_LAYERS || m->layer - 1 == layer;
}

/* Adds one page at one token. */
static void count(const struct map *m, const struct plain *plain, uint32_t i,
		  uint32_t page, struct map_cell *cell)
{
	for (uint32_t l = 0; l < LAYERS; l++) {
		if (!looks_at(m, l) || i < plain->first)
			continue;
		cell->there += page < there(i);
		cell->kept += plain->on[i][l][PAGES_KEPT][page];
		cell->read += plain->on[i][l][PAGES_READ][page];
		cell->evicted += i > 0 &&
				 plain->on[i - 1][l][PAGES_KEPT][page] &&
				 !plain->on[i][l][PAGES_KEPT][page];
	}
}

static void check_cell(const struct map *m, const struct plain *plain, int row,
		       int bin)
{
	const struct map_cell *got = &m->cells[row * m->n_bins + bin];
	struct map_cell want = { 0 };
	uint32_t first = m->page_from + (uint32_t)row * m->pages_per_row;

	for (uint32_t i = map_bin_start(m, bin); i < map_bin_start(m, bin + 1);
	     i++)
		for (uint32_t page = first;
		     page < MIN(first + m->pages_per_row, (uint32_t)PAGES);
		     page++)
			count(m, plain, i, page, &want);
	assert_int_equal(got->there, want.there);
	assert_int_equal(got->kept, want.kept);
	assert_int_equal(got->read, want.read);
	assert_int_equal(got->evicted, want.evicted);
}

static void cells_are_counts(void **state)
{
	struct plain *plain = calloc(1, sizeof(*plain));

	(void)state;
	srand(3);
	for (int round = 0; round < 200; round++) {
		struct trace *t = trace_of(plain);
		struct map m = { .from = (uint32_t)rand() % TOKENS };

		m.to = m.from + 1 + (uint32_t)rand() % (TOKENS - m.from);
		m.cols = 1 + rand() % 90;
		m.rows = 1 + rand() % 20;
		m.page_from = (uint32_t)rand() % 10;
		m.pages_per_row = 1 + (uint32_t)rand() % 5;
		m.layer = (uint32_t)rand() % (LAYERS + 1);
		map_fill(&m, t);
		assert_true(m.n_bins <= m.cols);
		assert_int_equal(map_bin_start(&m, m.n_bins), m.to);
		for (int row = 0; row < m.rows; row++)
			for (int bin = 0; bin < m.n_bins; bin++)
				check_cell(&m, plain, row, bin);
		map_release(&m);
		trace_release(t);
		free(t);
	}
	free(plain);
}

/* What the line about a page says. */
static void check_page(const struct trace *t, const struct plain *plain,
		       uint32_t layer, uint32_t page, uint32_t i)
{
	struct map_page got = map_page_at(t, layer, page, i, 50);
	const struct map m = { .layer = layer };
	uint32_t kept = 0, read = 0, evicted = PAGES_NEVER, n_read = 0;

	for (uint32_t k = plain->first; k <= i; k++) {
		bool any = false;

		for (uint32_t l = 0; l < LAYERS; l++) {
			if (!looks_at(&m, l))
				continue;
			any |= plain->on[k][l][PAGES_READ][page];
			if (k == i) {
				kept += plain->on[k][l][PAGES_KEPT][page];
				read += plain->on[k][l][PAGES_READ][page];
			}
			if (k && plain->on[k - 1][l][PAGES_KEPT][page] &&
			    !plain->on[k][l][PAGES_KEPT][page])
				evicted = k;
		}
		n_read += any && k + 50 > i;
	}
	assert_int_equal(got.kept, kept);
	assert_int_equal(got.read, read);
	assert_int_equal(got.evicted_at, evicted);
	assert_int_equal(got.n_read, n_read);
	if (kept)
		for (uint32_t k = got.since; k <= i && layer; k++)
			assert_true(plain->on[k][layer - 1][PAGES_KEPT][page]);
	assert_int_equal(page < there(i), i >= got.born);
}

static void pages_are_told_of(void **state)
{
	struct plain *plain = calloc(1, sizeof(*plain));
	struct trace *t;

	(void)state;
	srand(4);
	t = trace_of(plain);
	for (int round = 0; round < 3000; round++)
		check_page(t, plain, (uint32_t)rand() % (LAYERS + 1),
			   (uint32_t)rand() % (PAGES - 8),
			   (uint32_t)rand() % TOKENS);
	for (uint32_t i = 0; i < TOKENS; i++) {
		struct map_count n = map_count_at(t, 2, i);
		uint32_t kept = 0, read = 0;

		for (uint32_t page = 0; page < PAGES; page++) {
			kept += plain->on[i][1][PAGES_KEPT][page];
			read += plain->on[i][1][PAGES_READ][page];
		}
		assert_int_equal(n.kept, kept);
		assert_int_equal(n.read, read);
		assert_int_equal(n.there, there(i));
	}
	trace_release(t);
	free(t);
	free(plain);
}

/* Facts that can't be true do no harm. */
static void facts_may_lie(void **state)
{
	static const uint32_t wild[] = { 0, 1, 16, UINT32_MAX - 1 };
	struct plain *plain = calloc(1, sizeof(*plain));
	struct trace *t;

	(void)state;
	t = trace_of(plain);
	for (size_t i = 0; i < ARRAY_LEN(wild); i++)
		for (size_t k = 0; k < ARRAY_LEN(wild); k++) {
			struct map m = { .to = TOKENS,
					 .rows = 7,
					 .cols = 30,
					 .pages_per_row = 20000 };

			t->facts.prompt_tokens = wild[i];
			t->facts.page_tokens = wild[k];
			assert_in_range(map_n_pages(t, TOKENS), 1,
					PAGES_NUMBER_MAX);
			map_fill(&m, t);
			map_release(&m);
			map_page_at(t, 0, 3, TOKENS - 1, 100);
		}
	trace_release(t);
	free(t);
	free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_counts),
		cmocka_unit_test(pages_are_told_of),
		cmocka_unit_test(facts_may_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
