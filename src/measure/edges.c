#include "measure/edges.h"

#include <assert.h>
#include <string.h>

static struct page_fill *fills(struct edges *e)
{
	return e->fills.data;
}

static size_t page_bytes(const struct edges *e)
{
	return sizeof(struct edge) << e->page_bits;
}

/* Linear probing stays short up to four slots in five. */
static uint32_t page_limit(const struct edges *e)
{
	return (UINT32_C(4) << e->page_bits) / 5;
}

void edges_init(struct edges *e)
{
	uint32_t *dir;

	*e = (struct edges){ .shift = 63, .page_bits = EDGE_PAGE_BITS_MIN };
	e->slots = big_grow(&e->pages, page_bytes(e));
	memset(e->slots, 0, page_bytes(e));
	e->key = ((uint64_t)(uintptr_t)e->slots ^
		  (uint64_t)(uintptr_t)e << 29) *
		 UINT64_C(0xd6e8feb86659fd93) | 1;
	dir = big_grow(&e->dir_block, sizeof(*dir));
	dir[0] = 0;
	e->dir = dir;
	e->n_pages = 1;
	big_grow(&e->fills, sizeof(struct page_fill));
	fills(e)[0] = (struct page_fill){ 0 };
}

void edges_release(struct edges *e)
{
	big_release(&e->pages);
	big_release(&e->dir_block);
	big_release(&e->fills);
	*e = (struct edges){ 0 };
}

size_t edges_memory_bytes(const struct edges *e)
{
	return e->pages.cap + e->dir_block.cap + e->fills.cap;
}

/* Puts edges back after their page was cleared, each where it belongs now. */
static void put_back(struct edges *e, const struct edge *old, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct edge *slot;

		if (old[i].kid == 0)
			continue;
		slot = edge_slot(e, old[i].parent, old[i].symbol);
		*slot = old[i];
		fills(e)[(size_t)(slot - e->slots) >> e->page_bits].n_edges++;
	}
}

/* A young table is one page, which doubles until it has its full size. */
static void double_page(struct edges *e)
{
	struct edge old[EDGE_PAGE_SLOTS / 2];
	uint32_t n = UINT32_C(1) << e->page_bits;

	memcpy(old, e->slots, n * sizeof(*old));
	e->page_bits++;
	e->slots = big_grow(&e->pages, page_bytes(e));
	memset(e->slots, 0, page_bytes(e));
	fills(e)[0].n_edges = 0;
	put_back(e, old, n);
}

/* Every entry twice: one more bit of the hash chooses. */
static void double_directory(struct edges *e)
{
	size_t n = (size_t)1 << (63 - e->shift);
	uint32_t *dir = big_grow(&e->dir_block, 2 * n * sizeof(*dir));

	assert(e->shift > 0);
	for (size_t i = n; i-- > 0;)
		dir[2 * i] = dir[2 * i + 1] = dir[i];
	e->dir = dir;
	e->shift--;
}

/*
 * Page `page` gives the half of its edges whose next bit is one to a new
 * page. In the directory a page owns an aligned run of entries; the upper
 * half of the run goes to the new one. `hash` is any hash that leads here.
 */
static void split_page(struct edges *e, uint32_t page, uint64_t hash)
{
	struct edge old[EDGE_PAGE_SLOTS];
	uint32_t new_page = e->n_pages++;
	uint32_t depth = fills(e)[page].depth + 1;
	size_t run, first;
	uint32_t *dir;

	if (depth > 63 - e->shift)
		double_directory(e);
	big_grow(&e->fills, e->n_pages * sizeof(struct page_fill));
	e->slots = big_grow(&e->pages, e->n_pages * page_bytes(e));
	run = (size_t)1 << (63 - e->shift - depth);
	first = (size_t)(hash >> 1 >> e->shift) & ~(2 * run - 1);
	dir = e->dir_block.data;
	for (size_t i = first + run; i < first + 2 * run; i++)
		dir[i] = new_page;
	memcpy(old, e->slots + ((size_t)page << e->page_bits), sizeof(old));
	memset(e->slots + ((size_t)page << e->page_bits), 0, page_bytes(e));
	memset(e->slots + ((size_t)new_page << e->page_bits), 0,
	       page_bytes(e));
	fills(e)[page] = fills(e)[new_page] =
		(struct page_fill){ .depth = depth };
	put_back(e, old, EDGE_PAGE_SLOTS);
}

void edges_add(struct edges *e, struct edge *slot, struct edge edge)
{
	uint32_t page = (uint32_t)((size_t)(slot - e->slots) >> e->page_bits);

	assert(edge.kid != 0 && slot->kid == 0);
	*slot = edge;
	if (LIKELY(++fills(e)[page].n_edges <= page_limit(e)))
		return;
	if (e->page_bits < EDGE_PAGE_BITS_MAX) {
		double_page(e);
		return;
	}
	/* twice or more only if all went to one side */
	do {
		uint64_t hash = edge_hash(e, edge.parent, edge.symbol);

		split_page(e, page, hash);
		page = e->dir[hash >> 1 >> e->shift];
	} while (fills(e)[page].n_edges > page_limit(e));
}

void edges_reserve(struct edges *e, uint32_t n)
{
	size_t n_pages = (size_t)n / (EDGE_PAGE_SLOTS / 2) + 1;

	big_reserve(&e->pages, n_pages * sizeof(struct edge)
			       << EDGE_PAGE_BITS_MAX);
	big_reserve(&e->fills, n_pages * sizeof(struct page_fill));
	big_reserve(&e->dir_block, 2 * n_pages * sizeof(uint32_t));
	e->slots = e->pages.data;
	e->dir = e->dir_block.data;
}
