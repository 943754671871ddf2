/*
 * roundtrip.h - a trace that any bytes describe, written in lilscope's own
 * format and read back.
 */
#ifndef LILSCOPE_TESTS_ROUNDTRIP_H
#define LILSCOPE_TESTS_ROUNDTRIP_H

#include "base/base.h"

/* Reads it in pieces of `step` bytes (0: whole). Returns NULL, or what got
 * lost on the way. */
const char *roundtrip(const unsigned char *bytes, size_t n, size_t step);

#endif
