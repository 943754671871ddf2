/*
 * Terminal recordings of asciinema: the output events are the text, without
 * the escape sequences that colour it and move the cursor, each with its time.
 *
 *	{"version":2,"width":80,"height":24}     version 3: "term":{...}, and
 *	[0.05,"o","The "]                        each time counts from the last
 *	{"version":1,"width":80,"height":24,"stdout":[[0.05,"The "],...]}
 */
#include <math.h>
#include <string.h>

#include "dialect/wrap.h"

/* Where an escape sequence stands; they may be cut between events. */
enum escape { PLAIN, ESC, CONTROL, STRING, STRING_ESC, ONE_MORE };

struct cast_state {
	struct wraps text;
	struct buf clean;
	enum escape escape;
	bool cr;       /* the last byte; before LF it is a line's end */
	bool relative; /* times count from the event before */
	double now_s;
};

static bool detect_asciicast(struct json_value v)
{
	double version = json_number(json_get(v, "version"), 0);
	struct json_value term = version == 3 ? json_get(v, "term") : v;

	return version >= 1 && version <= 3 &&
	       ((json_get(term, "width").doc && json_get(term, "height").doc) ||
		(json_get(term, "cols").doc && json_get(term, "rows").doc));
}

/* The state behind a byte that is part of a sequence. */
static enum escape behind(enum escape state, unsigned char c)
{
	switch (state) {
	case ESC:
		return c == '[' ? CONTROL :
		       c && strchr("]PX^_", c) ? STRING :
		       c >= ' ' && c <= '/' ? ONE_MORE : PLAIN;
	case CONTROL:
		return c >= '@' && c <= '~' ? PLAIN : CONTROL;
	case STRING:
		return c == '\a' ? PLAIN : c == 0x1b ? STRING_ESC : STRING;
	default: /* the last byte of a string's end or of a short one */
		return PLAIN;
	}
}

/* Text without sequences; of CR LF the LF. */
static void clean(struct cast_state *cast, const char *s, size_t n)
{
	buf_clear(&cast->clean);
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (cast->escape != PLAIN) {
			cast->escape = behind(cast->escape, c);
			continue;
		}
		if (cast->cr && c != '\n')
			buf_putc(&cast->clean, '\r');
		cast->cr = c == '\r';
		if (c == 0x1b)
			cast->escape = ESC;
		else if (c != '\r' && c != '\a')
			buf_putc(&cast->clean, s[i]);
	}
}

static bool take_output(struct format_ctx *cx, struct json_value time,
			struct json_value text, struct err *why)
{
	struct cast_state *cast = cx->state;
	double time_s = json_number(time, NAN);
	size_t len;
	const char *s = json_text(text, &len);

	if (!s || isnan(time_s))
		return err_set(why, "it is no event of a recording: a time "
				    "and a text were expected");
	cast->now_s = cast->relative ? cast->now_s + time_s : time_s;
	clean(cast, s, len);
	if (!cast->clean.len)
		return true;
	return wrap_part(cx, &cast->text,
			 &(struct wrap_part){ .name = "",
					      .format = format_text.name,
					      .s = cast->clean.data,
					      .n = cast->clean.len,
					      .time_s = cast->now_s },
			 why);
}

static bool record_asciicast(struct format_ctx *cx, struct json_value v,
			     struct err *why)
{
	struct cast_state *cast = cx->state;
	bool fine = true;

	if (json_is(v, JSON_OBJECT)) { /* the head; all of it in version 1 */
		struct json_value e = json_first(json_get(v, "stdout"));

		cast->relative = json_number(json_get(v, "version"), 0) != 2;
		for (; e.doc; e = json_next(e))
			fine &= take_output(cx, json_at(e, 0), json_at(e, 1),
					    why);
		return fine;
	}
	if (json_is(v, JSON_ARRAY) && json_is(json_at(v, 1), JSON_STRING) &&
	    !json_text_is(json_at(v, 1), "o")) {
		if (cast->relative) /* input, a mark, another size */
			cast->now_s += json_number(json_at(v, 0), 0);
		return true;
	}
	return take_output(cx, json_at(v, 0), json_at(v, 2), why);
}

static void end_asciicast(struct format_ctx *cx)
{
	wrap_end(cx, &((struct cast_state *)cx->state)->text);
}

static void release_asciicast(void *data)
{
	struct cast_state *cast = data;

	wrap_release(&cast->text);
	buf_release(&cast->clean);
}

const struct format format_asciicast = {
	.name = "asciicast",
	.title = "asciinema recording",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct cast_state),
	.detect = detect_asciicast,
	.record = record_asciicast,
	.end = end_asciicast,
	.release = release_asciicast,
};
