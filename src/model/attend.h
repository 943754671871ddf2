/*
 * attend.h - the arithmetic of attention in one KV head: some queries, and the
 * slots that they share.
 *
 *	list     slots in the order of a policy's choice
 *	chunk    ATTEND_CHUNK of them: its scores, their exponentials beside the
 *	         chunk's greatest, and the values mixed by these; any thread
 *	         may do any chunk
 *	join     the chunks of a list together, in their order
 *	tile     ATTEND_TILE tokens of a prompt, which see all before them
 *
 * So what comes out depends on the list alone, to the bit: not on threads, nor
 * on how many queries were asked at once, nor on whether a token was fed alone
 * or in a prompt (Milakov and Gimelshein 2018; FlashAttention, Dao et al. 2022;
 * chunks on threads: Flash-Decoding, Dao et al. 2023).
 */
#ifndef LILSCOPE_ATTEND_H
#define LILSCOPE_ATTEND_H

#include "model/sparse.h"

enum { ATTEND_CHUNK = 256, ATTEND_TILE = 16 };

/* What a thread needs; all zero is ready. */
struct attend_bench {
	float *scores;   /* [n_q][ATTEND_CHUNK] */
	float *rows;     /* keys or values as floats */
	float *queries;  /* of a tile */
	float *partials; /* of a tile: a chunk's, and the sum of all so far */
	struct attend_stretch *stretches;
	size_t scores_cap, rows_cap, queries_cap, partials_cap, stretches_cap;
};
void attend_bench_release(struct attend_bench *b);

struct attend {
	const struct cache *cache;
	const struct cache_head *h;
	float scale, cap; /* of scores; cap 0: none */

	/* Of a list: */
	const struct sparse_list *list;
	const float *q;   /* [n_q][d] */
	uint32_t n_q;
	float *p;         /* [n_q][list->n_slots]: the shares, where they are
			     to be seen; or NULL */
	const struct sparse *policy; /* that moves slots; NULL: none does */
	const void *state;
	const struct sparse_step *step;
};

/* Chunks of a list; floats of a chunk's partial: {greatest, sum} of each
 * query, then [n_q][d]. */
uint32_t attend_n_chunks(const struct sparse_list *list);
size_t attend_partial(uint32_t n_q, uint32_t d);

/* Chunks [from, to), each into its partial. */
void attend_run(const struct attend *a, struct attend_bench *b, uint32_t from,
		uint32_t to, float *partials);
/* All of the list's partials, the first of which is overwritten, into
 * out[n_q][d]; and p becomes shares. */
void attend_join(const struct attend *a, float *partials, float *out);

/* n tokens of a prompt (at most ATTEND_TILE), each `group` queries in a row,
 * token after token `stride` floats apart in q and out. The first sees slots
 * [0, n_seen), each other one more. */
void attend_tile(const struct attend *a, struct attend_bench *b, const float *q,
		 float *out, size_t stride, uint32_t group, uint32_t n,
		 uint32_t n_seen);

#endif
