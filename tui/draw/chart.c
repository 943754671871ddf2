/*
 * Drawing a curve is walking over the columns of dots. Each column asks the
 * curve for its range there and sets the dots from the lowest to the highest
 * value; a column that does not touch the one before it is joined to it, so a
 * step stays a line:
 *
 *	column     0   1   2   3            dots of one braille cell
 *	           . . . . . . * *             0 3
 *	           * * . . . . * .             1 4      U+2800 + bits
 *	           . * * * * * * .             2 5
 *	                                       6 7
 */
#include "draw/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "base/num.h"

enum {
	BRAILLE_BLANK = 0x2800,
	BRAILLE_LEN = 3,    /* bytes of any braille glyph */
	AREA_DENSE = 0x95,  /* every other dot, as a chess board */
	AREA_SPARSE = 0x82, /* two of eight */
	BAR_STEPS = 8,
	X_LABEL_GAP = 3, /* blanks between labels of the x axis */
};

/* How many dots a cell has. */
struct dots {
	int x, y;
};

static enum graph_kind graph_of(const struct chart *c)
{
	return c->s->ascii ? GRAPH_ASCII : c->graph;
}

static struct dots dots_of(const struct chart *c)
{
	static const struct dots dots[] = {
		[GRAPH_BRAILLE] = { 2, 4 },
		[GRAPH_BLOCK] = { 1, 2 },
		[GRAPH_ASCII] = { 1, 1 },
	};
	return dots[graph_of(c)];
}

/* --- scales ------------------------------------------------------------- */

double chart_x(const struct chart *c, int col)
{
	return c->x0 + (c->x1 - c->x0) * col / MAX(c->r.cols, 1);
}

int chart_col(const struct chart *c, double x)
{
	int col;

	if (!(x >= c->x0 && x <= c->x1) || c->r.cols < 1)
		return -1;
	col = (int)((x - c->x0) / (c->x1 - c->x0) * c->r.cols);
	return c->r.col + MIN(col, c->r.cols - 1);
}

/* How high y is in the chart: 0 at the bottom, 1 at the top. */
static double height_of(const struct chart *c, double y)
{
	double up = (y - c->y0) / (c->y1 - c->y0);
	return c->root && up > 0 ? sqrt(up) : up;
}

/* The row of dots, 0 at the top; clipped to one above and one below. */
static int dot_row(const struct chart *c, double y, int n_dots)
{
	double up = height_of(c, y) * n_dots;
	if (up < 0)
		return n_dots;
	if (up >= n_dots + 1)
		return -1;
	return n_dots - 1 - MIN((int)up, n_dots - 1);
}

int chart_row(const struct chart *c, double y)
{
	int row = dot_row(c, y, c->r.rows);
	return row < 0 || row >= c->r.rows ? -1 : c->r.row + row;
}

/* --- dots --------------------------------------------------------------- */

/* The dots that a cell shows already in this style. */
static unsigned cell_dots(const struct cell *cell, enum style style)
{
	const unsigned char *b = (const unsigned char *)cell->text;
	if (cell->len != BRAILLE_LEN || cell->style != style || b[0] != 0xe2)
		return 0;
	if (b[1] >= 0xa0 && b[1] <= 0xa3)
		return (b[1] & 3u) << 6 | (b[2] & 0x3fu);
	if (b[1] != 0x96)
		return 0;
	/* Half blocks: upper 1, lower 2, full 3. */
	return b[2] == 0x80 ? 1 : b[2] == 0x84 ? 2 : b[2] == 0x88 ? 3 : 0;
}

static unsigned braille_bit(int x, int y)
{
	static const uint8_t bit[4][2] = {
		{ 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 }
	};
	return bit[y][x];
}

static void put_braille(const struct chart *c, int row, int col,
			enum style style, unsigned bits)
{
	char text[5] = { 0 };
	text[utf8_encode(BRAILLE_BLANK + (int32_t)bits, text)] = '\0';
	screen_glyph(c->s, row, col, style, text, '*');
}

static void put_dot(const struct chart *c, int x, int y,
		    const struct curve *curve)
{
	static const char *const half[] = { " ", "▀", "▄", "█" };
	struct dots d = dots_of(c);
	int row = c->r.row + y / d.y;
	int col = c->r.col + x / d.x;
	const struct cell *cell = screen_cell(c->s, row, col);
	unsigned old;

	if (!cell)
		return;
	old = cell_dots(cell, curve->style);
	switch (graph_of(c)) {
	case GRAPH_BRAILLE:
		put_braille(c, row, col, curve->style,
			    old | braille_bit(x % d.x, y % d.y));
		break;
	case GRAPH_BLOCK:
		screen_glyph(c->s, row, col, curve->style,
			     half[(old & 3) | 1u << (y % d.y)], '*');
		break;
	case GRAPH_ASCII:
		screen_glyph(c->s, row, col, curve->style, "*", curve->ascii);
		break;
	}
}

static struct series_range no_range(void)
{
	return (struct series_range){ NAN, NAN, NAN };
}

/* The curve over dot column x of n, inside its own limits. */
static struct series_range range_at(const struct chart *c,
				    const struct curve *curve, int x, int n)
{
	double from = c->x0 + (c->x1 - c->x0) * x / n;
	double to = c->x0 + (c->x1 - c->x0) * (x + 1) / n;
	from = MAX(from, curve->from);
	to = MIN(to, curve->to);
	return from < to ? curve->at(curve->ctx, from, to) : no_range();
}

void chart_curve(const struct chart *c, const struct curve *curve)
{
	struct dots d = dots_of(c);
	int n = c->r.cols * d.x;
	int rows = c->r.rows * d.y;
	int before = -2; /* dot row where the last column ended; -2: nowhere */
	if (rows < 1)
		return;
	for (int x = 0; x < n; x++) {
		struct series_range v = range_at(c, curve, x, n);
		int top, bottom;

		if (isnan(v.min)) {
			before = -2;
			continue;
		}
		top = dot_row(c, v.max, rows);
		bottom = dot_row(c, v.min, rows);
		if (before != -2 && before < top - 1)
			top = before + 1;
		if (before != -2 && before > bottom + 1)
			bottom = before - 1;
		for (int y = MAX(top, 0); y <= MIN(bottom, rows - 1); y++)
			put_dot(c, x, y, curve);
		before = dot_row(c, v.last, rows);
	}
}

static void put_texture(const struct chart *c, int row, int col,
			enum style style, bool dense)
{
	screen_glyph(c->s, row, col, style, dense ? "▒" : "░",
		     dense ? ':' : '.');
}

/* The rows of dots of an area over dot column x of n: [from, to]. */
struct stripe {
	int from, to;
};

static struct stripe stripe_at(const struct chart *c,
			       const struct curve *upper,
			       const struct curve *lower, int x, int n)
{
	int rows = c->r.rows * (n / c->r.cols == 1 ? 1 : dots_of(c).y);
	struct series_range u = range_at(c, upper, x, n);
	struct stripe s = { 0, -1 };
	if (isnan(u.min))
		return s;
	/* The row of the edge itself is the curve's. */
	s.from = MAX(dot_row(c, u.min, rows) + 1, 0);
	s.to = rows - 1;
	if (lower) {
		double low = range_at(c, lower, x, n).min;
		s.to = isnan(low) ? s.to : MIN(s.to, dot_row(c, low, rows));
	}
	return s;
}

/* The dots of a pattern in one cell that lie in its two stripes. */
static unsigned cell_pattern(const struct stripe two[2], int row, int base)
{
	unsigned bits = 0;
	for (int x = 0; x < 2; x++) {
		for (int dy = 0; dy < 4; dy++) {
			int y = row * 4 + dy;
			unsigned all = y <= base ? AREA_DENSE : AREA_SPARSE;
			if (y >= two[x].from && y <= two[x].to)
				bits |= all & braille_bit(x, dy);
		}
	}
	return bits;
}

static void dotted_area(const struct chart *c, const struct curve *upper,
			const struct curve *lower, double base)
{
	int base_row = dot_row(c, base, c->r.rows * 4);
	for (int x = 0; x < c->r.cols; x++) {
		struct stripe two[2];
		for (int i = 0; i < 2; i++)
			two[i] = stripe_at(c, upper, lower, 2 * x + i,
					   2 * c->r.cols);
		for (int y = 0; y < c->r.rows; y++) {
			unsigned bits = cell_pattern(two, y, base_row);
			if (bits)
				put_braille(c, c->r.row + y, c->r.col + x,
					    upper->style, bits);
		}
	}
}

void chart_area(const struct chart *c, const struct curve *upper,
		const struct curve *lower, double base)
{
	int base_row;

	if (graph_of(c) == GRAPH_BRAILLE) {
		dotted_area(c, upper, lower, base);
		return;
	}
	base_row = dot_row(c, base, c->r.rows);
	for (int x = 0; x < c->r.cols; x++) {
		struct stripe s = stripe_at(c, upper, lower, x, c->r.cols);
		for (int y = s.from; y <= s.to; y++)
			put_texture(c, c->r.row + y, c->r.col + x,
				    upper->style, y <= base_row);
	}
}

void chart_bar(const struct chart *c, int col, double value, enum style style)
{
	static const char *const part[BAR_STEPS + 1] = { " ", "▁", "▂",
							 "▃", "▄", "▅",
							 "▆", "▇", "█" };
	double up = height_of(c, value);
	int steps;

	if (!(up > 0))
		return;
	steps = (int)lround(MIN(up, 1.0) * c->r.rows * BAR_STEPS);
	steps = MAX(steps, 1);
	for (int y = c->r.rows - 1; y >= 0 && steps > 0; y--) {
		int here = MIN(steps, BAR_STEPS);
		screen_glyph(c->s, c->r.row + y, c->r.col + col, style,
			     part[here], here >= BAR_STEPS / 2 ? '#' : '_');
		steps -= here;
	}
}

/* --- lines and axes ----------------------------------------------------- */

static bool is_free(const struct cell *cell)
{
	return cell && (cell->len == 0 || cell->style == STYLE_BAND ||
			(cell->len == 1 && cell->text[0] == ' '));
}

void chart_vline(const struct chart *c, double x, enum style style,
		 const char *mark, char ascii)
{
	int col = chart_col(c, x);
	if (col < 0)
		return;
	for (int y = 0; y < c->r.rows; y++)
		if (is_free(screen_cell(c->s, c->r.row + y, col)))
			screen_glyph(c->s, c->r.row + y, col, style, mark,
				     ascii);
}

void chart_hline(const struct chart *c, double y, enum style style,
		 const char *mark, char ascii)
{
	int row = chart_row(c, y);
	if (row < 0)
		return;
	for (int x = 0; x < c->r.cols; x++)
		if (is_free(screen_cell(c->s, row, c->r.col + x)))
			screen_glyph(c->s, row, c->r.col + x, style, mark,
				     ascii);
}

static bool is_full(const struct cell *cell)
{
	return cell && ((cell->len == 1 && cell->text[0] == '#') ||
			(cell->len == 3 && !memcmp(cell->text, "█", 3)));
}

void chart_limit(const struct chart *c, double y, enum style style,
		 enum style of_bars, enum style on_bars)
{
	int row = chart_row(c, y);
	if (row < 0)
		return;
	for (int col = c->r.col; col < c->r.col + c->r.cols; col++) {
		const struct cell *cell = screen_cell(c->s, row, col);
		if (is_free(cell))
			screen_glyph(c->s, row, col, style, "┈", '.');
		else if (is_full(cell) && cell->style == of_bars)
			screen_glyph(c->s, row, col, on_bars, "┈", '=');
	}
}

/* Decimals that tell two edges apart. */
static int edge_decimals(double span)
{
	return span >= 10 ? 0 : span >= 1 ? 1 : 2;
}

void chart_y_line(const struct chart *c)
{
	for (int y = 0; y < c->r.rows; y++)
		screen_glyph(c->s, c->r.row + y, c->r.col - 1, STYLE_DIM, "│",
			     '|');
}

void chart_y_tick(const struct chart *c, int gutter, double value,
		  int decimals, enum style style)
{
	int row = chart_row(c, value), col = c->r.col - 1;
	char text[NUM_BYTES];
	int cols;

	if (row < 0)
		return;
	num_real(text, value, decimals, c->s->ascii);
	cols = (int)utf8_width(text, strlen(text), c->s->ascii);
	if (cols < gutter)
		screen_puts(c->s, row, col - 1 - cols, style, text);
	screen_glyph(c->s, row, col, style, "┤", '+');
}

void chart_y_axis(const struct chart *c, int gutter, int max_ticks)
{
	struct ticks t;

	chart_y_line(c);
	t = ticks_between(c->y0, c->y1, max_ticks);
	if (t.n < 2) /* the edges say more than one tick */
		t = (struct ticks){ c->y0, c->y1 - c->y0, 2,
				    edge_decimals(c->y1 - c->y0) };
	for (int i = 0; i < t.n; i++)
		chart_y_tick(c, gutter, t.first + i * t.step, t.decimals,
			     STYLE_DIM);
}

/* Ticks whose labels do not touch each other. */
static struct ticks x_ticks(const struct chart *c)
{
	for (int n = MIN(TICKS_MAX, MAX(c->r.cols / 6, 1)); n >= 1; n--) {
		struct ticks t = ticks_between(c->x0, c->x1, n);
		char text[NUM_BYTES];
		double cols;

		num_short(text, t.first + t.step * MAX(t.n - 1, 0));
		cols = t.step / (c->x1 - c->x0) * c->r.cols;
		if (c->whole_x && t.n > 1 && t.step < 1)
			continue;
		if (t.n <= 1 || cols >= (double)strlen(text) + X_LABEL_GAP)
			return t;
	}
	return (struct ticks){ 0 };
}

void chart_x_axis(const struct chart *c, int label_row)
{
	int row = c->r.row + c->r.rows;
	struct ticks t;

	screen_glyph(c->s, row, c->r.col - 1, STYLE_DIM, "└", '+');
	for (int x = 0; x < c->r.cols; x++)
		screen_glyph(c->s, row, c->r.col + x, STYLE_DIM, "─", '-');
	t = x_ticks(c);
	for (int i = 0; i < t.n; i++) {
		double value = t.first + i * t.step;
		int col = chart_col(c, value);
		char text[NUM_BYTES];
		int len, at;

		if (col < 0)
			continue;
		screen_glyph(c->s, row, col, STYLE_DIM, "┬", '+');
		if (label_row < 0)
			continue;
		len = (int)strlen(num_short(text, value));
		at = MIN(col - len / 2, c->r.col + c->r.cols - len);
		screen_puts(c->s, label_row, MAX(at, c->r.col), STYLE_DIM,
			    text);
	}
}
