/*
 * FNV-1a over the bytes of a word, begun with its kind. Blanks that are less
 * than a word are no word but a property of the next. A wide character is the
 * first byte and as many more as that one asks for, whatever they are.
 */
#include "measure/words.h"

#include <limits.h>

#include "base/hash.h"

enum { NONE, BLANK, LETTER, DIGIT, MARK, WIDE };

#define L LETTER
#define M MARK
#define D DIGIT
#define FOUR(kind) kind, kind, kind, kind
#define SIXTEEN(kind) FOUR(kind), FOUR(kind), FOUR(kind), FOUR(kind)

static const uint8_t kind_of[UCHAR_MAX + 1] = {
	SIXTEEN(BLANK), SIXTEEN(BLANK), /* controls */
	BLANK, M, M, M, FOUR(M), FOUR(M), FOUR(M),
	FOUR(D), FOUR(D), D, D, M, M, FOUR(M),
	M, L, L, L, FOUR(L), FOUR(L), FOUR(L), /* A .. */
	FOUR(L), FOUR(L), L, L, L, M, M, M, M, L, /* .. Z, _ */
	M, L, L, L, FOUR(L), FOUR(L), FOUR(L),
	FOUR(L), FOUR(L), L, L, L, M, FOUR(M),
	SIXTEEN(L), SIXTEEN(L), SIXTEEN(L), SIXTEEN(L), /* bytes behind, */
	SIXTEEN(L), SIXTEEN(L), /* the first of two, */
	SIXTEEN(WIDE), SIXTEEN(WIDE), /* of more */
};

static ALWAYS_INLINE uint32_t lower(uint32_t code)
{
	return code < 0x80 ? code | 32 : code;
}

/* Does this character begin another word? */
static ALWAYS_INLINE bool parts(const struct word_cut *w, unsigned kind,
				uint32_t code)
{
	unsigned max = kind == WIDE ? WORDS_WIDE_BYTES : WORDS_MAX_BYTES;

	return kind != w->kind || w->len >= max ||
	       (kind >= MARK && code != w->code);
}

/* blank: the hash of those before it. */
static ALWAYS_INLINE void begin(struct word_cut *w, unsigned kind,
				uint32_t code, uint32_t blank)
{
	w->exact = fnv32_step(blank, kind);
	w->folded = fnv32_step(FNV32_BASIS, kind);
	if (kind >= MARK)
		w->folded = fnv32_step(w->folded, code);
	w->kind = (uint8_t)kind;
	w->code = code;
	w->number = kind == DIGIT;
	w->len = 0;
}

/* A character of n bytes. */
static ALWAYS_INLINE bool take(struct word_cut *w, unsigned kind, uint32_t code,
			       unsigned n, struct word *out)
{
	bool ended = false;

	if (parts(w, kind, code)) {
		bool gap = w->kind == BLANK && w->len < WORDS_MAX_BYTES;

		ended = w->kind != NONE && !gap;
		*out = (struct word){ w->exact, w->folded, w->number };
		begin(w, kind, code, gap ? w->exact : FNV32_BASIS);
	}
	w->exact = fnv32_step(w->exact, code);
	if (kind == LETTER)
		w->folded = fnv32_step(w->folded, lower(code));
	if (kind == DIGIT)
		w->number = (w->number - 1) * 10 + code - '0' + 1;
	w->len = (uint8_t)(w->len + n);
	return ended;
}

/* Bytes that go on the open word of letters: the most of a text. */
static ALWAYS_INLINE const char *take_run(struct word_cut *w, const char *at,
					  const char *end)
{
	const char *start = at;
	size_t most = WORDS_MAX_BYTES - w->len;
	uint32_t exact = w->exact, folded = w->folded;

	if ((size_t)(end - at) > most)
		end = at + most;
	for (; at < end; at++) {
		unsigned char c = (unsigned char)*at;

		if (kind_of[c] != LETTER)
			break;
		exact = fnv32_step(exact, c);
		folded = fnv32_step(folded, lower(c));
	}
	w->exact = exact;
	w->folded = folded;
	w->len = (uint8_t)(w->len + (at - start));
	return at;
}

static ALWAYS_INLINE bool push(struct word_cut *w, unsigned char c,
			       struct word *out)
{
	unsigned kind = kind_of[c];

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

bool words_push(struct word_cut *w, unsigned char c, struct word *out)
{
	return push(w, c, out);
}

size_t words_some(struct word_cut *w, const char **at, const char *end,
		  struct word *out, const char **ends, size_t max)
{
	struct word_cut own = *w;
	const char *p = *at;
	size_t n = 0;

	while (p < end && n < max) {
		if (own.kind == LETTER && !own.missing)
			p = take_run(&own, p, end);
		if (p < end && push(&own, (unsigned char)*p++, &out[n]))
			ends[n++] = p;
	}
	*w = own;
	*at = p;
	return n;
}

bool words_next(struct word_cut *w, const char **at, const char *end,
		struct word *out)
{
	const char *ends[1];

	return words_some(w, at, end, out, ends, 1) > 0;
}
