/*
 * Extendible hashing: a page that is full is split in two, so the table grows
 * by a page at a time and no push waits for a rehash of it all.
 */
#include "measure/edges.h"

#include <assert.h>
#include <string.h>

static struct page_fill *fills(struct edges *e)
{
	return e->fills.data;
}

static size_t page_bytes(const struct edges *e)
{
	return sizeof(struct edge_bucket) << e->page_bits;
}

static struct edge_bucket *page_at(const struct edges *e, uint32_t page)
{
	return e->buckets + ((size_t)page << e->page_bits);
}

/* Up to four places in five few buckets overflow. */
static void set_page_bits(struct edges *e, unsigned page_bits)
{
	e->page_bits = page_bits;
	e->page_limit = (UINT32_C(4) * EDGE_BUCKET << page_bits) / 5;
}

void edges_init(struct edges *e)
{
	uint32_t *dir;

	*e = (struct edges){ .shift = 63 };
	set_page_bits(e, EDGE_PAGE_BITS_MIN);
	e->buckets = big_grow(&e->pages, page_bytes(e));
	memset(e->buckets, 0, page_bytes(e));
	e->key = ((uint64_t)(uintptr_t)e->buckets ^
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

/* Without asking whether the page is full now. */
static void put(struct edges *e, struct edge_bucket *b, uint64_t id,
		uint32_t kid)
{
	uint32_t page = (uint32_t)((size_t)(b - e->buckets) >> e->page_bits);

	b->id[b->n] = id;
	b->kid[b->n] = kid;
	b->n++;
	fills(e)[page].n_edges++;
}

/* The bucket for an edge that is not there. */
static struct edge_bucket *vacant_bucket(const struct edges *e, uint64_t id)
{
	uint64_t hash = edge_hash(e, id);
	struct edge_bucket *buckets = edge_page(e, hash);
	uint32_t mask = (UINT32_C(1) << e->page_bits) - 1;
	uint32_t i = (uint32_t)(hash >> 20) & mask;

	while (buckets[i].n == EDGE_BUCKET)
		i = (i + 1) & mask;
	return &buckets[i];
}

/* Puts edges back after their page was cleared, each where it belongs now. */
static void put_back(struct edges *e, const struct edge_bucket *old,
		     uint32_t n_buckets)
{
	for (uint32_t i = 0; i < n_buckets; i++) {
		for (uint32_t k = 0; k < old[i].n; k++) {
			uint64_t id = old[i].id[k];

			put(e, vacant_bucket(e, id), id, old[i].kid[k]);
		}
	}
}

/* A young table is one page, which doubles until it has its full size. */
static void double_page(struct edges *e)
{
	struct edge_bucket old[EDGE_PAGE_BUCKETS / 2];
	uint32_t n = UINT32_C(1) << e->page_bits;

	memcpy(old, e->buckets, n * sizeof(*old));
	set_page_bits(e, e->page_bits + 1);
	e->buckets = big_grow(&e->pages, page_bytes(e));
	memset(e->buckets, 0, page_bytes(e));
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
	struct edge_bucket old[EDGE_PAGE_BUCKETS];
	uint32_t new_page = e->n_pages++;
	uint32_t depth = fills(e)[page].depth + 1;
	size_t run, first;
	uint32_t *dir;

	if (depth > 63 - e->shift)
		double_directory(e);
	big_grow(&e->fills, e->n_pages * sizeof(struct page_fill));
	e->buckets = big_grow(&e->pages, e->n_pages * page_bytes(e));
	run = (size_t)1 << (63 - e->shift - depth);
	first = (size_t)(hash >> 1 >> e->shift) & ~(2 * run - 1);
	dir = e->dir_block.data;
	for (size_t i = first + run; i < first + 2 * run; i++)
		dir[i] = new_page;
	memcpy(old, page_at(e, page), sizeof(old));
	memset(page_at(e, page), 0, page_bytes(e));
	memset(page_at(e, new_page), 0, page_bytes(e));
	fills(e)[page] = fills(e)[new_page] =
		(struct page_fill){ .depth = depth };
	put_back(e, old, EDGE_PAGE_BUCKETS);
}

/* The page that this hash leads to is too full. */
static void make_room(struct edges *e, uint64_t hash)
{
	uint32_t page = e->dir[hash >> 1 >> e->shift];

	if (e->page_bits < EDGE_PAGE_BITS_MAX) {
		double_page(e);
		return;
	}
	/* twice or more only if all went to one side */
	while (fills(e)[page].n_edges > e->page_limit) {
		split_page(e, page, hash);
		page = e->dir[hash >> 1 >> e->shift];
	}
}

void edges_add(struct edges *e, struct edge_bucket *vacant, uint64_t id,
	       uint32_t kid)
{
	uint32_t page =
		(uint32_t)((size_t)(vacant - e->buckets) >> e->page_bits);

	put(e, vacant, id, kid);
	if (UNLIKELY(fills(e)[page].n_edges > e->page_limit))
		make_room(e, edge_hash(e, id));
}

void edges_reserve(struct edges *e, uint32_t n)
{
	/* pages are between two and four fifths full */
	size_t n_pages = (size_t)n / (EDGE_PAGE_BUCKETS * EDGE_BUCKET / 2) + 1;

	big_reserve(&e->pages, n_pages * sizeof(struct edge_bucket)
			       << EDGE_PAGE_BITS_MAX);
	big_reserve(&e->fills, n_pages * sizeof(struct page_fill));
	big_reserve(&e->dir_block, 2 * n_pages * sizeof(uint32_t));
	e->buckets = e->pages.data;
	e->dir = e->dir_block.data;
}
