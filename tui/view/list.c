/* Which entries the list shows and in what order, kept while they are read. */
#include "view/list.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "draw/glyph.h"
#include "report/after.h"
#include "system/clock.h"
#include "view/list_column.h"
#include "view/now.h"
#include "view/views.h"

enum {
	/* Rows of the view that are no entries: head, rule, summary. */
	LIST_CHROME_ROWS = 3,
	/* A list this short is filtered again at any change. */
	LIST_SMALL = 4096,
	/* Streams are put in order so often; between, rows stand still. */
	LIST_ORDER_US = 1000000,
};

const char *list_column_name(enum list_column column)
{
	static const char *const names[LIST_COLUMNS] = {
		[LIST_NUMBER] = "number", [LIST_RECORD] = "record",
		[LIST_TOKENS] = "tokens", [LIST_REASONING] = "reasoning",
		[LIST_ANSWER] = "answer", [LIST_RHO] = "rho",
		[LIST_LIL] = "lil",       [LIST_AFTER] = "after",
		[LIST_FINISH] = "finish", [LIST_JUDGED] = "judged",
		[LIST_STATE] = "state",   [LIST_MODEL] = "model",
		[LIST_AGE] = "age",       [LIST_RATE] = "rate",
		[LIST_GAIN] = "gain",     [LIST_ODDS] = "odds",
		[LIST_POLICY] = "policy",
	};
	if (column >= LIST_RULE && column < LIST_AFTER)
		return rule_name(list_column_rule(column));
	return names[column];
}

size_t list_column_rule(int column)
{
	return column >= LIST_LIL && column < LIST_AFTER ?
		       rule_shown((size_t)(column - LIST_LIL)) : RULE_ROWS;
}

const char *list_stop_word(const struct app *app)
{
	size_t i = app->set.meter.i_stop;

	return i == RULE_GUARDIAN ? "Lil" : rule_name(i);
}

const char *list_stop_mark(const struct app *app, bool ascii, char mark[2])
{
	size_t i = app->set.meter.i_stop;

	if (i == RULE_GUARDIAN)
		return glyph(GLYPH_FLAG, ascii);
	mark[0] = now_rule_letter(i);
	mark[1] = '\0';
	return mark;
}

enum list_column list_column_find(const char *name, size_t n)
{
	for (int i = 0; i < LIST_COLUMNS; i++) {
		const char *each = list_column_name((enum list_column)i);
		if (each && strlen(each) == n && strncmp(each, name, n) == 0)
			return (enum list_column)i;
	}
	return LIST_COLUMNS;
}

/* Its source holds more than this one. */
static bool has_others(const struct deck *d, size_t i)
{
	const struct entry *e = deck_entry(d, i);

	return e->own.i_sub || e->own.first_sub ||
	       (i && deck_entry(d, i - 1)->own.i_source == e->own.i_source) ||
	       (i + 1 < deck_n(d) &&
		deck_entry(d, i + 1)->own.i_source == e->own.i_source);
}

void list_entry_name(const struct deck *d, size_t i, struct buf *out)
{
	/* One file with many records is named in the title bar. */
	bool one = deck_n_sources(d) <= 1 && deck_n(d) > 1;

	if (one)
		buf_puts(out, "record ");
	else
		buf_puts(out, deck_source_short(
				      d, deck_entry(d, i)->own.i_source));
	if (one || has_others(d, i))
		buf_printf(out, "%s%zu", one ? "" : ":", i + 1);
}

bool list_is_known(const struct entry *e)
{
	return e->state == ENTRY_REPORTED ||
	       (e->state == ENTRY_OPEN && e->tokens > 0);
}

const char *list_judged(const struct app *app, const struct entry *e)
{
	const char *word = grade_name(e->judged.grade);

	return word ? word : deck_text(app->deck, e->label);
}

void list_entry_words(const struct app *app, size_t i, struct buf *out)
{
	const struct deck *d = app->deck;
	const struct entry *e = deck_entry(d, i);
	const struct run *run = deck_kept(d, i);

	if (list_of(app)->live && run && run->trace.facts.id)
		buf_puts(out, run->trace.facts.id);
	else if (e->words[0] && deck_n_sources(d) <= 1)
		buf_puts(out, e->words);
	else if (e->words[0] && has_others(d, i))
		buf_printf(out, "%s: %s",
			   deck_source_short(d, e->own.i_source), e->words);
	else
		list_entry_name(d, i, out);
}

struct list *list_of(const struct app *app)
{
	return view_state(app, &view_list);
}

/* --- marks -------------------------------------------------------------- */

bool list_is_marked(const struct app *app, size_t i)
{
	const struct list *l = list_of(app);

	return i < l->marks_cap && l->marks[i];
}

void list_toggle_mark(struct app *app, size_t i)
{
	struct list *l = list_of(app);
	size_t cap = l->marks_cap;
	l->marks = grow(l->marks, &l->marks_cap, i + 1,
			       sizeof(*l->marks));
	for (size_t k = cap; k < l->marks_cap; k++)
		l->marks[k] = 0;
	l->marks[i] = !l->marks[i];
	app->dirty = true;
}

size_t list_n_marked(const struct app *app)
{
	const struct list *l = list_of(app);
	size_t n = 0;
	for (size_t i = 0; i < l->marks_cap; i++)
		n += l->marks[i];
	return n;
}

/* --- the filter --------------------------------------------------------- */

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool holds(const char *text, size_t n, const char *part)
{
	size_t len = strlen(part);
	for (size_t i = 0; i + len <= n; i++) {
		size_t k = 0;
		while (k < len && fold(text[i + k]) == fold(part[k]))
			k++;
		if (k == len)
			return true;
	}
	return false;
}

static bool passes(const struct app *app, size_t i, struct buf *name)
{
	const struct list *l = list_of(app);
	const struct entry *e = deck_entry(app->deck, i);
	const char *want = l->filter, *finish, *judged, *policy, *model;
	bool fired = e->fired_at != RULE_NEVER;
	if (deck_is_passed(app->deck, i))
		return false;
	if (!want[0])
		return true;
	if (strcmp(want, "stopped") == 0)
		return list_is_known(e) && fired;
	if (strcmp(want, "not-stopped") == 0)
		return list_is_known(e) && !fired;
	if (strcmp(want, "lil") == 0)
		return list_is_known(e) && e->rules_at[0] != RULE_NEVER;
	if (strcmp(want, "no-lil") == 0)
		return list_is_known(e) && e->rules_at[0] == RULE_NEVER;
	if (strcmp(want, "marked") == 0)
		return list_is_marked(app, i);
	if (strcmp(want, "broken") == 0)
		return e->state == ENTRY_BROKEN;
	buf_clear(name);
	list_entry_name(app->deck, i, name);
	finish = deck_text(app->deck, e->finish);
	judged = list_judged(app, e);
	policy = deck_text(app->deck, e->policy);
	model = deck_text(app->deck, e->model);
	return holds(name->data, name->len, want) ||
	       holds(e->words, strlen(e->words), want) ||
	       holds(finish, strlen(finish), want) ||
	       holds(policy, strlen(policy), want) ||
	       holds(model, strlen(model), want) ||
	       holds(judged, strlen(judged), want);
}

static void append_passing(struct app *app, size_t from, size_t to)
{
	struct list *l = list_of(app);
	struct buf name = { 0 };
	for (size_t i = from; i < to; i++) {
		if (!passes(app, i, &name))
			continue;
		l->order = grow(l->order, &l->cap,
				       l->n + 1,
				       sizeof(*l->order));
		l->order[l->n++] = i;
	}
	buf_release(&name);
}

static void add_up(struct app *app)
{
	struct list *l = list_of(app);
	struct list_totals t = { 0 };
	for (size_t i = 0; i < l->n; i++) {
		const struct entry *e =
			deck_entry(app->deck, l->order[i]);
		t.n_going += e->state == ENTRY_OPEN;
		t.n_broken += e->state == ENTRY_BROKEN;
		if (!list_is_known(e))
			continue;
		t.n_known++;
		t.n_policies += deck_text(app->deck, e->policy)[0] != '\0';
		t.models |= t.model && e->model && e->model != t.model;
		t.model = t.model ? t.model : e->model;
		t.n_judged += list_judged(app, e)[0] != '\0';
		t.longest = MAX(t.longest, e->tokens);
		t.tokens += e->tokens;
		if (e->fired_at == RULE_NEVER)
			continue;
		t.n_fired++;
		t.n_after[e->after]++;
		t.tokens_after += e->tokens - MIN(e->tokens, e->fired_at);
	}
	l->totals = t;
}

/* --- the order ---------------------------------------------------------- */

/* What a row is sorted by: a number, or a text of the deck's; then where its
 * record stands in its source, and it in its record. */
struct sort_key {
	double number;
	const char *text;
	uint64_t place;
	size_t entry;
};

static double stop_number(uint32_t at)
{
	return at == RULE_NEVER ? NAN : (double)at;
}

/* NAN: there is nothing to compare, the row comes last. */
static double sort_number(const struct entry *e, enum list_column column)
{
	switch (column) {
	case LIST_TOKENS:
		return e->tokens;
	case LIST_AGE: /* the oldest began first */
		return -(double)e->own.began_ms;
	case LIST_REASONING:
		return e->reasoning_tokens;
	case LIST_ANSWER:
		return e->answer_tokens;
	case LIST_RHO:
		return e->rho;
	case LIST_ODDS:
		return e->odds;
	case LIST_AFTER:
		return e->tokens - stop_number(e->fired_at);
	default:
		return column >= LIST_LIL && column < LIST_AFTER ?
			       stop_number(e->rules_at[column - LIST_LIL]) :
			       0;
	}
}

static struct sort_key key_of(const struct app *app, size_t i)
{
	const struct list *l = list_of(app);
	struct sort_key key = { .text = "", .entry = i };
	const struct entry *e = deck_entry(app->deck, i);
	enum list_column column = (enum list_column)l->sort;
	double v;

	if (column == LIST_FINISH || column == LIST_JUDGED ||
	    column == LIST_POLICY || column == LIST_MODEL) {
		key.text = column == LIST_JUDGED ?
				   list_judged(app, e) :
			   column == LIST_POLICY ?
				   deck_text(app->deck, e->policy) :
			   column == LIST_MODEL ?
				   deck_text(app->deck, e->model) :
				   deck_text(app->deck, e->finish);
		key.number = key.text[0] ? 0 : INFINITY;
		return key;
	}
	if (column == LIST_STATE) { /* worst first, the other way round too */
		v = list_trouble(app, i);
		key.number = l->descending ? -v : v;
		return key;
	}
	if (column == LIST_NUMBER) {
		key.number = l->descending ? -(double)i : (double)i;
		return key;
	}
	if (column == LIST_RECORD) {
		double source = e->own.i_source;

		key.number = l->descending ? -source : source;
		key.place = (uint64_t)e->own.i_record << 32 | e->own.i_sub;
		if (l->descending)
			key.place = ~key.place;
		return key;
	}
	v = list_is_known(e) ? sort_number(e, column) : NAN;
	key.number = isnan(v) ? INFINITY : l->descending ? -v : v;
	return key;
}

static int compare(const struct sort_key *a, const struct sort_key *b,
		   int text_sign)
{
	int text;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	text = strcmp(a->text, b->text);
	if (text != 0)
		return text_sign * text;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->entry < b->entry ? -1 : a->entry > b->entry;
}

static int ascending(const void *a, const void *b)
{
	return compare(a, b, 1);
}

static int descending(const void *a, const void *b)
{
	return compare(a, b, -1);
}

static void sort(struct app *app)
{
	struct list *l = list_of(app);
	struct sort_key *keys;

	if (l->sort == LIST_NUMBER && !l->descending)
		return; /* entries were appended in this order */
	keys = mem_alloc((l->n + 1) * sizeof(*keys));
	for (size_t i = 0; i < l->n; i++)
		keys[i] = key_of(app, l->order[i]);
	qsort(keys, l->n, sizeof(*keys),
	      l->descending ? descending : ascending);
	for (size_t i = 0; i < l->n; i++)
		l->order[i] = keys[i].entry;
	mem_free(keys);
}

static void keep_selected(struct app *app, size_t selected)
{
	struct list *l = list_of(app);
	size_t at = l->cursor;

	/* Who chose no row looks at what is worst. */
	for (size_t i = 0; i < l->n && (l->moved || !l->live); i++)
		if (l->order[i] == selected)
			at = i;
	l->cursor = at;
	list_move(app, 0);
}

/* What a record holds beside its first generation comes to the deck's end when
 * it is found: a conversation is to be seen as it went. */
static void choose_order(struct app *app, size_t n)
{
	struct list *l = list_of(app);

	if (l->chosen || l->live)
		return;
	l->sort = LIST_NUMBER;
	for (size_t i = 0; i < n && l->sort == LIST_NUMBER; i++)
		if (deck_entry(app->deck, i)->own.first_sub)
			l->sort = LIST_RECORD;
}

static void rebuild(struct app *app)
{
	struct list *l = list_of(app);
	size_t selected = list_selected(app);
	size_t n = deck_n(app->deck);

	choose_order(app, n);
	l->n = 0;
	append_passing(app, 0, n);
	sort(app);
	add_up(app);
	l->seen = n;
	l->progress = deck_progress(app->deck);
	l->sorted_us = l->now_us;
	keep_selected(app, selected);
}

/* Streams begin or end to be read as they are written: other columns, and what
 * is worst comes first unless the user chose an order. */
static void follow_live(struct app *app)
{
	struct list *l = list_of(app);
	bool live = deck_is_live(app->deck);

	l->now_us = now_us();
	if (live == l->live)
		return;
	l->live = live;
	if (!l->chosen)
		l->sort = live ? LIST_STATE : LIST_NUMBER;
	rebuild(app);
}

/* That something came is seen before it is known what it is. */
static void follow_silent(struct app *app)
{
	struct list *l = list_of(app);
	bool silent = deck_n_sources(app->deck) == 1 &&
		      deck_is_silent(app->deck, 0);

	app->dirty |= silent != l->silent;
	l->silent = silent;
}

/* That streams reached their threshold, each once: the last by its name, and
 * how many others since the message was read. */
static void tell_alarms(struct app *app)
{
	struct list *l = list_of(app);
	size_t n = deck_n_alarms(app->deck), i;
	char number[NUM_BYTES];

	if (n == l->n_alarms || app->demo) /* which tells of its runs itself */
		return;
	if (!l->alarm.len || strcmp(app->message, buf_cstr(&l->alarm)) != 0)
		l->alarms_read = l->n_alarms;
	l->n_alarms = n;
	i = deck_alarm(app->deck, n - 1);
	buf_clear(&l->alarm);
	buf_printf(&l->alarm, "%s at token %s of generation %zu",
		   list_stop_word(app),
		   num_count(number, deck_entry(app->deck, i)->fired_at),
		   i + 1);
	if (n - l->alarms_read > 1)
		buf_printf(&l->alarm, ", after %s other%s",
			   num_count(number, n - l->alarms_read - 1),
			   n - l->alarms_read == 2 ? "" : "s");
	buf_puts(&l->alarm, ": ");
	list_entry_words(app, i, &l->alarm);
	app_say(app, "%s", buf_cstr(&l->alarm));
	app->bell = true;
}

bool list_sync(struct app *app)
{
	struct list *l = list_of(app);
	size_t n;
	double progress, step;

	if (!app->deck)
		return false;
	follow_live(app);
	follow_silent(app);
	tell_alarms(app);
	n = deck_n(app->deck);
	progress = deck_progress(app->deck);
	if (l->live && l->now_us - l->sorted_us >= LIST_ORDER_US)
		rebuild(app);
	if (n == l->seen && progress == l->progress)
		return false;
	if (app->view == &view_list)
		app->dirty = true;
	step = fabs(progress - l->progress);
	if (n < l->seen || n <= LIST_SMALL ||
	    step >= 1.0 / LIST_SORT_STEPS || deck_complete(app->deck)) {
		rebuild(app);
		return true;
	}
	/* In between new entries only come to the end. */
	append_passing(app, l->seen, n);
	l->seen = n;
	return true;
}

void list_set_sort(struct app *app, enum list_column column, bool down)
{
	struct list *l = list_of(app);

	l->chosen = true;
	l->sort = (int)MIN(column, LIST_COLUMNS - 1);
	l->descending = down;
	if (app->deck)
		rebuild(app);
	app->dirty = true;
}

void list_set_filter(struct app *app, const char *filter)
{
	struct list *l = list_of(app);

	snprintf(l->filter, sizeof(l->filter), "%s", filter);
	if (app->deck)
		rebuild(app);
	app->dirty = true;
}

/* --- the selection ------------------------------------------------------ */

void list_select(struct app *app, size_t i)
{
	struct list *l = list_of(app);

	for (size_t at = 0; at < l->n; at++)
		if (l->order[at] == i)
			list_move(app, (long)at - (long)l->cursor);
}

int list_rows(int view_rows)
{
	return MAX(view_rows - LIST_CHROME_ROWS, 1);
}

void list_move(struct app *app, long rows)
{
	struct list *l = list_of(app);
	size_t last = l->n ? l->n - 1 : 0;
	size_t at = MIN(l->cursor, last);
	size_t by = rows < 0 ? (size_t)-rows : (size_t)rows;
	size_t seen, top;

	l->moved = l->moved || rows;
	if (rows < 0)
		at -= MIN(by, at);
	else
		at += MIN(by, last - at);
	seen = (size_t)list_rows(app->view_rows);
	top = MIN(l->top, at);
	if (at >= top + seen)
		top = at - seen + 1;
	l->cursor = at;
	l->top = top;
	app->dirty = true;
}

size_t list_selected(const struct app *app)
{
	const struct list *l = list_of(app);

	return l->cursor < l->n
		       ? l->order[l->cursor]
		       : DECK_NONE;
}

void list_open_selected(struct app *app)
{
	size_t i = list_selected(app);

	if (!app->run && i != DECK_NONE)
		app_open(app, i);
}

/* --- in words ----------------------------------------------------------- */

static void explain_judged(const struct entry *e, struct buf *out)
{
	if (e->judged.grade == GRADE_UNKNOWN)
		return;
	buf_puts(out, "Its answer: ");
	judged_say(&e->judged, out);
	buf_puts(out, ".\n");
}

void list_explain(const struct app *app, struct buf *out)
{
	size_t i = list_selected(app);
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	struct rule_verdict stop;
	const struct entry *e;
	uint32_t after;

	if (!app->deck || i == DECK_NONE)
		return;
	e = deck_entry(app->deck, i);
	list_entry_name(app->deck, i, out);
	if (!list_is_known(e)) {
		buf_puts(out, e->state == ENTRY_BROKEN
				      ? " could not be read.\n"
				      : " is not measured yet.\n");
		return;
	}
	buf_printf(out, " has %s tokens", num_count(a, e->tokens));
	if (e->reasoning_tokens > 0)
		buf_printf(out, ", %s of them reasoning",
			   num_count(b, e->reasoning_tokens));
	buf_printf(out, ", in %s phrases: ", num_count(c, e->phrases));
	if (e->fired_at == RULE_NEVER) {
		buf_printf(out, "the rule %s would not stop it.\n",
			   rule_name(app->set.meter.i_stop));
		explain_judged(e, out);
		return;
	}
	after = e->tokens - MIN(e->tokens, e->fired_at);
	buf_printf(out,
		   "%s is at %s; tokens after / tokens = %s / %s = %s. What "
		   "came then: ",
		   list_stop_word(app), num_count(a, e->fired_at),
		   num_count(b, after), num_count(d, e->tokens),
		   num_percent(c, after, e->tokens));
	stop = deck_stop(app->deck, i);
	after_say(out, &stop, false);
	buf_puts(out, ".\n");
	explain_judged(e, out);
}
