/*
 * The repeated unit: runs and blocks against all of them tried one by one, and
 * the units of loops that one knows.
 */
#include "base/buf.h"
#include "measure/unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 90, ROUNDS = 300 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Letters of a small alphabet, with copies of what was. */
static size_t any_text(char *s, uint32_t *seed)
{
	size_t n = next_random(seed) % TEXT_MAX, letters, at = 0;

	letters = 1 + next_random(seed) % 4;
	while (at < n) {
		size_t from = at ? next_random(seed) % at : 0;
		size_t len = next_random(seed) % 40;

		s[at++] = (char)('a' + next_random(seed) % letters);
		for (size_t i = 0; i < len && at < n; i++)
			s[at++] = s[from + i];
	}
	return n;
}

/* The longest end with a period of at most half of it, the smallest. */
static size_t naive_run(const char *s, size_t n, size_t *period)
{
	for (size_t len = n; len > 1; len--)
		for (size_t p = 1; 2 * p <= len; p++)
			if (!memcmp(s + n - len, s + n - len + p, len - p)) {
				*period = p;
				return len;
			}
	return 0;
}

static void runs_are_the_longest(void **state)
{
	char s[TEXT_MAX];
	uint32_t seed = 1;
	size_t n_runs = 0;

	(void)state;
	for (size_t i = 0; i < 3 * ROUNDS; i++) {
		size_t n = any_text(s, &seed), p = 0, want_p = 0;
		size_t want = naive_run(s, n, &want_p);

		assert_int_equal(unit_run(s, n, &p), want);
		assert_int_equal(p, want_p);
		n_runs += want > 0;
	}
	assert_true(n_runs > ROUNDS);
}

/* Copies of s[at..at + len) from the left, none overlapping; *overlap: two of
 * them would have. */
static size_t copies(const char *s, size_t n, size_t at, size_t len,
		     bool *overlap)
{
	size_t times = 0, end = 0, last = n;

	*overlap = false;
	for (size_t i = 0; i + len <= n; i++) {
		if (memcmp(s + i, s + at, len) != 0)
			continue;
		*overlap |= last < n && i - last < len;
		last = i;
		if (i < end)
			continue;
		end = i + len;
		times++;
	}
	return times;
}

/* What overlaps itself is a run and may save more or less. */
static void blocks_save_most(void **state)
{
	char s[TEXT_MAX];
	uint32_t seed = 2;
	size_t n_blocks = 0;

	(void)state;
	for (size_t i = 0; i < ROUNDS; i++) {
		size_t n = any_text(s, &seed), most = 0, start, len, saves;
		bool overlap;

		for (size_t at = 0; at < n; at++)
			for (size_t l = UNIT_COST + 1; at + l <= n; l++) {
				size_t t = copies(s, n, at, l, &overlap);

				if (!overlap)
					most = MAX(most, (t - 1) *
							 (l - UNIT_COST));
			}
		saves = unit_block(s, n, &start, &len);
		assert_true(saves >= most);
		if (!saves)
			continue;
		n_blocks++;
		assert_int_equal(saves,
				 (copies(s, n, start, len, &overlap) - 1) *
					 (len - UNIT_COST));
		if (!overlap)
			assert_int_equal(saves, most);
	}
	assert_true(n_blocks > ROUNDS / 4);
}

/* --- loops -------------------------------------------------------------- */

struct loop {
	const char *about;
	const char *before, *turn, *after; /* %zu in turn: its number */
	size_t n;
	const char *unit; /* "": none */
	uint32_t times;
	bool contiguous;
};

static const struct loop loops[] = {
	{ "back to back", "So x is 7. ", "Wait, let me check. ", "Wait, le", 40,
	  "Wait, let me check. ", 40, true },
	{ "cut in the middle of a word, from a line", "Sum:\n",
	  "It is 7 again.\nNo: 8.\n", "It is", 30, "It is 7 again.\nNo: 8.\n",
	  30, true },
	{ "a loop that counts", "Now we go on with it.\n",
	  "Step %zu: the remainder stays as it was before.\n", "", 40,
	  "the remainder stays as it was before.\nStep ", 39, false },
	{ "one letter", "Aha", "a", "", 2000, "a", 2001, true },
	{ "no character is parted", "\xe6\x98\xaf\xe7\x9a\x84\xe3\x80\x82",
	  "\xe5\x86\x8d\xe7\xae\x97\xe4\xb8\x80\xe9\x81\x8d\xe3\x80\x82", "",
	  50, "\xe5\x86\x8d\xe7\xae\x97\xe4\xb8\x80\xe9\x81\x8d\xe3\x80\x82",
	  50, true },
	{ "two copies of one block, text between",
	  "alpha one two three four five six seven. ",
	  "The draft of the answer is this very sentence. ",
	  "beta nine ten eleven twelve. "
	  "The draft of the answer is this very sentence. gamma?", 1,
	  "The draft of the answer is this very sentence. ", 2, false },
	{ "nothing twice", "", "The quick brown fox jumps over it.", "", 1, "",
	  0, false },
	{ "a repetition too short to be one", "We have 1", "0", "", 9, "", 0,
	  false },
	{ "nothing", "", "", "", 0, "", 0, false },
};

static void make(const struct loop *l, struct buf *s)
{
	const char *number = strstr(l->turn, "%zu");

	buf_puts(s, l->before);
	for (size_t i = 0; i < l->n; i++) {
		if (number)
			buf_printf(s, "%.*s%zu%s", (int)(number - l->turn),
				   l->turn, i * 7919 + 11, number + 3);
		else
			buf_puts(s, l->turn);
	}
	buf_puts(s, l->after);
}

static void loops_have_their_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(loops); i++) {
		const struct loop *l = &loops[i];
		struct buf s = { 0 };
		struct unit u;
		bool found;

		make(l, &s);
		found = unit_find(s.data, s.len, &u);
		if (found != (*l->unit != '\0'))
			fail_msg("%s: %s", l->about, found ? "found" : "none");
		if (found && (u.len != strlen(l->unit) ||
			      memcmp(s.data + u.start, l->unit, u.len) != 0))
			fail_msg("%s: \"%.*s\"", l->about, (int)u.len,
				 s.data + u.start);
		if (found) {
			assert_int_equal(u.times, l->times);
			assert_int_equal(u.contiguous, l->contiguous);
			assert_true(u.share > 0 && u.share <= 1);
			assert_int_equal(u.window, MIN(s.len, UNIT_WINDOW));
			assert_memory_equal(s.data + u.first, l->unit, u.len);
		}
		buf_release(&s);
	}
}

/* Of any text: what is said of the unit is so. */
static void a_unit_keeps_its_word(void **state)
{
	char s[TEXT_MAX];
	uint32_t seed = 5;

	(void)state;
	for (size_t i = 0; i < 10 * ROUNDS; i++) {
		size_t n = any_text(s, &seed), times = 0;
		struct unit u;
		bool overlap;

		if (!unit_find(s, n, &u))
			continue;
		assert_true(u.len && u.start + u.len <= n);
		assert_int_equal(u.times,
				 copies(s, n, u.start, u.len, &overlap));
		assert_true(u.times > 1 && u.share > 0 && u.share <= 1);
		assert_int_equal(unit_next(s, n, &u, 0), u.first);
		for (size_t at = u.first; at < n;
		     at = unit_next(s, n, &u, at + u.len))
			times++;
		assert_int_equal(times, u.times);
	}
}

/* Two loops side by side are two units, each once. */
static void a_list_has_each_once(void **state)
{
	static const char *const say[] = {
		"But wait, is the sum of the two really even? ",
		"I have to look at the first case again, then. ",
		"Therefore the answer must be 42, I believe. ",
	};
	struct unit units[8];
	struct buf s = { 0 };
	uint32_t seed = 9;
	size_t n;

	(void)state;
	for (size_t i = 0; i < 60; i++) {
		buf_puts(&s, say[next_random(&seed) % ARRAY_LEN(say)]);
		buf_printf(&s, "%u. ", next_random(&seed));
	}
	n = unit_list(s.data, s.len, units, ARRAY_LEN(units));
	assert_in_range(n, ARRAY_LEN(say), ARRAY_LEN(units));
	for (size_t i = 0; i < n; i++) {
		assert_true(units[i].times > 1);
		for (size_t k = 0; k < i; k++)
			assert_false(units[i].len == units[k].len &&
				     !memcmp(s.data + units[i].start,
					     s.data + units[k].start,
					     units[i].len));
	}
	for (size_t i = 0; i < ARRAY_LEN(say); i++) {
		size_t k = 0;

		while (k < n && memcmp(say[i], s.data + units[k].start, 20))
			k++;
		assert_true(k < n);
	}
	assert_int_equal(unit_list(s.data, s.len, units, 1), 1);
	assert_int_equal(unit_list("nothing", 7, units, 8), 0);
	buf_release(&s);
}

/* A loop whose last round is open: what its rounds have in common is the loop,
 * no unit of its own. What stands elsewhere, too, is one. */
static void a_piece_of_a_unit_is_none(void **state)
{
	static const char round[] = "So the sum is four. Let me check it "
				    "again, slowly and with care. ";
	static const char piece[] = "Let me check it again, slowly";
	struct unit units[8];
	size_t n_seven = 0;

	(void)state;
	for (int more = 0; more < 2; more++)
		for (size_t cut = 1; cut < sizeof(round) - 1; cut++) {
			struct buf s = { 0 };
			size_t n;

			buf_puts(&s, "The first line of it.\n");
			if (more)
				buf_printf(&s, "%s? %s!\n", piece, piece);
			buf_puts(&s, round + cut);
			for (int i = 0; i < 4; i++)
				buf_puts(&s, round);
			buf_append(&s, round, cut);
			n = unit_list(s.data, s.len, units, ARRAY_LEN(units));
			assert_true(more ? n > 1 : n == 1);
			assert_int_equal(units[0].len, sizeof(round) - 1);
			for (size_t i = 1; i < n; i++)
				n_seven += units[i].times == 7;
			buf_release(&s);
		}
	assert_true(n_seven > 0); /* twice before, and in each round */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_the_longest),
		cmocka_unit_test(blocks_save_most),
		cmocka_unit_test(loops_have_their_unit),
		cmocka_unit_test(a_unit_keeps_its_word),
		cmocka_unit_test(a_list_has_each_once),
		cmocka_unit_test(a_piece_of_a_unit_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
