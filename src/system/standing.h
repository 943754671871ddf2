/*
 * standing.h - the three descriptors that every program has are ours, too.
 *
 * A program that is started with one of them closed gets its own files and
 * pipes in their place: what it reads as standard input is then a pipe that
 * nobody else writes to, and its words go into a file.
 */
#ifndef LILSCOPE_STANDING_H
#define LILSCOPE_STANDING_H

#include <stdbool.h>

/* Before anything is opened: where one of the three is closed, something is
 * that can't be read or written, so that whoever wants to is told. false:
 * there is nothing to open. */
bool standing_hold(void);

#endif
