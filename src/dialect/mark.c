/*
 * From the outside in: what can go as a whole is never looked into, so a record
 * of a megabyte costs a few questions.
 */
#include "dialect/mark.h"

#include <string.h>

struct marking {
	const struct format *format;
	struct json json, left; /* the record; what is left of it, read anew */
	bool *gone;             /* by node: left out */
	bool *blank, *brief;    /* ... an empty string, or dots for it */
	struct buf text;
	size_t n_asks;
};

static void put(struct marking *m, struct json_value v, struct buf *out)
{
	bool object = json_is(v, JSON_OBJECT), some = false;

	if (!json_is_container(v)) {
		if (m->blank[v.at])
			buf_puts(out, "\"\"");
		else if (m->brief[v.at])
			buf_puts(out, "\"...\"");
		else
			json_put(out, v);
		return;
	}
	buf_putc(out, object ? '{' : '[');
	for (struct json_value c = json_first(v); c.doc; c = json_next(c)) {
		size_t len;
		const char *key = json_key(c, &len);

		if (m->gone[c.at])
			continue;
		if (object)
			json_put_name(out, key, len);
		else if (some)
			buf_putc(out, ',');
		some = true;
		put(m, c, out);
	}
	buf_putc(out, object ? '}' : ']');
}

static bool claims(struct marking *m)
{
	buf_clear(&m->text);
	put(m, json_root(&m->json), &m->text);
	m->n_asks++;
	return json_read(&m->left, m->text.data, m->text.len, false, NULL) &&
	       format_of(json_root(&m->left)) == m->format;
}

/* Tries to do without a node in the one way or the other. */
static bool without(struct marking *m, bool *how)
{
	*how = m->n_asks < MARK_ASKS_MAX;
	if (*how && !claims(m))
		*how = false;
	return *how;
}

/* Tries to do without c and those beside it, at most *n, which becomes how many
 * there are; true: *next is behind them. */
static bool without_some(struct marking *m, struct json_value c, size_t *n,
			 struct json_value *next)
{
	struct json_value end = c;
	size_t k = 0;
	bool gone = m->n_asks < MARK_ASKS_MAX;

	for (; end.doc && k < *n; end = json_next(end), k++)
		m->gone[end.at] = gone;
	*n = k;
	*next = end;
	if (!gone || claims(m))
		return gone;
	for (end = c; k--; end = json_next(end))
		m->gone[end.at] = false;
	return false;
}

/* Of a long list nearly all can go: twice as many at once each time that some
 * did, half where they did not. */
static void shrink(struct marking *m, struct json_value v)
{
	struct json_value c = json_first(v), next;
	size_t n = 1;

	for (; c.doc; c = next) {
		if (without_some(m, c, &n, &next)) {
			n *= 2;
			continue;
		}
		if (n > 1) {
			n /= 2;
			next = c;
			continue;
		}
		next = json_next(c);
		if (json_is_container(c))
			shrink(m, c);
		else if (json_is(c, JSON_STRING) &&
			 !without(m, &m->blank[c.at]))
			without(m, &m->brief[c.at]);
	}
}

bool mark_of(const struct format *format, const char *json, size_t n,
	     struct buf *out)
{
	struct marking m = { .format = format };
	bool claimed = false;

	if (json_read(&m.json, json, n, false, NULL)) {
		m.gone = mem_zalloc(m.json.n * sizeof(*m.gone));
		m.blank = mem_zalloc(m.json.n * sizeof(*m.blank));
		m.brief = mem_zalloc(m.json.n * sizeof(*m.brief));
		claimed = claims(&m);
	}
	if (claimed) {
		shrink(&m, json_root(&m.json));
		put(&m, json_root(&m.json), out);
	}
	json_release(&m.json);
	json_release(&m.left);
	buf_release(&m.text);
	mem_free(m.gone);
	mem_free(m.blank);
	mem_free(m.brief);
	return claimed;
}
