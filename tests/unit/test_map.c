/* map.c against counting every token, page and layer by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/run.h"
#include "view/map_again.h"

enum { TOKENS = 430, PAGES = 70, SIZE = 8, PROMPT = 19 };
enum { LAYERS = 3, HEADS = 2, PARTS = LAYERS * HEADS };

/* The sets themselves, a byte a page. */
struct plain {
	unsigned char on[TOKENS][PARTS][PAGES_KINDS][PAGES];
	uint32_t first; /* token told of */
};

static uint32_t there(uint32_t token)
{
	return (PROMPT + token + SIZE - 1) / SIZE;
}

static void fill_token(struct plain *plain, struct pages *p, uint32_t i)
{
	for (uint32_t l = 0; l < PARTS; l++)
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
	t->facts.kv_heads = HEADS;
	t->pages = pages_new();
	plain->first = (uint32_t)rand() % 20;
	for (uint32_t i = 0; i < TOKENS; i++) {
		trace_push(t, &token);
		if (i >= plain->first)
			fill_token(plain, t->pages, i);
	}
	return t;
}

static bool looks_at(struct map_of of, uint32_t part)
{
	return (of.layer == MAP_ALL || of.layer - 1 == part / HEADS) &&
	       (of.head == MAP_ALL || of.head - 1 == part % HEADS);
}

static struct map_of any_of(void)
{
	return (struct map_of){ (uint32_t)rand() % (LAYERS + 1),
				(uint32_t)rand() % (HEADS + 1) };
}

/* Adds one page at one token. */
static void count(const struct map *m, const struct plain *plain, uint32_t i,
		  uint32_t page, struct map_cell *cell)
{
	for (uint32_t l = 0; l < PARTS; l++) {
		if (!looks_at(m->of, l) || i < plain->first)
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
		m.of = any_of();
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
		       struct map_of of, uint32_t page, uint32_t i)
{
	struct map_page got = map_page_at(t, of, page, i, 50);
	bool one = of.layer != MAP_ALL && of.head != MAP_ALL;
	uint32_t part = (of.layer - 1) * HEADS + of.head - 1;
	uint32_t kept = 0, read = 0, evicted = PAGES_NEVER, n_read = 0;

	for (uint32_t k = plain->first; k <= i; k++) {
		bool any = false;

		for (uint32_t l = 0; l < PARTS; l++) {
			if (!looks_at(of, l))
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
		for (uint32_t k = got.since; k <= i && one; k++)
			assert_true(plain->on[k][part][PAGES_KEPT][page]);
	assert_int_equal(page < there(i), i >= got.born);
}

static void check_count(const struct trace *t, const struct plain *plain,
			struct map_of of, uint32_t i)
{
	struct map_count n = map_count_at(t, of, i);
	uint32_t any[PAGES_KINDS] = { 0 }, sum[PAGES_KINDS] = { 0 }, parts = 0;

	for (uint32_t l = 0; l < PARTS; l++)
		parts += looks_at(of, l);
	for (uint32_t page = 0; page < PAGES; page++)
		for (int k = 0; k < PAGES_KINDS; k++) {
			bool on = false;

			for (uint32_t l = 0; l < PARTS; l++) {
				bool is = looks_at(of, l) &&
					  plain->on[i][l][k][page];

				sum[k] += is;
				on |= is;
			}
			any[k] += on;
		}
	assert_int_equal(n.there, there(i));
	assert_int_equal(n.parts, parts);
	assert_int_equal(n.kept, any[PAGES_KEPT]);
	assert_int_equal(n.read, any[PAGES_READ]);
	assert_float_equal(n.part_kept, (double)sum[PAGES_KEPT] / parts, 1e-9);
	assert_float_equal(n.part_read, (double)sum[PAGES_READ] / parts, 1e-9);
}

static void check_last_read(const struct trace *t, const struct plain *plain,
			    struct map_of of, uint32_t from, uint32_t to,
			    uint32_t i)
{
	uint32_t want = PAGES_NEVER;

	for (uint32_t k = 0; k <= i; k++) {
		int parts = 0, reads = 0;

		for (uint32_t l = 0; l < PARTS; l++) {
			bool any = false;

			for (uint32_t page = from; page < to; page++)
				any |= plain->on[k][l][PAGES_READ][page];
			parts += looks_at(of, l);
			reads += looks_at(of, l) && any;
		}
		if (2 * reads >= parts)
			want = k;
	}
	assert_int_equal(map_last_read(t, of, from, to, i), want);
}

/* Pages that are read for a while, once, or never. */
static void what_is_unseen_is_known(void **state)
{
	struct plain *plain = calloc(1, sizeof(*plain));

	(void)state;
	srand(5);
	for (int round = 0; round < 40; round++) {
		struct trace *t = trace_of(plain);
		uint32_t until = (uint32_t)rand() % TOKENS;

		pages_free(t->pages);
		t->pages = pages_new();
		memset(plain->on, 0, sizeof(plain->on));
		for (uint32_t i = 0; i < TOKENS; i++) {
			if (i < until)
				fill_token(plain, t->pages, i);
			for (uint32_t l = 0; i == until && l < PARTS; l++)
				pages_begin(t->pages, l, PAGES_READ);
			pages_token(t->pages, i);
		}
		for (int k = 0; k < 50; k++) {
			uint32_t from = (uint32_t)rand() % (PAGES - 5);

			check_last_read(t, plain, any_of(), from,
					from + (uint32_t)rand() % 5,
					(uint32_t)rand() % TOKENS);
		}
		trace_release(t);
		free(t);
	}
	free(plain);
}

enum { SAID = 10, LONG = 12, AGAIN = 300, NEAR = 330, ENDS = 400 };

/* New words; at AGAIN those from SAID on, and at NEAR those of AGAIN. */
static void say(struct run *run, uint32_t i)
{
	uint32_t n = i >= NEAR && i < NEAR + LONG     ? i - NEAR + SAID
		     : i >= AGAIN && i < AGAIN + LONG ? i - AGAIN + SAID
						      : i;
	char text[16];
	struct token token = { .text = text, .id = n, .logprob = NAN,
			       .time_s = NAN };

	token.len = (size_t)snprintf(text, sizeof(text), "w%x ", n * 7919);
	run_token(run, &token);
}

/* A head reads the last page; another all pages until token `until`. */
static struct run *forgetful(uint32_t until)
{
	struct run *run = run_new(&meter_opts_default);
	struct pages *p = pages_new();

	run->trace.facts.page_tokens = SIZE;
	run->trace.pages = p;
	for (uint32_t i = 0; i < ENDS; i++) {
		say(run, i);
		for (uint32_t part = 0; part < 2; part++) {
			pages_begin(p, part, PAGES_READ);
			pages_add(p, part, PAGES_READ, i / SIZE);
			for (uint32_t k = 0; part && i < until && k < i / SIZE;
			     k++)
				pages_add(p, part, PAGES_READ, k);
		}
		pages_token(p, i);
	}
	run_end(run);
	while (!run_measure(run, ENDS))
		;
	return run;
}

/* What comes again is found where it begins, from both sides, and it is known
 * since when it was out of sight; what was in sight is passed over. */
static void what_is_said_again_unseen(void **state)
{
	static const uint32_t untils[] = { 200, ENDS };
	const struct map_of all = { MAP_ALL, MAP_ALL }, first = { 1, 1 };
	struct map_again again;

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(untils); k++) {
		struct run *run = forgetful(untils[k]);
		bool unseen = untils[k] <= AGAIN;

		assert_true(map_again_at(run, ENDS, all, AGAIN + LONG / 2,
					 &again));
		assert_int_equal(again.unseen, unseen);
		assert_int_equal(again.last, unseen ? untils[k] - 1 : AGAIN);
		assert_int_equal(again.p.src_token, SAID);
		assert_false(map_again_at(run, ENDS, all, AGAIN - 5, &again));
		assert_int_equal(map_again_next(run, ENDS, all, 0, true,
						&again),
				 unseen);
		if (unseen)
			assert_int_equal(again.p.token, AGAIN);
		/* the head that never looks back */
		assert_true(map_again_next(run, ENDS, first, ENDS - 1, false,
					   &again));
		assert_int_equal(again.p.token, NEAR);
		assert_true(map_again_next(run, ENDS, first, NEAR, false,
					   &again));
		assert_int_equal(again.p.token, AGAIN);
		assert_int_equal(again.last, (SAID + LONG - 1) / SIZE * SIZE +
						     SIZE - 1);
		assert_false(map_again_next(run, ENDS, first, AGAIN, false,
					    &again));
		run_free(run);
	}
}

static void pages_are_told_of(void **state)
{
	struct plain *plain = calloc(1, sizeof(*plain));
	struct trace *t;

	(void)state;
	srand(4);
	t = trace_of(plain);
	for (int round = 0; round < 3000; round++)
		check_page(t, plain, any_of(), (uint32_t)rand() % (PAGES - 8),
			   (uint32_t)rand() % TOKENS);
	for (uint32_t i = 0; i < TOKENS; i++)
		check_count(t, plain, any_of(), i);
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
			t->facts.kv_heads = wild[(i + k) % 4];
			assert_in_range(map_n_pages(t, TOKENS), 1,
					PAGES_NUMBER_MAX);
			map_fill(&m, t);
			map_release(&m);
			map_page_at(t, (struct map_of){ 0 }, 3, TOKENS - 1,
				    100);
			map_page_at(t, (struct map_of){ 7, 7 }, 3, 5, 100);
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
		cmocka_unit_test(what_is_unseen_is_known),
		cmocka_unit_test(what_is_said_again_unseen),
		cmocka_unit_test(facts_may_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
