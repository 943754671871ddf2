/*
 * A piece finds its slab by its address, for slabs lie at multiples of their
 * size; a mark is how often the piece is held or, while nobody does, the next
 * free one of its slab.
 */
#include "model/slabs.h"

#include <assert.h>

#include "base/big.h"
#include "base/buf.h"

enum { LINE_BYTES = 64 };

struct slab {
	struct slab *prev, *next; /* of those that have a free piece */
	uint32_t n_used;
	uint32_t free;            /* n_pieces: none */
	uint32_t marks[];
};

struct slabs {
	size_t piece_bytes, first; /* where a slab's pieces begin */
	uint32_t n_pieces;         /* in a slab */
	uint32_t refs, n_slabs;
	struct slab *open;         /* with a free piece */
};

struct slabs *slabs_new(size_t n_bytes)
{
	struct slabs *s = mem_zalloc(sizeof(*s));

	assert(n_bytes > 0 && n_bytes <= SLABS_PIECE_MAX);
	s->refs = 1;
	s->piece_bytes = (n_bytes + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
	s->n_pieces = (uint32_t)((BIG_SLAB - sizeof(struct slab) - LINE_BYTES) /
				 (s->piece_bytes + sizeof(uint32_t)));
	s->first = BIG_SLAB - s->n_pieces * s->piece_bytes;
	return s;
}

struct slabs *slabs_share(struct slabs *s)
{
	s->refs++;
	return s;
}

void slabs_free(struct slabs *s)
{
	if (!s || --s->refs)
		return;
	assert(s->n_slabs == 0);
	mem_free(s);
}

static struct slab *slab_of(const void *piece)
{
	return (struct slab *)((uintptr_t)piece / BIG_SLAB * BIG_SLAB);
}

static uint32_t *mark_of(const struct slabs *s, const void *piece)
{
	struct slab *slab = slab_of(piece);
	size_t at = (size_t)((const char *)piece - (char *)slab) - s->first;

	return &slab->marks[at / s->piece_bytes];
}

static void link_open(struct slabs *s, struct slab *slab)
{
	slab->prev = NULL;
	slab->next = s->open;
	if (s->open)
		s->open->prev = slab;
	s->open = slab;
}

static void unlink_open(struct slabs *s, struct slab *slab)
{
	if (slab->prev)
		slab->prev->next = slab->next;
	else
		s->open = slab->next;
	if (slab->next)
		slab->next->prev = slab->prev;
}

static void add_slab(struct slabs *s)
{
	struct slab *slab = big_slab(s->n_slabs > 0);

	for (uint32_t i = 0; i < s->n_pieces; i++)
		slab->marks[i] = i + 1;
	s->n_slabs++;
	link_open(s, slab);
}

void *slabs_get(struct slabs *s)
{
	struct slab *slab;
	uint32_t i;

	if (!s->open)
		add_slab(s);
	slab = s->open;
	i = slab->free;
	slab->free = slab->marks[i];
	slab->marks[i] = 1;
	if (++slab->n_used == s->n_pieces)
		unlink_open(s, slab);
	return (char *)slab + s->first + i * s->piece_bytes;
}

void slabs_take(struct slabs *s, void *piece)
{
	++*mark_of(s, piece);
}

void slabs_put(struct slabs *s, void *piece)
{
	struct slab *slab = slab_of(piece);
	uint32_t *mark = mark_of(s, piece);

	if (--*mark)
		return;
	*mark = slab->free;
	slab->free = (uint32_t)(mark - slab->marks);
	if (slab->n_used-- == s->n_pieces)
		link_open(s, slab);
	if (slab->n_used)
		return;
	unlink_open(s, slab);
	big_slab_free(slab);
	s->n_slabs--;
}

bool slabs_alone(const struct slabs *s, const void *piece)
{
	return *mark_of(s, piece) == 1;
}
