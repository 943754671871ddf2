/*
 * trace.h - one generation as it was recorded: text, tokens, spans, facts.
 *
 * Append-only. The output text (reasoning and answer, in the order in which
 * they came) is one row of bytes; token i is text[end(i-1) .. end(i)). The
 * prompt is kept apart. Bytes are as the source had them after its own
 * escaping was undone: invalid UTF-8, NUL and all.
 *
 * Positions are 32 bits: a generation of more than TRACE_MAX_BYTES is cut,
 * and `truncated` says so.
 */
#ifndef LILSCOPE_TRACE_H
#define LILSCOPE_TRACE_H

#include "base/buf.h"
#include "trace/pages.h"
#include "trace/tok.h"

#define TRACE_MAX_BYTES ((size_t)1 << 31)
#define TRACE_MAX_TOKENS ((uint32_t)0x7fffffff)
#define TRACE_TURNS_MAX 4096
#define TRACE_NO_ID ((uint32_t)0xffffffff)

enum channel {
	CHANNEL_REASONING,
	CHANNEL_ANSWER,
	CHANNEL_TOOL, /* tool-call arguments, refusals: output, not answer */
	CHANNELS
};

/* How tokens were counted; later ones are less sure. */
enum tokens_by {
	TOKENS_BY_IDS,      /* the source gave token ids */
	TOKENS_BY_LOGPROBS, /* one logprob entry a token */
	TOKENS_BY_USAGE,    /* a count the server gave */
	TOKENS_BY_BPE,      /* the bundled tokenizer (tok.h) */
	TOKENS_BY_EVENTS,   /* one record a token was asked for */
};

/* From token `start` up to the next span: one channel. */
struct span {
	uint32_t start;
	enum channel channel;
};

/* From token `start` on the decoder attended by another policy. */
struct turn {
	uint32_t start;
	char *policy;        /* owned */
	uint32_t budget;     /* 0 unknown, or dense */
	uint32_t recomputed; /* tokens it had to read again for that */
	bool by_rule;        /* at a threshold, not because somebody asked */
};

/* Facts about a generation; strings are owned, NULL when unknown. */
struct facts {
	char *source;        /* file name, URL, "-" */
	char *record;        /* where in the source: "7", "7.2", "sample 3" */
	const char *dialect; /* row name of the dialect, static */
	char *id;            /* of the request, as the server or we named it */
	char *model;
	char *policy;        /* sparse-attention policy, "dense" */
	char *chat;          /* the template around the prompt, and why it */
	char *sampling;      /* how tokens were drawn, and who said so */
	char *near;          /* a letter a layer: 'w' where it sees a window,
				'a' where all; NULL: all see all */
	char *finish_reason;
	char *label;         /* verdict that the source gives: "correct" ... */
	char *gold;          /* the right answer, if the source has it */
	char *note;          /* what a reader should know, one sentence */
	char *guessed;       /* the text is taken from this field for want of
				a better one; NULL: its name says so */
	char *kept;          /* other fields of its record that were asked
				for, as a JSON object; NULL: none were */
	uint32_t choice;     /* which of an answer's choices, 0 the first */
	uint32_t budget;     /* KV budget in tokens, 0 unknown */
	uint32_t vocab;      /* vocabulary size, 0 unknown */
	uint32_t prompt_tokens;  /* as the source says, 0 unknown */
	uint32_t page_tokens;    /* positions a KV page holds, 0 unknown */
	uint32_t kv_heads;       /* of a layer, told apart (pages.h); or 0 */
	uint32_t window;         /* tokens that the layers of near see, or 0 */
	uint32_t speculate;      /* tokens of a draft at most, or 0 */
	uint32_t passes, drafted, accepted; /* with it: of the model; of tokens
				    before they came, and those that did */
	uint32_t usage_tokens;   /* output tokens as the source says, or 0 */
	uint32_t skipped_records; /* broken ones, within this generation */
	bool aborted;        /* an error record ended it */
};

/* Bytes of a decoder's KV cache at one token, 0 unknown. Good to seven digits:
 * they are for reading, not for counting. */
struct kv_bytes {
	float held; /* memory of the cache */
	float used; /* ... of which are tokens */
	float read; /* that attention read for this token */
};

struct trace {
	struct facts facts;
	struct buf prompt;
	struct buf text;
	uint32_t *end;     /* n_tokens: end offset in text, bytes */
	uint32_t *id;      /* n_tokens, or NULL when no token has an id */
	uint32_t *time_us; /* n_tokens since the first token, or NULL */
	float *logprob;    /* n_tokens, NAN where unknown, or NULL */
	uint32_t n_tokens;
	struct kv_bytes *kv; /* n_tokens, or NULL */
	size_t cap, id_cap, time_cap, logprob_cap, kv_cap;
	struct pages *pages; /* what a decoder kept and read, or NULL */
	uint32_t *prompt_end; /* n_prompt_ends: end offset of each of the
				 prompt's tokens, rising; NULL: unknown */
	size_t n_prompt_ends, prompt_end_cap;
	double time_origin_s; /* of the first time given */
	double start_s;       /* of the request, same clock; NAN: unknown */
	struct span *spans; /* n_spans, by start, channels alternate */
	size_t n_spans, spans_cap;
	struct turn *turns; /* n_turns, by start; at most TRACE_TURNS_MAX */
	size_t n_turns, turns_cap;
	enum tokens_by tokens_by;
	bool truncated;
};

/* One token as it is appended. */
struct token {
	const char *text; /* may be NULL when len is 0 */
	size_t len;
	uint32_t id;      /* TRACE_NO_ID if unknown */
	float logprob;    /* NAN if unknown */
	double time_s;    /* seconds, any origin; NAN if unknown */
	enum channel channel;
};

/* "repetition" where this reason to finish, in whatever words of a server's,
 * says that it ended a loop itself; else NULL. reason may be NULL. */
const char *finish_ended_as(const char *reason);

/* An empty trace; all that was in *t is forgotten, not freed. */
void trace_init(struct trace *t);

/* Frees all that it owns, facts too; what is left is an empty trace. */
void trace_release(struct trace *t);

/* Appends one token; false when it was cut (truncated is set). */
bool trace_push(struct trace *t, const struct token *token);

/* Appends n tokens whose texts are `text`, end to end; they have ids, all the
 * channel, and nothing else. false: they are to be pushed one by one, as there
 * are rows that they would leave open, or no room for all. */
bool trace_push_all(struct trace *t, const char *text,
		    const struct tok_token *tokens, size_t n,
		    enum channel channel);

/* The policy changes here, after the tokens so far. */
void trace_turn(struct trace *t, const char *policy, uint32_t budget,
		uint32_t recomputed, bool by_rule);

/* What a decoder told of the last token's KV cache. */
void trace_push_kv(struct trace *t, const struct kv_bytes *kv);

/* Where the prompt's next token ends in its text; false (nothing is kept) if
 * that is not behind the one before, or beyond the text. */
bool trace_push_prompt_end(struct trace *t, uint32_t end);

/* The byte at which token i starts: where the i tokens before it end. i is at
 * most n_tokens. */
static inline uint32_t trace_start(const struct trace *t, uint32_t i)
{
	return i ? t->end[i - 1] : 0;
}

/* Bytes of token i: *len gets the length. */
const char *trace_token(const struct trace *t, uint32_t i, size_t *len);

/* When token i came, in seconds since the request, or where that is unknown
 * since the first token; NAN without times. */
double trace_since_start_s(const struct trace *t, uint32_t i);

/* The token that holds the byte at offset (the last one past the end). */
uint32_t trace_token_at(const struct trace *t, size_t offset);

/* Of token i, by a search in the spans. */
enum channel trace_channel(const struct trace *t, uint32_t i);

/* Tokens in a channel. */
uint32_t trace_count(const struct trace *t, enum channel channel);

/* Makes all tokens in [from, to) belong to a channel; for marks that are
 * recognised late (a "</think>" without its opener). */
void trace_relabel(struct trace *t, uint32_t from, uint32_t to,
		   enum channel channel);

/* Replaces *field by a copy of value (NULL clears). */
void facts_set(char **field, const char *value);

const char *tokens_by_name(enum tokens_by by); /* "ids", "qwen3-bpe", ... */
const char *channel_name(enum channel channel);

#endif
