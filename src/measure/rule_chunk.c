/*
 * Ollama's token repeat limit: the runner's answer comes in chunks, normally
 * one a token; white space is trimmed off both ends, and when more than
 * `limit` chunks in a row equal the one before, the prediction is aborted.
 * A chunk of white space is empty after trimming, and the chunk before the
 * first one counts as empty.
 */
#include "measure/rule.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <string.h>

struct chunk_rule {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	uint32_t limit;
	uint32_t n;       /* tokens seen */
	uint32_t repeats; /* of the last chunk, itself not counted */
	struct buf last;  /* trimmed */
};

static void *create_with(uint32_t limit)
{
	struct chunk_rule *c = mem_zalloc(sizeof(*c));

	c->limit = limit;
	c->verdict = rule_unfired;
	return c;
}

static void *create(const struct rule_opts *opts)
{
	return create_with(rule_count(opts, 30, 1));
}

static void *create_100(const struct rule_opts *opts)
{
	return create_with(rule_count(opts, 100, 1));
}

static void destroy(void *state)
{
	struct chunk_rule *c = state;

	buf_release(&c->last);
	mem_free(c);
}

/* White space of Unicode, as Go's strings.TrimSpace has it. */
static bool is_space(int32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0d) || cp == 0x20 || cp == 0x85 ||
	       cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202f || cp == 0x205f ||
	       cp == 0x3000;
}

static bool is_ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Narrows text[*from .. *to) by the white space of Unicode at its ends. */
static void trim_unicode(const char *text, size_t *from, size_t *to)
{
	size_t first = *from, last = *from;
	bool begun = false;

	for (size_t at = *from, used; at < *to; at += used) {
		if (is_space(utf8_decode(text + at, *to - at, &used)))
			continue;
		if (!begun)
			first = at;
		begun = true;
		last = at + used;
	}
	*from = begun ? first : last;
	*to = last;
}

/* text[*from .. *to) is text[0..len) without white space at its ends. Most
 * ends are ASCII: only another one is worth decoding for. */
static void trim(const char *text, size_t len, size_t *from, size_t *to)
{
	*from = 0;
	*to = len;
	while (*from < *to && is_ascii_space(text[*from]))
		++*from;
	while (*from < *to && is_ascii_space(text[*to - 1]))
		--*to;
	if (*from < *to && ((text[*from] | text[*to - 1]) & 0x80))
		trim_unicode(text, from, to);
}

static void keep(struct chunk_rule *c, const struct rule_token *token)
{
	size_t from, to;

	trim(token->text, token->len, &from, &to);
	buf_clear(&c->last);
	if (from < to)
		buf_append(&c->last, token->text + from, to - from);
}

/* Is this chunk as the one before it is? */
static bool same(const struct chunk_rule *c, const struct rule_token *tokens,
		 uint32_t i)
{
	size_t before = 0, end = c->last.len, from, to;
	const char *last = c->last.data;

	if (i) {
		last = tokens[i - 1].text;
		trim(last, tokens[i - 1].len, &before, &end);
	}
	trim(tokens[i].text, tokens[i].len, &from, &to);
	return to - from == end - before &&
	       (to == from ||
		memcmp(tokens[i].text + from, last + before, to - from) == 0);
}

/* How many chunks up to tokens[to - 1], none before tokens[from], are the same
 * as the one before them. */
static uint32_t same_up_to(const struct chunk_rule *c,
			   const struct rule_token *tokens, uint32_t from,
			   uint32_t to)
{
	uint32_t i = to;

	while (i > from && same(c, tokens, i - 1))
		i--;
	return to - i;
}

/*
 * What the rule asks for in a row it looks for from behind: a chunk that is
 * another than the one before leaves all those before it out. So of a text
 * without repeats only one chunk in `limit` is looked at.
 */
static uint32_t push_all(void *state, const struct rule_token *tokens,
			 uint32_t n, double bits)
{
	struct chunk_rule *c = state;
	bool fired = c->verdict.at_token != RULE_NEVER;
	uint32_t at = 0, next = 0, repeats;

	(void)bits;
	while (next < n && (fired || c->repeats <= c->limit)) {
		at = next;
		next = fired ? n : MIN(n - at, c->limit + 1 - c->repeats) + at;
		repeats = same_up_to(c, tokens, at, next);
		c->repeats = repeats + (repeats == next - at ? c->repeats : 0);
	}
	c->n += next;
	if (!fired && c->repeats > c->limit)
		c->verdict.at_token = c->n;
	if (next)
		keep(c, &tokens[next - 1]);
	return next;
}

RULE_PUSH_ONE(push_all)

const struct rule rule_chunk = {
	.name = "chunk",
	.about = "more than 30 chunks equal to the one before, white "
		 "space trimmed, as Ollama's token repeat limit",
	.apart = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
};

const struct rule rule_chunk_100 = {
	.name = "chunk-100",
	.about = "more than 100 chunks equal to the one before, as "
		 "Ollama's limit since late 2026",
	.apart = true,
	.create = create_100,
	.destroy = destroy,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
};
