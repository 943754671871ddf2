/*
 * split.h - cuts text into pre-tokens, one code point at a time.
 *
 * The regular expression of cl100k, Llama 3, Qwen2 and Qwen3, leftmost
 * alternative first; the third is \p{N}{1,3} where digits go by three:
 *
 *	(?i:'s|'t|'re|'ve|'m|'ll|'d) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N}
 *	| ?[^\s\p{L}\p{N}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
 *
 * as a table of states, so that it can stop at any byte and go on. Special
 * tokens are found first and are pre-tokens of their own; to the expression
 * the text ends before them. Bytes that are not UTF-8 are [^\s\p{L}\p{N}].
 */
#ifndef LILSCOPE_SPLIT_H
#define LILSCOPE_SPLIT_H

#include "token/special.h"

struct split_rule {
	bool three_digits;
	size_t max; /* bytes: a longer pre-token is cut; < 2^32 */
	/* Found first; none begins with an ASCII letter. Never NULL. */
	const struct special *special;
};

/* Where the scan of the open pre-token stands. All zero: nothing seen. */
struct split {
	uint32_t len;     /* bytes of it that were scanned */
	uint32_t newline; /* white space: end of its last newline, 0 none */
	uint32_t last;    /* white space: start of its last character */
	uint8_t state;
};

/*
 * Scans on in text[0..n), whose first byte is the first of the open
 * pre-token (the first `len` bytes are as they were at the last call). `end`:
 * nothing comes after these n bytes.
 * Returns the length of the pre-token when it is complete (the next one
 * starts there), or 0 when more text is needed or n is 0.
 */
size_t split_next(struct split *s, const struct split_rule *rule,
		  const char *text, size_t n, bool end);

#endif
