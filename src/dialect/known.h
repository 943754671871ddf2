/*
 * known.h - what is no trace and is known for what it is.
 */
#ifndef LILSCOPE_KNOWN_H
#define LILSCOPE_KNOWN_H

#include "base/base.h"

struct format;

/* What a file is that begins with s[0..n), by its magic bytes: a sentence
 * without its subject, with what to do; NULL if none is known. */
const char *known_binary(const char *s, size_t n);

/* Is it a cassette of VCR, vcrpy or go-vcr in YAML? */
bool known_cassette(const char *s, size_t n);

/* Is s[0..n) the first line of a table with generated text in it, or does it
 * begin with one? What stands between its cells, or NUL. */
char known_table(const char *s, size_t n);

/* The dialect of lines that s[0..n) begins like: aider's history of chats, or a
 * table; NULL: of none. */
const struct format *known_lines(const char *s, size_t n);

/* May more bytes make one of it? */
bool known_later(const char *s, size_t n);

/* Text may hold a few stray bytes; one in ten that is neither UTF-8 nor
 * anything that terminals know is no text. */
bool known_noise(const char *s, size_t n);

/* Is a line one of the log of a server that runs models? */
bool known_log_line(const char *s, size_t n);

#endif
