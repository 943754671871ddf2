/*
 * metrics.h - numbers for whoever watches a proxy, as Prometheus reads them.
 *
 * Counted by model and rule. A model is a client's word: only those of
 * requests that upstream answered get a row, METRICS_MODELS_MAX of them; the
 * rest are "other". No I/O and no clock here.
 */
#ifndef LILSCOPE_GUARD_METRICS_H
#define LILSCOPE_GUARD_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "guard/clients.h"

enum {
	METRICS_MODELS_MAX = 32,
	METRICS_LENGTHS = 256, /* of the last ended answers, for a median */
};

/* What is counted of a request, in the order of their families. */
enum metric {
	METRIC_REQUESTS,
	METRIC_STREAMS,
	METRIC_TOKENS,
	METRIC_STOPS,
	METRIC_CONCLUDES,
	METRIC_RETRIES,
	METRIC_REPORTS,
	METRIC_PASSED_BYTES,
	METRIC_UPSTREAM_ERRORS,
	METRIC_UNWATCHED,
	METRIC_AT_BOUND,
	METRIC_SKIPPED,
	METRIC_SAVED_OF_MAX,
	METRIC_SAVED_OF_MEDIAN,
	METRICS
};

struct metrics;

/* One request that is over. */
struct metrics_end {
	const char *model; /* ""; not owned */
	const char *rule;  /* of rules[] */
	int status;        /* that the client got */
	uint64_t n[METRICS]; /* what it adds; the last two are worked out */
	uint32_t max_tokens; /* that were asked for; 0 unknown */
	bool ended;        /* a stream that came to its own end */
};

/* What is so now. */
struct metrics_now {
	const struct clients *clients;
	uint32_t n_streams; /* that are open */
	bool draining;
	double up_s;        /* since the beginning */
};

/* The caller's. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);

/* Counts it, and at a stop estimates what was saved. */
void metrics_request(struct metrics *m, const struct metrics_end *end);

/* So long took bytes from upstream on their way to the client. */
void metrics_latency(struct metrics *m, double s);

/* What was counted so far, of all models and rules. */
uint64_t metrics_sum(const struct metrics *m, enum metric what);

/* Appends all of it, in Prometheus' text format 0.0.4. */
void metrics_put(const struct metrics *m, const struct metrics_now *now,
		 struct buf *out);

#endif
