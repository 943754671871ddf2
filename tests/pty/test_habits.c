/* What hands do without looking: searching the help, counts before keys,
 * clicks on what is not understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "lil.h"

static void go(struct lil *l, const char *keys)
{
	pty_keys(l->p, keys);
	lil_settle(l);
}

/* The cells of the text are lit, on the line that it was found in. */
static bool is_lit(struct lil *l, const char *text)
{
	struct pty_cell plain, lit;
	int row, col;

	if (!pty_find(l->p, text, &row, &col))
		return false;
	lit = pty_cell(l->p, row, col);
	plain = pty_cell(l->p, row, 0);
	return lit.bg != plain.bg || lit.reverse != plain.reverse;
}

static void test_help_search(void **state)
{
	struct lil *l = *state;
	long n;

	lil_open_trace(l);
	go(l, "?");
	expect_text(l->p, "── Keys in the ratio view");
	expect_text(l->p, "  0 %");
	assert_false(pty_find(l->p, ":record", NULL, NULL));
	go(l, "/over a FILE\r"); /* capitals count */
	expect_text(l->p, "\"over a FILE\" is not in the help");
	go(l, "/over a f.le\r"); /* a regular expression */
	expect_text(l->p, "line 1 of ");
	n = lil_number(l, "line 1 of ");
	assert_true(n > 1);
	assert_true(is_lit(l, "over a file"));
	go(l, "n");
	expect_text(l->p, "line 2 of ");
	expect_gone(l->p, "  0 %");
	go(l, "NN"); /* around */
	assert_int_equal(lil_number(l, "line "), n);
	go(l, "n");
	expect_text(l->p, "line 1 of ");
	go(l, "/no such line\r");
	expect_text(l->p, "\"no such line\" is not in the help");
	go(l, "q"); /* the help, not the program */
	expect_gone(l->p, "── Keys in ");
	lil_quit(l);
}

/* Where a key works stands behind it. */
static void test_help_places(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	go(l, "?");
	go(l, "/the pages of the next layer\r");
	expect_text(l->p, "(map)");
	lil_quit(l);
}

static void test_counts(void **state)
{
	struct lil *l = *state;
	long at;

	lil_open_trace(l);
	go(l, "g");
	go(l, "\0332"); /* Alt-2 5 */
	expect_text(l->p, "2 times: which key?");
	go(l, "5");
	expect_text(l->p, "25 times: which key?");
	at = lil_place(l);
	go(l, ".");
	assert_true(lil_wait_place(l, at + 25));
	go(l, "\0331");
	go(l, "0,");
	assert_true(lil_wait_place(l, at + 15));
	go(l, "\0337");
	go(l, "50G"); /* as a place */
	assert_true(lil_wait_place(l, 750));
	go(l, "\0333");
	go(l, "."); /* a count is over with its key */
	assert_true(lil_wait_place(l, 753));
	go(l, ".");
	assert_true(lil_wait_place(l, 754));
	go(l, "/word\r");
	go(l, "g");
	go(l, "/w1\r"); /* the third hit on is what three keys come to */
	go(l, "\0333");
	go(l, "n");
	at = lil_number(l, "hit ");
	go(l, "NNN");
	go(l, "nnn");
	assert_int_equal(lil_number(l, "hit "), at);
	lil_quit(l);
}

/* Digits alone are views. */
static void test_digits(void **state)
{
	struct lil *l = *state;

	lil_open_trace(l);
	go(l, "7");
	expect_text(l->p, "step ");
	go(l, "1");
	expect_text(l->p, "bytes told so far");
	lil_quit(l);
}

static void test_terms(void **state)
{
	struct lil *l = *state;
	int row, col;

	lil_open_trace(l);
	go(l, "!");
	expect_text(l->p, "rho: the length of the text's LZ77 code");
	go(l, "!");
	expect_text(l->p, "band: from rho - eps to rho");
	assert_true(pty_find(l->p, "gain new bytes", &row, &col));
	pty_click(l->p, 2, 1 + 2); /* the sign of rho, with its number */
	expect_text(l->p, "rho: the length");
	lil_settle(l);
	assert_true(pty_find(l->p, "h(9)", &row, &col));
	pty_click(l->p, row, col);
	expect_text(l->p, "h: growth of distinct substrings");
	lil_settle(l);
	assert_true(pty_find(l->p, "  H ", &row, &col));
	pty_click(l->p, row, col + 2);
	expect_text(l->p, "H: an estimate of the entropy rate");
	pty_click(l->p, 1, 3); /* no term: nothing is said */
	lil_settle(l);
	go(l, "\033");
	expect_gone(l->p, "H: an estimate");
	lil_quit(l);
}

#define ON_A_SCREEN(test) \
	cmocka_unit_test_setup_teardown(test, lil_setup, lil_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_SCREEN(test_help_search),
		ON_A_SCREEN(test_help_places),
		ON_A_SCREEN(test_counts),
		ON_A_SCREEN(test_digits),
		ON_A_SCREEN(test_terms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
