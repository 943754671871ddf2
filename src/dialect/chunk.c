/*
 * Text and tokens of one record are gathered apart and meet only when they are
 * emitted: servers put them in any order, and whether the entries spell the
 * text is known when both are there.
 */
#include "dialect/chunk.h"

#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"

void chunk_release(struct chunk *c)
{
	buf_release(&c->text);
	buf_release(&c->spelled);
	mem_free(c->tokens);
	mem_free(c->parts);
	*c = (struct chunk){ .watch = c->watch, .watch_ctx = c->watch_ctx };
}

void chunk_clear(struct chunk *c)
{
	if (c->text.cap + c->spelled.cap > JSON_KEEP_BYTES ||
	    c->cap * sizeof(*c->tokens) > JSON_KEEP_BYTES)
		chunk_release(c);
	buf_clear(&c->text);
	buf_clear(&c->spelled);
	c->n = c->n_parts = 0;
	c->by_bytes = c->raw = false;
}

/* Neighbours of one channel are one part: text that came in two strings may
 * hold a word that goes over their border. */
void chunk_add_from(struct chunk *c, enum channel channel, const char *s,
		    size_t n, struct json_value from)
{
	bool same = c->n_parts && c->parts[c->n_parts - 1].channel == channel;

	if (!n)
		return;
	if (c->watch)
		c->watch(c->watch_ctx, channel, s, n, from);
	if (!same) {
		c->parts = grow(c->parts, &c->parts_cap, c->n_parts + 1,
				sizeof(*c->parts));
		c->parts[c->n_parts++] =
			(struct chunk_part){ channel, c->text.len };
	}
	buf_append(&c->text, s, n);
}

void chunk_add(struct chunk *c, enum channel channel, const char *s, size_t n)
{
	chunk_add_from(c, channel, s, n, (struct json_value){ 0 });
}

void chunk_add_json(struct chunk *c, enum channel channel,
		    struct json_value string)
{
	size_t n;
	const char *s = json_text(string, &n);

	chunk_add_from(c, channel, s, n, string);
}

void chunk_add_arguments(struct chunk *c, struct json_value arguments)
{
	struct buf text = { 0 };

	if (!json_is_container(arguments)) {
		chunk_add_json(c, CHANNEL_TOOL, arguments);
		return;
	}
	json_put(&text, arguments);
	chunk_add_from(c, CHANNEL_TOOL, text.data, text.len, arguments);
	buf_release(&text);
}

static struct chunk_token *add_token(struct chunk *c)
{
	c->tokens = grow(c->tokens, &c->cap, c->n + 1, sizeof(*c->tokens));
	c->tokens[c->n] = (struct chunk_token){ .start = c->spelled.len,
						.id = TRACE_NO_ID,
						.logprob = NAN };
	return &c->tokens[c->n++];
}

/* "token_id:123", as vLLM writes with return_tokens_as_token_ids. */
static uint32_t id_in_text(const char *s, size_t n)
{
	static const char prefix[] = "token_id:";
	size_t len = sizeof(prefix) - 1;
	double id;

	if (n <= len || memcmp(s, prefix, len) != 0)
		return TRACE_NO_ID;
	id = json_parse_number(s + len, n - len);
	return id >= 0 && id < TRACE_NO_ID ? (uint32_t)id : TRACE_NO_ID;
}

static void spell(struct chunk *c, struct chunk_token *t, const char *s,
		  size_t n)
{
	buf_append(&c->spelled, s, n);
	t->len += n;
}

/* [240,159]: the token's bytes. false if this is no such array. */
static bool spell_bytes(struct chunk *c, struct chunk_token *t,
			struct json_value bytes)
{
	if (!json_is(bytes, JSON_ARRAY))
		return false;
	for (struct json_value v = json_first(bytes); v.doc; v = json_next(v)) {
		char byte = (char)json_u32(v, '?');

		spell(c, t, &byte, 1);
	}
	return true;
}

/* A probability's logarithm, whichever of the two is there. */
static float logprob_of(struct json_value entry)
{
	double prob = json_number(json_get(entry, "prob"), NAN);

	return (float)json_number(json_get(entry, "logprob"),
				  prob > 0 ? log(prob) : NAN);
}

void chunk_entries(struct chunk *c, struct json_value entries)
{
	bool all_bytes = json_count(entries) > 0;

	if (!json_is(entries, JSON_ARRAY))
		return;
	for (struct json_value v = json_first(entries); v.doc;
	     v = json_next(v)) {
		struct chunk_token *t = add_token(c);
		size_t len;
		const char *s = json_text(json_get(v, "token"), &len);

		if (!s)
			s = json_text(json_get(v, "content"), &len);
		t->logprob = logprob_of(v);
		t->id = json_u32(json_get(v, "id"), TRACE_NO_ID);
		if (t->id == TRACE_NO_ID)
			t->id = id_in_text(s, len);
		if (spell_bytes(c, t, json_get(v, "bytes")))
			continue;
		all_bytes = false;
		spell(c, t, s, len);
	}
	c->by_bytes = all_bytes;
}

void chunk_token(struct chunk *c, enum channel channel,
		 struct json_value string, uint32_t id, float logprob)
{
	struct chunk_token *t = add_token(c);
	size_t len;
	const char *s = json_text(string, &len);

	chunk_add_from(c, channel, s, len, string);
	spell(c, t, s, len);
	t->id = id;
	t->logprob = logprob;
}

void chunk_triples(struct chunk *c, struct json_value triples, size_t from)
{
	size_t i = 0;

	if (!json_is(triples, JSON_ARRAY))
		return;
	for (struct json_value v = json_first(triples); v.doc;
	     v = json_next(v)) {
		struct json_value logprob = json_first(v);
		struct json_value id = json_next(logprob);
		struct chunk_token *t;
		size_t len;
		const char *s = json_text(json_next(id), &len);

		if (i++ < from)
			continue;
		t = add_token(c);
		t->logprob = (float)json_number(logprob, NAN);
		t->id = json_u32(id, TRACE_NO_ID);
		spell(c, t, s, len);
	}
}

/* "bytes:\\xf0\\x9f": what is written so. false: the text is itself. */
static bool spell_escaped(struct chunk *c, struct chunk_token *t,
			  const char *s, size_t n)
{
	static const char prefix[] = "bytes:";
	size_t len = sizeof(prefix) - 1, at = len;

	if (n <= len || memcmp(s, prefix, len) != 0)
		return false;
	for (; at + 4 <= n; at += 4)
		if (s[at] != '\\' || s[at + 1] != 'x' ||
		    hex_digit(s[at + 2]) < 0 || hex_digit(s[at + 3]) < 0)
			return false;
	if (at != n)
		return false;
	for (at = len; at < n; at += 4) {
		char byte = (char)(hex_digit(s[at + 2]) << 4 |
				   hex_digit(s[at + 3]));

		spell(c, t, &byte, 1);
	}
	return true;
}

void chunk_parallel(struct chunk *c, struct json_value tokens,
		    struct json_value logprobs)
{
	struct json_value lp = json_first(logprobs);

	if (!json_is(tokens, JSON_ARRAY))
		return;
	for (struct json_value v = json_first(tokens); v.doc;
	     v = json_next(v)) {
		struct chunk_token *t = add_token(c);
		size_t len;
		const char *s = json_text(v, &len);

		t->logprob = (float)json_number(lp, NAN);
		t->id = id_in_text(s, len);
		if (!spell_escaped(c, t, s, len))
			spell(c, t, s, len);
		lp = json_next(lp);
	}
}

void chunk_ids(struct chunk *c, struct json_value ids)
{
	chunk_ids_from(c, ids, 0);
}

void chunk_ids_from(struct chunk *c, struct json_value ids, size_t from)
{
	size_t n = json_count(ids), i = 0;

	if (!json_is(ids, JSON_ARRAY) || n <= from)
		return;
	n -= from;
	/* entries of another number are of other tokens: ids are the surer */
	if (c->n != n) {
		c->n = 0;
		buf_clear(&c->spelled);
		c->by_bytes = false;
	}
	for (struct json_value v = json_first(ids); v.doc; v = json_next(v)) {
		if (from) {
			from--;
			continue;
		}
		if (i == c->n)
			add_token(c);
		c->tokens[i++].id = json_u32(v, TRACE_NO_ID);
	}
}

/* The channel of the byte at `at` of the text. */
static enum channel channel_at(const struct chunk *c, size_t at)
{
	enum channel channel = CHANNEL_ANSWER;

	for (size_t i = 0; i < c->n_parts && c->parts[i].start <= at; i++)
		channel = c->parts[i].channel;
	return channel;
}

/* The first border of a character at or behind `at`. */
static size_t border(const struct buf *text, size_t at)
{
	while (at < text->len && (text->data[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static void emit_text(const struct chunk *c, struct run *run, double time_s)
{
	for (size_t i = 0; i < c->n_parts; i++) {
		size_t start = c->parts[i].start;
		size_t end = i + 1 < c->n_parts ? c->parts[i + 1].start :
						  c->text.len;

		run_text(run, c->parts[i].channel, c->text.data + start,
			 end - start, time_s);
	}
}

/* Text where tokens were expected (a tool call beside ids): one token a
 * part, id unknown. */
static void emit_parts(const struct chunk *c, struct run *run, double time_s)
{
	for (size_t i = 0; i < c->n_parts; i++) {
		size_t start = c->parts[i].start;
		size_t end = i + 1 < c->n_parts ? c->parts[i + 1].start :
						  c->text.len;
		struct token token = {
			.text = c->text.data + start,
			.len = end - start,
			.id = TRACE_NO_ID,
			.logprob = NAN,
			.time_s = time_s,
			.channel = c->parts[i].channel,
		};

		run_token(run, &token);
	}
}

static bool spelled_right(const struct chunk *c)
{
	return c->spelled.len == c->text.len && c->text.len &&
	       memcmp(c->spelled.data, c->text.data, c->text.len) == 0;
}

/* Tokens that spell the text have their own bytes. Others share it evenly:
 * whose bytes are whose is not in the record, but none may be lost or come
 * twice, and a character must not be cut, which no server does to its text.
 * (len / n * i + len % n * i / n is len * i / n, which might overflow.) */
static void emit_tokens(const struct chunk *c, struct run *run, double time_s)
{
	bool spelled = c->by_bytes || spelled_right(c);
	const struct buf *from = spelled ? &c->spelled : &c->text;

	for (size_t i = 0; i < c->n; i++) {
		const struct chunk_token *t = &c->tokens[i];
		size_t start = t->start, end = t->start + t->len;

		if (!spelled) {
			start = border(from, from->len / c->n * i +
					     from->len % c->n * i / c->n);
			end = i + 1 == c->n ?
				      from->len :
				      border(from, from->len / c->n * (i + 1) +
							   from->len % c->n *
								   (i + 1) /
								   c->n);
		}
		run_token(run, &(struct token){
				       .text = from->data ? from->data + start :
							    NULL,
				       .len = end - start,
				       .id = t->id,
				       .logprob = t->logprob,
				       .time_s = time_s,
				       .channel = channel_at(c, start),
			       });
	}
}

/* ed a0..af xx is the first half of a pair, ed b0..bf xx the second. */
static bool is_half(const char *s, size_t n, unsigned char kind)
{
	return n >= 3 && (unsigned char)s[0] == 0xed &&
	       ((unsigned char)s[1] & 0xf0) == kind;
}

/* Each half of a pair carries ten bits of the character. */
static int32_t half_bits(const char *s)
{
	return (s[1] & 0x0f) << 6 | (s[2] & 0x3f);
}

/* Replaces the first `cut` bytes of the text; parts move along, but for the
 * one at the beginning, which the new bytes belong to. n - cut may be below 0:
 * sums of size_t wrap back. */
static void replace_head(struct chunk *c, size_t cut, const char *s, size_t n)
{
	buf_reserve(&c->text, n);
	memmove(c->text.data + n, c->text.data + cut, c->text.len - cut);
	memcpy(c->text.data, s, n);
	c->text.len += n - cut;
	for (size_t i = 0; i < c->n_parts; i++)
		c->parts[i].start += c->parts[i].start ? n - cut : 0;
}

static void put_half(struct chunk *c, const struct chunk_half *half)
{
	bool same = c->n_parts && c->parts[0].channel == half->channel;
	char pair[4];

	if (same && is_half(c->text.data, c->text.len, 0xb0)) {
		int32_t cp = 0x10000 + (half_bits(half->bytes) << 10) +
			     half_bits(c->text.data);

		replace_head(c, 3, pair, utf8_encode(cp, pair));
		return;
	}
	if (same) {
		replace_head(c, 0, half->bytes, sizeof(half->bytes));
		return;
	}
	/* a part of its own */
	c->parts = grow(c->parts, &c->parts_cap, c->n_parts + 1,
			sizeof(*c->parts));
	c->n_parts++;
	memmove(c->parts + 1, c->parts,
		(c->n_parts - 1) * sizeof(*c->parts));
	c->parts[0] = (struct chunk_part){ half->channel, 0 };
	replace_head(c, 0, half->bytes, sizeof(half->bytes));
	if (c->n_parts > 1)
		c->parts[1].start = sizeof(half->bytes);
}

void chunk_join(struct chunk *c, struct chunk_half *half)
{
	size_t n = sizeof(half->bytes), at;

	if (half->kept && (c->text.len || c->n))
		put_half(c, half);
	else if (half->kept)
		return; /* a record without text may come between the two */
	half->kept = !c->n && !c->raw && c->text.len >= n &&
		     is_half(c->text.data + c->text.len - n, n, 0xa0);
	if (!half->kept)
		return;
	at = c->text.len -= n;
	half->channel = c->parts[c->n_parts - 1].channel;
	memcpy(half->bytes, c->text.data + at, n);
	c->n_parts -= c->parts[c->n_parts - 1].start == at;
}

/* Entries of only a part of the text (the answer, but not the reasoning that
 * came with it) must not stand for all of it. */
static bool covers(const struct chunk *c)
{
	enum { OPEN_BYTES = 3 }; /* of a character that is not complete */

	return !c->by_bytes || c->text.len <= c->spelled.len + OPEN_BYTES ||
	       c->tokens[0].id != TRACE_NO_ID;
}

void chunk_emit(struct chunk *c, struct run *run, enum chunk_mode *mode,
		double time_s)
{
	if (c->n && !covers(c))
		c->n = 0;
	/* The first output settles it for good: ids that a server gave and ids
	 * of the bundled tokenizer in one run would be two alphabets. */
	if (!c->text.len && !c->n)
		return;
	if (*mode == CHUNK_UNSET)
		*mode = c->n ? CHUNK_TOKENS : CHUNK_TEXT;
	if (*mode == CHUNK_TEXT)
		emit_text(c, run, time_s);
	else if (c->n)
		emit_tokens(c, run, time_s);
	else
		emit_parts(c, run, time_s);
}
