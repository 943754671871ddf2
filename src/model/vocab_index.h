/*
 * vocab_index.h - numbers by byte strings: the pieces of a vocabulary, the
 * pairs of its merges.
 *
 * Built once. Buckets by hash, each sorted: a lookup costs O(log n) at worst,
 * also for a file whose strings were chosen to meet in one bucket.
 */
#ifndef LILSCOPE_VOCAB_INDEX_H
#define LILSCOPE_VOCAB_INDEX_H

#include "base/base.h"

#define INDEX_NONE ((uint32_t)0xffffffff)

struct index_entry {
	const char *s; /* a view that outlives the index */
	uint32_t len, value;
};

/* All zero is empty. */
struct vocab_index {
	struct index_entry *entries; /* bucket by bucket */
	uint32_t *first;             /* of each bucket, and the end */
	size_t n_buckets;
};

/* n entries in any order, fewer than 2^31; they are copied. */
void vocab_index_build(struct vocab_index *x, const struct index_entry *entry,
		       size_t n);
void vocab_index_release(struct vocab_index *x);

/* The value of s[0..n), the least if it was entered more than once, or
 * INDEX_NONE. */
uint32_t vocab_index_find(const struct vocab_index *x, const char *s,
			  size_t n);

/* The same for who has the hash already, taken byte by byte from INDEX_HASH
 * on. */
#define INDEX_HASH ((uint64_t)14695981039346656037u)

static inline uint64_t index_hash_byte(uint64_t h, char byte)
{
	return (h ^ (unsigned char)byte) * 1099511628211u; /* FNV-1a */
}

uint32_t vocab_index_find_hashed(const struct vocab_index *x, uint64_t hash,
				 const char *s, size_t n);

#endif
