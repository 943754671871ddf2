/*
 * hit.h - what a threshold that was found keeps of the text.
 */
#ifndef LILSCOPE_GUARD_HIT_H
#define LILSCOPE_GUARD_HIT_H

#include "guard/watch.h"
#include "trace/trace.h"

/* Frees what it owns; the hit itself is the caller's. */
void hit_forget(struct watch_hit *hit);

/* The last text before the threshold, from the beginning of a character. */
void hit_take_excerpt(struct watch_hit *hit, const struct trace *t);

#endif
