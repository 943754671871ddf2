/*
 * What is left of a stream when choices are ended (sieve.h), cut at every
 * byte, and JSON that is put together (tree.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "dialect/sieve.h"
#include "json/tree.h"

#define ONE(index, text) \
	"{\"index\":" #index ",\"delta\":{\"content\":\"" text "\"}}"
#define CHUNK(choices) "{\"id\":\"x\", \"choices\": [" choices "] ,\"a\":1.50}"

/* Choice 1 is ended, of this format. */
static const struct {
	const struct format *format;
	const char *in, *out; /* NULL: the same */
} rows[] = {
	{ &format_openai, "data: " CHUNK(ONE(0, "a")) "\n\n", NULL },
	{ &format_openai, "data: " CHUNK(ONE(1, "a")) "\n\n", "" },
	{ &format_openai, "event: x\r\ndata: " CHUNK(ONE(1, "a")) "\r\n\r\n",
	  "" },
	{ &format_openai, "data:" CHUNK(ONE(1, "a")) "\r\rdata: x\r\r",
	  "data: x\r\r" },
	/* the rest keeps its spelling */
	{ &format_openai,
	  "data: " CHUNK(ONE(0, "\\u0041\\ud83d") " , " ONE(1, "b") ","
			 ONE(2, "c")) "\n\n",
	  "data: " CHUNK(ONE(0, "\\u0041\\ud83d") "," ONE(2, "c")) "\n\n" },
	{ &format_openai,
	  "id: 7\ndata: {\"choices\":[" ONE(1, "b") ",\ndata: " ONE(0, "c")
	  "]}\n\n: ping\n\n",
	  "id: 7\ndata: {\"choices\":[" ONE(0, "c") "]}\n\n: ping\n\n" },
	/* counts are of the answer */
	{ &format_openai,
	  "data: {\"choices\":[" ONE(1, "b") "],\"usage\":{\"a\":1}}\n\n",
	  "data: {\"choices\":[],\"usage\":{\"a\":1}}\n\n" },
	{ &format_openai,
	  "data: {\"choices\":[" ONE(1, "b") "],\"usage\":null}\n\n", "" },
	{ &format_openai, "data: [DONE]\n\n", NULL },
	{ &format_openai, "data: {\"choices\":[]}\n\n", NULL },
	{ &format_openai, "data: {\"choices\":{\"index\":1}}\n\n", NULL },
	{ &format_openai, "data: {\"error\":\"x\"}\n\n", NULL },
	{ &format_openai, "data: {\"choices\":[{\"index\":1}]\n\n", NULL },
	{ &format_openai, ": a comment\n\n\n\n", NULL },
	{ &format_openai, "data: " CHUNK(ONE(0, "a")) "\n", NULL },
	{ &format_openai, "data: " CHUNK(ONE(1, "a")) "\n", "" },
	{ &format_openai, CHUNK(ONE(1, "a")) "\n" CHUNK(ONE(0, "a")) "\n",
	  CHUNK(ONE(0, "a")) "\n" },
	{ &format_openai, CHUNK(ONE(1, "a") "," ONE(0, "b")) "\n",
	  CHUNK(ONE(0, "b")) "\n" },
	{ &format_llama,
	  "data: {\"index\":1,\"content\":\"a\"}\n\n"
	  "data: {\"index\":0,\"content\":\"a\"}\n\n",
	  "data: {\"index\":0,\"content\":\"a\"}\n\n" },
	{ &format_gemini, "data: {\"candidates\":[{\"index\":1}]}\n\n", "" },
	{ &format_anthropic, "data: {\"index\":1}\n\n", NULL },
};

static void pass(struct sieve *s, const char *in, size_t n, struct buf *out)
{
	sieve_bytes(s, in, n, out);
}

static void check_cut(size_t i, size_t cut)
{
	const char *in = rows[i].in, *want = rows[i].out ? rows[i].out : in;
	size_t n = strlen(in);
	struct sieve s = { 0 };
	struct buf out = { 0 };

	pass(&s, in, n, &out); /* nothing was ended: as it is */
	assert_int_equal(out.len, n);
	assert_memory_equal(out.data, in, n);
	buf_clear(&out);
	sieve_end_choice(&s, rows[i].format, 1);
	pass(&s, in, cut, &out);
	pass(&s, in + cut, n - cut, &out);
	sieve_end(&s, &out);
	if (strcmp(buf_cstr(&out), want) != 0)
		fail_msg("row %zu at %zu: %s", i, cut, out.data);
	sieve_release(&s);
	buf_release(&out);
}

static void ended_choices_do_not_pass(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t cut = 0; cut <= strlen(rows[i].in); cut++)
			check_cut(i, cut);
}

/* A long one passes as it is, and is not kept. */
static void long_events_pass(void **state)
{
	struct sieve s = { 0 };
	struct buf in = { 0 }, out = { 0 };

	(void)state;
	buf_puts(&in, "data: {\"choices\":[{\"index\":1,\"text\":\"");
	for (size_t i = 0; i < SIEVE_EVENT_BYTES; i++)
		buf_putc(&in, 'x');
	buf_puts(&in, "\"}]}\n\n");
	sieve_end_choice(&s, &format_openai, 1);
	sieve_bytes(&s, in.data, in.len, &out);
	sieve_end(&s, &out);
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.data, in.data, in.len);
	sieve_release(&s);
	buf_release(&in);
	buf_release(&out);
}

/* --- trees -------------------------------------------------------------- */

static const struct {
	const char *pieces[4], *want;
} merges[] = {
	{ { "{\"a\":\"x\",\"b\":1}", "{\"a\":\"y\",\"b\":2.50}" },
	  "{\"a\":\"xy\",\"b\":2.50}" },
	/* a pair that was cut in two, a lone half, bytes as they are */
	{ { "{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ude00\"}" },
	  "{\"a\":\"\\ud83d\\ude00\"}" },
	{ { "{\"a\":\"\\ud83d\"}", "{\"a\":\"\xff\"}" },
	  "{\"a\":\"\\ud83d\xff\"}" },
	{ { "{\"a\":null,\"k\":\"x\"}", "{\"a\":\"x\",\"k\":null}",
	    "{\"k\":\"\"}" },
	  "{\"a\":\"x\",\"k\":\"x\"}" },
	{ { "{\"k\":\"x\"}", "{\"k\":\"y\"}" }, "{\"k\":\"y\"}" },
	{ { "{\"l\":[1]}", "{\"l\":[2,{}]}" }, "{\"l\":[1,2,{}]}" },
	{ { "{\"l\":[{\"index\":0,\"a\":\"x\"}]}",
	    "{\"l\":[{\"index\":1,\"a\":\"z\"},{\"index\":0,\"a\":\"y\"}]}" },
	  "{\"l\":[{\"index\":0,\"a\":\"xy\"},{\"index\":1,\"a\":\"z\"}]}" },
	{ { "{\"o\":{\"a\":\"x\"}}", "{\"o\":{\"a\":\"y\",\"n\":null}}" },
	  "{\"o\":{\"a\":\"xy\",\"n\":null}}" },
	{ { "{\"o\":{\"p\":1}}", "{\"o\":7}" }, "{\"o\":7}" },
	{ { "{\"a\":\"x\",\"a\":\"y\"}", "{\"a\":\"z\"}" },
	  "{\"a\":\"x\",\"a\":\"yz\"}" },
};

static void trees_are_merged(void **state)
{
	static const char *const grows[] = { "a", NULL };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(merges); i++) {
		struct tree *t = tree_new(JSON_OBJECT), *copy;
		struct buf out = { 0 }, again = { 0 };
		struct json j = { 0 };

		for (size_t k = 0; merges[i].pieces[k]; k++) {
			const char *s = merges[i].pieces[k];

			assert_true(json_read(&j, s, strlen(s), false, NULL));
			if (k)
				tree_merge(t, json_root(&j), grows);
			else
				tree_free(t), t = tree_of(json_root(&j));
		}
		tree_put(&out, t);
		assert_string_equal(buf_cstr(&out), merges[i].want);
		copy = tree_copy(t);
		tree_put(&again, copy);
		assert_string_equal(buf_cstr(&again), out.data);
		tree_free(copy);
		tree_free(t);
		json_release(&j);
		buf_release(&out);
		buf_release(&again);
	}
}

static void members_are_set_and_dropped(void **state)
{
	struct tree *t = tree_new(JSON_OBJECT);
	struct buf out = { 0 };

	(void)state;
	tree_set_text(t, "a", "x\"\n", 3);
	tree_set_number(t, "b", 7);
	tree_set_number(t, "a", 8);
	tree_add(tree_have(t, "l", JSON_ARRAY), tree_new(JSON_STRING));
	assert_ptr_equal(tree_have(t, "l", JSON_ARRAY), tree_get(t, "l"));
	assert_int_equal(tree_u32(tree_get(t, "b"), 1), 7);
	assert_int_equal(tree_u32(tree_get(t, "l"), 1), 1);
	assert_true(tree_is(tree_at(tree_get(t, "l"), 0), ""));
	assert_false(tree_is(NULL, ""));
	assert_null(tree_at(tree_get(t, "l"), 1));
	tree_drop(t, "l");
	tree_drop(t, "none");
	tree_set_text(t, "c", "", 0);
	tree_put(&out, t);
	assert_string_equal(buf_cstr(&out), "{\"a\":8,\"b\":7,\"c\":\"\"}");
	tree_free(t);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ended_choices_do_not_pass),
		cmocka_unit_test(long_events_pass),
		cmocka_unit_test(trees_are_merged),
		cmocka_unit_test(members_are_set_and_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
