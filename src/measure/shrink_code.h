/*
 * shrink_code.h - what zlib's own code of a block takes: of symbols that come
 * so often, in which way it makes their code, and how it tells it.
 *
 * The code is Huffman's; of those that are as short it is the one that zlib
 * makes, for what it takes to tell it depends on that.
 */
#ifndef LILSCOPE_SHRINK_CODE_H
#define LILSCOPE_SHRINK_CODE_H

#include "base/base.h"

enum {
	SHRINK_LENGTHS = 286,  /* literals, the end of the block, lengths */
	SHRINK_DISTANCES = 30,
};

/* Bits of the code and of telling it, without the block's kind and what stands
 * behind codes; 0 where one would be longer than deflate allows, which zlib
 * mends. Frequencies are below 2^15 in all. */
uint32_t shrink_code_bits(const uint16_t n_lengths[SHRINK_LENGTHS],
			  const uint16_t n_distances[SHRINK_DISTANCES]);

#endif
