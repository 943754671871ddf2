/* Lines that go through all charts, and names beside them. */
#include "view/ratio_charts.h"

#include <string.h>

void ratio_lil_line(const struct now *now, const struct chart *c)
{
	if (now_lil(now) != RULE_NEVER)
		chart_vline(c, now_lil(now), STYLE_LIL, "┇", ':');
}

void ratio_playhead_line(const struct now *now, const struct chart *c)
{
	if (now->n < now->total)
		chart_vline(c, now->n, STYLE_PLAYHEAD, "│", '|');
}

void ratio_axis_name(const struct chart *c, enum style style,
		      const char *name)
{
	for (int y = 0; y < MIN(c->r.rows, 2); y++) {
		int row = c->r.row + y;
		const struct cell *axis = screen_cell(c->s, row, c->r.col - 1);
		if (axis && axis->len == 3 && !memcmp(axis->text, "┤", 3))
			continue;
		if (axis && axis->len == 1 && axis->text[0] == '+')
			continue;
		screen_puts(c->s, row, c->r.col - RATIO_GUTTER_COLS + 1, style,
			    name);
		return;
	}
}
