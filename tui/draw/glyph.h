/*
 * glyph.h - the few glyphs of our own text, in UTF-8 and in ASCII.
 */
#ifndef LILSCOPE_GLYPH_H
#define LILSCOPE_GLYPH_H

#include <stdbool.h>

enum glyph {
	GLYPH_RHO,
	GLYPH_EPS,
	GLYPH_ALPHA,
	GLYPH_SIGMA,
	GLYPH_LE,
	GLYPH_DOT,      /* between facts */
	GLYPH_FLAG,     /* the threshold */
	GLYPH_OPEN,     /* not reached */
	GLYPH_CHECK,
	GLYPH_CROSS,
	GLYPH_WAVE,
	GLYPH_WARN,
	GLYPH_BACK,     /* information came back */
	GLYPH_ARROW,
	GLYPH_DASH,
	GLYPH_ELLIPSIS,
	GLYPH_NEAR,     /* a window nearly under t */
	GLYPH_LOW,      /* a window under t */
	GLYPH_UP,       /* the playhead, under an axis */
	GLYPH_DIAMOND,  /* the cursor */
	GLYPHS
};

/* Static text: one column wide in UTF-8, some are more in ASCII. */
const char *glyph(enum glyph g, bool ascii);

#endif
