/*
 * merge.h - pieces of text join to tokens: the one engine of all tokenizers.
 *
 * From single bytes or characters on, again and again the two neighbours of
 * lowest rank join, the leftmost of equals, until no two can. What may join:
 *
 *	with a list of merges   the pairs of the list, ranked by their place
 *	                        (byte-level BPE; Sennrich et al. 2016, GPT-2)
 *	with an order           two whose bytes together are a token, ranked by
 *	                        its score (SentencePiece; Kudo, Richardson 2018)
 *	with neither            the same, ranked by the token's id
 */
#ifndef LILSCOPE_MERGE_H
#define LILSCOPE_MERGE_H

#include "token/lookup.h"

/* A vocabulary. All zero is empty; not changed once it is used. */
struct tokens {
	uint32_t n;
	char *memory;           /* what text points into; owned */
	const char *text;       /* the tokens' bytes, end to end */
	uint32_t *start;        /* n + 1: where each begins */
	uint32_t longest;       /* bytes of the longest that text becomes */
	struct lookup by_bytes; /* those that text becomes */
	uint32_t byte[256];     /* the token of each byte, or TOKEN_NONE */
	uint32_t *order;        /* n: by score, the best first; or NULL */
	bool characters;        /* not bytes are joined but characters */
	uint32_t *pairs;        /* n_merges * 2 ids; NULL: no list */
	uint32_t *pair_start;   /* n_merges + 1: their bytes, for by_pair */
	uint32_t *joined;       /* n_merges: the token that the pair becomes */
	uint32_t n_merges;
	struct lookup by_pair;  /* place in the list by two ids */
};

void tokens_release(struct tokens *t); /* frees, leaves it empty */
size_t tokens_memory_bytes(const struct tokens *t);

/* The bytes of token id < t->n: *n of them, not terminated, owned by t. */
static inline const char *tokens_bytes(const struct tokens *t, uint32_t id,
				       size_t *n)
{
	*n = t->start[id + 1] - t->start[id];
	return t->text + t->start[id];
}

/* A part of the text that is joined; parts are told by their first byte. */
struct part {
	uint32_t id;     /* TOKEN_NONE: a character that is no token */
	uint32_t next;   /* the part after it, or the length of the text */
	uint32_t prev;   /* before it; at the first the same */
	uint32_t rank;   /* of its joining the next; MERGE_NEVER: can't */
	uint32_t joined; /* the token that they would be */
};

#define MERGE_NEVER ((uint32_t)0xffffffff)

/* Working memory, kept between texts. All zero is empty. */
struct merge {
	struct part *part;
	size_t part_cap;
	uint64_t *heap;
	size_t n_heap, heap_cap;
};

/*
 * Joins text[0..n), n < 2^31. Returns the first part, n if there is none;
 * each leads to the next until that is n:
 *
 *	for (i = merge(m, t, text, n); i < n; i = m->part[i].next)
 *
 * A byte that is no token is left out: a vocabulary of bytes has all 256.
 * Short texts: O(n^2), nothing to set up; others O(n log n).
 */
uint32_t merge(struct merge *m, const struct tokens *t, const char *text,
	       uint32_t n);

void merge_release(struct merge *m); /* frees, leaves it empty */
size_t merge_memory_bytes(const struct merge *m);

#endif
