/*
 * Pages are counted, not owned: a copy of the cache takes the same pages, and
 * whoever writes into one that others hold copies it first. So to branch off a
 * generation costs pointers, not keys and values.
 */
#include "model/cache.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "model/spread.h"

const struct cache_type cache_types[] = {
	{ "f16", GGML_F16 },
	{ "f32", GGML_F32 },
	{ "q8_0", GGML_Q8_0 },
	{ "q4_0", GGML_Q4_0 },
};
const size_t n_cache_types = ARRAY_LEN(cache_types);

enum ggml_type cache_type_named(const char *name)
{
	size_t i = 0;

	while (strcmp(cache_types[i].name, name) != 0)
		i++;
	return cache_types[i].type;
}

const char *cache_type_name(enum ggml_type type)
{
	size_t i = 0;

	while (cache_types[i].type != type)
		i++;
	return cache_types[i].name;
}

bool cache_fits(enum ggml_type type, uint32_t d, struct err *err)
{
	uint32_t block = (uint32_t)quant_of(type)->n_block;

	return d % block == 0 ||
	       err_set(err, "--kv %s keeps blocks of %u numbers, and this "
			    "model's heads have %u: take f16",
		       cache_type_name(type), block, d);
}

static size_t page_bytes(const struct cache *c)
{
	return 2 * CACHE_PAGE * c->row_bytes;
}

struct cache *cache_new(uint32_t n_layers, uint32_t n_heads, uint32_t d,
			enum ggml_type type)
{
	struct cache *c = mem_zalloc(sizeof(*c));

	assert(d % (uint32_t)quant_of(type)->n_block == 0);
	c->n_layers = n_layers;
	c->n_heads = n_heads;
	c->d = d;
	c->type = type;
	c->row_bytes = quant_row_bytes(quant_of(type), d);
	c->row = mem_alloc(d * sizeof(*c->row));
	c->heads = mem_zalloc((size_t)n_layers * n_heads * sizeof(*c->heads));
	return c;
}

static unsigned char *page_new(struct cache *c)
{
	if (!c->slabs)
		c->slabs = slabs_new(page_bytes(c));
	c->n_pages++;
	return slabs_get(c->slabs);
}

static void page_put(struct cache *c, unsigned char *page)
{
	c->n_pages--;
	slabs_put(c->slabs, page);
}

static void release_head(struct cache *c, struct cache_head *h)
{
	for (uint32_t i = 0; i < h->n_pages; i++)
		page_put(c, h->pages[i]);
	mem_free(h->pages);
	mem_free(h->pos);
}

void cache_free(struct cache *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->n_layers * c->n_heads; i++)
		release_head(c, &c->heads[i]);
	slabs_free(c->slabs);
	mem_free(c->heads);
	mem_free(c->row);
	mem_free(c);
}

struct cache *cache_copy(const struct cache *c)
{
	struct cache *copy = cache_new(c->n_layers, c->n_heads, c->d, c->type);

	if (c->slabs)
		copy->slabs = slabs_share(c->slabs);
	for (uint32_t i = 0; i < c->n_layers * c->n_heads; i++) {
		const struct cache_head *from = &c->heads[i];
		struct cache_head *to = &copy->heads[i];

		to->n = from->n;
		to->n_pages = from->n_pages;
		if (!from->n)
			continue;
		to->pos = grow(NULL, &to->pos_cap, from->n, sizeof(*to->pos));
		memcpy(to->pos, from->pos, from->n * sizeof(*to->pos));
		to->pages = grow(NULL, &to->pages_cap, from->n_pages,
				 sizeof(*to->pages));
		memcpy(to->pages, from->pages,
		       from->n_pages * sizeof(*to->pages));
		for (uint32_t k = 0; k < to->n_pages; k++)
			slabs_take(copy->slabs, to->pages[k]);
	}
	copy->n_pages = c->n_pages;
	return copy;
}

struct cache_head *cache_head(const struct cache *c, uint32_t layer,
			      uint32_t head)
{
	return &c->heads[(size_t)layer * c->n_heads + head];
}

/* The slot's page, ours alone: it is written to. */
static unsigned char *own_page(struct cache *c, struct cache_head *h,
			       uint32_t slot)
{
	unsigned char **at = &h->pages[slot / CACHE_PAGE], *own;

	if (slabs_alone(c->slabs, *at))
		return *at;
	own = page_new(c);
	memcpy(own, *at, page_bytes(c));
	page_put(c, *at);
	return *at = own;
}

static unsigned char *key_row(const struct cache *c, unsigned char *page,
			      uint32_t slot)
{
	return page + slot % CACHE_PAGE * c->row_bytes;
}

static unsigned char *value_row(const struct cache *c,
				unsigned char *page, uint32_t slot)
{
	return key_row(c, page, slot) + CACHE_PAGE * c->row_bytes;
}

/* One more slot; its page, which is ours alone. */
static unsigned char *add_slot(struct cache *c, struct cache_head *h,
			       uint32_t pos)
{
	uint32_t slot = h->n++;

	h->pos = grow(h->pos, &h->pos_cap, h->n, sizeof(*h->pos));
	h->pos[slot] = pos;
	if (slot / CACHE_PAGE == h->n_pages) {
		h->pages = grow(h->pages, &h->pages_cap, h->n_pages + 1,
				sizeof(*h->pages));
		h->pages[h->n_pages++] = page_new(c);
	}
	return own_page(c, h, slot);
}

bool cache_is_spread(const struct cache *c)
{
	return quant_of(c->type)->n_block > 1;
}

static void store_row(const struct cache *c, unsigned char *row, const float *v)
{
	if (cache_is_spread(c)) {
		v = memcpy(c->row, v, c->d * sizeof(*v));
		spread(c->row, c->d);
	}
	kernel_store(row, c->type, v, c->d);
}

void cache_append(struct cache *c, struct cache_head *h, uint32_t pos,
		  const float *k, const float *v)
{
	unsigned char *page = add_slot(c, h, pos);
	uint32_t slot = h->n - 1;

	store_row(c, key_row(c, page, slot), k);
	store_row(c, value_row(c, page, slot), v);
}

/* Both rows and the position of slot `from` become those of `to`. */
static void move_slot(struct cache *c, struct cache_head *h, uint32_t to,
		      uint32_t from)
{
	unsigned char *page = own_page(c, h, to);
	unsigned char *source = h->pages[from / CACHE_PAGE];

	memcpy(key_row(c, page, to), key_row(c, source, from), c->row_bytes);
	memcpy(value_row(c, page, to), value_row(c, source, from),
	       c->row_bytes);
	h->pos[to] = h->pos[from];
}

void cache_cut(struct cache *c, struct cache_head *h, uint32_t n)
{
	uint32_t n_pages = (n + CACHE_PAGE - 1) / CACHE_PAGE;

	assert(n <= h->n);
	while (h->n_pages > n_pages)
		page_put(c, h->pages[--h->n_pages]);
	h->n = n;
}

void cache_keep(struct cache *c, struct cache_head *h, const uint32_t *slots,
		uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		assert(slots[i] < h->n && slots[i] >= i);
		if (slots[i] != i)
			move_slot(c, h, i, slots[i]);
	}
	cache_cut(c, h, n);
}

void cache_drop(struct cache *c, struct cache_head *h, uint32_t slot)
{
	assert(slot < h->n);
	if (slot != h->n - 1)
		move_slot(c, h, slot, h->n - 1);
	cache_cut(c, h, h->n - 1);
}

/* Whole pages, by their numbers. */
static void drop_pages(struct cache *c, struct cache_head *h, uint32_t i_page,
		       uint32_t n)
{
	uint32_t first = i_page * CACHE_PAGE;

	for (uint32_t i = i_page; i < i_page + n; i++)
		page_put(c, h->pages[i]);
	h->n_pages -= n;
	memmove(h->pages + i_page, h->pages + i_page + n,
		(h->n_pages - i_page) * sizeof(*h->pages));
	h->n -= n * CACHE_PAGE;
	memmove(h->pos + first, h->pos + first + n * CACHE_PAGE,
		(h->n - first) * sizeof(*h->pos));
}

void cache_drop_range(struct cache *c, struct cache_head *h, uint32_t first,
		      uint32_t n)
{
	assert(first <= h->n && n <= h->n - first);
	if (first % CACHE_PAGE == 0 && n % CACHE_PAGE == 0) {
		drop_pages(c, h, first / CACHE_PAGE, n / CACHE_PAGE);
		return;
	}
	for (uint32_t slot = first; slot + n < h->n; slot++)
		move_slot(c, h, slot, slot + n);
	cache_cut(c, h, h->n - n);
}

void cache_arrange(struct cache *c, struct cache_head *h,
		   const uint32_t *slots, uint32_t n)
{
	struct cache_head old = *h;

	*h = (struct cache_head){ 0 };
	for (uint32_t i = 0; i < n; i++) {
		unsigned char *from, *to;

		assert(slots[i] < old.n);
		from = old.pages[slots[i] / CACHE_PAGE];
		to = add_slot(c, h, old.pos[slots[i]]);
		memcpy(key_row(c, to, i), key_row(c, from, slots[i]),
		       c->row_bytes);
		memcpy(value_row(c, to, i), value_row(c, from, slots[i]),
		       c->row_bytes);
	}
	release_head(c, &old);
}

void cache_key(const struct cache *c, const struct cache_head *h, uint32_t slot,
	       float *key)
{
	kernel_load(key, cache_keys(c, h, slot), c->type, c->d);
	if (cache_is_spread(c))
		spread(key, c->d);
}

const void *cache_keys(const struct cache *c, const struct cache_head *h,
		       uint32_t slot)
{
	return key_row(c, h->pages[slot / CACHE_PAGE], slot);
}

const void *cache_values(const struct cache *c, const struct cache_head *h,
			 uint32_t slot)
{
	return value_row(c, h->pages[slot / CACHE_PAGE], slot);
}

uint64_t cache_bytes(const struct cache *c)
{
	return c->n_pages * page_bytes(c);
}

uint64_t cache_used_bytes(const struct cache *c)
{
	uint64_t slots = 0;

	for (uint32_t i = 0; i < c->n_layers * c->n_heads; i++)
		slots += c->heads[i].n;
	return slots * 2 * c->row_bytes;
}
