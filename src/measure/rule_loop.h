/*
 * rule_loop.h - what else the rule `loop` knows: the odds of its score.
 *
 * The rule itself is rules[]'s row; rule_loop.c has how it works and
 * lilscope-measures(7) what it was fitted to.
 */
#ifndef LILSCOPE_RULE_LOOP_H
#define LILSCOPE_RULE_LOOP_H

#include "base/base.h"

/* The odds that it stops at where nothing else is asked for, and the least
 * that can be: the calibration knows no rarer ones. As doubles: i386 compares
 * with all the digits of a constant. */
#define LOOP_P_DEFAULT ((double)0.0005)
#define LOOP_P_MIN ((double)0.0002)
#define LOOP_P_MAX ((double)0.05)

/*
 * Of generations that ended by themselves and were no loop, the share whose
 * score gets as high as this: an upper limit, 95 % sure, for texts like those
 * that it was calibrated on. 1 below what says anything. Falls with the score.
 */
double loop_odds(double score);

/* The lowest score whose odds are p or less, LOOP_P_MIN <= p. 1 at
 * LOOP_P_DEFAULT. */
double loop_score_for(double p);

#endif
