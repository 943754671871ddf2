/*
 * Formulas as the graders of MATH compare them: one way of writing each (as
 * the normalisers of Hendrycks et al. 2021 and Lewkowycz et al. 2022 do, on
 * text), then parts of lists, then values where there are no variables.
 */
#include "task/answer.h"

#include <math.h>
#include <string.h>

enum { DEPTH_MAX = 32, PARTS_MAX = 32 };

#define SAME_VALUE 1e-6

/* --- one way to write it ------------------------------------------------ */

struct rewrite {
	const char *from, *to;
};

static const struct rewrite rewrites[] = {
	{ "\n", " " },
	{ "{,}", "," }, /* 70{,}000 */
	{ "\\begin{pmatrix}", "(" },
	{ "\\end{pmatrix}", ")" },
	{ "\\begin{bmatrix}", "(" },
	{ "\\end{bmatrix}", ")" },
	{ "\\\\", ";" },
	{ "&", "," },
	{ "\\!", "" },
	{ "\\,", "" },
	{ "\\;", "" },
	{ "\\:", "" },
	{ "\\ ", " " },
	{ "~", " " },
	{ "\\quad", " " },
	{ "\\leq", "\\le" },
	{ "\\geq", "\\ge" },
	{ "\\left", "" },
	{ "\\right", "" },
	{ "\\displaystyle", "" },
	{ "\\dfrac", "\\frac" },
	{ "\\tfrac", "\\frac" },
	{ "\\cfrac", "\\frac" },
	{ "US\\$", "" },
	{ "US$", "" },
	{ "\\$", "" },
	{ "$", "" },
	{ "\xe2\x82\xac", "" }, /* euros, pounds, yen, rupees, cents */
	{ "\xc2\xa3", "" },
	{ "\xc2\xa5", "" },
	{ "\xe2\x82\xb9", "" },
	{ "\xc2\xa2", "" },
	{ "\\%", "" },
	{ "%", "" },
	{ "^{\\circ}", "" },
	{ "^\\circ", "" },
	{ "^ \\circ", "" },
	{ "\\degree", "" },
	{ "\xc2\xb0", "" }, /* the sign of degrees */
	{ "\\mathrm", "\\text" },
	{ "\\mathbf", "\\text" },
	{ "\\mathit", "\\text" },
	{ "\\textbf", "\\text" },
	{ "\\textit", "\\text" },
	{ "\\textrm", "\\text" },
	{ "\\mbox", "\\text" },
	{ "\\times", "\\cdot" },
	{ "\xc3\x97", "\\cdot" },
	{ "\xc2\xb2", "^2" },
	{ "\xc2\xb3", "^3" },
	{ "\xcf\x80", "\\pi " },
	{ "\xe2\x88\x92", "-" }, /* the sign of minus */
};

/* Signs of fractions: one behind a number makes it a mixed one. */
static const struct rewrite parts[] = {
	{ "\xc2\xbd", "\\frac{1}{2}" },
	{ "\xc2\xbc", "\\frac{1}{4}" },
	{ "\xc2\xbe", "\\frac{3}{4}" },
	{ "\xe2\x85\x93", "\\frac{1}{3}" },
	{ "\xe2\x85\x94", "\\frac{2}{3}" },
};

/* What a word behind a slash, or with a power, must be to be no product of
 * variables; an "s" behind it is let be. */
static const char *const units[] = {
	"mm", "cm", "dm", "m", "km", "in", "inch", "inche", "ft", "foot",
	"feet", "yd", "yard", "mi", "mile", "meter", "metre", "millimeter",
	"centimeter", "centimetre", "kilometer", "kilometre", "mg", "g", "kg",
	"gram", "kilogram", "oz", "ounce", "lb", "pound", "ton", "sec",
	"second", "min", "minute", "h", "hr", "hour", "day", "night", "wk",
	"week", "mo", "month", "yr", "year", "ml", "mL", "l", "L", "liter",
	"litre", "gal", "gallon", "cup", "pint", "quart", "unit", "mol",
	"person", "people", "student", "child", "kid", "item", "piece", "box",
	"bag", "pack", "bottle", "page", "book", "word", "game", "dozen",
	"car", "trip", "dollar", "cent", "head", "share", "ticket", "class",
};

/* Replaces `n` bytes at `at`. */
static void splice(struct buf *s, size_t at, size_t n, const char *to)
{
	size_t len = strlen(to), tail = s->len - at - n;

	if (len > n)
		buf_reserve(s, len - n);
	memmove(s->data + at + len, s->data + at + n, tail);
	memcpy(s->data + at, to, len);
	s->len = at + len + tail;
}

static void replace(struct buf *s, const char *from, const char *to)
{
	size_t n = strlen(from), at = 0;

	while (s->len >= n && at <= s->len - n) {
		if (memcmp(s->data + at, from, n) != 0) {
			at++;
			continue;
		}
		splice(s, at, n, to);
		at += strlen(to);
	}
}

static void rewrite(struct buf *s, const struct rewrite *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		replace(s, rows[i].from, rows[i].to);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void trim(struct buf *s)
{
	size_t from = 0;

	while (from < s->len && s->data[from] == ' ')
		from++;
	buf_drop(s, from);
	while (s->len && strchr(" .,;", s->data[s->len - 1]) &&
	       s->data[s->len - 1])
		s->len--;
}

/* After the brace at s[at] that opens, the place of the one that closes it;
 * n: none. */
static size_t closing(const char *s, size_t n, size_t at)
{
	size_t depth = 0;

	for (; at < n; at++) {
		depth += s[at] == '{';
		if (s[at] == '}' && --depth == 0)
			return at;
	}
	return n;
}

/* Is what stands before a \text a number, and nothing but an exponent behind
 * it? Then it is a unit. */
static bool is_unit(const struct buf *s, size_t at, size_t end)
{
	while (at > 0 && s->data[at - 1] == ' ')
		at--;
	if (!at || !(is_digit(s->data[at - 1]) || s->data[at - 1] == '}' ||
		     s->data[at - 1] == ')'))
		return false;
	if (end < s->len && s->data[end] != '^')
		return false;
	for (; end < s->len; end++)
		if (!is_digit(s->data[end]) && !strchr("^ {}.", s->data[end]))
			return false;
	return true;
}

/* \text{...}: units go, other words stay without it. */
static void unwrap_text(struct buf *s)
{
	for (size_t at = 0; at < s->len; at++) {
		size_t open = at + strlen("\\text"), close;

		if (!bytes_begin(s->data + at, s->len - at, "\\text"))
			continue;
		while (open < s->len && s->data[open] == ' ')
			open++;
		close = open < s->len && s->data[open] == '{'
				? closing(s->data, s->len, open)
				: s->len;
		if (close == s->len)
			continue;
		if (is_unit(s, at, close + 1)) {
			s->len = at;
			return;
		}
		splice(s, close, 1, "");
		splice(s, at, open + 1 - at, "");
	}
}

/* Where the words, their dots, slashes and powers at the end begin. */
static size_t words_start(const struct buf *s)
{
	size_t at = s->len;

	while (at > 0) {
		char c = s->data[at - 1];

		if (is_digit(c) && at > 1 && s->data[at - 2] == '^')
			at -= 2;
		else if (is_letter(c) || c == ' ' || c == '.' || c == '/')
			at--;
		else
			break;
	}
	return at;
}

/* Letters from s[at] on. */
static size_t n_letters(const struct buf *s, size_t at)
{
	size_t n = 0;

	while (at + n < s->len && is_letter(s->data[at + n]))
		n++;
	return n;
}

/* Is s[at..at+n) the name of a unit? */
static bool is_unit_name(const char *s, size_t n)
{
	bool many = n > 1 && s[n - 1] == 's';

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (bytes_begin(s, n, units[i]) &&
		    (n == strlen(units[i]) ||
		     (many && n == strlen(units[i]) + 1)))
			return true;
	return n == 1 && *s == 's';
}

/* Is one of the words behind `words` behind a slash, or of a power, and not the
 * name of a unit? */
static bool has_variable(const struct buf *s, size_t words)
{
	for (size_t at = words, n; at < s->len; at += n ? n : 1) {
		size_t end, before = at;

		n = n_letters(s, at);
		end = at + n;
		while (before > words && s->data[before - 1] == ' ')
			before--;
		if (n && !is_unit_name(s->data + at, n) &&
		    ((before > words && s->data[before - 1] == '/') ||
		     (end < s->len && s->data[end] == '^')))
			return true;
	}
	return false;
}

/* Does a number end at s[at], or the sign of a fraction? */
static bool ends_number(const struct buf *s, size_t at)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (bytes_end(s->data, at, parts[i].from))
			return true;
	return at > 0 && is_digit(s->data[at - 1]);
}

/* "18 dollars", "18 km/h", "18/day": what stands behind a number, and is no
 * variable as it has more than one letter and is a unit's name where there is a
 * slash or a power. */
static void drop_plain_unit(struct buf *s)
{
	size_t words = words_start(s);

	if (words < s->len && ends_number(s, words) &&
	    (s->data[words] == ' ' || s->data[words] == '/') &&
	    n_letters(s, words + 1) > 1 && !has_variable(s, words))
		s->len = words;
}

/* "USD 18" */
static void drop_currency(struct buf *s)
{
	static const char *const words[] = { "USD", "EUR", "GBP", "INR",
					     "Rs.", "Rs" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (!bytes_begin(s->data, s->len, words[i]))
			continue;
		while (n < s->len && s->data[n] == ' ')
			n++;
		if (n < s->len && (is_digit(s->data[n]) || s->data[n] == '-'))
			buf_drop(s, n);
		return;
	}
}

/* "x =", "f(x) =", "x \in": what the answer is called. */
static void drop_name(struct buf *s)
{
	const char *equals = s->len ? memchr(s->data, '=', s->len) : NULL;
	size_t at = equals ? (size_t)(equals - s->data) : 0;
	size_t n = at;

	while (n > 0 && s->data[n - 1] == ' ')
		n--;
	if (equals && n >= 1 && n <= 4 && is_letter(s->data[0]) &&
	    !memchr(equals + 1, '=', s->len - at - 1))
		buf_drop(s, at + 1);
	if (s->len > 5 && is_letter(s->data[0]) &&
	    bytes_begin(s->data + 1, s->len - 1, " \\in "))
		buf_drop(s, 6);
}

/* The argument of \frac and \sqrt at s[at] gets braces; returns the place
 * behind it. */
static size_t brace(struct buf *s, size_t at)
{
	size_t end = at + 1;

	while (at < s->len && s->data[at] == ' ')
		splice(s, at, 1, "");
	if (at >= s->len)
		return s->len;
	if (s->data[at] == '{')
		return MIN(closing(s->data, s->len, at) + 1, s->len);
	if (s->data[at] == '\\')
		while (end < s->len && is_letter(s->data[end]))
			end++;
	splice(s, end, 0, "}");
	splice(s, at, 0, "{");
	return end + 2;
}

static void brace_arguments(struct buf *s)
{
	for (size_t at = 0; at < s->len; at++) {
		const char *here = s->data + at;
		size_t left = s->len - at;

		if (bytes_begin(here, left, "\\frac"))
			brace(s, brace(s, at + strlen("\\frac")));
		else if (bytes_begin(here, left, "\\sqrt") &&
			 !bytes_begin(here, left, "\\sqrt["))
			brace(s, at + strlen("\\sqrt"));
	}
}

/* ^{2} and _{8}: one sign needs no braces. */
static void drop_braces(struct buf *s)
{
	for (size_t at = 1; at + 2 < s->len; at++) {
		if (s->data[at] != '{' || s->data[at + 2] != '}' ||
		    (s->data[at - 1] != '^' && s->data[at - 1] != '_'))
			continue;
		splice(s, at + 2, 1, "");
		splice(s, at, 1, "");
	}
}

static size_t digits_end(const struct buf *s, size_t at)
{
	while (at < s->len && is_digit(s->data[at]))
		at++;
	return at;
}

/* 1,234,567 is a number, not a list, where no other comma follows it. */
static void drop_groups(struct buf *s)
{
	size_t from = s->len && s->data[0] == '-', at = digits_end(s, from);
	size_t end = at;

	if (at == from || at > from + 3)
		return;
	while (end < s->len && s->data[end] == ',' &&
	       digits_end(s, end + 1) == end + 4)
		end += 4;
	for (size_t i = end; i < s->len; i++)
		if (s->data[i] == ',' || s->data[i] == ';')
			return;
	for (; end > at; end -= 4)
		splice(s, end - 4, 1, "");
}

/* 4 1/2: without its blank it would be 41/2. */
static void mix(struct buf *s)
{
	size_t from = s->len && s->data[0] == '-', at = digits_end(s, from);
	size_t whole = at, over, end;

	while (at < s->len && s->data[at] == ' ')
		at++;
	over = digits_end(s, at);
	end = digits_end(s, over + 1);
	if (whole == from || at == whole || over == at || over >= s->len ||
	    s->data[over] != '/' || end == over + 1 || end != s->len)
		return;
	buf_putc(s, '}');
	splice(s, over, 1, "}{");
	splice(s, at, 0, "\\frac{");
}

void answer_normal(const char *s, size_t n, struct buf *out)
{
	struct buf b = { 0 };

	buf_append(&b, s, n);
	rewrite(&b, rewrites, ARRAY_LEN(rewrites));
	trim(&b);
	unwrap_text(&b);
	replace(&b, " and ", ",");
	replace(&b, " or ", ",");
	drop_plain_unit(&b);
	rewrite(&b, parts, ARRAY_LEN(parts));
	trim(&b);
	drop_name(&b);
	drop_currency(&b);
	trim(&b);
	drop_groups(&b);
	mix(&b);
	brace_arguments(&b);
	replace(&b, " ", "");
	drop_braces(&b);
	if (b.len == 3 && b.data[0] == '(' && is_letter(b.data[1]))
		buf_append(out, b.data + 1, 1); /* "(C)" */
	else if (b.len)
		buf_append(out, b.data, b.len);
	buf_release(&b);
}

/* --- values: formulas without variables --------------------------------- */

struct formula {
	const char *s, *end;
	int depth;
};

static bool sum(struct formula *f, double *value);

static bool take(struct formula *f, const char *text)
{
	if (!bytes_begin(f->s, (size_t)(f->end - f->s), text))
		return false;
	f->s += strlen(text);
	return true;
}

/* "1.5e-7", as code prints it. */
static void shift(struct formula *f, double *value)
{
	const char *s = f->s + (f->s < f->end && (*f->s == 'e' ||
						  *f->s == 'E'));
	bool minus = s < f->end && *s == '-';
	int n = 0;

	if (s == f->s)
		return;
	s += minus || (s < f->end && *s == '+');
	if (s == f->end || !is_digit(*s))
		return;
	for (; s < f->end && is_digit(*s); s++)
		n = MIN(n * 10 + *s - '0', 1000);
	*value *= pow(10, minus ? -n : n);
	f->s = s;
}

static bool number(struct formula *f, double *value)
{
	double unit = 1;
	bool any = false;

	*value = 0;
	for (; f->s < f->end && is_digit(*f->s); f->s++, any = true)
		*value = *value * 10 + (*f->s - '0');
	if (f->s < f->end && *f->s == '.')
		for (f->s++; f->s < f->end && is_digit(*f->s);
		     f->s++, any = true)
			*value += (*f->s - '0') * (unit /= 10);
	if (any)
		shift(f, value);
	return any;
}

static bool braced(struct formula *f, double *value)
{
	return take(f, "{") && sum(f, value) && take(f, "}");
}

static bool command(struct formula *f, double *value)
{
	double a, b = 2;

	if (take(f, "\\frac")) {
		if (!braced(f, &a) || !braced(f, &b) || b == 0)
			return false;
		*value = a / b;
		return true;
	}
	if (take(f, "\\sqrt")) {
		if (take(f, "[") && !(number(f, &b) && take(f, "]")))
			return false;
		if (!braced(f, &a) || a < 0 || b < 1)
			return false;
		*value = b == 2 ? sqrt(a) : pow(a, 1 / b);
		return true;
	}
	*value = acos(-1);
	return take(f, "\\pi") && !(f->s < f->end && is_letter(*f->s));
}

/* "3\frac{1}{2}" is three and a half, where both are whole numbers. */
static bool mixed(struct formula *f, double *value)
{
	struct formula g = *f;
	double a, b;

	if (*value != floor(*value) || !take(&g, "\\frac{") ||
	    !number(&g, &a) || !take(&g, "}{") || !number(&g, &b) ||
	    !take(&g, "}") || !(a < b))
		return false;
	*value += a / b;
	*f = g;
	return true;
}

static bool base(struct formula *f, double *value)
{
	if (f->s == f->end)
		return false;
	if (is_digit(*f->s) || *f->s == '.')
		return number(f, value) && (mixed(f, value) || true);
	if (*f->s == '{')
		return braced(f, value);
	if (take(f, "("))
		return sum(f, value) && take(f, ")");
	return *f->s == '\\' && command(f, value);
}

static bool power(struct formula *f, double *value)
{
	double exponent;
	bool minus;

	if (!base(f, value))
		return false;
	if (!take(f, "^"))
		return true;
	minus = take(f, "-");
	if (!base(f, &exponent))
		return false;
	*value = pow(*value, minus ? -exponent : exponent);
	return isfinite(*value);
}

static bool product(struct formula *f, double *value)
{
	double next;

	if (!power(f, value))
		return false;
	while (f->s < f->end && !strchr("+-)}],;", *f->s) && *f->s) {
		bool over = take(f, "/");

		if (!over && !take(f, "\\cdot"))
			take(f, "*");
		if (!power(f, &next) || (over && next == 0))
			return false;
		*value = over ? *value / next : *value * next;
	}
	return isfinite(*value);
}

static bool sum(struct formula *f, double *value)
{
	double next;
	bool minus = take(f, "-");
	bool good;

	if (!minus)
		take(f, "+");
	if (f->depth == DEPTH_MAX)
		return false;
	f->depth++;
	good = product(f, value);
	*value = good && minus ? -*value : good ? *value : 0;
	while (good && f->s < f->end && (*f->s == '+' || *f->s == '-')) {
		minus = *f->s++ == '-';
		good = product(f, &next);
		if (good)
			*value += minus ? -next : next;
	}
	f->depth--;
	return good;
}

/* Of the normal form. */
static bool normal_value(const char *s, size_t n, double *value)
{
	struct formula f = { s, s + n, 0 };

	return n > 0 && sum(&f, value) && f.s == f.end && isfinite(*value);
}

bool answer_value(const char *s, size_t n, double *value)
{
	struct buf b = { 0 };
	bool good;

	if (n > ANSWER_MAX_BYTES)
		return false;
	answer_normal(s, n, &b);
	good = normal_value(b.data, b.len, value);
	buf_release(&b);
	return good;
}

/* --- parts -------------------------------------------------------------- */

struct items {
	const char *at[PARTS_MAX];
	size_t len[PARTS_MAX];
	char between[PARTS_MAX]; /* "," or ";" behind each */
	size_t n;		 /* 0: no list */
	char open, close;	 /* of a tuple or an interval, or 0 */
};

static bool same(const char *a, size_t n_a, const char *b, size_t n_b,
		 int depth);

/* Cuts at the commas that no bracket holds. */
static void cut(const char *s, size_t n, struct items *p)
{
	size_t from = 0;
	int depth = 0;

	p->n = 0;
	for (size_t i = 0; i <= n; i++) {
		bool end = i == n;

		if (!end && strchr("([{", s[i]) && s[i])
			depth++;
		if (!end && strchr(")]}", s[i]) && s[i])
			depth--;
		if (depth < 0 || p->n == PARTS_MAX) {
			p->n = 0;
			return;
		}
		if (!end && (depth || (s[i] != ',' && s[i] != ';')))
			continue;
		p->at[p->n] = s + from;
		p->len[p->n] = i - from;
		p->between[p->n++] = end ? ',' : s[i];
		from = i + 1;
	}
}

static void split(const char *s, size_t n, struct items *p)
{
	p->open = p->close = 0;
	cut(s, n, p);
	if (p->n != 1 || n < 2)
		return;
	if (n > 4 && bytes_begin(s, n, "\\{") &&
	    bytes_end(s, n, "\\}")) {
		cut(s + 2, n - 4, p);
		p->open = '{';
		return;
	}
	if (!strchr("([", s[0]) || !strchr(")]", s[n - 1]) || !s[0] ||
	    !s[n - 1])
		return;
	cut(s + 1, n - 2, p);
	p->open = s[0];
	p->close = s[n - 1];
}

static bool in_order(const struct items *a, const struct items *b, int depth)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->between[i] != b->between[i] ||
		    !same(a->at[i], a->len[i], b->at[i], b->len[i], depth))
			return false;
	return true;
}

static bool any_order(const struct items *a, const struct items *b, int depth)
{
	bool used[PARTS_MAX] = { false };

	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;

		while (k < b->n &&
		       (used[k] ||
			!same(a->at[i], a->len[i], b->at[k], b->len[k], depth)))
			k++;
		if (k == b->n)
			return false;
		used[k] = true;
	}
	return true;
}

/* "1\pm\sqrt{19}" as the list of its two. */
static void spell_out(const char *s, size_t n, struct buf *out)
{
	static const char *const signs[] = { "+", "-" };
	const char *at = n ? bytes_find(s, n, "\\pm", 3) : NULL;

	if (!at) {
		buf_append(out, s, n);
		return;
	}
	for (int i = 0; i < 2; i++) {
		buf_append(out, s, (size_t)(at - s));
		buf_puts(out, signs[i]);
		buf_append(out, at + 3, n - (size_t)(at - s) - 3);
		buf_puts(out, i ? "" : ",");
	}
}

/* Two normal forms. */
static bool same(const char *a, size_t n_a, const char *b, size_t n_b,
		 int depth)
{
	struct items p, q;
	double x, y;

	if (n_a == n_b && (!n_a || memcmp(a, b, n_a) == 0))
		return n_a > 0;
	if (depth == DEPTH_MAX)
		return false;
	if (normal_value(a, n_a, &x) && normal_value(b, n_b, &y))
		return fabs(x - y) <=
		       SAME_VALUE * MAX(1, MAX(fabs(x), fabs(y)));
	split(a, n_a, &p);
	split(b, n_b, &q);
	if (p.n != q.n || p.n < 2 || p.open != q.open || p.close != q.close)
		return false;
	return p.open == '(' || p.open == '[' ? in_order(&p, &q, depth + 1)
					      : any_order(&p, &q, depth + 1);
}

bool answer_math_equal(const char *a, size_t n_a, const char *b, size_t n_b)
{
	struct buf p = { 0 }, q = { 0 }, r = { 0 }, t = { 0 };
	bool equal;

	answer_normal(a, n_a, &p);
	answer_normal(b, n_b, &q);
	spell_out(p.data, p.len, &r);
	spell_out(q.data, q.len, &t);
	equal = r.len && t.len && same(r.data, r.len, t.data, t.len, 0);
	buf_release(&p);
	buf_release(&q);
	buf_release(&r);
	buf_release(&t);
	return equal;
}
