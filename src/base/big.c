/*
 * Pages are taken from a range of addresses that was asked for once: growing
 * copies nothing, and what was not touched costs nothing.
 */
#include "base/big.h"

#include <string.h>
#include <sys/mman.h>

#include "base/buf.h"

/* Memory is taken from a range in steps of an eighth, at least BIG_STEP, so
 * that the system calls do not count and little lies idle. */
#define BIG_STEP ((size_t)128 << 10)
#define BIG_FIRST_BYTES ((size_t)256)
#define BIG_SCARCE 16 /* times what is needed, where addresses are few */
#define PAGE_BYTES ((size_t)4096)
#define HUGE_BYTES BIG_SLAB
#if defined(__linux__) && !defined(MADV_COLLAPSE)
#define MADV_COLLAPSE 25 /* kernels since 6.1, headers later */
#endif

static size_t round_up(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

/* Addresses without memory: at least n_bytes, NULL if there are none. */
static void *range_map(size_t n_bytes, size_t *range)
{
	size_t want = MAX(BIG_RANGE_BYTES, round_up(n_bytes, HUGE_BYTES));

	for (; want >= n_bytes; want /= 2) {
		void *data = mmap(NULL, want, PROT_NONE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				  -1, 0);

		if (data != MAP_FAILED) {
			*range = want;
			return data;
		}
		/* half of what there is would leave others nothing */
		want = MIN(want, n_bytes * 2 * BIG_SCARCE);
	}
	return NULL;
}

/* Takes memory for [cap, n_bytes) of a range. */
static bool range_commit(struct big *b, size_t n_bytes)
{
	size_t cap = MIN(round_up(n_bytes, PAGE_BYTES), b->range);

	if (cap < n_bytes)
		return false;
	if (cap > b->cap && mprotect((char *)b->data + b->cap, cap - b->cap,
				     PROT_READ | PROT_WRITE) != 0)
		return false;
	b->cap = MAX(b->cap, cap);
#ifdef MADV_HUGEPAGE
	if (b->cap >= 4 * HUGE_BYTES)
		(void)madvise(b->data, b->cap, MADV_HUGEPAGE);
#endif
	return true;
}

/* Moves the block to a fresh range with room for n_bytes. */
static bool move_to_range(struct big *b, size_t n_bytes)
{
	struct big moved = { 0 };

	moved.data = range_map(round_up(n_bytes, PAGE_BYTES), &moved.range);
	if (!moved.data)
		return false;
	if (!range_commit(&moved, n_bytes)) {
		munmap(moved.data, moved.range);
		return false;
	}
	if (b->data)
		memcpy(moved.data, b->data, MIN(b->cap, n_bytes));
	big_release(b);
	*b = moved;
	return true;
}

static void grow_to(struct big *b, size_t n_bytes)
{
	if (n_bytes <= b->cap)
		return;
	if (b->range && range_commit(b, n_bytes))
		return;
	if (n_bytes > BIG_HEAP_MAX && move_to_range(b, n_bytes))
		return;
	if (b->range)
		die("out of memory: %zu bytes more were needed",
		    n_bytes - b->cap);
	b->data = mem_resize(b->data, n_bytes);
	b->cap = n_bytes;
}

void *big_grow(struct big *b, size_t n_bytes)
{
	size_t want = b->cap + MAX(b->cap / (b->range ? 8 : 2),
				   b->range ? BIG_STEP : 0);

	if (n_bytes <= b->cap)
		return b->data;
	want = MAX(want, MAX(n_bytes, BIG_FIRST_BYTES));
	if (b->range && want > b->range)
		want = MAX(n_bytes, b->range);
	grow_to(b, want);
	return b->data;
}

/* Asks for huge pages and makes the pages from `from` on be there. */
static void populate(struct big *b, size_t from)
{
	volatile char *data = b->data;

#ifdef MADV_HUGEPAGE
	if (b->range && b->cap >= 2 * HUGE_BYTES)
		(void)madvise(b->data, b->cap, MADV_HUGEPAGE);
#endif
	for (size_t i = round_up(from, PAGE_BYTES); i < b->cap; i += PAGE_BYTES)
		data[i] = 0;
}

void *big_reserve(struct big *b, size_t n_bytes)
{
	size_t had = b->cap;

	if (n_bytes > had) {
		grow_to(b, n_bytes);
		populate(b, had);
	}
	return b->data;
}

void *big_trim(struct big *b, size_t n_bytes)
{
	size_t keep = round_up(n_bytes, PAGE_BYTES);

	if (n_bytes == 0) {
		big_release(b);
	} else if (!b->range && n_bytes < b->cap) {
		b->data = mem_resize(b->data, n_bytes);
		b->cap = n_bytes;
	} else if (b->range && keep < b->range) {
		munmap((char *)b->data + keep, b->range - keep);
		b->range = keep;
		b->cap = MIN(b->cap, keep);
	}
	return b->data;
}

void big_release(struct big *b)
{
	if (b->range)
		munmap(b->data, b->range);
	else
		mem_free(b->data);
	*b = (struct big){ 0 };
}

void big_scattered(const void *memory, size_t n_bytes)
{
#ifdef MADV_COLLAPSE
	size_t at = round_up((uintptr_t)memory, HUGE_BYTES);
	size_t end = ((uintptr_t)memory + n_bytes) / HUGE_BYTES * HUGE_BYTES;

	if (at < end)
		(void)madvise((void *)(uintptr_t)at, end - at, MADV_COLLAPSE);
#else
	(void)memory;
	(void)n_bytes;
#endif
}

/* The system puts one below the other: the first one's place is the next
 * one's, too. NULL: it is another, or there is no memory. */
static char *map_slab(void)
{
	char *at = mmap(NULL, BIG_SLAB, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED || (uintptr_t)at % BIG_SLAB == 0)
		return at == MAP_FAILED ? NULL : at;
	munmap(at, BIG_SLAB);
	return NULL;
}

/* One of twice the size has it in it. */
static char *cut_slab(void)
{
	char *at = mmap(NULL, 2 * BIG_SLAB, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before, after;

	if (at == MAP_FAILED)
		die("out of memory: %zu bytes more were needed", BIG_SLAB);
	before = BIG_SLAB - (uintptr_t)at % BIG_SLAB;
	after = BIG_SLAB - before;
	munmap(at, before);
	at += before;
	if (after)
		munmap(at + BIG_SLAB, after);
	return at;
}

void *big_slab(bool huge)
{
	char *at = map_slab();

	if (!at)
		at = cut_slab();
#ifdef MADV_HUGEPAGE
	if (huge)
		(void)madvise(at, BIG_SLAB, MADV_HUGEPAGE);
#else
	(void)huge;
#endif
	return at;
}

void big_slab_free(void *slab)
{
	munmap(slab, BIG_SLAB);
}
