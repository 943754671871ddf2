/*
 * Views name a meaning and never a colour: what it looks like with 256
 * colours, with 16 or with none is in the tables here, one for each ground, so
 * that the meanings stay apart on each terminal.
 */
#include "term/style.h"

#include <assert.h>
#include <math.h>

/* Attributes in one number, so that a row of the table fits a line. */
enum {
	B = 1,	/* bold */
	D = 2,	/* dim */
	U = 4,	/* underline */
	R = 8,	/* reverse */
	I = 16, /* italic */
};

/* What a meaning is beside its colours, and without any. */
static const struct {
	uint8_t attr, mono;
} shapes[STYLES] = {
	[STYLE_NORMAL] = { 0, 0 },
	[STYLE_TITLE] = { B, R | B },
	[STYLE_TITLE_DIM] = { 0, R },
	[STYLE_DIM] = { 0, D },
	[STYLE_STRONG] = { B, B },
	[STYLE_KEY] = { B, B },
	[STYLE_RHO] = { B, B },
	[STYLE_BAND] = { 0, D },
	[STYLE_H] = { 0, 0 },
	[STYLE_GAIN] = { 0, 0 },
	[STYLE_GAIN_NEAR] = { 0, 0 },
	[STYLE_GAIN_LOW] = { 0, B },
	[STYLE_LIMIT] = { 0, D },
	[STYLE_LIMIT_BAR] = { 0, R },
	[STYLE_AFTER] = { 0, 0 },
	[STYLE_LIL] = { B, B },
	[STYLE_RULE] = { 0, 0 },
	[STYLE_PLAYHEAD] = { B, B },
	[STYLE_NEW] = { B, B },
	[STYLE_COPY1] = { 0, 0 },
	[STYLE_COPY2] = { 0, D },
	[STYLE_COPY3] = { 0, D },
	[STYLE_COPY4] = { 0, D | I },
	[STYLE_SOURCE] = { U, U | I },
	[STYLE_SURE] = { 0, 0 },
	[STYLE_UNSURE] = { U, U | B | I },
	[STYLE_UNIT] = { 0, U | B },
	[STYLE_CURSOR] = { 0, R },
	[STYLE_PHRASE] = { U, U },
	[STYLE_PROMPT] = { I, I },
	[STYLE_REASONING] = { 0, D },
	[STYLE_ANSWER] = { B, B },
	[STYLE_TOOL] = { 0, U },
	[STYLE_CONTROL] = { U, U | R },
	[STYLE_FOUND] = { 0, R | B },
	[STYLE_MARK] = { B, B | U },
	[STYLE_SELECTED] = { 0, R },
	[STYLE_GOOD] = { B, B },
	[STYLE_BAD] = { B, B | U },
	[STYLE_STATUS] = { 0, R },
	[STYLE_ERROR] = { B, R | B },
};

/*
 * Colours out of 256, and out of 16; -1 is the terminal's own. A text is
 * readable on the page of its table (4.5 to 1, test_style counts), and what is
 * copied fades from it as far as that allows.
 */
struct colors {
	int16_t fg256, bg256, fg16, bg16;
};

/* On black, or nearly. */
static const struct colors dark[STYLES] = {
	[STYLE_NORMAL] = { -1, -1, -1, -1 },
	[STYLE_TITLE] = { 255, 24, 15, 4 },
	[STYLE_TITLE_DIM] = { 250, 236, 7, 0 },
	[STYLE_DIM] = { 245, -1, 8, -1 },
	[STYLE_STRONG] = { -1, -1, -1, -1 },
	[STYLE_KEY] = { 73, -1, 6, -1 },
	[STYLE_RHO] = { 44, -1, 14, -1 },
	[STYLE_BAND] = { 67, -1, 6, -1 },
	[STYLE_H] = { 172, -1, 3, -1 },
	[STYLE_GAIN] = { 71, -1, 2, -1 },
	[STYLE_GAIN_NEAR] = { 179, -1, 3, -1 },
	[STYLE_GAIN_LOW] = { 203, -1, 9, -1 },
	[STYLE_LIMIT] = { 137, -1, 3, -1 },
	[STYLE_LIMIT_BAR] = { 232, 71, 0, 2 },
	[STYLE_AFTER] = { 203, -1, 9, -1 },
	[STYLE_LIL] = { 203, -1, 9, -1 },
	[STYLE_RULE] = { 139, -1, 5, -1 },
	[STYLE_PLAYHEAD] = { 220, -1, 11, -1 },
	[STYLE_NEW] = { -1, -1, -1, -1 },
	[STYLE_COPY1] = { 251, -1, -1, -1 },
	[STYLE_COPY2] = { 248, -1, 7, -1 },
	[STYLE_COPY3] = { 246, -1, 8, -1 },
	[STYLE_COPY4] = { 244, -1, 8, -1 },
	[STYLE_SOURCE] = { 73, -1, 6, -1 },
	[STYLE_SURE] = { 110, -1, 12, -1 },
	[STYLE_UNSURE] = { 110, -1, 12, -1 },
	[STYLE_UNIT] = { 170, -1, 13, -1 },
	[STYLE_CURSOR] = { 232, 179, 0, 3 },
	[STYLE_PHRASE] = { 179, -1, 3, -1 },
	[STYLE_PROMPT] = { 103, -1, 12, -1 },
	[STYLE_REASONING] = { 139, -1, 5, -1 },
	[STYLE_ANSWER] = { 71, -1, 2, -1 },
	[STYLE_TOOL] = { 67, -1, 12, -1 },
	[STYLE_CONTROL] = { 209, -1, 13, -1 },
	[STYLE_FOUND] = { 232, 221, 0, 11 },
	[STYLE_MARK] = { 220, -1, 11, -1 },
	[STYLE_SELECTED] = { 255, 24, 15, 4 },
	[STYLE_GOOD] = { 71, -1, 2, -1 },
	[STYLE_BAD] = { 203, -1, 9, -1 },
	[STYLE_STATUS] = { 252, 236, 7, 0 },
	[STYLE_ERROR] = { 231, 124, 15, 1 },
};

/* On white: of the sixteen, blue, red and purple are dark enough. */
static const struct colors light[STYLES] = {
	[STYLE_NORMAL] = { -1, -1, -1, -1 },
	[STYLE_TITLE] = { 255, 24, 15, 4 },
	[STYLE_TITLE_DIM] = { 239, 254, 15, 0 },
	[STYLE_DIM] = { 242, -1, 8, -1 },
	[STYLE_STRONG] = { -1, -1, -1, -1 },
	[STYLE_KEY] = { 24, -1, 4, -1 },
	[STYLE_RHO] = { 25, -1, 4, -1 },
	[STYLE_BAND] = { 60, -1, 8, -1 },
	[STYLE_H] = { 130, -1, 5, -1 },
	[STYLE_GAIN] = { 28, -1, 4, -1 },
	[STYLE_GAIN_NEAR] = { 94, -1, 5, -1 },
	[STYLE_GAIN_LOW] = { 160, -1, 1, -1 },
	[STYLE_LIMIT] = { 95, -1, 8, -1 },
	[STYLE_LIMIT_BAR] = { 255, 28, 15, 4 },
	[STYLE_AFTER] = { 160, -1, 1, -1 },
	[STYLE_LIL] = { 160, -1, 1, -1 },
	[STYLE_RULE] = { 90, -1, 5, -1 },
	[STYLE_PLAYHEAD] = { 126, -1, 5, -1 },
	[STYLE_NEW] = { -1, -1, -1, -1 },
	[STYLE_COPY1] = { 237, -1, -1, -1 },
	[STYLE_COPY2] = { 239, -1, -1, -1 },
	[STYLE_COPY3] = { 241, -1, 8, -1 },
	[STYLE_COPY4] = { 242, -1, 8, -1 },
	[STYLE_SOURCE] = { 24, -1, 4, -1 },
	[STYLE_SURE] = { 61, -1, 4, -1 },
	[STYLE_UNSURE] = { 61, -1, 4, -1 },
	[STYLE_UNIT] = { 127, -1, 5, -1 },
	[STYLE_CURSOR] = { 232, 179, 15, 5 },
	[STYLE_PHRASE] = { 94, -1, 5, -1 },
	[STYLE_PROMPT] = { 61, -1, 4, -1 },
	[STYLE_REASONING] = { 90, -1, 5, -1 },
	[STYLE_ANSWER] = { 28, -1, 4, -1 },
	[STYLE_TOOL] = { 25, -1, 4, -1 },
	[STYLE_CONTROL] = { 124, -1, 5, -1 },
	[STYLE_FOUND] = { 232, 221, 0, 11 },
	[STYLE_MARK] = { 126, -1, 5, -1 },
	[STYLE_SELECTED] = { 255, 24, 15, 4 },
	[STYLE_GOOD] = { 28, -1, 4, -1 },
	[STYLE_BAD] = { 160, -1, 1, -1 },
	[STYLE_STATUS] = { 236, 254, 15, 0 },
	[STYLE_ERROR] = { 231, 124, 15, 1 },
};

/* For eyes that take red for green: blue is good, orange is bad, and what is
 * between is lighter than both. Other rows are those of the usual tables. */
static const struct colors safe_dark[STYLES] = {
	[STYLE_RHO] = { 117, -1, 14, -1 },
	[STYLE_H] = { 222, -1, 11, -1 },
	[STYLE_GAIN] = { 75, -1, 12, -1 },
	[STYLE_GAIN_NEAR] = { 222, -1, 15, -1 },
	[STYLE_GAIN_LOW] = { 202, -1, 3, -1 },
	[STYLE_LIMIT] = { 180, -1, 7, -1 },
	[STYLE_LIMIT_BAR] = { 232, 75, 0, 12 },
	[STYLE_AFTER] = { 202, -1, 3, -1 },
	[STYLE_LIL] = { 202, -1, 3, -1 },
	[STYLE_RULE] = { 182, -1, 7, -1 },
	[STYLE_ANSWER] = { 75, -1, 12, -1 },
	[STYLE_CONTROL] = { 214, -1, 11, -1 },
	[STYLE_GOOD] = { 75, -1, 12, -1 },
	[STYLE_BAD] = { 202, -1, 3, -1 },
	[STYLE_ERROR] = { 232, 208, 0, 3 },
};

/* The same on white. */
static const struct colors safe_light[STYLES] = {
	[STYLE_H] = { 94, -1, 0, -1 },
	[STYLE_GAIN] = { 25, -1, 4, -1 },
	[STYLE_GAIN_NEAR] = { 242, -1, 8, -1 },
	[STYLE_GAIN_LOW] = { 124, -1, 1, -1 },
	[STYLE_LIMIT_BAR] = { 255, 25, 15, 4 },
	[STYLE_AFTER] = { 124, -1, 1, -1 },
	[STYLE_LIL] = { 124, -1, 1, -1 },
	[STYLE_ANSWER] = { 25, -1, 4, -1 },
	[STYLE_GOOD] = { 25, -1, 4, -1 },
	[STYLE_BAD] = { 124, -1, 1, -1 },
};

static struct colors colors_of(enum style style, struct scheme scheme)
{
	struct colors usual = (scheme.light ? light : dark)[style];
	struct colors safe = (scheme.light ? safe_light : safe_dark)[style];

	/* A row that is not there has colour 0 on 0. */
	return scheme.safe && (safe.fg256 || safe.bg256) ? safe : usual;
}

struct scheme scheme_of(enum theme theme, enum color_mode mode,
			enum ground ground)
{
	bool is_light = theme == THEME_LIGHT ||
			(theme != THEME_DARK && ground == GROUND_LIGHT);
	enum ground wanted = is_light ? GROUND_LIGHT : GROUND_DARK;

	if (theme == THEME_TERMINAL && mode > COLOR_16)
		mode = COLOR_16;
	return (struct scheme){
		.mode = mode,
		.light = is_light,
		.safe = theme == THEME_SAFE,
		.paint = (theme == THEME_DARK || theme == THEME_LIGHT) &&
			 mode != COLOR_NEVER && ground != wanted,
	};
}

struct look style_look(enum style style, struct scheme scheme)
{
	struct colors c = colors_of(style, scheme);
	bool mono = scheme.mode == COLOR_NEVER, few = scheme.mode == COLOR_16;
	uint8_t attr = mono ? shapes[style].mono : shapes[style].attr;
	struct look look = {
		.fg = mono ? -1 : few ? c.fg16 : c.fg256,
		.bg = mono ? -1 : few ? c.bg16 : c.bg256,
		.bold = attr & B,
		.dim = attr & D,
		.underline = attr & U,
		.reverse = attr & R,
		.italic = attr & I,
	};

	assert(style < STYLES && scheme.mode != COLOR_AUTO);
	if (scheme.paint && look.fg < 0)
		look.fg = few ? (scheme.light ? 0 : 7) :
				(scheme.light ? 235 : 253);
	if (scheme.paint && look.bg < 0)
		look.bg = few ? (scheme.light ? 15 : 0) :
				(scheme.light ? 231 : 233);
	return look;
}

struct paper style_paper(struct scheme scheme)
{
	static const struct paper pages[2][2] = {
		{ { 0xd4d7dd, 0x14171c }, { 0xcccccc, 0x000000 } },
		{ { 0x22262e, 0xfdfdfd }, { 0x000000, 0xffffff } },
	};

	return pages[scheme.light][scheme.mode == COLOR_16];
}

static double linear(uint32_t channel)
{
	double v = (channel & 255) / 255.0;

	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
	return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) +
	       0.0722 * linear(rgb);
}

double style_contrast(uint32_t a, uint32_t b)
{
	double light_a = luminance(a), light_b = luminance(b);

	return (MAX(light_a, light_b) + 0.05) / (MIN(light_a, light_b) + 0.05);
}

/* The sixteen as xterm has them, but blue light enough to be read. */
static const uint32_t first16[16] = {
	0x000000, 0xcd3131, 0x0dbc79, 0xc5a332, 0x2472c8, 0xbc3fbc,
	0x11a8cd, 0xcccccc, 0x767676, 0xf14c4c, 0x23d18b, 0xf5f543,
	0x3b8eea, 0xd670d6, 0x29b8db, 0xffffff,
};

uint32_t style_rgb(int index)
{
	static const uint8_t level[6] = { 0, 95, 135, 175, 215, 255 };

	assert(index >= 0 && index < 256);
	if (index < 16)
		return first16[index];
	if (index >= 232)
		return (uint32_t)(8 + 10 * (index - 232)) * 0x010101u;
	index -= 16;
	return (uint32_t)level[index / 36] << 16 |
	       (uint32_t)level[index / 6 % 6] << 8 | level[index % 6];
}
