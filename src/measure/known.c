/*
 * The sources, simple ones first. Where there is no closed form the entropy is
 * summed from the very tables that draw the symbols.
 */
#include "measure/known.h"

#include <math.h>
#include <string.h>

enum {
	WORDS = 512,       /* of the text of words */
	WORD_MAX = 12,
	LETTERS = 8,       /* of the chain of order 2 */
	PERIOD = 37,
	DRIFT = 4,
};

/* --- chance ------------------------------------------------------------- */

/* SplitMix64: any seed is good. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
	return (double)(draw(state) >> 11) * 0x1p-53;
}

/* Which of n weights, whose sum is 1. */
static unsigned pick(uint64_t *state, const double *p, unsigned n)
{
	double u = uniform(state);
	unsigned i = 0;

	while (i + 1 < n && u >= p[i])
		u -= p[i++];
	return i;
}

static double entropy(const double *p, unsigned n)
{
	double h = 0;

	for (unsigned i = 0; i < n; i++)
		h -= p[i] > 0 ? p[i] * log2(p[i]) : 0;
	return h;
}

static double binary(double p)
{
	return entropy((const double[]){ p, 1 - p }, 2);
}

/* --- without memory ----------------------------------------------------- */

static void write_even(unsigned char *s, uint32_t n, uint32_t seed,
		       unsigned alphabet)
{
	uint64_t r = seed;

	for (uint32_t i = 0; i < n; i++)
		s[i] = (unsigned char)(draw(&r) % alphabet);
}

static void write_biased(unsigned char *s, uint32_t n, uint32_t seed, double p)
{
	uint64_t r = seed;

	for (uint32_t i = 0; i < n; i++)
		s[i] = uniform(&r) < p;
}

#define EVEN(size)                                                             \
	static double even_##size##_bits(void)                                 \
	{                                                                      \
		return log2(size);                                             \
	}                                                                      \
	static void even_##size(unsigned char *s, uint32_t n, uint32_t seed)   \
	{                                                                      \
		write_even(s, n, seed, size);                                  \
	}
EVEN(2)
EVEN(4)
EVEN(26)
EVEN(256)

#define BIASED(name, p)                                                        \
	static double biased_##name##_bits(void)                               \
	{                                                                      \
		return binary(p);                                              \
	}                                                                      \
	static void biased_##name(unsigned char *s, uint32_t n, uint32_t seed) \
	{                                                                      \
		write_biased(s, n, seed, p);                                   \
	}
BIASED(10, 0.1)
BIASED(1, 0.01)

/* Zipf's law over 64 symbols. */
static void zipf(double *p, unsigned n)
{
	double sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += p[i] = 1.0 / (i + 1);
	for (unsigned i = 0; i < n; i++)
		p[i] /= sum;
}

static double zipf_bits(void)
{
	double p[64];

	zipf(p, 64);
	return entropy(p, 64);
}

static void write_zipf(unsigned char *s, uint32_t n, uint32_t seed)
{
	uint64_t r = seed;
	double p[64];

	zipf(p, 64);
	for (uint32_t i = 0; i < n; i++)
		s[i] = (unsigned char)pick(&r, p, 64);
}

/* --- with memory -------------------------------------------------------- */

static double sticky_bits(void)
{
	return binary(0.05);
}

static void write_sticky(unsigned char *s, uint32_t n, uint32_t seed)
{
	uint64_t r = seed;
	unsigned char last = 0;

	for (uint32_t i = 0; i < n; i++)
		s[i] = last = last ^ (uniform(&r) < 0.05);
}

/* Never two ones in a row, else as free as can be: log2 of the golden mean. */
static const double golden = 1.6180339887498949;

static double golden_bits(void)
{
	return log2(golden);
}

static void write_golden(unsigned char *s, uint32_t n, uint32_t seed)
{
	uint64_t r = seed;
	unsigned char last = 0;

	for (uint32_t i = 0; i < n; i++)
		s[i] = last = !last && uniform(&r) < 1 / (golden * golden);
}

/* Ones in runs of even length, behind a hidden state: 2/3 bit. */
static double even_runs_bits(void)
{
	return 2.0 / 3;
}

static void write_even_runs(unsigned char *s, uint32_t n, uint32_t seed)
{
	uint64_t r = seed;
	bool inside = false;

	for (uint32_t i = 0; i < n; i++) {
		s[i] = inside || uniform(&r) < 0.5;
		inside = !inside && s[i];
	}
}

/* A chain over 8 letters that looks 2 back; its table is drawn once, from a
 * seed of its own, and its weights are those it comes to in the long run. */
struct chain {
	double p[LETTERS * LETTERS][LETTERS];
};

static void chain_make(struct chain *c)
{
	uint64_t r = 20;

	for (unsigned i = 0; i < LETTERS * LETTERS; i++) {
		double sum = 0;

		for (unsigned k = 0; k < LETTERS; k++)
			sum += c->p[i][k] = pow(uniform(&r), 4);
		for (unsigned k = 0; k < LETTERS; k++)
			c->p[i][k] /= sum;
	}
}

static double chain_bits(void)
{
	double at[LETTERS * LETTERS], next[LETTERS * LETTERS], h = 0;
	struct chain c;

	chain_make(&c);
	for (unsigned i = 0; i < LETTERS * LETTERS; i++)
		at[i] = 1.0 / (LETTERS * LETTERS);
	for (int step = 0; step < 500; step++) {
		memset(next, 0, sizeof(next));
		for (unsigned i = 0; i < LETTERS * LETTERS; i++)
			for (unsigned k = 0; k < LETTERS; k++)
				next[i % LETTERS * LETTERS + k] +=
					at[i] * c.p[i][k];
		memcpy(at, next, sizeof(at));
	}
	for (unsigned i = 0; i < LETTERS * LETTERS; i++)
		h += at[i] * entropy(c.p[i], LETTERS);
	return h;
}

static void write_chain(unsigned char *s, uint32_t n, uint32_t seed)
{
	uint64_t r = seed;
	struct chain c;
	unsigned at = 0;

	chain_make(&c);
	for (uint32_t i = 0; i < n; i++) {
		s[i] = (unsigned char)pick(&r, c.p[at], LETTERS);
		at = at % LETTERS * LETTERS + s[i];
	}
}

/* Words by Zipf's law, of 2 to 12 letters drawn once, each with a blank
 * behind: bits of a word over its mean length, as no word is another's
 * beginning with its blank. */
struct lexicon {
	double p[WORDS];
	char text[WORDS][WORD_MAX + 2];
	size_t len[WORDS];
};

static void words_make(struct lexicon *w)
{
	uint64_t r = 7;

	zipf(w->p, WORDS);
	for (unsigned i = 0; i < WORDS; i++) {
		/* the number as letters makes each word another */
		size_t n = 0, more = draw(&r) % (WORD_MAX - 3);

		for (unsigned k = i; n < 2 || k; k /= 23)
			w->text[i][n++] = (char)('a' + k % 23);
		while (more-- && n < WORD_MAX)
			w->text[i][n++] = (char)('a' + draw(&r) % 26);
		w->text[i][n++] = ' ';
		w->len[i] = n;
	}
}

static double words_bits(void)
{
	struct lexicon w;
	double len = 0;

	words_make(&w);
	for (unsigned i = 0; i < WORDS; i++)
		len += w.p[i] * (double)w.len[i];
	return entropy(w.p, WORDS) / len;
}

static void write_words(unsigned char *s, uint32_t n, uint32_t seed)
{
	uint64_t r = seed;
	struct lexicon w;

	words_make(&w);
	for (uint32_t i = 0; i < n;) {
		unsigned word = pick(&r, w.p, WORDS);

		for (size_t k = 0; k < w.len[word] && i < n; k++)
			s[i++] = (unsigned char)w.text[word][k];
	}
}

/* --- loops -------------------------------------------------------------- */

static double no_bits(void)
{
	return 0;
}

static void write_period(unsigned char *s, uint32_t n, uint32_t seed)
{
	write_even(s, MIN(n, (uint32_t)PERIOD), seed, 26);
	for (uint32_t i = PERIOD; i < n; i++)
		s[i] = s[i - PERIOD];
}

const struct known knowns[] = {
	{ "coin", "a fair coin", 2, even_2_bits, even_2 },
	{ "coin 1:9", "a coin that falls on one side in 1 of 10", 2,
	  biased_10_bits, biased_10 },
	{ "coin 1:99", "... in 1 of 100", 2, biased_1_bits, biased_1 },
	{ "four", "4 symbols, each as often", 4, even_4_bits, even_4 },
	{ "letters", "26 symbols, each as often", 26, even_26_bits, even_26 },
	{ "bytes", "256 symbols, each as often", 256, even_256_bits, even_256 },
	{ "zipf", "64 symbols by Zipf's law", 64, zipf_bits, write_zipf },
	{ "sticky", "a bit that turns in 1 of 20", 2, sticky_bits,
	  write_sticky },
	{ "golden", "never two ones in a row, else free", 2, golden_bits,
	  write_golden },
	{ "even runs", "ones in runs of even length", 2, even_runs_bits,
	  write_even_runs },
	{ "chain", "8 letters, each drawn by the 2 before", LETTERS, chain_bits,
	  write_chain },
	{ "words", "512 words by Zipf's law", 256, words_bits, write_words },
	{ "loop", "26 letters, 37 of them over and over", 26, no_bits,
	  write_period },
};

const size_t n_knowns = ARRAY_LEN(knowns);
