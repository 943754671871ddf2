/*
 * Logs that wrap each line of a program's output in a record of JSON: docker's
 * json-file driver, and the journal (journalctl -o json).
 *
 *	{"log":"data: {...}\n","stream":"stdout","time":"2026-01-31T..."}
 *	{"MESSAGE":"data: {...}","_PID":"7","__REALTIME_TIMESTAMP":"17..."}
 *
 * A line too long for one record goes on in the next: docker's then lacks its
 * LF. A message that is no UTF-8 is an array of its bytes.
 */
#include <math.h>

#include "base/stamp.h"
#include "dialect/wrap.h"

struct log_state {
	struct wraps streams;
	struct buf bytes; /* of a message that is an array */
};

static double docker_time(struct json_value v)
{
	size_t len;
	const char *s = json_text(json_get(v, "time"), &len);

	return s ? stamp_rfc3339(s, len) : NAN;
}

static bool is_docker(struct json_value v)
{
	return json_is(json_get(v, "log"), JSON_STRING) &&
	       !isnan(docker_time(v));
}

static bool is_journal(struct json_value v)
{
	return json_get(v, "MESSAGE").doc &&
	       json_get(v, "__REALTIME_TIMESTAMP").doc;
}

static bool detect_log(struct json_value v)
{
	return is_docker(v) || is_journal(v);
}

/* Microseconds as text. */
static double journal_time(struct json_value v)
{
	size_t len;
	const char *s = json_text(json_get(v, "__REALTIME_TIMESTAMP"), &len);

	return s ? json_parse_number(s, len) * 1e-6 : NAN;
}

/* The message with its line's end; none: a record of something else. */
static void take_message(struct json_value v, struct buf *out)
{
	size_t len;
	const char *s = json_text(v, &len);

	buf_clear(out);
	if (s)
		buf_append(out, s, len);
	else if (json_is(v, JSON_ARRAY))
		for (v = json_first(v); v.doc; v = json_next(v))
			buf_putc(out, (char)json_u32(v, '?'));
	else
		return;
	buf_putc(out, '\n');
}

/* Who wrote it: the words of several programs are told apart. */
static void name_part(struct wrap_part *part, struct json_value v)
{
	static const char *const names[] = {
		"stream", "_PID", "SYSLOG_IDENTIFIER",
	};

	part->name = "";
	for (size_t i = 0; i < ARRAY_LEN(names) && !part->name_len; i++) {
		const char *s = json_text(json_get(v, names[i]),
					  &part->name_len);

		if (part->name_len)
			part->name = s;
	}
}

/* Does one who runs the server speak, or the server of itself? */
static bool is_aside(struct json_value v)
{
	return json_text_is(json_get(v, "stream"), "stderr") ||
	       json_text_is(json_get(v, "SYSLOG_IDENTIFIER"), "systemd") ||
	       json_text_is(json_get(v, "_TRANSPORT"), "kernel") ||
	       json_text_is(json_get(v, "_TRANSPORT"), "audit");
}

static bool record_log(struct format_ctx *cx, struct json_value v,
		       struct err *why)
{
	struct log_state *state = cx->state;
	struct wrap_part part = { .time_s = NAN };

	if (!is_docker(v) && !is_journal(v))
		return err_set(why, "it is no record of a log: \"log\" and "
				    "\"time\", or \"MESSAGE\" and "
				    "\"__REALTIME_TIMESTAMP\" were expected");
	name_part(&part, v);
	part.aside = is_aside(v);
	if (is_docker(v)) {
		part.s = json_text(json_get(v, "log"), &part.n);
		part.time_s = docker_time(v);
	} else {
		take_message(json_get(v, "MESSAGE"), &state->bytes);
		part.s = state->bytes.data;
		part.n = state->bytes.len;
		part.time_s = journal_time(v);
	}
	return wrap_part(cx, &state->streams, &part, why);
}

static void end_log(struct format_ctx *cx)
{
	wrap_end(cx, &((struct log_state *)cx->state)->streams);
}

static void release_log(void *data)
{
	struct log_state *state = data;

	wrap_release(&state->streams);
	buf_release(&state->bytes);
}

const struct format format_log = {
	.name = "log",
	.title = "log in JSON (docker, journal)",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct log_state),
	.detect = detect_log,
	.record = record_log,
	.end = end_log,
	.release = release_log,
};
