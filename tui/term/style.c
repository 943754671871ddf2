/*
 * Views name a meaning and never a colour: what it looks like with 256
 * colours, with 16 or with none is one row here, so that the meanings stay
 * apart on each terminal.
 */
#include "term/style.h"

#include <assert.h>

/* Attributes in one number, so that a row of the table fits a line. */
enum {
	B = 1,	/* bold */
	D = 2,	/* dim */
	U = 4,	/* underline */
	R = 8,	/* reverse */
	I = 16, /* italic */
};

/*
 * One meaning: its colours out of 256 and out of 16 (-1: the terminal's own),
 * attributes beside colour, and attributes when there is no colour. The
 * colours are middling in lightness, so that they read on dark and on light
 * terminals; text that is copied fades towards grey.
 */
struct row {
	int16_t fg256, bg256, fg16, bg16;
	uint8_t attr, mono;
};

static const struct row rows[STYLES] = {
	[STYLE_NORMAL] = { -1, -1, -1, -1, 0, 0 },
	[STYLE_TITLE] = { 255, 24, 15, 4, B, R | B },
	[STYLE_TITLE_DIM] = { 250, 236, 7, 0, 0, R },
	[STYLE_DIM] = { 243, -1, 8, -1, 0, D },
	[STYLE_STRONG] = { -1, -1, -1, -1, B, B },
	[STYLE_KEY] = { 73, -1, 6, -1, B, B },
	[STYLE_RHO] = { 44, -1, 14, -1, B, B },
	[STYLE_BAND] = { 24, -1, 6, -1, 0, D },
	[STYLE_H] = { 172, -1, 3, -1, 0, 0 },
	[STYLE_GAIN] = { 71, -1, 2, -1, 0, 0 },
	[STYLE_GAIN_NEAR] = { 179, -1, 3, -1, 0, 0 },
	[STYLE_GAIN_LOW] = { 203, -1, 9, -1, 0, B },
	[STYLE_LIMIT] = { 137, -1, 3, -1, 0, D },
	[STYLE_LIMIT_BAR] = { 22, 71, 0, 2, 0, R },
	[STYLE_AFTER] = { 203, -1, 9, -1, 0, 0 },
	[STYLE_LIL] = { 203, -1, 9, -1, B, B },
	[STYLE_RULE] = { 139, -1, 5, -1, 0, 0 },
	[STYLE_PLAYHEAD] = { 220, -1, 11, -1, B, B },
	[STYLE_NEW] = { -1, -1, -1, -1, B, B },
	[STYLE_COPY1] = { 251, -1, -1, -1, 0, 0 },
	[STYLE_COPY2] = { 248, -1, 7, -1, 0, D },
	[STYLE_COPY3] = { 245, -1, 8, -1, 0, D },
	[STYLE_COPY4] = { 242, -1, 8, -1, 0, D | I },
	[STYLE_SOURCE] = { 73, -1, 6, -1, U, U | I },
	[STYLE_UNIT] = { 170, -1, 13, -1, 0, U | B },
	[STYLE_CURSOR] = { 232, 179, 0, 3, 0, R },
	[STYLE_PHRASE] = { 179, -1, 3, -1, U, U },
	[STYLE_PROMPT] = { 103, -1, 4, -1, I, I },
	[STYLE_REASONING] = { 139, -1, 5, -1, 0, D },
	[STYLE_ANSWER] = { 71, -1, 2, -1, B, B },
	[STYLE_TOOL] = { 67, -1, 4, -1, 0, U },
	[STYLE_CONTROL] = { 209, -1, 13, -1, U, U | R },
	[STYLE_FOUND] = { 232, 221, 0, 11, 0, R | B },
	[STYLE_MARK] = { 220, -1, 11, -1, B, B | U },
	[STYLE_SELECTED] = { 255, 24, 15, 4, 0, R },
	[STYLE_GOOD] = { 71, -1, 2, -1, B, B },
	[STYLE_BAD] = { 203, -1, 9, -1, B, B | U },
	[STYLE_STATUS] = { 252, 236, 7, 0, 0, R },
	[STYLE_ERROR] = { 231, 124, 15, 1, B, R | B },
};

struct look style_look(enum style style, enum color_mode mode)
{
	const struct row *row = &rows[style];
	bool mono = mode == COLOR_NEVER;
	uint8_t attr = mono ? row->mono : row->attr;

	assert(style < STYLES && mode != COLOR_AUTO);
	return (struct look){
		.fg = mono		 ? -1
		      : mode == COLOR_16 ? row->fg16
					 : row->fg256,
		.bg = mono		 ? -1
		      : mode == COLOR_16 ? row->bg16
					 : row->bg256,
		.bold = attr & B,
		.dim = attr & D,
		.underline = attr & U,
		.reverse = attr & R,
		.italic = attr & I,
	};
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
