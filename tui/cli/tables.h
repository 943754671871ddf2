/*
 * tables.h - every table of the program as lines of text: what the manual
 * and the completions are made from, and checked against.
 *
 *	command	NAME ARGS ABOUT
 *	option	NAME LETTER LETTER-WHERE ARG WHERE DEFAULT VALUES ABOUT
 *	action	ROOM NAME ARG KEYS ABOUT
 *	view	NAME ABOUT
 *	format	NAME TITLE READ		("read", or "refused")
 *	coder	NAME ABOUT
 *	rule	NAME ABOUT
 *
 * Fields are parted by tabs; none holds one. Empty ones are "-". WHERE is
 * made of the letters t (tui), a (analyze), l (live), c (config), g (guard),
 * d (decode), b (bench), m (demo).
 */
#ifndef LILSCOPE_TABLES_H
#define LILSCOPE_TABLES_H

struct buf;

/* Appends all of them. */
void tables_print(struct buf *out);

#endif
