/*
 * transformer.h - a model at work on one text: tokens in, logits out, with a
 * policy that says what attention reads and the cache keeps.
 *
 *	transformer_prompt()  many tokens at once, attended to densely
 *	transformer_step()    one token, by the policy
 *
 * Nothing is allocated in a step once the longest one was seen. Logits do not
 * depend on the number of threads.
 */
#ifndef LILSCOPE_TRANSFORMER_H
#define LILSCOPE_TRANSFORMER_H

#include "model/model.h"
#include "model/pool.h"
#include "model/sparse.h"

enum {
	TRANSFORMER_BATCH = 256, /* tokens of a prompt at once */
	/* tokens read ahead at most: less than KERNEL_MANY, as with so many
	 * logits are no longer those of a token alone to the bit */
	TRANSFORMER_AHEAD = 15,
};

struct transformer;

/* What policies know of a model. */
struct sparse_shape transformer_shape(const struct model *m);

/* The model and the pool must outlive it; opts as resolved. kv: F16, F32. */
struct transformer *transformer_new(const struct model *m, struct pool *pool,
				    enum ggml_type kv,
				    const struct sparse *policy,
				    const struct sparse_opts *opts);
void transformer_free(struct transformer *t); /* NULL is fine */

/* The same place in the same text; pages of the cache are shared until one
 * of the two writes to them. */
struct transformer *transformer_copy(const struct transformer *t);

/* n ids (>= 1), the last of which gives the logits. Ids are < n_vocab. The
 * first n_prompt tokens of the whole text are what --keep-prompt keeps. */
void transformer_prompt(struct transformer *t, const uint32_t *ids, uint32_t n,
			uint32_t n_prompt);
void transformer_step(struct transformer *t, uint32_t id);

/*
 * A step, and the n <= TRANSFORMER_AHEAD ids that are thought to follow are
 * read in the same pass. Where the next steps are of these ids they cost
 * nothing; the first that is of another, and all other calls that change
 * anything, throw away what is left. Logits are those of single steps, to the
 * bit. Only where it can: under a policy that reads and keeps everything, as
 * others choose by what came before. True: it had been read.
 */
bool transformer_step_ahead(struct transformer *t, uint32_t id,
			    const uint32_t *likely, uint32_t n);
bool transformer_can_read_ahead(const struct transformer *t);
/* Tokens that were read ahead and are left. */
uint32_t transformer_n_ahead(const struct transformer *t);

/*
 * A step of each of n texts of the same model, 1 <= n <= TRANSFORMER_BATCH, the
 * next tokens of which go through the matrices together: weights are read once
 * for all. Each attends by its own policy. With fewer than KERNEL_MANY
 * (kernel_impl.h) texts the logits are those of single steps, to the bit; with
 * more they are rounded as a prompt's are.
 */
void transformer_step_many(struct transformer *const *texts,
			   const uint32_t *ids, uint32_t n);

/* n_vocab, of the last token; until the next call. */
const float *transformer_logits(const struct transformer *t);
uint32_t transformer_n(const struct transformer *t); /* tokens so far */

/* What the last step read and what is kept: CACHE_PAGE positions a page, as
 * bits, over all sparse layers (all layers if none is sparse), of a layer, or
 * of one of its KV heads. Until the next call of these. */
struct transformer_pages {
	const uint64_t *read, *kept; /* bit i: page i */
	uint32_t n;                  /* pages so far */
};
struct transformer_pages transformer_pages(struct transformer *t);
struct transformer_pages transformer_layer_pages(struct transformer *t,
						 uint32_t layer);
struct transformer_pages transformer_head_pages(struct transformer *t,
						uint32_t layer, uint32_t head);

/* Bytes: of keys and values that the last step read; that the cache holds;
 * that its tokens take. */
struct transformer_bytes {
	uint64_t read, held, used;
};
struct transformer_bytes transformer_bytes(const struct transformer *t);

/* Has the policy thrown anything away? Then a change of the policy, or going
 * back, needs the text again. */
bool transformer_has_evicted(const struct transformer *t);
/* Another policy from here on, which may evict at once: the text so far is to
 * it as a prompt. Not after an eviction, nor to one that wants to have seen
 * (sparse.h). */
void transformer_set_policy(struct transformer *t, const struct sparse *policy,
			    const struct sparse_opts *opts);
/* Goes back to the first n tokens, where that can be: not after an eviction,
 * nor to where a layer's window reaches further back than is kept of it (twice
 * its length, at least). */
bool transformer_can_cut(const struct transformer *t, uint32_t n);
void transformer_cut(struct transformer *t, uint32_t n);

#endif
