/*
 * lookup.h - which string is this: tokens by their bytes, merges by their
 * pairs.
 *
 *	text    "!" "\"" "#" ... " the" ...    strings by number, end to end
 *	start   0   1    2   ...                start[i] .. start[i + 1]
 *	slot    open addressing by hash: the number, and beside it as many
 *	        bits of the hash as there is room for
 *
 * Built once. A string that finds LOOKUP_PROBES slots taken goes to a sorted
 * list: so a lookup costs O(log n) at worst, also for a file whose strings
 * were chosen to meet in one slot.
 */
#ifndef LILSCOPE_LOOKUP_H
#define LILSCOPE_LOOKUP_H

#include "base/base.h"

#define TOKEN_NONE ((uint32_t)0xffffffff)

enum { LOOKUP_PROBES = 128 };

/* One string and its number. */
struct numbered {
	const char *s; /* a view */
	uint32_t len, id;
};

/* Sorts by bytes (a prefix comes first), then by number. */
void numbered_sort(struct numbered *at, size_t n);

/* All zero is empty. */
struct lookup {
	const char *text;
	const uint32_t *start;
	uint32_t *slot;        /* mask + 1 */
	uint32_t mask, id_mask;
	struct numbered *late; /* those that found no slot, sorted */
	size_t n_late, late_cap;
};

/* An empty lookup of some of the n strings of a text, n < 2^31, which outlive
 * it and may not move. */
void lookup_init(struct lookup *l, const char *text, const uint32_t *start,
		 uint32_t n);

/* Adds string i, which is not empty. Numbers rise; the least of equal strings
 * stays. */
void lookup_add(struct lookup *l, uint32_t i);

/* After the last lookup_add() and before the first lookup_find(). */
void lookup_seal(struct lookup *l);
void lookup_release(struct lookup *l); /* frees, leaves it empty */
size_t lookup_memory_bytes(const struct lookup *l);

/* Of n >= 1 bytes; the same on every machine of one byte order. Of n <= 8 no
 * two strings of a length have the same. */
uint64_t lookup_hash(const char *s, size_t n);

/* The number of s[0..n), or TOKEN_NONE; nothing is in an empty lookup. */
uint32_t lookup_find(const struct lookup *l, const char *s, size_t n);

/* The same for n >= 1 and who has the hash. */
uint32_t lookup_find_hashed(const struct lookup *l, const char *s, size_t n,
			    uint64_t hash);

#endif
