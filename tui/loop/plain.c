/* Generations as lines that are only added, for who can't look at a screen. */
#include "loop/plain.h"

#include <string.h>

#include "app/recording.h"
#include "base/num.h"
#include "base/utf8.h"
#include "loop/loop.h"
#include "report/after.h"
#include "system/output.h"
#include "view/now.h"

enum { PLAIN_STOPS = 16 }; /* told one by one */

/* What is printed, and how far the open generation has been told. */
struct plain {
	struct app *app;
	bool gone;         /* nothing can be written any more */
	struct err *err;   /* gets why, where somebody still reads */
	struct buf line;
	size_t i_entry;
	size_t n_told; /* checks that have their line */
};

/* The line so far, made harmless; each leaves at once: it may be spoken. */
static void send(struct plain *p)
{
	struct buf safe = { 0 };

	utf8_sanitize(&safe, p->line.data, p->line.len, p->app->set.look.ascii,
		      false);
	buf_putc(&safe, '\n');
	p->gone = p->gone || !output(safe.data, safe.len, p->err);
	buf_release(&safe);
	buf_clear(&p->line);
}

static void put_fact(struct plain *p, const char *name, const char *value)
{
	if (value)
		buf_printf(&p->line, ", %s %s", name, value);
}

static void tell_title(struct plain *p)
{
	const struct facts *facts = &p->app->run->trace.facts;
	const struct entry *e = deck_entry(p->app->deck, p->i_entry);

	buf_printf(&p->line, "Generation %zu: %s", p->i_entry + 1,
		   deck_source_name(p->app->deck, e->i_source));
	put_fact(p, "model", facts->model);
	put_fact(p, "policy", facts->policy);
	put_fact(p, "template", facts->chat);
	put_fact(p, "sampling", facts->sampling);
	put_fact(p, "field guessed", facts->guessed);
	send(p);
}

static void tell_measures(struct plain *p)
{
	struct now now;

	if (!now_get(p->app, &now))
		return;
	buf_printf(&p->line, "Measured: %s, alphabet %.0f, Ls %u. Tokens: %s.",
		   now_symbols(&now), now.alphabet, now.ls,
		   now_tokens_by(&now));
	send(p);
}

static void tell_check(struct plain *p, const struct meter *m, size_t k)
{
	const struct guardian *g = meter_guardian(m);
	uint32_t token = (uint32_t)(k * g->opts.f);
	struct bound_point b = meter_point(m, token);
	double gain = guardian_gain(g, k);

	buf_printf(&p->line,
		   "Token %u: rho %.3f, band %.3f to %.3f, h %.3f, %s (%s); "
		   "new %.1f bytes%s.",
		   token, b.rho, b.lower, b.rho, b.h,
		   bound_status_name(b.status), bound_status_words(b.status),
		   gain,
		   gain < g->opts.t ? ", under t" : "");
	send(p);
}

static void tell_checks(struct plain *p)
{
	const struct meter *m = p->app->run->meter;

	if (!m)
		return;
	if (p->n_told == 0 && meter_guardian(m)->n > 0)
		tell_measures(p);
	while (p->n_told < meter_guardian(m)->n)
		tell_check(p, m, ++p->n_told);
}

static void tell_stops(struct plain *p, const struct meter *m)
{
	struct rule_stop stops[PLAIN_STOPS];
	uint32_t n_tokens = meter_n_tokens(m);
	size_t n = meter_stops_at(m, RULE_GUARDIAN, n_tokens, stops,
				  PLAIN_STOPS);

	after_say_stops(&p->line, stops, MIN(n, (size_t)PLAIN_STOPS));
	if (n > PLAIN_STOPS)
		buf_printf(&p->line, " and %zu more", n - PLAIN_STOPS);
	buf_putc(&p->line, '.');
}

/* Of the rule that counts, where it has any. */
static void tell_odds(struct plain *p, const struct meter *m)
{
	size_t i = meter_opts(m)->i_stop;
	uint32_t at = meter_rule(m, i).at_token;
	double odds = meter_odds(m, i);
	char share[NUM_BYTES];

	if (i != RULE_GUARDIAN && at != RULE_NEVER)
		buf_printf(&p->line, " The rule %s would stop at token %u.",
			   rule_name(i), at);
	if (odds < 1)
		buf_printf(&p->line, " Odds: p <= %s of healthy texts come as "
				     "near to a stop by %s.",
			   num_odds(share, odds), rule_name(i));
}

static void tell_verdict(struct plain *p)
{
	const struct run *run = p->app->run;
	struct rule_verdict v;

	if (!run->meter || run->trace.n_tokens == 0) {
		buf_puts(&p->line, "No tokens.");
		send(p);
		return;
	}
	if (p->n_told == 0)
		tell_measures(p);
	v = meter_rule(run->meter, RULE_GUARDIAN);
	buf_printf(&p->line, "End at token %u. ", run->trace.n_tokens);
	if (v.at_token == RULE_NEVER) {
		buf_puts(&p->line, "No Lil threshold: the rule never fired.");
	} else {
		buf_printf(&p->line,
			   "Lil threshold at token %u; %u tokens followed; ",
			   v.at_token, v.tokens_after);
		after_say(&p->line, &v, false);
		tell_stops(p, run->meter);
	}
	tell_odds(p, run->meter);
	send(p);
}

static void tell_generation(struct plain *p)
{
	struct app *app = p->app;

	p->n_told = 0;
	if (!app_open(app, p->i_entry)) {
		buf_puts(&p->line, app->message);
		send(p);
		return;
	}
	tell_title(p);
	while (!p->gone) {
		bool more = loop_work(app);

		if (!app->run)
			return;
		tell_checks(p);
		if (deck_run_complete(app->deck))
			break;
		if (!more) {
			if (!deck_waits(app->deck))
				break;
			deck_sleep(app->deck, recording_wait_s(app));
		}
	}
	tell_verdict(p);
}

static void tell_awaited(struct plain *p)
{
	const struct deck *d = p->app->deck;

	for (size_t i = 0; i < deck_n_sources(d); i++) {
		if (!deck_awaits(d, i))
			continue;
		buf_printf(&p->line, "Waits for %s, which is not there yet.",
			   deck_source_name(d, i));
		send(p);
	}
}

int plain_run(struct app *app, struct err *err)
{
	struct plain p = { .app = app, .err = err };

	app->set.show.session = false;
	tell_awaited(&p);
	while (!p.gone) {
		if (p.i_entry < deck_n(app->deck)) {
			tell_generation(&p);
			p.i_entry++;
			continue;
		}
		if (loop_work(app) || p.i_entry < deck_n(app->deck))
			continue;
		if (deck_complete(app->deck) || !deck_waits(app->deck))
			break;
		deck_sleep(app->deck, recording_wait_s(app));
	}
	if (deck_trouble(app->deck)[0]) {
		buf_puts(&p.line, deck_trouble(app->deck));
		send(&p);
	}
	buf_release(&p.line);
	return deck_n(app->deck) && !err->text[0] ? 0 : EXIT_TROUBLE;
}
