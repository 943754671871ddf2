/*
 * sparse.h - post-training sparse attention: what a step reads and what the
 * cache keeps. One row and one file a policy.
 *
 *	a token's step, for each layer that is not dense
 *	  append     its key and value are in the cache
 *	  look()     all queries of the layer are known
 *	  select()   for each KV head: the slots to attend to     (threads)
 *	  seen()     for each KV head: what attention they got    (threads)
 *	  evict()    what the cache gives up
 *
 * A prompt is attended to densely, as the policies' authors do: then neither
 * look() nor select() is asked, seen() is called for each of its tokens, and
 * evict() once at its end. look, select, seen, evict may be NULL: nothing to
 * do.
 *
 * What the budget counts:
 *	quest, infllm   at most so many tokens are read in a step, the token
 *	                itself too; all are kept
 *	raas            so many are kept and read, the token itself too
 *	sink, h2o,      so many are kept after a step; a step reads them and
 *	tova, random    the token itself
 *	rkv             so many are kept after a cut, which comes every 128
 *	snapkv          so many of the prompt are kept
 *
 * What was asked for is done, or refused with a sentence: a policy raises no
 * budget by itself. Options that it has no use for are not looked at (uses).
 *
 * Calls for different heads come from different threads and touch the state
 * of their head only. Where a policy's own code selects for each query head
 * and the model shares KV heads among queries, the policy's file says what is
 * done.
 */
#ifndef LILSCOPE_SPARSE_H
#define LILSCOPE_SPARSE_H

#include "base/err.h"
#include "model/cache.h"
#include "model/rope.h"

#define SPARSE_AUTO ((uint32_t)0xffffffff)

enum { SPARSE_D_MAX = 1024 }; /* numbers of a head */
enum { SPARSE_PAGE = 16 };    /* of Quest and RaaS */

/* Options that a policy looks at. */
enum {
	SPARSE_USES_BUDGET = 1,
	SPARSE_USES_PAGE = 2,
	SPARSE_USES_SINKS = 4,
	SPARSE_USES_RECENT = 8,
	SPARSE_USES_DENSE_LAYERS = 16,
	SPARSE_USES_KEEP_PROMPT = 32,
	SPARSE_USES_SEED = 64,
};

/* Options; SPARSE_AUTO takes the policy's own. */
struct sparse_opts {
	uint32_t budget;       /* tokens of a head, as said above */
	uint32_t page;         /* tokens of a page or block */
	uint32_t sinks;        /* first tokens that always stay */
	uint32_t recent;       /* last tokens that always stay */
	uint32_t dense_layers; /* the first layers attend to all */
	uint32_t keep_prompt;  /* 1: the prompt is never evicted */
	uint64_t seed;         /* of policies that draw lots */
};

struct sparse_shape {
	uint32_t n_layers, n_heads, n_kv_heads, d;
};

/* Slots [start, start + n). */
struct sparse_range {
	uint32_t start, n;
};

/* What a KV head's queries attend to: one list for all of its group, or one
 * for each. Kept between steps, so that nothing is allocated. */
struct sparse_pick {
	bool each;                  /* a list for each query of the group */
	struct sparse_list {
		struct sparse_range *ranges;
		size_t n, cap;
		uint32_t n_slots;
	} *lists;                   /* one for each query of the group */
};
void sparse_pick_add(struct sparse_list *list, uint32_t start, uint32_t n);

/* One head's part of a step. */
struct sparse_step {
	struct cache *cache;
	uint32_t layer, head;  /* KV head */
	uint32_t group;        /* queries that share it */
	uint32_t pos;          /* of the token */
	uint32_t prompt_end;   /* tokens of the prompt, for keep_prompt */
	uint32_t dense_end;    /* those before it were attended to densely: the
				  prompt, or all of a text that is fed again */
	const float *q;        /* [group][d], turned */
	const struct rope *rope;
};

struct sparse {
	const char *name;
	const char *about;     /* one line */
	const char *paper;
	unsigned uses;         /* SPARSE_USES_... */
	/* The prompt alone is cut: where it fits the budget, nothing is. */
	bool prompt_only;
	bool keeps;            /* evict() takes nothing out of the cache */
	/* Fills what is SPARSE_AUTO; the budget is known. NULL: nothing. */
	void (*defaults)(struct sparse_opts *o, const struct sparse_shape *s);
	/* What else must hold of the options; NULL: nothing. */
	bool (*check)(const struct sparse_opts *o, struct err *err);
	/* State over all layers; NULL: it has none. */
	void *(*create)(const struct sparse_opts *o,
			const struct sparse_shape *s);
	void (*destroy)(void *state);
	void *(*copy)(const void *state);
	/* step->q is [n_heads][d] of the layer. */
	void (*look)(void *state, const struct sparse_step *step);
	void (*select)(void *state, const struct sparse_step *step,
		       struct sparse_pick *pick);
	/* p: [group][stride] probabilities in the order of the pick. */
	void (*seen)(void *state, const struct sparse_step *step,
		     const struct sparse_pick *pick, const float *p,
		     size_t stride);
	void (*evict)(void *state, const struct sparse_step *step);
	/* Slots [0, n_moved) do not stand where their tokens do, seen from this
	 * step's query: place() is the position that each has. NULL: none is
	 * ever moved. */
	uint32_t (*n_moved)(const void *state, const struct sparse_step *step);
	uint32_t (*place)(const void *state, const struct sparse_step *step,
			  uint32_t slot);
};

extern const struct sparse *const sparse_rows[];
extern const size_t sparse_n_rows;
const struct sparse *sparse_find(const char *name); /* NULL: none */

/* All SPARSE_AUTO. */
extern const struct sparse_opts sparse_opts_auto;

/* Defaults in, and checked: false and a sentence that names the option. What
 * the policy does not use is neither checked nor kept. */
bool sparse_resolve(const struct sparse *row, struct sparse_opts *o,
		    const struct sparse_shape *s, struct err *err);

extern const struct sparse sparse_dense, sparse_sink, sparse_h2o, sparse_quest,
	sparse_infllm, sparse_raas, sparse_snapkv, sparse_tova, sparse_rkv,
	sparse_random;

/* For the policies: a window (recent) of at least one token, and less than the
 * budget; false and a sentence. */
bool sparse_check_window(const char *name, const struct sparse_opts *o,
			 struct err *err);

/* For the policies: the n largest of values[0..count) as rising indices into
 * out; among equals the first ones. work: count indices of scratch. */
void sparse_top(const float *values, uint32_t count, uint32_t n,
		uint32_t *out, uint32_t *work);
/* All that are at least the n-th largest (1 <= n <= count) less `slack`, as
 * rising indices into out, and how many; *nth is that one. Neither values nor
 * slack are beyond SPARSE_NEAR_MOST. out: 2 * count indices, those behind the
 * answer scratch. */
enum { SPARSE_NEAR_MOST = 1 << 30 };
uint32_t sparse_near(const int32_t *values, uint32_t count, uint32_t n,
		     int32_t slack, uint32_t *out, int32_t *nth);

#endif
