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
	if (value && *value)
		buf_printf(&line, "%s: %s", name, value);
	else
		buf_printf(&line, "%s;", name);
	headers_add(&ex->headers, buf_cstr(&line));
	buf_release(&line);
}

/* --- an attempt's head -------------------------------------------------- */

static bool is_stream(const struct attempt *a)
{
	static const char *const types[] = {
		"text/event-stream", "application/x-ndjson",
		"application/ndjson", "application/jsonl",
		"application/json-lines", "application/vnd.amazon.eventstream",
	};
	const char *type = headers_value(a->headers, "Content-Type");

	for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
		if (strncasecmp(type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

static void tee_lines(void *ctx, const char *lines, size_t n)
{
	guard_file_write(ctx, lines, n);
}

/* An error is no text of a model, whatever its type says. */
static void watch_attempt(struct exchange *ex, struct attempt *a)
{
	struct watch_opts watch = ex->opts->watch;

	if (!is_stream(a) || a->packed || a->status >= 300)
		return;
	watch.source = "the answer";
	watch.finish = true;
	watch.request = &ex->body;
	watch.tee = ex->tee ? tee_lines : NULL;
	watch.tee_ctx = ex->tee;
	watch.tee_name = a->tee_name;
	watch.began_s = (double)ex->began.tv_sec +
			(double)ex->began.tv_nsec * 1e-9;
	a->watch = watch_new(&watch);
}

/* The first attempt's head is the answer's. */
static bool on_head(void *ctx)
{
	struct exchange *ex = ctx;
	struct attempt *a = ex->attempt;

	watch_attempt(ex, a);
	if (ex->has_head)
		return a->status < 300;
	ex->status = a->status;
	ex->answer_headers = a->headers;
	a->headers = NULL;
	ex->length = a->watch ? -1 : a->length; /* ours may be shorter */
	enter(ex, EXCHANGE_ANSWERED);
	ex->awake(ex);
	return true;
}

/* --- its body ----------------------------------------------------------- */

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
		.last = !format->choices ||
			(i_hit + 1 == watch_n_hits(a->watch) &&
			 watch_is_over(a->watch)),
	};

	if (hit.ended)
		return;
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

static enum attempt_taken on_body(void *ctx, const char *s, size_t n)
{
	struct exchange *ex = ctx;

	if (exchange_is_over(ex))
		return ATTEMPT_ENOUGH;
	if (ex->out.len - ex->out_at >= PROXY_BUFFER_BYTES)
		return ATTEMPT_FULL;
	if (!ex->arrived_s)
		ex->arrived_s = now_s();
	if (!take(ex, s, n) && !ex->again) {
		ex->reached = true;
		enter(ex, EXCHANGE_OVER);
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
	struct attempt *a = attempt_new(&sink, ex);
	unsigned n = 0;

	for (struct attempt *b = ex->attempt; b; b = b->before)
		n++;
	snprintf(a->tee_name, sizeof(a->tee_name), n ? "%s-%u" : "%s",
		 ex->tee_name, n);
	a->before = ex->attempt;
	ex->attempt = a;
	return attempt_start(a, &request, multi);
}

bool exchange_start(struct exchange *ex, CURLM *multi)
{
	enter(ex, EXCHANGE_SENT);
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

void exchange_ended(struct exchange *ex, CURLM *multi, CURLcode result)
{
	struct attempt *a = ex->attempt;

	if (a->watch && !a->reached) {
		watch_end(a->watch);
		sieve_end(&a->sieve, &ex->out);
	}
	attempt_stop(a, multi);
	if (!exchange_is_over(ex) && go_on(ex, multi))
		return;
	if (!ex->has_head) {
		refuse_upstream(ex, result);
	} else if (!exchange_is_over(ex)) {
		ex->broken = result != CURLE_OK;
		enter(ex, EXCHANGE_OVER);
	}
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

const struct watch *exchange_watch(const struct exchange *ex)
{
	return ex->attempt ? ex->attempt->watch : NULL;
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
