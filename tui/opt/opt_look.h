/*
 * opt_look.h - how things are drawn: all that a chart or a screen must know of
 * the options.
 */
#ifndef LILSCOPE_OPT_LOOK_H
#define LILSCOPE_OPT_LOOK_H

#include "term/terminal.h"

enum graph_kind { GRAPH_BRAILLE, GRAPH_BLOCK, GRAPH_ASCII };

struct look_settings {
	struct term_opts term;
	enum graph_kind graph;
	bool ascii; /* nothing outside ASCII; GRAPH_ASCII, too */
};

#endif
