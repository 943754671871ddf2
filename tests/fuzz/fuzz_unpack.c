/*
 * Any bytes as an archive: what comes out, and whether it is broken, must not
 * depend on how they come, nor on how much is asked for at once.
 *
 *	byte 0   how many lengths of pieces follow (0..7), and these
 *	rest     the archive
 */
#include "fuzz.h"

#include <string.h>

#include "base/unpack.h"

enum {
	SLICE_MAX = 4096,
	OUT_MAX = 1 << 22, /* bytes: enough of a bomb */
};

static bool unpack_all(const uint8_t *s, size_t n, struct fuzz_cuts *cuts,
		       struct buf *out, struct err *err)
{
	struct unpack *u = unpack_new();
	bool ok = true;

	for (size_t at = 0; at < n && ok && out->len < OUT_MAX;) {
		size_t piece = cuts ? fuzz_cut(cuts) : n, from = 0;
		size_t len = MIN(piece, n - at), used;

		while (ok && (from < len || unpack_pending(u)) &&
		       out->len < OUT_MAX) {
			size_t before = out->len;
			size_t want = cuts ? fuzz_cut(cuts) * 7 : SLICE_MAX;

			want = MIN(want, OUT_MAX - before);
			ok = unpack_bytes(u, s + at + from, len - from, &used,
					  out, want, err);
			MUST(used <= len - from && out->len - before <= want);
			from += used;
		}
		at += len;
	}
	if (ok && out->len < OUT_MAX) {
		unpack_rest(u, out);
		ok = unpack_end(u, err);
	}
	unpack_free(u);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n_cuts = size ? MIN(data[0] % 8u, size - 1) : 0;
	size_t head = MIN(size, 1 + n_cuts);
	struct fuzz_cuts cuts = { data + 1, n_cuts, 0 };
	struct buf whole = { 0 }, cut = { 0 };
	struct err whole_err = { "" }, cut_err = { "" };
	bool ok = unpack_all(data + head, size - head, NULL, &whole,
			     &whole_err);

	MUST(ok == unpack_all(data + head, size - head, &cuts, &cut,
			      &cut_err));
	MUST(whole.len == cut.len);
	MUST(!cut.len || memcmp(whole.data, cut.data, cut.len) == 0);
	MUST(strcmp(whole_err.text, cut_err.text) == 0);
	MUST(ok == !whole_err.text[0]);
	buf_release(&whole);
	buf_release(&cut);
	return 0;
}
