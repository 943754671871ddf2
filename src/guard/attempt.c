/*
 * The head is read line by line and refused where it can't be understood in
 * one way only; of the body nothing is kept.
 */
#include "guard/attempt.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "guard/http.h"
#include "guard/proxy.h"
#include "input/url.h"

/* --- its states --------------------------------------------------------- */

/* Each is entered once, and only from those before it. */
static void enter(struct attempt *a, enum attempt_state to)
{
	static const unsigned from[] = {
		[ATTEMPT_SENT] = 1U << ATTEMPT_NEW,
		[ATTEMPT_ANSWERED] = 1U << ATTEMPT_SENT,
		[ATTEMPT_OVER] = 1U << ATTEMPT_NEW | 1U << ATTEMPT_SENT |
				 1U << ATTEMPT_ANSWERED,
	};

	assert(to > ATTEMPT_NEW && (from[to] & 1U << a->state));
	a->state = to;
	a->has_head |= to == ATTEMPT_ANSWERED;
}

struct attempt *attempt_new(const struct attempt_sink *sink, void *owner)
{
	struct attempt *a = mem_zalloc(sizeof(*a));

	a->sink = *sink;
	a->owner = owner;
	a->length = -1;
	return a;
}

void attempt_free(struct attempt *a)
{
	while (a) {
		struct attempt *before = a->before;

		if (a->easy)
			curl_easy_cleanup(a->easy);
		curl_slist_free_all(a->sent);
		curl_slist_free_all(a->headers);
		if (a->watch)
			watch_tee_end(a->watch, "aborted");
		watch_free(a->watch);
		sieve_release(&a->sieve);
		mem_free(a);
		a = before;
	}
}

/* --- the answer's head -------------------------------------------------- */

static void clear_head(struct attempt *a)
{
	curl_slist_free_all(a->headers);
	a->headers = NULL;
	a->status = 0;
}

/* true: the body is wanted. */
static bool head_complete(struct attempt *a)
{
	const char *length = headers_value(a->headers, "Content-Length");
	const char *packed = headers_value(a->headers, "Content-Encoding");

	enter(a, ATTEMPT_ANSWERED);
	if (length && !headers_have(a->headers, "Transfer-Encoding"))
		a->length = strtoll(length, NULL, 10);
	a->packed = packed && strcasecmp(packed, "identity") != 0;
	if (a->packed && a->unpacks) {
		headers_drop(&a->headers, "Content-Encoding");
		headers_drop(&a->headers, "Content-Length");
		a->length = -1;
		a->packed = false;
	}
	if (a->sink.head(a->sink.ctx))
		return true;
	enter(a, ATTEMPT_OVER);
	return false;
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
static const char *head_fault(const struct attempt *a)
{
	const char *length = NULL;

	for (struct curl_slist *h = a->headers; h; h = h->next) {
		const char *coding = header_value(h->data,
						  "Transfer-Encoding");
		const char *more = header_value(h->data, "Content-Length");

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
static bool take_head_end(struct attempt *a)
{
	static const int wait[] = { 100, 102, 103 };

	a->fault = a->status ? head_fault(a) : "no status line";
	for (size_t i = 0; i < ARRAY_LEN(wait); i++)
		if (!a->fault && a->status == wait[i]) {
			clear_head(a);
			return true;
		}
	if (!a->fault && a->status < 200)
		a->fault = "a status that nobody asked for";
	return !a->fault && head_complete(a);
}

/* One line of the head, without its end; false: that is enough. */
static bool take_head_line(struct attempt *a, struct buf *line)
{
	const char *s = buf_cstr(line);
	size_t n = line->len;

	a->head_bytes += n + 2;
	if (memchr(s, '\0', n) || memchr(s, '\r', n)) {
		a->fault = "a control character in its head";
	} else if (a->head_bytes > PROXY_ANSWER_HEAD_MAX_BYTES) {
		a->fault = "a head of more than 32 KiB";
	} else if (!n) {
		return take_head_end(a);
	} else if (!a->status) {
		a->status = status_of(s);
		a->fault = a->status ? NULL : "no status line";
	} else if (!http_is_field(s, n)) {
		a->fault = "a broken line in its head";
	} else {
		while (strchr(" \t", line->data[line->len - 1]))
			line->len--;
		headers_add(&a->headers, buf_cstr(line));
	}
	return !a->fault;
}

/* libcurl gives one whole line, with its line end. Trailers of a chunked answer
 * come here, too, and are dropped. 0 ends the transfer. */
static size_t on_header(char *s, size_t size, size_t n, void *ctx)
{
	struct attempt *a = ctx;
	size_t len = n * size;
	struct buf line = { 0 };
	bool more = true;

	if (len && s[len - 1] == '\n')
		len--;
	if (len && s[len - 1] == '\r')
		len--;
	buf_append(&line, s, len);
	if (a->state == ATTEMPT_SENT)
		more = take_head_line(a, &line);
	buf_release(&line);
	return more ? n * size : 0;
}

static size_t on_body(char *s, size_t size, size_t n, void *ctx)
{
	struct attempt *a = ctx;

	n *= size;
	if (a->state == ATTEMPT_SENT)
		a->fault = "a body before its head";
	if (a->state != ATTEMPT_ANSWERED)
		return 0;
	switch (a->sink.body(a->sink.ctx, s, n)) {
	case ATTEMPT_FULL:
		a->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	case ATTEMPT_ENOUGH:
		enter(a, ATTEMPT_OVER);
		return 0; /* closes the connection */
	case ATTEMPT_TAKEN:
		break;
	}
	return n;
}

void attempt_unpause(struct attempt *a)
{
	if (!a->paused || !a->easy)
		return;
	a->paused = false;
	curl_easy_pause(a->easy, CURLPAUSE_CONT);
}

/* --- upstream ----------------------------------------------------------- */

/* libcurl adds headers of its own unless it is told of them. */
static void set_headers(struct attempt *a, const struct attempt_request *r)
{
	static const char *const none[] = { "Accept", "Content-Type",
					    "User-Agent" };

	for (const struct curl_slist *h = r->headers; h; h = h->next)
		headers_add(&a->sent, h->data);
	for (size_t i = 0; i < ARRAY_LEN(none); i++) {
		struct buf line = { 0 };

		if (headers_have(a->sent, none[i]))
			continue;
		buf_printf(&line, "%s:", none[i]);
		headers_add(&a->sent, buf_cstr(&line));
		buf_release(&line);
	}
	headers_add(&a->sent, "Expect:");
	curl_easy_setopt(a->easy, CURLOPT_HTTPHEADER, a->sent);
	/* an answer that comes packed all the same is unpacked by libcurl; a
	 * file that is only fetched passes as it is */
	a->unpacks = strcmp(r->method, "POST") == 0;
	if (a->unpacks)
		curl_easy_setopt(a->easy, CURLOPT_ACCEPT_ENCODING, "identity");
}

/* A POST without a body still gets an empty one: libcurl would read it from
 * standard input. */
static void set_method(CURL *easy, const struct attempt_request *r)
{
	bool body = r->body->len || !strcmp(r->method, "POST") ||
		    !strcmp(r->method, "PUT") || !strcmp(r->method, "PATCH");

	if (strcmp(r->method, "HEAD") == 0)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)r->body->len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
				 r->body->len ? r->body->data : "");
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_url(CURL *easy, const struct attempt_request *r)
{
	size_t len = strlen(r->upstream);
	struct buf url = { 0 };

	while (len && r->upstream[len - 1] == '/')
		len--;
	buf_append(&url, r->upstream, len);
	buf_puts(&url, r->uri);
	curl_easy_setopt(easy, CURLOPT_URL, buf_cstr(&url));
	/* what /../ means is for the server to say */
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
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

static void set_route(CURL *easy, const struct attempt_request *r)
{
	if (is_here(r->upstream))
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (url_certificates())
		curl_easy_setopt(easy, CURLOPT_CAINFO, url_certificates());
}

/*
 * What can't be asked twice gets a connection of its own: on a kept one that
 * upstream closes without a word libcurl would send it again.
 */
static void set_connection(CURL *easy, const struct attempt_request *r)
{
	static const char *const safe[] = { "GET", "HEAD", "OPTIONS", "PUT",
					    "DELETE", "TRACE" };
	bool again = false;

	for (size_t i = 0; i < ARRAY_LEN(safe); i++)
		again |= strcmp(r->method, safe[i]) == 0;
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, again ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, again ? 0L : 1L);
}

bool attempt_start(struct attempt *a, const struct attempt_request *r,
		   CURLM *multi)
{
	CURL *easy = curl_easy_init();

	enter(a, ATTEMPT_SENT);
	a->easy = easy;
	if (!easy)
		die("out of memory");
	set_url(easy, r);
	set_method(easy, r);
	set_connection(easy, r);
	set_route(easy, r);
	set_headers(a, r);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)PROXY_CONNECT_S);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, a->why);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, a);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, a->owner);
	if (curl_multi_add_handle(multi, easy) == CURLM_OK)
		return true;
	attempt_stop(a, NULL);
	return false;
}

void attempt_stop(struct attempt *a, CURLM *multi)
{
	if (a->state != ATTEMPT_OVER)
		enter(a, ATTEMPT_OVER);
	if (!a->easy)
		return;
	if (multi)
		curl_multi_remove_handle(multi, a->easy);
	curl_easy_cleanup(a->easy);
	a->easy = NULL;
	a->paused = false;
}

bool attempt_upstream_is_good(const char *url, struct err *err)
{
	CURLU *u = curl_url();
	char *scheme = NULL;
	bool good = u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
		    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ==
			    CURLUE_OK &&
		    (!strcmp(scheme, "http") || !strcmp(scheme, "https")) &&
		    !strpbrk(url, "?#");

	curl_free(scheme);
	curl_url_cleanup(u);
	if (good)
		return true;
	return err_set(err, "--upstream takes the URL of a server, such as "
			    "http://127.0.0.1:8080");
}

/* --- one behind the other ----------------------------------------------- */

struct attempt *attempt_left(const struct attempt *a)
{
	struct attempt *left = a->before;

	while (left && !left->watch)
		left = left->before;
	return left;
}

const struct attempt *attempt_told(const struct attempt *a)
{
	while (a && a->before && (!a->watch || !watch_n_hits(a->watch)))
		a = a->before;
	return a;
}
