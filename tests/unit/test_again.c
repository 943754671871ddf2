/*
 * again.c: the second request of each dialect; splice.c: the second answer in
 * the name of the first, cut at every byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "dialect/again.h"
#include "dialect/splice.h"

#define TURNS "\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}]"
#define TURNS_AND(more)                                                        \
	"\"messages\":[{\"role\":\"user\",\"content\":\"Why?\"}," more "]"
#define SAID(text) "{\"role\":\"assistant\",\"content\":\"" text "\"}"
#define ASKED                                                                  \
	"{\"role\":\"user\",\"content\":\"Stop thinking. Give your answer "    \
	"now, from what you have so far.\"}"
#define GOES_ON                                                                \
	",\"continue_final_message\":true,\"add_generation_prompt\":false"

struct row {
	const char *format, *flavour;
	enum again_way way;
	const char *request, *thought, *answer;
	const char *want;    /* NULL: it can't be */
	const char *between;
};

static const struct row table[] = {
	/* vLLM and SGLang, the thinking kept apart, and in the text */
	{ "openai", NULL, AGAIN_PREFILL, "{\"model\":\"qwen3\"," TURNS "}",
	  "So x.", "",
	  "{\"model\":\"qwen3\"," TURNS_AND(
		  SAID("<think>\\nSo x.\\n</think>\\n\\n")) GOES_ON "}",
	  "" },
	{ "openai", NULL, AGAIN_PREFILL, "{" TURNS ",\"stream\":true}",
	  "<think>So x.", "",
	  "{" TURNS_AND(SAID("<think>So x.\\n</think>\\n\\n"))
	  ",\"stream\":true" GOES_ON "}",
	  "\n</think>\n\n" },
	/* a loop in the answer, with and without thinking before */
	{ "openai", NULL, AGAIN_PREFILL, "{" TURNS "}", "", "It is.",
	  "{" TURNS_AND(SAID("It is.\\nFinal answer:")) GOES_ON "}",
	  "\nFinal answer:" },
	{ "openai", NULL, AGAIN_PREFILL, "{" TURNS "}", "So x.", "It is.",
	  "{" TURNS_AND(SAID("<think>\\nSo x.\\n</think>\\n\\nIt is."
			     "\\nFinal answer:")) GOES_ON "}",
	  "\nFinal answer:" },
	/* limits are what is left of them; of the client's own nothing is lost
	 */
	{ "openai", NULL, AGAIN_ASK,
	  "{\"max_tokens\":500,\"x\":[1.50,{}]," TURNS "}", "So x.", "",
	  "{\"max_tokens\":400,\"x\":[1.50,{}]," TURNS_AND(
		  SAID("So x.") "," ASKED) "}",
	  "" },
	{ "openai", NULL, AGAIN_ASK, "{\"max_tokens\":50," TURNS "}", "", "",
	  "{\"max_tokens\":1," TURNS_AND(ASKED) "}", "" },
	/* llama-server refuses a last turn while the model may think */
	{ "openai", "llama-server", AGAIN_PREFILL, "{" TURNS "}", "So x.", "",
	  "{" TURNS_AND(SAID("<think>\\nSo x.\\n</think>\\n\\n"))
	  ",\"chat_template_kwargs\":{\"enable_thinking\":false}}",
	  "" },
	/* models that think in other marks, or where no turn can have them */
	{ "openai", NULL, AGAIN_PREFILL,
	  "{\"model\":\"mistral/magistral-small\"," TURNS "}", "So x.", "",
	  "{\"model\":\"mistral/magistral-small\"," TURNS_AND(
		  SAID("[THINK]So x.[/THINK]")) GOES_ON "}",
	  "" },
	{ "openai", NULL, AGAIN_PREFILL,
	  "{\"model\":\"gpt-oss-20b\"," TURNS "}",
	  "So x.", "", NULL, "" },
	/* text that is completed; ids can't be longer by a text */
	{ "openai", NULL, AGAIN_PREFILL, "{\"prompt\":\"Once\"}", "", " upon.",
	  "{\"prompt\":\"Once upon.\\nFinal answer:\"}", "\nFinal answer:" },
	{ "openai", NULL, AGAIN_PREFILL, "{\"prompt\":[1,2]}", "", " upon.",
	  NULL, "\nFinal answer:" },
	{ "openai", NULL, AGAIN_ASK, "{\"prompt\":\"Once\"}", "", " upon.",
	  NULL, "" },
	{ "llama-server", NULL, AGAIN_PREFILL,
	  "{\"prompt\":\"<think>\",\"n_predict\":200}", "<think>So x.", "",
	  "{\"prompt\":\"<think><think>So x.\\n</think>\\n\\n\","
	  "\"n_predict\":100}", "\n</think>\n\n" },
	/* Anthropic: a prefill where nothing was thought */
	{ "anthropic", NULL, AGAIN_PREFILL, "{" TURNS "}", "", "It is.",
	  "{" TURNS_AND(SAID("It is.\\nFinal answer:")) "}",
	  "\nFinal answer:" },
	{ "anthropic", NULL, AGAIN_PREFILL,
	  "{\"thinking\":{\"type\":\"enabled\"}," TURNS "}", "So x.", "", NULL,
	  "" },
	{ "anthropic", NULL, AGAIN_ASK,
	  "{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":9}," TURNS
	  "}", "So x.", "",
	  "{\"thinking\":{\"type\":\"disabled\"}," TURNS_AND(
		  SAID("So x.") "," ASKED) "}", "" },
	{ "ollama", NULL, AGAIN_PREFILL,
	  "{\"think\":true,\"options\":{\"num_predict\":300,\"a\":1}," TURNS
	  "}", "So x.", "",
	  "{\"think\":false,\"options\":{\"num_predict\":200,\"a\":1},"
	  TURNS_AND(SAID("<think>\\nSo x.\\n</think>\\n\\n")) "}", "" },
	{ "ollama", NULL, AGAIN_PREFILL, "{\"prompt\":\"Once\"}", "", " upon.",
	  NULL, "\nFinal answer:" },
	{ "ollama", NULL, AGAIN_PREFILL,
	  "{\"prompt\":\"Once\",\"raw\":true}", "", " upon.",
	  "{\"prompt\":\"Once upon.\\nFinal answer:\",\"raw\":true}",
	  "\nFinal answer:" },
	{ "gemini", NULL, AGAIN_ASK,
	  "{\"contents\":[{\"parts\":[{\"text\":\"Why?\"}]}]}", "So x.", "",
	  "{\"contents\":[{\"parts\":[{\"text\":\"Why?\"}]},"
	  "{\"role\":\"model\",\"parts\":[{\"text\":\"So x.\"}]},"
	  "{\"role\":\"user\",\"parts\":[{\"text\":\"Stop thinking. Give your "
	  "answer now, from what you have so far.\"}]}]}", "" },
	/* drawn anew: a seed, and a temperature where there was none */
	{ "openai", NULL, AGAIN_DRAW, "{" TURNS ",\"max_tokens\":5}", "a", "",
	  "{" TURNS ",\"max_tokens\":5,\"seed\":2}", "" },
	{ "openai", NULL, AGAIN_DRAW, "{\"seed\":7,\"temperature\":0.0}", "",
	  "", "{\"seed\":9,\"temperature\":0.7}", "" },
	{ "openai", NULL, AGAIN_DRAW, "{\"temperature\":0.2}", "", "",
	  "{\"temperature\":0.2,\"seed\":2}", "" },
	{ "ollama", NULL, AGAIN_DRAW, "{\"options\":{\"temperature\":0}}", "",
	  "", "{\"options\":{\"temperature\":0.7,\"seed\":2}}", "" },
	{ "ollama", NULL, AGAIN_DRAW, "{}", "", "",
	  "{\"options\":{\"seed\":2}}", "" },
	{ "anthropic", NULL, AGAIN_DRAW, "{\"temperature\":0}", "", "",
	  "{\"temperature\":0}", "" },
	/* what can't be */
	{ "responses", NULL, AGAIN_ASK, "{\"input\":\"Why?\"}", "", "a", NULL,
	  "" },
	{ "openai", NULL, AGAIN_PREFILL, "[1]", "", "a", NULL,
	  "\nFinal answer:" },
	{ "openai", NULL, AGAIN_PREFILL, "{\"messages\":[]}", "", "a", NULL,
	  "\nFinal answer:" },
	{ "openai", NULL, AGAIN_PREFILL, "{\"messages\":7}", "", "a", NULL,
	  "\nFinal answer:" },
};

static void requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct row *r = &table[i];
		struct json doc = { 0 }, again = { 0 };
		struct buf body = { 0 }, between = { 0 };
		struct again a = {
			.way = r->way,
			.flavour = r->flavour,
			.thought = r->thought,
			.thought_len = strlen(r->thought),
			.answer = r->answer,
			.answer_len = strlen(r->answer),
			.in_thought = !r->answer[0],
			.n_tokens = 100,
			.n = 2,
		};
		bool good;

		assert_true(json_read(&doc, r->request, strlen(r->request),
				      false, NULL));
		a.request = json_root(&doc);
		good = again_put(format_find(r->format), &a, &body);
		assert_int_equal(good, r->want != NULL);
		if (good)
			assert_string_equal(buf_cstr(&body), r->want);
		assert_true(!good || json_read(&again, body.data, body.len,
					       false, NULL));
		again_between(&a, &between);
		assert_string_equal(buf_cstr(&between), r->between);
		json_release(&doc);
		json_release(&again);
		buf_release(&body);
		buf_release(&between);
	}
}

/* The user's own words go before the mark and before what asks. */
static void own_words(void **state)
{
	static const char text[] = "{\"messages\":[{\"a\":1}]}";
	struct json doc = { 0 };
	struct buf out = { 0 };
	struct again a = { .thought = "So", .thought_len = 2,
			   .in_thought = true, .text = "</t>Now:" };

	(void)state;
	assert_true(json_read(&doc, text, strlen(text), false, NULL));
	a.request = json_root(&doc);
	assert_true(again_put(&format_openai, &a, &out));
	assert_non_null(strstr(buf_cstr(&out), "<think>\\nSo</t>Now:\""));
	buf_clear(&out);
	a.way = AGAIN_ASK;
	assert_true(again_put(&format_openai, &a, &out));
	assert_non_null(strstr(buf_cstr(&out),
			       "\"role\":\"user\",\"content\":\"</t>Now:\""));
	json_release(&doc);
	buf_release(&out);
}

/* --- two answers -------------------------------------------------------- */

struct pair {
	const char *format, *first, *second, *text, *want;
	bool joins;
};

static const struct pair pairs[] = {
	{ "openai",
	  "{\"id\":\"a\",\"created\":1,\"model\":\"m\",\"choices\":[{"
	  "\"index\":0,\"delta\":{\"content\":\"x\"},"
	  "\"logprobs\":{\"content\":[]},"
	  "\"finish_reason\":null}],\"usage\":null}",
	  "data: {\"id\":\"b\",\"created\":2,\"model\":\"n\","
	  "\"system_fingerprint\":\"f\",\"choices\":[{\"index\":0,\"delta\":{"
	  "\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
	  ": ping\n\n"
	  "data: {\"id\":\"b\",\"choices\":[{\"delta\":{\"content\":\"4\","
	  "\"tool_calls\":[{\"id\":\"t\"}]}}]}\r\n\r\n"
	  "data: {\"id\":\"b\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,"
	  "\"completion_tokens\":3,\"total_tokens\":12}}\n\n"
	  "data: [DONE]\n\n",
	  "\nSo: ",
	  "data: {\"id\":\"a\",\"created\":1,\"model\":\"m\",\"choices\":[{"
	  "\"index\":0,\"delta\":{\"content\":\"\\nSo: \"},\"logprobs\":null,"
	  "\"finish_reason\":null}]}\n\n"
	  "data: {\"id\":\"a\",\"created\":1,\"model\":\"m\",\"choices\":[{"
	  "\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n"
	  ": ping\n\n"
	  "data: {\"id\":\"a\",\"choices\":[{\"delta\":{\"content\":\"4\","
	  "\"tool_calls\":[{\"id\":\"t\"}]}}]}\r\n\r\n"
	  "data: {\"id\":\"a\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,"
	  "\"completion_tokens\":103,\"total_tokens\":112}}\n\n"
	  "data: [DONE]\n\n",
	  true },
	{ "openai", "{\"id\":\"a\",\"choices\":[{\"text\":\"x\",\"index\":0}]}",
	  "data:{\"id\":\"b\",\"choices\":[{\"text\":\"y\"}]}\n\ndata: cut",
	  "T",
	  "data: {\"id\":\"a\",\"choices\":[{\"text\":\"T\",\"index\":0}]}\n\n"
	  "data:{\"id\":\"a\",\"choices\":[{\"text\":\"y\"}]}\n\ndata: cut",
	  true },
	{ "anthropic",
	  "{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":"
	  "\"thinking_delta\",\"thinking\":\"x\"}}",
	  "event: message_start\ndata: {\"type\":\"message_start\",\"message\":"
	  "{}}\n\n"
	  "event: content_block_start\ndata: {\"type\":\"content_block_start\","
	  "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
	  "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{"
	  "\"output_tokens\":7}}\n\n",
	  "",
	  "event: content_block_stop\ndata: {\"type\":\"content_block_stop\","
	  "\"index\":2}\n\n"
	  "event: content_block_start\ndata: {\"type\":\"content_block_start\","
	  "\"index\":3,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
	  "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{"
	  "\"output_tokens\":107}}\n\n",
	  false },
	{ "anthropic",
	  "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":"
	  "\"text_delta\",\"text\":\"x\"}}",
	  "event: message_start\ndata: {\"type\":\"message_start\"}\n\n"
	  "event: content_block_start\ndata: {\"type\":\"content_block_start\","
	  "\"index\":0,\"content_block\":{}}\n\n"
	  "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
	  "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"4\"}}\n\n"
	  "event: content_block_start\ndata: {\"type\":\"content_block_start\","
	  "\"index\":1,\"content_block\":{}}\n\n",
	  "So:",
	  "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
	  "\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"So:\"}}"
	  "\n\n"
	  "event: content_block_delta\ndata: {\"type\":\"content_block_delta\","
	  "\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"4\"}}\n\n"
	  "event: content_block_start\ndata: {\"type\":\"content_block_start\","
	  "\"index\":2,\"content_block\":{}}\n\n",
	  true },
	{ "ollama",
	  "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":"
	  "\"\",\"thinking\":\"x\"},\"done\":false}",
	  "{\"model\":\"n\",\"message\":{\"content\":\"4\"},\"done\":false}\n"
	  "{\"model\":\"n\",\"done\":true,\"eval_count\":3}\n",
	  "T",
	  "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":"
	  "\"T\"},\"done\":false}\n"
	  "{\"model\":\"m\",\"message\":{\"content\":\"4\"},\"done\":false}\n"
	  "{\"model\":\"m\",\"done\":true,\"eval_count\":103}\n",
	  true },
	{ "llama-server",
	  "{\"content\":\"x\",\"tokens\":[5],\"stop\":false,"
	  "\"tokens_predicted\":3}",
	  "data: {\"content\":\"4\",\"stop\":true,\"tokens_predicted\":1}\n\n",
	  "T",
	  "data: {\"content\":\"T\",\"tokens\":[],\"stop\":false,"
	  "\"tokens_predicted\":3}\n\n"
	  "data: {\"content\":\"4\",\"stop\":true,\"tokens_predicted\":101}\n"
	  "\n",
	  true },
	{ "gemini",
	  "{\"responseId\":\"a\",\"candidates\":[{\"content\":{\"parts\":[{"
	  "\"text\":\"x\"}],\"role\":\"model\"},\"index\":0}],"
	  "\"usageMetadata\":{}}",
	  "data: {\"responseId\":\"b\",\"usageMetadata\":{"
	  "\"candidatesTokenCount\":2}}\n\n",
	  "",
	  "data: {\"responseId\":\"a\",\"usageMetadata\":{"
	  "\"candidatesTokenCount\":102}}\n\n",
	  true },
	{ "koboldcpp", "{\"token\":\"x\"}",
	  "event: message\ndata: {\"token\":\"4\"}\n\n", "T",
	  "data: {\"token\":\"T\"}\n\nevent: message\ndata: {\"token\":\"4\"}"
	  "\n\n",
	  true },
};

static void spliced(const struct pair *p, size_t cut, struct buf *out)
{
	struct buf first = { 0 };
	struct splice s = { 0 };
	size_t n = strlen(p->second);

	buf_puts(&first, p->first);
	assert_true(splice_begin(&s, format_find(p->format), &first, 100,
				 p->joins));
	splice_between(&s, p->text, strlen(p->text), out);
	splice_bytes(&s, p->second, cut, out);
	splice_bytes(&s, p->second + cut, n - cut, out);
	splice_end(&s, out);
	splice_release(&s);
	buf_release(&first);
}

static void answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		for (size_t cut = 0; cut <= strlen(pairs[i].second); cut++) {
			struct buf out = { 0 };

			spliced(&pairs[i], cut, &out);
			assert_string_equal(buf_cstr(&out), pairs[i].want);
			buf_release(&out);
		}
}

/* What is no record passes; what can't begin says so. */
static void odd_answers(void **state)
{
	static const char *const odd[] = {
		"", "\n\n\n", "data: {broken\n\n", "data: [1,2]\n\n", "x\ny\n",
		"data: {\"a\":1}\ndata: {\"b\":2}\n\n", "{\"open\":",
		": comment\n", "event: x\n\n", "data: \"text\"\n\n",
	};
	struct splice s = { 0 };
	struct buf record = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		const struct pair p = { "openai", "{\"id\":\"a\"}", odd[i], "",
					odd[i], true };
		struct buf out = { 0 };

		spliced(&p, 0, &out);
		assert_string_equal(buf_cstr(&out), odd[i]);
		buf_release(&out);
	}
	assert_false(splice_begin(&s, &format_openai, &record, 1, true));
	splice_release(&s);
	buf_puts(&record, "{}");
	assert_false(splice_begin(&s, &format_responses, &record, 1, true));
	splice_release(&s);
	assert_false(splice_knows(NULL));
	assert_true(splice_knows(&format_ollama));
	buf_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(own_words),
		cmocka_unit_test(answers),
		cmocka_unit_test(odd_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
