/*
 * onset.h - where a loop begins: told from the text alone, by no rule.
 *
 * A byte is a copy if it lies in a string of ONSET_GRAM bytes that stands in
 * the text before; a token, if all its bytes are. The onset is the token from
 * which on copies most outweigh the rest, one token that is none against nine
 * that are: the last place before which counting more of the text would take
 * the share of copies among what is added under 90 %.
 *
 *	onset = argmax over t of the sum over i >= t of (copy(i) - 0.9)
 *
 * It is the token after the first saying, as that is no copy. Of near loops
 * (counters, other spacing, other case) it is asked of the folded text:
 * digits are 0, white space is one blank, letters are lower case.
 */
#ifndef LILSCOPE_ONSET_H
#define LILSCOPE_ONSET_H

#include "base/base.h"

enum { ONSET_GRAM = 60 };

/* ends[i]: bytes of text up to and with token i. Returns a token, counted
 * from 0; n_tokens if there is no copying at the end. */
uint32_t onset_find(const char *text, const uint32_t *ends, uint32_t n_tokens,
		    bool folded);

#endif
