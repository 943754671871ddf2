/* What the columns of the list show. */
#include "view/list_column.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/num.h"
#include "draw/glyph.h"
#include "view/now.h"
#include "view/views.h"

enum {
	RULE_COLS = 9,
	STOP_RANK = 3, /* of the rule that counts, and of another */
	RULE_RANK = 5,
	STOP_LIVE_RANK = 8,
	RATE_TOKENS = 32, /* whose pace is told */
};

static bool is_stop(const struct app *app, int column)
{
	return list_column_rule(column) == app->set.meter.i_stop;
}

static void count_cell(struct cell_text *out, uint64_t n)
{
	num_count(out->text, n);
}

static void show_number(const struct app *app, size_t i,
			const struct entry *e, bool ascii,
			struct cell_text *out)
{
	(void)app, (void)e, (void)ascii;
	count_cell(out, i + 1);
	out->style = STYLE_DIM;
}

static void show_record(const struct app *app, size_t i,
			const struct entry *e, bool ascii,
			struct cell_text *out)
{
	struct buf name = { 0 };
	size_t n;

	(void)e, (void)ascii;
	list_entry_words(app, i, &name);
	n = MIN(name.len, (size_t)CELL_BYTES - 1);
	memcpy(out->text, buf_cstr(&name), n);
	out->text[n] = '\0';
	buf_release(&name);
}

static void show_tokens(const struct app *app, size_t i,
			const struct entry *e, bool ascii,
			struct cell_text *out)
{
	char count[NUM_BYTES];

	(void)app, (void)i, (void)ascii;
	snprintf(out->text, CELL_BYTES, "%s%s", num_count(count, e->tokens),
		 e->guessed ? "?" : "");
}

static void show_reasoning(const struct app *app, size_t i,
			   const struct entry *e, bool ascii,
			   struct cell_text *out)
{
	(void)app, (void)i, (void)ascii;
	count_cell(out, e->reasoning_tokens);
	out->style = e->reasoning_tokens ? STYLE_REASONING : STYLE_DIM;
}

static void show_answer(const struct app *app, size_t i,
			const struct entry *e, bool ascii,
			struct cell_text *out)
{
	(void)app, (void)i, (void)ascii;
	count_cell(out, e->answer_tokens);
	out->style = e->answer_tokens ? STYLE_ANSWER : STYLE_DIM;
}

static void show_rho(const struct app *app, size_t i, const struct entry *e,
		     bool ascii, struct cell_text *out)
{
	(void)app, (void)i;
	num_real(out->text, e->rho, 3, ascii);
	out->style = STYLE_RHO;
}

static void show_after(const struct app *app, size_t i,
		       const struct entry *e, bool ascii,
		       struct cell_text *out)
{
	char count[NUM_BYTES], percent[NUM_BYTES];
	uint32_t after = e->tokens - MIN(e->tokens, e->fired_at);
	const char *mark = now_after_mark(e->after, ascii);

	(void)app, (void)i;
	if (e->fired_at == RULE_NEVER) {
		out->text[0] = '\0';
		return;
	}
	snprintf(out->text, CELL_BYTES, "%s%s%s %6s", mark, *mark ? " " : "",
		 num_count(count, after),
		 num_percent(percent, after, e->tokens));
	out->style = e->after == AFTER_NOTHING ? STYLE_STRONG :
						 now_after_style(e->after);
}

/* The rule that counts has the mark. */
static void show_rule(const struct app *app, const struct entry *e, int column,
		      bool ascii, struct cell_text *out)
{
	uint32_t at = e->rules_at[column - LIST_LIL];
	bool fired = at != RULE_NEVER, counts = is_stop(app, column);
	char number[NUM_BYTES], mark[2];

	snprintf(out->text, CELL_BYTES, "%s%s%s",
		 fired && counts ? list_stop_mark(app, ascii, mark) : "",
		 fired && counts ? " " : "",
		 fired ? num_count(number, at) : glyph(GLYPH_OPEN, ascii));
	out->style = !fired ? STYLE_DIM : counts ? STYLE_LIL : STYLE_RULE;
}

static void show_odds(const struct app *app, size_t i, const struct entry *e,
		      bool ascii, struct cell_text *out)
{
	(void)app, (void)i, (void)ascii;
	out->style = e->fired_at == RULE_NEVER ? STYLE_DIM : STYLE_NORMAL;
	if (e->odds < 1)
		num_odds(out->text, e->odds);
}

static void show_finish(const struct app *app, size_t i,
			const struct entry *e, bool ascii,
			struct cell_text *out)
{
	const char *finish = deck_text(app->deck, e->finish);

	(void)i;
	if (finish_ended_as(finish)) {
		snprintf(out->text, CELL_BYTES, "%s repeat",
			 glyph(GLYPH_WARN, ascii));
		out->style = STYLE_LIMIT;
		return;
	}
	snprintf(out->text, CELL_BYTES, "%s", finish);
	if (strcmp(finish, "length") == 0)
		out->style = STYLE_LIMIT;
}

static void show_policy(const struct app *app, size_t i,
			const struct entry *e, bool ascii,
			struct cell_text *out)
{
	(void)i, (void)ascii;
	snprintf(out->text, CELL_BYTES, "%s",
		 deck_text(app->deck, e->policy));
}

static void show_judged(const struct app *app, size_t i,
		       const struct entry *e, bool ascii,
		       struct cell_text *out)
{
	static const struct {
		enum glyph mark;
		enum style style;
	} marks[] = {
		[GRADE_RIGHT] = { GLYPH_CHECK, STYLE_GOOD },
		[GRADE_WRONG] = { GLYPH_CROSS, STYLE_BAD },
		[GRADE_NONE] = { GLYPH_CROSS, STYLE_BAD },
	};
	enum grade grade = e->judged.grade;
	bool known = grade != GRADE_UNKNOWN;

	(void)i;
	snprintf(out->text, CELL_BYTES, "%s%s%s",
		 known ? glyph(marks[grade].mark, ascii) : "",
		 known ? " " : "", list_judged(app, e));
	if (known)
		out->style = marks[grade].style;
}

/* --- of streams --------------------------------------------------------- */

static const struct trace *trace_of(const struct app *app, size_t i)
{
	const struct run *run = deck_kept(app->deck, i);

	return run ? &run->trace : NULL;
}

static const struct guardian *gains_of(const struct app *app, size_t i)
{
	const struct run *run = deck_kept(app->deck, i);

	return run && run->meter ? meter_guardian(run->meter) : NULL;
}

/* Since its last token came. */
static double quiet_s(const struct app *app, const struct entry *e)
{
	uint32_t now = deck_ms(app->deck, list_of(app)->now_us);
	uint32_t came = e->own.came_ms;

	return came && now > came ? (now - came) / 1e3 : 0;
}

static enum list_standing standing_of_end(const struct app *app,
					  const struct entry *e)
{
	static const struct {
		const char *reason;
		enum list_standing standing;
	} ends[] = {
		{ "guard", STANDS_STOPPED },
		{ "lil", STANDS_STOPPED },
		{ "concluded", STANDS_CONCLUDED },
	};

	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (strcmp(deck_text(app->deck, e->finish),
			   ends[i].reason) == 0)
			return ends[i].standing;
	return STANDS_ENDED;
}

enum list_standing list_standing(const struct app *app, size_t i)
{
	const struct entry *e = deck_entry(app->deck, i);
	const struct run *run = deck_kept(app->deck, i);

	if (e->state == ENTRY_BROKEN)
		return STANDS_BROKEN;
	if (e->state == ENTRY_REPORTED)
		return standing_of_end(app, e);
	if (!run || e->state != ENTRY_OPEN)
		return STANDS_UNKNOWN;
	if (run->ended || !(e->own.live || deck_is_live(app->deck)))
		return STANDS_READING;
	return quiet_s(app, e) * 1000 >= LIST_QUIET_MS ? STANDS_WAITING :
							 STANDS_WRITING;
}

/* The newest gain as a part of t; NAN: no window is full. */
static double gain_of_t(const struct app *app, size_t i)
{
	const struct guardian *g = gains_of(app, i);

	return g && g->n ? guardian_gain(g, g->n) / fmax(g->opts.t, 1e-9) :
			   NAN;
}

double list_trouble(const struct app *app, size_t i)
{
	enum { LIL, NEAR, WAITS, HAD, HAD_NOT, UNKNOWN };
	const struct entry *e = deck_entry(app->deck, i);
	enum list_standing standing = list_standing(app, i);
	bool fired = e->fired_at != RULE_NEVER;
	double gain = gain_of_t(app, i);

	if (standing == STANDS_UNKNOWN)
		return UNKNOWN;
	if (standing == STANDS_BROKEN || standing >= STANDS_STOPPED)
		return fired || standing != STANDS_ENDED ? HAD : HAD_NOT;
	if (fired && e->after != AFTER_FALSE) /* the longer the worse */
		return LIL + 1.0 / (2.0 + (e->tokens - e->fired_at));
	if (standing == STANDS_WAITING)
		return WAITS;
	if (e->own.copied_since != RULE_NEVER)
		return NEAR;
	/* Rows that are as well as each other do not change places. */
	return NEAR + (gain < 1 ? 0.1 : gain < 2 ? 0.2 : 0.3);
}

static void show_standing(const struct app *app, size_t i,
			  const struct entry *e, bool ascii,
			  struct cell_text *out)
{
	static const struct {
		const char *word;
		enum style style;
	} words[] = {
		[STANDS_UNKNOWN] = { "not read yet", STYLE_DIM },
		[STANDS_READING] = { "reading", STYLE_DIM },
		[STANDS_WRITING] = { "writing", STYLE_NORMAL },
		[STANDS_WAITING] = { "waiting", STYLE_LIMIT },
		[STANDS_STOPPED] = { "stopped by guard", STYLE_RULE },
		[STANDS_CONCLUDED] = { "concluded", STYLE_RULE },
		[STANDS_ENDED] = { "ended", STYLE_DIM },
		[STANDS_BROKEN] = { "broken record", STYLE_BAD },
	};
	enum list_standing standing = list_standing(app, i);
	bool fired = e->fired_at != RULE_NEVER, going;
	char number[NUM_BYTES], since[16], mark[2];
	size_t n;

	going = standing == STANDS_WRITING || standing == STANDS_WAITING;
	n = (size_t)snprintf(out->text, CELL_BYTES, "%s%s",
			     fired ? list_stop_mark(app, ascii, mark) : "",
			     fired ? " " : "");
	out->style = fired && going ? STYLE_LIL : words[standing].style;
	if (standing == STANDS_WRITING && fired) {
		snprintf(out->text + n, CELL_BYTES - n, "%s %s",
			 list_stop_word(app), num_count(number, e->fired_at));
	} else if (standing == STANDS_WRITING &&
		   e->own.copied_since != RULE_NEVER) {
		out->style = STYLE_LIMIT;
		snprintf(out->text, CELL_BYTES, "%s stop in %s",
			 glyph(GLYPH_WARN, ascii),
			 num_count(number, e->own.stop_in));
	} else if (standing == STANDS_WAITING) {
		time_t then = time(NULL) - (time_t)quiet_s(app, e);
		struct tm tm;

		localtime_r(&then, &tm);
		strftime(since, sizeof(since), "%H:%M:%S", &tm);
		snprintf(out->text + n, CELL_BYTES - n, "waiting %s", since);
	} else if (standing == STANDS_ENDED && e->finish) {
		const char *finish = deck_text(app->deck, e->finish);
		const char *as = finish_ended_as(finish);

		snprintf(out->text + n, CELL_BYTES - n, "ended: %s",
			 as ? as : finish);
		if (as)
			out->style = STYLE_LIMIT;
	} else {
		snprintf(out->text + n, CELL_BYTES - n, "%s",
			 words[standing].word);
	}
}

static void show_model(const struct app *app, size_t i,
		       const struct entry *e, bool ascii,
		       struct cell_text *out)
{
	(void)i, (void)ascii;
	snprintf(out->text, CELL_BYTES, "%s",
		 deck_text(app->deck, e->model));
}

/* From its beginning to now, or to its last token. */
static double age_s(const struct app *app, size_t i, const struct entry *e)
{
	const struct trace *t = trace_of(app, i);
	double own = t && t->n_tokens && t->time_us ?
			     trace_since_start_s(t, t->n_tokens - 1) :
			     0;
	double seen = e->own.came_ms > e->own.began_ms ?
			      (e->own.came_ms - e->own.began_ms) / 1e3 :
			      0;
	bool ended = list_standing(app, i) >= STANDS_STOPPED;

	return fmax(own, seen) + (ended ? 0 : quiet_s(app, e));
}

static void show_age(const struct app *app, size_t i, const struct entry *e,
		     bool ascii, struct cell_text *out)
{
	unsigned s = (unsigned)fmin(age_s(app, i, e), 1e9);

	(void)ascii;
	out->style = STYLE_DIM;
	if (s < 60)
		snprintf(out->text, CELL_BYTES, "%u s", s);
	else if (s < 3600)
		snprintf(out->text, CELL_BYTES, "%u:%02u", s / 60, s % 60);
	else
		snprintf(out->text, CELL_BYTES, "%u h %02u", s / 3600,
			 s / 60 % 60);
}

/* Of the last tokens, by the clock of the trace. */
static void show_rate(const struct app *app, size_t i, const struct entry *e,
		      bool ascii, struct cell_text *out)
{
	const struct trace *t = trace_of(app, i);
	uint32_t last, first;
	double us;

	(void)e, (void)ascii;
	if (!t || !t->time_us || t->n_tokens < 2 ||
	    list_standing(app, i) == STANDS_WAITING)
		return;
	last = t->n_tokens - 1;
	first = last > RATE_TOKENS ? last - RATE_TOKENS : 0;
	if (list_standing(app, i) >= STANDS_STOPPED)
		first = 0;
	us = t->time_us[last] - (double)t->time_us[first];
	if (us > 0)
		snprintf(out->text, CELL_BYTES, "%.1f",
			 (last - first) / us * 1e6);
}

static enum style gain_style(double part_of_t)
{
	return part_of_t < 1 ? STYLE_GAIN_LOW :
	       part_of_t < 2 ? STYLE_GAIN_NEAR :
			       STYLE_GAIN;
}

/* "12.3 / 20"; before the first window is full, how far it is. */
static void show_gain(const struct app *app, size_t i, const struct entry *e,
		      bool ascii, struct cell_text *out)
{
	const struct guardian *g = gains_of(app, i);
	double part = gain_of_t(app, i);

	(void)ascii;
	if (!g)
		return;
	out->style = isnan(part) ? STYLE_DIM : gain_style(part);
	if (isnan(part))
		snprintf(out->text, CELL_BYTES, "%u of %u",
			 e->tokens, g->opts.f);
	else
		snprintf(out->text, CELL_BYTES, "%.*f / %g",
			 guardian_gain(g, g->n) < 100 ? 1 : 0,
			 guardian_gain(g, g->n), g->opts.t);
}

void list_spark(const struct app *app, size_t i, struct screen *s, int row,
		int col, int cols)
{
	static const char *const bars[] = { "▁", "▂", "▃", "▄",
					    "▅", "▆", "▇", "█" };
	static const char ascii[] = "_.,-=+*#";
	const struct guardian *g = gains_of(app, i);
	size_t n = g ? MIN(g->n, (size_t)MAX(cols, 0)) : 0;
	double top = n ? 4 * g->opts.t : 0;

	for (size_t k = 0; k < n; k++)
		top = fmax(top, guardian_gain(g, g->n - k));
	for (size_t k = 0; k < n; k++) {
		double gain = guardian_gain(g, g->n - n + 1 + k);
		int level = (int)(fmax(gain, 0) / top * 7.999);

		screen_glyph(s, row, col + cols - (int)(n - k),
			     gain_style(gain / fmax(g->opts.t, 1e-9)),
			     bars[level], ascii[level]);
	}
}

/* --- all ---------------------------------------------------------------- */

static const struct column columns[LIST_COLUMNS] = {
	[LIST_NUMBER] = { "#", 7, false, 1, 1, true, show_number },
	[LIST_RECORD] = { "record", 0, true, 0, 0, true, show_record },
	[LIST_STATE] = { "state", 18, true, 0, 1, true, show_standing },
	[LIST_MODEL] = { "model", 16, true, 5, 7, true, show_model },
	[LIST_POLICY] = { "policy", 12, true, 4, 8, true, show_policy },
	[LIST_AGE] = { "age", 7, false, 0, 5, true, show_age },
	[LIST_RATE] = { "tok/s", 6, false, 0, 6, true, show_rate },
	[LIST_GAIN] = { "gain / t", 11, false, 0, 3, true, show_gain },
	[LIST_TOKENS] = { "tokens", 9, false, 2, 2, false, show_tokens },
	[LIST_REASONING] = { "reasoning", 9, false, 9, 0, false,
			     show_reasoning },
	[LIST_ANSWER] = { "answer", 7, false, 10, 0, false, show_answer },
	[LIST_RHO] = { "rho", 6, false, 5, 10, false, show_rho },
	[LIST_LIL] = { "Lil", 9, false, 0, 9, false, NULL },
	[LIST_AFTER] = { "tokens after", 16, false, 4, 0, false, show_after },
	[LIST_ODDS] = { "p at most", 9, false, 8, 0, false, show_odds },
	[LIST_FINISH] = { "finish", 8, true, 6, 0, false, show_finish },
	[LIST_JUDGED] = { "judged", 8, true, 4, 0, false, show_judged },
};

static bool is_rule(int column)
{
	return column >= LIST_LIL && column < LIST_AFTER;
}

/* Of the rules the one that counts is as good as other columns, then comes
 * Guardian; more come after them all. */
struct column list_column_at(const struct app *app, int i)
{
	struct column c = columns[i];
	bool live = list_of(app)->live;

	if (is_rule(i)) {
		c.title = i == LIST_LIL ? c.title :
					  list_column_name((enum list_column)i);
		c.cols = c.title ? MAX(RULE_COLS, (int)strlen(c.title)) :
				   NO_COLS;
		c.rank = is_stop(app, i) ? STOP_RANK :
			 i == LIST_LIL	 ? RULE_RANK :
					   LIST_COLUMNS - 1;
	}
	if ((i == LIST_JUDGED && !list_of(app)->totals.n_judged) ||
	    (i == LIST_POLICY && !list_of(app)->totals.n_policies))
		c.rank = c.live = 0; /* nobody knows */
	if (i == LIST_MODEL && !list_of(app)->totals.models)
		c.rank = 0; /* it is one */
	if (live)
		c.rank = is_stop(app, i) ? STOP_LIVE_RANK : c.live;
	if (!c.rank && i != LIST_RECORD)
		c.cols = NO_COLS;
	return c;
}

void list_cell(const struct app *app, int column, size_t i, bool ascii,
	       struct cell_text *out)
{
	const struct entry *e = deck_entry(app->deck, i);

	*out = (struct cell_text){ .style = STYLE_NORMAL };
	if (is_rule(column))
		show_rule(app, e, column, ascii, out);
	else
		columns[column].show(app, i, e, ascii, out);
}
