/*
 * A tail with the greatest sum is found in one walk from the end: the parse is
 * greedy from the left, so phrases are whole, and the first one of a loop
 * begins where its second turn does.
 */
#include "trace/copied.h"

#include <string.h>

enum { AHEAD_BYTES = 2 };

static const char blanks[] = " \t\r\n";

/* Symbols before the copying. */
static uint32_t first_copied(const struct lz77 *z, unsigned literal_bits)
{
	uint32_t n = lz77_n_symbols(z), best = n;
	double sum = 0, most = 0;

	for (uint32_t i = lz77_n_phrases(z); i-- > 0;) {
		struct lz77_phrase p = lz77_phrase(z, i);
		uint64_t bits = lz77_code_bits_at(z, p.start + p.len) -
				lz77_code_bits_at(z, p.start);

		sum += (double)p.len * literal_bits / COPIED_PRICE -
		       (double)bits;
		if (sum > most) {
			most = sum;
			best = p.start;
		}
	}
	return best;
}

/* Does a sentence end with byte i, inside s[0..n)? */
static bool ends_sentence(const char *s, size_t n, size_t i)
{
	static const char *const wide[] = { "\xe3\x80\x82", "\xef\xbc\x81",
					    "\xef\xbc\x9f" };

	if (i + 1 < n && s[i + 1] == '\n')
		return true;
	if (strchr(".!?", s[i]) && s[i])
		return i + 1 == n || strchr(blanks, s[i + 1]);
	for (size_t k = 0; k < ARRAY_LEN(wide); k++)
		if (i >= 2 && memcmp(s + i - 2, wide[k], 3) == 0)
			return true;
	return false;
}

static size_t without_blanks(const char *s, size_t n)
{
	while (n && strchr(blanks, s[n - 1]) && s[n - 1])
		n--;
	return n;
}

static size_t whole_sentences(const char *s, size_t n, size_t begin)
{
	size_t least = begin - MIN(begin, (size_t)COPIED_SENTENCE_BYTES);

	/* what ends one sentence and begins the next is copied with it */
	for (size_t i = MIN(n, begin + AHEAD_BYTES); i-- > least;)
		if (ends_sentence(s, n, i))
			return without_blanks(s, i + 1);
	for (size_t i = begin; i > least; i--)
		if (i == n || strchr(blanks, s[i]))
			return without_blanks(s, i);
	return least ? without_blanks(s, begin) : 0;
}

struct copied copied_find(const struct run *run)
{
	const struct trace *t = &run->trace;
	struct copied c = { t->text.len, 0 };
	const struct meter *m = run->meter;

	if (m && meter_n_tokens(m)) {
		const struct meter_opts *o = meter_opts(m);
		uint32_t at = first_copied(meter_lz77(m), o->literal_bits);

		c.begin = o->symbols == METER_BYTES ? at :
			  trace_start(t, at);
	}
	c.keep = whole_sentences(t->text.data, t->text.len, c.begin);
	return c;
}
