/*
 * Durations are measured with the monotonic clock, for somebody may set the
 * other one meanwhile; times of the day are for what is shown only.
 */
#include "system/clock.h"

#include <time.h>

static struct timespec now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

double now_s(void)
{
	struct timespec t = now();

	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

uint64_t now_us(void)
{
	struct timespec t = now();

	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

double now_of_day_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
