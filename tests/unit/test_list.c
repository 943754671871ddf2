/* The order, the filter and the sums of the list, while a file is read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "synthetic.h"
#include "action/action.h"
#include "measure/rule_loop.h"
#include "view/list.h"
#include "view/repeats.h"
#include "view/steps.h"
#include "view/views.h"

enum { RECORDS = 120, SLICE_US = 200, VIEW_ROWS = 20, CONVERSATIONS = 7 };

/* Every third record loops; lengths differ. */
static void write_records(FILE *f)
{
	for (int i = 0; i < RECORDS; i++) {
		unsigned x = (unsigned)i * 2654435761u;
		fprintf(f, "{\"prompt\": \"p %d\", \"response\": \"", i);
		for (int k = 0; k < 60 + i * 37 % 101; k++) {
			x = x * 1664525u + 1013904223u;
			if (i % 3 == 0 && k > 40)
				fprintf(f, "so x is 7. ");
			else
				fprintf(f, "w%u ", x >> 12);
		}
		fprintf(f, "\"}\n");
	}
}

struct fixture {
	struct app app;
	char path[64];
};

/* Conversations of one turn more than the one before. */
static void write_conversations(FILE *f)
{
	for (int i = 0; i < CONVERSATIONS; i++) {
		fprintf(f, "{\"task_id\": %d, \"traj\": [", i);
		for (int k = 0; k <= i; k++)
			fprintf(f, "%s{\"role\": \"user\", \"content\": "
				   "\"so\"}, {\"role\": \"assistant\", "
				   "\"content\": \"turn %d of %d\"}",
				k ? ", " : "", k, i);
		fprintf(f, "]}\n");
	}
}

static void open_written(struct fixture *x, void (*write)(FILE *f))
{
	struct settings set;
	struct err err = { "" };
	int fd;
	FILE *f;

	strcpy(x->path, "/tmp/lilscope-list-XXXXXX");
	fd = mkstemp(x->path);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	write(f);
	fclose(f);
	settings_init(&set);
	set.meter = synthetic_opts();
	set.meter.rule.f = 40;
	set.meter.rule.t = 12;
	set.report.jobs = 1; /* all is done in slices */
	app_init(&x->app, &set);
	x->app.view = &view_list;
	x->app.view_rows = VIEW_ROWS;
	x->app.view_cols = 80;
	assert_true(deck_add(x->app.deck, x->path, false, &err));
}

static void open_list(struct fixture *x)
{
	open_written(x, write_records);
}

static void read_all(struct app *app)
{
	while (deck_work(app->deck, SLICE_US)) {
		list_sync(app);
		/* Never an entry twice, never one that is not there. */
		for (size_t i = 0; i < list_of(app)->n; i++)
			assert_true(list_of(app)->order[i] < deck_n(app->deck));
	}
	list_sync(app);
	assert_false(list_sync(app));
}

static void close_list(struct fixture *x)
{
	unlink(x->path);
	app_release(&x->app);
}

static double value(const struct entry *e, enum list_column column)
{
	bool fired = e->fired_at != RULE_NEVER;
	switch (column) {
	case LIST_TOKENS:
		return e->tokens;
	case LIST_RHO:
		return e->rho;
	case LIST_LIL:
		return e->rules_at[0] != RULE_NEVER ? e->rules_at[0] : -1.0;
	case LIST_AFTER:
		return fired ? (double)(e->tokens - e->fired_at) : -1.0;
	default:
		return 0;
	}
}

static void test_sorting(void **state)
{
	static const enum list_column columns[] = { LIST_TOKENS, LIST_RHO,
						    LIST_LIL, LIST_AFTER };
	struct fixture x;
	(void)state;
	open_list(&x);
	list_set_sort(&x.app, LIST_TOKENS, true); /* before anything is read */
	read_all(&x.app);
	for (size_t c = 0; c < ARRAY_LEN(columns) * 2; c++) {
		enum list_column column = columns[c / 2];
		bool down = c % 2 == 0;
		if (c > 0) /* the first is the one that came while reading */
			list_set_sort(&x.app, column, down);
		assert_int_equal(list_of(&x.app)->n, RECORDS);
		for (size_t i = 1; i < RECORDS; i++) {
			const size_t *at = &list_of(&x.app)->order[i];
			double a = value(deck_entry(x.app.deck, at[-1]),
					 column);
			double b = value(deck_entry(x.app.deck, at[0]),
					 column);
			/* -1: nothing to compare, always at the end. */
			assert_true(b < 0 || (a >= 0 && (down ? a >= b
							      : a <= b)));
		}
	}
	close_list(&x);
}

/* The order of the file, though the deck has first turns first; backwards;
 * and by number, which is the deck's, where somebody wants it. */
static void test_turns_stand_together(void **state)
{
	struct fixture x;
	size_t at = 0;

	(void)state;
	open_written(&x, write_conversations);
	read_all(&x.app);
	assert_int_equal(list_of(&x.app)->n,
			 CONVERSATIONS * (CONVERSATIONS + 1) / 2);
	for (unsigned i = 0; i < CONVERSATIONS; i++) {
		for (unsigned k = 0; k <= i; k++, at++) {
			size_t row = list_of(&x.app)->order[at];
			const struct entry *e = deck_entry(x.app.deck, row);

			assert_int_equal(e->own.i_record, i);
			assert_int_equal(e->own.i_sub, k);
		}
	}
	list_set_sort(&x.app, LIST_RECORD, true);
	assert_int_equal(deck_entry(x.app.deck, list_of(&x.app)->order[0])
				 ->own.i_sub, CONVERSATIONS - 1);
	list_set_sort(&x.app, LIST_NUMBER, false);
	for (size_t i = 0; i < list_of(&x.app)->n; i++)
		assert_int_equal(list_of(&x.app)->order[i], i);
	close_list(&x);
}

static void test_filter_and_sums(void **state)
{
	struct fixture x;
	uint64_t tokens = 0, after = 0;
	size_t fired = 0, lil = 0;
	(void)state;
	open_list(&x);
	x.app.set.meter.rules = RULES_DEFAULT;
	x.app.set.i_rule = RULE_DEFAULT;
	x.app.set.meter.rule.t = 1e9; /* Lil in all that are long enough */
	app_retune(&x.app);
	read_all(&x.app);
	for (size_t i = 0; i < RECORDS; i++) {
		const struct entry *e = deck_entry(x.app.deck, i);
		assert_int_equal(e->state, ENTRY_REPORTED);
		lil += e->rules_at[0] != RULE_NEVER;
		tokens += e->tokens;
		if (e->fired_at == RULE_NEVER)
			continue;
		fired++;
		after += e->tokens - e->fired_at;
	}
	assert_true(fired > 0 && lil > fired && fired < RECORDS);
	assert_int_equal(list_of(&x.app)->totals.n_known, RECORDS);
	assert_int_equal(list_of(&x.app)->totals.n_fired, fired);
	assert_int_equal(list_of(&x.app)->totals.tokens, tokens);
	assert_int_equal(list_of(&x.app)->totals.tokens_after, after);

	list_set_filter(&x.app, "stopped");
	assert_int_equal(list_of(&x.app)->n, fired);
	assert_int_equal(list_of(&x.app)->totals.tokens_after, after);
	list_set_filter(&x.app, "not-stopped");
	assert_int_equal(list_of(&x.app)->n, RECORDS - fired);
	assert_int_equal(list_of(&x.app)->totals.n_fired, 0);
	list_set_filter(&x.app, "lil");
	assert_int_equal(list_of(&x.app)->n, lil);
	list_set_filter(&x.app, "no-lil");
	assert_int_equal(list_of(&x.app)->n, RECORDS - lil);
	list_set_filter(&x.app, "RECORD 11");
	assert_int_equal(list_of(&x.app)->n, 11); /* 11, 110 .. 119 */
	list_set_filter(&x.app, "there is no such thing");
	assert_int_equal(list_of(&x.app)->n, 0);
	assert_int_equal(list_selected(&x.app), DECK_NONE);
	list_move(&x.app, 5);
	list_set_filter(&x.app, "");
	assert_int_equal(list_of(&x.app)->n, RECORDS);
	close_list(&x);
}

static void test_selection(void **state)
{
	struct fixture x;
	size_t rows;
	struct rect r = { 0, 0, VIEW_ROWS, 80 };

	(void)state;
	open_list(&x);
	read_all(&x.app);
	list_move(&x.app, 57);
	assert_int_equal(list_selected(&x.app), 57);
	list_set_sort(&x.app, LIST_RHO, true);
	assert_int_equal(list_selected(&x.app), 57);
	list_set_sort(&x.app, LIST_NUMBER, false);
	assert_int_equal(list_selected(&x.app), 57);
	rows = (size_t)list_rows(VIEW_ROWS);
	for (long by = -200; by <= 200; by += 13) {
		const struct list *l = list_of(&x.app);

		list_move(&x.app, by);
		assert_true(l->cursor < RECORDS);
		assert_true(l->cursor >= l->top);
		assert_true(l->cursor < l->top + rows);
	}
	list_move(&x.app, -1000000);
	assert_int_equal(list_of(&x.app)->cursor, 0);
	/* The third row of the view is the third entry; the head sorts. */
	assert_true(view_list.click(&x.app, r, 3, 10));
	assert_int_equal(list_selected(&x.app), 2);
	assert_false(view_list.click(&x.app, r, VIEW_ROWS - 1, 10));
	assert_true(view_list.click(&x.app, r, 0, 10));
	assert_int_equal(list_of(&x.app)->sort, LIST_RECORD);
	close_list(&x);
}

/* The rule whose stops count is the default, until a number of Guardian's is
 * another one or a rule is named; both stand in the row all the time. */
static void test_which_rule_counts(void **state)
{
	static const struct {
		uint32_t i_rule;
		double t;
		size_t counts;
		const char *word;
	} rows[] = {
		{ RULE_ROWS, RULE_T_DEFAULT, RULE_DEFAULT, "loop" },
		{ RULE_ROWS, RULE_T_DEFAULT + 1, RULE_GUARDIAN, "Lil" },
		{ RULE_AT_loop, RULE_T_DEFAULT + 1, RULE_DEFAULT, "loop" },
		{ RULE_AT_cycle, RULE_T_DEFAULT, RULE_AT_cycle, "cycle" },
	};
	struct fixture x;

	(void)state;
	open_list(&x);
	x.app.set.meter = meter_opts_default;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		x.app.set.i_rule = rows[i].i_rule;
		x.app.set.meter.rule.t = rows[i].t;
		app_retune(&x.app);
		read_all(&x.app);
		assert_int_equal(x.app.set.meter.i_stop, rows[i].counts);
		assert_string_equal(list_stop_word(&x.app), rows[i].word);
		for (size_t k = 0; k < RECORDS; k++) {
			const struct entry *e = deck_entry(x.app.deck, k);

			/* odds are loop's, at most its own of a stop */
			if (rows[i].counts != RULE_DEFAULT)
				assert_true(isnan(e->odds));
			else if (e->fired_at != RULE_NEVER)
				assert_true(e->odds == (float)LOOP_P_DEFAULT);
			else
				assert_true(e->odds > (float)LOOP_P_DEFAULT);
			if (rows[i].counts == RULE_GUARDIAN)
				assert_int_equal(e->fired_at, e->rules_at[0]);
			if (rows[i].counts == RULE_DEFAULT)
				assert_int_equal(
					e->fired_at,
					e->rules_at[list_column_find("loop", 4)
						    - LIST_LIL]);
		}
	}
	x.app.set.meter.rules = 0; /* all but Guardian are off */
	app_retune(&x.app);
	assert_int_equal(x.app.set.meter.i_stop, RULE_GUARDIAN);
	close_list(&x);
}

static void test_columns(void **state)
{
	(void)state;
	for (int i = 0; i < LIST_COLUMNS; i++) {
		const char *name = list_column_name((enum list_column)i);
		if (name)
			assert_int_equal(
				list_column_find(name, strlen(name)), i);
	}
	assert_int_equal(list_column_find("rh", 2), LIST_COLUMNS);
	assert_int_equal(list_column_find("adaptive", 8), LIST_RULE);
}

/* Other symbols: the measures are made anew, and nothing reads them before the
 * playhead is where they are. */
static void test_measured_anew(void **state)
{
	struct fixture x;

	(void)state;
	open_list(&x);
	read_all(&x.app);
	assert_true(app_open(&x.app, 0));
	while (deck_work(x.app.deck, SLICE_US))
		app_sync(&x.app);
	app_sync(&x.app);
	app_seek(&x.app, app_n_tokens(&x.app));
	assert_true(x.app.playhead > 0);
	x.app.set.meter.symbols = METER_TOKENS;
	app_retune(&x.app);
	assert_int_equal(x.app.playhead, app_n_tokens(&x.app));
	action_command(&x.app, "export! csv /dev/null");
	while (deck_work(x.app.deck, SLICE_US))
		app_sync(&x.app);
	app_sync(&x.app);
	assert_true(x.app.playhead > 0); /* and is there again */
	close_list(&x);
}

/* A key that comes before anything is taken in anew finds nothing of the run
 * before: the next may stand at its very address. */
static void test_nothing_is_kept_of_the_run_before(void **state)
{
	enum { LOOPS = 30 }; /* a record that does, for long */
	struct fixture x;

	(void)state;
	open_list(&x);
	read_all(&x.app);
	assert_true(app_open(&x.app, LOOPS));
	while (deck_work(x.app.deck, SLICE_US))
		app_sync(&x.app);
	x.app.view = &view_repeats;
	app_sync(&x.app);
	assert_non_null(repeats_lit(&x.app));
	assert_ptr_equal(steps_of(&x.app)->run, x.app.run);
	assert_true(app_open(&x.app, LOOPS + 1));
	assert_null(repeats_of(&x.app)->run);
	assert_null(steps_of(&x.app)->run);
	repeats_step(&x.app, 1);
	close_list(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorting),
		cmocka_unit_test(test_turns_stand_together),
		cmocka_unit_test(test_filter_and_sums),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_which_rule_counts),
		cmocka_unit_test(test_measured_anew),
		cmocka_unit_test(test_nothing_is_kept_of_the_run_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
