/*
 * Any bytes as a text that states an answer, and as two answers: what is found
 * lies inside, equal is the same both ways, and a normal form is normal.
 *
 *	byte 0   the kind
 *	byte 1   where the rest is cut into two answers
 */
#include "fuzz.h"

#include <string.h>

#include "task/answer.h"

static void find(enum answer_kind kind, const char *s, size_t n)
{
	struct answer first, last;
	bool any = answer_first(kind, s, n, &first);

	if (any)
		MUST(first.start <= first.end && first.end <= first.stated &&
		     first.stated <= n);
	if (answer_last(kind, s, n, &last))
		MUST(last.start <= last.end && last.end <= n);
	else
		MUST(!any);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum answer_kind kind;
	const char *s;
	size_t n, at;
	bool equal;

	if (size < 3)
		return 0;
	kind = (enum answer_kind)(data[0] % ANSWER_KINDS);
	s = (const char *)data + 2;
	n = size - 2;
	at = data[1] % (n + 1);
	find(kind, s, n);
	equal = answer_equal(kind, s, at, s + at, n - at);
	MUST(equal == answer_equal(kind, s + at, n - at, s, at));
	return 0;
}
