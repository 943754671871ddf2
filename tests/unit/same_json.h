/*
 * same_json.h - do two readings of the same bytes give the same tree?
 */
#ifndef LILSCOPE_TESTS_SAME_JSON_H
#define LILSCOPE_TESTS_SAME_JSON_H

#include "json/json.h"

/* Types, names, texts, and who is whose child and neighbour. */
bool same_json(const struct json *a, const struct json *b);

#endif
