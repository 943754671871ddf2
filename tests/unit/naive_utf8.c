#include "naive_utf8.h"

#include "base/utf8.h"

/* The rows of RFC 3629, section 4: ranges of each byte. */
static const struct row {
	int len;
	unsigned char from[4], to[4];
} rows[] = {
	{ 1, { 0x00 }, { 0x7f } },
	{ 2, { 0xc2, 0x80 }, { 0xdf, 0xbf } },
	{ 3, { 0xe0, 0xa0, 0x80 }, { 0xe0, 0xbf, 0xbf } },
	{ 3, { 0xe1, 0x80, 0x80 }, { 0xec, 0xbf, 0xbf } },
	{ 3, { 0xed, 0x80, 0x80 }, { 0xed, 0x9f, 0xbf } },
	{ 3, { 0xee, 0x80, 0x80 }, { 0xef, 0xbf, 0xbf } },
	{ 4, { 0xf0, 0x90, 0x80, 0x80 }, { 0xf0, 0xbf, 0xbf, 0xbf } },
	{ 4, { 0xf1, 0x80, 0x80, 0x80 }, { 0xf3, 0xbf, 0xbf, 0xbf } },
	{ 4, { 0xf4, 0x80, 0x80, 0x80 }, { 0xf4, 0x8f, 0xbf, 0xbf } },
};

/* How many of the row's bytes stand at s[0..n), counted up to the first that
 * does not. */
static int fits(const struct row *row, const unsigned char *s, size_t n)
{
	int i = 0;

	while (i < row->len && (size_t)i < n && s[i] >= row->from[i] &&
	       s[i] <= row->to[i])
		i++;
	return i;
}

int32_t naive_decode(const char *s, size_t n, size_t *used)
{
	static const int32_t lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const unsigned char *u = (const unsigned char *)s;

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		int len = fits(&rows[r], u, n);
		int32_t cp;

		if (len == 0)
			continue;
		*used = (size_t)len;
		if (len < rows[r].len && (size_t)len == n)
			return UTF8_MORE;
		if (len < rows[r].len)
			break;
		cp = u[0] & lead_bits[len];
		for (int i = 1; i < len; i++)
			cp = cp * 64 + (u[i] - 0x80);
		return cp;
	}
	*used = 1;
	return UTF8_BAD;
}

static bool is_harm(int32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) || /* C0, DEL, C1 */
	       cp == 0x61c || cp == 0x200e || cp == 0x200f || /* marks */
	       (cp >= 0x2028 && cp <= 0x202e) || /* separators, embeddings */
	       (cp >= 0x2066 && cp <= 0x206f) || /* isolates, deprecated */
	       cp == 0xfeff || cp == 0xad;
}

int32_t naive_harm(const char *s, size_t n)
{
	for (size_t at = 0, used; at < n; at += used) {
		int32_t cp = naive_decode(s + at, n - at, &used);

		if (is_harm(cp))
			return cp < 0 ? 0x80 : cp;
	}
	return -1;
}
