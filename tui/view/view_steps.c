/* The steps of a generation as rows: who speaks, how long, how much of it is
 * new. The step with the cursor is selected; its text folds out below it. */
#include <stdio.h>
#include <string.h>

#include "app/told.h"
#include "base/num.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "draw/text_layout.h"
#include "view/moves.h"
#include "view/now.h"
#include "view/steps.h"
#include "view/views.h"

enum {
	HEAD_ROWS = 2,
	INDENT_COLS = 4,   /* of the text below a row */
	BAR_COLS = 8,      /* of what is new */
	WIDE_COLS = 70,    /* a narrower view has no place for all numbers */
};

/* A row of the list: the head of a step, or a line of its text. */
struct step_row {
	size_t i;
	bool head;
	struct text_line line; /* bytes from the step's first */
};

/* Walks over rows. */
struct step_rows {
	const struct app *app;
	const struct steps *steps;
	size_t i;
	bool inside;
	size_t at; /* byte of the next line inside */
	int width;
};

static void release(void *state)
{
	struct steps *s = state;

	mem_free(s->at);
}

/* --- rows --------------------------------------------------------------- */

static struct text_layout text_of(const struct app *app,
				  const struct steps *s, size_t i, int width)
{
	const struct trace *t = &app->run->trace;
	uint32_t start = s->at[i].start, end = steps_end(s, i);
	size_t from = trace_start(t, start);
	size_t to = trace_start(t, end);

	while (to > from && t->text.data[to - 1] == '\n')
		to--;
	return (struct text_layout){ .text = t->text.data + from,
				     .len = to - from,
				     .width = MAX(width, 1),
				     .ascii = app->set.look.ascii };
}

static bool rows_next(struct step_rows *r, struct step_row *out)
{
	if (r->inside) {
		struct text_layout l = text_of(r->app, r->steps, r->i,
					       r->width);

		if (r->at < l.len) {
			*out = (struct step_row){
				r->i, false, text_layout_line(&l, r->at)
			};
			r->at = out->line.next;
			return true;
		}
		r->inside = false;
		r->i++;
	}
	if (r->i >= r->steps->n)
		return false;
	*out = (struct step_row){ .i = r->i, .head = true };
	r->inside = r->steps->at[r->i].open;
	r->at = 0;
	r->i += !r->inside;
	return true;
}

/* Rows that a step takes, at most `most`. */
static int height(const struct app *app, const struct steps *s, size_t i,
		  int width, int most)
{
	struct text_layout l;
	int rows = 1;

	if (!s->at[i].open)
		return 1;
	l = text_of(app, s, i, width);
	for (size_t at = 0; at < l.len && rows < most; rows++)
		at = text_layout_line(&l, at).next;
	return rows;
}

/* The first step that is seen, so that the selected one is, and what comes
 * before it fills two thirds; at the end no row stays blank. */
static struct step_rows rows_of(const struct app *app, const struct steps *s,
				int rows, int cols)
{
	int width = cols - INDENT_COLS - 1, below = 0, left;
	size_t selected = steps_at(s, app->cursor), i = selected;

	for (size_t k = selected; k < s->n && below < rows; k++)
		below += height(app, s, k, width, rows);
	left = MAX(rows * 2 / 3, rows - below);
	while (i > 0) {
		int h = height(app, s, i - 1, width, rows);

		if (h > left)
			break;
		left -= h;
		i--;
	}
	return (struct step_rows){ .app = app, .steps = s, .i = i,
				   .width = width };
}

/* --- drawing ------------------------------------------------------------ */

static enum style style_of(double share)
{
	return share >= .5  ? STYLE_NEW
	       : share >= .3 ? STYLE_COPY1
	       : share >= .15 ? STYLE_COPY2
	       : share >= .05 ? STYLE_COPY3
			      : STYLE_COPY4;
}

/* What else happens in the step. */
static void draw_marks(const struct app *app, const struct now *now,
		       uint32_t from, uint32_t to, struct pen *p)
{
	const struct answered *known = steps_known(app);
	uint32_t lil = now_lil(now);
	bool ascii = p->s->ascii;

	if (known && known->at_token > from && known->at_token <= to)
		pen_printf(p, STYLE_ANSWER, "%s answer ",
			   glyph(GLYPH_CHECK, ascii));
	if (lil != RULE_NEVER && lil > from && lil <= to)
		pen_printf(p, STYLE_LIL, "%s Lil ", glyph(GLYPH_FLAG, ascii));
}

static void draw_share(double share, struct pen *p)
{
	int full = (int)(share * BAR_COLS + .5);

	for (int x = 0; x < BAR_COLS; x++)
		pen_puts(p, x < full ? STYLE_GAIN : STYLE_DIM,
			 p->s->ascii ? (x < full ? "#" : ".")
				     : (x < full ? "█" : "·"));
	pen_puts(p, STYLE_DIM, " ");
}

static void draw_step(const struct app *app, const struct now *now, size_t i,
		      struct screen *s, struct rect at)
{
	static const char *const letters[CHANNELS] = { "R", "A", "T" };
	static const enum style styles[CHANNELS] = {
		STYLE_REASONING, STYLE_ANSWER, STYLE_TOOL
	};
	const struct steps *steps = steps_of(app);
	uint32_t from = steps->at[i].start, to = steps_end(steps, i);
	enum channel ch = trace_channel(&app->run->trace, from);
	double share = steps_new_share(app->run, from, to);
	double gain = told_bytes(app->run, to) - told_bytes(app->run, from);
	struct text_layout text = text_of(app, steps, i, at.cols);
	bool selected = i == steps_at(steps, app->cursor), ascii = s->ascii;
	struct pen p = pen_at(s, at.row, at.col, at.cols);
	char n[NUM_BYTES];
	const char *nl;

	pen_puts(&p, selected ? STYLE_CURSOR : STYLE_DIM,
		 steps->at[i].open ? ascii ? "-" : "▾" : ascii ? "+" : "▸");
	pen_printf(&p, styles[ch], "%s ", letters[ch]);
	if (at.cols >= WIDE_COLS)
		pen_printf(&p, STYLE_DIM, "%8s ",
			   num_count(n, (uint64_t)from + 1));
	pen_printf(&p, STYLE_NORMAL, "%6s ", num_count(n, to - from));
	pen_printf(&p, STYLE_STRONG, "%4.0f %% ", 100 * share);
	if (at.cols >= WIDE_COLS) {
		draw_share(share, &p);
		pen_printf(&p, STYLE_NORMAL, "%8s ",
			   num_size(n, (uint64_t)(gain + .5)));
	}
	draw_marks(app, now, from, to, &p);
	nl = memchr(text.text, '\n', text.len);
	pen_cut(&p, selected ? STYLE_STRONG : style_of(share), text.text,
		nl ? (size_t)(nl - text.text) : text.len);
}

static void draw_head(const struct app *app, struct screen *s, struct rect at)
{
	const struct steps *steps = steps_of(app);
	const struct answered *known = steps_known(app);
	struct pen p = pen_at(s, at.row, at.col + 1, at.cols - 1);
	bool wide = at.cols >= WIDE_COLS;
	char a[NUM_BYTES], b[NUM_BYTES];

	pen_printf(&p, STYLE_STRONG, "step %s of %s",
		   num_count(a, steps_at(steps, app->cursor) + 1),
		   num_count(b, steps->n));
	if (known)
		pen_printf(&p, STYLE_ANSWER, " %s answer known at %s",
			   glyph(GLYPH_DOT, s->ascii),
			   num_count(a, known->at_token));
	if (known)
		pen_printf(&p, STYLE_NORMAL, ", %s tokens after it",
			   num_count(a, known->after));
	screen_puts(s, at.row + 1, at.col, STYLE_DIM,
		    wide ? "      token tokens    new              gain text"
			 : "   tokens    new text");
}

static void draw(const struct app *app, struct screen *s, struct rect at)
{
	const struct steps *steps = steps_of(app);
	struct step_rows rows;
	struct step_row row;
	struct now now;

	if (!now_get(app, &now) || !steps->n || steps->run != app->run) {
		screen_puts(s, at.row + at.rows / 2, at.col + 2, STYLE_DIM,
			    "nothing is measured yet");
		return;
	}
	draw_head(app, s, at);
	rows = rows_of(app, steps, at.rows - HEAD_ROWS, at.cols);
	for (int y = HEAD_ROWS; y < at.rows && rows_next(&rows, &row); y++) {
		struct text_layout l;

		if (row.head) {
			draw_step(app, &now, row.i, s,
				  (struct rect){ at.row + y, at.col, 1,
						 at.cols });
			continue;
		}
		l = text_of(app, steps, row.i, rows.width);
		screen_glyph(s, at.row + y, at.col + 1, STYLE_DIM, "│", '|');
		screen_text(s, at.row + y, at.col + INDENT_COLS, rows.width,
			    STYLE_NORMAL, l.text + row.line.from,
			    row.line.shown - row.line.from);
	}
}

static void explain(const struct app *app, struct buf *out)
{
	const struct steps *steps = steps_of(app);
	const struct answered *known = steps_known(app);
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES];
	uint32_t from, to;
	size_t i;

	if (!steps->n)
		return;
	i = steps_at(steps, app->cursor);
	from = steps->at[i].start;
	to = steps_end(steps, i);
	buf_printf(out,
		   "Step %s has tokens %s to %s. %.0f %% of its bytes are new: "
		   "outside of copies of %d bytes and more. Its gain is what "
		   "the code of the whole text grew by, told(%s) - told(%s) = "
		   "%.0f bytes.\n",
		   num_count(a, i + 1), num_count(b, (uint64_t)from + 1),
		   num_count(c, to), 100 * steps_new_share(app->run, from, to),
		   SHARE_COPY_BYTES, num_count(b, to), num_count(a, from),
		   told_bytes(app->run, to) - told_bytes(app->run, from));
	buf_puts(out, "A step ends at an empty line, where another speaks, "
		      "and where a paragraph is long.\n");
	if (!known)
		buf_puts(out, "No answer is stated: no box, no \"the answer "
			      "is 19\".\n");
	else
		now_explain_known(app, out);
}

/* --- keys --------------------------------------------------------------- */

static void move_along(struct app *app, int n)
{
	const struct steps *s = steps_of(app);
	int64_t to;

	if (!s->n)
		return;
	to = (int64_t)steps_at(s, app->cursor) + n;
	to = MIN(MAX(to, 0), (int64_t)s->n - 1);
	app_set_cursor(app, s->at[to].start);
}

static void move_page(struct app *app, int n)
{
	move_along(app, n * MAX(1, app->view_rows - HEAD_ROWS - 1));
}

static void fold(struct app *app)
{
	struct steps *s = steps_of(app);
	struct steps_item *step;

	if (!s->n)
		return;
	step = &s->at[steps_at(s, app->cursor)];
	step->open = !step->open;
	app->dirty = true;
}

static void fold_all(struct app *app)
{
	struct steps *s = steps_of(app);
	bool any = false;

	for (size_t i = 0; i < s->n; i++)
		any |= s->at[i].open;
	for (size_t i = 0; i < s->n; i++)
		s->at[i].open = !any;
	app_say(app, any ? "all steps are folded" : "all steps are open");
}

/* The first click goes there, the next one folds. */
static bool click(struct app *app, struct rect at, int row, int col)
{
	const struct steps *s = steps_of(app);
	struct step_rows rows;
	struct step_row r;

	(void)col;
	if (!s->n || row < HEAD_ROWS)
		return false;
	rows = rows_of(app, s, at.rows - HEAD_ROWS, at.cols);
	for (int y = HEAD_ROWS; y <= row; y++)
		if (!rows_next(&rows, &r))
			return false;
	if (r.i == steps_at(s, app->cursor))
		fold(app);
	else
		app_set_cursor(app, s->at[r.i].start);
	return true;
}

static void enter(struct app *app, bool home)
{
	enter_run(app, home);
	steps_sync(app);
}

static const struct action rows[] = {
	{ .name = "fold", .keys = { K_ENTER }, .fits = OWN, .hint = "fold",
	  .about = "shows the text of this step, or hides it",
	  .run = fold },
	{ .name = "fold-all", .keys = { '@' }, .fits = OWN, .hint = "all",
	  .about = "hides the text of all steps, or shows it",
	  .run = fold_all },
};

static const struct action_room room = { .title = "Steps",
					 .of = &view_steps,
					 .rows = rows,
					 .n = ARRAY_LEN(rows) };

const struct view view_steps = {
	.name = "steps",
	.about = "paragraph by paragraph: how much is new, tokens, gain",
	.is = SHOWS_RUN | SHOWS_MEASURES | AT_CURSOR,
	.keys = &room,
	.state_bytes = sizeof(struct steps),
	.release = release,
	.draw = draw,
	.click = click,
	.explain = explain,
	.has = has_source,
	.enter = enter,
	.forget = steps_forget,
	.sync = steps_sync,
	.moves = {
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = cursor_end,
		[MOVE_THRESHOLD] = here_threshold,
		[MOVE_RIVAL] = here_rival,
		[MOVE_CHANGE] = here_change,
		[MOVE_PLAY] = playhead_play,
		[MOVE_FOLLOW] = playhead_follow,
	},
};
