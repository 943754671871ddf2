/*
 * Any bytes as a text for the rule `loop`: its words are the same however they
 * are cut, and where its words and bytes are copied is where the definition
 * says. The first bytes: how many lengths, the lengths of pieces; what of the
 * letters tells two apart.
 */
#include <stdlib.h>
#include <string.h>

#include "../unit/naive_copying.h"
#include "fuzz.h"
#include "measure/words.h"

struct fuzzed_words {
	struct word at[NAIVE_SYMBOLS];
	size_t n;
};

static void cut_whole(const char *s, size_t n, struct fuzzed_words *out)
{
	struct word_cut w = { 0 };

	out->n = 0;
	for (size_t i = 0; i < n && out->n < NAIVE_SYMBOLS; i++)
		out->n += words_push(&w, (unsigned char)s[i],
				     &out->at[out->n]);
}

static void cut_pieces(const char *s, size_t n, struct fuzz_cuts *cuts,
		       struct fuzzed_words *out)
{
	struct word_cut w = { 0 };
	const char *at = s, *end = s + n;

	out->n = 0;
	while (at < end) {
		size_t len = fuzz_cut(cuts);
		const char *stop = at + MIN(len, (size_t)(end - at));

		while (out->n < NAIVE_SYMBOLS &&
		       words_next(&w, &at, stop, &out->at[out->n]))
			out->n++;
		if (out->n == NAIVE_SYMBOLS)
			return;
		MUST(at == stop);
	}
}

static bool equal(struct copying_step a, struct copying_step b)
{
	return a.hit == b.hit && a.same == b.same && a.known == b.known &&
	       a.said == b.said && a.length == b.length &&
	       a.distance == b.distance && a.copied == b.copied;
}

/* Pushed beside the definition; who may, says that a gram is new. */
static void copy_words(const struct fuzzed_words *words, unsigned say)
{
	static struct naive_copying naive;
	struct copying *c = copying_new();

	naive = (struct naive_copying){ .source = UINT32_MAX };
	for (size_t i = 0; i < words->n; i++) {
		struct word w = words->at[i];
		struct copying_step b = naive_copying_push(&naive, w.folded,
							   w.exact);
		bool known = b.known || (say >> i % 8 & 1);
		struct copying_step a = copying_push(c, w.folded, w.exact,
						     known);

		/* Two grams of one hash: once in 4 x 10^9 pairs, and a run
		 * of this sees as many. What follows may be another. */
		if (a.known && !b.known)
			break;
		MUST(equal(a, b));
	}
	copying_free(c);
}

/* The same of single bytes, few of them different. */
static void copy_bytes(const uint8_t *s, size_t n, unsigned mask)
{
	static struct fuzzed_words bytes;

	bytes.n = MIN(n, (size_t)NAIVE_SYMBOLS);
	for (size_t i = 0; i < bytes.n; i++)
		bytes.at[i] = (struct word){ s[i] & 1u, s[i] & mask, 0 };
	copy_words(&bytes, mask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzzed_words whole, pieces;
	struct fuzz_cuts cuts = { 0 };
	unsigned mask;

	if (size < 2)
		return 0;
	cuts.n = MIN((size_t)data[0] % 8, size - 2);
	mask = data[1];
	cuts.lengths = data + 2;
	data += 2 + cuts.n;
	size -= 2 + cuts.n;
	cut_whole((const char *)data, size, &whole);
	cut_pieces((const char *)data, size, &cuts, &pieces);
	MUST(whole.n == pieces.n);
	MUST(!memcmp(whole.at, pieces.at, whole.n * sizeof(*whole.at)));
	copy_words(&whole, mask);
	copy_bytes(data, size, mask);
	return 0;
}
