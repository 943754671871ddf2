/* What runs side by side have in common. */
#include "view/beside.h"

#include <string.h>

bool beside_is_same(const struct run *a, const struct run *b)
{
	const struct buf *x = &a->trace.prompt, *y = &b->trace.prompt;

	return x->len == y->len &&
	       (!x->len || memcmp(x->data, y->data, x->len) == 0);
}

/* Whether a run before i has its prompt. */
static bool is_asked_before(const struct app *app, size_t i)
{
	const struct run *run = compare_run(app, i);

	for (size_t k = 0; k < i; k++) {
		const struct run *other = compare_run(app, k);

		if (other && beside_is_same(other, run))
			return true;
	}
	return false;
}

size_t beside_n_prompts(const struct app *app)
{
	size_t n = 0;

	for (size_t i = 0; i < compare_of(app)->n; i++)
		n += compare_run(app, i) && !is_asked_before(app, i);
	return n;
}

void beside_explain(const struct app *app, struct buf *out)
{
	size_t n = beside_n_prompts(app);

	if (n > 1)
		buf_printf(out,
			   "These runs have %zu different prompts. They stand "
			   "side by side, but what one job takes says nothing "
			   "of another: no percentages are given across "
			   "prompts.\n\n",
			   n);
}
