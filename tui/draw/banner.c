/* A dot of a figure is two cells, so that it is as wide as it is high. */
#include "draw/banner.h"

#include <string.h>

enum { DOTS = 3, DOT_COLS = 2, GAP_COLS = 2 };

static const struct {
	char c;
	const char *rows[BANNER_ROWS];
} figures[] = {
	{ '0', { "###", "# #", "# #", "# #", "###" } },
	{ '1', { " # ", "## ", " # ", " # ", "###" } },
	{ '2', { "###", "  #", "###", "#  ", "###" } },
	{ '3', { "###", "  #", "###", "  #", "###" } },
	{ '4', { "# #", "# #", "###", "  #", "  #" } },
	{ '5', { "###", "#  ", "###", "  #", "###" } },
	{ '6', { "###", "#  ", "###", "# #", "###" } },
	{ '7', { "###", "  #", "  #", "  #", "  #" } },
	{ '8', { "###", "# #", "###", "# #", "###" } },
	{ '9', { "###", "# #", "###", "  #", "###" } },
	{ '%', { "# #", "  #", " # ", "#  ", "# #" } },
	{ '.', { "   ", "   ", "   ", "   ", " # " } },
	{ '<', { "  #", " # ", "#  ", " # ", "  #" } },
};

static const char *const *figure_of(char c)
{
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		if (figures[i].c == c)
			return figures[i].rows;
	return NULL;
}

static int cols_of(char c)
{
	return figure_of(c) ? DOTS * DOT_COLS + GAP_COLS :
	       c == ' '	    ? DOT_COLS :
			      0;
}

int banner_cols(const char *text)
{
	int cols = 0;

	for (; *text; text++)
		cols += cols_of(*text);
	return cols;
}

void banner_draw(struct screen *s, int row, int col, enum style style,
		 const char *text)
{
	for (; *text; col += cols_of(*text++)) {
		const char *const *rows = figure_of(*text);

		for (int i = 0; rows && i < BANNER_ROWS * DOTS * DOT_COLS;
		     i++) {
			int y = i / (DOTS * DOT_COLS);
			int x = i % (DOTS * DOT_COLS);

			if (rows[y][x / DOT_COLS] == '#')
				screen_glyph(s, row + y, col + x, style, "█",
					     '#');
		}
	}
}
