/* Sources give natural logarithms. A server's 1e-4 above 0 is rounding. */
#include "app/sure.h"

#include <math.h>

#define SURE_ROUNDING 0.01
#define SURE_MOST_BITS 1000 /* llama.cpp tells of -inf as a large number */

double sure_bits(const struct trace *t, uint32_t i)
{
	double bits;

	if (!t->logprob || i >= t->n_tokens)
		return NAN;
	bits = -(double)t->logprob[i] / log(2);
	if (!(bits >= -SURE_ROUNDING && bits <= SURE_MOST_BITS))
		return NAN;
	return fmax(bits, 0);
}

double sure_mean(const struct trace *t, uint32_t from, uint32_t to)
{
	double sum = 0;
	uint32_t n = 0;

	for (uint32_t i = from; i < MIN(to, t->n_tokens); i++) {
		double bits = sure_bits(t, i);

		if (isnan(bits))
			continue;
		sum += bits;
		n++;
	}
	return n ? sum / n : NAN;
}
