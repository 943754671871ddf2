/*
 * Any bytes as a second answer that goes on in the name of a first: the same
 * however it is cut, and what holds no record passes as it is.
 *
 *	byte 0   which dialect, and whether it goes on with the open text
 *	byte 1   how many lengths of pieces follow (0..7), and these
 *	...      the last record of the first answer, up to a 0
 *	rest     the second answer
 */
#include "fuzz.h"

#include <string.h>

#include "dialect/splice.h"

enum { CUTS_MAX = 7, N_TOKENS = 100 };

/* The i-th dialect whose answers can be put together, round and round. */
static const struct format *known(size_t i)
{
	size_t n = 0;

	for (size_t k = 0; formats[k]; k++)
		n += splice_knows(formats[k]);
	i %= n;
	for (size_t k = 0;; k++)
		if (splice_knows(formats[k]) && !i--)
			return formats[k];
}

/* false: the first record can't be. */
static bool spliced(uint8_t how, const struct buf *first, const char *s,
		    size_t n, struct fuzz_cuts *cuts, struct buf *out)
{
	struct splice splice = { 0 };
	bool good = splice_begin(&splice, known(how / 2), first, N_TOKENS,
				 how % 2);

	if (good)
		splice_between(&splice, "So: ", how % 3 ? 4 : 0, out);
	for (size_t at = 0, len; good && at < n; at += len) {
		len = cuts ? fuzz_cut(cuts) : n;
		len = MIN(len, n - at);
		splice_bytes(&splice, s + at, len, out);
	}
	if (good)
		splice_end(&splice, out);
	splice_release(&splice);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = { 0 }, whole = { 0 }, cut = { 0 };
	struct fuzz_cuts cuts = { 0 };
	size_t at = 2, n_first;
	const char *s;

	if (size < 2 || size < 2 + data[1] % (CUTS_MAX + 1u))
		return 0;
	cuts = (struct fuzz_cuts){ data + at, data[1] % (CUTS_MAX + 1u), 0 };
	at += cuts.n;
	s = (const char *)data + at;
	n_first = strnlen(s, size - at);
	buf_append(&first, s, n_first);
	at += MIN(n_first + 1, size - at);
	s = (const char *)data + at;
	if (spliced(data[0], &first, s, size - at, NULL, &whole)) {
		MUST(spliced(data[0], &first, s, size - at, &cuts, &cut));
		MUST(whole.len == cut.len);
		MUST(!cut.len || !memcmp(whole.data, cut.data, cut.len));
		if (size > at && !memchr(s, '{', size - at)) {
			MUST(whole.len >= size - at);
			MUST(!memcmp(whole.data + (whole.len - (size - at)), s,
				     size - at));
		}
	}
	buf_release(&first);
	buf_release(&whole);
	buf_release(&cut);
	return 0;
}
