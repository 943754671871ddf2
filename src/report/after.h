/*
 * after.h - what came after a stop, in words that screens, reports and figures
 * share.
 */
#ifndef LILSCOPE_AFTER_H
#define LILSCOPE_AFTER_H

#include "base/buf.h"
#include "measure/rule.h"

/*
 * Appends the verdict on a rule that fired, as one of
 *
 *	nothing new since
 *	came back at 5 570 for 725 tokens, stopped again at 6 750
 *	came back at 5 570 for 78 tokens, then copies again
 *	false alarm: new text for 1 987 of the 2 114 tokens after it
 *
 * brief: without where it came back, for a line with little room.
 */
void after_say(struct buf *out, const struct rule_verdict *v, bool brief);

/* Appends "; all 2 stops: 4 750 saves 2 805 tokens and loses 725 new ones
 * before the next, 6 750 saves 805 tokens" where there are several. */
void after_say_stops(struct buf *out, const struct rule_stop *stops, size_t n);

#endif
