/*
 * exchange.h - one request through the proxy, and the answer to it.
 *
 * The answer that the client sees: status and headers once, bytes, one end.
 * What upstream says comes through attempts (attempt.h), mostly one; where
 * that is left, another may go on with the same answer (exchange_again()).
 * The server's side (proxy.c) empties it. It knows nothing of libmicrohttpd;
 * what it has to tell goes through `awake`.
 */
#ifndef LILSCOPE_NET_EXCHANGE_H
#define LILSCOPE_NET_EXCHANGE_H
#include <time.h>

#include "base/buf.h"
#include "dialect/join.h"
#include "guard/asked.h"
#include "guard/attempt.h"
#include "guard/guard_report.h"
#include "guard/headers.h"
#include "guard/metrics.h"
#include "guard/onward.h"
#include "guard/proxy.h"

/* Each once, in this order; a refusal of ours answers what was never sent. */
enum exchange_state {
	EXCHANGE_ASKED,    /* the request comes */
	EXCHANGE_SENT,     /* upstream has it */
	EXCHANGE_ANSWERED, /* status and headers are complete */
	EXCHANGE_OVER,     /* nothing more comes into out */
};

struct exchange {
	enum exchange_state state;
	const struct proxy_opts *opts;
	void (*awake)(struct exchange *ex); /* there is something to read */
	void *server, *client;   /* the proxy; the server's connection */
	bool asleep;             /* ... which waits for awake() */
	struct exchange *prev, *next;
	struct timespec began;
	bool own;                /* asked of the proxy itself */
	struct metrics *metrics; /* gets added latency */
	double arrived_s;        /* of what is first in out; 0: it is told */

	/* The request. */
	char *method, *uri;      /* uri: path and query, as it was sent */
	struct curl_slist *headers;
	struct buf body;
	char id[128];            /* X-Request-Id; "" before it is complete */
	struct asked wanted;
	bool too_large;
	bool unclear;            /* where it ends: the connection closes */
	struct wish wish;        /* what happens at a threshold */
	bool skipped;            /* it asks, or a rule of the operator says, to
				    be left alone */
	struct buf wished;       /* what the request says of it */

	/* Upstream. */
	struct attempt *attempt; /* the last, those before it behind; or NULL */
	struct buf asked;        /* its body, where it is not the request's */
	/* A plain request that is asked as a stream: then uri and body are
	 * that stream's, and these what was sent. */
	bool joins;
	struct buf plain_uri, plain_body;
	struct join join;
	uint64_t joined_bytes;
	bool again;              /* the next one asks this */
	bool anew;               /* ... as if it were the first */
	struct onward onward;    /* how it goes on behind a threshold */

	/* The answer. */
	int status;              /* 0: not known */
	struct curl_slist *answer_headers; /* "Name: value" */
	int64_t length;          /* -1: not said */
	bool has_head;           /* it came to EXCHANGE_ANSWERED */
	struct buf out;
	size_t out_at;           /* read by the client */
	uint64_t passed_bytes;
	bool reached;            /* a threshold ended it */
	bool broken;             /* over, and its end is missing */
	bool gone;               /* nobody is there to read it */
	bool closing;            /* it ends with the record at hand */
	char tail[2];            /* of what came from upstream */
	bool queued;             /* the client has its head */
	struct buf note;         /* what ended a choice, or nothing */
	bool trailers;           /* the client takes them */
	void *told;              /* the server's answer to it, or NULL */
	struct guard_file *tee;  /* gets what is watched, or NULL */
	char tee_name[48];       /* ours in it */
};

/* A request whose first line came; uri is copied. The caller's. */
struct exchange *exchange_new(const struct proxy_opts *opts,
			      const char *uri);
/* Not while its transfer is in a multi handle: exchange_stop() first. */
void exchange_free(struct exchange *ex);

/* A header of the request; hop-by-hop ones are left out. `connection` is the
 * value of its Connection header, or NULL. */
void exchange_header(struct exchange *ex, const char *name, const char *value,
		     const char *connection);

/* What happens at a threshold, as the options and the request's own header have
 * it; once both are there. false and a sentence: it is not understood. */
bool exchange_wish(struct exchange *ex, struct err *err);

/* Sends the request. false: it can't be; the answer says why. */
bool exchange_start(struct exchange *ex, CURLM *multi);
/* The transfer ended by itself, or was left. */
void exchange_ended(struct exchange *ex, CURLM *multi, CURLcode result);
/* Ends it now; the answer so far stays. gone: because nobody is there. */
void exchange_end(struct exchange *ex, CURLM *multi, bool gone);
/* Ends it behind the record at hand, well-formed where it can be. */
void exchange_close(struct exchange *ex, CURLM *multi);
bool exchange_is_over(const struct exchange *ex);
/* Ends its transfer, whatever its state. */
void exchange_stop(struct exchange *ex, CURLM *multi);

/*
 * The attempt that runs is left when its callback is through, and the same
 * answer goes on with another one, which asks what `body` has (copied).
 */
void exchange_again(struct exchange *ex, const struct buf *body);

/* Answers it here. */
void exchange_answer(struct exchange *ex, int status, const char *type,
		     const struct buf *body);
/* ... with an error, as JSON. */
void exchange_refuse(struct exchange *ex, int status, const char *message);

/* Copies up to max bytes of the answer to the client; 0: none are there. */
size_t exchange_read(struct exchange *ex, char *to, size_t max);
/* Goes on with a paused transfer when there is room again. */
void exchange_unpause(struct exchange *ex);

/* Path and query, as they were sent. */
const char *exchange_uri(struct exchange *ex);
/* Did a model's answer pass that nobody could look at, because it was no
 * stream? */
bool exchange_is_unwatched(const struct exchange *ex);
/* Of the last attempt that came to a threshold, or else of the last; NULL: it
 * is not watched, or there is none. */
const struct watch *exchange_watch(const struct exchange *ex);
/* Tokens of all attempts behind that one. */
uint64_t exchange_tokens_after(const struct exchange *ex);
/* What is wrong with what upstream said, or why it can't be asked; NULL, "". */
const char *exchange_fault(const struct exchange *ex);
const char *exchange_why(const struct exchange *ex);

/* Seconds since it began. */
double exchange_elapsed_s(const struct exchange *ex);

#endif
