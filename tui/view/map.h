/*
 * map.h - KV pages over tokens, summed up for a grid of cells.
 *
 * A cell stands for some tokens and some pages; it counts triples of token,
 * page and layer: those that are there, those kept, those read. What is drawn
 * is a share of these counts, so many tokens and pages in one cell lie no more
 * than a mean lies; pages that were evicted are counted apart, so that a
 * single one can be seen. O(changes of the trace up to `to` + cells).
 */
#ifndef LILSCOPE_MAP_H
#define LILSCOPE_MAP_H

#include "trace/trace.h"

enum { MAP_ALL_LAYERS = 0 }; /* else a layer, counted from 1 */

struct map_cell {
	uint64_t there, kept, read;
	uint32_t evicted; /* pages that were kept and then not, a layer each */
};

struct map {
	uint32_t from, to;        /* tokens, [from, to) */
	int cols;                 /* as asked; the grid has n_bins <= cols */
	uint32_t page_from;       /* of row 0 */
	uint32_t pages_per_row;   /* >= 1 */
	int rows;
	uint32_t layer;
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
	uint32_t layers;     /* looked at */
	uint32_t kept, read; /* layers that do at i */
	uint32_t since;      /* kept from this token on, in some layer without
				a gap; PAGES_NEVER */
	uint32_t evicted_at; /* where the last layer gave it up */
	uint32_t window;     /* tokens up to i that are looked at ... */
	uint32_t n_read;     /* ... at which it was read, in any layer */
};

/* What became of a page of one layer or all (MAP_ALL_LAYERS), as of token i;
 * reads are counted in the `window` tokens before it. */
struct map_page map_page_at(const struct trace *t, uint32_t layer,
			    uint32_t page, uint32_t i, uint32_t window);

/* Pages kept and read at token i, in any layer that is looked at. */
struct map_count {
	uint32_t there, kept, read;
};

/* The same layers, at token i. O(pages). */
struct map_count map_count_at(const struct trace *t, uint32_t layer,
			      uint32_t i);

#endif
