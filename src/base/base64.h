/*
 * base64.h - bytes as text (RFC 4648, with padding); hexadecimal digits.
 */
#ifndef LILSCOPE_BASE64_H
#define LILSCOPE_BASE64_H

#include "base/buf.h"

/* Appends 4 characters for every 3 bytes, the last ones padded. */
void base64_put(struct buf *out, const void *bytes, size_t n);

/* Appends what s[0..n) stands for; padding may be missing. false: it is not
 * base64, and out is as it was. */
bool base64_get(struct buf *out, const char *s, size_t n);

/* The value of a hexadecimal digit; -1: it is none. */
static inline int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	       c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* As base64_get(), of hexadecimal digits, two a byte. */
bool hex_get(struct buf *out, const char *s, size_t n);

#endif
