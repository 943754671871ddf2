/*
 * The rule `loop`: copying.c beside its definition, words.c however the bytes
 * are cut, and shapes of text that must pass or must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "measure/copying.h"
#include "measure/rule.h"
#include "measure/rule_loop.h"
#include "measure/words.h"
#include "naive_copying.h"
#include "trace/tok.h"

enum { SYMBOLS = NAIVE_SYMBOLS, TEXT_WORDS = 400, NEVER = -1 };

static uint32_t random_below(uint32_t *state, uint32_t n)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % n;
}

/* --- copying ------------------------------------------------------------ */

/* Fresh symbols of a small or large alphabet, with stretches copied. */
static void make_symbols(uint32_t *r, uint32_t *s)
{
	uint32_t alphabet = 2 + random_below(r, 40), n = 0;

	while (n < SYMBOLS) {
		uint32_t len = 1 + random_below(r, 80);
		uint32_t back = n ? 1 + random_below(r, n) : 0;
		bool copy = back && random_below(r, 2);

		for (uint32_t i = 0; i < len && n < SYMBOLS; i++, n++)
			s[n] = copy && random_below(r, 30) ?
				       s[n - back] : random_below(r, alphabet);
	}
}

static void assert_step(const struct copying_step *a,
			const struct copying_step *b)
{
	assert_int_equal(a->hit, b->hit);
	assert_int_equal(a->same, b->same);
	assert_int_equal(a->known, b->known);
	assert_int_equal(a->said, b->said);
	assert_int_equal(a->length, b->length);
	assert_int_equal(a->distance, b->distance);
	assert_int_equal(a->copied, b->copied);
}

static void test_copying(void **state)
{
	static struct naive_copying v;
	uint32_t s[SYMBOLS], r = 5;

	(void)state;
	for (int k = 0; k < 30; k++) {
		struct copying *c = copying_new();

		make_symbols(&r, s);
		v = (struct naive_copying){ .source = UINT32_MAX };
		if (k % 2) /* too many, too few */
			copying_expect(c, random_below(&r, 2 * SYMBOLS));
		for (uint32_t t = 0; t < SYMBOLS; t++) {
			uint32_t letter = random_below(&r, 3);
			struct copying_step b = naive_copying_push(&v, s[t],
								   letter);
			bool told = b.known || random_below(&r, 2);
			struct copying_step a = copying_push(c, s[t], letter,
							     told);

			assert_step(&a, &b);
		}
		copying_free(c);
	}
}

/* Some at once say what each says alone: words whose letters differ in each
 * third, and the same without letters. */
static void test_at_once(void **state)
{
	enum { MOST = 64 };
	struct copying *one = copying_new(), *two = copying_new();
	struct copying *all = copying_new(), *alone = copying_new();
	struct copying *alone_folded = copying_new();
	struct copying_step pairs[MOST][2], steps[MOST], step;
	uint32_t s[SYMBOLS], r = 9;

	(void)state;
	make_symbols(&r, s);
	for (uint32_t t = 0, n; t < SYMBOLS; t += n) {
		struct word words[MOST];

		n = MIN(1 + random_below(&r, MOST), SYMBOLS - t);
		for (uint32_t i = 0; i < n; i++)
			words[i] = (struct word){
				.folded = s[t + i],
				.exact = 4 * s[t + i] + !random_below(&r, 3)
			};
		copying_push_words(one, two, words, n, pairs);
		copying_push_all(all, s + t, n, steps);
		for (uint32_t i = 0; i < n; i++) {
			step = copying_push(alone_folded, words[i].folded,
					    words[i].exact, true);
			assert_step(&pairs[i][1], &step);
			step.same = step.hit;
			assert_step(&steps[i], &step);
			step = copying_push(alone, words[i].exact, 0, true);
			assert_step(&pairs[i][0], &step);
		}
	}
	copying_free(one);
	copying_free(two);
	copying_free(all);
	copying_free(alone);
	copying_free(alone_folded);
}

/* What lies further back than the window is forgotten; memory has a bound. */
static void test_window(void **state)
{
	struct copying *c = copying_new();
	struct copying_step step = { .hit = false };
	size_t most;

	(void)state;
	for (uint32_t t = 0; t < COPYING_WINDOW; t++)
		copying_push(c, t, 0, true);
	most = copying_memory_bytes(c);
	for (uint32_t t = 0; t < 100; t++)
		step = copying_push(c, t, 0, true);
	assert_false(step.hit);
	for (uint32_t t = 0; t < 3 * COPYING_WINDOW; t++)
		step = copying_push(c, t % (COPYING_WINDOW / 2), 0,
				    true);
	assert_true(step.hit);
	assert_int_equal(step.distance, COPYING_WINDOW / 2);
	assert_int_equal(copying_memory_bytes(c), most);
	assert_true(most <= (size_t)COPYING_WINDOW * 20 + 4096);
	copying_free(c);
}

/* Of so many symbols none needs more room, up to the window. */
static void test_expected(void **state)
{
	struct copying *c = copying_new(), *long_one = copying_new();
	size_t room;

	(void)state;
	copying_expect(c, 3000);
	room = copying_memory_bytes(c);
	for (uint32_t t = 0; t < 3000; t++)
		copying_push(c, t, 0, true);
	assert_int_equal(copying_memory_bytes(c), room);
	copying_expect(c, 30000);
	assert_int_equal(copying_memory_bytes(c), room);
	copying_expect(long_one, (size_t)10 * COPYING_WINDOW);
	assert_true(copying_memory_bytes(long_one) <=
		    (size_t)COPYING_WINDOW * 20 + 4096);
	copying_free(c);
	copying_free(long_one);
}

/* --- words -------------------------------------------------------------- */

/* Taken `step` bytes at a time. */
static size_t cut_by(const char *text, size_t step, struct word *out,
		     size_t max)
{
	const char *at = text, *end = text + strlen(text);
	struct word_cut w = { 0 };
	size_t n = 0;

	while (at < end) {
		const char *stop = at + MIN(step, (size_t)(end - at));

		while (words_next(&w, &at, stop, &out[MIN(n, max - 1)]))
			n++;
		assert_ptr_equal(at, stop);
	}
	return n;
}

/* The same, three words at once. */
static size_t cut_some(const char *text, struct word *out)
{
	enum { SOME = 3 };
	const char *at = text, *end = text + strlen(text), *ends[SOME];
	struct word_cut w = { 0 };
	size_t n = 0, k = SOME;

	while (k == SOME) {
		struct word some[SOME];

		k = words_some(&w, &at, end, some, ends, SOME);
		memcpy(out + n, some, k * sizeof(*some));
		n += k;
		assert_true(k == SOME ? at == ends[k - 1] : at == end);
	}
	return n;
}

static size_t cut(const char *text, struct word *out, size_t max)
{
	struct word one[8];
	size_t n = cut_by(text, SIZE_MAX, out, max);

	assert_true(n <= 8);
	assert_int_equal(cut_some(text, one), n);
	assert_memory_equal(one, out, n * sizeof(*one));

	for (size_t step = 1; step < 8; step++) {
		assert_int_equal(cut_by(text, step, one, 8), n);
		for (size_t i = 0; i < MIN(n, MIN(max, 8)); i++)
			assert_memory_equal(&one[i], &out[i], sizeof(*one));
	}
	return n;
}

/* Two texts, behind each a blank that ends its last word: how many words, and
 * are they the same, as they are and folded? */
static void test_words(void **state)
{
	static const struct {
		const char *a, *b;
		size_t n;
		bool exact, folded;
	} rows[] = {
		{ "Step 66: go", "step 7:  GO", 4, false, true },
		{ "Step 66: go", "Step 66:\ngo", 4, false, true },
		{ "Step 66: go", "Step 66:  go", 4, false, true },
		{ "Step 66: go", "Step 66: go", 4, true, true },
		{ "Step66", "Step 66", 2, false, true },
		{ "a, b", "a. b", 3, false, false },
		{ "x == 1", "x = 1", 3, false, true },
		{ "----------------", "-", 1, false, true },
		{ "abcdefghijklmnopq", "abcdefghijklmnopQ", 2, false, true },
		{ "\xe4\xbd\xa0\xe5\xa5\xbd", "\xe4\xbd\xa0\xe5\xa5\xbd", 2,
		  true, true },
		{ "\xe4\xbd\xa0\xe4\xbd\xa0", "\xe4\xbd\xa0", 1, false, true },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9", 1, true, true },
		{ "                ", "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", 1,
		  false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char a[64], b[64];
		struct word x[8], y[8];
		bool exact = true, folded = true;

		snprintf(a, sizeof(a), "%s~", rows[i].a);
		snprintf(b, sizeof(b), "%s~", rows[i].b);
		if (cut(a, x, 8) != rows[i].n || cut(b, y, 8) != rows[i].n)
			fail_msg("row %zu: %zu and %zu words", i,
				 cut(a, x, 8), cut(b, y, 8));
		for (size_t k = 0; k < rows[i].n; k++) {
			exact &= x[k].exact == y[k].exact;
			folded &= x[k].folded == y[k].folded;
		}
		if (exact != rows[i].exact || folded != rows[i].folded)
			fail_msg("row %zu: exact %d folded %d", i, exact,
				 folded);
	}
}

/* What number a word is, and 1. */
static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint32_t first, second;
	} rows[] = {
		{ "66: ", 67, 0 },	{ "a 7 ", 0, 8 },
		{ "007 0 ", 8, 1 },	{ "x86 ", 0, 87 },
		{ "1.5 ", 2, 0 },	{ "4294967294 4294967295 ", UINT32_MAX,
		  0 },
		{ "00000000000000123 ", 13, 4 }, /* a word is 16 of them */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[64];
		struct word x[8];

		snprintf(text, sizeof(text), "%s~", rows[i].text);
		assert_true(cut(text, x, 8) >= 2);
		assert_int_equal(x[0].number, rows[i].first);
		assert_int_equal(x[1].number, rows[i].second);
	}
}

/* --- the rule ----------------------------------------------------------- */

/* Appends n words of a healthy text, another for each seed. */
static void prose(struct buf *out, uint32_t seed, uint32_t n)
{
	static const char *const of[] = { "re", "ta", "lo", "min", "sur",
					  "ke", "vor", "ani", "du", "pel" };
	uint32_t r = seed * 2654435761u + 1;

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0, m = 1 + random_below(&r, 3); k < m; k++)
			buf_puts(out, of[random_below(&r, ARRAY_LEN(of))]);
		buf_puts(out, random_below(&r, 9) ? " " : ", ");
		if (!random_below(&r, 12))
			buf_puts(out, "and the sum is then. ");
	}
	buf_puts(out, ".\n");
}

/* The token after which it fires, of n in all; with the bytes up to there. */
static int fires(const struct buf *text, uint32_t *n, size_t *at_byte)
{
	struct rule_opts opts = { .f = 250 };
	void *rule = rule_loop.create(&opts);
	struct tok *tok = tok_new();
	struct tok_list list = { 0 };
	uint32_t at;
	size_t byte = 0;

	tok_push(tok, text->data, text->len, &list);
	tok_flush(tok, &list);
	*n = (uint32_t)list.n;
	for (size_t i = 0; i < list.n; i++) {
		struct rule_token t = { .text = text->data + byte,
					.len = list.at[i].n_bytes };

		rule_loop.push(rule, &t);
		byte += t.len;
		at = rule_loop.verdict(rule, 0).at_token;
		if (at == i + 1)
			*at_byte = byte;
	}
	at = rule_loop.verdict(rule, 0).at_token;
	rule_loop.destroy(rule);
	tok_list_release(&list);
	tok_free(tok);
	return at == RULE_NEVER ? NEVER : (int)at;
}

/* Texts that say things again and are no loop. */
static void draft(struct buf *b)
{
	prose(b, 1, 600);
	buf_puts(b, "</think>\n\nHere is the answer.\n\n");
	prose(b, 1, 600);
}

static void mended(struct buf *b)
{
	for (uint32_t k = 0; k < 4; k++) {
		prose(b, 100 + k, 40); /* what is wrong with it */
		for (uint32_t line = 0; line < 30; line++)
			prose(b, line == 7 * k ? 200 + k : 300 + line, 12);
	}
}

static void quoted(struct buf *b)
{
	prose(b, 3, 500);
	for (uint32_t k = 0; k < 6; k++) {
		buf_puts(b, "\n> ");
		prose(b, 3, 150);
		prose(b, 400 + k, 60);
	}
}

static void told_thrice(struct buf *b)
{
	for (uint32_t k = 0; k < 3; k++) {
		prose(b, 5, 300);
		prose(b, 500 + k, 30);
	}
}

static void table(struct buf *b)
{
	uint32_t r = 9;

	for (uint32_t k = 0; k < 60; k++)
		buf_printf(b, "| %u | %u.%u | %u.%u %% |\n", k,
			   random_below(&r, 90), random_below(&r, 1000),
			   random_below(&r, 99), random_below(&r, 99));
}

static void tried(struct buf *b)
{
	for (uint32_t k = 2; k < 30; k++)
		buf_printf(b, "If n = %u, then n^2 + 3n = %u and %u mod 7 = "
			   "%u.\n", k, k * k + 3 * k, k * k + 3 * k,
			   (k * k + 3 * k) % 7);
}

static void ruled(struct buf *b)
{
	for (uint32_t k = 0; k < 8; k++) {
		for (int i = 0; i < 100; i++)
			buf_puts(b, "\xe2\x94\x80");
		buf_puts(b, "\n");
		prose(b, 600 + k, 30);
	}
}

static void refrain(struct buf *b)
{
	for (uint32_t k = 0; k < 8; k++) {
		prose(b, 700 + k, 30);
		buf_puts(b, "Row, row, row your boat, gently down the stream."
			 "\nMerrily, merrily, merrily, life is but a dream.\n");
	}
}

static void calls(struct buf *b)
{
	for (uint32_t k = 0; k < 12; k++) {
		buf_printf(b, "{\"tool\": \"read_file\", \"arguments\": "
			   "{\"path\": \"src/");
		prose(b, 800 + k, 2);
		buf_puts(b, "\"}}\n");
		prose(b, 820 + k, 25);
	}
}

/* Rows that were asked for: each has numbers of its own, and long words that
 * stay around them. */
static void records(struct buf *b)
{
	for (uint32_t k = 0; k < 300; k++)
		buf_printf(b, "INSERT INTO users (id, name, email) VALUES (%u, "
			   "'User %u', 'user%u@example.com');\n", k, k, k);
}

static void links(struct buf *b)
{
	for (uint32_t k = 0; k < 300; k++)
		buf_printf(b, "<li class=\"item\"><a href=\"/page/%u\">Page "
			   "%u</a></li>\n", k, k);
}

static void resources(struct buf *b)
{
	for (uint32_t k = 0; k < 60; k++) {
		buf_printf(b, "resource \"node_%u\" {\n", k);
		prose(b, 900, 40);
		buf_printf(b, "name = \"node-%u\"\n", k);
		prose(b, 901, 20);
		buf_puts(b, "}\n");
	}
}

static void steps(struct buf *b)
{
	for (uint32_t k = 0; k < 300; k++)
		buf_printf(b, ".mt-%u { margin-top: %upx; }\n", k, 4 * k);
}

static void counted(struct buf *b)
{
	for (uint32_t k = 0; k < 300; k++)
		buf_printf(b, "- %u\n", k);
}

static void plain(struct buf *b)
{
	prose(b, 11, 1500);
}

static void test_passes(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct buf *);
	} rows[] = {
		{ "draft", draft },   { "mended", mended },
		{ "quoted", quoted }, { "told thrice", told_thrice },
		{ "table", table },   { "tried", tried },
		{ "ruled", ruled },   { "refrain", refrain },
		{ "calls", calls },   { "plain", plain },
		{ "records", records }, { "links", links },
		{ "resources", resources }, { "steps", steps },
		{ "counted", counted },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf text = { 0 };
		uint32_t n;
		size_t byte;
		int at;

		rows[i].make(&text);
		at = fires(&text, &n, &byte);
		if (at != NEVER)
			fail_msg("%s: stopped at %d of %u", rows[i].name, at,
				 n);
		buf_release(&text);
	}
}

/* Loops: a head of words, then a unit again and again; the most tokens after
 * the first repetition began. */
static void test_stops(void **state)
{
	static const struct {
		uint32_t head, words; /* of the unit; 0: the text */
		const char *text;     /* with %u for a counter */
		uint32_t most;
	} rows[] = {
		{ 300, 2, NULL, 200 },	 { 300, 20, NULL, 400 },
		{ 300, 60, NULL, 450 },	 { 300, 150, NULL, 800 },
		{ 0, 12, NULL, 400 },	 { 300, 0, "!", 1500 },
		{ 300, 0, "no ", 100 },	 { 0, 0, "\n \t", 2500 },
		{ 300, 0, "\xe4\xbd\xa0\xe5\xa5\xbd\xe5\x90\x97\xef\xbc\x9f",
		  250 },
		{ 300, 0, "Step %u: the balance of the account stays $0.\n",
		  1000 },
		{ 300, 0, "0123456790", 1500 },
		{ 300, 0, "If t is 3, that is impossible.\nIf t is 8, that is "
			  "impossible.\nIf t is 1, that is impossible.\n",
		  400 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf text = { 0 };
		uint32_t n, first = 0, again;
		size_t byte;
		int at;

		if (rows[i].head)
			prose(&text, 20, rows[i].head);
		for (uint32_t k = 0; text.len < 30000; k++) {
			if (k == 1)
				fires(&text, &first, &byte);
			if (rows[i].words)
				prose(&text, 21, rows[i].words);
			else
				buf_printf(&text, rows[i].text, 66 + k);
		}
		at = fires(&text, &n, &byte);
		again = at == NEVER ? n : (uint32_t)at - first;
		if (again > rows[i].most)
			fail_msg("row %zu: %d of %u, %u after the first", i,
				 at, n, again);
		buf_release(&text);
	}
}

/* Does it fire at n words again and again, behind each time a number: that of
 * four[k % 4], or for '#' another one each time? */
static bool goes_round(uint32_t n, const char *four)
{
	struct buf text = { 0 };
	uint32_t n_tokens;
	size_t byte;
	int at;

	for (uint32_t k = 0; k < 100; k++) {
		char c = four[k % 4];

		prose(&text, 40, n);
		buf_printf(&text, "so that the sum is %u, and\n",
			   c == '#' ? k * k : (uint32_t)(c - '0'));
	}
	at = fires(&text, &n_tokens, &byte);
	buf_release(&text);
	return at != NEVER;
}

/* Numbers that were said there before are no news; of new ones, two in a row,
 * only what lies between those two is taken back. */
static void test_news(void **state)
{
	(void)state;
	assert_true(goes_round(60, "0102"));
	assert_true(goes_round(30, "##00"));
	assert_false(goes_round(30, "####"));
}

/* A text in other pieces fires at the same byte; a longer one as well. */
static void test_pieces(void **state)
{
	struct rule_opts opts = { .f = 250 };
	struct buf text = { 0 };
	uint32_t n;
	size_t want = 0;

	(void)state;
	prose(&text, 30, TEXT_WORDS);
	for (int k = 0; k < 30; k++)
		prose(&text, 31, 25);
	assert_true(fires(&text, &n, &want) != NEVER);
	for (size_t piece = 1; piece < 40; piece += 6) {
		void *rule = rule_loop.create(&opts);
		uint32_t at;

		for (size_t i = 0; i < text.len; i += piece) {
			struct rule_token t = {
				.text = text.data + i,
				.len = MIN(piece, text.len - i),
			};

			rule_loop.push(rule, &t);
		}
		at = rule_loop.verdict(rule, 0).at_token;
		assert_true(at * piece < want + 16 + piece);
		assert_true(at * piece + 16 + piece > want);
		assert_string_equal(rule_loop.cause(rule), "copy");
		rule_loop.destroy(rule);
	}
	for (size_t len = want - 40; len < want + 40; len++) {
		struct buf part = { .data = text.data, .len = len };
		size_t byte;
		int at = fires(&part, &n, &byte);

		if (len < want - 16)
			assert_int_equal(at, NEVER);
		if (len > want + 16)
			assert_int_equal(byte, want);
	}
	buf_release(&text);
}

/* A word of its own for each number. */
static void push_word(void *rule, uint32_t i)
{
	char word[8];
	struct rule_token t = { .text = word };

	t.len = (size_t)snprintf(word, sizeof(word), "%c%c%c ", 'a' + i / 676,
				 'a' + i / 26 % 26, 'a' + i % 26);
	rule_loop.push(rule, &t);
}

/* Four words stay and two are said twice each time: what their first saying
 * takes away the second one does not give back. */
static void test_second_saying(void **state)
{
	struct rule_opts opts = { .f = 250 };
	void *rule = rule_loop.create(&opts);

	(void)state;
	for (uint32_t i = 0; i < 4000; i++)
		push_word(rule, i % 6 < 4 || i < 18 ? i % 6 :
						      i / 12 * 2 + i % 6);
	assert_int_equal(rule_loop.verdict(rule, 0).at_token, RULE_NEVER);
	rule_loop.destroy(rule);
}

static void test_odds(void **state)
{
	double p = 1;

	(void)state;
	for (double s = 0; s < 3; s += 0.01) {
		assert_true(loop_odds(s) <= p);
		p = loop_odds(s);
	}
	assert_true(loop_odds(0) == 1);
	assert_true(p == LOOP_P_MIN);
	assert_true(loop_odds(1) == LOOP_P_DEFAULT);
	assert_true(loop_score_for(LOOP_P_DEFAULT) == 1);
	for (p = LOOP_P_MIN; p < LOOP_P_MAX; p *= 1.1) {
		assert_true(loop_odds(loop_score_for(p)) <= p);
		assert_true(loop_score_for(p * 1.1) <= loop_score_for(p));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copying), cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_expected),
		cmocka_unit_test(test_words),	cmocka_unit_test(test_passes),
		cmocka_unit_test(test_stops),	cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_news),
		cmocka_unit_test(test_second_saying),
		cmocka_unit_test(test_odds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
