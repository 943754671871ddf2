/*
 * mark.h - by what a dialect knows its records.
 *
 * Not told by each dialect but found out: members are taken from a record as
 * long as the dialect still claims what is left. So it is always true, and no
 * dialect has to say it.
 */
#ifndef LILSCOPE_MARK_H
#define LILSCOPE_MARK_H

#include "dialect/format.h"

/* The least of the record json[0..n) that is still claimed by the dialect,
 * appended as JSON: {"choices":[{"delta":{}}]}. false (nothing is appended) if
 * it does not claim the record. Asks a few times for each member and string
 * that is left, and for each time that a list doubles; MARK_ASKS_MAX times at
 * most. */
bool mark_of(const struct format *format, const char *json, size_t n,
	     struct buf *out);

enum { MARK_ASKS_MAX = 2000 };

#endif
