/* native.c and format_native.c: what is written is what is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "roundtrip.h"
#include "trace/native.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void lines_are_as_specified(void **state)
{
	static const uint64_t kept = 1 | 1 << 4, read = 1 << 4;
	struct native_kv kv = { .held_bytes = 8192 };
	char model[] = "m", gold[] = "\xff", stop[] = "stop";
	struct facts facts = { .model = model, .budget = 512, .vocab = 100,
			       .gold = gold, .finish_reason = stop,
			       .speculate = 7, .passes = 2, .drafted = 5,
			       .accepted = 1 };
	struct buf out = { 0 }, prompt = { 0 };
	struct native_writer w = { 0 };
	struct token token = { .text = "a\"b", .len = 3, .id = 7,
			       .logprob = -0.5f, .time_s = 1.5,
			       .channel = CHANNEL_REASONING };

	(void)state;
	buf_puts(&prompt, "p\n");
	native_header(&w, &out, &facts, &prompt, "own", TOKENS_BY_IDS);
	native_token(&w, &out, &token, &kv);
	out.len -= strlen("}\n");
	native_bits(&out, "kept", &kept, 5);
	native_bits(&out, "read", &read, 5);
	buf_puts(&out, "}\n");
	token = (struct token){ .text = "\xf0\x9f", .len = 2,
				.id = TRACE_NO_ID, .logprob = NAN,
				.time_s = NAN, .channel = CHANNEL_REASONING };
	native_token(&w, &out, &token, NULL);
	token = (struct token){ .id = 0, .logprob = -INFINITY, .time_s = 0,
				.channel = CHANNEL_ANSWER };
	native_token(&w, &out, &token, NULL);
	native_end(&w, &out, &facts);
	assert_string_equal(
		buf_cstr(&out),
		"{\"lilscope\":1,\"model\":\"m\",\"budget\":512,"
		"\"speculate\":7,\"vocab\":100,"
		"\"tokenizer\":\"own\",\"gold_b64\":\"/w==\","
		"\"prompt\":\"p\\n\"}\n"
		"{\"t\":\"a\\\"b\",\"id\":7,\"us\":1500000,\"lp\":-0.5,"
		"\"c\":\"r\",\"kv\":8192,\"kept\":[0,4],\"read\":[4]}\n"
		"{\"t_b64\":\"8J8=\"}\n"
		"{\"t\":\"\",\"id\":0,\"us\":0,\"c\":\"a\"}\n"
		"{\"end\":\"stop\",\"tokens\":3,\"passes\":2,"
		"\"drafted\":5,\"accepted\":1}\n");
	buf_release(&out);
	buf_release(&prompt);
}

static void any_trace_comes_back(void **state)
{
	unsigned char bytes[600];

	(void)state;
	srand(9);
	for (int round = 0; round < 1500; round++) {
		size_t n = (size_t)rand() % sizeof(bytes);
		const char *why;

		for (size_t i = 0; i < n; i++)
			bytes[i] = (unsigned char)(rand() >> 7);
		why = roundtrip(bytes, n, (size_t)rand() % 50);
		if (why)
			fail_msg("round %d: %s is lost", round, why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_as_specified),
		cmocka_unit_test(any_trace_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
