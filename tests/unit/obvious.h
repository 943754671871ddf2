/*
 * obvious.h - every policy of sparse attention, slow and obvious: beside these
 * the fast ones race.
 *
 * They work on sets of positions and know nothing of slots, pages in memory,
 * heaps or bounds that are kept. They follow the pseudo-code of the policies'
 * own programs, in double precision.
 */
#ifndef LILSCOPE_TESTS_OBVIOUS_H
#define LILSCOPE_TESTS_OBVIOUS_H

#include "model/sparse.h"

enum { D = 32, KV_MAX = 3, HEADS_MAX = 6, TOKENS_MAX = 420 };

/* The world: everything that was ever said. Query head h reads KV head
 * h / group. */
struct world {
	float k[TOKENS_MAX][KV_MAX][D]; /* as cached */
	float q[TOKENS_MAX][HEADS_MAX][D];
	uint32_t n, n_kv, group;
	uint32_t prompt_end; /* what --keep-prompt keeps */
	uint32_t dense_end;  /* what was attended to densely */
	bool halves;         /* bounds are such, rounded outwards */
	const struct sparse_opts *o;
	bool kept[KV_MAX][TOKENS_MAX];
	bool read[HEADS_MAX][TOKENS_MAX];    /* by this step's queries */
	double score[HEADS_MAX][TOKENS_MAX]; /* what a policy remembers */
	uint32_t stamp[KV_MAX][TOKENS_MAX];  /* by page */
	uint32_t order[KV_MAX][TOKENS_MAX];  /* the cache, where order counts */
	uint32_t n_order[KV_MAX];
};

double obvious_dot(const float *a, const float *b);
uint32_t obvious_count(const bool *set, uint32_t n);

/* A token came, and is the last one: fills read and kept. */
struct obvious {
	const char *policy;
	void (*step)(struct world *w);
};
extern const struct obvious obvious_rows[];
extern const size_t obvious_n_rows;

#endif
