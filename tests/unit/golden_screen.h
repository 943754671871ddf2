/*
 * golden_screen.h - a screen beside the file that it should be.
 *
 * tests/screens/NAME.txt holds it. LILSCOPE_UPDATE=1 in the environment
 * writes the files anew; look at the difference before you commit it.
 */
#ifndef LILSCOPE_TEST_GOLDEN_SCREEN_H
#define LILSCOPE_TEST_GOLDEN_SCREEN_H

#include "term/screen.h"

/* Fails the test, showing both, where they differ. */
void screen_is(const char *name, const struct screen *s);

#endif
