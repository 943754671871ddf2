/*
 * An answer waits in `out` between two loops of callbacks, libcurl's and
 * libmicrohttpd's, neither of which may block: what one can't take now pauses
 * the other.
 */
#include "guard/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trace/json.h"

enum {
	READ_BYTES = 64 * 1024, /* memory that is kept for `out` */
};

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

/* "Name;" is how libcurl is told of a header without a value. */
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

	ex->has_head = true;
	if (length && length[0] >= '0' && length[0] <= '9')
		ex->length = strtoll(length, NULL, 10);
	ex->packed = packed && strcasecmp(packed, "identity") != 0;
	watch.source = "the answer";
	watch.finish = true;
	watch.tee = ex->tee ? tee_lines : NULL;
	watch.tee_ctx = ex->tee;
	watch.tee_name = ex->tee_name;
	watch.began_s = (double)ex->began.tv_sec +
			(double)ex->began.tv_nsec * 1e-9;
	if (is_stream(ex) && !ex->packed && ex->status < 300) {
		ex->watch = watch_new(&watch);
		ex->length = -1; /* ours may be shorter */
	}
	ex->awake(ex);
}

/* libcurl gives one whole line, with its line end. */
static size_t on_header(char *s, size_t size, size_t n, void *ctx)
{
	struct exchange *ex = ctx;
	size_t len = n * size;
	struct buf line = { 0 };

	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r'))
		len--;
	buf_append(&line, s, len);
	buf_cstr(&line);
	if (ex->has_head) {
		/* trailers of a chunked answer */
	} else if (len > 5 && strncmp(line.data, "HTTP/", 5) == 0) {
		const char *blank = strchr(line.data, ' ');

		clear_head(ex);
		ex->status = blank ? (int)strtol(blank, NULL, 10) : 0;
	} else if (len) {
		add_header(&ex->answer_headers, line.data);
	} else if (ex->status >= 200) {
		head_complete(ex);
	}
	buf_release(&line);
	return n * size;
}

/* --- the answer's body -------------------------------------------------- */

/* Takes the answer; false at the threshold, where it ends. */
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
	if (ex->over)
		return 0;
	if (ex->out.len - ex->out_at >= PROXY_BUFFER_BYTES) {
		ex->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	ex->over = !take(ex, s, n);
	ex->awake(ex);
	return ex->over ? 0 : n; /* 0 closes the connection */
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
		if (ex->out.cap > READ_BYTES)
			buf_release(&ex->out);
	}
	return n;
}

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
	curl_easy_setopt(ex->easy, CURLOPT_PATH_AS_IS, 1L);
	buf_release(&url);
}

bool exchange_start(struct exchange *ex, CURLM *multi)
{
	CURL *easy = curl_easy_init();

	ex->easy = easy;
	if (!easy)
		die("out of memory");
	set_url(ex);
	set_method(ex);
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

void exchange_ended(struct exchange *ex, CURLM *multi, CURLcode result)
{
	struct buf message = { 0 };

	if (ex->watch && !ex->reached)
		watch_end(ex->watch);
	exchange_stop(ex, multi);
	if (!ex->has_head) {
		buf_printf(&message, "The server upstream can't be asked: %s",
			   ex->why[0] ? ex->why : curl_easy_strerror(result));
		exchange_refuse(ex, 502, buf_cstr(&message));
		buf_release(&message);
	} else if (result != CURLE_OK && !ex->reached) {
		ex->broken = true;
	}
	ex->over = true;
	ex->awake(ex);
}

void exchange_refuse(struct exchange *ex, int status, const char *message)
{
	clear_head(ex);
	ex->status = status;
	ex->has_head = ex->over = true;
	buf_clear(&ex->out);
	ex->out_at = 0;
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
