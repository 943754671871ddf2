/*
 * Rows that grow side by side, one entry a token. A row that the source has
 * nothing for is not there at all: most sources have no logprobs, no times, no
 * cache, and a trace may have millions of tokens.
 */
#include "trace/trace.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include <strings.h>

static const char *const by_names[] = {
	[TOKENS_BY_IDS] = "ids",     [TOKENS_BY_LOGPROBS] = "logprobs",
	[TOKENS_BY_USAGE] = "usage", [TOKENS_BY_BPE] = "qwen3-bpe",
	[TOKENS_BY_EVENTS] = "events",
};

static const char *const channel_names[CHANNELS] = {
	[CHANNEL_REASONING] = "reasoning",
	[CHANNEL_ANSWER] = "answer",
	[CHANNEL_TOOL] = "tool",
};

const char *tokens_by_name(enum tokens_by by)
{
	return by_names[by];
}

const char *channel_name(enum channel channel)
{
	return channel_names[channel];
}

void facts_set(char **field, const char *value)
{
	char *copy = mem_strdup(value);

	mem_free(*field);
	*field = copy;
}

const char *finish_ended_as(const char *reason)
{
	static const char stem[] = "repet"; /* "repetition_truncation" */

	for (; reason && *reason; reason++)
		if (strncasecmp(reason, stem, strlen(stem)) == 0)
			return "repetition";
	return NULL;
}

static void facts_release(struct facts *f)
{
	mem_free(f->source);
	mem_free(f->record);
	mem_free(f->id);
	mem_free(f->model);
	mem_free(f->policy);
	mem_free(f->chat);
	mem_free(f->sampling);
	mem_free(f->near);
	mem_free(f->finish_reason);
	mem_free(f->label);
	mem_free(f->gold);
	mem_free(f->note);
	mem_free(f->guessed);
	mem_free(f->kept);
}

void trace_init(struct trace *t)
{
	*t = (struct trace){ .tokens_by = TOKENS_BY_IDS, .start_s = NAN };
}

void trace_release(struct trace *t)
{
	facts_release(&t->facts);
	buf_release(&t->prompt);
	buf_release(&t->text);
	mem_free(t->end);
	mem_free(t->id);
	mem_free(t->time_us);
	mem_free(t->logprob);
	mem_free(t->kv);
	pages_free(t->pages);
	mem_free(t->prompt_end);
	mem_free(t->spans);
	for (size_t i = 0; i < t->n_turns; i++)
		mem_free(t->turns[i].policy);
	mem_free(t->turns);
	trace_init(t);
}

/* The three optional rows appear with the first token that has a value; the
 * tokens before it get "unknown". */
static void push_id(struct trace *t, uint32_t id)
{
	size_t n = t->n_tokens;

	if (!t->id && id == TRACE_NO_ID)
		return;
	if (!t->id) {
		t->id = grow(NULL, &t->id_cap, n + 1, sizeof(*t->id));
		for (size_t i = 0; i < n; i++)
			t->id[i] = TRACE_NO_ID;
	}
	t->id = grow(t->id, &t->id_cap, n + 1, sizeof(*t->id));
	t->id[n] = id;
}

static void push_logprob(struct trace *t, float logprob)
{
	size_t n = t->n_tokens;

	if (!t->logprob && isnan(logprob))
		return;
	if (!t->logprob) {
		t->logprob = grow(NULL, &t->logprob_cap, n + 1,
				  sizeof(*t->logprob));
		for (size_t i = 0; i < n; i++)
			t->logprob[i] = NAN;
	}
	t->logprob = grow(t->logprob, &t->logprob_cap, n + 1,
			  sizeof(*t->logprob));
	t->logprob[n] = logprob;
}

static uint32_t clock_us(const struct trace *t, double time_s)
{
	double us = (time_s - t->time_origin_s) * 1e6;
	uint32_t last = t->n_tokens ? t->time_us[t->n_tokens - 1] : 0;

	/* clocks that run backwards, or stop, hold the last time */
	if (!(us >= last))
		return last;
	return us < (double)UINT32_MAX ? (uint32_t)(us + 0.5) : UINT32_MAX;
}

static void push_time(struct trace *t, double time_s)
{
	size_t n = t->n_tokens;

	if (!t->time_us && !isfinite(time_s))
		return;
	if (!t->time_us) {
		t->time_us = grow(NULL, &t->time_cap, n + 1,
				  sizeof(*t->time_us));
		memset(t->time_us, 0, n * sizeof(*t->time_us));
		t->time_origin_s = time_s;
	}
	t->time_us = grow(t->time_us, &t->time_cap, n + 1,
			  sizeof(*t->time_us));
	t->time_us[n] = clock_us(t, time_s);
}

void trace_push_kv(struct trace *t, const struct kv_bytes *kv)
{
	size_t n = t->n_tokens;

	assert(n);
	if (!t->kv) {
		t->kv = grow(NULL, &t->kv_cap, n, sizeof(*t->kv));
		memset(t->kv, 0, n * sizeof(*t->kv));
	}
	t->kv[n - 1] = *kv;
}

/* Until it is told of, it is unknown. */
static void push_no_kv(struct trace *t)
{
	size_t n = t->n_tokens;

	if (!t->kv)
		return;
	t->kv = grow(t->kv, &t->kv_cap, n + 1, sizeof(*t->kv));
	t->kv[n] = (struct kv_bytes){ 0, 0, 0 };
}

bool trace_push_prompt_end(struct trace *t, uint32_t end)
{
	size_t n = t->n_prompt_ends;

	if (end > t->prompt.len || (n && end < t->prompt_end[n - 1])) {
		t->n_prompt_ends = 0;
		return false;
	}
	t->prompt_end = grow(t->prompt_end, &t->prompt_end_cap, n + 1,
			     sizeof(*t->prompt_end));
	t->prompt_end[t->n_prompt_ends++] = end;
	return true;
}

double trace_since_start_s(const struct trace *t, uint32_t i)
{
	double before_s = t->time_origin_s - t->start_s;

	if (!t->time_us)
		return NAN;
	return t->time_us[i] * 1e-6 + (before_s > 0 ? before_s : 0);
}

static void push_span(struct trace *t, uint32_t start, enum channel channel)
{
	if (t->n_spans && t->spans[t->n_spans - 1].channel == channel)
		return;
	t->spans = grow(t->spans, &t->spans_cap, t->n_spans + 1,
			sizeof(*t->spans));
	t->spans[t->n_spans++] = (struct span){ start, channel };
}

bool trace_push(struct trace *t, const struct token *token)
{
	if (t->truncated || token->len > TRACE_MAX_BYTES - t->text.len ||
	    t->n_tokens >= TRACE_MAX_TOKENS) {
		t->truncated = true;
		return false;
	}
	buf_append(&t->text, token->text, token->len);
	t->end = grow(t->end, &t->cap, (size_t)t->n_tokens + 1,
		      sizeof(*t->end));
	t->end[t->n_tokens] = (uint32_t)t->text.len;
	push_id(t, token->id);
	push_logprob(t, token->logprob);
	push_time(t, token->time_s);
	push_no_kv(t);
	push_span(t, t->n_tokens, token->channel);
	t->n_tokens++;
	return true;
}

bool trace_push_all(struct trace *t, const char *text,
		    const struct tok_token *tokens, size_t n,
		    enum channel channel)
{
	uint32_t *end, *id;
	uint32_t at = (uint32_t)t->text.len;
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += tokens[i].n_bytes;
	if (t->truncated || len > TRACE_MAX_BYTES - t->text.len ||
	    n > TRACE_MAX_TOKENS - t->n_tokens || !n || t->time_us ||
	    t->logprob || t->kv || (t->n_tokens && !t->id))
		return false;
	buf_append(&t->text, text, len);
	t->end = grow(t->end, &t->cap, t->n_tokens + n, sizeof(*t->end));
	t->id = grow(t->id, &t->id_cap, t->n_tokens + n, sizeof(*t->id));
	end = t->end + t->n_tokens;
	id = t->id + t->n_tokens;
	for (size_t i = 0; i < n; i++) {
		end[i] = at += tokens[i].n_bytes;
		id[i] = tokens[i].id;
	}
	push_span(t, t->n_tokens, channel);
	t->n_tokens += (uint32_t)n;
	return true;
}

void trace_turn(struct trace *t, const char *policy, uint32_t budget,
		uint32_t recomputed, bool by_rule)
{
	if (t->n_turns == TRACE_TURNS_MAX)
		return;
	t->turns = grow(t->turns, &t->turns_cap, t->n_turns + 1,
			sizeof(*t->turns));
	t->turns[t->n_turns++] = (struct turn){
		.start = t->n_tokens,
		.policy = mem_strdup(policy),
		.budget = budget,
		.recomputed = recomputed,
		.by_rule = by_rule,
	};
}

const char *trace_token(const struct trace *t, uint32_t i, size_t *len)
{
	uint32_t from = trace_start(t, i);

	*len = t->end[i] - from;
	if (!t->text.data)
		return ""; /* all tokens so far are empty */
	return t->text.data + from;
}

uint32_t trace_token_at(const struct trace *t, size_t offset)
{
	uint32_t low = 0, high = t->n_tokens;

	if (!t->n_tokens)
		return 0;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (t->end[mid] <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	return MIN(low, t->n_tokens - 1);
}

/* The index of the span that holds token i. */
static size_t span_of(const struct trace *t, uint32_t i)
{
	size_t low = 0, high = t->n_spans;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (t->spans[mid].start <= i)
			low = mid;
		else
			high = mid;
	}
	return low;
}

enum channel trace_channel(const struct trace *t, uint32_t i)
{
	return t->n_spans ? t->spans[span_of(t, i)].channel : CHANNEL_ANSWER;
}

uint32_t trace_count(const struct trace *t, enum channel channel)
{
	uint32_t n = 0;

	for (size_t i = 0; i < t->n_spans; i++) {
		uint32_t to = i + 1 < t->n_spans ? t->spans[i + 1].start :
						   t->n_tokens;

		if (t->spans[i].channel == channel)
			n += to - t->spans[i].start;
	}
	return n;
}

/* The first span, from index i on, that starts at or after token. */
static size_t span_from(const struct trace *t, size_t i, uint32_t token)
{
	size_t high = t->n_spans;

	while (i < high) {
		size_t mid = i + (high - i) / 2;

		if (t->spans[mid].start < token)
			i = mid + 1;
		else
			high = mid;
	}
	return i;
}

/*
 *	spans      a   b     c    d          e
 *	           |   |.....|....|....      |
 *	relabel          [from       to)
 *
 * Spans that start inside go; at most two come; those behind move up. The
 * cost is the spans behind `to`, which is none for marks in a growing text.
 */
void trace_relabel(struct trace *t, uint32_t from, uint32_t to,
		   enum channel channel)
{
	struct span *behind;
	enum channel after;
	size_t i, n_behind;

	to = MIN(to, t->n_tokens);
	if (from >= to)
		return;
	after = trace_channel(t, to < t->n_tokens ? to : to - 1);
	i = span_from(t, 0, from);
	n_behind = t->n_spans - span_from(t, i, to + 1);
	behind = mem_alloc(n_behind * sizeof(*behind));
	if (n_behind)
		memcpy(behind, t->spans + t->n_spans - n_behind,
		       n_behind * sizeof(*behind));
	t->n_spans = i;
	push_span(t, from, channel);
	if (to < t->n_tokens)
		push_span(t, to, after);
	for (size_t k = 0; k < n_behind; k++)
		push_span(t, behind[k].start, behind[k].channel);
	mem_free(behind);
}
