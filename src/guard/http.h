/*
 * http.h - the grammar of an HTTP/1.1 head, as strict as RFC 9112 allows.
 *
 * What two readers could understand in two ways is where requests are
 * smuggled; it is refused, never mended.
 */
#ifndef LILSCOPE_GUARD_HTTP_H
#define LILSCOPE_GUARD_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/* Is s[0..n) a token, as names of headers and methods are? */
bool http_is_token(const char *s, size_t n);

/* May s[0..n) be a header's value: no CR, LF, NUL or other control character
 * but the tab? */
bool http_is_value(const char *s, size_t n);

/* Is s[0..n) "name: value", on one line? */
bool http_is_field(const char *s, size_t n);

/* Is it a length: digits, at most 18? */
bool http_is_length(const char *s);

#endif
