/*
 * field.h - `--field .a.b[0]`: one place in a JSON value.
 *
 *	path = { "." name | "[" number "]" | "[" '"' name '"' "]" }
 *
 * Names end at '.' and '['; "." alone is the value itself; negative numbers
 * count from the end.
 */
#ifndef LILSCOPE_FIELD_H
#define LILSCOPE_FIELD_H

#include "base/err.h"
#include "json/json.h"

/* Is it a path? err says what is wrong and where. */
bool field_valid(const char *path, struct err *err);

/* The value there, or none. The path must be valid. */
struct json_value field_get(struct json_value v, const char *path);

/* Where in a document was found what was asked for last, as the next is mostly
 * behind it: a list of many is gone through once then. All zero at first, and
 * when another document is read. */
struct field_hint {
	uint32_t holding;       /* the node */
	uint32_t list, element; /* of a long list; nodes */
};

/* Appends where v stands in its record, without the numbers of elements:
 * choices[].delta.content; of the record itself nothing. */
void field_put(struct json_value v, struct field_hint *hint, struct buf *out);

/* The string among the values of doc whose bytes *s is one of, or none: then
 * all were looked at. */
struct json_value field_holding(const struct json *doc,
				struct field_hint *hint, const char *s);

#endif
