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

/* Returns 0. A wrong result is an abort(), a bad access the sanitisers'. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
