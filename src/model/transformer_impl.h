/*
 * transformer_impl.h - what a transformer is made of; for transformer.c,
 * transformer_attend.c, transformer_ahead.c and transformer_many.c.
 */
#ifndef LILSCOPE_TRANSFORMER_IMPL_H
#define LILSCOPE_TRANSFORMER_IMPL_H

#include "model/attend.h"
#include "model/transformer.h"

/* What one thread needs for attention. */
struct workbench {
	struct attend_bench attend;
	uint64_t *seen;     /* bits of slots: read by a query of the group */
	size_t seen_cap;
	/* By each token of the batch: a KV head's slots, each once. */
	uint64_t read_slots[TRANSFORMER_BATCH];
};

/* A KV head's attention at one token. */
struct shares {
	float *partials;    /* of each chunk of each list */
	float *p;           /* [group][slots], where the policy sees them */
	size_t partials_cap, p_cap;
};

struct transformer {
	const struct model *m;
	struct pool *pool;
	const struct sparse *policy;
	struct sparse_opts opts;
	struct sparse_shape shape;
	void *state;
	struct cache *cache;
	struct rope *ropes[2];       /* the second of layers with a window */
	uint32_t n, prompt_end, dense_end;
	bool evicted;

	float *x, *h, *q, *k, *v, *att, *gate, *up, *out;
	float *said;                 /* logits: rows of n_vocab */
	float *logits;               /* the row of the last token */
	float *router;               /* n_experts */
	struct kernel_x act, act2;
	struct sparse_pick *picks;   /* a KV head each */
	struct shares *shares;         /* a KV head each */
	struct workbench *workbenches; /* a thread each */
	/* A KV head of a layer: a row of words of bits; the last row is room
	 * for the sum of some. */
	uint64_t *read, *kept;       /* [n_layers * n_kv_heads + 1][n_words] */
	uint32_t n_words;
	uint64_t read_bytes;

	/* The batch at hand. */
	uint32_t n_batch, layer;
	/* Each row is the next token of another text; NULL: all are tokens of
	 * this one. */
	struct transformer *const *texts;
	uint32_t n_chunks;           /* of one token, in all KV heads */
	bool dense;                  /* a prompt, or a dense layer */

	/* Tokens that are in the cache behind the n of the text. */
	struct {
		uint32_t n, at;      /* at: which row of said they begin at */
		uint32_t cap;        /* rows of said, less the first */
		uint32_t ids[TRANSFORMER_AHEAD];
	} ahead;
};

/* Does this layer see no more than a window of tokens? */
static inline bool transformer_is_near(const struct transformer *t)
{
	return t->m->layers[t->layer].near;
}

/* How the present layer's keys and queries turn. */
static inline const struct rope *transformer_rope(const struct transformer *t)
{
	return t->ropes[transformer_is_near(t)];
}

/* Does the policy act on this layer? */
static inline bool transformer_is_sparse(const struct transformer *t,
					 uint32_t layer)
{
	return layer >= t->opts.dense_layers && !t->m->layers[layer].near;
}

/* The row of a KV head's pages in read and kept. */
static inline size_t transformer_row(const struct transformer *t,
				     uint32_t layer, uint32_t head)
{
	return ((size_t)layer * t->shape.n_kv_heads + head) * t->n_words;
}

/* Sets the bits of the pages that slots [start, start + n) are of. */
void transformer_mark(uint64_t *bits, const struct cache_head *h,
		      uint32_t start, uint32_t n);

/* The batch's queries, keys and values of the present layer are in q, k, v:
 * caches the latter, attends (into att), and lets the policy evict. */
void transformer_attend(struct transformer *t);

/* Each of texts attends with its row. */
void transformer_attend_each(struct transformer *t);

/* n tokens through all layers, n <= TRANSFORMER_BATCH. */
void transformer_run(struct transformer *t, const uint32_t *ids, uint32_t n);
/* Its parts: room for n more tokens of this text; the layers, for n rows; the
 * text has the n tokens. */
void transformer_begin(struct transformer *t, uint32_t n);
void transformer_layers(struct transformer *t, const uint32_t *ids, uint32_t n);
void transformer_end(struct transformer *t, uint32_t n);
/* What the last n tokens of the batch say, into the first n rows of said,
 * which has them; the first is that of logits. */
void transformer_say(struct transformer *t, uint32_t n);
/* Bytes of keys and values that token i of the batch has read. */
uint64_t transformer_read(const struct transformer *t, uint32_t i);
/* said has room for the last token and n beside it. */
void transformer_reach_said(struct transformer *t, uint32_t n);
/* What was read ahead is no more. */
void transformer_forget(struct transformer *t);
/* Bytes that it takes. */
uint64_t transformer_unsaid(const struct transformer *t);

/* The policy evicts as at the end of a prompt: all tokens so far. */
void transformer_evict_prompt(struct transformer *t);

#endif
