/*
 * What templates do with strings: filters and methods, as Python's.
 */
#include "jinja/jinja_impl.h"

#include "base/utf8.h"

#define SPACES " \t\n\v\f\r"

/* The string itself; what is none is its text. */
static struct jinja_text own(struct jinja_run *r, struct jinja_value self)
{
	struct jinja_text t = jinja_text_of(r, self).text;

	return t.s && jinja_look(r, t.n) ? t : (struct jinja_text){ "", 0 };
}

static bool has(struct jinja_text set, char c)
{
	return set.n && memchr(set.s, c, set.n);
}

static struct jinja_value stripped(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args, bool left,
				   bool right)
{
	struct jinja_text t = own(r, self);
	struct jinja_text set = jinja_arg_text(r, args, 0, "chars", SPACES);

	while (left && t.n && has(set, *t.s))
		t.s++, t.n--;
	while (right && t.n && has(set, t.s[t.n - 1]))
		t.n--;
	return jinja_view(t.s, t.n);
}

static struct jinja_value strip(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	return stripped(r, self, args, true, true);
}

static struct jinja_value lstrip(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	return stripped(r, self, args, true, false);
}

static struct jinja_value rstrip(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	return stripped(r, self, args, false, true);
}

/* --- cases: ASCII letters; others stay ---------------------------------- */

static char lower_of(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char upper_of(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

enum letters { LOWER, UPPER, CAPITAL, TITLE };

static struct jinja_value in_case(struct jinja_run *r,
				  struct jinja_value self, enum letters how)
{
	struct jinja_text t = own(r, self);
	struct buf out = { 0 };
	bool first = true;

	for (size_t i = 0; i < t.n; i++) {
		char c = t.s[i];
		bool letter = lower_of(c) != upper_of(c) || c & 0x80;
		bool up = how == UPPER || (how != LOWER && first);

		buf_putc(&out, up ? upper_of(c) : lower_of(c));
		first = how == TITLE && !letter;
	}
	return jinja_taken(r, &out);
}

static struct jinja_value lower(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	(void)args;
	return in_case(r, self, LOWER);
}

static struct jinja_value upper(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	(void)args;
	return in_case(r, self, UPPER);
}

static struct jinja_value capitalize(struct jinja_run *r,
				     struct jinja_value self,
				     const struct jinja_args *args)
{
	(void)args;
	return in_case(r, self, CAPITAL);
}

static struct jinja_value title(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	(void)args;
	return in_case(r, self, TITLE);
}

/* --- parts -------------------------------------------------------------- */

static bool is_space(char c)
{
	return c && strchr(SPACES, c);
}

/* At white space, whose beginning and end give nothing. */
static void split_spaces(struct jinja_run *r, struct jinja_text t,
			 int64_t most, struct jinja_list *to)
{
	size_t i = 0;

	while (jinja_step(r)) {
		size_t begin;

		while (i < t.n && is_space(t.s[i]))
			i++;
		if (i == t.n)
			return;
		begin = i;
		if (most >= 0 && (int64_t)to->n >= most)
			i = t.n;
		while (i < t.n && !is_space(t.s[i]))
			i++;
		jinja_push(r, to, jinja_view(t.s + begin, i - begin));
	}
}

static struct jinja_value split(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_text by = jinja_arg_text(r, args, 0, "sep", "");
	int64_t most = jinja_arg_int(r, args, 1, "maxsplit", -1);
	struct jinja_value l = jinja_list(r);
	const char *at;

	if (!by.n) {
		split_spaces(r, t, most, l.list);
		return l;
	}
	while ((most < 0 || (int64_t)l.list->n < most) && jinja_step(r) &&
	       (at = bytes_find(t.s, t.n, by.s, by.n))) {
		jinja_push(r, l.list, jinja_view(t.s, (size_t)(at - t.s)));
		t.n -= (size_t)(at - t.s) + by.n;
		t.s = at + by.n;
	}
	jinja_push(r, l.list, jinja_view(t.s, t.n));
	return l;
}

/* From the end: the first part is what is left. */
static struct jinja_value rsplit(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	int64_t most = jinja_arg_int(r, args, 1, "maxsplit", -1);
	struct jinja_args all = *args;
	struct jinja_value parts, l = jinja_list(r);
	struct jinja_text first = own(r, self);
	size_t n, left;

	for (size_t i = 1; i < all.n; i++)
		all.at[i] = jinja_int(-1);
	parts = split(r, self, &all);
	n = parts.kind == JINJA_LIST ? parts.list->n : 0;
	if (most < 0 || n <= (size_t)most + 1)
		return parts;
	left = n - (size_t)most;
	first.n = (size_t)(parts.list->at[left - 1].text.s +
			   parts.list->at[left - 1].text.n - first.s);
	jinja_push(r, l.list, jinja_view(first.s, first.n));
	for (size_t i = left; i < n; i++)
		jinja_push(r, l.list, parts.list->at[i]);
	return l;
}

static struct jinja_value splitlines(struct jinja_run *r,
				     struct jinja_value self,
				     const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_value l = jinja_list(r);
	bool keep = jinja_is_true(jinja_arg(args, 0, "keepends"));

	while (t.n && jinja_step(r)) {
		size_t n = 0, end;

		while (n < t.n && t.s[n] != '\n' && t.s[n] != '\r')
			n++;
		end = n + (n < t.n);
		end += end < t.n && t.s[n] == '\r' && t.s[end] == '\n';
		jinja_push(r, l.list, jinja_view(t.s, keep ? end : n));
		t.s += end;
		t.n -= end;
	}
	return l;
}

static struct jinja_value replace(struct jinja_run *r,
				  struct jinja_value self,
				  const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_text from = jinja_arg_text(r, args, 0, "s", NULL);
	struct jinja_text to = jinja_arg_text(r, args, 1, "new", NULL);
	int64_t most = jinja_arg_int(r, args, 2, "count", -1);
	struct buf out = { 0 };
	const char *at;

	while (from.n && most-- != 0 && out.len < JINJA_OUT_MAX_BYTES &&
	       jinja_step(r) && (at = bytes_find(t.s, t.n, from.s, from.n))) {
		buf_append(&out, t.s, (size_t)(at - t.s));
		buf_append(&out, to.s, to.n);
		t.n -= (size_t)(at - t.s) + from.n;
		t.s = at + from.n;
	}
	buf_append(&out, t.s, t.n);
	return jinja_taken(r, &out);
}

/* --- questions ---------------------------------------------------------- */

/* A string, or one of a list of them, at the beginning or the end. */
static struct jinja_value at_edge(struct jinja_run *r,
				  struct jinja_value self,
				  struct jinja_value edge, bool end)
{
	struct jinja_text t = own(r, self);
	struct jinja_list one = { .at = &edge, .n = 1 };
	const struct jinja_list *l = edge.kind == JINJA_LIST ? edge.list
							     : &one;

	for (size_t i = 0; i < l->n; i++) {
		struct jinja_text e = l->at[i].text;

		if (l->at[i].kind != JINJA_STRING)
			return jinja_fail(r, "a string is wanted, not %s",
					  jinja_kind_name(l->at[i].kind));
		if (e.n <= t.n &&
		    memcmp(end ? t.s + t.n - e.n : t.s, e.s, e.n) == 0)
			return jinja_bool(true);
	}
	return jinja_bool(false);
}

static struct jinja_value startswith(struct jinja_run *r,
				     struct jinja_value self,
				     const struct jinja_args *args)
{
	return at_edge(r, self, jinja_arg(args, 0, "prefix"), false);
}

static struct jinja_value endswith(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	return at_edge(r, self, jinja_arg(args, 0, "suffix"), true);
}

static struct jinja_value removeprefix(struct jinja_run *r,
				       struct jinja_value self,
				       const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_text e = jinja_arg_text(r, args, 0, "prefix", NULL);
	bool there = e.n <= t.n && memcmp(t.s, e.s, e.n) == 0;

	return there ? jinja_view(t.s + e.n, t.n - e.n) : self;
}

static struct jinja_value removesuffix(struct jinja_run *r,
				       struct jinja_value self,
				       const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_text e = jinja_arg_text(r, args, 0, "suffix", NULL);
	bool there = e.n <= t.n && memcmp(t.s + t.n - e.n, e.s, e.n) == 0;

	return there ? jinja_view(t.s, t.n - e.n) : self;
}

static struct jinja_value find(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_text what = jinja_arg_text(r, args, 0, "sub", NULL);
	const char *at = what.n ? bytes_find(t.s, t.n, what.s, what.n) : t.s;

	t.n = (size_t)(at ? at - t.s : 0);
	return jinja_int(at ? (int64_t)jinja_chars(t) : -1);
}

static struct jinja_value rfind(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_text what = jinja_arg_text(r, args, 0, "sub", NULL);

	if (!jinja_look(r, MIN(t.n, 1u << 24) * MIN(what.n, 1u << 24)))
		return jinja_int(-1);
	for (size_t i = t.n + 1; i-- > 0;)
		if (t.n - i >= what.n &&
		    memcmp(t.s + i, what.s, what.n) == 0)
			return jinja_int((int64_t)jinja_chars(
				(struct jinja_text){ t.s, i }));
	return jinja_int(-1);
}

static struct jinja_value count(struct jinja_run *r, struct jinja_value self,
				const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_text what = jinja_arg_text(r, args, 0, "sub", NULL);
	const char *at, *end = t.s + t.n;
	int64_t n = 0;

	for (; what.n && (at = bytes_find(t.s, (size_t)(end - t.s), what.s,
					  what.n)); t.s = at + what.n)
		n++;
	return jinja_int(n);
}

/* Is it of these bytes alone, and of one at least? */
static bool all_of(struct jinja_text t, const char *ranges)
{
	for (size_t i = 0; i < t.n; i++) {
		const char *s = ranges;

		while (*s && (t.s[i] < s[0] || t.s[i] > s[1]))
			s += 2;
		if (!*s)
			return false;
	}
	return t.n > 0;
}

static struct jinja_value isdigit_(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	(void)args;
	return jinja_bool(all_of(own(r, self), "09"));
}

static struct jinja_value isalpha_(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	(void)args;
	return jinja_bool(all_of(own(r, self), "azAZ"));
}

static struct jinja_value isspace_(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	(void)args;
	return jinja_bool(all_of(own(r, self), "\t\r  "));
}

/* --- others ------------------------------------------------------------- */

/* "{} {name}".format(1, name=2); the filter's %s is not known. */
static struct jinja_value format(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct buf out = { 0 };
	char name[32];
	size_t next = 0;

	for (size_t i = 0; i < t.n; i++) {
		const char *end = memchr(t.s + i, '}', t.n - i);
		size_t n = end ? (size_t)(end - t.s) - i - 1 : 0, place = next;

		if (strchr("{}", t.s[i]) && i + 1 < t.n &&
		    t.s[i + 1] == t.s[i]) {
			buf_putc(&out, t.s[++i]);
			continue;
		}
		if (t.s[i] != '{' || !end || n >= sizeof(name)) {
			buf_putc(&out, t.s[i]);
			continue;
		}
		memcpy(name, t.s + i + 1, n);
		name[n] = '\0';
		if (!n)
			next++;
		else if (all_of((struct jinja_text){ name, n }, "09"))
			place = (size_t)(*name - '0');
		else
			place = JINJA_ARGS_MAX;
		jinja_put_value(r, jinja_arg(args, place, n ? name : NULL),
				&out);
		i += n + 1;
	}
	return jinja_taken(r, &out);
}

static struct jinja_value indent(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	struct jinja_text t = own(r, self);
	struct jinja_value width = jinja_arg(args, 0, "width");
	bool first = jinja_is_true(jinja_arg(args, 1, "first"));
	bool blank = jinja_is_true(jinja_arg(args, 2, "blank"));
	char spaces[65] = "                                                    "
			  "            ";
	struct jinja_text by = { spaces, 4 };
	struct buf out = { 0 };

	if (width.kind == JINJA_STRING)
		by = width.text;
	else if (width.kind == JINJA_INT)
		by.n = (size_t)MAX(0, MIN(width.i, 64));
	for (size_t i = 0; i < t.n && out.len < JINJA_OUT_MAX_BYTES; i++) {
		bool begins = i ? t.s[i - 1] == '\n' : first;

		if (begins && (blank || t.s[i] != '\n'))
			buf_append(&out, by.s, by.n);
		buf_putc(&out, t.s[i]);
	}
	return jinja_taken(r, &out);
}

/* What HTML has other names for. */
static struct jinja_value escape(struct jinja_run *r, struct jinja_value self,
				 const struct jinja_args *args)
{
	static const char from[] = "&<>'\"";
	static const char *const to[] = { "&amp;", "&lt;", "&gt;", "&#39;",
					  "&#34;" };
	struct jinja_text t = own(r, self);
	struct buf out = { 0 };

	(void)args;
	for (size_t i = 0; i < t.n; i++) {
		const char *at = t.s[i] ? strchr(from, t.s[i]) : NULL;

		if (at)
			buf_puts(&out, to[at - from]);
		else
			buf_putc(&out, t.s[i]);
	}
	return jinja_taken(r, &out);
}

/* ",".join(list) */
static struct jinja_value join(struct jinja_run *r, struct jinja_value self,
			       const struct jinja_args *args)
{
	struct jinja_list *l = jinja_items(r, jinja_arg(args, 0, NULL));
	struct jinja_text by = own(r, self);
	struct buf out = { 0 };

	for (size_t i = 0; i < l->n && jinja_step(r); i++) {
		if (i)
			buf_append(&out, by.s, by.n);
		jinja_put_value(r, l->at[i], &out);
	}
	return jinja_taken(r, &out);
}

static struct jinja_value is_lower(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	return jinja_bool(jinja_equal(r, self, lower(r, self, args)));
}

static struct jinja_value is_upper(struct jinja_run *r,
				   struct jinja_value self,
				   const struct jinja_args *args)
{
	return jinja_bool(jinja_equal(r, self, upper(r, self, args)));
}

#define BOTH (JINJA_FILTER | JINJA_OF_STRING)
const struct jinja_row jinja_string_rows[] = {
	{ "trim", JINJA_FILTER, strip },
	{ "strip", JINJA_OF_STRING, strip },
	{ "lstrip", JINJA_OF_STRING, lstrip },
	{ "rstrip", JINJA_OF_STRING, rstrip },
	{ "lower", BOTH, lower },
	{ "upper", BOTH, upper },
	{ "capitalize", BOTH, capitalize },
	{ "title", BOTH, title },
	{ "split", BOTH, split },
	{ "rsplit", JINJA_OF_STRING, rsplit },
	{ "splitlines", JINJA_OF_STRING, splitlines },
	{ "replace", BOTH, replace },
	{ "startswith", JINJA_OF_STRING, startswith },
	{ "endswith", JINJA_OF_STRING, endswith },
	{ "removeprefix", JINJA_OF_STRING, removeprefix },
	{ "removesuffix", JINJA_OF_STRING, removesuffix },
	{ "find", JINJA_OF_STRING, find },
	{ "index", JINJA_OF_STRING, find },
	{ "rfind", JINJA_OF_STRING, rfind },
	{ "count", JINJA_OF_STRING, count },
	{ "isdigit", JINJA_OF_STRING, isdigit_ },
	{ "isnumeric", JINJA_OF_STRING, isdigit_ },
	{ "isalpha", JINJA_OF_STRING, isalpha_ },
	{ "isspace", JINJA_OF_STRING, isspace_ },
	{ "format", JINJA_OF_STRING, format },
	{ "indent", JINJA_FILTER, indent },
	{ "escape", JINJA_FILTER, escape },
	{ "e", JINJA_FILTER, escape },
	{ "join", JINJA_OF_STRING, join },
	{ "lower", JINJA_TEST, is_lower },
	{ "upper", JINJA_TEST, is_upper },
};
const size_t jinja_n_string_rows = ARRAY_LEN(jinja_string_rows);
