/*
 * An answer waits in `out` between two loops of callbacks, libcurl's and
 * libmicrohttpd's, neither of which may block: what one can't take now pauses
 * the other.
 */
#include "guard/exchange.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dialect/plain.h"
#include "guard/scope.h"
#include "json/json.h"
#include "system/clock.h"

enum {
	READ_BYTES = 64 * 1024, /* memory that is kept for `out` */
};

/* --- its states --------------------------------------------------------- */

/* Each is entered once, and only from those before it. */
static void enter(struct exchange *ex, enum exchange_state to)
{
	static const unsigned from[] = {
		[EXCHANGE_SENT] = 1U << EXCHANGE_ASKED,
		[EXCHANGE_ANSWERED] = 1U << EXCHANGE_ASKED |
				      1U << EXCHANGE_SENT,
		[EXCHANGE_OVER] = 1U << EXCHANGE_ASKED | 1U << EXCHANGE_SENT |
				  1U << EXCHANGE_ANSWERED,
	};

	assert(to > EXCHANGE_ASKED && (from[to] & 1U << ex->state));
	ex->state = to;
	ex->has_head |= to == EXCHANGE_ANSWERED;
}

bool exchange_is_over(const struct exchange *ex)
{
	return ex->state == EXCHANGE_OVER;
}

struct exchange *exchange_new(const struct proxy_opts *opts, const char *uri)
{
	struct exchange *ex = mem_zalloc(sizeof(*ex));

	ex->opts = opts;
	ex->uri = mem_strdup(uri);
	ex->length = -1;
	clock_gettime(CLOCK_MONOTONIC, &ex->began);
	return ex;
}

void exchange_free(struct exchange *ex)
{
	attempt_free(ex->attempt);
	curl_slist_free_all(ex->headers);
	curl_slist_free_all(ex->answer_headers);
	buf_release(&ex->body);
	buf_release(&ex->asked);
	buf_release(&ex->wished);
	buf_release(&ex->plain_uri);
	buf_release(&ex->plain_body);
	join_release(&ex->join);
	buf_release(&ex->note);
	onward_release(&ex->onward);
	buf_release(&ex->out);
	mem_free(ex->method);
	mem_free(ex->uri);
	mem_free(ex);
}

/* --- the request -------------------------------------------------------- */

/* What is `ours` libcurl writes itself, for this hop: the host is another one,
 * and an answer that came packed could not be watched. "Name;" is how it is
 * told of a header without a value. */
void exchange_header(struct exchange *ex, const char *name, const char *value,
		     const char *connection)
{
	static const char *const ours[] = { "Host", "Content-Length", "Expect",
					    "Accept-Encoding" };
	struct buf line = { 0 };
	size_t len = strlen(name);

	if (header_is_hop(name, len, connection))
		return;
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (header_is(name, len, ours[i]))
			return;
	if (header_is(name, len, WISH_HEADER)) {
		buf_printf(&ex->wished, "%s;", value ? value : "");
		return;
	}
	if (value && *value)
		buf_printf(&line, "%s: %s", name, value);
	else
		buf_printf(&line, "%s;", name);
	headers_add(&ex->headers, buf_cstr(&line));
	buf_release(&line);
}

bool exchange_wish(struct exchange *ex, struct err *err)
{
	const struct proxy_opts *o = ex->opts;

	ex->wish = o->wish;
	if (!wish_read(&ex->wish, buf_cstr(&ex->wished), err))
		return false;
	if (!scope_has(o->only, o->skip, ex->wanted.model, ex->uri))
		ex->wish.then = THRESHOLD_IGNORE;
	ex->skipped = ex->wish.then == THRESHOLD_IGNORE;
	return true;
}

/* --- an attempt's head -------------------------------------------------- */

static bool is_of_type(const struct attempt *a, const char *prefix)
{
	const char *type = headers_value(a->headers, "Content-Type");

	return type && strncasecmp(type, prefix, strlen(prefix)) == 0;
}

/* Plain text may be the lettered lines of the AI SDK; it is looked at while it
 * may be, if it comes bit by bit. */
static bool is_text(const struct attempt *a)
{
	return is_of_type(a, "text/plain") && a->length < 0;
}

static bool is_stream(const struct attempt *a)
{
	static const char *const types[] = {
		"text/event-stream", "application/x-ndjson",
		"application/ndjson", "application/jsonl",
		"application/json-lines", "application/stream+json",
		"application/vnd.amazon.eventstream",
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (is_of_type(a, types[i]))
			return true;
	return is_text(a);
}

static void tee_lines(void *ctx, const char *lines, size_t n)
{
	guard_file_write(ctx, lines, n);
}

/* An error is no text of a model, whatever its type says. */
static void watch_attempt(struct exchange *ex, struct attempt *a)
{
	struct watch_opts watch = ex->opts->watch;

	if (ex->wish.then == THRESHOLD_IGNORE || !is_stream(a) || a->packed ||
	    a->status >= 300)
		return;
	wish_apply(&ex->wish, &watch);
	watch.tokens_before = ex->onward.n_tokens;
	watch.source = "the answer";
	watch.finish = true;
	watch.no_text = is_text(a);
	watch.request = &ex->body;
	watch.tee = ex->tee ? tee_lines : NULL;
	watch.tee_ctx = ex->tee;
	watch.tee_name = a->tee_name;
	watch.began_s = (double)ex->began.tv_sec +
			(double)ex->began.tv_nsec * 1e-9;
	a->watch = watch_new(&watch);
}

/* Would a request for what was asked, and not for a stream, be taken? */
static bool is_refusal(int status)
{
	static const int refusals[] = { 400, 404, 405, 406, 415, 422, 501 };

	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i] == status)
			return true;
	return false;
}

/* The request is asked once more, as it was sent. */
static void ask_plain(struct exchange *ex)
{
	ex->joins = ex->reached = false;
	join_release(&ex->join);
	buf_clear(&ex->note);
	curl_slist_free_all(ex->answer_headers);
	ex->answer_headers = NULL;
	buf_clear(&ex->body);
	buf_append(&ex->body, ex->plain_body.data, ex->plain_body.len);
	mem_free(ex->uri);
	ex->uri = mem_strdup(buf_cstr(&ex->plain_uri));
	ex->anew = true;
	exchange_again(ex, &ex->body);
}

/* Another attempt's answer goes on where that one was left; what was drawn anew
 * before anybody had a byte is the whole answer. */
static bool on_next_head(struct exchange *ex, struct attempt *a)
{
	const struct attempt *left = attempt_left(a);

	if (!left)
		return a->status < 300;
	if (!a->watch || !onward_answers(&ex->onward, &ex->wish, left->watch,
					 &ex->body, &ex->out))
		return false;
	if (ex->onward.whole)
		join_release(&ex->join);
	return true;
}

/* The first attempt's head is the answer's; that of an answer that is joined
 * waits for its end. */
static bool on_head(void *ctx)
{
	struct exchange *ex = ctx;
	struct attempt *a = ex->attempt;

	watch_attempt(ex, a);
	if (a->before)
		return on_next_head(ex, a);
	if (ex->joins && !a->watch && is_refusal(a->status)) {
		ask_plain(ex);
		return false;
	}
	ex->joins &= a->watch != NULL;
	ex->status = a->status;
	ex->answer_headers = a->headers;
	a->headers = NULL;
	ex->length = a->watch ? -1 : a->length; /* ours may be shorter */
	if (ex->joins)
		return true;
	enter(ex, EXCHANGE_ANSWERED);
	ex->awake(ex);
	return true;
}

/* --- a stream becomes a plain answer ------------------------------------ */

/* Headers that are of the stream go. */
static void plain_headers(struct exchange *ex)
{
	static const char *const names[] = { "Content-Type", "Content-Length",
					     "Cache-Control",
					     "X-Accel-Buffering" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		headers_drop(&ex->answer_headers, names[i]);
	headers_add(&ex->answer_headers, "Content-Type: application/json");
	if (ex->note.len) {
		struct buf line = { 0 };

		buf_printf(&line, "X-Lilscope: %s", buf_cstr(&ex->note));
		headers_add(&ex->answer_headers, buf_cstr(&line));
		buf_release(&line);
	}
}

/* What the server tells of an error in a stream it would have had as status. */
static int error_status(const struct join *j)
{
	uint32_t code = tree_u32(tree_get(tree_get(j->error, "error"), "code"),
				 0);

	return code >= 400 && code < 600 ? (int)code : 502;
}

static void refuse_joined(struct exchange *ex, const char *message)
{
	curl_slist_free_all(ex->answer_headers);
	ex->answer_headers = NULL;
	buf_clear(&ex->out);
	ex->joins = false;
	exchange_refuse(ex, 502, message);
}

/* What there is to read goes into the plain answer. false: that is over. */
static bool join_more(struct exchange *ex)
{
	if (!ex->joins)
		return true;
	ex->joined_bytes += ex->out.len;
	join_bytes(&ex->join, ex->out.data, ex->out.len);
	buf_clear(&ex->out);
	if (ex->joined_bytes <= PROXY_JOIN_MAX_BYTES)
		return true;
	refuse_joined(ex, "The server's answer is longer than 512 MiB.");
	return false;
}

/* false: there is nothing to be joined. */
static bool join_all(struct exchange *ex)
{
	struct buf whole = { 0 };
	enum join_end end = join_end(&ex->join, &whole);

	if (end == JOIN_ERROR)
		ex->status = error_status(&ex->join);
	if (end != JOIN_NOTHING) {
		ex->joins = false;
		plain_headers(ex);
		buf_append(&ex->out, whole.data, whole.len);
		ex->length = (int64_t)ex->out.len;
		enter(ex, EXCHANGE_ANSWERED);
		enter(ex, EXCHANGE_OVER);
	}
	buf_release(&whole);
	return end != JOIN_NOTHING;
}

/* The answer is complete, as far as it goes. broken: its end is missing. */
static void end_answer(struct exchange *ex, bool broken)
{
	if (!ex->joins) {
		ex->broken = broken;
		enter(ex, EXCHANGE_OVER);
	} else if (broken) {
		refuse_joined(ex, "The server upstream broke off.");
	} else if (join_more(ex) && !join_all(ex)) {
		ask_plain(ex);
	}
}

/* --- its body ----------------------------------------------------------- */

/* Another attempt is asked for what comes behind the threshold. */
static bool goes_on(struct exchange *ex, struct attempt *a, size_t i_hit)
{
	struct buf body = { 0 };
	bool good = onward_begin(&ex->onward, &ex->wish, a->watch, i_hit,
				 &ex->body,
				 ex->joins,
				 headers_value(ex->answer_headers, "Server"),
				 &body);

	if (good)
		exchange_again(ex, &body);
	buf_release(&body);
	return good;
}

/* What was to go on did not: the next way, or the end that it would have had.
 * a: the attempt that was left. */
static void turn_back(struct exchange *ex, struct attempt *a)
{
	const struct watch *last = ex->attempt->watch;
	struct watch_stop stop = { .i_hit = ex->onward.i_hit,
				   .reason = ex->opts->finish_reason,
				   .last = true };
	struct buf body = { 0 };

	if (onward_retry(&ex->onward, &ex->wish, a->watch, &ex->body, &body)) {
		exchange_again(ex, &body);
	} else {
		bool passed = ex->onward.passes && last &&
			      watch_record(last)->len;

		if (passed)
			watch_cut(last, "the server broke off", &ex->out);
		else
			watch_finish(a->watch, &stop, &ex->out);
		ex->reached = true;
		end_answer(ex, false);
	}
	buf_release(&body);
}

/*
 * A choice that reached its threshold ends with the words of its dialect, so
 * that a client sees an answer that is complete and not a connection that
 * broke. What ended by itself at that moment has its end.
 */
static void end_choice(struct exchange *ex, struct attempt *a, size_t i_hit)
{
	const struct format *format = watch_format(a->watch);
	struct watch_hit hit = watch_hit(a->watch, i_hit);
	struct watch_stop stop = {
		.i_hit = i_hit,
		.reason = ex->opts->finish_reason,
		.last = !watch_has_choices(a->watch) ||
			(i_hit + 1 == watch_n_hits(a->watch) &&
			 watch_is_over(a->watch)),
	};

	if (hit.ended || ex->wish.then == THRESHOLD_REPORT)
		return;
	if (!ex->note.len)
		watch_note(a->watch, i_hit, &ex->note);
	if (goes_on(ex, a, i_hit)) {
		a->reached = true;
		return;
	}
	if (!stop.last)
		sieve_end_choice(&a->sieve, format, hit.choice);
	watch_finish(a->watch, &stop, &ex->out);
	a->reached = stop.last;
}

/* The others are over, and the server goes on with what was ended. */
static void end_rest(struct exchange *ex, struct attempt *a)
{
	const struct watch_stop stop = {
		.i_hit = watch_n_hits(a->watch) - 1,
		.ended = true,
		.last = true,
	};

	watch_finish(a->watch, &stop, &ex->out);
	a->reached = true;
}

/* Takes the answer; false at its end, where a threshold ended it. */
static bool take(struct exchange *ex, const char *s, size_t n)
{
	struct attempt *a = ex->attempt;

	if (!a->watch) {
		buf_append(&ex->out, s, n);
		return true;
	}
	while (n && !a->reached) {
		size_t i = watch_n_hits(a->watch);
		size_t len = watch_bytes(a->watch, s, n);

		sieve_bytes(&a->sieve, s, len, &ex->out);
		for (; i < watch_n_hits(a->watch); i++)
			end_choice(ex, a, i);
		if (a->sieve.n_ended && !a->reached && watch_is_over(a->watch))
			end_rest(ex, a);
		s += len;
		n -= len;
	}
	if (a->reached)
		watch_tee_end(a->watch, "guard");
	return !a->reached;
}

/* Is the answer so far made of whole records: events end with a blank line? */
static bool is_whole(const struct exchange *ex)
{
	const char *type = headers_value(ex->answer_headers, "Content-Type");
	static const char events[] = "text/event-stream";
	char before = ex->tail[0];

	return ex->tail[1] == '\n' &&
	       (before == '\n' || before == '\r' || !type ||
		strncasecmp(type, events, sizeof(events) - 1) != 0);
}

/* Up to the end of a record, where it is to end there. */
static size_t note_tail(struct exchange *ex, const char *s, size_t n)
{
	for (size_t i = ex->closing || n < 4 ? 0 : n - 4; i < n; i++) {
		/* "\n\r\n" is a blank line, and "x\r\n" is none */
		if (s[i] != '\r' || ex->tail[1] == '\n') {
			ex->tail[0] = ex->tail[1];
			ex->tail[1] = s[i];
		}
		if (ex->closing && is_whole(ex))
			return i + 1;
	}
	return n;
}

static void cut(struct exchange *ex)
{
	watch_tee_end(ex->attempt->watch, "guard");
	if (!ex->note.len)
		buf_puts(&ex->note, "the guard ended");
	watch_cut(ex->attempt->watch, buf_cstr(&ex->note), &ex->out);
	end_answer(ex, false);
}

/* In the name of the answer that it goes on with. */
static bool take_more(struct exchange *ex, const char *s, size_t n)
{
	struct buf in_its_name = { 0 };
	bool good;

	if (!ex->attempt->before || ex->onward.whole)
		return take(ex, s, n);
	splice_bytes(&ex->onward.splice, s, n, &in_its_name);
	good = take(ex, in_its_name.data, in_its_name.len);
	buf_release(&in_its_name);
	return good;
}

static enum attempt_taken on_body(void *ctx, const char *s, size_t n)
{
	struct exchange *ex = ctx;

	if (exchange_is_over(ex))
		return ATTEMPT_ENOUGH;
	if (ex->out.len - ex->out_at >= PROXY_BUFFER_BYTES)
		return ATTEMPT_FULL;
	if (!ex->arrived_s && !ex->joins)
		ex->arrived_s = now_s();
	n = note_tail(ex, s, n);
	if (!take_more(ex, s, n) && !ex->again) {
		ex->reached = true;
		end_answer(ex, false);
	} else if (ex->closing && is_whole(ex)) {
		cut(ex);
	} else {
		join_more(ex);
	}
	ex->awake(ex);
	return exchange_is_over(ex) || ex->again ? ATTEMPT_ENOUGH :
						   ATTEMPT_TAKEN;
}

size_t exchange_read(struct exchange *ex, char *to, size_t max)
{
	size_t n = MIN(max, ex->out.len - ex->out_at);

	if (!n)
		return 0;
	if (ex->arrived_s)
		metrics_latency(ex->metrics, now_s() - ex->arrived_s);
	ex->arrived_s = 0;
	memcpy(to, ex->out.data + ex->out_at, n);
	ex->out_at += n;
	ex->passed_bytes += n;
	if (ex->out_at == ex->out.len) {
		ex->out_at = 0;
		buf_clear(&ex->out);
		/* one long wait must not cost its memory for good */
		if (ex->out.cap > READ_BYTES)
			buf_release(&ex->out);
	}
	return n;
}

/* At half, not at the first byte of room: a transfer that stops and goes on
 * with every piece would cost a call of libcurl each. */
void exchange_unpause(struct exchange *ex)
{
	if (ex->attempt && ex->out.len - ex->out_at <= PROXY_BUFFER_BYTES / 2)
		attempt_unpause(ex->attempt);
}

/* --- upstream ----------------------------------------------------------- */

/* One more attempt, which asks this; false: it can't be sent. */
static bool attempt(struct exchange *ex, const struct buf *body, CURLM *multi)
{
	const struct attempt_sink sink = { ex, on_head, on_body };
	const struct attempt_request request = {
		.upstream = ex->opts->upstream,
		.method = ex->method,
		.uri = ex->uri,
		.headers = ex->headers,
		.body = body,
	};
	struct attempt *a;
	unsigned n = 0;

	if (ex->anew) { /* what was tried before never was */
		attempt_free(ex->attempt);
		ex->attempt = NULL;
		ex->anew = false;
	}
	a = attempt_new(&sink, ex);
	for (struct attempt *b = ex->attempt; b; b = b->before)
		n++;
	snprintf(a->tee_name, sizeof(a->tee_name), n ? "%s-%u" : "%s",
		 ex->tee_name, n);
	a->before = ex->attempt;
	ex->attempt = a;
	return attempt_start(a, &request, multi);
}

/* A plain request is asked as a stream, so that it can be watched. */
static void ask_as_stream(struct exchange *ex)
{
	struct buf uri = { 0 }, body = { 0 };

	ex->joins = !ex->opts->as_asked &&
		    ex->wish.then != THRESHOLD_IGNORE &&
		    strcmp(ex->method, "POST") == 0 &&
		    plain_as_stream(ex->uri, &ex->body, &uri, &body);
	if (ex->joins) {
		buf_puts(&ex->plain_uri, ex->uri);
		mem_free(ex->uri);
		ex->uri = mem_strdup(buf_cstr(&uri));
		ex->plain_body = ex->body;
		ex->body = body;
		body = (struct buf){ 0 };
	}
	buf_release(&uri);
	buf_release(&body);
}

bool exchange_start(struct exchange *ex, CURLM *multi)
{
	enter(ex, EXCHANGE_SENT);
	ask_as_stream(ex);
	if (attempt(ex, &ex->body, multi))
		return true;
	exchange_refuse(ex, 502, "The request can't be sent upstream.");
	return false;
}

void exchange_again(struct exchange *ex, const struct buf *body)
{
	assert(ex->attempt && !exchange_is_over(ex));
	if (body != &ex->asked) {
		buf_clear(&ex->asked);
		buf_append(&ex->asked, body->data, body->len);
	}
	ex->again = true;
}

void exchange_stop(struct exchange *ex, CURLM *multi)
{
	ex->again = false;
	if (ex->attempt)
		attempt_stop(ex->attempt, multi);
}

void exchange_end(struct exchange *ex, CURLM *multi, bool gone)
{
	exchange_stop(ex, multi);
	if (!exchange_is_over(ex)) {
		enter(ex, EXCHANGE_OVER);
		ex->gone = gone;
		ex->broken = !gone;
	} else {
		ex->gone |= gone && ex->out_at < ex->out.len;
	}
	ex->awake(ex);
}

void exchange_close(struct exchange *ex, CURLM *multi)
{
	bool watched = ex->attempt && ex->attempt->watch && !ex->again;

	if (exchange_is_over(ex))
		return;
	ex->closing = watched;
	if (!watched) {
		exchange_end(ex, multi, false);
	} else if (is_whole(ex) || !ex->tail[1]) {
		exchange_stop(ex, multi);
		cut(ex);
		ex->awake(ex);
	}
}

/* Upstream has nothing to say that can be passed on. */
static void refuse_upstream(struct exchange *ex, CURLcode result)
{
	struct attempt *a = ex->attempt;
	struct buf message = { 0 };

	if (a->fault)
		buf_printf(&message, "The server upstream answers with %s.",
			   a->fault);
	else
		buf_printf(&message, "The server upstream can't be asked: %s",
			   a->why[0] ? a->why : curl_easy_strerror(result));
	exchange_refuse(ex, 502, buf_cstr(&message));
	buf_release(&message);
}

/* The attempt was left for another one. */
static bool go_on(struct exchange *ex, CURLM *multi)
{
	bool again = ex->again;

	ex->again = false;
	return again && attempt(ex, &ex->asked, multi);
}

static void end_attempt(struct exchange *ex, CURLcode result)
{
	if (ex->has_head || (ex->joins && ex->attempt->has_head))
		end_answer(ex, result != CURLE_OK);
	else
		refuse_upstream(ex, result);
}

void exchange_ended(struct exchange *ex, CURLM *multi, CURLcode result)
{
	struct attempt *a = ex->attempt, *left = attempt_left(a);
	/* where it was to go on and did not, it has an end of ours */
	bool failed = left && !a->reached &&
		      (!ex->onward.passes || result != CURLE_OK);

	if (left && !failed)
		splice_end(&ex->onward.splice, &ex->out);
	if (a->watch && !a->reached && !failed) {
		watch_end(a->watch);
		sieve_end(&a->sieve, &ex->out);
	}
	attempt_stop(a, multi);
	if (failed && !exchange_is_over(ex) && !ex->again)
		turn_back(ex, left);
	if (!exchange_is_over(ex) && !ex->again)
		end_attempt(ex, result);
	if (!exchange_is_over(ex) && go_on(ex, multi))
		return;
	if (!exchange_is_over(ex))
		end_attempt(ex, CURLE_FAILED_INIT);
	ex->awake(ex);
}

void exchange_answer(struct exchange *ex, int status, const char *type,
		     const struct buf *body)
{
	struct buf line = { 0 };

	enter(ex, EXCHANGE_ANSWERED);
	enter(ex, EXCHANGE_OVER);
	ex->status = status;
	assert(!ex->out.len);
	buf_append(&ex->out, body->data, body->len);
	ex->length = (int64_t)ex->out.len;
	buf_printf(&line, "Content-Type: %s", type);
	headers_add(&ex->answer_headers, buf_cstr(&line));
	buf_release(&line);
}

void exchange_refuse(struct exchange *ex, int status, const char *message)
{
	struct buf body = { 0 };

	buf_puts(&body, "{\"error\":{\"message\":");
	json_put_string(&body, message, strlen(message));
	buf_printf(&body, ",\"type\":\"lilscope_guard\",\"code\":%d}}\n",
		   status);
	exchange_answer(ex, status, "application/json", &body);
	buf_release(&body);
}

/* --- questions ---------------------------------------------------------- */

const char *exchange_uri(struct exchange *ex)
{
	return ex->plain_uri.len ? buf_cstr(&ex->plain_uri) : ex->uri;
}

bool exchange_is_unwatched(const struct exchange *ex)
{
	return !exchange_watch(ex) && ex->status >= 200 && ex->status < 300 &&
	       strcmp(ex->method, "POST") == 0 &&
	       format_ask_at(ex->uri, strcspn(ex->uri, "?"));
}

const struct watch *exchange_watch(const struct exchange *ex)
{
	const struct attempt *a = attempt_told(ex->attempt);

	return a ? a->watch : NULL;
}

uint64_t exchange_tokens_after(const struct exchange *ex)
{
	const struct attempt *last = attempt_told(ex->attempt);
	uint64_t n = 0;

	for (const struct attempt *a = ex->attempt; a != last; a = a->before)
		n += a->watch ? watch_tokens(a->watch) : 0;
	return n;
}

const char *exchange_fault(const struct exchange *ex)
{
	return ex->attempt ? ex->attempt->fault : NULL;
}

const char *exchange_why(const struct exchange *ex)
{
	return ex->attempt ? ex->attempt->why : "";
}

double exchange_elapsed_s(const struct exchange *ex)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - ex->began.tv_sec) +
	       (double)(now.tv_nsec - ex->began.tv_nsec) * 1e-9;
}
