/*
 * Framing and errors, which all dialects share; what a record adds is said in
 * their rows.
 */
#include "dialect/join.h"

#include <string.h>

void join_release(struct join *j)
{
	tree_free(j->answer);
	tree_free(j->error);
	if (j->framed)
		frame_release(&j->frame);
	json_release(&j->json);
	*j = (struct join){ 0 };
}

/* --- records ------------------------------------------------------------ */

static bool is_error(struct json_value record)
{
	struct json_value error = json_get(record, "error");

	return json_is(error, JSON_OBJECT) || json_is(error, JSON_STRING) ||
	       json_text_is(json_get(record, "type"), "error");
}

void join_record(struct join *j, struct json_value record)
{
	if (!json_is(record, JSON_OBJECT) || j->error)
		return;
	if (is_error(record)) {
		j->error = tree_of(record);
		return;
	}
	if (!j->format)
		j->format = format_of(record);
	if (j->format && j->format->join)
		j->format->join(j, record);
}

static void on_piece(void *ctx, const struct piece *piece)
{
	struct join *j = ctx;

	if (json_read(&j->json, piece->data, piece->len, false, NULL))
		join_record(j, json_root(&j->json));
}

static void on_too_long(void *ctx, uint64_t line, uint64_t byte)
{
	(void)ctx;
	(void)line;
	(void)byte;
}

void join_bytes(struct join *j, const char *s, size_t n)
{
	const struct frame_sink sink = { .ctx = j,
					 .piece = on_piece,
					 .too_long = on_too_long };

	if (!n)
		return;
	if (!j->framed)
		frame_init(&j->frame,
			   s[0] == '{' ? FRAMING_LINES : FRAMING_SSE, &sink, 1,
			   0);
	j->framed = true;
	frame_bytes(&j->frame, s, n);
}

enum join_end join_end(struct join *j, struct buf *out)
{
	if (j->framed)
		frame_end(&j->frame);
	if (j->error) {
		tree_put(out, j->error);
		return JOIN_ERROR;
	}
	if (!j->answer)
		return JOIN_NOTHING;
	if (j->format->joined)
		j->format->joined(j);
	tree_put(out, j->answer);
	return JOIN_ANSWER;
}

/* --- for the dialects --------------------------------------------------- */

struct tree *join_answer(struct join *j, enum json_type type)
{
	if (!j->answer)
		j->answer = tree_new(type);
	if (j->answer->type != type) /* a server said so */
		tree_become(j->answer, type);
	return j->answer;
}

struct tree *join_choice(struct tree *array, struct json_value index)
{
	uint32_t i = json_u32(index, 0);
	struct tree *c = array->first;

	while (c && tree_u32(tree_get(c, "index"), 0) != i)
		c = c->next;
	if (!c)
		c = tree_add(array, tree_new(JSON_OBJECT));
	else if (c->type == JSON_OBJECT)
		return c;
	tree_set_number(tree_become(c, JSON_OBJECT), "index", i);
	return c;
}

void join_sort(struct tree *array)
{
	struct tree *left = array->first;

	array->first = NULL;
	while (left) {
		struct tree *c = left, **at = &array->first;

		left = c->next;
		while (*at && tree_u32(tree_get(*at, "index"), 0) <=
				      tree_u32(tree_get(c, "index"), 0))
			at = &(*at)->next;
		c->next = *at;
		*at = c;
	}
	for (struct tree *c = array->first; c; c = c->next)
		array->last = c;
}

struct tree *join_slot(struct tree *array, struct json_value i)
{
	struct tree *c = tree_at(array, json_u32(i, UINT32_MAX));

	if (!c)
		return tree_add(array, tree_new(JSON_OBJECT));
	return c->type == JSON_OBJECT ? c : tree_become(c, JSON_OBJECT);
}

void join_single(struct join *j)
{
	struct tree *only = j->answer->first;

	if (!only || only->next)
		return;
	j->answer->first = j->answer->last = NULL;
	tree_free(j->answer);
	j->answer = only;
}
