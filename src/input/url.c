/*
 * The child does one request and writes its body to a pipe; the second pipe
 * says, at the end, what went wrong. The parent never waits for the network,
 * and ending the child is all that a cancel takes.
 */
#include "input/url.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "config.h"
#include "input/ask.h"
#include "system/child.h"
#include "system/output.h"
#include "json/json.h"

enum {
	/* What is kept of a refusal's body, and quoted of its words. */
	REFUSAL_MAX_BYTES = 8192,
	QUOTE_MAX_BYTES = 200,
	HTTP_REFUSED = 400,
	HTTP_BAD_REQUEST = 400,
	HTTP_UNAUTHORIZED = 401,
	HTTP_FORBIDDEN = 403,
	HTTP_UNPROCESSABLE = 422,
};

struct url {
	pid_t child;  /* 0: it was waited for */
	int data_fd, status_fd;
};

/* --- the child ---------------------------------------------------------- */

/* One request, in the child. */
struct request {
	const char *url, *body; /* body: NULL for a GET */
	size_t body_len;
	struct curl_slist *headers;
	bool own_header;        /* the key's is none that libcurl guards */
	int out;
	CURL *easy;
	uint64_t n_bytes;       /* handed on */
	bool gone;              /* nobody reads */
	bool elsewhere;         /* a redirect would have taken the key along */
	struct buf refusal;
	long http;              /* status; 0 before there is one */
	curl_off_t retry_s;     /* Retry-After; 0: not told */
	char why[CURL_ERROR_SIZE];
};

static bool hand_on(struct request *rq, const char *s, size_t n)
{
	rq->gone = rq->gone || !write_all(rq->out, s, n);
	rq->n_bytes += rq->gone ? 0 : (uint64_t)n;
	return !rq->gone;
}

static size_t on_body(char *s, size_t size, size_t n, void *ctx)
{
	struct request *rq = ctx;
	size_t len = size * n;

	curl_easy_getinfo(rq->easy, CURLINFO_RESPONSE_CODE, &rq->http);
	if (rq->http >= HTTP_REFUSED) {
		size_t room = REFUSAL_MAX_BYTES - rq->refusal.len;

		buf_append(&rq->refusal, s, MIN(len, room));
		return len;
	}
	return hand_on(rq, s, len) ? len : 0;
}

/* libcurl calls this at least once a second: is anybody still reading? */
static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c,
		       curl_off_t d)
{
	struct request *rq = ctx;
	struct pollfd fd = { .fd = rq->out };

	(void)a, (void)b, (void)c, (void)d;
	if (poll(&fd, 1, 0) > 0 && fd.revents & (POLLERR | POLLNVAL))
		rq->gone = true;
	return rq->gone;
}

#if LIBCURL_VERSION_NUM >= 0x075000
/* Scheme, host and port of both are the same. */
static bool same_origin(const char *a, const char *b)
{
	static const CURLUPart parts[] = { CURLUPART_SCHEME, CURLUPART_HOST,
					   CURLUPART_PORT };
	CURLU *x = curl_url(), *y = curl_url();
	bool same = x && y &&
		    curl_url_set(x, CURLUPART_URL, a, 0) == CURLUE_OK &&
		    curl_url_set(y, CURLUPART_URL, b, 0) == CURLUE_OK;

	for (size_t i = 0; same && i < ARRAY_LEN(parts); i++) {
		char *p = NULL, *q = NULL;

		same = curl_url_get(x, parts[i], &p, CURLU_DEFAULT_PORT) ==
			       CURLUE_OK &&
		       curl_url_get(y, parts[i], &q, CURLU_DEFAULT_PORT) ==
			       CURLUE_OK &&
		       strcasecmp(p, q) == 0;
		curl_free(p);
		curl_free(q);
	}
	curl_url_cleanup(x);
	curl_url_cleanup(y);
	return same;
}

/* Before each request, those of redirects too: libcurl keeps Authorization
 * from other hosts, but no header that it does not know. */
static int on_request(void *ctx, char *ip, char *local_ip, int port,
		      int local_port)
{
	struct request *rq = ctx;
	char *url = NULL;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	curl_easy_getinfo(rq->easy, CURLINFO_EFFECTIVE_URL, &url);
	rq->elsewhere = !url || !same_origin(rq->url, url);
	return rq->elsewhere ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}
#endif

static void guard_key(struct request *rq)
{
	if (!rq->own_header)
		return;
#if LIBCURL_VERSION_NUM >= 0x075000
	curl_easy_setopt(rq->easy, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(rq->easy, CURLOPT_PREREQDATA, rq);
#else
	curl_easy_setopt(rq->easy, CURLOPT_FOLLOWLOCATION, 0L);
#endif
}

static void set_certificates(CURL *easy)
{
	if (url_certificates())
		curl_easy_setopt(easy, CURLOPT_CAINFO, url_certificates());
}

static CURLcode perform(struct request *rq)
{
	CURL *easy = rq->easy = curl_easy_init();
	CURLcode code;

	if (!easy)
		return CURLE_FAILED_INIT;
	curl_easy_setopt(easy, CURLOPT_URL, rq->url);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, rq->why);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, PACKAGE_NAME "/"
						  PACKAGE_VERSION);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)URL_REDIRECTS_MAX);
	/* nothing else than the web, wherever a redirect points */
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
			 CURLPROTO_HTTP | CURLPROTO_HTTPS);
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS,
			 CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)URL_CONNECT_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, rq->headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, rq);
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, rq);
	set_certificates(easy);
	guard_key(rq);
	if (rq->body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)rq->body_len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, rq->body);
	}
	code = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &rq->http);
	curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &rq->retry_s);
	curl_easy_cleanup(easy);
	rq->easy = NULL;
	return code;
}

/* The words of a refusal: what servers call them, or its first line. */
static void put_refusal(struct buf *out, const struct buf *body)
{
	static const char *const names[] = { "message", "error", "detail",
					     "title" };
	struct json doc = { 0 };
	struct json_value v, text = { 0 };
	const char *s = body->data;
	size_t n = body->len;

	if (n && json_read(&doc, s, n, true, NULL)) {
		v = json_root(&doc);
		if (json_is(json_get(v, "error"), JSON_OBJECT))
			v = json_get(v, "error");
		for (size_t i = 0; i < ARRAY_LEN(names) && !text.doc; i++)
			if (json_is(json_get(v, names[i]), JSON_STRING))
				text = json_get(v, names[i]);
		if (text.doc)
			s = json_text(text, &n);
	}
	if (n && s[0] != '<') { /* a page's markup says nothing */
		size_t line = 0;

		while (line < n && s[line] != '\n')
			line++;
		buf_puts(out, ": ");
		utf8_sanitize(out, s, MIN(line, (size_t)QUOTE_MAX_BYTES),
			      false, false);
	}
	json_release(&doc);
}

static void put_status(struct buf *out, const struct request *rq)
{
	buf_printf(out, "the server answered %ld", rq->http);
	put_refusal(out, &rq->refusal);
	if (rq->retry_s > 0)
		buf_printf(out, "; it asks to come back in %lld s "
				"(Retry-After)", (long long)rq->retry_s);
	if (rq->http == HTTP_UNAUTHORIZED || rq->http == HTTP_FORBIDDEN)
		buf_puts(out, "; the key is taken from LILSCOPE_API_KEY");
}

static void put_failure(struct buf *out, const struct request *rq,
			CURLcode code)
{
	const char *why = rq->why[0] ? rq->why : curl_easy_strerror(code);

	if (rq->elsewhere)
		buf_puts(out, "the server points to another host, which shall "
			      "not have the key; ask that host by its own URL");
	else if (rq->n_bytes)
		buf_printf(out, "the connection broke after %llu bytes (%s); "
				"what came is shown",
			   (unsigned long long)rq->n_bytes, why);
	else if (code == CURLE_PEER_FAILED_VERIFICATION)
		buf_printf(out, "the server's certificate can't be trusted "
				"(%s); CURL_CA_BUNDLE names a file of "
				"certificates to trust", why);
	else
		buf_printf(out, "nothing came: %s", why);
}

/* The sentence, "" if all is well. */
static void put_end(struct buf *out, const struct request *rq, CURLcode code)
{
	if (rq->gone)
		return;
	if (rq->http >= HTTP_REFUSED)
		put_status(out, rq);
	else if (code != CURLE_OK)
		put_failure(out, rq, code);
}

static void run_child(struct request *rq, const struct buf *plain,
		      int status_fd)
{
	struct buf end = { 0 };
	CURLcode code;

	child_begin((const int[]){ rq->out, status_fd }, 2);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	code = perform(rq);
	if (plain->len && !rq->n_bytes &&
	    (rq->http == HTTP_BAD_REQUEST || rq->http == HTTP_UNPROCESSABLE)) {
		rq->body = plain->data;
		rq->body_len = plain->len;
		buf_clear(&rq->refusal);
		code = perform(rq);
	}
	put_end(&end, rq, code);
	rq->out = status_fd;
	hand_on(rq, end.data, end.len);
	child_exit(0);
}

/* --- the request -------------------------------------------------------- */

/* The environment's key for this host, or NULL. */
static const char *find_key(const char *url)
{
	const char *key = getenv("LILSCOPE_API_KEY");
	const char *name = ask_key_name(url);

	if (!(key && *key) && name)
		key = getenv(name);
	return key && *key ? key : NULL;
}

/* Did the user give a header of the same name? */
static bool has_header(const struct url_opts *opts, const char *header)
{
	size_t n = strcspn(header, ":") + 1;

	for (size_t i = 0; i < opts->n_headers; i++)
		if (strncasecmp(opts->headers[i], header, n) == 0)
			return true;
	return false;
}

static void add_header(struct request *rq, const struct url_opts *opts,
		       const char *header, const char *value)
{
	struct buf line = { 0 };
	struct curl_slist *more;

	if (has_header(opts, header))
		return;
	buf_printf(&line, "%s%s", header, value);
	more = curl_slist_append(rq->headers, buf_cstr(&line));
	buf_release(&line);
	if (!more)
		die("out of memory for a request");
	rq->headers = more;
}

static void add_headers(struct request *rq, const struct url_opts *opts,
			const char *wanted, const char *key_header)
{
	const char *key = find_key(rq->url);
	struct url_opts none = { 0 };

	if (key)
		add_header(rq, opts, key_header, key);
	rq->own_header = key && !has_header(opts, key_header) &&
			 strncasecmp(key_header, "Authorization:", 14) != 0;
	if (wanted)
		add_header(rq, opts, wanted, "");
	if (rq->body)
		add_header(rq, opts, "Content-Type: ", "application/json");
	for (size_t i = 0; i < opts->n_headers; i++)
		add_header(rq, &none, opts->headers[i], "");
}

static struct url *start(struct request *rq, const struct buf *plain,
			 struct err *err)
{
	int data[2], status[2];
	struct url *u;
	pid_t child;

	if (!child_pipe(data, err))
		return NULL;
	if (!child_pipe(status, err)) {
		close(data[0]);
		close(data[1]);
		return NULL;
	}
	child = fork();
	if (child == 0) {
		rq->out = data[1];
		run_child(rq, plain, status[1]);
	}
	close(data[1]);
	close(status[1]);
	if (child < 0) {
		err_set(err, "no process can be made: %s", strerror(errno));
		close(data[0]);
		close(status[0]);
		return NULL;
	}
	u = mem_zalloc(sizeof(*u));
	*u = (struct url){ child, data[0], status[0] };
	return u;
}

struct url *url_open(const char *url, const struct url_opts *opts,
		     struct err *err)
{
	static const struct url_opts get = { 0 };
	const struct url_opts *how = opts ? opts : &get;
	struct request rq = { .url = url };
	struct ask ask = { 0 };
	struct url *u = NULL;
	bool good = true;

	if (how->prompt && *how->prompt) {
		good = ask_prompt(&ask, url, how->model, how->prompt,
				  strlen(how->prompt), err);
		rq.url = buf_cstr(&ask.url);
		rq.body = buf_cstr(&ask.body);
		rq.body_len = ask.body.len;
	} else if (how->data && *how->data) {
		rq.body = how->data;
		rq.body_len = strlen(how->data);
	}
	if (good) {
		add_headers(&rq, how, ask.header,
			    ask.key ? ask.key : ask_key(url));
		u = start(&rq, &ask.plain, err);
	}
	curl_slist_free_all(rq.headers);
	ask_release(&ask);
	return u;
}

/* --- the parent --------------------------------------------------------- */

int url_fd(const struct url *u)
{
	return u->data_fd;
}

bool url_end(struct url *u, struct err *err)
{
	char text[ERR_MAX_BYTES];
	size_t n = 0;
	ssize_t got = 1;
	int status;

	if (!u->child)
		return true;
	while (n + 1 < sizeof(text) && got != 0) {
		got = read(u->status_fd, text + n, sizeof(text) - 1 - n);
		if (got < 0 && errno != EINTR)
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	text[n] = '\0';
	status = child_wait(&u->child);
	if (n)
		return err_set(err, "%s", text);
	if (WIFSIGNALED(status))
		return err_set(err, "the process that reads it was ended by "
				    "signal %d; what came is shown",
			       WTERMSIG(status));
	return true;
}

void url_close(struct url *u)
{
	if (!u)
		return;
	if (u->child) {
		kill(u->child, SIGTERM);
		child_wait(&u->child);
	}
	close(u->status_fd);
	mem_free(u);
}

const char *url_library(void)
{
	return curl_version_info(CURLVERSION_NOW)->version;
}
