/* Ticks, scales, and what curves, areas and bars put into cells. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/num.h"
#include "draw/chart.h"
#include "draw/pen.h"

static void test_ticks(void **state)
{
	static const struct {
		double lo, hi;
		int max;
		double first, step;
		int n, decimals;
	} rows[] = {
		{ 0, 1, 6, 0, 0.2, 6, 1 },
		{ 0, 1, 3, 0, 0.5, 3, 1 },
		{ 0, 16333, 9, 0, 2000, 9, 0 },
		{ 9750, 9790, 5, 9750, 10, 5, 0 },
		{ -0.3, 0.62, 5, -0.2, 0.2, 5, 1 },
		{ 0, 0.004, 5, 0, 0.001, 5, 3 },
		{ 0, 2147483647.0, 5, 0, 5e8, 5, 0 },
		{ 1, 1, 5, 0, 0, 0, 0 },
		{ 2, 1, 5, 0, 0, 0, 0 },
		{ NAN, 1, 5, 0, 0, 0, 0 },
		{ 0, INFINITY, 5, 0, 0, 0, 0 },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ticks t = ticks_between(rows[i].lo, rows[i].hi,
					     rows[i].max);
		assert_int_equal(t.n, rows[i].n);
		assert_float_equal(t.first, rows[i].first, 1e-9);
		assert_float_equal(t.step, rows[i].step, 1e-9);
		assert_int_equal(t.decimals, rows[i].decimals);
	}
}

/* Whatever the range: never too many, all inside. */
static void test_ticks_inside(void **state)
{
	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		double lo = (rand() % 2000 - 1000) * pow(10, rand() % 9 - 4);
		double hi = lo + (1 + rand() % 999) * pow(10, rand() % 9 - 4);
		int max = 1 + rand() % 12;
		struct ticks t = ticks_between(lo, hi, max);
		double slack = 1e-6 * t.step;
		assert_true(t.n >= 0 && t.n <= max);
		if (t.n == 0)
			continue;
		assert_true(t.first >= lo - slack);
		assert_true(t.first + (t.n - 1) * t.step <= hi + slack);
	}
}

static void test_round_up(void **state)
{
	static const double rows[][2] = { { 0.61, 0.8 }, { 0.6, 0.6 },
					  { 270, 300 },  { 1, 1 },
					  { 1.01, 1.2 }, { 0, 1 },
					  { -3, 1 },	 { 9.9, 10 } };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_float_equal(ticks_top(rows[i][0]), rows[i][1],
				   1e-9);
	assert_float_equal(ticks_top(NAN), 1, 0);
}

/* --- drawing ------------------------------------------------------------ */

static struct series_range ramp(const void *ctx, double from, double to)
{
	double slope = *(const double *)ctx;
	return (struct series_range){ (float)(slope * from),
				      (float)(slope * to),
				      (float)(slope * to) };
}

static struct series_range step(const void *ctx, double from, double to)
{
	double at = *(const double *)ctx;
	float a = from >= at ? 1.0f : 0.1f, b = to > at ? 1.0f : 0.1f;
	return (struct series_range){ a, b, b };
}

static void draw(struct screen *s, enum graph_kind graph, bool ascii,
		 struct series_range (*at)(const void *, double, double),
		 double ctx)
{
	struct chart c = { s, { 0, 0, 4, 8 }, graph, 0, 8, 0, 1.0001, false,
			   false };
	struct curve curve = { at, &ctx, 0, 8, STYLE_RHO, '*' };

	screen_init(s);
	screen_resize(s, 4, 8);
	s->ascii = ascii;
	chart_curve(&c, &curve);
}

static void assert_dump(struct screen *s, const char *want)
{
	struct buf out = { 0 };
	screen_dump(s, &out);
	assert_string_equal(buf_cstr(&out), want);
	buf_release(&out);
	screen_release(s);
}

static void test_curves(void **state)
{
	struct screen s;
	(void)state;
	draw(&s, GRAPH_BRAILLE, false, ramp, 1.0 / 8);
	assert_dump(&s, "      ⣠⠞\n    ⣠⠞⠁\n  ⣠⠞⠁\n⣠⠞⠁\n");
	draw(&s, GRAPH_ASCII, true, ramp, 1.0 / 8);
	assert_dump(&s, "      **\n    ***\n  ***\n***\n");
	/* A jump is one line, not two ends. */
	draw(&s, GRAPH_BLOCK, false, step, 4);
	assert_dump(&s, "    █▀▀▀\n    █\n    █\n▄▄▄▄▀\n");
}

/* Values far outside and gaps touch nothing but the chart. */
static struct series_range wild(const void *ctx, double from, double to)
{
	unsigned seed = (unsigned)(from * 31 + to);
	float v = seed % 3 == 0 ? NAN : seed % 3 == 1 ? 1e30f : -1e30f;

	(void)ctx;
	return (struct series_range){ v, v, v };
}

static void test_clipped(void **state)
{
	(void)state;
	for (int graph = GRAPH_BRAILLE; graph <= GRAPH_ASCII; graph++) {
		struct screen s;
		struct chart c = { &s, { 1, 1, 4, 8 }, (enum graph_kind)graph,
				   0, 900, 0, 1, false, false };
		struct curve curve = { wild, NULL, 0, 900, STYLE_RHO, '*' };

		screen_init(&s);
		screen_resize(&s, 6, 10);
		chart_area(&c, &curve, &curve, 0);
		chart_curve(&c, &curve);
		for (int i = 0; i < 10; i++) {
			chart_bar(&c, i % 8, i * 1e9 - 3, STYLE_GAIN);
			assert_int_equal(screen_cell(&s, 0, i)->len, 0);
			assert_int_equal(screen_cell(&s, 5, i)->len, 0);
		}
		for (int i = 0; i < 6; i++) {
			assert_int_equal(screen_cell(&s, i, 0)->len, 0);
			assert_int_equal(screen_cell(&s, i, 9)->len, 0);
		}
		screen_release(&s);
	}
}

static void test_bars(void **state)
{
	struct screen s;
	struct chart c = { &s, { 0, 0, 2, 5 }, GRAPH_BRAILLE, 0, 5, 0,
			   16, false, false };
	static const double values[] = { 0, 0.01, 8, 12, 99 };

	(void)state;
	screen_init(&s);
	screen_resize(&s, 2, 5);
	for (int i = 0; i < 5; i++)
		chart_bar(&c, i, values[i], STYLE_GAIN);
	/* Nothing is no bar, a little is the smallest one. */
	assert_dump(&s, "   ▄█\n ▁███\n");
}

static void test_marks(void **state)
{
	struct screen s;
	struct chart c = { &s, { 0, 0, 3, 6 }, GRAPH_BRAILLE, 100, 160, 0,
			   3, false, false };

	(void)state;
	screen_init(&s);
	screen_resize(&s, 3, 6);
	assert_int_equal(chart_col(&c, 100), 0);
	assert_int_equal(chart_col(&c, 160), 5);
	assert_int_equal(chart_col(&c, 161), -1);
	assert_int_equal(chart_col(&c, 99), -1);
	assert_int_equal(chart_row(&c, 0), 2);
	assert_int_equal(chart_row(&c, 3), 0);
	assert_int_equal(chart_row(&c, -1), -1);
	chart_hline(&c, 1.5, STYLE_LIMIT, "-", '-');
	chart_vline(&c, 130, STYLE_LIL, "|", '|');
	/* A line goes around what is there already. */
	assert_dump(&s, "   |\n------\n   |\n");
}

static void test_axes(void **state)
{
	struct screen s;
	struct chart c = { &s, { 0, 5, 4, 40 }, GRAPH_BRAILLE, 0, 4000, 0,
			   1, false, false };

	(void)state;
	screen_init(&s);
	screen_resize(&s, 6, 46);
	chart_y_axis(&c, 5, 3);
	chart_x_axis(&c, 5);
	assert_dump(&s, "1.0 ┤\n0.5 ┤\n    │\n0.0 ┤\n"
			"    └┬─────────┬─────────┬─────────┬────────┬\n"
			"     0        1k        2k        3k       4k\n");
	/* There is no half a token, however few there are. */
	screen_resize(&s, 6, 46);
	screen_clear(&s);
	c.x1 = 2;
	chart_x_axis(&c, 5);
	assert_string_equal(screen_cell(&s, 5, 15)->text, ".");
	screen_clear(&s);
	c.whole_x = true;
	chart_x_axis(&c, 5);
	assert_dump(&s, "\n\n\n\n"
			"    └┬───────────────────┬──────────────────┬\n"
			"     0                   1                  2\n");
}

/* --- a line of facts ---------------------------------------------------- */

static void put_facts(struct screen *s, int cols, bool ascii)
{
	struct pen p;

	screen_init(s);
	screen_resize(s, 1, 16);
	s->ascii = ascii;
	p = pen_at(s, 0, 1, cols);
	pen_puts(&p, STYLE_NORMAL, "rho 0.4");
	pen_puts(&p, STYLE_DIM, " | ");
	pen_puts(&p, STYLE_NORMAL, "H 0.2");
	pen_puts(&p, STYLE_NORMAL, "!");
}

/* What is left out is said, in the margin if need be, and never by half. */
static void test_left_out(void **state)
{
	struct screen s;
	struct pen p;

	(void)state;
	put_facts(&s, 15, false);
	assert_dump(&s, " rho 0.4 | H 0.2\n");
	put_facts(&s, 14, false);
	assert_dump(&s, " rho 0.4 | …\n");
	put_facts(&s, 9, false);
	assert_dump(&s, " rho 0.4 …\n");
	put_facts(&s, 7, false);
	assert_dump(&s, " rho 0.4…\n");
	put_facts(&s, 14, true);
	assert_dump(&s, " rho 0.4 | ...\n");
	put_facts(&s, 8, true); /* no room for three dots */
	assert_dump(&s, " rho 0.4\n");
	/* Over a rule, but over nothing that stands there. */
	screen_init(&s);
	screen_resize(&s, 1, 8);
	screen_hline(&s, 0, 0, 8, STYLE_DIM);
	screen_puts(&s, 0, 6, STYLE_NORMAL, "x");
	p = pen_at(&s, 0, 1, 5);
	pen_puts(&p, STYLE_NORMAL, "ab");
	pen_puts(&p, STYLE_NORMAL, "cdef");
	assert_dump(&s, "─ab …─x─\n");
	screen_init(&s);
	screen_resize(&s, 1, 4);
	p = pen_at(&s, 0, 0, 3);
	p.quiet = true;
	pen_puts(&p, STYLE_NORMAL, "abcd");
	pen_puts(&p, STYLE_NORMAL, "e");
	assert_dump(&s, "\n");
}

/* --- numbers ------------------------------------------------------------ */

static void test_numbers(void **state)
{
	char a[NUM_BYTES];
	(void)state;
	assert_string_equal(num_count(a, 0), "0");
	assert_string_equal(num_count(a, 999), "999");
	assert_string_equal(num_count(a, 9750), "9 750");
	assert_string_equal(num_count(a, UINT64_MAX),
			    "18 446 744 073 709 551 615");
	assert_string_equal(num_short(a, 2500), "2.5k");
	assert_string_equal(num_short(a, 10000), "10k");
	assert_string_equal(num_short(a, 1250000), "1.25M");
	assert_string_equal(num_short(a, 20), "20");
	assert_string_equal(num_real(a, -0.285, 3, false), "\u22120.285");
	assert_string_equal(num_real(a, -0.285, 3, true), "-0.285");
	assert_string_equal(num_real(a, -0.0001, 3, true), "0.000");
	assert_string_equal(num_real(a, NAN, 3, true), "-");
	assert_string_equal(num_percent(a, 6583, 16333), "40 %");
	assert_string_equal(num_percent(a, 1, 5000), "< 0.1 %");
	assert_string_equal(num_percent(a, 1, 40), "2.5 %");
	assert_string_equal(num_percent(a, 0, 0), "0 %");
	assert_string_equal(num_left(a, 0.2), "1 s");
	assert_string_equal(num_left(a, 90), "90 s");
	assert_string_equal(num_left(a, 90.1), "2 min");
	assert_string_equal(num_left(a, 89 * 60), "89 min");
	assert_string_equal(num_left(a, 89 * 60 + 1), "1 h 30 min");
	assert_string_equal(num_left(a, INFINITY), "277777 h 47 min");
	assert_string_equal(num_size(a, 950), "950 B");
	assert_string_equal(num_size(a, 12300), "12 kB");
	assert_string_equal(num_size(a, 1234567890), "1.2 GB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_ticks_inside),
		cmocka_unit_test(test_round_up),
		cmocka_unit_test(test_curves),
		cmocka_unit_test(test_clipped),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_axes),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
