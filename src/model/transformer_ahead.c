/*
 * Several tokens are read in a pass: each attends to those before it, so the
 * later ones change nothing of the earlier ones, and what turns out never to
 * have been said is cut off the cache again.
 *
 *	text          n         n + ahead.n
 *	|-------------|=========|             cache
 *	             said[at]   said[at + ahead.n]
 */
#include "model/transformer_impl.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"

bool transformer_can_read_ahead(const struct transformer *t)
{
	const struct sparse *p = t->policy;

	return !p->look && !p->select && !p->seen && !p->evict;
}

uint32_t transformer_n_ahead(const struct transformer *t)
{
	return t->ahead.n;
}

uint64_t transformer_unsaid(const struct transformer *t)
{
	return (uint64_t)t->ahead.n * t->shape.n_layers * t->shape.n_kv_heads *
	       2 * t->cache->row_bytes;
}

void transformer_forget(struct transformer *t)
{
	uint32_t n_heads = t->cache->n_layers * t->cache->n_heads;

	for (uint32_t i = 0; i < n_heads && t->ahead.n; i++) {
		struct cache_head *h = &t->cache->heads[i];

		cache_cut(t->cache, h, h->n - t->ahead.n);
	}
	t->ahead.n = 0;
}

/* The token was read ahead: nothing is left to do. */
static bool was_read(struct transformer *t, uint32_t id)
{
	if (!t->ahead.n || t->ahead.ids[t->ahead.at] != id)
		return false;
	t->ahead.n--;
	t->ahead.at++;
	t->n++;
	t->logits += t->m->shape.n_vocab;
	t->read_bytes = transformer_read(t, t->ahead.at);
	return true;
}

void transformer_reach_said(struct transformer *t, uint32_t n)
{
	size_t row_bytes = t->m->shape.n_vocab * sizeof(*t->said);

	if (n <= t->ahead.cap)
		return;
	t->ahead.cap = n;
	t->said = mem_resize(t->said, (n + 1) * row_bytes);
}

bool transformer_step_ahead(struct transformer *t, uint32_t id,
			    const uint32_t *likely, uint32_t n)
{
	uint32_t ids[TRANSFORMER_AHEAD + 1] = { id };

	assert(n <= TRANSFORMER_AHEAD);
	assert(!n || transformer_can_read_ahead(t));
	if (was_read(t, id))
		return true;
	transformer_forget(t);
	transformer_reach_said(t, n);
	if (n) {
		memcpy(ids + 1, likely, n * sizeof(*ids));
		memcpy(t->ahead.ids, likely, n * sizeof(*ids));
	}
	transformer_run(t, ids, n + 1);
	transformer_say(t, n + 1);
	t->n -= n;
	t->ahead.n = n;
	t->ahead.at = 0;
	t->read_bytes = transformer_read(t, 0);
	return false;
}
