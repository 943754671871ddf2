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
#include "trace/json.h"

/* Is it a path? err says what is wrong and where. */
bool field_valid(const char *path, struct err *err);

/* The value there, or none. The path must be valid. */
struct json_value field_get(struct json_value v, const char *path);

#endif
