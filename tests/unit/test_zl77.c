/*
 * The code of Ziv and Lempel (1977) exactly as they state it - buffer of n
 * symbols preloaded with zeros, words of at most Ls symbols, codewords of a
 * fixed length over the same alphabet, the rightmost longest match - written
 * down here from the definition, with its decoder: the published example,
 * round trips, and the words of bound.c, which differ only in the preload.
 */
#include "base/buf.h"
#include "measure/bound.h"
#include "naive_lz77.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MESSAGE_MAX = 400, CODE_MAX = MESSAGE_MAX * 40 };

struct zl77 {
	unsigned alphabet;
	uint32_t n;  /* the buffer; n - ls of it is history */
	uint32_t ls; /* the longest word */
};

struct zl77_word {
	uint32_t p; /* where the copy starts in the buffer, from 1 */
	uint32_t l; /* symbols, the innovation with it */
};

/* The least number of digits that count x things: ceil(log_a x). */
static unsigned digits_for(unsigned a, uint32_t x)
{
	unsigned k = 0;

	for (uint64_t power = 1; power < x; power *= a)
		k++;
	return k;
}

static unsigned codeword_length(const struct zl77 *z)
{
	return digits_for(z->alphabet, z->n - z->ls) +
	       digits_for(z->alphabet, z->ls) + 1;
}

/* The word that starts at symbol `at` of buffer[], which has the preload in
 * front; `end` is where the message ends there. */
static struct zl77_word next_word(const struct zl77 *z, const uint32_t *buffer,
				  uint32_t at, uint32_t end)
{
	uint32_t first = at - (z->n - z->ls), room = MIN(z->ls, end - at) - 1;
	struct zl77_word best = { z->n - z->ls, 1 };
	uint32_t longest = 0;

	for (uint32_t p = at; p-- > first;) {
		uint32_t len = 0;

		while (len < room && buffer[p + len] == buffer[at + len])
			len++;
		if (len > longest) {
			longest = len;
			best = (struct zl77_word){ p - first + 1, len + 1 };
		}
	}
	return best;
}

static uint8_t *put_digits(uint8_t *out, uint32_t x, unsigned a, unsigned n)
{
	for (unsigned i = n; i-- > 0; x /= a)
		out[i] = (uint8_t)(x % a);
	return out + n;
}

static uint32_t get_digits(const uint8_t *in, unsigned a, unsigned n)
{
	uint32_t x = 0;

	for (unsigned i = 0; i < n; i++)
		x = x * a + in[i];
	return x;
}

/* Returns the number of words; the code has that many times Lc symbols. */
static uint32_t encode(const struct zl77 *z, const uint32_t *s, uint32_t n,
		       uint8_t *code, struct zl77_word *words)
{
	uint32_t history = z->n - z->ls, n_words = 0;
	uint32_t *buffer = mem_zalloc((history + n) * sizeof(*buffer));

	memcpy(buffer + history, s, n * sizeof(*s));
	for (uint32_t at = history; at < history + n; n_words++) {
		struct zl77_word w = next_word(z, buffer, at, history + n);

		code = put_digits(code, w.p - 1, z->alphabet,
				  digits_for(z->alphabet, history));
		code = put_digits(code, w.l - 1, z->alphabet,
				  digits_for(z->alphabet, z->ls));
		*code++ = (uint8_t)buffer[at + w.l - 1];
		words[n_words] = w;
		at += w.l;
	}
	mem_free(buffer);
	return n_words;
}

static uint32_t decode(const struct zl77 *z, const uint8_t *code,
		       uint32_t n_words, uint32_t *s)
{
	uint32_t history = z->n - z->ls, at = history;
	unsigned wide = digits_for(z->alphabet, history);
	unsigned narrow = digits_for(z->alphabet, z->ls);
	uint32_t *buffer = mem_zalloc((history + n_words * z->ls) *
				      sizeof(*buffer));

	for (uint32_t i = 0; i < n_words; i++) {
		uint32_t from = at - history +
				get_digits(code, z->alphabet, wide);
		uint32_t l = get_digits(code + wide, z->alphabet, narrow);

		while (l-- > 0)
			buffer[at++] = buffer[from++];
		buffer[at++] = code[wide + narrow];
		code += wide + narrow + 1;
	}
	memcpy(s, buffer + history, (at - history) * sizeof(*s));
	mem_free(buffer);
	return at - history;
}

/* The example of the paper: alphabet 3, Ls = 9, n = 18. */
static void test_golden(void **state)
{
	static const char text[] = "001010210210212021021200";
	static const struct {
		struct zl77_word word;
		const char *code;
	} want[] = {
		{ { 9, 3 }, "22021" },
		{ { 8, 4 }, "21102" },
		{ { 7, 8 }, "20212" },
		{ { 3, 9 }, "02220" },
	};
	const struct zl77 z = { 3, 18, 9 };
	struct zl77_word words[24];
	uint8_t code[24 * 5];
	uint32_t s[24], back[24 * 9];

	(void)state;
	for (int i = 0; i < 24; i++)
		s[i] = (uint32_t)(text[i] - '0');
	assert_int_equal(codeword_length(&z), 5);
	assert_int_equal(encode(&z, s, 24, code, words), ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		assert_int_equal(words[i].p, want[i].word.p);
		assert_int_equal(words[i].l, want[i].word.l);
		for (int k = 0; k < 5; k++)
			assert_int_equal(code[i * 5 + (size_t)k],
					 want[i].code[k] - '0');
	}
	assert_int_equal(decode(&z, code, ARRAY_LEN(want), back), 24);
	assert_memory_equal(back, s, sizeof(s));
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void test_round_trip(void **state)
{
	static struct zl77_word words[MESSAGE_MAX];
	static uint8_t code[CODE_MAX];
	static uint32_t s[MESSAGE_MAX], back[CODE_MAX];
	uint32_t r = 9;

	(void)state;
	for (int i = 0; i < 400; i++) {
		uint32_t ls = 2 + next_random(&r) % 16;
		struct zl77 z = { 2 + next_random(&r) % 5,
				  ls + 1 + next_random(&r) % 60, ls };
		uint32_t n = 1 + next_random(&r) % MESSAGE_MAX;
		uint32_t period = 1 + next_random(&r) % n, n_words;

		for (uint32_t t = 0; t < n; t++)
			s[t] = t < period ? next_random(&r) % z.alphabet
					  : s[t - period];
		n_words = encode(&z, s, n, code, words);
		assert_true(n_words * codeword_length(&z) <= CODE_MAX);
		assert_int_equal(decode(&z, code, n_words, back), n);
		assert_memory_equal(back, s, n * sizeof(*s));
	}
}

/* With a window as long as the text, and symbols above the preload's, the
 * code's words are bound.c's. */
static void test_words(void **state)
{
	static struct zl77_word words[MESSAGE_MAX];
	static uint8_t code[CODE_MAX];
	static uint32_t s[MESSAGE_MAX], lrs[MESSAGE_MAX];
	uint32_t r = 4;

	(void)state;
	for (int i = 0; i < 100; i++) {
		uint32_t ls = BOUND_LS_MIN + next_random(&r) % 20;
		uint32_t n = 1 + next_random(&r) % MESSAGE_MAX, n_words;
		struct zl77 z = { 8, ls + n, ls };
		struct bound *b = bound_new(256, ls, false);

		for (uint32_t t = 0; t < n; t++)
			s[t] = t % 50 < 30 ? 1 + next_random(&r) % 3
					   : s[t - 30];
		naive_lrs(s, n, lrs);
		for (uint32_t t = 0; t < n; t++)
			bound_push(b, lrs[t]);
		n_words = encode(&z, s, n, code, words);
		assert_int_equal(bound_at(b, n).n_words, n_words);
		bound_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
