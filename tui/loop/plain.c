/* Generations as lines that are only added, for who can't look at a screen. */
#include "loop/plain.h"

#include <math.h>
#include <string.h>

#include "app/recording.h"
#include "base/num.h"
#include "base/utf8.h"
#include "loop/loop.h"
#include "report/after.h"
#include "system/output.h"
#include "system/say.h"
#include "view/now.h"
#include "view/views.h"

enum { PLAIN_STOPS = 16 }; /* told one by one */

/* What is printed, and how far the open generation has been told. */
struct plain {
	struct app *app;
	bool gone;         /* nothing can be written any more */
	bool unkept;       /* a recording failed */
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
		   deck_source_name(p->app->deck, e->own.i_source));
	put_fact(p, "model", facts->model);
	put_fact(p, "policy", facts->policy);
	put_fact(p, "template", facts->chat);
	put_fact(p, "sampling", facts->sampling);
	put_fact(p, "field guessed", facts->guessed);
	put_fact(p, "read as",
		 deck_title(p->app->deck, e->own.i_source));
	send(p);
}

static void tell_measures(struct plain *p)
{
	char by[NOW_BY_BYTES];
	struct now now;

	if (!now_get(p->app, &now))
		return;
	buf_printf(&p->line, "Measured: %s, alphabet %.0f, Ls %u. Tokens: %s.",
		   now_symbols(&now), now.alphabet, now.ls,
		   now_tokens_by(&now, by));
	send(p);
}

/* A stop that is near, as it was seen from there. */
static void tell_warning(struct plain *p, const struct meter *m,
			 uint32_t token)
{
	struct rule_warning w;
	size_t i = meter_nearest(m, token, &w);

	if (i < RULE_ROWS)
		buf_printf(&p->line,
			   " Copying since token %u: %s stops in %u token%s "
			   "if it goes on.",
			   w.since + 1, rule_name(i), w.left,
			   w.left == 1 ? "" : "s");
}

static void tell_check(struct plain *p, const struct meter *m, size_t k)
{
	const struct guardian *g = meter_guardian(m);
	uint32_t token = (uint32_t)(k * g->opts.f);
	struct bound_point b = meter_point(m, token);
	double gain = guardian_gain(g, k);

	buf_printf(&p->line,
		   "Token %u: rho %.3f, band %.3f to %.3f, h %.3f, %s (%s)%s; "
		   "new %.1f bytes%s.",
		   token, b.rho, b.lower, b.rho, b.h,
		   bound_status_name(b.status), bound_status_words(b.status),
		   b.vacuous ? ", VACUOUS" : "", gain,
		   gain < g->opts.t ? ", under t" : "");
	tell_warning(p, m, token);
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

/* Where the others stop, as the last rows of a screen have it. */
static void tell_rules(struct plain *p)
{
	const struct meter *m = p->app->run->meter;
	const char *join = "Other rules: ";

	for (int never = 0; never < 2; never++) {
		for (size_t i = RULE_GUARDIAN + 1; i < RULE_ROWS; i++) {
			uint32_t at = meter_rule(m, i).at_token;

			if (!meter_runs(m, i) ||
			    (at == RULE_NEVER) != (never == 1))
				continue;
			buf_printf(&p->line, "%s%s", join, rule_name(i));
			if (!never)
				buf_printf(&p->line, " at token %u", at);
			join = ", ";
		}
		join = p->line.len ? "; never: " : "Other rules never: ";
	}
	if (p->line.len) {
		buf_putc(&p->line, '.');
		send(p);
	}
}

/* How it ended and how fast it came; then what the panel of the ratio view
 * explains, a line a paragraph: the numbers, what they mean, and why. */
static void tell_more(struct plain *p)
{
	const struct app *app = p->app;
	const char *reason = app->run->trace.facts.finish_reason;
	struct latency_facts f =
		latency_facts(&app->latency, &app->run->trace);
	struct buf words = { 0 };
	char a[NUM_BYTES], b[NUM_BYTES];

	if (!app->run->meter || !app->run->trace.n_tokens)
		return;
	if (reason)
		buf_printf(&p->line, "Ended: %s%s.", reason,
			   finish_ended_as(reason) ?
				   ", the server ended it as a repetition" :
				   "");
	if (!isnan(f.ttft_s))
		buf_printf(&p->line, "%sTime to the first token: %s.",
			   p->line.len ? " " : "",
			   num_time(a, f.ttft_s, true));
	if (!isnan(f.tbt_median_s))
		buf_printf(&p->line, "%sBetween tokens: %s, p99 %s.",
			   p->line.len ? " " : "",
			   num_time(a, f.tbt_median_s, true),
			   num_time(b, f.tbt_p99_s, true));
	if (p->line.len)
		send(p);
	tell_rules(p);
	view_ratio.explain(app, &words);
	for (const char *at = buf_cstr(&words); *at;) {
		size_t n = strcspn(at, "\n");

		if (n) {
			buf_append(&p->line, at, n);
			send(p);
		}
		at += n + (at[n] == '\n');
	}
	buf_release(&words);
}

/* What becomes of recordings is no part of the text. */
static void tell_unkept(struct plain *p)
{
	struct recordings *all = &p->app->recordings;
	struct buf words = { 0 };

	if (!all->n_trouble)
		return;
	buf_puts(&words, all->trouble);
	if (all->n_trouble > 1)
		buf_printf(&words, " (and %zu more)", all->n_trouble - 1);
	say(stderr, buf_cstr(&words));
	buf_release(&words);
	all->n_trouble = 0;
	p->unkept = true;
}

static bool work(struct plain *p)
{
	bool more = loop_work(p->app);

	tell_unkept(p);
	return more;
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
		bool more = work(p);

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
	tell_more(p);
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

/* All that came is on disk, or it is said what is not. */
static void check_kept(struct plain *p)
{
	struct app *app = p->app;
	const char *path = app->set.show.record;

	while (work(p))
		;
	recording_end(app);
	tell_unkept(p);
	if (path[0] && !app->recordings.n_begun && !p->unkept &&
	    deck_n(app->deck))
		err_set(p->err, "--record: %s was not written, as no stream "
				"came; records that have ended are kept by cp "
				"or tee", path);
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
		if (work(&p) || p.i_entry < deck_n(app->deck))
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
	if (!p.gone)
		check_kept(&p);
	return deck_n(app->deck) && !err->text[0] && !p.unkept ? 0 :
								EXIT_TROUBLE;
}
