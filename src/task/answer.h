/*
 * answer.h - what answer a text states, and whether it is right, the way each
 * data set's graders do it.
 *
 *	chain   the model in the box: "The answer is 19." and "Final answer:
 *	        19."; the last one counts
 *	gsm8k   the last "#### 19", "A: 19" or \boxed{19}; without any, the
 *	        last "answer is 19" or "Output: 19"; without that, the last
 *	        number
 *	math    the last \boxed{...}, which small models forget: without, the
 *	        last "answer is 19"; equal as a formula: see answer_equal()
 *	aime    the last \boxed{...}; without, "answer is", the last number
 *	open    there is no right one: a story, a list, a dialogue
 *
 * A text that was stopped is judged as it is. What it began and did not end
 * (a box without its closing brace) is no statement.
 */
#ifndef LILSCOPE_ANSWER_H
#define LILSCOPE_ANSWER_H

#include "base/buf.h"

enum answer_kind {
	ANSWER_CHAIN,
	ANSWER_GSM8K,
	ANSWER_MATH,
	ANSWER_AIME,
	ANSWER_OPEN,
	ANSWER_KINDS
};

enum { ANSWER_MAX_BYTES = 4096 }; /* no answer is longer */

/* A statement: the answer is text[start, end), and `stated` is the byte after
 * which it can be read. */
struct answer {
	size_t start, end, stated;
};

const char *answer_kind_name(size_t kind);	     /* NULL past the last */
enum answer_kind answer_kind_find(const char *name); /* ANSWER_KINDS: none */

/* The first statement of text[0..n), and the last; false: there is none.
 * A last number counts for answer_last() only. O(n). */
bool answer_first(enum answer_kind kind, const char *text, size_t n,
		  struct answer *out);
bool answer_last(enum answer_kind kind, const char *text, size_t n,
		 struct answer *out);

/* The last statement of a text whose data set is not known: a box counts before
 * "#### 5" and "the answer is 5". *kind is how it was read. A last number alone
 * is no statement. */
bool answer_stated(const char *text, size_t n, enum answer_kind *kind,
		   struct answer *out);

/* The first whose announcement begins at or after `from`. To go on, from its
 * start: a box may hold another. */
bool answer_next(enum answer_kind kind, const char *text, size_t n, size_t from,
		 struct answer *out);

/* Does the text state the right answer? */
bool answer_right(enum answer_kind kind, const char *text, size_t n,
		  const char *gold);

/*
 * Are the two one answer? Numbers are compared as numbers ("$1,000." and
 * 1000), fractions and units as math's. math: LaTeX that says the same is made
 * the same (\dfrac, \left, \, blanks, units, degrees, "x ="), what can be
 * worked out is compared as a number (\frac{1}{2} and 0.5, 2\sqrt{3} and
 * \sqrt{12}), lists and tuples part by part; a bare list in any order.
 * Variables are compared as they are written: x+1 and 1+x are two answers.
 */
bool answer_equal(enum answer_kind kind, const char *a, size_t n_a,
		  const char *b, size_t n_b);

/* Of math: the normal form, appended. answer_math.c */
void answer_normal(const char *s, size_t n, struct buf *out);
bool answer_math_equal(const char *a, size_t n_a, const char *b, size_t n_b);
/* The value of a formula without variables; false if it is none. */
bool answer_value(const char *s, size_t n, double *value);

#endif
