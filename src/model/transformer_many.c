/*
 * The first text's rows are those of the batch; the others are lent theirs for
 * as long as they attend.
 *
 *	text 0  text 1  text 2        q, k, v  ->  att
 *	row 0   row 1   row 2   of the first
 */
#include "model/transformer_impl.h"

#include <assert.h>
#include <string.h>

/* What a text attends with, and where to. */
struct lent {
	float *q, *k, *v, *att;
};

static struct lent swap_rows(struct transformer *t, struct lent rows)
{
	struct lent own = { t->q, t->k, t->v, t->att };

	t->q = rows.q;
	t->k = rows.k;
	t->v = rows.v;
	t->att = rows.att;
	return own;
}

void transformer_attend_each(struct transformer *t)
{
	struct transformer *const *texts = t->texts;
	size_t n_q = (size_t)t->shape.n_heads * t->shape.d;
	size_t n_kv = (size_t)t->shape.n_kv_heads * t->shape.d;
	struct lent all = { t->q, t->k, t->v, t->att };
	uint32_t n = t->n_batch;

	for (uint32_t i = 0; i < n; i++) {
		struct lent own = swap_rows(
			texts[i],
			(struct lent){ all.q + i * n_q, all.k + i * n_kv,
				       all.v + i * n_kv, all.att + i * n_q });

		texts[i]->n_batch = 1;
		transformer_attend(texts[i]);
		swap_rows(texts[i], own);
	}
	t->n_batch = n;
}

void transformer_step_many(struct transformer *const *texts,
			   const uint32_t *ids, uint32_t n)
{
	struct transformer *t = texts[0];
	size_t n_vocab = t->m->shape.n_vocab;

	assert(n > 0 && n <= TRANSFORMER_BATCH);
	for (uint32_t i = 0; i < n; i++) {
		assert(texts[i]->m == t->m);
		transformer_forget(texts[i]);
		transformer_begin(texts[i], 1);
	}
	transformer_reach_said(t, n - 1);
	t->texts = texts;
	transformer_layers(t, ids, n);
	transformer_say(t, n);
	t->texts = NULL;
	for (uint32_t i = 0; i < n; i++) {
		transformer_end(texts[i], 1);
		texts[i]->logits = texts[i]->said;
		if (i)
			memcpy(texts[i]->said, t->said + i * n_vocab,
			       n_vocab * sizeof(*t->said));
	}
}
