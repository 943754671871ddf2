/*
 * list.h - the order of the list view: sorted, filtered, kept while reading.
 *
 * list.order holds deck indices. list_sync() follows the deck: new
 * entries are taken in at once, a sorted list is sorted again each time
 * another 1/LIST_SORT_STEPS of the work is done, and when it is complete. So
 * a hundred thousand rows that arrive in the background cost a few sorts.
 */
#ifndef LILSCOPE_LIST_H
#define LILSCOPE_LIST_H

#include "app/view.h"

enum { LIST_SORT_STEPS = 64 };

/* Columns from left to right. */
enum list_column {
	LIST_NUMBER,
	LIST_RECORD,
	LIST_STATE,
	LIST_MODEL,
	LIST_POLICY,
	LIST_AGE,
	LIST_TOKENS,
	LIST_RATE,
	LIST_GAIN,
	LIST_REASONING,
	LIST_ANSWER,
	LIST_RHO,
	LIST_LIL,
	LIST_RULE, /* Guardian is LIST_LIL; those behind it that are shown */
	LIST_AFTER = LIST_RULE + RULES_SHOWN_MAX - 1,
	LIST_ODDS,
	LIST_FINISH,
	LIST_JUDGED,
	LIST_COLUMNS
};

/* The sum under the list. */
struct list_totals {
	size_t n_known, n_fired; /* known: measured, or so far */
	size_t n_broken;         /* records that hold no generation */
	size_t n_judged;         /* something is known of their answer */
	size_t n_policies;       /* they name a policy of sparse attention */
	uint32_t model;          /* that one names: deck_text(); 0: none */
	bool models;             /* others name others */
	size_t n_after[AFTER_FALSE + 1];
	size_t n_going;                     /* that are still written */
	uint64_t tokens, tokens_after;
	uint32_t longest; /* tokens of the longest */
};

/* The state of the list view. */
struct list {
	size_t cursor, top;        /* in list order */
	size_t *order;             /* after sort and filter */
	size_t n, cap;
	uint8_t *marks;            /* by entry, 1 where the user set a mark */
	size_t marks_cap;
	int sort;                  /* enum list_column */
	bool descending;
	char filter[64];
	struct list_totals totals; /* of the rows in order */
	bool silent;               /* nothing has come yet */
	bool live;                 /* of streams that are written now */
	bool moved;                /* the user chose a row */
	bool chosen;               /* the user chose an order */
	uint64_t now_us;           /* when it was last looked at */
	uint64_t sorted_us;        /* when streams were last put in order */
	size_t n_alarms;           /* thresholds that were told; */
	size_t alarms_read;        /* ... before the message that stands, */
	struct buf alarm;          /* which says this */
	size_t seen;               /* entries of the deck that were sorted in */
	double progress;           /* deck_progress() of that time */
};

/* The view's state in this app. */
struct list *list_of(const struct app *app);

/* The rule of a column, of rules[]; RULE_ROWS for none. */
size_t list_column_rule(int column);

/* The rule by whose stops generations are judged here, in a word: "loop",
 * "Lil". */
const char *list_stop_word(const struct app *app);

/* What marks a stop by it: Lil's flag, or, in mark, the rule's letter in the
 * chart. */
const char *list_stop_mark(const struct app *app, bool ascii, char mark[2]);

/* Its name for ":sort NAME"; NULL: no rule stands in this column. */
const char *list_column_name(enum list_column column);
/* The column of name[0..n); LIST_COLUMNS for none. */
enum list_column list_column_find(const char *name, size_t n);

/* Takes in what the deck has learnt; true if there is something to draw. */
bool list_sync(struct app *app);

/* Views of a run need one: opens the selected if none is open. */
void list_open_selected(struct app *app);

/* Another order or filter ("" shows all; the words "stopped", "not-stopped",
 * "lil", "no-lil" and "broken" select by the verdict). The selected entry stays
 * selected where it can. */
void list_set_sort(struct app *app, enum list_column column, bool descending);
void list_set_filter(struct app *app, const char *filter);

/* Moves the selection by rows, clipped, and scrolls so that it is seen in
 * app->view_rows. */
void list_move(struct app *app, long rows);

/* Selects entry i of the deck if the list shows it. */
void list_select(struct app *app, size_t i);

/* Rows of a view that high which show entries. */
int list_rows(int view_rows);

/* The deck index under the selection; DECK_NONE when the list is empty. */
size_t list_selected(const struct app *app);

/* To the n-th row after the selected (before it for n < 0) whose name, prompt
 * or text has a hit of app->search; work() looks on, a row a call: true while
 * there is more. list_search.c */
void list_search(struct app *app, int n);
bool list_search_work(struct app *app);

/* How many there are and how often a stop is, in r's first row. */
void list_draw_summary(const struct app *app, struct screen *s, struct rect r);

/* The user's marks in the list: of entry i, and how many there are. */
bool list_is_marked(const struct app *app, size_t i);
void list_toggle_mark(struct app *app, size_t i);
size_t list_n_marked(const struct app *app);

/* Its numbers say something: all of it is measured, or a beginning. */
bool list_is_known(const struct entry *e);

/* Where entry i came from, for people: "aime24.jsonl:7"; its number is the
 * one that stands everywhere. */
void list_entry_name(const struct deck *d, size_t i, struct buf *out);

/* Whether its answer is right, in a word: the judge's (grade.h), or else what
 * its source says of it. "": nothing is known. */
const char *list_judged(const struct app *app, const struct entry *e);

/* What tells it from others at a look: its request's id while streams are
 * read, the first words of its prompt, or its name. */
void list_entry_words(const struct app *app, size_t i, struct buf *out);

/* The selected generation in words, appended. */
void list_explain(const struct app *app, struct buf *out);

#endif
