/*
 * naive_lz77.h - the Ziv-Lempel parse from its definition, in O(n^2), to
 * hold beside lz77.c; and a writer and a reader of its code.
 */
#ifndef LILSCOPE_NAIVE_LZ77_H
#define LILSCOPE_NAIVE_LZ77_H

#include "measure/lz77.h"

/* The greedy parse of s[0..n); out has room for n phrases. Returns how many.
 * src is the first of the longest earlier occurrences. */
uint32_t naive_parse(const uint32_t *s, uint32_t n, struct lz77_phrase *out);

/* lrs[t] for t in [0, n): the longest suffix of s[0..t] that ends earlier. */
void naive_lrs(const uint32_t *s, uint32_t n, uint32_t *lrs);

/* Does s[a..a+len) equal s[b..b+len)? */
bool naive_equal(const uint32_t *s, uint32_t a, uint32_t b, uint32_t len);

/*
 * Writes the code that lz77.c states for the parse of s[0..n) into bits[],
 * one bit a byte, room for 34 a symbol. Returns how many bits.
 */
uint64_t naive_encode(const uint32_t *s, const struct lz77_phrase *phrases,
		      uint32_t n_phrases, unsigned literal_bits,
		      uint8_t *bits);

/* Reads n_bits of that code into s; returns how many symbols, at most max. */
uint32_t naive_decode(const uint8_t *bits, uint64_t n_bits,
		      unsigned literal_bits, uint32_t *s, uint32_t max);

#endif
