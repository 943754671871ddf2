/*
 * What templates do with lists and mappings: filters and methods.
 */
#include "jinja/jinja_impl.h"

#include <stdlib.h>

static const struct jinja_value nothing;

/* The member that a filter is told of: "a", "a.b", or a place. */
static struct jinja_value member(struct jinja_run *r, struct jinja_value of,
				 struct jinja_value path)
{
	struct jinja_text rest = path.text;

	if (path.kind == JINJA_INT)
		return of.kind == JINJA_LIST && path.i >= 0 &&
				       (uint64_t)path.i < of.list->n
			       ? of.list->at[path.i]
			       : nothing;
	if (path.kind != JINJA_STRING)
		return of;
	for (;;) {
		const char *dot = rest.n ? memchr(rest.s, '.', rest.n) : NULL;
		size_t n = dot ? (size_t)(dot - rest.s) : rest.n;
		struct jinja_value *v =
			of.kind == JINJA_MAP ?
				jinja_get(r, of.map, jinja_view(rest.s, n)) :
				NULL;

		of = v ? *v : nothing;
		if (!dot)
			return of;
		rest.s += n + 1;
		rest.n -= n + 1;
	}
}

static struct jinja_value pair(struct jinja_run *r, struct jinja_value a,
			       struct jinja_value b)
{
	struct jinja_value l = jinja_list(r);

	jinja_push(r, l.list, a);
	jinja_push(r, l.list, b);
	return l;
}

/* --- of mappings -------------------------------------------------------- */

/* A mapping's members as a list; nothing of what is none. */
static struct jinja_value parts(struct jinja_run *r, struct jinja_value self,
				bool keys, bool values)
{
	struct jinja_value l = jinja_list(r);

	if (self.kind != JINJA_MAP && self.kind != JINJA_UNDEFINED)
		return jinja_fail(r, "%s has no members",
				  jinja_kind_name(self.kind));
	for (size_t i = 0; self.kind == JINJA_MAP && i < self.map->n &&
			   jinja_step(r); i++) {
		struct jinja_value k = self.map->keys[i],
				   v = self.map->values[i];

		jinja_push(r, l.list,
			   keys && values ? pair(r, k, v) : keys ? k : v);
	}
	return l;
}

static struct jinja_value items(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	(void)args;
	return parts(r, self, true, true);
}

static struct jinja_value keys(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	(void)args;
	return parts(r, self, true, false);
}

static struct jinja_value values(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	(void)args;
	return parts(r, self, false, true);
}

static struct jinja_value get(struct jinja_run *r, struct jinja_value self,
			      const struct jinja_args *args)
{
	struct jinja_value *v = jinja_get(r, self.map, jinja_arg(args, 0,
								 NULL));
	struct jinja_value other = jinja_arg(args, 1, "default");

	return v ? *v : other.kind == JINJA_UNDEFINED ? jinja_none() : other;
}

static struct jinja_value update(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	struct jinja_value of = jinja_arg(args, 0, NULL);

	if (of.kind == JINJA_MAP && of.map != self.map)
		for (size_t i = 0; i < of.map->n && jinja_step(r); i++)
			jinja_set(r, self.map, of.map->keys[i],
				  of.map->values[i]);
	return jinja_none();
}

static struct jinja_value copy(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	struct jinja_value m;

	(void)args;
	if (self.kind == JINJA_LIST) {
		m = jinja_list(r);
		for (size_t i = 0; i < self.list->n && jinja_step(r); i++)
			jinja_push(r, m.list, self.list->at[i]);
		return m;
	}
	m = jinja_map(r);
	for (size_t i = 0; i < self.map->n && jinja_step(r); i++)
		jinja_set(r, m.map, self.map->keys[i], self.map->values[i]);
	return m;
}

/* Of a list by its place, the last where none is said; of a mapping by key. */
static struct jinja_value pop(struct jinja_run *r, struct jinja_value self,
			      const struct jinja_args *args)
{
	struct jinja_value key = jinja_arg(args, 0, NULL), out = nothing, *row;
	size_t n = self.kind == JINJA_LIST ? self.list->n : self.map->n, i;

	if (self.kind == JINJA_MAP) {
		row = jinja_get(r, self.map, key);
		if (!row)
			return jinja_arg(args, 1, "default");
		i = (size_t)(row - self.map->values);
	} else {
		int64_t at = jinja_arg_int(r, args, 0, NULL, -1);

		at += at < 0 ? (int64_t)n : 0;
		if (at < 0 || (uint64_t)at >= n)
			return jinja_fail(r, "nothing to take out there");
		i = (size_t)at;
		row = self.list->at + i;
	}
	out = *row;
	memmove(row, row + 1, (n - i - 1) * sizeof(*row));
	if (self.kind == JINJA_MAP) {
		memmove(self.map->keys + i, self.map->keys + i + 1,
			(n - i - 1) * sizeof(*row));
		self.map->n--;
	} else {
		self.list->n--;
	}
	return out;
}

/* --- of lists ----------------------------------------------------------- */

static struct jinja_value append(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	jinja_push(r, self.list, jinja_arg(args, 0, NULL));
	return jinja_none();
}

static struct jinja_value extend(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	struct jinja_list more = *jinja_items(r, jinja_arg(args, 0, NULL));

	for (size_t i = 0; i < more.n && jinja_step(r); i++)
		jinja_push(r, self.list, more.at[i]);
	return jinja_none();
}

static struct jinja_value insert(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	int64_t at = jinja_arg_int(r, args, 0, NULL, 0);
	struct jinja_list *l = self.list;
	size_t n = l->n, i;

	at += at < 0 ? (int64_t)n : 0;
	i = (size_t)MAX(0, MIN(at, (int64_t)n));
	jinja_push(r, l, nothing);
	if (l->n == n)
		return nothing;
	memmove(l->at + i + 1, l->at + i, (n - i) * sizeof(*l->at));
	l->at[i] = jinja_arg(args, 1, NULL);
	return jinja_none();
}

static struct jinja_value index_of(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	for (size_t i = 0; i < self.list->n && jinja_step(r); i++)
		if (jinja_equal(r, self.list->at[i], jinja_arg(args, 0, NULL)))
			return jinja_int((int64_t)i);
	return jinja_fail(r, "it is not in the list");
}

static struct jinja_value count(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	int64_t n = 0;

	for (size_t i = 0; i < self.list->n && jinja_step(r); i++)
		n += jinja_equal(r, self.list->at[i], jinja_arg(args, 0, NULL));
	return jinja_int(n);
}

/* --- filters ------------------------------------------------------------ */

static struct jinja_value join(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	struct jinja_text by = jinja_arg_text(r, args, 0, "d", "");
	struct jinja_value path = jinja_arg(args, 1, "attribute");
	struct jinja_list *l = jinja_items(r, self);
	struct buf out = { 0 };

	for (size_t i = 0; i < l->n && jinja_step(r); i++) {
		if (i)
			buf_append(&out, by.s, by.n);
		jinja_put_value(r, member(r, l->at[i], path), &out);
	}
	return jinja_taken(r, &out);
}

static struct jinja_value list(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	struct jinja_value l = jinja_list(r);
	struct jinja_list *all = jinja_items(r, self);

	(void)args;
	for (size_t i = 0; i < all->n && jinja_step(r); i++)
		jinja_push(r, l.list, all->at[i]);
	return l;
}

static struct jinja_value first(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	struct jinja_list *l = jinja_items(r, self);

	(void)args;
	return l->n ? l->at[0] : nothing;
}

static struct jinja_value last(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	struct jinja_list *l = jinja_items(r, self);

	(void)args;
	return l->n ? l->at[l->n - 1] : nothing;
}

static struct jinja_value reverse(struct jinja_run *r,
				  struct jinja_value self,
				  const struct jinja_args *args)
{
	struct jinja_list *l = jinja_items(r, self);
	struct jinja_value turned = jinja_list(r);
	struct buf text = { 0 };

	(void)args;
	for (size_t i = l->n; i-- > 0 && jinja_step(r);) {
		jinja_push(r, turned.list, l->at[i]);
		if (self.kind == JINJA_STRING)
			buf_append(&text, l->at[i].text.s, l->at[i].text.n);
	}
	return self.kind == JINJA_STRING ? jinja_taken(r, &text) : turned;
}

static struct jinja_value sum(struct jinja_run *r, struct jinja_value self,
			      const struct jinja_args *args)
{
	struct jinja_value path = jinja_arg(args, 0, "attribute");
	struct jinja_list *l = jinja_items(r, self);
	bool whole = true;
	double all = 0;

	for (size_t i = 0; i < l->n && jinja_step(r); i++) {
		struct jinja_value v = member(r, l->at[i], path);

		whole = whole && v.kind == JINJA_INT;
		all += jinja_number(v);
	}
	return whole ? jinja_int((int64_t)all) : jinja_float(all);
}

/* Upper and lower letters are the same, as Jinja has it. */
static struct jinja_value folded(struct jinja_run *r, struct jinja_value v,
				 bool fold)
{
	const struct jinja_args none = { .n = 0 };
	const struct jinja_text name = { "lower", 5 };
	const struct jinja_row *lower = jinja_find(name, JINJA_FILTER);

	return fold && v.kind == JINJA_STRING ? lower->fn(r, v, &none) : v;
}

/* By insertion: the lists of templates are short, and the sort is stable. */
static struct jinja_value sorted(struct jinja_run *r, struct jinja_value l,
				 struct jinja_value path,
				 const struct jinja_args *args)
{
	bool fold = !jinja_is_true(jinja_arg(args, 1, "case_sensitive"));
	bool back = jinja_is_true(jinja_arg(args, 0, "reverse"));
	struct jinja_value to = jinja_list(r);

	for (size_t i = 0; i < l.list->n && !r->failed; i++) {
		struct jinja_value v = l.list->at[i];
		struct jinja_value key = folded(r, member(r, v, path), fold);
		size_t k = to.list->n;

		jinja_push(r, to.list, v);
		for (; k > 0 && jinja_step(r); k--) {
			struct jinja_value before = folded(
				r, member(r, to.list->at[k - 1], path), fold);
			int by = jinja_compare(r, before, key);

			if (back ? by >= 0 : by <= 0)
				break;
			to.list->at[k] = to.list->at[k - 1];
		}
		if (!r->failed)
			to.list->at[k] = v;
	}
	return to;
}

static struct jinja_value sort(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	return sorted(r, list(r, self, args), jinja_arg(args, 2, "attribute"),
		      args);
}

static struct jinja_value dictsort(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	struct jinja_value by = jinja_arg(args, 1, "by");
	bool of_values = by.kind == JINJA_STRING &&
			 jinja_same(by.text, "value");
	struct jinja_args how = { .n = 0 };

	how.at[how.n] = jinja_arg(args, 2, "reverse");
	how.n++;
	how.at[how.n] = jinja_arg(args, 0, "case_sensitive");
	how.n++;
	return sorted(r, items(r, self, args), jinja_int(of_values), &how);
}

static struct jinja_value unique(struct jinja_run *r,
				 struct jinja_value self,
				 const struct jinja_args *args)
{
	struct jinja_list *l = jinja_items(r, self);
	struct jinja_value some = jinja_list(r);

	(void)args;
	for (size_t i = 0; i < l->n && jinja_step(r); i++)
		if (!jinja_in(r, l->at[i], some))
			jinja_push(r, some.list, l->at[i]);
	return some;
}

/* The least or the greatest, the first of equal ones. */
static struct jinja_value edge(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args, int sign)
{
	struct jinja_value path = jinja_arg(args, 1, "attribute");
	struct jinja_list *l = jinja_items(r, self);
	struct jinja_value best = l->n ? l->at[0] : nothing;

	for (size_t i = 1; i < l->n && jinja_step(r); i++)
		if (sign * jinja_compare(r, member(r, l->at[i], path),
					 member(r, best, path)) > 0)
			best = l->at[i];
	return best;
}

static struct jinja_value least(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	return edge(r, self, args, -1);
}

static struct jinja_value greatest(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	return edge(r, self, args, 1);
}

/* Those that a test takes, or leaves: the value's member (attr) or the value.
 * The test's name and arguments are those behind. */
static struct jinja_value tested(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args, bool attr,
				 bool want)
{
	struct jinja_value some = jinja_list(r);
	struct jinja_list *l = jinja_is_true(self) ? jinja_items(r, self)
						   : some.list, all = *l;
	struct jinja_value path = attr ? jinja_arg(args, 0, NULL) : nothing;
	struct jinja_value name = jinja_arg(args, attr, NULL);
	struct jinja_args rest = { .n = 0 };
	const struct jinja_row *test = NULL;

	if (name.kind == JINJA_STRING) {
		test = jinja_find(name.text, JINJA_TEST);
		if (!test && jinja_same(name.text, "=="))
			test = jinja_find((struct jinja_text){ "eq", 2 },
					  JINJA_TEST);
		if (!test)
			return jinja_fail(r, "the test \"%.*s\" is not known",
					  (int)MIN(name.text.n, 40u),
					  name.text.s);
	}
	for (size_t i = (size_t)attr + 1; i < args->n; i++)
		rest.at[rest.n++] = args->at[i];
	for (size_t i = 0; i < all.n && jinja_step(r); i++) {
		struct jinja_value v = member(r, all.at[i], path);
		bool is = jinja_is_true(test ? test->fn(r, v, &rest) : v);

		if (is == want)
			jinja_push(r, some.list, all.at[i]);
	}
	return some;
}

static struct jinja_value select_(struct jinja_run *r,
				  struct jinja_value self,
				  const struct jinja_args *args)
{
	return tested(r, self, args, false, true);
}

static struct jinja_value reject(struct jinja_run *r,
				 struct jinja_value self,
				 const struct jinja_args *args)
{
	return tested(r, self, args, false, false);
}

static struct jinja_value selectattr(struct jinja_run *r,
				     struct jinja_value self,
				     const struct jinja_args *args)
{
	return tested(r, self, args, true, true);
}

static struct jinja_value rejectattr(struct jinja_run *r,
				     struct jinja_value self,
				     const struct jinja_args *args)
{
	return tested(r, self, args, true, false);
}

static struct jinja_value map(struct jinja_run *r, struct jinja_value self,
			      const struct jinja_args *args)
{
	struct jinja_list *l = jinja_items(r, self);
	struct jinja_value to = jinja_list(r);
	struct jinja_value path = jinja_arg(args, JINJA_ARGS_MAX, "attribute");
	struct jinja_value other = jinja_arg(args, JINJA_ARGS_MAX, "default");
	struct jinja_args rest = { .n = 0 };
	const struct jinja_row *filter = NULL;

	if (path.kind == JINJA_UNDEFINED) {
		struct jinja_text name = jinja_arg_text(r, args, 0, NULL,
							NULL);

		filter = jinja_find(name, JINJA_FILTER);
		if (!filter)
			return jinja_fail(r, "the filter \"%.*s\" is not known",
					  (int)MIN(name.n, 40u), name.s);
		for (size_t i = 1; i < args->n; i++) {
			rest.name[rest.n] = args->name[i];
			rest.at[rest.n++] = args->at[i];
		}
	}
	for (size_t i = 0; i < l->n && jinja_step(r); i++) {
		struct jinja_value v = filter ? filter->fn(r, l->at[i], &rest)
					      : member(r, l->at[i], path);

		jinja_push(r, to.list, v.kind == JINJA_UNDEFINED ? other : v);
	}
	return to;
}

#define METHOD (JINJA_OF_LIST | JINJA_OF_MAP)
const struct jinja_row jinja_list_rows[] = {
	{ "items", JINJA_FILTER | JINJA_OF_MAP, items },
	{ "keys", JINJA_OF_MAP, keys },
	{ "values", JINJA_OF_MAP, values },
	{ "get", JINJA_OF_MAP, get },
	{ "update", JINJA_OF_MAP, update },
	{ "pop", METHOD, pop },
	{ "copy", METHOD, copy },
	{ "append", JINJA_OF_LIST, append },
	{ "extend", JINJA_OF_LIST, extend },
	{ "insert", JINJA_OF_LIST, insert },
	{ "index", JINJA_OF_LIST, index_of },
	{ "count", JINJA_OF_LIST, count },
	{ "join", JINJA_FILTER, join },
	{ "list", JINJA_FILTER, list },
	{ "first", JINJA_FILTER, first },
	{ "last", JINJA_FILTER, last },
	{ "reverse", JINJA_FILTER, reverse },
	{ "sum", JINJA_FILTER, sum },
	{ "min", JINJA_FILTER, least },
	{ "max", JINJA_FILTER, greatest },
	{ "sort", JINJA_FILTER, sort },
	{ "dictsort", JINJA_FILTER, dictsort },
	{ "unique", JINJA_FILTER, unique },
	{ "select", JINJA_FILTER, select_ },
	{ "reject", JINJA_FILTER, reject },
	{ "selectattr", JINJA_FILTER, selectattr },
	{ "rejectattr", JINJA_FILTER, rejectattr },
	{ "map", JINJA_FILTER, map },
};
const size_t jinja_n_list_rows = ARRAY_LEN(jinja_list_rows);
