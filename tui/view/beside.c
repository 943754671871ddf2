/* What runs side by side have in common. */
#include "view/beside.h"

#include <string.h>

bool beside_is_same(const struct app *app, size_t a, size_t b)
{
	const struct deck *d = app->deck;
	const struct run *run = deck_kept(d, a), *other = deck_kept(d, b);
	const struct buf *x, *y;

	if (!run || !other)
		return false;
	x = &run->trace.prompt;
	y = &other->trace.prompt;
	if (!x->len && !y->len)
		return deck_entry(d, a)->own.i_source ==
		       deck_entry(d, b)->own.i_source;
	return x->len == y->len && memcmp(x->data, y->data, x->len) == 0;
}

/* --- how long they say the same ----------------------------------------- */

enum {
	STEP_BYTES = 4096, /* compared at once */
	WORD_BYTES = 24,   /* of a word, and of what stands before it */
};

static size_t same_bytes(const struct buf *a, const struct buf *b)
{
	size_t n = MIN(a->len, b->len), at = 0;

	while (n - at > STEP_BYTES &&
	       memcmp(a->data + at, b->data + at, STEP_BYTES) == 0)
		at += STEP_BYTES;
	while (at < n && a->data[at] == b->data[at])
		at++;
	return at;
}

static uint32_t token_at(const struct trace *t, size_t at)
{
	return t->n_tokens && at < t->end[t->n_tokens - 1]
		       ? trace_token_at(t, at)
		       : t->n_tokens;
}

struct beside_fork beside_fork(const struct run *run, const struct run *other)
{
	const struct trace *a = &run->trace, *b = &other->trace;
	size_t at = same_bytes(&a->text, &b->text);
	bool ends_a = at >= a->text.len, ends_b = at >= b->text.len;
	struct beside_fork f = {
		.here = token_at(a, at), .there = token_at(b, at),
		.differs = !(ends_a && !run->ended) &&
			   !(ends_b && !other->ended) && !(ends_a && ends_b),
	};

	/* Back to the last place at which a token begins in both. */
	while (trace_start(a, f.here) != trace_start(b, f.there)) {
		at = MIN(trace_start(a, f.here), trace_start(b, f.there));
		f.here = token_at(a, at);
		f.there = token_at(b, at);
	}
	return f;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

void beside_word(const struct run *run, uint32_t i, struct buf *out)
{
	const struct trace *t = &run->trace;
	size_t from = trace_start(t, i), to = from;

	if (i >= t->n_tokens) {
		buf_puts(out, "its end");
		return;
	}
	while (to < t->text.len && is_space(t->text.data[to]))
		to++;
	while (to < t->text.len && !is_space(t->text.data[to]))
		to++;
	buf_puts(out, "\"");
	if (to - from > WORD_BYTES) {
		to = from + WORD_BYTES;
		while (to > from && (t->text.data[to] & 0xc0) == 0x80)
			to--; /* a character stays whole */
	}
	buf_append(out, t->text.data + from, to - from);
	buf_puts(out, "\"");
}

size_t beside_whom(const struct app *app, size_t i)
{
	size_t lane = compare_of(app)->lane;

	return i ? 0 : MAX(lane, 1);
}

/* --- what they were asked ----------------------------------------------- */

bool beside_lanes_same(const struct app *app, size_t i, size_t k)
{
	const struct compare *c = compare_of(app);

	return i < c->n && k < c->n &&
	       beside_is_same(app, c->runs[i], c->runs[k]);
}

/* Whether a run before i has its prompt. */
static bool is_asked_before(const struct app *app, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (beside_lanes_same(app, k, i))
			return true;
	return false;
}

bool beside_has_unasked(const struct app *app)
{
	for (size_t i = 0; i < compare_of(app)->n; i++) {
		const struct run *run = compare_run(app, i);

		if (run && !run->trace.prompt.len)
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

	if (n > 1 && beside_has_unasked(app))
		buf_puts(out,
			 "Whether these runs were asked the same is not known: "
			 "not each of them comes with its prompt. What one job "
			 "takes says nothing of another: no percentages are "
			 "given.\n\n");
	else if (n > 1)
		buf_printf(out,
			   "These runs have %zu different prompts. They stand "
			   "side by side, but what one job takes says nothing "
			   "of another: no percentages are given across "
			   "prompts.\n\n",
			   n);
}
