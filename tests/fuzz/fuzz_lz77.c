/*
 * Any bytes, parsed by lz77.c and by its definition. The first byte says how
 * the rest becomes symbols: its low bit the width, the others a mask, so that
 * short inputs still repeat.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "fuzz.h"

/* a fuzz target is one file: the oracle comes along */
#include "../unit/naive_lz77.c"

enum { FUZZ_LZ77_MAX = 2000 }; /* symbols: the definition takes O(n^2) */

static void check_all(struct lz77 *z, const uint32_t *s, uint32_t n,
		      const struct lz77_phrase *want, uint32_t n_want)
{
	MUST(lz77_n_symbols(z) == n && lz77_n_phrases(z) == n_want);
	for (uint32_t i = 0; i < n_want; i++) {
		struct lz77_phrase p = lz77_phrase(z, i);

		MUST(p.start == want[i].start && p.len == want[i].len);
		MUST((p.src == LZ77_LITERAL) == (want[i].src == LZ77_LITERAL));
		MUST(p.src == LZ77_LITERAL ||
		     (p.src < p.start &&
		      naive_equal(s, p.src, p.start, p.len)));
	}
}

static void check_code(const struct lz77 *z, const uint32_t *s, uint32_t n,
		       const struct lz77_phrase *want, uint32_t n_want)
{
	uint8_t *bits = mem_alloc((size_t)n * 34 + 128);
	uint32_t *back = mem_alloc((n + 1) * sizeof(*back));
	uint64_t n_bits = naive_encode(s, want, n_want, 32, bits);

	MUST(lz77_code_bits(z) == n_bits);
	MUST(naive_decode(bits, n_bits, 32, back, n + 1) == n);
	MUST(naive_equal(back, 0, 0, n));
	for (uint32_t t = 0; t < n; t++)
		MUST(back[t] == s[t] && lz77_symbol(z, t) == s[t]);
	mem_free(back);
	mem_free(bits);
}

static void run(const uint32_t *s, uint32_t n, enum lz77_width width)
{
	struct lz77 *z = lz77_new(width, 32);
	struct lz77_phrase *want = mem_alloc((n + 1) * sizeof(*want));
	uint32_t *lrs = mem_alloc((n + 1) * sizeof(*lrs));
	uint32_t n_want = naive_parse(s, n, want);
	uint64_t bits = 0;

	naive_lrs(s, n, lrs);
	for (uint32_t t = 0; t < n; t++) {
		struct lz77_step step = lz77_push(z, s[t]);

		MUST(step.lrs == lrs[t]);
		MUST(step.lrs == 0 ? step.src == LZ77_LITERAL
				   : step.src < t + 1 - step.lrs);
		MUST(lz77_code_bits(z) >= bits);
		bits = lz77_code_bits(z);
	}
	check_all(z, s, n, want, n_want);
	lz77_seal(z);
	check_all(z, s, n, want, n_want);
	check_code(z, s, n, want, n_want);
	mem_free(lrs);
	mem_free(want);
	lz77_free(z);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t n = size ? (uint32_t)MIN(size - 1, (size_t)FUZZ_LZ77_MAX) : 0;
	uint32_t *s = mem_alloc((n + 1) * sizeof(*s));
	bool ids = size && data[0] & 1;
	uint8_t mask = size && data[0] >> 1 ? data[0] >> 1 : 0xff;

	for (uint32_t t = 0; t < n; t++)
		s[t] = (data[t + 1] & mask) * (ids ? 0x01010101u : 1u);
	run(s, n, ids ? LZ77_IDS : LZ77_BYTES);
	mem_free(s);
	return 0;
}
