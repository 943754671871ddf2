/*
 * rule_pi_words.h - what the rule pi knows of a segment: its words, its word
 * trigrams, and its anchors, each as a set of hashes.
 *
 * Words are lower case ASCII letters and digits with a letter among them; all
 * else is between words. Lines of code, headings and lines in bold are left
 * out. An anchor names something: a code span, a file's name, a path of three
 * parts, snake_case, camelCase or PascalCase.
 */
#ifndef LILSCOPE_RULE_PI_WORDS_H
#define LILSCOPE_RULE_PI_WORDS_H

#include "base/base.h"

/* Sorted, without doubles. */
struct pi_set {
	uint64_t *at;
	size_t n, cap;
};

struct pi_segment {
	struct pi_set words, trigrams, anchors;
};

/* Reads text[0..len) into *s, which is all zero. False: it says too little
 * (under 60 characters of words). The caller releases in either case. */
bool pi_segment_read(struct pi_segment *s, const char *text, size_t len);
/* Frees what it holds; it may be read into again. */
void pi_segment_release(struct pi_segment *s);

/* Is x in it? */
bool pi_set_has(const struct pi_set *set, uint64_t x);

/* Jaccard: what both have over what either has; 0 if one is empty. */
double pi_similarity(const struct pi_set *a, const struct pi_set *b);

#endif
