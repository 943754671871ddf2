/*
 * text_pane.h - the text of a generation, wrapped around a position.
 *
 * The document is prompt + output: offsets ("doc") count bytes over both.
 * Nothing but the visible lines is laid out (text_layout.h). What is new is
 * bright, what is copied is dim by the length of its match; a gutter shows
 * who speaks and at which token a line begins; the threshold is a line.
 */
#ifndef LILSCOPE_TEXT_PANE_H
#define LILSCOPE_TEXT_PANE_H

#include "app/app.h"
#include "term/screen.h"

enum {
	TEXT_PANE_GUTTER = 1, /* token numbers and marks at the left */
	TEXT_PANE_FOLLOW = 2, /* the cursor decides what is seen */
};

/* The state of the text view: the first line, as a byte offset in prompt +
 * text. It counts while nobody was placed (app->n_placed) since. */
struct text_scroll {
	uint32_t top;
	uint64_t placed;
};

/* The view's state in this app. */
struct text_scroll *text_scroll_of(const struct app *app);

/* Draws the text from where it was scrolled to, or around the cursor. */
void text_pane_draw(const struct app *app, struct screen *s, struct rect r,
		    unsigned flags);

/* The output token that is drawn at a cell of r (as drawn by the above);
 * PHRASE_NO_TOKEN outside the output. */
uint32_t text_pane_token_at(const struct app *app, const struct screen *s,
			    struct rect r, unsigned flags, int row, int col);

/* Tokens whose text can be seen: all that are measured, but while playing
 * only those up to the playhead. */
uint32_t text_shown(const struct app *app);

/* Columns that the text view leaves for text; the rest is its bar. */
int text_view_cols(int view_cols);

/* Scrolls the text view by lines (negative: up), as wide as
 * app->view_cols; it no longer follows the cursor, until that is placed. */
void text_scroll(struct app *app, long lines);
void text_scroll_to_start(struct app *app);

/* About the phrase under the cursor, in whole facts that fit max_cols:
 * "token 9 800: copied from token 9 488, 312 tokens (phrase 1 204)". */
void text_phrase_line(const struct app *app, int max_cols, struct buf *out);

#endif
