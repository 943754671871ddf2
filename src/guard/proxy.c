/*
 * One loop for both libraries: it sleeps in poll() until one of them has
 * something to do, and then lets each do what it can.
 */
#include "guard/proxy.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard/clients.h"
#include "guard/exchange.h"
#include "guard/guard_report.h"
#include "guard/http.h"
#include "guard/listen.h"
#include "guard/told.h"
#include "guard/transfers.h"
#include "input/url.h"
#include "system/clock.h"
#include "system/say.h"

#if !defined(MHD_HTTP_CONTENT_TOO_LARGE) /* before 0.9.74 */
#define MHD_HTTP_CONTENT_TOO_LARGE 413
#endif

enum {
	BLOCK_BYTES = 32 * 1024, /* of an answer, to libmicrohttpd */
	/* A connection's heads, both of them, and a block. */
	CONNECTION_BYTES = PROXY_HEADER_MAX_BYTES +
			   PROXY_ANSWER_HEAD_MAX_BYTES + BLOCK_BYTES,
	GONE_EVENTS = 64,        /* clients that went away, in one turn */
	TURN_MS = 1000,          /* a turn without any event */
	KEPT_CONNECTIONS = 64,   /* idle, upstream */
	CLOSE_S = 1,             /* for records at hand, at the end */
	STOP_TURNS = 8,          /* for the server to close what was cut */
	SPARE_CLIENTS = 64,      /* that are told that there is no room */
};

/* What is asked under it is answered here. */
#define OWN_PATH "/lilscope/"

struct proxy {
	const struct proxy_opts *opts;
	struct MHD_Daemon *server;
	struct transfers transfers;
	int gone_fd;             /* epoll: clients that closed */
	int listen_fd;           /* after quiesce; -1 */
	struct listen at;
	struct clients clients;
	double ticked_s;         /* when their time was looked at */
	struct exchange *first;
	struct guard_file report, tee;
	struct hearers told;
	double began_s;
	unsigned n_requests;
	long began;              /* makes names in the tee its own */
	bool ending;             /* no new requests */
	bool found;
	bool woke;               /* a connection: MHD_get_timeout is late */
	double ends_s;           /* when open streams are ended */
};

static struct client *client_of(struct MHD_Connection *client)
{
	return MHD_get_connection_info(
		       client, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

/* --- the server's side -------------------------------------------------- */

static void awake(struct exchange *ex)
{
	if (!ex->asleep)
		return;
	ex->asleep = false;
	((struct proxy *)ex->server)->woke = true;
	MHD_resume_connection(ex->client);
}

static void sleep_until_awake(struct exchange *ex)
{
	ex->asleep = true;
	MHD_suspend_connection(ex->client);
}

static int client_fd(const struct exchange *ex)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		ex->client, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static void enter_state(const struct exchange *ex, enum client_state state)
{
	client_enter(client_of(ex->client), state, now_s());
}

static void on_connection(void *ctx, struct MHD_Connection *client,
			  void **one_p,
			  enum MHD_ConnectionNotificationCode code)
{
	struct proxy *p = ctx;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*one_p = clients_add(
			&p->clients,
			MHD_get_connection_info(
				client, MHD_CONNECTION_INFO_CONNECTION_FD)
				->connect_fd,
			MHD_get_connection_info(
				client, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
				->client_addr,
			now_s());
	else
		clients_remove(&p->clients, *one_p);
}

/* A request begins: its exchange is what the server keeps for it. */
static void *on_uri(void *ctx, const char *uri, struct MHD_Connection *client)
{
	struct proxy *p = ctx;
	struct exchange *ex = exchange_new(p->opts, uri);

	ex->server = p;
	ex->metrics = p->told.metrics;
	ex->own = strncmp(uri, OWN_PATH, strlen(OWN_PATH)) == 0;
	ex->client = client;
	ex->tee = p->tee.file ? &p->tee : NULL;
	snprintf(ex->tee_name, sizeof(ex->tee_name), "%lx-%u", p->began,
		 ++p->n_requests);
	ex->awake = awake;
	enter_state(ex, CLIENT_HEAD);
	ex->next = p->first;
	if (p->first)
		p->first->prev = ex;
	p->first = ex;
	return ex;
}

static void on_completed(void *ctx, struct MHD_Connection *client, void **ex_p,
			 enum MHD_RequestTerminationCode code)
{
	struct proxy *p = ctx;
	struct exchange *ex = *ex_p;
	bool complete = code == MHD_REQUEST_TERMINATED_COMPLETED_OK;

	if (!ex)
		return;
	*ex_p = NULL;
	exchange_stop(ex, p->transfers.multi);
	epoll_ctl(p->gone_fd, EPOLL_CTL_DEL, client_fd(ex), NULL);
	p->found |= exchange_watch(ex) && watch_n_hits(exchange_watch(ex));
	if (!ex->method)
		told_refused(&p->told, client_of(client)->shut);
	else if (!ex->own)
		told_end(&p->told, ex, complete, client_of(client)->shut);
	client_enter(client_of(client), CLIENT_KEPT, now_s());
	if (ex->told)
		MHD_destroy_response(ex->told);
	if (ex->prev)
		ex->prev->next = ex->next;
	else
		p->first = ex->next;
	if (ex->next)
		ex->next->prev = ex->prev;
	exchange_free(ex);
}

static ssize_t on_read(void *ctx, uint64_t pos, char *to, size_t max)
{
	struct exchange *ex = ctx;
	size_t n;

	(void)pos;
	if (ex->gone)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	n = exchange_read(ex, to, max);
	if (n)
		return (ssize_t)n;
	if (exchange_is_over(ex)) {
		if (ex->told && ex->note.len)
			MHD_add_response_footer(ex->told, "X-Lilscope",
						buf_cstr(&ex->note));
		return ex->broken ? MHD_CONTENT_READER_END_WITH_ERROR :
				    MHD_CONTENT_READER_END_OF_STREAM;
	}
	sleep_until_awake(ex);
	return 0;
}

/* The length is told by the answer itself: a watched one may end before it. */
static void copy_headers(const struct exchange *ex, struct MHD_Response *to)
{
	const char *connection = headers_value(ex->answer_headers,
					       "Connection");

	for (const struct curl_slist *h = ex->answer_headers; h; h = h->next) {
		const char *colon = strchr(h->data, ':');
		struct buf name = { 0 };

		if (!colon || header_is_hop(h->data,
					    (size_t)(colon - h->data),
					    connection))
			continue;
		buf_append(&name, h->data, (size_t)(colon - h->data));
		if (strcasecmp(buf_cstr(&name), "Content-Length") != 0)
			MHD_add_response_header(to, name.data,
						colon + 1 +
						strspn(colon + 1, " \t"));
		buf_release(&name);
	}
}

static enum MHD_Result queue_answer(struct exchange *ex)
{
	bool none = ex->status == MHD_HTTP_NO_CONTENT ||
		    ex->status == MHD_HTTP_NOT_MODIFIED;
	struct MHD_Response *answer;
	enum MHD_Result result;

	if (none) /* no body, not even one of unknown length */
		answer = MHD_create_response_from_buffer(
			0, NULL, MHD_RESPMEM_PERSISTENT);
	else
		answer = MHD_create_response_from_callback(
			ex->length >= 0 ? (uint64_t)ex->length :
					  MHD_SIZE_UNKNOWN,
			BLOCK_BYTES, on_read, ex, NULL);
	if (!answer)
		return MHD_NO;
	copy_headers(ex, answer);
	if (ex->id[0] && !headers_have(ex->answer_headers, "X-Request-Id"))
		MHD_add_response_header(answer, "X-Request-Id", ex->id);
	if (ex->unclear)
		MHD_add_response_header(answer, "Connection", "close");
	if (ex->trailers && exchange_watch(ex) && ex->length < 0) {
		MHD_add_response_header(answer, "Trailer", "X-Lilscope");
		ex->told = answer; /* its end may be added to */
	}
	ex->queued = true;
	result = MHD_queue_response(ex->client, (unsigned)ex->status, answer);
	if (!ex->told)
		MHD_destroy_response(answer);
	return result;
}

static enum MHD_Result refuse(struct exchange *ex, int status,
			      const char *message)
{
	exchange_refuse(ex, status, message);
	enter_state(ex, CLIENT_ANSWER);
	return queue_answer(ex);
}

static enum MHD_Result on_request_header(void *ctx, enum MHD_ValueKind kind,
					 const char *name, const char *value)
{
	struct exchange *ex = ctx;

	(void)kind;
	exchange_header(ex, name, value,
			MHD_lookup_connection_value(ex->client,
						    MHD_HEADER_KIND,
						    "Connection"));
	return MHD_YES;
}

/* What was seen of a head's grammar. */
struct grammar {
	int status;           /* of the refusal; 0: it is good */
	const char *length;
	unsigned n_hosts, n_codings;
};

static enum MHD_Result on_grammar(void *ctx, enum MHD_ValueKind kind,
				  const char *name, const char *value)
{
	struct grammar *g = ctx;
	bool good = http_is_token(name, strlen(name));

	(void)kind;
	value = value ? value : "";
	good = good && http_is_value(value, strlen(value));
	if (strcasecmp(name, "Host") == 0)
		g->n_hosts++;
	if (strcasecmp(name, "Content-Length") == 0) {
		good = good && http_is_length(value) &&
		       (!g->length || strcmp(g->length, value) == 0);
		g->length = value;
	}
	if (strcasecmp(name, "Transfer-Encoding") == 0) {
		g->n_codings++;
		if (strcasecmp(value, "chunked") != 0 && !g->status)
			g->status = MHD_HTTP_NOT_IMPLEMENTED;
	}
	if (!good)
		g->status = MHD_HTTP_BAD_REQUEST;
	return MHD_YES;
}

/* The status that refuses a head that others may understand differently, or
 * 0. libmicrohttpd lets these pass. */
static int head_status(const struct exchange *ex, const char *version)
{
	struct grammar g = { 0 };
	bool old = strcmp(version, MHD_HTTP_VERSION_1_1) != 0;

	MHD_get_connection_values(ex->client, MHD_HEADER_KIND, on_grammar,
				  &g);
	if (g.n_hosts > 1 || (!old && !g.n_hosts) || g.n_codings > 1 ||
	    (g.n_codings && (g.length || old)) ||
	    !http_is_token(ex->method, strlen(ex->method)) ||
	    !http_is_value(ex->uri, strlen(ex->uri)) ||
	    strpbrk(ex->uri, " \t"))
		return MHD_HTTP_BAD_REQUEST;
	return g.status;
}

/* The request's head is here. */
static enum MHD_Result begin(struct proxy *p, struct exchange *ex,
			     const char *method, const char *version)
{
	const union MHD_ConnectionInfo *head = MHD_get_connection_info(
		ex->client, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	const char *length = MHD_lookup_connection_value(
		ex->client, MHD_HEADER_KIND, "Content-Length");
	const char *host = MHD_lookup_connection_value(
		ex->client, MHD_HEADER_KIND, "Host");
	int status;

	ex->method = mem_strdup(method);
	enter_state(ex, CLIENT_BODY);
	status = head_status(ex, version);
	ex->unclear = status != 0;
	if (status)
		return refuse(ex, status,
			      "The request's head is no clear HTTP/1.1.");
	if (p->ending && !ex->own)
		return refuse(ex, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "The guard is ending.");
	if (ex->uri[0] != '/')
		return refuse(ex, MHD_HTTP_BAD_REQUEST,
			      "The request names no path.");
	if (clients_crowded(&p->clients)) {
		ex->unclear = true; /* and its place is free */
		return refuse(ex, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "All places are taken: see --connections.");
	}
	if (!listen_knows(&p->at, host, p->opts->allow_host))
		return refuse(ex, MHD_HTTP_FORBIDDEN,
			      "This host is not served here: "
			      "see --allow-host.");
	if (head && head->header_size > PROXY_HEADER_MAX_BYTES)
		return refuse(ex, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
			      "The request's head is longer than 64 KiB.");
	if (length && strtoull(length, NULL, 10) > p->opts->body_max_bytes)
		return refuse(ex, MHD_HTTP_CONTENT_TOO_LARGE,
			      "The request is too long: see --max-body.");
	return MHD_YES;
}

/* One that is too large is read to its end all the same: clients look for an
 * answer only then. */
static void take_body(struct exchange *ex, const char *s, size_t n)
{
	if (ex->body.len + n > ex->opts->body_max_bytes) {
		ex->too_large = true;
		buf_release(&ex->body);
	}
	if (!ex->too_large)
		buf_append(&ex->body, s, n);
}

/* --- what is asked of the proxy itself ---------------------------------- */

static void put_metrics(const struct proxy *p, struct buf *out)
{
	struct metrics_now now = {
		.clients = &p->clients,
		.draining = p->ending,
		.up_s = now_s() - p->began_s,
	};

	for (const struct exchange *ex = p->first; ex; ex = ex->next)
		now.n_streams += !ex->own;
	metrics_put(p->told.metrics, &now, out);
}

static enum MHD_Result answer_own(struct proxy *p, struct exchange *ex)
{
	const char *name = ex->uri + strlen(OWN_PATH);
	size_t n = strcspn(name, "?");
	struct buf out = { 0 };

	if (n == 6 && memcmp(name, "health", n) == 0) {
		buf_printf(&out, "{\"status\":\"%s\"}\n",
			   p->ending ? "draining" : "ok");
		exchange_answer(ex, p->ending ? 503 : 200, "application/json",
				&out);
	} else if (n != 7 || memcmp(name, "metrics", n) != 0) {
		exchange_refuse(ex, 404, "There are /lilscope/health and "
					 "/lilscope/metrics.");
	} else if (client_of(ex->client)->here || p->opts->open_metrics) {
		put_metrics(p, &out);
		exchange_answer(ex, 200, "text/plain; version=0.0.4; "
					 "charset=utf-8", &out);
	} else {
		exchange_refuse(ex, 403, "Metrics are for this machine: see "
					 "--open-metrics.");
	}
	buf_release(&out);
	return queue_answer(ex);
}

/* It has a name in both logs: the client's own, or else the trace's. */
static void name_request(struct exchange *ex)
{
	const char *id = headers_value(ex->headers, "X-Request-Id");
	struct buf line = { 0 };

	snprintf(ex->id, sizeof(ex->id), "%s", id && *id ? id : ex->tee_name);
	if (id && *id)
		return;
	buf_printf(&line, "X-Request-Id: %s", ex->id);
	headers_add(&ex->headers, buf_cstr(&line));
	buf_release(&line);
}

/* The request is complete: on to upstream, and to sleep. */
static enum MHD_Result send_up(struct proxy *p, struct exchange *ex)
{
	struct epoll_event gone = { .events = EPOLLRDHUP, .data.ptr = ex };
	struct err err = { "" };
	const char *te;

	if (ex->too_large)
		return refuse(ex, MHD_HTTP_CONTENT_TOO_LARGE,
			      "The request is too long: see --max-body.");
	asked_read(&ex->wanted, ex->uri, &ex->body);
	if (ex->opts->choose)
		ex->opts = ex->opts->choose(ex->opts, ex->wanted.model,
					    ex->uri);
	MHD_get_connection_values(ex->client, MHD_HEADER_KIND,
				  on_request_header, ex);
	te = MHD_lookup_connection_value(ex->client, MHD_HEADER_KIND, "TE");
	ex->trailers = header_is_listed("trailers", 8, te);
	if (!exchange_wish(ex, &err))
		return refuse(ex, MHD_HTTP_BAD_REQUEST, err.text);
	enter_state(ex, CLIENT_ANSWER);
	if (ex->own)
		return answer_own(p, ex);
	name_request(ex);
	if (!exchange_start(ex, p->transfers.multi))
		return queue_answer(ex);
	/* the server looks at no connection that sleeps, so we do */
	epoll_ctl(p->gone_fd, EPOLL_CTL_ADD, client_fd(ex), &gone);
	sleep_until_awake(ex);
	return MHD_YES;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *client,
				  const char *path, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_bytes, void **ex_p)
{
	struct proxy *p = ctx;
	struct exchange *ex = *ex_p;

	(void)client;
	(void)path;
	if (!ex->method)
		return begin(p, ex, method, version);
	if (*upload_bytes) {
		take_body(ex, upload, *upload_bytes);
		*upload_bytes = 0;
		return MHD_YES;
	}
	if (ex->queued)
		return MHD_YES;
	if (ex->has_head)
		return queue_answer(ex);
	if (exchange_is_over(ex)) /* the client is gone, or we are ending */
		return MHD_NO;
	if (ex->state == EXCHANGE_ASKED)
		return send_up(p, ex);
	sleep_until_awake(ex);
	return MHD_YES;
}

/* --- the loop ----------------------------------------------------------- */

/* Clients that closed while we had nothing for them. */
static void take_gone(struct proxy *p)
{
	struct epoll_event events[GONE_EVENTS];
	int n = epoll_wait(p->gone_fd, events, GONE_EVENTS, 0);

	for (int i = 0; i < n; i++) {
		struct exchange *ex = events[i].data.ptr;

		epoll_ctl(p->gone_fd, EPOLL_CTL_DEL, client_fd(ex), NULL);
		exchange_end(ex, p->transfers.multi, true);
	}
}

static void take_ended(struct proxy *p)
{
	CURLM *multi = p->transfers.multi;
	struct CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(multi, &left)) != NULL) {
		struct exchange *ex = NULL;
		/* the message is void when its transfer is taken out */
		CURLcode result = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &ex);
		exchange_ended(ex, p->transfers.multi, result);
	}
}

static int server_fd(const struct proxy *p)
{
	return MHD_get_daemon_info(p->server, MHD_DAEMON_INFO_EPOLL_FD)
		->epoll_fd;
}

static void wait_turn(struct proxy *p)
{
	struct pollfd fds[] = {
		{ server_fd(p), POLLIN, 0 },
		{ p->gone_fd, POLLIN, 0 },
		{ p->transfers.fd, POLLIN, 0 },
		{ p->opts->signal_fd, POLLIN, 0 },
	};
	unsigned long long ms;
	int timeout_ms = transfers_wait_ms(&p->transfers, TURN_MS);

	if (MHD_get_timeout(p->server, &ms) == MHD_YES &&
	    ms < (unsigned)timeout_ms)
		timeout_ms = (int)ms;
	if (p->woke)
		timeout_ms = 0;
	p->woke = false;
	poll(fds, ARRAY_LEN(fds), timeout_ms);
}

static void turn(struct proxy *p)
{
	wait_turn(p);
	if (now_s() - p->ticked_s >= TURN_MS * 1e-3) {
		p->ticked_s = now_s();
		clients_tick(&p->clients, p->ticked_s);
	}
	take_gone(p);
	MHD_run(p->server);
	for (struct exchange *ex = p->first; ex; ex = ex->next)
		exchange_unpause(ex);
	transfers_run(&p->transfers);
	take_ended(p);
}

/* --- signals ------------------------------------------------------------ */

/* The same files again, which somebody may have moved away. */
static void reopen(struct proxy *p, struct guard_file *f)
{
	struct guard_file now = { .path = f->path, .err = f->err };
	struct err err = { "" };

	if (!f->file)
		return;
	guard_file_close(f);
	now.file = guard_report_append(f->path, &err);
	now.broken = !now.file;
	if (now.broken)
		say(p->opts->err, err.text);
	*f = now;
}

static void reload(struct proxy *p)
{
	const struct proxy_opts *opts;
	struct err err = { "" };

	listen_notify("RELOADING=1\n");
	opts = p->opts->reload ? p->opts->reload(p->opts->ctx, &err) : p->opts;
	if (opts && attempt_upstream_is_good(opts->upstream, &err)) {
		p->opts = opts;
		p->clients.limits = opts->limits;
	}
	say(p->opts->err, err.text[0] ? err.text :
					"guard: the files were opened again");
	reopen(p, &p->report);
	reopen(p, &p->tee);
	listen_notify("READY=1\n");
}

/* The first one that ends us lets what is open go on for a while. */
static void take_signal(struct proxy *p)
{
	int number = p->opts->signalled();

	if (!number)
		return;
	if (number == SIGHUP && !p->ending &&
	    (p->opts->reload || p->report.file || p->tee.file)) {
		reload(p);
		return;
	}
	p->ends_s = now_s() + (p->ending ? 0 : p->opts->drain_s);
	if (!p->ending)
		listen_notify("STOPPING=1\n");
	p->ending = true;
}

static bool any_open(const struct proxy *p)
{
	for (const struct exchange *ex = p->first; ex; ex = ex->next)
		if (!ex->own && ex->method)
			return true;
	return false;
}

static void serve(struct proxy *p)
{
	while (!p->ending || (any_open(p) && now_s() < p->ends_s)) {
		turn(p);
		take_signal(p);
	}
	for (struct exchange *ex = p->first; ex; ex = ex->next)
		exchange_close(ex, p->transfers.multi);
	p->ends_s = now_s() + CLOSE_S;
	while (any_open(p) && now_s() < p->ends_s)
		turn(p);
	p->listen_fd = MHD_quiesce_daemon(p->server);
	for (struct exchange *ex = p->first; ex; ex = ex->next)
		exchange_end(ex, p->transfers.multi, false);
	for (int i = 0; i < STOP_TURNS && p->first; i++)
		MHD_run(p->server);
}

/* --- beginning and end -------------------------------------------------- */

static struct MHD_Daemon *serve_on(struct proxy *p, int fd)
{
	const struct client_limits *limits = &p->opts->limits;
	uint32_t most = limits->n_clients ? limits->n_clients : CLIENTS_MAX;

	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_SUPPRESS_DATE_NO_CLOCK,
		0, NULL, NULL, on_request, p, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)(most + SPARE_CLIENTS),
		MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)p->opts->stall_s, MHD_OPTION_URI_LOG_CALLBACK,
		on_uri, p, MHD_OPTION_NOTIFY_CONNECTION, on_connection, p,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, p, MHD_OPTION_END);
}

static bool open_server(struct proxy *p, struct err *err)
{
	if (!listen_open(&p->at, p->opts->listen, err))
		return false;
	if (listen_is_at(&p->at, p->opts->upstream)) {
		close(p->at.fd);
		return err_set(err, "--upstream %.200s: that is where the "
				    "guard itself is to listen",
			       p->opts->upstream);
	}
	if (!p->at.here)
		say(p->opts->err,
			  "guard: this address can be reached from other "
			  "machines, and whoever reaches it can ask upstream");
	p->server = serve_on(p, p->at.fd);
	if (p->server)
		return true;
	close(p->at.fd);
	return err_set(err, "--listen %.200s: cannot serve there: %s",
		       p->opts->listen, strerror(errno));
}

static void say_hello(const struct proxy *p)
{
	char *upstream = url_name(p->opts->upstream);
	struct buf line = { 0 };

	buf_printf(&line, "guard: listening on http://%s, before %s",
		   p->at.name, upstream);
	say(p->opts->err, buf_cstr(&line));
	mem_free(upstream);
	buf_release(&line);
}

static bool open_file(const struct proxy *p, struct guard_file *f,
		      const char *path, struct err *err)
{
	if (!path || !*path)
		return true;
	*f = (struct guard_file){ .path = path, .err = p->opts->err };
	f->file = guard_report_append(path, err);
	return f->file != NULL;
}

static bool open_all(struct proxy *p, struct err *err)
{
	if (!attempt_upstream_is_good(p->opts->upstream, err) ||
	    !open_file(p, &p->report, p->opts->report, err) ||
	    !open_file(p, &p->tee, p->opts->tee, err))
		return false;
	p->gone_fd = epoll_create1(EPOLL_CLOEXEC);
	if (!transfers_open(&p->transfers) || p->gone_fd < 0)
		return err_set(err, "guard: too many open files");
	curl_multi_setopt(p->transfers.multi, CURLMOPT_MAXCONNECTS,
			  (long)KEPT_CONNECTIONS);
	return open_server(p, err);
}

/* false: not all that was to be written was. */
static bool close_all(struct proxy *p)
{
	bool written;

	if (p->server)
		MHD_stop_daemon(p->server);
	if (p->listen_fd >= 0)
		close(p->listen_fd);
	transfers_close(&p->transfers);
	if (p->gone_fd >= 0)
		close(p->gone_fd);
	written = guard_file_close(&p->report);
	return guard_file_close(&p->tee) && written;
}

int proxy_run(const struct proxy_opts *opts)
{
	struct proxy p = { .opts = opts, .gone_fd = -1, .listen_fd = -1,
			   .transfers.fd = -1,
			   .began = (long)time(NULL) };
	struct err err = { "" };
	bool written;

	listen_raise_files();
	p.clients.limits = opts->limits;
	p.began_s = now_s();
	p.told = (struct hearers){ opts->err, &p.report, metrics_new() };
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (open_all(&p, &err)) {
		say_hello(&p);
		listen_notify("READY=1\n");
		serve(&p);
	}
	written = close_all(&p);
	curl_global_cleanup();
	told_all(&p.told);
	metrics_free(p.told.metrics);
	if (err.text[0]) {
		say(opts->err, err.text);
		return EXIT_TROUBLE;
	}
	if (!p.found && !written)
		return EXIT_TROUBLE;
	return p.found ? EXIT_FOUND : EXIT_NOT_FOUND;
}

const char *proxy_library(void)
{
	return MHD_get_version();
}
