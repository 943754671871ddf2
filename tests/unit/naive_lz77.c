#include "naive_lz77.h"

#include <string.h>

#include "base/buf.h"

uint32_t naive_parse(const uint32_t *s, uint32_t n, struct lz77_phrase *out)
{
	uint32_t n_phrases = 0;

	for (uint32_t p = 0; p < n;) {
		struct lz77_phrase best = { p, 0, LZ77_LITERAL };

		for (uint32_t j = 0; j < p; j++) {
			uint32_t len = 0;

			while (p + len < n && s[j + len] == s[p + len])
				len++;
			if (len > best.len)
				best = (struct lz77_phrase){ p, len, j };
		}
		if (best.len == 0)
			best.len = 1;
		out[n_phrases++] = best;
		p += best.len;
	}
	return n_phrases;
}

void naive_lrs(const uint32_t *s, uint32_t n, uint32_t *lrs)
{
	/* common[j]: longest common suffix of s[0..j] and s[0..t] */
	uint32_t *common = mem_zalloc((n + 1) * sizeof(*common));

	for (uint32_t t = 0; t < n; t++) {
		lrs[t] = 0;
		for (uint32_t j = t; j-- > 0;) {
			uint32_t before = j ? common[j - 1] : 0;

			common[j] = s[j] == s[t] ? before + 1 : 0;
			lrs[t] = MAX(lrs[t], common[j]);
		}
		common[t] = t + 1;
	}
	mem_free(common);
}

bool naive_equal(const uint32_t *s, uint32_t a, uint32_t b, uint32_t len)
{
	return memcmp(s + a, s + b, len * sizeof(*s)) == 0;
}

static uint8_t *put(uint8_t *at, uint32_t value, unsigned n_bits)
{
	while (n_bits-- > 0)
		*at++ = value >> n_bits & 1;
	return at;
}

/* Bits of a source below p: the fewest w with 2^w >= p. */
static unsigned source_bits(uint32_t p)
{
	unsigned w = 0;

	while ((uint64_t)1 << w < p)
		w++;
	return w;
}

static uint8_t *put_gamma(uint8_t *at, uint32_t len)
{
	unsigned w = 0;

	while (len >> (w + 1))
		w++;
	at = put(at, 0, w);
	return put(at, len, w + 1);
}

uint64_t naive_encode(const uint32_t *s, const struct lz77_phrase *phrases,
		      uint32_t n_phrases, unsigned literal_bits, uint8_t *bits)
{
	uint8_t *at = bits;

	for (uint32_t i = 0; i < n_phrases; i++) {
		struct lz77_phrase p = phrases[i];
		uint8_t *match = at;
		uint64_t literals = (uint64_t)p.len * (1 + literal_bits);

		if (p.src != LZ77_LITERAL) {
			match = put(match, 1, 1);
			match = put(match, p.src, source_bits(p.start));
			match = put_gamma(match, p.len);
			if ((uint64_t)(match - at) <= literals) {
				at = match;
				continue;
			}
		}
		for (uint32_t k = 0; k < p.len; k++) {
			at = put(at, 0, 1);
			at = put(at, s[p.start + k], literal_bits);
		}
	}
	return (uint64_t)(at - bits);
}

struct reader {
	const uint8_t *bits;
	uint64_t at;
	uint64_t end;
};

static uint32_t get(struct reader *r, unsigned n_bits)
{
	uint32_t value = 0;

	while (n_bits-- > 0 && r->at < r->end)
		value = value << 1 | r->bits[r->at++];
	return value;
}

uint32_t naive_decode(const uint8_t *bits, uint64_t n_bits,
		      unsigned literal_bits, uint32_t *s, uint32_t max)
{
	struct reader r = { bits, 0, n_bits };
	uint32_t n = 0;

	while (r.at < r.end && n < max) {
		uint32_t src, len;
		unsigned w = 0;

		if (get(&r, 1) == 0) {
			s[n++] = get(&r, literal_bits);
			continue;
		}
		src = get(&r, source_bits(n));
		while (get(&r, 1) == 0 && r.at < r.end)
			w++;
		len = (uint32_t)1 << w | get(&r, w);
		for (; len > 0 && n < max; len--)
			s[n++] = s[src++];
	}
	return n;
}
