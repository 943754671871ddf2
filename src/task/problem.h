/*
 * problem.h - the problems of the model in the box: n people have things, told
 * in n shuffled facts, and the question asks for one of them.
 *
 *	Facts: Hal has 4 less than Bob. Bob has 20. Una has 3. Question: how
 *	many does Hal have? Think:
 *
 * The answer needs a chain of facts from the person asked for back to one
 * whose number is told. samples/model/problems.py draws the same problems
 * from the same seeds; the model was trained on what it draws.
 */
#ifndef LILSCOPE_PROBLEM_H
#define LILSCOPE_PROBLEM_H

#include "base/buf.h"
#include "base/err.h"

enum {
	PROBLEM_PEOPLE_MAX = 26, /* as many as there are names */
	PROBLEM_VALUE_MIN = 1,
	PROBLEM_VALUE_MAX = 69, /* the vocabulary's largest number */
	PROBLEM_STEP_MAX = 9,
	PROBLEM_TEXT_MAX = 64 * 1024,
};

/* What is told of a person: a number, or a step from another person. */
struct problem_fact {
	int other; /* that person, -1: told as a number */
	int step;  /* -9..9 without 0; of a number: it */
};

/* People are 0..n-1; person p is told by facts[p] and has values[p] things. */
struct problem {
	uint32_t n;
	uint8_t names[PROBLEM_PEOPLE_MAX]; /* in problem_names */
	struct problem_fact facts[PROBLEM_PEOPLE_MAX];
	int values[PROBLEM_PEOPLE_MAX];
	uint8_t order[PROBLEM_PEOPLE_MAX]; /* as the facts are told */
	uint8_t chain[PROBLEM_PEOPLE_MAX]; /* from the person asked for to
					      one told as a number */
	uint32_t n_chain;
};

extern const char *const problem_names[PROBLEM_PEOPLE_MAX];

/* The problem of a seed: 20 to 22 people, a chain of 9 or 10. */
void problem_draw(uint64_t seed, struct problem *p);

/* How many things the person asked for has; the name of a person, static. */
int problem_answer(const struct problem *p);
const char *problem_name(const struct problem *p, uint32_t person);

/* What the model is asked, from "Facts:" to "Think:". */
void problem_prompt(const struct problem *p, struct buf *out);

/*
 * A problem that a person wrote, in the words of problem_prompt(): facts that
 * end in full stops, commas or lines, then the question; "Facts:",
 * "Question:" and "Think:" may be left out, and capitals do not count. It is
 * solved by following the facts. false: one sentence that says what is wrong.
 */
bool problem_read(const char *text, size_t n, struct problem *p,
		  struct err *err);

#endif
