/*
 * A bar that clears itself with blanks: standard error may be anything, so it
 * knows no escape codes.
 */
#include "report/progress.h"

#include "system/clock.h"

#include <math.h>
#include <string.h>

#define PROGRESS_EVERY_S 0.1

enum { BAR_COLS = 24, LINE_BYTES = 256 };

void progress_init(struct progress *p, FILE *err, int cols, unsigned after_ms)
{
	*p = (struct progress){ .err = err, .cols = cols,
				.after_ms = after_ms };
	if (!err)
		return;
	p->started_s = now_s();
	p->drawn_s = p->started_s - 2 * PROGRESS_EVERY_S;
}

/* "[#####-------]  42 %  " or, of unknown length, nothing. */
static size_t draw_bar(char *line, size_t size, double fraction)
{
	int full, percent;
	char bar[BAR_COLS + 1];

	if (!isfinite(fraction))
		return 0;
	fraction = MIN(MAX(fraction, 0), 1);
	full = (int)(fraction * BAR_COLS);
	percent = (int)(fraction * 100);
	for (int i = 0; i < BAR_COLS; i++)
		bar[i] = i < full ? '#' : '-';
	bar[BAR_COLS] = '\0';
	return (size_t)snprintf(line, size, "[%s] %3d %%  ", bar, percent);
}

void progress_at(struct progress *p, double fraction, const char *what)
{
	char line[LINE_BYTES];
	int len, shown = p->shown;
	double now;
	size_t n;

	if (!p->err)
		return;
	now = now_s();
	if (now - p->drawn_s < PROGRESS_EVERY_S ||
	    (now - p->started_s) * 1000 < p->after_ms)
		return;
	n = draw_bar(line, sizeof(line), fraction);
	snprintf(line + n, sizeof(line) - n, "%s", what);
	len = MIN((int)strlen(line), MAX(p->cols - 1, 0));
	fprintf(p->err, "\r%.*s%*s", len, line, MAX(shown - len, 0), "");
	fflush(p->err);
	p->shown = MAX(len, shown);
	p->drawn_s = now;
}

void progress_hide(struct progress *p)
{
	if (!p->err || !p->shown)
		return;
	fprintf(p->err, "\r%*s\r", p->shown, "");
	fflush(p->err);
	p->shown = 0;
}
