/*
 * tok_merge.h - byte pair encoding of one pre-token.
 *
 * Starts from single bytes and merges, again and again, the neighbours whose
 * bytes together are the token of lowest id, the leftmost of equals, until
 * no two neighbours are a token.
 */
#ifndef LILSCOPE_TOK_MERGE_H
#define LILSCOPE_TOK_MERGE_H

#include "trace/tok.h"
#include "trace/tok_vocab.h"

/* Working memory, kept between calls. All zero is empty. */
struct tok_merge {
	struct part *part;
	size_t part_cap;
	uint64_t *heap;
	size_t n_heap, heap_cap;
};

/*
 * Appends the tokens of bytes[0..n), 1 <= n <= TOK_PIECE_MAX_BYTES. Short
 * pre-tokens: O(n^2), nothing to set up; others O(n log n).
 */
void tok_merge(struct tok_merge *m, const struct tok_vocab *v,
	       const char *bytes, size_t n, struct tok_list *out);

void tok_merge_release(struct tok_merge *m);
size_t tok_merge_memory_bytes(const struct tok_merge *m);

/* Appends one token. */
void tok_list_add(struct tok_list *list, uint32_t id, uint32_t n_bytes);

#endif
