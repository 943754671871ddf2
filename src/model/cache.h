/*
 * cache.h - keys and values of the tokens so far, for every layer and KV head.
 *
 *	head    slots 0 .. n-1, each the key and value of one position; in
 *	        order of position until something is evicted
 *	page    CACHE_PAGE slots: their keys, one row after the other, then
 *	        their values; shared by copies of the cache until one writes
 *
 * Eviction is real: a freed page goes back, and so falls the memory, slab by
 * slab (slabs.h). What a policy evicts differs from head to head, so each head
 * has its positions.
 */
#ifndef LILSCOPE_CACHE_H
#define LILSCOPE_CACHE_H

#include "base/err.h"
#include "model/kernel.h"
#include "model/slabs.h"

enum { CACHE_PAGE = 16 };

/* What keys and values can be kept as, by llama.cpp's names. */
struct cache_type {
	const char *name;
	enum ggml_type type;
};
extern const struct cache_type cache_types[];
extern const size_t n_cache_types;
/* By its name, which is one of these; and the name of one. */
enum ggml_type cache_type_named(const char *name);
const char *cache_type_name(enum ggml_type type);
/* Can heads of d numbers be kept so? false and a sentence. */
bool cache_fits(enum ggml_type type, uint32_t d, struct err *err);

struct cache_head {
	uint32_t n;              /* slots in use */
	uint32_t *pos;           /* n: the position of each */
	unsigned char **pages;
	size_t pos_cap, pages_cap;
	uint32_t n_pages;
};

struct cache {
	uint32_t n_layers, n_heads, d;
	enum ggml_type type;     /* one of cache_types */
	size_t row_bytes;
	float *row;              /* scratch: d */
	struct cache_head *heads; /* n_layers * n_heads */
	uint64_t n_pages;        /* held, shared ones too */
	struct slabs *slabs;     /* what pages are cut from; NULL: none yet */
};

/* An empty cache for n_layers * n_heads heads, d numbers a key and as many a
 * value, kept as `type`, which fits d. The caller's. */
struct cache *cache_new(uint32_t n_layers, uint32_t n_heads, uint32_t d,
			enum ggml_type type);
void cache_free(struct cache *c); /* NULL is fine */
/* Shares all pages. */
struct cache *cache_copy(const struct cache *c);

/* One KV head of one layer, 0-based both; the cache's, and it stays in its
 * place. */
struct cache_head *cache_head(const struct cache *c, uint32_t layer,
			      uint32_t head);

/* One more slot at the end, for a position. k and v: d numbers each. */
void cache_append(struct cache *c, struct cache_head *h, uint32_t pos,
		  const float *k, const float *v);
/* Keeps these slots (rising, n of them) in their order; the rest is gone. */
void cache_keep(struct cache *c, struct cache_head *h, const uint32_t *slots,
		uint32_t n);
/* Takes slot out and moves the last one there: O(1), order is lost. */
void cache_drop(struct cache *c, struct cache_head *h, uint32_t slot);
/* Takes slots [first, first + n) out; those behind move up in their order.
 * Whole pages go without a copy. */
void cache_drop_range(struct cache *c, struct cache_head *h, uint32_t first,
		      uint32_t n);
/* Keeps these slots (each once, n of them) in this order; the rest is gone. */
void cache_arrange(struct cache *c, struct cache_head *h,
		   const uint32_t *slots, uint32_t n);
/* Only the first n slots stay. */
void cache_cut(struct cache *c, struct cache_head *h, uint32_t n);

/* Are rows kept spread (spread.h)? Those in blocks are: scores then want spread
 * queries, and what values are mixed to is spread. */
bool cache_is_spread(const struct cache *c);
/* A key as it was appended, but for its rounding: d numbers. */
void cache_key(const struct cache *c, const struct cache_head *h, uint32_t slot,
	       float *key);
/* Rows of slots from `slot` to the end of its page, one after the other, as
 * they are kept. */
const void *cache_keys(const struct cache *c, const struct cache_head *h,
		       uint32_t slot);
const void *cache_values(const struct cache *c, const struct cache_head *h,
			 uint32_t slot);

/* Memory of the pages, and of the slots that are in use. */
uint64_t cache_bytes(const struct cache *c);
uint64_t cache_used_bytes(const struct cache *c);

#endif
