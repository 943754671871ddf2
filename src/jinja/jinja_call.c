/*
 * What templates call: the tables, and what works on any value. A filter and a
 * method of one name are mostly one function; what it is of comes first.
 */
#include "jinja/jinja_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct jinja_value nothing;

/* --- arguments ---------------------------------------------------------- */

struct jinja_value jinja_arg(const struct jinja_args *args, size_t i,
			     const char *name)
{
	size_t place = 0;

	for (size_t k = 0; k < args->n; k++) {
		if (args->name[k].n && name && jinja_same(args->name[k], name))
			return args->at[k];
		if (!args->name[k].n && place++ == i)
			return args->at[k];
	}
	return nothing;
}

struct jinja_text jinja_arg_text(struct jinja_run *r,
				 const struct jinja_args *args, size_t i,
				 const char *name, const char *fallback)
{
	struct jinja_value v = jinja_arg(args, i, name);

	if (v.kind == JINJA_STRING)
		return v.text;
	if ((v.kind != JINJA_UNDEFINED && v.kind != JINJA_NONE) || !fallback)
		jinja_fail(r, "a string is wanted, not %s",
			   jinja_kind_name(v.kind));
	return (struct jinja_text){ fallback ? fallback : "",
				    fallback ? strlen(fallback) : 0 };
}

int64_t jinja_arg_int(struct jinja_run *r, const struct jinja_args *args,
		      size_t i, const char *name, int64_t fallback)
{
	struct jinja_value v = jinja_arg(args, i, name);

	if (v.kind == JINJA_INT)
		return v.i;
	if (v.kind != JINJA_UNDEFINED && v.kind != JINJA_NONE)
		jinja_fail(r, "a whole number is wanted, not %s",
			   jinja_kind_name(v.kind));
	return fallback;
}

/* --- of any value ------------------------------------------------------- */

static struct jinja_value length(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	(void)args;
	switch (self.kind) {
	case JINJA_STRING:
		jinja_look(r, self.text.n);
		return jinja_int((int64_t)jinja_chars(self.text));
	case JINJA_LIST:
		return jinja_int((int64_t)self.list->n);
	case JINJA_MAP:
		return jinja_int((int64_t)self.map->n);
	case JINJA_UNDEFINED:
		return jinja_int(0);
	default:
		return jinja_fail(r, "%s has no length",
				  jinja_kind_name(self.kind));
	}
}

static struct jinja_value or_default(struct jinja_run *r,
				     struct jinja_value self,
				     const struct jinja_args *args)
{
	bool untrue = jinja_is_true(jinja_arg(args, 1, "boolean"));
	struct jinja_value other = jinja_arg(args, 0, "default_value");

	(void)r;
	if (self.kind != JINJA_UNDEFINED && (!untrue || jinja_is_true(self)))
		return self;
	return other.kind == JINJA_UNDEFINED ? jinja_word("") : other;
}

static struct jinja_value tojson(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	struct jinja_value parts = jinja_arg(args, 3, "separators");
	int64_t indent = jinja_arg_int(r, args, 1, "indent", -1);
	char comma[16] = ", ", colon[16] = ": ";
	const struct jinja_json how = {
		.indent = (int)MIN(indent, 64),
		.comma = comma,
		.colon = colon,
		.sorted = jinja_is_true(jinja_arg(args, 4, "sort_keys")),
		.ascii = jinja_is_true(jinja_arg(args, 0, "ensure_ascii")),
	};
	struct buf out = { 0 };

	if (indent >= 0)
		comma[1] = '\0'; /* the line end comes instead */
	for (size_t i = 0; parts.kind == JINJA_LIST && i < parts.list->n &&
			   i < 2; i++)
		if (parts.list->at[i].kind == JINJA_STRING)
			snprintf(i ? colon : comma, sizeof(comma), "%.*s",
				 (int)MIN(parts.list->at[i].text.n, 15u),
				 parts.list->at[i].text.s);
	jinja_put_json(r, self, &how, &out);
	return jinja_taken(r, &out);
}

static struct jinja_value fromjson(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	struct jinja_value v = nothing;
	struct json j = { 0 };

	(void)args;
	if (self.kind == JINJA_STRING &&
	    json_read(&j, self.text.s, self.text.n, false, NULL))
		v = jinja_of_json(r, json_root(&j));
	else
		jinja_fail(r, "what is read as JSON is none");
	json_release(&j);
	return v;
}

static struct jinja_value string(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	(void)args;
	return jinja_text_of(r, self);
}

/* A number, from whatever is one. */
static double a_number(struct jinja_value v, double fallback)
{
	double f = v.kind == JINJA_STRING ?
			   json_parse_number(v.text.s, v.text.n) :
			   jinja_number(v);

	return isfinite(f) && (v.kind == JINJA_STRING || jinja_is_number(v)) ?
		       f :
		       fallback;
}

static struct jinja_value to_int(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	double f = trunc(a_number(self, jinja_number(jinja_arg(args, 0,
							       "default"))));

	(void)r;
	return self.kind == JINJA_INT ? self :
	       fabs(f) < 9e18	      ? jinja_int((int64_t)f) :
					jinja_float(f);
}

static struct jinja_value to_float(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	(void)r;
	return jinja_float(a_number(self, jinja_number(jinja_arg(args, 0,
								 "default"))));
}

static struct jinja_value to_abs(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	(void)r;
	(void)args;
	return self.kind == JINJA_INT ? jinja_int(self.i < 0 ? -self.i
							      : self.i)
				      : jinja_float(fabs(jinja_number(self)));
}

static struct jinja_value to_round(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	double scale = pow(10, (double)jinja_arg_int(r, args, 0, "precision",
						     0));

	return jinja_float(nearbyint(jinja_number(self) * scale) / scale);
}

/* Nothing here is marked as safe or not. */
static struct jinja_value same(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	(void)r;
	(void)args;
	return self;
}

/* --- functions ---------------------------------------------------------- */

static struct jinja_value raise(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	struct jinja_text why = jinja_arg_text(r, args, 0, "message", "");

	(void)self;
	return jinja_fail(r, "it says: %.*s", (int)MIN(why.n, 200u), why.s);
}

/* namespace(a=1) and dict(a=1), of a mapping too. */
static struct jinja_value a_map(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	struct jinja_value m = jinja_map(r), of = jinja_arg(args, 0, NULL);

	(void)self;
	if (of.kind == JINJA_MAP)
		for (size_t i = 0; i < of.map->n && jinja_step(r); i++)
			jinja_set(r, m.map, of.map->keys[i],
				  of.map->values[i]);
	for (size_t i = 0; i < args->n; i++)
		if (args->name[i].n)
			jinja_set(r, m.map, jinja_view(args->name[i].s,
						       args->name[i].n),
				  args->at[i]);
	return m;
}

static struct jinja_value range(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	struct jinja_value l = jinja_list(r);
	int64_t from = jinja_arg_int(r, args, 0, NULL, 0);
	int64_t to = jinja_arg_int(r, args, 1, NULL, from);
	int64_t by = jinja_arg_int(r, args, 2, NULL, 1);

	(void)self;
	if (args->n < 2)
		from = 0;
	if (!by)
		return jinja_fail(r, "a range goes by 0");
	if (llabs(from) > INT32_MAX || llabs(to) > INT32_MAX ||
	    llabs(by) > INT32_MAX)
		return jinja_fail(r, "a range goes too far");
	for (; (by > 0 ? from < to : from > to) && jinja_step(r); from += by)
		jinja_push(r, l.list, jinja_int(from));
	return l;
}

void jinja_put_time(const char *s, size_t n, const struct tm *now,
		    struct buf *out)
{
	static const char *const months[] = {
		"January", "February", "March",	    "April",   "May",
		"June",	   "July",     "August",    "September", "October",
		"November", "December",
	};
	static const char *const days[] = { "Sunday",	 "Monday",
					    "Tuesday",	 "Wednesday",
					    "Thursday", "Friday",
					    "Saturday" };
	const char *month = months[(unsigned)now->tm_mon % 12];
	const char *day = days[(unsigned)now->tm_wday % 7];
	const struct {
		char letter;
		const char *format;
		int number;
	} numbers[] = {
		{ 'd', "%02d", now->tm_mday },
		{ 'm', "%02d", now->tm_mon + 1 },
		{ 'Y', "%d", now->tm_year + 1900 },
		{ 'y', "%02d", now->tm_year % 100 },
		{ 'H', "%02d", now->tm_hour },
		{ 'I', "%02d", (now->tm_hour + 11) % 12 + 1 },
		{ 'M', "%02d", now->tm_min },
		{ 'S', "%02d", now->tm_sec },
		{ 'j', "%03d", now->tm_yday + 1 },
		{ 'e', "%2d", now->tm_mday },
	};

	for (size_t i = 0, k; i < n; i++) {
		char c = s[i] == '%' && i + 1 < n ? s[++i] : 0;

		for (k = 0; k < ARRAY_LEN(numbers); k++)
			if (c && numbers[k].letter == c)
				break;
		if (k < ARRAY_LEN(numbers)) {
			char text[16];

			snprintf(text, sizeof(text), numbers[k].format,
				 numbers[k].number);
			buf_puts(out, text);
		} else if (c == 'B' || c == 'b') {
			buf_append(out, month, c == 'B' ? strlen(month) : 3);
		} else if (c == 'A' || c == 'a') {
			buf_append(out, day, c == 'A' ? strlen(day) : 3);
		} else if (c == 'p') {
			buf_puts(out, now->tm_hour < 12 ? "AM" : "PM");
		} else if (c && c != '%') {
			buf_append(out, s + i - 1, 2);
		} else {
			buf_putc(out, s[i]);
		}
	}
}

static struct jinja_value strftime_now(struct jinja_run *r,
				       struct jinja_value self,
				       const struct jinja_args *args)
{
	struct jinja_text format = jinja_arg_text(r, args, 0, "format", NULL);
	struct buf out = { 0 };

	(void)self;
	jinja_put_time(format.s, format.n, r->now, &out);
	return jinja_taken(r, &out);
}

/* --- tests -------------------------------------------------------------- */

#define TEST(name, condition)                                                  \
	static struct jinja_value name(struct jinja_run *r,                    \
				       struct jinja_value self,                \
				       const struct jinja_args *args)          \
	{                                                                      \
		(void)r;                                                       \
		(void)args;                                                    \
		return jinja_bool(condition);                                  \
	}
#define OTHER jinja_arg(args, 0, NULL)

TEST(is_defined, self.kind != JINJA_UNDEFINED)
TEST(is_undefined, self.kind == JINJA_UNDEFINED)
TEST(is_none, self.kind == JINJA_NONE)
TEST(is_string, self.kind == JINJA_STRING)
TEST(is_bool, self.kind == JINJA_BOOL)
TEST(is_int, self.kind == JINJA_INT)
TEST(is_float, self.kind == JINJA_FLOAT)
TEST(is_number, jinja_is_number(self))
TEST(is_map, self.kind == JINJA_MAP)
TEST(is_sequence, self.kind == JINJA_LIST || self.kind == JINJA_STRING ||
			  self.kind == JINJA_MAP)
TEST(is_iterable, self.kind == JINJA_LIST || self.kind == JINJA_STRING ||
			  self.kind == JINJA_MAP ||
			  self.kind == JINJA_UNDEFINED)
TEST(is_callable, self.kind == JINJA_CALL)
TEST(is_yes, self.kind == JINJA_BOOL && self.yes)
TEST(is_no, self.kind == JINJA_BOOL && !self.yes)
TEST(is_odd, self.kind == JINJA_INT && self.i % 2 != 0)
TEST(is_even, self.kind == JINJA_INT && self.i % 2 == 0)
TEST(is_equal, jinja_equal(r, self, OTHER))
TEST(is_other, !jinja_equal(r, self, OTHER))
TEST(is_in, jinja_in(r, self, OTHER))
TEST(is_less, jinja_compare(r, self, OTHER) < 0)
TEST(is_at_most, jinja_compare(r, self, OTHER) <= 0)
TEST(is_greater, jinja_compare(r, self, OTHER) > 0)
TEST(is_at_least, jinja_compare(r, self, OTHER) >= 0)

static struct jinja_value is_divided(struct jinja_run *r,
				     struct jinja_value self,
				     const struct jinja_args *args)
{
	int64_t by = jinja_arg_int(r, args, 0, "num", 0);

	if (!by || by == -1 || self.kind != JINJA_INT)
		return by == -1 ? jinja_bool(self.kind == JINJA_INT)
				: jinja_fail(r, "divisibleby wants numbers");
	return jinja_bool(self.i % by == 0);
}

/* --- tables ------------------------------------------------------------- */

static const struct jinja_row rows[] = {
	{ "length", JINJA_FILTER, length },
	{ "count", JINJA_FILTER, length },
	{ "default", JINJA_FILTER, or_default },
	{ "d", JINJA_FILTER, or_default },
	{ "tojson", JINJA_FILTER, tojson },
	{ "fromjson", JINJA_FILTER, fromjson },
	{ "from_json", JINJA_FILTER, fromjson },
	{ "string", JINJA_FILTER, string },
	{ "int", JINJA_FILTER, to_int },
	{ "float", JINJA_FILTER, to_float },
	{ "abs", JINJA_FILTER, to_abs },
	{ "round", JINJA_FILTER, to_round },
	{ "safe", JINJA_FILTER, same },
	{ "raise_exception", JINJA_FUNCTION, raise },
	{ "namespace", JINJA_FUNCTION, a_map },
	{ "dict", JINJA_FUNCTION, a_map },
	{ "range", JINJA_FUNCTION, range },
	{ "strftime_now", JINJA_FUNCTION, strftime_now },
	{ "defined", JINJA_TEST, is_defined },
	{ "undefined", JINJA_TEST, is_undefined },
	{ "none", JINJA_TEST, is_none },
	{ "string", JINJA_TEST, is_string },
	{ "boolean", JINJA_TEST, is_bool },
	{ "integer", JINJA_TEST, is_int },
	{ "float", JINJA_TEST, is_float },
	{ "number", JINJA_TEST, is_number },
	{ "mapping", JINJA_TEST, is_map },
	{ "sequence", JINJA_TEST, is_sequence },
	{ "iterable", JINJA_TEST, is_iterable },
	{ "callable", JINJA_TEST, is_callable },
	{ "true", JINJA_TEST, is_yes },
	{ "false", JINJA_TEST, is_no },
	{ "odd", JINJA_TEST, is_odd },
	{ "even", JINJA_TEST, is_even },
	{ "divisibleby", JINJA_TEST, is_divided },
	{ "eq", JINJA_TEST, is_equal },
	{ "equalto", JINJA_TEST, is_equal },
	{ "sameas", JINJA_TEST, is_equal },
	{ "ne", JINJA_TEST, is_other },
	{ "in", JINJA_TEST, is_in },
	{ "lt", JINJA_TEST, is_less },
	{ "lessthan", JINJA_TEST, is_less },
	{ "le", JINJA_TEST, is_at_most },
	{ "gt", JINJA_TEST, is_greater },
	{ "greaterthan", JINJA_TEST, is_greater },
	{ "ge", JINJA_TEST, is_at_least },
};

const struct jinja_row *jinja_find(struct jinja_text name, unsigned use)
{
	const struct {
		const struct jinja_row *rows;
		size_t n;
	} all[] = {
		{ rows, ARRAY_LEN(rows) },
		{ jinja_string_rows, jinja_n_string_rows },
		{ jinja_list_rows, jinja_n_list_rows },
	};

	for (size_t k = 0; k < ARRAY_LEN(all); k++)
		for (size_t i = 0; i < all[k].n; i++)
			if (all[k].rows[i].uses & use &&
			    jinja_same(name, all[k].rows[i].name))
				return &all[k].rows[i];
	return NULL;
}

struct jinja_value jinja_attribute(struct jinja_run *r, struct jinja_value of,
				   struct jinja_text name)
{
	unsigned use = of.kind == JINJA_STRING ? JINJA_OF_STRING :
		       of.kind == JINJA_LIST   ? JINJA_OF_LIST :
		       of.kind == JINJA_MAP    ? JINJA_OF_MAP :
						 0;
	const struct jinja_row *fn = use ? jinja_find(name, use) : NULL;
	struct jinja_value *v = NULL;

	if (fn)
		return jinja_function(r, fn, of);
	if (of.kind == JINJA_MAP)
		v = jinja_get(r, of.map, jinja_view(name.s, name.n));
	if (v)
		return *v;
	if (of.kind == JINJA_UNDEFINED && of.text.n)
		return jinja_fail(r, "\"%.*s\" is not defined",
				  (int)MIN(of.text.n, 60u), of.text.s);
	return (struct jinja_value){ .kind = JINJA_UNDEFINED, .text = name };
}
