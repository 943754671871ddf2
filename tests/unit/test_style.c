/*
 * Colours: every text of every theme can be read on its page, and with the
 * safe ones eyes that miss a cone still tell good from bad.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "term/style.h"

/* WCAG 2.2: text (1.4.3), and shapes that mean something (1.4.11). */
static const double text_least = 4.5, mark_least = 3;

static const enum theme themes[] = { THEME_DARK, THEME_LIGHT, THEME_SAFE,
				     THEME_TERMINAL };
static const enum color_mode modes[] = { COLOR_16, COLOR_256, COLOR_TRUE };
static const enum ground grounds[] = { GROUND_UNKNOWN, GROUND_DARK,
				       GROUND_LIGHT };

/* What a cell looks like in the end, reverse and all. */
static struct paper paper_of(enum style style, struct scheme scheme)
{
	struct look look = style_look(style, scheme);
	struct paper page = style_paper(scheme), p;

	p.fg = look.fg < 0 ? page.fg : style_rgb(look.fg);
	p.bg = look.bg < 0 ? page.bg : style_rgb(look.bg);
	assert_false(look.dim); /* who knows how dim that is */
	return look.reverse ? (struct paper){ p.bg, p.fg } : p;
}

static void check_scheme(struct scheme scheme)
{
	for (int i = 0; i < STYLES; i++) {
		struct paper p = paper_of((enum style)i, scheme);
		double least = i == STYLE_LIMIT_BAR ? mark_least : text_least;
		double is = style_contrast(p.fg, p.bg);

		if (is < least)
			fail_msg("style %d, mode %d, %s%s: %.2f to 1", i,
				 (int)scheme.mode,
				 scheme.light ? "light" : "dark",
				 scheme.safe ? " safe" : "", is);
	}
}

static void test_contrast(void **state)
{
	(void)state;
	for (size_t t = 0; t < ARRAY_LEN(themes); t++)
		for (size_t m = 0; m < ARRAY_LEN(modes); m++)
			for (size_t g = 0; g < ARRAY_LEN(grounds); g++)
				check_scheme(scheme_of(themes[t], modes[m],
						       grounds[g]));
}

/* The formula beside values that WCAG's own pages give. */
static void test_formula(void **state)
{
	(void)state;
	assert_true(fabs(style_contrast(0, 0xffffff) - 21) < 1e-9);
	assert_true(fabs(style_contrast(0x777777, 0xffffff) - 4.48) < 0.005);
	assert_true(fabs(style_contrast(0xffffff, 0x777777) - 4.48) < 0.005);
	assert_true(fabs(style_contrast(0x123456, 0x123456) - 1) < 1e-9);
}

/* --- eyes that miss a cone ---------------------------------------------- */

struct seen {
	double r, g, b;
};

static double linear(uint32_t channel)
{
	return pow((channel & 255) / 255.0, 2.2);
}

/* Vienot, Brettel, Mollon 1999: without the long or the middle cone, in
 * linear light; the third answers as ever. */
static struct seen seen_by(uint32_t rgb, bool deutan)
{
	double r = linear(rgb >> 16), g = linear(rgb >> 8), b = linear(rgb);
	double l = 17.8824 * r + 43.5161 * g + 4.11935 * b;
	double m = 3.45565 * r + 27.1554 * g + 3.86714 * b;
	double s = 0.0299566 * r + 0.184309 * g + 1.46709 * b;

	if (deutan)
		m = 0.494207 * l + 1.24827 * s;
	else
		l = 2.02344 * m - 2.52581 * s;
	return (struct seen){
		0.0809444479 * l - 0.130504409 * m + 0.116721066 * s,
		-0.0102485335 * l + 0.0540193266 * m - 0.113614708 * s,
		-0.000365296938 * l - 0.00412161469 * m + 0.693511405 * s,
	};
}

static double cube(double t)
{
	return t > 0.008856 ? cbrt(t) : 7.787 * MAX(0, t) + 16.0 / 116;
}

/* CIE 1976: 2.3 can just be told apart side by side. */
static double distance(struct seen a, struct seen b)
{
	double lab[2][3];

	for (int i = 0; i < 2; i++) {
		struct seen c = i ? b : a;
		double x = cube((0.4124 * c.r + 0.3576 * c.g + 0.1805 * c.b) /
				0.9505);
		double y = cube(0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b);
		double z = cube((0.0193 * c.r + 0.1192 * c.g + 0.9505 * c.b) /
				1.089);

		lab[i][0] = 116 * y - 16;
		lab[i][1] = 500 * (x - y);
		lab[i][2] = 200 * (y - z);
	}
	return sqrt(pow(lab[0][0] - lab[1][0], 2) +
		    pow(lab[0][1] - lab[1][1], 2) +
		    pow(lab[0][2] - lab[1][2], 2));
}

/* The least distance of what must be told apart. */
static double least_distance(struct scheme scheme)
{
	static const enum style pairs[][2] = {
		{ STYLE_GOOD, STYLE_BAD },
		{ STYLE_GAIN, STYLE_GAIN_NEAR },
		{ STYLE_GAIN, STYLE_GAIN_LOW },
		{ STYLE_GAIN_NEAR, STYLE_GAIN_LOW },
		{ STYLE_RHO, STYLE_H },
		{ STYLE_ANSWER, STYLE_LIL },
	};
	double least = 1e9;

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		uint32_t a = paper_of(pairs[i][0], scheme).fg;
		uint32_t b = paper_of(pairs[i][1], scheme).fg;

		for (int deutan = 0; deutan < 2; deutan++)
			least = MIN(least, distance(seen_by(a, deutan),
						    seen_by(b, deutan)));
	}
	return least;
}

static void test_safe(void **state)
{
	(void)state;
	for (size_t m = 0; m < ARRAY_LEN(modes); m++)
		for (size_t g = 0; g < ARRAY_LEN(grounds); g++) {
			double is = least_distance(scheme_of(
				THEME_SAFE, modes[m], grounds[g]));

			if (is < 20)
				fail_msg("mode %d, ground %d: %.1f",
					 (int)modes[m], (int)grounds[g], is);
		}
	/* The usual ones are not: that is what the others are for. */
	assert_true(least_distance(scheme_of(THEME_DARK, COLOR_256,
					     GROUND_DARK)) < 15);
}

/* --- what a theme comes to ---------------------------------------------- */

static void test_scheme(void **state)
{
	static const struct {
		enum theme theme;
		enum ground ground;
		bool light, paint;
	} rows[] = {
		{ THEME_AUTO, GROUND_UNKNOWN, false, false },
		{ THEME_AUTO, GROUND_DARK, false, false },
		{ THEME_AUTO, GROUND_LIGHT, true, false },
		{ THEME_DARK, GROUND_UNKNOWN, false, true },
		{ THEME_DARK, GROUND_DARK, false, false },
		{ THEME_DARK, GROUND_LIGHT, false, true },
		{ THEME_LIGHT, GROUND_UNKNOWN, true, true },
		{ THEME_LIGHT, GROUND_LIGHT, true, false },
		{ THEME_SAFE, GROUND_LIGHT, true, false },
		{ THEME_TERMINAL, GROUND_LIGHT, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct scheme s = scheme_of(rows[i].theme, COLOR_TRUE,
					    rows[i].ground);

		assert_int_equal(s.light, rows[i].light);
		assert_int_equal(s.paint, rows[i].paint);
		assert_int_equal(s.mode, rows[i].theme == THEME_TERMINAL ?
						 COLOR_16 : COLOR_TRUE);
	}
	assert_int_equal(style_look(STYLE_NORMAL,
				    scheme_of(THEME_LIGHT, COLOR_NEVER,
					      GROUND_DARK)).bg, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_contrast),
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_scheme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
