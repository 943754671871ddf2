/*
 * A table of states and not PCRE2, because text comes in pieces: PCRE2 would
 * begin again at the start of the open pre-token with each of them, and cuts
 * whole texts at a third of the speed.
 */
#include "token/split.h"

#include <utf8proc.h>

#include "base/utf8.h"

/* What the expression can tell apart; the letters that follow an apostrophe
 * in a contraction are classes of their own. */
enum class {
	LETTER, /* \p{L} but the following four rows */
	STMD,   /* s t m d, and the long s, which (?i:s) matches too */
	RV,     /* r v */
	E,
	EL,     /* l; the last of the letters */
	NUMBER, /* \p{N} */
	NEWLINE, /* \r \n */
	SPACE,  /* U+0020 */
	BLANK,  /* other \s */
	APOS,
	OTHER,
	N_CLASSES,
	SPECIAL = N_CLASSES, /* a special token starts here */
	MORE,                /* can't be told without more bytes */
};

enum state {
	START,    /* nothing yet */
	LETTERS,  /* one of [^\r\n\p{L}\p{N}] or none, and letters */
	ONE_SPACE,
	ONE_BLANK,
	ONE_APOS,
	APOS_RV,  /* 'r or 'v: an e completes it */
	APOS_L,   /* 'l: another l completes it */
	ONE_OTHER, /* may still be the prefix of letters */
	OTHERS,
	OTHERS_NL, /* OTHERS and newlines */
	WHITE,    /* two or more of \s, or one newline */
	ONE_DIGIT, /* where they go by three */
	TWO_DIGITS,
	N_STATES,
	CLOSE = N_STATES, /* the pre-token ends before this code point */
	TAKE,             /* and this one ends it */
};

/* LETTERS etc. once more, short enough for a table. */
enum { LT = LETTERS, OS = OTHERS, ON = OTHERS_NL, WH = WHITE, CL = CLOSE };

static const uint8_t transition[N_STATES][N_CLASSES] = {
	/* letter STMD RV E l  number newline space blank apos other */
	[START] = { LT, LT, LT, LT, LT, TAKE, WH, ONE_SPACE, ONE_BLANK,
		    ONE_APOS, ONE_OTHER },
	[LETTERS] = { LT, LT, LT, LT, LT, CL, CL, CL, CL, CL, CL },
	[ONE_SPACE] = { LT, LT, LT, LT, LT, CL, WH, WH, WH, OS, OS },
	[ONE_BLANK] = { LT, LT, LT, LT, LT, CL, WH, WH, WH, CL, CL },
	[ONE_APOS] = { LT, TAKE, APOS_RV, LT, APOS_L, CL, ON, CL, CL, OS,
		       OS },
	[APOS_RV] = { LT, LT, LT, TAKE, LT, CL, CL, CL, CL, CL, CL },
	[APOS_L] = { LT, LT, LT, LT, TAKE, CL, CL, CL, CL, CL, CL },
	[ONE_OTHER] = { LT, LT, LT, LT, LT, CL, ON, CL, CL, OS, OS },
	[OTHERS] = { CL, CL, CL, CL, CL, CL, ON, CL, CL, OS, OS },
	[OTHERS_NL] = { CL, CL, CL, CL, CL, CL, ON, CL, CL, CL, CL },
	[WHITE] = { CL, CL, CL, CL, CL, CL, WH, WH, WH, CL, CL },
	[ONE_DIGIT] = { CL, CL, CL, CL, CL, TWO_DIGITS, CL, CL, CL, CL, CL },
	[TWO_DIGITS] = { CL, CL, CL, CL, CL, TAKE, CL, CL, CL, CL, CL },
};

#define LE LETTER
#define NU NUMBER
#define NL NEWLINE
#define SP SPACE
#define BL BLANK
#define AP APOS
#define OT OTHER
#define SD STMD

static const uint8_t ascii[128] = {
	OT, OT, OT, OT, OT, OT, OT, OT, OT, BL, NL, BL, BL, NL, OT, OT,
	OT, OT, OT, OT, OT, OT, OT, OT, OT, OT, OT, OT, OT, OT, OT, OT,
	SP, OT, OT, OT, OT, OT, OT, AP, OT, OT, OT, OT, OT, OT, OT, OT,
	NU, NU, NU, NU, NU, NU, NU, NU, NU, NU, OT, OT, OT, OT, OT, OT,
	OT, LE, LE, LE, SD, E,  LE, LE, LE, LE, LE, LE, EL, SD, LE, LE,
	LE, LE, RV, SD, SD, LE, RV, LE, LE, LE, LE, OT, OT, OT, OT, OT,
	OT, LE, LE, LE, SD, E,  LE, LE, LE, LE, LE, LE, EL, SD, LE, LE,
	LE, LE, RV, SD, SD, LE, RV, LE, LE, LE, LE, OT, OT, OT, OT, OT,
};

/* White_Space above ASCII: what \s means in a Unicode expression. */
static bool is_blank(int32_t cp)
{
	return cp == 0x85 || cp == 0xa0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 ||
	       cp == 0x2029 || cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

static enum class wide_class(int32_t cp)
{
	switch (utf8proc_category(cp)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
		return cp == 0x17f ? STMD : LETTER;
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return NUMBER;
	default:
		return is_blank(cp) ? BLANK : OTHER;
	}
}

/* The class of what starts at s[0..n), n >= 1, and its bytes in *used. */
static enum class classify(const struct special *special, const char *s,
			   size_t n, bool end, size_t *used)
{
	unsigned char c = (unsigned char)*s;
	int32_t cp;

	*used = 1;
	if (c < 0x80 && (ascii[c] <= EL || !special_begins(special, *s)))
		return (enum class)ascii[c];
	if (special_begins(special, *s)) {
		uint32_t id = special_at(special, s, n, end, used);

		if (id != TOKEN_NONE)
			return id == SPECIAL_MORE ? MORE : SPECIAL;
	}
	if (c < 0x80)
		return (enum class)ascii[c];
	cp = utf8_decode(s, n, used);
	if (cp == UTF8_MORE && !end)
		return MORE;
	if (cp == UTF8_BAD || cp == UTF8_MORE) {
		*used = 1;
		return OTHER;
	}
	return wide_class(cp);
}

/* \s*[\r\n]+, else \s+(?!\S), else \s+; other states end where they are. */
static size_t close_piece(struct split *s, bool text_ends)
{
	size_t len = s->len;

	if (s->state == WHITE && s->newline)
		len = s->newline;
	else if (s->state == WHITE && !text_ends)
		len = s->last;
	*s = (struct split){ 0 };
	return len;
}

static void advance(struct split *s, uint8_t state, enum class c, size_t used)
{
	s->state = state;
	if (state == WHITE) {
		s->last = s->len;
		if (c == NEWLINE)
			s->newline = s->len + (uint32_t)used;
	}
	s->len += (uint32_t)used;
}

/* Where ASCII's letters end, from text[i] on. */
static ALWAYS_INLINE size_t skip_letters(const char *text, size_t n, size_t i)
{
	const unsigned char *u = (const unsigned char *)text;

	while (i < n && u[i] < 0x80 && ascii[u[i]] <= EL)
		i++;
	return i;
}

/* Most of all text: a word, a blank before it perhaps, with ASCII behind; 0 if
 * it is anything else. */
static ALWAYS_INLINE size_t plain_word(const char *text, size_t n)
{
	size_t from = n && *text == ' ', end = skip_letters(text, n, from);

	return end > from && end < n && !(text[end] & 0x80) ? end : 0;
}

/* One that begins with this byte is no special token. */
static ALWAYS_INLINE bool is_plain(const struct split_rule *rule, char c)
{
	return !special_begins(rule->special, c);
}

/* A pre-token that most of all text is, without a look at the table: a word, or
 * a digit; 0 if it is anything else. */
static ALWAYS_INLINE size_t plain_piece(const struct split_rule *rule,
					const char *text, size_t n)
{
	unsigned char c = (unsigned char)*text;

	if (c < 0x80 && ascii[c] == NUMBER)
		return !rule->three_digits && is_plain(rule, *text);
	if (c == ' ' && !is_plain(rule, ' '))
		return 0;
	return plain_word(text, MIN(n, rule->max));
}

static size_t scan(struct split *s, const struct split_rule *rule,
		   const char *text, size_t n, bool end)
{
	while (s->len < n) {
		size_t used;
		uint8_t state;
		enum class c = classify(rule->special, text + s->len,
					n - s->len, end, &used);

		if (c == MORE)
			return 0;
		if (c == SPECIAL) {
			if (s->len)
				return close_piece(s, true);
			return used;
		}
		if (s->len && s->len + used > rule->max)
			return close_piece(s, true);
		state = transition[s->state][c];
		if (c == NUMBER && s->state == START && rule->three_digits)
			state = ONE_DIGIT;
		if (state == CLOSE)
			return close_piece(s, false);
		advance(s, state, c, used);
		if (state == TAKE)
			return close_piece(s, false);
		if (state == LETTERS)
			s->len = (uint32_t)skip_letters(
				text, MIN(n, rule->max), s->len);
	}
	return end && s->len ? close_piece(s, true) : 0;
}

size_t split_next(struct split *s, const struct split_rule *rule,
		  const char *text, size_t n, bool end)
{
	size_t piece = s->len || !n ? 0 : plain_piece(rule, text, n);

	return piece ? piece : scan(s, rule, text, n, end);
}
