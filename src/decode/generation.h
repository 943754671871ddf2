/*
 * generation.h - one text that a model writes: which tokens so far, what each
 * cost, and what happens at the threshold.
 *
 * The clock of a generation is its own: the seconds of its prompt and its
 * steps. Pauses, other generations beside it and a slow reader do not count;
 * so the times of runs that take turns can be compared.
 *
 * At the threshold of a stop rule (the one of the paper, or any other that
 * lilscope knows) a generation ends, goes on in another way, or is only told
 * of (THRESHOLDS). Of what goes on the rule looks at the new text alone, as
 * the text before is full of copies; where it fires again the text ends. A
 * policy that reads what was evicted, or wants to have seen the attention of
 * all tokens, gets the text again: n_recomputed counts these tokens, and
 * their time is on the clock.
 *
 * A text that copies itself can be read ahead (speculate): what stood behind
 * the same words before is drafted and read in the same pass as the last token.
 * Each token is drawn from its logits all the same, as if nothing had been
 * drafted, and the logits are the same to the bit; so the text is, token for
 * token, at any temperature and under any penalty, that of a run without.
 */
#ifndef LILSCOPE_GENERATION_H
#define LILSCOPE_GENERATION_H

#include "decode/together.h"
#include "measure/draft.h"
#include "measure/meter.h"
#include "model/sample.h"
#include "model/transformer.h"
#include "token/vocab.h"

#define GENERATION_NEVER RULE_NEVER
/* Why it ended, where it could not go on. */
#define GENERATION_NO_NUMBER "no number"
#define GENERATION_NO_MEMORY "memory"

/*
 * What may happen at a threshold, and its name:
 *
 *	ignore    no rule looks
 *	report    a rule looks, and nothing else happens
 *	stop      the text ends
 *	conclude  the reasoning is shut, and the answer asked for: the text
 *	          that says so is written for the model, at once or when its
 *	          first token has become likely enough (generation_conclude.c)
 *	rollback  back to where the copying began and the sentence before
 *	          (copied.h), and on from there densely. A run that is dense
 *	          already would write the same again: the token that it took
 *	          there is not taken a second time
 *	retry     once more from the prompt, drawn anew
 *	policy    on under another policy; its name is the policy's
 */
#define THRESHOLDS(X)                                                          \
	X(IGNORE, "ignore") X(REPORT, "report") X(STOP, "stop")                \
	X(CONCLUDE, "conclude") X(ROLLBACK, "rollback") X(RETRY, "retry")      \
	X(POLICY, NULL)

#define THRESHOLD_ENUM(word, name) THRESHOLD_##word,
enum threshold_then { THRESHOLDS(THRESHOLD_ENUM) THRESHOLD_KINDS };
#undef THRESHOLD_ENUM

/* The i-th name; NULL past the last one that has a name of its own. */
const char *threshold_name(size_t i);
/* The one of this name; THRESHOLD_POLICY and *policy for a policy's.
 * THRESHOLD_KINDS: there is none. */
enum threshold_then threshold_find(const char *name,
				   const struct sparse **policy);

enum {
	CONCLUDE_LIMIT_DEFAULT = 64,
	THRESHOLD_RETRIES_MAX = 8,
};
#define CONCLUDE_RAMP_DEFAULT 2
#define CONCLUDE_TEXT_DEFAULT "\nFinal answer:"
#define RETRY_TEMPERATURE_DEFAULT 0.7F

/* How it is concluded and tried again. */
struct then_opts {
	const char *conclude_text; /* NULL or "": what shuts the reasoning that
				      is open, else CONCLUDE_TEXT_DEFAULT */
	float conclude_ramp;       /* nats that its first token gains with
				      every step; 0: it comes at once */
	uint32_t conclude_limit;   /* steps after which it comes anyway */
	uint32_t retries;          /* at most */
};
extern const struct then_opts then_opts_default;

struct threshold_opts {
	enum threshold_then then;
	struct then_opts how;
	size_t i_rule;               /* of rules[] */
	struct meter_opts meter;     /* the rule's f, t, patience, coder */
	const struct sparse *policy; /* THRESHOLD_POLICY */
	uint32_t budget;             /* ... 0: that of generation_opts */
};

/* For all generations of a prompt; what it points to must stay. */
struct generation_opts {
	const struct model *model;
	const struct vocab *vocab;
	struct pool *pool;
	/* Or NULL. Who steps has joined it, and waits for the others: this
	 * time is on the clock. Nothing is speculated then. */
	struct together *together;
	enum ggml_type kv;
	struct sparse_opts sparse;   /* may hold SPARSE_AUTO */
	struct sample_opts sample;
	uint32_t n_predict;          /* at most; 0: to the context's end */
	const char *const *stops;    /* n_stops texts that end it */
	size_t n_stops;
	bool ignore_eos;
	uint32_t speculate;          /* tokens of a draft at most; 0: none */
	struct threshold_opts threshold; /* of a new generation */
};

struct generation {
	const struct generation_opts *o;
	struct threshold_opts threshold;
	const struct sparse *policy;
	struct sparse_opts sparse;   /* resolved */
	struct transformer *t;
	struct sampler *sampler;
	uint32_t *ids;               /* n_ids: prompt and output */
	double *times_s;             /* n_ids: when each came, by its clock */
	uint32_t n_prompt, n_ids;
	size_t ids_cap, times_cap;
	double clock_s;
	/* The last token. */
	struct buf text;
	float logprob;
	const char *finish;          /* NULL while it is under way, else "stop",
					"length", the rule's name, or
					GENERATION_NO_NUMBER: logits that
					are none, GENERATION_NO_MEMORY: the
					next step's may not be there */
	/* Where the rule first fired, in output tokens; GENERATION_NEVER. */
	uint32_t threshold_at;
	uint32_t n_acted;            /* thresholds that did not end it */
	uint32_t acted_at;           /* output tokens when the last was done */
	/* Output tokens that the next step goes back to before it writes; what
	 * is behind them is then as if it had never been. GENERATION_NEVER:
	 * nothing goes. */
	uint32_t back_to;
	struct conclude *conclude;   /* what is being written for the model */
	uint32_t banned;             /* not taken at the next step, or
					GENERATION_NEVER */
	float *weighted;             /* n_vocab: logits, one of them changed */
	uint32_t n_recomputed;       /* tokens fed again at policy changes */
	double recomputed_s;
	struct draft *draft;         /* or NULL */
	/* Passes through the model after the prompt; tokens that were drafted;
	 * of these the ones that came, at no pass of their own. */
	uint32_t n_passes, n_drafted, n_accepted;
	struct run *watched;         /* what the rule looks at; or NULL */
	struct buf tail;             /* the last bytes, for stop texts */
};

/* Reads the prompt, ids[0..n): its time is the time to the first token.
 * false and a sentence: an option that can't be. Release in any case. */
bool generation_init(struct generation *g, const struct generation_opts *o,
		     const struct sparse *policy, uint32_t budget,
		     const uint32_t *ids, uint32_t n, struct err *err);
void generation_release(struct generation *g); /* all zero is fine */
/* Keeps the ids and why it ended alone: it makes no step and is no fork's
 * source any more. */
void generation_retire(struct generation *g);

/* Goes on from the first n tokens of `from`, at most all; `at` is a state of
 * that place to copy, or NULL: then pages are shared if `from` stands there
 * and computed again if not. The clock is that of the place. Where all are
 * taken, what is to be done at a threshold that was just reached is done in
 * the new one. */
void generation_fork(struct generation *g, const struct generation *from,
		     uint32_t n, const struct transformer *at);

/* Goes on in another way from where the rule of `from`, which only reports, has
 * fired: as if `from` had had this threshold from the beginning. `from` made
 * its step, and stands where it stood. What can be done is known to be. */
void generation_go_on(struct generation *g, const struct generation *from,
		      const struct threshold_opts *threshold);

/* One token: text, logprob, the last of ids. false: none came, it has ended
 * (finish). A token may come and end it. */
bool generation_step(struct generation *g);

/* Another policy from here on; budget 0: that of the options. */
bool generation_set_policy(struct generation *g, const struct sparse *policy,
			   uint32_t budget, struct err *err);

/* What happens at the threshold from here on; the rule knows all the text. */
bool generation_set_threshold(struct generation *g,
			      const struct threshold_opts *threshold,
			      struct err *err);

/* Does now what back_to says, if anything; the next step would. */
void generation_go_back(struct generation *g);

/* Appends what came of the threshold: "guardian at token 96: concluded, then
 * 14 tokens". False: there is nothing to tell that finish does not say. */
bool generation_tell(const struct generation *g, struct buf *out);

/* Did it end since it could not go on: nothing can be drawn from the model's
 * logits, the process may have no more memory? Then a sentence about that. */
bool generation_broke(const struct generation *g, struct err *err);

/* Output tokens so far, the prompt not among them. */
uint32_t generation_n_out(const struct generation *g);
/* The bytes of output token i, appended. */
void generation_text(const struct generation *g, uint32_t i, struct buf *out);

#endif
