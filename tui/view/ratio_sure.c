/* The running mean of the surprisal, over the chart of rho on its own scale:
 * where rho falls and this falls too, the model copies and is sure of it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/sure.h"
#include "base/num.h"
#include "view/ratio_charts.h"

/* The mean of the f tokens before. */
static double mean_before(const struct now *now, double token)
{
	uint32_t to = (uint32_t)MAX(token, 1), f = now->opts->rule.f;

	return sure_mean(&now->run->trace, to - MIN(to, f), to);
}

static struct series_range sure_at(const void *ctx, double from, double to)
{
	float v = (float)mean_before(ctx, ceil(to));

	(void)from;
	return (struct series_range){ v, v, v };
}

void ratio_draw_sure(const struct now *now, const struct chart *c)
{
	struct chart own = *c;
	struct curve curve = { sure_at, now, 0, now->n, STYLE_SURE, '~' };
	char text[64], bits[NUM_BYTES], top[NUM_BYTES];
	double most = 0, last = mean_before(now, now->n);
	int cols;

	if (!now->run->trace.logprob || c->r.rows < RATIO_MIN_ROWS)
		return;
	for (int x = 1; x <= c->r.cols; x++) {
		double v = mean_before(now, MIN(chart_x(c, x), now->n));

		most = isnan(v) ? most : MAX(most, v);
	}
	own.y0 = 0;
	own.y1 = ticks_top(MAX(most, .1) * 1.02);
	chart_curve(&own, &curve);
	if (isnan(last))
		return;
	snprintf(text, sizeof(text), "surprisal %s bits a token, axis 0 to %s",
		 num_real(bits, last, 2, true), num_short(top, own.y1));
	cols = screen_width(text, strlen(text));
	if (cols <= c->r.cols)
		screen_puts(c->s, c->r.row, c->r.col + c->r.cols - cols,
			    STYLE_SURE, text);
}
