/*
 * clock.h - the monotonic clock, in seconds and in microseconds since some
 * time before the program began.
 */
#ifndef LILSCOPE_CLOCK_H
#define LILSCOPE_CLOCK_H

#include <stdint.h>

/* The same clock in both units; it never goes back, and cannot fail. */
double now_s(void);
uint64_t now_us(void);

#endif
