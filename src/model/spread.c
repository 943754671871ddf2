/* The fast transform: d log d sums. */
#include "model/spread.h"

#include <math.h>

/* Sums and differences of numbers that are n apart, n of them. */
static void fold(float *restrict low, float *restrict high, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		float a = low[i], b = high[i];

		low[i] = a + b;
		high[i] = a - b;
	}
}

void spread(float *v, uint32_t d)
{
	uint32_t part = d & -d;
	float scale = 1 / sqrtf((float)part);

	for (uint32_t n = 1; n < part; n *= 2)
		for (uint32_t at = 0; at < d; at += 2 * n)
			fold(v + at, v + at + n, n);
	for (uint32_t i = 0; i < d; i++)
		v[i] *= scale;
}
