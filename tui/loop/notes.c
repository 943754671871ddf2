/* The sentences of the view (x) and of the tour, and which keys lead on. */
#include "loop/notes.h"

#include <string.h>

#include "app/view.h"
#include "base/num.h"
#include "base/utf8.h"
#include "demo/tour.h"
#include "draw/text_layout.h"
#include "system/clock.h"
#include "system/file.h"

enum { GAP_US = 500000 };

/* Broken into lines, each indented. */
static void put_lines(const struct buf *text, struct buf *out)
{
	struct buf clean = { 0 };
	struct text_layout l = { .width = NOTES_COLS - 2 };

	utf8_sanitize(&clean, text->data, text->len, false, true);
	l.text = clean.data;
	l.len = clean.len;
	for (size_t at = 0; at < l.len;) {
		struct text_line line = text_layout_line(&l, at);

		buf_printf(out, "  %.*s\n", (int)(line.shown - line.from),
			   clean.data + line.from);
		at = line.next;
	}
	buf_release(&clean);
}

static void put_keys(const struct view *view, struct buf *out)
{
	const struct action_room *room;

	buf_puts(out, "\nKeys here\n");
	for (size_t r = 0; (room = action_room(r)); r++)
		for (size_t i = 0; i < room->n; i++) {
			const struct action *a = &room->rows[i];
			struct buf keys = { 0 };

			if (!a->hint || strcmp(a->hint, "+") == 0 ||
			    !action_fits(room, a, view))
				continue;
			action_keys(a, &keys);
			buf_printf(out, "  %-10s%s\n", buf_cstr(&keys),
				   a->about);
			buf_release(&keys);
		}
}

void notes_put(const struct app *app, struct buf *out)
{
	const struct view *view = app->view;
	char n[NUM_BYTES], all[NUM_BYTES];
	struct buf text = { 0 };

	buf_printf(out, "%s: %s\n", view->name, view->about);
	if (app->run)
		buf_printf(out, "token %s of %s%s\n",
			   num_count(n, app->playhead),
			   num_count(all, app_n_tokens(app)),
			   app->pace == PACE_PLAY ? ", playing" : "");
	if (tour_say(app, &text)) {
		buf_puts(out, "\nThe tour says\n");
		put_lines(&text, out);
	}
	text.len = 0;
	if (view->explain)
		view->explain(app, &text);
	if (text.len) {
		buf_puts(out, "\nTo say\n");
		put_lines(&text, out);
	}
	put_keys(view, out);
	buf_release(&text);
}

void notes_write(struct app *app)
{
	struct notes *kept = &app->notes;
	struct buf text = { 0 };
	struct err err = { "" };
	bool same;

	if (!app->set.show.notes[0] || kept->broken ||
	    (app->pace == PACE_PLAY && now_us() - kept->at_us < GAP_US))
		return;
	notes_put(app, &text);
	same = text.len == kept->text.len &&
	       (!text.len || !memcmp(text.data, kept->text.data, text.len));
	buf_release(&kept->text);
	kept->text = text;
	if (same)
		return;
	kept->at_us = now_us();
	kept->broken = !file_write(app->set.show.notes, text.data, text.len,
				   &err);
	if (kept->broken)
		app_complain(app, "%s", err.text);
}
