/*
 * The rule loop: going in circles against copying once.
 *
 * The text is cut into words (words.h), and each word is a hit or a miss of
 * what stood after the same words before (copying.h). A word counts for a loop
 * where
 *
 *	- it was said twice before at least, each time in the same words, and
 *	- the copying has gone on without news for as long as the source is
 *	  away: so the source is part of it, itself a copy.
 *
 * That is a second time round. A draft that becomes the answer, a file that is
 * written again, a quotation and what is quoted of it later do not go round,
 * whatever their length or number: what lies between is news, or the original.
 *
 * How much such a word counts depends on how far away its source is, and on
 * whether every word since then was a hit (`whole`): people and healthy models
 * say short things many times in a row, and nobody says 128 words three times
 * running without a slip. The two tables below are numbers of words, one for
 * each doubling of the distance: after so many the threshold is reached. A
 * miss takes away `miss` hundredths of the threshold.
 *
 * The same is done with folded words (digits, case, blanks): what is only then
 * a copy are counters, numbered steps, tables. A list that is worked through
 * is that too, and healthy; so here a word that is the same only when folded
 * counts against, and more words are asked for. Its sum stands beside the
 * first; the higher is the score.
 *
 * A table that was asked for, tests, records, a resource for each machine, is
 * most of all such a copy. What makes it one is that each row has numbers of
 * its own, and what goes round has a counter at most: "Step 66: The answer is
 * 27." So where a copy has another number than its source, and that is not as
 * far from the last such number as that was from the one before, what was
 * counted since the last one is taken back, if that was within two rounds: a
 * row is news, however many words are around its numbers. Of the first sum it
 * is where the words before the number and it have not stood together before.
 *
 * Of tokens without text each is a word. As it is and folded it is the same, so
 * one search does for both sums.
 *
 * All numbers are fitted: see lilscope-measures(7).
 */
#include "measure/rule_loop.h"

#include <math.h>

#include "base/buf.h"
#include "measure/copying.h"
#include "measure/rule.h"
#include "measure/words.h"

enum {
	FULL = 10000,   /* points that are a score of 1 */
	COPIED = 4,     /* points that a first copy takes away, a word */
	DOUBLINGS = 10, /* distances of 1, 2, 4 .. 512 words and more */
	SAID = 2,       /* times before */
	SLIP = 2,       /* rounds after which a number is no row's */
	COPYING_TOKENS = 500, /* the furthest that a stop is foretold */
	QUIET_MAX = 64,       /* and that one is ruled out */
	WORDS_AT_ONCE = 64,
	WORDS_EXPECTED = 5, EXPECTED_BYTES = 16, /* of so many bytes, roughly */
	WORDS_MANY = 8, /* of which to ask how many can't fire is worth it */
};

struct signal {
	uint16_t apart[DOUBLINGS]; /* words, with slips on the way round */
	uint16_t whole[DOUBLINGS]; /* without */
	int32_t miss;              /* points */
	int32_t alike;             /* for a word that is the same folded */
};

static const struct signal kinds[] = {
	{ { 80, 80, 105, 155, 200, 220, 235, 260, 310, 390 },
	  { 80, 65, 65, 135, 170, 130, 115, 21, 21, 21 },
	  600, 0 },
	{ { 115, 115, 195, 290, 490, 645, 820, 585, 585, 585 },
	  { 115, 100, 135, 215, 275, 370, 430, 195, 31, 31 },
	  300, 75 },
};
enum { N_KINDS = ARRAY_LEN(kinds) };

struct sum {
	struct copying *copying; /* NULL: the other one's says it for both */
	int32_t points;
	int32_t row;             /* points when a number was news last, */
	uint32_t news;           /* and which word that was */
	struct copying_step hit; /* the last one; no copying since: 0 */
};

struct circles {
	struct rule_verdict verdict; /* first, as rule_kept() asks */
	struct word_cut words;
	struct sum sum[N_KINDS];
	int32_t threshold; /* points */
	int32_t top;       /* the most there ever were */
	uint32_t number;   /* of the last copy that had another one */
	uint32_t apart;    /* from that before */
	uint32_t n;        /* tokens */
	uint32_t n_words;
	size_t cause;      /* of the first stop: 1 + its sum; 0: none */
};

static void *create_ids(const struct rule_opts *opts)
{
	struct circles *l = mem_zalloc(sizeof(*l));
	double score = opts->p > 0 ? loop_score_for(opts->p) : 1;

	l->sum[1].copying = copying_new();
	l->threshold = (int32_t)rule_scaled(opts, FULL * score);
	l->verdict = rule_unfired;
	return l;
}

static void *create(const struct rule_opts *opts)
{
	struct circles *l = create_ids(opts);

	l->sum[0].copying = copying_new();
	return l;
}

static void destroy(void *state)
{
	struct circles *l = state;

	for (size_t i = 0; i < N_KINDS; i++)
		copying_free(l->sum[i].copying);
	mem_free(l);
}

/* What it came to stays. */
static void *seal(void *state)
{
	struct circles *l = state;

	for (size_t i = 0; i < N_KINDS; i++) {
		copying_free(l->sum[i].copying);
		l->sum[i].copying = NULL;
	}
	return l;
}

static void expect(void *state, size_t n_bytes)
{
	struct circles *l = state;
	size_t n = MIN(n_bytes, (size_t)COPYING_WINDOW * EXPECTED_BYTES);

	for (size_t i = 0; i < N_KINDS && n; i++)
		if (l->sum[i].copying)
			copying_expect(l->sum[i].copying,
				       n * WORDS_EXPECTED / EXPECTED_BYTES);
}

static unsigned doubling(uint32_t distance)
{
	unsigned n = 0;

	while (distance >>= 1)
		n++;
	return MIN(n, DOUBLINGS - 1);
}

static int32_t points_of(const struct signal *kind,
			 const struct copying_step *s)
{
	const uint16_t *words;

	if (!s->hit)
		return -kind->miss;
	if (s->said < SAID || s->copied < s->distance)
		return -COPIED;
	if (!s->same)
		return -kind->alike;
	words = s->length >= s->distance ? kind->whole : kind->apart;
	return FULL / words[doubling(s->distance)];
}

static ALWAYS_INLINE void take(struct circles *l, size_t i,
			       const struct copying_step *step)
{
	struct sum *sum = &l->sum[i];
	int32_t points;

	if (!step->hit && !sum->points && l->threshold > 0) {
		if (!step->copied) /* as most are */
			sum->hit = *step;
		return;
	}
	points = sum->points + points_of(&kinds[i], step);
	sum->points = MIN(MAX(points, 0), MAX(l->threshold, FULL));
	if (step->hit || !step->copied)
		sum->hit = *step;
	l->top = MAX(l->top, sum->points);
	if (sum->points >= l->threshold && !l->cause)
		l->cause = 1 + i;
}

/* A copy, the n_words'th word, has this number, and its source has another. */
static void take_number(struct circles *l, const struct copying_step *near,
			uint32_t number, uint32_t n_words, bool known)
{
	uint32_t apart = number - l->number;
	bool counter = apart == l->apart;

	l->number = number;
	l->apart = apart;
	for (size_t i = known; i < N_KINDS && !counter; i++) {
		struct sum *sum = &l->sum[i];

		if (n_words - sum->news <= SLIP * near->distance)
			sum->points = MIN(sum->points, sum->row);
		sum->row = sum->points;
		sum->news = n_words;
	}
}

static ALWAYS_INLINE void take_words(struct circles *l,
				     const struct word *words, size_t n)
{
	struct copying_step steps[WORDS_AT_ONCE][N_KINDS];

	copying_push_words(l->sum[0].copying, l->sum[1].copying, words, n,
			   steps);
	for (size_t i = 0; i < n; i++) {
		const struct copying_step *exact = &steps[i][0];
		const struct copying_step *near = &steps[i][1];

		l->n_words++;
		take(l, 0, exact);
		take(l, 1, near);
		if (words[i].number && near->hit && !near->same)
			take_number(l, near, words[i].number, l->n_words,
				    exact->known);
	}
}

/* Is the threshold reached for the first time? */
static bool fires(const struct circles *l)
{
	return l->verdict.at_token == RULE_NEVER &&
	       (l->sum[0].points >= l->threshold ||
		l->sum[1].points >= l->threshold);
}

/* The most points that a word can count while copies are no longer than
 * this. */
static int32_t most_points(const struct signal *kind, uint32_t length)
{
	uint16_t words = UINT16_MAX;

	for (unsigned d = 0; d < DOUBLINGS; d++) {
		words = MIN(words, kind->apart[d]);
		if (length >> d)
			words = MIN(words, kind->whole[d]);
	}
	return FULL / words;
}

/* Where a source is found a copy has at most COPYING_FAR words at once. */
static uint32_t quiet(const void *state)
{
	const struct circles *l = state;
	uint32_t least = QUIET_MAX;

	for (size_t i = 0; i < N_KINDS; i++) {
		const struct sum *sum = &l->sum[i];
		uint32_t length = MAX(sum->hit.length, (uint32_t)COPYING_FAR);
		int32_t left = l->threshold - sum->points - 1;

		left /= most_points(&kinds[i], length + QUIET_MAX);
		least = MIN(least, (uint32_t)MAX(left, 0));
	}
	return least;
}

/* How many of the next n words may be taken before it is asked whether it
 * fires: only the last of them can make it do so. */
static size_t at_once(const struct circles *l, size_t n)
{
	return n < WORDS_MANY ? 1 : MIN(MAX(quiet(l), 1u), n);
}

/* The cut of s[0..end) after n words, from which it goes on up to `to`. */
static void cut_again(struct word_cut *w, const char *s, const char *end,
		      size_t n, const char *to)
{
	struct word word;

	while (n--)
		words_next(w, &s, end, &word);
	words_next(w, &s, to, &word);
}

/*
 * The words of text[0..len), the texts of the next tokens end to end; how many
 * tokens they are up to that at which it fires, n if at none. Whether it fires
 * at a token is asked when the first word behind that token has ended, or the
 * text: bytes behind it are taken then, and given back.
 */
static uint32_t push_words(struct circles *l, const struct rule_token *tokens,
			   uint32_t n, const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	const char *token_end = text + tokens->len;
	struct word words[WORDS_AT_ONCE];
	const char *ends[WORDS_AT_ONCE];
	uint32_t i = 0;

	while (at < end) {
		struct word_cut before = l->words;
		const char *from = at;
		size_t n_words = words_some(&l->words, &at, end, words, ends,
					    WORDS_AT_ONCE), k, n_taken;

		for (k = 0; k < n_words; k += n_taken) {
			if (ends[k] > token_end && fires(l))
				break;
			n_taken = at_once(l, n_words - k);
			while (ends[k + n_taken - 1] > token_end)
				token_end += tokens[++i].len;
			take_words(l, &words[k], n_taken);
		}
		if (!fires(l) || (k == n_words && at < end))
			continue;
		l->words = before;
		cut_again(&l->words, from, end, k, token_end);
		return i + 1;
	}
	return n;
}

/* As push_words(), of tokens without text: a bit of an id changes many of the
 * symbol, and no two ids have the same. */
static uint32_t push_ids(struct circles *l, const struct rule_token *tokens,
			 uint32_t n)
{
	uint32_t symbols[WORDS_AT_ONCE];
	struct copying_step steps[WORDS_AT_ONCE];

	for (uint32_t i = 0, k; i < n; i += k) {
		k = (uint32_t)at_once(l, MIN(n - i, (uint32_t)WORDS_AT_ONCE));
		for (uint32_t j = 0; j < k; j++) {
			uint32_t id = tokens[i + j].id;
			uint32_t x = (id ^ id >> 16) * 0x7feb352d;

			symbols[j] = x ^ x >> 15;
		}
		copying_push_all(l->sum[1].copying, symbols, k, steps);
		for (uint32_t j = 0; j < k; j++) {
			take(l, 0, &steps[j]);
			take(l, 1, &steps[j]);
		}
		l->n_words += k;
		if (fires(l))
			return i + k;
	}
	return n;
}

static uint32_t push_all(void *state, const struct rule_token *tokens,
			 uint32_t n, double bits)
{
	struct circles *l = state;
	bool fired = l->verdict.at_token != RULE_NEVER;
	uint32_t i = 0;

	(void)bits;
	while (i < n && (fired || l->verdict.at_token == RULE_NEVER)) {
		size_t len = 0;
		uint32_t k = n - i;

		if (l->sum[0].copying)
			k = rule_together(tokens + i, k, &len);
		else
			k = push_ids(l, tokens + i, k);
		if (len)
			k = push_words(l, tokens + i, k, tokens[i].text, len);
		i += k;
		l->n += k;
		if (fires(l))
			l->verdict.at_token = l->n;
	}
	return i;
}

RULE_PUSH_ONE(push_all)

/* What was said before is kept: a copy of it stays one. */
static void rearm(void *state)
{
	struct circles *l = state;

	for (size_t i = 0; i < N_KINDS; i++)
		l->sum[i].points = l->sum[i].row = 0;
	l->verdict = rule_unfired;
}

/* Words to the threshold if all that come are copies: what is left of the
 * first time round, and what is left of the threshold then. */
static double words_left(const struct circles *l, size_t i)
{
	const struct sum *sum = &l->sum[i];
	const struct copying_step *s = &sum->hit;
	uint32_t copied = MAX(s->copied, 1), d = s->distance;
	bool whole = s->length + 1 >= MIN(copied, d);
	const uint16_t *words = whole ? kinds[i].whole : kinds[i].apart;
	double points = FULL / words[doubling(d)];

	if (!s->hit)
		return INFINITY;
	return (d > copied ? d - copied : 0) +
	       (l->threshold - sum->points) / points;
}

/* 1 less the tokens that are left, as a share of COPYING_TOKENS. */
static double score(const void *state)
{
	const struct circles *l = state;
	double left = INFINITY;

	if (!l->n_words)
		return 0;
	for (size_t i = 0; i < N_KINDS; i++)
		left = MIN(left, words_left(l, i));
	left *= (double)l->n / l->n_words;
	return MIN(MAX(1 - left / COPYING_TOKENS, 0), 1);
}

static const char *cause(const void *state)
{
	static const char *const names[] = { NULL, "copy", "near copy" };

	return names[((const struct circles *)state)->cause];
}

/* --- the odds ----------------------------------------------------------- */

/* Calibrated: odds of this score and higher. Each p is the upper end of the
 * 95 % interval of Clopper and Pearson for what was counted. */
static const struct {
	double score, p;
} odds_rows[] = {
	{ 0.05, 0.0383 }, { 0.1, 0.0174 },  { 0.15, 0.0108 },
	{ 0.2, 0.0076 },  { 0.25, 0.0051 }, { 0.3, 0.0039 },
	{ 0.35, 0.0029 }, { 0.4, 0.0022 },  { 0.5, 0.0016 },
	{ 0.6, 0.0013 },  { 0.7, 0.0012 },  { 0.85, 0.0007 },
	{ 1, 0.0005 },	  { 1.2, 0.0003 },  { 1.4, 0.0002 },
};

double loop_odds(double score)
{
	double p = 1;

	for (size_t i = 0; i < ARRAY_LEN(odds_rows); i++)
		if (score >= odds_rows[i].score)
			p = odds_rows[i].p;
	return p;
}

double loop_score_for(double p)
{
	size_t i = 0;

	while (i + 1 < ARRAY_LEN(odds_rows) && odds_rows[i].p > p)
		i++;
	return odds_rows[i].score;
}

static double odds(const void *state)
{
	return loop_odds((double)((const struct circles *)state)->top / FULL);
}

const struct rule rule_loop = {
	.name = "loop",
	.about = "copies that go round: words that were said twice before, by "
		 "a source that is itself a copy",
	.shown = true,
	.apart = true,
	.create = create,
	.create_ids = create_ids,
	.destroy = destroy,
	.seal = seal,
	.expect = expect,
	.push = push,
	.push_all = push_all,
	.verdict = rule_kept,
	.rearm = rearm,
	.score = score,
	.copying_tokens = COPYING_TOKENS,
	.quiet = quiet,
	.odds = odds,
	.cause = cause,
};
