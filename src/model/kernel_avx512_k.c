/* AVX-512 with VNNI: types of blocks of 256 weights. */
#if defined(__x86_64__)
#include "model/kernel_512_rows.h"

KIND_ROWS(q2_k)
KIND_ROWS(q3_k)
KIND_ROWS(q4_k)
KIND_ROWS(q5_k)
KIND_ROWS(q6_k)
KIND_ROWS(iq4_xs)

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
