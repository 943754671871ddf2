/*
 * The parts of JSON that both readers need, written so that the usual case (a
 * string without escapes, a short number) is a memchr or a short loop.
 */
#include "json/json_lex.h"

#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "json/json.h"

/* Four hexadecimal digits at s, -1 if they are not. */
static int32_t hex4(const char *s)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(s[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

static bool is_high(int32_t unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low(int32_t unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* A code point or a lone surrogate; utf8_encode() has no form for these. */
static void put_unit(struct buf *out, int32_t cp)
{
	char *to = buf_reserve(out, 4);

	if (is_high(cp) || is_low(cp)) {
		to[0] = (char)0xed;
		to[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		to[2] = (char)(0x80 | (cp & 0x3f));
		out->len += 3;
	} else {
		out->len += utf8_encode(cp, to);
	}
}

/* \uXXXX at s (behind the u), n bytes left in the string. Returns how many
 * bytes were used, 0 if it is malformed. */
static size_t put_escaped_unit(struct buf *out, const char *s, size_t n)
{
	int32_t unit, low;

	if (n < 4 || (unit = hex4(s)) < 0)
		return 0;
	if (is_high(unit) && n >= 10 && s[4] == '\\' && s[5] == 'u' &&
	    is_low(low = hex4(s + 6))) {
		put_unit(out, 0x10000 + ((unit - 0xd800) << 10) +
				      (low - 0xdc00));
		return 10;
	}
	put_unit(out, unit);
	return 4;
}

static char simple_escape(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '"':
	case '\\':
	case '/':
		return c;
	default:
		return '\0';
	}
}

/* The escape at s (behind its backslash). Returns how many bytes were used,
 * 0 if it is malformed. */
static size_t put_escape(struct buf *out, const char *s, size_t n)
{
	char c = n ? simple_escape(*s) : '\0';
	size_t used;

	if (c) {
		buf_putc(out, c);
		return 1;
	}
	if (!n || *s != 'u')
		return 0;
	used = put_escaped_unit(out, s + 1, n - 1);
	return used ? used + 1 : 0;
}

bool json_unescape(struct buf *out, const char *s, size_t n)
{
	const char *end = s + n, *slash;

	buf_reserve(out, n); /* decoded text is never longer */
	while ((slash = memchr(s, '\\', (size_t)(end - s)))) {
		size_t used;

		buf_append(out, s, (size_t)(slash - s));
		s = slash + 1;
		used = put_escape(out, s, (size_t)(end - s));
		if (!used)
			return false;
		s += used;
	}
	buf_append(out, s, (size_t)(end - s));
	return true;
}

/* A quote counts if an even number of backslashes stands before it. */
const char *json_closing_quote(const char *from, const char *end)
{
	const char *at = from;

	while ((at = memchr(at, '"', (size_t)(end - at)))) {
		const char *back = at;

		while (back > from && back[-1] == '\\')
			back--;
		if ((at - back) % 2 == 0)
			return at;
		from = ++at; /* what was counted is not counted again */
	}
	return NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits(const char *s, size_t n, size_t at)
{
	while (at < n && is_digit(s[at]))
		at++;
	return at;
}

size_t json_number_len(const char *s, size_t n, bool *more)
{
	size_t from = n && s[0] == '-', at = digits(s, n, from), end;

	*more = at == n;
	if (at == from || (s[from] == '0' && at > from + 1))
		return 0;
	if (at < n && s[at] == '.') {
		end = digits(s, n, at + 1);
		*more = end == n;
		if (end == at + 1)
			return 0;
		at = end;
	}
	if (at < n && (s[at] == 'e' || s[at] == 'E')) {
		size_t exponent = at + 1;

		if (exponent < n && (s[exponent] == '+' || s[exponent] == '-'))
			exponent++;
		end = digits(s, n, exponent);
		*more = end == n;
		if (end == exponent)
			return 0;
		at = end;
	}
	return at;
}

static double scale(double mantissa, long exponent)
{
	if (mantissa == 0 || exponent < -400)
		return 0;
	if (exponent > 400)
		return INFINITY;
	if (exponent < 0)
		/* two steps: 10^-exponent alone may overflow */
		return exponent < -300 ? mantissa / 1e300 /
						 pow(10, -(exponent + 300.)) :
					 mantissa / pow(10, -(double)exponent);
	return mantissa * pow(10, (double)exponent);
}

static long exponent_of(const char *s, size_t n)
{
	bool minus = n && s[0] == '-';
	long value = 0;

	for (size_t i = n && (s[0] == '-' || s[0] == '+'); i < n; i++)
		if (value < 100000)
			value = value * 10 + (s[i] - '0');
	return minus ? -value : value;
}

double json_parse_number(const char *s, size_t n)
{
	bool more, point = false;
	size_t len = json_number_len(s, n, &more), at = len && s[0] == '-';
	bool minus = at;
	uint64_t mantissa = 0;
	long exponent = 0;

	if (!len || len != n)
		return NAN;
	for (; at < n && s[at] != 'e' && s[at] != 'E'; at++) {
		if (s[at] == '.') {
			point = true;
		} else if (mantissa < UINT64_MAX / 10 - 1) {
			mantissa = mantissa * 10 + (uint64_t)(s[at] - '0');
			exponent -= point;
		} else {
			exponent += !point; /* digits beyond 19 say nothing */
		}
	}
	if (at < n)
		exponent += exponent_of(s + at + 1, n - at - 1);
	return (minus ? -1 : 1) * scale((double)mantissa, exponent);
}
