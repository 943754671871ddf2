/* The way of a token is that of meter.c. */
#include "lib/engine.h"

#include <math.h>

#include "base/buf.h"

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
	mem_free(e);
}

static void push_symbol(struct engine *e, uint32_t symbol)
{
	uint32_t lrs = lz77_push(e->lz77, symbol).lrs;

	bound_push(e->bound, lrs);
	entropy_push(e->entropy, lrs);
}

/* Has it stopped, at the token that was pushed last? Guardian's answer looks
 * at all its checks, and changes at a check only. */
static bool stops(const struct engine *e)
{
	if (e->state)
		return e->settings->rule->verdict(e->state, e->n).at_token !=
		       RULE_NEVER;
	return e->n % e->settings->tuned.f == 0 &&
	       guardian_stop(&e->guardian, 0, e->n) != RULE_NEVER;
}

void engine_push(struct engine *e, uint32_t id, const char *text, size_t len)
{
	struct rule_token token = { .id = id, .text = text, .len = len };

	if (!e->settings->bytes)
		push_symbol(e, id);
	else
		for (size_t i = 0; i < len; i++)
			push_symbol(e, (unsigned char)text[i]);
	e->n++;
	token.code_bits = (double)lz77_code_bits(e->lz77);
	fresh_push(e->fresh, token.code_bits);
	guardian_push(&e->guardian, &token);
	if (e->state)
		e->settings->rule->push(e->state, &token);
	e->stopped = e->stopped || stops(e);
}

bool engine_has_room(const struct engine *e, size_t n, size_t len)
{
	uint32_t room = LZ77_MAX_SYMBOLS - lz77_n_symbols(e->lz77);

	return (e->settings->bytes ? len : n) <= room &&
	       n < RULE_NEVER - e->n;
}

void engine_read(const struct engine *e, struct lilscope_reading *r)
{
	const struct rule *rule = e->settings->rule;
	uint32_t n = lz77_n_symbols(e->lz77);
	struct bound_point p = bound_at(e->bound, n);

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
}

struct entropy_point engine_entropy(const struct engine *e)
{
	double unit = log2(e->settings->alphabet);
	struct entropy_point p =
		entropy_at(e->entropy, lz77_n_symbols(e->lz77));

	return (struct entropy_point){ p.bits / unit, p.se / unit };
}

const char *engine_cause(const struct engine *e)
{
	return e->settings->rule->cause ? e->settings->rule->cause(e->state) :
					  NULL;
}
