/*
 * told.h - the information of a run so far, in bytes: the length of the code
 * that the exact parse gives its text. It grows while something new is told
 * and goes flat where all is said again.
 */
#ifndef LILSCOPE_TOLD_H
#define LILSCOPE_TOLD_H

#include "trace/run.h"

/* Bytes of code of the first n tokens (clamped to those that are measured);
 * 0 without a meter. O(log n). */
double told_bytes(const struct run *run, uint32_t n);

/* Bytes a token at the run's own pace while it still told something: the
 * median of its windows of f tokens up to the threshold, or up to n. Prefix
 * stable up to the threshold. 0: nothing is measured. */
double told_pace(const struct run *run, uint32_t n);

/* A line at the own pace of the first n tokens that goes on from the curve at
 * token `from`: y = y0 + slope (x - x0), bytes over tokens. */
struct told_line {
	double x0, y0, slope;
};
struct told_line told_line_from(const struct run *run, uint32_t n,
				uint32_t from);

/* How high a chart of what was told is to be: the curve, `told` at its end,
 * and the line up to token x, where that makes it no more than three times as
 * high. */
double told_top(const struct told_line *own, double x, double told);

#endif
