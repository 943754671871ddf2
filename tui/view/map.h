/*
 * map.h - KV pages over tokens, summed up for a grid of cells.
 *
 * A decoder tells pages of its parts: KV heads of layers, or layers, or one
 * that stands for all (pages.h). A cell stands for some tokens and some pages;
 * it counts triples of token, page and part: those that are there, those kept,
 * those read. What is drawn is a share of these counts, so many tokens, pages
 * and parts in one cell lie no more than a mean lies; pages that were evicted
 * are counted apart, so that a single one can be seen. O(changes of the trace
 * up to `to` + cells).
 */
#ifndef LILSCOPE_MAP_H
#define LILSCOPE_MAP_H

#include "trace/trace.h"

/* Parts that are looked at: a layer and a KV head of it, counted from 1. */
struct map_of {
	uint32_t layer, head; /* MAP_ALL: all of them */
};
enum { MAP_ALL = 0 };

/* What t->pages, which must be there, tells apart: >= 1. */
uint32_t map_n_layers(const struct trace *t);
uint32_t map_n_heads(const struct trace *t); /* of a layer */

struct map_cell {
	uint64_t there, kept, read;
	uint32_t evicted; /* pages that were kept and then not, a part each */
};

struct map {
	uint32_t from, to;        /* tokens, [from, to) */
	int cols;                 /* as asked; the grid has n_bins <= cols */
	uint32_t page_from;       /* of row 0 */
	uint32_t pages_per_row;   /* >= 1 */
	int rows;
	struct map_of of;
	/* The answer: */
	int n_bins;
	struct map_cell *cells;   /* rows * n_bins, by row; map_release() */
};

/* Fills cells from t->pages, which must be there. */
void map_fill(struct map *m, const struct trace *t);
void map_release(struct map *m);

/* The first token of a bin; n_bins gives `to`. */
uint32_t map_bin_start(const struct map *m, int bin);

/* The bin that a column of `cols` shows. */
int map_bin_of_col(const struct map *m, int col);

/* Pages that there can be at token i, before it is appended: of the prompt
 * and the output so far, or as many as were told of. */
uint32_t map_n_pages(const struct trace *t, uint32_t i);

/* Positions of a page, and of the prompt. */
uint32_t map_page_tokens(const struct trace *t);

/* One page at token i. */
struct map_page {
	uint32_t born;       /* token from which on it is there */
	uint32_t parts;      /* looked at */
	uint32_t kept, read; /* parts that do at i */
	uint32_t since;      /* kept from this token on, in some part without
				a gap; PAGES_NEVER */
	uint32_t evicted_at; /* where the last part gave it up */
	uint32_t window;     /* tokens up to i that are looked at ... */
	uint32_t n_read;     /* ... at which it was read, in any part */
};

/* What became of a page in these parts, as of token i; reads are counted in
 * the `window` tokens before it. */
struct map_page map_page_at(const struct trace *t, struct map_of of,
			    uint32_t page, uint32_t i, uint32_t window);

/* Pages at token i. */
struct map_count {
	uint32_t there, parts;
	uint32_t kept, read;         /* by any part */
	double part_kept, part_read; /* by a part, in the mean */
};

/* O(pages * parts). */
struct map_count map_count_at(const struct trace *t, struct map_of of,
			      uint32_t i);

/* The last token up to i at which half of the parts or more read one of the
 * pages [from, to), at most MAP_PAGES_AT_ONCE of them; PAGES_NEVER. */
enum { MAP_PAGES_AT_ONCE = 64 };
uint32_t map_last_read(const struct trace *t, struct map_of of, uint32_t from,
		       uint32_t to, uint32_t i);

#endif
