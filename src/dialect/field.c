/*
 * A path is taken apart again at each record: paths are short, and so there is
 * nothing to build, to own or to get out of step.
 */
#include "dialect/field.h"

#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_BYTES = 256,
	LIST_LONG = 16, /* elements, from where on a place in it is kept */
};

struct field_step {
	bool by_name;
	char name[NAME_MAX_BYTES];
	long index;
};

static bool take_name(const char *from, size_t len, struct field_step *step)
{
	if (len >= NAME_MAX_BYTES)
		return false;
	memcpy(step->name, from, len);
	step->name[len] = '\0';
	step->by_name = true;
	return true;
}

/* ["name"] or [number]; *path is behind the '['. */
static bool take_bracket(const char **path, struct field_step *step)
{
	const char *s = *path, *end;
	char *stop;

	if (*s == '"') {
		end = strstr(s + 1, "\"]");
		if (!end || !take_name(s + 1, (size_t)(end - s - 1), step))
			return false;
		*path = end + 2;
		return true;
	}
	step->by_name = false;
	step->index = strtol(s, &stop, 10);
	if (stop == s || *stop != ']')
		return false;
	*path = stop + 1;
	return true;
}

/* The next step of a path that is not at its end. */
static bool take_step(const char **path, struct field_step *step)
{
	size_t len;

	if (**path == '[') {
		++*path;
		return take_bracket(path, step);
	}
	if (**path != '.')
		return false;
	++*path;
	if (**path == '[')
		return take_step(path, step); /* .[0] as jq has it */
	len = strcspn(*path, ".[");
	if (!len || !take_name(*path, len, step))
		return false;
	*path += len;
	return true;
}

bool field_valid(const char *path, struct err *err)
{
	const char *at = path;
	struct field_step step;

	if (strcmp(path, ".") == 0)
		return true;
	if (!*path)
		return err_set(err, "--field wants a path such as .a.b[0]");
	while (*at)
		if (!take_step(&at, &step))
			return err_set(err,
				       "--field %s: character %zu is wrong; a "
				       "path looks like .a.b[0]",
				       path, (size_t)(at - path) + 1);
	return true;
}

struct json_value field_get(struct json_value v, const char *path)
{
	struct field_step step;

	if (strcmp(path, ".") == 0)
		return v;
	while (*path && take_step(&path, &step)) {
		if (step.by_name) {
			v = json_get(v, step.name);
			continue;
		}
		if (step.index < 0)
			step.index += (long)json_count(v);
		v = step.index < 0 ? (struct json_value){ 0 } :
				     json_at(v, (size_t)step.index);
	}
	return v;
}

/* The child of `at` that v is in or is; there is one. */
static struct json_value child_with(struct json_value at, struct json_value v,
				    struct field_hint *hint)
{
	struct json_value child = json_first(at), next;
	bool hinted = hint->element && hint->list == at.at &&
		      hint->element <= v.at;
	uint32_t n = 0;

	if (hinted)
		child.at = hint->element;
	for (; (next = json_next(child)).doc && next.at <= v.at; n++)
		child = next;
	if (hinted || n > LIST_LONG)
		*hint = (struct field_hint){ hint->holding, at.at, child.at };
	return child;
}

void field_put(struct json_value v, struct field_hint *hint, struct buf *out)
{
	struct json_value at = json_root(v.doc), child;
	size_t len, start = out->len;

	for (; at.at != v.at && json_first(at).doc; at = child) {
		const char *name;

		child = child_with(at, v, hint);
		if (json_is(at, JSON_ARRAY)) {
			buf_puts(out, "[]");
			continue;
		}
		if (out->len > start)
			buf_putc(out, '.');
		name = json_key(child, &len);
		buf_append(out, name, len);
	}
}

/* The same among the nodes from..to. */
static struct json_value holding(const struct json *doc, size_t from, size_t to,
				 const char *s)
{
	for (size_t i = from; i < to; i++) {
		struct json_value v = { doc, (uint32_t)i };
		size_t len;
		const char *text = json_text(v, &len);

		if (text && s >= text && s < text + len)
			return v;
	}
	return (struct json_value){ 0 };
}

struct json_value field_holding(const struct json *doc,
				struct field_hint *hint, const char *s)
{
	size_t from = MIN(hint->holding, doc->n);
	struct json_value v = holding(doc, from, doc->n, s);

	if (!v.doc)
		v = holding(doc, 0, from, s);
	if (v.doc)
		hint->holding = v.at;
	return v;
}
