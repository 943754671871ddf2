/*
 * The first token of the text waits until the model takes it by itself, with
 * ever more weight on it: so the sentence that is open can end. The others
 * follow it whatever the model would say.
 */
#include "decode/generation_impl.h"

#include <string.h>

#include "base/buf.h"
#include "trace/think.h"

struct conclude {
	struct vocab_ids ids; /* of the text */
	size_t at;            /* written */
	uint32_t n_steps;     /* since it began to wait */
};

/* As it stands: special tokens are their names. */
static void put_marked(const struct vocab *v, uint32_t id, uint32_t previous,
		       struct buf *out)
{
	size_t n;
	const char *bytes;

	if (id >= v->tokens.n || !vocab_is_marked(v->type[id])) {
		vocab_piece(v, id, previous, out);
		return;
	}
	bytes = tokens_bytes(&v->tokens, id, &n);
	buf_append(out, bytes, n);
}

/* What is to be written, by what prompt and text have open. */
static const char *text_for(const struct generation *g)
{
	const char *text = g->threshold.how.conclude_text, *shut;
	struct buf whole = { 0 };

	if (text && *text)
		return text;
	for (uint32_t i = 0; i < g->n_ids; i++)
		put_marked(g->o->vocab, g->ids[i],
			   i ? g->ids[i - 1] : VOCAB_NO_ID, &whole);
	shut = think_shut(whole.data, whole.len);
	buf_release(&whole);
	return shut ? shut : CONCLUDE_TEXT_DEFAULT;
}

/* A tokenizer that puts a blank before a text puts it here, too: where the text
 * has its own, one is enough. */
static void encode(const struct vocab *v, const char *text,
		   struct vocab_ids *ids)
{
	if (v->add_space && *text == ' ')
		text++;
	vocab_encode(v, text, strlen(text), VOCAB_SPECIAL, ids);
}

void conclude_begin(struct generation *g)
{
	struct conclude *c = mem_zalloc(sizeof(*c));

	conclude_free(g->conclude);
	g->conclude = c;
	encode(g->o->vocab, text_for(g), &c->ids);
}

void conclude_free(struct conclude *c)
{
	if (!c)
		return;
	vocab_ids_release(&c->ids);
	mem_free(c);
}

struct conclude *conclude_copy(const struct conclude *c)
{
	struct conclude *copy;
	size_t n = c ? c->ids.n : 0;

	if (!n)
		return NULL;
	copy = mem_zalloc(sizeof(*copy));
	*copy = *c;
	copy->ids = (struct vocab_ids){ .n = n };
	copy->ids.ids = grow(NULL, &copy->ids.cap, n, sizeof(*c->ids.ids));
	memcpy(copy->ids.ids, c->ids.ids, n * sizeof(*c->ids.ids));
	return copy;
}

bool conclude_is_open(const struct generation *g)
{
	return g->conclude && g->conclude->at < g->conclude->ids.n;
}

uint32_t conclude_next(struct generation *g, float *logprob, bool *own)
{
	const struct then_opts *how = &g->threshold.how;
	struct conclude *c = g->conclude;
	uint32_t want = c->ids.ids[c->at], id = want;

	if (!c->at && how->conclude_ramp > 0 &&
	    c->n_steps < how->conclude_limit)
		id = generation_draw(g, want, how->conclude_ramp *
					      (float)++c->n_steps, logprob);
	else
		*logprob = sample_logprob(transformer_logits(g->t),
					  g->o->model->shape.n_vocab, id);
	*own = id == want;
	c->at += *own;
	return id;
}
