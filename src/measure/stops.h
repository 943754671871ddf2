/*
 * stops.h - all stops of one rule on one text, and what came after the first.
 *
 * A rule fires once. To tell what a stop would have cost the text is read on:
 * where FRESH_NEW_TOKENS of new text have come since (fresh.h, the same for
 * every rule), the rule is armed again. It begins anew there, as if a text
 * began, but for what the exact parse knows (a copy of anything before stays
 * one) and what the rule keeps (struct rule's rearm). Guardian keeps the grid
 * of its windows; those count that begin where it is armed again, or later.
 *
 *	1 ....... 1000 ...... 1300 ..... 1332 ..... 1600 ........ 1900 .. 2000
 *	  new      stop, copied  new       armed again  copied     stop
 *
 *	came back at 1300 for 300 tokens, stopped again at 1900
 *
 * Prefix-stable, as rules and fresh.h are.
 */
#ifndef LILSCOPE_STOPS_H
#define LILSCOPE_STOPS_H

#include "measure/fresh.h"
#include "measure/rule_guardian.h"

struct stops {
	size_t i_rule;
	void *state;      /* rules[i_rule]'s */
	bool armed;
	struct rule_opts opts;
	double bits;      /* of the code, not told to the state */
	double stop_bits; /* of the code at the last stop */
	uint32_t *at;     /* n: tokens at each stop; not Guardian's, which are
			     found when asked, as t may be turned */
	size_t n, cap;
	uint32_t ahead;   /* tokens that it took apart (stops_push_apart) */
};

/* Armed at token 0. stops_release() frees what it owns. */
void stops_init(struct stops *s, size_t i_rule, const struct rule_opts *opts);
void stops_release(struct stops *s);

/* No more tokens will come: frees what only these need. */
void stops_seal(struct stops *s);

struct series;

/* The next `count` tokens, which fresh has; n: tokens before them. scores, if
 * not NULL, gets stops_score() after each. */
void stops_push(struct stops *s, const struct rule_token *tokens,
		uint32_t count, const struct fresh *fresh, uint32_t n,
		struct series *scores);

/* The same up to the first stop, of a rule that is apart, before anything tells
 * what is fresh; the tokens are pushed afterwards all the same. Of other rules
 * nothing. */
void stops_push_apart(struct stops *s, const struct rule_token *tokens,
		      uint32_t count, uint32_t n);

/* Fills at most max of the stops in the first n_tokens tokens, first to last,
 * and returns how many there are. */
size_t stops_list(const struct stops *s, const struct fresh *fresh,
		  uint32_t n_tokens, struct rule_stop *out, size_t max);

/* The verdict on the first n_tokens tokens. */
struct rule_verdict stops_verdict(const struct stops *s,
				  const struct fresh *fresh,
				  uint32_t n_tokens);

/* How near the next stop is, 0 to 1 (struct rule's score); 1 from a stop until
 * it is armed again. NAN where the rule has no score. */
double stops_score(const struct stops *s);

#endif
