/*
 * A node's place in the heap decides which of two as rare ones is joined first:
 * leaves go in by their number, the shallower of two is less, and so is the
 * first that is asked. All as in zlib's trees.c.
 */
#include "measure/shrink_code.h"

#include <string.h>

enum {
	SYMBOLS_MAX = SHRINK_LENGTHS,
	NODES_MAX = 2 * SYMBOLS_MAX + 1,
	TELLING = 19,     /* symbols that tell lengths: 0 to 15, and */
	AGAIN = 16,       /* the same 3 to 6 times, */
	ZEROS = 17,       /* 3 to 10, */
	MANY_ZEROS = 18,  /* 11 to 138 of 0 */
	BITS_MAX = 15,
	TELLING_BITS_MAX = 7,
	COUNTS_BITS = 14, /* how many symbols each code has */
	TELLING_LEAST = 4, /* of the third code at least */
	TELLING_BITS = 3,  /* a length of that */
};

struct code {
	uint32_t freq[NODES_MAX];
	uint16_t dad[NODES_MAX];
	uint8_t depth[NODES_MAX];
	uint8_t len[NODES_MAX];
	uint16_t heap[NODES_MAX + 1]; /* from 1 on; from the end: by rarity */
	uint32_t n_heap;
	uint32_t last;                /* symbol that has a code */
};

static bool smaller(const struct code *c, uint32_t n, uint32_t m)
{
	return c->freq[n] < c->freq[m] ||
	       (c->freq[n] == c->freq[m] && c->depth[n] <= c->depth[m]);
}

static void sift_down(struct code *c, uint32_t k)
{
	uint16_t v = c->heap[k];

	for (uint32_t j = 2 * k; j <= c->n_heap; j *= 2) {
		if (j < c->n_heap && smaller(c, c->heap[j + 1], c->heap[j]))
			j++;
		if (smaller(c, v, c->heap[j]))
			break;
		c->heap[k] = c->heap[j];
		k = j;
	}
	c->heap[k] = v;
}

/* The symbols that come, two at least. */
static void plant(struct code *c, const uint16_t *count, uint32_t n)
{
	memset(c->len, 0, n * sizeof(*c->len));
	memset(c->depth, 0, n * sizeof(*c->depth));
	c->n_heap = 0;
	c->last = 0;
	for (uint32_t i = 0; i < n; i++) {
		c->freq[i] = count[i];
		if (!count[i])
			continue;
		c->heap[++c->n_heap] = (uint16_t)i;
		c->last = i;
	}
	while (c->n_heap < 2) {
		bool first = !c->n_heap;
		uint32_t i = first ? 0 : c->last < 2 ? c->last + 1 : 0;

		c->last = MAX(c->last, i);
		c->freq[i] = 1;
		c->heap[++c->n_heap] = (uint16_t)i;
	}
}

/* Joins the two rarest until one is left; where the order by rarity begins. */
static uint32_t join(struct code *c, uint32_t n)
{
	uint32_t sorted = NODES_MAX + 1, node = n;

	for (uint32_t k = c->n_heap / 2; k; k--)
		sift_down(c, k);
	do {
		uint16_t a = c->heap[1], b;

		c->heap[1] = c->heap[c->n_heap--];
		sift_down(c, 1);
		b = c->heap[1];
		c->heap[--sorted] = a;
		c->heap[--sorted] = b;
		c->freq[node] = c->freq[a] + c->freq[b];
		c->depth[node] =
			(uint8_t)(MAX(c->depth[a], c->depth[b]) + 1);
		c->dad[a] = c->dad[b] = (uint16_t)node;
		c->heap[1] = (uint16_t)node++;
		sift_down(c, 1);
	} while (c->n_heap >= 2);
	c->heap[--sorted] = c->heap[1];
	return sorted;
}

/* The lengths of n symbols; false where one is longer than `most`. */
static bool make(struct code *c, const uint16_t *count, uint32_t n,
		 uint32_t most)
{
	uint32_t at;

	plant(c, count, n);
	at = join(c, n);
	c->len[c->heap[at]] = 0;
	while (++at <= NODES_MAX) {
		uint32_t node = c->heap[at], len = c->len[c->dad[node]] + 1u;

		if (len > most)
			return false;
		c->len[node] = (uint8_t)len;
	}
	return true;
}

/* Of symbols that come, not of those that were only planted. */
static uint32_t bits_of(const struct code *c, const uint16_t *count, uint32_t n)
{
	uint32_t bits = 0;

	for (uint32_t i = 0; i < n; i++)
		bits += (uint32_t)count[i] * c->len[i];
	return bits;
}

/* Of `count` lengths in a row, where the one before them was another (-1) or
 * which. */
static void tell_row(uint32_t len, uint32_t count, int before,
		     uint16_t told[TELLING])
{
	if (count < (before == (int)len || !len ? 3 : 4)) {
		told[len] = (uint16_t)(told[len] + count);
		return;
	}
	if (len && before != (int)len)
		told[len]++;
	told[len ? AGAIN : count <= 10 ? ZEROS : MANY_ZEROS]++;
}

static void tell(const struct code *c, uint16_t told[TELLING])
{
	int before = -1;

	for (uint32_t i = 0, n; i <= c->last; i += n) {
		uint32_t len = c->len[i], most = !len	    ? 138 :
						 before == (int)len ? 6 : 7;

		for (n = 1; n < most && i + n <= c->last &&
			    c->len[i + n] == len; n++)
			;
		tell_row(len, n, before, told);
		before = (int)len;
	}
}

uint32_t shrink_code_bits(const uint16_t n_lengths[SHRINK_LENGTHS],
			  const uint16_t n_distances[SHRINK_DISTANCES])
{
	static const uint8_t order[TELLING] = {
		16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1,
		15,
	};
	uint16_t told[TELLING] = { 0 };
	uint32_t bits = COUNTS_BITS, n = TELLING;
	struct code c;

	if (!make(&c, n_lengths, SHRINK_LENGTHS, BITS_MAX))
		return 0;
	bits += bits_of(&c, n_lengths, SHRINK_LENGTHS);
	tell(&c, told);
	if (!make(&c, n_distances, SHRINK_DISTANCES, BITS_MAX))
		return 0;
	bits += bits_of(&c, n_distances, SHRINK_DISTANCES);
	tell(&c, told);
	if (!make(&c, told, TELLING, TELLING_BITS_MAX))
		return 0;
	while (n > TELLING_LEAST && !c.len[order[n - 1]])
		n--;
	return bits + bits_of(&c, told, TELLING) + TELLING_BITS * n +
	       2u * told[AGAIN] + 3u * told[ZEROS] + 7u * told[MANY_ZEROS];
}
