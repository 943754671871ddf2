/*
 * Any bytes as a stream that is joined, in pieces and whole; as one that loses
 * a choice, which must lose nothing else; and as a request.
 *
 *	byte 0   the choice that is ended, and of which dialect
 *	byte 1   how many lengths of pieces follow (0..7), and these
 *	rest     the stream
 */
#include "fuzz.h"

#include <string.h>

#include "dialect/join.h"
#include "dialect/plain.h"
#include "dialect/sieve.h"

/* The next piece of n bytes; all of them where nothing is cut. */
static size_t piece(struct fuzz_cuts *cuts, size_t n)
{
	size_t len = cuts ? fuzz_cut(cuts) : n;

	return MIN(len, n);
}

static void join_cut(const char *s, size_t n, struct fuzz_cuts *cuts,
		     struct buf *out)
{
	struct join j = { 0 };

	for (size_t at = 0, len; at < n; at += len) {
		len = piece(cuts, n - at);
		join_bytes(&j, s + at, len);
	}
	join_end(&j, out);
	join_release(&j);
}

static void sieve_cut(uint8_t how, const char *s, size_t n,
		      struct fuzz_cuts *cuts, struct buf *out)
{
	static const struct format *const of[] = { &format_openai,
						   &format_gemini,
						   &format_llama };
	struct sieve sieve = { 0 };

	sieve_end_choice(&sieve, of[how % 3], how / 3u);
	for (size_t at = 0, len; at < n; at += len) {
		len = piece(cuts, n - at);
		sieve_bytes(&sieve, s + at, len, out);
	}
	sieve_end(&sieve, out);
	sieve_release(&sieve);
}

static void must_be_same(struct buf *a, struct buf *b)
{
	MUST(a->len == b->len);
	MUST(!a->len || memcmp(a->data, b->data, a->len) == 0);
	buf_release(a);
	buf_release(b);
}

/* What is asked as a stream is JSON as the request was. */
static void ask(const char *s, size_t n)
{
	struct buf body = { 0 }, uri = { 0 }, stream = { 0 };
	struct json j = { 0 };

	buf_append(&body, s, n);
	if (plain_as_stream("/v1/chat/completions", &body, &uri, &stream)) {
		MUST(json_read(&j, stream.data, stream.len, false, NULL));
		MUST(json_is(json_get(json_root(&j), "stream"), JSON_TRUE));
	}
	json_release(&j);
	buf_release(&body);
	buf_release(&uri);
	buf_release(&stream);
}

/* The end of what came so far can be made. */
static void finish(const char *s, size_t n)
{
	struct join j = { 0 };
	struct buf record = { 0 }, out = { 0 };
	struct format_ending e = { .reason = "length", .last = true };

	join_bytes(&j, s, n);
	e.answer = j.answer;
	buf_append(&record, s, n);
	for (size_t i = 0; formats[i]; i++)
		format_finish(formats[i], &record, &record, &e, &out);
	join_release(&j);
	buf_release(&record);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n_cuts = size > 1 ? MIN(data[1] % 8u, size - 2) : 0;
	size_t head = MIN(size, 2 + n_cuts);
	struct fuzz_cuts cuts = { data + 2, n_cuts, 0 };
	const char *s = size ? (const char *)data + head : "";
	struct buf whole = { 0 }, cut = { 0 };
	size_t n = size - head;

	join_cut(s, n, NULL, &whole);
	join_cut(s, n, &cuts, &cut);
	must_be_same(&whole, &cut);
	sieve_cut(size ? data[0] : 0, s, n, NULL, &whole);
	sieve_cut(size ? data[0] : 0, s, n, &cuts, &cut);
	MUST(whole.len <= n + 16); /* "data:" for each line of one event */
	must_be_same(&whole, &cut);
	ask(s, n);
	finish(s, n);
	return 0;
}
