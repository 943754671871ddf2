/*
 * monkey.c - keys, commands, clicks and sizes at random, as a user who may do
 * nothing: whatever is typed, the program lives, answers, and gives the
 * terminal back.
 *
 * MONKEY_INPUTS says how many, MONKEY_SEED where to begin; the same seed types
 * the same. It stays in a folder of its own, and root becomes nobody first.
 */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lil.h"

enum {
	INPUTS = 2000,
	ANSWER_EVERY = 100, /* inputs, then it has to draw */
	LAST = 64,          /* inputs that are told when it fails */
	INPUT_BYTES = 64,
	MAX_ROWS = 70,
	MAX_COLS = 240,
};

struct monkey {
	struct lil *l;
	uint32_t state;
	long n_inputs;
	char last[LAST][INPUT_BYTES]; /* as typed, a ring */
};

static uint32_t next(struct monkey *m, uint32_t below)
{
	m->state = m->state * 1664525u + 1013904223u;
	return (m->state >> 8) % below;
}

/* --- what is typed ------------------------------------------------------ */

static const char *const keys[] = {
	PTY_UP, PTY_DOWN, PTY_LEFT, PTY_RIGHT, PTY_HOME, PTY_END, PTY_PGUP,
	PTY_PGDN, PTY_F1, "\r", "\t", "\033", "\033[Z", "\177", "\014", "\004",
	"\025", "\002", "\006", "\005", "\001", "\013", "\027", " ",
};

/* No shell, and no slash: what is written stays here. */
static const char *const words[] = {
	"seek", "export", "csv", "json", "svg", "txt", "set", "f", "t", "ls",
	"coder", "lz77", "view", "text", "ratio", "map", "compare", "list",
	"sort", "filter", "mark", "w", "write", "record", "play", "speed",
	"help", "1", "0", "-1", "99999999999", "1e308", "nan", "250", "20",
	"50%", "\"", "'", "=", "no", "theme", "policy", "quest", "budget",
	"fork", "step", "rule", "next", "prev", "search", "e\xcc\x81",
	"\xe6\xbc\xa2",
};

static const char *const garbage[] = {
	"\033[<999;99999;99999M", "\033[<0;0;0m", "\033[", "\033O", "\033[200~",
	"pasted\n:quit now\033[201~", "\033[1;5;9;9Z", "\xff\xfe", "\xc3",
	"\033]0;title\a", "\033P+q\033\\", "\033[?1;2c", "\033[5;10R",
};

static void put_command(struct monkey *m, char *out)
{
	size_t n = (size_t)snprintf(out, INPUT_BYTES, "%c",
				    ":/:?:"[next(m, 5)]);

	for (uint32_t i = next(m, 4) + 1; i > 0 && n < INPUT_BYTES - 24; i--)
		n += (size_t)snprintf(out + n, INPUT_BYTES - n, "%s%s",
				      words[next(m, ARRAY_LEN(words))],
				      i > 1 ? " " : "");
	if (next(m, 8))
		snprintf(out + n, INPUT_BYTES - n, "%s",
			 next(m, 4) ? "\r" : "\t\r");
}

static void put_input(struct monkey *m, char *out)
{
	switch (next(m, 10)) {
	case 0:
		put_command(m, out);
		return;
	case 1:
		snprintf(out, INPUT_BYTES, "\033[<%u;%u;%u%c", next(m, 80),
			 next(m, MAX_COLS) + 1, next(m, MAX_ROWS) + 1,
			 next(m, 2) ? 'M' : 'm');
		return;
	case 2:
		snprintf(out, INPUT_BYTES, "%s",
			 garbage[next(m, ARRAY_LEN(garbage))]);
		return;
	case 3:
	case 4:
	case 5:
		snprintf(out, INPUT_BYTES, "%s",
			 keys[next(m, ARRAY_LEN(keys))]);
		return;
	default:
		snprintf(out, INPUT_BYTES, "%c", (int)(' ' + next(m, 95)));
	}
}

/* --- what must hold ----------------------------------------------------- */

static void tell_last(struct monkey *m)
{
	long from = m->n_inputs > LAST ? m->n_inputs - LAST : 0;

	fprintf(stderr, "monkey: after %ld inputs, the last:\n", m->n_inputs);
	for (long i = from; i < m->n_inputs; i++) {
		for (const char *s = m->last[i % LAST]; *s; s++)
			fprintf(stderr, *s > ' ' && *s < 127 ? "%c" : "\\%03o",
				(unsigned char)*s);
		fprintf(stderr, "\n");
	}
	pty_show(m->l->p, "monkey");
}

static void start(struct monkey *m)
{
	struct lil *l = m->l;
	const char *samples = getenv("LILSCOPE_SAMPLES");
	char line[4096];
	const char *const env[] = { samples ? line : NULL, NULL };
	const char *const *const ways[] = {
		LIL_ARGS(l->trace),
		LIL_ARGS(l->list, l->trace),
		LIL_ARGS("demo", "--seed", "3"),
		LIL_ARGS("--ascii", "--no-session", l->list),
		LIL_ARGS("--follow", l->trace),
	};

	/* the demo's model is not beside a build in a folder of its own */
	snprintf(line, sizeof(line), "LILSCOPE_SAMPLES=%s",
		 samples ? samples : "");
	lil_start(l, &(struct pty_spec){ .cwd = l->dir, .env = env },
		  ways[next(m, ARRAY_LEN(ways))]);
	pty_pump(l->p, PTY_PATIENCE_MS);
}

/* It ended: by a key that says so, and cleanly. */
static void has_ended(struct monkey *m)
{
	int status, sig;

	if (!pty_wait_exit(m->l->p, PTY_PATIENCE_MS)) {
		tell_last(m);
		fail_msg("it neither lives nor ends");
	}
	status = pty_status(m->l->p, &sig);
	if (sig || (status != 0 && status != 1)) {
		tell_last(m);
		fail_msg("it ended with status %d", status);
	}
	expect_restored(m->l->p);
}

/* A new size is drawn, whatever it is busy with. */
static bool answers(struct monkey *m)
{
	uint64_t before = pty_n_bytes(m->l->p);

	/* one that it cannot have already */
	pty_resize(m->l->p, PTY_ROWS,
		   MAX_COLS + 1 + (int)(m->n_inputs / ANSWER_EVERY % 2));
	while (pty_n_bytes(m->l->p) == before)
		if (!pty_pump(m->l->p, PTY_PATIENCE_MS))
			return false;
	return true;
}

static void input(struct monkey *m)
{
	char *typed = m->last[m->n_inputs++ % LAST];

	if (next(m, 20) == 0) {
		int rows = 1 + (int)next(m, MAX_ROWS);
		int cols = 1 + (int)next(m, MAX_COLS);

		snprintf(typed, INPUT_BYTES, "(%d x %d)", rows, cols);
		pty_resize(m->l->p, rows, cols);
		return;
	}
	put_input(m, typed);
	pty_keys(m->l->p, typed);
}

static long from_env(const char *name, long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtol(value, NULL, 10) : otherwise;
}

static void test_monkey(void **state)
{
	long n = from_env("MONKEY_INPUTS", INPUTS);
	long seed = from_env("MONKEY_SEED", 1);
	struct monkey m = { .l = *state, .state = (uint32_t)seed };
	int n_starts = 1;

	start(&m);
	while (m.n_inputs < n) {
		input(&m);
		pty_pump(m.l->p, next(&m, 4) ? 0 : 10);
		if (m.n_inputs % ANSWER_EVERY == 0 && !answers(&m)) {
			has_ended(&m);
			start(&m);
			n_starts++;
		}
	}
	pty_free(m.l->p);
	m.l->p = NULL;
	printf("monkey: %ld inputs from seed %ld, %d starts\n", m.n_inputs,
	       seed, n_starts);
}

/* As nobody; false where root can't become nobody. */
static bool be_ordinary(void)
{
	const struct passwd *nobody;

	if (geteuid() != 0)
		return true;
	nobody = getpwnam("nobody");
	return nobody && setgroups(0, NULL) == 0 &&
	       setgid(nobody->pw_gid) == 0 && setuid(nobody->pw_uid) == 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { lil_test(test_monkey) };
	const char *program = getenv("LILSCOPE");

	if (!be_ordinary() || !program || access(program, X_OK) != 0) {
		printf("monkey: skipped, for nobody can't run %s\n",
		       program ? program : "LILSCOPE");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
