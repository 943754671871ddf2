/* The marks of a map; a cell in which a page was evicted is never drawn as one
 * in which none was. */
#include "view/map_draw.h"

/* From a share that was read upwards. */
static const struct mark {
	const char *glyph;
	char ascii;
	enum style style;
	const char *name;
} marks[] = {
	{ "·", '.', STYLE_LIMIT, "not seen" },
	{ "░", ':', STYLE_H, "read" },
	{ "▒", '+', STYLE_H, NULL },
	{ "▓", '%', STYLE_RHO, NULL },
	{ "█", '#', STYLE_RHO, "by all" },
	{ "×", 'x', STYLE_BAD, "evicted" },
	{ "╌", '-', STYLE_BAD, "gone" },
};
enum { MARK_UNSEEN, MARK_READ, MARK_ALWAYS = 4, MARK_EVICTED, MARK_GONE };

static int mark_of(const struct map_cell *c)
{
	if (c->read > 0 && 2 * c->read < c->there)
		return MARK_READ + (4 * c->read >= c->there);
	if (c->read > 0)
		return c->read < c->there ? MARK_ALWAYS - 1 : MARK_ALWAYS;
	if (c->kept > 0)
		return MARK_UNSEEN;
	return c->there > 0 ? MARK_GONE : -1;
}

static void draw_cell(struct screen *s, int row, int col,
		      const struct map_cell *c)
{
	int mark = mark_of(c);
	/* Where nearly all is read the shade stays, in the colour and with the
	 * line of what is evicted. */
	bool much = 4 * c->read >= 3 * c->there;

	if (c->evicted && !much)
		mark = MARK_EVICTED;
	if (mark >= 0)
		screen_glyph(s, row, col,
			     c->evicted ? STYLE_BAD : marks[mark].style,
			     marks[mark].glyph, marks[mark].ascii);
}

void map_draw_cells(struct screen *s, int row, int col, const struct map *m)
{
	for (int y = 0; y < m->rows; y++)
		for (int x = 0; x < m->cols; x++)
			draw_cell(s, row + y, col + x,
				  &m->cells[(size_t)y * (size_t)m->n_bins +
					    (size_t)map_bin_of_col(m, x)]);
}

void map_draw_legend(struct pen *p)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		char one[2] = { marks[i].ascii, '\0' };

		pen_printf(p, marks[i].style, "%s",
			   p->s->ascii ? one : marks[i].glyph);
		if (marks[i].name)
			pen_printf(p, STYLE_DIM, " %s  ", marks[i].name);
	}
}
