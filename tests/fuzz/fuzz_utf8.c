/*
 * Any bytes as text: decoded as RFC 3629 has it; sanitised, no byte of it
 * harms a terminal, however it is shown and wherever it begins.
 */
#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"

/* a fuzz target is one file: the oracle comes along */
#include "../unit/naive_utf8.c"

static void decode(const char *s, size_t n)
{
	for (size_t at = 0, used, want_used; at < n; at += used) {
		int32_t cp = utf8_decode(s + at, n - at, &used);

		MUST(cp == naive_decode(s + at, n - at, &want_used));
		MUST(used == want_used && used >= 1);
	}
}

static void clusters(const char *s, size_t n, bool ascii)
{
	for (size_t at = 0; at < n;) {
		struct utf8_cluster c;
		size_t used = utf8_cluster(s + at, n - at, ascii, &c);

		MUST(used >= 1 && used <= n - at);
		MUST(c.len >= 1 && c.len <= UTF8_CLUSTER_BYTES);
		MUST(c.width >= 1);
		MUST(c.kind != UTF8_TEXT || c.width <= 2 || ascii);
		MUST(naive_harm(c.text, c.len) < 0);
		at += used;
	}
}

static void sanitised(const char *s, size_t n, bool ascii)
{
	struct buf out = { 0 }, lines = { 0 };

	utf8_sanitize(&out, s, n, ascii, false);
	MUST(naive_harm(out.data, out.len) < 0);
	utf8_sanitize(&lines, s, n, ascii, true);
	for (size_t i = 0; i < lines.len; i++) {
		unsigned char c = (unsigned char)lines.data[i];

		MUST(c >= 0x20 || c == '\n' || c == '\t');
		MUST(c != 0x7f && (!ascii || c < 0x7f));
	}
	buf_release(&out);
	buf_release(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;

	if (!size)
		return 0;
	decode(s, size);
	for (int ascii = 0; ascii < 2; ascii++) {
		clusters(s, size, ascii);
		clusters(s + 1, size - 1, ascii);
		sanitised(s, size, ascii);
	}
	(void)utf8_width(s, size, false);
	return 0;
}
