/*
 * Plain text: the whole file is one generation. If it begins with a chat
 * template's mark, what stands before the assistant's mark is the prompt.
 */
#include "dialect/format.h"
#include "dialect/template.h"

struct text_state {
	struct buf head; /* bytes before it is known where the prompt ends */
	size_t searched;
	bool known;
};

static struct gen *the_gen(struct format_ctx *cx)
{
	struct gen *gen = gens_newest(cx->gens);

	return gen ? gen : gens_open(cx->gens, "", 0, NULL);
}

static void output(struct format_ctx *cx, const char *s, size_t n)
{
	chunk_clear(&cx->gens->chunk);
	cx->gens->chunk.raw = true;
	chunk_add(&cx->gens->chunk, CHANNEL_ANSWER, s, n);
	gen_emit(cx->gens, the_gen(cx), cx->time_s);
}

/* Prompt and output apart, as soon as it can be told. */
static void settle_head(struct format_ctx *cx)
{
	struct text_state *state = cx->state;
	bool more;
	size_t prompt = template_prompt(state->head.data, state->head.len,
					state->searched, &more);

	state->searched = state->head.len;
	if (more && !cx->end)
		return;
	state->known = true;
	if (prompt)
		run_prompt(the_gen(cx)->run, state->head.data, prompt);
	output(cx, state->head.data + prompt, state->head.len - prompt);
	buf_release(&state->head);
}

static void bytes_text(struct format_ctx *cx, const char *s, size_t n)
{
	struct text_state *state = cx->state;

	the_gen(cx);
	if (state->known) {
		output(cx, s, n);
		return;
	}
	buf_append(&state->head, s, n);
	settle_head(cx);
}

static void end_text(struct format_ctx *cx)
{
	struct text_state *state = cx->state;

	if (!state->known && state->head.len)
		settle_head(cx);
}

static void release_text(void *state)
{
	buf_release(&((struct text_state *)state)->head);
}

const struct format format_text = {
	.name = "text",
	.title = "plain text",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct text_state),
	.bytes = bytes_text,
	.end = end_text,
	.release = release_text,
};
