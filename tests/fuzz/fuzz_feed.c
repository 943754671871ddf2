/*
 * Any bytes through the feed. What is read must not depend on how they come,
 * whole or cut as the input says, nor on records being read in full.
 *
 *	byte 0   0: detected; else a --format or --field
 *	byte 1   how many lengths of pieces follow (0..7), and these
 *	rest     the source
 */
#include "fuzz.h"

#include <string.h>

#include "dialect/format.h"

/* a fuzz target is one file: what reads comes along */
#include "../unit/reading.c"

static const char *const fields[] = { ".", ".response", ".a[0]", ".a.b[-1]" };

/* The input's first byte: nothing, each row of formats, each field. */
static void choose(uint8_t byte, struct feed_opts *opts)
{
	size_t n = 0, i = byte;

	while (formats[n])
		n++;
	if (i >= 1 && i <= n)
		opts->format = formats[i - 1]->name;
	else if (i > n && i <= n + ARRAY_LEN(fields))
		opts->field = fields[i - n - 1];
}

static void read_cut(const struct feed_opts *opts, const char *s, size_t n,
		     struct fuzz_cuts *cuts, struct buf *out)
{
	struct reading *r = reading_new(opts);

	for (size_t at = 0; at < n;) {
		size_t piece = fuzz_cut(cuts), len = MIN(piece, n - at);

		reading_bytes(r, s + at, len);
		at += len;
	}
	reading_end(r, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_opts opts = { .source = "x" };
	size_t n_cuts = size > 1 ? MIN(data[1] % 8u, size - 2) : 0;
	size_t head = MIN(size, 2 + n_cuts);
	struct fuzz_cuts cuts = { data + 2, n_cuts, 0 };
	const char *s = size ? (const char *)data + head : "";
	struct buf whole = { 0 }, cut = { 0 }, full = { 0 };

	if (size)
		choose(data[0], &opts);
	reading_of(&opts, s, size - head, 0, &whole);
	read_cut(&opts, s, size - head, &cuts, &cut);
	opts.in_full = true;
	reading_of(&opts, s, size - head, 0, &full);
	MUST(whole.len == cut.len);
	MUST(memcmp(whole.data, cut.data, cut.len) == 0);
	MUST(whole.len == full.len);
	MUST(memcmp(whole.data, full.data, full.len) == 0);
	buf_release(&whole);
	buf_release(&full);
	buf_release(&cut);
	return 0;
}
