/*
 * The headless loop: read a piece, measure the runs that end in it, print; so
 * that any number of files takes the memory of one.
 */
#include "report/analyze.h"

#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/feed.h"
#include "input/folder.h"
#include "input/source.h"
#include "report/progress.h"
#include "report/report.h"
#include "system/clock.h"
#include "system/output.h"
#include "system/say.h"

enum {
	MEASURE_TOKENS = 16384, /* between two looks at the clock */
	RECORD_BYTES = 32,      /* a record's number as text */
	WHAT_BYTES = 96,
};

const struct analyze_opts analyze_opts_default = {
	.output = ANALYZE_TABLE,
	.progress_after_ms = ANALYZE_PROGRESS_AFTER_MS,
};

/* The work of one call, over all paths. */
struct job {
	const struct analyze_opts *opts;
	FILE *err;
	int cols;
	struct progress progress;
	struct report_sums sums;
	struct buf lines;    /* to be printed */
	bool header;         /* is printed */
	bool found, trouble;
	bool gone;           /* nobody reads the output any more */

	/* The path at hand. */
	struct source *source;
	struct feed *feed;
	size_t i_path, n_paths;
	double opened_s;      /* of a URL; NAN: times of arrival tell nothing */
	size_t n_ended;       /* generations of this path */
	size_t n_aborted;
	struct err aborted;   /* the first, and why */
	bool is_found;       /* it was in a folder, and not named */
	bool is_passed;      /* it holds nothing that can be read */

	size_t n_passed;     /* of those that were found */
	struct err passed;   /* the first of them, why */

	/* The filter: generations of one record wait here until it is
	 * complete, so that it can become one line. */
	bool filter;
	struct buf record;
	size_t record_n;               /* generations in it */
	char record_name[RECORD_BYTES];
	size_t next_record;            /* number of the one to come */
};

static void trouble(struct job *job, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The bar gives way to what is said. A file that was only found in a folder
 * and gives nothing is no trouble: it is counted. */
static void trouble(struct job *job, const char *fmt, ...)
{
	char text[ERR_MAX_BYTES + 128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (job->is_found && !job->n_ended) {
		job->is_passed = true;
		err_set(&job->passed, "%s", text);
		return;
	}
	progress_hide(&job->progress);
	say(job->err, text);
	job->trouble = true;
}

/* Prints what waits in job->lines. */
static void print_lines(struct job *job)
{
	struct err err = { "" };

	if (!job->lines.len || job->gone)
		return;
	progress_hide(&job->progress);
	job->gone = !output(job->lines.data, job->lines.len, &err);
	buf_clear(&job->lines);
	if (err.text[0])
		trouble(job, "%s", err.text);
}

static void draw_progress(struct job *job)
{
	uint64_t done, total;
	double fraction = NAN;
	char what[WHAT_BYTES];

	if (!job->progress.err)
		return;
	done = source_done_bytes(job->source);
	total = source_total_bytes(job->source);
	if (total) {
		double part = (double)done / (double)total;

		fraction = ((double)job->i_path + MIN(part, 1)) /
			   (double)job->n_paths;
	}
	snprintf(what, sizeof(what),
		 "file %zu of %zu, %" PRIu64 " MB, %zu generations",
		 job->i_path + 1, job->n_paths, done / 1000000, job->sums.n);
	progress_at(&job->progress, fraction, what);
}

/* --- lines -------------------------------------------------------------- */

static void print_header(struct job *job)
{
	if (job->header)
		return;
	job->header = true;
	if (job->opts->output == ANALYZE_TABLE)
		report_table_header(&job->lines, job->cols);
	else if (job->opts->output == ANALYZE_CSV && !job->filter)
		report_csv_header(&job->lines);
}

/* Does a line stand for a record here? */
static bool by_record(const struct job *job)
{
	return job->filter && feed_shape(job->feed) == FEED_RECORDS;
}

/* The waiting record becomes a line. */
static void print_record(struct job *job)
{
	if (!job->record_n)
		return;
	if (job->record_n == 1)
		buf_append(&job->lines, job->record.data, job->record.len);
	else
		report_json_several(source_name(job->source),
				    job->record_name, &job->record,
				    &job->lines);
	buf_clear(&job->record);
	job->record_n = 0;
}

/* One more generation of the waiting record, or the first of the next. */
static void add_to_record(struct job *job, const struct report *r)
{
	const char *name = r->record ? r->record : "";
	int n = (int)strcspn(name, ".");
	char *end;
	unsigned long long number = strtoull(name, &end, 10);

	if (job->record_n && (strncmp(name, job->record_name, (size_t)n) ||
			      job->record_name[n]))
		print_record(job);
	snprintf(job->record_name, sizeof(job->record_name), "%.*s", n, name);
	job->next_record = end > name ? (size_t)number + 1 :
					job->next_record + !job->record_n;
	job->record_n++;
	report_json(r, &job->record);
}

/* Once: the numbers may be those of something else than a model's words. */
static void tell_guess(struct job *job, const struct report *r)
{
	char text[ERR_MAX_BYTES];

	if (!r->guessed || job->sums.n_guessed > 1)
		return;
	snprintf(text, sizeof(text),
		 "%s: the field with the text is a guess: %s; --field names "
		 "another", r->source, r->guessed);
	progress_hide(&job->progress);
	say(job->err, text);
}

static void print_generation(struct job *job, const struct report *r)
{
	struct report row = *r;

	print_header(job);
	switch (job->opts->output) {
	case ANALYZE_TABLE:
		/* the only generation of its file needs no number */
		if (feed_shape(job->feed) == FEED_STREAM && row.record &&
		    !strcmp(row.record, "0"))
			row.record = NULL;
		report_table(&row, &job->lines, job->cols);
		return;
	case ANALYZE_CSV:
		report_csv(r, &job->lines);
		return;
	case ANALYZE_JSON:
		if (by_record(job))
			add_to_record(job, r);
		else
			report_json(r, &job->lines);
		return;
	}
}

/* --- the feed's sink ---------------------------------------------------- */

static struct run *sink_open(void *ctx)
{
	struct job *job = ctx;
	struct run *run = run_new(&job->opts->meter);

	/* one request, made when the URL was opened: what begins before
	 * anything has ended began then */
	if (!job->n_ended)
		run->trace.start_s = job->opened_s;
	return run;
}

/* A clock of the trace's own is none of arrival, and lies elsewhere. */
static void check_start(const struct job *job, struct trace *t)
{
	if (t->start_s == job->opened_s &&
	    (!t->time_us || t->time_origin_s < t->start_s ||
	     t->time_origin_s > now_s()))
		t->start_s = NAN;
}

/* An error after "200 OK". */
static void note_aborted(struct job *job, const struct facts *facts)
{
	const char *why = facts->note ? facts->note : facts->finish_reason;

	if (!facts->aborted || feed_shape(job->feed) != FEED_STREAM)
		return;
	job->n_aborted++;
	err_set(&job->aborted, "%s: generation %s was ended by an error: "
			       "%.300s; what came before it is reported",
		source_name(job->source), facts->record ? facts->record : "0",
		why ? why : "(no message)");
}

static void sink_close(void *ctx, struct run *run)
{
	struct job *job = ctx;
	struct report r;

	job->n_ended++;
	check_start(job, &run->trace);
	note_aborted(job, &run->trace.facts);
	while (!job->gone && !run_measure(run, MEASURE_TOKENS))
		draw_progress(job);
	if (!job->gone) {
		report_fill(&r, run);
		job->found |= r.rules[job->opts->i_rule].verdict.at_token !=
			      RULE_NEVER;
		report_sums_add(&job->sums, &r);
		tell_guess(job, &r);
		print_generation(job, &r);
		if (job->opts->each)
			job->opts->each(job->opts->each_ctx, run);
	}
	run_free(run);
}

static void sink_broken(void *ctx, const char *sentence)
{
	struct job *job = ctx;
	char record[RECORD_BYTES];
	const char *source = source_name(job->source);

	if (!by_record(job) || job->gone)
		return;
	print_record(job);
	snprintf(record, sizeof(record), "%zu", job->next_record++);
	if (job->opts->output == ANALYZE_JSON)
		report_json_error(source, record, sentence, &job->lines);
	else if (job->opts->output == ANALYZE_CSV)
		report_csv_error(source, record, sentence, &job->lines);
}

/* --- one path ----------------------------------------------------------- */

static void wait_for(struct job *job)
{
	struct pollfd fd = { .fd = source_fd(job->source), .events = POLLIN };

	print_lines(job);
	if (fd.fd >= 0)
		poll(&fd, 1, -1);
}

/* All bytes of the source into the feed; returns how many there were. */
static uint64_t read_all(struct job *job, struct err *err)
{
	struct buf bytes = { 0 };
	uint64_t n_bytes = 0;
	bool more = true;

	while (more && !job->gone) {
		enum source_state state;

		buf_clear(&bytes);
		state = source_read(job->source, &bytes, err);
		n_bytes += bytes.len;
		if (bytes.len &&
		    !feed_bytes(job->feed, bytes.data, bytes.len,
				isnan(job->opened_s) ? NAN : now_s(), err))
			break;
		print_record(job);
		print_lines(job);
		draw_progress(job);
		if (state == SOURCE_WAIT)
			wait_for(job);
		more = state == SOURCE_BYTES || state == SOURCE_WAIT;
	}
	buf_release(&bytes);
	return n_bytes;
}

/* Broken records that have no line of their own. */
static void tell_skipped(struct job *job)
{
	size_t n = feed_skipped(job->feed);
	const char *first = feed_first_trouble(job->feed);

	if (!n || (by_record(job) && job->opts->output != ANALYZE_TABLE))
		return;
	if (n == 1)
		trouble(job, "%s", first);
	else
		trouble(job, "%s (%zu more records were skipped.)", first,
			n - 1);
}

static void tell_aborted(struct job *job)
{
	if (job->n_aborted == 1)
		trouble(job, "%s", job->aborted.text);
	else if (job->n_aborted)
		trouble(job, "%s (%zu more were.)", job->aborted.text,
			job->n_aborted - 1);
}

static void analyze_source(struct job *job)
{
	const struct analyze_opts *opts = job->opts;
	const struct feed_sink sink = {
		.ctx = job,
		.open = sink_open,
		.close = sink_close,
		.broken = sink_broken,
	};
	const struct feed_opts feed = {
		.source = source_name(job->source),
		.format = opts->format && *opts->format ? opts->format : NULL,
		.field = opts->field && *opts->field ? opts->field : NULL,
		.record = opts->first_record,
	};
	struct err err = { "" };
	uint64_t n_bytes;

	job->feed = feed_new(&feed, &sink);
	job->opened_s = source_is_answer(job->source) ? now_s() : NAN;
	job->n_aborted = 0;
	err_clear(&job->aborted);
	job->next_record = opts->first_record;
	n_bytes = read_all(job, &err);
	if (n_bytes || !job->filter || err.text[0])
		feed_end(job->feed, &err);
	print_record(job);
	print_lines(job);
	if (err.text[0])
		trouble(job, "%s", err.text);
	if (!job->gone)
		tell_skipped(job);
	if (!job->gone)
		tell_aborted(job);
	feed_free(job->feed);
}

static void analyze_path(struct job *job, const struct folder_file *file)
{
	struct err err = { "" };

	job->is_found = file->from > 0;
	job->is_passed = false;
	job->n_ended = 0;
	job->source = source_from(file->path, false, &job->opts->request,
				  &err);
	if (job->source)
		analyze_source(job);
	else
		trouble(job, "%s", err.text);
	source_close(job->source);
	job->n_passed += job->is_passed;
	job->is_found = false;
}

/* What folders held besides: no trouble, unless there was nothing else. */
static void tell_passed(struct job *job)
{
	char text[ERR_MAX_BYTES + 128];

	if (!job->n_passed)
		return;
	snprintf(text, sizeof(text),
		 "%zu file%s in folders hold%s nothing that can be read; the "
		 "first: %s", job->n_passed, job->n_passed == 1 ? "" : "s",
		 job->n_passed == 1 ? "s" : "", job->passed.text);
	progress_hide(&job->progress);
	say(job->err, text);
	job->trouble |= !job->sums.n;
}

static bool stdin_once(struct job *job, char *const *paths, size_t n)
{
	size_t n_stdin = 0;

	for (size_t i = 0; i < n; i++)
		n_stdin += !strcmp(paths[i], "-");
	if (n_stdin > 1)
		trouble(job, "Standard input (-) can be read only once.");
	return n_stdin <= 1;
}

/* Columns of the table where no terminal says them. */
static int env_cols(void)
{
	const char *env = getenv("COLUMNS");
	long cols = env ? strtol(env, NULL, 10) : 0;

	return cols > 0 && cols <= ANALYZE_COLS_MAX ? (int)cols :
						      ANALYZE_COLS_DEFAULT;
}

static int status(const struct job *job)
{
	if (job->trouble)
		return EXIT_TROUBLE;
	return job->opts->check && job->found ? EXIT_FOUND : EXIT_NOT_FOUND;
}

int analyze_files(const struct analyze_opts *opts, char *const *paths,
		  size_t n_paths, FILE *err)
{
	struct job job = {
		.opts = opts,
		.err = err,
		.cols = opts->cols > 0 ? opts->cols : env_cols(),
		.filter = n_paths == 1 && !strcmp(paths[0], "-") &&
			  opts->output != ANALYZE_TABLE,
	};

	struct folder files = { 0 };

	progress_init(&job.progress, opts->progress ? err : NULL, job.cols,
		      opts->progress_after_ms);
	if (!stdin_once(&job, paths, n_paths))
		return EXIT_TROUBLE;
	for (size_t i = 0; i < n_paths; i++) {
		struct err why = { "" };

		if (!folder_add(&files, paths[i], &why))
			trouble(&job, "%s", why.text);
	}
	job.n_paths = files.n;
	for (; job.i_path < files.n && !job.gone; job.i_path++)
		analyze_path(&job, &files.at[job.i_path]);
	folder_release(&files);
	if (opts->output == ANALYZE_TABLE && job.sums.n)
		report_table_footer(&job.sums, &job.lines);
	print_lines(&job);
	progress_hide(&job.progress);
	if (!job.gone)
		tell_passed(&job);
	buf_release(&job.lines);
	buf_release(&job.record);
	return status(&job);
}
