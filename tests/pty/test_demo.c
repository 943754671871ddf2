/*
 * test_demo.c - lilscope demo on a terminal: the model in the box at work,
 * what is done to its runs, the tour, resizing, and a decoder that dies.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/base.h"
#include "lil.h"

static void start(struct lil *l, const char *const *args)
{
	const char *samples = getenv("LILSCOPE_SAMPLES");
	char line[4096];
	const char *const env[] = { line, NULL };

	snprintf(line, sizeof(line), "LILSCOPE_SAMPLES=%s",
		 samples ? samples : "");
	lil_start(l, &(struct pty_spec){ .rows = 40, .cols = 120, .env = env },
		  args);
}

/* Children of the program; their number, and the last one's id. */
static int children(struct lil *l, pid_t *last)
{
	int pid = (int)pty_pid(l->p), child, n = 0;
	char path[64];
	FILE *list;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	list = fopen(path, "r");
	if (!list)
		skip(); /* another system */
	while (fscanf(list, "%d", &child) == 1) {
		*last = (pid_t)child;
		n++;
	}
	fclose(list);
	return n;
}

static void test_runs_end(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--speed", "64"));
	expect_text(l->p, "how many does Val have?");
	expect_text(l->p, "A  dense");
	expect_text(l->p, "B  quest 96");
	expect_text(l->p, "all have ended");
	expect_text(l->p, "ended: stop");
	expect_text(l->p, "right: 5");
	expect_text(l->p, "JCT = TTFT");
	pty_resize(l->p, 10, 40); /* no picture, but who stopped where */
	expect_text(l->p, "lilscope draws in");
	assert_true(pty_find(l->p, "A  dense", NULL, NULL));
	assert_true(pty_find(l->p, "B  quest 96", NULL, NULL));
	assert_true(pty_find(l->p, "stop at ", NULL, NULL));
	pty_resize(l->p, 40, 120);
	expect_text(l->p, "JCT = TTFT");
	pty_keys(l->p, "A"); /* the next problem */
	expect_text(l->p, "problem 2");
	expect_text(l->p, "all have ended");
	pty_keys(l->p, "4");
	expect_text(l->p, "page");
	pty_keys(l->p, "qq");
	expect_exit(l->p, 0);
	expect_restored(l->p);
}

/* What is done at the threshold is said when it is done, and of the run when
 * it has ended: what it wrote was not all its own idea. */
static void test_rolled_back(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--speed", "64", "--at-threshold",
			  "rollback"));
	expect_text(l->p, "B: Lil at token 192: the loop is cut off, and it "
			  "goes on as another run");
	expect_text(l->p, "all have ended");
	expect_text(l->p, "guardian at token 192: rolled back, to token 122 ·");
	expect_text(l->p, "stop at 192, its last token");
	expect_text(l->p, "rolled back, to token 122, then ");
	lil_quit(l);
}

static void test_concluded(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--speed", "64", "--at-threshold",
			  "conclude"));
	expect_text(l->p, "B: Lil at token 192: the answer is asked for");
	expect_text(l->p, "guardian at token 192: concluded, then 20 tokens");
	lil_quit(l);
}

/* An alarm comes while its run is written, also of runs that are looked at. */
static void test_alarm_at_once(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "-f", "16", "-t", "100", "--at-threshold",
			  "report"));
	expect_text(l->p, "A: Lil at token 32, nothing is done; B: Lil at "
			  "token 32");
	assert_true(pty_find(l->p, "running", NULL, NULL));
	lil_quit(l);
}

/* Two that say the same reach the threshold in one step, or nearly: neither is
 * lost, and what is done with each is said. */
static void test_two_alarms(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--speed", "0.02", "--at-threshold",
			  "report"));
	expect_text(l->p, "decoding");
	pty_keys(l->p, " ");
	expect_text(l->p, "held");
	lil_command(l, "add quest 96 stop");
	/* though the first records of A and B may not have come yet */
	expect_text(l->p, "C: quest 96, from the beginning");
	lil_command(l, "set speed 64");
	pty_keys(l->p, " ");
	expect_text(l->p, "B: Lil at token 192, nothing is done");
	expect_text(l->p, "C: Lil at token 192: it ends there");
	assert_true(pty_find(l->p, "B: Lil at token 192, nothing is done",
			     NULL, NULL));
	lil_quit(l);
}

/* A prompt of one's own has no next problem: A asks it again, and says what
 * that is good for; W asks something else. */
static void test_own_prompt(void **state)
{
	struct lil *l = *state;
	const char *samples = getenv("LILSCOPE_SAMPLES");
	char model[4096];

	snprintf(model, sizeof(model), "%s/models/stories260K/checkpoint.bin",
		 samples ? samples : "");
	if (access(model, R_OK) != 0)
		skip();
	start(l, LIL_ARGS("demo", "-m", model, "--prompt", "Once upon a time",
			  "--predict", "20", "--speed", "64"));
	expect_text(l->p, "demo, prompt 1");
	expect_text(l->p, "16 bytes of prompt · all have ended: W asks "
			  "something else");
	pty_keys(l->p, "A");
	expect_text(l->p, "demo, prompt 2");
	expect_text(l->p, "the same once more: greedy draws nothing");
	pty_keys(l->p, "W");
	expect_text(l->p, "What the model is asked next");
	pty_keys(l->p, "A cat\r");
	expect_text(l->p, "demo, prompt 3");
	expect_text(l->p, "5 bytes of prompt · all have ended");
	lil_command(l, "problem Ann has 20. How many does Ann have?");
	expect_text(l->p, "problems are for the model in the box; W asks");
	lil_quit(l);
}

static void test_steps(void **state)
{
	struct lil *l = *state;
	long before;

	start(l, LIL_ARGS("demo", "--speed", "0.02"));
	expect_text(l->p, "decoding");
	pty_keys(l->p, " ");
	expect_text(l->p, "held");
	lil_settle(l);
	before = lil_number(l, "A  dense · ");
	for (int i = 1; i <= 12; i++) {
		char want[64];

		pty_keys(l->p, ".");
		snprintf(want, sizeof(want), "A  dense · %ld token%s",
			 before + i, before + i == 1 ? "" : "s");
		expect_text(l->p, want);
	}
	expect_text(l->p, "held: . one step, Space goes on");
	pty_keys(l->p, "g"); /* there Space would play what is decoded */
	expect_text(l->p, "you look back, it is held: G goes to its end");
	pty_keys(l->p, "G");
	expect_text(l->p, "held: . one step, Space goes on");
	pty_keys(l->p, "QQ");
	expect_exit(l->p, 0);
}

static void test_changes(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--speed", "1"));
	expect_text(l->p, "running");
	pty_keys(l->p, " ");
	expect_text(l->p, "held");
	lil_settle(l);
	lil_command(l, "add h2o 64 dense");
	expect_text(l->p, "C  h2o 64");
	pty_keys(l->p, "j"); /* from A to B */
	lil_settle(l);
	pty_keys(l->p, "b"); /* what it is, not only that it changed */
	expect_text(l->p, "quest 192 from");
	pty_keys(l->p, "B");
	expect_text(l->p, "quest 96 from");
	expect_gone(l->p, "quest 192 from"); /* no token came by it */
	pty_keys(l->p, "D");
	expect_text(l->p, "B: dense from here on");
	expect_text(l->p, "· dense from"); /* its row, no longer the message */
	pty_keys(l->p, "b"); /* it has no budget now */
	expect_text(l->p, "has no budget");
	lil_command(l, "policy sink 64");
	expect_text(l->p, "· sink 64 from");
	lil_command(l, "fork quest 64");
	expect_text(l->p, "4 runs");
	lil_command(l, "policy best");
	expect_text(l->p, "no policy \"best\"");
	lil_command(l, "add quest 4");
	expect_text(l->p, "--page");
	lil_command(l, "set t 40");
	lil_settle(l);
	pty_keys(l->p, "]]]]] ");
	expect_text(l->p, "all have ended");
	pty_keys(l->p, "D");
	expect_text(l->p, "A has ended; K makes another run");
	lil_quit(l);
}

static void test_own_problem(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--speed", "64"));
	expect_text(l->p, "all have ended");
	pty_keys(l->p, "W"); /* the grammar, and what is still wrong */
	expect_text(l->p, "Enter asks it: Cid has 18.");
	expect_text(l->p, "Names: Ann Bob Cid");
	pty_keys(l->p, "\025problem Ann has 20. Bob has");
	expect_text(l->p, "Not yet: ");
	pty_keys(l->p, "\025problem Ann has 2. How many does Ann have");
	expect_text(l->p, "With fewer than 3 facts");
	pty_keys(l->p, "\007"); /* out of the line */
	expect_gone(l->p, "Names: Ann");
	lil_command(l, "problem");
	expect_text(l->p, "Bob has 3 more than Ann");
	lil_command(l, "problem Ann has 20. Bob has 3 more than Eve. How many "
		       "does Bob have?");
	expect_text(l->p, "Eve");
	lil_command(l, "problem Ann has 20. Bob has 3 more than Ann. How many "
		       "does Bob have?");
	expect_text(l->p, "a problem of your own");
	expect_text(l->p, "right: 23");
	expect_text(l->p, "all have ended");
	pty_keys(l->p, "QQ");
	expect_exit(l->p, 0);
}

/* The lines of a paste are blanks in the line, and no keys outside it. */
static void test_paste(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--speed", "64"));
	expect_text(l->p, "all have ended");
	assert_true(pty_mode(l->p, 2004));
	pty_keys(l->p, "\033[200~q\rq\n\033[201~");
	expect_text(l->p, "what is pasted means nothing here");
	pty_keys(l->p, "W");
	expect_text(l->p, "a problem of your own");
	pty_keys(l->p, "\025problem \033[200~Ann has 20.\r\nBob has 3 more "
		       "than Ann.\nHow many\tdoes Bob have?\n\033[201~");
	expect_text(l->p, "Enter asks it: Bob has 23.");
	pty_keys(l->p, "\r");
	expect_text(l->p, "right: 23");
	lil_quit(l);
}

/* What is asked can be read, also on a small screen, before it is answered. */
static void test_prompt(void **state)
{
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--tour"));
	pty_resize(l->p, 24, 80);
	expect_text(l->p, "what is asked");
	expect_text(l->p, "Facts: Hal has 4 less than Bob.");
	expect_text(l->p, "how many does Val");
	pty_keys(l->p, "\r");
	expect_gone(l->p, "what is asked");
	pty_keys(l->p, "\033");
	expect_gone(l->p, "2/9");
	pty_resize(l->p, 40, 120);
	lil_command(l, "problem Ann has 200. How many does Ann have?");
	expect_text(l->p, "the model counts from 1 to 69");
	lil_command(l, "problem Hal");
	pty_resize(l->p, 24, 60);
	lil_command(l, "problem Bo has 2. How many does Bo have?");
	expect_text(l->p, "Wes Xan Yan Zoe"); /* to its end */
	pty_keys(l->p, "QQ");
	expect_exit(l->p, 0);
}

static void test_tour(void **state)
{
	static const char *const titles[] = {
		"2/9 Dense attention", "3/9 Sparse attention",
		"4/9 Where it stops",  "5/9 rho, the band and h",
		"6/9 Stopping it",     "7/9 What it could",
		"8/9 Giving it",       "9/9 What is told, and yours",
	};
	struct lil *l = *state;

	start(l, LIL_ARGS("demo", "--tour", "--speed", "64"));
	expect_text(l->p, "1/9 A model that reasons");
	expect_text(l->p, "every word is decoded while you look");
	for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
		pty_keys(l->p, "\r");
		expect_text(l->p, titles[i]);
		if (i == 1)
			expect_text(l->p, "It ended after");
		if (i == 5) /* B's pages */
			expect_text(l->p, "page 0");
		if (i == 6)
			expect_text(l->p, "C  quest 96");
		pty_resize(l->p, i % 2 ? 40 : 24, i % 2 ? 120 : 80);
		lil_settle(l);
		expect_alive(l->p);
	}
	pty_keys(l->p, "\177"); /* back */
	expect_text(l->p, "8/9");
	pty_resize(l->p, 12, 60);
	lil_settle(l);
	expect_alive(l->p);
	pty_resize(l->p, 40, 120);
	expect_text(l->p, "8/9");
	pty_keys(l->p, "\033");
	expect_gone(l->p, "8/9"); /* or the next key is one with Alt */
	lil_quit(l);
}

/* Of a trace of one's own: each step is read to its last word at 80x24, with
 * a part of the picture above it, and the last has what is told. */
static void test_tour_of_a_trace(void **state)
{
	static const char *const said[][2] = {
		{ "1/5 What a model wrote", "lasts." },
		{ "2/5 What it told", "information." },
		{ "3/5 rho, the band and h", "means." },
		{ "4/5 Stopping it", "written." },
		{ "5/5 What is told", "keys." },
	};
	struct lil *l = *state;

	lil_start(l, &(struct pty_spec){ .rows = 24, .cols = 80 },
		  LIL_ARGS("--tour", l->trace));
	for (size_t i = 0; i < ARRAY_LEN(said); i++) {
		expect_text(l->p, said[i][0]);
		expect_text(l->p, said[i][1]);
		expect_text(l->p, "ends the tour");
		if (i > 0)
			expect_text(l->p, "bytes told so far");
		pty_keys(l->p, "\r");
	}
	expect_gone(l->p, "5/5");
	lil_quit(l);
}

/* Of another model the tour claims nothing that is only true of the box's. */
static void test_tour_of_yours(void **state)
{
	struct lil *l = *state;
	char model[4096];
	const char *top = getenv("LILSCOPE_SAMPLES");

	snprintf(model, sizeof(model), "%s/models/stories260K/checkpoint.bin",
		 top ? top : "../samples");
	start(l, LIL_ARGS("demo", "--tour", "--speed", "64", "-m", model,
			  "--prompt", "Once upon a time", "--policy", "h2o",
			  "-n", "40"));
	expect_text(l->p, "Your model goes on from your prompt");
	expect_gone(l->p, "riddles");
	pty_keys(l->p, "\r");
	expect_text(l->p, "It ended after 40 tokens.");
	pty_keys(l->p, "\r");
	expect_text(l->p, "All of it fits in");
	pty_keys(l->p, "\r\r\r\r\r");
	expect_text(l->p, "did not come to the threshold");
	pty_keys(l->p, "W");
	expect_text(l->p, "What the model is asked next");
	expect_gone(l->p, "a problem of your own"); /* it knows no such */
	pty_keys(l->p, "\r");
	expect_text(l->p, ":ask takes TEXT: another prompt");
	pty_keys(l->p, "QQ");
	expect_exit(l->p, 0);
}

/* One sentence, the runs stay, and another problem can begin. */
static void test_decoder_dies(void **state)
{
	struct lil *l = *state;
	pid_t child;

	start(l, LIL_ARGS("demo"));
	expect_text(l->p, "running");
	assert_int_equal(children(l, &child), 1);
	kill(child, SIGKILL);
	expect_text(l->p, "the decoder was ended by signal 9");
	expect_text(l->p, "the decoder has ended");
	expect_text(l->p, "A  dense");
	pty_keys(l->p, "D");
	expect_text(l->p, "does not listen any more");
	pty_keys(l->p, "A");
	expect_text(l->p, "problem 2");
	expect_text(l->p, "running");
	assert_int_equal(children(l, &child), 1);
	pty_keys(l->p, "QQ");
	expect_exit(l->p, 0);
	assert_int_equal(kill(child, 0), -1); /* it left none behind */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(test_runs_end),   lil_test(test_steps),
		lil_test(test_alarm_at_once), lil_test(test_two_alarms),
		lil_test(test_own_prompt),
		lil_test(test_two_alarms), lil_test(test_own_prompt),
		lil_test(test_rolled_back), lil_test(test_concluded),
		lil_test(test_changes),	   lil_test(test_own_problem),
		lil_test(test_paste),	   lil_test(test_prompt),
		lil_test(test_tour),	   lil_test(test_tour_of_a_trace),
			   lil_test(test_tour_of_yours),
		lil_test(test_decoder_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
