/*
 * The way of a token is that of meter.c, but what no verdict needs is behind:
 * the numbers of the parse go to the band and the estimate of the entropy some
 * hundred at a time, and which tokens were new is found out when it is asked.
 */
#include "lib/engine.h"

#include <assert.h>
#include <math.h>

#include "base/buf.h"

enum { BYTE_BITS = 8, PUSH_TOKENS = 128 };
static_assert((int)PUSH_TOKENS <= ENGINE_BEHIND, "ids go into lrs at once");

/* A band's number is its status and one. */
static_assert(LILSCOPE_PROVEN == BOUND_PROVEN + 1 &&
	      LILSCOPE_OUT_LOW == BOUND_OUT_LOW + 1 &&
	      LILSCOPE_UNDERSAMPLED == BOUND_UNDERSAMPLED + 1 &&
	      LILSCOPE_ASYMPTOTIC == BOUND_ASYMPTOTIC + 1, "0 is no text");

static const struct rule *const known[] = {
	&rule_loop,    &rule_guardian, &rule_adaptive, &rule_cycle,
	&rule_cycle_long, &rule_breaker, &rule_mlx2, &rule_dry,
};

const struct rule *engine_rule(size_t i)
{
	return i < ARRAY_LEN(known) ? known[i] : NULL;
}

struct engine *engine_new(const struct stream_settings *s)
{
	struct engine *e = mem_zalloc(sizeof(*e));

	e->settings = s;
	e->lz77 = lz77_new(s->bytes ? LZ77_BYTES : LZ77_IDS, s->literal_bits);
	e->bound = bound_new(s->alphabet, s->ls, false);
	e->entropy = entropy_new();
	e->fresh = fresh_new();
	e->stop_at = RULE_NEVER;
	e->check_at = s->tuned.f;
	guardian_init(&e->guardian, &s->tuned);
	if (s->rule != &rule_guardian)
		e->state = s->rule->create(&s->tuned);
	return e;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	lz77_free(e->lz77);
	bound_free(e->bound);
	entropy_free(e->entropy);
	fresh_free(e->fresh);
	guardian_release(&e->guardian);
	if (e->state)
		e->settings->rule->destroy(e->state);
	mem_free(e->ends);
	mem_free(e);
}

/* --- what is behind ----------------------------------------------------- */

/* Symbols of the first n tokens. */
static uint32_t symbols_at(const struct engine *e, uint32_t n)
{
	return e->settings->bytes && n ? e->ends[n - 1] : n;
}

static void follow(struct engine *e)
{
	bound_push_all(e->bound, e->lrs, e->n_behind);
	entropy_push_all(e->entropy, e->lrs, e->n_behind);
	e->n_behind = 0;
}

void engine_catch_up(struct engine *e)
{
	follow(e);
	while (e->n_fresh < e->n) {
		double bits[PUSH_TOKENS];
		uint32_t n = MIN(e->n - e->n_fresh, (uint32_t)PUSH_TOKENS);

		for (uint32_t i = 0; i < n; i++)
			bits[i] = (double)lz77_code_bits_on(
				e->lz77, symbols_at(e, ++e->n_fresh),
				&e->i_phrase);
		fresh_push_all(e->fresh, bits, 1, n);
	}
}

/* --- a push ------------------------------------------------------------- */

static void push_ids(struct engine *e, const struct rule_token *tokens,
		     uint32_t n)
{
	uint32_t ids[PUSH_TOKENS];

	for (uint32_t i = 0; i < n; i++)
		ids[i] = tokens[i].id;
	if (n > ENGINE_BEHIND - e->n_behind)
		follow(e);
	lz77_push_ids(e->lz77, ids, n, e->lrs + e->n_behind);
	e->n_behind += n;
}

static void push_text(struct engine *e, const char *text, size_t len)
{
	while (len) {
		uint32_t n = MIN(len, ENGINE_BEHIND - e->n_behind);

		lz77_push_bytes(e->lz77, (const uint8_t *)text, n,
				e->lrs + e->n_behind);
		e->n_behind += n;
		text += n;
		len -= n;
		if (e->n_behind == ENGINE_BEHIND)
			follow(e);
	}
}

static void push_texts(struct engine *e, const struct rule_token *tokens,
		       uint32_t n)
{
	uint32_t end = lz77_n_symbols(e->lz77);

	e->ends = grow(e->ends, &e->ends_cap, (size_t)e->n + n,
		       sizeof(*e->ends));
	for (uint32_t i = 0; i < n; i++)
		e->ends[e->n + i] = end += (uint32_t)tokens[i].len;
	for (uint32_t i = 0, k; i < n; i += k) {
		size_t len;

		k = rule_together(tokens + i, n - i, &len);
		push_text(e, tokens[i].text, len);
	}
}

/* The next check of Guardian. */
static void check(struct engine *e)
{
	uint32_t n = (uint32_t)e->check_at;
	struct guardian *g = &e->guardian;
	uint64_t bits = lz77_code_bits_at(e->lz77, symbols_at(e, n));

	e->check_at += g->opts.f;
	guardian_check(g, (double)bits / BYTE_BITS);
	e->low = guardian_gain(g, g->n) < g->opts.t ? e->low + 1 : 0;
	if (!e->state && e->stop_at == RULE_NEVER && g->n > 1 &&
	    e->low >= g->opts.patience)
		e->stop_at = n;
}

static void push_rule(struct engine *e, struct rule_token *tokens, uint32_t n)
{
	const struct rule *rule = e->settings->rule;
	const struct rule_verdict *verdict = e->state;
	uint32_t i = 0;

	assert(rule->verdict == rule_kept);
	for (uint32_t k = 0; !rule->apart && k < n; k++)
		tokens[k].code_bits = (double)lz77_code_bits_on(
			e->lz77, symbols_at(e, e->n + k + 1), &e->i_rule);
	while (i < n && rule->push_all)
		i += rule->push_all(e->state, tokens + i, n - i, 0);
	for (; i < n; i++)
		rule->push(e->state, &tokens[i]);
	e->stop_at = verdict->at_token;
}

/* The rule's state where tokens turn out to have no text. */
static void begin_ids(struct engine *e)
{
	const struct rule *rule = e->settings->rule;

	if (!e->state || !rule->create_ids)
		return;
	rule->destroy(e->state);
	e->state = rule->create_ids(&e->settings->tuned);
}

static void push(struct engine *e, struct rule_token *tokens, uint32_t n)
{
	if (e->settings->bytes)
		push_texts(e, tokens, n);
	else
		push_ids(e, tokens, n);
	while (e->check_at <= (uint64_t)e->n + n)
		check(e);
	if (e->state)
		push_rule(e, tokens, n);
	e->n += n;
}

void engine_push(struct engine *e, struct rule_token *tokens, uint32_t n)
{
	if (!e->n && n && !tokens->text)
		begin_ids(e);
	for (uint32_t k; n; n -= k, tokens += k) {
		k = MIN(n, (uint32_t)PUSH_TOKENS);
		push(e, tokens, k);
	}
}

bool engine_has_room(const struct engine *e, size_t n, size_t len)
{
	uint32_t room = LZ77_MAX_SYMBOLS - lz77_n_symbols(e->lz77);

	return (e->settings->bytes ? len : n) <= room &&
	       n < RULE_NEVER - e->n;
}

uint32_t engine_quiet(const struct engine *e)
{
	const struct rule *rule = e->settings->rule;

	if (!e->state)
		return (uint32_t)MIN(e->check_at - e->n - 1, UINT32_MAX);
	return rule->quiet ? rule->quiet(e->state) : 0;
}

/* --- what is asked ------------------------------------------------------ */

void engine_read(const struct engine *e, struct lilscope_reading *r)
{
	const struct rule *rule = e->settings->rule;
	uint32_t n = lz77_n_symbols(e->lz77);
	struct bound_point p = bound_at(e->bound, n);

	assert(!e->n_behind && e->n_fresh == e->n);
	r->n_symbols = n;
	r->n_phrases = lz77_n_phrases(e->lz77);
	r->code_bits = (double)lz77_code_bits(e->lz77);
	r->rho = p.rho;
	r->eps = bound_eps(e->settings->alphabet, e->settings->ls);
	r->h = p.h;
	r->gain = e->guardian.n ?
			  guardian_gain(&e->guardian, e->guardian.n) :
			  (double)NAN;
	r->copied = e->n - fresh_since(e->fresh, e->n);
	r->score = rule->score ? rule->score(e->state) : (double)NAN;
	r->odds = rule->odds ? rule->odds(e->state) : (double)NAN;
	r->band = n ? (uint32_t)p.status + 1 : LILSCOPE_EMPTY;
	r->vacuous = p.vacuous;
}

void engine_after(const struct engine *e, uint32_t at,
		  struct lilscope_reading *r)
{
	r->last_new = fresh_since(e->fresh, at);
	r->new_after = fresh_count(e->fresh, at, e->n, e->n);
	if (r->new_after >= FRESH_NEW_TOKENS)
		r->resumed_at = fresh_first(e->fresh, at, e->n);
	else
		r->new_after = 0;
}

const char *engine_band_name(uint32_t band)
{
	return bound_status_name((enum bound_status)(band - 1));
}

struct entropy_point engine_entropy(const struct engine *e)
{
	double unit = log2(e->settings->alphabet);
	struct entropy_point p =
		entropy_at(e->entropy, lz77_n_symbols(e->lz77));

	assert(!e->n_behind);
	return (struct entropy_point){ p.bits / unit, p.se / unit };
}

const char *engine_cause(const struct engine *e)
{
	return e->settings->rule->cause ? e->settings->rule->cause(e->state) :
					  NULL;
}
