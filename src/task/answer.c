/*
 * An answer is found the way each data set's own graders find it, their
 * narrowness included: a cleverer reader would give marks that no published
 * number has.
 */
#include "task/answer.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { GAP_BYTES = 16 };

#define SAME_NUMBER 1e-9

/* --- numbers ------------------------------------------------------------ */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What groups digits at s[at], and three of them behind it: "," or LaTeX's
 * "{,}"; its length, or 0. */
static size_t group_mark(const char *s, size_t n, size_t at)
{
	size_t mark = n - at > 3 && !memcmp(s + at, "{,}", 3) ? 3
		      : at < n && s[at] == ','		      ? 1
							      : 0;
	size_t to = at + mark;

	if (!mark || n - to < 3 || !is_digit(s[to]) || !is_digit(s[to + 1]) ||
	    !is_digit(s[to + 2]) || (n - to > 3 && is_digit(s[to + 3])))
		return 0;
	return mark;
}

#define MINUS "\xe2\x88\x92" /* the sign, which is no hyphen */

/* Bytes of the sign at s[at]; 0: none. */
static size_t sign_at(const char *s, size_t n, size_t at)
{
	if (at < n && (s[at] == '-' || s[at] == '+'))
		return 1;
	return bytes_begin(s + at, n - at, MINUS) ? strlen(MINUS) : 0;
}

/* Where the number that begins at s[at] ends: 12, -3.5, 1,234; at: none. */
static size_t number_end(const char *s, size_t n, size_t at)
{
	size_t i = at + sign_at(s, n, at), digits, mark;

	for (digits = i; i < n && is_digit(s[i]); i++)
		;
	if (i == digits)
		return at;
	while ((mark = group_mark(s, n, i)) > 0)
		i += mark + 3;
	if (i + 1 < n && s[i] == '.' && is_digit(s[i + 1]))
		for (i++; i < n && is_digit(s[i]); i++)
			;
	return i;
}

/* Where the power of a unit or a variable at s[at] ends, its sign and braces
 * before it: "m^2", "x^{10}", "s^-1"; at: it is none. */
static size_t power_end(const char *s, size_t n, size_t at)
{
	size_t up = at;

	if (up && s[up - 1] == '{')
		up--;
	if (up < 2 || s[up - 1] != '^' ||
	    !((s[up - 2] >= 'a' && s[up - 2] <= 'z') ||
	      (s[up - 2] >= 'A' && s[up - 2] <= 'Z')))
		return at;
	return number_end(s, n, at);
}

/* The first number at or after `from`. A sign counts where no word or number
 * is before it ("5-3" has 5 and 3). */
static bool number_after(const char *s, size_t n, size_t from,
			 struct answer *out)
{
	for (size_t i = from; i < n; i++) {
		bool sign = sign_at(s, n, i) &&
			    (i == 0 || (!is_digit(s[i - 1]) &&
					s[i - 1] != ')' && s[i - 1] != '}'));
		size_t end;

		if (!sign && !is_digit(s[i]))
			continue;
		end = power_end(s, n, i);
		if (end > i) {
			i = end - 1;
			continue;
		}
		end = number_end(s, n, i);
		if (end == i)
			continue;
		*out = (struct answer){ i, end, end };
		return true;
	}
	return false;
}

static bool last_number(const char *s, size_t n, struct answer *out)
{
	struct answer found;
	bool any = false;

	for (size_t at = 0; number_after(s, n, at, &found); at = found.end) {
		*out = found;
		any = true;
	}
	return any;
}

/* Digits without what groups them; NAN if there is no number. */
static double number_of(const char *s, size_t n)
{
	struct answer at;
	double value = 0, unit = 1;
	bool minus, fraction = false;

	if (!number_after(s, n, 0, &at))
		return NAN;
	minus = s[at.start] == '-' || s[at.start] == MINUS[0];
	for (size_t i = at.start; i < at.end; i++) {
		if (s[i] == '.')
			fraction = true;
		if (!is_digit(s[i]))
			continue;
		unit = fraction ? unit / 10 : unit;
		value = fraction ? value + (s[i] - '0') * unit
				 : value * 10 + (s[i] - '0');
	}
	return minus ? -value : value;
}

/* --- statements --------------------------------------------------------- */

/* What announces an answer. */
struct cue {
	const char *text;
	size_t len;
	unsigned kinds; /* bits */
	bool box;	/* a brace follows, else a number */
	bool line;	/* at the beginning of a line only */
	bool weak;	/* the last one counts where no other kind is */
};

#define CHAIN (1u << ANSWER_CHAIN)
#define GSM8K (1u << ANSWER_GSM8K)
#define MATH  (1u << ANSWER_MATH)
#define AIME  (1u << ANSWER_AIME)

#define CUE(text, ...) { text, sizeof(text) - 1, __VA_ARGS__ }
static const struct cue cues[] = {
	CUE("answer is", CHAIN, false, false, false),
	CUE("answer:", CHAIN, false, false, false),
	CUE("answer :", CHAIN, false, false, false),
	CUE("answer is", GSM8K | AIME, false, false, true),
	CUE("answer:", GSM8K | AIME, false, false, true),
	CUE("answer would be", GSM8K | AIME, false, false, true),
	CUE("answer =", GSM8K | AIME, false, false, true),
	CUE("output is", GSM8K | AIME, false, false, true),
	CUE("output:", GSM8K | AIME, false, false, true),
	CUE("####", GSM8K, false, false, false),
	CUE("A:", GSM8K, false, true, false),
	CUE("\\boxed", GSM8K | MATH | AIME, true, false, false),
	CUE("\\fbox", MATH | AIME, true, false, false),
};

static const char *const kind_names[ANSWER_KINDS] = {
	[ANSWER_CHAIN] = "chain",
	[ANSWER_GSM8K] = "gsm8k",
	[ANSWER_MATH] = "math",
	[ANSWER_AIME] = "aime",
	[ANSWER_OPEN] = "open",
};

const char *answer_kind_name(size_t kind)
{
	return kind < ANSWER_KINDS ? kind_names[kind] : NULL;
}

enum answer_kind answer_kind_find(const char *name)
{
	size_t i = 0;

	while (i < ANSWER_KINDS && strcmp(kind_names[i], name) != 0)
		i++;
	return (enum answer_kind)i;
}

/* "{...}" with its braces in balance, from s[at] on, blanks before it; or one
 * thing without braces: "\boxed 5". */
static bool read_box(const char *s, size_t n, size_t at, struct answer *out)
{
	size_t depth = 0, start;

	while (at < n && s[at] == ' ')
		at++;
	if (at < n && is_digit(s[at])) {
		size_t end = number_end(s, n, at);

		*out = (struct answer){ at, end, end };
		return true;
	}
	if (at == n || s[at] != '{')
		return false;
	start = at + 1;
	for (; at < n && at <= start + ANSWER_MAX_BYTES; at++) {
		if (s[at] == '\\' && at + 1 < n) {
			at++; /* \{ is no brace */
			continue;
		}
		depth += s[at] == '{';
		depth -= s[at] == '}';
		if (depth == 0) {
			*out = (struct answer){ start, at, at + 1 };
			return true;
		}
	}
	return false;
}

/* "frac{1}{2}" behind a backslash, with d, t or c before it; at: none. */
static size_t fraction_end(const char *s, size_t n, size_t at)
{
	size_t i = at + (at < n && strchr("dtc", s[at]) && s[at]);
	struct answer part = { .stated = i + 4 };

	if (!at || s[at - 1] != '\\' || n - i < 4 || memcmp(s + i, "frac", 4))
		return at;
	for (int k = 0; k < 2; k++)
		if (part.stated == n || s[part.stated] != '{' ||
		    !read_box(s, n, part.stated, &part))
			return at;
	return part.stated;
}

/* Bytes of what may stand before a number, and is none of the below: how exact
 * it is, or a currency; 0: none. */
static size_t word_at(const char *s, size_t n, size_t at)
{
	static const char *const words[] = { "approximately", "exactly",
					     "about", "around", "roughly",
					     "approx.", "approx",
					     "\xe2\x89\x88", "~",
					     "USD", "US$", "EUR", "GBP", "INR",
					     "Rs.", "Rs",
					     "\xe2\x82\xac", "\xc2\xa3",
					     "\xc2\xa5", "\xe2\x82\xb9" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (n - at >= strlen(words[i]) &&
		    strncasecmp(s + at, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

/* The place behind what may stand before a number: blanks, "$", "**", "\(",
 * "`", and words of the above. */
static size_t behind_gap(const char *s, size_t n, size_t at)
{
	enum { WORDS = 2 };
	size_t far = MIN(n, at + GAP_BYTES), word;

	while (at < far && strchr(" \t\r\n:$*\\({`", s[at]) && s[at])
		at++;
	for (int i = 0; i < WORDS && at < far; i++) {
		word = word_at(s, n, at);
		if (!word)
			return at;
		at += word;
		far = MIN(n, at + GAP_BYTES);
		while (at < far && strchr(" $*\\({`", s[at]) && s[at])
			at++;
	}
	return at;
}

/* Is a/b, both of a few digits alone, between 0 and 1? */
static bool is_proper(const char *a, size_t n_a, const char *b, size_t n_b)
{
	enum { DIGITS = 3 };
	int above = 0, below = 0;

	if (!n_a || n_a > DIGITS || n_b > DIGITS)
		return false;
	for (size_t i = 0; i < n_a; i++)
		above = above * 10 + a[i] - '0';
	for (size_t i = 0; i < n_b; i++) {
		if (!is_digit(b[i]))
			return false;
		below = below * 10 + b[i] - '0';
	}
	return above > 0 && above < below;
}

/* The sign of a fraction at s[at]: where it ends; at: there is none. */
static size_t sign_of_parts_end(const char *s, size_t n, size_t at)
{
	static const char *const signs[] = { "\xc2\xbd", "\xc2\xbc", "\xc2\xbe",
					     "\xe2\x85\x93",
					     "\xe2\x85\x94" };

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (bytes_begin(s + at, n - at, signs[i]))
			return at + strlen(signs[i]);
	return at;
}

/* Where such a sign, a blank before it or none, or "\frac{1}{2}" ends behind a
 * number that ends at s[at]; at: there is none. */
static size_t mixed_end(const char *s, size_t n, size_t at)
{
	size_t from = at + (at < n && s[at] == ' ');
	size_t end = sign_of_parts_end(s, n, from);

	if (end > from)
		return end;
	if (at < n && s[at] == '\\' && fraction_end(s, n, at + 1) > at + 1)
		return fraction_end(s, n, at + 1);
	return at;
}

/* Where "/2", or " 1/2", ends behind a number that ends at s[at]; at: there
 * is none. *stated: how far that had to be looked for. */
static size_t parts_end(const char *s, size_t n, size_t at, size_t *stated)
{
	size_t over = at, end;
	bool mixed = at + 1 < n && s[at] == ' ';

	if (mixed)
		for (over++; over < n && is_digit(s[over]); over++)
			;
	end = mixed_end(s, n, at);
	*stated = end;
	if (end > at)
		return end;
	if (over + 1 >= n || s[over] != '/')
		return at;
	end = number_end(s, n, over + 1);
	*stated = end > over + 1 ? end : at;
	if (mixed && !is_proper(s + at + 1, over - at - 1, s + over + 1,
				end - over - 1))
		return at;
	return *stated;
}

/* A number or fraction right behind what announced it. */
static bool read_number(const char *s, size_t n, size_t at, struct answer *out)
{
	size_t end, stated, digits;

	at = behind_gap(s, n, at);
	end = fraction_end(s, n, at);
	if (end > at) {
		*out = (struct answer){ at - 1, end, end };
		return true;
	}
	end = stated = number_end(s, n, at);
	digits = at + sign_at(s, n, at);
	if (end > at)
		end = parts_end(s, n, end, &stated);
	else if (sign_of_parts_end(s, n, digits) > digits)
		end = stated = sign_of_parts_end(s, n, digits);
	*out = (struct answer){ at, end, stated };
	return end > at;
}

static bool reads(enum answer_kind kind, const struct cue *cue, const char *s,
		  size_t n, size_t at, struct answer *out)
{
	size_t len = cue->len;

	if (!(cue->kinds & 1u << kind) || n - at < len ||
	    strncasecmp(s + at, cue->text, len) != 0 ||
	    (cue->line && at > 0 && s[at - 1] != '\n'))
		return false;
	return cue->box ? read_box(s, n, at + len, out)
			: read_number(s, n, at + len, out);
}

/* Is one of the cues possible that begin so? Nearly no place is. */
static bool may_announce(char first, char second)
{
	/* of each letter, what comes second: in either case */
	static const char seconds[256][2] = {
		['a'] = { 'n', ':' }, ['A'] = { 'n', ':' },
		['o'] = { 'u', 'u' }, ['O'] = { 'u', 'u' },
		['#'] = { '#', '#' }, ['\\'] = { 'b', 'f' },
	};
	const char *want = seconds[(unsigned char)first];

	second |= second >= 'A' && second <= 'Z' ? 'a' - 'A' : 0;
	return want[0] && (second == want[0] || second == want[1]);
}

/* Where the next one may begin; n: nowhere any more. By the second letter, of
 * which most are neither that of a cue nor its first one. */
static size_t next_place(const char *s, size_t n, size_t at)
{
	/* so far on may one begin, less 2 */
	static const uint8_t near[256] = {
		['n'] = 2, ['N'] = 2, ['u'] = 2, ['U'] = 2, ['b'] = 2,
		['B'] = 2, ['f'] = 2, ['F'] = 2, ['#'] = 2, [':'] = 2,
		['a'] = 1, ['A'] = 1, ['o'] = 1, ['O'] = 1, ['\\'] = 1,
	};

	while (at + 1 < n) {
		unsigned step = 2u - near[(unsigned char)s[at + 1]];

		if (!step && may_announce(s[at], s[at + 1]))
			return at;
		at += MAX(step, 1);
	}
	return n;
}

/* The same of boxes, which all begin with a backslash. */
static size_t next_box(const char *s, size_t n, size_t at)
{
	const char *next = at < n ? memchr(s + at, '\\', n - at) : NULL;

	return next ? (size_t)(next - s) : n;
}

static bool announces(enum answer_kind kind, const char *s, size_t n, size_t at,
		      bool strong, struct answer *out)
{
	for (size_t i = 0; i < ARRAY_LEN(cues); i++)
		if (!(strong && cues[i].weak) &&
		    reads(kind, &cues[i], s, n, at, out))
			return true;
	return false;
}

/* The first statement whose announcement begins at or after `from`. */
static bool statement(enum answer_kind kind, const char *s, size_t n,
		      size_t from, bool strong, struct answer *out)
{
	size_t (*next)(const char *s, size_t n, size_t at) =
		kind == ANSWER_MATH ? next_box : next_place;

	for (size_t at = next(s, n, from); at < n; at = next(s, n, at + 1))
		if (announces(kind, s, n, at, strong, out))
			return true;
	return false;
}

static bool last_statement(enum answer_kind kind, const char *s, size_t n,
			   bool strong, struct answer *out)
{
	struct answer found;
	bool any = false;

	/* A box may hold another: the search goes on inside. */
	for (size_t at = 0; statement(kind, s, n, at, strong, &found);
	     at = found.start) {
		*out = found;
		any = true;
	}
	return any;
}

bool answer_first(enum answer_kind kind, const char *text, size_t n,
		  struct answer *out)
{
	return statement(kind, text, n, 0, false, out);
}

bool answer_next(enum answer_kind kind, const char *text, size_t n, size_t from,
		 struct answer *out)
{
	return statement(kind, text, n, from, false, out);
}

/* What code is last said to print: "prints `18`". */
static bool last_printed(const char *s, size_t n, struct answer *out)
{
	static const char cue[] = "prints `";
	const char *at = s, *end = s + n;
	struct answer found;
	bool any = false;

	while ((at = bytes_find(at, (size_t)(end - at), cue,
				sizeof(cue) - 1))) {
		at += sizeof(cue) - 1;
		if (!read_number(s, n, (size_t)(at - s), &found))
			continue;
		*out = found;
		any = true;
	}
	return any;
}

bool answer_last(enum answer_kind kind, const char *text, size_t n,
		 struct answer *out)
{
	if (last_statement(kind, text, n, true, out) ||
	    last_statement(kind, text, n, false, out))
		return true;
	/* a formula is a box's, but small models forget the box */
	if (kind == ANSWER_MATH)
		return last_statement(ANSWER_GSM8K, text, n, false, out);
	return (GSM8K | AIME) & 1u << kind &&
	       (last_printed(text, n, out) || last_number(text, n, out));
}

bool answer_stated(const char *text, size_t n, enum answer_kind *kind,
		   struct answer *out)
{
	static const enum answer_kind kinds[] = { ANSWER_MATH, ANSWER_GSM8K };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		*kind = kinds[i];
		if (answer_first(*kind, text, n, out) &&
		    answer_last(*kind, text, n, out))
			return true;
	}
	return false;
}

/* --- right -------------------------------------------------------------- */

/* Of "m + n = 116" and \textbf{(113)} the last number. */
static bool numbers_equal(const char *a, size_t n_a, const char *b, size_t n_b)
{
	struct answer x = { 0 }, y = { 0 };
	double p, q;

	if (!last_number(a, n_a, &x) || !last_number(b, n_b, &y))
		return false;
	p = number_of(a + x.start, x.end - x.start);
	q = number_of(b + y.start, y.end - y.start);
	return fabs(p - q) <= SAME_NUMBER * MAX(1, fabs(q));
}

static bool is_worked_out(const char *s, size_t n)
{
	double value;

	return answer_value(s, n, &value);
}

bool answer_equal(enum answer_kind kind, const char *a, size_t n_a,
		  const char *b, size_t n_b)
{
	if (n_a > ANSWER_MAX_BYTES || n_b > ANSWER_MAX_BYTES)
		return false;
	/* \frac{3}{4} and 0.75, "18\text{ m}^2" and 18 */
	if (answer_math_equal(a, n_a, b, n_b))
		return true;
	/* 3/4 is no 4, though it is its last number */
	return kind != ANSWER_MATH && !(is_worked_out(a, n_a) &&
					is_worked_out(b, n_b)) &&
	       numbers_equal(a, n_a, b, n_b);
}

bool answer_right(enum answer_kind kind, const char *text, size_t n,
		  const char *gold)
{
	struct answer at;

	return answer_last(kind, text, n, &at) &&
	       answer_equal(kind, text + at.start, at.end - at.start, gold,
			    strlen(gold));
}
