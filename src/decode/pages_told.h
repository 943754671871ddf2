/*
 * pages_told.h - the pages that a model reads and keeps, as members of its
 * records: only what is another set than in the record before.
 */
#ifndef LILSCOPE_PAGES_TOLD_H
#define LILSCOPE_PAGES_TOLD_H

#include "base/buf.h"
#include "model/transformer.h"

/* What the sets are of. */
enum pages_by { PAGES_BY_HEAD, PAGES_BY_LAYER };

/* The sets of the record before. All zero: none was told. */
struct pages_told {
	uint64_t *bits; /* [n_sets][n_words]: kept and read by turns */
	uint32_t n_sets, n_words;
	bool any;
};

/* Adds to the token's line just written, which ends in "}" and a line end,
 * what the last step of t read, and what is kept. The shape is its model's. */
void pages_told_put(struct pages_told *told, struct buf *line,
		    struct transformer *t, const struct model_shape *shape,
		    enum pages_by by);

/* The next record tells all. */
void pages_told_clear(struct pages_told *told);
void pages_told_release(struct pages_told *told);

#endif
