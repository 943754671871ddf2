/*
 * problem_set.h - problems with their answers, in a row: drawn, or read from
 * a file of JSON lines.
 *
 *	{"question": ..., "answer": "... #### 18"}   GSM8K's
 *	{"problem": ..., "answer": ...}              MATH's; AIME's where all
 *	                                             answers are 0 to 999
 *	{"prompt": ..., "answer": ...}               anybody's: a number is
 *	                                             judged as GSM8K's, else as
 *	                                             MATH's
 *	{"prompt": ...}                              without an answer: open
 *	{"messages": [...], ...}                     a conversation, whose next
 *	                                             turn is the model's; else
 *	                                             as a prompt
 *
 * Questions and problems are asked with PROBLEM_SET_ASK behind them, as
 * reasoning models are evaluated; a prompt is asked as it is.
 */
#ifndef LILSCOPE_PROBLEM_SET_H
#define LILSCOPE_PROBLEM_SET_H

#include "base/err.h"
#include "task/answer.h"

#define PROBLEM_SET_ASK                                                        \
	"\nPlease reason step by step, and put your final answer within "      \
	"\\boxed{}."

struct task {
	uint64_t id;  /* the seed of a drawn one, else the line, from 1 */
	char *prompt; /* as the model gets it; "" where there are turns alone */
	char *turns;  /* messages, a JSON array; or NULL */
	char *gold;
	enum answer_kind kind;
};

/* All zero is empty. */
struct problem_set {
	struct task *tasks;
	size_t n, cap;
	uint32_t n_broken;	 /* lines that hold no problem */
	struct err first_broken; /* and what was wrong with the first */
};

/* n problems of the seeds first, first + 1, ... */
void problem_set_draw(struct problem_set *set, uint64_t first, size_t n);

/* The first n_max problems of text[0..len), which stands in `name`. false and
 * a sentence if there is none. */
bool problem_set_read(struct problem_set *set, const char *text, size_t len,
		      const char *name, size_t n_max, struct err *err);
void problem_set_release(struct problem_set *set);

#endif
