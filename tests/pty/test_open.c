/*
 * test_open.c - what a name alone opens: a folder its list, a model its demo;
 * and that a run has one number and its answer one judge wherever they stand.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lil.h"

static void put(const struct lil *l, const char *name, const char *text)
{
	char path[SCRATCH_PATH_BYTES];

	scratch_file(l->dir, name, text, strlen(text), path);
}

/* All files of a folder and below; what holds nothing is counted. */
static void test_folder(void **state)
{
	struct lil *l = *state;
	char folder[SCRATCH_PATH_BYTES], below[SCRATCH_PATH_BYTES + 8];

	snprintf(folder, sizeof(folder), "%.900s/runs", l->dir);
	snprintf(below, sizeof(below), "%s/more", folder);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkdir(below, 0755), 0);
	put(l, "runs/first.txt", "One thing, and then another.\n");
	put(l, "runs/more/second.jsonl", "{\"response\":\"Two things.\"}\n"
					 "{\"response\":\"And a third.\"}\n");
	put(l, "runs/more/nothing.bin", "\x7f" "ELF");
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(folder));
	expect_text(l->p, "3 generations");
	expect_text(l->p, "first.txt");
	expect_text(l->p, "more/second.jsonl: Two");
	expect_text(l->p, "more/second.jsonl: And");
	expect_text(l->p, "1 file holds nothing that can be read");
	pty_keys(l->p, "j");
	expect_text(l->p, "in none of 3");
	lil_quit(l);
}

/* A record that can't be read is no generation, and nothing is awaited of
 * it; a file that stands there is never live. */
static void test_broken_apart(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];

	put(l, "some.jsonl", "{\"response\":\"One thing.\"}\n"
			     "{\"response\":\"Two thi\n"
			     "{\"response\":\"And a third.\"}\n");
	snprintf(path, sizeof(path), "%.900s/some.jsonl", l->dir);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "line 2, byte 38");
	pty_keys(l->p, "j"); /* what was said goes */
	expect_text(l->p, "2 generations, 1 broken record · ");
	expect_text(l->p, "3 records");
	expect_text(l->p, "loop in none of 2");
	lil_settle(l);
	assert_false(pty_find(l->p, "so far", NULL, NULL));
	assert_false(pty_find(l->p, "not measured", NULL, NULL));
	lil_command(l, "filter broken");
	expect_text(l->p, "0 generations, 1 broken record");
	lil_quit(l);
	lil_open_trace(l);
	assert_false(pty_wrote(l->p, 0, " live", 5));
	lil_quit(l);
}

/* Where a generation has both, both lengths are told. */
static void test_both_lengths(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];

	put(l, "both.txt", "<think>\nOne, two, three.\n</think>\n\n"
			   "It is four.\n");
	snprintf(path, sizeof(path), "%.900s/both.txt", l->dir);
	lil_start(l, &(struct pty_spec){ 0 }, LIL_ARGS(path));
	expect_text(l->p, "9 reasoning + 5 answer");
	lil_quit(l);
}

/* No command is needed to see a model write. */
static void test_model(void **state)
{
	struct lil *l = *state;
	const char *top = getenv("top_srcdir");
	char model[SCRATCH_PATH_BYTES];

	snprintf(model, sizeof(model),
		 "%.900s/samples/models/stories260K/checkpoint.bin",
		 top ? top : ".");
	lil_start(l, &(struct pty_spec){ .rows = 40, .cols = 120 },
		  LIL_ARGS("-m", model, "--prompt", "Once upon a time", "-n",
			   "24", "--speed", "64", "--policy", "h2o"));
	expect_text(l->p, "A  dense");
	expect_text(l->p, "B  h2o");
	expect_text(l->p, "Once upon a time");
	expect_text(l->p, "24 tokens");
	pty_keys(l->p, "QQ");
	expect_exit(l->p, 0);
	expect_restored(l->p);
}

/* A corner of a screen still says what matters, and takes commands. */
static void test_small_window(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ .rows = 9, .cols = 40 },
		  LIL_ARGS(l->trace));
	expect_text(l->p, "This window is 40x9");
	expect_text(l->p, "ρ 0.");
	expect_text(l->p, "Lil at ");
	pty_keys(l->p, ":xyz");
	expect_text(l->p, ":xyz");
	pty_keys(l->p, "\033");
	expect_gone(l->p, ":xyz");
	pty_keys(l->p, " "); /* a pace takes no room from the name */
	expect_text(l->p, "▶ 1×");
	expect_text(l->p, " trace");
	pty_keys(l->p, " ");
	expect_gone(l->p, "▶ 1×");
	pty_resize(l->p, 4, 40);
	expect_gone(l->p, "Lil at ");
	expect_text(l->p, "This window is 40x4");
	pty_resize(l->p, 24, 80);
	expect_gone(l->p, "This window");
	lil_quit(l);
	lil_start(l, &(struct pty_spec){ .rows = 9, .cols = 40 },
		  LIL_ARGS(l->list));
	expect_text(l->p, "12 generations · ");
	expect_text(l->p, " of 12");
	lil_quit(l);
}

/* A first fact that is too long is cut, and not left out. */
static void test_narrow_window(void **state)
{
	struct lil *l = *state;
	const char *top = getenv("top_srcdir");
	char path[SCRATCH_PATH_BYTES];

	snprintf(path, sizeof(path), "%.900s/tests/golden/session_gemini.jsonl",
		 top ? top : ".");
	lil_start(l, &(struct pty_spec){ .rows = 12, .cols = 60 },
		  LIL_ARGS("--format", "thread", path));
	expect_text(l->p, "all turns of a session as one text, JSON lin");
	lil_quit(l);
}

/* Letters of other rules stand below the words of a low chart. */
static void test_narrow_words(void **state)
{
	struct lil *l = *state;
	const char *top = getenv("top_srcdir");
	char path[SCRATCH_PATH_BYTES];

	snprintf(path, sizeof(path), "%.900s/samples/traces/"
		 "qwen25_05b_fox_quest64.jsonl.zst", top ? top : ".");
	lil_start(l, &(struct pty_spec){ .rows = 12, .cols = 60 },
		  LIL_ARGS(path));
	expect_text(l->p, "┤ bytes told so far · ┈┈ at its own pace");
	lil_quit(l);
}

/* --- one number --------------------------------------------------------- */

/* The title of the SVG that is exported to a name that is new. */
static void expect_title(struct lil *l, const char *name, const char *title)
{
	char path[SCRATCH_PATH_BYTES], command[SCRATCH_PATH_BYTES + 32];
	char said[32];
	struct buf svg = { 0 };

	snprintf(path, sizeof(path), "%.900s/%s", l->home, name);
	snprintf(command, sizeof(command), "export %s", path);
	lil_command(l, command);
	snprintf(said, sizeof(said), ": %s, ", strchr(name, '.') + 1);
	expect_text(l->p, said);
	assert_true(scratch_read(path, &svg));
	if (!strstr(buf_cstr(&svg), title))
		fail_msg("no \"%s\" in %s", title, name);
	buf_release(&svg);
}

/* Of the list: in it, in the title, in a lane, in pictures and pages. */
static void test_one_number(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ .rows = 40, .cols = 120 },
		  LIL_ARGS(l->list));
	expect_text(l->p, "12 generations");
	pty_keys(l->p, "jjjjj");
	expect_text(l->p, "›  6 ");
	pty_keys(l->p, "\r");
	expect_text(l->p, "· 6/12");
	expect_title(l, "a.svg", "generation 6");
	expect_title(l, "a.html", "generation 6");
	pty_keys(l->p, "qmmc");
	expect_text(l->p, "A  record 6");
	expect_text(l->p, "B  record 7");
	lil_quit(l);
}

/* --- one judge ---------------------------------------------------------- */

#define PROMPT "\"prompt\":\"What is 3 + 3?\","

/* Right and wrong in the list are right and wrong in lanes, and x says whose
 * word it is. */
static void test_one_judge(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];

	put(l, "judged.jsonl",
	    "{" PROMPT "\"response\":\"The answer is 6.\",\"gold\":\"6\"}\n"
	    "{" PROMPT "\"response\":\"The answer is 7.\",\"gold\":\"6\","
	    "\"correct\":true}\n"
	    "{" PROMPT "\"response\":\"Six.\",\"correct\":true}\n");
	snprintf(path, sizeof(path), "%.900s/judged.jsonl", l->dir);
	lil_start(l, &(struct pty_spec){ .rows = 40, .cols = 120 },
		  LIL_ARGS(path));
	expect_text(l->p, "judged");
	expect_text(l->p, "✗ wrong");
	pty_keys(l->p, "x");
	expect_text(l->p, "right, says lilscope");
	pty_keys(l->p, "xjx");
	expect_text(l->p, "wrong, says lilscope");
	expect_text(l->p, "otherwise.");
	pty_keys(l->p, "xjx");
	expect_text(l->p, "right, says the source");
	pty_keys(l->p, "xgmmmc");
	expect_text(l->p, "3 runs");
	expect_text(l->p, "✓ right, says the source");
	expect_text(l->p, "✗ wrong · right is 6, the source says otherwise");
	pty_keys(l->p, "x");
	expect_text(l->p, "answer, says lilscope by the answer stated");
	lil_quit(l);
}

/* --- whose it is -------------------------------------------------------- */

/* Models are a column where they differ, found by their names, and lanes of one
 * model are told apart. */
static void test_models(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES];

	put(l, "models.jsonl",
	    "{" PROMPT "\"response\":\"It is 6.\",\"model\":\"org/alpha\"}\n"
	    "{" PROMPT "\"response\":\"It is 7.\",\"model\":\"beta\"}\n"
	    "{" PROMPT "\"response\":\"It is 8.\",\"model\":\"beta\"}\n");
	snprintf(path, sizeof(path), "%.900s/models.jsonl", l->dir);
	lil_start(l, &(struct pty_spec){ .rows = 30, .cols = 120 },
		  LIL_ARGS(path));
	expect_text(l->p, "model  ");
	expect_text(l->p, " alpha ");
	pty_keys(l->p, ":sort model\r");
	expect_text(l->p, "model▴");
	pty_keys(l->p, ":filter beta\r");
	expect_text(l->p, "2 of 3 generations match \"beta\"");
	expect_gone(l->p, "model▴");
	pty_keys(l->p, ":filter\r:sort number\rgjmjmc");
	expect_text(l->p, "A  beta · record 2");
	expect_text(l->p, "B  beta · record 3");
	lil_quit(l);
}

/* --- what if ------------------------------------------------------------ */

/* All runs of the list, while keys are pressed; what is chosen stops. */
static void test_what_if(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ .rows = 30, .cols = 120 },
		  LIL_ARGS(l->list));
	expect_text(l->p, "12 generations");
	pty_keys(l->p, "8");
	expect_text(l->p, "›* loop p 0.0005");
	pty_keys(l->p, "j");
	expect_text(l->p, "›  loop p 0.0002"); /* before all is done */
	expect_text(l->p, "what if: 12 generations");
	pty_keys(l->p, "sss");
	expect_text(l->p, "sorted by tokens saved");
	pty_keys(l->p, "x");
	expect_text(l->p, "of 12 generations and save");
	pty_resize(l->p, 12, 60);
	expect_text(l->p, "what if: 12");
	pty_resize(l->p, 30, 120);
	pty_keys(l->p, "xG\r");
	expect_text(l->p, "is what stops now");
	/* It is done: nothing is written, no time is taken. */
	pty_keys(l->p, "k");
	lil_settle(l);
	pty_keys(l->p, "3");
	expect_text(l->p, "of 12");
	lil_quit(l);
}

/* --- a lecture ---------------------------------------------------------- */

/* One figure for the room, and the sentences in a file beside it. */
static void test_lecture(void **state)
{
	struct lil *l = *state;
	char notes[SCRATCH_PATH_BYTES];
	struct buf text = { 0 };

	snprintf(notes, sizeof(notes), "%.900s/notes.txt", l->dir);
	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--lecture", "--notes", notes, l->trace));
	expect_text(l->p, "of the tokens come after token");
	expect_text(l->p, "██████");
	expect_text(l->p, "what it has told so far");
	lil_settle(l);
	assert_true(scratch_read(notes, &text));
	assert_non_null(strstr(buf_cstr(&text), "lecture: for a room"));
	assert_non_null(strstr(text.data, "a stop there saves"));
	assert_non_null(strstr(text.data, "Keys here"));
	/* No escape sequence in it, and no line is wide. */
	for (size_t at = 0, col = 0; at < text.len; at++) {
		col = text.data[at] == '\n' ? 0 : col + 1;
		assert_true(text.data[at] != '\033' && col <= 120);
	}
	pty_keys(l->p, "g");
	expect_text(l->p, "said again");
	pty_keys(l->p, "2");
	expect_gone(l->p, "what it has told so far");
	lil_settle(l);
	text.len = 0;
	assert_true(scratch_read(notes, &text));
	assert_non_null(strstr(buf_cstr(&text), "text: the text"));
	pty_keys(l->p, ":lecture\r");
	expect_text(l->p, "what it has told so far");
	pty_resize(l->p, 12, 60);
	expect_text(l->p, "██████");
	pty_resize(l->p, 50, 200);
	expect_text(l->p, "what it has told so far");
	buf_release(&text);
	lil_quit(l);
}

/* Notes that can't be written are said, once, and the screen goes on. */
static void test_no_notes(void **state)
{
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ 0 },
		  LIL_ARGS("--notes", "/nowhere/notes.txt", l->trace));
	expect_text(l->p, "/nowhere/notes.txt");
	pty_keys(l->p, "2");
	expect_gone(l->p, "/nowhere/notes.txt");
	lil_quit(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_folder),
		lil_test(test_broken_apart),
		lil_test(test_both_lengths),
		lil_test(test_model),
		lil_test(test_small_window),
		lil_test(test_narrow_window),
		lil_test(test_one_number),
		lil_test(test_one_judge),
		lil_test(test_models),
		lil_test(test_narrow_words),
		lil_test(test_what_if),
		lil_test(test_lecture),
		lil_test(test_no_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
