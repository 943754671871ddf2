/*
 * One loop around one poll(): bytes are read only when none wait to be
 * written, so there is one buffer, no thread, and the producer feels a slow
 * reader as if nobody stood between.
 */
#include "guard/relay.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "guard/guard_report.h"
#include "guard/wish.h"
#include "input/source.h"
#include "system/clock.h"
#include "system/say.h"

/* A pipe that poll calls writable takes this much without waiting (POSIX:
 * PIPE_BUF is at least 512; Linux frees whole pages). */
enum { RELAY_WRITE_BYTES = 4096, RELAY_READ_BYTES = 64 * 1024 };

struct relay {
	const struct relay_opts *opts;
	struct watch *watch;
	struct source *source;  /* NULL: standard input, as it is */
	char *name;             /* without a URL's password and query */
	bool in_open, out_open;
	bool out_file;          /* writing to it never waits */
	bool reached;           /* a threshold, and that is the end */
	struct buf bytes;       /* read */
	size_t out_at, out_end; /* ... of them to be written */
	size_t n_told;          /* hits */
	bool told_blind, told_bound;
	bool trouble;
	struct guard_facts facts;
	struct err why;         /* the first trouble */
	struct timespec began;
	int signal;
};

static void note_trouble(struct relay *r, const char *sentence)
{
	say(r->opts->err, sentence);
	err_set(&r->why, "%s", sentence);
	r->trouble = true;
}

static double elapsed_s(const struct timespec *since)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - since->tv_sec) +
	       (double)(now.tv_nsec - since->tv_nsec) * 1e-9;
}

/* --- both ends ---------------------------------------------------------- */

static void close_in(struct relay *r)
{
	if (!r->in_open)
		return;
	r->in_open = false;
	if (r->source && !source_is_pipe(r->source) && r->reached)
		r->facts.saved_bytes = source_total_bytes(r->source) -
				       MIN(source_total_bytes(r->source),
					   source_done_bytes(r->source));
	if (!r->source)
		close(STDIN_FILENO);
	source_close(r->source);
	r->source = NULL;
}

static void close_out(struct relay *r)
{
	if (r->out_open && close(r->opts->out_fd) < 0 && errno != EINTR)
		note_trouble(r, "The output can't be written.");
	r->out_open = false;
}

static bool open_in(struct relay *r, struct err *err)
{
	const char *path = r->opts->path;

	if (path && strcmp(path, "-") != 0 &&
	    !(r->source = source_from(path, false, &r->opts->request, err)))
		return false;
	r->in_open = true;
	r->name = mem_strdup(r->source ? source_name(r->source) : "-");
	return true;
}

static int in_fd(const struct relay *r)
{
	return r->source ? source_fd(r->source) : STDIN_FILENO;
}

/* --- what was found ----------------------------------------------------- */

static void start_command(struct relay *r)
{
	struct err err = { "" };

	if (r->opts->exec && !exec_start(r->opts->exec, &err))
		note_trouble(r, err.text);
}

static void tell_hits(struct relay *r)
{
	for (; r->n_told < watch_n_hits(r->watch); r->n_told++) {
		struct watch_hit hit = watch_hit(r->watch, r->n_told);
		struct buf line = { 0 };

		guard_report_hit(r->watch, &hit, &line);
		if (r->reached)
			buf_puts(&line, "; the stream was closed");
		say(r->opts->err, buf_cstr(&line));
		buf_release(&line);
	}
}

static void tell_blind(struct relay *r)
{
	const char *blind = watch_blind(r->watch);
	struct buf line = { 0 };

	if (!blind || r->told_blind)
		return;
	r->told_blind = true;
	buf_printf(&line, "%s; it passes unwatched", blind);
	note_trouble(r, buf_cstr(&line));
	buf_release(&line);
}

static void tell_bound(struct relay *r)
{
	struct buf line = { 0 };

	if (r->told_bound || !watch_n_restarts(r->watch))
		return;
	r->told_bound = true;
	buf_printf(&line, "guard: --max-memory is full at byte %" PRIu64 ": "
			  "what comes is measured anew from there",
		   watch_bytes_seen(r->watch));
	say(r->opts->err, buf_cstr(&line));
	buf_release(&line);
}

/* The end that its dialect has, behind what passed, if one was asked for. */
static void put_end(struct relay *r)
{
	const size_t i_hit = watch_n_hits(r->watch) - 1;
	const struct watch_stop stop = {
		.i_hit = i_hit,
		.ended = watch_hit(r->watch, i_hit).ended,
		.last = true,
		.reason = r->opts->finish_reason,
	};

	if (!r->opts->watch.finish)
		return;
	r->bytes.len = r->out_end;
	watch_finish(r->watch, &stop, &r->bytes);
	r->out_end = r->bytes.len;
}

/* Looks at bytes [out_end, len) and lets pass what may. */
static void watch_more(struct relay *r)
{
	size_t n_hits = watch_n_hits(r->watch);

	while (r->out_end < r->bytes.len && !r->reached) {
		r->out_end += watch_bytes(r->watch, r->bytes.data + r->out_end,
					  r->bytes.len - r->out_end);
		if (watch_n_hits(r->watch) == n_hits)
			continue;
		if (!n_hits)
			start_command(r);
		n_hits = watch_n_hits(r->watch);
		r->reached = !r->opts->annotate;
		if (r->opts->annotate)
			tell_hits(r);
		else
			put_end(r);
	}
	tell_blind(r);
	tell_bound(r);
	if (r->reached) /* nothing may come between: stop the producer now */
		close_in(r);
}

/* --- reading and writing ------------------------------------------------ */

static enum source_state read_stdin(struct relay *r, struct err *err)
{
	ssize_t n = read(STDIN_FILENO,
			 buf_reserve(&r->bytes, RELAY_READ_BYTES),
			 RELAY_READ_BYTES);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return SOURCE_WAIT;
	if (n < 0) {
		err_set(err, "standard input cannot be read: %s",
			strerror(errno));
		return SOURCE_ERROR;
	}
	r->bytes.len += (size_t)n;
	return n ? SOURCE_BYTES : SOURCE_END;
}

static void read_some(struct relay *r)
{
	struct err err = { "" };
	enum source_state state;

	buf_clear(&r->bytes);
	r->out_at = r->out_end = 0;
	state = r->source ? source_read(r->source, &r->bytes, &err) :
			    read_stdin(r, &err);
	watch_more(r);
	if (state == SOURCE_ERROR) {
		note_trouble(r, err.text);
		r->facts.end = GUARD_END_TROUBLE;
	}
	if (state == SOURCE_ERROR || state == SOURCE_END)
		close_in(r);
}

static void reader_gone(struct relay *r)
{
	r->facts.end = GUARD_END_READER;
	r->out_at = r->out_end;
	close_in(r);
	close_out(r);
}

static void write_some(struct relay *r)
{
	size_t n = r->out_end - r->out_at;
	ssize_t done = write(r->opts->out_fd, r->bytes.data + r->out_at,
			     r->out_file ? n : MIN(n, RELAY_WRITE_BYTES));

	if (done >= 0) {
		r->out_at += (size_t)done;
		r->facts.passed_bytes += (size_t)done;
	} else if (errno == EPIPE) {
		reader_gone(r);
	} else if (errno != EINTR && errno != EAGAIN) {
		struct err err = { "" };

		err_set(&err, "The output can't be written: %s.",
			strerror(errno));
		note_trouble(r, err.text);
		reader_gone(r);
		r->facts.end = GUARD_END_TROUBLE;
	}
}

/* --- the loop ----------------------------------------------------------- */

static void take_signal(struct relay *r)
{
	r->signal = r->opts->signalled();
	if (!r->signal)
		return;
	r->facts.end = GUARD_END_SIGNAL;
	r->out_at = r->out_end;
	close_in(r);
}

/* One wait and what it brought. Nothing is read while something is to be
 * written. A reader that goes away is noticed while the producer is still. */
static void turn(struct relay *r)
{
	bool writing = r->out_at < r->out_end;
	struct pollfd fds[] = {
		{ writing ? -1 : in_fd(r), POLLIN, 0 },
		{ r->opts->out_fd, writing ? POLLOUT : 0, 0 },
		{ r->opts->signal_fd, POLLIN, 0 },
	};
	/* a file that is at its end has no descriptor any more */
	int timeout_ms = !writing && fds[0].fd < 0 ? 0 : -1;

	if (poll(fds, ARRAY_LEN(fds), timeout_ms) < 0)
		return;
	if (fds[2].revents)
		take_signal(r);
	if (r->signal)
		return;
	if (writing && fds[1].revents)
		write_some(r);
	else if (!writing && fds[1].revents & (POLLERR | POLLNVAL))
		reader_gone(r);
	else if (!writing && (fds[0].revents || fds[0].fd < 0))
		read_some(r);
}

static void relay(struct relay *r)
{
	while (r->in_open || r->out_at < r->out_end)
		turn(r);
	if (r->facts.end == GUARD_END_INPUT && r->reached)
		r->facts.end = GUARD_END_THRESHOLD;
	close_in(r);
	close_out(r);
}

/* After the last byte: what only shows then, the words, the report. */
static void conclude(struct relay *r)
{
	struct err err = { "" };
	size_t n_hits = watch_n_hits(r->watch), n;

	watch_end(r->watch);
	if (!n_hits && watch_n_hits(r->watch))
		start_command(r);
	tell_hits(r);
	tell_blind(r);
	n = watch_skipped(r->watch);
	if (n) {
		err_set(&err, "%.*s%s", ERR_MAX_BYTES - 64,
			watch_first_trouble(r->watch),
			n > 1 ? " (and more were)" : "");
		say(r->opts->err, err.text);
		err_set(&r->why, "%s", err.text);
	}
}

static void write_report(struct relay *r, FILE *file)
{
	struct buf out = { 0 };
	struct err err = { "" };

	if (!file)
		return;
	r->facts.source = r->name;
	r->facts.at_threshold = threshold_name(
		r->opts->annotate ? THRESHOLD_REPORT : THRESHOLD_STOP);
	r->facts.trouble = r->why.text[0] ? r->why.text : NULL;
	guard_report_json(r->watch, &r->facts, &out);
	fwrite(out.data, 1, out.len, file);
	buf_release(&out);
	if (!guard_report_close(file, r->opts->report, &err))
		note_trouble(r, err.text);
}

static bool is_file(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static bool prepare(struct relay *r, FILE **report, struct err *err)
{
	const char *path = r->opts->report;

	if (path && *path && !(*report = guard_report_open(path, err)))
		return false;
	if (open_in(r, err))
		return true;
	if (*report)
		guard_report_close(*report, path, NULL);
	return false;
}

int relay_run(const struct relay_opts *opts, int *signal)
{
	struct relay r = {
		.opts = opts,
		.out_open = true,
		.out_file = is_file(opts->out_fd),
		.facts = { .saved_bytes = UINT64_MAX },
	};
	struct watch_opts watch = opts->watch; /* its source is named here */
	FILE *report = NULL;
	struct err err = { "" };
	bool found;

	*signal = 0;
	clock_gettime(CLOCK_MONOTONIC, &r.began);
	if (!prepare(&r, &report, &err)) {
		note_trouble(&r, err.text);
		return EXIT_TROUBLE;
	}
	watch.source = r.name;
	watch.as_text = !watch.format || !*watch.format;
	r.watch = watch_new(&watch);
	relay(&r);
	r.facts.elapsed_s = elapsed_s(&r.began);
	r.facts.ended_at_s = now_of_day_s();
	conclude(&r);
	if (opts->exec && !exec_finish(opts->exec, &err))
		note_trouble(&r, err.text);
	write_report(&r, report);
	*signal = r.signal;
	found = watch_n_hits(r.watch) > 0;
	watch_free(r.watch);
	buf_release(&r.bytes);
	mem_free(r.name);
	if (found)
		return EXIT_FOUND;
	return r.trouble ? EXIT_TROUBLE : EXIT_NOT_FOUND;
}
