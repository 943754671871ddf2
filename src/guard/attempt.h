/*
 * attempt.h - one request upstream, and the answer to it.
 *
 * A transfer of libcurl with its head, its status and the watch over its body.
 * An answer to a client (exchange.h) may be made of several: one that is asked
 * again, or goes on where another was stopped. It knows nothing of clients;
 * what comes goes to its sink, in this order: a head once, pieces of a body.
 */
#ifndef LILSCOPE_GUARD_ATTEMPT_H
#define LILSCOPE_GUARD_ATTEMPT_H


#include "base/buf.h"
#include "dialect/sieve.h"
#include "guard/headers.h"
#include "guard/watch.h"

/* Each once, in this order. */
enum attempt_state {
	ATTEMPT_NEW,      /* not sent */
	ATTEMPT_SENT,     /* upstream has it */
	ATTEMPT_ANSWERED, /* status and headers are complete */
	ATTEMPT_OVER,     /* nothing more comes */
};

/* What becomes of a piece of the body. */
enum attempt_taken {
	ATTEMPT_TAKEN, /* all of it */
	ATTEMPT_FULL,  /* nothing: it comes again after attempt_unpause() */
	ATTEMPT_ENOUGH, /* it, and nothing more is wanted: upstream is left */
};

struct attempt_sink {
	void *ctx;
	/* The head is complete. false: no body is wanted, as ENOUGH. */
	bool (*head)(void *ctx);
	enum attempt_taken (*body)(void *ctx, const char *s, size_t n);
};

/* What is asked; all of it must live as long as the attempt. */
struct attempt_request {
	const char *upstream;     /* "http://127.0.0.1:8080" */
	const char *method, *uri; /* uri: path and query */
	const struct curl_slist *headers; /* "Name: value", "Name;" */
	const struct buf *body;
};

struct attempt {
	enum attempt_state state;
	struct attempt_sink sink;
	CURL *easy;              /* NULL: not started, or ended */
	void *owner;             /* CURLINFO_PRIVATE of its transfer */
	struct curl_slist *sent; /* headers, ours included */
	char why[CURL_ERROR_SIZE];
	const char *fault;       /* of its answer, where it can't be passed */
	size_t head_bytes;
	bool paused;

	bool has_head;           /* it came to ATTEMPT_ANSWERED */
	int status;              /* 0: not known */
	struct curl_slist *headers; /* of the answer: "Name: value" */
	int64_t length;          /* -1: not said */
	bool unpacks;            /* what comes packed */
	bool packed;             /* Content-Encoding, and it stays */

	struct watch *watch;     /* NULL: not a stream; whoever asks sets it */
	struct sieve sieve;      /* of what passes, once a choice was ended */
	char tee_name[56];       /* of the watch */
	bool reached;            /* the threshold, where it was stopped */
	struct attempt *before;  /* of the same answer, or NULL */
};

/* Not sent yet. The caller's. */
struct attempt *attempt_new(const struct attempt_sink *sink, void *owner);
/* Those before it, too. Not while it is in a multi handle: attempt_stop(). */
void attempt_free(struct attempt *a); /* NULL is fine */

/* Sends it. false: it can't be. */
bool attempt_start(struct attempt *a, const struct attempt_request *request,
		   CURLM *multi);

/* Takes its transfer out, whatever its state; nothing more comes. */
void attempt_stop(struct attempt *a, CURLM *multi);

/* Is this the URL of a server that can be asked? false and a sentence. */
bool attempt_upstream_is_good(const char *url, struct err *err);

/* Goes on after ATTEMPT_FULL. */
void attempt_unpause(struct attempt *a);

/* The one that was left for this: those between had no answer. NULL: none. */
struct attempt *attempt_left(const struct attempt *a);
/* The last one, from this back, that came to a threshold; else the first.
 * NULL of NULL. */
const struct attempt *attempt_told(const struct attempt *a);

#endif
