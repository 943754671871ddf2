/*
 * yaml.c: what a document becomes, by hand after YAML 1.2 and as PyYAML, Psych
 * and go-yaml write cassettes; cut anywhere it ends in a sentence, not a crash.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"
#include "json/yaml.h"

static const struct pair {
	const char *yaml, *json;
} pairs[] = {
	{ "a: 1\nb: [true, null, ~, x]\n",
	  "{\"a\":1,\"b\":[true,null,null,\"x\"]}" },
	{ "- -1.5e3\n- 1_000\n- 0x1f\n- .5\n- 01\n- 1.\n- '1'\n- \"2\"\n",
	  "[-1.5e3,\"1_000\",\"0x1f\",\".5\",\"01\",\"1.\",\"1\",\"2\"]" },
	{ "a:\nb: ''\nc: True\nd: NULL\n",
	  "{\"a\":null,\"b\":\"\",\"c\":\"True\",\"d\":\"NULL\"}" },
	{ "1: true\nnull: x\n? y\n: z\n",
	  "{\"1\":true,\"null\":\"x\",\"y\":\"z\"}" },
	{ "s: 'it''s\n\n  two\n  lines'\n", "{\"s\":\"it's\\ntwo lines\"}" },
	{ "s: \"a\\\n  \\ b\\tc\\u00e9\\0\\\"\"\n",
	  "{\"s\":\"a b\\tc\xc3\xa9\\u0000\\\"\"}" },
	{ "s: |+\n  data: {}\n\n  data: x\n\nt: |-\n  y\nu: >\n  p\n  q\n",
	  "{\"s\":\"data: {}\\n\\ndata: x\\n\\n\",\"t\":\"y\","
	  "\"u\":\"p q\\n\"}" },
	{ "string: !!binary |\n  H4sI\n  AAAA\n",
	  "{\"base64_string\":\"H4sIAAAA\"}" },
	{ "- !binary |-\n  SGk=\n", "[\"SGk=\"]" },
	{ "a: &x {k: v}\nb: *x\nc: !!python/tuple [1]\n",
	  "{\"a\":{\"k\":\"v\"},\"b\":null,\"c\":[1]}" },
	{ "--- only\n--- the first\n", "\"only\"" },
	{ "%YAML 1.1\n---\n[]\n...\n", "[]" },
	{ "{}", "{}" },
};

static const struct trouble {
	const char *yaml, *says;
} troubles[] = {
	{ "", "it is empty" },
	{ "# nothing\n", "it is empty" },
	{ "a: 'b\n", "line 2: found unexpected end of stream" },
	{ "a: b\n c: d\n", "line 2: mapping values are not allowed" },
	{ "{[1]: 2}", "a key of it is no word" },
	{ "&x a: 1\n*x : 2\n", "a key of it is no word" },
	{ "a: \xff\n", "line 1: invalid leading UTF-8 octet" },
};

static void documents_become_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct buf out = { 0 };
		struct err why = { "" };

		buf_putc(&out, '>');
		if (!yaml_json(pairs[i].yaml, strlen(pairs[i].yaml), &out,
			       &why))
			fail_msg("%s: %s", pairs[i].yaml, why.text);
		assert_string_equal(buf_cstr(&out) + 1, pairs[i].json);
		buf_release(&out);
	}
}

static void trouble_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
		struct buf out = { 0 };
		struct err why = { "" };

		buf_puts(&out, "as it was");
		assert_false(yaml_json(troubles[i].yaml,
				       strlen(troubles[i].yaml), &out, &why));
		if (strncmp(why.text, troubles[i].says,
			    strlen(troubles[i].says)) != 0)
			fail_msg("%s: %s", troubles[i].yaml, why.text);
		assert_string_equal(buf_cstr(&out), "as it was");
		buf_release(&out);
	}
}

static bool read_nested(size_t depth, struct err *why)
{
	struct buf text = { 0 }, out = { 0 };
	bool fine;

	for (size_t i = 0; i < depth; i++)
		buf_putc(&text, '[');
	for (size_t i = 0; i < depth; i++)
		buf_putc(&text, ']');
	fine = yaml_json(text.data, text.len, &out, why);
	buf_release(&text);
	buf_release(&out);
	return fine;
}

static void depth_has_a_limit(void **state)
{
	struct err why = { "" };

	(void)state;
	assert_true(read_nested(YAML_DEPTH_MAX, &why));
	assert_false(read_nested(YAML_DEPTH_MAX + 1, &why));
	assert_string_equal(why.text, "it is nested deeper than 128");
}

/* What is said yes to is JSON. */
static void cuts_end_in_a_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		for (size_t n = 0; n < strlen(pairs[i].yaml); n++) {
			struct buf out = { 0 };
			struct err why = { "" };
			struct json json = { 0 };

			if (!yaml_json(pairs[i].yaml, n, &out, &why))
				assert_true(why.text[0]);
			else
				assert_true(json_read(&json, out.data, out.len,
						      false, NULL));
			json_release(&json);
			buf_release(&out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_become_json),
		cmocka_unit_test(trouble_is_told),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(cuts_end_in_a_sentence),
	};

	if (!yaml_library()) {
		puts("left out: this build has no libyaml");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
