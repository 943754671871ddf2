/*
 * base64.h - any bytes as text (RFC 4648, with padding).
 */
#ifndef LILSCOPE_BASE64_H
#define LILSCOPE_BASE64_H

#include "base/buf.h"

/* Appends 4 characters for every 3 bytes, the last ones padded. */
void base64_put(struct buf *out, const void *bytes, size_t n);

/* Appends what s[0..n) stands for; padding may be missing. false: it is not
 * base64, and out is as it was. */
bool base64_get(struct buf *out, const char *s, size_t n);

/* The same of hexadecimal digits, two a byte. */
bool hex_get(struct buf *out, const char *s, size_t n);

#endif
