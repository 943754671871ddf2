/*
 * Round numbers, found by trying steps from small to large: the first that
 * gives few enough ticks is the finest that fits.
 */
#include "base/ticks.h"

#include <math.h>

struct ticks ticks_between(double lo, double hi, int max_ticks)
{
	static const double steps[] = { 1, 2, 5, 10 };
	struct ticks t = { 0 };
	double power;

	if (!(lo < hi) || !isfinite(lo) || !isfinite(hi) || max_ticks < 1)
		return t;
	max_ticks = MIN(max_ticks, TICKS_MAX);

	power = pow(10, floor(log10((hi - lo) / max_ticks)));
	for (size_t i = 0; i < 2 * ARRAY_LEN(steps); i++) {
		double step = steps[i % ARRAY_LEN(steps)] * power *
			      (i < ARRAY_LEN(steps) ? 1 : 10);

		/* A little slack: 0.3 is 3 * 0.1 also in binary. */
		double first = ceil(lo / step - 1e-9);
		int n = (int)(floor(hi / step + 1e-9) - first) + 1;
		if (n > max_ticks)
			continue;
		t.first = first * step;
		t.step = step;
		t.n = n;
		t.decimals = MAX(0, (int)-floor(log10(step) + 1e-9));
		return t;
	}
	return t;
}

double ticks_top(double value)
{
	static const double round[] = { 1, 1.2, 1.5, 2, 2.5, 3,
					4, 5,	6,   8, 10 };
	double power;

	if (!(value > 0) || !isfinite(value))
		return 1;

	power = pow(10, floor(log10(value)));
	for (size_t i = 0; i < ARRAY_LEN(round); i++)
		if (round[i] * power >= value * (1 - 1e-9))
			return round[i] * power;
	return 10 * power;
}
