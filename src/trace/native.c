/*
 * The writer of our own traces: a line for each token, complete in itself, so
 * that a file that was cut anywhere is good up to its last line.
 */
#include "trace/native.h"

#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "json/json.h"

/* ,"name":"text", or ,"name_b64":"base64" where the bytes are no UTF-8. */
static void put_bytes(struct buf *out, const char *name, const char *s,
		      size_t n)
{
	if (json_is_utf8(s, n)) {
		buf_printf(out, ",\"%s\":", name);
		json_put_string(out, s, n);
		return;
	}
	buf_printf(out, ",\"%s_b64\":\"", name);
	base64_put(out, s, n);
	buf_putc(out, '"');
}

static void put_text(struct buf *out, const char *name, const char *text)
{
	if (text)
		put_bytes(out, name, text, strlen(text));
}

static void put_count(struct buf *out, const char *name, uint32_t count)
{
	if (count)
		buf_printf(out, ",\"%s\":%lu", name, (unsigned long)count);
}

void native_header(struct native_writer *w, struct buf *out,
		   const struct facts *facts, const struct buf *prompt,
		   const char *tokenizer, enum tokens_by by)
{
	*w = (struct native_writer){ .run = w->run };
	buf_printf(out, "{\"lilscope\":%d", NATIVE_VERSION);
	put_text(out, "run", w->run);
	put_text(out, "id", facts->id);
	put_text(out, "model", facts->model);
	put_text(out, "policy", facts->policy);
	put_count(out, "budget", facts->budget);
	put_text(out, "chat", facts->chat);
	put_text(out, "sampling", facts->sampling);
	put_count(out, "speculate", facts->speculate);
	put_count(out, "vocab", facts->vocab);
	put_text(out, "tokenizer", tokenizer);
	if (by != TOKENS_BY_IDS)
		put_text(out, "tokens_by", tokens_by_name(by));
	put_text(out, "gold", facts->gold);
	put_text(out, "label", facts->label);
	put_count(out, "prompt_tokens", facts->prompt_tokens);
	put_count(out, "page", facts->page_tokens);
	put_count(out, "kv_heads", facts->kv_heads);
	put_count(out, "window", facts->window);
	put_text(out, "near", facts->near);
	if (prompt && prompt->len)
		put_bytes(out, "prompt", prompt->data, prompt->len);
	buf_puts(out, "}\n");
}


/* ,"name":[1,2,3] */
static void put_numbers(struct buf *out, const char *name,
			const uint32_t *numbers, size_t n)
{
	buf_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, i ? ",%lu" : "%lu", (unsigned long)numbers[i]);
	buf_putc(out, ']');
}

void native_bits(struct buf *out, const char *name, const uint64_t *bits,
		 uint32_t n)
{
	bool any = false;

	buf_printf(out, ",\"%s\":[", name);
	for (uint32_t i = 0; i < n; i++) {
		if (!(bits[i / 64] >> i % 64 & 1))
			continue;
		buf_printf(out, any ? ",%lu" : "%lu", (unsigned long)i);
		any = true;
	}
	buf_putc(out, ']');
}

static void put_bytes_of(struct buf *out, const char *name, uint64_t n_bytes)
{
	if (n_bytes)
		buf_printf(out, ",\"%s\":%llu", name,
			   (unsigned long long)n_bytes);
}

void native_prompt_ends(struct buf *out, const uint32_t *ends, size_t n)
{
	out->len -= strlen("}\n");
	put_numbers(out, "prompt_ends", ends, n);
	buf_puts(out, "}\n");
}

void native_token(struct native_writer *w, struct buf *out,
		  const struct token *token, const struct native_kv *kv)
{
	static const char *const letters[CHANNELS] = {
		[CHANNEL_REASONING] = "r",
		[CHANNEL_ANSWER] = "a",
		[CHANNEL_TOOL] = "t",
	};
	size_t start = out->len;

	put_bytes(out, "t", token->text ? token->text : "", token->len);
	out->data[start] = '{'; /* it was the comma */
	if (token->id != TRACE_NO_ID)
		buf_printf(out, ",\"id\":%lu", (unsigned long)token->id);
	if (token->time_s >= 0)
		buf_printf(out, ",\"us\":%llu",
			   (unsigned long long)llround(
				   fmin(token->time_s * 1e6, 9e15)));
	if (isfinite(token->logprob)) {
		buf_puts(out, ",\"lp\":");
		json_put_number(out, token->logprob);
	}
	if (!w->has_channel || w->channel != token->channel)
		buf_printf(out, ",\"c\":\"%s\"", letters[token->channel]);
	w->has_channel = true;
	w->channel = token->channel;
	w->n_tokens++;
	if (kv) {
		put_bytes_of(out, "kv", kv->held_bytes);
		put_bytes_of(out, "kv_used", kv->used_bytes);
		put_bytes_of(out, "kv_read", kv->read_bytes);
	}
	put_text(out, "run", w->run);
	buf_puts(out, "}\n");
}

void native_end(struct native_writer *w, struct buf *out,
		const struct facts *facts)
{
	const char *why = facts->finish_reason;
	bool clean = why && json_is_utf8(why, strlen(why));

	/* "end" makes the record; it is there whatever there is to say */
	buf_puts(out, "{\"end\":");
	json_put_string(out, clean ? why : "", clean ? strlen(why) : 0);
	if (!clean)
		put_text(out, "end", why);
	buf_printf(out, ",\"tokens\":%lu", (unsigned long)w->n_tokens);
	if (facts->aborted)
		buf_puts(out, ",\"aborted\":true");
	put_count(out, "passes", facts->passes);
	put_count(out, "drafted", facts->drafted);
	put_count(out, "accepted", facts->accepted);
	put_text(out, "note", facts->note);
	put_text(out, "guessed", facts->guessed);
	put_text(out, "run", w->run);
	buf_puts(out, "}\n");
}

void native_turn(struct native_writer *w, struct buf *out,
		 const struct turn *turn)
{
	size_t start = out->len;

	put_text(out, "turn", turn->policy);
	out->data[start] = '{'; /* it was the comma */
	put_count(out, "budget", turn->budget);
	put_count(out, "recomputed", turn->recomputed);
	if (turn->by_rule)
		buf_puts(out, ",\"by_rule\":true");
	put_text(out, "run", w->run);
	buf_puts(out, "}\n");
}

/* The turns at token i. */
static void put_turns(struct native_writer *w, struct buf *out,
		      const struct trace *t, uint32_t i)
{
	for (size_t k = 0; k < t->n_turns; k++)
		if (t->turns[k].start == i)
			native_turn(w, out, &t->turns[k]);
}

/* ,"name":[1,2] if the set is another than at the token before, or is told
 * of for the first time. The walk begins near the token, so that a recorder
 * needs no state. */
static bool put_set(struct buf *out, const struct pages *p, uint32_t layer,
		    enum pages_kind kind, uint32_t i)
{
	static const char *const names[PAGES_KINDS] = {
		[PAGES_KEPT] = "kept",
		[PAGES_READ] = "read",
	};
	uint32_t n = pages_n(p), count = 0;
	uint32_t *numbers = mem_alloc((n + 1) * sizeof(*numbers));
	unsigned char *on = mem_zalloc(n + 1);
	bool told = i == pages_first(p);
	struct pages_event e;
	struct pages_walk w;

	pages_walk_from(&w, p, layer, kind, i);
	while (pages_next(&w, &e) && e.token <= i) {
		told = told || e.token == i;
		on[e.page] ^= 1;
	}
	for (uint32_t page = 0; told && page < n; page++)
		if (on[page])
			numbers[count++] = page;
	if (told)
		put_numbers(out, names[kind], numbers, count);
	mem_free(numbers);
	mem_free(on);
	return told;
}

/* Both sets of a layer, as members. */
static bool put_sets(struct buf *out, const struct pages *p, uint32_t layer,
		     uint32_t i)
{
	bool kept = put_set(out, p, layer, PAGES_KEPT, i);

	return put_set(out, p, layer, PAGES_READ, i) || kept;
}

/* Adds to the token's line just written what is told of its pages. */
static void add_pages(struct buf *out, const struct pages *p, uint32_t i)
{
	size_t end = out->len - strlen("}\n"), open;
	bool any = false;

	out->len = end;
	if (pages_n_layers(p) < 2) {
		put_sets(out, p, 0, i);
		buf_puts(out, "}\n");
		return;
	}
	buf_puts(out, ",\"layers\":[");
	for (uint32_t layer = 0; layer < pages_n_layers(p); layer++) {
		if (layer)
			buf_putc(out, ',');
		open = out->len;
		any = put_sets(out, p, layer, i) || any;
		if (out->len == open)
			buf_putc(out, '{');
		out->data[open] = '{'; /* it was the comma */
		buf_putc(out, '}');
	}
	if (any)
		buf_putc(out, ']');
	else
		out->len = end;
	buf_puts(out, "}\n");
}

void native_trace_token(struct native_writer *w, struct buf *out,
			const struct trace *t, uint32_t i)
{
	struct token token = {
		.id = t->id ? t->id[i] : TRACE_NO_ID,
		.logprob = t->logprob ? t->logprob[i] : NAN,
		.time_s = trace_since_start_s(t, i),
		.channel = trace_channel(t, i),
	};

	struct native_kv kv = { 0 };

	token.text = trace_token(t, i, &token.len);
	put_turns(w, out, t, i);
	if (t->kv) {
		kv.held_bytes = (uint64_t)t->kv[i].held;
		kv.used_bytes = (uint64_t)t->kv[i].used;
		kv.read_bytes = (uint64_t)t->kv[i].read;
	}
	native_token(w, out, &token, &kv);
	if (t->pages && i >= pages_first(t->pages))
		add_pages(out, t->pages, i);
}

void native_trace(struct buf *out, const struct trace *t,
		  const char *tokenizer)
{
	struct native_writer w = { 0 };

	native_header(&w, out, &t->facts, &t->prompt, tokenizer,
		      t->tokens_by);
	if (t->n_prompt_ends)
		native_prompt_ends(out, t->prompt_end, t->n_prompt_ends);
	for (uint32_t i = 0; i < t->n_tokens; i++)
		native_trace_token(&w, out, t, i);
	native_end(&w, out, &t->facts);
}
