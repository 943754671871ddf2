/*
 * proxy.h - the guard before a server: a reverse proxy that watches.
 *
 *	client -> HTTP server (libmicrohttpd) -> libcurl -> upstream
 *	       <-  bounded buffer   <-  watch  <-
 *
 * Any request passes through; answers that stream (server-sent events,
 * NDJSON) are watched, and at the threshold the request upstream is cancelled
 * and the client gets the well-formed end of its dialect (watch_finish()).
 * One poll loop, no threads. A client that reads slowly pauses its own request
 * upstream and no other; one that closes its connection cancels it.
 *
 * Headers pass but for those of one hop, Host, and Accept-Encoding: packed
 * answers could not be watched. Nothing of headers or queries is ever logged:
 * keys are there.
 */
#ifndef LILSCOPE_NET_PROXY_H
#define LILSCOPE_NET_PROXY_H

#include <stdio.h>

#include "guard/clients.h"
#include "guard/watch.h"
#include "guard/wish.h"

enum {
	PROXY_HEADER_MAX_BYTES = 64 * 1024,     /* of a request: 431 */
	PROXY_ANSWER_HEAD_MAX_BYTES = 32 * 1024, /* from upstream: 502 */
	/* An answer that its client has not read: upstream pauses. */
	PROXY_BUFFER_BYTES = 256 * 1024,
	/* Bytes of a stream that is joined to a plain answer: 502. */
	PROXY_JOIN_MAX_BYTES = 512 * 1024 * 1024,
	PROXY_CONNECT_S = 10,
};

struct proxy_opts {
	struct watch_opts watch;    /* source, rule and numbers are ignored */
	struct wish wish;           /* unless a request has its own */
	const char *listen;         /* "127.0.0.1:8081", "[::1]:0", "8081" */
	const char *upstream;       /* "http://127.0.0.1:8080" */
	const char *only, *skip;    /* scope.h; "" */
	const char *finish_reason;  /* of a stopped answer, or "auto" */
	bool as_asked;              /* what is asked plain passes unwatched */
	struct client_limits limits;
	uint32_t stall_s;           /* of a client that does not read */
	uint64_t body_max_bytes;    /* of a request: 413 */
	const char *allow_host;     /* listen_knows() */
	bool open_metrics;          /* /lilscope/metrics is for everybody */
	const char *report;         /* JSON lines; "-": err; NULL or "" */
	const char *tee;            /* a file that gets all streams as one
				       native trace; NULL or "" */
	FILE *err;                  /* one line a request */
	int signal_fd;
	int (*signalled)(void);     /* the signal that ends us, or 0 */
	uint32_t drain_s;           /* for open streams, when told to end */
	/* SIGHUP: what is so for requests from now on, the caller's; NULL and
	 * a sentence: it stays as it is. NULL: nothing can change. */
	const struct proxy_opts *(*reload)(void *ctx, struct err *err);
	/* What is so for a request of this model and path, the caller's; NULL:
	 * one for all. */
	const struct proxy_opts *(*choose)(const struct proxy_opts *opts,
					   const char *model,
					   const char *uri);
	void *ctx;
};

/* Serves until a signal. Returns EXIT_NOT_FOUND, or EXIT_FOUND if it stopped
 * anything, EXIT_TROUBLE if it could not serve (a sentence is on err). */
int proxy_run(const struct proxy_opts *opts);

/* The version of libmicrohttpd that it runs with; NULL: this build serves
 * nothing. */
const char *proxy_library(void);

#endif
