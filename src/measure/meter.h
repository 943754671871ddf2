/*
 * meter.h - all measures of one generation, fed one token at a time.
 *
 * A meter sits between a trace (which keeps text and tokens) and the views
 * (which ask for numbers at any token). It owns lz77, bound, the estimate of
 * the entropy, the stop rules and the series for charts, and keeps them at the
 * same token. Every answer is about a prefix: "after n tokens".
 *
 *                     +-> lz77 -> lrs -> bound -> rho, h -> series
 *                     |            +-> entropy
 *   token, text ------+         -> code bits -+-> fresh (new or copied)
 *                     +-----------------------+-> stops (a rule each)
 */
#ifndef LILSCOPE_METER_H
#define LILSCOPE_METER_H

#include "measure/bound.h"
#include "measure/entropy.h"
#include "measure/lz77.h"
#include "measure/series.h"
#include "measure/stops.h"

enum meter_symbols {
	METER_AUTO,   /* tokens if the trace has ids of its model, else bytes */
	METER_BYTES,
	METER_TOKENS,
};

struct meter_opts {
	enum meter_symbols symbols; /* METER_AUTO is resolved by the run */
	unsigned ls;                /* 0: the default for the symbols */
	double alphabet;            /* 0: 256 for bytes, the vocabulary or a
				       power of two above it for ids */
	unsigned literal_bits;      /* of the lz77 code; 0: 8 for bytes,
				       enough for the alphabet for ids */
	bool integer_lc;
	struct rule_opts rule;
	uint32_t rules;             /* those that run: bit i is rules[i];
				       Guardian always does */
	uint32_t i_stop;            /* of rules[]: whose verdict counts where
				       there is room for one */
	bool no_curves;             /* meter_rho(), meter_h(), meter_score()
				       stay empty: who only wants the end
				       need not wait for the way */
};

/* The paper's Guardian, all rules, symbols as the trace has them. */
extern const struct meter_opts meter_opts_default;

/* What changed asks how much work: see meter_set(). */
enum meter_change {
	METER_SAME,     /* done at once */
	METER_REPLAY,   /* the meter is empty again: push every token again */
};

struct meter;

/* Empty; opts, which are copied, must say BYTES or TOKENS for symbols. The
 * caller owns the result. */
struct meter *meter_new(const struct meter_opts *opts);
void meter_free(struct meter *m); /* NULL is fine */

/* Before the first token: the bytes of all that come, for the fastest way to
 * parse so many. Nothing where symbols are ids. */
void meter_foresee(struct meter *m, const char *text, size_t n);

/* Is it worth while to let another thread do meter_push_apart() while this one
 * does meter_foresee(), of n bytes? */
bool meter_splits(const struct meter *m, size_t n);

/* Tokens from token n_before on, of an empty meter: rules that look at nothing
 * else take them, up to their first stops. They are to be pushed all the same,
 * before any of the meter's answers is asked for. */
void meter_push_apart(struct meter *m, const struct rule_token *tokens,
		      uint32_t n, uint32_t n_before);

/* One token: its id (any number when symbols are bytes; rules that compare
 * tokens need equal ids for equal tokens) and its bytes (may be none). */
void meter_push(struct meter *m, uint32_t id, const char *text, size_t len);
/* The same for n tokens, code_bits of which need not be filled: they are
 * afterwards. Faster, most where their texts stand one behind another; rho and
 * h stay behind, as with the next one. */
void meter_push_all(struct meter *m, struct rule_token *tokens, uint32_t n);

/* The same while nobody looks at its curves: the series stay behind, until
 * meter_catch_up(). */
void meter_push_aside(struct meter *m, uint32_t id, const char *text,
		      size_t len);

/* Other options for the same text. t and patience take effect at once, Ls
 * and alphabet too, but for the series (meter_catch_up); f does with the
 * lz77 coder. Anything else empties the meter: METER_REPLAY. */
enum meter_change meter_set(struct meter *m, const struct meter_opts *opts);

/* Brings the series of at most max_tokens tokens up to date after
 * meter_set(). Returns true when nothing is left to do. */
bool meter_catch_up(struct meter *m, uint32_t max_tokens);

/* No more tokens will come: frees what only pushing needs. */
void meter_seal(struct meter *m);

/* The options in use, with what they left open filled. */
const struct meter_opts *meter_opts(const struct meter *m);
uint32_t meter_n_tokens(const struct meter *m); /* pushed */

/* Symbols in the first n_tokens tokens. */
uint32_t meter_symbols_at(const struct meter *m, uint32_t n_tokens);

/* The band after n_tokens tokens. */
struct bound_point meter_point(const struct meter *m, uint32_t n_tokens);

/* The estimate of the entropy rate there, in the unit of rho and h: bits over
 * log2(alphabet). */
struct entropy_point meter_h_est(const struct meter *m, uint32_t n_tokens);

/* The same to be drawn (entropy_near): what was asked is kept. */
struct entropy_point meter_h_near(const struct meter *m, uint32_t n_tokens);

/* Its parts, for questions about phrases, the band's words, and Guardian's
 * gains (rule_guardian.h); the meter owns them. */
const struct lz77 *meter_lz77(const struct meter *m);
const struct bound *meter_bound(const struct meter *m);
const struct guardian *meter_guardian(const struct meter *m);

/* The verdict of rules[i_rule] on the first n_tokens tokens, at most all:
 * rule_unfired when it does not run. Guardian's costs O(its checks). */
struct rule_verdict meter_rule_at(const struct meter *m, size_t i_rule,
				  uint32_t n_tokens);
struct rule_verdict meter_rule(const struct meter *m, size_t i_rule); /* all */

/* Fills at most max of its stops in the first n_tokens tokens, and returns how
 * many there are. Each of Guardian's costs O(its checks). */
size_t meter_stops_at(const struct meter *m, size_t i_rule, uint32_t n_tokens,
		      struct rule_stop *out, size_t max);

/* All of them, *n in number; the caller's, mem_free(). */
struct rule_stop *meter_all_stops(const struct meter *m, size_t i_rule,
				  size_t *n);

/* What is coming: copying, and a stop that it leads to. */
struct rule_warning {
	uint32_t since; /* the first token copied, counted from 0 */
	uint32_t left;  /* tokens to the stop if it goes on; at least 1 */
};

/* Is the end of the first n_tokens tokens a copy, and rules[i_rule] armed?
 * false: w is not filled; or the rule can't tell, having no score. */
bool meter_warning(const struct meter *m, size_t i_rule, uint32_t n_tokens,
		   struct rule_warning *w);

/* The nearest stop that a rule that is shown warns of, before any of them has
 * stopped; RULE_ROWS: none does. */
size_t meter_nearest(const struct meter *m, uint32_t n_tokens,
		     struct rule_warning *w);

/* Of generations that are no loop, the share that come as near to a stop of
 * rules[i_rule] as this one did, an upper limit; NAN where it knows no odds. */
double meter_odds(const struct meter *m, size_t i_rule);

/* What rules[i_rule] stopped for first; NULL if it did not, or tells none. */
const char *meter_cause(const struct meter *m, size_t i_rule);

/* The score of rules[i_rule] after each token (struct rule's score; 1 from a
 * stop until it is armed again); NULL where it has none, or does not run. */
const struct series *meter_score(const struct meter *m, size_t i_rule);

/* Which tokens were new. */
const struct fresh *meter_fresh(const struct meter *m);

/* Does rules[i_rule] run? */
bool meter_runs(const struct meter *m, size_t i_rule);

/* One value a token: rho, and h. While meter_catch_up() has work they are
 * shorter than n_tokens. */
const struct series *meter_rho(const struct meter *m);
const struct series *meter_h(const struct meter *m);

#endif
