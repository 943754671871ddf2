/*
 * The code of a layer, one group for each token at which something changes:
 *
 *	tokens since the group before
 *	how many kept pages come or go, then that many numbers
 *	how many read pages come or go, then that many numbers
 *
 * Numbers rise; each is the gap to the one before it. All are varints: seven
 * bits a byte, low ones first. Every now and then the whole sets are written
 * to `states` (a group without its first number), so that a walk can begin
 * near its place; a state is written when the code has grown by several times
 * its size, so states are a small part of all.
 */
#include "trace/pages.h"

#include <assert.h>
#include <string.h>

enum {
	WORD_BITS = 64,
	STATE_GAP_BYTES = 16 * 1024, /* code between states, at least */
	STATE_GAP_TIMES = 4,	     /* ... and so many times the last one */
};

struct set {
	uint64_t *now, *next; /* bit i: page i */
	size_t n_words, now_cap, next_cap;
	bool begun; /* next is being told */
};

/* The sets as they were after the group that ends at code_at. */
struct state {
	uint32_t token;
	size_t code_at, state_at;
};

struct layer {
	struct set sets[PAGES_KINDS];
	struct buf code, states;
	struct state *index;
	size_t n_index, index_cap;
	uint32_t token;	    /* of the last group */
	size_t state_bytes; /* of the last state */
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

void pages_free(struct pages *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->n_layers; i++) {
		struct layer *l = &p->layers[i];

		for (int k = 0; k < PAGES_KINDS; k++) {
			mem_free(l->sets[k].now);
			mem_free(l->sets[k].next);
		}
		buf_release(&l->code);
		buf_release(&l->states);
		mem_free(l->index);
	}
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

size_t pages_memory_bytes(const struct pages *p)
{
	size_t n_bytes = sizeof(*p) + p->layers_cap * sizeof(*p->layers);

	for (uint32_t i = 0; i < p->n_layers; i++) {
		const struct layer *l = &p->layers[i];

		n_bytes += l->code.cap + l->states.cap +
			   l->index_cap * sizeof(*l->index);
		for (int k = 0; k < PAGES_KINDS; k++)
			n_bytes += (l->sets[k].now_cap + l->sets[k].next_cap) *
				   sizeof(uint64_t);
	}
	return n_bytes;
}

/* ---- writing ----------------------------------------------------------- */

static struct layer *layer_at(struct pages *p, uint32_t layer)
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
	return &p->layers[layer];
}

void pages_begin(struct pages *p, uint32_t layer, enum pages_kind kind)
{
	struct layer *l = layer_at(p, layer);
	struct set *set;

	if (!l)
		return;
	set = &l->sets[kind];
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
	struct layer *l = layer_at(p, layer);
	struct set *set;
	size_t i_word = page / WORD_BITS;

	if (!l || page >= PAGES_NUMBER_MAX)
		return;
	set = &l->sets[kind];
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

static bool changes(const struct set *set)
{
	return set->begun && set->n_words &&
	       memcmp(set->now, set->next, set->n_words * sizeof(*set->now)) !=
		       0;
}

static void put_state(struct layer *l)
{
	size_t before = l->states.len;

	l->index = grow(l->index, &l->index_cap, l->n_index + 1,
			sizeof(*l->index));
	l->index[l->n_index++] =
		(struct state){ l->token, l->code.len, before };
	for (int k = 0; k < PAGES_KINDS; k++)
		put_bits(&l->states, l->sets[k].now, NULL, l->sets[k].n_words);
	l->state_bytes = l->states.len - before;
}

static bool wants_state(const struct layer *l)
{
	size_t since = l->code.len;

	if (l->n_index)
		since -= l->index[l->n_index - 1].code_at;
	return since >=
	       MAX((size_t)STATE_GAP_BYTES, STATE_GAP_TIMES * l->state_bytes);
}

static void layer_token(struct layer *l, uint32_t i_token)
{
	bool any = false;

	for (int k = 0; k < PAGES_KINDS; k++)
		any = any || changes(&l->sets[k]);
	if (any)
		put(&l->code, i_token - l->token);
	for (int k = 0; k < PAGES_KINDS; k++) {
		struct set *set = &l->sets[k];
		size_t n_bytes = set->n_words * sizeof(*set->now);

		if (any && changes(set)) {
			put_bits(&l->code, set->now, set->next, set->n_words);
			memcpy(set->now, set->next, n_bytes);
		} else if (any) {
			put(&l->code, 0);
		}
		set->begun = false;
	}
	if (!any)
		return;
	l->token = i_token;
	if (wants_state(l))
		put_state(l);
}

void pages_token(struct pages *p, uint32_t i_token)
{
	p->first = MIN(p->first, i_token);
	for (uint32_t i = 0; i < p->n_layers; i++)
		layer_token(&p->layers[i], i_token);
}

/* ---- reading ----------------------------------------------------------- */

static uint32_t get(const struct buf *in, size_t *at)
{
	uint32_t value = 0;
	unsigned shift = 0;
	unsigned char byte;

	do {
		byte = (unsigned char)in->data[(*at)++];
		value |= (uint32_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return value;
}

void pages_walk_from(struct pages_walk *w, const struct pages *p,
		     uint32_t layer, uint32_t token)
{
	const struct layer *l = &p->layers[layer];
	size_t low = 0, high = l->n_index;

	assert(layer < p->n_layers);
	*w = (struct pages_walk){ .pages = p,
				  .layer = layer,
				  .kind = PAGES_KINDS };
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->index[mid].token <= token)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return;
	w->in_state = true;
	w->at = l->index[low - 1].state_at;
	w->code_at = l->index[low - 1].code_at;
	w->token = l->index[low - 1].token;
	w->kind = -1;
}

/* To the next set of this group, or to the next group; false at the end. */
static bool next_set(struct pages_walk *w, const struct layer *l)
{
	if (w->kind == PAGES_KINDS - 1 && w->in_state) {
		w->in_state = false;
		w->at = w->code_at;
		w->kind = PAGES_KINDS;
	} else if (w->kind < PAGES_KINDS) {
		w->kind++;
	}
	if (w->kind == PAGES_KINDS) {
		if (w->at >= l->code.len)
			return false;
		w->token += get(&l->code, &w->at);
		w->kind = 0;
	}
	w->left = get(w->in_state ? &l->states : &l->code, &w->at);
	w->page = 0;
	return true;
}

bool pages_next(struct pages_walk *w, struct pages_event *event)
{
	const struct layer *l = &w->pages->layers[w->layer];

	while (!w->left)
		if (!next_set(w, l))
			return false;
	w->left--;
	w->page += get(w->in_state ? &l->states : &l->code, &w->at);
	*event = (struct pages_event){ (enum pages_kind)w->kind, w->token,
				       w->page };
	return true;
}
