/*
 * utf8.h - text of unknown quality, one code point or one cluster at a time.
 *
 * Nothing here trusts its input: every byte string is walked without reading
 * past its end, and what is not UTF-8 (overlong forms, surrogates, lone
 * continuation bytes, code points above U+10FFFF) is one bad byte at a time.
 *
 * utf8_cluster() is the one sanitiser: whatever text from a model, a file or
 * a server reaches a terminal went through it. What it gives never holds a
 * byte below 0x20, 0x7f, a C1 control in either encoding, a bidi control, a
 * line or paragraph separator, an invisible character on its own, or a byte
 * that is not UTF-8: these come out as visible substitutes.
 */
#ifndef LILSCOPE_UTF8_H
#define LILSCOPE_UTF8_H

#include "base/base.h"

#define UTF8_BAD ((int32_t)-1)  /* not UTF-8: one byte was consumed */
#define UTF8_MORE ((int32_t)-2) /* a good start, cut by the end of input */

enum {
	/* Bytes of one harmless cluster: a family emoji has 25, the flag of
	 * Scotland 28. */
	UTF8_CLUSTER_BYTES = 28,
	/* Code points that one substitute for excess combining marks
	 * swallows, so that 10 MB of them cost a bounded step each. */
	UTF8_EXCESS_MAX = 1024,
};

/*
 * Decodes the code point at s[0..n), n >= 1, and stores how many bytes it
 * took in *used (1 for UTF8_BAD, n for UTF8_MORE).
 * Returns the code point, UTF8_BAD or UTF8_MORE.
 */
int32_t utf8_decode(const char *s, size_t n, size_t *used);

/* A letter of any script, as Unicode's categories L have it. */
bool utf8_is_letter(int32_t cp);

/* Writes cp (any scalar value; others become U+FFFD) and returns 1..4. */
size_t utf8_encode(int32_t cp, char out[4]);

enum utf8_kind {
	UTF8_TEXT,       /* a grapheme cluster as it was */
	UTF8_LINE_FEED,  /* LF; text is a visible substitute */
	UTF8_TAB,        /* TAB; the same */
	UTF8_SUBSTITUTE, /* something harmful or broken, made visible */
};

/* One step of the sanitiser. */
struct utf8_cluster {
	char text[UTF8_CLUSTER_BYTES]; /* harmless, not terminated */
	uint8_t len;                   /* bytes of text, >= 1 */
	uint8_t width;                 /* columns: 1 or 2 for TEXT; for others
					  as many as text has, all ASCII
					  or one glyph */
	enum utf8_kind kind;
};

/*
 * The next cluster of s[0..n), n >= 1, into *out. Returns the bytes of s
 * that it stands for, >= 1. With `ascii` only ASCII comes out (one code
 * point a step): common typography in its usual ASCII dress, the rest as
 * \u03c1. A code point cut by the end of s is shown as bad bytes: streams
 * hold back the cut bytes themselves (UTF8_MORE).
 */
size_t utf8_cluster(const char *s, size_t n, bool ascii,
		    struct utf8_cluster *out);

/* Columns of s[0..n) when it is shown through utf8_cluster(). */
size_t utf8_width(const char *s, size_t n, bool ascii);

struct buf;

/* Appends s[0..n) to out, sanitised; LF and TAB stay when keep_lines. */
void utf8_sanitize(struct buf *out, const char *s, size_t n, bool ascii,
		   bool keep_lines);

/* Appends s[0..n) in normal form C (UAX 15). False, and nothing is appended:
 * it is ASCII, which is as it is, or no UTF-8. */
bool utf8_compose(const char *s, size_t n, struct buf *out);

/* The version of utf8proc that it runs with. */
const char *utf8_library(void);

#endif
