/*
 * The rivals among the stop rules: each against a slow reading of its
 * definition on random texts full of copies, and all of them on what is told
 * of them, the loops they miss and the texts they stop wrongly.
 */
#include "base/buf.h"
#include "measure/lz77.h"
#include "measure/rule.h"
#include "measure/tail.h"
#include "trace/tok.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX = 40000 };


static const struct rule_opts opts = { 250, 20, 1, CODER_LZ77, 0, 0 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* --- tokens: breaker, mlx2, dry ----------------------------------------- */

static bool copied(const uint32_t *ids, uint32_t n, uint32_t back, uint32_t len)
{
	return n >= back + len &&
	       memcmp(ids + n - len, ids + n - len - back,
		      len * sizeof(*ids)) == 0;
}

static bool slow_breaker(const uint32_t *ids, uint32_t n)
{
	if (n < 512 || n % 16)
		return false;
	for (uint32_t p = 4; p <= 128; p++)
		if (copied(ids, n, p, p) && copied(ids, n, 2 * p, p))
			return true;
	return false;
}

static bool stood_before(const uint32_t *ids, uint32_t n, uint32_t gram)
{
	for (uint32_t back = 1; n >= gram && back <= n - gram; back++)
		if (copied(ids, n, back, gram))
			return true;
	return false;
}

static uint32_t slow_ids(const char *name, const uint32_t *ids, uint32_t n)
{
	double sum = 0;

	for (uint32_t t = 1; t <= n; t++) {
		if (strcmp(name, "breaker") == 0) {
			sum = slow_breaker(ids, t) ? 15 : 0;
		} else if (strcmp(name, "dry") == 0) {
			sum = stood_before(ids, t, 64) ? 15 : 0;
		} else if (t >= 6) {
			sum += stood_before(ids, t, 6) ? 1 : -0.25;
			sum = MAX(sum, 0);
		}
		if (sum >= 15)
			return t;
	}
	return RULE_NEVER;
}

static const struct rule *row(const char *name)
{
	for (size_t i = 0; i < RULE_ROWS; i++)
		if (strcmp(rules[i]->name, name) == 0)
			return rules[i];
	fail_msg("no rule %s", name);
	return NULL;
}

static uint32_t fast_ids(const char *name, const uint32_t *ids, uint32_t n)
{
	const struct rule *rule = row(name);
	void *state = rule->create(&opts);
	uint32_t at;

	for (uint32_t t = 0; t < n; t++) {
		const struct rule_token token = { ids[t], "x", 1, 0 };

		rule->push(state, &token);
	}
	at = rule->verdict(state, n).at_token;
	rule->destroy(state);
	return at;
}

/* Random ids with copies planted: of a period, of anywhere, some broken. */
static void test_ids(void **state)
{
	static const char *const names[] = { "breaker", "mlx2", "dry" };
	static uint32_t ids[4000];
	uint32_t r = 5, n_fired = 0;

	(void)state;
	for (int i = 0; i < 80; i++) {
		uint32_t n = 100 + next_random(&r) % 900;
		uint32_t alphabet = 2 + next_random(&r) % 400;
		uint32_t period = 1 + next_random(&r) % 140;
		uint32_t from = next_random(&r) % n;
		uint32_t to = from + next_random(&r) % (4 * period);

		for (uint32_t t = 0; t < n; t++) {
			ids[t] = next_random(&r) % alphabet * 0x10001;
			if (t >= from + period && t < to)
				ids[t] = ids[t - period];
		}
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			uint32_t want = slow_ids(names[k], ids, n);

			n_fired += want != RULE_NEVER;
			assert_int_equal(fast_ids(names[k], ids, n), want);
		}
	}
	assert_in_range(n_fired, 30, 200);
}

/* --- characters: lmstudio, harness, pi's cycle -------------------------- */

/* How many characters before the end equal those d before, at most max. */
static size_t run_of(const char *s, size_t n, size_t d, size_t max)
{
	size_t run = 0;

	while (run < max && run + d < n && s[n - 1 - run] == s[n - 1 - run - d])
		run++;
	return run;
}

static bool slow_lmstudio(const char *s, size_t n)
{
	size_t window = MIN(n, 20000);

	s += n - window;
	for (size_t d = 1; d <= window / 2; d++) {
		size_t run = run_of(s, window, d, window);

		if (run >= 9 && run >= d)
			return true;
	}
	return false;
}

static bool slow_grams(const char *s, size_t n)
{
	size_t count = 2048 - 6 + 1, different = 0, repeated = 0;

	if (n < 2048)
		return false;
	s += n - 2048;
	for (size_t i = 0; i < count; i++) {
		size_t times = 0;
		bool first = true;

		for (size_t k = 0; k < count; k++)
			if (memcmp(s + i, s + k, 6) == 0) {
				times++;
				first &= k >= i;
			}
		different += first;
		repeated += times >= 4;
	}
	return (double)repeated >= 0.92 * (double)count &&
	       (double)different <= 0.1 * (double)count;
}

static bool slow_harness(const char *s, size_t n)
{
	size_t window = MIN(n, 4096);

	s += n - window;
	for (size_t p = 1; p <= 512 && 4 * p <= window; p++) {
		size_t need = MAX((size_t)1024, 4 * p);

		if (need <= window && run_of(s, window, p, need) >= need - p)
			return true;
	}
	return slow_grams(s, window);
}

static bool slow_cycle(const char *s, size_t n)
{
	size_t window = MIN(n, 4096);

	s += n - window;
	if (window < 180)
		return false;
	for (size_t p = 2; p <= 1024 && p <= window / 3; p++) {
		size_t copies = 1 + run_of(s, window, p, window) / p;
		bool letter = false;

		for (size_t i = 1; i <= p; i++)
			letter |= (s[window - i] | 32) >= 'a' &&
				  (s[window - i] | 32) <= 'z';
		if (letter && copies >= (p <= 60 ? 4 : 3) &&
		    copies * p >= (p <= 60 ? 180 : 1024))
			return true;
	}
	return false;
}

/* Where it fires, in characters of s[0..n) pushed one by one. */
static uint32_t fast_text(const char *name, const char *s, size_t n)
{
	const struct rule *rule = row(name);
	void *state = rule->create(&opts);
	uint32_t at;

	for (size_t i = 0; i < n; i++) {
		const struct rule_token token = { 0, s + i, 1, 0 };

		rule->push(state, &token);
	}
	at = rule->verdict(state, (uint32_t)n).at_token;
	rule->destroy(state);
	return at;
}

static uint32_t slow_text(const char *name, const char *s, size_t n)
{
	bool harness = strcmp(name, "harness") == 0;
	bool pi = strcmp(name, "pi") == 0;
	size_t every = harness || pi ? 128 : 32, next = harness ? 2048 : every;
	char *kept = mem_alloc(n + 1);
	size_t n_kept = 0;
	int strikes = 0;
	uint32_t at = RULE_NEVER;

	for (size_t i = 0; i < n && at == RULE_NEVER; i++) {
		if (pi || !strchr(harness ? " \n" : " \n-|", s[i]))
			kept[n_kept++] = s[i];
		if (n_kept < next)
			continue;
		next = n_kept + every;
		if (harness)
			strikes = slow_harness(kept, n_kept) ? strikes + 1 : 0;
		else if (pi ? slow_cycle(kept, n_kept)
			    : slow_lmstudio(kept, n_kept))
			strikes = 2;
		if (strikes == 2)
			at = (uint32_t)i + 1;
	}
	mem_free(kept);
	return at;
}

/* Text of a few letters, then a loop of a unit, some with a slip. */
static size_t looping_text(char *s, uint32_t *r, size_t unit, size_t copies)
{
	size_t n = unit + 300 + next_random(r) % 2500;
	size_t letters = 2 + next_random(r) % 24;

	for (size_t i = 0; i < n; i++)
		s[i] = i % 7 == 6 ? " \n-|x."[next_random(r) % 6]
				  : (char)('a' + next_random(r) % letters);
	for (size_t end = n + unit * copies; n < end; n++)
		s[n] = s[n - unit];
	if (next_random(r) % 3 == 0)
		s[n - 1 - next_random(r) % MIN(unit * copies, n - 1)] = '!';
	for (size_t end = n + 200; n < end; n++)
		s[n] = (char)('a' + next_random(r) % 26);
	for (size_t i = 1; i < n; i++) /* nor paragraphs */
		if (s[i] == '\n')
			s[i] = ' ';
	return n;
}

static void test_text(void **state)
{
	static const char *const names[] = { "lmstudio", "harness", "pi" };
	static char s[TEXT_MAX];
	uint32_t r = 11, n_fired[3] = { 0, 0, 0 };

	(void)state;
	for (int i = 0; i < 24; i++) {
		size_t unit = 1 + next_random(&r) % (i % 2 ? 70 : 700);
		size_t n = looping_text(s, &r, unit, 1 + next_random(&r) % 9 +
						     (i % 2 ? 600 / unit : 0));

		/* fewer than 8 segments: only the cycle is asked of pi */
		n = MIN(n, (size_t)5600);
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			uint32_t want = slow_text(names[k], s, n);

			n_fired[k] += want != RULE_NEVER;
			if (fast_text(names[k], s, n) != want)
				fail_msg("%s %d: %u, not %u", names[k], i,
					 fast_text(names[k], s, n), want);
		}
	}
	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		assert_in_range(n_fired[k], 3, 24);
}

/* A text in pieces that cut characters is the same text. */
static void test_tail(void **state)
{
	static const char text[] = "a\xc3\xa9\xf0\x9f\x98\x80\xff z\xe2\x82";
	static const uint32_t want[] = { 'a', 0xe9, 0x1f600, 0x1100ff, 'z' };

	(void)state;
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		struct tail t;
		size_t n;

		tail_init(&t, 5);
		n = tail_push(&t, text, cut, tail_is_space);
		n += tail_push(&t, text + cut, sizeof(text) - 1 - cut,
			       tail_is_space);
		assert_int_equal(n, 5);
		assert_int_equal(tail_len(&t), 5);
		assert_memory_equal(tail_end(&t) - 5, want, sizeof(want));
		tail_push(&t, "\x41", 1, NULL); /* breaks the cut one */
		assert_int_equal(tail_end(&t)[-1], 'A');
		assert_int_equal(tail_end(&t)[-2], 0x110082);
		tail_release(&t);
	}
}

/* --- what is told of them ----------------------------------------------- */

static const char *pick(uint32_t *r, const char *const *words, size_t n)
{
	return words[next_random(r) % n];
}

/* 20 sentences, over and over: too long a circle for any of the periods. */
static void twenty_sentences(struct buf *out, uint32_t *r, bool shuffled)
{
	char sentence[20][120];

	for (int i = 0; i < 20; i++) {
		size_t n = 0;

		for (int w = 0; w < 14; w++)
			n += (size_t)snprintf(sentence[i] + n, 120 - n,
					      "%sw%02x%c", w ? " " : "So ",
					      next_random(r) % 200,
					      (char)('a' + i));
		snprintf(sentence[i] + n, 120 - n, ". ");
	}
	for (int i = 0; out->len < 114000; i++)
		buf_puts(out, sentence[shuffled ? next_random(r) % 20
						: (uint32_t)i % 20]);
}

static void cycle_20(struct buf *out, uint32_t *r)
{
	twenty_sentences(out, r, false);
}

static void shuffle_20(struct buf *out, uint32_t *r)
{
	twenty_sentences(out, r, true);
}

/* Prose of a large vocabulary: never the same again. */
static void prose(struct buf *out, uint32_t *r, size_t len)
{
	for (size_t to = out->len + len, i = 0; out->len < to; i++)
		buf_printf(out, "%c%c%x%s", 'a' + (char)(next_random(r) % 26),
			   'a' + (char)(next_random(r) % 26),
			   next_random(r) % 4096,
			   i % 90 == 89 ? ".\n\n" : i % 12 == 11 ? ". " : " ");
}

static void exactly_twice(struct buf *out, uint32_t *r)
{
	prose(out, r, 6000);
	buf_puts(out, "That is exactly exactly what was meant, I had had it "
		      "that that way, and it was very, very, very late. ");
	prose(out, r, 6000);
}

static void question_marks(struct buf *out, uint32_t *r)
{
	prose(out, r, 6000);
	for (int i = 0; i < 4000; i++)
		buf_puts(out, "?!");
}

static void write_go_emit(struct buf *out, uint32_t *r)
{
	static const char *const words[] = { "Let me write. ", "Go. ", "OK. ",
					     "Emit. ", "Now. ", "Writing. " };

	prose(out, r, 6000);
	while (out->len < 60000)
		buf_puts(out, pick(r, words, ARRAY_LEN(words)));
}

/* One thought in ever other words. */
static void paraphrase(struct buf *out, uint32_t *r)
{
	static const char *const parts[][6] = {
		{ "Now I", "So I", "At this point I", "Right, I", "Next I",
		  "Well, I" },
		{ "should", "will", "must", "can", "shall", "want to" },
		{ "finish", "complete", "conclude", "wrap up", "end", "close" },
		{ "the change", "the edit", "this work", "the task",
		  "the patch", "the job" },
		{ "and check", "and verify", "then confirm", "and make sure",
		  "and see", "then test" },
		{ "that all", "that it", "the whole", "everything that",
		  "that this", "how it" },
		{ "holds", "works", "is right", "is sound", "is fine",
		  "is good" },
		{ "before I go on", "as I move ahead", "while I proceed",
		  "and push on", "with full focus", "without delay" },
	};

	prose(out, r, 6000);
	while (out->len < 60000)
		for (size_t i = 0; i < ARRAY_LEN(parts); i++)
			buf_printf(out, "%s%s", pick(r, parts[i], 6),
				   i < 7 ? " " : ".\n\n");
}

static void counter(struct buf *out, uint32_t *r)
{
	prose(out, r, 6000);
	for (int i = 66; out->len < 60000; i++)
		buf_printf(out, "Step %d: the balance after month %d is $%d. ",
			   i, i, 37 * i);
}

static void page_numbers(struct buf *out, uint32_t *r)
{
	prose(out, r, 6000);
	for (int i = 1; out->len < 60000; i++)
		buf_printf(out, "Page %d of 900\n\nThis page is left blank on "
				"purpose. See the annex for all tables and the "
				"notes to them.\n\n", i);
}

/* Healthy: rows of a table, a template a file, a text given again. */
static void table(struct buf *out, uint32_t *r)
{
	prose(out, r, 6000);
	buf_puts(out, "| name | value | state |\n|------|-------|-------|\n");
	for (int i = 0; i < 40; i++)
		buf_printf(out, "| item %d | %u | done |\n", i,
			   next_random(r) % 1000);
	prose(out, r, 6000);
}

static void again(struct buf *out, uint32_t *r)
{
	size_t from, len;

	prose(out, r, 4000);
	from = out->len;
	prose(out, r, 6000);
	len = out->len - from;
	for (size_t i = 0; i < len; i++)
		buf_putc(out, out->data[from + i]);
	prose(out, r, 4000);
}

static bool fires(const struct rule *rule, const struct buf *text)
{
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	void *state = rule->create(&opts);
	struct tok *tok = tok_new();
	struct tok_list list = { 0 };
	bool fired;

	tok_push(tok, text->data, text->len, &list);
	tok_flush(tok, &list);
	for (size_t i = 0, at = 0; i < list.n; i++) {
		struct rule_token token = { list.at[i].id, text->data + at,
					    list.at[i].n_bytes, 0 };

		for (size_t k = 0; k < token.len; k++)
			lz77_push(z, (unsigned char)text->data[at + k]);
		token.code_bits = (double)lz77_code_bits(z);
		at += token.len;
		rule->push(state, &token);
	}
	fired = rule->verdict(state, (uint32_t)list.n).at_token != RULE_NEVER;
	tok_list_release(&list);
	tok_free(tok);
	rule->destroy(state);
	lz77_free(z);
	return fired;
}

/* Which rules stop it. A loop that is not stopped is a miss, a healthy text
 * that is, a false stop: both are as they are told. */
static void test_told(void **state)
{
	static const char *const asked[] = { "guardian", "adaptive", "breaker",
					     "mlx2", "dry", "pi", "lmstudio",
					     "harness" };
	static const struct {
		const char *name;
		void (*make)(struct buf *out, uint32_t *r);
		const char *stops;
	} rows[] = {
		{ "20 sentences in a circle", cycle_20,
		  "guardian adaptive mlx2 dry pi lmstudio" },
		{ "20 sentences in any order", shuffle_20,
		  "guardian breaker mlx2 dry pi lmstudio" },
		{ "let me write. go. emit.", write_go_emit,
		  "breaker mlx2 pi lmstudio harness" },
		{ "?!?!?!", question_marks,
		  "guardian adaptive breaker mlx2 dry lmstudio harness" },
		{ "paragraphs reworded", paraphrase,
		  "mlx2 pi" },
		{ "a counter", counter,
		  "mlx2 pi" },
		{ "page numbers", page_numbers,
		  "mlx2 pi" },
		{ "exactly exactly (healthy)", exactly_twice,
		  "" },
		{ "a table (healthy)", table,
		  "mlx2" },
		{ "a text given again (healthy)", again,
		  "guardian adaptive mlx2 dry" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf text = { 0 }, got = { 0 };
		uint32_t r = 17;

		rows[i].make(&text, &r);
		for (size_t k = 0; k < ARRAY_LEN(asked); k++)
			if (fires(row(asked[k]), &text))
				buf_printf(&got, "%s%s", got.len ? " " : "",
					   asked[k]);
		if (strcmp(buf_cstr(&got), rows[i].stops) != 0)
			fail_msg("%s: %s", rows[i].name, buf_cstr(&got));
		buf_release(&text);
		buf_release(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_tail),
		cmocka_unit_test(test_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
