/*
 * Any bytes as a problem that somebody typed: one sentence, or a problem whose
 * facts all hold, that ends in the answer, and that reads back as itself.
 */
#include "fuzz.h"

#include <string.h>

#include "task/problem.h"

static void facts_hold(const struct problem *p)
{
	MUST(p->n > 0 && p->n <= PROBLEM_PEOPLE_MAX);
	for (uint32_t i = 0; i < p->n; i++) {
		const struct problem_fact *fact = &p->facts[i];
		int from = fact->other < 0 ? 0 : p->values[fact->other];

		MUST(fact->other < (int)p->n);
		MUST(p->values[i] == from + fact->step);
		MUST(p->values[i] >= PROBLEM_VALUE_MIN);
		MUST(p->values[i] <= PROBLEM_VALUE_MAX);
	}
	MUST(p->n_chain > 0 && p->n_chain <= p->n);
	MUST(p->facts[p->chain[p->n_chain - 1]].other < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct problem p, again;
	struct buf text = { 0 }, same = { 0 };
	struct err err = { "" };
	bool good = problem_read((const char *)data, size, &p, &err);

	MUST(good == (err.text[0] == '\0'));
	if (!good)
		return 0;
	facts_hold(&p);
	problem_prompt(&p, &text);
	MUST(problem_read(text.data, text.len, &again, &err));
	problem_prompt(&again, &same);
	MUST(text.len == same.len && !memcmp(text.data, same.data, text.len));
	MUST(problem_answer(&p) == problem_answer(&again));
	buf_release(&text);
	buf_release(&same);
	return 0;
}
