/*
 * Any bytes as server-sent events, in pieces, beside the standard's letter.
 *
 *	byte 0   the limit of an event's bytes; 255: none
 *	byte 1   how many lengths of pieces follow (0..7), and these
 *	rest     the stream
 */
#include "fuzz.h"

#include <string.h>

/* a fuzz target is one file: the oracle comes along */
#include "../unit/naive_sse.c"

static size_t next(void *ctx)
{
	return fuzz_cut(ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n_cuts = size > 1 ? MIN(data[1] % 8u, size - 2) : 0;
	size_t head = MIN(size, 2 + n_cuts);
	size_t max_bytes = size && data[0] < 255 ? data[0] : 1 << 20;
	struct fuzz_cuts cuts = { data + 2, n_cuts, 0 };
	const char *s = size ? (const char *)data + head : "";
	struct buf got = { 0 }, want = { 0 };

	naive_sse(s, size - head, max_bytes, &want);
	pieces_sse(s, size - head, max_bytes, next, &cuts, &got);
	MUST(got.len == want.len);
	MUST(!got.len || memcmp(got.data, want.data, got.len) == 0);
	buf_release(&got);
	buf_release(&want);
	return 0;
}
