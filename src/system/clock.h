/*
 * clock.h - the monotonic clock, in seconds and in microseconds since some
 * time before the program began.
 */
#ifndef LILSCOPE_CLOCK_H
#define LILSCOPE_CLOCK_H

#include <stdint.h>

double now_s(void);
uint64_t now_us(void);

#endif
