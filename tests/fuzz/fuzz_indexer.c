/*
 * Any source of records: read one by one, where the index says they are, they
 * give what reading in one go gives. And framing with a limit does not depend
 * on the pieces.
 *
 *	byte 0   length of the index's pieces; with its low bits, a dialect
 *	rest     the source
 */
#include "fuzz.h"

#include <string.h>

#include "dialect/frame.h"

/* a fuzz target is one file: what reads comes along */
#include "../unit/indexed.c"
#include "../unit/reading.c"

static void on_piece(void *ctx, const struct piece *piece)
{
	buf_printf(ctx, "%llu %llu %zu ", (unsigned long long)piece->line,
		   (unsigned long long)piece->byte, piece->len);
	buf_append(ctx, piece->data, piece->len);
	buf_putc(ctx, '\n');
}

static void on_too_long(void *ctx, uint64_t line, uint64_t byte)
{
	buf_printf(ctx, "%llu %llu too long\n", (unsigned long long)line,
		   (unsigned long long)byte);
}

static void framed(enum framing framing, size_t max_bytes, const char *s,
		   size_t n, size_t step, struct buf *out)
{
	struct frame_sink sink = { .ctx = out,
					   .piece = on_piece,
					   .too_long = on_too_long };
	struct frame f;

	frame_init(&f, framing, &sink, 1, 0);
	f.max_bytes = f.sse.max_bytes = max_bytes;
	for (size_t at = 0; at < n; at += step)
		frame_bytes(&f, s + at, MIN(step, n - at));
	frame_end(&f);
	frame_release(&f);
}

static void framings(const char *s, size_t n, size_t step)
{
	static const enum framing all[] = {
		FRAMING_SSE, FRAMING_LINES, FRAMING_JSON, FRAMING_ARRAY,
		FRAMING_WHOLE,
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct buf whole = { 0 }, cut = { 0 };
		size_t max_bytes = step * 2;

		framed(all[i], max_bytes, s, n, n + 1, &whole);
		framed(all[i], max_bytes, s, n, step, &cut);
		MUST(whole.len == cut.len);
		MUST(!cut.len || memcmp(whole.data, cut.data, cut.len) == 0);
		buf_release(&whole);
		buf_release(&cut);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const dialects[] = { NULL, "jsonl", "response",
						NULL };
	size_t step = size ? data[0] / 4u + 1u : 1, n = size ? size - 1 : 0;
	struct feed_opts opts = {
		.source = "x",
		.format = size ? dialects[data[0] % 4] : NULL,
	};
	const char *s = size ? (const char *)data + 1 : "";
	struct buf out = { 0 };

	/* archives are undone before there are records */
	if (n && s[0] != 0x1f && s[0] != 0x28 && (s[0] & 0xf0) != 0x50)
		MUST(indexed_same(&opts, s, n, step, &out));
	framings(s, n, step);
	buf_release(&out);
	return 0;
}
