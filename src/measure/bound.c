/*
 * What is kept of a text of n symbols:
 *
 *	m      m_t = min(lrs(t), 255), one byte a symbol
 *	ends   words that ended: one past their last symbol, ascending
 *	seen   for every full block of 256 symbols: how many t before its end
 *	       have m_t >= l
 *
 * Substrings. m_t is the length of the longest suffix of s[0..t] that also
 * ends earlier; so appending s[t] makes exactly one new substring of every
 * length in m_t + 1 .. t + 1, and
 *
 *	sigma(l) = (n - l + 1) - #{ t < n : m_t >= l }.
 *
 * For one l the count at any n is a checkpoint and a scan of less than one
 * block; for all l at once a histogram of m_t is enough.
 *
 * Words. The ZL77 word that starts at i copies while the text so far occurs
 * earlier, at most Ls - 1 symbols, and ends with one symbol more. It is open
 * at j exactly while m_j >= j - i + 1 and j - i + 1 < Ls.
 *
 * The flag PROVEN is a theorem about n, sigma, the alphabet and Ls alone: it
 * never looks at the parse. With l = Ls - 1 and S = sigma(l) + l:
 *
 *   A  At most K_k = min(a^k, S) complete words have length k < Ls: they are
 *      distinct (a word equal to an earlier one would have been copied
 *      further), and a substring of length k is the beginning of one of
 *      length l unless it starts among the last l - 1 symbols.
 *   B  So, if n >= l sum_{k=1..l} (Ls - k) K_k + Ls, words of length Ls make
 *      up for all shorter ones: the complete words have a mean length of at
 *      least l, and with a cut last word n_words <= n/l + 1.
 *   C  Hence rho <= Lc (1/l + 1/n); and no word is longer than Ls, so
 *      rho >= Lc / Ls. If the first is <= h + eps and the second is >= h,
 *      then rho - eps <= h <= rho, whatever the text is.
 */
#include "measure/bound.h"

#include "base/buf.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { BLOCK = 256, LRS_MAX = 255 };

/* Beyond this share of possible substrings h says only how long the text
 * is. */
static const double undersampled_share = 0.9;

struct bound {
	uint8_t *m;
	uint32_t *ends;
	uint32_t *seen;
	size_t m_cap, ends_cap, seen_cap;
	uint32_t n;
	uint32_t n_ends;
	uint32_t n_seen;     /* #{ t < n : m_t >= l } */
	uint32_t word_start; /* first symbol of the open word */

	double alphabet;
	unsigned ls;
	bool integer_lc;
	double ln_a;         /* ln alphabet */
	double log_ls;       /* log_a Ls, rounded up if integer_lc */
	double eps;
	double power[BOUND_LS_MAX];  /* power[k] = a^k, maybe infinite */
	double weight[BOUND_LS_MAX]; /* sum_{j=1..k} (Ls - j) a^j */
};

double bound_eps(double alphabet, unsigned ls)
{
	double ln_a = log(alphabet), l = ls - 1.0;

	return (3.0 + 3.0 * log(l) / ln_a + log(ls / 2.0) / ln_a) / l;
}

/* The least k with a^k >= x: ceil(log_a x) without its rounding errors. */
static double ceil_log(double x, double a)
{
	double power = 1.0;
	unsigned k = 0;

	for (; power < x; k++)
		power *= a;
	return k;
}

static void set_params(struct bound *b, double alphabet, unsigned ls,
		       bool integer_lc)
{
	assert(alphabet >= 2);
	b->alphabet = alphabet;
	b->ls = MIN(MAX(ls, (unsigned)BOUND_LS_MIN), (unsigned)BOUND_LS_MAX);
	b->integer_lc = integer_lc;
	b->ln_a = log(alphabet);
	b->log_ls = integer_lc ? ceil_log(b->ls, alphabet)
			       : log(b->ls) / b->ln_a;
	b->eps = bound_eps(alphabet, b->ls);
	b->power[0] = 1.0;
	b->weight[0] = 0.0;
	for (unsigned k = 1; k < BOUND_LS_MAX; k++) {
		b->power[k] = b->power[k - 1] * alphabet;
		b->weight[k] = b->weight[k - 1] +
			       ((double)b->ls - k) * b->power[k];
	}
}

struct bound *bound_new(double alphabet, unsigned ls, bool integer_lc)
{
	struct bound *b = mem_zalloc(sizeof(*b));

	set_params(b, alphabet, ls, integer_lc);
	return b;
}

void bound_free(struct bound *b)
{
	if (!b)
		return;
	mem_free(b->m);
	mem_free(b->ends);
	mem_free(b->seen);
	mem_free(b);
}

/* Words that end at the symbols m[from..to), all in one block. */
static void cut_words(struct bound *b, uint32_t from, uint32_t to)
{
	const uint8_t *m = b->m;
	uint32_t len = from - b->word_start, ls = b->ls, n = b->n_ends, *ends;

	b->ends = grow(b->ends, &b->ends_cap, (size_t)n + (to - from),
		       sizeof(*b->ends));
	ends = b->ends;
	for (uint32_t t = from; t < to; t++) {
		len++;
		if (m[t] >= len && len != ls)
			continue;
		len = 0;
		ends[n++] = t + 1;
	}
	b->n_ends = n;
	b->word_start = to - len;
}

/* #{ from <= t < to : m_t >= l } */
static uint32_t count_seen(const uint8_t *m, uint32_t from, uint32_t to,
			   uint32_t l)
{
	uint32_t n = 0;

	for (uint32_t t = from; t < to; t++)
		n += m[t] >= l;
	return n;
}

/* All that depends on Ls, of the symbols m[from..to). */
static void account(struct bound *b, uint32_t from, uint32_t to)
{
	while (from < to) {
		uint32_t end = MIN(to, (from / BLOCK + 1) * BLOCK);

		cut_words(b, from, end);
		b->n_seen += count_seen(b->m, from, end, b->ls - 1);
		from = end;
		if (end % BLOCK)
			continue;
		b->seen = grow(b->seen, &b->seen_cap, end / BLOCK,
			       sizeof(*b->seen));
		b->seen[end / BLOCK - 1] = b->n_seen;
	}
}

void bound_reserve(struct bound *b, uint32_t n)
{
	b->m = grow(b->m, &b->m_cap, n, sizeof(*b->m));
	b->ends = grow(b->ends, &b->ends_cap, n / 4, sizeof(*b->ends));
	b->seen = grow(b->seen, &b->seen_cap, n / BLOCK, sizeof(*b->seen));
}

void bound_push_all(struct bound *b, const uint32_t *lrs, uint32_t n)
{
	uint8_t *m;

	if (!n)
		return;
	b->m = grow(b->m, &b->m_cap, (size_t)b->n + n, sizeof(*b->m));
	m = b->m + b->n;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t one = lrs[i];

		assert(one <= b->n + i);
		m[i] = (uint8_t)MIN(one, (uint32_t)LRS_MAX);
	}
	b->n += n;
	account(b, b->n - n, b->n);
}

void bound_push(struct bound *b, uint32_t lrs)
{
	bound_push_all(b, &lrs, 1);
}

void bound_set(struct bound *b, double alphabet, unsigned ls, bool integer_lc)
{
	unsigned old_ls = b->ls;

	set_params(b, alphabet, ls, integer_lc);
	if (b->ls == old_ls)
		return;
	b->n_ends = 0;
	b->n_seen = 0;
	b->word_start = 0;
	account(b, 0, b->n);
}

uint32_t bound_n_symbols(const struct bound *b)
{
	return b->n;
}

unsigned bound_ls(const struct bound *b)
{
	return b->ls;
}

double bound_alphabet(const struct bound *b)
{
	return b->alphabet;
}

/* Words of s[0..n), a cut last one counted. */
static uint32_t words_at(const struct bound *b, uint32_t n)
{
	uint32_t low = 0, high = b->n_ends;

	if (n == b->n)
		return b->n_ends + (b->word_start < n);
	while (low < high) { /* first end > n */
		uint32_t mid = low + (high - low) / 2;

		if (b->ends[mid] <= n)
			low = mid + 1;
		else
			high = mid;
	}
	return low + (low == 0 || b->ends[low - 1] < n);
}

/* #{ t < n : m_t >= l } */
static uint32_t seen_at(const struct bound *b, uint32_t n)
{
	uint32_t block = n / BLOCK;
	uint32_t count = block ? b->seen[block - 1] : 0;

	if (n == b->n)
		return b->n_seen;
	return count + count_seen(b->m, block * BLOCK, n, b->ls - 1);
}

/* Symbols of one codeword for a window of n symbols. */
static double codeword(const struct bound *b, uint32_t n)
{
	double window = MAX(n, 2u);

	if (b->integer_lc)
		return 1.0 + ceil_log(window, b->alphabet) + b->log_ls;
	return 1.0 + log(window) / b->ln_a + b->log_ls;
}

/* Condition B of the head of this file. */
static bool long_enough(const struct bound *b, uint32_t n, double sigma)
{
	unsigned l = b->ls - 1, k = 0;
	double s = sigma + l, left, sum;

	while (k < l && b->power[k + 1] <= s)
		k++;
	left = l - k; /* lengths k+1 .. l have K = s; their Ls - m sum up to */
	sum = b->weight[k] + s * (left * (left + 1.0) / 2.0);
	return n >= l * sum + b->ls;
}

static enum bound_status status_of(const struct bound *b,
				   const struct bound_point *p, uint32_t n,
				   double lc)
{
	double l = b->ls - 1.0, sigma = (double)p->sigma;

	if (lc * (1.0 / l + 1.0 / n) <= p->h + p->eps &&
	    lc / b->ls >= p->h && long_enough(b, n, sigma))
		return BOUND_PROVEN;
	if (p->h < p->lower)
		return BOUND_OUT_LOW;
	if (n < l || sigma > undersampled_share * (n - l + 1.0))
		return BOUND_UNDERSAMPLED;
	return BOUND_ASYMPTOTIC;
}

struct bound_point bound_at(const struct bound *b, uint32_t n)
{
	struct bound_point p = { .status = BOUND_ASYMPTOTIC };
	uint32_t l = b->ls - 1;
	double lc;

	assert(n <= b->n);
	if (n == 0)
		return p;
	lc = codeword(b, n);
	p.n_words = words_at(b, n);
	p.rho = p.n_words * lc / n;
	p.eps = b->eps;
	p.lower = p.rho - p.eps;
	if (n >= l) {
		p.sigma = n - l + 1 - seen_at(b, n);
		p.h = log((double)p.sigma) / b->ln_a / l;
	}
	p.vacuous = p.lower <= 0;
	p.status = status_of(b, &p, n, lc);
	return p;
}

const char *bound_status_words(enum bound_status status)
{
	static const char *const words[] = {
		[BOUND_PROVEN] = "a theorem here",
		[BOUND_OUT_LOW] = "too short a text for h",
		[BOUND_UNDERSAMPLED] = "h tells only the length",
		[BOUND_ASYMPTOTIC] = "a picture, no proof",
	};

	return words[status];
}

const char *bound_status_name(enum bound_status status)
{
	static const char *const names[] = {
		[BOUND_PROVEN] = "PROVEN",
		[BOUND_OUT_LOW] = "OUT-LOW",
		[BOUND_UNDERSAMPLED] = "UNDERSAMPLED",
		[BOUND_ASYMPTOTIC] = "ASYMPTOTIC",
	};

	assert((size_t)status < ARRAY_LEN(names));
	return names[status];
}
