/*
 * engine.h - the exact measures of one text, and the rule that may stop it:
 * what a stream has one or two of (sliding.h).
 *
 * It is a meter (measure/meter.h) without what charts need: one rule besides
 * Guardian's gains, nothing of the past but what the measures themselves keep.
 */
#ifndef LILSCOPE_LIB_ENGINE_H
#define LILSCOPE_LIB_ENGINE_H

#include "lilscope.h"
#include "measure/bound.h"
#include "measure/entropy.h"
#include "measure/fresh.h"
#include "measure/lz77.h"
#include "measure/rule_guardian.h"

/* The options of a stream with nothing left open. */
struct stream_settings {
	const struct rule *rule;
	struct rule_opts tuned;
	bool bytes;
	unsigned literal_bits;
	unsigned ls;
	double alphabet;
	uint32_t window, rollback;
};

enum { ENGINE_BEHIND = 256 };

struct engine {
	const struct stream_settings *settings;
	struct lz77 *lz77;
	struct bound *bound;
	struct entropy *entropy;
	struct fresh *fresh;
	struct guardian guardian;
	void *state;       /* the rule's; NULL: it is Guardian */
	uint32_t n;        /* tokens */
	uint32_t stop_at;  /* of which the rule took so many; RULE_NEVER */
	uint64_t check_at; /* tokens at Guardian's next check */
	uint32_t low;      /* its last ones under t */
	uint32_t i_rule;   /* the phrase of the last token, where a rule asks */
	uint32_t n_fresh;  /* tokens that fresh has, */
	uint32_t i_phrase; /* and the phrase of the last */
	uint32_t *ends;    /* n: symbols up to each; of bytes only */
	size_t ends_cap;
	uint32_t n_behind; /* symbols that bound and entropy have not: */
	uint32_t lrs[ENGINE_BEHIND];
};

/* The i-th rule that a stream may have; NULL past the last. Those that need
 * other libraries are left out. */
const struct rule *engine_rule(size_t i);

/* Of an empty text; the settings stay the caller's. */
struct engine *engine_new(const struct stream_settings *settings);
void engine_free(struct engine *e); /* NULL is fine */

/* n tokens, whose code_bits need not be filled; all that there are have text,
 * or none has and it is NULL. There is room for their symbols. */
void engine_push(struct engine *e, struct rule_token *tokens, uint32_t n);

/* Is there, for n tokens of len bytes together? */
bool engine_has_room(const struct engine *e, size_t n, size_t len);

/* So many tokens without text do not make it stop, whatever they are. */
uint32_t engine_quiet(const struct engine *e);

/* What is asked below is known then: O(1) for each token since the last
 * time. */
void engine_catch_up(struct engine *e);

/* Fills what is about the text: all but n_tokens, from, stop_at, cause,
 * memory and what engine_after() fills. */
void engine_read(const struct engine *e, struct lilscope_reading *r);

/* Fills what came after `at` tokens, at most those there are: last_new,
 * new_after, resumed_at. */
void engine_after(const struct engine *e, uint32_t at,
		  struct lilscope_reading *r);

/* The name of a band: enum lilscope_band but LILSCOPE_EMPTY. */
const char *engine_band_name(uint32_t band);

/* The estimate of its entropy rate, over log2(alphabet). */
struct entropy_point engine_entropy(const struct engine *e);

/* What the rule stopped for; NULL: it did not, or does not say. */
const char *engine_cause(const struct engine *e);

#endif
