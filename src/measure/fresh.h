/*
 * fresh.h - which tokens of a text were new, and which copied.
 *
 * A text is cut into stretches, new and copied in turn, by two cumulative
 * sums on x, the bits that a token added to the exact code (lz77.h), against
 * r, what a token of the new stretches has added on average:
 *
 *	while new:     S = max(0, S + 1 - x / (FRESH_COPY r))
 *	               copied as S reaches FRESH_COPY_TOKENS, from the token
 *	               after S was 0 last
 *	while copied:  W = max(0, W + (x / r - FRESH_NEW) / (1 - FRESH_NEW))
 *	               new as W reaches FRESH_NEW_TOKENS, from the token after
 *	               W was 0 last
 *
 * with FRESH_COPY = 0.15, FRESH_NEW = 1/3. So a token that is a copy adds 1 to
 * S, one at the text's own rate adds 1 to W; a counter in a loop, a slip, the
 * ragged edge of a copy take their worth away, and no more.
 *
 * Answers are about a prefix, "as known after n tokens", and prefix-stable:
 * tokens that come later never change them. A run that may become a copy is
 * not counted as new while it lasts. 4 bytes a token; O(1) a push.
 */
#ifndef LILSCOPE_FRESH_H
#define LILSCOPE_FRESH_H

#include "base/base.h"

enum {
	FRESH_COPY_TOKENS = 64,
	FRESH_NEW_TOKENS = 32, /* fewer are the ragged edge of a copy */
};

struct fresh;

/* Empty; the caller's. */
struct fresh *fresh_new(void);
void fresh_free(struct fresh *f); /* NULL is fine */

/* The next token; code_bits: of the text up to and with it. */
void fresh_push(struct fresh *f, double code_bits);

/* The same for n more tokens, code_bits of the i-th of them at
 * code_bits[i * stride]. */
void fresh_push_all(struct fresh *f, const double *code_bits, size_t stride,
		    uint32_t n);

/* For all of these, n: tokens of the prefix, at most those pushed. */

/* Where the copying at the end of the prefix began: the first token, counted
 * from 0; n when the last token was new. */
uint32_t fresh_since(const struct fresh *f, uint32_t n);

/* New tokens among tokens from .. to - 1, to <= n. O(stretches between). */
uint32_t fresh_count(const struct fresh *f, uint32_t from, uint32_t to,
		     uint32_t n);

/* The first new token at `from` or later, counted from 0; n for none. */
uint32_t fresh_first(const struct fresh *f, uint32_t from, uint32_t n);

/* Text came back after `from`: the shortest prefix, at most n tokens, with
 * FRESH_NEW_TOKENS of new text since; n + 1 for none. */
uint32_t fresh_back(const struct fresh *f, uint32_t from, uint32_t n);

#endif
