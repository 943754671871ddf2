/*
 * export_ink.h - the text of a generation as HTML: new is bright, what is
 * copied the dimmer the longer the copy, the unit of the loop underlined,
 * with headings where channels change and a line at the stop.
 *
 * Its size has a limit whatever the text: of a long one the start, what is
 * around the stop, and the end, with a line that says how much is left out.
 * Every character went through the sanitiser (utf8.h) and is escaped.
 */
#ifndef LILSCOPE_EXPORT_INK_H
#define LILSCOPE_EXPORT_INK_H

#include "task/answered.h"
#include "trace/repeated.h"

enum {
	EXPORT_INK_PART = 64 * 1024, /* bytes of text a part */
	EXPORT_INK_PARTS = 3,
};

struct export_ink {
	const struct run *run;
	uint32_t n_tokens;		/* that are shown */
	struct rule_verdict stop;
	const struct repeated *unit;	/* lit; NULL: none */
	const struct answered *known;	/* marked; NULL: not stated */
};

/* Blocks, appended: <h3> with a channel, <div class="text"> with <span>s of
 * class c0 (new) to c4, perhaps "u" (the unit), <i> for what was made visible,
 * and <p class="lil">, "known" or "gap" between them. */
void export_ink(const struct export_ink *ink, struct buf *out);

#endif
