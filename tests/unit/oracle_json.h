/*
 * oracle_json.h - another library's opinion (jansson) beside trace/json.
 */
#ifndef LILSCOPE_TESTS_ORACLE_JSON_H
#define LILSCOPE_TESTS_ORACLE_JSON_H

#include "base/base.h"

/*
 * Reads s[0..n) with both and compares every value. Returns NULL, or what
 * they do not agree about. Where ours takes more than RFC 8259 (json.h says
 * what), or either has a limit, they may differ. Without jansson (no
 * HAVE_JANSSON in config.h) it has no opinion: NULL.
 */
const char *oracle_json(const char *s, size_t n);

#endif
