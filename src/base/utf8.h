/*
 * utf8.h - text of unknown quality, one code point or one cluster at a time.
 *
 * Nothing here trusts its input: every byte string is walked without reading
 * past its end, and what is not UTF-8 (overlong forms, surrogates, lone
 * continuation bytes, code points above U+10FFFF) is one bad byte at a time.
 */
#ifndef LILSCOPE_UTF8_H
#define LILSCOPE_UTF8_H

#include "base/base.h"

#define UTF8_BAD ((int32_t)-1)  /* not UTF-8: one byte was consumed */
#define UTF8_MORE ((int32_t)-2) /* a good start, cut by the end of input */

/*
 * Decodes the code point at s[0..n), n >= 1, and stores how many bytes it
 * took in *used (1 for UTF8_BAD, n for UTF8_MORE).
 * Returns the code point, UTF8_BAD or UTF8_MORE.
 */
int32_t utf8_decode(const char *s, size_t n, size_t *used);

/* Writes cp (any scalar value; others become U+FFFD) and returns 1..4. */
size_t utf8_encode(int32_t cp, char out[4]);

#endif
