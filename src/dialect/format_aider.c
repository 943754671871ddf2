/*
 * aider's .aider.chat.history.md: Markdown in which the lines of others are
 * marked and end with two blanks; what is left is the model's. Each answer is
 * a generation.
 *
 *	# aider chat started at 2026-01-31 09:00:00
 *	> Main model: openai/m with diff edit format··
 *	#### what the user asks··
 *
 *	What the model writes.
 *
 *	> Tokens: 2.4k sent, 104 received.··
 *
 * Where it thinks, "► **THINKING**" and "► **ANSWER**" stand between dashes.
 */
#include <math.h>
#include <string.h>

#include "dialect/format.h"

struct aider {
	struct buf said, heard, model;
	struct buf thought; /* of said, what was thinking */
	bool user;          /* the last line was the user's */
};

static bool is_line(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && bytes_begin(s, n, word);
}

/* What stands between its empty lines. */
static void trim(struct buf *b)
{
	size_t from = 0;

	while (b->len && (b->data[b->len - 1] == '\n' ||
			  b->data[b->len - 1] == ' '))
		b->len--;
	while (from < b->len && b->data[from] == '\n')
		from++;
	buf_drop(b, from);
}

/* The answer so far is a generation, if it says anything. */
static void end_answer(struct format_ctx *cx)
{
	struct aider *a = cx->state;
	struct chunk *chunk = &cx->gens->chunk;
	struct gen *gen;

	trim(&a->said);
	trim(&a->thought);
	if (a->said.len || a->thought.len) {
		gen = gens_open(cx->gens, "", 0, NULL);
		run_prompt(gen->run, a->heard.data, a->heard.len);
		buf_clear(&a->heard);
		if (a->model.len)
			facts_set(&gen_facts(gen)->model,
				  buf_cstr(&a->model));
		chunk_clear(chunk);
		chunk_add(chunk, CHANNEL_REASONING, a->thought.data,
			  a->thought.len);
		chunk_add(chunk, CHANNEL_ANSWER, a->said.data, a->said.len);
		gen_emit(cx->gens, gen, NAN);
		gens_close(cx->gens, gen);
	}
	buf_clear(&a->said);
	buf_clear(&a->thought);
}

/* "Main model: m with diff edit format", "Model: m with ..." */
static void take_note(struct aider *a, const char *s, size_t n)
{
	static const char *const words[] = { "Main model: ", "Model: " };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t len = strlen(words[i]);
		const char *end;

		if (!bytes_begin(s, n, words[i]))
			continue;
		end = memchr(s + len, ' ', n - len);
		buf_clear(&a->model);
		buf_append(&a->model, s + len,
			   (end ? (size_t)(end - s) : n) - len);
		return;
	}
}

static void take_user(struct format_ctx *cx, const char *s, size_t n)
{
	struct aider *a = cx->state;

	if (!a->user)
		buf_clear(&a->heard);
	else
		buf_putc(&a->heard, '\n');
	buf_append(&a->heard, s, n);
	a->user = true;
}

/* A mark of thinking takes the dashes before it along. */
static void drop_dashes(struct buf *said)
{
	trim(said);
	while (said->len && said->data[said->len - 1] == '-')
		said->len--;
}

static void take_model(struct aider *a, const char *s, size_t n)
{
	a->user = false;
	if (is_line(s, n, "► **THINKING**")) {
		drop_dashes(&a->said);
	} else if (is_line(s, n, "► **ANSWER**")) {
		drop_dashes(&a->said);
		buf_clear(&a->thought);
		buf_append(&a->thought, a->said.data, a->said.len);
		buf_clear(&a->said);
	} else {
		buf_append(&a->said, s, n);
		buf_putc(&a->said, '\n');
	}
}

/* One line, without its end. */
static void bytes_aider(struct format_ctx *cx, const char *s, size_t n)
{
	enum { BLANKS = 2, USER = 5, OTHER = 2 }; /* "  ", "#### ", "> " */
	struct aider *a = cx->state;
	bool marked = n >= BLANKS && memcmp(s + n - BLANKS, "  ", BLANKS) == 0;
	size_t end = marked ? n - BLANKS : n;

	if (bytes_begin(s, n, "# aider chat started at ")) {
		end_answer(cx);
		buf_clear(&a->heard);
		a->user = false;
	} else if (marked && bytes_begin(s, n, "#### ")) {
		end_answer(cx);
		take_user(cx, s + MIN(USER, end), end - MIN(USER, end));
	} else if (marked && bytes_begin(s, n, "> ")) {
		end_answer(cx);
		take_note(a, s + MIN(OTHER, end), end - MIN(OTHER, end));
		a->user = false;
	} else {
		take_model(a, s, n);
	}
}

static void end_aider(struct format_ctx *cx)
{
	end_answer(cx);
}

static void release_aider(void *state)
{
	struct aider *a = state;

	buf_release(&a->said);
	buf_release(&a->thought);
	buf_release(&a->heard);
	buf_release(&a->model);
}

const struct format format_aider = {
	.name = "aider",
	.title = "aider's chat history",
	.shape = FEED_STREAM,
	.reason = "it begins like aider's history of a chat",
	.state_bytes = sizeof(struct aider),
	.bytes = bytes_aider,
	.by_line = true,
	.end = end_aider,
	.release = release_aider,
};
