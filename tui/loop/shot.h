/*
 * shot.h - the screen leaves the terminal: as a picture, a page or text in a
 * file, as a film (asciicast), or into the clipboard.
 *
 * Actions only ask (struct shots of the app); what is asked for is taken from
 * the next frame, which is drawn without the command line that asked.
 */
#ifndef LILSCOPE_SHOT_H
#define LILSCOPE_SHOT_H

#include "app/app.h"
#include "term/terminal.h"

/* Is anything asked of the next frame? */
bool shot_is_asked(const struct app *app);

/* Does what was asked for, of a frame that was just drawn, and says what came
 * of it in the status line. term may be NULL: there is none, as in a script;
 * films and clipboards need one. */
void shot_take(struct app *app, const struct screen *s, struct term *term);

/* The colours of a picture: those of the theme that is set, with 256 or with
 * the terminal's own 16; light where the terminal is. */
struct scheme shot_scheme(const struct app *app, const struct term *term);

/* Ends a film, at the end of the program. */
void shot_end(struct app *app, struct term *term);

#endif
