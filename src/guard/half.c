/*
 * Channels seldom change, so where a half stands in the whole is a few pieces
 * and not a row of numbers.
 */
#include "guard/half.h"

#include <math.h>

static const char *const names[HALVES] = {
	[HALF_THINKING] = "thinking",
	[HALF_ANSWER] = "answer",
};

void half_init(struct half *p)
{
	*p = (struct half){ .i_hit = HALF_NO_HIT, .i_old_hit = HALF_NO_HIT };
}

void half_release(struct half *p)
{
	run_free(p->run);
	mem_free(p->pieces);
	half_init(p);
}

static void note_place(struct half *p, uint32_t at, uint32_t whole)
{
	const struct half_piece *last =
		p->n_pieces ? &p->pieces[p->n_pieces - 1] : NULL;

	if (last && whole - last->whole == at - last->at)
		return;
	p->pieces = grow(p->pieces, &p->pieces_cap, p->n_pieces + 1,
			 sizeof(*p->pieces));
	p->pieces[p->n_pieces++] = (struct half_piece){ at, whole };
}

void half_take(struct half *p, const struct trace *whole, uint32_t i,
	       const struct meter_opts *opts)
{
	struct token token = { .id = whole->id ? whole->id[i] : TRACE_NO_ID,
			       .logprob = NAN, .time_s = NAN,
			       .channel = trace_channel(whole, i) };
	struct trace *t;

	if (!p->run)
		p->run = run_new(opts);
	t = &p->run->trace;
	t->tokens_by = whole->tokens_by;
	t->facts.vocab = whole->facts.vocab;
	token.text = trace_token(whole, i, &token.len);
	note_place(p, t->n_tokens, i);
	trace_push(t, &token);
}

uint32_t half_whole(const struct half *p, uint32_t n)
{
	size_t i = p->n_pieces;

	if (!n || n == RULE_NEVER)
		return n;
	while (i > 1 && p->pieces[i - 1].at >= n)
		i--;
	return p->pieces[i - 1].whole + n - p->pieces[i - 1].at;
}

size_t half_whole_bytes(const struct half *p, const struct trace *whole,
			size_t n)
{
	const struct trace *t = &p->run->trace;
	uint32_t i, k;

	if (!n)
		return 0;
	i = trace_token_at(t, n - 1);
	k = half_whole(p, i + 1);
	return whole->end[k - 1] - (t->end[i] - n);
}

enum half_kind half_of(enum channel channel)
{
	return channel == CHANNEL_REASONING ? HALF_THINKING : HALF_ANSWER;
}

uint32_t half_count(const struct trace *whole, enum half_kind kind)
{
	uint32_t n = trace_count(whole, CHANNEL_REASONING);

	return kind == HALF_THINKING ? n : whole->n_tokens - n;
}

const char *half_name(enum half_kind kind)
{
	return names[kind];
}
