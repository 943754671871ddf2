/*
 * An answer waits in `out` between two loops of callbacks, libcurl's and
 * libmicrohttpd's, neither of which may block: what one can't take now pauses
 * the other.
 */
#include "guard/exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guard/http.h"
#include "input/url.h"
#include "json/json.h"

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

/* --- headers ------------------------------------------------------------ */

static bool same(const char *a, size_t n, const char *b)
{
	return strlen(b) == n && strncasecmp(a, b, n) == 0;
}

/* Is the name in a list as "close, X-Thing"? */
static bool is_listed(const char *name, size_t len, const char *list)
{
	while (list && *list) {
		size_t n;

		list += strspn(list, ", \t");
		n = strcspn(list, ", \t");
		if (n == len && strncasecmp(list, name, n) == 0)
			return true;
		list += n;
	}
	return false;
}

bool exchange_is_hop(const char *name, size_t len, const char *connection)
{
	static const char *const hop[] = {
		"Connection", "Keep-Alive", "Proxy-Authenticate",
		"Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade",
	};

	for (size_t i = 0; i < ARRAY_LEN(hop); i++)
		if (same(name, len, hop[i]))
			return true;
	return is_listed(name, len, connection);
}

static void add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		die("out of memory");
	*list = longer;
}

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

	if (exchange_is_hop(name, len, connection))
		return;
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (same(name, len, ours[i]))
			return;
	if (value && *value)
		buf_printf(&line, "%s: %s", name, value);
	else
		buf_printf(&line, "%s;", name);
	add_header(&ex->headers, buf_cstr(&line));
	buf_release(&line);
}

static bool has_header(const struct exchange *ex, const char *name)
{
	size_t len = strlen(name);

	for (struct curl_slist *h = ex->headers; h; h = h->next)
		if (strncasecmp(h->data, name, len) == 0 &&
		    (h->data[len] == ':' || h->data[len] == ';'))
			return true;
	return false;
}

/* The value of "Name: value", or NULL if that is not its name. */
static const char *value_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	return line + len + 1 + strspn(line + len + 1, " \t");
}

/* --- the answer's head -------------------------------------------------- */

static void clear_head(struct exchange *ex)
{
	curl_slist_free_all(ex->answer_headers);
	ex->answer_headers = NULL;
	ex->length = -1;
	ex->packed = false;
	ex->status = 0;
}

static const char *answer_header(const struct exchange *ex, const char *name)
{
	const char *value = NULL;

	for (struct curl_slist *h = ex->answer_headers; h && !value;
	     h = h->next)
		value = value_of(h->data, name);
	return value;
}

static bool is_stream(const struct exchange *ex)
{
	static const char *const types[] = {
		"text/event-stream", "application/x-ndjson",
		"application/ndjson", "application/jsonl",
		"application/json-lines", "application/vnd.amazon.eventstream",
	};
	const char *type = answer_header(ex, "Content-Type");

	for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
		if (strncasecmp(type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}

static void tee_lines(void *ctx, const char *lines, size_t n)
{
	guard_file_write(ctx, lines, n);
}

static void head_complete(struct exchange *ex)
{
	const char *length = answer_header(ex, "Content-Length");
	const char *packed = answer_header(ex, "Content-Encoding");
	struct watch_opts watch = ex->opts->watch;

	enter(ex, EXCHANGE_ANSWERED);
	if (length && !answer_header(ex, "Transfer-Encoding"))
		ex->length = strtoll(length, NULL, 10);
	ex->packed = packed && strcasecmp(packed, "identity") != 0;
	watch.source = "the answer";
	watch.finish = true;
	watch.tee = ex->tee ? tee_lines : NULL;
	watch.tee_ctx = ex->tee;
	watch.tee_name = ex->tee_name;
	watch.began_s = (double)ex->began.tv_sec +
			(double)ex->began.tv_nsec * 1e-9;
	/* an error is no text of a model, whatever its type says */
	if (is_stream(ex) && !ex->packed && ex->status < 300) {
		ex->watch = watch_new(&watch);
		ex->length = -1; /* ours may be shorter */
	}
	ex->awake(ex);
}

/* "HTTP/1.1 200 OK": its number; 0: it is something else. */
static int status_of(const char *line)
{
	static const char version[] = "HTTP/1.";
	size_t at = sizeof(version) - 1;
	int status = 0;

	if (strncmp(line, version, at) != 0 ||
	    (line[at] != '0' && line[at] != '1') || line[at + 1] != ' ')
		return 0;
	line += at + 2;
	for (int i = 0; i < 3; i++, line++) {
		if (*line < '0' || *line > '9')
			return 0;
		status = status * 10 + (*line - '0');
	}
	return (!*line || *line == ' ') && status >= 100 && status < 600 ?
		       status : 0;
}

/* Why the head can't be passed on; NULL: it can. */
static const char *head_fault(const struct exchange *ex)
{
	const char *length = NULL;

	for (struct curl_slist *h = ex->answer_headers; h; h = h->next) {
		const char *coding = value_of(h->data, "Transfer-Encoding");
		const char *more = value_of(h->data, "Content-Length");

		if (coding && strcasecmp(coding, "chunked") != 0)
			return "a transfer coding that nobody asked for";
		if (more && (!http_is_length(more) ||
			     (length && strcmp(length, more) != 0)))
			return "no length that can be believed";
		if (more)
			length = more;
	}
	return NULL;
}

/* The blank line: the answer begins, or it was "wait a little". The others
 * below 200 change what the connection means, which nobody asked for. */
static const char *take_head_end(struct exchange *ex)
{
	static const int wait[] = { 100, 102, 103 };
	const char *fault = ex->status ? head_fault(ex) : "no status line";

	for (size_t i = 0; i < ARRAY_LEN(wait); i++)
		if (!fault && ex->status == wait[i]) {
			clear_head(ex);
			return NULL;
		}
	if (!fault && ex->status < 200)
		fault = "a status that nobody asked for";
	if (!fault)
		head_complete(ex);
	return fault;
}

/* One line of the head, without its end; why it can't be, or NULL. */
static const char *take_head_line(struct exchange *ex, struct buf *line)
{
	const char *s = buf_cstr(line);
	size_t n = line->len;

	if (memchr(s, '\0', n) || memchr(s, '\r', n))
		return "a control character in its head";
	ex->head_bytes += n + 2;
	if (ex->head_bytes > PROXY_ANSWER_HEAD_MAX_BYTES)
		return "a head of more than 32 KiB";
	if (!n)
		return take_head_end(ex);
	if (!ex->status)
		return (ex->status = status_of(s)) ? NULL : "no status line";
	if (!http_is_field(s, n))
		return "a broken line in its head";
	while (strchr(" \t", line->data[line->len - 1]))
		line->len--;
	add_header(&ex->answer_headers, buf_cstr(line));
	return NULL;
}

/* libcurl gives one whole line, with its line end. Trailers of a chunked answer
 * come here, too, and are dropped. 0 ends the transfer. */
static size_t on_header(char *s, size_t size, size_t n, void *ctx)
{
	struct exchange *ex = ctx;
	size_t len = n * size;
	struct buf line = { 0 };

	if (len && s[len - 1] == '\n')
		len--;
	if (len && s[len - 1] == '\r')
		len--;
	buf_append(&line, s, len);
	if (ex->state == EXCHANGE_SENT)
		ex->fault = take_head_line(ex, &line);
	buf_release(&line);
	return ex->fault ? 0 : n * size;
}

/* --- the answer's body -------------------------------------------------- */

/* Takes the answer; false at the threshold, where it ends: with the words of
 * its own dialect, so that a client sees an answer that is complete and not a
 * connection that broke. */
static bool take(struct exchange *ex, const char *s, size_t n)
{
	const char *reason = ex->opts->finish_reason;
	size_t len;

	if (!ex->watch) {
		buf_append(&ex->out, s, n);
		return true;
	}
	len = watch_bytes(ex->watch, s, n);
	buf_append(&ex->out, s, len);
	if (!watch_n_hits(ex->watch))
		return true;
	ex->reached = true;
	watch_tee_end(ex->watch, "guard");
	watch_finish(ex->watch, &ex->body, reason && *reason ? reason : "stop",
		     &ex->out);
	return false;
}

static size_t on_body(char *s, size_t size, size_t n, void *ctx)
{
	struct exchange *ex = ctx;

	n *= size;
	if (ex->state == EXCHANGE_SENT)
		ex->fault = "a body before its head";
	if (ex->state != EXCHANGE_ANSWERED)
		return 0;
	if (ex->out.len - ex->out_at >= PROXY_BUFFER_BYTES) {
		ex->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (!take(ex, s, n))
		enter(ex, EXCHANGE_OVER);
	ex->awake(ex);
	return exchange_is_over(ex) ? 0 : n; /* 0 closes the connection */
}

size_t exchange_read(struct exchange *ex, char *to, size_t max)
{
	size_t n = MIN(max, ex->out.len - ex->out_at);

	if (!n)
		return 0;
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
	if (!ex->paused || !ex->easy ||
	    ex->out.len - ex->out_at > PROXY_BUFFER_BYTES / 2)
		return;
	ex->paused = false;
	curl_easy_pause(ex->easy, CURLPAUSE_CONT);
}

/* --- upstream ----------------------------------------------------------- */

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
	if (ex->easy)
		curl_easy_cleanup(ex->easy);
	curl_slist_free_all(ex->headers);
	curl_slist_free_all(ex->answer_headers);
	if (ex->watch)
		watch_tee_end(ex->watch, "aborted");
	watch_free(ex->watch);
	buf_release(&ex->body);
	buf_release(&ex->out);
	mem_free(ex->method);
	mem_free(ex->uri);
	mem_free(ex);
}

/* libcurl adds headers of its own unless it is told of them. */
static void plain_headers(struct exchange *ex)
{
	static const char *const none[] = { "Accept", "Content-Type",
					    "User-Agent" };

	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		struct buf line = { 0 };

		if (has_header(ex, none[i]))
			continue;
		buf_printf(&line, "%s:", none[i]);
		add_header(&ex->headers, buf_cstr(&line));
		buf_release(&line);
	}
	add_header(&ex->headers, "Expect:");
}

/* A POST without a body still gets an empty one: libcurl would read it from
 * standard input. */
static void set_method(struct exchange *ex)
{
	bool body = ex->body.len || !strcmp(ex->method, "POST") ||
		    !strcmp(ex->method, "PUT") || !strcmp(ex->method, "PATCH");

	if (strcmp(ex->method, "HEAD") == 0)
		curl_easy_setopt(ex->easy, CURLOPT_NOBODY, 1L);
	if (body) {
		curl_easy_setopt(ex->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)ex->body.len);
		curl_easy_setopt(ex->easy, CURLOPT_POSTFIELDS,
				 ex->body.len ? ex->body.data : "");
	}
	curl_easy_setopt(ex->easy, CURLOPT_CUSTOMREQUEST, ex->method);
}

static void set_url(struct exchange *ex)
{
	const char *base = ex->opts->upstream;
	size_t len = strlen(base);
	struct buf url = { 0 };

	while (len && base[len - 1] == '/')
		len--;
	buf_append(&url, base, len);
	buf_puts(&url, ex->uri);
	curl_easy_setopt(ex->easy, CURLOPT_URL, buf_cstr(&url));
	/* what /../ means is for the server to say */
	curl_easy_setopt(ex->easy, CURLOPT_PATH_AS_IS, 1L);
	buf_release(&url);
}

/* A server of this machine is no matter of a proxy that the environment has. */
static bool is_here(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool here = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		    (strcasecmp(host, "localhost") == 0 ||
		     strncmp(host, "127.", 4) == 0 ||
		     strcmp(host, "[::1]") == 0);

	curl_free(host);
	curl_url_cleanup(u);
	return here;
}

static void set_route(struct exchange *ex)
{
	if (is_here(ex->opts->upstream))
		curl_easy_setopt(ex->easy, CURLOPT_PROXY, "");
	if (url_certificates())
		curl_easy_setopt(ex->easy, CURLOPT_CAINFO, url_certificates());
}

/*
 * What can't be asked twice gets a connection of its own: on a kept one that
 * upstream closes without a word libcurl would send it again.
 */
static void set_connection(struct exchange *ex)
{
	static const char *const safe[] = { "GET", "HEAD", "OPTIONS", "PUT",
					    "DELETE", "TRACE" };
	bool again = false;

	for (size_t i = 0; i < ARRAY_LEN(safe); i++)
		again |= strcmp(ex->method, safe[i]) == 0;
	curl_easy_setopt(ex->easy, CURLOPT_FRESH_CONNECT, again ? 0L : 1L);
	curl_easy_setopt(ex->easy, CURLOPT_FORBID_REUSE, again ? 0L : 1L);
}

bool exchange_start(struct exchange *ex, CURLM *multi)
{
	CURL *easy = curl_easy_init();

	enter(ex, EXCHANGE_SENT);
	ex->easy = easy;
	if (!easy)
		die("out of memory");
	set_url(ex);
	set_method(ex);
	set_connection(ex);
	set_route(ex);
	plain_headers(ex);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, ex->headers);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)PROXY_CONNECT_S);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, ex->why);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, ex);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, ex);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, ex);
	if (curl_multi_add_handle(multi, easy) == CURLM_OK)
		return true;
	curl_easy_cleanup(easy);
	ex->easy = NULL;
	exchange_refuse(ex, 502, "The request can't be sent upstream.");
	return false;
}

void exchange_stop(struct exchange *ex, CURLM *multi)
{
	if (!ex->easy)
		return;
	curl_multi_remove_handle(multi, ex->easy);
	curl_easy_cleanup(ex->easy);
	ex->easy = NULL;
	ex->paused = false;
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
	struct buf message = { 0 };

	if (ex->fault)
		buf_printf(&message, "The server upstream answers with %s.",
			   ex->fault);
	else
		buf_printf(&message, "The server upstream can't be asked: %s",
			   ex->why[0] ? ex->why : curl_easy_strerror(result));
	exchange_refuse(ex, 502, buf_cstr(&message));
	buf_release(&message);
}

void exchange_ended(struct exchange *ex, CURLM *multi, CURLcode result)
{
	if (ex->watch && !ex->reached)
		watch_end(ex->watch);
	exchange_stop(ex, multi);
	if (!ex->has_head) {
		refuse_upstream(ex, result);
	} else if (!exchange_is_over(ex)) {
		ex->broken = result != CURLE_OK;
		enter(ex, EXCHANGE_OVER);
	}
	ex->awake(ex);
}

void exchange_refuse(struct exchange *ex, int status, const char *message)
{
	clear_head(ex);
	enter(ex, EXCHANGE_ANSWERED);
	enter(ex, EXCHANGE_OVER);
	ex->status = status;
	assert(!ex->out.len);
	buf_puts(&ex->out, "{\"error\":{\"message\":");
	json_put_string(&ex->out, message, strlen(message));
	buf_printf(&ex->out, ",\"type\":\"lilscope_guard\",\"code\":%d}}\n",
		   status);
	ex->length = (int64_t)ex->out.len;
	add_header(&ex->answer_headers, "Content-Type: application/json");
}

double exchange_elapsed_s(const struct exchange *ex)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - ex->began.tv_sec) +
	       (double)(now.tv_nsec - ex->began.tv_nsec) * 1e-9;
}
