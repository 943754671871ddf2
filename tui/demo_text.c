/*
 * The demo as lines: where there is no screen, for a pipe or a screen reader.
 * All runs go to their ends at full speed; then each is told, and what the
 * early stop would have made of it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "compare.h"
#include "demo.h"
#include "loop.h"
#include "recording.h"
#include "text_layout.h"
#include "verdict.h"

enum { TEXT_COLS = 78 };

static const char *words_of(enum verdict v)
{
	static const char *const words[] = {
		[VERDICT_UNKNOWN] = "-",
		[VERDICT_RIGHT] = "right",
		[VERDICT_WRONG] = "wrong",
		[VERDICT_NONE] = "none",
	};

	return words[v];
}

static void put_wrapped(FILE *out, const char *text, size_t n)
{
	struct buf clean = { 0 };
	struct text_layout l = { .width = TEXT_COLS, .ascii = false };

	while (n && *text == ' ') { /* a model begins with one */
		text++;
		n--;
	}
	utf8_sanitize(&clean, text, n, true, false);
	l.text = clean.data;
	l.len = clean.len;
	for (size_t at = 0; at < l.len;) {
		struct text_line line = text_layout_line(&l, at);

		while (line.shown > line.from &&
		       clean.data[line.shown - 1] == ' ')
			line.shown--;
		fprintf(out, "  %.*s\n", (int)(line.shown - line.from),
			clean.data + line.from);
		at = line.next;
	}
	buf_release(&clean);
}

/* Everything that is said of a run. */
struct told {
	const struct run *run;
	uint32_t n;
	struct guard_verdict stop;
	double ttft_s, tbt_s, jct_s;
};

static struct told tell(const struct app *app, size_t i)
{
	struct told t = { .run = deck_kept(app->deck, demo_entry(app, i)),
			  .stop = { GUARD_NEVER, 0, GUARD_NEVER } };

	t.n = t.run->trace.n_tokens;
	if (t.run->meter)
		t.stop = meter_verdict(t.run->meter);
	t.ttft_s = compare_time_s(&t.run->trace, MIN(t.n, 1));
	t.jct_s = compare_time_s(&t.run->trace, t.n);
	t.tbt_s = t.n > 1 ? (t.jct_s - t.ttft_s) / (t.n - 1) : NAN;
	return t;
}

static void put_run(const struct told *t, char letter, FILE *out)
{
	const struct trace *trace = &t->run->trace;
	const char *finish = trace->facts.finish_reason;

	fprintf(out, "\n%c  %s", letter, trace->facts.policy);
	if (trace->facts.budget)
		fprintf(out, " %u", trace->facts.budget);
	fprintf(out, ": %u tokens, ended by %s\n", t->n,
		finish && *finish ? finish : "the decoder");
	put_wrapped(out, trace->text.data, trace->text.len);
}

static void put_numbers(const struct told *t, const struct told *first,
			char letter, FILE *out)
{
	const struct trace *trace = &t->run->trace;
	double kv = trace->kv && t->n ? (double)trace->kv[t->n - 1].held : 0;

	fprintf(out, "%c  %-8s %6u %7u %6.2f %8.2f %8.3f %8.1f %8.0f  %s\n",
		letter, trace->facts.policy, trace->facts.budget, t->n,
		first->n ? (double)t->n / first->n : 1, t->ttft_s * 1e3,
		t->tbt_s * 1e3, t->jct_s * 1e3, kv / 1024,
		words_of(verdict_of(trace, t->n)));
}

static void put_stop(const struct told *t, char letter, FILE *out)
{
	if (t->stop.at_token == GUARD_NEVER) {
		fprintf(out, "%c  not stopped\n", letter);
		return;
	}
	fprintf(out, "%c  stopped at %u: saves %u tokens (%.0f %%); answer "
		     "then: %s\n",
		letter, t->stop.at_token, t->stop.tokens_after,
		100.0 * t->stop.tokens_after / t->n,
		words_of(verdict_of(&t->run->trace, t->stop.at_token)));
}

static void put_all(const struct app *app, size_t n, FILE *out)
{
	const struct demo *d = app->demo;
	const struct guard_opts *rule = &app->set.meter.guard;
	struct told all[DEMO_RUNS_MAX];

	if (d->has_problem && !d->own)
		fprintf(out, "Problem %llu\n", (unsigned long long)d->seed);
	put_wrapped(out, d->prompt.data, d->prompt.len);
	if (d->gold[0])
		fprintf(out, "  The right answer is %s.\n", d->gold);
	for (size_t i = 0; i < n; i++) {
		all[i] = tell(app, i);
		put_run(&all[i], (char)('A' + i), out);
	}
	fprintf(out, "\n   policy   budget  tokens    x A  TTFT ms   TBT ms   "
		     "JCT ms   KV KiB  answer\n");
	for (size_t i = 0; i < n; i++)
		put_numbers(&all[i], &all[0], (char)('A' + i), out);
	fprintf(out, "\nThe early stop (fewer than %g new bytes in %u "
		     "tokens):\n", rule->t, rule->f);
	for (size_t i = 0; i < n; i++)
		put_stop(&all[i], (char)('A' + i), out);
	fprintf(out, "\nJCT is TTFT + (tokens - 1) x TBT, by the clock of each "
		     "run's own work.\nOn a terminal the runs are shown side "
		     "by side, live; lilscope bench asks many\nproblems.\n");
}

/* As fast as it goes, to the ends of all runs. */
static void finish(struct app *app)
{
	app->speed = 1e9;
	while (!demo_all_ended(app) && !app->demo->gone) {
		bool more = loop_work(app);

		demo_tick(app, 1);
		if (!more && deck_waits(app->deck))
			deck_sleep(app->deck, 0.1);
	}
	while (loop_work(app))
		;
}

int demo_print(struct app *app, FILE *out)
{
	size_t n = app->demo->n_runs;

	finish(app);
	if (demo_entry(app, n - 1) == DECK_NONE) {
		fprintf(stderr, "lilscope: %s\n",
			app->message[0] ? app->message :
					  "the decoder ended too early");
		return EXIT_TROUBLE;
	}
	put_all(app, n, out);
	return 0;
}
