/* The repeated blocks as rows: how long, how often, how much of the end. */
#include "view/repeats.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "view/moves.h"
#include "view/now.h"
#include "view/views.h"

enum {
	NUMBERS_COLS = 42, /* of a row, before its text */
	LIVE_TOKENS = 250, /* that have to come before it is looked again */
};

static struct repeats *state_of(const struct app *app)
{
	return view_state(app, &view_repeats);
}

const struct repeats *repeats_of(const struct app *app)
{
	return state_of(app);
}

const struct repeated *repeats_lit(const struct app *app)
{
	const struct repeats *r = state_of(app);

	return r->run && r->run == app->run && r->selected < r->n ?
		       &r->units[r->selected] : NULL;
}

/* --- what is looked at -------------------------------------------------- */

/* On a screen a unit is said as often as all of the text says it. */
static void count_all(struct repeats *r, const struct run *run)
{
	const struct trace *t = &run->trace;

	r->counted = t->n_tokens;
	for (size_t i = 0; i < r->n; i++) {
		struct unit *u = &r->units[i].unit;

		u->times = 0;
		for (size_t at = u->first; at < t->text.len; u->times++)
			at = unit_next(t->text.data, t->text.len, u,
				       at + u->len);
	}
}

static void look(struct repeats *r, const struct run *run, uint32_t at,
		 bool fired)
{
	size_t selected = r->run == run ? r->selected : 0;
	struct unit units[REPEATS_MAX];
	size_t n_bytes = trace_start(&run->trace, at);

	*r = (struct repeats){ .run = run, .at = at, .fired = fired };
	r->n = unit_list(run->trace.text.data, n_bytes, units, REPEATS_MAX);
	for (size_t i = 0; i < r->n; i++)
		repeated_of(run, &units[i], &r->units[i]);
	r->selected = selected < r->n ? selected : 0;
	count_all(r, run);
}

static void forget(struct app *app)
{
	*state_of(app) = (struct repeats){ 0 };
}

static bool sync(struct app *app)
{
	struct repeats *r = state_of(app);
	uint32_t n = app_n_tokens(app), at;
	bool seen = app->view == &view_repeats;

	if (!app->run || !app->run->meter || !n) {
		forget(app);
		return false;
	}
	at = meter_rule_at(app->run->meter, RULE_GUARDIAN, n).at_token;
	if (at != RULE_NEVER) {
		if (r->run != app->run || r->at != at || !r->fired)
			look(r, app->run, at, true);
		else if (app->run->ended &&
			 r->counted != app->run->trace.n_tokens)
			count_all(r, app->run);
	} else if (seen && (r->run != app->run || r->fired || n < r->at ||
			    n - r->at >= LIVE_TOKENS ||
			    (app->run->ended && r->at != n))) {
		look(r, app->run, n, false);
	} else if (!seen && (r->run != app->run || r->fired)) {
		forget(app);
	}
	return false;
}

static void enter(struct app *app, bool home)
{
	enter_run(app, home);
	sync(app);
}

/* --- drawing ------------------------------------------------------------ */

static void draw_head(const struct repeats *r, struct screen *s,
		      struct rect at)
{
	struct pen p = pen_at(s, at.row, at.col + 1, at.cols - 1);
	char n[NUM_BYTES];

	if (!r->n) {
		pen_puts(&p, STYLE_NORMAL, r->at ? "nothing is said twice, in "
						   "pieces worth the name" :
						   "nothing is measured yet");
		return;
	}
	pen_puts(&p, STYLE_STRONG, "said again and again");
	pen_printf(&p, STYLE_NORMAL, " at token %s", num_count(n, r->at));
	pen_puts(&p, STYLE_DIM, r->fired ? ", where Lil is" :
					   ", the last one read");
	pen_printf(&p, STYLE_DIM, "; share of the last %s bytes",
		   num_count(n, r->units[0].unit.window));
}

static void draw_row(const struct repeats *r, size_t i, struct screen *s,
		     struct rect at)
{
	const struct repeated *u = &r->units[i];
	enum style style = i == r->selected ? STYLE_UNIT : STYLE_NORMAL;
	struct pen p = pen_at(s, at.row, at.col, at.cols);
	char times[NUM_BYTES], tokens[NUM_BYTES], first[NUM_BYTES];
	struct buf text = { 0 };

	pen_printf(&p, STYLE_STRONG, "%s",
		   i == r->selected ? s->ascii ? "> " : "› " : "  ");
	pen_printf(&p, STYLE_STRONG, "%6s", num_count(times, u->unit.times));
	pen_printf(&p, STYLE_NORMAL, " %7s %8s %4.0f %% %s  ",
		   num_count(tokens, u->n_tokens),
		   num_count(first, (uint64_t)u->first_token + 1),
		   100 * u->unit.share,
		   u->unit.contiguous ? "in a row" : "parted  ");
	repeated_quote(r->run, u, MAX(p.end - p.col - 8, 1), &text);
	pen_printf(&p, style, "%.*s", (int)text.len, text.data);
	buf_release(&text);
}

static void draw(const struct app *app, struct screen *s, struct rect at)
{
	const struct repeats *r = state_of(app);
	size_t top = 0, rows = (size_t)MAX(at.rows - 2, 0);

	draw_head(r, s, at);
	if (!r->n || r->run != app->run || at.rows < 3)
		return;
	screen_puts(s, at.row + 1, at.col, STYLE_DIM,
		    "   times  tokens    since  share           text");
	if (r->selected >= rows)
		top = r->selected + 1 - rows;
	for (size_t i = top; i < r->n && i - top < rows; i++)
		draw_row(r, i, s,
			 (struct rect){ at.row + 2 + (int)(i - top), at.col, 1,
					at.cols });
}

static void explain(const struct app *app, struct buf *out)
{
	const struct repeated *u = repeats_lit(app);

	if (!u) {
		buf_puts(out, "No piece of more than 16 bytes is said twice at "
			      "the end of this text.\n");
		return;
	}
	repeated_say(app->run, u, out);
	buf_puts(out, ".\nThe first row is the unit of the loop: the smallest "
		      "period of a run at the end, or the block that saves "
		      "most, (times - 1) x (bytes - 16). The others are the "
		      "blocks that save most when its copies are left out.\n");
}

/* --- keys --------------------------------------------------------------- */

static void move_along(struct app *app, int n)
{
	struct repeats *r = state_of(app);
	int64_t to = (int64_t)r->selected + n;

	if (r->n) {
		r->selected = (size_t)MIN(MAX(to, 0), (int64_t)r->n - 1);
		app_say(app, "block %zu of %zu", r->selected + 1, r->n);
	}
	app->dirty = true;
}

static void first_copy(struct app *app)
{
	const struct repeated *u = repeats_lit(app);

	if (!u)
		return;
	view_show(app, &view_text);
	app_set_cursor(app, u->first_token);
}

static bool click(struct app *app, struct rect at, int row, int col)
{
	struct repeats *r = state_of(app);
	size_t rows = (size_t)MAX(at.rows - 2, 0);
	size_t top = r->selected >= rows ? r->selected + 1 - rows : 0;

	(void)col;
	if (row < 2 || (size_t)(row - 2) + top >= r->n)
		return false;
	r->selected = (size_t)(row - 2) + top;
	app->dirty = true;
	return true;
}

void repeats_step(struct app *app, int n)
{
	const struct repeated *u = repeats_lit(app);
	const struct trace *t;
	char which[NUM_BYTES], all[NUM_BYTES], at[NUM_BYTES];
	uint32_t here, k = 0, before = 0, to = 0, i = 0;
	size_t end;

	if (!u) {
		app_say(app, "nothing is said again and again here");
		return;
	}
	t = &app->run->trace;
	end = t->text.len;
	here = MIN(app->cursor, t->n_tokens - 1);
	/* Copies that begin before the cursor's token, and all. */
	for (size_t b = unit_next(t->text.data, end, &u->unit, 0); b < end;
	     b = unit_next(t->text.data, end, &u->unit, b + u->unit.len), k++)
		before += trace_token_at(t, b) < here + (n > 0);
	to = (uint32_t)((((int64_t)before + n - (n > 0)) % k + k) % k);
	for (size_t b = unit_next(t->text.data, end, &u->unit, 0); b < end;
	     b = unit_next(t->text.data, end, &u->unit, b + u->unit.len))
		if (i++ == to)
			here = trace_token_at(t, b);
	if (!(app->view->is & AT_CURSOR))
		app_seek(app, here + 1);
	app_set_cursor(app, here);
	app_say(app, "copy %s of %s: token %s", num_count(which, to + 1),
		num_count(all, k), num_count(at, (uint64_t)here + 1));
}

static bool has(const struct app *app)
{
	return repeats_lit(app) != NULL;
}

static const struct action rows[] = {
	{ .name = "first-copy", .keys = { K_ENTER }, .fits = OWN,
	  .hint = "its first copy",
	  .about = "the text, at the first copy of this block",
	  .run = first_copy },
};

static const struct action_room room = { .title = "Repeats",
					 .of = &view_repeats,
					 .rows = rows,
					 .n = ARRAY_LEN(rows) };

const struct view view_repeats = {
	.name = "repeats",
	.about = "what is said again and again: blocks, how often, since when",
	.is = SHOWS_RUN,
	.keys = &room,
	.state_bytes = sizeof(struct repeats),
	.draw = draw,
	.click = click,
	.explain = explain,
	.has = has,
	.enter = enter,
	.forget = forget,
	.sync = sync,
	.moves = {
		[MOVE_ALONG] = move_along,
	},
};
