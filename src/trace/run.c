/*
 * The door keeps three things in step: what the source knows (tokens), what it
 * does not (text, cut by the tokenizer, which may hold bytes back), and the
 * meter, which follows when there is time.
 */
#include "trace/run.h"

#include "base/hash.h"
#include "trace/think.h"
#include "trace/tok.h"

#include <math.h>

enum {
	/* Larger than every vocabulary in use; stands in when the source
	 * does not say its own. */
	RUN_VOCAB_UNKNOWN = 262144,
	MEASURE_STEP = 128, /* tokens that are measured together */
};
#define RUN_VOCAB_HASHED 4294967296.0 /* ids are 32-bit hashes of bytes */

struct run *run_new(const struct meter_opts *opts)
{
	struct run *run = mem_zalloc(sizeof(*run));

	trace_init(&run->trace);
	run->opts = *opts;
	run->think = think_new();
	run->open_time_s = NAN;
	return run;
}

void run_free(struct run *run)
{
	if (!run)
		return;
	trace_release(&run->trace);
	meter_free(run->meter);
	tok_free(run->tok);
	think_free(run->think);
	buf_release(&run->waiting);
	tok_list_release(&run->cut);
	mem_free(run);
}

void run_prompt(struct run *run, const char *text, size_t len)
{
	buf_append(&run->trace.prompt, text, len);
}

static void push(struct run *run, struct token token, enum tokens_by by)
{
	struct trace *t = &run->trace;

	token.channel = think_scan(run->think, t, token.channel);
	if (!trace_push(t, &token))
		return;
	think_scan(run->think, t, token.channel);
	t->tokens_by = MAX(t->tokens_by, by);
}

/* Of cut tokens from i_cut on, whose texts begin at byte *at of what waits, the
 * first, as long as no mark begins in them, all at once; how many these are. */
static size_t push_plain(struct run *run, size_t i_cut, size_t *at)
{
	const struct tok_token *cut = run->cut.at + i_cut;
	const char *text = run->waiting.data + *at;
	struct trace *t = &run->trace;
	enum channel channel = think_scan(run->think, t, run->open_channel);
	size_t most = think_plain(run->think, t, text, run->waiting.len - *at);
	size_t n = 0, len = 0;

	while (i_cut + n < run->cut.n && len + cut[n].n_bytes <= most)
		len += cut[n++].n_bytes;
	if (!trace_push_all(t, text, cut, n, channel))
		return 0;
	think_scan(run->think, t, channel);
	t->tokens_by = MAX(t->tokens_by, TOKENS_BY_BPE);
	*at += len;
	return n;
}

/*
 * Tokens that the tokenizer has settled. The bytes in `waiting` are what was
 * pushed and is in no token yet; the first `n_old` of them came with the
 * chunk before, so a token that ends among them has that chunk's time.
 */
static void take_tokens(struct run *run, size_t n_old, double time_s)
{
	bool timed = !isnan(time_s) || !isnan(run->open_time_s);
	size_t at = 0, k;

	for (size_t i = 0; i < run->cut.n; i += k) {
		struct tok_token cut = run->cut.at[i];
		struct token token = {
			.text = run->waiting.data + at,
			.len = cut.n_bytes,
			.id = cut.id,
			.logprob = NAN,
			.channel = run->open_channel,
		};

		k = timed ? 0 : push_plain(run, i, &at);
		if (k)
			continue;
		k = 1;
		at += cut.n_bytes;
		token.time_s = at <= n_old ? run->open_time_s : time_s;
		push(run, token, TOKENS_BY_BPE);
	}
	run->cut.n = 0;
	buf_drop(&run->waiting, at);
}

static void flush_text(struct run *run)
{
	if (!run->tok)
		return;
	tok_flush(run->tok, &run->cut);
	take_tokens(run, run->waiting.len, run->open_time_s);
}

/* As if it were one token. */
static void keep_head(struct run *run, const char *text, size_t len)
{
	struct token token = { .text = text,
			       .len = MIN(len, (size_t)RUN_HEAD_BYTES),
			       .id = TRACE_NO_ID,
			       .logprob = NAN,
			       .time_s = NAN };

	if (run->trace.text.len < RUN_HEAD_BYTES)
		trace_push(&run->trace, &token);
}

void run_token(struct run *run, const struct token *token)
{
	bool has_id = token->id != TRACE_NO_ID;

	if (run->head) {
		keep_head(run, token->text, token->len);
		return;
	}
	flush_text(run);
	push(run, *token, has_id ? TOKENS_BY_IDS : TOKENS_BY_LOGPROBS);
}

void run_text(struct run *run, enum channel channel, const char *text,
	      size_t len, double time_s)
{
	size_t n_old = run->waiting.len;

	if (run->head) {
		keep_head(run, text, len);
		return;
	}
	if (!len)
		return;
	if (!run->tok)
		run->tok = tok_new();
	if (channel != run->open_channel) {
		flush_text(run);
		n_old = 0;
	}
	run->open_channel = channel;
	if (run->waiting.len + len > TRACE_MAX_BYTES) {
		run->trace.truncated = true;
		return;
	}
	buf_append(&run->waiting, text, len);
	tok_push(run->tok, text, len, &run->cut);
	take_tokens(run, n_old, time_s);
	run->open_time_s = time_s;
}

void run_end(struct run *run)
{
	flush_text(run);
	think_end(run->think, &run->trace);
	if (!run->trace.n_tokens)
		run->trace.tokens_by = TOKENS_BY_BPE;
	tok_free(run->tok);
	run->tok = NULL;
	run->ended = true;
}

enum meter_symbols run_symbols(const struct run *run)
{
	if (run->opts.symbols != METER_AUTO)
		return run->opts.symbols;
	return run->trace.tokens_by == TOKENS_BY_IDS && run->trace.n_tokens ?
		       METER_TOKENS :
		       METER_BYTES;
}

/* How many different ids there can be. */
static double vocabulary(const struct run *run)
{
	const struct facts *facts = &run->trace.facts;

	if (run->wide_ids || run->trace.tokens_by == TOKENS_BY_LOGPROBS)
		return RUN_VOCAB_HASHED;
	if (run->trace.tokens_by == TOKENS_BY_BPE)
		return tok_vocab_size();
	return facts->vocab ? facts->vocab : RUN_VOCAB_UNKNOWN;
}

static struct meter_opts resolve(const struct run *run)
{
	struct meter_opts o = run->opts;

	o.symbols = run_symbols(run);
	o.literal_bits = 0;
	if (o.symbols == METER_TOKENS) {
		double vocab = vocabulary(run);

		if (!(o.alphabet >= 2))
			o.alphabet = vocab;
		o.literal_bits = (unsigned)ceil(log2(vocab));
	}
	return o;
}

/* The meter that fits the trace as it is now. Ids beyond the vocabulary, or
 * a first token without an id, may change what fits. */
static void fit_meter(struct run *run)
{
	struct meter_opts o = resolve(run);

	if (!run->meter) {
		run->meter = meter_new(&o);
		return;
	}
	if (o.symbols != meter_opts(run->meter)->symbols ||
	    (o.literal_bits &&
	     o.literal_bits != meter_opts(run->meter)->literal_bits))
		meter_set(run->meter, &o);
}

/* Where the source has no id, equal bytes get equal ones. */
static uint32_t id_of(const struct trace *t, uint32_t i, const char *text,
		      size_t len)
{
	uint32_t id = LIKELY(t->id) ? t->id[i] : TRACE_NO_ID;

	return LIKELY(id != TRACE_NO_ID) ? id : fnv32(FNV32_BASIS, text, len);
}

uint32_t run_token_id(const struct run *run, uint32_t i)
{
	size_t len;
	const char *text = trace_token(&run->trace, i, &len);

	return id_of(&run->trace, i, text, len);
}

/* Tokens from `from` on as rules see them. */
static void fill_tokens(const struct run *run, uint32_t from,
			struct rule_token *tokens, uint32_t n)
{
	const struct trace *trace = &run->trace;

	for (uint32_t i = 0; i < n; i++) {
		struct rule_token *t = &tokens[i];

		*t = (struct rule_token){ 0 };
		t->text = trace_token(trace, from + i, &t->len);
		t->id = id_of(trace, from + i, t->text, t->len);
	}
}

/* The next tokens for the meter, at most n; 0: it can't take one of their ids,
 * and run->wide_ids is set. */
static uint32_t next_tokens(struct run *run, struct rule_token *tokens,
			    uint32_t n)
{
	bool ids = run_symbols(run) == METER_TOKENS && !run->wide_ids;
	uint32_t from = meter_n_tokens(run->meter), i = 0;
	double limit = vocabulary(run);

	n = MIN(n, run->trace.n_tokens - from);
	fill_tokens(run, from, tokens, n);
	while (ids && i < n && tokens[i].id < limit)
		i++;
	run->wide_ids |= ids && i < n;
	return ids && i < n ? 0 : n;
}

/* Returns how many of the tokens are left. */
static uint32_t measure(struct run *run, uint32_t max_tokens, bool aside)
{
	struct rule_token tokens[MEASURE_STEP];

	/* curves want each token by itself */
	aside = aside || run->opts.no_curves;
	fit_meter(run);
	while (meter_n_tokens(run->meter) < run->trace.n_tokens &&
	       max_tokens) {
		uint32_t step = aside ? MEASURE_STEP : 1;
		uint32_t n = next_tokens(run, tokens, MIN(step, max_tokens));

		if (!n)
			fit_meter(run);
		else if (aside)
			meter_push_all(run->meter, tokens, n);
		else
			meter_push(run->meter, tokens->id, tokens->text,
				   tokens->len);
		max_tokens -= n;
	}
	return max_tokens;
}

bool run_measure(struct run *run, uint32_t max_tokens)
{
	uint32_t left = measure(run, max_tokens, false);

	return run_n_measured(run) == run->trace.n_tokens &&
	       meter_catch_up(run->meter, left);
}

bool run_measure_aside(struct run *run, uint32_t max_tokens)
{
	measure(run, max_tokens, true);
	return run_n_measured(run) == run->trace.n_tokens;
}

void run_foresee(struct run *run)
{
	const struct buf *text = &run->trace.text;

	if (!run->ended)
		return;
	fit_meter(run);
	if (!meter_n_tokens(run->meter))
		meter_foresee(run->meter, text->data, text->len);
}

bool run_splits(struct run *run)
{
	if (!run->ended)
		return false;
	fit_meter(run);
	return meter_splits(run->meter, run->trace.text.len);
}

void run_apart(struct run *run)
{
	struct rule_token tokens[MEASURE_STEP];

	for (uint32_t i = 0, n; i < run->trace.n_tokens; i += n) {
		n = MIN(run->trace.n_tokens - i, (uint32_t)MEASURE_STEP);
		fill_tokens(run, i, tokens, n);
		meter_push_apart(run->meter, tokens, n, i);
	}
}

void run_set(struct run *run, const struct meter_opts *opts)
{
	struct meter_opts o;

	run->opts = *opts;
	o = resolve(run);
	if (run->meter)
		meter_set(run->meter, &o);
}

uint32_t run_n_measured(const struct run *run)
{
	return run->meter ? meter_n_tokens(run->meter) : 0;
}
