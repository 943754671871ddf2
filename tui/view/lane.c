#include "view/lane.h"

#include <math.h>

#include "base/buf.h"
#include "draw/num.h"
#include "view/compare.h"
#include "view/views.h"

char lane_letter(size_t i)
{
	return (char)(i < 26 ? 'A' + i : 'a' + i % 26);
}

struct lane lane_of(const struct app *app, size_t i)
{
	struct lane l = { .i = i,
			  .run = compare_run(app, i),
			  .ttft_s = NAN,
			  .end_s = NAN,
			  .tbt_s = NAN,
			  .stop = { RULE_NEVER, 0, RULE_NEVER } };
	const struct trace *t;
	const struct guardian *g;

	if (!l.run)
		return l;
	t = &l.run->trace;
	l.n = compare_n(app, l.run);
	l.total = t->n_tokens;
	l.ended = l.run->ended && l.n == l.total;
	g = l.run->meter ? meter_guardian(l.run->meter) : NULL;
	if (g && g->n)
		l.stop = guardian_verdict(g, l.n);
	if (l.ended)
		l.answer = verdict_of(t, l.n);
	if (l.stop.at_token != RULE_NEVER)
		l.stopped = verdict_of(t, l.stop.at_token);
	if (t->time_us && l.n) {
		double first = compare_time_s(t, 1);

		if (t->time_origin_s > t->start_s)
			l.ttft_s = first;
		l.end_s = compare_time_s(t, l.n);
		if (l.n > 1)
			l.tbt_s = (l.end_s - first) / (l.n - 1);
	}
	return l;
}

/* ---- in words ---------------------------------------------------------- */

static void explain_lane(const struct lane *l, bool ascii, struct buf *out)
{
	char ttft[NUM_BYTES], n[NUM_BYTES], tbt[NUM_BYTES], sum[NUM_BYTES];
	const char *policy = l->run->trace.facts.policy;

	if (isnan(l->tbt_s))
		return;
	buf_printf(out, "%c%s%s: JCT = TTFT + (tokens %s 1) %s TBT = ",
		   lane_letter(l->i), policy ? ", " : "", policy ? policy : "",
		   ascii ? "-" : "\u2212", ascii ? "x" : "\u00d7");
	if (!isnan(l->ttft_s))
		buf_printf(out, "%s + ", num_time(ttft, l->ttft_s, ascii));
	buf_printf(out, "%s %s %s = %s\n", num_count(n, l->n - 1),
		   ascii ? "x" : "\u00d7", num_time(tbt, l->tbt_s, ascii),
		   num_time(sum, l->end_s, ascii));
}

static const char *answer_words(enum verdict v)
{
	static const char *const words[] = {
		[VERDICT_UNKNOWN] = NULL,
		[VERDICT_RIGHT] = "the right answer",
		[VERDICT_WRONG] = "a wrong answer",
		[VERDICT_NONE] = "no answer",
	};

	return words[v];
}

/* What the early stop would do to the run under the cursor. */
static void explain_stop(const struct app *app, const struct lane *l,
			 struct buf *out)
{
	const struct rule_opts *g = &app->set.meter.rule;
	const char *kept = answer_words(l->stopped);
	const char *end = answer_words(l->answer);
	char t[NUM_BYTES], at[NUM_BYTES], after[NUM_BYTES], part[NUM_BYTES];

	num_short(t, g->t);
	if (l->stop.at_token == RULE_NEVER) {
		buf_printf(out, "%c, under the cursor, has not come to the "
				"threshold (%s new bytes in %u tokens)%s.",
			   lane_letter(l->i), t, g->f,
			   l->ended ? "" : " so far");
	} else {
		buf_printf(out, "%c, under the cursor: the last %u tokens "
				"before %s told fewer than %s new bytes. A "
				"stop there saves %s tokens (%s)",
			   lane_letter(l->i), g->f,
			   num_count(at, l->stop.at_token), t,
			   num_count(after, l->stop.tokens_after),
			   num_percent(part, l->stop.tokens_after, l->n));
		buf_printf(out, "%s%s.", kept ? " and leaves " : "",
			   kept ? kept : "");
	}
	if (end)
		buf_printf(out, " The whole run ends with %s.", end);
	buf_puts(out, "\n\n");
}

void explain_compare(const struct app *app, struct buf *out)
{
	const struct compare *c = &app->compare;
	bool ascii = app->set.look.ascii;
	struct lane under;

	if (!c->n)
		return;
	under = lane_of(app, c->lane);
	if (under.run && under.n)
		explain_stop(app, &under, out);
	buf_puts(
		out,
		"A sparse policy reads less at each token, which is cheaper "
		"where texts are long; but what it leaves out may have to be "
		"told again, so the output grows, and the whole job may take "
		"longer. Where a curve of bytes goes flat nothing new is told: "
		"a stop there wins those tokens back.\n\n");
	for (size_t i = 0; i < MIN(c->n, (size_t)LANES_MAX); i++) {
		struct lane l = lane_of(app, i);

		if (l.run)
			explain_lane(&l, ascii, out);
	}
	buf_puts(out, "\nTTFT: time to the first token, the prompt's cost. "
		      "TBT: mean time between tokens after it. JCT: time of "
		      "the whole job. Each run's clock counts its own work "
		      "only.\n");
}
