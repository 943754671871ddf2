/*
 * Logs that wrap each line of a program's output in a record of JSON: docker's
 * json-file driver, and the journal (journalctl -o json).
 *
 *	{"log":"data: {...}\n","stream":"stdout","time":"2026-01-31T..."}
 *	{"MESSAGE":"data: {...}","_PID":"7","__REALTIME_TIMESTAMP":"17..."}
 *
 *	{"@timestamp":"2026-01-31 09:00:00.000","@message":"data: {...}"}
 *	                                        CloudWatch's answers to queries
 *	{"events":[{"timestamp":17...,"message":"data: {...}"}]}  ... its lists
 *	{"streams":[{"values":[["17...","data: {...}"]]}]}        Loki
 *
 * A line too long for one record goes on in the next: docker's then lacks its
 * LF. A message that is no UTF-8 is an array of its bytes.
 */
#include <math.h>
#include <string.h>

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

static bool is_query(struct json_value v)
{
	return json_is(json_get(v, "@message"), JSON_STRING) &&
	       json_is(json_get(v, "@timestamp"), JSON_STRING);
}

/* The messages that a page of a log lists; or none. */
static struct json_value events_in(struct json_value v)
{
	struct json_value list = json_get(v, "events");
	struct json_value first = json_first(list);

	return json_is(json_get(first, "message"), JSON_STRING) &&
			       json_is(json_get(first, "timestamp"),
				       JSON_NUMBER) ?
		       list : (struct json_value){ 0 };
}

/* Loki's streams, or none. */
static struct json_value streams_in(struct json_value v)
{
	struct json_value list = json_get(v, "streams");

	if (!list.doc)
		list = json_get(json_get(v, "data"), "result");
	return json_is(json_first(json_get(json_first(list), "values")),
		       JSON_ARRAY) &&
			       json_get(json_first(list), "stream").doc ?
		       list : (struct json_value){ 0 };
}

static bool detect_log(struct json_value v)
{
	return is_docker(v) || is_journal(v) || is_query(v) ||
	       events_in(v).doc || streams_in(v).doc;
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

/* A message as a line of the one stream of that name. */
static bool take_line(struct format_ctx *cx, struct json_value message,
		      const char *name, double time_s, struct err *why)
{
	struct log_state *state = cx->state;
	struct wrap_part part = { .time_s = time_s, .name = name };

	part.name_len = strlen(name);
	take_message(message, &state->bytes);
	part.s = state->bytes.data;
	part.n = state->bytes.len;
	return wrap_part(cx, &state->streams, &part, why);
}

/* Lists of messages; the first trouble is told. */
static bool take_lists(struct format_ctx *cx, struct json_value v,
		       struct err *why)
{
	struct json_value e = json_first(events_in(v));
	struct json_value s = json_first(streams_in(v));
	bool fine = true;

	for (; e.doc; e = json_next(e))
		fine &= take_line(cx, json_get(e, "message"), "",
				  json_number(json_get(e, "timestamp"), NAN) *
					  1e-3, why);
	for (; s.doc; s = json_next(s)) {
		struct buf name = { 0 };

		json_put(&name, json_get(s, "stream"));
		for (e = json_first(json_get(s, "values")); e.doc;
		     e = json_next(e)) {
			size_t n;
			const char *ns = json_text(json_at(e, 0), &n);

			fine &= take_line(cx, json_at(e, 1), buf_cstr(&name),
					  ns ? json_parse_number(ns, n) * 1e-9 :
					       NAN, why);
		}
		buf_release(&name);
	}
	return fine;
}

static bool record_log(struct format_ctx *cx, struct json_value v,
		       struct err *why)
{
	struct log_state *state = cx->state;
	struct wrap_part part = { .time_s = NAN };

	if (events_in(v).doc || streams_in(v).doc)
		return take_lists(cx, v, why);
	if (is_query(v))
		return take_line(cx, json_get(v, "@message"), "", NAN, why);
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
	.title = "log in JSON (docker, journal, CloudWatch, Loki)",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct log_state),
	.detect = detect_log,
	.record = record_log,
	.end = end_log,
	.release = release_log,
};
