/*
 * The code of a set, one group for each token at which it changes:
 *
 *	tokens since the group before
 *	how many pages come or go
 *	their numbers, rising: each as the gap to the one before
 *
 * all as varints. Every now and then the whole set is written to `states` (a
 * group without its first number), so that a walk can begin near its place; a
 * state is written when the code has grown by several times its size, so
 * states are a small part of all.
 */
#include "trace/pages.h"

#include <assert.h>
#include <string.h>

enum {
	WORD_BITS = 64,
	STATE_GAP_BYTES = 4 * 1024, /* code between states, at least */
	STATE_GAP_TIMES = 4,	    /* ... and so many times the last one */
};

/* The set as it was after the group that ends at code_at. */
struct pages_state {
	uint32_t token;
	size_t code_at, state_at;
};

/* One kind in one layer. */
struct set {
	uint64_t *now, *next; /* bit i: page i */
	size_t n_words, now_cap, next_cap;
	bool begun; /* next is being told */
	struct buf code, states;
	struct pages_state *index;
	size_t n_index, index_cap;
	uint32_t token;	    /* of the last group */
	size_t state_bytes; /* of the last state */
};

struct layer {
	struct set sets[PAGES_KINDS];
};

struct pages {
	struct layer *layers;
	uint32_t n_layers;
	size_t layers_cap;
	uint32_t n_pages, first;
};

struct pages *pages_new(void)
{
	struct pages *p = mem_zalloc(sizeof(*p));

	p->first = PAGES_NEVER;
	return p;
}

static void set_release(struct set *set)
{
	mem_free(set->now);
	mem_free(set->next);
	mem_free(set->index);
	buf_release(&set->code);
	buf_release(&set->states);
}

void pages_free(struct pages *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->n_layers; i++)
		for (int k = 0; k < PAGES_KINDS; k++)
			set_release(&p->layers[i].sets[k]);
	mem_free(p->layers);
	mem_free(p);
}

uint32_t pages_n_layers(const struct pages *p)
{
	return p->n_layers;
}

uint32_t pages_n(const struct pages *p)
{
	return p->n_pages;
}

uint32_t pages_first(const struct pages *p)
{
	return p->first;
}

static size_t set_bytes(const struct set *set)
{
	return (set->now_cap + set->next_cap) * sizeof(*set->now) +
	       set->index_cap * sizeof(*set->index) + set->code.cap +
	       set->states.cap;
}

size_t pages_memory_bytes(const struct pages *p)
{
	size_t n_bytes = sizeof(*p) + p->layers_cap * sizeof(*p->layers);

	for (uint32_t i = 0; i < p->n_layers; i++)
		for (int k = 0; k < PAGES_KINDS; k++)
			n_bytes += set_bytes(&p->layers[i].sets[k]);
	return n_bytes;
}

/* --- writing ------------------------------------------------------------ */

static struct set *set_at(struct pages *p, uint32_t layer, enum pages_kind kind)
{
	if (layer >= PAGES_LAYERS_MAX)
		return NULL;
	if (layer >= p->n_layers) {
		p->layers = grow(p->layers, &p->layers_cap, layer + 1,
				 sizeof(*p->layers));
		memset(p->layers + p->n_layers, 0,
		       (layer + 1 - p->n_layers) * sizeof(*p->layers));
		p->n_layers = layer + 1;
	}
	return &p->layers[layer].sets[kind];
}

void pages_begin(struct pages *p, uint32_t layer, enum pages_kind kind)
{
	struct set *set = set_at(p, layer, kind);

	if (!set)
		return;
	set->begun = true;
	if (set->n_words)
		memset(set->next, 0, set->n_words * sizeof(*set->next));
}

static void widen(struct set *set, size_t n_words)
{
	size_t more = n_words - set->n_words;

	set->now = grow(set->now, &set->now_cap, n_words, sizeof(*set->now));
	set->next =
		grow(set->next, &set->next_cap, n_words, sizeof(*set->next));
	memset(set->now + set->n_words, 0, more * sizeof(*set->now));
	memset(set->next + set->n_words, 0, more * sizeof(*set->next));
	set->n_words = n_words;
}

void pages_add(struct pages *p, uint32_t layer, enum pages_kind kind,
	       uint32_t page)
{
	struct set *set = set_at(p, layer, kind);
	size_t i_word = page / WORD_BITS;

	if (!set || page >= PAGES_NUMBER_MAX)
		return;
	assert(set->begun);
	if (i_word >= set->n_words)
		widen(set, i_word + 1);
	set->next[i_word] |= (uint64_t)1 << page % WORD_BITS;
	p->n_pages = MAX(p->n_pages, page + 1);
}

static void put(struct buf *out, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_putc(out, (char)(value | 0x80));
	buf_putc(out, (char)value);
}

/* The bits of a ^ b (b may be NULL: zeros), as a count and gaps. */
static void put_bits(struct buf *out, const uint64_t *a, const uint64_t *b,
		     size_t n_words)
{
	uint32_t count = 0, before = 0;

	for (size_t i = 0; i < n_words; i++)
		count += (uint32_t)__builtin_popcountll(a[i] ^ (b ? b[i] : 0));
	put(out, count);
	for (size_t i = 0; i < n_words && count; i++) {
		uint64_t bits = a[i] ^ (b ? b[i] : 0);

		for (; bits; bits &= bits - 1) {
			uint32_t page = (uint32_t)(i * WORD_BITS) +
					(uint32_t)__builtin_ctzll(bits);

			put(out, page - before);
			before = page;
		}
	}
}

static void put_state(struct set *set)
{
	size_t before = set->states.len;

	set->index = grow(set->index, &set->index_cap, set->n_index + 1,
			  sizeof(*set->index));
	set->index[set->n_index++] =
		(struct pages_state){ set->token, set->code.len, before };
	put_bits(&set->states, set->now, NULL, set->n_words);
	set->state_bytes = set->states.len - before;
}

static bool wants_state(const struct set *set)
{
	size_t since = set->code.len;

	if (set->n_index)
		since -= set->index[set->n_index - 1].code_at;
	return since >=
	       MAX((size_t)STATE_GAP_BYTES, STATE_GAP_TIMES * set->state_bytes);
}

static void set_token(struct set *set, uint32_t i_token)
{
	size_t n_bytes = set->n_words * sizeof(*set->now);
	bool changes = set->begun && n_bytes &&
		       memcmp(set->now, set->next, n_bytes) != 0;

	set->begun = false;
	if (!changes)
		return;
	put(&set->code, i_token - set->token);
	put_bits(&set->code, set->now, set->next, set->n_words);
	memcpy(set->now, set->next, n_bytes);
	set->token = i_token;
	if (wants_state(set))
		put_state(set);
}

void pages_token(struct pages *p, uint32_t i_token)
{
	p->first = MIN(p->first, i_token);
	for (uint32_t i = 0; i < p->n_layers; i++)
		for (int k = 0; k < PAGES_KINDS; k++)
			set_token(&p->layers[i].sets[k], i_token);
}

/* --- reading ------------------------------------------------------------ */

/* How many states lie at or before the token. */
static size_t states_before(const struct set *set, uint32_t token)
{
	size_t low = 0, high = set->n_index;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (set->index[mid].token <= token)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void pages_walk_from(struct pages_walk *w, const struct pages *p,
		     uint32_t layer, enum pages_kind kind, uint32_t token)
{
	const struct set *set = &p->layers[layer].sets[kind];
	const unsigned char *code = (const unsigned char *)set->code.data;
	size_t n = states_before(set, token);

	assert(layer < p->n_layers);
	*w = (struct pages_walk){ .rest = code, .end = code };
	if (code)
		w->end += set->code.len;
	if (!n)
		return;
	w->at = (const unsigned char *)set->states.data +
		set->index[n - 1].state_at;
	w->rest += set->index[n - 1].code_at;
	w->token = set->index[n - 1].token;
	w->left = pages_varint(&w->at);
}

bool pages_next_token(struct pages_walk *w)
{
	if (w->in_code)
		w->rest = w->at;
	w->in_code = true;
	w->at = w->rest;
	if (w->rest == w->end)
		return false;
	w->token += pages_varint(&w->at);
	w->left = pages_varint(&w->at);
	w->page = 0;
	return true;
}
