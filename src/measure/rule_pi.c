/*
 * The thinking-loop guard of oh-my-pi (packages/ai/src/utils/thinking-loop.ts
 * of can1357/oh-my-pi), its three signals:
 *
 * cycle      every 128 characters: the end of the last 4,096 is a unit of 2
 *            to 60, 4 times and 180 characters, or up to 1,024, 3 times and
 *            1,024 characters, with a letter in it.
 * cluster    4 of the last 17 segments, itself one, share at least 0.8 of
 *            their word trigrams with the newest (Jaccard).
 * stall      8 segments in a row of which at most 20 % of the words are new
 *            against the 8 before and that name no new identifier, path or
 *            code span (an anchor).
 *
 * A segment (rule_pi_words.h) is a paragraph, or 700 characters of one. The
 * last two want 8 segments. Its fourth signal, 36 headings in a row from
 * Gemini, asks for a tool call there and is left out. There the last two are
 * on for the families of Gemini, DeepSeek and Grok; here for all. A segment is
 * judged when it is complete, never at the text's end.
 */
#include "measure/rule.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "measure/rule_pi_words.h"
#include "measure/tail.h"

#include <string.h>

enum {
	WINDOW = 4096,
	EVERY = 128,
	UNIT_MAX = 1024,
	UNIT_SHORT = 60,
	SHORT_COPIES = 4,
	SHORT_CHARS = 180,
	LONG_COPIES = 3,
	LONG_CHARS = 1024,
	SEGMENT_BYTES = 700,
	SEGMENTS_MIN = 8,
	CLUSTER_WINDOW = 16,
	CLUSTER = 4,
	STALL_WINDOW = 8,
	STALL = 8,
};

static const double similar_min = 0.8, novelty_max = 0.2;

struct pi {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	uint32_t short_copies, long_copies, cluster, stall; /* scaled */
	struct tail tail;
	size_t unchecked;       /* characters */
	struct buf pending;     /* text that is no complete segment */
	size_t looked;          /* of it, that ends no paragraph */
	struct pi_segment segments[CLUSTER_WINDOW]; /* a ring */
	uint32_t n_segments;
	uint32_t n_stalled;     /* in a row */
	uint32_t n;             /* tokens */
	uint32_t z[UNIT_MAX + 1];
};

static void *create(const struct rule_opts *opts)
{
	struct pi *p = mem_zalloc(sizeof(*p));

	tail_init(&p->tail, WINDOW);
	p->short_copies = rule_count(opts, SHORT_COPIES, 2);
	p->long_copies = rule_count(opts, LONG_COPIES, 2);
	p->cluster = rule_count(opts, CLUSTER, 2);
	p->stall = rule_count(opts, STALL, 1);
	p->verdict = rule_unfired;
	return p;
}

static void destroy(void *state)
{
	struct pi *p = state;

	tail_release(&p->tail);
	buf_release(&p->pending);
	for (size_t i = 0; i < CLUSTER_WINDOW; i++)
		pi_segment_release(&p->segments[i]);
	mem_free(p);
}

/* --- the exact cycle ---------------------------------------------------- */

/* A letter; pictures from the blocks of most emoji count, too. */
static bool is_letter(uint32_t cp)
{
	if (cp < 0x80)
		return (cp | 0x20) >= 'a' && (cp | 0x20) <= 'z';
	return (cp >= 0x2600 && cp < 0x27c0) ||
	       (cp >= 0x1f300 && cp < 0x1fb00) || utf8_is_letter((int32_t)cp);
}

static bool has_letter(const uint32_t *end, size_t n)
{
	for (size_t i = 1; i <= n; i++)
		if (is_letter(end[-(ptrdiff_t)i]))
			return true;
	return false;
}

static bool cycles(struct pi *p)
{
	const uint32_t *end = tail_end(&p->tail);
	size_t n = tail_len(&p->tail), max = MIN((size_t)UNIT_MAX, n / 3);

	if (n < SHORT_CHARS)
		return false;
	tail_runs(end, n, max, p->z);
	for (size_t unit = 2; unit <= max; unit++) {
		bool brief = unit <= UNIT_SHORT;
		size_t copies = 1 + p->z[unit] / unit;
		size_t chars = brief ? SHORT_CHARS : LONG_CHARS;

		if (copies >= (brief ? p->short_copies : p->long_copies) &&
		    copies * unit >= chars && has_letter(end, unit))
			return true;
	}
	return false;
}

/* --- segments ----------------------------------------------------------- */

static const struct pi_segment *before(const struct pi *p, uint32_t back)
{
	return &p->segments[(p->n_segments - back) % CLUSTER_WINDOW];
}

static uint32_t cluster_of(const struct pi *p, const struct pi_segment *s)
{
	uint32_t n = 1;

	for (uint32_t i = 1; i <= MIN(p->n_segments, CLUSTER_WINDOW); i++)
		n += pi_similarity(&before(p, i)->trigrams, &s->trigrams) >=
		     similar_min;
	return n;
}

/* Is x in that set of one of the last segments? */
static bool stood(const struct pi *p, uint64_t x, size_t set)
{
	for (uint32_t i = 1; i <= MIN(p->n_segments, STALL_WINDOW); i++) {
		const struct pi_segment *s = before(p, i);

		if (pi_set_has(set ? &s->anchors : &s->words, x))
			return true;
	}
	return false;
}

static bool stalls(const struct pi *p, const struct pi_segment *s)
{
	size_t n_new = 0;

	if (!p->n_segments)
		return false;
	for (size_t i = 0; i < s->anchors.n; i++)
		if (!stood(p, s->anchors.at[i], 1))
			return false;
	for (size_t i = 0; i < s->words.n; i++)
		n_new += !stood(p, s->words.at[i], 0);
	return (double)n_new <= novelty_max * (double)s->words.n;
}

/* A segment is complete: is it one too many? */
static bool judge(struct pi *p, const char *text, size_t len)
{
	struct pi_segment s = { 0 };
	uint32_t cluster;

	if (!pi_segment_read(&s, text, len)) {
		pi_segment_release(&s);
		return false;
	}
	cluster = cluster_of(p, &s);
	p->n_stalled = stalls(p, &s) ? p->n_stalled + 1 : 0;
	pi_segment_release(&p->segments[p->n_segments % CLUSTER_WINDOW]);
	p->segments[p->n_segments % CLUSTER_WINDOW] = s;
	p->n_segments++;
	return p->n_segments >= SEGMENTS_MIN &&
	       (cluster >= p->cluster || p->n_stalled >= p->stall);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Where the first paragraph of s ends, from *end on, and the next begins in
 * *next. False: it goes on, and is to be looked at again from *end. */
static bool paragraph(const char *s, size_t len, size_t *end, size_t *next)
{
	for (size_t i = *end, k; i < len; i = k) {
		const char *feed = memchr(s + i, '\n', len - i);

		i = feed ? (size_t)(feed - s) : len;
		*end = i;
		*next = 0;
		for (k = i + 1; k < len && is_blank(s[k]); k++)
			if (s[k] == '\n')
				*next = k + 1;
		if (*next)
			return true;
		if (k >= len)
			return false;
	}
	return false;
}

/* The segments that are complete: was one of them one too many? */
static bool drain(struct pi *p)
{
	size_t used = 0, next = 0;
	bool hit = false;

	for (;; p->looked = 0) {
		const char *s = p->pending.data + used;
		size_t len = p->pending.len - used;

		if (!paragraph(s, len, &p->looked, &next)) {
			if (len <= SEGMENT_BYTES)
				break;
			p->looked = next = SEGMENT_BYTES;
		}
		for (size_t at = 0; at < p->looked; at += SEGMENT_BYTES)
			hit |= judge(p, s + at,
				     MIN(p->looked - at,
					 (size_t)SEGMENT_BYTES));
		used += next;
	}
	buf_drop(&p->pending, used);
	return hit;
}

static void push(void *state, const struct rule_token *token)
{
	struct pi *p = state;
	bool hit = false;

	p->n++;
	if (p->verdict.at_token != RULE_NEVER || !token->len)
		return;
	p->unchecked += tail_push(&p->tail, token->text, token->len, NULL);
	if (p->unchecked >= EVERY) {
		p->unchecked = 0;
		hit = cycles(p);
	}
	buf_append(&p->pending, token->text, token->len);
	hit |= drain(p);
	if (hit)
		p->verdict.at_token = p->n;
}

const struct rule rule_pi = {
	.name = "pi",
	.about = "exact cycles of up to 1,024 characters, 4 like paragraphs "
		 "of 17, 8 with no new word, as oh-my-pi's guard",
	.apart = true,
	.create = create,
	.destroy = destroy,
	.push = push,
	.verdict = rule_kept,
};
