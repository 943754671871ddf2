/*
 * headers.h - the lines of an HTTP head, "Name: value", as libcurl keeps them.
 */
#ifndef LILSCOPE_GUARD_HEADERS_H
#define LILSCOPE_GUARD_HEADERS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/* Appends a line, which is copied. */
void headers_add(struct curl_slist **list, const char *line);

/* Takes out every line of this name. */
void headers_drop(struct curl_slist **list, const char *name);

/* The first value under this name, or NULL. */
const char *headers_value(const struct curl_slist *list, const char *name);

/* The value of "Name: value", or NULL if that is not its name. */
const char *header_value(const char *line, const char *name);

/* Is there a line of this name? One without a value is "Name;" to libcurl. */
bool headers_have(const struct curl_slist *list, const char *name);

/* Is name[0..len) a header for one hop only? `connection` is the value of the
 * Connection header beside it, or NULL. */
bool header_is_hop(const char *name, size_t len, const char *connection);

/* Is name[0..len) in a list as "close, X-Thing"? NULL is empty. */
bool header_is_listed(const char *name, size_t len, const char *list);

/* Is name[0..len) this name? */
bool header_is(const char *name, size_t len, const char *other);

#endif
