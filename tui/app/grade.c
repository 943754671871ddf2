/* The answer that a text states, beside the one that its trace calls right. */
#include "app/grade.h"

#include <string.h>

#include "task/answer.h"

enum grade grade_of(const struct trace *t, uint32_t n_tokens)
{
	/* The surer a statement looks, the earlier it is tried. */
	static const enum answer_kind kinds[] = { ANSWER_MATH, ANSWER_CHAIN,
						  ANSWER_GSM8K };
	const char *gold = t->facts.gold, *text = t->text.data;
	size_t n = n_tokens ? t->end[MIN(n_tokens, t->n_tokens) - 1] : 0;
	struct answer a;

	if (!gold || !*gold)
		return GRADE_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(kinds) && n; i++) {
		if (!answer_first(kinds[i], text, n, &a))
			continue; /* a last number alone is no statement */
		return answer_right(kinds[i], text, n, gold) ? GRADE_RIGHT :
							       GRADE_WRONG;
	}
	return GRADE_NONE;
}
