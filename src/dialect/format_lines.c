/*
 * Lines of programs as those write them that run the programs: kubectl, docker
 * compose, Kubernetes, ts. The head of each line is taken off; what is left is
 * a stream of its own for each name, and has the line's time.
 *
 *	[pod/llm-0/server] data: {...}
 *	2026-01-31T09:00:00.5Z stdout F data: {...}
 *	2026-01-31 09:00:00 The sea is wide.
 *
 * A line without a head goes on with what the line before it said.
 */
#include <math.h>
#include <string.h>

#include "dialect/prefix.h"
#include "dialect/wrap.h"

struct lines_state {
	struct wraps streams;
	enum prefix_kind kind; /* of the first line that has a head */
	char name[WRAP_NAME_MAX];
	struct wrap_part last; /* whose line it was */
	struct buf line;
};

static void take_head(struct lines_state *state, const struct prefix_head *h)
{
	size_t len = MIN(h->name_len, sizeof(state->name));

	memcpy(state->name, h->name, len);
	state->kind = h->kind;
	state->last = (struct wrap_part){ .name = state->name,
					  .name_len = len,
					  .time_s = h->time_s,
					  .aside = h->aside };
}

/* One line, without its end. */
static void bytes_lines(struct format_ctx *cx, const char *s, size_t n)
{
	struct lines_state *state = cx->state;
	struct prefix_head h = prefix_head(s, n);

	if (h.kind && (h.kind == state->kind || !state->kind))
		take_head(state, &h);
	else
		h = (struct prefix_head){ .len = 0 };
	buf_clear(&state->line);
	buf_append(&state->line, s + h.len, n - h.len);
	if (!h.goes_on)
		buf_putc(&state->line, '\n');
	state->last.s = state->line.data;
	state->last.n = state->line.len;
	wrap_part(cx, &state->streams, &state->last, &cx->trouble);
}

static void end_lines(struct format_ctx *cx)
{
	wrap_end(cx, &((struct lines_state *)cx->state)->streams);
}

static void release_lines(void *data)
{
	struct lines_state *state = data;

	wrap_release(&state->streams);
	buf_release(&state->line);
}

const struct format format_lines = {
	.name = "lines",
	.title = "log lines (kubectl, compose)",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct lines_state),
	.bytes = bytes_lines,
	.by_line = true,
	.end = end_lines,
	.release = release_lines,
};
