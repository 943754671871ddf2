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
 * LF. A message that is no UTF-8 is an array of its bytes. Loki and CloudWatch
 * may have the newest first, in a list or as rows: these are read from behind.
 */
#include <math.h>
#include <string.h>

#include "base/stamp.h"
#include "dialect/wrap.h"

enum { HELD_MAX = 64 * 1024 * 1024 }; /* bytes of rows, newest first */

/* A row of a query: its stream's name and its message, in what is held. */
struct query_row {
	size_t at, name_len, len;
};

struct log_state {
	struct wraps streams;
	struct buf bytes; /* of a message that is an array */
	/* Rows of a query, until it is clear that they are in order, or all
	 * of them if they are not. */
	enum { ROWS_UNKNOWN, ROWS_FORWARD, ROWS_BACKWARD } order;
	struct buf first; /* the time of the first */
	struct buf held;
	struct query_row *rows;
	size_t n_rows, cap;
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

/* A message, which is in the state's bytes, as a line of a stream. */
static bool take_line(struct format_ctx *cx, struct wrap_part part,
		      struct err *why)
{
	struct log_state *state = cx->state;

	part.s = state->bytes.data;
	part.n = state->bytes.len;
	return wrap_part(cx, &state->streams, &part, why);
}

/* --- lists -------------------------------------------------------------- */

static double event_time(struct json_value event)
{
	return json_number(json_get(event, "timestamp"), NAN) * 1e-3;
}

/* Nanoseconds as text. */
static double value_time(struct json_value value)
{
	size_t n;
	const char *s = json_text(json_at(value, 0), &n);

	return s ? json_parse_number(s, n) * 1e-9 : NAN;
}

/* What a list holds, the oldest first; to be freed. */
static struct json_value *in_order(struct json_value list,
				   double (*when)(struct json_value))
{
	size_t n = json_count(list), i = 0;
	struct json_value *all = mem_alloc((n + 1) * sizeof(*all));

	for (struct json_value v = json_first(list); v.doc; v = json_next(v))
		all[i++] = v;
	if (n && when(all[0]) > when(all[n - 1]))
		for (struct json_value v = json_first(list); v.doc;
		     v = json_next(v))
			all[--i] = v;
	return all;
}

static bool take_events(struct format_ctx *cx, struct json_value list,
			struct err *why)
{
	struct log_state *state = cx->state;
	struct json_value *all = in_order(list, event_time);
	bool fine = true;

	for (size_t i = 0; i < json_count(list); i++) {
		struct wrap_part part = { .time_s = event_time(all[i]) };

		part.name = json_text(json_get(all[i], "logStreamName"),
				      &part.name_len);
		take_message(json_get(all[i], "message"), &state->bytes);
		fine &= take_line(cx, part, why);
	}
	mem_free(all);
	return fine;
}

static bool take_values(struct format_ctx *cx, struct json_value stream,
			struct err *why)
{
	struct log_state *state = cx->state;
	struct json_value list = json_get(stream, "values");
	struct json_value *all = in_order(list, value_time);
	struct buf name = { 0 };
	bool fine = true;

	json_put(&name, json_get(stream, "stream"));
	for (size_t i = 0; i < json_count(list); i++) {
		struct wrap_part part = { .time_s = value_time(all[i]),
					  .name = buf_cstr(&name),
					  .name_len = name.len };

		take_message(json_at(all[i], 1), &state->bytes);
		fine &= take_line(cx, part, why);
	}
	buf_release(&name);
	mem_free(all);
	return fine;
}

/* Lists of messages; the first trouble is told. */
static bool take_lists(struct format_ctx *cx, struct json_value v,
		       struct err *why)
{
	struct json_value events = events_in(v);
	struct json_value s = json_first(streams_in(v));
	bool fine = !events.doc || take_events(cx, events, why);

	for (; s.doc; s = json_next(s))
		fine &= take_values(cx, s, why);
	return fine;
}

/* --- rows of a query ---------------------------------------------------- */

static bool hold_row(struct log_state *state, struct json_value v,
		     struct err *why)
{
	struct query_row *row;
	const char *name;

	if (state->held.len > HELD_MAX)
		return err_set(why, "the rows are the newest first, and more "
				    "than can be held; sort the query by "
				    "@timestamp asc");
	state->rows = grow(state->rows, &state->cap, state->n_rows + 1,
			   sizeof(*state->rows));
	row = &state->rows[state->n_rows++];
	row->at = state->held.len;
	name = json_text(json_get(v, "@logStream"), &row->name_len);
	buf_append(&state->held, name, row->name_len);
	take_message(json_get(v, "@message"), &state->bytes);
	row->len = state->bytes.len;
	buf_append(&state->held, state->bytes.data, row->len);
	return true;
}

/* All that are held go on; the first trouble is told. */
static bool take_held(struct format_ctx *cx, struct err *why)
{
	struct log_state *state = cx->state;
	size_t n = state->n_rows;
	bool fine = true;

	for (size_t i = 0; i < n; i++) {
		const struct query_row *row =
			&state->rows[state->order == ROWS_BACKWARD ?
					     n - 1 - i : i];
		struct wrap_part part = {
			.name = state->held.data + row->at,
			.name_len = row->name_len,
			.time_s = NAN,
		};

		buf_clear(&state->bytes);
		buf_append(&state->bytes, part.name + row->name_len, row->len);
		fine &= take_line(cx, part, why);
	}
	state->n_rows = 0;
	buf_clear(&state->held);
	return fine;
}

/* Times are spelled alike: "2026-01-31 09:00:00.000". */
static int compare_texts(const char *s, size_t n, const struct buf *with)
{
	size_t len = MIN(n, with->len);
	int order = len ? memcmp(s, with->data, len) : 0;

	return order ? order : (n > with->len) - (n < with->len);
}

static bool take_row(struct format_ctx *cx, struct json_value v,
		     struct err *why)
{
	struct log_state *state = cx->state;
	size_t n;
	const char *time = json_text(json_get(v, "@timestamp"), &n);
	int order = 0;

	if (state->order == ROWS_UNKNOWN && state->n_rows)
		order = compare_texts(time, n, &state->first);
	else if (state->order == ROWS_UNKNOWN)
		buf_append(&state->first, time, n);
	if (order)
		state->order = order > 0 ? ROWS_FORWARD : ROWS_BACKWARD;
	else if (state->order == ROWS_UNKNOWN && state->held.len > HELD_MAX)
		state->order = ROWS_FORWARD;
	if (!hold_row(state, v, why))
		return false;
	return state->order != ROWS_FORWARD || take_held(cx, why);
}

static bool record_log(struct format_ctx *cx, struct json_value v,
		       struct err *why)
{
	struct log_state *state = cx->state;
	struct wrap_part part = { .time_s = NAN };

	if (events_in(v).doc || streams_in(v).doc)
		return take_lists(cx, v, why);
	if (is_query(v))
		return take_row(cx, v, why);
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
	struct err why = { "" };

	if (!take_held(cx, &why) && !cx->gens->n_opened)
		err_set(&cx->trouble, "%s", why.text);
	wrap_end(cx, &((struct log_state *)cx->state)->streams);
}

static void release_log(void *data)
{
	struct log_state *state = data;

	wrap_release(&state->streams);
	buf_release(&state->bytes);
	buf_release(&state->first);
	buf_release(&state->held);
	mem_free(state->rows);
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
