/* The tables of actions and options agree with themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "action/action.h"
#include "base/buf.h"
#include "opt/opt.h"

static void check_keys(const struct action_room *room, const struct action *a)
{
	struct buf out = { 0 };

	for (int k = 0; k < ACTION_KEYS && a->keys[k] != K_NONE; k++)
		for (size_t i = 0; i < n_views; i++)
			if (action_fits(room, a, views[i]) &&
			    action_for_key(a->keys[k], views[i]) != a)
				fail_msg("%s: its key %d means another thing "
					 "in the %s view", a->name, k,
					 views[i]->name);
	action_keys(a, &out);
	assert_int_equal(out.len > 0, a->keys[0] != K_NONE);
	buf_release(&out);
}

/* It does one thing, with an argument if it takes one. */
static void check_deed(const struct action *a)
{
	assert_int_equal(!!a->show + !!a->move + !!a->run + !!a->by +
				 !!a->with, 1);
	assert_int_equal(!!a->arg, !!a->with);
	assert_true(!a->by || a->n);
}

/* What may stand at the end of a line, as " word word ..."; *from: where. */
static size_t completed(const char *line, struct buf *words)
{
	struct buf out = { 0 };
	size_t from = SIZE_MAX;

	action_complete(line, strlen(line), &from, &out);
	buf_clear(words);
	for (size_t at = 0; at < out.len; at += strlen(out.data + at) + 1)
		buf_printf(words, " %s", out.data + at);
	buf_puts(words, " ");
	buf_cstr(words);
	buf_release(&out);
	return from;
}

/* Each word of a line is completed by what may stand there. */
static void test_completion(void **state)
{
	static const struct {
		const char *line;
		size_t from;
		const char *has, *lacks; /* NULL: there is no word at all */
	} rows[] = {
		{ "", 0, " view ", "  " },
		{ "ex", 0, " export export! ", " view " },
		{ "view ", 5, " help ", " lz77 " },
		{ "view   he", 7, " help ", " list " },
		{ "set co", 4, " coder ", " patience " },
		{ "set ", 4, " patience ", " report " },
		{ "set coder ", 10, " lz77 ", " on " },
		{ "set  coder  zs", 12, " zstd zstd-ids ", " lz77 " },
		{ "set coders zs", 11, NULL, NULL },
		{ "set ascii ", 10, " on off ", " lz77 " },
		{ "set f ", 6, NULL, NULL },
		{ "sort ", 5, " tokens ", " -tokens " },
		{ "sort -to", 6, " tokens ", " rho " },
		{ "export ", 7, " csv ", " list " },
		{ "add ", 4, " quest ", " zlib " },
		{ "policy h", 7, " h2o ", " sink " },
		{ "export! j", 8, " jsonl ", " csv " },
		{ "view help x", 10, NULL, NULL },
		{ "viewer ", 7, NULL, NULL },
		{ "quit ", 5, NULL, NULL },
	};
	struct buf words = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t from = completed(rows[i].line, &words);

		if (from != rows[i].from ||
		    (rows[i].has ? !strstr(words.data, rows[i].has) ||
					   strstr(words.data, rows[i].lacks)
				 : words.len > 1))
			fail_msg("\"%s\" at %zu:%s", rows[i].line, from,
				 words.data);
	}
	buf_release(&words);
}

static void check_completion(const struct action *a)
{
	size_t n = strlen(a->name), from = 99;
	struct buf out = { 0 };
	bool found = false;

	action_complete(a->name, n, &from, &out);
	assert_int_equal(from, 0);
	for (size_t at = 0; at < out.len; at += strlen(out.data + at) + 1)
		found = found || strcmp(out.data + at, a->name) == 0;
	if (!found)
		fail_msg("%s is not among its completions", a->name);
	buf_release(&out);
}

static void test_rooms(void **state)
{
	const struct action_room *room;

	(void)state;
	for (size_t r = 0; (room = action_room(r)); r++) {
		assert_true(strlen(room->title) > 0);
		for (size_t i = 0; i < room->n; i++) {
			const struct action *a = &room->rows[i];

			assert_ptr_equal(action_find(a->name,
						     strlen(a->name)), a);
			check_deed(a);
			assert_true(a->about && strlen(a->about) > 5);
			check_keys(room, a);
			check_completion(a);
		}
	}
	assert_null(action_find("", 0));
	assert_null(action_find("nothing-of-this-name", 20));
}

/* The first view has all moves: it is asked where another has none. Every
 * view is found by its name, and its own room is among the rooms. */
static void test_views(void **state)
{
	const struct action_room *room;

	(void)state;
	for (int i = MOVE_NONE + 1; i < MOVES; i++)
		assert_non_null(views[0]->moves[i]);
	for (size_t i = 0; i < n_views; i++) {
		size_t n = 0;

		assert_ptr_equal(view_find(views[i]->name), views[i]);
		for (size_t k = 0; (room = action_room(k)); k++)
			n += room == views[i]->keys;
		assert_int_equal(n, views[i]->keys != NULL);
	}
	assert_null(view_find("no such view"));
}

/* What :set answers to nonsense is one sentence that names the option. */
static void test_bad_values(void **state)
{
	static const char *const bad[] = { "", "-1", "1e99", "x y", "nan",
					   "\033[2J", "99999999999999999999" };

	const struct opt *opt;

	(void)state;
	for (size_t i = 0; (opt = opt_at(i)); i++)
		for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
			struct settings set;
			struct err err = { 0 };

			settings_init(&set);
			if (opt_set(&set, opt->name, bad[k], opt->where, &err))
				continue;
			assert_non_null(strstr(err.text, opt->name));
			assert_null(strchr(err.text, '\033'));
		}
}

/* What an option says of itself can be given back to it. */
static void test_options_round(void **state)
{
	const struct opt *opt;

	(void)state;
	for (size_t i = 0; (opt = opt_at(i)); i++) {
		struct settings set;
		struct buf a = { 0 }, b = { 0 };
		struct err err = { 0 };

		assert_ptr_equal(opt_find(opt->name), opt);
		settings_init(&set);
		opt->get(opt, &set, &a);
		buf_append(&a, "", 1);
		if (a.len > 1 &&
		    opt_set(&set, opt->name, a.data, opt->where, &err)) {
			opt->get(opt, &set, &b);
			buf_append(&b, "", 1);
			assert_string_equal(a.data, b.data);
		} else if (a.len > 1) {
			fail_msg("--%s refuses its own \"%s\": %s",
				 opt->name, a.data, err.text);
		}
		buf_release(&a);
		buf_release(&b);
	}
}

static void test_command_line(void **state)
{
	char *argv[] = { (char *)"a.txt", (char *)"--t=30", (char *)"-",
			 (char *)"--", (char *)"--t", NULL };
	char *unknown[] = { (char *)"--no-such-thing", NULL };
	char *lacks[] = { (char *)"--t", NULL };
	struct settings set;
	struct err err = { 0 };
	int n;

	(void)state;
	settings_init(&set);
	assert_true(opt_parse(&set, OPT_TUI, 5, argv, &n, &err));
	assert_int_equal(n, 3);
	assert_string_equal(argv[0], "a.txt");
	assert_string_equal(argv[1], "-");
	assert_string_equal(argv[2], "--t");
	assert_false(opt_parse(&set, OPT_TUI, 1, unknown, &n, &err));
	assert_non_null(strstr(err.text, "no-such-thing"));
	assert_false(opt_parse(&set, OPT_TUI, 1, lacks, &n, &err));
}

static void test_config(void **state)
{
	static const char text[] = "# mine\n t = 35 \npatience 3\nnonsense\n"
				   "f = many\n\nls = 2\n";
	struct settings set;
	struct err err = { 0 };

	(void)state;
	settings_init(&set);
	assert_false(opt_config(&set, text, sizeof(text) - 1, "my.conf",
				&err));
	assert_non_null(strstr(err.text, "my.conf"));
	assert_non_null(strstr(err.text, "4"));
	assert_non_null(strstr(err.text, "nonsense"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_completion),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_options_round),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
