/*
 * Values as Python has them: what is true, what is equal, how they are printed
 * and written as JSON.
 */
#include "jinja/jinja_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

/* --- making ------------------------------------------------------------- */

struct jinja_value jinja_none(void)
{
	return (struct jinja_value){ .kind = JINJA_NONE };
}

struct jinja_value jinja_bool(bool yes)
{
	return (struct jinja_value){ .kind = JINJA_BOOL, .yes = yes };
}

struct jinja_value jinja_int(int64_t i)
{
	return (struct jinja_value){ .kind = JINJA_INT, .i = i };
}

struct jinja_value jinja_float(double f)
{
	return (struct jinja_value){ .kind = JINJA_FLOAT, .f = f };
}

struct jinja_value jinja_view(const char *s, size_t n)
{
	return (struct jinja_value){ .kind = JINJA_STRING, .text = { s, n } };
}

struct jinja_value jinja_word(const char *s)
{
	return jinja_view(s, strlen(s));
}

struct jinja_value jinja_copy(struct jinja_run *r, const char *s, size_t n)
{
	char *copy;

	if (!jinja_has_room(r, n))
		return (struct jinja_value){ 0 };
	copy = jinja_alloc(&r->pool, n + 1);
	if (n)
		memcpy(copy, s, n);
	return jinja_view(copy, n);
}

struct jinja_value jinja_taken(struct jinja_run *r, struct buf *b)
{
	struct jinja_value v = jinja_copy(r, b->data, b->len);

	buf_release(b);
	return v;
}

struct jinja_value jinja_list(struct jinja_run *r)
{
	return (struct jinja_value){
		.kind = JINJA_LIST,
		.list = jinja_alloc(&r->pool, sizeof(struct jinja_list))
	};
}

struct jinja_value jinja_map(struct jinja_run *r)
{
	return (struct jinja_value){
		.kind = JINJA_MAP,
		.map = jinja_alloc(&r->pool, sizeof(struct jinja_map))
	};
}

struct jinja_value jinja_function(struct jinja_run *r,
				  const struct jinja_row *row,
				  struct jinja_value self)
{
	struct jinja_value v = {
		.kind = JINJA_CALL,
		.called = jinja_alloc(&r->pool, sizeof(struct jinja_called))
	};

	v.called->row = row;
	v.called->self = self;
	return v;
}

/* A row that is as long as it may be moves to one of twice the length. */
static struct jinja_value *longer(struct jinja_run *r, struct jinja_value *row,
				  size_t n, size_t *cap)
{
	struct jinja_value *moved = row;

	if (n < *cap)
		return row;
	*cap = MAX(*cap * 2, (size_t)8);
	if (!jinja_has_room(r, *cap * sizeof(*row)))
		return NULL;
	moved = jinja_alloc(&r->pool, *cap * sizeof(*row));
	if (n)
		memcpy(moved, row, n * sizeof(*row));
	return moved;
}

void jinja_push(struct jinja_run *r, struct jinja_list *l,
		struct jinja_value v)
{
	struct jinja_value *row = longer(r, l->at, l->n, &l->cap);

	if (!row)
		return;
	l->at = row;
	l->at[l->n++] = v;
}

struct jinja_value *jinja_get(struct jinja_run *r, const struct jinja_map *m,
			      struct jinja_value key)
{
	for (size_t i = 0; i < m->n; i++) {
		if (i % 8 == 7 && !jinja_step(r)) /* long ones cost */
			return NULL;
		if (jinja_equal(r, m->keys[i], key))
			return &m->values[i];
	}
	return NULL;
}

struct jinja_value *jinja_get_word(struct jinja_run *r,
				   const struct jinja_map *m, const char *key)
{
	return jinja_get(r, m, jinja_word(key));
}

void jinja_set(struct jinja_run *r, struct jinja_map *m,
	       struct jinja_value key, struct jinja_value v)
{
	struct jinja_value *there = jinja_get(r, m, key), *keys, *values;
	size_t cap = m->cap;

	if (there) {
		*there = v;
		return;
	}
	keys = longer(r, m->keys, m->n, &cap);
	values = longer(r, m->values, m->n, &m->cap);
	if (!keys || !values || r->failed)
		return;
	m->keys = keys;
	m->values = values;
	m->keys[m->n] = key;
	m->values[m->n++] = v;
}

static struct jinja_value number_of(struct json_value v)
{
	size_t n;
	const char *s = json_spelled(v, &n);
	double f = json_number(v, 0);

	for (size_t i = 0; i < n; i++)
		if (strchr(".eENI", s[i]))
			return jinja_float(f);
	return fabs(f) < 9e18 ? jinja_int((int64_t)f) : jinja_float(f);
}

/* The depth is the JSON reader's to bound. */
struct jinja_value jinja_of_json(struct jinja_run *r, struct json_value v)
{
	struct jinja_value made = jinja_none();
	size_t n;
	const char *s;

	switch (json_type(v)) {
	case JSON_NUMBER:
		return number_of(v);
	case JSON_STRING:
		s = json_text(v, &n);
		return jinja_copy(r, s, n);
	case JSON_TRUE:
	case JSON_FALSE:
		return jinja_bool(json_is(v, JSON_TRUE));
	case JSON_ARRAY:
		made = jinja_list(r);
		for (v = json_first(v); v.doc; v = json_next(v))
			jinja_push(r, made.list, jinja_of_json(r, v));
		return made;
	case JSON_OBJECT:
		made = jinja_map(r);
		for (v = json_first(v); v.doc; v = json_next(v)) {
			s = json_key(v, &n);
			jinja_set(r, made.map, jinja_copy(r, s, n),
				  jinja_of_json(r, v));
		}
		return made;
	default:
		return made;
	}
}

/* --- asking ------------------------------------------------------------- */

const char *jinja_kind_name(enum jinja_kind kind)
{
	static const char *const names[] = {
		[JINJA_UNDEFINED] = "nothing", [JINJA_NONE] = "none",
		[JINJA_BOOL] = "a truth value", [JINJA_INT] = "a number",
		[JINJA_FLOAT] = "a number",    [JINJA_STRING] = "a string",
		[JINJA_LIST] = "a list",       [JINJA_MAP] = "a mapping",
		[JINJA_CALL] = "a function",
	};

	return names[kind];
}

bool jinja_is_true(struct jinja_value v)
{
	switch (v.kind) {
	case JINJA_BOOL:
		return v.yes;
	case JINJA_INT:
		return v.i != 0;
	case JINJA_FLOAT:
		return v.f != 0;
	case JINJA_STRING:
		return v.text.n > 0;
	case JINJA_LIST:
		return v.list->n > 0;
	case JINJA_MAP:
		return v.map->n > 0;
	default:
		return v.kind == JINJA_CALL;
	}
}

bool jinja_is_number(struct jinja_value v)
{
	return v.kind == JINJA_BOOL || v.kind == JINJA_INT ||
	       v.kind == JINJA_FLOAT;
}

double jinja_number(struct jinja_value v)
{
	return v.kind == JINJA_FLOAT ? v.f :
	       v.kind == JINJA_INT   ? (double)v.i :
	       v.kind == JINJA_BOOL  ? v.yes :
				       0;
}

static int order(double a, double b)
{
	return a < b ? -1 : a > b;
}

static int by_bytes(struct jinja_text a, struct jinja_text b)
{
	size_t n = MIN(a.n, b.n);
	int by = n ? memcmp(a.s, b.s, n) : 0;

	return by ? by : a.n < b.n ? -1 : a.n > b.n;
}

static bool same_lists(struct jinja_run *r, const struct jinja_list *a,
		       const struct jinja_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!jinja_equal(r, a->at[i], b->at[i]))
			return false;
	return true;
}

static bool same_maps(struct jinja_run *r, const struct jinja_map *a,
		      const struct jinja_map *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		struct jinja_value *v = jinja_get(r, b, a->keys[i]);

		if (!v || !jinja_equal(r, a->values[i], *v))
			return false;
	}
	return true;
}

bool jinja_equal(struct jinja_run *r, struct jinja_value a,
		 struct jinja_value b)
{
	bool same = false;

	if (jinja_is_number(a) && jinja_is_number(b))
		return a.kind == JINJA_INT && b.kind == JINJA_INT ?
			       a.i == b.i :
			       jinja_number(a) == jinja_number(b);
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case JINJA_STRING:
		return a.text.n == b.text.n &&
		       (!a.text.n || !jinja_look(r, a.text.n) ||
			memcmp(a.text.s, b.text.s, a.text.n) == 0);
	case JINJA_LIST:
	case JINJA_MAP:
		if (++r->depth > JINJA_DEPTH_MAX)
			jinja_fail(r, "more than %d levels", JINJA_DEPTH_MAX);
		else if (jinja_step(r))
			same = a.kind == JINJA_LIST ?
				       same_lists(r, a.list, b.list) :
				       same_maps(r, a.map, b.map);
		r->depth--;
		return same;
	case JINJA_CALL:
		return a.called == b.called;
	default:
		return true;
	}
}

/* The first elements that differ decide, then the lengths. */
static int compare_lists(struct jinja_run *r, const struct jinja_list *a,
			 const struct jinja_list *b)
{
	size_t i = 0;
	int by = 0;

	while (i < a->n && i < b->n && jinja_step(r) &&
	       jinja_equal(r, a->at[i], b->at[i]))
		i++;
	if (i == a->n || i == b->n)
		return order((double)a->n, (double)b->n);
	if (++r->depth > JINJA_DEPTH_MAX)
		jinja_fail(r, "more than %d levels", JINJA_DEPTH_MAX);
	else
		by = jinja_compare(r, a->at[i], b->at[i]);
	r->depth--;
	return by;
}

int jinja_compare(struct jinja_run *r, struct jinja_value a,
		  struct jinja_value b)
{
	if (jinja_is_number(a) && jinja_is_number(b))
		return order(jinja_number(a), jinja_number(b));
	if (a.kind == JINJA_STRING && b.kind == JINJA_STRING)
		return by_bytes(a.text, b.text);
	if (a.kind == JINJA_LIST && b.kind == JINJA_LIST)
		return compare_lists(r, a.list, b.list);
	jinja_fail(r, "%s and %s have no order", jinja_kind_name(a.kind),
		   jinja_kind_name(b.kind));
	return 0;
}

bool jinja_in(struct jinja_run *r, struct jinja_value needle,
	      struct jinja_value hay)
{
	switch (hay.kind) {
	case JINJA_STRING:
		if (needle.kind != JINJA_STRING)
			jinja_fail(r, "%s can't be in a string",
				   jinja_kind_name(needle.kind));
		else
			return !needle.text.n || !jinja_look(r, hay.text.n) ||
			       bytes_find(hay.text.s, hay.text.n,
					  needle.text.s, needle.text.n);
		return false;
	case JINJA_MAP:
		return jinja_get(r, hay.map, needle) != NULL;
	case JINJA_LIST:
		for (size_t i = 0; i < hay.list->n && jinja_step(r); i++)
			if (jinja_equal(r, hay.list->at[i], needle))
				return true;
		return false;
	case JINJA_UNDEFINED:
		return false;
	default:
		jinja_fail(r, "nothing can be in %s",
			   jinja_kind_name(hay.kind));
		return false;
	}
}

/* --- characters --------------------------------------------------------- */

static bool begins_one(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t jinja_chars(struct jinja_text t)
{
	size_t n = 0;

	for (size_t i = 0; i < t.n; i++)
		n += begins_one(t.s[i]);
	return n;
}

size_t jinja_char_at(struct jinja_text t, size_t i)
{
	size_t at = 0;

	for (; at < t.n; at++)
		if (begins_one(t.s[at]) && i-- == 0)
			break;
	return at;
}

struct jinja_list *jinja_items(struct jinja_run *r, struct jinja_value v)
{
	struct jinja_list *l = jinja_list(r).list;

	switch (v.kind) {
	case JINJA_LIST:
		return v.list;
	case JINJA_MAP:
		for (size_t i = 0; i < v.map->n; i++)
			jinja_push(r, l, v.map->keys[i]);
		return l;
	case JINJA_STRING:
		for (size_t i = 0, n; i < v.text.n && jinja_step(r); i += n) {
			for (n = 1; i + n < v.text.n &&
				    !begins_one(v.text.s[i + n]);)
				n++;
			jinja_push(r, l, jinja_view(v.text.s + i, n));
		}
		return l;
	case JINJA_UNDEFINED:
		return l;
	default:
		jinja_fail(r, "%s can't be gone through",
			   jinja_kind_name(v.kind));
		return l;
	}
}

/* --- as text ------------------------------------------------------------ */

/* The fewest digits that read back as the same number. */
static void put_float(double f, struct buf *out)
{
	char text[40];
	int digits = 15;

	if (!isfinite(f)) {
		buf_puts(out, isnan(f) ? "nan" : f < 0 ? "-inf" : "inf");
		return;
	}
	do {
		snprintf(text, sizeof(text), "%.*g", digits, f);
		for (char *c = text; *c; c++)
			*c = *c == ',' ? '.' : *c;
	} while (json_parse_number(text, strlen(text)) != f && ++digits <= 17);
	buf_puts(out, text);
	if (!strpbrk(text, ".en"))
		buf_puts(out, ".0");
}

/* As Python shows a string: in the quotes that it has not. */
static void put_shown(struct jinja_text t, struct buf *out)
{
	char quote = t.n && memchr(t.s, '\'', t.n) && !memchr(t.s, '"', t.n)
			     ? '"' : '\'';

	buf_putc(out, quote);
	for (size_t i = 0; i < t.n; i++) {
		static const char from[] = "\n\t\r\\", to[] = "ntr\\";
		const char *one = t.s[i] ? strchr(from, t.s[i]) : NULL;

		if (one || t.s[i] == quote)
			buf_putc(out, '\\');
		buf_putc(out, one ? to[one - from] : t.s[i]);
	}
	buf_putc(out, quote);
}

static void put_inner(struct jinja_run *r, struct jinja_value v,
		      struct buf *out)
{
	if (v.kind == JINJA_STRING)
		put_shown(v.text, out);
	else
		jinja_put_value(r, v, out);
}

static void put_container(struct jinja_run *r, struct jinja_value v,
			  struct buf *out)
{
	bool is_list = v.kind == JINJA_LIST;
	size_t n = is_list ? v.list->n : v.map->n;

	buf_putc(out, is_list ? '[' : '{');
	for (size_t i = 0; i < n && jinja_step(r); i++) {
		if (i)
			buf_puts(out, ", ");
		if (!is_list) {
			put_inner(r, v.map->keys[i], out);
			buf_puts(out, ": ");
		}
		put_inner(r, is_list ? v.list->at[i] : v.map->values[i], out);
	}
	buf_putc(out, is_list ? ']' : '}');
}

/* Containers may hold themselves. */
static bool deeper(struct jinja_run *r, const struct buf *out)
{
	if (out->len > JINJA_OUT_MAX_BYTES)
		jinja_fail(r, "more than %d bytes of text",
			   JINJA_OUT_MAX_BYTES);
	else if (++r->depth <= JINJA_DEPTH_MAX)
		return !r->failed;
	else
		jinja_fail(r, "more than %d levels", JINJA_DEPTH_MAX);
	return false;
}

void jinja_put_value(struct jinja_run *r, struct jinja_value v,
		     struct buf *out)
{
	uint32_t depth = r->depth;

	switch (v.kind) {
	case JINJA_UNDEFINED:
		break;
	case JINJA_NONE:
		buf_puts(out, "None");
		break;
	case JINJA_BOOL:
		buf_puts(out, v.yes ? "True" : "False");
		break;
	case JINJA_INT:
		buf_printf(out, "%lld", (long long)v.i);
		break;
	case JINJA_FLOAT:
		put_float(v.f, out);
		break;
	case JINJA_STRING:
		buf_append(out, v.text.s, v.text.n);
		break;
	case JINJA_LIST:
	case JINJA_MAP:
		if (deeper(r, out))
			put_container(r, v, out);
		break;
	case JINJA_CALL:
		buf_puts(out, "<function>");
		break;
	}
	r->depth = depth;
}

struct jinja_value jinja_text_of(struct jinja_run *r, struct jinja_value v)
{
	struct buf out = { 0 };

	if (v.kind == JINJA_STRING)
		return v;
	jinja_put_value(r, v, &out);
	return jinja_taken(r, &out);
}

/* --- as JSON ------------------------------------------------------------ */

/* Beyond ASCII as \u, by twos where one is not enough. */
static void put_ascii(const struct buf *utf8, struct buf *out)
{
	size_t n;

	for (size_t i = 0; i < utf8->len; i += n) {
		int32_t c = utf8_decode(utf8->data + i, utf8->len - i, &n);

		if (c >= 0x10000)
			buf_printf(out, "\\u%04x\\u%04x",
				   (unsigned)(0xd7c0 + (c >> 10)),
				   (unsigned)(0xdc00 + (c & 0x3ff)));
		else if (c >= 0x80)
			buf_printf(out, "\\u%04x", (unsigned)c);
		else
			buf_putc(out, utf8->data[i]);
	}
}

static void put_json_string(struct jinja_text t, bool ascii, struct buf *out)
{
	struct buf quoted = { 0 };

	json_put_string(&quoted, t.s ? t.s : "", t.n);
	if (ascii)
		put_ascii(&quoted, out);
	else
		buf_append(out, quoted.data, quoted.len);
	buf_release(&quoted);
}

static void put_line(const struct jinja_json *how, int level, struct buf *out)
{
	if (how->indent < 0)
		return;
	buf_putc(out, '\n');
	for (int i = 0; i < level * how->indent; i++)
		buf_putc(out, ' ');
}

static int by_key(const void *a, const void *b)
{
	const struct jinja_value *const *x = a, *const *y = b;

	return by_bytes((*x)->text, (*y)->text);
}

static void put_json(struct jinja_run *r, struct jinja_value v,
		     const struct jinja_json *how, int level, struct buf *out);

static void put_members(struct jinja_run *r, const struct jinja_map *m,
			const struct jinja_json *how, int level,
			struct buf *out)
{
	struct jinja_value **keys = mem_alloc((m->n + 1) * sizeof(*keys));
	bool sorted = how->sorted;

	for (size_t i = 0; i < m->n; i++) {
		keys[i] = &m->keys[i];
		sorted = sorted && m->keys[i].kind == JINJA_STRING;
	}
	if (sorted)
		qsort(keys, m->n, sizeof(struct jinja_value *), by_key);
	for (size_t i = 0; i < m->n && !r->failed; i++) {
		struct jinja_value key = jinja_text_of(r, *keys[i]);

		if (i)
			buf_puts(out, how->comma);
		put_line(how, level, out);
		put_json_string(key.text, how->ascii, out);
		buf_puts(out, how->colon);
		put_json(r, m->values[keys[i] - m->keys], how, level, out);
	}
	mem_free(keys);
}

static void put_json(struct jinja_run *r, struct jinja_value v,
		     const struct jinja_json *how, int level, struct buf *out)
{
	uint32_t depth = r->depth;
	bool is_list = v.kind == JINJA_LIST;
	size_t n = is_list ? v.list->n : v.kind == JINJA_MAP ? v.map->n : 0;

	if (v.kind == JINJA_STRING) {
		put_json_string(v.text, how->ascii, out);
	} else if (v.kind == JINJA_BOOL) {
		buf_puts(out, v.yes ? "true" : "false");
	} else if (is_list || v.kind == JINJA_MAP) {
		if (!deeper(r, out) || !jinja_step(r))
			return;
		buf_putc(out, is_list ? '[' : '{');
		for (size_t i = 0; is_list && i < n && !r->failed; i++) {
			if (i)
				buf_puts(out, how->comma);
			put_line(how, level + 1, out);
			put_json(r, v.list->at[i], how, level + 1, out);
		}
		if (!is_list)
			put_members(r, v.map, how, level + 1, out);
		if (n)
			put_line(how, level, out);
		buf_putc(out, is_list ? ']' : '}');
	} else if (jinja_is_number(v)) {
		jinja_put_value(r, v, out);
	} else {
		buf_puts(out, "null");
	}
	r->depth = depth;
}

void jinja_put_json(struct jinja_run *r, struct jinja_value v,
		    const struct jinja_json *how, struct buf *out)
{
	put_json(r, v, how, 0, out);
}
