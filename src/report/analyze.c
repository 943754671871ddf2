/*
 * The headless loop, in two halves. One reads: pieces of the sources become
 * batches for a crew of threads (batch.h), as
 *
 *	a small source     whole
 *	lines of records   some hundred at a time, cut at their ends
 *	anything else      by one feed, here; each generation when it ends
 *
 * The other takes the batches in the order of the input and prints what came
 * of them; all that depends on what was before is in this half. So the output
 * is the same however many threads there are.
 */
#define _GNU_SOURCE
#include "report/analyze.h"

#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "input/folder.h"
#include "input/source.h"
#include "json/scan.h"
#include "report/batch.h"
#include "report/progress.h"
#include "system/clock.h"
#include "system/crew.h"
#include "system/output.h"
#include "system/say.h"

enum {
	RECORD_BYTES = 32,      /* a record's number as text */
	WHAT_BYTES = 96,
	WHOLE_BYTES = 256 << 10,  /* a source is small up to here */
	BATCH_BYTES = 128 << 10,  /* of lines, or one line more */
	LINE_BYTES = 1 << 20,     /* a longer one is not waited for */
	WAITING_BYTES = 512 << 10, /* read and not printed, for each thread */
	TOKEN_BYTES = 16,       /* that a token of a run takes, beside text */
	LINES_BYTES = 64 << 10, /* printed at once */
	KEPT_BYTES = 16 << 20,  /* for the next record, each thread */
};

const struct analyze_opts analyze_opts_default = {
	.output = ANALYZE_TABLE,
	.progress_after_ms = ANALYZE_PROGRESS_AFTER_MS,
};

/* A source on its way: what the reading half says of it, and how far the
 * printing half is. */
struct path {
	char *name;
	bool is_found;        /* it was in a folder, and not named */

	size_t n_ended;       /* generations */
	size_t n_skipped;     /* broken records, and the first of them */
	struct err skipped;
	size_t n_aborted;
	struct err aborted;   /* the first, and why */
	struct err err;       /* it can't be read, or not to its end */
	bool is_passed;       /* it holds nothing that can be read */

	/* The filter: generations of one record wait here until it is
	 * complete, so that it can become one line. */
	enum feed_shape shape;
	struct buf record;
	size_t record_n;               /* generations in it */
	char record_name[RECORD_BYTES];
	size_t next_record;            /* number of the one to come */
};

/* The work of one call, over all paths. */
struct job {
	const struct analyze_opts *opts;
	FILE *err;
	int cols;
	struct crew *crew;
	struct progress progress;
	struct report_sums sums;
	struct buf lines;    /* to be printed */
	bool header;         /* is printed */
	bool found, trouble;
	bool gone;           /* nobody reads the output any more */
	bool filter;
	size_t n_passed;     /* files of folders that gave nothing */
	struct err passed;   /* the first of them, why */

	/* The path that is read. */
	struct source *source;
	struct path *path;
	struct feed *feed;   /* of what is read in one go */
	struct err nothing;  /* its beginning had no text, if that is so */
	struct buf held;     /* read, and in no batch or feed yet */
	size_t whole;        /* bytes of it that are whole lines */
	bool by_lines;       /* batches of lines are cut from it, */
	struct feed_opts next; /* and the next one begins so */
	size_t i_path, n_paths;
	double opened_s;     /* of a URL; NAN: times of arrival tell nothing */
	size_t n_closed;     /* runs of the feed */
};

/* Prints what waits in job->lines. */
static void print_lines(struct job *job);

static void complain(struct job *job, const char *text)
{
	print_lines(job);
	progress_hide(&job->progress);
	say(job->err, text);
}

static void trouble(struct job *job, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void trouble(struct job *job, const char *fmt, ...)
{
	char text[ERR_MAX_BYTES + 128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(job, text);
	job->trouble = true;
}

/* A file that was only found in a folder and gives nothing is no trouble: it
 * is counted. */
static void path_trouble(struct job *job, struct path *path, const char *text)
{
	if (!path->is_found || path->n_ended) {
		trouble(job, "%s", text);
		return;
	}
	path->is_passed = true;
	err_set(&job->passed, "%s", text);
}

static void print_lines(struct job *job)
{
	struct err err = { "" };

	if (!job->lines.len || job->gone)
		return;
	progress_hide(&job->progress);
	job->gone = !output(job->lines.data, job->lines.len, &err);
	buf_clear(&job->lines);
	if (job->gone)
		crew_stop(job->crew);
	if (err.text[0])
		trouble(job, "%s", err.text);
}

static void draw_progress(struct job *job)
{
	uint64_t done, total;
	double fraction = NAN;
	char what[WHAT_BYTES];

	if (!job->progress.err || !job->source)
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

/* --- the crew's work ---------------------------------------------------- */

static bool step_elsewhere(void *ctx)
{
	const struct job *job = ctx;

	return !crew_stopped(job->crew);
}

static bool step_here(void *ctx)
{
	draw_progress(ctx);
	return step_elsewhere(ctx);
}

static void work(void *ctx, void *item, bool own)
{
	batch_work(item, own ? step_here : step_elsewhere, ctx);
}

/* --- what came of it, in order ------------------------------------------ */

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
static bool by_record(const struct job *job, const struct path *path)
{
	return job->filter && path->shape == FEED_RECORDS;
}

/* The waiting record becomes a line. */
static void print_record(struct job *job, struct path *path)
{
	if (!path->record_n)
		return;
	if (path->record_n == 1)
		buf_append(&job->lines, path->record.data, path->record.len);
	else
		report_json_several(path->name, path->record_name,
				    &path->record, &job->lines);
	buf_clear(&path->record);
	path->record_n = 0;
}

/* One more generation of the waiting record, or the first of the next. */
static void add_to_record(struct job *job, struct path *path,
			  const struct outcome *o)
{
	const char *name = o->record ? o->record : "";
	int n = (int)strcspn(name, ".");
	char *end;
	unsigned long long number = strtoull(name, &end, 10);

	if (path->record_n && (strncmp(name, path->record_name, (size_t)n) ||
			       path->record_name[n]))
		print_record(job, path);
	snprintf(path->record_name, sizeof(path->record_name), "%.*s", n,
		 name);
	path->next_record = end > name ? (size_t)number + 1 :
					 path->next_record + !path->record_n;
	path->record_n++;
	buf_append(&path->record, o->line.data, o->line.len);
}

/* Once: the numbers may be those of something else than a model's words. */
static void tell_guess(struct job *job, const struct path *path,
		       const char *guessed)
{
	char text[ERR_MAX_BYTES];

	if (!guessed || job->sums.n_guessed > 1)
		return;
	snprintf(text, sizeof(text),
		 "%s: the field with the text is a guess: %s; --field names "
		 "another", path->name, guessed);
	complain(job, text);
}

static void take_generation(struct job *job, struct path *path,
			    const struct outcome *o)
{
	path->n_ended++;
	if (o->aborted) {
		path->n_aborted++;
		err_set(&path->aborted, "%s", o->aborted);
	}
	job->found |= o->row.rules[job->opts->i_rule].verdict.at_token !=
		      RULE_NEVER;
	report_sums_add(&job->sums, &o->row);
	tell_guess(job, path, o->guessed);
	print_header(job);
	if (by_record(job, path) && job->opts->output == ANALYZE_JSON)
		add_to_record(job, path, o);
	else
		buf_append(&job->lines, o->line.data, o->line.len);
	if (o->run)
		job->opts->each(job->opts->each_ctx, o->run);
}

/* Only the filter hears of them. */
static void take_broken(struct job *job, struct path *path,
			const char *sentence)
{
	char record[RECORD_BYTES];

	print_record(job, path);
	snprintf(record, sizeof(record), "%zu", path->next_record++);
	if (job->opts->output == ANALYZE_JSON)
		report_json_error(path->name, record, sentence, &job->lines);
	else if (job->opts->output == ANALYZE_CSV)
		report_csv_error(path->name, record, sentence, &job->lines);
}

/* Broken records that have no line of their own. */
static void tell_skipped(struct job *job, struct path *path)
{
	struct buf text = { 0 };
	size_t n = path->n_skipped;

	if (!n || (by_record(job, path) &&
		   job->opts->output != ANALYZE_TABLE))
		return;
	buf_puts(&text, path->skipped.text);
	if (n > 1)
		buf_printf(&text, " (%zu more records were skipped.)", n - 1);
	path_trouble(job, path, buf_cstr(&text));
	buf_release(&text);
}

static void tell_aborted(struct job *job, const struct path *path)
{
	if (path->n_aborted == 1)
		trouble(job, "%s", path->aborted.text);
	else if (path->n_aborted)
		trouble(job, "%s (%zu more were.)", path->aborted.text,
			path->n_aborted - 1);
}

static void end_path(struct job *job, struct path *path)
{
	print_record(job, path);
	if (path->err.text[0])
		path_trouble(job, path, path->err.text);
	if (!job->gone)
		tell_skipped(job, path);
	if (!job->gone)
		tell_aborted(job, path);
	job->n_passed += path->is_passed;
}

static void path_free(struct path *path)
{
	buf_release(&path->record);
	mem_free(path->name);
	mem_free(path);
}

static void take_outcomes(struct job *job, struct path *path,
			  const struct batch *b)
{
	if (b->shape != FEED_UNKNOWN)
		path->shape = b->shape;
	for (size_t i = 0; i < b->n_out && !job->gone; i++) {
		const struct outcome *o = &b->out[i];

		if (o->broken)
			take_broken(job, path, o->broken);
		else
			take_generation(job, path, o);
		if (job->lines.len >= LINES_BYTES)
			print_lines(job);
	}
	path->n_skipped += b->n_skipped;
	if (b->n_skipped)
		err_set(&path->skipped, "%s", b->skipped.text);
	err_set(&path->err, "%s", b->err.text);
	/* that its first lines hold no text is no news if others do */
	if (!path->n_ended && !path->n_skipped)
		err_set(&path->err, "%s", b->nothing.text);
}

/* The oldest batch, when it is done; false: there is none, or not yet. */
static bool take(struct job *job, bool wait)
{
	struct batch *b = crew_take(job->crew, wait);
	struct path *path;

	if (!b)
		return false;
	path = b->path;
	if (!job->gone)
		take_outcomes(job, path, b);
	if (b->last && !job->gone)
		end_path(job, path);
	if (b->last)
		path_free(path);
	batch_free(b);
	return true;
}

/* --- reading ------------------------------------------------------------ */

static struct batch *new_batch(struct job *job)
{
	const struct analyze_opts *opts = job->opts;
	struct batch *b = mem_zalloc(sizeof(*b));

	b->opts = opts;
	b->cols = job->cols;
	b->filter = job->filter;
	b->path = job->path;
	b->splits = crew_n(job->crew) > 1;
	b->feed = (struct feed_opts){
		.source = job->path->name,
		.format = opts->format && *opts->format ? opts->format : NULL,
		.field = opts->field && *opts->field ? opts->field : NULL,
		.keep = opts->keep && *opts->keep ? opts->keep : NULL,
		.record = opts->first_record,
	};
	return b;
}

/* What is done meanwhile is printed, so that little waits. */
static void give(struct job *job, struct batch *b, size_t weight)
{
	crew_give(job->crew, b, weight);
	while (take(job, crew_full(job->crew)))
		;
}

static struct run *sink_open(void *ctx)
{
	struct job *job = ctx;
	struct run *run = run_new(&job->opts->meter);

	/* one request, made when the URL was opened: what begins before
	 * anything has ended began then */
	if (!job->n_closed)
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

static void sink_close(void *ctx, struct run *run)
{
	struct job *job = ctx;
	struct batch *b = new_batch(job);
	const struct trace *t = &run->trace;

	job->n_closed++;
	check_start(job, &run->trace);
	b->run = run;
	b->shape = feed_shape(job->feed);
	give(job, b, t->text.len + (size_t)t->n_tokens * TOKEN_BYTES);
}

static void sink_broken(void *ctx, const char *sentence)
{
	struct job *job = ctx;
	struct batch *b;

	if (!job->filter || feed_shape(job->feed) != FEED_RECORDS)
		return;
	b = new_batch(job);
	b->shape = FEED_RECORDS;
	batch_broken(b, sentence);
	give(job, b, 0);
}

/* All that is to come is read in one go, for the time being. */
static void begin_feed(struct job *job, const struct feed_opts *opts)
{
	const struct feed_sink sink = {
		.ctx = job,
		.open = sink_open,
		.close = sink_close,
		.broken = sink_broken,
	};

	job->by_lines = false;
	job->feed = feed_new(opts, &sink);
}

/* The feed has read what it was to read; b says what else it found. */
static void end_feed(struct job *job, struct batch *b, struct err *err)
{
	feed_end(job->feed, err);
	b->shape = feed_shape(job->feed);
	b->n_skipped = feed_skipped(job->feed);
	err_set(&b->skipped, "%s", feed_first_trouble(job->feed));
	feed_free(job->feed);
	job->feed = NULL;
}

/* The first n bytes that are held, as a batch's; the rest stays. */
static void move_held(struct job *job, size_t n, struct buf *to)
{
	*to = job->held;
	job->held = (struct buf){ 0 };
	buf_append(&job->held, to->data + n, to->len - n);
	to->len = n;
	job->whole = job->whole > n ? job->whole - n : 0;
}

/* The first n bytes that are held are lines. */
static void give_lines(struct job *job, size_t n)
{
	struct batch *b;

	if (!n)
		return;
	b = new_batch(job);
	b->feed = job->next;
	b->has_bytes = true;
	move_held(job, n, &b->bytes);
	job->next.record += feed_count_lines(b->bytes.data, n);
	job->next.line += scan_count(b->bytes.data, n, '\n');
	job->next.byte += n;
	give(job, b, n);
}

/* The lines to come stand alone: others read them. */
static void begin_lines(struct job *job)
{
	struct batch *b = new_batch(job);

	job->next = b->feed;
	job->by_lines = feed_goes_on(job->feed, &job->next);
	if (!job->by_lines) {
		batch_free(b);
		return;
	}
	end_feed(job, b, &job->nothing);
	give(job, b, 0);
}

/* Into the feed: whole lines where there are some, so that it can stop after
 * one; `all`: what is held. false: the source can't be read on. */
static bool feed_held(struct job *job, bool all, struct err *err)
{
	size_t n = all || !job->whole ? job->held.len : job->whole;
	bool fine = !n || feed_bytes(job->feed, job->held.data, n,
				     isnan(job->opened_s) ? NAN : now_s(),
				     err);

	buf_drop(&job->held, n);
	job->whole = 0;
	if (fine && n && isnan(job->opened_s))
		begin_lines(job);
	return fine;
}

/* Batches of what is held; `all`: though they are small. A line that has no
 * end yet and is long goes to a feed. */
static void cut_lines(struct job *job, bool all)
{
	if (job->whole && (all || job->held.len >= BATCH_BYTES))
		give_lines(job, job->whole);
	if (job->held.len >= LINE_BYTES)
		begin_feed(job, &job->next);
}

/* What was read goes on; false: the source can't be read on. */
static bool take_held(struct job *job, enum source_state state,
		      struct err *err)
{
	bool more = state == SOURCE_BYTES;
	struct batch *b = NULL;

	if (!job->feed && !job->by_lines && isnan(job->opened_s) &&
	    job->held.len < WHOLE_BYTES && state != SOURCE_WAIT)
		return true; /* may be small: read_all() sees */
	if (!job->feed && !job->by_lines) {
		b = new_batch(job);
		begin_feed(job, &b->feed);
		batch_free(b);
	}
	if (job->by_lines)
		cut_lines(job, !more);
	return job->by_lines || feed_held(job, !more, err);
}

/* Prints all that is to be printed, and waits for more. */
static void wait_for(struct job *job)
{
	struct pollfd fd = { .fd = source_fd(job->source), .events = POLLIN };

	while (take(job, true))
		;
	print_record(job, job->path);
	print_lines(job);
	if (fd.fd >= 0 && !job->gone)
		poll(&fd, 1, -1);
}

/* All bytes of the source into batches and feeds; how many there were. */
static uint64_t read_all(struct job *job, struct err *err)
{
	enum source_state state = SOURCE_BYTES;
	uint64_t n_bytes = 0;

	while (!job->gone && !job->path->err.text[0] &&
	       (state == SOURCE_BYTES || state == SOURCE_WAIT)) {
		size_t had = job->held.len;
		const char *lf;

		state = source_read(job->source, &job->held, err);
		n_bytes += job->held.len - had;
		lf = job->held.len > had ?
			     memrchr(job->held.data + had, '\n',
				     job->held.len - had) : NULL;
		if (lf)
			job->whole = (size_t)(lf - job->held.data) + 1;
		if (!take_held(job, state, err))
			break;
		draw_progress(job);
		if (state == SOURCE_WAIT)
			wait_for(job);
	}
	return n_bytes;
}

/* What is left at the end, as the last batch of the path. */
static void end_source(struct job *job, uint64_t n_bytes, struct err *err)
{
	struct batch *b = new_batch(job);

	b->last = true;
	b->nothing = job->nothing;
	b->err = *err;
	if (job->feed) {
		end_feed(job, b, &b->err);
	} else if (job->by_lines ? job->held.len > 0 :
		   n_bytes || !job->filter || err->text[0]) {
		b->has_bytes = true;
		if (job->by_lines)
			b->feed = job->next;
		move_held(job, job->held.len, &b->bytes);
	}
	give(job, b, b->bytes.len);
}

static void analyze_path(struct job *job, const struct folder_file *file)
{
	struct path *path = mem_zalloc(sizeof(*path));
	struct err err = { "" };
	uint64_t n_bytes = 0;

	job->path = path;
	job->n_closed = 0;
	job->by_lines = false;
	job->whole = 0;
	job->opened_s = NAN;
	err_clear(&job->nothing);
	path->is_found = file->from > 0;
	path->next_record = job->opts->first_record;
	job->source = source_from(file->path, false, &job->opts->request,
				  &err);
	path->name = mem_strdup(job->source ? source_name(job->source) :
					      file->path);
	if (job->source) {
		if (source_is_answer(job->source))
			job->opened_s = now_s();
		n_bytes = read_all(job, &err);
	}
	end_source(job, n_bytes, &err);
	source_close(job->source);
	job->source = NULL;
	buf_clear(&job->held);
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
	complain(job, text);
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

static int status(const struct job *job)
{
	if (job->trouble)
		return EXIT_TROUBLE;
	return job->opts->check && job->found ? EXIT_FOUND : EXIT_NOT_FOUND;
}

static void analyze_all(struct job *job, char *const *paths, size_t n_paths,
			struct folder *files)
{
	for (size_t i = 0; i < n_paths; i++) {
		struct err why = { "" };

		if (!folder_add(files, paths[i], &why))
			trouble(job, "%s", why.text);
	}
	job->n_paths = files->n;
	for (; job->i_path < files->n && !job->gone; job->i_path++)
		analyze_path(job, &files->at[job->i_path]);
	while (take(job, true))
		;
}

int analyze_files(const struct analyze_opts *opts, char *const *paths,
		  size_t n_paths, FILE *err)
{
	struct job job = {
		.opts = opts,
		.err = err,
		.cols = opts->cols > 0 ? opts->cols :
					 (int)ANALYZE_COLS_DEFAULT,
		.filter = n_paths == 1 && !strcmp(paths[0], "-") &&
			  opts->output != ANALYZE_TABLE &&
			  opts->output != ANALYZE_NONE,
	};
	struct folder files = { 0 };
	unsigned n = opts->n_threads ? opts->n_threads : crew_cores();

	mem_keep(KEPT_BYTES);
	progress_init(&job.progress, opts->progress ? err : NULL, job.cols,
		      opts->progress_after_ms);
	job.crew = crew_new(n, (size_t)n * WAITING_BYTES, work, &job);
	if (stdin_once(&job, paths, n_paths))
		analyze_all(&job, paths, n_paths, &files);
	if (opts->output == ANALYZE_TABLE && job.sums.n)
		report_table_footer(&job.sums, &job.lines);
	print_lines(&job);
	progress_hide(&job.progress);
	if (!job.gone)
		tell_passed(&job);
	crew_free(job.crew);
	folder_release(&files);
	buf_release(&job.lines);
	buf_release(&job.held);
	return status(&job);
}
