/*
 * test_screens.c - every view at every size, in every dress.
 */
#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lil.h"

static const char *const view_names[] = { "ratio",   "text", "map",
					  "compare", "list", "help" };

struct dress {
	const char *name;
	const char *arg;         /* NULL: none */
	const char *env;         /* "NAME=VALUE", NULL: none */
	bool colors, colors_256, beyond_ascii;
};

static const struct dress dresses[] = {
	{ "256 colours", "--color=256", NULL, true, true, true },
	{ "16 colours", "--color=16", NULL, true, false, true },
	{ "mono", "--color=never", NULL, false, false, true },
	{ "NO_COLOR", NULL, "NO_COLOR=1", false, false, true },
	{ "NO_COLOR empty", NULL, "NO_COLOR=", true, true, true },
	{ "vt100", NULL, "TERM=vt100", false, false, true },
	{ "xterm", NULL, "TERM=xterm", true, false, true },
	{ "direct", NULL, "TERM=xterm-direct", true, true, true },
	{ "direct, 16", "--color=16", "TERM=xterm-direct", true, false, true },
	{ "ASCII", "--ascii", NULL, true, true, false },
	{ "C locale", NULL, "LC_ALL=C", true, true, false },
};

struct size {
	int rows, cols;
	bool picture; /* else a sentence says that there is no room */
};

static const struct size sizes[] = {
	{ 24, 80, true }, { 50, 200, true }, { 12, 60, true },
	{ 10, 40, false }, { 12, 59, false }, { 11, 60, false },
	{ 3, 12, false },
};

/* One SGR at s (after "ESC ["): which colours does it switch on? */
static void read_sgr(const char *s, const char *end, bool *any, bool *c256)
{
	int value = 0, nth = 0;

	for (; s < end && ((*s >= '0' && *s <= '9') || *s == ';'); s++) {
		if (*s != ';') {
			value = MIN(value * 10 + (*s - '0'), 1000);
			continue;
		}
		*c256 = *c256 || (value == 38 && nth == 0);
		*any = *any || (value >= 30 && value != 39 && value != 49);
		value = 0;
		nth++;
	}
	if (s < end && *s == 'm')
		*any = *any || (value >= 30 && value != 39 && value != 49);
	else
		*any = *c256 = false;
}

static void read_colors(struct pty *p, bool *any, bool *c256)
{
	const struct buf *raw = pty_raw(p);
	const char *end = raw->data + raw->len;

	*any = *c256 = false;
	for (const char *s = raw->data; s + 2 < end; s++) {
		bool a = false, b = false;

		if (s[0] != '\033' || s[1] != '[')
			continue;
		read_sgr(s + 2, end, &a, &b);
		*any = *any || a;
		*c256 = *c256 || b;
	}
}

static bool beyond_ascii(struct pty *p)
{
	const struct buf *raw = pty_raw(p);

	for (size_t i = 0; i < raw->len; i++)
		if ((unsigned char)raw->data[i] >= 0x80)
			return true;
	return false;
}

static void show_view(struct lil *l, const char *name)
{
	struct buf command = { 0 };

	buf_printf(&command, "view %s", name);
	lil_command(l, buf_cstr(&command));
	buf_release(&command);
	lil_settle(l);
	expect_alive(l->p);
}

static void test_dresses(void **state)
{
	struct lil *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(dresses); i++) {
		const struct dress *d = &dresses[i];
		const char *const env[] = { d->env, NULL };
		bool any, c256;

		lil_start(l, &(struct pty_spec){ .env = d->env ? env : NULL },
			  d->arg ? LIL_ARGS(d->arg, l->trace)
				 : LIL_ARGS(l->trace));
		expect_text(l->p, "Lil at ");
		for (size_t k = 0; k < ARRAY_LEN(view_names); k++)
			show_view(l, view_names[k]);
		read_colors(l->p, &any, &c256);
		if (any != d->colors || c256 != d->colors_256 ||
		    beyond_ascii(l->p) != d->beyond_ascii) {
			pty_show(l->p, d->name);
			print_message("%s: colours %d, 256 %d, beyond %d\n",
				      d->name, any, c256, beyond_ascii(l->p));
			fail();
		}
	}
}

static void test_sizes(void **state)
{
	struct lil *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const struct size *s = &sizes[i];

		lil_start(l, &(struct pty_spec){ .rows = s->rows,
						 .cols = s->cols },
			  LIL_ARGS(l->trace));
		if (s->picture)
			expect_text(l->p, "Lil at ");
		for (size_t k = 0; k < ARRAY_LEN(view_names); k++)
			show_view(l, view_names[k]);
		show_view(l, "ratio");
		if (s->picture)
			expect_text(l->p, "ρ");
		else if (s->cols >= 40)
			expect_text(l->p, "60");
		pty_keys(l->p, "q");
		expect_exit(l->p, 0);
	}
}

/* What the main screen says, whatever it looks like. */
static void test_main_screen(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	expect_text(l->p, "trace.txt");
	expect_text(l->p, "ρ");
	expect_text(l->p, "tokens");
	expect_text(l->p, "help");
	lil_quit(l);
}

static void test_plain(void **state)
{
	static const char *const banned[] = { "\033[", "│", "─", "⣿", "█" };
	/* What the screen says in its rows and its panel. */
	static const char *const said[] = {
		", read as plain text", "Measured: UTF-8 bytes", ", VACUOUS;",
		", under t.",
		"; nothing new since.", "Other rules: ", "; never: ",
		"The last new token before it is ", "Why: ",
		" can be told in ", "band ρ − ε to ρ = ",
		"H = ",
	};
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("--plain", l->trace));
	expect_text(l->p, "Lil");
	expect_exit(l->p, 0);
	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		if (!pty_wrote(l->p, 0, said[i], strlen(said[i]))) {
			pty_show(l->p, said[i]);
			fail();
		}
	for (size_t i = 0; i < ARRAY_LEN(banned); i++)
		if (pty_wrote(l->p, 0, banned[i], strlen(banned[i]))) {
			pty_show(l->p, banned[i]);
			fail();
		}
}

/* A terminal that can't draw: one sentence that names what can be done. */
static void test_useless_term(void **state)
{
	static const char *const terms[] = { "TERM=dumb", "TERM", "TERM=",
					     "TERM=no-such-terminal" };
	struct lil *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
		const char *const env[] = { terms[i], NULL };

		lil_start(l, &(struct pty_spec){ .env = env },
			  LIL_ARGS(l->trace));
		expect_exit(l->p, 2);
		expect_text(l->p, "analyze");
		assert_false(pty_wrote(l->p, 0, "\033", 1));
	}
}

/* stdout is no terminal: what analyze prints, without an escape code. */
static void test_into_a_file(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];
	struct buf text = { 0 };
	FILE *f;
	int fd;

	scratch_file(l->dir, "out", "", 0, path);
	f = fopen(path, "w");
	assert_non_null(f);
	fd = fileno(f);
	lil_start(l, &(struct pty_spec){ .stdout_fd = &fd },
		  LIL_ARGS(l->trace));
	expect_exit(l->p, 0);
	fclose(f);
	assert_true(scratch_read(path, &text));
	assert_non_null(memmem(text.data, text.len, "trace.txt", 9));
	assert_null(memchr(text.data, '\033', text.len));
	assert_int_equal(pty_n_bytes(l->p), 0);
	buf_release(&text);
}

/* Parts of a text in turn: words that never stood before, or a loop. */
static void write_turns(const char *path, const unsigned *words, size_t n)
{
	FILE *f = fopen(path, "w");
	unsigned x = 1;

	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < words[i]; k++) {
			x = x * 1664525 + 1013904223;
			if (i % 2)
				fputs(k % 8 ? "again " : "wait. ", f);
			else
				fprintf(f, "%c%c%c%c%c ", 'a' + x % 26,
					'a' + x / 32 % 26, 'a' + x / 1024 % 26,
					'a' + x / 65536 % 26,
					'a' + (x >> 24) % 26);
		}
	assert_int_equal(fclose(f), 0);
}

/* What came after a stop, in words, with its mark and its colour. */
static void test_verdicts(void **state)
{
	static const struct {
		unsigned words[5];
		size_t n;
		const char *says, *mark;
	} rows[] = {
		{ { 600, 2000 }, 2, "nothing new since", NULL },
		{ { 600, 2000, 600, 2000 }, 4, "stopped again at ", "↻" },
		{ { 600, 2000, 4000 }, 3, "false alarm: new text for ", "▵" },
	};
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES + 16];

	snprintf(path, sizeof(path), "%s/turns.txt", l->dir);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		write_turns(path, rows[i].words, rows[i].n);
		lil_start(l, &(struct pty_spec){ .rows = 40, .cols = 200 },
			  LIL_ARGS(path));
		expect_text(l->p, rows[i].says);
		if (rows[i].mark)
			expect_text(l->p, rows[i].mark);
		for (size_t k = 0; k < ARRAY_LEN(rows); k++)
			assert_int_equal(pty_find(l->p, rows[k].says, NULL,
						  NULL), k == i);
		lil_quit(l);
	}
	unlink(path);
}

/* The real run that the paper's rule stops at 9,750 tokens. */
static void test_recorded_run(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];

	if (!lil_data()) {
		print_message("no recorded traces (LILSCOPE_DATA): skipped\n");
		skip();
	}
	snprintf(path, sizeof(path),
		 "%.900s/traces/curated/rkv_aime24_08.txt", lil_data());
	lil_start(l, &(struct pty_spec){ .rows = 40, .cols = 140 },
		  LIL_ARGS(path));
	expect_text(l->p, "Lil 9");
	lil_quit(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_main_screen),
		lil_test(test_dresses),
		lil_test(test_sizes),
		lil_test(test_plain),
		lil_test(test_verdicts),
		lil_test(test_useless_term),
		lil_test(test_into_a_file),
		lil_test(test_recorded_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
