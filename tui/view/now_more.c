/* In words: since when the answer was known, how sure the model was, and how
 * seldom a healthy text comes so near to a stop. */
#include <math.h>

#include "app/sure.h"
#include "base/num.h"
#include "base/utf8.h"
#include "draw/glyph.h"
#include "trace/foretold.h"
#include "view/now.h"

enum { QUOTE_BYTES = 80 };

bool now_draw_known(const struct now *now, struct pen *p)
{
	char at[NUM_BYTES], after[NUM_BYTES];

	return now->known &&
	       pen_printf(p, STYLE_ANSWER,
			  "%s answer known at %s, %s token%s after it",
			  glyph(GLYPH_CHECK, p->s->ascii),
			  num_count(at, now->known->at_token),
			  num_count(after, now->known->after),
			  now->known->after == 1 ? "" : "s");
}

bool now_lengths(const struct now *now, struct buf *out)
{
	const struct trace *t = &now->run->trace;
	uint32_t reasoning = trace_count(t, CHANNEL_REASONING);
	uint32_t answer = trace_count(t, CHANNEL_ANSWER);
	char a[NUM_BYTES], b[NUM_BYTES];

	if (reasoning && answer)
		buf_printf(out, "%s reasoning + %s answer",
			   num_count(a, reasoning), num_count(b, answer));
	return reasoning && answer;
}

/* Odds are those of the whole text; 1: none are told. */
static double odds_of(const struct now *now)
{
	double p = now->n == now->total ?
			   meter_odds(now->meter, now->opts->i_stop) : NAN;

	return p < 1 ? p : 1;
}

void now_draw_odds(const struct now *now, struct pen *p)
{
	double odds = odds_of(now);
	char share[NUM_BYTES];

	if (odds < 1)
		pen_printf(p, STYLE_DIM, ", p %s %s",
			   p->s->ascii ? "<=" : "\u2264",
			   num_odds(share, odds));
}

void now_explain_odds(const struct now *now, struct buf *out)
{
	double odds = odds_of(now);
	char share[NUM_BYTES];

	if (odds < 1)
		buf_printf(out, "Of healthy generations at most %s come as "
				"near to a stop by %s as this one did (p).\n",
			   num_odds(share, odds),
			   rule_name(now->opts->i_stop));
}

void now_explain_known(const struct app *app, struct buf *out)
{
	const struct answered *k = steps_known(app);
	char at[NUM_BYTES], after[NUM_BYTES];
	size_t n;

	if (!k)
		return;
	n = MIN(k->first.end - k->first.start, (size_t)QUOTE_BYTES);
	buf_puts(out, "The answer that the text ends with, ");
	utf8_sanitize(out, app->run->trace.text.data + k->first.start, n,
		      false, false);
	buf_printf(out,
		   ", was stated for the first time at token %s; %s tokens "
		   "came after the answer was known.\n",
		   num_count(at, k->at_token), num_count(after, k->after));
}

void now_explain_ahead(const struct now *now, struct buf *out)
{
	uint32_t n = now->run->trace.n_tokens, saved;
	char a[NUM_BYTES], b[NUM_BYTES];

	saved = foretold_saved(now->run);
	if (saved)
		buf_printf(out,
			   "Reading ahead what is copied would have saved %s "
			   "of %s passes through the model: in a phrase all "
			   "tokens but the first two go eight at a time.\n",
			   num_count(a, saved), num_count(b, n));
}

void now_explain_sure(const struct now *now, uint32_t token, struct buf *out)
{
	const struct trace *t = &now->run->trace;
	double bits = sure_bits(t, token), mean;
	char a[NUM_BYTES], b[NUM_BYTES], c[NUM_BYTES], d[NUM_BYTES];
	uint32_t f = now->opts->rule.f;

	if (isnan(bits))
		return;
	mean = sure_mean(t, token + 1 - MIN(token + 1, f), token + 1);
	buf_printf(out,
		   "Surprisal of token %s = -log2 p = -log2 %s = %s bits; the "
		   "mean up to it over %u tokens is %s. rho says how much is "
		   "copied, surprisal how sure the model was: a loop is copied "
		   "and foreseen. Tokens over %d bits are underlined.\n",
		   num_count(a, (uint64_t)token + 1),
		   num_real(b, exp2(-bits), 4, true),
		   num_real(c, bits, 2, true), f, num_real(d, mean, 2, true),
		   SURE_LOW_BITS);
}
