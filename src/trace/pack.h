/*
 * pack.h - a trace that is complete, as bytes, to be put away and had again in
 * this process: all that it is, to the bit. Not a format: it holds what lies in
 * memory, and no other build can read it.
 */
#ifndef LILSCOPE_PACK_H
#define LILSCOPE_PACK_H

#include "trace/trace.h"

/* Appends it to out; false, and nothing is appended: it tells of a decoder's
 * pages, which are not packed. */
bool trace_pack(const struct trace *t, struct buf *out);

/* What trace_pack() made, as a trace of the caller's (all that was in *t is
 * forgotten). false: these bytes are none; *t is empty then. */
bool trace_unpack(struct trace *t, const char *bytes, size_t n);

#endif
