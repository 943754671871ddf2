/* Title, facts, hints and messages around the view; what does not fit is left
 * out whole, so that nothing is seen by halves. */
#include "loop/frame.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "action/action.h"
#include "app/recording.h"
#include "base/num.h"
#include "base/utf8.h"
#include "demo/demo.h"
#include "demo/tour.h"
#include "dialect/feed.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "draw/prompt.h"
#include "draw/text_layout.h"
#include "input/url.h"
#include "view/compare.h"
#include "view/explain.h"
#include "view/lane.h"
#include "view/list.h"
#include "view/now.h"
#include "view/views.h"

enum {
	TITLE_ROWS = 2,
	FOOT_ROWS = 1,
	MESSAGE_ROWS = 4, /* at most: a sentence is read to its end */
	NAME_COLS = 8, /* of a title, at least; in a narrow one its right side
			  says less */
	ESSENCE_ROWS = 6, /* a small window that has room for */
	ESSENCE_COLS = 32, /* ... more than how small it is */
};

struct rect frame_view_rect(int rows, int cols)
{
	if (rows < FRAME_MIN_ROWS || cols < FRAME_MIN_COLS)
		return (struct rect){ 0, 0, 0, 0 };
	return (struct rect){ TITLE_ROWS, 0, rows - TITLE_ROWS - FOOT_ROWS,
			      cols };
}

/* Where a window that is too small for a view explains it. */
static struct rect small_panel(int rows, int cols)
{
	return (struct rect){ 1, 0, MAX(rows - 1 - FOOT_ROWS, 0), cols };
}

void frame_fit(struct app *app, int rows, int cols)
{
	struct rect r = frame_view_rect(rows, cols);

	r.rows -= tour_rows(app, r.rows, r.cols);
	app->view_rows = MAX(1, r.rows);
	app->view_cols = MAX(1, r.cols);
	if (!r.rows)
		r = small_panel(rows, cols);
	app->explain_rows = r.rows;
	app->explain_cols = r.cols;
}

/* --- title -------------------------------------------------------------- */

static const char *dot(const struct screen *s)
{
	return s->ascii ? " | " : " · ";
}

/* The last part of a path; of a URL all but its scheme. */
static const char *base_name(const char *path)
{
	const char *slash = url_is(path) ? strstr(path, "//") + 1 :
					   strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static const char *open_name(const struct app *app)
{
	size_t opened = deck_opened(app->deck);

	if (app->run && app->run->trace.facts.source)
		return app->run->trace.facts.source;
	if (opened != DECK_NONE && opened < deck_n(app->deck))
		return deck_source_name(
			app->deck, deck_entry(app->deck, opened)->own.i_source);
	return deck_n_sources(app->deck) ? deck_source_name(app->deck, 0) : "";
}

/* "7/200", with + while more are found. */
static void put_number(const struct app *app, const struct screen *s,
		       struct buf *out)
{
	size_t n = deck_n(app->deck), opened = deck_opened(app->deck);
	bool more = !deck_index_complete(app->deck);
	const char *what = deck_skipped(app->deck) ? " records" :
						     " generations";
	char number[NUM_BYTES];

	if (n <= 1)
		return;
	buf_puts(out, dot(s));
	if (opened != DECK_NONE)
		buf_printf(out, "%zu/", opened + 1);
	buf_printf(out, "%s%s%s", num_count(number, n), more ? "+" : "",
		   opened != DECK_NONE ? "" : what);
}

static void put_facts(const struct facts *facts, const struct screen *s,
		      struct buf *out)
{
	if (facts->model)
		buf_printf(out, "%s%s", dot(s), facts->model);
	if (facts->policy)
		buf_printf(out, "%s%s", dot(s), facts->policy);
	if (facts->budget)
		buf_printf(out, " %u", facts->budget);
}

/* Minutes and seconds of the recording at the playhead, and its rate. */
static void put_clock(const struct app *app, const struct screen *s,
		      struct buf *out)
{
	const struct trace *t = &app->run->trace;
	uint32_t seconds;
	double us;

	if (!t->time_us || app->playhead == 0)
		return;
	us = t->time_us[app->playhead - 1];
	if (us > 0)
		buf_printf(out, "%s%.1f tok/s", dot(s),
			   (app->playhead - 1) / (us / 1e6));
	seconds = (uint32_t)(us / 1e6);
	buf_printf(out, "%s%02u:%02u", dot(s), seconds / 60, seconds % 60);
}

/* Since when, in a word that stays as it is while nothing comes. */
static void put_waiting(const struct app *app, const struct screen *s,
			struct buf *out)
{
	struct tm tm;
	char since[8];

	localtime_r(&app->quiet.since, &tm);
	strftime(since, sizeof(since), "%H:%M", &tm);
	buf_printf(out, "  %s waiting since %s", s->ascii ? "o" : "○", since);
}

/* What a title leaves out, one after another, where there is no room. */
enum brief { BRIEF_NOT, BRIEF_CLOCK, BRIEF_PACE, BRIEF_WARNING };

static void put_pace(const struct app *app, const struct screen *s,
		     enum brief brief, struct buf *out)
{
	bool own = app->run->trace.time_us || brief >= BRIEF_PACE;

	if (app->pace == PACE_PLAY)
		buf_printf(out, s->ascii ? "  > %gx%s" : "  ▶ %g×%s",
			   app->speed, own ? "" : " synthetic pace");
	else if (app_is_waiting(app))
		put_waiting(app, s, out);
	else if (app->pace == PACE_FOLLOW && !deck_run_complete(app->deck))
		buf_printf(out, "  %s %s", s->ascii ? "*" : "●",
			   app_is_live(app) ? "live" : "reading");
}

/* A stop is near, and a look elsewhere would miss it. */
static void put_warning(const struct app *app, const struct screen *s,
			struct buf *out)
{
	uint32_t n = MIN(app->playhead, app_n_tokens(app));
	struct rule_warning w;
	char left[NUM_BYTES];

	if (app->run->meter && n &&
	    meter_nearest(app->run->meter, n, &w) < RULE_ROWS)
		buf_printf(out, "%s copying, stop in %s  ",
			   glyph(GLYPH_WARN, s->ascii),
			   num_count(left, w.left));
}

static void put_position(const struct app *app, const struct screen *s,
			 enum brief brief, struct buf *out)
{
	uint32_t total = app->run->trace.n_tokens;
	char a[NUM_BYTES], b[NUM_BYTES];

	if (brief < BRIEF_WARNING)
		put_warning(app, s, out);
	if (app->playhead < total)
		buf_printf(out, "token %s of %s", num_count(a, app->playhead),
			   num_count(b, total));
	else
		buf_printf(out, "tokens %s", num_count(a, total));
	if (brief < BRIEF_CLOCK)
		put_clock(app, s, out);
	put_pace(app, s, brief, out);
	if (recording_is(app, deck_opened(app->deck)))
		buf_puts(out, s->ascii ? "  * rec" : "  ● rec");
}

/* As much of it as leaves room for a name; columns. */
static int put_right(const struct app *app, const struct screen *s,
		     struct buf *out)
{
	int cols = 0;

	for (int brief = BRIEF_NOT; brief <= BRIEF_WARNING; brief++) {
		buf_clear(out);
		put_position(app, s, (enum brief)brief, out);
		cols = (int)utf8_width(out->data, out->len, s->ascii);
		if (cols + NAME_COLS + 4 <= s->cols)
			break;
	}
	return MIN(cols, MAX(s->cols - 2, 0));
}

/* What all lanes have in common; what they have not, each of them tells. */
static void draw_demo_title(const struct app *app, struct screen *s)
{
	const struct demo *d = app->demo;
	const struct model *m = d->map.model;
	struct pen p = pen_at(s, 0, 1, s->cols - 2);

	screen_fill(s, (struct rect){ 0, 0, 1, s->cols }, STYLE_TITLE);
	pen_puts(&p, STYLE_TITLE, d->name);
	pen_printf(&p, STYLE_TITLE, "%s%.60s", dot(s),
		   m->name ? m->name : m->arch);
}

/* A log that was cut or moved away and is read anew is one all the same. */
static bool has_many_files(const struct app *app)
{
	const char *first = deck_n_sources(app->deck) ?
				    deck_source_name(app->deck, 0) :
				    "";

	for (size_t i = 1; i < deck_n_sources(app->deck); i++)
		if (strcmp(deck_source_name(app->deck, i), first) != 0)
			return true;
	return false;
}

static void draw_title(const struct app *app, struct screen *s)
{
	struct buf left = { 0 }, right = { 0 };
	const char *name = base_name(open_name(app));
	char files[NUM_BYTES + 8], number[NUM_BYTES];
	int right_cols = 0;
	struct pen p;

	if (strcmp(name, "-") == 0)
		name = "standard input";
	if (!app->run && has_many_files(app)) {
		snprintf(files, sizeof(files), "%s files",
			 num_count(number, deck_n_sources(app->deck)));
		name = files;
	}
	buf_puts(&left, name);
	put_number(app, s, &left);
	if (app->run) {
		put_facts(&app->run->trace.facts, s, &left);
		right_cols = put_right(app, s, &right);
	}
	screen_fill(s, (struct rect){ 0, 0, 1, s->cols }, STYLE_TITLE);
	p = pen_at(s, 0, 1, s->cols - 2 - (right_cols ? right_cols + 2 : 0));
	pen_cut(&p, STYLE_TITLE, left.data, left.len);
	screen_text(s, 0, s->cols - 1 - right_cols, right_cols, STYLE_TITLE,
		    right.data, right.len);
	buf_release(&left);
	buf_release(&right);
}

/* Views that are not about generations have a title of their own. */
static bool has_title(const struct app *app)
{
	const struct view *view = view_below(app);

	return view->title && (!view->has || view->has(app));
}

static void draw_own_title(const struct app *app, struct screen *s)
{
	screen_fill(s, (struct rect){ 0, 0, 1, s->cols }, STYLE_TITLE);
	view_below(app)->title(app, s);
}

static void draw_any_title(const struct app *app, struct screen *s)
{
	if (demo_is_shown(app))
		draw_demo_title(app, s);
	else if (has_title(app))
		draw_own_title(app, s);
	else
		draw_title(app, s);
}

static const char *open_dialect(const struct app *app)
{
	size_t opened = deck_opened(app->deck);
	const char *title = "";

	if (opened == DECK_NONE)
		opened = list_selected(app);
	if (opened != DECK_NONE && opened < deck_n(app->deck))
		title = deck_title(app->deck,
				   deck_entry(app->deck, opened)->own.i_source);
	else if (deck_n_sources(app->deck))
		title = deck_title(app->deck, 0);
	if (!deck_n(app->deck) && deck_n_sources(app->deck) &&
	    deck_awaits(app->deck, 0))
		return "waits for the file, which is not there yet";
	if (!title[0] && list_of(app)->silent)
		return "nothing has come yet";
	return title[0] ? title : "nothing recognised yet";
}

static void put_seconds(struct buf *out, const char *name, double s)
{
	if (s < 10)
		buf_printf(out, "%s%.*f ms", name, s < 0.0995 ? 1 : 0, s * 1e3);
	else
		buf_printf(out, "%s%.1f s", name, s);
}

/* "TTFT 312 ms, TBT 24.1 ms, p99 80.2 ms", as far as it is known. */
static void put_latency(const struct app *app, struct buf *out)
{
	struct latency_facts f =
		latency_facts(&app->latency, &app->run->trace);

	if (!isnan(f.ttft_s))
		put_seconds(out, "TTFT ", f.ttft_s);
	if (isnan(f.tbt_median_s))
		return;
	put_seconds(out, out->len ? ", TBT " : "TBT ", f.tbt_median_s);
	put_seconds(out, ", p99 ", f.tbt_p99_s);
}

/* Dialects whose every answer ends with a reason, if it is not cut off. */
static bool tells_end(const char *dialect)
{
	return dialect && feed_format_shape(dialect) == FEED_STREAM &&
	       strcmp(dialect, "text") != 0 && strcmp(dialect, "native") != 0;
}

/* How it ended, as its source says. */
static void draw_end(const struct app *app, struct screen *s, struct pen *p)
{
	enum { REASON_BYTES = 24 };
	const struct facts *facts = &app->run->trace.facts;
	const char *reason = facts->finish_reason;

	if (!reason && tells_end(facts->dialect))
		reason = "no reason told";
	if (!reason || !deck_run_complete(app->deck))
		return;
	if (finish_ended_as(reason))
		pen_printf(p, STYLE_TITLE_DIM,
			   "%sthe server ended it as a repetition", dot(s));
	else
		pen_printf(p, STYLE_TITLE_DIM, "%sended: %.*s", dot(s),
			   REASON_BYTES, reason);
}

static void draw_lengths(const struct now *now, const struct screen *s,
			 struct pen *p)
{
	struct buf text = { 0 };

	if (now_lengths(now, &text))
		pen_printf(p, STYLE_TITLE_DIM, "%s%s", dot(s),
			   buf_cstr(&text));
	buf_release(&text);
}

/* A fact that its source may tell. */
static void draw_told(const char *told, const struct screen *s, struct pen *p)
{
	if (told)
		pen_printf(p, STYLE_TITLE_DIM, "%s%s", dot(s), told);
}

/* One fact after another, each whole or not at all but the first. */
static void draw_facts(const struct app *app, struct screen *s)
{
	struct pen p = pen_at(s, 1, 1, s->cols - 2);
	struct now now;
	char alphabet[NUM_BYTES], by[NOW_BY_BYTES];
	struct buf latency = { 0 };

	screen_fill(s, (struct rect){ 1, 0, 1, s->cols }, STYLE_TITLE_DIM);
	if (demo_is_shown(app) || has_title(app)) {
		struct buf facts = { 0 };

		if (has_title(app))
			view_below(app)->facts(app, s->ascii, &facts);
		else
			demo_facts(app, s->ascii, &facts);
		pen_cut(&p, STYLE_TITLE_DIM, facts.data, facts.len);
		buf_release(&facts);
		return;
	}
	pen_cut(&p, STYLE_TITLE_DIM, open_dialect(app),
		strlen(open_dialect(app)));
	if (app->run && app->run->trace.facts.guessed)
		pen_printf(&p, STYLE_TITLE_DIM, "%sfield guessed: %s", dot(s),
			   app->run->trace.facts.guessed);
	if (app->run) /* how a decoder was asked changes all that follows */
		draw_told(app->run->trace.facts.chat, s, &p);
	if (!now_get(app, &now))
		return;
	draw_end(app, s, &p);
	draw_lengths(&now, s, &p);
	put_latency(app, &latency);
	if (latency.len)
		pen_printf(&p, STYLE_TITLE_DIM, "%s%s", dot(s),
			   buf_cstr(&latency));
	buf_release(&latency);
	pen_printf(&p, STYLE_TITLE_DIM, "%s%s, alphabet %s", dot(s),
		   now_symbols(&now),
		   num_count(alphabet, (uint64_t)now.alphabet));
	pen_printf(&p, STYLE_TITLE_DIM, "%stokens: %s", dot(s),
		   now_tokens_by(&now, by));
	pen_printf(&p, STYLE_TITLE_DIM, "%s%s", dot(s),
		   now.run->trace.time_us ? "times recorded" : "no times");
	draw_told(app->run->trace.facts.sampling, s, &p);
}

/* --- the last row ------------------------------------------------------- */

/* The key as the hint line has room for it. */
static const char *short_key(int32_t key, const struct screen *s,
			     char name[KEY_NAME_BYTES])
{
	static const struct {
		int32_t key;
		const char *arrow;
	} arrows[] = {
		{ K_LEFT, "←" },
		{ K_RIGHT, "→" },
		{ K_UP, "↑" },
		{ K_DOWN, "↓" },
	};

	for (size_t i = 0; i < ARRAY_LEN(arrows) && !s->ascii; i++)
		if (arrows[i].key == key)
			return arrows[i].arrow;
	return key_name(key, name);
}

/* The line of hints while it is drawn, and what a click on it means. */
struct hints {
	struct pen pen;
	int col; /* where it was clicked; -1: nowhere */
	int32_t key;
};

/* A row with a hint, and the row after it if that joins ("+"). */
static bool draw_hint(struct hints *h, const struct action *a,
		      const struct action *partner)
{
	struct pen *p = &h->pen;
	int from = p->col;
	char name[KEY_NAME_BYTES], keys[3 * KEY_NAME_BYTES];
	size_t len;

	len = (size_t)snprintf(keys, sizeof(keys), "%s",
			       short_key(a->keys[0], p->s, name));
	if (partner)
		snprintf(keys + len, sizeof(keys) - len, "%s%s",
			 a->keys[0] >= K_FIRST ? "" : "/",
			 short_key(partner->keys[0], p->s, name));
	if (!pen_fits(p, (int)utf8_width(keys, strlen(keys), false) + 3 +
				 (int)strlen(a->hint)))
		return false;
	pen_puts(p, STYLE_KEY, keys);
	pen_printf(p, STYLE_DIM, " %s  ", a->hint);
	if (h->col >= from && h->col < p->col)
		h->key = a->keys[0];
	return true;
}

/* The way out and the way to all keys come first: they must fit. */
static const char *const first_hints[] = { "help", "leave", "end" };

static bool is_first_hint(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(first_hints); i++)
		if (strcmp(first_hints[i], name) == 0)
			return true;
	return false;
}

static bool joins(const struct action *a)
{
	return a->hint && strcmp(a->hint, "+") == 0;
}

/* The hints of a room; false: there is no more room in the line. */
static bool draw_room(const struct app *app, const struct action_room *room,
		      struct hints *h)
{
	for (size_t k = 0; k < room->n; k++) {
		const struct action *a = &room->rows[k], *next = NULL;

		if (!a->hint || joins(a) || is_first_hint(a->name) ||
		    !action_fits(room, a, app->view))
			continue;
		if (k + 1 < room->n && joins(a + 1) &&
		    action_fits(room, a + 1, app->view))
			next = a + 1;
		if (!draw_hint(h, a, next))
			return false;
	}
	return true;
}

/* Returns the key whose hint stands at column `col`; K_NONE. */
static int32_t draw_hints(const struct app *app, struct screen *s, int row,
			  int cols, int col)
{
	struct hints h = { pen_at(s, row, 1, cols - 2), col, K_NONE };
	const struct action_room *room;

	for (size_t i = 0; i < ARRAY_LEN(first_hints); i++) {
		const char *name = first_hints[i];

		draw_hint(&h, action_find(name, strlen(name)), NULL);
	}
	if (app->demo && !draw_room(app, &room_demo, &h))
		return h.key;
	for (size_t i = 0; (room = action_room(i)); i++)
		if (room != &room_demo && room != &room_program &&
		    !draw_room(app, room, &h))
			return h.key;
	/* The program itself comes last. */
	draw_room(app, &room_program, &h);
	return h.key;
}

/* What goes on in the background, at the right of the last row. */
static int draw_progress(const struct app *app, struct screen *s, int row)
{
	char what[64] = "searching";
	int cols;

	if (!app->search.wanted && !app->search.list_wanted &&
	    !app_put_progress(app, app->view != &view_list, what,
			      sizeof(what)))
		return 0;
	cols = (int)strlen(what) + 2;
	screen_printf(s, row, s->cols - cols, STYLE_STATUS, " %s ", what);
	return cols;
}

/* On as many rows as it needs. */
static void draw_message(const struct app *app, struct screen *s)
{
	enum style style = app->message_is_error ? STYLE_ERROR : STYLE_STATUS;
	struct text_layout l = { .text = app->message,
				 .len = strlen(app->message),
				 .width = MAX(s->cols - 2, 1),
				 .ascii = s->ascii };
	int rows = 0, row;

	for (size_t at = 0; at < l.len && rows < MESSAGE_ROWS; rows++)
		at = text_layout_line(&l, at).next;
	row = s->rows - rows;
	screen_fill(s, (struct rect){ row, 0, rows, s->cols }, style);
	for (size_t at = 0; row < s->rows; row++) {
		struct text_line line = text_layout_line(&l, at);

		screen_text(s, row, 1, s->cols - 2, style, l.text + line.from,
			    line.shown - line.from);
		at = line.next;
	}
}

static void draw_foot(const struct app *app, struct screen *s)
{
	int row = s->rows - 1;

	if (prompt_is_open(app->prompt)) {
		prompt_draw(app->prompt, s, row);
		return;
	}
	if (app->message[0]) {
		draw_message(app, s);
		return;
	}
	draw_hints(app, s, row, s->cols - draw_progress(app, s, row), -1);
}

int32_t frame_key_at(const struct app *app, int rows, int cols, int row,
		     int col)
{
	struct screen s;
	int32_t key;

	if (row != rows - 1 || frame_view_rect(rows, cols).rows == 0 ||
	    prompt_is_open(app->prompt) || app->message[0])
		return K_NONE;
	screen_init(&s);
	screen_resize(&s, rows, cols);
	key = draw_hints(app, &s, row, cols - draw_progress(app, &s, row),
			 col);
	screen_release(&s);
	return key;
}

/* --- small windows ------------------------------------------------------ */

/* From row on: how large it wants to be. */
static void draw_wanted(struct screen *s, int row)
{
	char text[128];
	struct text_layout l = { .text = text, .width = s->cols,
				 .ascii = s->ascii };

	l.len = (size_t)snprintf(text, sizeof(text),
				 "This window is %dx%d: lilscope draws in "
				 "60x12 or more. q quits.",
				 s->cols, s->rows);
	for (size_t at = 0; row < s->rows && at < l.len; row++) {
		struct text_line line = text_layout_line(&l, at);

		screen_text(s, row, 0, s->cols, STYLE_NORMAL, text + line.from,
			    line.shown - line.from);
		at = line.next;
	}
}

/* Of runs side by side: each on a line or more. */
static int draw_lanes(const struct app *app, struct screen *s, int row)
{
	size_t n = compare_of(app)->n;
	struct lane first;
	int lines;

	if (!n)
		return row;
	first = lane_of(app, 0);
	lines = (s->rows - row - 1) / (int)n;
	for (size_t i = 0; i < n && row < s->rows - 1; i++) {
		struct rect r = { row, 0, MAX(MIN(lines, 2), 1), s->cols };
		struct lane l = lane_of(app, i);

		lane_draw(app, &l, &first, s, r);
		row += r.rows;
	}
	return row;
}

/* No picture, but what a person wants to know first: where it is, whether it
 * goes in circles, and its numbers; of a list, how many do. */
static int draw_essence(const struct app *app, struct screen *s)
{
	static void (*const lines[])(const struct now *now, struct pen *p) = {
		now_draw_stop, now_draw_verdict, now_draw_numbers,
	};
	struct now now;
	int row = 1;

	draw_any_title(app, s);
	if (view_below(app) == &view_list) {
		list_draw_summary(app, s, (struct rect){ row, 0, 1, s->cols });
		return row + 1;
	}
	if (view_below(app) == &view_compare)
		return draw_lanes(app, s, row);
	if (!now_get(app, &now))
		return row;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct pen p = pen_at(s, row++, 1, s->cols - 2);

		lines[i](&now, &p);
	}
	return row;
}

static void draw_small(const struct app *app, struct screen *s)
{
	bool room = s->rows >= ESSENCE_ROWS && s->cols >= ESSENCE_COLS;

	draw_wanted(s, room ? draw_essence(app, s) : 0);
	if (room && app->explain)
		explain_draw(app, s, small_panel(s->rows, s->cols));
	if (room && (prompt_is_open(app->prompt) || app->message[0]))
		draw_foot(app, s);
}

void frame_draw(const struct app *app, struct screen *s)
{
	struct rect r = frame_view_rect(s->rows, s->cols), tour = r;

	screen_clear(s);
	if (r.rows == 0) {
		draw_small(app, s);
		return;
	}
	draw_any_title(app, s);
	draw_facts(app, s);
	tour.rows = tour_rows(app, r.rows, r.cols);
	tour.row += r.rows - tour.rows;
	r.rows -= tour.rows;
	app->view->draw(app, s, r);
	if (tour.rows)
		tour_draw(app, s, tour);
	if (app->demo && prompt_is_open(app->prompt))
		demo_draw_grammar(app, s, r);
	else if (app->explain)
		explain_draw(app, s, r);
	draw_foot(app, s);
}
