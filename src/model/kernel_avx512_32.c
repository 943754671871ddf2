/* AVX-512 with VNNI: types of blocks of 32 weights. */
#if defined(__x86_64__)
#include "model/kernel_512_rows.h"

KIND_ROWS(q8_0)
KIND_ROWS(q4_0)
KIND_ROWS(q4_1)
KIND_ROWS(q5_0)
KIND_ROWS(q5_1)
KIND_ROWS(iq4_nl)
KIND_ROWS(mxfp4)

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
