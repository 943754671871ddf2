/*
 * The demo as lines: where there is no screen, for a pipe or a screen reader.
 * All runs go to their ends at full speed; then each is told, and what the
 * early stop would have made of it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/recording.h"
#include "task/grade.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "demo/demo.h"
#include "draw/text_layout.h"
#include "loop/loop.h"
#include "report/after.h"
#include "system/output.h"
#include "view/compare.h"
#include "view/lane.h"

enum { TEXT_COLS = 78 };

static const char *words_of(enum grade v)
{
	return v == GRADE_UNKNOWN ? "-" : grade_name(v);
}

static void put_wrapped(const struct app *app, const char *text, size_t n,
			struct buf *out)
{
	bool ascii = app->set.look.ascii;
	struct buf clean = { 0 };
	struct text_layout l = { .width = TEXT_COLS, .ascii = ascii };

	while (n && *text == ' ') { /* a model begins with one */
		text++;
		n--;
	}
	utf8_sanitize(&clean, text, n, ascii, true);
	l.text = clean.data;
	l.len = clean.len;
	for (size_t at = 0; at < l.len;) {
		struct text_line line = text_layout_line(&l, at);

		while (line.shown > line.from &&
		       clean.data[line.shown - 1] == ' ')
			line.shown--;
		buf_printf(out, "  %.*s\n", (int)(line.shown - line.from),
			clean.data + line.from);
		at = line.next;
	}
	buf_release(&clean);
}

/* Everything that is said of a run. */
struct told {
	const struct run *run;
	uint32_t n;
	struct rule_verdict stop;
	double ttft_s, tbt_s, jct_s;
};

static struct told tell(const struct app *app, size_t i)
{
	struct told t = { .run = deck_kept(app->deck, demo_entry(app, i)),
			  .stop = { .at_token = RULE_NEVER,
				    .resumed_at = RULE_NEVER,
				    .again_at = RULE_NEVER } };

	t.n = t.run->trace.n_tokens;
	if (t.run->meter)
		t.stop = meter_rule(t.run->meter,
				    meter_opts(t.run->meter)->i_stop);
	t.ttft_s = compare_time_s(&t.run->trace, MIN(t.n, 1));
	t.jct_s = compare_time_s(&t.run->trace, t.n);
	t.tbt_s = t.n > 1 ? (t.jct_s - t.ttft_s) / (t.n - 1) : NAN;
	return t;
}

/* Where it went on under another policy. */
static void put_turns(const struct trace *trace, struct buf *out)
{
	for (size_t i = 0; i < trace->n_turns; i++) {
		const struct turn *turn = &trace->turns[i];

		buf_printf(out, "   from token %u on: %s", turn->start,
			turn->policy ? turn->policy : "another policy");
		if (turn->budget)
			buf_printf(out, " %u", turn->budget);
		if (turn->recomputed)
			buf_printf(out, "; %u tokens were read again, in JCT",
				turn->recomputed);
		buf_putc(out, '\n');
	}
}

static void put_run(const struct app *app, const struct told *t, char letter,
		    struct buf *out)
{
	const struct trace *trace = &t->run->trace;
	const char *finish = trace->facts.finish_reason;

	buf_printf(out, "\n%c  %s", letter, trace->facts.policy);
	if (trace->facts.budget)
		buf_printf(out, " %u", trace->facts.budget);
	buf_printf(out, ": %u tokens, ended by %s\n", t->n,
		finish && *finish ? finish : "the decoder");
	put_turns(trace, out);
	if (trace->facts.note)
		buf_printf(out, "   %s\n", trace->facts.note);
	put_wrapped(app, trace->text.data, trace->text.len, out);
}

/* A number right in its column; what is unknown is a dash. */
static void put_real(double value, int width, int decimals, struct buf *out)
{
	if (isfinite(value))
		buf_printf(out, "%*.*f", width, decimals, value);
	else
		buf_printf(out, "%*s", width, "-");
}

/* "quest", "quest+dense" */
static void put_policies(const struct trace *trace, struct buf *out)
{
	struct buf name = { 0 };

	buf_puts(&name, trace->facts.policy);
	for (size_t i = 0; i < trace->n_turns; i++)
		if (trace->turns[i].policy)
			buf_printf(&name, "+%s", trace->turns[i].policy);
	buf_printf(out, "%-12s ", buf_cstr(&name));
	buf_release(&name);
}

static void put_numbers(const struct told *t, const struct told *first,
			char letter, struct buf *out)
{
	const struct trace *trace = &t->run->trace;
	double kv = trace->kv && t->n ? (double)trace->kv[t->n - 1].held : 0;

	buf_printf(out, "%c  ", letter);
	put_policies(trace, out);
	if (trace->facts.budget)
		buf_printf(out, "%6u", trace->facts.budget);
	else
		buf_printf(out, "%6s", "-");
	buf_printf(out, "%7u", t->n);
	put_real(first->n ? (double)t->n / first->n : NAN, 6, 2, out);
	put_real(t->ttft_s * 1e3, 8, 2, out);
	put_real(t->tbt_s * 1e3, 8, 3, out);
	put_real(t->jct_s * 1e3, 8, 1, out);
	put_real(kv / 1024, 8, 0, out);
	buf_printf(out, "  %s\n", words_of(grade_of(trace, t->n)));
}

static void put_stop(const struct told *t, char letter, struct buf *out)
{
	if (t->stop.at_token == RULE_NEVER) {
		buf_printf(out, "%c  not stopped\n", letter);
		return;
	}
	buf_printf(out, "%c  stopped at %u", letter, t->stop.at_token);
	if (t->stop.tokens_after)
		buf_printf(out, ": saves %u token%s (%.0f %%); ",
			   t->stop.tokens_after,
			   t->stop.tokens_after == 1 ? "" : "s",
			   100.0 * t->stop.tokens_after / t->n);
	else
		buf_puts(out, ", its last token; ");
	buf_printf(out, "answer then: %s; ",
		   words_of(grade_of(&t->run->trace, t->stop.at_token)));
	after_say(out, &t->stop, false);
	buf_putc(out, '\n');
	if (t->run->trace.n_turns)
		buf_puts(out, "   (of the run as it is told above, with its "
			      "change)\n");
}

static void put_all(const struct app *app, size_t n, struct buf *out)
{
	const struct demo *d = app->demo;
	const struct meter_opts *meter = &app->set.meter;
	struct told all[DEMO_RUNS_MAX];

	if (d->has_problem && !d->own)
		buf_printf(out, "Problem %llu\n", (unsigned long long)d->seed);
	put_wrapped(app, d->prompt.data, d->prompt.len, out);
	if (d->gold[0])
		buf_printf(out, "  The right answer is %s.\n", d->gold);
	for (size_t i = 0; i < n; i++) {
		all[i] = tell(app, i);
		put_run(app, &all[i], lane_letter(i), out);
	}
	buf_puts(out, "\n   policy       budget tokens   x A TTFT ms  TBT ms  "
		      "JCT ms  KV KiB  answer\n");
	for (size_t i = 0; i < n; i++)
		put_numbers(&all[i], &all[0], lane_letter(i), out);
	if (meter->i_stop == RULE_GUARDIAN)
		buf_printf(out, "\nThe early stop (fewer than %g new bytes in "
				"%u tokens):\n",
			   meter->rule.t, meter->rule.f);
	else
		buf_printf(out, "\nThe early stop (by the rule %s):\n",
			   rule_name(meter->i_stop));
	for (size_t i = 0; i < n; i++)
		put_stop(&all[i], lane_letter(i), out);
	buf_puts(out,
		 "\nJCT is TTFT + (tokens - 1) x TBT, by the clock of each "
		 "run's own work.\nOn a terminal the runs are shown side by "
		 "side, live; lilscope bench asks many\nproblems.\n");
}

/* A sentence of the decoder or of a recording, which a screen would show. */
static bool hear(struct app *app)
{
	bool bad = app->message_is_error && app->message[0];

	if (bad)
		fprintf(stderr, "lilscope: %s\n", app->message);
	app->message[0] = '\0';
	return bad;
}

/* As fast as it goes, to the ends of all runs; false: there was trouble. */
static bool finish(struct app *app)
{
	bool good = true;

	app->speed = 1e9;
	while (!demo_all_ended(app) && !app->demo->gone) {
		bool more = loop_work(app);

		good = !hear(app) && good;
		demo_tick(app, 1);
		if (!more && deck_waits(app->deck))
			deck_sleep(app->deck, 0.1);
	}
	while (loop_work(app))
		good = !hear(app) && good;
	recording_end(app);
	return !hear(app) && good;
}

/* A run that the decoder ended says why; one without was cut off. */
static bool all_finished(const struct app *app, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t entry = demo_entry(app, i);
		const char *finish;

		if (entry == DECK_NONE)
			return false;
		finish = deck_kept(app->deck, entry)->trace.facts.finish_reason;
		if (!finish || !*finish)
			return false;
	}
	return true;
}

int demo_print(struct app *app, struct err *err)
{
	bool good = finish(app);
	/* what went back at the threshold went on as a run of its own */
	size_t n = MIN(deck_n(app->deck) - app->demo->first,
		       (size_t)DEMO_RUNS_MAX);
	struct buf out = { 0 };

	if (good && !all_finished(app, n))
		good = err_set(err, "the decoder ended too early");
	if (n < app->demo->n_runs)
		return EXIT_TROUBLE;
	put_all(app, n, &out);
	good = (output(out.data, out.len, err) || !err->text[0]) && good;
	buf_release(&out);
	return good ? 0 : EXIT_TROUBLE;
}
