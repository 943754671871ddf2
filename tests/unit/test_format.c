/*
 * The server's side of the dialects' rows: what is asked at a URL (ask.c), and
 * that a stopped answer with the end that the row gives it is read as a whole
 * one. A row that can be asked or ended and is not in these tables fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "reading.h"

#include <stdio.h>
#include <string.h>

#include "dialect/eventstream.h"
#include "dialect/join.h"
#include "input/ask.h"

#define HOST "http://h:1"
#define TURNS "\"messages\":[{\"role\":\"user\",\"content\":\"a \\\"b\\\"\"}]"
#define STREAM ",\"stream\":true"
#define PROMPT "\"prompt\":\"a \\\"b\\\"\""
#define USAGE ",\"stream_options\":{\"include_usage\":true}"

static const struct question {
	const char *url, *asked; /* NULL: the same */
	const char *body;
	const char *header, *key; /* NULL: none; as a bearer */
	bool plain;               /* there is a second, shorter body */
} questions[] = {
	{ HOST, HOST "/v1/chat/completions",
	  "{\"model\":\"m\"," TURNS STREAM USAGE ",\"return_token_ids\":true}",
	  NULL, NULL, true },
	{ HOST "/v1/?a=/x#y", HOST "/v1/chat/completions?a=/x#y",
	  "{\"model\":\"m\"," TURNS STREAM USAGE ",\"return_token_ids\":true}",
	  NULL, NULL, true },
	{ HOST "/v1/chat/completions", NULL,
	  "{\"model\":\"m\"," TURNS STREAM USAGE ",\"return_token_ids\":true}",
	  NULL, NULL, true },
	{ HOST "/v1/completions", NULL,
	  "{\"model\":\"m\"," PROMPT STREAM USAGE
	  ",\"return_token_ids\":true}", NULL, NULL, true },
	{ HOST "/v1/responses", NULL,
	  "{\"model\":\"m\",\"input\":\"a \\\"b\\\"\"" STREAM "}",
	  NULL, NULL, false },
	{ HOST "/v1/messages?beta", NULL,
	  "{\"model\":\"m\"," TURNS STREAM ",\"max_tokens\":16384}",
	  "anthropic-version: 2023-06-01", "x-api-key: ", false },
	{ HOST "/api/generate", NULL, "{\"model\":\"m\"," PROMPT STREAM "}",
	  NULL, NULL, false },
	{ HOST "/api/chat", NULL, "{\"model\":\"m\"," TURNS STREAM "}",
	  NULL, NULL, false },
	{ HOST "/completion", NULL,
	  "{" PROMPT STREAM ",\"n_predict\":-1,\"timings_per_token\":true,"
	  "\"return_tokens\":true}", NULL, NULL, false },
	{ HOST "/v1beta/models/m:streamGenerateContent?alt=sse", NULL,
	  "{\"contents\":[{\"role\":\"user\",\"parts\":"
	  "[{\"text\":\"a \\\"b\\\"\"}]}]}", NULL, "x-goog-api-key: ",
	  false },
	{ HOST "/v2/chat", NULL, "{\"model\":\"m\"," TURNS STREAM "}",
	  NULL, NULL, false },
	{ HOST "/v1beta/interactions", NULL,
	  "{\"model\":\"m\",\"input\":\"a \\\"b\\\"\"" STREAM "}",
	  NULL, "x-goog-api-key: ", false },
	{ HOST "/api/v1/chat", NULL,
	  "{\"model\":\"m\",\"input\":\"a \\\"b\\\"\"" STREAM "}",
	  NULL, NULL, false },
	{ HOST "/api/extra/generate/stream", NULL,
	  "{" PROMPT ",\"max_length\":4096}", NULL, NULL, false },
	{ HOST "/v2/models/m/generate_stream", NULL,
	  "{\"text_input\":\"a \\\"b\\\"\",\"max_tokens\":4096" STREAM "}",
	  NULL, NULL, false },
	{ HOST "/generate_stream", NULL,
	  "{\"inputs\":\"a \\\"b\\\"\",\"parameters\":{\"details\":true}}",
	  NULL, NULL, false },
	{ HOST "/generate", NULL,
	  "{\"text\":\"a \\\"b\\\"\"" STREAM
	  ",\"sampling_params\":{\"max_new_tokens\":16384}}",
	  NULL, NULL, false },
};

static void check_question(const struct question *q)
{
	struct ask ask = { 0 };
	struct err err = { "" };
	const char *key = q->key ? q->key : FORMAT_BEARER;

	assert_true(ask_prompt(&ask, q->url, "m", "a \"b\"", 5, &err));
	assert_string_equal(buf_cstr(&ask.url), q->asked ? q->asked : q->url);
	assert_string_equal(buf_cstr(&ask.body), q->body);
	assert_true(q->plain ? ask.plain.len < ask.body.len :
			       ask.plain.len == 0);
	assert_string_equal(ask.key, key);
	assert_string_equal(ask_key(buf_cstr(&ask.url)), key);
	assert_true(q->header ? !strcmp(ask.header, q->header) : !ask.header);
	ask_release(&ask);
}

/* Is this end of a path asked for in the table? */
static bool is_asked(const char *end)
{
	size_t n = strlen(end);
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(questions) && !found; i++) {
		const char *url = questions[i].url;
		size_t len = strcspn(url, "?#");

		found = len > n && !memcmp(url + len - n, end, n) &&
			format_ask_at(url, len)->end == end;
	}
	return found;
}

static void rows_are_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		check_question(&questions[i]);
	for (size_t i = 0; formats[i]; i++)
		for (const struct format_ask *a = formats[i]->asks;
		     a && a->end; a++)
			if (!is_asked(a->end))
				fail_msg("%s: %s is asked in no test",
					 formats[i]->name, a->end);
}

static void unknown_paths_are_listed(void **state)
{
	struct ask ask = { 0 };
	struct err err = { "" };

	(void)state;
	assert_false(ask_prompt(&ask, HOST "/any", NULL, "x", 1, &err));
	assert_int_equal(ask.body.len, 0);
	for (size_t i = 0; formats[i]; i++)
		for (const struct format_ask *a = formats[i]->asks;
		     a && a->end; a++)
			assert_non_null(strstr(err.text, a->end));
	assert_non_null(strstr(err.text, "--data"));
	ask_release(&ask);
}

static void keys_belong_to_hosts(void **state)
{
	static const struct {
		const char *url, *name;
	} rows[] = {
		{ "https://api.openai.com/v1", "OPENAI_API_KEY" },
		{ "HTTPS://API.Anthropic.com/v1/messages",
		  "ANTHROPIC_API_KEY" },
		{ "https://generativelanguage.googleapis.com/v1beta",
		  "GEMINI_API_KEY" },
		{ "https://api.cohere.com/v2/chat", "CO_API_KEY" },
		{ "https://api.openai.com.evil/", NULL },
		{ "http://api.openai.com/", NULL },
		{ HOST, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *name = ask_key_name(rows[i].url);

		assert_true(rows[i].name ? name && !strcmp(name, rows[i].name) :
					   !name);
	}
}

/* --- endings ------------------------------------------------------------ */

static const struct ending {
	const char *format, *head; /* records before the last */
	/* Which is framed so; before is NULL: a binary frame, after its type */
	const char *before, *last, *after;
	const char *request;
	size_t n; /* generations that end */
	const char *holds; /* in the end */
} endings[] = {
	{ "openai", "", "data: ",
	  "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":17,"
	  "\"model\":\"m\",\"choices\":[{\"index\":0,"
	  "\"delta\":{\"content\":\"Hi\"}}]}", "\n\n", "{\"n\":1}", 1,
	  "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":17,"
	  "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{}" },
	{ "openai", "", "data: ", /* what each chunk says, but for padding */
	  "{\"id\":\"x\",\"provider\":\"P\",\"created\":17.5,\"obfuscation\":"
	  "\"ab\",\"service_tier\":null,\"choices\":[{\"index\":0,"
	  "\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}", "\n\n", "", 1,
	  "data: {\"id\":\"x\",\"provider\":\"P\",\"created\":17.5,"
	  "\"service_tier\":null,\"choices\":[{\"index\":0,\"delta\":{}" },
	{ "openai",
	  "data: {\"id\":\"x\",\"choices\":[{\"index\":1,\"text\":\"a\"}]}\n\n",
	  "data: ", "{\"id\":\"x\",\"choices\":[{\"index\":0,\"text\":\"b\"}]}",
	  "\n\n", "{\"n\":2}", 2, "\"text\":\"\"" },
	{ "openai", "", "data: ",
	  "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,"
	  "\"delta\":{\"content\":\"Hi\"}}]}", "\n\n",
	  "{\"stream_options\":{\"include_usage\":true}}", 1,
	  "\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n" },
	{ "openai", "", "data: ", /* the prompt's part is known */
	  "{\"id\":\"x\",\"model\":\"m\",\"choices\":[{\"index\":0,"
	  "\"delta\":{\"content\":\"Hi\"}}],"
	  "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}", "\n\n",
	  "{\"stream_options\":{\"include_usage\":true}}", 1,
	  "\n\ndata: {\"id\":\"x\",\"model\":\"m\",\"choices\":[],\"usage\":"
	  "{\"prompt_tokens\":5,\"completion_tokens\":7,"
	  "\"total_tokens\":12}}\n\ndata: [DONE]\n\n" },
	{ "ollama", "", "",
	  "{\"model\":\"m\",\"created_at\":\"2026-01-31T09:00:00Z\","
	  "\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},"
	  "\"done\":false}", "\n", "", 1, "\"message\":{" },
	{ "ollama", "", "",
	  "{\"model\":\"m\",\"created_at\":\"2026-01-31T09:00:00Z\","
	  "\"response\":\"Hi\",\"done\":false}", "\n", "no JSON", 1,
	  "\"created_at\":\"2026-01-31T09:00:00Z\",\"response\":\"\"" },
	{ "ollama", "", "",
	  "{\"model\":\"m\",\"created_at\":\"2026-01-31T09:00:00Z\","
	  "\"response\":\"Hi\",\"done\":false}", "\n", "", 1,
	  "\"done_reason\":\"length\",\"eval_count\":7}" },
	{ "responses",
	  "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\","
	  "\"object\":\"response\",\"status\":\"in_progress\",\"output\":[]},"
	  "\"sequence_number\":0}\n\n"
	  "data: {\"type\":\"response.output_item.added\",\"output_index\":0,"
	  "\"item\":{\"type\":\"message\",\"id\":\"i\",\"role\":\"assistant\","
	  "\"content\":[]},\"sequence_number\":1}\n\n", "data: ",
	  "{\"type\":\"response.output_text.delta\",\"item_id\":\"i\","
	  "\"output_index\":0,\"content_index\":0,\"delta\":\"Hi\","
	  "\"sequence_number\":2}", "\n\n", "", 1,
	  "event: response.output_text.done\ndata: {\"output_index\":0,"
	  "\"item_id\":\"i\",\"content_index\":0,\"text\":\"Hi\","
	  "\"logprobs\":[],\"type\":\"response.output_text.done\","
	  "\"sequence_number\":3}\n\nevent: response.content_part.done\n" },
	{ "responses", /* llama.cpp's say no place */
	  "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\","
	  "\"object\":\"response\",\"status\":\"in_progress\"}}\n\n"
	  "data: {\"type\":\"response.output_item.added\",\"item\":"
	  "{\"type\":\"message\",\"id\":\"i\",\"content\":[]}}\n\n"
	  "data: {\"type\":\"response.content_part.added\",\"item_id\":\"i\","
	  "\"part\":{\"type\":\"output_text\",\"text\":\"\"}}\n\n", "data: ",
	  "{\"type\":\"response.output_text.delta\",\"item_id\":\"i\","
	  "\"delta\":\"Hi\"}", "\n\n", "", 1,
	  "\"output\":[{\"type\":\"message\",\"id\":\"i\",\"content\":[{"
	  "\"type\":\"output_text\",\"text\":\"Hi\","
	  "\"annotations\":[]}],\"status\":" },
	{ "responses", /* ... nor when it was made, nor by whom */
	  "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\","
	  "\"object\":\"response\",\"status\":\"in_progress\"}}\n\n", "data: ",
	  "{\"type\":\"response.output_text.delta\",\"item_id\":\"i\","
	  "\"delta\":\"Hi\"}", "\n\n", "{\"model\":\"m\"}", 1,
	  "\"created_at\":1769850000,\"model\":\"m\",\"usage\":null}" },
	{ "responses", /* what it said itself stays */
	  "data: {\"type\":\"response.created\",\"response\":{\"id\":\"r\","
	  "\"created_at\":17,\"model\":\"own\",\"status\":\"in_progress\","
	  "\"completed_at\":null}}\n\n", "data: ",
	  "{\"type\":\"response.output_text.delta\",\"item_id\":\"i\","
	  "\"delta\":\"Hi\"}", "\n\n", "{\"model\":\"m\"}", 1,
	  "\"response\":{\"id\":\"r\",\"created_at\":17,\"model\":\"own\","
	  "\"status\":\"incomplete\",\"completed_at\":null," },
	{ "anthropic",
	  "data: {\"type\":\"message_start\",\"message\":{\"id\":\"x\"}}\n\n",
	  "data: ",
	  "{\"type\":\"content_block_delta\",\"index\":3,"
	  "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}", "\n\n",
	  "", 1, "{\"type\":\"content_block_stop\",\"index\":3}" },
	{ "anthropic",
	  "data: {\"type\":\"message_start\",\"message\":{\"id\":\"x\"}}\n\n",
	  "data: ",
	  "{\"type\":\"content_block_delta\",\"index\":0,"
	  "\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}", "\n\n",
	  "", 1, "\"usage\":{\"output_tokens\":7}}" },
	{ "gemini", "", "data: ",
	  "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},"
	  "\"index\":0}],\"responseId\":\"r\",\"modelVersion\":\"m\"}",
	  "\n\n", "", 1,
	  "data: {\"responseId\":\"r\",\"modelVersion\":\"m\"," },
	{ "gemini", "", "data: ",
	  "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},"
	  "\"index\":0}]}", "\n\n", "", 1,
	  "\"usageMetadata\":{\"candidatesTokenCount\":7}}" },
	{ "gemini", "", "data: ",
	  "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},"
	  "\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":5,"
	  "\"thoughtsTokenCount\":2}}", "\n\n", "", 1,
	  "{\"candidatesTokenCount\":5,\"thoughtsTokenCount\":2,"
	  "\"promptTokenCount\":5,\"totalTokenCount\":12}" },
	{ "gemini",
	  "data: {\"candidates\":[{\"content\":{\"parts\":"
	  "[{\"text\":\"a\"}]},\"index\":1}]}\n\n", "data: ",
	  "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},"
	  "\"index\":0}]}", "\n\n",
	  "{\"generationConfig\":{\"candidateCount\":2}}", 2,
	  "{\"index\":1,\"content\":" },
	{ "cohere",
	  "data: {\"type\":\"message-start\",\"id\":\"i\"}\n\n", "data: ",
	  "{\"type\":\"content-delta\",\"index\":1,\"delta\":"
	  "{\"message\":{\"content\":{\"text\":\"Hi\"}}}}", "\n\n",
	  "", 1, "{\"type\":\"content-end\",\"index\":1}" },
	{ "cohere",
	  "data: {\"type\":\"message-start\",\"id\":\"i\"}\n\n", "data: ",
	  "{\"type\":\"content-delta\",\"index\":1,\"delta\":"
	  "{\"message\":{\"content\":{\"text\":\"Hi\"}}}}", "\n\n",
	  "", 1, "\"usage\":{\"tokens\":{\"output_tokens\":7}}" },
	{ "bedrock", "", NULL,
	  "{\"contentBlockDelta\":{\"contentBlockIndex\":2,"
	  "\"delta\":{\"text\":\"Hi\"}}}", "contentBlockDelta", "", 1,
	  "{\"contentBlockIndex\":2}" },
	{ "interactions",
	  "data: {\"event_type\":\"interaction.created\",\"interaction\":{"
	  "\"id\":\"i\",\"model\":\"m\",\"status\":\"in_progress\"}}\n\n",
	  "data: ",
	  "{\"event_type\":\"step.delta\",\"index\":2,\"delta\":"
	  "{\"type\":\"text\",\"text\":\"Hi\"}}", "\n\n", "", 1,
	  "\"interaction\":{\"id\":\"i\",\"model\":\"m\",\"status\":"
	  "\"incomplete\",\"object\":\"interaction\",\"usage\":" },
	{ "interactions", "", "data: ",
	  "{\"event_type\":\"step.delta\",\"index\":0,\"delta\":"
	  "{\"type\":\"text\",\"text\":\"Hi\"}}", "\n\n", "", 1,
	  "event: interaction.completed\n" },
	{ "lmstudio", "", "data: ",
	  "{\"type\":\"message.delta\",\"content\":\"Hi\"}", "\n\n", "", 1,
	  "event: message.end\ndata: {\"type\":\"message.end\"}\n\n" },
	{ "lmstudio",
	  "data: {\"type\":\"chat.start\",\"model_instance_id\":\"m\"}\n\n"
	  "data: {\"type\":\"reasoning.delta\",\"content\":\"A\"}\n\n"
	  "data: {\"type\":\"tool_call.success\",\"tool\":\"f\"}\n\n"
	  "data: {\"type\":\"message.delta\",\"content\":\"B\"}\n\n",
	  "data: ",
	  "{\"type\":\"message.delta\",\"content\":\"Hi\"}", "\n\n", "", 1,
	  "\"output\":[{\"type\":\"reasoning\",\"content\":\"A\"},"
	  "{\"type\":\"tool_call\",\"tool\":\"f\"},"
	  "{\"type\":\"message\",\"content\":\"BHi\"}],"
	  "\"model_instance_id\":\"m\",\"stats\":{\"total_output_tokens\":7," },
	{ "koboldcpp", "", "data: ",
	  "{\"token\":\"Hi\",\"finish_reason\":null}", "\n\n", "", 1,
	  "event: message\ndata: {\"token\":\"\"," },
	{ "aisdk", "", "data: ",
	  "{\"type\":\"text-delta\",\"id\":\"t\",\"delta\":\"Hi\"}",
	  "\n\n", "", 1, "data: {\"type\":\"text-end\",\"id\":\"t\"}\n\n" },
	{ "aisdk", "f:{\"messageId\":\"m\"}\n0:\"Hi\"\n", "",
	  "{\"0\":\"Hi\"}", "\n", "", 1, "d:{\"finishReason\":\"length\","
	  "\"usage\":{\"promptTokens\":null,\"completionTokens\":7}}" },
	{ "replicate", "event: output\ndata: Hi\n\n", "event: output\ndata: ",
	  "\"there\"", "\n\n", "", 1, "event: done\ndata: {" },
	{ "aisdk", "", "data: ",
	  "{\"type\":\"reasoning-delta\",\"id\":\"r\",\"delta\":\"Hi\"}",
	  "\n\n", "", 1,
	  "data: {\"type\":\"reasoning-end\",\"id\":\"r\"}\n\n" },
	{ "llama-server", "", "data: ",
	  "{\"index\":0,\"content\":\"Hi\",\"tokens\":[5],\"stop\":false,"
	  "\"id_slot\":-1,\"tokens_evaluated\":3}", "\n\n", "", 1,
	  "\"tokens_evaluated\":3,\"stop\":true,\"tokens_predicted\":7" },
	{ "llama-server",
	  "data: {\"index\":1,\"content\":\"a\",\"tokens\":[5],"
	  "\"stop\":false,\"id_slot\":-1}\n\n", "data: ",
	  "{\"index\":0,\"content\":\"Hi\",\"tokens\":[5],\"stop\":false,"
	  "\"id_slot\":-1}", "\n\n", "", 2, "{\"index\":1,\"content\":\"\"" },
	{ "sglang", "", "data: ",
	  "{\"text\":\"Hi\",\"output_ids\":[5],\"meta_info\":{\"id\":\"x\","
	  "\"finish_reason\":null,\"completion_tokens\":1}}", "\n\n", "", 1,
	  "{\"text\":\"Hi\",\"output_ids\":[5],\"meta_info\":{\"id\":\"x\","
	  "\"finish_reason\":{\"type\":\"length\",\"length\":7}," },
	{ "sglang",
	  "data: {\"text\":\"H\",\"output_ids\":[5],\"meta_info\":{"
	  "\"id\":\"x\",\"finish_reason\":null,\"completion_tokens\":1}}\n\n",
	  "data: ",
	  "{\"text\":\"i\",\"output_ids\":[6],\"meta_info\":{\"id\":\"x\","
	  "\"finish_reason\":null,\"completion_tokens\":2}}", "\n\n", "", 1,
	  "{\"text\":\"\",\"output_ids\":[],\"meta_info\":{\"id\":\"x\"," },
	{ "tgi", "", "data:",
	  "{\"index\":4,\"token\":{\"id\":5,\"text\":\"Hi\","
	  "\"logprob\":-0.5,\"special\":false},\"generated_text\":null,"
	  "\"details\":null}", "\n\n", "", 1,
	  "\"special\":true},\"generated_text\":\"Hi\"," },
	{ "cohere-v1",
	  "{\"is_finished\":false,\"event_type\":\"stream-start\","
	  "\"generation_id\":\"g\"}\n", "",
	  "{\"is_finished\":false,\"event_type\":\"text-generation\","
	  "\"text\":\"Hi\"}", "\n", "", 1,
	  "\"response\":{\"generation_id\":\"g\",\"text\":\"Hi\"," },
	{ "watsonx", "", "data: ",
	  "{\"model_id\":\"m\",\"created_at\":\"2024-03-01T07:40:24.839Z\","
	  "\"results\":[{\"generated_text\":\"Hi\","
	  "\"generated_token_count\":1,\"input_token_count\":8,"
	  "\"stop_reason\":\"not_finished\"}]}", "\n\n", "", 1,
	  "\"generated_token_count\":7" },
};

static size_t count(const char *s, const char *word)
{
	size_t n = 0;

	for (; (s = strstr(s, word)); s++)
		n++;
	return n;
}

static bool holds(const struct buf *b, const char *word)
{
	size_t n = strlen(word), at = 0;

	while (at + n <= b->len && memcmp(b->data + at, word, n) != 0)
		at++;
	return at + n <= b->len;
}

/* The last record {"type":payload} as a frame. */
static void put_frame(struct buf *stream, const struct ending *e)
{
	const char *payload = strchr(e->last, ':') + 1;

	eventstream_put(stream, e->after, payload, strlen(payload) - 1);
}

/* The stream's records, as who passes them hands them over. */
static void keep(const struct format *f, const struct ending *e,
		 struct join *kept)
{
	struct buf stream = { 0 };
	const char *line, *lf;

	buf_printf(&stream, "%s%s%s%s", e->head, e->before, e->last, e->after);
	for (line = buf_cstr(&stream); f->keep && *line; line = lf + 1) {
		struct json json = { 0 };
		const char *record = strchr(line, '{');

		lf = strchr(line, '\n');
		if (record && record < lf &&
		    json_read(&json, record, (size_t)(lf - record), false,
			      NULL))
			f->keep(kept, json_root(&json));
		json_release(&json);
	}
	buf_release(&stream);
}

static void check_ending(const struct ending *e)
{
	struct feed_opts opts = { .source = "x" };
	struct buf record = { 0 }, request = { 0 }, end = { 0 };
	struct buf stream = { 0 }, got = { 0 };
	const struct format *f = format_find(e->format);
	struct format_ending ending = {
		.reason = *format_word_of(f, "length") ? "length" : "own",
		.n_tokens = 7,
		.choice_tokens = 7,
		.text = "Hi",
		.text_len = 2,
		.now_s = 1769850000,
	};
	struct join kept = { 0 };
	char finish[64];

	buf_puts(&record, e->last);
	buf_puts(&request, e->request);
	if (e->before) {
		keep(f, e, &kept);
		ending.answer = kept.answer;
	}
	for (ending.choice = 0; ending.choice < e->n; ending.choice++) {
		ending.last = ending.choice + 1 == e->n;
		format_finish(f, &record, &request, &ending, &end);
	}
	snprintf(finish, sizeof(finish), "finish \"%s\"",
		 format_word_of(f, ending.reason));
	if (!holds(&end, e->holds))
		fail_msg("%s: \"%s\" lacks %s", e->format, buf_cstr(&end),
			 e->holds);
	if (!e->before)
		put_frame(&stream, e);
	else
		buf_printf(&stream, "%s%s%s%s", e->head, e->before, e->last,
			   e->after);
	buf_append(&stream, end.data, end.len);
	reading_of(&opts, stream.data, stream.len, 0, &got);
	if (strncmp(buf_cstr(&got), e->format, strlen(e->format)) != 0 ||
	    count(got.data, finish) != e->n ||
	    count(got.data, "\n  ") != e->n ||
	    !strstr(got.data, ", skipped 0\n"))
		fail_msg("%s%s", stream.data, got.data);
	join_release(&kept);
	buf_release(&record);
	buf_release(&request);
	buf_release(&end);
	buf_release(&stream);
	buf_release(&got);
}

static void rows_are_ended(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		check_ending(&endings[i]);
	for (size_t i = 0; formats[i]; i++) {
		bool found = !formats[i]->finish;

		for (size_t k = 0; k < ARRAY_LEN(endings); k++)
			found |= !strcmp(endings[k].format, formats[i]->name);
		if (!found)
			fail_msg("%s is ended in no test", formats[i]->name);
	}
}

/* Where frames carry events of another dialect, its end is in frames, too. */
static void ends_are_wrapped(void **state)
{
	static const char event[] = "data: {\"type\":\"content_block_delta\","
		"\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n";
	struct feed_opts opts = { .source = "x" };
	const struct format_ending ending = { .reason = "length",
					      .n_tokens = 7, .last = true };
	struct buf record = { 0 }, none = { 0 }, end = { 0 };
	struct buf stream = { 0 }, got = { 0 };

	(void)state;
	buf_append(&record, event + 6, sizeof(event) - 9);
	eventstream_wrap(&stream, event, sizeof(event) - 1);
	format_finish(&format_anthropic, &record, &none, &ending, &end);
	eventstream_wrap(&stream, end.data, end.len);
	reading_of(&opts, stream.data, stream.len, 1, &got);
	if (strncmp(buf_cstr(&got), "anthropic", 9) != 0 ||
	    !strstr(got.data, "event stream\", stream: 1, skipped 0\n") ||
	    !strstr(got.data, "bytes 0+2+0") ||
	    !strstr(got.data, "finish \"max_tokens\""))
		fail_msg("%s", got.data);
	buf_release(&record);
	buf_release(&end);
	buf_release(&stream);
	buf_release(&got);
}

/* Only what is open ends: here nothing is, as the block has ended. */
static void blocks_end_once(void **state)
{
	const struct format_ending ending = { .reason = "stop", .last = true };
	struct buf none = { 0 }, record = { 0 }, out = { 0 };

	(void)state;
	buf_puts(&record, "{\"type\":\"content_block_stop\",\"index\":1}");
	format_finish(&format_anthropic, &record, &none, &ending, &out);
	assert_false(holds(&out, "content_block_stop"));
	assert_true(holds(&out, "message_stop"));
	buf_clear(&record);
	buf_clear(&out);
	buf_puts(&record, "{\"type\":\"message.end\"}");
	format_finish(&format_lmstudio, &record, &none, &ending, &out);
	assert_false(holds(&out, "message.end"));
	assert_true(holds(&out, "chat.end"));
	buf_release(&record);
	buf_release(&out);
}

/* No record was kept, a dialect without an end, none that is known. */
static void others_just_end(void **state)
{
	const struct format_ending ending = { .reason = "stop", .last = true };
	struct buf none = { 0 }, record = { 0 }, out = { 0 };

	(void)state;
	buf_puts(&record, "{\"a\":1}");
	format_finish(&format_openai, &none, &none, &ending, &out);
	format_finish(&format_text, &record, &none, &ending, &out);
	format_finish(NULL, &record, NULL, &ending, &out);
	assert_int_equal(out.len, 0);
	buf_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_asked),
		cmocka_unit_test(unknown_paths_are_listed),
		cmocka_unit_test(keys_belong_to_hosts),
		cmocka_unit_test(rows_are_ended),
		cmocka_unit_test(ends_are_wrapped),
		cmocka_unit_test(blocks_end_once),
		cmocka_unit_test(others_just_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
