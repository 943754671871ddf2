/*
 * ratio_charts.h - the charts of the ratio view, one above the other over the
 * same tokens.
 *
 *	told   bytes of information so far, beside the text's own pace: where
 *	       it goes flat nothing new is told
 *	rho    the running ratio with its band, and h
 *	       and the surprisal, where probabilities are known
 *	gain   a bar a window, against t
 *
 * Each scales the y axis of the chart that it gets, and draws it.
 */
#ifndef LILSCOPE_RATIO_CHARTS_H
#define LILSCOPE_RATIO_CHARTS_H

#include "draw/chart.h"
#include "view/now.h"

enum {
	RATIO_GUTTER_COLS = 7, /* labels of the y axes and the axis itself */
	RATIO_MIN_ROWS = 3,    /* of a chart with a curve */
};

/* What is told so far. */
void ratio_draw_told(const struct app *app, const struct now *now,
		     struct chart *c);
/* The running ratio. */
void ratio_draw_rho(const struct app *app, const struct now *now,
		    struct chart *c);
/* Over it, where probabilities are known, how sure the model was. */
void ratio_draw_sure(const struct now *now, const struct chart *c);
/* The bars; their limit t across them. */
void ratio_draw_gain(const struct app *app, const struct now *now,
		     struct chart *c);
/* What its bars are, in a line above them. */
void ratio_gain_title(const struct now *now, struct pen *p);

/* What they have in common: lines at the threshold and at the playhead. */
void ratio_lil_line(const struct now *now, const struct chart *c);
void ratio_playhead_line(const struct now *now, const struct chart *c);
/* The name of an axis in its gutter, in the first row without a tick. */
void ratio_axis_name(const struct chart *c, enum style style,
		     const char *name);

#endif
