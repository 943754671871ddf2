/*
 * uttered.h - a record of a session: whose it is, and where its words lie.
 *
 * Agents write down the same few things under names of their own. A name more
 * is a row more (uttered.c).
 */
#ifndef LILSCOPE_UTTERED_H
#define LILSCOPE_UTTERED_H

#include "json/json.h"

enum side { SIDE_NONE, SIDE_MODEL, SIDE_OTHERS };

struct uttered {
	enum side side;
	struct json_value v; /* the message, or the piece of one */
	bool message;        /* it is a message, no piece */
	bool own;            /* its names are those of one agent alone */
};

/* What a record is; SIDE_NONE: settings, echoes, what else is written down. */
struct uttered uttered_of(struct json_value record);

/* The message or the piece of one in a record, whosever it is. */
struct json_value uttered_in(struct json_value record);

#endif
