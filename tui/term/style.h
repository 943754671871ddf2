/*
 * style.h - what a cell means; how that looks is decided in one table.
 *
 * Drawing code names meanings only. style.c maps each to colours and
 * attributes for 256 colours, 16 colours and none, on dark and on light;
 * every meaning that colour carries is also carried by an attribute, a letter
 * or a shape, so that mono and NO_COLOR lose nothing.
 */
#ifndef LILSCOPE_STYLE_H
#define LILSCOPE_STYLE_H

#include "base/base.h"

enum style {
	STYLE_NORMAL,
	STYLE_TITLE,      /* the title bar */
	STYLE_TITLE_DIM,
	STYLE_DIM,        /* rules, axes, units, hints */
	STYLE_STRONG,     /* numbers that matter */
	STYLE_KEY,        /* a key in the hint line or in help */
	STYLE_RHO,        /* the curve of rho */
	STYLE_BAND,       /* between rho - eps and rho */
	STYLE_H,          /* measured h */
	STYLE_GAIN,       /* new information per window */
	STYLE_GAIN_NEAR,  /* a window under 2 t */
	STYLE_GAIN_LOW,   /* a window under t */
	STYLE_LIMIT,      /* the line t */
	STYLE_LIMIT_BAR,  /* the line t across a bar */
	STYLE_AFTER,      /* the axis after the threshold */
	STYLE_LIL,        /* the threshold */
	STYLE_RULE,      /* marks of other rules */
	STYLE_PLAYHEAD,
	STYLE_NEW,        /* text: fresh symbols */
	STYLE_COPY1,      /* text: copied, short match */
	STYLE_COPY2,
	STYLE_COPY3,
	STYLE_COPY4,      /* text: copied, long match: dimmest */
	STYLE_SOURCE,     /* where the match under the cursor came from */
	STYLE_SURE,       /* the curve of surprisal */
	STYLE_UNSURE,     /* text: a token that the model gave little chance */
	STYLE_UNIT,       /* what is said again and again */
	STYLE_CURSOR,     /* the token under the cursor */
	STYLE_PHRASE,     /* the rest of its phrase */
	STYLE_PROMPT,
	STYLE_REASONING,  /* its mark, not its text */
	STYLE_ANSWER,
	STYLE_TOOL,
	STYLE_CONTROL,    /* a control character made visible */
	STYLE_FOUND,      /* search hits */
	STYLE_MARK,       /* user marks */
	STYLE_SELECTED,   /* the selected row of a list */
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_STATUS,
	STYLE_ERROR,
	STYLES
};

enum color_mode { COLOR_AUTO, COLOR_NEVER, COLOR_16, COLOR_256, COLOR_TRUE };

/* How one style looks: -1 is the terminal's own colour. */
struct look {
	int16_t fg, bg;
	bool bold, dim, underline, reverse, italic;
};

/* What is asked for; THEME_AUTO is dark or light as the terminal is. */
enum theme { THEME_AUTO, THEME_DARK, THEME_LIGHT, THEME_SAFE, THEME_TERMINAL };

/* What the terminal has behind the text. */
enum ground { GROUND_UNKNOWN, GROUND_DARK, GROUND_LIGHT };

/* What that comes to. */
struct scheme {
	enum color_mode mode; /* not AUTO */
	bool light;           /* for dark text on a light page */
	bool safe;            /* for eyes that take red for green */
	bool paint;           /* the page itself is painted, too */
};

/* mode is NEVER, 16, 256 or TRUE. A page is painted where the theme asks for
 * one and the terminal is not known to have it. */
struct scheme scheme_of(enum theme theme, enum color_mode mode,
			enum ground ground);

/* Colours and attributes of a meaning. */
struct look style_look(enum style style, struct scheme scheme);

/* 0xRRGGBB of what -1 is in pictures: text, and what is behind it. */
struct paper {
	uint32_t fg, bg;
};
struct paper style_paper(struct scheme scheme);

/* From 1 to 21: WCAG 2.2, "contrast ratio". */
double style_contrast(uint32_t a, uint32_t b);

/* 0xRRGGBB of one of the 256 colours: what COLOR_TRUE and pictures use. */
uint32_t style_rgb(int index);

#endif
