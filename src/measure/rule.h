/*
 * rule.h - stop rules: each says at which token it would have ended a text.
 *
 * One file a rule (rule_*.c), one row each; a file may have several rows that
 * differ in their numbers. A rule is pushed a token at a time, decides alone,
 * and fires once. To add one: write rule_NAME.c with its row, put the name
 * into RULES and the file into src/local.mk. All that shows, runs or names
 * rules asks the rows.
 *
 * The first row is Guardian, the rule of the Lil paper: it always runs, and
 * views draw its gains (rule_guardian.h).
 */
#ifndef LILSCOPE_RULE_H
#define LILSCOPE_RULE_H

#include "measure/coder.h"

/* All, in the order in which they are reported: those that always run, and
 * rivals that run only where one is asked for by name. */
#define RULES_USUAL(X) \
	X(guardian) X(cycle) X(cycle_long) X(chunk) X(chunk_100) X(zlib) \
	X(adaptive) X(loop)
#define RULES_ASKED(X) \
	X(breaker) X(mlx2) X(dry) X(pi) X(lmstudio) X(harness)
#define RULES(X) RULES_USUAL(X) RULES_ASKED(X)

#define RULE_AT(name) RULE_AT_##name,
enum { RULES(RULE_AT) };
#undef RULE_AT

#define RULE_ONE(name) + 1
enum {
	RULE_USUAL_ROWS = 0 RULES_USUAL(RULE_ONE),
	RULE_GUARDIAN = 0,    /* the first row */
	RULE_DEFAULT = RULE_AT_loop, /* what stops if nobody names another */
	RULE_ROWS = 0 RULES(RULE_ONE),
	RULES_SHOWN_MAX = 4,  /* those with columns of their own */
	RULE_F_DEFAULT = 250,
	RULE_T_DEFAULT = 20,
	RULE_F_MIN = 1,
	RULE_F_MAX = 1000000,
	RULE_PATIENCE_MAX = 1000,
};
#undef RULE_ONE

/* No token. */
#define RULE_NEVER ((uint32_t)0xffffffff)

/* A set of rules, that of the usual ones, and that of all. */
#define RULE_BIT(i) ((uint32_t)1 << (i))
#define RULES_DEFAULT (RULE_BIT(RULE_USUAL_ROWS) - 1)
#define RULES_ALL ((uint32_t)0xffffffff)

/* What the user tunes; of meaning to a rule that is `tuned`, but for the
 * scale. */
struct rule_opts {
	uint32_t f;            /* tokens between checks, >= 1 */
	double t;              /* bytes */
	uint32_t patience;     /* windows in a row; 0 is 1 */
	enum coder_kind coder; /* whose size it looks at */
	double scale;          /* times a rule's own threshold, to draw how it
				  trades; 0 is 1, less is more eager */
	double p;              /* the odds of a false stop, for rules that have
				  odds; 0: their own */
};

/* One token as every rule sees it. */
struct rule_token {
	uint32_t id;       /* token id, or a hash of its bytes without ids */
	const char *text;  /* its bytes; NULL for none */
	size_t len;
	/* lz77 code length of the prefix, this token in; over bytes or over
	 * ids. Aligned as where words have 64 bits: a stride of doubles. */
	_Alignas(8) double code_bits;
};

/* What came after the first stop: fresh.h says what new text is. */
enum rule_after {
	AFTER_NOTHING, /* no new text since, or it never stopped */
	AFTER_BACK,    /* new text, and then another stop; or copies without
			  one, for more than half of what came */
	AFTER_FALSE,   /* new text, for half of what came or more, and no
			  other stop: a false alarm */
};

/* The words for it: "nothing new", "came back", "false alarm". */
const char *rule_after_name(enum rule_after after);

/* One of the stops of a rule on a text (stops.h). */
struct rule_stop {
	uint32_t at_token;     /* tokens seen when it fired, the one that made
				  it fire included */
	uint32_t tokens_after; /* to the end of the text: what it saves */
	uint32_t resumed_at;   /* the first new token after it, counted from
				  0; RULE_NEVER */
	uint32_t new_after;    /* new tokens up to the next stop or the end:
				  what it loses; 0 if none came back */
	uint32_t last_new;     /* tokens up to and with the last new one before
				  it */
};

/* How a rule stands after some tokens: its first stop, and what came then. */
struct rule_verdict {
	uint32_t at_token;     /* as in struct rule_stop; RULE_NEVER */
	uint32_t tokens_after; /* 0 if never */
	uint32_t resumed_at;
	uint32_t new_after, last_new;
	uint32_t again_at;     /* at_token of the second stop; RULE_NEVER */
	enum rule_after after;
};

struct rule {
	const char *name;
	const char *about; /* one sentence with its parameters */
	bool tuned;        /* by rule_opts: these are its numbers */
	bool apart;        /* looks at no code_bits, nor does what follows a
			      stop of it: it may go ahead of what tells
			      them, which is not told then */
	bool shown;        /* has columns of its own in tables and lists, and
			      is judged by a bench; RULES_SHOWN_MAX have */

	/* The state of one text, which destroy() frees. */
	void *(*create)(const struct rule_opts *opts);
	void (*destroy)(void *state);

	/* Optional: no more tokens will come. Frees what only these need, and
	 * returns where the state is now. */
	void *(*seal)(void *state);

	/* Optional, of a rule that reads text: the state where tokens have
	 * none, and each is a word. */
	void *(*create_ids)(const struct rule_opts *opts);

	/* Optional: of a text of so many bytes, before its first token. Tells
	 * how much room it needs, and changes nothing else. */
	void (*expect)(void *state, size_t n_bytes);

	/* The next token; what it points to is gone after the call. */
	void (*push)(void *state, const struct rule_token *token);

	/* The same for the next n tokens, from whose code_bits `bits` are to be
	 * taken away; none behind that at which it fires. Returns how many were
	 * taken. Optional where nobody looks at code_bits. */
	uint32_t (*push_all)(void *state, const struct rule_token *tokens,
			     uint32_t n, double bits);

	/* The verdict on the first n_tokens of those pushed: at_token, the
	 * rest is filled from all stops (stops.h). May look further:
	 * rule_verdict() cuts what is not of the prefix. */
	struct rule_verdict (*verdict)(const void *state, uint32_t n_tokens);

	/* Optional: armed again after a stop, it begins anew but keeps what it
	 * knows. The tokens since the stop were not pushed, and their bits are
	 * not in code_bits. Without it, a state made by create() begins. */
	void (*rearm)(void *state);

	/* Optional: how near it is to firing after the last token pushed, from
	 * 0, nothing, to 1, it fires; for the line in the chart and the early
	 * warning. From 0 so many tokens of pure copying lead to 1. */
	double (*score)(const void *state);
	uint32_t copying_tokens;

	/* Optional: so many tokens, each of one word, do not make it fire,
	 * whatever they are. */
	uint32_t (*quiet)(const void *state);

	/* Optional: of generations that are no loop, the share that comes as
	 * near to firing as this text ever did; an upper limit. */
	double (*odds)(const void *state);

	/* Optional: what it fired for first, in a word or two; NULL before. */
	const char *(*cause)(const void *state);
};

#define RULE_DECLARE(name) extern const struct rule rule_##name;
RULES(RULE_DECLARE)
#undef RULE_DECLARE

/* Their rows. */
extern const struct rule *const rules[RULE_ROWS];

/* It did not fire. */
extern const struct rule_verdict rule_unfired;

/* The name of rules[i]; NULL past the last: for tables of options. */
const char *rule_name(size_t i);

/* Which row is the k-th that is shown; RULE_ROWS for none. */
size_t rule_shown(size_t k);

/* The verdict() of all rules but Guardian: a state begins with its struct
 * rule_verdict, whose at_token push() sets once. */
struct rule_verdict rule_kept(const void *state, uint32_t n_tokens);

/* How many of tokens[0..n), n >= 1, have their texts one behind another, from
 * the first on, and the bytes of these. */
uint32_t rule_together(const struct rule_token *tokens, uint32_t n,
		       size_t *len);

/* A threshold of n times the options' scale; a count is >= least. */
double rule_scaled(const struct rule_opts *opts, double n);
uint32_t rule_count(const struct rule_opts *opts, uint32_t n, uint32_t least);

/* What push() does where push_all() does the work. */
#define RULE_PUSH_ONE(push_all)                                                \
	static void push(void *state, const struct rule_token *token)          \
	{                                                                      \
		push_all(state, token, 1, 0);                                  \
	}

/* rules[i]'s verdict on the first n_tokens, all members filled. */
struct rule_verdict rule_verdict(size_t i_rule, const void *state,
				 uint32_t n_tokens);

#endif
