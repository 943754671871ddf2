/*
 * clock.h - the monotonic clock, in seconds and in microseconds since some
 * time before the program began; and the time of day, for what is written.
 */
#ifndef LILSCOPE_CLOCK_H
#define LILSCOPE_CLOCK_H

#include <stdint.h>

/* The same clock in both units; it never goes back, and cannot fail. */
double now_s(void);
uint64_t now_us(void);

/* The time of day, seconds since 1970; somebody may set it. */
double now_of_day_s(void);

#endif
