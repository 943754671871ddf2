/*
 * zlib's lazy matches: one is only taken if the next byte has no longer one.
 * Places of the same three bytes, by their hash of 15 bits, are in a chain,
 * latest first, of which so many are looked at; here several hashes share a
 * chain, and those of others do not count. Place 0 stands for none, as there:
 * it is never matched.
 */
#include "measure/shrink.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "measure/shrink_code.h"

enum {
	MATCH_MIN = 3,
	MATCH_MAX = 258,
	/* zlib's table for level 6 */
	GOOD = 8,     /* one so long: a quarter of the chain will do */
	LAZY = 16,    /* one so long: the next byte is not tried */
	NICE = 128,   /* one so long: the rest of the chain is not tried */
	CHAIN = 128,
	TOO_FAR = 4096, /* the shortest match is not worth so much */
	HASH_MASK = (1 << 15) - 1,
	HEADS_LOG = 11,
	LITERALS = 256, /* and the end of the block */
	STREAM_BYTES = 6, /* header and checksum */
	STORED_BYTES = 4, /* its length, twice */
	/* of a block: its kind; how many lengths of which kind are told */
	KIND_BITS = 3,
	HEAD_BITS = 14 + 4 * 3,
	ROUNDED_BITS = 2, /* what sums of floats may be off */
};

struct shrink {
	uint16_t head[1 << HEADS_LOG];
	uint16_t behind[SHRINK_MAX]; /* the place before in the chain */
	uint16_t hash[SHRINK_MAX];
	uint16_t n_lengths[SHRINK_LENGTHS];     /* literals, the end, lengths */
	uint16_t n_distances[SHRINK_DISTANCES];
	uint32_t more_bits;  /* behind the codes */
	uint32_t fixed_bits; /* of all, in the fixed code */
	size_t n;            /* bytes of the text; 0: not cut */
};

struct shrink *shrink_new(void)
{
	struct shrink *k = mem_alloc(sizeof(*k));

	k->n = 0;
	return k;
}

void shrink_free(struct shrink *k)
{
	mem_free(k);
}

static void literal(struct shrink *k, unsigned char c)
{
	k->n_lengths[c]++;
	k->fixed_bits += c < 144 ? 8 : 9;
}

static void match(struct shrink *k, uint32_t len, uint32_t distance)
{
	uint32_t l = len - MATCH_MIN, d = distance - 1, code = l;
	unsigned more = 0, far = 0;

	if (len == MATCH_MAX) {
		code = 28;
	} else if (l >= 8) {
		more = floor_log2(l) - 2;
		code = 4 * (more + 1) + (l >> more & 3);
	}
	k->n_lengths[LITERALS + 1 + code]++;
	k->fixed_bits += (code < 23 ? 7 : 8) + 5;
	if (d >= 4) {
		far = floor_log2(d) - 1;
		d = 2 * (far + 1) + (d >> far & 1);
	}
	k->n_distances[d]++;
	k->more_bits += more + far;
}

/* Place i enters its chain; the latest of the same hash, or 0. */
static ALWAYS_INLINE uint32_t enter(struct shrink *k, const unsigned char *s,
				    uint32_t i)
{
	uint32_t hash = ((uint32_t)s[i] << 10 ^ (uint32_t)s[i + 1] << 5 ^
			 s[i + 2]) & HASH_MASK;
	uint16_t *head =
		&k->head[hash * UINT32_C(0x9e3779b1) >> (32 - HEADS_LOG)];
	uint32_t before = *head;

	k->hash[i] = (uint16_t)hash;
	k->behind[i] = (uint16_t)before;
	*head = (uint16_t)i;
	while (before && k->hash[before] != hash)
		before = k->behind[before];
	return before;
}

static ALWAYS_INLINE uint32_t same(const unsigned char *a,
				   const unsigned char *b, uint32_t max)
{
	uint32_t n = 0;

	while (n < max && a[n] == b[n])
		n++;
	return n;
}

/* The longest match of s[i..n) among the chain from place `at` on that is
 * longer than `best`, where in *from; else `best`. */
static uint32_t longest(const struct shrink *k, const unsigned char *s,
			uint32_t i, uint32_t n, uint32_t at, uint32_t best,
			uint32_t *from)
{
	uint32_t steps = best >= GOOD ? CHAIN / 4 : CHAIN, hash = k->hash[i];
	uint32_t left = MIN(n - i, (uint32_t)MATCH_MAX);
	uint32_t nice = MIN(left, (uint32_t)NICE);

	for (; at; at = k->behind[at]) {
		uint32_t len;

		if (k->hash[at] != hash)
			continue;
		if (best < left && s[at + best] == s[i + best]) {
			len = same(s + at, s + i, left);
			if (len > best) {
				best = len;
				*from = at;
			}
			if (len >= nice)
				break;
		}
		if (!--steps)
			break;
	}
	return best;
}

/* As deflate_slow() of zlib goes through s[0..n). */
static void cut(struct shrink *k, const unsigned char *s, uint32_t n)
{
	uint32_t len = MATCH_MIN - 1, from = 0, i = 0;
	bool waits = false; /* s[i - 1], whether it is a literal */

	while (i < n) {
		uint32_t last = len, last_from = from, at = 0;

		if (n - i >= MATCH_MIN)
			at = enter(k, s, i);
		len = MATCH_MIN - 1;
		if (at && last < LAZY)
			len = longest(k, s, i, n, at, last, &from);
		if (len == last || (len == MATCH_MIN && i - from > TOO_FAR))
			len = MATCH_MIN - 1;
		if (last >= MATCH_MIN && len <= last) {
			uint32_t end = i - 1 + last;

			match(k, last, i - 1 - last_from);
			for (i++; i < end; i++)
				if (n - i >= MATCH_MIN)
					enter(k, s, i);
			waits = false;
			len = MATCH_MIN - 1;
			continue;
		}
		if (waits)
			literal(k, s[i - 1]);
		waits = true;
		i++;
	}
	if (waits)
		literal(k, s[n - 1]);
}

/* Of n symbols that come so often. */
static double entropy_bits(const uint16_t *count, size_t n)
{
	uint32_t all = 0;
	float sum = 0;

	for (size_t i = 0; i < n; i++) {
		all += count[i];
		if (count[i] > 1)
			sum += (float)count[i] * log2f((float)count[i]);
	}
	return all ? (double)all * log2(all) - (double)sum : 0;
}

size_t shrink_least(struct shrink *k, const void *s, size_t n)
{
	double bits;

	k->n = 0;
	if (!n || n > SHRINK_MAX)
		return 0;
	memset(k->head, 0, sizeof(k->head));
	memset(k->n_lengths, 0, sizeof(k->n_lengths));
	memset(k->n_distances, 0, sizeof(k->n_distances));
	k->more_bits = 0;
	k->fixed_bits = 7;
	k->n_lengths[LITERALS] = 1;
	cut(k, s, (uint32_t)n);
	k->n = n;
	bits = entropy_bits(k->n_lengths, SHRINK_LENGTHS) +
	       entropy_bits(k->n_distances, SHRINK_DISTANCES) + HEAD_BITS -
	       ROUNDED_BITS;
	bits = MIN(bits, (double)k->fixed_bits) + k->more_bits + KIND_BITS;
	return STREAM_BYTES + MIN((size_t)(bits / 8), n);
}

/* As _tr_flush_block() of zlib chooses. */
size_t shrink_size(const struct shrink *k)
{
	uint32_t own, fixed = KIND_BITS + k->fixed_bits + k->more_bits, bytes;

	if (!k->n)
		return 0;
	own = shrink_code_bits(k->n_lengths, k->n_distances);
	if (!own)
		return 0;
	own += KIND_BITS + k->more_bits;
	bytes = (MIN(own, fixed) + 7) / 8;
	if (k->n + STORED_BYTES <= bytes)
		bytes = (uint32_t)k->n + STORED_BYTES + 1;
	return STREAM_BYTES + bytes;
}
