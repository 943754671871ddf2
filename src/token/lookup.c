/*
 * A slot is 4 bytes rather than a view of 16, because a merge asks for many
 * pairs that are no token: most of these end at an empty slot or at bits of
 * the hash that differ, and what is looked at then stays in the cache.
 */
#include "token/lookup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define SLOT_EMPTY TOKEN_NONE

/* --- order -------------------------------------------------------------- */

static int compare(const struct numbered *a, const char *s, size_t n)
{
	int order = memcmp(a->s, s, MIN(a->len, n));

	return order ? order : (a->len > n) - (a->len < n);
}

static int by_bytes(const void *left, const void *right)
{
	const struct numbered *a = left, *b = right;
	int order = compare(a, b->s, b->len);

	return order ? order : (a->id > b->id) - (a->id < b->id);
}

void numbered_sort(struct numbered *at, size_t n)
{
	if (n)
		qsort(at, n, sizeof(*at), by_bytes);
}

/* --- bytes -------------------------------------------------------------- */

static uint64_t load_64(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint64_t load_32(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 32;
}

/* The ends overlap in the middle, so that no byte outside is read. */
uint64_t lookup_hash(const char *s, size_t n)
{
	uint64_t hash = n * UINT64_C(0x9e3779b97f4a7c15);

	if (n < 4) {
		const unsigned char *u = (const unsigned char *)s;

		return mix(hash, (uint64_t)u[0] << 16 |
					 (uint64_t)u[n / 2] << 8 | u[n - 1]);
	}
	if (n <= 8)
		return mix(hash, load_32(s) << 32 | load_32(s + n - 4));
	for (size_t i = 0; i + 8 < n; i += 8)
		hash = mix(hash, load_64(s + i));
	return mix(hash, load_64(s + n - 8));
}

/* A call of memcmp() costs more than what most strings need: n >= 1. */
static inline bool same_bytes(const char *a, const char *b, size_t n)
{
	if (n < 4)
		return a[0] == b[0] && a[n / 2] == b[n / 2] &&
		       a[n - 1] == b[n - 1];
	if (n <= 8)
		return load_32(a) == load_32(b) &&
		       load_32(a + n - 4) == load_32(b + n - 4);
	for (size_t i = 0; i + 8 < n; i += 8)
		if (load_64(a + i) != load_64(b + i))
			return false;
	return load_64(a + n - 8) == load_64(b + n - 8);
}

/* Other bits than those that choose the slot; they stand where the number is
 * not. */
static uint32_t tag(uint64_t hash)
{
	return (uint32_t)(hash >> 32);
}

/* --- lookup ------------------------------------------------------------- */

static inline struct numbered string_at(const struct lookup *l, uint32_t i)
{
	return (struct numbered){ l->text + l->start[i],
				  l->start[i + 1] - l->start[i], i };
}

/* Whether a slot that is taken holds s[0..n). */
static inline bool holds(const struct lookup *l, uint32_t slot, uint32_t want,
			 const char *s, size_t n)
{
	struct numbered is;

	if ((slot ^ want) & ~l->id_mask)
		return false;
	is = string_at(l, slot & l->id_mask);
	return is.len == n && same_bytes(is.s, s, n);
}

void lookup_init(struct lookup *l, const char *text, const uint32_t *start,
		 uint32_t n)
{
	uint32_t slots = 2;

	assert(n <= TOKEN_NONE / 2);
	*l = (struct lookup){ .text = text, .start = start, .id_mask = 1 };
	while (slots < n + n / 2 && slots <= TOKEN_NONE / 2)
		slots *= 2;
	while (l->id_mask < n)
		l->id_mask = l->id_mask << 1 | 1;
	l->mask = slots - 1;
	l->slot = mem_alloc(slots * sizeof(*l->slot));
	memset(l->slot, 0xff, slots * sizeof(*l->slot));
}

void lookup_add(struct lookup *l, uint32_t i)
{
	struct numbered is = string_at(l, i);
	uint64_t hash = lookup_hash(is.s, is.len);
	uint32_t want = tag(hash), at = (uint32_t)hash;

	for (uint32_t end = at + LOOKUP_PROBES; at != end; at++) {
		uint32_t *slot = &l->slot[at & l->mask];

		if (*slot == SLOT_EMPTY) {
			*slot = (want & ~l->id_mask) | i;
			return;
		}
		if (holds(l, *slot, want, is.s, is.len))
			return;
	}
	l->late = grow(l->late, &l->late_cap, l->n_late + 1,
		       sizeof(*l->late));
	l->late[l->n_late++] = is;
}

void lookup_seal(struct lookup *l)
{
	numbered_sort(l->late, l->n_late);
}

static uint32_t find_late(const struct lookup *l, const char *s, size_t n)
{
	size_t low = 0, high = l->n_late;

	while (low < high) { /* the first that is not before s */
		size_t middle = low + (high - low) / 2;

		if (compare(&l->late[middle], s, n) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->n_late && compare(&l->late[low], s, n) == 0 ?
		       l->late[low].id :
		       TOKEN_NONE;
}

uint32_t lookup_find_hashed(const struct lookup *l, const char *s, size_t n,
			    uint64_t hash)
{
	uint32_t want = tag(hash), at = (uint32_t)hash;

	for (uint32_t end = at + LOOKUP_PROBES; at != end; at++) {
		uint32_t slot = l->slot[at & l->mask];

		if (slot == SLOT_EMPTY)
			return TOKEN_NONE;
		if (holds(l, slot, want, s, n))
			return slot & l->id_mask;
	}
	return find_late(l, s, n);
}

uint32_t lookup_find(const struct lookup *l, const char *s, size_t n)
{
	if (!n || !l->slot)
		return TOKEN_NONE;
	return lookup_find_hashed(l, s, n, lookup_hash(s, n));
}

void lookup_release(struct lookup *l)
{
	mem_free(l->slot);
	mem_free(l->late);
	*l = (struct lookup){ 0 };
}

size_t lookup_memory_bytes(const struct lookup *l)
{
	return (l->slot ? ((size_t)l->mask + 1) * sizeof(*l->slot) : 0) +
	       l->late_cap * sizeof(*l->late);
}
