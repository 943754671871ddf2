/*
 * shadow.h - a stream that begins like JSON and is no dialect, as text.
 *
 * A model that is made to write JSON loops in it: blanks without end, a
 * string that is never closed, an array of equal objects. Such text is no
 * record yet, so no dialect sees it. It is watched as text beside the feed,
 * with one more condition, for it may be a wire that is not known here: the
 * last SHADOW_COPY_BYTES must be one copy of what came before.
 */
#ifndef LILSCOPE_SHADOW_H
#define LILSCOPE_SHADOW_H

#include "measure/meter.h"

enum { SHADOW_COPY_BYTES = 512 };

struct shadow;

/* NULL if a stream that begins with this byte is not watched so. */
struct shadow *shadow_new(char first, const struct meter_opts *opts);
void shadow_free(struct shadow *s); /* NULL is fine */

/* n bytes more of the stream. */
void shadow_bytes(struct shadow *s, const char *bytes, size_t n);

/* n_records were complete and held no text, or lines look like objects: is it
 * a wire of lines? Then it is to be forgotten. */
bool shadow_is_over(const struct shadow *s, size_t n_records);

/* Where the rule has fired, once the condition holds too; RULE_NEVER. O(1)
 * for all rules but Guardian, whose checks are looked through. */
uint32_t shadow_at_token(struct shadow *s, size_t i_rule);

#endif
