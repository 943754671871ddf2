/*
 * A row is a model and a rule, in the order of their first request; the last
 * model is "other". Estimates of what a stop saved are made when it happens,
 * so that the counter never goes back.
 */
#include "guard/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "guard/asked.h"
#include "json/json.h"

#define OTHER "other"

static const struct {
	const char *name, *label, *about; /* label: `against="median"`, "" */
} families[] = {
	[METRIC_REQUESTS] = { "requests", "", "Requests that are over." },
	[METRIC_STREAMS] = { "streams", "", "Answers that were watched." },
	[METRIC_TOKENS] = { "tokens", "", "Tokens that were seen." },
	[METRIC_STOPS] = { "stops", "", "Answers ended at a threshold." },
	[METRIC_CONCLUDES] = { "concludes", "",
			       "Answers made to conclude at a threshold." },
	[METRIC_RETRIES] = { "retries", "",
			     "Requests asked again at a threshold." },
	[METRIC_REPORTS] = { "reports", "",
			     "Thresholds that were told and passed." },
	[METRIC_PASSED_BYTES] = { "passed_bytes", "",
				  "Bytes of answers handed to clients." },
	[METRIC_UPSTREAM_ERRORS] = { "upstream_errors", "",
				     "Answers upstream failed to give." },
	[METRIC_UNWATCHED] = { "unwatched", "",
			       "Streams that could not be read." },
	[METRIC_AT_BOUND] = { "at_bound", "",
			      "Times that a stream was at --max-memory." },
	[METRIC_SKIPPED] = { "skipped", "",
			     "Requests that were not to be watched." },
	[METRIC_SAVED_OF_MAX] = { "saved_tokens", "max_tokens",
				  "Tokens not written, estimated." },
	[METRIC_SAVED_OF_MEDIAN] = { "saved_tokens", "median", NULL },
};

static const double bounds_s[] = { 0.0001, 0.0002, 0.0005, 0.001, 0.002,
				   0.005,  0.01,   0.02,   0.05,  0.1,
				   0.5,	   1,	   10 };

enum { CLASSES = 6, LATENCIES = ARRAY_LEN(bounds_s) };

struct metrics_row {
	char model[ASKED_MODEL_BYTES];
	const char *rule;
	uint64_t n[METRICS];
	uint32_t lengths[METRICS_LENGTHS]; /* a ring */
	uint64_t n_lengths;
};

struct metrics {
	struct metrics_row *rows;
	size_t n_rows, cap;
	size_t n_models;             /* but "other" */
	uint64_t classes[CLASSES];   /* of statuses; 0: none was sent */
	uint64_t buckets[LATENCIES]; /* not added up */
	uint64_t n_latencies;
	double sum_s;
};

struct metrics *metrics_new(void)
{
	return mem_zalloc(sizeof(struct metrics));
}

void metrics_free(struct metrics *m)
{
	mem_free(m->rows);
	mem_free(m);
}

uint64_t metrics_sum(const struct metrics *m, enum metric what)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < m->n_rows; i++)
		sum += m->rows[i].n[what];
	return sum;
}

/* --- counting ----------------------------------------------------------- */

static bool is_known(const struct metrics *m, const char *model)
{
	for (size_t i = 0; i < m->n_rows; i++)
		if (strcmp(m->rows[i].model, model) == 0)
			return true;
	return false;
}

static struct metrics_row *row_of(struct metrics *m, const char *model,
				  const char *rule)
{
	struct metrics_row row = { .rule = rule };

	for (size_t i = 0; i < m->n_rows; i++)
		if (strcmp(m->rows[i].model, model) == 0 &&
		    strcmp(m->rows[i].rule, rule) == 0)
			return &m->rows[i];
	m->n_models += !is_known(m, model) && strcmp(model, OTHER) != 0;
	memcpy(row.model, model, strlen(model) + 1);
	m->rows = grow(m->rows, &m->cap, m->n_rows + 1, sizeof(row));
	m->rows[m->n_rows] = row;
	return &m->rows[m->n_rows++];
}

static int by_length(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Of the last ones that ended by themselves; 0: there are none. */
static uint32_t median(const struct metrics_row *row)
{
	uint32_t sorted[METRICS_LENGTHS];
	size_t n = (size_t)MIN(row->n_lengths, (uint64_t)METRICS_LENGTHS);

	if (!n)
		return 0;
	memcpy(sorted, row->lengths, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_length);
	return sorted[n / 2];
}

static uint64_t left_of(uint64_t all, uint64_t tokens)
{
	return all > tokens ? all - tokens : 0;
}

void metrics_request(struct metrics *m, const struct metrics_end *end)
{
	bool good = end->status >= 200 && end->status < 400 &&
		    strlen(end->model) < ASKED_MODEL_BYTES;
	bool own = is_known(m, end->model) ||
		   (good && m->n_models < METRICS_MODELS_MAX);
	struct metrics_row *row = row_of(m, own ? end->model : OTHER,
					 end->rule);
	uint64_t tokens = end->n[METRIC_TOKENS];

	m->classes[end->status >= 100 && end->status < 600 ?
			   end->status / 100 : 0]++;
	for (size_t i = 0; i < METRIC_SAVED_OF_MAX; i++)
		row->n[i] += end->n[i];
	if (end->n[METRIC_STOPS]) {
		row->n[METRIC_SAVED_OF_MAX] += left_of(end->max_tokens, tokens);
		row->n[METRIC_SAVED_OF_MEDIAN] += left_of(median(row), tokens);
	}
	if (end->ended && tokens)
		row->lengths[row->n_lengths++ % METRICS_LENGTHS] =
			(uint32_t)MIN(tokens, (uint64_t)UINT32_MAX);
}

void metrics_latency(struct metrics *m, double s)
{
	size_t i = 0;

	while (i < LATENCIES && s > bounds_s[i])
		i++;
	if (i < LATENCIES)
		m->buckets[i]++;
	m->n_latencies++;
	m->sum_s += s;
}

/* --- writing ------------------------------------------------------------ */

static void put_about(struct buf *out, const char *name, const char *kind,
		      const char *about)
{
	buf_printf(out, "# HELP lilscope_%s %s\n# TYPE lilscope_%s %s\n", name,
		   about, name, kind);
}

static void put_label(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			buf_puts(out, "\\n");
		else if (*value == '"' || *value == '\\')
			buf_printf(out, "\\%c", *value);
		else
			buf_putc(out, *value);
	}
	buf_putc(out, '"');
}

static void put_number(struct buf *out, double value)
{
	buf_putc(out, ' ');
	json_put_number(out, value);
	buf_putc(out, '\n');
}

static void put_count(struct buf *out, uint64_t n)
{
	buf_printf(out, " %" PRIu64 "\n", n);
}

static void put_families(const struct metrics *m, struct buf *out)
{
	char name[64];

	for (size_t k = 0; k < METRICS; k++) {
		snprintf(name, sizeof(name), "%s_total", families[k].name);
		if (families[k].about)
			put_about(out, name, "counter", families[k].about);
		for (size_t i = 0; i < m->n_rows; i++) {
			buf_printf(out, "lilscope_%s{", name);
			put_label(out, "model", m->rows[i].model);
			buf_putc(out, ',');
			put_label(out, "rule", m->rows[i].rule);
			if (families[k].label[0]) {
				buf_putc(out, ',');
				put_label(out, "against", families[k].label);
			}
			buf_putc(out, '}');
			put_count(out, m->rows[i].n[k]);
		}
	}
}

static void put_answers(const struct metrics *m, struct buf *out)
{
	put_about(out, "answers_total", "counter",
		  "Answers by the class of their status.");
	for (size_t i = 0; i < CLASSES; i++) {
		buf_printf(out, i ? "lilscope_answers_total{class=\"%zuxx\"}" :
				    "lilscope_answers_total{class=\"none\"}",
			   i);
		put_count(out, m->classes[i]);
	}
}

static void put_latency(const struct metrics *m, struct buf *out)
{
	static const char name[] = "added_latency_seconds";
	uint64_t n = 0;

	put_about(out, name, "histogram",
		  "From upstream's bytes to their way to the client.");
	for (size_t i = 0; i < LATENCIES; i++) {
		buf_printf(out, "lilscope_%s_bucket{le=\"", name);
		json_put_number(out, bounds_s[i]);
		buf_puts(out, "\"}");
		put_count(out, n += m->buckets[i]);
	}
	buf_printf(out, "lilscope_%s_bucket{le=\"+Inf\"}", name);
	put_count(out, m->n_latencies);
	buf_printf(out, "lilscope_%s_sum", name);
	put_number(out, m->sum_s);
	buf_printf(out, "lilscope_%s_count", name);
	put_count(out, m->n_latencies);
}

static void put_gauge(struct buf *out, const char *name, const char *about,
		      double value)
{
	put_about(out, name, "gauge", about);
	buf_printf(out, "lilscope_%s", name);
	put_number(out, value);
}

void metrics_put(const struct metrics *m, const struct metrics_now *now,
		 struct buf *out)
{
	put_families(m, out);
	put_answers(m, out);
	put_latency(m, out);
	put_about(out, "shut_clients_total", "counter",
		  "Clients that were over a limit.");
	for (size_t i = 1; i < CLIENT_SHUTS; i++) {
		buf_puts(out, "lilscope_shut_clients_total{");
		put_label(out, "why", client_shut_names[i]);
		buf_putc(out, '}');
		put_count(out, now->clients->n_shut[i]);
	}
	put_gauge(out, "streams_open", "Requests that are not over.",
		  now->n_streams);
	put_gauge(out, "clients_open", "Connections of clients.",
		  now->clients->n);
	put_gauge(out, "draining", "1 while it ends.", now->draining);
	put_gauge(out, "uptime_seconds", "Since its begin.", now->up_s);
}
