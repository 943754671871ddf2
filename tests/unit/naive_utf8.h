/*
 * naive_utf8.h - UTF-8 as RFC 3629 has it in its table, and what no terminal
 * may get: the oracle beside base/utf8.
 */
#ifndef LILSCOPE_TESTS_NAIVE_UTF8_H
#define LILSCOPE_TESTS_NAIVE_UTF8_H

#include "base/base.h"

/* As utf8_decode(), by trying every code point's encoding of each length. */
int32_t naive_decode(const char *s, size_t n, size_t *used);

/* The first code point of s[0..n) that may not reach a terminal, or -1; bytes
 * that are no UTF-8 may not. */
int32_t naive_harm(const char *s, size_t n);

#endif
