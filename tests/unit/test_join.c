/*
 * Streams that are joined to the answer that was asked for (join.h), cut at
 * every byte; requests that are asked as streams (plain.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "dialect/join.h"
#include "dialect/plain.h"

#define D(json) "data: " json "\n\n"
#define CHUNK(choices) \
	D("{\"id\":\"c\",\"object\":\"chat.completion.chunk\"," \
	  "\"created\":17,\"model\":\"m\",\"choices\":[" choices "]," \
	  "\"usage\":null}")
#define DELTA(delta) "{\"index\":0,\"delta\":" delta ",\"finish_reason\":null}"

static const struct {
	const char *name, *stream, *want; /* want NULL: nothing is joined */
} rows[] = {
	{ "openai: texts, reasoning, logprobs, usage, what nobody knows",
	  CHUNK("{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\""
	  "\","
		"\"refusal\":null},\"logprobs\":null,\"finish_reason\":null}")
	  ": ping\n\n" CHUNK(DELTA("{\"reasoning_content\":\"Hm\"}"))
	  CHUNK("{\"index\":0,\"delta\":{\"content\":\"a\\u00e9\\ud83d\"},"
		"\"logprobs\":{\"content\":[{\"token\":\"a\"}]},"
		"\"finish_reason\":null}")
	  CHUNK("{\"index\":0,\"delta\":{\"content\":\"\\ude00\"},"
		"\"logprobs\":{\"content\":[{\"token\":\"b\"}]},"
		"\"finish_reason\":\"stop\",\"stop_reason\":7}")
	  D("{\"id\":\"c\",\"choices\":[],\"usage\":{\"total_tokens\":9},"
	    "\"system_fingerprint\":\"f\",\"timings\":{\"n\":1.50},"
	    "\"obfuscation\":\"xx\"}") D("[DONE]"),
	  "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
	  "\"content\":\"a\\u00e9\\ud83d\\ude00\",\"refusal\":null,"
	  "\"reasoning_content\":\"Hm\"},\"logprobs\":{\"content\":["
	  "{\"token\":\"a\"},{\"token\":\"b\"}]},\"finish_reason\":\"stop\","
	  "\"stop_reason\":7}],\"id\":\"c\",\"object\":\"chat.completion\","
	  "\"created\":17,\"model\":\"m\",\"usage\":{\"total_tokens\":9},"
	  "\"system_fingerprint\":\"f\",\"timings\":{\"n\":1.50}}" },
	{ "openai: calls of tools side by side",
	  CHUNK(DELTA("{\"role\":\"assistant\",\"tool_calls\":[{\"index\":0,"
		      "\"id\":\"x\",\"type\":\"function\",\"function\":{"
		      "\"name\":\"f\",\"arguments\":\"\"}}]}"))
	  CHUNK(DELTA("{\"tool_calls\":[{\"index\":0,\"id\":\"\",\"function\":{"
		      "\"name\":\"\",\"arguments\":\"{\\\"a\\\"\"}}]}"))
	  CHUNK(DELTA("{\"tool_calls\":[{\"index\":1,\"id\":\"y\",\"function\""
	  ":{"
		      "\"name\":\"g\",\"arguments\":\"{}\"}},{\"index\":0,"
		      "\"function\":{\"arguments\":\":1}\"}}]}")),
	  "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"x\",\"type\":\"function\",\"function\":{"
	  "\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}},{\"id\":\"y\","
	  "\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}],"
	  "\"content\":null},\"finish_reason\":null}],\"id\":\"c\","
	  "\"object\":\"chat.completion\",\"created\":17,\"model\":\"m\","
	  "\"usage\":null}" },
	{ "openai: choices in any order, legacy texts",
	  D("{\"id\":\"c\",\"object\":\"text_completion\",\"choices\":[{\"inde"
	  "x\":1,"
	    "\"text\":\"b\",\"logprobs\":{\"tokens\":[\"b\"]}}]}")
	  D("{\"id\":\"d\",\"object\":\"text_completion\",\"choices\":[{\"inde"
	  "x\":0,"
	    "\"text\":\"a\"},{\"index\":1,\"text\":\"c\",\"logprobs\":{"
	    "\"tokens\":[\"c\"]}}]}"),
	  "{\"choices\":[{\"index\":0,\"text\":\"a\"},{\"index\":1,\"text\":\""
	  "bc\","
	  "\"logprobs\":{\"tokens\":[\"b\",\"c\"]}}],\"id\":\"c\","
	  "\"object\":\"text_completion\"}" },
	{ "an error in place of the rest",
	  CHUNK(DELTA("{\"content\":\"a\"}"))
	  D("{\"error\":{\"message\":\"out of memory\",\"code\":503}}"),
	  "{\"error\":{\"message\":\"out of memory\",\"code\":503}}" },
	{ "anthropic",
	  "event: message_start\n"
	  D("{\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":"
	    "\"message\",\"content\":[],\"stop_reason\":null,\"usage\":{"
	    "\"input_tokens\":5,\"output_tokens\":1}}}")
	  D("{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{"
	    "\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}")
	  D("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
	    "\"thinking_delta\",\"thinking\":\"Hm\"}}")
	  D("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
	    "\"signature_delta\",\"signature\":\"s==\"}}")
	  D("{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{"
	    "\"type\":\"text\",\"text\":\"\"}}") D("{\"type\":\"ping\"}")
	  D("{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":"
	    "\"text_delta\",\"text\":\"Hi\"}}")
	  D("{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":"
	    "\"citations_delta\",\"citation\":{\"c\":1}}}")
	  D("{\"type\":\"content_block_start\",\"index\":2,\"content_block\":{"
	    "\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}")
	  D("{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":"
	    "\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":[1,\"}}")
	  D("{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":"
	    "\"input_json_delta\",\"partial_json\":\"\\\"x\\\"]}\"}}")
	  D("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use"
	  "\","
	    "\"stop_sequence\":null},\"usage\":{\"output_tokens\":7}}")
	  D("{\"type\":\"message_stop\"}"),
	  "{\"id\":\"m\",\"type\":\"message\",\"content\":[{\"type\":\"thinkin"
	  "g\","
	  "\"thinking\":\"Hm\",\"signature\":\"s==\"},{\"type\":\"text\","
	  "\"text\":\"Hi\",\"citations\":[{\"c\":1}]},{\"type\":\"tool_use\","
	  "\"id\":\"t\",\"name\":\"f\",\"input\":{\"a\":[1,\"x\"]}}],"
	  "\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":5,"
	  "\"output_tokens\":7},\"stop_sequence\":null}" },
	{ "anthropic: an input that is cut is closed where it was",
	  D("{\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}")
	  D("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
	    "\"input_json_delta\",\"partial_json\":\"{\\\"a\\\":[1,\\\"x\"}}"),
	  "{\"id\":\"m\",\"content\":[{\"input\":{\"a\":[1,\"x\"]}}]}" },
	{ "gemini",
	  D("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hm\","
	    "\"thought\":true}],\"role\":\"model\"},\"index\":0}],"
	    "\"usageMetadata\":{\"promptTokenCount\":4},\"responseId\":\"r\"}")
	  D("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"m\","
	    "\"thought\":true},{\"text\":\"a\"}],\"role\":\"model\"},"
	    "\"index\":0}]}")
	  D("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"b\"},"
	    "{\"functionCall\":{\"name\":\"f\",\"args\":{}}}]},"
	    "\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{"
	    "\"promptTokenCount\":4,\"totalTokenCount\":9}}"),
	  "{\"usageMetadata\":{\"promptTokenCount\":4,\"totalTokenCount\":9},"
	  "\"responseId\":\"r\",\"candidates\":[{\"index\":0,\"content\":{"
	  "\"parts\":[{\"text\":\"Hmm\",\"thought\":true},{\"text\":\"ab\"},"
	  "{\"functionCall\":{\"name\":\"f\",\"args\":{}}}],"
	  "\"role\":\"model\"},\"finishReason\":\"STOP\"}]}" },
	{ "ollama",
	  "{\"model\":\"m\",\"created_at\":\"1\",\"message\":{\"role\":"
	  "\"assistant\",\"content\":\"a\",\"thinking\":\"h\"},\"done\":false}"
	  "\n"
	  "{\"model\":\"m\",\"created_at\":\"2\",\"message\":{\"role\":"
	  "\"assistant\",\"content\":\"b\",\"tool_calls\":[{\"function\":{"
	  "\"name\":\"f\"}}]},\"done\":false}\n"
	  "{\"model\":\"m\",\"created_at\":\"3\",\"message\":{\"role\":"
	  "\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"sto"
	  "p\","
	  "\"eval_count\":5}",
	  "{\"model\":\"m\",\"created_at\":\"3\",\"message\":{\"role\":"
	  "\"assistant\",\"content\":\"ab\",\"thinking\":\"h\",\"tool_calls\":["
	  "{\"function\":{\"name\":\"f\"}}]},\"done\":true,"
	  "\"done_reason\":\"stop\",\"eval_count\":5}" },
	{ "llama-server: one answer",
	  D("{\"index\":0,\"content\":\"a\",\"tokens\":[5],\"stop\":false,"
	    "\"id_slot\":0}")
	  D("{\"index\":0,\"content\":\"\",\"tokens\":[],\"stop\":true,"
	    "\"id_slot\":0,\"stop_type\":\"eos\",\"timings\":{\"n\":1}}"),
	  "{\"index\":0,\"content\":\"a\",\"tokens\":[5],\"stop\":true,"
	  "\"id_slot\":0,\"stop_type\":\"eos\",\"timings\":{\"n\":1}}" },
	{ "llama-server: several",
	  D("{\"index\":1,\"content\":\"b\",\"tokens\":[],\"stop\":true}")
	  D("{\"index\":0,\"content\":\"a\",\"tokens\":[],\"stop\":true}"),
	  "[{\"index\":0,\"content\":\"a\",\"tokens\":[],\"stop\":true},"
	  "{\"index\":1,\"content\":\"b\",\"tokens\":[],\"stop\":true}]" },
	{ "sglang: all so far",
	  D("{\"text\":\"a\",\"output_ids\":[1],\"meta_info\":{\"id\":\"x\","
	    "\"completion_tokens\":1,\"finish_reason\":null}}")
	  D("{\"text\":\"ab\",\"output_ids\":[1,2],\"meta_info\":{\"id\":\"x\","
	    "\"completion_tokens\":2,\"finish_reason\":{\"type\":\"stop\"}}}")
	  D("[DONE]"),
	  "{\"text\":\"ab\",\"output_ids\":[1,2],\"meta_info\":{\"id\":\"x\","
	  "\"completion_tokens\":2,\"finish_reason\":{\"type\":\"stop\"}}}" },
	{ "sglang: what is new",
	  D("{\"text\":\"a\",\"output_ids\":[1],\"meta_info\":{\"id\":\"x\","
	    "\"completion_tokens\":1,\"finish_reason\":null}}")
	  D("{\"text\":\"b\",\"output_ids\":[2],\"meta_info\":{\"id\":\"x\","
	    "\"completion_tokens\":2,\"finish_reason\":null}}"),
	  "{\"text\":\"ab\",\"output_ids\":[1,2],\"meta_info\":{\"id\":\"x\","
	  "\"completion_tokens\":2,\"finish_reason\":null}}" },
	{ "cohere",
	  D("{\"type\":\"message-start\",\"id\":\"i\",\"delta\":{\"message\":{"
	    "\"role\":\"assistant\",\"content\":[],\"tool_plan\":\"\"}}}")
	  D("{\"type\":\"content-start\",\"index\":0,\"delta\":{\"message\":{"
	    "\"content\":{\"type\":\"text\",\"text\":\"\"}}}}")
	  D("{\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{"
	    "\"content\":{\"text\":\"Hi\"}}}}")
	  D("{\"type\":\"tool-call-start\",\"index\":0,\"delta\":{\"message\":{"
	    "\"tool_calls\":{\"id\":\"t\",\"function\":{\"name\":\"f\","
	    "\"arguments\":\"{\"}}}}}")
	  D("{\"type\":\"tool-call-delta\",\"index\":0,\"delta\":{\"message\":{"
	    "\"tool_calls\":{\"function\":{\"arguments\":\"}\"}}}}}")
	  D("{\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"COMPLETE"
	  "\","
	    "\"usage\":{\"tokens\":{\"output_tokens\":3}}}}"),
	  "{\"message\":{\"role\":\"assistant\",\"tool_plan\":\"\","
	  "\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"tool_calls\":[{"
	  "\"id\":\"t\","
	  "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"id\":\"i\","
	  "\"finish_reason\":\"COMPLETE\",\"usage\":{\"tokens\":{"
	  "\"output_tokens\":3}}}" },
	{ "responses: the last event has all of it",
	  D("{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"outpu"
	  "t\":"
	    "[]}}")
	  D("{\"type\":\"response.output_text.delta\",\"output_index\":0,"
	    "\"content_index\":0,\"delta\":\"a\"}")
	  D("{\"type\":\"response.completed\",\"response\":{\"id\":\"r\","
	    "\"output\":[{\"type\":\"message\"}],\"usage\":null}}"),
	  "{\"id\":\"r\",\"output\":[{\"type\":\"message\"}],\"usage\":null}" },
	{ "responses: of what came, where it has not",
	  D("{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"outpu"
	  "t\":"
	    "[]}}")
	  D("{\"type\":\"response.output_item.added\",\"output_index\":0,"
	    "\"item\":{\"type\":\"reasoning\",\"id\":\"i\",\"summary\":[]}}")
	  D("{\"type\":\"response.reasoning_summary_part.added\","
	    "\"output_index\":0,\"summary_index\":0,\"part\":{\"type\":"
	    "\"summary_text\",\"text\":\"\"}}")
	  D("{\"type\":\"response.reasoning_summary_text.delta\","
	    "\"output_index\":0,\"summary_index\":0,\"delta\":\"Hm\"}")
	  D("{\"type\":\"response.output_item.added\",\"output_index\":1,"
	    "\"item\":{\"type\":\"function_call\",\"id\":\"f\",\"arguments\":"
	    "\"\"}"
	    "}")
	  D("{\"type\":\"response.function_call_arguments.delta\","
	    "\"output_index\":1,\"delta\":\"{}\"}")
	  D("{\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}"),
	  "{\"id\":\"r\",\"output\":[{\"type\":\"reasoning\",\"id\":\"i\","
	  "\"summary\":[{\"type\":\"summary_text\",\"text\":\"Hm\"}]},"
	  "{\"type\":\"function_call\",\"id\":\"f\",\"arguments\":\"{}\"}]}" },
	{ "nobody's", D("{\"a\":1}") D("no JSON") D("[1]") D("7"), NULL },
	{ "nothing", ": x\n\n", NULL },
	/* things that no server should say */
	{ "odd types",
	  CHUNK(DELTA("{}")) CHUNK("{\"index\":\"x\",\"delta\":7,\"message\":"
	  "\"m\",\"logprobs\":[]},"
		"3,null,{\"index\":7,\"delta\":{\"tool_calls\":[7]}}")
	  CHUNK("{\"index\":0,\"delta\":{\"content\":{},\"tool_calls\":{}}}"),
	  "{\"choices\":[{\"index\":0,\"message\":{\"content\":{},"
	  "\"tool_calls\":{},\"role\":\"assistant\"},\"finish_reason\":null,"
	  "\"logprobs\":[]},"
	  "{\"index\":7,\"message\":{\"tool_calls\":[7],"
	  "\"role\":\"assistant\",\"content\":null}}],\"id\":\"c\","
	  "\"object\":\"chat.completion\",\"created\":17,\"model\":\"m\","
	  "\"usage\":null}" },
	{ "odd messages",
	  D("{\"type\":\"message_start\",\"message\":[]}")
	  D("{\"type\":\"content_block_delta\",\"index\":9,\"delta\":{}}"),
	  "{\"content\":[{}]}" },
	{ "odd blocks",
	  D("{\"type\":\"message_start\",\"message\":{\"content\":[1]}}")
	  D("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
	    "\"text\":\"a\"}}"),
	  "{\"content\":[{\"text\":\"a\"}]}" },
};

static void check_row(size_t i, size_t cut)
{
	struct join j = { 0 };
	struct buf out = { 0 };
	size_t n = strlen(rows[i].stream);
	enum join_end end;

	join_bytes(&j, rows[i].stream, cut);
	join_bytes(&j, rows[i].stream + cut, n - cut);
	end = join_end(&j, &out);
	if (!rows[i].want)
		assert_int_equal(end, JOIN_NOTHING);
	else if (strcmp(buf_cstr(&out), rows[i].want) != 0)
		fail_msg("%s, cut at %zu:\n%s\n%s", rows[i].name, cut,
			 out.data, rows[i].want);
	join_release(&j);
	buf_release(&out);
}

static void streams_are_joined(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t cut = 0; cut <= strlen(rows[i].stream); cut++)
			check_row(i, cut);
}

/* Each dialect that can be joined is in the table. */
static void each_is_tested(void **state)
{
	(void)state;
	for (size_t k = 0; formats[k]; k++) {
		bool found = !formats[k]->join;
		const char *name = formats[k]->name;

		for (size_t i = 0; i < ARRAY_LEN(rows); i++)
			found |= !strncmp(rows[i].name, name, strlen(name));
		if (!found)
			fail_msg("%s is joined in no test", name);
	}
}

/* --- requests ----------------------------------------------------------- */

#define USAGE "\"stream_options\":{\"include_usage\":true},"

static const struct {
	const char *uri, *body;
	const char *stream_uri, *stream_body; /* NULL: it stays as it is */
} requests[] = {
	{ "/v1/chat/completions", "{\"model\":\"m\"}", "/v1/chat/completions",
	  "{" USAGE "\"stream\":true,\"model\":\"m\"}" },
	{ "/v1/chat/completions?a=b", " { } ", "/v1/chat/completions?a=b",
	  " {" USAGE "\"stream\":true } " },
	{ "/v1/completions", "{\"stream\" : false, \"p\":1.0e5}",
	  "/v1/completions",
	  "{" USAGE "\"stream\":true,\"stream\" : true, \"p\":1.0e5}" },
	{ "/v1/messages", "{\"stream\":null}", "/v1/messages",
	  "{\"stream\":true,\"stream\":true}" },
	{ "/v1/messages", "{\"a\":\"\\ud800\xff\"}", "/v1/messages",
	  "{\"stream\":true,\"a\":\"\\ud800\xff\"}" },
	{ "/api/chat", "{\"stream\":false}", "/api/chat",
	  "{\"stream\":true,\"stream\":true}" },
	{ "/api/chat", "{}", NULL, NULL },
	{ "/v1beta/models/m:generateContent?key=k", "{\"contents\":[]}",
	  "/v1beta/models/m:streamGenerateContent?alt=sse&key=k",
	  "{\"contents\":[]}" },
	{ "/v1beta/models/m:generateContent", "{}",
	  "/v1beta/models/m:streamGenerateContent?alt=sse", "{}" },
	{ "/v1beta/models/m:generateContent?key=k&alt=proto", "{}", NULL,
	  NULL },
	{ "/v1beta/models/m:streamGenerateContent", "{}", NULL, NULL },
	{ "/v1/responses", "{\"background\":true}", NULL, NULL },
	{ "/v1/chat/completions", "{\"stream\":true}", NULL, NULL },
	{ "/v1/chat/completions", "{\"stream\":1}", NULL, NULL },
	{ "/v1/chat/completions", "{\"stream_options\":null}", NULL, NULL },
	{ "/v1/chat/completions", "[]", NULL, NULL },
	{ "/v1/chat/completions", "", NULL, NULL },
	{ "/v1/chat/completions", "{", NULL, NULL },
	{ "/v1/embeddings", "{}", NULL, NULL },
	{ "/v1/messages/count_tokens", "{}", NULL, NULL },
	{ "/api/extra/generate/stream", "{}", NULL, NULL },
};

static void requests_are_asked_as_streams(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		struct buf body = { 0 }, uri = { 0 }, stream = { 0 };
		bool good;

		buf_puts(&body, requests[i].body);
		good = plain_as_stream(requests[i].uri, &body, &uri, &stream);
		if (good != (requests[i].stream_uri != NULL))
			fail_msg("request %zu", i);
		if (good) {
			assert_string_equal(buf_cstr(&uri),
					    requests[i].stream_uri);
			assert_string_equal(buf_cstr(&stream),
					    requests[i].stream_body);
		}
		buf_release(&body);
		buf_release(&uri);
		buf_release(&stream);
	}
}

/* What wants a form is not cut with a reason that says that it is whole. */
static void forms_are_known(void **state)
{
	static const struct {
		const char *request;
		bool wants;
	} asked[] = {
		{ "{\"response_format\":{\"type\":\"json_schema\"}}", true },
		{ "{\"response_format\":{\"type\":\"json_object\"}}", true },
		{ "{\"response_format\":{\"type\":\"text\"}}", false },
		{ "{\"response_format\":null}", false },
		{ "{\"text\":{\"format\":{\"type\":\"json_schema\"}}}", true },
		{ "{\"text\":{\"format\":{\"type\":\"text\"}}}", false },
		{ "{\"text\":\"format\"}", false },
		{ "{\"format\":\"json\"}", true },
		{ "{\"format\":{\"type\":\"object\"}}", true },
		{ "{\"format\":\"\"}", false },
		{ "{\"tool_choice\":\"required\"}", true },
		{ "{\"tool_choice\":\"auto\",\"tools\":[{}]}", false },
		{ "{\"tool_choice\":{\"type\":\"auto\"}}", false },
		{ "{\"tool_choice\":{\"type\":\"tool\",\"name\":\"f\"}"
		"}", true },
		{ "{\"output_config\":{\"format\":{\"type\":\"json_schema\"}}}",
		  true },
		{ "{\"output_config\":{\"effort\":\"high\"}}", false },
		{ "{\"guided_json\":{}}", true },
		{ "{\"grammar\":\"root ::= x\"}", true },
		{ "{\"generationConfig\":{\"responseMimeType\":"
		  "\"application/json\"}}", true },
		{ "{\"generationConfig\":{\"responseMimeType\":\"text/plain\"}"
		"}",
		  false },
		{ "{\"sampling_params\":{\"regex\":\"a*\"}}", true },
		{ "no JSON", false },
		{ "", false },
	};

	(void)state;
	assert_false(format_wants_form(NULL));
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct buf request = { 0 };

		buf_puts(&request, asked[i].request);
		if (format_wants_form(&request) != asked[i].wants)
			fail_msg("%s", asked[i].request);
		buf_release(&request);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_joined),
		cmocka_unit_test(each_is_tested),
		cmocka_unit_test(requests_are_asked_as_streams),
		cmocka_unit_test(forms_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
