#include "base/utf8.h"

/* Smallest code point that needs the given number of bytes. */
static const int32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };

static int sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

/* The second byte decides overlong, surrogate and out of range, so that a
 * cut sequence that can never become valid is bad now, not "more". */
static bool second_byte_possible(unsigned char lead, unsigned char second)
{
	switch (lead) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second <= 0x9f;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second <= 0x8f;
	default:
		return true;
	}
}

int32_t utf8_decode(const char *s, size_t n, size_t *used)
{
	const unsigned char *u = (const unsigned char *)s;
	int len = sequence_length(u[0]);
	int32_t cp;

	*used = 1;
	if (len == 1)
		return u[0];
	if (len == 0)
		return UTF8_BAD;
	cp = u[0] & (0xff >> (len + 1));
	for (int i = 1; i < len; i++) {
		if ((size_t)i >= n) {
			*used = n;
			return UTF8_MORE;
		}
		if ((u[i] & 0xc0) != 0x80)
			return UTF8_BAD;
		if (i == 1 && !second_byte_possible(u[0], u[1]))
			return UTF8_BAD;
		cp = cp << 6 | (u[i] & 0x3f);
	}
	if (cp < least[len])
		return UTF8_BAD;
	*used = (size_t)len;
	return cp;
}

size_t utf8_encode(int32_t cp, char out[4])
{
	if (cp < 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		cp = 0xfffd;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}
