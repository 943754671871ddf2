/*
 * words.h - a text cut into words, twice: as it is and folded.
 *
 * A word is a run of letters, of digits, of blanks or of one mark, at most
 * WORDS_MAX_BYTES long; a character of three or four bytes (CJK, a line of a
 * box) is one by itself, with its repeats up to WORDS_WIDE_BYTES. As it is, a
 * word is its bytes and the blanks before it, so a line that is said again
 * further in is another; folded, case, the blanks and what the digits are go.
 * So "Step 66:" and "\nstep 7:" are the same folded.
 *
 * Words are hashes: 32 bits, so two of them are the same by chance once in
 * 4 x 10^9. They depend on the bytes alone, not on how they are cut into
 * pushes.
 */
#ifndef LILSCOPE_WORDS_H
#define LILSCOPE_WORDS_H

#include "base/base.h"

enum {
	WORDS_MAX_BYTES = 16,
	WORDS_WIDE_BYTES = 8,  /* of a wide one and its repeats */
};

/* A text so far; all zero is empty. */
struct word_cut {
	uint32_t exact, folded; /* of the open word */
	uint32_t code;          /* its first character */
	uint32_t wide;          /* bytes of a character that is not complete */
	uint32_t number;        /* as a word's, of the open one */
	uint8_t missing;        /* how many more it asks for */
	uint8_t kind;           /* enum of words.c; 0: nothing is open */
	uint8_t len;            /* bytes of the open word */
};

struct word {
	uint32_t exact;
	uint32_t folded;
	uint32_t number; /* 1 more than its digits say, mod 2^32; others: 0 */
};

/* One byte more. Returns whether it ended a word, which is *out then. */
bool words_push(struct word_cut *w, unsigned char byte, struct word *out);

/*
 * Takes bytes from *at, before end, up to and with the one that ends a word:
 * true, *out is the word and *at behind the byte. False: all are taken.
 */
bool words_next(struct word_cut *w, const char **at, const char *end,
		struct word *out);

/* The same of up to max words; how many. ends[i]: where *at was behind out[i].
 * Less than max: all bytes are taken. */
size_t words_some(struct word_cut *w, const char **at, const char *end,
		  struct word *out, const char **ends, size_t max);

#endif
