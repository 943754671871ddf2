/*
 * reading.h - what a feed makes of bytes, unpacked first as a source does it,
 * as text that can be compared.
 *
 * The verdict has a line for the source and one for each generation in the
 * order in which they were complete, with hashes of the text and of the
 * tokens' borders, ids, channels and times; then each trouble:
 *
 *	jsonl, "prompts and generations, JSON lines", records: 2 ...
 *	  0 tokens 3 by qwen3-bpe, bytes 0+8+0, prompt 12, ...
 *	  ! x.jsonl: line 3, byte 80: a string has no end; ...
 */
#ifndef LILSCOPE_TESTS_READING_H
#define LILSCOPE_TESTS_READING_H

#include "dialect/feed.h"

struct reading;

/* What opts points to must live as long as the reading. */
struct reading *reading_new(const struct feed_opts *opts);

/* n bytes more. They lie in memory of exactly their size, so that a
 * sanitiser sees what reads past them. */
void reading_bytes(struct reading *r, const char *s, size_t n);

/* The end: appends the verdict. Frees. */
void reading_end(struct reading *r, struct buf *out);

enum { READING_TITLE_BYTES = 100 };

/* The same for records that are read one by one: the generations and the
 * troubles apart, and the feed's title (title may be NULL). */
void reading_parts(struct reading *r, struct buf *gens, struct buf *troubles,
		   char title[READING_TITLE_BYTES]);

/* The same for s[0..n) in pieces of `step` bytes (0: whole). */
void reading_of(const struct feed_opts *opts, const char *s, size_t n,
		size_t step, struct buf *out);

/* For those who want more than the verdict: called with each generation
 * before it is freed. */
void reading_watch(struct reading *r,
		   void (*watch)(void *ctx, const struct run *run), void *ctx);

/* After the last byte, before the end. */
const struct feed *reading_feed(const struct reading *r);

#endif
