/*
 * Statements and expressions to text. Text goes where r->out points: to the
 * end, or to what a macro or a block collects.
 */
#include "jinja/jinja_impl.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

static const struct jinja_value nothing;

static struct jinja_value eval(struct jinja_run *r,
			       const struct jinja_node *node);
static void run(struct jinja_run *r, const struct jinja_node *node);

/* --- limits ------------------------------------------------------------- */

struct jinja_value jinja_fail(struct jinja_run *r, const char *fmt, ...)
{
	char text[ERR_MAX_BYTES / 2];
	va_list args;

	if (r->failed)
		return nothing;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	err_set(r->err, "line %u: %s", r->line, text);
	r->failed = true;
	return nothing;
}

bool jinja_has_room(struct jinja_run *r, size_t n_bytes)
{
	if (!r->failed && (n_bytes > JINJA_MEMORY_MAX_BYTES ||
			   r->pool.used_bytes + n_bytes >
				   JINJA_MEMORY_MAX_BYTES))
		jinja_fail(r, "more memory than %d MiB",
			   JINJA_MEMORY_MAX_BYTES >> 20);
	return !r->failed;
}

bool jinja_step(struct jinja_run *r)
{
	if (++r->n_steps > JINJA_STEPS_MAX)
		jinja_fail(r, "it does not come to an end");
	return jinja_has_room(r, 0);
}

bool jinja_look(struct jinja_run *r, size_t n_bytes)
{
	enum { STEP_BYTES = 64 };
	size_t more = n_bytes / STEP_BYTES;

	r->n_steps += (uint32_t)MIN(more, (size_t)JINJA_STEPS_MAX);
	return jinja_step(r);
}

static bool down(struct jinja_run *r)
{
	if (++r->depth > JINJA_DEPTH_MAX * 2)
		jinja_fail(r, "too many levels of calls");
	return !r->failed;
}

/* --- names -------------------------------------------------------------- */

static struct jinja_value look_up(struct jinja_run *r, struct jinja_text name)
{
	struct jinja_value key = jinja_view(name.s, name.n), *v;
	const struct jinja_row *fn;

	for (struct jinja_scope *s = r->scope; s; s = s->up)
		if ((v = jinja_get(r, &s->vars, key)))
			return *v;
	v = jinja_get(r, &r->globals, key);
	if (v)
		return *v;
	fn = jinja_find(name, JINJA_FUNCTION);
	if (fn && (r->now || !jinja_same(name, "strftime_now")))
		return jinja_function(r, fn, nothing);
	return (struct jinja_value){ .kind = JINJA_UNDEFINED, .text = name };
}

static struct jinja_scope *enter(struct jinja_run *r, struct jinja_scope *up)
{
	struct jinja_scope *s = jinja_alloc(&r->pool, sizeof(*s));

	s->up = up;
	r->scope = s;
	return s;
}

/* a = value; a.b = value of a namespace; a, b = values. */
static void give(struct jinja_run *r, const struct jinja_node *to,
		 struct jinja_value v)
{
	struct jinja_value of;
	size_t i = 0;

	if (to->kind == NODE_NAME) {
		jinja_set(r, &r->scope->vars,
			  jinja_view(to->text.s, to->text.n), v);
	} else if (to->kind == NODE_ATTRIBUTE || to->kind == NODE_INDEX) {
		of = eval(r, to->a);
		if (of.kind != JINJA_MAP)
			jinja_fail(r, "%s has no members to set",
				   jinja_kind_name(of.kind));
		else
			jinja_set(r, of.map,
				  to->kind == NODE_INDEX ?
					  eval(r, to->b) :
					  jinja_view(to->text.s, to->text.n),
				  v);
	} else if (to->kind == NODE_LIST) {
		struct jinja_list *l = jinja_items(r, v);

		for (to = to->a; to; to = to->next, i++)
			if (i < l->n && !r->failed)
				give(r, to, l->at[i]);
		if (i != l->n)
			jinja_fail(r, "%zu values for %zu names", l->n, i);
	} else {
		jinja_fail(r, "a value is given to what is no name");
	}
}

/* --- operators ---------------------------------------------------------- */

static struct jinja_value joined(struct jinja_run *r, struct jinja_value a,
				 struct jinja_value b)
{
	struct jinja_value both;
	char *s;

	a = jinja_text_of(r, a);
	b = jinja_text_of(r, b);
	if (!jinja_has_room(r, a.text.n + b.text.n))
		return nothing;
	if (!a.text.n || !b.text.n)
		return a.text.n ? a : b;
	s = jinja_alloc(&r->pool, a.text.n + b.text.n);
	memcpy(s, a.text.s, a.text.n);
	memcpy(s + a.text.n, b.text.s, b.text.n);
	both = jinja_view(s, a.text.n + b.text.n);
	return both;
}

static struct jinja_value plus(struct jinja_run *r, struct jinja_value a,
			       struct jinja_value b)
{
	struct jinja_value both;

	/* what is not there is "", as llama.cpp has it */
	if ((a.kind == JINJA_STRING || a.kind == JINJA_UNDEFINED) &&
	    (b.kind == JINJA_STRING || b.kind == JINJA_UNDEFINED))
		return joined(r, a, b);
	if (a.kind != JINJA_LIST || b.kind != JINJA_LIST)
		return jinja_fail(r, "%s and %s can't be added",
				  jinja_kind_name(a.kind),
				  jinja_kind_name(b.kind));
	both = jinja_list(r);
	for (size_t i = 0; i < a.list->n && jinja_step(r); i++)
		jinja_push(r, both.list, a.list->at[i]);
	for (size_t i = 0; i < b.list->n && jinja_step(r); i++)
		jinja_push(r, both.list, b.list->at[i]);
	return both;
}

/* Is a text of so many bytes one that can be written? */
static bool may_be(struct jinja_run *r, size_t n_bytes)
{
	if (n_bytes > r->out_max)
		jinja_fail(r, "more than %zu bytes of text", r->out_max);
	return jinja_has_room(r, n_bytes);
}

static struct jinja_value repeated(struct jinja_run *r, struct jinja_text t,
				   int64_t times)
{
	struct buf out = { 0 };

	if (times > 0 && t.n && may_be(r, t.n) &&
	    may_be(r, MIN((uint64_t)times, UINT32_MAX) * t.n))
		while (times--)
			buf_append(&out, t.s, t.n);
	return jinja_taken(r, &out);
}

/* What Python's // and % do: towards less, with the sign of b. */
static double floored(double a, double b)
{
	return floor(a / b);
}

static struct jinja_value of_numbers(struct jinja_run *r, const char *op,
				     struct jinja_value a,
				     struct jinja_value b)
{
	bool whole = a.kind != JINJA_FLOAT && b.kind != JINJA_FLOAT;
	double x = jinja_number(a), y = jinja_number(b), z;

	if (strchr("/%", *op) && y == 0)
		return jinja_fail(r, "division by zero");
	switch (*op) {
	case '+':
		z = x + y;
		break;
	case '-':
		z = x - y;
		break;
	case '*':
		z = op[1] ? pow(x, y) : x * y;
		break;
	case '/':
		whole = whole && op[1];
		z = op[1] ? floored(x, y) : x / y;
		break;
	default:
		z = x - floored(x, y) * y;
	}
	return whole && fabs(z) < 9e15 ? jinja_int((int64_t)z) : jinja_float(z);
}

static struct jinja_value arithmetic(struct jinja_run *r, const char *op,
				     struct jinja_value a,
				     struct jinja_value b)
{
	if (jinja_is_number(a) && jinja_is_number(b))
		return of_numbers(r, op, a, b);
	if (*op == '+')
		return plus(r, a, b);
	if (*op == '*' && a.kind == JINJA_STRING && b.kind == JINJA_INT)
		return repeated(r, a.text, b.i);
	return jinja_fail(r, "%s %s %s can't be computed",
			  jinja_kind_name(a.kind), op,
			  jinja_kind_name(b.kind));
}

static struct jinja_value binary(struct jinja_run *r,
				 const struct jinja_node *node)
{
	struct jinja_value a = eval(r, node->a), b = eval(r, node->b);
	const char *op = node->text.s;

	if (r->failed)
		return nothing;
	if (jinja_same(node->text, "=="))
		return jinja_bool(jinja_equal(r, a, b));
	if (jinja_same(node->text, "!="))
		return jinja_bool(!jinja_equal(r, a, b));
	if (jinja_same(node->text, "in"))
		return jinja_bool(jinja_in(r, a, b));
	if (*op == '<' || *op == '>') {
		int by = jinja_compare(r, a, b);

		by = *op == '<' ? -by : by;
		return jinja_bool(by > 0 || (node->text.n == 2 && by == 0));
	}
	if (*op == '~')
		return joined(r, a, b);
	return arithmetic(r, op, a, b);
}

/* --- places in lists and strings ---------------------------------------- */

static struct jinja_value element(struct jinja_run *r, struct jinja_value of,
				  struct jinja_value at)
{
	struct jinja_value *v;
	int64_t n, i;

	if (of.kind == JINJA_MAP) {
		v = jinja_get(r, of.map, at);
		return v ? *v : nothing;
	}
	if (of.kind != JINJA_LIST && of.kind != JINJA_STRING) {
		if (of.kind == JINJA_UNDEFINED)
			return jinja_fail(r, "\"%.*s\" is not defined",
					  (int)MIN(of.text.n, 60u),
					  of.text.s ? of.text.s : "");
		return nothing;
	}
	if (at.kind == JINJA_STRING)
		return jinja_attribute(r, of, at.text);
	if (at.kind != JINJA_INT && at.kind != JINJA_BOOL)
		return nothing;
	if (of.kind == JINJA_STRING && !jinja_look(r, of.text.n))
		return nothing;
	i = at.kind == JINJA_INT ? at.i : at.yes;
	n = (int64_t)(of.kind == JINJA_LIST ? of.list->n :
					      jinja_chars(of.text));
	i += i < 0 ? n : 0;
	if (i < 0 || i >= n)
		return nothing;
	if (of.kind == JINJA_LIST)
		return of.list->at[i];
	n = (int64_t)jinja_char_at(of.text, (size_t)i);
	return jinja_view(of.text.s + n,
			  jinja_char_at(of.text, (size_t)i + 1) - (size_t)n);
}

/* A part of a slice; where it stands for n elements and this direction. */
static int64_t bound(struct jinja_value v, int64_t fallback, int64_t n,
		     bool back)
{
	int64_t i = v.kind == JINJA_INT ? v.i : fallback;

	if (v.kind == JINJA_INT && i < 0)
		i += n;
	return i < (back ? -1 : 0) ? (back ? -1 : 0) :
	       i > (back ? n - 1 : n) ? (back ? n - 1 : n) :
					i;
}

static struct jinja_value slice(struct jinja_run *r,
				const struct jinja_node *node)
{
	struct jinja_value of = eval(r, node->a), cut = jinja_list(r);
	struct jinja_value from = node->b ? eval(r, node->b) : nothing;
	struct jinja_value to = node->c ? eval(r, node->c) : nothing;
	struct jinja_value by = node->d ? eval(r, node->d) : nothing;
	int64_t step = by.kind == JINJA_INT ? by.i : 1, n, i, end;
	struct jinja_list *l;
	struct buf text = { 0 };

	if (of.kind != JINJA_LIST && of.kind != JINJA_STRING)
		return jinja_fail(r, "%s has no parts",
				  jinja_kind_name(of.kind));
	if (!step)
		return jinja_fail(r, "a slice goes by 0");
	l = jinja_items(r, of);
	n = (int64_t)l->n;
	i = bound(from, step < 0 ? n - 1 : 0, n, step < 0);
	end = bound(to, step < 0 ? -1 : n, n, step < 0);
	for (; (step > 0 ? i < end : i > end) && jinja_step(r); i += step) {
		jinja_push(r, cut.list, l->at[i]);
		if (of.kind == JINJA_STRING)
			buf_append(&text, l->at[i].text.s, l->at[i].text.n);
		if (step > n || step < -n)
			break;
	}
	return of.kind == JINJA_STRING ? jinja_taken(r, &text) : cut;
}

/* --- calls -------------------------------------------------------------- */

static bool arguments(struct jinja_run *r, const struct jinja_node *list,
		      struct jinja_args *args)
{
	args->n = 0;
	for (; list && !r->failed; list = list->next) {
		args->name[args->n] = list->name;
		args->at[args->n++] = eval(r, list);
	}
	return !r->failed;
}

/* The parameters get their arguments, by place or by name, or defaults. */
static void give_all(struct jinja_run *r, const struct jinja_node *parameters,
		 const struct jinja_args *args)
{
	const struct jinja_node *p = parameters ? parameters->a : NULL;
	char name[64];

	for (size_t i = 0; p && !r->failed; p = p->next, i++) {
		struct jinja_value v;

		snprintf(name, sizeof(name), "%.*s",
			 (int)MIN(p->text.n, sizeof(name) - 1), p->text.s);
		v = jinja_arg(args, i, name);
		if (v.kind == JINJA_UNDEFINED && p->a)
			v = eval(r, p->a);
		jinja_set(r, &r->scope->vars,
			  jinja_view(p->text.s, p->text.n), v);
	}
}

/* A body's text, from a scope of its own. */
static struct jinja_value collect(struct jinja_run *r,
				  const struct jinja_node *body)
{
	struct buf text = { 0 }, *out = r->out;

	r->out = &text;
	run(r, body);
	r->out = out;
	return jinja_taken(r, &text);
}

struct jinja_value jinja_call(struct jinja_run *r, struct jinja_value f,
			      const struct jinja_args *args)
{
	struct jinja_scope *scope = r->scope;
	const struct jinja_node *macro;
	struct jinja_value v = nothing;

	if (f.kind == JINJA_UNDEFINED && f.text.n)
		return jinja_fail(r, "the function \"%.*s\" is not known here",
				  (int)MIN(f.text.n, 60u), f.text.s);
	if (f.kind != JINJA_CALL)
		return jinja_fail(r, "%s is called", jinja_kind_name(f.kind));
	if (f.called->row)
		return f.called->row->fn(r, f.called->self, args);
	macro = f.called->macro;
	if (down(r) && jinja_step(r)) {
		enter(r, f.called->scope);
		if (f.called->self.kind == JINJA_CALL)
			jinja_set(r, &r->scope->vars, jinja_word("caller"),
				  f.called->self);
		give_all(r, macro->kind == NODE_MACRO ? macro->a : macro->c,
			 args);
		v = collect(r, macro->b);
	}
	r->depth--;
	r->scope = scope;
	return v;
}

static struct jinja_value macro_of(struct jinja_run *r,
				   const struct jinja_node *node)
{
	struct jinja_value f = jinja_function(r, NULL, nothing);

	f.called->macro = node;
	f.called->scope = r->scope;
	return f;
}

/* What a filter is of comes first; what is in a hole was put there. */
static struct jinja_value filtered(struct jinja_run *r,
				   const struct jinja_node *node)
{
	struct jinja_args args;
	struct jinja_value of = eval(r, node->a);

	if (!node->row)
		return jinja_fail(r, "the %s \"%.*s\" is not known here",
				  node->kind == NODE_TEST ? "test" : "filter",
				  (int)MIN(node->text.n, 40u), node->text.s);
	return arguments(r, node->b, &args) ? node->row->fn(r, of, &args) :
					      nothing;
}

static struct jinja_value call(struct jinja_run *r,
			       const struct jinja_node *node)
{
	struct jinja_value f = eval(r, node->a);
	struct jinja_args args;

	return arguments(r, node->b, &args) ? jinja_call(r, f, &args) :
					      nothing;
}

static struct jinja_value list_of(struct jinja_run *r,
				  const struct jinja_node *node)
{
	struct jinja_value l = jinja_list(r);

	for (node = node->a; node && !r->failed; node = node->next)
		jinja_push(r, l.list, eval(r, node));
	return l;
}

static struct jinja_value map_of(struct jinja_run *r,
				 const struct jinja_node *node)
{
	struct jinja_value m = jinja_map(r);

	for (node = node->a; node && !r->failed; node = node->next->next) {
		struct jinja_value key = eval(r, node);

		jinja_set(r, m.map, key, eval(r, node->next));
	}
	return m;
}

static struct jinja_value minus(struct jinja_run *r, struct jinja_value v)
{
	if (v.kind == JINJA_INT)
		return jinja_int(v.i == INT64_MIN ? INT64_MAX : -v.i);
	if (v.kind == JINJA_FLOAT)
		return jinja_float(-v.f);
	return jinja_fail(r, "%s has no opposite", jinja_kind_name(v.kind));
}

static struct jinja_value value_of(struct jinja_run *r,
				   const struct jinja_node *node)
{
	struct jinja_value v;

	switch (node->kind) {
	case NODE_CONST:
		return node->value;
	case NODE_NAME:
		return look_up(r, node->text);
	case NODE_LIST:
		return list_of(r, node);
	case NODE_MAP:
		return map_of(r, node);
	case NODE_ATTRIBUTE:
		return jinja_attribute(r, eval(r, node->a), node->text);
	case NODE_INDEX:
		v = eval(r, node->a);
		return element(r, v, eval(r, node->b));
	case NODE_SLICE:
		return slice(r, node);
	case NODE_CALL:
		return call(r, node);
	case NODE_FILTER:
	case NODE_TEST:
		return filtered(r, node);
	case NODE_NOT:
		return jinja_bool(!jinja_is_true(eval(r, node->a)));
	case NODE_MINUS:
		return minus(r, eval(r, node->a));
	case NODE_BINARY:
		return binary(r, node);
	case NODE_AND:
		v = eval(r, node->a);
		return jinja_is_true(v) ? eval(r, node->b) : v;
	case NODE_OR:
		v = eval(r, node->a);
		return jinja_is_true(v) ? v : eval(r, node->b);
	case NODE_CHOICE:
		if (jinja_is_true(eval(r, node->a)))
			return eval(r, node->b);
		return node->c ? eval(r, node->c) : nothing;
	case NODE_HOLE:
		return look_up(r, (struct jinja_text){ "", 0 });
	default:
		return nothing;
	}
}

static struct jinja_value eval(struct jinja_run *r,
			       const struct jinja_node *node)
{
	struct jinja_value v = nothing;
	uint32_t line = r->line;

	if (r->failed)
		return nothing;
	r->line = node->line;
	if (down(r) && jinja_step(r))
		v = value_of(r, node);
	r->depth--;
	if (!r->failed)
		r->line = line;
	return v;
}

/* --- statements --------------------------------------------------------- */

static void put(struct jinja_run *r, struct jinja_value v)
{
	if (r->failed)
		return;
	if (v.kind == JINJA_STRING && !may_be(r, r->out->len + v.text.n))
		return;
	jinja_put_value(r, v, r->out);
	may_be(r, r->out->len);
}

/* What "loop" is at place i of n. */
static struct jinja_value loop_at(struct jinja_run *r,
				  const struct jinja_list *l, size_t i)
{
	struct jinja_value m = jinja_map(r);
	const struct {
		const char *name;
		struct jinja_value value;
	} members[] = {
		{ "index0", jinja_int((int64_t)i) },
		{ "index", jinja_int((int64_t)i + 1) },
		{ "first", jinja_bool(i == 0) },
		{ "last", jinja_bool(i + 1 == l->n) },
		{ "length", jinja_int((int64_t)l->n) },
		{ "revindex", jinja_int((int64_t)(l->n - i)) },
		{ "revindex0", jinja_int((int64_t)(l->n - i - 1)) },
		{ "previtem", i ? l->at[i - 1] : nothing },
		{ "nextitem", i + 1 < l->n ? l->at[i + 1] : nothing },
	};

	m.map->keys = jinja_alloc(&r->pool, sizeof(m) * ARRAY_LEN(members));
	m.map->values = jinja_alloc(&r->pool, sizeof(m) * ARRAY_LEN(members));
	m.map->cap = ARRAY_LEN(members);
	for (size_t k = 0; k < ARRAY_LEN(members); k++) {
		if (members[k].value.kind == JINJA_UNDEFINED)
			continue;
		m.map->keys[m.map->n] = jinja_word(members[k].name);
		m.map->values[m.map->n++] = members[k].value;
	}
	return m;
}

/* Those that the loop's own "if" takes. */
static struct jinja_list *chosen(struct jinja_run *r,
				 const struct jinja_node *node,
				 struct jinja_list *all)
{
	struct jinja_scope *scope = r->scope;
	struct jinja_list *some = jinja_list(r).list;

	for (size_t i = 0; i < all->n && !r->failed; i++) {
		enter(r, scope);
		give(r, node->a, all->at[i]);
		if (jinja_is_true(eval(r, node->e)))
			jinja_push(r, some, all->at[i]);
	}
	r->scope = scope;
	return some;
}

static void run_for(struct jinja_run *r, const struct jinja_node *node)
{
	struct jinja_scope *scope = r->scope;
	struct jinja_list *l = jinja_items(r, eval(r, node->b)), fixed;

	if (node->e)
		l = chosen(r, node, l);
	fixed = *l; /* what the body adds is not gone through */
	for (size_t i = 0; i < fixed.n && !r->failed; i++) {
		enter(r, scope);
		jinja_set(r, &r->scope->vars, jinja_word("loop"),
			  loop_at(r, &fixed, i));
		give(r, node->a, fixed.at[i]);
		run(r, node->c);
		if (r->leave == JINJA_BREAK)
			break;
		r->leave = JINJA_STAY;
	}
	r->leave = JINJA_STAY;
	r->scope = scope;
	if (!fixed.n)
		run(r, node->d);
}

/* A body's text, through the filters that stand around a hole. */
static struct jinja_value block(struct jinja_run *r,
				const struct jinja_node *node)
{
	struct jinja_scope *scope = r->scope;
	struct jinja_value text;

	enter(r, scope);
	text = collect(r, node->b);
	jinja_set(r, &r->scope->vars, jinja_word(""), text);
	text = eval(r, node->c);
	r->scope = scope;
	return text;
}

/* The macro that is called finds the block as caller(). */
static void run_call(struct jinja_run *r, const struct jinja_node *node)
{
	struct jinja_value f = eval(r, node->a->a), with;
	struct jinja_args args;

	if (!arguments(r, node->a->b, &args))
		return;
	if (f.kind == JINJA_CALL && !f.called->row) {
		with = macro_of(r, f.called->macro);
		with.called->scope = f.called->scope;
		with.called->self = macro_of(r, node);
		f = with;
	}
	put(r, jinja_call(r, f, &args));
}

static void run_one(struct jinja_run *r, const struct jinja_node *node)
{
	switch (node->kind) {
	case NODE_TEXT:
		put(r, jinja_view(node->text.s, node->text.n));
		break;
	case NODE_OUT:
		put(r, eval(r, node->a));
		break;
	case NODE_IF:
		run(r, jinja_is_true(eval(r, node->a)) ? node->b : node->c);
		break;
	case NODE_FOR:
		run_for(r, node);
		break;
	case NODE_SET:
		give(r, node->a, eval(r, node->b));
		break;
	case NODE_SETBLOCK:
		give(r, node->a, block(r, node));
		break;
	case NODE_FILTERED:
		put(r, block(r, node));
		break;
	case NODE_MACRO:
		jinja_set(r, &r->scope->vars,
			  jinja_view(node->text.s, node->text.n),
			  macro_of(r, node));
		break;
	case NODE_CALLBLOCK:
		run_call(r, node);
		break;
	case NODE_BREAK:
		r->leave = JINJA_BREAK;
		break;
	case NODE_CONTINUE:
		r->leave = JINJA_CONTINUE;
		break;
	default:
		eval(r, node->a);
	}
}

static void run(struct jinja_run *r, const struct jinja_node *node)
{
	if (!down(r))
		node = NULL;
	for (; node && !r->failed && r->leave == JINJA_STAY;
	     node = node->next) {
		r->line = node->line;
		if (jinja_step(r))
			run_one(r, node);
	}
	r->depth--;
}

bool jinja_put(const struct jinja *t, struct json_value vars,
	       const struct tm *now, size_t max_bytes, struct buf *out,
	       struct err *err)
{
	struct buf text = { 0 };
	struct jinja_run r = {
		.out = &text,
		.out_max = MIN(max_bytes, (size_t)JINJA_OUT_MAX_BYTES),
		.now = now,
		.err = err,
	};
	struct jinja_value all;

	all = jinja_of_json(&r, vars);
	if (all.kind == JINJA_MAP)
		r.globals = *all.map;
	enter(&r, NULL);
	run(&r, t->body);
	jinja_pool_release(&r.pool);
	if (!r.failed)
		buf_append(out, text.data, text.len);
	buf_release(&text);
	return !r.failed;
}
