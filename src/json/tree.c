/*
 * Small lists: an answer has a few members, and its long parts are texts.
 */
#include "json/tree.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

struct tree *tree_new(enum json_type type)
{
	struct tree *t = mem_zalloc(sizeof(*t));

	t->type = type;
	if (type == JSON_NULL)
		buf_puts(&t->text, "null");
	return t;
}

void tree_free(struct tree *t)
{
	struct tree *child, *next;

	if (!t)
		return;
	for (child = t->first; child; child = next) {
		next = child->next;
		tree_free(child);
	}
	buf_release(&t->key);
	buf_release(&t->text);
	mem_free(t);
}

static struct tree *append(struct tree *t, struct tree *child)
{
	*(t->last ? &t->last->next : &t->first) = child;
	t->last = child;
	t->n++;
	return child;
}

struct tree *tree_add(struct tree *array, struct tree *value)
{
	assert(array->type == JSON_ARRAY && !value->next);
	return append(array, value);
}

struct tree *tree_of(struct json_value v)
{
	size_t len;
	const char *s = json_spelled(v, &len);
	struct tree *t = tree_new(v.doc ? json_type(v) : JSON_NULL);

	if (!json_is_container(v)) {
		bool string = json_is(v, JSON_STRING);

		buf_clear(&t->text);
		buf_append(&t->text, s ? s + string : "null",
			   s ? len - 2 * string : 4);
		return t;
	}
	for (v = json_first(v); v.doc; v = json_next(v)) {
		const char *key = json_key(v, &len);
		struct tree *child = append(t, tree_of(v));

		buf_append(&child->key, key, len);
	}
	return t;
}

struct tree *tree_copy(const struct tree *t)
{
	struct tree *copy = tree_new(t->type);

	buf_clear(&copy->text);
	buf_append(&copy->text, t->text.data, t->text.len);
	buf_append(&copy->key, t->key.data, t->key.len);
	for (const struct tree *c = t->first; c; c = c->next)
		append(copy, tree_copy(c));
	return copy;
}

/* --- members ------------------------------------------------------------ */

/* Of two members of one name the last one counts, as in json.h. */
static struct tree *get_n(const struct tree *t, const char *key, size_t n)
{
	struct tree *found = NULL;

	for (struct tree *c = t && t->type == JSON_OBJECT ? t->first : NULL; c;
	     c = c->next)
		if (c->key.len == n && (!n || !memcmp(c->key.data, key, n)))
			found = c;
	return found;
}

struct tree *tree_get(const struct tree *t, const char *key)
{
	return get_n(t, key, strlen(key));
}

struct tree *tree_at(const struct tree *t, size_t i)
{
	struct tree *c = t ? t->first : NULL;

	for (; c && i; i--)
		c = c->next;
	return c;
}

/* What `from` has goes into `to`, which keeps its place; frees `from`. */
static void become(struct tree *to, struct tree *from)
{
	struct tree old = *to;

	*to = *from;
	to->next = old.next;
	to->key = old.key;
	*from = old;
	from->key = (struct buf){ 0 };
	from->next = NULL;
	tree_free(from);
}

static struct tree *set_n(struct tree *object, const char *key, size_t n,
			  struct tree *value)
{
	struct tree *there = get_n(object, key, n);

	assert(object->type == JSON_OBJECT);
	if (there) {
		buf_release(&value->key);
		become(there, value);
		return there;
	}
	buf_clear(&value->key);
	buf_append(&value->key, key, n);
	return append(object, value);
}

struct tree *tree_set(struct tree *object, const char *key, struct tree *value)
{
	return set_n(object, key, strlen(key), value);
}

struct tree *tree_set_text(struct tree *object, const char *key,
			   const char *text, size_t n)
{
	struct tree *t = tree_new(JSON_STRING);

	json_put_string(&t->text, text, n);
	buf_drop(&t->text, 1);
	t->text.len--;
	return tree_set(object, key, t);
}

struct tree *tree_set_number(struct tree *object, const char *key, uint64_t n)
{
	struct tree *t = tree_new(JSON_NUMBER);

	buf_printf(&t->text, "%" PRIu64, n);
	return tree_set(object, key, t);
}

struct tree *tree_have(struct tree *object, const char *key,
		       enum json_type type)
{
	struct tree *t = tree_get(object, key);

	return t && t->type == type ? t :
				      tree_set(object, key, tree_new(type));
}

struct tree *tree_become(struct tree *t, enum json_type type)
{
	become(t, tree_new(type));
	return t;
}

void tree_drop(struct tree *object, const char *key)
{
	size_t n = strlen(key);
	struct tree **at = &object->first, *before = NULL;

	while (*at) {
		struct tree *c = *at;

		if (c->key.len != n || memcmp(c->key.data, key, n) != 0) {
			before = c;
			at = &c->next;
			continue;
		}
		*at = c->next;
		object->n--;
		tree_free(c);
	}
	object->last = before;
}

void tree_grow(struct tree *string, struct json_value more)
{
	size_t len;
	const char *s = json_spelled(more, &len);

	if (string->type == JSON_STRING && json_is(more, JSON_STRING))
		buf_append(&string->text, s + 1, len - 2);
}

uint32_t tree_u32(const struct tree *t, uint32_t fallback)
{
	double v;

	if (!t || t->type != JSON_NUMBER)
		return fallback;
	v = json_parse_number(t->text.data, t->text.len);
	return v >= 0 && v < UINT32_MAX && v == (uint32_t)v ? (uint32_t)v :
							      fallback;
}

bool tree_is(const struct tree *t, const char *text)
{
	size_t n = strlen(text);

	return t && t->type == JSON_STRING && t->text.len == n &&
	       (!n || memcmp(t->text.data, text, n) == 0);
}

/* --- merging ------------------------------------------------------------ */

static bool is_named(struct json_value member, const char *const *names)
{
	for (; *names; names++)
		if (json_key_is(member, *names))
			return true;
	return false;
}

static void merge_elements(struct tree *to, struct json_value from,
			   const char *const *grows)
{
	for (struct json_value v = json_first(from); v.doc; v = json_next(v)) {
		uint32_t index = json_u32(json_get(v, "index"), UINT32_MAX);
		struct tree *like = index == UINT32_MAX ? NULL : to->first;

		while (like && tree_u32(tree_get(like, "index"),
					UINT32_MAX) != index)
			like = like->next;
		if (like)
			tree_merge(like, v, grows);
		else
			tree_add(to, tree_of(v));
	}
}

void tree_merge_member(struct tree *to, struct json_value v,
		       const char *const *grows)
{
	size_t n, len = 0;
	const char *key = json_key(v, &n);
	struct tree *there = get_n(to, key, n);
	bool same = there && there->type == json_type(v);

	if (json_is(v, JSON_STRING))
		json_text(v, &len);
	if (there && json_is(v, JSON_NULL))
		return;
	if (same && there->type == JSON_STRING && is_named(v, grows))
		tree_grow(there, v);
	else if (same && there->type == JSON_OBJECT)
		tree_merge(there, v, grows);
	else if (same && there->type == JSON_ARRAY)
		merge_elements(there, v, grows);
	else if (!same || there->type != JSON_STRING || len)
		set_n(to, key, n, tree_of(v));
}

void tree_merge(struct tree *to, struct json_value from,
		const char *const *grows)
{
	for (struct json_value v = json_first(from); v.doc; v = json_next(v))
		tree_merge_member(to, v, grows);
}

/* --- writing ------------------------------------------------------------ */

void tree_put(struct buf *out, const struct tree *t)
{
	bool object = t && t->type == JSON_OBJECT;

	if (!t) {
		buf_puts(out, "null");
	} else if (t->type == JSON_STRING) {
		buf_putc(out, '"');
		buf_append(out, t->text.data, t->text.len);
		buf_putc(out, '"');
	} else if (!object && t->type != JSON_ARRAY) {
		buf_append(out, t->text.data, t->text.len);
	} else {
		buf_putc(out, object ? '{' : '[');
		for (const struct tree *c = t->first; c; c = c->next) {
			if (object)
				json_put_name(out, c->key.data, c->key.len);
			else if (c != t->first)
				buf_putc(out, ',');
			tree_put(out, c);
		}
		buf_putc(out, object ? '}' : ']');
	}
}
