/*
 * ticks.h - round numbers for the axes of charts and figures.
 */
#ifndef LILSCOPE_TICKS_H
#define LILSCOPE_TICKS_H

#include "base/base.h"

enum { TICKS_MAX = 32 };

/* first, first + step, ... n of them. */
struct ticks {
	double first, step;
	int n;
	int decimals; /* that the labels need */
};

/* Ticks at 1, 2 or 5 times a power of ten inside [lo, hi], at most
 * max_ticks; lo < hi, else none. */
struct ticks ticks_between(double lo, double hi, int max_ticks);

/* The smallest round number >= value (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times
 * a power of ten): the top of an axis. 1 for what is not positive. */
double ticks_top(double value);

#endif
