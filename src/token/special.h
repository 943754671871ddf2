/*
 * special.h - tokens that are found in text before anything else is
 * ("<think>"): at each place the longest one counts.
 */
#ifndef LILSCOPE_SPECIAL_H
#define LILSCOPE_SPECIAL_H

#include "token/lookup.h"

enum { SPECIAL_MAX_BYTES = 255 }; /* longer ones are not looked for */

#define SPECIAL_MORE ((uint32_t)0xfffffffe) /* can't be told yet */

/* All zero is none. */
struct special {
	struct numbered *at; /* sorted, each string once */
	size_t n;
	uint32_t first[257]; /* of those that begin with a byte */
	bool begins[256];    /* whether one begins with a byte */
};

/* Takes in n tokens in any order, whose bytes outlive it; those of no byte or
 * of more than SPECIAL_MAX_BYTES are left out, and of equal ones all but the
 * least. The list is copied. */
void special_init(struct special *s, const struct numbered *tokens, size_t n);
void special_release(struct special *s); /* frees, leaves none */

/* Whether one of them begins with this byte. */
static inline bool special_begins(const struct special *s, char byte)
{
	return s->begins[(unsigned char)byte];
}

/*
 * The longest special token at the start of text[0..n), n >= 1, its bytes in
 * *len; or TOKEN_NONE. SPECIAL_MORE: these n bytes may be the beginning of
 * one, and the text goes on (not `end`). Cost: O(log s->n) a byte of it.
 */
uint32_t special_at(const struct special *s, const char *text, size_t n,
		    bool end, size_t *len);

#endif
