/*
 * Only what is surely taken is counted, so that nothing is refused that would
 * have been done: not what a policy notes of its pages, nor the heap's own. But
 * where a process is limited in addresses nothing can be had beyond: there what
 * a step may take at once stays free, and a text ends before it is gone.
 */
#include "decode/need.h"

#include <stdio.h>

#include "base/big.h"
#include "base/buf.h"
#include "base/num.h"
#include "system/say.h"

/* --- what it takes ------------------------------------------------------ */

/* Rows of a batch, and what is of the vocabulary's size: logits, and their
 * candidates (an id and a number). */
static double buffers(const struct model_shape *s, uint32_t n_rows)
{
	double ff = MAX(MAX(s->n_ff, s->n_ff_expert), s->n_ff_shared);
	double heads = 2.0 * s->d_head * ((double)s->n_heads + s->n_kv_heads);

	return n_rows * sizeof(float) * (3.0 * s->n_embd + heads + 2 * ff) +
	       s->n_vocab * (2.0 * sizeof(float) + sizeof(uint32_t));
}

/* Tokens that a layer holds when the text has n, where it holds most. */
static uint32_t kept(const struct need *need, uint32_t layer, uint32_t n)
{
	const struct model *m = need->model;

	if (m->layers[layer].near)
		return MIN(n, m->shape.window);
	if (!need->policy->evict || need->policy->keeps ||
	    need->policy->prompt_only ||
	    layer < need->sparse.dense_layers)
		return n;
	return MIN(n, MAX(need->n_prompt, need->sparse.budget));
}

/* Bytes of a layer's token. */
static double slot_of(const struct model *m, enum ggml_type kv)
{
	return m->shape.n_kv_heads *
	       (2.0 * (double)quant_row_bytes(quant_of(kv), m->shape.d_head) +
		sizeof(uint32_t));
}

static double cache(const struct need *need, uint32_t n)
{
	const struct model_shape *s = &need->model->shape;
	double slot = slot_of(need->model, need->kv);
	double slots = 0;

	for (uint32_t i = 0; i < s->n_layers; i++)
		slots += kept(need, i, n);
	return slots * slot;
}

static double text_bytes(const struct need *need, uint32_t n, uint32_t n_rows)
{
	return buffers(&need->model->shape, n_rows) + cache(need, n);
}

/* A list grows by half, is copied then, and leaves what others are too large
 * for. */
enum { LISTS_GROWN = 3 };

/* Places and pages of each head; of the text ids, times, what was read. */
static double lists(const struct need *need, uint32_t n)
{
	const struct model_shape *s = &need->model->shape;
	double slot = s->n_kv_heads * (sizeof(uint32_t) +
				       (double)sizeof(void *) / CACHE_PAGE);
	double token = sizeof(uint32_t) + sizeof(double) +
		       2.0 * (s->n_layers + 1) / 8 + need->token_bytes;
	double all = n * token;

	for (uint32_t i = 0; i < s->n_layers; i++)
		all += kept(need, i, n) * slot;
	return LISTS_GROWN * all;
}

/* A batch as the matrices want it, twice: a word for each number, or a byte
 * and the scales of blocks; and those that stay floats. */
static double arranged(const struct model_shape *s)
{
	double ff = MAX(MAX(s->n_ff, s->n_ff_expert), s->n_ff_shared);
	double heads = (double)s->d_head * s->n_heads;

	return TRANSFORMER_BATCH * 3.0 * (s->n_embd + MAX(ff, heads));
}

double need_bytes(const struct need *need, uint32_t n)
{
	return need->n_texts * text_bytes(need, n, TRANSFORMER_BATCH);
}

/* Pages come in slabs, one of which may be cut from two; lists of places grow
 * by as much again, and a policy notes what it likes. */
double need_step(const struct model *m, enum ggml_type kv, uint32_t n)
{
	const struct model_shape *s = &m->shape;
	double pages = s->n_layers * slot_of(m, kv) * CACHE_PAGE;
	double lists = (double)s->n_layers * s->n_kv_heads * n *
		       sizeof(uint32_t);

	return pages + 2.0 * BIG_SLAB + 2 * lists + NEED_HEAP_BYTES;
}

double need_room(const struct need *need, uint32_t n)
{
	const struct model_shape *s = &need->model->shape;
	struct need whole = *need;
	double decoder = buffers(s, TRANSFORMER_BATCH) + arranged(s);
	double notes = need->policy == &sparse_dense ? 0 : cache(need, n) / 4;
	double text;

	if (need->all_kept)
		whole.policy = &sparse_dense;
	text = cache(&whole, n) + lists(&whole, n);
	text *= need->apart ? 2 : 1;
	text += decoder * (1 + need->n_ways) + notes + need->thread_bytes +
		BIG_SLAB;
	return (need->n_texts + need->n_later) * text +
	       need_step(need->model, need->kv, n) +
	       (need->warm ? decoder + BIG_SLAB : 0);
}

/* --- whether there is so much ------------------------------------------- */

/* A process may be limited in addresses, so all of a buffer counts; all of
 * them together in what they touch. */
static double asked(const struct need *need, enum spare_of of, uint32_t n)
{
	if (of == SPARE_ULIMIT)
		return need_room(need, n);
	return (double)need->n_processes * need->n_texts *
	       text_bytes(need, n, MIN(need->n_prompt, TRANSFORMER_BATCH));
}

/* Who lacks most of what n tokens take; SPARE_KINDS: nobody lacks any. */
static enum spare_of short_of(const struct need *need,
			      const struct memory_left *left, uint32_t n)
{
	enum spare_of who = SPARE_KINDS;
	double most = 0;

	for (int of = 0; of < SPARE_KINDS; of++) {
		double lack = asked(need, (enum spare_of)of, n) -
			      (double)left->bytes[of];

		if (lack > most) {
			who = (enum spare_of)of;
			most = lack;
		}
	}
	return who;
}

/* The longest text there is memory for, of [least, most]; 0: none. */
static uint32_t longest(const struct need *need, const struct memory_left *left,
			uint32_t least, uint32_t most)
{
	if (short_of(need, left, least) != SPARE_KINDS)
		return 0;
	while (least < most) {
		uint32_t mid = most - (most - least) / 2;

		if (short_of(need, left, mid) == SPARE_KINDS)
			least = mid;
		else
			most = mid - 1;
	}
	return least;
}

/* The next smaller kind of cache, if the heads can be kept so. */
static const char *smaller_kv(const struct need *need)
{
	static const struct {
		enum ggml_type from, to;
	} steps[] = { { GGML_F32, GGML_F16 },
		      { GGML_F16, GGML_Q8_0 },
		      { GGML_Q8_0, GGML_Q4_0 } };

	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (steps[i].from == need->kv &&
		    cache_fits(steps[i].to, need->model->shape.d_head, NULL))
			return cache_type_name(steps[i].to);
	return NULL;
}

static bool refuse(const struct need *need, const struct memory_left *left,
		   uint32_t n, uint32_t fits, struct err *err)
{
	enum spare_of of = short_of(need, left, n);
	double runs = of == SPARE_ULIMIT ?
			      need->n_texts + need->n_later :
			      (double)need->n_texts * need->n_processes;
	double all = asked(need, of, n);
	double keys = runs * cache(need, n);
	char tokens[NUM_BYTES], size[3][NUM_BYTES], predict[64] = "",
		kv[32] = "", times[48] = "";

	if (runs > 1)
		snprintf(times, sizeof(times), " in each of %.0f texts", runs);
	if (fits)
		snprintf(predict, sizeof(predict), "--predict %u or less, ",
			 fits - need->n_prompt);
	if (smaller_kv(need))
		snprintf(kv, sizeof(kv), "--kv %s, ", smaller_kv(need));
	return err_set(err,
		       "keys and values of %s tokens%s take %s, the rest of "
		       "decoding %s, and %s has %s left: take %s%s%sa smaller "
		       "model",
		       num_count(tokens, n), times,
		       num_size(size[0], (uint64_t)keys),
		       num_size(size[1], (uint64_t)(all - keys)),
		       spare_name(of), num_size(size[2], left->bytes[of]),
		       predict, kv, need->others);
}

bool need_fits(struct need *need, const struct memory_left *left,
	       struct err *err)
{
	uint32_t n_ctx = need->model->shape.n_ctx;
	uint32_t least = MIN(need->n_prompt + 1, n_ctx);
	uint32_t more = n_ctx - need->n_prompt;
	uint32_t n = need->n_prompt +
		     (need->n_predict ? MIN(need->n_predict, more) : more);
	uint32_t fits = longest(need, left, least, n);

	if (fits == n)
		return true;
	if (need->n_predict || !fits)
		return refuse(need, left, fits ? n : least, fits, err);
	need->n_predict = fits - need->n_prompt;
	return true;
}

void need_say(const struct need *need, const struct memory_left *left)
{
	double weights = (double)need->model->weight_bytes;
	char size[2][NUM_BYTES];
	struct err note = { "" };

	for (int of = SPARE_MACHINE; of <= SPARE_CGROUP; of++)
		if (asked(need, (enum spare_of)of, need->n_prompt + 1) +
			    weights >
		    (double)left->bytes[of])
			err_set(&note,
				"the weights are %s and %s has %s left, so "
				"they are read from the file again for each "
				"token, which is slow",
				num_size(size[0], (uint64_t)weights),
				spare_name((enum spare_of)of),
				num_size(size[1], left->bytes[of]));
	if (note.text[0])
		say(stderr, note.text);
}
