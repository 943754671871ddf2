/*
 * fuzz.h - what a fuzz target is: one function over any bytes.
 *
 * tests/fuzz/fuzz_NAME.c defines it. It is built twice: with replay.c, which
 * runs every file of tests/fuzz/corpus/NAME through it under `make check`,
 * and with libFuzzer by `make fuzz` (--enable-fuzz CC=clang).
 */
#ifndef LILSCOPE_TESTS_FUZZ_H
#define LILSCOPE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* For what must be true of every input. */
#define MUST(condition) \
	do { \
		if (!(condition)) \
			abort(); \
	} while (0)

/*
 * The first bytes of an input say how the rest is to be used: a choice of n,
 * or lengths of pieces that repeat (so that a mutation moves one cut).
 */
struct fuzz_cuts {
	const uint8_t *lengths;
	size_t n, i;
};

/* The next piece's length, 1 to 256; 64 if there are no lengths. */
static inline size_t fuzz_cut(struct fuzz_cuts *cuts)
{
	if (!cuts->n)
		return 64;
	return cuts->lengths[cuts->i++ % cuts->n] + (size_t)1;
}

/* Returns 0. A wrong result is an abort(), a bad access the sanitisers'. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
