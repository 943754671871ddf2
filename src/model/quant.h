/*
 * quant.h - the types of tensors: blocks of weights and what they mean.
 *
 * The scalar definitions, from ggml's layout of each block; kernel.h is
 * faster. One row a type.
 */
#ifndef LILSCOPE_QUANT_H
#define LILSCOPE_QUANT_H

#include "model/gguf.h"

struct quant {
	enum ggml_type type;
	const char *name;      /* "Q4_K" */
	int n_block;           /* weights in a block */
	int block_bytes;
	/* n weights (a multiple of n_block) of a row as floats. */
	void (*to_f32)(float *out, const void *row, size_t n);
};

extern const struct quant quants[];
extern const size_t n_quants;

/* NULL: no such type. */
const struct quant *quant_of(uint32_t type);

/* What ggml calls a type, known here or not; NULL: it has none either. */
const char *quant_name(uint32_t type);

/* What 4 bits stand for: of IQ4_NL and IQ4_XS; of MXFP4, doubled. */
extern const int8_t quant_iq4[16], quant_mxfp4[16];

/* Bytes of a row of n weights (a multiple of n_block). */
size_t quant_row_bytes(const struct quant *q, uint64_t n);

/* Files have the lowest byte of a number first. */
enum { QUANT_TURNS = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ };

/* Between a half of a file's, or of a cache's row, and this machine's. */
static inline uint16_t quant_turn(uint16_t half)
{
	return QUANT_TURNS ? (uint16_t)(half << 8 | half >> 8) : half;
}

/* IEEE binary16 and bfloat16, round to nearest even. */
float half_to_float(uint16_t half);
uint16_t float_to_half(float value);
float bf16_to_float(uint16_t value);
/* 2^(exponent - 128), half of what MXFP4's scale says (quant_mxfp4). */
float e8m0_half(uint8_t exponent);
uint16_t float_to_bf16(float value);

#endif
