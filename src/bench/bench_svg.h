/*
 * bench_svg.h - the paper's Figures 1 and 3, of a bench: accuracy and length
 * over the budget, and how much the text tells as it grows.
 *
 *	+-- right, over budget ----+-- tokens x dense, over budget --+
 *	|  a line a policy; thin:  |                                 |
 *	|  stopped by guardian     |                                 |
 *	+-- compressed bytes over tokens: the first problem ---------+
 *	|  dense, and of each policy the budget where runs grow most |
 *	+-------------------------------------------------------------+
 *
 * Plain SVG 1.1 without scripts, fonts or links.
 */
#ifndef LILSCOPE_BENCH_SVG_H
#define LILSCOPE_BENCH_SVG_H

#include "bench/bench_table.h"

/* Appends the figure; runs: measured, of any order, or none (no curves). */
void bench_svg(const struct bench_table *t, const struct bench_run *runs,
	       size_t n_runs, struct buf *out);

#endif
