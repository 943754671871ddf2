/*
 * topics.h - `lilscope help TOPIC`: the tables of the program as text for
 * people.
 */
#ifndef LILSCOPE_TOPICS_H
#define LILSCOPE_TOPICS_H

#include "base/buf.h"

/* Formats that are read and those that are only named, keys, stop rules,
 * coders. False if there is no such topic. */
bool topic_print(const char *topic, struct buf *out);
/* By number, NULL past the last. */
const char *topic_name(size_t i);

#endif
