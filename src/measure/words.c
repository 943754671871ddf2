/*
 * FNV-1a over the bytes of a word, begun with its kind. Blanks that are less
 * than a word are no word but a property of the next. A wide character is the
 * first byte and as many more as that one asks for, whatever they are.
 */
#include "measure/words.h"

enum { NONE, BLANK, LETTER, DIGIT, MARK, WIDE };

#define FNV_BASIS ((uint32_t)2166136261u)
#define FNV_PRIME ((uint32_t)16777619u)

static uint32_t mix(uint32_t hash, uint32_t code)
{
	return (hash ^ code) * FNV_PRIME;
}

static unsigned kind_of(unsigned char c)
{
	if (c >= 0xe0)
		return WIDE;
	if (c >= 0x80 || c == '_' || ((c | 32) >= 'a' && (c | 32) <= 'z'))
		return LETTER;
	if (c >= '0' && c <= '9')
		return DIGIT;
	return c <= ' ' ? BLANK : MARK;
}

/* Does this character begin another word? */
static bool parts(const struct word_cut *w, unsigned kind, uint32_t code)
{
	unsigned max = kind == WIDE ? WORDS_WIDE_BYTES : WORDS_MAX_BYTES;

	return kind != w->kind || w->len >= max ||
	       (kind >= MARK && code != w->code);
}

static void begin(struct word_cut *w, unsigned kind, uint32_t code, bool blank)
{
	w->exact = mix(FNV_BASIS, kind + (blank ? 16 : 0));
	w->folded = mix(FNV_BASIS, kind);
	if (kind >= MARK)
		w->folded = mix(w->folded, code);
	w->kind = (uint8_t)kind;
	w->code = code;
	w->len = 0;
}

/* A character of n bytes. */
static bool take(struct word_cut *w, unsigned kind, uint32_t code, unsigned n,
		 struct word *out)
{
	bool ended = false;

	if (parts(w, kind, code)) {
		bool gap = w->kind == BLANK && w->len < WORDS_MAX_BYTES;

		ended = w->kind != NONE && !gap;
		*out = (struct word){ w->exact, w->folded };
		begin(w, kind, code, gap);
	}
	w->exact = mix(w->exact, code);
	if (kind == LETTER)
		w->folded = mix(w->folded, code < 0x80 ? code | 32 : code);
	w->len = (uint8_t)(w->len + n);
	return ended;
}

bool words_push(struct word_cut *w, unsigned char c, struct word *out)
{
	unsigned kind = kind_of(c);

	if (w->missing) {
		w->wide = w->wide << 8 | c;
		return !--w->missing &&
		       take(w, WIDE, w->wide, w->wide >> 24 >= 0xf0 ? 4 : 3,
			    out);
	}
	if (kind != WIDE)
		return take(w, kind, c, 1, out);
	w->wide = c;
	w->missing = c >= 0xf0 ? 3 : 2;
	return false;
}
