/*
 * yaml.h - a document in YAML as JSON, by libyaml.
 *
 * Plain words are null, true, false and numbers as in YAML's core schema where
 * JSON has the same; all else is a string. What an alias stands for is not
 * repeated, it is null; tags are left out. Bytes (!!binary) stay base64, and
 * their name in a mapping becomes "base64_string". No I/O.
 */
#ifndef LILSCOPE_YAML_H
#define LILSCOPE_YAML_H

#include "base/buf.h"
#include "base/err.h"

enum { YAML_DEPTH_MAX = 128 };

/* Appends the first document of s[0..n). false: it is none, is deeper than
 * YAML_DEPTH_MAX, has keys that are no words, or this build has no libyaml;
 * then *why has the sentence's rest ("line 3: ..."), and out is as it was. */
bool yaml_json(const char *s, size_t n, struct buf *out, struct err *why);

/* The version that it runs with; NULL: not in this build. */
const char *yaml_library(void);

#endif
