/*
 * Every source is parsed once; all is asked of its prefixes.
 */
#include "measure/selftest.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "measure/bound.h"
#include "measure/entropy.h"
#include "measure/known.h"
#include "measure/lz77.h"
#include "measure/rule.h"

enum {
	N_FIRST = 1000,
	N_LENGTHS = 5,      /* each four times the one before */
	N_LAST = 256000,
	SEED = 1,
	STEP = 1000,        /* symbols between the looks for the band's edge */
	LOOP_FROM = 32000,  /* of the loop whose rho rises */
	KNOWNS_MAX = 16,
	COVERED_MIN = 75,   /* of 100 estimates */
};

static const double z95 = 1.96, still_right = 0.01; /* bits */

/* What was found of the sources that are drawn by integers alone. */
static const struct {
	const char *name;
	uint32_t phrases;
	uint64_t bits;
} pinned[] = {
	{ "coin", 15325, 402325 },      { "four", 31590, 766613 },
	{ "letters", 81570, 1728237 },  { "bytes", 149813, 2297749 },
	{ "loop", 37, 330 },
};

/* One source, parsed. */
struct sourced {
	const struct known *known;
	struct bound *bound;
	struct entropy *entropy;
	uint32_t phrases;
	uint64_t bits;
	double unit; /* bits of an alphabet's symbol */
};

struct selftest {
	struct sourced at[KNOWNS_MAX];
	struct buf *out;
	bool good;
};

static void ask(struct sourced *a, const struct known *k, unsigned char *s)
{
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);

	a->known = k;
	a->bound = bound_new(k->alphabet, BOUND_LS_BYTES, false);
	a->entropy = entropy_new();
	a->unit = log2(k->alphabet);
	k->write(s, N_LAST, SEED);
	for (uint32_t i = 0; i < N_LAST; i++) {
		uint32_t lrs = lz77_push(z, s[i]).lrs;

		bound_push(a->bound, lrs);
		entropy_push(a->entropy, lrs);
	}
	a->phrases = lz77_n_phrases(z);
	a->bits = lz77_code_bits(z);
	lz77_free(z);
}

static uint32_t length(int i)
{
	return (uint32_t)N_FIRST << 2 * i;
}

static bool covers(const struct sourced *a, uint32_t n)
{
	struct entropy_point p = entropy_at(a->entropy, n);

	return fabs(p.bits - a->known->bits()) <= z95 * p.se + still_right;
}

/* The first of the looks at which the lower edge is above 0; 0: none. */
static uint32_t says_something(const struct sourced *a)
{
	for (uint32_t n = STEP; n <= N_LAST; n += STEP)
		if (bound_at(a->bound, n).lower > 0)
			return n;
	return 0;
}

/* --- tables ------------------------------------------------------------- */

static void table(struct selftest *t)
{
	buf_printf(t->out, "Bits a symbol after %d symbols, Ls %d; from: where "
			   "the band's lower edge\nbegins to say something\n\n"
			   "%-10s %6s %6s %15s %7s %-13s %s\n", N_LAST,
		   BOUND_LS_BYTES, "source", "true", "rho", "band", "from",
		   " H, 2 s.e.", "state");
	for (size_t i = 0; i < n_knowns; i++) {
		const struct sourced *a = &t->at[i];
		struct bound_point b = bound_at(a->bound, N_LAST);
		struct entropy_point p = entropy_at(a->entropy, N_LAST);
		double bits = a->known->bits(), unit = a->unit;
		uint32_t from = says_something(a);

		buf_printf(t->out, "%-10s %6.3f %6.3f %6.3f..%6.3f%c ",
			   a->known->name, bits, b.rho * unit, b.lower * unit,
			   b.rho * unit,
			   bits > b.rho * unit || bits < b.lower * unit ? '!'
									: ' ');
		if (from)
			buf_printf(t->out, "%7u", from);
		else
			buf_printf(t->out, "%7s", "-");
		buf_printf(t->out, " %6.3f~%5.3f%c %s\n", p.bits, 2 * p.se,
			   covers(a, N_LAST) ? ' ' : '!',
			   bound_status_name(b.status));
	}
	buf_puts(t->out, "! the truth lies outside\n\n");
}

/* rho in the unit of its alphabet, over the lengths. */
static void growth(struct selftest *t)
{
	buf_printf(t->out, "rho (1 is the alphabet) comes to no limit; after\n"
			   "%-10s", "symbols");
	for (int i = 0; i < N_LENGTHS; i++)
		buf_printf(t->out, " %7u", length(i));
	for (size_t k = 0; k < n_knowns; k++) {
		buf_printf(t->out, "\n%-10s", t->at[k].known->name);
		for (int i = 0; i < N_LENGTHS; i++)
			buf_printf(t->out, " %7.3f",
				   bound_at(t->at[k].bound, length(i)).rho);
	}
	buf_puts(t->out, "\n\n");
}

/* --- facts -------------------------------------------------------------- */

static void fact(struct selftest *t, bool holds, const char *what)
{
	buf_printf(t->out, "%-7s %s\n", holds ? "ok" : "FAILED", what);
	t->good &= holds;
}

static const struct sourced *named(const struct selftest *t, const char *name)
{
	for (size_t i = 0; i < n_knowns; i++)
		if (strcmp(t->at[i].known->name, name) == 0)
			return &t->at[i];
	return NULL;
}

static void parse_facts(struct selftest *t)
{
	bool same = true;

	for (size_t i = 0; i < ARRAY_LEN(pinned); i++) {
		const struct sourced *a = named(t, pinned[i].name);

		if (a && a->phrases == pinned[i].phrases &&
		    a->bits == pinned[i].bits)
			continue;
		same = false;
		buf_printf(t->out, "%s: %u phrases, %llu bits\n",
			   pinned[i].name, a ? a->phrases : 0,
			   a ? (unsigned long long)a->bits : 0);
	}
	fact(t, same, "the parse has the phrases and the code that it had");
}

static void band_facts(struct selftest *t)
{
	bool above = true, low = true, proven = true;
	uint32_t n_proven = 0;

	for (size_t i = 0; i < n_knowns; i++) {
		const struct sourced *a = &t->at[i];

		for (uint32_t n = STEP; n <= N_LAST; n += STEP) {
			struct bound_point b = bound_at(a->bound, n);

			above &= a->known->bits() <= b.rho * a->unit;
			low &= b.h <= b.rho;
			n_proven += b.status == BOUND_PROVEN;
			proven &= b.status != BOUND_PROVEN ||
				  (b.lower <= b.h && b.h <= b.rho);
		}
	}
	fact(t, above, "no source has more entropy than rho");
	fact(t, low, "h is never above rho");
	fact(t, proven && n_proven, "where the band is PROVEN, h lies in it");
}

static void growth_facts(struct selftest *t)
{
	const struct sourced *loop = named(t, "loop"), *coin = named(t, "coin");
	double was = bound_at(loop->bound, LOOP_FROM).rho;
	double is = bound_at(loop->bound, N_LAST).rho;

	fact(t, is > was, "rho rises in a perfect loop");
	was = bound_at(coin->bound, length(1)).rho;
	is = bound_at(coin->bound, N_LAST).rho;
	fact(t, is > was, "rho rises over a fair coin");
}

static void estimate_facts(struct selftest *t)
{
	unsigned n_covered = 0, n = 0;
	double last = INFINITY;
	bool falls = true;
	char text[80];

	for (size_t i = 0; i < n_knowns; i++)
		for (int k = 0; k < N_LENGTHS; k++, n++)
			n_covered += covers(&t->at[i], length(k));
	snprintf(text, sizeof(text),
		 "H has the truth within 1.96 s.e. in %u of %u, at least %d %%",
		 n_covered, n, COVERED_MIN);
	fact(t, n_covered * 100 >= n * COVERED_MIN, text);
	for (int k = 0; k < N_LENGTHS; k++) {
		double bits = entropy_at(named(t, "loop")->entropy,
					 length(k)).bits;

		falls &= bits < last;
		last = bits;
	}
	fact(t, falls && last < still_right, "H of a loop goes to 0");
}

/* At which token Guardian stops a source of one symbol a token. */
static uint32_t guardian_on(const char *name, unsigned char *s)
{
	const struct rule_opts opts = { .f = RULE_F_DEFAULT,
					.t = RULE_T_DEFAULT,
					.patience = 1,
					.coder = CODER_LZ77 };
	void *state = rule_guardian.create(&opts);
	struct lz77 *z = lz77_new(LZ77_BYTES, 8);
	struct rule_verdict v;

	for (size_t i = 0; i < n_knowns; i++)
		if (strcmp(knowns[i].name, name) == 0)
			knowns[i].write(s, N_FIRST * 4, SEED);
	for (uint32_t i = 0; i < N_FIRST * 4; i++) {
		struct rule_token token = { s[i], (char *)s + i, 1, 0 };

		lz77_push(z, s[i]);
		token.code_bits = (double)lz77_code_bits(z);
		rule_guardian.push(state, &token);
	}
	v = rule_guardian.verdict(state, N_FIRST * 4);
	rule_guardian.destroy(state);
	lz77_free(z);
	return v.at_token;
}

bool selftest(struct buf *out)
{
	unsigned char *s = mem_alloc(N_LAST);
	struct selftest t = { .out = out, .good = true };

	for (size_t i = 0; i < n_knowns; i++)
		ask(&t.at[i], &knowns[i], s);
	table(&t);
	growth(&t);
	parse_facts(&t);
	band_facts(&t);
	growth_facts(&t);
	estimate_facts(&t);
	fact(&t, guardian_on("loop", s) == 2 * RULE_F_DEFAULT,
	     "Guardian stops a loop at its second check");
	fact(&t, guardian_on("letters", s) == RULE_NEVER,
	     "and never a source that goes on telling");
	for (size_t i = 0; i < n_knowns; i++) {
		bound_free(t.at[i].bound);
		entropy_free(t.at[i].entropy);
	}
	mem_free(s);
	return t.good;
}
