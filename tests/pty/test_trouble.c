/*
 * test_trouble.c - what can't be read is said in one sentence, and what can
 * be read beside it is shown.
 */
#include <sys/stat.h>

#include <stdio.h>

#include "lil.h"

struct trouble {
	const char *name;      /* of the file */
	const char *bytes;
	size_t n;
	const char *sentence;  /* a part of it, any case of the first letter */
};

#define BYTES(s) s, sizeof(s) - 1

static const struct trouble troubles[] = {
	{ "nothing.txt", "", 0, "mpty" },
	{ "program", BYTES("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\x3e\0\1\0\0\0"
			   "\x90\xf3\x9c\0\xff\xff\xfe\xfc\0\0\0\0\0\0\0\1"),
	  "is a program (ELF)" },
	{ "picture.png", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\0"),
	  "is a picture (PNG)" },
	{ "noise.bin", BYTES("\1\2\3\xfe\xff\x80\x81\4\5\6\1\2\3\4\xfe\xfd"),
	  "is binary" },
	{ "cut.zst", BYTES("\x28\xb5\x2f\xfd\x04\x58\x99"), "cut.zst" },
	{ "cut.gz", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b"), "cut.gz" },
};

/* On the screen or, where there is nothing to show, on stderr and exit 2. */
static void expect_sentence(struct lil *l, const char *sentence)
{
	expect_text(l->p, sentence);
	if (!pty_wait_exit(l->p, LIL_QUIET_MS)) {
		pty_keys(l->p, "q");
		if (!pty_wait_exit(l->p, LIL_QUIET_MS))
			pty_keys(l->p, "q");
	}
	expect_exit(l->p, 2);
	expect_restored(l->p);
}

static void test_useless_files(void **state)
{
	struct lil *l = *state;

	for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
		const struct trouble *t = &troubles[i];
		char path[SCRATCH_PATH_BYTES];

		scratch_file(l->dir, t->name, t->bytes, t->n, path);
		lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
		expect_sentence(l, t->sentence);
	}
}

static void test_no_file(void **state)
{
	struct lil *l = *state;
	char empty[2 * SCRATCH_PATH_BYTES];

	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("no-such-file.txt"));
	expect_sentence(l, "no-such-file.txt");
	snprintf(empty, sizeof(empty), "%s/nothing", l->dir);
	assert_int_equal(mkdir(empty, 0700), 0);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(empty));
	expect_sentence(l, "no file in this folder");
}

static void test_unknown_option(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--no-such-option", l->trace));
	expect_sentence(l, "--no-such-option");
}

/* A file and a missing one: the first is shown, the second is named. */
static void test_one_of_two(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(l->trace, "missing"));
	expect_text(l->p, "missing");
	expect_text(l->p, "trace.txt");
}

/* Broken records among good ones: counted, named, skipped. */
static void test_broken_records(void **state)
{
	static const char good[] =
		"{\"prompt\":\"p\",\"generation\":\"a fine text\"}\n";
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];
	struct buf text = { 0 };

	for (int i = 0; i < 6; i++)
		buf_puts(&text, i == 3 ? "{\"prompt\": broken\n" : good);
	scratch_file(l->dir, "some.jsonl", text.data, text.len, path);
	buf_release(&text);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "line 4");
	lil_quit(l);
}

/* Alone on a terminal: what it can do, not an error. */
static void test_alone(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS("--no-session"));
	expect_text(l->p, "lilscope");
	expect_text(l->p, "analyze");
	if (!pty_wait_exit(l->p, LIL_QUIET_MS))
		lil_quit(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_useless_files),
		lil_test(test_no_file),
		lil_test(test_unknown_option),
		lil_test(test_one_of_two),
		lil_test(test_broken_records),
		lil_test(test_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
