/*
 * now.h - everything that the screens say about the prefix at the playhead.
 *
 * Taken from the meter once a frame. O(checks of the guard + log n): the
 * lowest gain and the verdict look at every check.
 */
#ifndef LILSCOPE_NOW_H
#define LILSCOPE_NOW_H

#include "app/app.h"
#include "draw/pen.h"
#include "view/repeats.h"
#include "view/steps.h"

enum { NOW_STOPS = 64 }; /* that are marked or told one by one */

struct now {
	const struct run *run;
	const struct meter *meter;
	const struct meter_opts *opts; /* resolved */
	uint32_t n, total;        /* tokens at the playhead, and in all */
	struct bound_point point; /* after n tokens */
	struct entropy_point h_est; /* there, in the unit of rho */
	unsigned ls;
	double alphabet;
	size_t n_checks;          /* complete windows */
	uint32_t until;           /* tokens that the audit looks at: all, but
				     while playing only those played */
	struct rule_verdict verdict;  /* fired up to n; after it, to until */
	struct rule_verdict whole;    /* up to until */
	struct rule_stop stops[NOW_STOPS]; /* n_stops of Guardian's, to until */
	size_t n_stops;
	const struct answered *known; /* where the answer first stood; NULL:
					 none is stated up to until */
	const struct repeated *said; /* why it fired; NULL: not known */
	size_t warner;            /* the rule whose stop is near at n, and */
	struct rule_warning warning; /* how near; RULE_ROWS: none */
	uint32_t ahead;           /* where it fires after n, or RULE_NEVER */
	double lowest_gain;       /* of checks 2..n_checks, NAN if none */
	uint32_t lowest_at;       /* token of that check */
};

/* False while nothing is measured. */
bool now_get(const struct app *app, struct now *now);

/* The threshold, also one ahead of the playhead, or RULE_NEVER. */
uint32_t now_lil(const struct now *now);

/* "UTF-8 bytes" or "token ids". */
const char *now_symbols(const struct now *now);

/* How tokens were counted, and how many the server counted where that was not
 * how: "counted by the bundled BPE (200 by the server)". Is `out`. */
enum { NOW_BY_BYTES = 80 };
const char *now_tokens_by(const struct now *now, char out[NOW_BY_BYTES]);

/* "1 901 reasoning + 349 answer", tokens of both; false: it has not both. */
bool now_lengths(const struct now *now, struct buf *out);

/* rho, band, h and flags; as many as fit. */
void now_draw_numbers(const struct now *now, struct pen *p);

/* "⚑ Lil at 9 750 · 6 583 tokens after it (40 %) · ..." */
void now_draw_verdict(const struct now *now, struct pen *p);

/* How a verdict on what came after a stop looks: its colour, and a mark, ""
 * for none. */
enum style now_after_style(enum rule_after after);
const char *now_after_mark(enum rule_after after, bool ascii);

/* " · ↻ 3 came back · ⚠ 1 false alarm": runs by what came after the stop. */
void now_draw_afters(const size_t n[AFTER_FALSE + 1], struct pen *p);

/* "✓ answer known at 309, 996 tokens after it", if there is room for it and one
 * is stated. */
bool now_draw_known(const struct now *now, struct pen *p);

/* Is the rule that counts in lists another than Guardian, and does it run? */
bool now_counts_another(const struct now *now);

/* "L loop at 9 831, p ≤ 0.05 %": that rule, fired or not, and its odds. */
void now_draw_stop(const struct now *now, struct pen *p);

/* ", p ≤ 0.13 %": of healthy texts no more come as near to a stop of the rule
 * that counts. Nothing before the end of the text, and where it is 1. */
void now_draw_odds(const struct now *now, struct pen *p);
void now_explain_odds(const struct now *now, struct buf *out);

/* All that, and the other rules that run: "Z zlib at 896 · never: cycle". */
void now_draw_rules(const struct now *now, struct pen *p);

/* The letter of rules[i_rule] in the chart, unique among them. */
char now_rule_letter(size_t i_rule);

/* Where it fired up to n, or RULE_NEVER. */
uint32_t now_rule_at(const struct now *now, size_t i_rule);

/* The place, the threshold, the formulas with their numbers, the status; and
 * the threshold alone. Paragraphs, appended. */
void now_explain(const struct now *now, bool ascii, struct buf *out);
void now_explain_threshold(const struct now *now, struct buf *out);

/* Since when the answer was known; how sure the model was of a token. Nothing
 * where it is not known. */
void now_explain_known(const struct app *app, struct buf *out);
/* Passes that reading ahead would have saved; nothing where it is none. */
void now_explain_ahead(const struct now *now, struct buf *out);
void now_explain_sure(const struct now *now, uint32_t token, struct buf *out);

#endif
