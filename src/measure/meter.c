/*
 * The measures at one token: what an option changes decides what is kept, as
 * the text is in the trace and can be pushed again.
 */
#include "measure/meter.h"

#include "measure/rule_loop.h"

#include "base/buf.h"

#include <assert.h>
#include <math.h>

enum {
	BYTE_BITS = 8,
	ID_BITS_MAX = 32,
	BYTE_ALPHABET = 256,
	STEP_SYMBOLS = 256,
	TOKEN_SYMBOLS = 3, /* bytes, roughly */
	FORESEE_SYMBOLS = 512 << 10, /* from here on a tree no longer lies in
				      caches */
};

const struct meter_opts meter_opts_default = {
	.symbols = METER_AUTO,
	.rule = { .f = RULE_F_DEFAULT,
		  .t = RULE_T_DEFAULT,
		  .patience = 1,
		  .coder = CODER_LZ77,
		  .p = LOOP_P_DEFAULT },
	.rules = RULES_DEFAULT,
	.i_stop = RULE_DEFAULT,
};

enum { TOKEN_DOUBLES = sizeof(struct rule_token) / sizeof(double) };
static_assert(sizeof(struct rule_token) % sizeof(double) == 0,
	      "code_bits stand at a stride of doubles");

struct meter {
	struct meter_opts opts;
	struct lz77 *lz77;
	struct bound *bound;
	struct entropy *entropy;
	struct fresh *fresh;
	struct stops stops[RULE_ROWS];
	uint32_t running;       /* a bit each */
	struct series *rho, *h;
	struct series *scores[RULE_ROWS]; /* NULL: it has none */
	uint32_t *symbol_end; /* n_tokens; NULL when symbols are tokens */
	size_t symbol_cap;
	uint32_t n_tokens;
	uint32_t n_series;    /* tokens in the series */
	bool sealed;
};

static unsigned bits_for(double alphabet)
{
	unsigned bits = 1;

	while (bits < ID_BITS_MAX && ldexp(1, (int)bits) < alphabet)
		bits++;
	return bits;
}

/* Fills what the caller left to us. */
static struct meter_opts resolved(struct meter_opts o)
{
	bool bytes = o.symbols == METER_BYTES;

	if (!o.ls)
		o.ls = bytes ? BOUND_LS_BYTES : BOUND_LS_IDS;
	if (!(o.alphabet >= 2))
		o.alphabet = bytes ? BYTE_ALPHABET : ldexp(1, ID_BITS_MAX);
	if (!o.literal_bits)
		o.literal_bits = bytes ? BYTE_BITS : bits_for(o.alphabet);
	return o;
}

static bool runs(const struct meter_opts *o, size_t i_rule)
{
	return i_rule == RULE_GUARDIAN || o->rules & RULE_BIT(i_rule);
}

static struct guardian *guardian_of(const struct meter *m)
{
	return m->stops[RULE_GUARDIAN].state;
}

static void start(struct meter *m)
{
	const struct meter_opts *o = &m->opts;
	bool bytes = o->symbols == METER_BYTES;

	m->lz77 = lz77_new(bytes ? LZ77_BYTES : LZ77_IDS, o->literal_bits);
	m->bound = bound_new(o->alphabet, o->ls, o->integer_lc);
	m->entropy = entropy_new();
	m->rho = series_new();
	m->h = series_new();
	m->fresh = fresh_new();
	m->running = 0;
	for (size_t i = 0; i < RULE_ROWS; i++) {
		if (!runs(o, i))
			continue;
		m->running |= RULE_BIT(i);
		stops_init(&m->stops[i], i, &o->rule);
		if (rules[i]->score && !o->no_curves)
			m->scores[i] = series_new();
	}
	m->n_tokens = 0;
	m->n_series = 0;
	m->sealed = false;
}

static void stop(struct meter *m)
{
	lz77_free(m->lz77);
	bound_free(m->bound);
	entropy_free(m->entropy);
	series_free(m->rho);
	series_free(m->h);
	fresh_free(m->fresh);
	for (size_t i = 0; i < RULE_ROWS; i++) {
		if (meter_runs(m, i))
			stops_release(&m->stops[i]);
		series_free(m->scores[i]);
		m->scores[i] = NULL;
	}
	mem_free(m->symbol_end);
	m->symbol_end = NULL;
	m->symbol_cap = 0;
}

struct meter *meter_new(const struct meter_opts *opts)
{
	struct meter *m = mem_zalloc(sizeof(*m));

	assert(opts->symbols != METER_AUTO);
	m->opts = resolved(*opts);
	start(m);
	return m;
}

void meter_free(struct meter *m)
{
	if (!m)
		return;
	stop(m);
	mem_free(m);
}

void meter_foresee(struct meter *m, const char *text, size_t n)
{
	assert(!m->n_tokens);
	for (size_t i = 0; i < RULE_ROWS && n < FORESEE_SYMBOLS; i++)
		if (meter_runs(m, i) && rules[i]->expect)
			rules[i]->expect(m->stops[i].state, n);
	if (m->opts.symbols != METER_BYTES)
		return;
	if (n >= FORESEE_SYMBOLS && n <= LZ77_MAX_SYMBOLS)
		lz77_foresee(m->lz77, (const uint8_t *)text, (uint32_t)n);
	else
		lz77_expect(m->lz77, (uint32_t)MIN(n, LZ77_MAX_SYMBOLS));
	n = MIN(n, FORESEE_SYMBOLS);
	bound_reserve(m->bound, (uint32_t)n);
	m->symbol_end = grow(m->symbol_end, &m->symbol_cap, n / TOKEN_SYMBOLS,
			     sizeof(*m->symbol_end));
}

bool meter_splits(const struct meter *m, size_t n)
{
	return m->opts.symbols == METER_BYTES && m->opts.no_curves &&
	       !m->n_tokens && n >= FORESEE_SYMBOLS;
}

void meter_push_apart(struct meter *m, const struct rule_token *tokens,
		      uint32_t n, uint32_t n_before)
{
	for (size_t i = 0; i < RULE_ROWS; i++)
		if (meter_runs(m, i))
			stops_push_apart(&m->stops[i], tokens, n, n_before);
}

static void push_bytes(struct meter *m, const char *text, size_t len)
{
	uint32_t lrs[STEP_SYMBOLS];

	while (len) {
		uint32_t n = (uint32_t)MIN(len, (size_t)STEP_SYMBOLS);

		lz77_push_bytes(m->lz77, (const uint8_t *)text, n, lrs);
		bound_push_all(m->bound, lrs, n);
		entropy_push_all(m->entropy, lrs, n);
		text += n;
		len -= n;
	}
}

static void push_texts(struct meter *m, struct rule_token *tokens, uint32_t n)
{
	uint32_t end = lz77_n_symbols(m->lz77), i_phrase = 0;
	uint32_t *ends = m->symbol_end + m->n_tokens;

	if (end)
		i_phrase = lz77_n_phrases(m->lz77) - 1;
	for (uint32_t i = 0; i < n; i++)
		ends[i] = end += (uint32_t)tokens[i].len;
	for (uint32_t i = 0, k; i < n; i += k) {
		size_t len;

		k = rule_together(tokens + i, n - i, &len);
		push_bytes(m, tokens[i].text, len);
	}
	for (uint32_t i = 0; i < n; i++)
		tokens[i].code_bits = (double)lz77_code_bits_on(
			m->lz77, ends[i], &i_phrase);
}

/* The same of ids, each a symbol. */
static void push_ids(struct meter *m, struct rule_token *tokens, uint32_t n)
{
	uint32_t end = m->n_tokens, i_phrase = 0;

	if (end)
		i_phrase = lz77_n_phrases(m->lz77) - 1;
	for (uint32_t i = 0, k; i < n; i += k) {
		uint32_t ids[STEP_SYMBOLS], lrs[STEP_SYMBOLS];

		k = MIN(n - i, (uint32_t)STEP_SYMBOLS);
		for (uint32_t j = 0; j < k; j++)
			ids[j] = tokens[i + j].id;
		lz77_push_ids(m->lz77, ids, k, lrs);
		bound_push_all(m->bound, lrs, k);
		entropy_push_all(m->entropy, lrs, k);
	}
	for (uint32_t i = 0; i < n; i++)
		tokens[i].code_bits = (double)lz77_code_bits_on(
			m->lz77, ++end, &i_phrase);
}

static void push_series(struct meter *m)
{
	struct bound_point p = meter_point(m, m->n_series + 1);

	series_push(m->rho, (float)p.rho);
	series_push(m->h, (float)p.h);
	m->n_series++;
}

void meter_push_all(struct meter *m, struct rule_token *tokens, uint32_t n)
{
	uint32_t n_before = m->n_tokens;

	assert(!m->sealed);
	if (m->opts.symbols == METER_BYTES) {
		m->symbol_end = grow(m->symbol_end, &m->symbol_cap,
				     (size_t)n_before + n,
				     sizeof(*m->symbol_end));
		push_texts(m, tokens, n);
	} else {
		push_ids(m, tokens, n);
	}
	m->n_tokens += n;
	fresh_push_all(m->fresh, &tokens->code_bits, TOKEN_DOUBLES, n);
	for (size_t i = 0; i < RULE_ROWS; i++)
		if (meter_runs(m, i))
			stops_push(&m->stops[i], tokens, n, m->fresh,
				   n_before, m->scores[i]);
}

void meter_push_aside(struct meter *m, uint32_t id, const char *text,
		      size_t len)
{
	struct rule_token token = { .id = id, .text = text, .len = len };

	meter_push_all(m, &token, 1);
}

void meter_push(struct meter *m, uint32_t id, const char *text, size_t len)
{
	meter_push_aside(m, id, text, len);
	if (m->n_series + 1 == m->n_tokens && !m->opts.no_curves)
		push_series(m);
}

/* All checks again, from the parse that is kept. */
static void check_again(struct meter *m)
{
	struct guardian *g = guardian_of(m);
	uint32_t f = m->opts.rule.f;

	guardian_restart(g, &m->opts.rule);
	for (uint64_t n = f; n <= m->n_tokens; n += f) {
		uint32_t symbols = meter_symbols_at(m, (uint32_t)n);
		uint64_t bits = lz77_code_bits_at(m->lz77, symbols);

		guardian_check(g, (double)bits / BYTE_BITS);
	}
}

/* Do the sizes of Guardian's checks change? */
static bool other_checks(const struct rule_opts *was,
			 const struct rule_opts *now)
{
	return was->coder != now->coder || was->f != now->f;
}

static bool needs_replay(const struct meter_opts *was,
			 const struct meter_opts *now)
{
	return was->symbols != now->symbols || was->rules != now->rules ||
	       was->literal_bits != now->literal_bits ||
	       was->rule.p != now->rule.p ||
	       was->no_curves != now->no_curves ||
	       (now->rule.coder != CODER_LZ77 &&
		other_checks(&was->rule, &now->rule));
}

enum meter_change meter_set(struct meter *m, const struct meter_opts *opts)
{
	struct meter_opts was = m->opts;

	assert(opts->symbols != METER_AUTO);
	m->opts = resolved(*opts);
	if (needs_replay(&was, &m->opts)) {
		stop(m);
		start(m);
		return METER_REPLAY;
	}
	if (was.ls != m->opts.ls || was.alphabet != m->opts.alphabet ||
	    was.integer_lc != m->opts.integer_lc) {
		bound_set(m->bound, m->opts.alphabet, m->opts.ls,
			  m->opts.integer_lc);
		series_clear(m->rho);
		series_clear(m->h);
		m->n_series = 0;
	}
	if (other_checks(&was.rule, &m->opts.rule))
		check_again(m);
	guardian_of(m)->opts = m->opts.rule;
	return METER_SAME;
}

bool meter_catch_up(struct meter *m, uint32_t max_tokens)
{
	while (!m->opts.no_curves && m->n_series < m->n_tokens && max_tokens--)
		push_series(m);
	return m->opts.no_curves || m->n_series == m->n_tokens;
}

void meter_seal(struct meter *m)
{
	if (m->sealed)
		return;
	m->sealed = true;
	lz77_seal(m->lz77);
	for (size_t i = 0; i < RULE_ROWS; i++)
		if (meter_runs(m, i))
			stops_seal(&m->stops[i]);
}

const struct meter_opts *meter_opts(const struct meter *m)
{
	return &m->opts;
}

uint32_t meter_n_tokens(const struct meter *m)
{
	return m->n_tokens;
}

uint32_t meter_symbols_at(const struct meter *m, uint32_t n_tokens)
{
	if (m->opts.symbols == METER_TOKENS)
		return n_tokens;
	return n_tokens ? m->symbol_end[n_tokens - 1] : 0;
}

struct bound_point meter_point(const struct meter *m, uint32_t n_tokens)
{
	return bound_at(m->bound, meter_symbols_at(m, n_tokens));
}

/* As rho and h are: in symbols of the alphabet. */
static struct entropy_point in_symbols(const struct meter *m,
				       struct entropy_point p)
{
	double unit = log2(m->opts.alphabet);

	return (struct entropy_point){ p.bits / unit, p.se / unit };
}

struct entropy_point meter_h_est(const struct meter *m, uint32_t n_tokens)
{
	return in_symbols(m, entropy_at(m->entropy,
					meter_symbols_at(m, n_tokens)));
}

struct entropy_point meter_h_near(const struct meter *m, uint32_t n_tokens)
{
	return in_symbols(m, entropy_near(m->entropy,
					  meter_symbols_at(m, n_tokens)));
}

const struct lz77 *meter_lz77(const struct meter *m)
{
	return m->lz77;
}

const struct bound *meter_bound(const struct meter *m)
{
	return m->bound;
}

const struct guardian *meter_guardian(const struct meter *m)
{
	return guardian_of(m);
}

struct rule_verdict meter_rule(const struct meter *m, size_t i_rule)
{
	return meter_rule_at(m, i_rule, m->n_tokens);
}

struct rule_verdict meter_rule_at(const struct meter *m, size_t i_rule,
				  uint32_t n_tokens)
{
	if (!meter_runs(m, i_rule))
		return rule_unfired;
	return stops_verdict(&m->stops[i_rule], m->fresh, n_tokens);
}

size_t meter_stops_at(const struct meter *m, size_t i_rule, uint32_t n_tokens,
		      struct rule_stop *out, size_t max)
{
	if (!meter_runs(m, i_rule))
		return 0;
	return stops_list(&m->stops[i_rule], m->fresh, n_tokens, out, max);
}

struct rule_stop *meter_all_stops(const struct meter *m, size_t i_rule,
				  size_t *n)
{
	struct rule_stop *stops;

	*n = meter_stops_at(m, i_rule, m->n_tokens, NULL, 0);
	stops = mem_alloc(MAX(*n, 1) * sizeof(*stops));
	meter_stops_at(m, i_rule, m->n_tokens, stops, *n);
	return stops;
}

/* Tokens until Guardian's next stop if only copies come. */
static uint32_t guardian_left(const struct meter *m, uint32_t n)
{
	const struct guardian *g = guardian_of(m);
	uint32_t f = g->opts.f, least = MAX(g->opts.patience, 1u);
	size_t k = n / f, low = 0;
	double before = k ? g->sizes[k - 1] : 0;
	uint64_t bits = lz77_code_bits_at(m->lz77, meter_symbols_at(m, n));

	while (low < k && low < least &&
	       guardian_gain(g, k - low) < g->opts.t)
		low++;
	/* The window that is open: too much is new in it already. */
	if (g->opts.coder == CODER_LZ77 &&
	    (double)bits / BYTE_BITS - before >= g->opts.t) {
		low = 0;
		k++;
	}
	k = MAX(k + least - MIN(low, least - 1), 2);
	return (uint32_t)(k * f) - n;
}

bool meter_warning(const struct meter *m, size_t i_rule, uint32_t n_tokens,
		   struct rule_warning *w)
{
	const struct series *score = m->scores[i_rule];
	double left;

	w->since = fresh_since(m->fresh, n_tokens);
	if (!meter_runs(m, i_rule) ||
	    n_tokens - w->since < FRESH_COPY_TOKENS ||
	    meter_rule_at(m, i_rule, n_tokens).at_token != RULE_NEVER)
		return false;
	if (i_rule == RULE_GUARDIAN) {
		w->left = guardian_left(m, n_tokens);
		return true;
	}
	if (!score)
		return false;
	left = (1 - (double)series_range(score, n_tokens - 1,
				       n_tokens).last) *
	       rule_scaled(&m->opts.rule, rules[i_rule]->copying_tokens);
	w->left = (uint32_t)MAX(ceil(left), 1);
	return true;
}

size_t meter_nearest(const struct meter *m, uint32_t n_tokens,
		     struct rule_warning *w)
{
	size_t nearest = RULE_ROWS, i;
	struct rule_warning one;

	for (size_t k = 0; (i = rule_shown(k)) < RULE_ROWS; k++) {
		if (meter_rule_at(m, i, n_tokens).at_token != RULE_NEVER)
			return RULE_ROWS;
		if (!meter_warning(m, i, n_tokens, &one) ||
		    (nearest < RULE_ROWS && one.left >= w->left))
			continue;
		nearest = i;
		*w = one;
	}
	return nearest;
}

double meter_odds(const struct meter *m, size_t i_rule)
{
	return meter_runs(m, i_rule) && rules[i_rule]->odds ?
		       rules[i_rule]->odds(m->stops[i_rule].state) : NAN;
}

const char *meter_cause(const struct meter *m, size_t i_rule)
{
	return meter_runs(m, i_rule) && rules[i_rule]->cause ?
		       rules[i_rule]->cause(m->stops[i_rule].state) : NULL;
}

const struct series *meter_score(const struct meter *m, size_t i_rule)
{
	return m->scores[i_rule];
}

const struct fresh *meter_fresh(const struct meter *m)
{
	return m->fresh;
}

bool meter_runs(const struct meter *m, size_t i_rule)
{
	return m->running & RULE_BIT(i_rule);
}

const struct series *meter_rho(const struct meter *m)
{
	return m->rho;
}

const struct series *meter_h(const struct meter *m)
{
	return m->h;
}
