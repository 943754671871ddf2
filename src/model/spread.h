/*
 * spread.h - a row turned so that no few of its numbers are far greater than
 * the rest: what is rounded block by block, each by its greatest number, then
 * loses less. Dot products of two rows that are both turned are as before
 * (QuaRot, Ashkboos et al. 2024, 4.2; llama.cpp does so with its cache).
 */
#ifndef LILSCOPE_SPREAD_H
#define LILSCOPE_SPREAD_H

#include <stdint.h>

/* v[0..d) times the orthonormal Walsh-Hadamard matrix, in parts of the greatest
 * power of two that divides d. Twice is as before. */
void spread(float *v, uint32_t d);

#endif
