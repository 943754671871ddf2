/*
 * bound.c against definitions: words by searching, substrings by counting,
 * every prefix from scratch; and the theorem of lilscope-measures(7) on
 * sources whose h is known.
 */
#include "base/buf.h"
#include "input/source.h"
#include "measure/bound.h"
#include "naive_lz77.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SMALL = 150, MIDDLE = 1500, LONG = 40000, MESSAGES = 200 };

#define IDS_ALPHABET 151669.0

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Texts: s[0..n), symbols below 4. */
typedef void make_text(uint32_t *s, uint32_t n, uint32_t param);

static void make_random(uint32_t *s, uint32_t n, uint32_t alphabet)
{
	uint32_t state = 77 + alphabet;

	for (uint32_t t = 0; t < n; t++)
		s[t] = next_random(&state) % alphabet;
}

static void make_periodic(uint32_t *s, uint32_t n, uint32_t period)
{
	make_random(s, MIN(n, period), 2);
	for (uint32_t t = period; t < n; t++)
		s[t] = s[t - period];
}

static void make_fibonacci(uint32_t *s, uint32_t n, uint32_t param)
{
	uint32_t len = 2, before = 1;

	s[0] = param;
	s[1] = 1;
	while (len < n) {
		uint32_t more = MIN(before, n - len);

		memcpy(s + len, s, more * sizeof(*s));
		before = len;
		len += more;
	}
}

/* De Bruijn-like: the lexicographically greedy sequence, all m-grams. */
static void make_counter(uint32_t *s, uint32_t n, uint32_t m)
{
	for (uint32_t t = 0; t < n; t++)
		s[t] = (t / m >> (t % m)) & 1;
}

/* Half random, then a loop. */
static void make_plateau(uint32_t *s, uint32_t n, uint32_t period)
{
	make_random(s, n, 4);
	for (uint32_t t = MAX(n / 2, period); t < n; t++)
		s[t] = s[t - period];
}

struct text {
	const char *name;
	make_text *make;
	uint32_t param;
	unsigned alphabet; /* at least this */
};

static const struct text texts[] = {
	{ "random 2", make_random, 2, 2 },
	{ "random 3", make_random, 3, 3 },
	{ "random 4", make_random, 4, 4 },
	{ "one symbol", make_periodic, 1, 2 },
	{ "period 2", make_periodic, 2, 2 },
	{ "period 9", make_periodic, 9, 2 },
	{ "period 60", make_periodic, 60, 2 },
	{ "Fibonacci", make_fibonacci, 0, 2 },
	{ "counter 5", make_counter, 5, 2 },
	{ "counter 11", make_counter, 11, 2 },
	{ "plateau 30", make_plateau, 30, 4 },
};

static const unsigned ls_tried[] = { 3, 4, 6, 8, 10, 16, 33, 64 };

/* The word that starts at i in s[0..n), from the definition. */
static uint32_t word_length(const uint32_t *s, uint32_t i, uint32_t n,
			    unsigned ls)
{
	uint32_t best = 0;

	for (uint32_t j = 0; j < i; j++) {
		uint32_t len = 0;

		while (i + len < n && len < ls - 1 && s[j + len] == s[i + len])
			len++;
		best = MAX(best, len);
	}
	return MIN(best + 1, n - i);
}

static uint32_t count_words(const uint32_t *s, uint32_t n, unsigned ls)
{
	uint32_t words = 0;

	for (uint32_t i = 0; i < n; words++)
		i += word_length(s, i, n, ls);
	return words;
}

static uint64_t count_substrings(const uint32_t *s, uint32_t n, uint32_t l)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i + l <= n; i++) {
		uint32_t j = 0;

		while (j < i && !naive_equal(s, i, j, l))
			j++;
		count += j == i;
	}
	return count;
}

static struct bound *bound_of(const uint32_t *s, uint32_t n, double alphabet,
			      unsigned ls, bool integer_lc)
{
	struct bound *b = bound_new(alphabet, ls, integer_lc);
	struct lz77 *z = lz77_new(LZ77_IDS, 18);

	for (uint32_t t = 0; t < n; t++)
		bound_push(b, lz77_push(z, s[t]).lrs);
	lz77_free(z);
	return b;
}

static bool same_point(struct bound_point a, struct bound_point b)
{
	return a.rho == b.rho && a.eps == b.eps && a.h == b.h &&
	       a.lower == b.lower && a.sigma == b.sigma &&
	       a.n_words == b.n_words && a.status == b.status &&
	       a.vacuous == b.vacuous;
}

/* Every prefix of every small text: words and substrings by hand. */
static void test_counts(void **state)
{
	uint32_t s[SMALL], lrs[SMALL];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		texts[i].make(s, SMALL, texts[i].param);
		naive_lrs(s, SMALL, lrs);
		for (size_t k = 0; k < ARRAY_LEN(ls_tried); k++) {
			unsigned ls = ls_tried[k];
			struct bound *b = bound_new(256, ls, false);

			for (uint32_t n = 1; n <= SMALL; n++) {
				struct bound_point p;

				bound_push(b, lrs[n - 1]);
				p = bound_at(b, n);
				assert_int_equal(p.n_words,
						 count_words(s, n, ls));
				if (n % 7 == 0)
					assert_int_equal(p.sigma,
							 count_substrings(
								 s, n,
								 ls - 1));
			}
			bound_free(b);
		}
	}
}

static void test_all_lengths(void **state)
{
	uint32_t s[SMALL];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		texts[i].make(s, SMALL, texts[i].param);
		for (uint32_t n = 1; n <= SMALL; n += 37) {
			struct bound *b = bound_of(s, n, 4, 5, false);

			for (uint32_t l = BOUND_LS_MIN - 1; l < BOUND_LS_MAX;
			     l++) {
				uint64_t want = count_substrings(s, n, l);
				struct bound_point p;

				bound_set(b, 4, l + 1, false);
				p = bound_at(b, n);
				assert_int_equal(p.sigma, want);
				if (want)
					assert_float_equal(
						p.h,
						log((double)want) / log(4) / l,
						1e-12);
			}
			bound_free(b);
		}
	}
}

/* A question about any prefix has the answer that was true then, and other
 * parameters give what a new bound with them gives. */
static void test_prefixes(void **state)
{
	uint32_t *s = mem_alloc(MIDDLE * sizeof(*s));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct bound *b, *whole;
		struct lz77 *z = lz77_new(LZ77_IDS, 18);

		texts[i].make(s, MIDDLE, texts[i].param);
		whole = bound_of(s, MIDDLE, 4, 64, true);
		bound_set(whole, 256, 7, false);
		b = bound_new(256, 7, false);
		for (uint32_t n = 1; n <= MIDDLE; n++) {
			bound_push(b, lz77_push(z, s[n - 1]).lrs);
			assert_true(same_point(bound_at(b, n),
					       bound_at(whole, n)));
		}
		bound_set(whole, IDS_ALPHABET, 12, true);
		bound_free(b);
		b = bound_of(s, MIDDLE, IDS_ALPHABET, 12, true);
		for (uint32_t n = 0; n <= MIDDLE; n += 11)
			assert_true(same_point(bound_at(b, n),
					       bound_at(whole, n)));
		bound_free(b);
		bound_free(whole);
		lz77_free(z);
	}
	mem_free(s);
}

/* h <= rho always (whole prefix as window, large alphabet); PROVEN is always
 * in the band, whatever the alphabet, the code and the text. */
static void check_band(const uint32_t *s, uint32_t n, double alphabet,
		       bool integer_lc, uint32_t *n_proven)
{
	struct bound *b = bound_of(s, n, alphabet, 3, integer_lc);

	for (size_t k = 0; k < ARRAY_LEN(ls_tried); k++) {
		bound_set(b, alphabet, ls_tried[k], integer_lc);
		for (uint32_t at = 1; at <= n; at += 1 + at / 50) {
			struct bound_point p = bound_at(b, at);

			if (alphabet >= 256)
				assert_true(p.h <= p.rho);
			assert_int_equal(p.vacuous, p.rho - p.eps <= 0);
			if (p.status != BOUND_PROVEN)
				continue;
			++*n_proven;
			assert_true(p.h <= p.rho);
			assert_true(p.lower <= p.h);
			assert_true(p.n_words <=
				    at / (ls_tried[k] - 1.0) + 1);
		}
	}
	bound_free(b);
}

static void test_proven(void **state)
{
	static const double alphabets[] = { 2, 3, 4, 16, 256, IDS_ALPHABET };
	uint32_t *s = mem_alloc(LONG * sizeof(*s));
	uint32_t n_proven = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		texts[i].make(s, LONG, texts[i].param);
		for (size_t a = 0; a < ARRAY_LEN(alphabets); a++) {
			if (alphabets[a] < texts[i].alphabet)
				continue;
			check_band(s, LONG, alphabets[a], false, &n_proven);
			check_band(s, LONG, alphabets[a], true, &n_proven);
		}
	}
	assert_true(n_proven > 10000);
	mem_free(s);
}

/* The real texts, as bytes, if they are there. */
static char *data_dir(void)
{
	const char *data = getenv("LILSCOPE_DATA");

	return mem_strdup(data ? data : "LILSCOPE_DATA");
}

static struct bound *bound_of_file(const char *path, unsigned ls)
{
	struct buf text = { 0 };
	struct lz77 *z;
	struct bound *b;

	if (!source_read_all(path, &text, NULL))
		return NULL;
	z = lz77_new(LZ77_BYTES, 8);
	b = bound_new(256, ls, false);
	for (size_t i = 0; i < text.len; i++)
		bound_push(b, lz77_push(z, (uint8_t)text.data[i]).lrs);
	buf_release(&text);
	lz77_free(z);
	return b;
}

static void test_real(void **state)
{
	static const char *const names[] = { "rkv_aime24_08", "rkv_aime24_05",
					     "qwen35_9b_loop_29dfd87f",
					     "r1_1.5b_math_51" };
	char *dir = data_dir();
	char path[8192];
	uint32_t n_proven = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct bound *b;

		snprintf(path, sizeof(path), "%s/traces/curated/%s.txt", dir,
			 names[i]);
		b = bound_of_file(path, 10);
		if (!b) {
			printf("no real data in %s: skipped\n", dir);
			mem_free(dir);
			skip();
		}
		for (unsigned ls = 3; ls <= 64; ls++) {
			bound_set(b, 256, ls, false);
			for (uint32_t n = 1; n <= bound_n_symbols(b);
			     n += 997) {
				struct bound_point p = bound_at(b, n);

				assert_true(p.h <= p.rho);
				if (p.status == BOUND_PROVEN) {
					n_proven++;
					assert_true(p.lower <= p.h);
				}
			}
		}
		bound_free(b);
	}
	assert_true(n_proven > 0);
	mem_free(dir);
}

/* rho, eps and h of a text that every Debian system has, 35,149 bytes. */
static void test_gpl(void **state)
{
	static const struct {
		unsigned ls;
		double rho, eps, h;
		bool in;
	} want[] = {
		{ 8, .555, .615, .256, true },  { 10, .521, .498, .204, true },
		{ 12, .507, .420, .168, true }, { 16, .496, .323, .125, false },
		{ 32, .499, .173, .061, false },
	};
	const char *top = getenv("top_srcdir");
	char path[4096];
	struct bound *b;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/gpl-3.txt.zst",
		 top ? top : ".");
	b = bound_of_file(path, 8);
	assert_non_null(b);
	assert_int_equal(bound_n_symbols(b), 35149);
	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		struct bound_point p;

		bound_set(b, 256, want[i].ls, false);
		p = bound_at(b, bound_n_symbols(b));
		assert_float_equal(p.rho, want[i].rho, .0006);
		assert_float_equal(p.eps, want[i].eps, .0006);
		assert_float_equal(p.h, want[i].h, .0006);
		assert_int_equal(p.status == BOUND_OUT_LOW, !want[i].in);
	}
	bound_free(b);
}

static void test_eps(void **state)
{
	static const struct {
		double alphabet;
		unsigned ls;
		double eps;
	} want[] = {
		{ 256, 4, 1.240 },   { 256, 6, .814 },    { 256, 8, .615 },
		{ 256, 10, .498 },   { 256, 12, .420 },   { 256, 16, .323 },
		{ 256, 24, .224 },   { 256, 32, .173 },   { 256, 64, .093 },
		{ 50257, 4, 1.123 }, { 50257, 6, .710 },  { 50257, 8, .524 },
		{ 50257, 12, .348 }, { 50257, 16, .263 }, { 50257, 32, .136 },
		{ 2, 16, 1.181 },    { 2, 64, .412 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_float_equal(bound_eps(want[i].alphabet, want[i].ls),
				   want[i].eps, .00051);
}

/* The least k with a^k >= x, in whole numbers. */
static unsigned whole_log(uint64_t x, uint64_t a)
{
	unsigned k = 0;

	for (uint64_t power = 1; power < x; power *= a)
		k++;
	return k;
}

/* With both logarithms rounded up, exactly, at powers of the alphabet too. */
static void test_integer_lc(void **state)
{
	static const unsigned alphabets[] = { 2, 3, 4, 10, 256 };
	uint32_t s[MIDDLE];

	(void)state;
	make_random(s, MIDDLE, 2);
	for (size_t i = 0; i < ARRAY_LEN(alphabets); i++)
		for (size_t k = 0; k < ARRAY_LEN(ls_tried); k++) {
			unsigned a = alphabets[i], ls = ls_tried[k];
			struct bound *b = bound_of(s, MIDDLE, a, ls, true);

			for (uint32_t n = 1; n <= MIDDLE; n++) {
				struct bound_point p = bound_at(b, n);
				unsigned lc = 1 + whole_log(ls, a) +
					      whole_log(MAX(n, 2u), a);
				/* x87 keeps more until it is stored */
				double rho = (double)p.n_words * lc / n;

				assert_true(p.rho == rho);
			}
			bound_free(b);
		}
}

/*
 * Sources with known sigma(l): all binary messages, and those without "11"
 * (sigma(l) is a Fibonacci number). A message of length n* - Ls, formula (1)
 * of the manual, has at most (n* - Ls) / (Ls - 1) words, and
 * rho <= h + eps with the h of the source.
 */
static double source_length(unsigned ls, double sigma)
{
	unsigned l = ls - 1;
	double sum = 0;

	for (unsigned m = 1; m <= l; m++)
		sum += (ls - m) * fmin(pow(2, m), sigma);
	return l * sum + ls;
}

static void make_message(uint32_t *s, uint32_t n, bool golden, uint32_t *state)
{
	for (uint32_t t = 0; t < n; t++) {
		s[t] = next_random(state) & 1;
		if (golden && t && s[t - 1])
			s[t] = 0;
	}
}

static void check_source(unsigned ls, bool golden)
{
	double sigma = golden ? 2 : pow(2, ls - 1), before = 1;
	uint32_t n, state = ls * 2 + golden;
	uint32_t *s;

	for (unsigned l = 2; golden && l < ls; l++) {
		double next = sigma + before;

		before = sigma;
		sigma = next;
	}
	n = (uint32_t)source_length(ls, sigma);
	if (golden && ls == 6)
		assert_int_equal(n, 451);
	s = mem_alloc(n * sizeof(*s));
	for (int i = 0; i < MESSAGES; i++) {
		struct bound *b;
		struct bound_point p;

		make_message(s, n, golden, &state);
		b = bound_of(s, n, 2, ls, false);
		p = bound_at(b, n);
		assert_true(p.n_words <= n / (ls - 1.0));
		assert_true(p.rho <= log2(sigma) / (ls - 1) + p.eps);
		bound_free(b);
	}
	mem_free(s);
}

static void test_sources(void **state)
{
	(void)state;
	for (unsigned ls = 4; ls <= 8; ls++) {
		check_source(ls, true);
		check_source(ls, false);
	}
}

static void test_short(void **state)
{
	struct bound *b = bound_new(256, 1000, false);
	struct bound_point p = bound_at(b, 0);

	(void)state;
	assert_int_equal(bound_ls(b), BOUND_LS_MAX);
	assert_int_equal(p.status, BOUND_ASYMPTOTIC);
	assert_true(p.rho == 0 && p.h == 0 && p.n_words == 0);
	bound_push(b, 0);
	p = bound_at(b, 1);
	assert_int_equal(p.n_words, 1);
	assert_true(p.rho > 1 && p.h == 0 && p.sigma == 0);
	assert_int_equal(p.status, BOUND_OUT_LOW);
	bound_free(b);
	for (int s = BOUND_PROVEN; s <= BOUND_ASYMPTOTIC; s++)
		assert_non_null(bound_status_name((enum bound_status)s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_all_lengths),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_proven),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_gpl),
		cmocka_unit_test(test_eps),
		cmocka_unit_test(test_integer_lc),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_short),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
