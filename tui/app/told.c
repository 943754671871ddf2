/* The median and not the mean: some windows before a threshold loop already,
 * and the first learns the alphabet. */
#include "app/told.h"

#include <stdlib.h>

enum {
	WINDOWS_MAX = 65, /* looked at, spread evenly */
	LINE_TIMES = 3,   /* the curve: as high as a line makes a chart */
};

double told_bytes(const struct run *run, uint32_t n)
{
	const struct meter *m = run->meter;

	if (!m)
		return 0;
	n = MIN(n, run_n_measured(run));
	return n ? (double)lz77_code_bits_at(meter_lz77(m),
					     meter_symbols_at(m, n)) / 8
		 : 0;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double told_pace(const struct run *run, uint32_t n)
{
	double gains[WINDOWS_MAX];
	struct rule_verdict v;
	uint32_t f, n_windows, k = 0, first;

	if (!run->meter || !n)
		return 0;
	n = MIN(n, run_n_measured(run));
	f = meter_opts(run->meter)->rule.f;
	v = meter_rule_at(run->meter, RULE_GUARDIAN, n);
	if (v.at_token != RULE_NEVER)
		n = MIN(n, v.at_token);
	first = n / f > 1;
	n_windows = n / f - first;
	if (!n_windows)
		return n ? told_bytes(run, n) / n : 0;
	for (; k < MIN(n_windows, (uint32_t)WINDOWS_MAX); k++) {
		uint32_t w = first + (n_windows <= WINDOWS_MAX
					      ? k
					      : (uint32_t)((uint64_t)n_windows *
							   k / WINDOWS_MAX));

		gains[k] = told_bytes(run, (w + 1) * f) -
			   told_bytes(run, w * f);
	}
	qsort(gains, k, sizeof(*gains), by_size);
	return gains[k / 2] / f;
}

struct told_line told_line_from(const struct run *run, uint32_t n,
				uint32_t from)
{
	return (struct told_line){ from, told_bytes(run, from),
				   told_pace(run, n) };
}

double told_top(const struct told_line *own, double x, double told)
{
	double line = own->y0 + own->slope * (x - own->x0);

	return MAX(told, MIN(line, LINE_TIMES * told));
}
