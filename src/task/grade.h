/*
 * grade.h - is the answer of a generation right, and who says so?
 *
 * One judge a generation, one word for all who show it. Where its trace has
 * the right answer and its text states one, lilscope judges by these two: that
 * can be asked of every beginning of the text, too. Else the verdict that
 * stands in the source counts, of the whole; and of a beginning that states
 * the answer that the whole ends with.
 */
#ifndef LILSCOPE_GRADE_H
#define LILSCOPE_GRADE_H

#include "trace/trace.h"

enum grade { GRADE_UNKNOWN, GRADE_RIGHT, GRADE_WRONG, GRADE_NONE };

enum judge {
	JUDGE_NOBODY, /* nothing is known of it */
	JUDGE_ANSWER, /* lilscope: the answer stated, beside facts.gold */
	JUDGE_SOURCE, /* facts.label */
};

struct judged {
	enum grade grade : 8; /* NONE: no answer is stated */
	enum judge by : 8;
	bool disputed; /* of the whole the source says something else */
};

/* Of the first n_tokens: the last answer stated there. How answers are stated
 * is told from the text (answer_stated()). Cost: O(bytes). */
struct judged judge(const struct trace *t, uint32_t n_tokens);

/* The same without who says so. */
enum grade grade_of(const struct trace *t, uint32_t n_tokens);

/* Do the first n_tokens state the answer that all of it ends with? */
bool grade_keeps(const struct trace *t, uint32_t n_tokens);

/* What a label of a source means: "correct", "false" ...; UNKNOWN: something
 * else. */
enum grade grade_of_label(const char *label);

/* "right", "wrong", "none"; NULL for UNKNOWN. "answer", "source"; NULL. */
const char *grade_name(enum grade grade);
const char *judge_name(enum judge by);

/* "right, says lilscope by the answer stated and the right one; the source
 * says otherwise", appended; nothing for UNKNOWN. */
void judged_say(const struct judged *j, struct buf *out);
/* What stands behind "right" there; of RIGHT and WRONG. */
void judged_by_say(const struct judged *j, struct buf *out);

#endif
