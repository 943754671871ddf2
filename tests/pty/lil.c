/* lil.c - see lil.h. */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lil.h"

static void write_list(struct lil *l)
{
	struct buf out = { 0 };

	for (unsigned i = 0; i < LIL_RECORDS; i++) {
		struct buf text = { 0 };

		scratch_trace(&text, 200 + 60 * i,
			      i % 3 == 2 ? 3000 : 200 + 60 * i);
		buf_printf(&out, "{\"prompt\": \"Problem %u: find x.\", "
				 "\"generation\": \"", i);
		for (size_t k = 0; k < text.len; k++) {
			if (text.data[k] == '\n')
				buf_puts(&out, "\\n");
			else
				buf_putc(&out, text.data[k]);
		}
		buf_printf(&out, "\", \"finish_reason\": \"%s\"}\n",
			   i % 3 == 2 ? "length" : "stop");
		buf_release(&text);
	}
	scratch_file(l->dir, "list.jsonl", out.data, out.len, l->list);
	buf_release(&out);
}

int lil_setup(void **state)
{
	struct lil *l = mem_zalloc(sizeof(*l));
	struct buf text = { 0 };

	scratch_make(l->dir);
	snprintf(l->home, sizeof(l->home), "%.1000s/home", l->dir);
	mkdir(l->home, 0700);
	scratch_trace(&text, LIL_NEW_WORDS, LIL_WORDS);
	scratch_file(l->dir, "trace.txt", text.data, text.len, l->trace);
	write_list(l);
	buf_release(&text);
	*state = l;
	return 0;
}

int lil_teardown(void **state)
{
	struct lil *l = *state;

	if (l->p)
		pty_free(l->p);
	scratch_remove(l->dir);
	mem_free(l);
	return 0;
}

const char *lil_program(void)
{
	const char *path = getenv("LILSCOPE");

	if (!path || access(path, X_OK) != 0) {
		fprintf(stderr, "no program at LILSCOPE=%s: skipped\n",
			path ? path : "");
		skip();
	}
	return path;
}

const char *lil_data(void)
{
	const char *data = getenv("LILSCOPE_DATA");

	return data && access(data, R_OK) == 0 ? data : NULL;
}

void lil_start(struct lil *l, const struct pty_spec *how,
	       const char *const *args)
{
	const char *argv[LIL_ARGS_MAX + 2] = { lil_program() };
	struct pty_spec spec = *how;

	for (size_t i = 0; args[i]; i++) {
		assert_true(i < LIL_ARGS_MAX);
		argv[i + 1] = args[i];
	}
	if (l->p)
		pty_free(l->p);
	spec.argv = argv;
	spec.home = l->home;
	l->p = pty_start(&spec);
}

void lil_settle(struct lil *l)
{
	assert_true(pty_wait_asleep(l->p, LIL_QUIET_MS, PTY_PATIENCE_MS));
}

void lil_open_trace(struct lil *l)
{
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace));
	expect_text(l->p, "Lil at ");
	lil_settle(l);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "9 750": a group of three belongs to the number before it. */
static bool group_follows(const char *s)
{
	return s[0] == ' ' && is_digit(s[1]) && is_digit(s[2]) &&
	       is_digit(s[3]) && !is_digit(s[4]);
}

long lil_number(struct lil *l, const char *label)
{
	int row;
	const char *s;
	long n = 0;

	if (!pty_find(l->p, label, &row, NULL))
		return -1;
	s = strstr(pty_row(l->p, row), label) + strlen(label);
	while (*s == ' ')
		s++;
	if (!is_digit(*s))
		return -1;
	for (;;) {
		while (is_digit(*s))
			n = n * 10 + (*s++ - '0');
		if (!group_follows(s))
			return n;
		s++;
	}
}

long lil_place(struct lil *l)
{
	long token = lil_number(l, " token ");

	return token >= 0 ? token : lil_number(l, " tokens ");
}

bool lil_wait_place(struct lil *l, long token)
{
	while (lil_place(l) != token)
		if (!pty_pump(l->p, PTY_PATIENCE_MS))
			return lil_place(l) == token;
	return true;
}

void lil_command(struct lil *l, const char *command)
{
	pty_keys(l->p, ":");
	pty_keys(l->p, command);
	pty_keys(l->p, "\r");
}

void lil_quit(struct lil *l)
{
	pty_keys(l->p, "QQ"); /* a stream asks once */
	expect_exit(l->p, 0);
	expect_restored(l->p);
}
