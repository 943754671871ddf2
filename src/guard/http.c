/*
 * The few productions of RFC 9110 and 9112 that both sides of the proxy check.
 */
#include "guard/http.h"

#include <string.h>

enum { LENGTH_DIGITS = 18 };

static bool is_tchar(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

bool http_is_token(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_tchar(s[i]))
			return false;
	return n > 0;
}

bool http_is_value(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)s[i] < ' ' && s[i] != '\t') ||
		    s[i] == 0x7f)
			return false;
	return true;
}

bool http_is_field(const char *s, size_t n)
{
	const char *colon = memchr(s, ':', n);
	size_t len = colon ? (size_t)(colon - s) : 0;

	return colon && http_is_token(s, len) &&
	       http_is_value(colon + 1, n - len - 1);
}

bool http_is_length(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n > 0 && n <= LENGTH_DIGITS && !s[n];
}
