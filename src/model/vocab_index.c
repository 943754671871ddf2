#include "model/vocab_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static uint64_t hash_of(const char *s, size_t n)
{
	uint64_t h = INDEX_HASH;

	for (size_t i = 0; i < n; i++)
		h = index_hash_byte(h, s[i]);
	return h;
}

static size_t bucket_of(const struct vocab_index *x, uint64_t hash)
{
	return (size_t)((hash ^ hash >> 29) % x->n_buckets);
}

/* The shorter first, then by bytes. */
static int compare(const struct index_entry *e, const char *s, size_t n)
{
	if (e->len != n)
		return e->len < n ? -1 : 1;
	return n ? memcmp(e->s, s, n) : 0;
}

static int by_string(const void *left, const void *right)
{
	const struct index_entry *a = left, *b = right;
	int order = compare(a, b->s, b->len);

	if (order)
		return order;
	return a->value < b->value ? -1 : a->value > b->value;
}

/* Counts, then places: first[b] is where bucket b goes on while it fills. */
static void fill(struct vocab_index *x, const struct index_entry *entry,
		 size_t n)
{
	uint32_t *bucket = mem_alloc((n + 1) * sizeof(*bucket));
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		bucket[i] = (uint32_t)bucket_of(
			x, hash_of(entry[i].s, entry[i].len));
		x->first[bucket[i]]++;
	}
	for (size_t b = 0; b <= x->n_buckets; b++) {
		uint32_t count = x->first[b];

		x->first[b] = sum;
		sum += count;
	}
	for (size_t i = 0; i < n; i++)
		x->entries[x->first[bucket[i]]++] = entry[i];
	memmove(x->first + 1, x->first, x->n_buckets * sizeof(*x->first));
	x->first[0] = 0;
	mem_free(bucket);
}

void vocab_index_build(struct vocab_index *x, const struct index_entry *entry,
		       size_t n)
{
	assert(n < INDEX_NONE / 2);
	x->n_buckets = n + n / 2 + 1;
	x->entries = mem_alloc((n + 1) * sizeof(*x->entries));
	x->first = mem_zalloc((x->n_buckets + 1) * sizeof(*x->first));
	fill(x, entry, n);
	for (size_t b = 0; b < x->n_buckets; b++) {
		uint32_t count = x->first[b + 1] - x->first[b];

		if (count > 1)
			qsort(x->entries + x->first[b], count,
			      sizeof(*x->entries), by_string);
	}
}

void vocab_index_release(struct vocab_index *x)
{
	mem_free(x->entries);
	mem_free(x->first);
	*x = (struct vocab_index){ 0 };
}

uint32_t vocab_index_find_hashed(const struct vocab_index *x, uint64_t hash,
				 const char *s, size_t n)
{
	uint32_t low, high;
	size_t b;

	if (!x->n_buckets)
		return INDEX_NONE;
	b = bucket_of(x, hash);
	low = x->first[b];
	high = x->first[b + 1];
	while (low < high) { /* the first that is not before s */
		uint32_t middle = low + (high - low) / 2;

		if (compare(&x->entries[middle], s, n) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == x->first[b + 1] || compare(&x->entries[low], s, n) != 0)
		return INDEX_NONE;
	return x->entries[low].value;
}

uint32_t vocab_index_find(const struct vocab_index *x, const char *s,
			  size_t n)
{
	return vocab_index_find_hashed(x, hash_of(s, n), s, n);
}
