/*
 * variants.h - the policies as the tables try them: each with its own
 * defaults, and some with an option besides.
 */
#ifndef LILSCOPE_VARIANTS_H
#define LILSCOPE_VARIANTS_H

#include "model/sparse.h"

struct variant {
	const char *name;
	const struct sparse *policy;
	uint32_t page, sinks, keep_prompt; /* or SPARSE_AUTO */
};

/* The first one is dense. */
extern const struct variant variants[];
extern const size_t n_variants;

/* Its options with a budget. False and a sentence: they can't be. */
bool variant_opts(const struct variant *v, uint32_t budget,
		  const struct sparse_shape *shape, struct sparse_opts *out,
		  struct err *err);

enum { BUDGETS_MAX = 8 };

/* "96,160": how many numbers it has, at most BUDGETS_MAX; 0: it is none. */
size_t variant_budgets(const char *text, uint32_t budgets[BUDGETS_MAX]);

#endif
