/* pages.c against plain sets of every token, and what is read of the format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/feed.h"
#include "trace/run.h"

enum { TOKENS = 1500, PAGES = 300, LAYERS = 3 };

/* What every set should be at every token, a byte a page. */
struct plain {
	unsigned char on[TOKENS][LAYERS][PAGES_KINDS][PAGES];
};

/* Tells some sets of token i, in a random order, with doubles. */
static void tell_token(struct pages *p, struct plain *plain, uint32_t i,
		       unsigned busy)
{
	for (uint32_t l = 0; l < LAYERS; l++) {
		for (int k = 0; k < PAGES_KINDS; k++) {
			unsigned char *on = plain->on[i][l][k];

			memset(on, 0, PAGES);
			if (i)
				memcpy(on, plain->on[i - 1][l][k], PAGES);
			if ((unsigned)rand() % 10 >= busy)
				continue; /* as before */
			pages_begin(p, l, (enum pages_kind)k);
			memset(on, 0, PAGES);
			for (unsigned n = (unsigned)rand() % 40; n > 0; n--) {
				uint32_t page = (uint32_t)rand() % PAGES;

				on[page] = 1;
				pages_add(p, l, (enum pages_kind)k, page);
			}
		}
	}
	pages_token(p, i);
}

/* A walk from `from` gives the sets of every token behind it. */
static void check_walk(const struct pages *p, const struct plain *plain,
		       uint32_t layer, enum pages_kind kind, uint32_t from)
{
	unsigned char on[PAGES] = { 0 };
	struct pages_event e;
	struct pages_walk w;
	uint32_t at = from;

	pages_walk_from(&w, p, layer, kind, from);
	for (bool more = pages_next(&w, &e); at < TOKENS; at++) {
		for (; more && e.token <= at; more = pages_next(&w, &e)) {
			assert_true(e.page < PAGES);
			on[e.page] ^= 1;
		}
		assert_memory_equal(on, plain->on[at][layer][kind], sizeof(on));
	}
	assert_false(pages_next(&w, &e));
}

static void walks_are_the_sets(void **state)
{
	struct plain *plain = calloc(1, sizeof(*plain));

	(void)state;
	srand(5);
	for (unsigned busy = 1; busy <= 10; busy += 3) {
		struct pages *p = pages_new();

		for (uint32_t i = 0; i < TOKENS; i++)
			tell_token(p, plain, i, busy);
		assert_int_equal(pages_n_layers(p), LAYERS);
		assert_true(pages_n(p) <= PAGES);
		assert_int_equal(pages_first(p), 0);
		for (uint32_t layer = 0; layer < LAYERS; layer++)
			for (uint32_t from = 0; from < TOKENS; from += 97)
				for (int k = 0; k < PAGES_KINDS; k++)
					check_walk(p, plain, layer,
						   (enum pages_kind)k, from);
		pages_free(p);
	}
	free(plain);
}

/* As the header promises: 3 bytes a change, and a quarter for the states. */
static void memory_is_a_few_bytes_a_change(void **state)
{
	enum { MANY = 100000, WINDOW = 32 };
	struct pages *p = pages_new();

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) { /* a page a token, and back */
		pages_begin(p, 0, PAGES_READ);
		for (uint32_t k = 0; k < WINDOW; k++)
			pages_add(p, 0, PAGES_READ, i / 16 + k * (i % 3 + 1));
		pages_token(p, i);
	}
	/* At most all of the window changes, in both directions; the buffer
	 * may be larger by half. */
	assert_true(pages_memory_bytes(p) <
		    (size_t)MANY * 2 * WINDOW * 3 * 5 / 4 * 3 / 2);
	pages_free(p);
	p = pages_new();
	for (uint32_t i = 0; i < MANY; i++) { /* nothing changes */
		pages_begin(p, 0, PAGES_READ);
		for (uint32_t k = 0; k < WINDOW; k++)
			pages_add(p, 0, PAGES_READ, k);
		pages_token(p, i);
	}
	assert_true(pages_memory_bytes(p) < 10000);
	pages_free(p);
}

/* --- out of the format -------------------------------------------------- */

static struct run *on_open(void *ctx)
{
	struct run **run = ctx;

	run_free(*run);
	return *run = run_new(&meter_opts_default);
}

static void on_close(void *ctx, struct run *run)
{
	(void)ctx;
	(void)run;
}

static struct run *read_text(const char *text)
{
	struct run *run = NULL;
	struct feed_sink sink = {
		.ctx = &run,
		.open = on_open,
		.close = on_close,
	};
	struct feed_opts opts = { .source = "x" };
	struct feed *feed = feed_new(&opts, &sink);

	feed_bytes(feed, text, strlen(text), NAN, NULL);
	feed_end(feed, NULL);
	feed_free(feed);
	return run;
}

/* The pages of a set after the token, as "0 4 5". */
static const char *set_at(const struct trace *t, uint32_t layer,
			  enum pages_kind kind, uint32_t token, struct buf *out)
{
	static unsigned char on[PAGES_NUMBER_MAX];
	struct pages_event e;
	struct pages_walk w;

	memset(on, 0, sizeof(on));
	buf_clear(out);
	pages_walk_from(&w, t->pages, layer, kind, token);
	while (pages_next(&w, &e) && e.token <= token)
		on[e.page] ^= 1;
	for (size_t i = 0; i < sizeof(on); i++)
		if (on[i])
			buf_printf(out, out->len ? " %zu" : "%zu", i);
	return buf_cstr(out);
}

static const char header[] = "{\"lilscope\":1,\"page\":8,\"prompt\":\"a bc\","
			     "\"prompt_ends\":[1,4],\"prompt_tokens\":2}\n";

static void sets_are_read(void **state)
{
	struct buf text = { 0 }, set = { 0 };
	struct run *run;

	(void)state;
	buf_puts(&text, header);
	buf_puts(&text,
		 "{\"t\":\"x\"}\n"
		 "{\"t\":\"y\",\"kept\":[0,4],\"read\":[4],\"kv\":9000}\n"
		 "{\"t\":\"z\",\"read\":[0]}\n"
		 "{\"t\":\"u\",\"kept\":[4],\"kv\":8192,\"kv_used\":7}\n");
	run = read_text(buf_cstr(&text));
	assert_int_equal(run->trace.facts.page_tokens, 8);
	assert_int_equal(run->trace.n_prompt_ends, 2);
	assert_int_equal(run->trace.prompt_end[0], 1);
	assert_int_equal(run->trace.prompt_end[1], 4);
	assert_int_equal(pages_n(run->trace.pages), 5);
	assert_int_equal(pages_first(run->trace.pages), 1);
	for (uint32_t i = 1; i < 4; i++) {
		static const char *const kept[] = { "", "0 4", "0 4", "4" };
		static const char *const read[] = { "", "4", "0", "0" };

		assert_string_equal(set_at(&run->trace, 0, PAGES_KEPT, i, &set),
				    kept[i]);
		assert_string_equal(set_at(&run->trace, 0, PAGES_READ, i, &set),
				    read[i]);
	}
	assert_true(run->trace.kv[0].held == 0); /* unknown */
	assert_true(run->trace.kv[1].held == 9000);
	assert_true(run->trace.kv[2].held == 0);
	assert_true(run->trace.kv[3].held == 8192);
	assert_true(run->trace.kv[3].used == 7);
	run_free(run);
	buf_release(&text);
	buf_release(&set);
}

static void layers_are_told_apart(void **state)
{
	struct buf text = { 0 }, set = { 0 };
	struct run *run;

	(void)state;
	buf_puts(&text, header);
	buf_puts(&text,
		 "{\"t\":\"x\",\"layers\":[{\"read\":[1],\"kept\":[1,2]},"
		 "{\"read\":[2],\"kept\":[2]}]}\n");
	run = read_text(buf_cstr(&text));
	assert_int_equal(pages_n_layers(run->trace.pages), 2);
	assert_string_equal(set_at(&run->trace, 0, PAGES_KEPT, 0, &set), "1 2");
	assert_string_equal(set_at(&run->trace, 1, PAGES_READ, 0, &set), "2");
	run_free(run);
	buf_release(&text);
	buf_release(&set);
}

/* Numbers of every kind but page numbers are left out; the token stays. */
static void hostile_numbers_do_no_harm(void **state)
{
	static const char *const bad[] = {
		"[-1]",	    "[1.5]",   "[4294967295]", "[4294967296]",
		"[131072]", "[1e300]", "[NaN]",	       "[\"7\"]",
		"[[1]]",    "[null]",  "{}",	       "7",
		"\"x\"",    "null",    "[true]",       "[18446744073709551616]",
	};
	struct buf text = { 0 }, set = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct run *run;

		buf_clear(&text);
		buf_printf(&text,
			   "{\"lilscope\":1,\"prompt\":\"p\","
			   "\"prompt_ends\":%s,\"page\":%s}\n",
			   bad[i], bad[i]);
		buf_printf(&text,
			   "{\"t\":\"x\",\"kept\":%s,\"read\":%s,"
			   "\"kv\":%s,\"layers\":[%s,{\"read\":%s}]}\n",
			   bad[i], bad[i], bad[i], bad[i], bad[i]);
		buf_puts(&text,
			 "{\"t\":\"y\",\"kept\":[131071],\"read\":[3]}\n");
		run = read_text(buf_cstr(&text));
		assert_int_equal(run->trace.n_tokens, 2);
		assert_string_equal(set_at(&run->trace, 0, PAGES_READ, 0, &set),
				    "");
		assert_string_equal(set_at(&run->trace, 0, PAGES_KEPT, 1, &set),
				    "131071");
		assert_string_equal(set_at(&run->trace, 0, PAGES_READ, 1, &set),
				    "3");
		for (size_t k = 0; k < run->trace.n_prompt_ends; k++)
			assert_true(run->trace.prompt_end[k] <= 1);
		run_free(run);
	}
	buf_release(&text);
	buf_release(&set);
}

/* More layers than there can be. */
static void layers_have_a_limit(void **state)
{
	struct buf text = { 0 };
	struct run *run;

	(void)state;
	buf_puts(&text, header);
	buf_puts(&text, "{\"t\":\"x\",\"layers\":[{}");
	for (int i = 0; i < 3 * PAGES_LAYERS_MAX; i++)
		buf_puts(&text, ",{\"read\":[1]}");
	buf_puts(&text, "]}\n");
	run = read_text(buf_cstr(&text));
	assert_int_equal(pages_n_layers(run->trace.pages), PAGES_LAYERS_MAX);
	run_free(run);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_are_the_sets),
		cmocka_unit_test(memory_is_a_few_bytes_a_change),
		cmocka_unit_test(sets_are_read),
		cmocka_unit_test(layers_are_told_apart),
		cmocka_unit_test(hostile_numbers_do_no_harm),
		cmocka_unit_test(layers_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
