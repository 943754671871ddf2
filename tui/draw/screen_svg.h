/*
 * screen_svg.h - a screen as a picture, as a page or as bytes: for people to
 * send each other, the README, slides and tests.
 */
#ifndef LILSCOPE_SCREEN_SVG_H
#define LILSCOPE_SCREEN_SVG_H

#include "base/buf.h"
#include "term/screen.h"

/* A stand-alone SVG: a terminal window with a title bar; cells in a
 * monospace font, runs of one style as one text element. */
void screen_svg(const struct screen *s, struct scheme scheme,
		const char *title, struct buf *out);

/* A stand-alone page of HTML in the same colours. */
void screen_html(const struct screen *s, struct scheme scheme,
		 const char *title, struct buf *out);

/* Text with colours as escape sequences, a line a row. */
void screen_ansi(const struct screen *s, struct scheme scheme,
		 struct buf *out);

#endif
