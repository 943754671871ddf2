/*
 * feed.c and the dialects: tests/golden has a sample of each, and
 * tests/golden/verdicts.txt what is read from it (LILSCOPE_UPDATE=1 writes
 * that anew). The verdict must not depend on how the bytes are cut.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "json/yaml.h"
#include "reading.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How files of tests/golden are opened. One that has no row here is opened as
 * it is, after these: a new sample is a file and its verdict. */
static const struct sample {
	const char *file, *format, *field;
} samples[] = {
	{ "native.jsonl", 0, 0 },
	{ "native_cut.jsonl", 0, 0 },
	{ "native_interleaved.jsonl", 0, 0 },
	{ "text.txt", 0, 0 },
	{ "text_think.txt", 0, 0 },
	{ "text_chat.txt", 0, 0 },
	{ "text_crlf.txt", 0, 0 },
	{ "jsonl_prompt_response.jsonl", 0, 0 },
	{ "jsonl_responses.jsonl", 0, 0 },
	{ "jsonl_messages.jsonl", 0, 0 },
	{ "jsonl_nested.jsonl", 0, 0 },
	{ "jsonl_field.jsonl", 0, ".a.out[1]" },
	{ "jsonl_field.jsonl", 0, 0 },
	{ "jsonl_strings.jsonl", 0, 0 },
	{ "jsonl_ids.jsonl", 0, 0 },
	{ "jsonl_reasoning.jsonl", 0, 0 },
	{ "jsonl_guess.jsonl", 0, 0 },
	{ "jsonl_raw.jsonl", 0, 0 },
	{ "jsonl_no_text.jsonl", 0, 0 },
	{ "jsonl_parts.jsonl", 0, 0 },
	{ "jsonl_errors.jsonl", 0, 0 },
	{ "refused_error.sse", 0, 0 },
	{ "text_json_open.txt", 0, 0 },
	{ "session_claude.jsonl", 0, 0 },
	{ "session_codex.jsonl", 0, 0 },
	{ "session_exec.jsonl", 0, 0 },
	{ "session_gemini.jsonl", 0, 0 },
	{ "session_stream.jsonl", 0, 0 },
	{ "session_roles.json", 0, 0 },
	{ "session_sharegpt.jsonl", 0, 0 },
	{ "array_strings.json", 0, 0 },
	{ "array_objects.json", 0, 0 },
	{ "values.json", 0, 0 },
	{ "openai_reasoning.sse", 0, 0 },
	{ "openai_reasoning_content.sse", 0, 0 },
	{ "openai_cr.sse", 0, 0 },
	{ "openai_bom.sse", 0, 0 },
	{ "openai_bare.jsonl", 0, 0 },
	{ "openai_grep.txt", 0, 0 },
	{ "openai_keepalive.sse", 0, 0 },
	{ "openai_ping.sse", 0, 0 },
	{ "openai_multiline.sse", 0, 0 },
	{ "openai_pretty.json", 0, 0 },
	{ "openai_id_per_chunk.sse", 0, 0 },
	{ "openai_from_middle.sse", 0, 0 },
	{ "openai_three_middle.sse", 0, 0 },
	{ "openai_choices.sse", 0, 0 },
	{ "openai_requests.sse", 0, 0 },
	{ "openai_logprobs.sse", 0, 0 },
	{ "openai_ids.sse", 0, 0 },
	{ "openai_tools.sse", 0, 0 },
	{ "openai_error.sse", 0, 0 },
	{ "openai_timings.sse", 0, 0 },
	{ "openai_completion.sse", 0, 0 },
	{ "openai_no_end.sse", 0, 0 },
	{ "openai_http.txt", 0, 0 },
	{ "ollama_generate.ndjson", 0, 0 },
	{ "ollama_chat.ndjson", 0, 0 },
	{ "ollama_error.ndjson", 0, 0 },
	{ "response_chat.json", 0, 0 },
	{ "response_batch.jsonl", 0, 0 },
	{ "response_ollama.json", 0, 0 },
	{ "responses.sse", 0, 0 },
	{ "responses_summary.jsonl", 0, 0 },
	{ "responses_two.sse", 0, 0 },
	{ "responses_failed.sse", 0, 0 },
	{ "responses_end.jsonl", 0, 0 },
	{ "responses_resumed.sse", 0, 0 },
	{ "anthropic.sse", 0, 0 },
	{ "anthropic_error.sse", 0, 0 },
	{ "anthropic_tool.json", 0, 0 },
	{ "anthropic_blocks.json", 0, 0 },
	{ "gemini.json", 0, 0 },
	{ "gemini.sse", 0, 0 },
	{ "gemini_array.json", 0, 0 },
	{ "gemini_lines.jsonl", 0, 0 },
	{ "bedrock.json", 0, 0 },
	{ "bedrock_stream.jsonl", 0, 0 },
	{ "bedrock_tool.jsonl", 0, 0 },
	{ "cohere.json", 0, 0 },
	{ "cohere.sse", 0, 0 },
	{ "cohere_tool.sse", 0, 0 },
	{ "llama.sse", 0, 0 },
	{ "llama_old.jsonl", 0, 0 },
	{ "llama_two.sse", 0, 0 },
	{ "llama_whole.json", 0, 0 },
	{ "tgi.sse", 0, 0 },
	{ "sglang.sse", 0, 0 },
	{ "sglang_new.sse", 0, 0 },
	{ "sglang_text.sse", 0, 0 },
	{ "sglang_loop.sse", 0, 0 },
	{ "sglang_short.sse", 0, 0 },
	{ "watsonx.sse", 0, 0 },
	{ "lmeval.jsonl", 0, 0 },
	{ "inspect.json", 0, 0 },
	{ "inspect.eval", 0, 0 },
	{ "helm.json", 0, 0 },
	{ "response_text.jsonl", 0, 0 },
	{ "response_anthropic.json", 0, 0 },
	{ "response_anthropic.jsonl", 0, 0 },
	{ "response_responses.json", 0, 0 },
	{ "response_tgi.json", 0, 0 },
	{ "openai_vllm.sse", 0, 0 },
	{ "openai_token_id.sse", 0, 0 },
	{ "openai_verbose.sse", 0, 0 },
	{ "openai_legacy.sse", 0, 0 },
	{ "openai_twice.sse", 0, 0 },
	{ "openai_quiet.sse", 0, 0 },
	{ "openai_packed.sse", 0, 0 },
	{ "openai_usage.sse", 0, 0 },
	{ "prefixed.txt", 0, 0 },
	{ "prefixed_json.txt", 0, 0 },
	{ "prefixed_docker.txt", 0, 0 },
	{ "http_chunked.txt", 0, 0 },
	{ "http_plain.txt", 0, 0 },
	{ "http_broken.txt", 0, 0 },
	{ "jsonl_numbered.jsonl", 0, 0 },
	{ "cut.eval", 0, 0 },
	{ "bom.jsonl", 0, 0 },
	{ "broken.jsonl", 0, 0 },
	{ "broken.sse", 0, 0 },
	{ "broken_first.jsonl", 0, 0 },
	{ "refused_bench.jsonl", 0, 0 },
	{ "refused_reports.jsonl", 0, 0 },
	{ "refused_log.txt", 0, 0 },
	{ "refused_binary.bin", 0, 0 },
	{ "refused_noise.bin", 0, 0 },
	{ "refused_blank.txt", 0, 0 },
	{ "empty.txt", 0, 0 },
	{ "text.txt.gz", 0, 0 },
	{ "openai_reasoning.sse.gz", 0, 0 },
	{ "array_strings.json.gz", 0, 0 },
	{ "jsonl_responses.jsonl.zst", 0, 0 },
	{ "ollama_chat.ndjson.zst", 0, 0 },
	{ "native.jsonl.zst", 0, 0 },
	{ "members.jsonl.gz", 0, 0 },
	{ "cut.jsonl.gz", 0, 0 },
	{ "cut.jsonl.zst", 0, 0 },
	{ "cut_early.zst", 0, 0 },
	/* what --format makes of them */
	{ "openai_reasoning.sse", "text", 0 },
	{ "jsonl_prompt_response.jsonl", "text", 0 },
	{ "refused_binary.bin", "text", 0 },
	{ "text.txt", "jsonl", 0 },
	{ "openai_bare.jsonl", "ollama", 0 },
	{ "tgi.sse", "openai", 0 },
	{ "session_claude.jsonl", "thread", 0 },
	{ "prefixed.txt", "openai", 0 },
	{ "text.txt", "no such format", 0 },
	{ "jsonl_field.jsonl", 0, ".a[" },
};

static void golden_path(char *path, size_t size, const char *name)
{
	const char *top = getenv("top_srcdir");

	snprintf(path, size, "%s/tests/golden/%s", top ? top : ".", name);
}

static bool load(const char *name, struct buf *out)
{
	char path[512];
	FILE *f;
	size_t n;

	golden_path(path, sizeof(path), name);
	f = fopen(path, "rb");
	if (!f)
		return false;
	while ((n = fread(buf_reserve(out, BUFSIZ), 1, BUFSIZ, f)) > 0)
		out->len += n;
	fclose(f);
	return true;
}

static int is_other(const struct dirent *entry)
{
	static const char *const tables[] = { "verdicts.txt", "problems.tsv",
					      "tok_vectors.txt" };
	bool other = entry->d_name[0] != '.';

	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		other &= strcmp(entry->d_name, tables[i]) != 0;
	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		other &= strcmp(entry->d_name, samples[i].file) != 0;
	return other;
}

/* Does something to each sample: those of the table, then the others by
 * their names. */
static void each_sample(void (*what)(const struct sample *, struct buf *),
			struct buf *out)
{
	struct dirent **others = NULL;
	char path[512];
	int n;

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		what(&samples[i], out);
	golden_path(path, sizeof(path), "");
	n = scandir(path, &others, is_other, alphasort);
	assert_true(n >= 0);
	for (int i = 0; i < n; i++) {
		what(&(struct sample){ others[i]->d_name, NULL, NULL }, out);
		free(others[i]);
	}
	free(others);
}

static struct feed_opts opts_of(const struct sample *sample)
{
	return (struct feed_opts){ .source = sample->file,
				   .format = sample->format,
				   .field = sample->field };
}

/* The sample's part of the table. */
static void put_verdict(const struct sample *sample, struct buf *out)
{
	struct feed_opts opts = opts_of(sample);
	struct buf bytes = { 0 };

	if (!load(sample->file, &bytes))
		fail_msg("tests/golden/%s is missing", sample->file);
	buf_printf(out, "%s%s%s%s%s:\n", sample->file,
		   sample->format ? " --format " : "",
		   sample->format ? sample->format : "",
		   sample->field ? " --field " : "",
		   sample->field ? sample->field : "");
	reading_of(&opts, bytes.data, bytes.len, 0, out);
	buf_release(&bytes);
}

/* Which line differs first: "- " is in the table, "+ " was read. */
static void put_diff(const char *want, const char *got, struct buf *out)
{
	unsigned line = 1;

	while (*want || *got) {
		int want_len = (int)strcspn(want, "\n");
		int got_len = (int)strcspn(got, "\n");

		if (want_len != got_len || strncmp(want, got, (size_t)want_len))
			buf_printf(out, "line %u\n- %.*s\n+ %.*s\n", line,
				   want_len, want, got_len, got);
		want += want_len + (want[want_len] == '\n');
		got += got_len + (got[got_len] == '\n');
		line++;
	}
}

static void verdicts_are_golden(void **state)
{
	struct buf got = { 0 }, want = { 0 }, diff = { 0 };
	char path[512];

	(void)state;
	if (!yaml_library()) {
		puts("left out: verdicts, as this build has no libyaml");
		skip();
	}
	each_sample(put_verdict, &got);
	golden_path(path, sizeof(path), "verdicts.txt");
	if (getenv("LILSCOPE_UPDATE")) {
		FILE *f = fopen(path, "wb");

		assert_non_null(f);
		fwrite(got.data, 1, got.len, f);
		fclose(f);
	} else {
		load("verdicts.txt", &want);
		put_diff(buf_cstr(&want), buf_cstr(&got), &diff);
		if (diff.len)
			fprintf(stderr, "tests/golden/verdicts.txt "
					"(LILSCOPE_UPDATE=1 writes it):\n%s",
				buf_cstr(&diff));
		assert_int_equal(diff.len, 0);
	}
	buf_release(&got);
	buf_release(&want);
	buf_release(&diff);
}

static void assert_same(const struct buf *got, const struct buf *want,
			const char *name, size_t cut)
{
	struct buf diff = { 0 };

	if (got->len == want->len &&
	    memcmp(got->data, want->data, want->len) == 0)
		return;
	put_diff(want->data, got->data, &diff);
	fail_msg("%s, cut at %zu:\n%s", name, cut, buf_cstr(&diff));
}

/* Every place is cut once: a long sample at several in one go, so far apart. */
enum { CUTS_APART = 101 };

static void sample_cuts(const struct sample *sample, struct buf *out)
{
	struct feed_opts opts = opts_of(sample);
	struct buf bytes = { 0 }, want = { 0 }, got = { 0 };

	(void)out;
	load(sample->file, &bytes);
	reading_of(&opts, bytes.data, bytes.len, 0, &want);
	buf_cstr(&want);
	for (size_t cut = 1; cut < MIN(bytes.len, CUTS_APART + 1); cut++) {
		struct reading *r = reading_new(&opts);
		size_t n = cut;

		for (size_t at = 0; at < bytes.len; at += n, n = CUTS_APART)
			reading_bytes(r, bytes.data + at,
				      MIN(n, bytes.len - at));
		buf_clear(&got);
		reading_end(r, &got);
		buf_cstr(&got);
		assert_same(&got, &want, sample->file, cut);
	}
	for (size_t step = 1; step < 8; step++) {
		buf_clear(&got);
		reading_of(&opts, bytes.data, bytes.len, step, &got);
		buf_cstr(&got);
		assert_same(&got, &want, sample->file, step);
	}
	opts.in_full = true;
	buf_clear(&got);
	reading_of(&opts, bytes.data, bytes.len, 0, &got);
	buf_cstr(&got);
	assert_same(&got, &want, sample->file, 0);
	buf_release(&bytes);
	buf_release(&want);
	buf_release(&got);
}

static void cuts_do_not_matter(void **state)
{
	(void)state;
	each_sample(sample_cuts, NULL);
}

/* --- bad input, made here ----------------------------------------------- */

#define SAYS(text) \
	"data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"}}]}\n\n"

/* A row is read whole and byte by byte; the verdict holds `want`, and the
 * generations, answers and troubles are so many. */
static const struct hostile {
	const char *name, *bytes;
	size_t n;         /* of bytes; 0: up to the NUL */
	size_t n_gens, n_broken;
	const char *want; /* in the verdict */
} hostiles[] = {
	{ "a broken record has its line and byte",
	  "{\"prompt\":\"a\",\"response\":\"b\"}\n{\"prompt\":\"c\",}\n"
	  "{\"prompt\":\"d\",\"response\":\"e\"}\n", 0, 2, 1,
	  "x: line 2, byte 44: a member's name in quotes was expected; "
	  "the record was skipped" },
	{ "line and byte behind CRLF",
	  "{\"prompt\":\"a\",\"response\":\"b\"}\r\n[1\r\n", 0, 1, 1,
	  "x: line 2, byte 33: an array has no end" },
	{ "line and byte in events",
	  "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
	  "data: {\"choices\n\n", 0, 1, 1, "x: line 3, byte " },
	{ "empty", "", 0, 0, 0, "x: it is empty; lilscope -f FILE "
	  "waits for what is written to it" },
	{ "white space", "\n\n \n", 0, 0, 0, "nothing but white space" },
	{ "one byte", "x", 0, 1, 0, "bytes 0+1+0" },
	{ "one bracket", "(", 0, 1, 0, "bytes 0+1+0" },
	{ "half a magic", "(\xb5", 0, 0, 0,
	  "it is binary; see lilscope help formats" },
	{ "a model", "GGUF\3", 0, 0, 0,
	  "it is a model (GGUF), not a trace; it writes by lilscope decode" },
	{ "ELF", "\x7f" "ELF\1\1\1\1", 0, 0, 0, "it is a program (ELF)" },
	{ "PNG", "\x89PNG\r\n\x1a\n", 0, 0, 0, "it is a picture (PNG)" },
	{ "ZIP, cut", "PK\3\4........", 0, 0, 0, "ZIP archive is cut short" },
	{ "ZIP, broken", "PK\3\4..................\1\0\0\0\1\0\0\0a", 30, 0, 0,
	  "ZIP archive" },
	{ "ZIP, empty", "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18, 0, 0,
	  "empty ZIP archive" },
	{ "xz", "\xfd" "7zXZ\0\0\4", 8, 0, 0, "unpack it with `xz -d`" },
	{ "UTF-16", "\xff\xfe{\0\"\0a\0\"\0", 10, 0, 0, "UTF-16" },
	{ "a mark and nothing", "\xef\xbb\xbf", 0, 0, 0, "empty" },
	{ "invalid UTF-8 is kept", "{\"response\":\"a\xff\xc3(b\"}\n", 0, 1, 0,
	  "bytes 0+5+0" },
	{ "invalid UTF-8 in text", "caf\xe9 is a word of Latin-1.\n", 0, 1, 0,
	  "bytes 0+27+0" },
	{ "lone surrogates are three bytes",
	  "{\"response\":\"\\ud83d \\ude00\"}\n", 0, 1, 0, "bytes 0+7+0" },
	{ "a pair cut between records",
	  SAYS("a\\ud83d") SAYS("") SAYS("\\ude00b"), 0, 1, 0, "bytes 0+6+0" },
	{ "a second half that does not come", SAYS("\\ud83d") SAYS("\\ud83d")
	  SAYS("b\\ud83d"), 0, 1, 0, "bytes 0+10+0" },
	{ "halves in two channels", SAYS("\\ud83d")
	  "data: {\"choices\":[{\"delta\":{\"reasoning\":\"\\ude00\"}}]}"
	  "\n\n",
	  0, 1, 0, "bytes 3+3+0" },
	{ "halves in text", "a plain text of some words, "
	  "\xed\xa0\xbd\xed\xb8\x80"
	  " and of some more of them behind.\n", 0, 1, 0, "bytes 0+68+0" },
	{ "NUL in a string", "{\"response\":\"a\\u0000b\"}\n", 0, 1, 0,
	  "bytes 0+3+0" },
	{ "NUL as it is", "{\"response\":\"a\0b\"}\n", 19, 1, 0,
	  "bytes 0+3+0" },
	{ "NUL in a name", "{\"response\0\":\"no\",\"response\":\"yes\"}\n",
	  36, 1, 0, "bytes 0+3+0" },
	{ "NUL between records",
	  "{\"response\":\"a\"}\n\0\n{\"response\":\"b\"}\n", 36, 2, 1,
	  "line 2, byte 17: a value was expected" },
	{ "NUL in text", "words and\0more words, quite a few of them.\n", 43,
	  1, 0, "bytes 0+43+0" },
	{ "no last newline", "{\"response\":\"a\"}\n{\"response\":\"b\"}", 0,
	  2, 0, "records: 2" },
	{ "CR alone between records",
	  "{\"response\":\"a\"}\r{\"response\":\"b\"}\r", 0, 2, 0,
	  "records: 2" },
	{ "CR alone between bare data lines",
	  "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\r"
	  "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}]}\r", 0, 1, 0,
	  "bytes 0+2+0" },
	{ "numbers too large for ids",
	  "{\"completion\":\"abcd\",\"token_ids\":[1e999,4294967296,-1,"
	  "1.5]}\n", 0, 1, 0, "bytes 0+4+0" },
	{ "numbers of many digits",
	  "{\"response\":\"a\",\"score\":100000000000000000000000000000000000"
	  "00000000000000000000000000000000000000}\n", 0, 1, 0, "1e+73" },
	{ "NaN and Infinity of Python",
	  "{\"response\":\"a\",\"score\":NaN,\"x\":-Infinity}\n", 0, 1, 0,
	  "bytes 0+1+0" },
	{ "two members of one name",
	  "{\"response\":\"first\",\"response\":\"second\"}\n", 0, 1, 0,
	  "bytes 0+6+0" },
	{ "records of other types",
	  "{\"response\":\"a\"}\n7\nnull\n[]\n\"b\"\n", 0,
	  2, 3, "line 2, byte 17: there is no text in it" },
	{ "no text under any name", "{\"response\":\"a\"}\n{\"n\":1}\n", 0, 1,
	  1, "no generated text is found under its names (n)" },
	{ "likelihoods",
	  "{\"response\":\"a\"}\n"
	  "{\"doc_id\":1,\"resps\":[[[\"-1.5\",\"False\"]]]}\n", 0, 1, 1,
	  "it holds likelihoods" },
	{ "an error instead of an answer",
	  "data: {\"choices\":[]}\n\n"
	  "data: {\"error\":{\"message\":\"no\"}}\n\n", 0, 0, 0, "" },
	{ "a token before its header",
	  "{\"t\":\"a\",\"id\":1}\n{\"lilscope\":1}\n{\"t\":\"b\"}\n", 0, 1, 1,
	  "line 1, byte 0: it has no header before it" },
	{ "a trace of another version",
	  "{\"lilscope\":2}\n{\"t\":\"b\",\"id\":1}\n", 0, 0, 0,
	  "x: line 1: the trace format is version 2" },
	{ "brackets that close nothing", "{\"response\":\"a\"}\n]}]\n", 0, 1,
	  1, "line 2, byte 17: " },
	{ "the head of an HTTP answer and no more",
	  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n", 0, 0,
	  0, "it is empty" },
	{ "a broken record in a log has the log's line",
	  "{\"log\":\"data: {\\\"choices\\\":[{\\\"delta\\\":{"
	  "\\\"content\\\":\\\"a\\\"}}]}\\n\\n\","
	  "\"time\":\"2026-01-31T09:00:00Z\"}\n"
	  "{\"log\":\"data: {\\n\\n\","
	  "\"time\":\"2026-01-31T09:00:01Z\"}\n{\"log\":1}\n", 0, 1, 2,
	  "x: line 2, byte 98: an object has no end" },
	{ "a log of nothing that is known",
	  "{\"log\":\"data: {\\\"x\\\":1}\\n\\n\","
	  "\"time\":\"2026-01-31T09:00:00Z\"}\n", 0, 0, 0,
	  "x: it holds server-sent events of no dialect" },
	{ "a log in a log, and so on",
	  "[pod/a] [pod/b] [pod/c] [pod/d] [pod/e] [pod/f] words\n", 0, 1, 0,
	  "bytes 0+14+0" },
	{ "a line of a log without an end", "[pod/a/b] The sea is", 0, 1, 0,
	  "bytes 0+11+0" },
	{ "a recording whose sequence has no end",
	  "{\"version\":2,\"width\":1,\"height\":1}\n"
	  "[0,\"o\",\"a\\u001b\"]\n[1,\"o\",\"]8;b\"]\n"
	  "[2,\"o\",7]\n", 0, 1, 1,
	  "it is no event of a recording" },
	{ "an OpenAI stream with holes",
	  "data: {\"choices\":[{\"delta\":{}}]}\n\n"
	  "data: {\"choices\":[{\"delta\":{\"content\":null}}]}\n\n"
	  "data: {\"choices\":[{}]}\n\ndata: {\"choices\":[null]}\n\n"
	  "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
	  "data:\n\ndata: \n\n", 0, 1, 0, "bytes 0+1+0" },
};

static size_t count(const struct buf *text, const char *word)
{
	size_t n = 0;

	for (const char *s = text->data; (s = strstr(s, word)); s++)
		n++;
	return n;
}

static void hostile_case(const struct hostile *h, size_t step,
			 struct buf *diff)
{
	struct feed_opts opts = { .source = "x" };
	struct buf got = { 0 };

	reading_of(&opts, h->bytes, h->n ? h->n : strlen(h->bytes), step, &got);
	buf_cstr(&got);
	if (!strstr(got.data, h->want) ||
	    h->n_gens != count(&got, " tokens ") / 2 ||
	    h->n_broken != count(&got, "; the record was skipped"))
		buf_printf(diff, "%s: wanted %zu generations, %zu broken, "
				 "\"%s\"; got\n%s\n",
			   h->name, h->n_gens, h->n_broken, h->want, got.data);
	buf_release(&got);
}

static void hostile_bytes(void **state)
{
	struct buf diff = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hostiles); i++)
		for (size_t step = 0; step < 3; step++)
			hostile_case(&hostiles[i], step, &diff);
	/* cmocka cuts long messages */
	if (diff.len)
		fputs(buf_cstr(&diff), stderr);
	assert_int_equal(diff.len, 0);
	buf_release(&diff);
}

static void put_repeated(struct buf *out, const char *word, size_t n)
{
	size_t len = strlen(word);

	for (size_t i = 0; i < n; i++)
		buf_append(out, word, len);
}

static void assert_reads(const struct buf *bytes, const char *want)
{
	static const size_t steps[] = { 0, 65536, 4093 };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct feed_opts opts = { .source = "x" };
		struct buf got = { 0 };

		reading_of(&opts, bytes->data, bytes->len, steps[i], &got);
		if (!strstr(buf_cstr(&got), want))
			fail_msg("\"%s\" is not in\n%.2000s", want, got.data);
		buf_release(&got);
	}
}

enum { LONG_LINE_BYTES = 10 * 1024 * 1024 };

/* 10 MB in one line: among others, alone, and without its end. */
static void long_lines(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_puts(&b, "{\"response\":\"a\"}\n{\"context\":\"");
	put_repeated(&b, "0123456789abcdef", LONG_LINE_BYTES / 16);
	buf_puts(&b, "\",\"response\":\"behind it\"}\n{\"response\":\"c\"}\n");
	assert_reads(&b, "records: 3, skipped 0");
	assert_reads(&b, "\"prompts and generations, JSON lines\"");
	buf_drop(&b, strlen("{\"response\":\"a\"}\n"));
	assert_reads(&b, "records: 2, skipped 0");
	assert_reads(&b, "\"prompts and generations, JSON lines\"");
	b.len -= strlen("{\"response\":\"c\"}\n");
	assert_reads(&b, "\"prompts and generations, JSON\"");
	buf_puts(&b, "{\"response\":\"c\"}\n");
	b.len -= strlen("\"}\n{\"response\":\"c\"}\n");
	assert_reads(&b, "records: 0, skipped 1");
	assert_reads(&b, "x: line 1, byte 10485785: a string has no end");
	buf_release(&b);
}

/* Each of these once took, or may take, a square of its length. */
static const struct {
	const char *head, *word, *tail;
	size_t n_bytes;
	const char *want;
} floods[] = {
	{ "", "[", "", 200000, "text" },
	{ "{\"response\":\"a\",\"b\":", "[", "}\n{\"response\":\"c\"}\n", 3000,
	  "skipped 1" },
	{ "", "{\"a\":", "", 200000, "skipped 1" },
	{ "[", "[],", "\"a\"]", 300000, "" },
	{ "", "\r", "x", 200000, "" },
	{ "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}", "\r",
	  "\r", 200000, "bytes 0+1+0" },
	{ ":\n", "\r", "x", 200000, "" },
	{ "", "data: {\n", "", 200000, "" },
	{ "{\"response\":\"", "\\\\", "\"}\n", 200000, "records: 1" },
	{ "{\"response\":\"", "\\\"", "\"}\n", 200000, "records: 1" },
	{ "{\"response\":\"", "\\ud83d", "\"}\n", 200000, "records: 1" },
	{ "{\"response\":\"a\"}\n", "1 ", "\n", 100000, "skipped 1" },
	{ "{\"response\":\"a\"}{", "1 ", "\n", 100000, "skipped 1" },
	{ "", "<think>", "", 70000, "bytes 70000+0+0" },
	{ "", "<|im_start|>user", "", 70000, "text" },
	{ "", "<details type=\"reasoning\">\n", "", 70000, "text" },
	{ "```\n", "<details type=\"reasoning\">\n", "", 70000, "text" },
	{ "", "<details type=\"reasoning\"></details>\n", "", 70000, "text" },
	{ "a\n", "<details type=\"reasoning\">\n<think></think>", "", 70000,
	  "text" },
	{ "{\"response\":\"a\\n", "<details type='reasoning'>\\n", "\"}",
	  70000, "records: 1" },
	{ "{\"response\":\"", "<details type='reasoning'>\\n", "</details>\"}",
	  70000, "records: 1" },
	{ "{\"response\":\"",
	  "<details type='reasoning'></details>\\n\\n", "\"}", 70000,
	  "records: 1" },
	{ "{\"response\":\"", "<details type='reasoning' '\\n", "\"}", 70000,
	  "records: 1" },
	{ "{\"lilscope\":1}\n", "{\"lilscope\":1}\n", "", 60000, "native" },
	{ "", "{\"response\":\"\"}\n", "", 60000, "records: 3750" },
	{ "", "\n", "{\"response\":\"a\"}", 200000, "" },
	{ "", "{", "", 200000, "" },
	{ "", "\xcc\x81", "", 60000, "text" },
};

static void floods_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
		struct buf b = { 0 };

		buf_puts(&b, floods[i].head);
		put_repeated(&b, floods[i].word,
			     floods[i].n_bytes / strlen(floods[i].word));
		buf_puts(&b, floods[i].tail);
		assert_reads(&b, floods[i].want);
		buf_release(&b);
	}
}

/* Open generations are limited: the one unused for longest is closed. */
static void many_requests_at_once(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 2 * FEED_OPEN_MAX; i++)
		buf_printf(&b, "data: {\"id\":\"%d\",\"choices\":[{\"delta\":"
			       "{\"role\":\"assistant\","
			       "\"content\":\"a\"}}]}\n\n", i);
	assert_reads(&b, "stream: 1024, skipped 0");
	buf_release(&b);
}

/* The i-th that ends says its number at each of its turns. */
static void see_stream(void *ctx, const struct run *run)
{
	int *i = ctx;
	char text[32];

	snprintf(text, sizeof(text), "%d %d %d ", *i, *i, *i);
	assert_int_equal(run->trace.text.len, strlen(text));
	assert_memory_equal(run->trace.text.data, text, strlen(text));
	++*i;
}

/* As the guard's --tee writes them: all of them open, and each is whole. */
static void streams_of_a_trace(void **state)
{
	enum { TURNS = 3 };
	const struct feed_opts opts = { .source = "x" };
	struct reading *r = reading_new(&opts);
	struct buf b = { 0 }, got = { 0 };
	int n = 0;

	(void)state;
	for (int i = 0; i < FEED_OPEN_MAX; i++)
		buf_printf(&b, "{\"lilscope\":1,\"run\":\"%d\"}\n", i);
	for (int i = 0; i < TURNS * FEED_OPEN_MAX; i++)
		buf_printf(&b, "{\"run\":\"%d\",\"t\":\"%d \"}\n",
			   i * 7 % FEED_OPEN_MAX, i * 7 % FEED_OPEN_MAX);
	for (int i = 0; i < FEED_OPEN_MAX; i++)
		buf_printf(&b, "{\"run\":\"%d\",\"end\":\"stop\"}\n", i);
	reading_watch(r, see_stream, &n);
	reading_bytes(r, b.data, b.len);
	reading_end(r, &got);
	assert_int_equal(n, FEED_OPEN_MAX);
	assert_non_null(strstr(buf_cstr(&got), "stream: 512, skipped 0"));
	buf_release(&b);
	buf_release(&got);
}

static void refusal_stays(void **state)
{
	struct feed_opts opts = { .source = "x" };
	struct reading *r = reading_new(&opts);
	struct buf got = { 0 };

	(void)state;
	reading_bytes(r, "\x7f" "ELF and more of it", 20);
	reading_bytes(r, "{\"response\":\"a\"}\n", 17);
	assert_string_equal(feed_dialect(reading_feed(r)), "");
	assert_int_equal(feed_shape(reading_feed(r)), FEED_UNKNOWN);
	reading_end(r, &got);
	assert_non_null(strstr(buf_cstr(&got), ": 0, skipped 0\n  ! x: it is a "
					       "program"));
	buf_release(&got);
}

/* Ids and probabilities of tokens, as servers write them. */
static const struct {
	const char *entry;
	uint32_t id;
	double logprob;
} entries[] = {
	{ "{\"token\":\"a\",\"logprob\":-0.5}", TRACE_NO_ID, -0.5 },
	{ "{\"token\":\"a\",\"id\":7,\"logprob\":-2}", 7, -2 },
	{ "{\"token\":\"a\",\"id\":7,\"prob\":0.25}", 7, -1.3862944 },
	{ "{\"token\":\"token_id:12\",\"bytes\":[97],\"logprob\":0}", 12, 0 },
	{ "{\"content\":\"a\",\"prob\":0}", TRACE_NO_ID, NAN },
};

/* ctx: the row that was read. */
static void see_entry(void *ctx, const struct run *run)
{
	const size_t *i = ctx;
	const struct trace *t = &run->trace;
	double logprob = t->logprob ? (double)t->logprob[0] : NAN;

	assert_int_equal(t->n_tokens, 1);
	assert_int_equal(t->id ? t->id[0] : TRACE_NO_ID, entries[*i].id);
	if (isnan(entries[*i].logprob))
		assert_true(isnan(logprob));
	else
		assert_float_equal(logprob, entries[*i].logprob, 1e-6);
}

static void entries_are_read(void **state)
{
	struct feed_opts opts = { .source = "x", .format = "openai" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		struct reading *r = reading_new(&opts);
		struct buf s = { 0 }, verdict = { 0 };

		buf_printf(&s, "data: {\"id\":\"x\",\"object\":\"chat."
			       "completion.chunk\",\"choices\":[{\"index\":0,"
			       "\"delta\":{\"content\":\"a\"},\"logprobs\":{"
			       "\"content\":[%s]}}]}\n\n", entries[i].entry);
		reading_watch(r, see_entry, &i);
		reading_bytes(r, s.data, s.len);
		reading_end(r, &verdict);
		assert_non_null(strstr(buf_cstr(&verdict), "tokens 1 "));
		buf_release(&s);
		buf_release(&verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_are_golden),
		cmocka_unit_test(cuts_do_not_matter),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(floods_end),
		cmocka_unit_test(many_requests_at_once),
		cmocka_unit_test(streams_of_a_trace),
		cmocka_unit_test(refusal_stays),
		cmocka_unit_test(entries_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
