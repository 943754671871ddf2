/*
 * The help view: written from the tables of actions, options, views, coders
 * and rules each time it is drawn, so it can't be out of date. Lines are
 * counted from the top; only those that are seen are put on the screen. A
 * search reads the lines as they are drawn, all on one long screen.
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "opt/opt.h"
#include "view/now.h"
#include "view/views.h"

enum {
	KEYS_COLS = 19,  /* the column of keys */
	NAME_COLS = 23,  /* of names with their arguments */
	POSITION_COLS = 8, /* at the right: how far down it is */
	NARROW = 70,     /* below this names are left out */
	HIT_ABOVE = 2,   /* rows that stand above a hit */
};

struct help {
	struct screen *s;
	struct rect r;
	size_t top;  /* the first line that is seen */
	size_t line; /* the line that comes next */
};

/* The row of the next line, or -1 while it is out of sight. */
static int next_row(struct help *h)
{
	size_t line = h->line++;
	if (line < h->top || line - h->top >= (size_t)h->r.rows)
		return -1;
	return h->r.row + (int)(line - h->top);
}

static void heading(struct help *h, const char *text)
{
	int row;
	struct pen p;

	if (h->line > 0)
		next_row(h);
	row = next_row(h);
	if (row < 0)
		return;
	screen_hline(h->s, row, h->r.col + 1, h->r.cols - 2, STYLE_DIM);
	p = pen_at(h->s, row, h->r.col + 3, h->r.cols - 4);
	pen_printf(&p, STYLE_STRONG, " %s ", text);
}

/* Bytes of text that fit, up to a blank; own texts are ASCII. */
static size_t words_that_fit(const char *text, int cols)
{
	size_t n = strlen(text), fit = (size_t)MAX(cols, 1);
	if (n <= fit)
		return n;
	for (size_t i = fit; i > 0; i--)
		if (text[i] == ' ')
			return i;
	return fit;
}

/* The explanation, on as many rows as it needs. */
static void about_rows(struct help *h, int row, int col, const char *about)
{
	int cols = h->r.col + h->r.cols - POSITION_COLS - col;
	for (;;) {
		size_t n = words_that_fit(about, cols);
		if (row >= 0)
			screen_text(h->s, row, col, MAX(cols, 0), STYLE_DIM,
				    about, n);
		about += n;
		about += strspn(about, " ");
		if (!about[0])
			return;
		row = next_row(h);
	}
}

static void put(struct help *h, int row, int col, int cols, enum style style,
		const char *text)
{
	int end = h->r.col + h->r.cols;
	if (row >= 0)
		screen_text(h->s, row, col, MIN(cols, end - col), style, text,
			    strlen(text));
}

static void entry(struct help *h, const char *keys, const char *name,
		  const char *about)
{
	bool wide = h->r.cols >= NARROW;
	int col = h->r.col + 2;
	int row = next_row(h);
	put(h, row, col, KEYS_COLS - 1, STYLE_KEY, keys);
	col += keys[0] || wide ? KEYS_COLS : 0;
	if (wide || !keys[0]) {
		put(h, row, col, NAME_COLS - 1, STYLE_NORMAL, name);
		col += NAME_COLS;
	}
	about_rows(h, row, col, about);
}

/* where: in which views the keys mean it, too. */
static void action_row(struct help *h, const struct action_room *room,
		       const struct action *a, bool where)
{
	struct buf keys = { 0 }, about = { 0 }, in = { 0 };
	char name[NAME_COLS * 2];

	action_keys(a, &keys);
	snprintf(name, sizeof(name), ":%s%s%s", a->name, a->arg ? " " : "",
		 a->arg ? a->arg : "");
	buf_puts(&about, a->about);
	if (where)
		action_where(room, a, &in);
	if (in.len)
		buf_printf(&about, " (%s)", buf_cstr(&in));
	entry(h, buf_cstr(&keys), name, buf_cstr(&about));
	buf_release(&in);
	buf_release(&about);
	buf_release(&keys);
}

static void actions(struct help *h)
{
	const struct action_room *room;

	for (size_t i = 0; (room = action_room(i)); i++) {
		heading(h, room->title);
		for (size_t k = 0; k < room->n; k++)
			action_row(h, room, &room->rows[k], true);
	}
}

/* A room of the view itself, of several views, of the program. */
enum whose { ITS_OWN, SHARED, OF_ALL, WHOSE };

static enum whose whose(const struct action_room *room,
			const struct view *view)
{
	return room->of == view ? ITS_OWN :
	       room == action_room(0) ? OF_ALL : SHARED;
}

/* First what can be pressed in the view that the help stands over, and of
 * that what is pressed nowhere else. */
static void keys_here(struct help *h, const struct app *app)
{
	const struct view *view = view_below(app);
	const struct action_room *room;
	char title[64];

	snprintf(title, sizeof(title), "Keys in the %s view; Alt-1 2 j: 12 j",
		 view->name);
	heading(h, title);
	for (int of = ITS_OWN; of < WHOSE; of++)
		for (size_t i = 0; (room = action_room(i)); i++)
			for (size_t k = 0; k < room->n; k++)
				if ((int)whose(room, view) == of &&
				    room->rows[k].keys[0] != K_NONE &&
				    action_fits(room, &room->rows[k], view))
					action_row(h, room, &room->rows[k],
						   false);
}

static void options(struct help *h, const struct settings *set)
{
	const struct opt *o;

	heading(h, "Options: :set NAME VALUE, or --NAME=VALUE");
	for (size_t i = 0; (o = opt_at(i)); i++) {
		struct buf now = { 0 };
		char name[NAME_COLS * 2];
		if (!(o->where & OPT_LIVE))
			continue;
		o->get(o, set, &now);
		snprintf(name, sizeof(name), "%s%s%s", o->name,
			 o->arg ? " " : "", o->arg ? o->arg : "");
		entry(h, buf_cstr(&now), name, o->about);
		buf_release(&now);
	}
}

static void tables(struct help *h)
{
	heading(h, "Views");
	for (size_t i = 0; i < n_views; i++)
		entry(h, "", views[i]->name, views[i]->about);
	heading(h, "Coders: how bytes of new information are counted");
	for (size_t i = 0; i < CODER_KINDS; i++)
		entry(h, "", coder_rows[i].name, coder_rows[i].about);
	heading(h, "Other stop rules, and their letters in the chart");
	for (size_t i = RULE_GUARDIAN + 1; i < RULE_USUAL_ROWS; i++) {
		char letter[2] = { now_rule_letter(i) };

		entry(h, h->r.cols >= NARROW ? letter : "", rules[i]->name,
		      rules[i]->about);
	}
	entry(h, "", "by default",
	      "loop stops, and the list counts it: fewest false stops");
}

/* What the marks mean: for who sees the screen for the first time. */
static void marks(struct help *h)
{
	bool ascii = h->s->ascii;
	heading(h, "Marks");
	entry(h, glyph(GLYPH_FLAG, ascii), "Lil",
	      "from here on the text brought less than t bytes a window");
	entry(h, now_after_mark(AFTER_BACK, ascii), "came back",
	      "32 new tokens or more came after the stop, then copies again");
	entry(h, now_after_mark(AFTER_FALSE, ascii), "false alarm",
	      "half of what came after the stop, or more, was new");
	entry(h, glyph(GLYPH_OPEN, ascii), "not reached",
	      "no window brought so little");
	entry(h, glyph(GLYPH_CHECK, ascii), "PROVEN",
	      "long enough for the theorem: h lies in the band");
	entry(h, glyph(GLYPH_WAVE, ascii), "ASYMPTOTIC",
	      "the band is a picture of the limit, not yet a theorem");
	entry(h, glyph(GLYPH_WARN, ascii), "UNDERSAMPLED, OUT-LOW",
	      "too little text to see h");
	entry(h, glyph(GLYPH_OPEN, ascii), "VACUOUS",
	      "the lower edge of the band is below 0 and says nothing");
	entry(h, glyph(GLYPH_LOW, ascii), "low window",
	      "gain under t, whatever its colour");
	entry(h, glyph(GLYPH_NEAR, ascii), "near miss",
	      "gain under twice t");
}

static void everything(struct help *h, const struct app *app)
{
	keys_here(h, app);
	actions(h);
	marks(h);
	options(h, &app->set);
	tables(h);
}

/* The state of the view: its first line, and that of the last hit. */
struct page {
	size_t top, hit;
};

/* Lines in all, to stop scrolling there. */
static size_t n_lines(const struct app *app)
{
	struct screen none = { 0 };
	struct help h = { .s = &none, .r.cols = app->view_cols };
	everything(&h, app);
	return h.line;
}

static size_t last_top(const struct app *app, int view_rows)
{
	size_t lines = n_lines(app), rows = (size_t)MAX(view_rows, 0);

	return lines > rows ? lines - rows : 0;
}

/* How far down it is, at the right of the first row. */
static void draw_position(struct screen *s, struct rect r, size_t top,
			  size_t last)
{
	if (last && r.cols > POSITION_COLS)
		screen_printf(s, r.row, r.col + r.cols - POSITION_COLS,
			      STYLE_STRONG, " %3d %% ",
			      (int)(100 * top / last));
}

/* --- searching ---------------------------------------------------------- */

/* A row as text, and the column of each of its bytes. */
struct row_text {
	char text[SCREEN_MAX_COLS * CELL_MAX_BYTES];
	int cols[SCREEN_MAX_COLS * CELL_MAX_BYTES];
	size_t n;
};

static void read_row(struct screen *s, int row, struct rect r,
		     struct row_text *out)
{
	out->n = 0;
	for (int col = r.col; col < r.col + r.cols; col++) {
		const struct cell *cell = screen_cell(s, row, col);
		size_t len = cell && cell->len ? cell->len : 1;

		if (!cell)
			continue;
		memcpy(out->text + out->n, cell->len ? cell->text : " ", len);
		for (size_t i = 0; i < len; i++)
			out->cols[out->n++] = col;
	}
}

/* The row's hits, whose cells are lit if that is wanted. */
static size_t hits_of_row(const struct app *app, struct screen *s, int row,
			  struct rect r, bool lit)
{
	struct row_text *t = mem_alloc(sizeof(*t));
	struct find_hits hits = { 0 };
	size_t n;

	read_row(s, row, r, t);
	for (size_t at = 0;
	     !find_slice(app->search.find, t->text, t->n, &at, &hits);)
		;
	for (size_t i = 0; lit && i < hits.n; i++) {
		int from = t->cols[hits.at[i].from];
		int to = t->cols[hits.at[i].to - 1];

		screen_restyle(s, (struct rect){ row, from, 1, to - from + 1 },
			       STYLE_FOUND);
	}
	n = hits.n;
	mem_free(hits.at);
	mem_free(t);
	return n;
}

/* The lines with a hit, in their order; the caller's. */
static size_t *lines_found(const struct app *app, size_t *n)
{
	struct help h = { .r = { 0, 0, SCREEN_MAX_ROWS, app->view_cols } };
	size_t *found = NULL, cap = 0, all = n_lines(app);
	struct screen s;

	*n = 0;
	screen_init(&s);
	s.ascii = app->set.look.ascii;
	screen_resize(&s, SCREEN_MAX_ROWS, app->view_cols);
	h.s = &s;
	for (; h.top < all; h.top += SCREEN_MAX_ROWS) {
		screen_clear(&s);
		h.line = 0;
		everything(&h, app);
		for (int row = 0; row < SCREEN_MAX_ROWS; row++) {
			if (!hits_of_row(app, &s, row, h.r, false))
				continue;
			found = grow(found, &cap, *n + 1, sizeof(*found));
			found[(*n)++] = h.top + (size_t)row;
		}
	}
	screen_release(&s);
	return found;
}

static void search(struct app *app, int n)
{
	struct page *page = view_state(app, &view_help);
	size_t n_found, at = 0, *found = lines_found(app, &n_found);
	char a[NUM_BYTES], b[NUM_BYTES];
	int64_t to, all = (int64_t)n_found;

	while (at < n_found && found[at] < page->hit + (n > 0))
		at++;
	to = (int64_t)at + n - (n > 0);
	if (n_found) {
		to = ((to % all) + all) % all;
		page->hit = found[to];
		page->top = MIN(page->hit - MIN(page->hit, HIT_ABOVE),
				last_top(app, app->view_rows));
		app_say(app, "line %s of %s with \"%s\"",
			num_count(a, (uint64_t)to + 1), num_count(b, n_found),
			app->search.pattern);
	} else {
		app_complain(app, "\"%s\" is not in the help",
			     app->search.pattern);
	}
	mem_free(found);
	app->dirty = true;
}

/* --- the view ----------------------------------------------------------- */

static void draw(const struct app *app, struct screen *s, struct rect r)
{
	const struct page *page = view_state(app, &view_help);
	size_t top = MIN(page->top, last_top(app, r.rows));
	struct help h = { .s = s, .r = r, .top = top };
	everything(&h, app);
	for (int row = 0; app->search.find && row < r.rows; row++)
		hits_of_row(app, s, r.row + row, r, true);
	draw_position(s, r, top, last_top(app, r.rows));
}

static void enter(struct app *app, bool home)
{
	struct page *page = view_state(app, &view_help);

	(void)home;
	*page = (struct page){ 0 };
}

static void scroll(struct app *app, int64_t n)
{
	struct page *page = view_state(app, &view_help);
	int64_t to = (int64_t)page->top + n;
	int64_t last = (int64_t)last_top(app, app->view_rows);

	page->top = page->hit = (size_t)MIN(MAX(to, 0), last);
	app->dirty = true;
}

static void move_along(struct app *app, int n)
{
	scroll(app, n);
}

static void move_page(struct app *app, int n)
{
	scroll(app, (int64_t)n * MAX(1, app->view_rows - 1));
}

static void move_end(struct app *app, int n)
{
	scroll(app, (int64_t)n * INT32_MAX);
}

const struct view view_help = {
	.name = "help",
	.about = "keys, commands, options and views",
	.is = STANDS_OVER,
	.state_bytes = sizeof(struct page),
	.draw = draw,
	.enter = enter,
	.search = search,
	.moves = {
		[MOVE_ACROSS] = move_page,
		[MOVE_ALONG] = move_along,
		[MOVE_PAGE] = move_page,
		[MOVE_END] = move_end,
	},
};
