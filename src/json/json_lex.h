/*
 * json_lex.h - the strings and numbers of JSON text, for its two readers.
 */
#ifndef LILSCOPE_JSON_LEX_H
#define LILSCOPE_JSON_LEX_H

#include "base/buf.h"

/* The closing quote of the string whose inside begins at `from`, or NULL. */
const char *json_closing_quote(const char *from, const char *end);

/* Appends s[0..n), the inside of a string, with its escapes decoded. false:
 * one is malformed; what stood before it was appended. */
bool json_unescape(struct buf *out, const char *s, size_t n);

/*
 * Length of the number at s, 0 if there is none. *more: what follows may
 * make it one, or a longer one ("-", "1.", "1e+").
 */
size_t json_number_len(const char *s, size_t n, bool *more);

#endif
