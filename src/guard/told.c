/*
 * The line is for people, the object for scripts; what both have is taken from
 * the same places.
 */
#include "guard/told.h"

#include <string.h>

#include "base/stamp.h"
#include "input/url.h"
#include "system/clock.h"
#include "system/say.h"

/* Whoever reads a line reads it a day later. */
static void put_time(struct buf *out)
{
	char now[STAMP_TEXT_BYTES];

	stamp_put(now, now_of_day_s(), 0);
	buf_printf(out, "%s ", now);
}

/* "POST /v1/chat/completions": never the query. */
static void put_request(struct exchange *ex, struct buf *out)
{
	const char *uri = exchange_uri(ex);

	buf_printf(out, "%s %.*s", ex->method ? ex->method : "-",
		   (int)MIN(strcspn(uri, "?#"), (size_t)200), uri);
}

/* ", concluded at token 500 (guardian), then 23 tokens". */
static void put_threshold(const struct exchange *ex, uint32_t at,
			  struct buf *out)
{
	static const char *const did[THRESHOLD_KINDS] = {
		[THRESHOLD_IGNORE] = "stopped",
		[THRESHOLD_CONCLUDE] = "concluded",
		[THRESHOLD_RETRY] = "tried again",
	};
	const struct onward *o = &ex->onward;
	bool only = ex->wish.then == THRESHOLD_REPORT;

	buf_printf(out, ", %s at token %u (%s)",
		   only ? "not stopped" : did[o->did], at,
		   watch_rule(exchange_watch(ex))->name);
	if (o->did != THRESHOLD_IGNORE && o->passes)
		buf_printf(out, ", then %llu tokens",
			   (unsigned long long)exchange_tokens_after(ex));
	if (o->did != THRESHOLD_IGNORE && ex->reached)
		buf_puts(out, ", stopped");
	if (o->declined && ex->reached)
		buf_printf(out, ": %s", o->declined);
}

static void put_watch(const struct exchange *ex, struct buf *out)
{
	const struct watch *w = exchange_watch(ex);

	buf_printf(out, ", %s, %llu tokens",
		   *watch_dialect(w) ? watch_dialect(w) : "unknown format",
		   (unsigned long long)watch_tokens(w));
	if (watch_n_hits(w))
		put_threshold(ex, watch_hit(w, 0).at_token, out);
	if (watch_n_restarts(w))
		buf_printf(out, ", measured anew %u times",
			   watch_n_restarts(w));
	if (watch_blind(w))
		buf_printf(out, ", unwatched: %s", watch_blind(w));
}

/* Upstream was not reached, cannot be understood, or broke off: a status 502
 * that is not its own. */
static bool is_broken(const struct exchange *ex)
{
	return ex->broken || (ex->status == 502 && ex->attempt &&
			      ex->attempt->status != 502);
}

static void report(const struct hearers *t, struct exchange *ex,
		   bool complete)
{
	const char *why = exchange_why(ex);
	struct buf request = { 0 }, out = { 0 };
	char *source = url_name(ex->opts->upstream);
	struct guard_facts facts = {
		.end = ex->closing ? GUARD_END_SIGNAL :
		       ex->reached ? GUARD_END_THRESHOLD :
		       is_broken(ex) ? GUARD_END_TROUBLE :
		       complete    ? GUARD_END_INPUT :
				     GUARD_END_READER,
		.source = source,
		.request_id = ex->id,
		.model = ex->wanted.model,
		.status = ex->status,
		.passed_bytes = ex->passed_bytes,
		.saved_bytes = UINT64_MAX,
		.elapsed_s = exchange_elapsed_s(ex),
		.ended_at_s = now_of_day_s(),
		.trouble = *why && !ex->reached ? why : NULL,
		.at_threshold = threshold_name(ex->wish.then),
		.went_on = ex->onward.passes,
		.tokens_after = exchange_tokens_after(ex),
		.declined = ex->reached ? ex->onward.declined : NULL,
	};

	put_request(ex, &request);
	facts.request = buf_cstr(&request);
	guard_report_json(exchange_watch(ex), &facts, &out);
	guard_file_write(t->report, out.data, out.len);
	mem_free(source);
	buf_release(&request);
	buf_release(&out);
}

void told_refused(const struct hearers *t, enum client_shut shut)
{
	struct buf line = { 0 };

	put_time(&line);
	buf_printf(&line, "guard: a request was refused: %s",
		   shut ? client_shut_words[shut] :
			  "its head is too long or broken");
	say(t->err, buf_cstr(&line));
	buf_release(&line);
}

/* A server that has a path of its own is asked below it, and clients may have
 * it in theirs already: then it stands there twice. */
static void put_asked(struct exchange *ex, struct buf *out)
{
	const char *upstream = ex->opts->upstream, *uri = exchange_uri(ex);
	const char *host = strstr(upstream, "://");
	const char *path = host ? strchr(host + 3, '/') : NULL;
	size_t n = path ? strcspn(path, "?#") : 0;

	while (n && path[n - 1] == '/')
		n--;
	if (ex->status == 404 && n)
		buf_printf(out, ", upstream was asked at %.*s%.*s", (int)n,
			   path, (int)MIN(strcspn(uri, "?#"), (size_t)200),
			   uri);
}

static void log_line(const struct hearers *t, struct exchange *ex,
		     bool complete, enum client_shut shut)
{
	const char *fault = exchange_fault(ex), *why = exchange_why(ex);
	struct buf line = { 0 };

	put_time(&line);
	put_request(ex, &line);
	if (ex->status)
		buf_printf(&line, " %d", ex->status);
	else
		buf_puts(&line, " unanswered");
	if (exchange_watch(ex))
		put_watch(ex, &line);
	else if (ex->skipped)
		buf_puts(&line, ", unwatched: it is not to be");
	else if (exchange_is_unwatched(ex))
		buf_puts(&line, ", unwatched: asked without a stream");
	put_asked(ex, &line);
	if (fault)
		buf_printf(&line, ", upstream answered with %s", fault);
	else if (ex->broken)
		buf_printf(&line, ", upstream broke off%s%s",
			   *why ? ": " : "", why);
	else if (ex->closing)
		buf_puts(&line, ", ended with the guard");
	else if (!complete)
		buf_printf(&line, ", the client %s%s",
			   shut ? "was shut out: " : "went away",
			   client_shut_words[shut]);
	else if (*why && !ex->reached)
		buf_printf(&line, ", upstream: %s", why);
	buf_printf(&line, ", %.0f ms", exchange_elapsed_s(ex) * 1e3);
	say(t->err, buf_cstr(&line));
	buf_release(&line);
}

static void count(struct metrics *m, const struct exchange *ex, bool complete)
{
	const struct watch *last = exchange_watch(ex);
	struct metrics_end end = {
		.model = ex->wanted.model,
		.rule = last ? watch_rule(last)->name : "none",
		.status = ex->status,
		.max_tokens = ex->wanted.max_tokens,
		.ended = last && complete && !ex->broken && !ex->reached &&
			 !ex->closing,
		.n = { [METRIC_REQUESTS] = 1,
		       [METRIC_STREAMS] = last != NULL,
		       [METRIC_STOPS] = ex->reached,
		       [METRIC_CONCLUDES] =
			       ex->onward.did == THRESHOLD_CONCLUDE,
		       [METRIC_RETRIES] = ex->onward.did == THRESHOLD_RETRY ?
						  ex->onward.n_done : 0,
		       [METRIC_REPORTS] = last && watch_n_hits(last) &&
					  ex->wish.then == THRESHOLD_REPORT,
		       [METRIC_SKIPPED] = ex->skipped,
		       [METRIC_PASSED_BYTES] = ex->passed_bytes },
	};

	for (const struct attempt *a = ex->attempt; a; a = a->before) {
		if (a->fault || (a == ex->attempt && is_broken(ex)))
			end.n[METRIC_UPSTREAM_ERRORS]++;
		if (!a->watch)
			continue;
		end.n[METRIC_TOKENS] += watch_tokens(a->watch);
		end.n[METRIC_AT_BOUND] += watch_n_restarts(a->watch);
		end.n[METRIC_UNWATCHED] += watch_blind(a->watch) != NULL;
	}
	metrics_request(m, &end);
}

void told_end(const struct hearers *t, struct exchange *ex, bool complete,
	      enum client_shut shut)
{
	log_line(t, ex, complete, shut);
	if (t->report->file)
		report(t, ex, complete);
	count(t->metrics, ex, complete);
}

void told_all(const struct hearers *t)
{
	static const struct {
		enum metric what;
		const char *words;
	} parts[] = {
		{ METRIC_STREAMS, "watched" },
		{ METRIC_STOPS, "stopped" },
		{ METRIC_CONCLUDES, "concluded" },
		{ METRIC_RETRIES, "tried again" },
		{ METRIC_REPORTS, "at a threshold that was only reported" },
		{ METRIC_UPSTREAM_ERRORS, "failed upstream" },
	};
	uint64_t n = metrics_sum(t->metrics, METRIC_REQUESTS);
	size_t i_said = 0;
	struct buf line = { 0 };

	if (!n)
		return;
	put_time(&line);
	buf_printf(&line, "guard: ended after %llu request%s, %llu tokens",
		   (unsigned long long)n, n == 1 ? "" : "s",
		   (unsigned long long)metrics_sum(t->metrics, METRIC_TOKENS));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		n = metrics_sum(t->metrics, parts[i].what);
		if (n)
			buf_printf(&line, "%s %llu %s", i_said++ ? "," : ":",
				   (unsigned long long)n, parts[i].words);
	}
	say(t->err, buf_cstr(&line));
	buf_release(&line);
}
