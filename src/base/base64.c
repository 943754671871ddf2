/*
 * Three bytes are four characters; what is read is undone as far as it goes
 * only when all of it is base64, so that a caller never has half of it.
 */
#include "base/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, const void *bytes, size_t n)
{
	const unsigned char *u = bytes;

	for (size_t at = 0; at < n; at += 3) {
		size_t left = MIN(n - at, (size_t)3);
		uint32_t three = (uint32_t)u[at] << 16;

		if (left > 1)
			three |= (uint32_t)u[at + 1] << 8;
		if (left > 2)
			three |= u[at + 2];
		for (size_t i = 0; i < 4; i++)
			buf_putc(out, i > left ? '=' :
					alphabet[three >> (18 - 6 * i) &
							  63]);
	}
}

static int sextet(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

bool base64_get(struct buf *out, const char *s, size_t n)
{
	size_t before = out->len;
	uint32_t bits = 0;
	unsigned n_bits = 0;

	while (n && s[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++) {
		int six = sextet(s[i]);

		if (six < 0 || (n % 4 == 1)) {
			out->len = before;
			return false;
		}
		bits = bits << 6 | (uint32_t)six;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			buf_putc(out, (char)(bits >> n_bits & 0xff));
		}
	}
	return true;
}

bool hex_get(struct buf *out, const char *s, size_t n)
{
	size_t before = out->len;

	if (n % 2)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		int high = hex_digit(s[i]), low = hex_digit(s[i + 1]);

		if (high < 0 || low < 0) {
			out->len = before;
			return false;
		}
		buf_putc(out, (char)(high << 4 | low));
	}
	return true;
}
