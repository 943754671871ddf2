/*
 * suffixes.h - the suffixes of a whole text in their order (a suffix array),
 * by induced sorting: Nong, Zhang and Chan, "Two efficient algorithms for
 * linear time suffix array construction", 2009.
 *
 * Of a text that is known to its end this takes less time and memory than to
 * grow a tree (stree.h).
 */
#ifndef LILSCOPE_SUFFIXES_H
#define LILSCOPE_SUFFIXES_H

#include "base/base.h"

/* Fills sa[0..n) with the beginnings of the suffixes of text[0..n), the least
 * first; one that is the beginning of another is less. n < 2^31. Linear; needs
 * no more memory worth counting. */
void suffixes_sort(const uint8_t *text, uint32_t n, int32_t *sa);

#endif
