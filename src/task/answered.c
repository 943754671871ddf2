/* The last statement says which answer it is, a second walk where it first
 * stood. */
#include "task/answered.h"

#include <string.h>

/* All ways of saying it. */
static const enum answer_kind kinds[] = { ANSWER_MATH, ANSWER_GSM8K };

static bool same(enum answer_kind kind, const char *text,
		 const struct answer *a, const struct answer *b)
{
	size_t n_a = a->end - a->start, n_b = b->end - b->start;

	return (n_a == n_b && !memcmp(text + a->start, text + b->start, n_a)) ||
	       answer_equal(kind, text + a->start, n_a, text + b->start, n_b);
}

/* However it was announced: in a thought by words, in the end by a box. */
static void find_first(enum answer_kind judge, const char *text, size_t n,
		       const struct answer *last, struct answer *out)
{
	*out = *last;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		struct answer at;
		size_t from = 0;

		while (answer_next(kinds[k], text, n, from, &at) &&
		       at.stated < out->stated) {
			from = at.start;
			if (same(judge, text, &at, last))
				*out = at;
		}
	}
}

bool answered_find(const struct trace *t, uint32_t n_tokens,
		   struct answered *out)
{
	size_t n = trace_start(t, n_tokens);
	const char *text = t->text.data;

	enum answer_kind kind;

	if (!answer_stated(text, n, &kind, &out->last))
		return false;
	find_first(kind, text, n, &out->last, &out->first);
	out->at_token = trace_token_at(t, out->first.stated - 1) + 1;
	out->after = n_tokens - MIN(n_tokens, out->at_token);
	return true;
}
