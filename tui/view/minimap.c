/* A row of the strip stands for a slice of the run; of a long slice some tokens
 * are asked for, spread evenly. */
#include "view/minimap.h"

#include "app/phrase.h"
#include "draw/glyph.h"
#include "view/text_pane.h"

enum {
	BAR_MIN_COLS = 24,  /* a narrower view has none */
	HEAT_MIN_COLS = 60, /* ... has no heat */
	HEAT_COLS = 3,
	LOOKS = 16,         /* at tokens of a row */
	COPY_BYTES = 8,     /* as in the text: shorter copies are new */
};

/* By how much of a row is copied, rising; the last is for what a stop would
 * have saved. */
static const struct heat {
	double from; /* part of the looks */
	enum style style;
	const char *mark;
	char ascii;
	const char *word;
} heats[] = {
	{ 0, STYLE_NEW, "█", '#', "new" },
	{ .25, STYLE_COPY1, "▓", '%', NULL },
	{ .5, STYLE_COPY2, "▒", '=', NULL },
	{ .75, STYLE_COPY3, "░", '-', "copied" },
	{ 2, STYLE_AFTER, "╳", 'x', "looping" },
};

static const struct {
	enum style style;
	char letter;
} speakers[CHANNELS] = {
	[CHANNEL_REASONING] = { STYLE_REASONING, 'R' },
	[CHANNEL_ANSWER] = { STYLE_ANSWER, 'A' },
	[CHANNEL_TOOL] = { STYLE_TOOL, 'T' },
};

int minimap_cols(int view_cols)
{
	return view_cols < BAR_MIN_COLS	   ? 0
	       : view_cols < HEAT_MIN_COLS ? 1
					   : HEAT_COLS;
}

void minimap_legend(struct pen *p)
{
	if (!pen_fits(p, (int)sizeof("  # new - copied x looping")))
		return;
	pen_puts(p, STYLE_DIM, " ");
	for (size_t i = 0; i < ARRAY_LEN(heats); i++) {
		const struct heat *h = &heats[i];
		char ascii[2] = { h->ascii, '\0' };

		if (!h->word)
			continue;
		pen_puts(p, STYLE_DIM, " ");
		pen_puts(p, h->style, p->s->ascii ? ascii : h->mark);
		pen_printf(p, STYLE_DIM, " %s", h->word);
	}
}

uint32_t minimap_token(const struct app *app, struct rect r, int row)
{
	return (uint32_t)((uint64_t)text_shown(app) * (uint32_t)MAX(row, 0) /
			  (uint32_t)MAX(r.rows, 1));
}

/* The row of a token. */
static int row_of(const struct app *app, struct rect r, uint32_t token)
{
	int row = (int)((double)token / MAX(text_shown(app), 1u) * r.rows);

	return r.row + MIN(row, r.rows - 1);
}

static bool is_after(const struct now *now, uint32_t token)
{
	for (size_t i = 0; i < now->n_stops; i++)
		if (token >= now->stops[i].at_token &&
		    token < now->stops[i].resumed_at)
			return true;
	return false;
}

/* Of tokens [from, to). */
static const struct heat *heat_of(const struct now *now, uint32_t all,
				  uint32_t from, uint32_t to)
{
	uint32_t n = MIN(to - from, (uint32_t)LOOKS), copied = 0;
	const struct heat *h = heats;
	struct phrase p;

	if (is_after(now, from + (to - from) / 2))
		return &heats[ARRAY_LEN(heats) - 1];
	for (uint32_t i = 0; i < n; i++) {
		uint32_t token =
			from + (uint32_t)((uint64_t)(to - from) * i / n);

		copied += phrase_at_token(now->run, all, token, &p) &&
			  !p.literal && p.to - p.from >= COPY_BYTES;
	}
	while (copied >= h[1].from * n)
		h++;
	return h;
}

static void draw_heat(const struct app *app, const struct now *now,
		      struct screen *s, struct rect r)
{
	const struct trace *t = &now->run->trace;
	uint32_t all = text_shown(app);
	enum channel before = CHANNELS;

	for (int y = 0; y < r.rows && all; y++) {
		uint32_t from = minimap_token(app, r, y);
		uint32_t to = MAX(minimap_token(app, r, y + 1), from + 1);
		const struct heat *h = heat_of(now, all, from, MIN(to, all));
		enum channel ch = trace_channel(t, from);

		if (ch != before)
			screen_text(s, r.row + y, r.col + 1, 1,
				    speakers[ch].style, &speakers[ch].letter,
				    1);
		else
			screen_glyph(s, r.row + y, r.col + 1,
				     speakers[ch].style, "│", '|');
		before = ch;
		screen_glyph(s, r.row + y, r.col + 2, h->style, h->mark,
			     h->ascii);
	}
}

void minimap_draw(const struct app *app, const struct now *now,
		  struct screen *s, struct rect r, uint32_t from, uint32_t to)
{
	uint32_t lil = now_lil(now);
	int last;

	if (r.rows < 1 || r.cols < 1)
		return;
	screen_vline(s, r.row, r.col, r.rows, STYLE_DIM);
	if (r.cols >= HEAT_COLS)
		draw_heat(app, now, s, r);
	for (int y = 0; y < r.rows; y++)
		if (search_hits(app, minimap_token(app, r, y),
				minimap_token(app, r, y + 1)))
			screen_glyph(s, r.row + y, r.col, STYLE_FOUND, "╴",
				     '-');
	last = row_of(app, r, to);
	for (int y = row_of(app, r, from); y <= last; y++)
		screen_glyph(s, y, r.col, STYLE_STRONG, "┃", '#');
	if (now->known)
		screen_glyph(s, row_of(app, r, now->known->at_token - 1),
			     r.col, STYLE_ANSWER, glyph(GLYPH_CHECK, false),
			     glyph(GLYPH_CHECK, true)[0]);
	if (lil != RULE_NEVER)
		screen_glyph(s, row_of(app, r, lil), r.col, STYLE_LIL,
			     glyph(GLYPH_FLAG, false),
			     glyph(GLYPH_FLAG, true)[0]);
}
