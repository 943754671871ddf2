/*
 * selftest.h - the measures on sources whose entropy is known (known.h): a
 * table for who wants to know how far rho, its band and the estimate can be
 * trusted, and the facts that must hold on every machine.
 *
 * What is a theorem, or a number that was found once and does not depend on
 * the machine, is a fact: if one fails, the build or the program is broken.
 * What the table shows beside them are observations.
 */
#ifndef LILSCOPE_SELFTEST_H
#define LILSCOPE_SELFTEST_H

#include "base/buf.h"

/* Appends the tables and a line for each fact; some two seconds. Returns
 * whether all facts hold. */
bool selftest(struct buf *out);

#endif
