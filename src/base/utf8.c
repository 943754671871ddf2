/*
 * The decoder is written out, since broken bytes must cost one step each and
 * be told apart from cut ones; what characters are (widths, classes, clusters)
 * comes from utf8proc.
 */
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "base/buf.h"

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

/*
 * The sanitiser. One step looks at one code point, decides what it is, and
 * either makes a substitute of it or lets it collect what belongs to its
 * grapheme cluster (UAX 29, through utf8proc) as far as that is harmless and
 * fits.
 */

enum {
	ZWNJ = 0x200c,
	ZWJ = 0x200d,
	VS16 = 0xfe0f,
	KEYCAP = 0x20e3,
	BLACK_FLAG = 0x1f3f4,
	TAG_FIRST = 0xe0020,
	TAG_LAST = 0xe007f,
	DOTTED_CIRCLE = 0x25cc,
	CONTROL_PICTURES = 0x2400,
	DELETE_PICTURE = 0x2421,
};

/* Letters by category, but drawn as nothing: a place to hide things. */
static const int32_t invisible_letters[] = {
	0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0,
};

/* Common typography in ASCII dress. */
static const struct {
	int32_t cp;
	const char *ascii;
} typography[] = {
	{ 0x00a0, " " },   { 0x00b0, "deg" }, { 0x00b1, "+-" },
	{ 0x00b7, "-" },   { 0x00d7, "x" },   { 0x00f7, "/" },
	{ 0x03b5, "eps" }, { 0x03c1, "rho" }, { 0x2010, "-" },
	{ 0x2011, "-" },   { 0x2012, "-" },   { 0x2013, "-" },
	{ 0x2014, "--" },  { 0x2018, "'" },   { 0x2019, "'" },
	{ 0x201c, "\"" },  { 0x201d, "\"" },  { 0x2022, "*" },
	{ 0x2026, "..." }, { 0x202f, " " },   { 0x2190, "<-" },
	{ 0x2192, "->" },  { 0x2212, "-" },   { 0x2248, "~" },
	{ 0x2260, "!=" },  { 0x2264, "<=" },  { 0x2265, ">=" },
	{ 0x23f8, "||" },  { 0x2500, "-" },   { 0x2502, "|" },
	{ 0x25b6, ">" },   { 0x25cf, "*" },   { 0x2691, "!" },
	{ 0x2713, "ok" },  { 0x2717, "x" },
};

static bool is_category(int32_t cp, utf8proc_category_t category)
{
	return utf8proc_category(cp) == category;
}

bool utf8_is_letter(int32_t cp)
{
	utf8proc_category_t category = utf8proc_category(cp);

	return category >= UTF8PROC_CATEGORY_LU &&
	       category <= UTF8PROC_CATEGORY_LO;
}

static bool is_variation_selector(int32_t cp)
{
	return (cp >= 0xfe00 && cp <= 0xfe0f) ||
	       (cp >= 0xe0100 && cp <= 0xe01ef) ||
	       (cp >= 0x180b && cp <= 0x180f);
}

/* Nothing that may stand at the start of a cluster as it is. */
static bool is_harmful(int32_t cp)
{
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	default:
		break;
	}
	for (size_t i = 0; i < ARRAY_LEN(invisible_letters); i++)
		if (invisible_letters[i] == cp)
			return true;
	return is_variation_selector(cp);
}

/* Draws nothing of its own; sits on what stands before it. */
static bool is_mark(int32_t cp)
{
	return is_category(cp, UTF8PROC_CATEGORY_MN) ||
	       is_category(cp, UTF8PROC_CATEGORY_ME) ||
	       is_category(cp, UTF8PROC_CATEGORY_MC);
}

/* May follow `base` inside its cluster. Joiners need a script that has use
 * for them, tags need the flag that they name. */
static bool may_follow(int32_t base, int32_t cp)
{
	if (cp >= TAG_FIRST && cp <= TAG_LAST)
		return base == BLACK_FLAG;
	if (cp == ZWNJ || cp == ZWJ)
		return base > 0x7f;
	return is_variation_selector(cp) || !is_harmful(cp);
}

static size_t put(struct utf8_cluster *out, enum utf8_kind kind, size_t used)
{
	out->kind = kind;
	return used;
}

/* An ASCII substitute: its columns are its bytes. */
static size_t put_ascii(struct utf8_cluster *out, enum utf8_kind kind,
			const char *text, size_t used)
{
	size_t len = MIN(strlen(text), (size_t)UTF8_CLUSTER_BYTES);

	memcpy(out->text, text, len);
	out->len = (uint8_t)len;
	out->width = (uint8_t)len;
	return put(out, kind, used);
}

static size_t put_escape(struct utf8_cluster *out, int32_t cp, size_t used)
{
	char text[16];

	snprintf(text, sizeof(text), cp > 0xffff ? "\\U%08x" : "\\u%04x",
		 (unsigned)cp);
	return put_ascii(out, UTF8_SUBSTITUTE, text, used);
}

/* The byte is not UTF-8. A surrogate in UTF-8's dress is told as one. */
static size_t put_bad(struct utf8_cluster *out, const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	char text[8];

	if (n >= 3 && u[0] == 0xed && u[1] >= 0xa0 && u[1] <= 0xbf &&
	    (u[2] & 0xc0) == 0x80)
		return put_escape(
			out, 0xd000 | (u[1] & 0x3f) << 6 | (u[2] & 0x3f), 3);
	snprintf(text, sizeof(text), "\\x%02x", u[0]);
	return put_ascii(out, UTF8_SUBSTITUTE, text, 1);
}

static size_t put_control(struct utf8_cluster *out, int32_t cp, bool ascii)
{
	enum utf8_kind kind = cp == '\n'   ? UTF8_LINE_FEED
			      : cp == '\t' ? UTF8_TAB
					   : UTF8_SUBSTITUTE;
	char caret[3] = { '^', (char)(cp ^ 0x40), '\0' };

	if (ascii)
		return put_ascii(out, kind, caret, 1);
	out->len = (uint8_t)utf8_encode(
		cp == 0x7f ? DELETE_PICTURE : CONTROL_PICTURES + cp, out->text);
	out->width = 1;
	return put(out, kind, 1);
}

static size_t put_typography(struct utf8_cluster *out, int32_t cp, size_t used)
{
	for (size_t i = 0; i < ARRAY_LEN(typography); i++)
		if (typography[i].cp == cp)
			return put_ascii(out, UTF8_TEXT, typography[i].ascii,
					 used);
	return put_escape(out, cp, used);
}

/* Marks without a base: at the start of a text, or too many for one cell.
 * The first is shown on a dotted circle, the run goes with it. */
static size_t put_loose_marks(struct utf8_cluster *out, const char *s, size_t n)
{
	size_t len = utf8_encode(DOTTED_CIRCLE, out->text), used, pos;
	int32_t cp = utf8_decode(s, n, &used);

	memcpy(out->text + len, s, used);
	out->len = (uint8_t)(len + used);
	out->width = 1;
	pos = used;
	for (int i = 1; i < UTF8_EXCESS_MAX && pos < n; i++) {
		cp = utf8_decode(s + pos, n - pos, &used);
		if (cp < 0x80 || !is_mark(cp))
			break;
		pos += used;
	}
	return put(out, UTF8_SUBSTITUTE, pos);
}

/* Columns of a cluster so far, with one more code point in it. Emoji, flags
 * and syllables never take more than two. */
static int widen(int width, int32_t base, int32_t cp, bool joined)
{
	if (joined)
		return MAX(width, 2);
	if (cp == VS16)
		return base == '#' || base == '*' || base > 0xff ? 2 : width;
	if (cp == KEYCAP)
		return 2;
	return MIN(2, width + MAX(0, utf8proc_charwidth(cp)));
}

static size_t put_cluster(struct utf8_cluster *out, const char *s, size_t n,
			  int32_t base, size_t used)
{
	size_t pos = used;
	utf8proc_int32_t state = 0;
	int32_t before = base;
	int width = MAX(1, utf8proc_charwidth(base));

	while (pos < n) {
		int32_t cp = utf8_decode(s + pos, n - pos, &used);

		if (cp < 0x80 || pos + used > UTF8_CLUSTER_BYTES ||
		    utf8proc_grapheme_break_stateful(before, cp, &state) ||
		    !may_follow(base, cp))
			break;
		width = widen(width, base, cp, before == ZWJ);
		before = cp;
		pos += used;
	}
	memcpy(out->text, s, pos);
	out->len = (uint8_t)pos;
	out->width = (uint8_t)width;
	return put(out, UTF8_TEXT, pos);
}

size_t utf8_cluster(const char *s, size_t n, bool ascii,
		    struct utf8_cluster *out)
{
	size_t used;
	int32_t cp = utf8_decode(s, n, &used);

	if (cp < 0)
		return put_bad(out, s, n);
	if (cp < 0x20 || cp == 0x7f)
		return put_control(out, cp, ascii);
	if (cp < 0x7f && (ascii || n == 1 || !(s[1] & 0x80))) {
		out->text[0] = s[0];
		out->len = out->width = 1;
		return put(out, UTF8_TEXT, 1);
	}
	if (ascii)
		return put_typography(out, cp, used);
	if (is_harmful(cp))
		return put_escape(out, cp, used);
	if (is_mark(cp))
		return put_loose_marks(out, s, n);
	return put_cluster(out, s, n, cp, used);
}

/* How many bytes from s[0] on are printable ASCII, each of them a cluster: no
 * mark behind the last. */
static size_t plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= ' ' && s[i] < 0x7f)
		i++;
	return i && i < n && (s[i] & 0x80) ? i - 1 : i;
}

size_t utf8_width(const char *s, size_t n, bool ascii)
{
	size_t width = 0;

	for (size_t i = 0, k; i < n;) {
		struct utf8_cluster c;

		k = plain(s + i, n - i);
		i += k;
		width += k;
		if (i == n)
			break;
		i += utf8_cluster(s + i, n - i, ascii, &c);
		width += c.width;
	}
	return width;
}

void utf8_sanitize(struct buf *out, const char *s, size_t n, bool ascii,
		   bool keep_lines)
{
	for (size_t i = 0, used; i < n; i += used) {
		struct utf8_cluster c;

		used = plain(s + i, n - i);
		if (used) {
			buf_append(out, s + i, used);
			continue;
		}
		used = utf8_cluster(s + i, n - i, ascii, &c);
		if (keep_lines &&
		    (c.kind == UTF8_LINE_FEED || c.kind == UTF8_TAB))
			buf_putc(out, s[i]);
		else
			buf_append(out, c.text, c.len);
	}
}

static bool is_ascii(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && !((unsigned char)s[i] & 0x80))
		i++;
	return i == n;
}

bool utf8_compose(const char *s, size_t n, struct buf *out)
{
	const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	utf8proc_ssize_t most, len = -1;
	utf8proc_int32_t *all;

	if (is_ascii(s, n))
		return false;
	most = utf8proc_decompose((const utf8proc_uint8_t *)s,
				  (utf8proc_ssize_t)n, NULL, 0, how);
	if (most < 0)
		return false;
	all = mem_alloc(((size_t)most + 1) * sizeof(*all));
	if (utf8proc_decompose((const utf8proc_uint8_t *)s,
			       (utf8proc_ssize_t)n, all, most, how) == most)
		len = utf8proc_reencode(all, most, how);
	if (len >= 0)
		buf_append(out, all, (size_t)len);
	mem_free(all);
	return len >= 0;
}

const char *utf8_library(void)
{
	return utf8proc_version();
}
