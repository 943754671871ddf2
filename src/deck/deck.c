/*
 * Three kinds of work, in this order, one slice at a time:
 *
 *	open run     measure it (it is on the screen)
 *	sight        how the records on the screen begin; what other threads
 *	             made is taken, and they get more; reports of the rows on
 *	             the screen, at most half a slice
 *	reading      the source that is being read: probe, then either
 *	               FEED_RECORDS  indexer: boundaries only
 *	               FEED_STREAM   feed: runs that grow and stay
 *	reporting    the next entry without a report: read again, measured,
 *	             reported, dropped (deck_report.c)
 *	live         runs that grow, round and round (deck_live.c)
 *
 * Entries never move: further generations of one record, found when it is
 * read, are appended (their i_record and i_sub tell where they belong).
 */
#include "deck/deck_row.h"
#include "deck/deck_state.h"
#include "input/folder.h"
#include "system/clock.h"

#include "dialect/format.h"

#include <assert.h>
#include <math.h>
#include <poll.h>
#include <string.h>

enum {
	DECK_MAX_SOURCES = 100000,
	DECK_LOOK_MS = 200,  /* for sources that no poll() tells of */
	DECK_CREW_MS = 5,    /* for what other threads make */
};

struct deck *deck_new(const struct meter_opts *opts)
{
	struct deck *d = mem_zalloc(sizeof(*d));

	d->opts = *opts;
	d->born_us = now_us() - 1000; /* 0 is never */
	d->opened = DECK_NONE;
	d->n_threads = 1;
	d->keep_memory = d->keep_disk = UINT64_MAX;
	d->reading = true;
	while (d->n_sight < DECK_SIGHT_MAX) {
		d->sight[d->n_sight] = d->n_sight;
		d->n_sight++;
	}
	return d;
}

void deck_set_threads(struct deck *d, unsigned n)
{
	d->n_threads = n;
}

void deck_look(struct deck *d, const size_t *entries, size_t n)
{
	d->n_sight = MIN(n, (size_t)DECK_SIGHT_MAX);
	d->i_sight = 0;
	memcpy(d->sight, entries, d->n_sight * sizeof(*entries));
}

static void shelf_release(struct shelf *s)
{
	source_close(s->source);
	buf_release(&s->probe);
	mem_free(s->title);
	feed_free(s->feed);
	indexer_free(s->index);
}

void deck_free(struct deck *d)
{
	if (!d)
		return;
	deck_crew_end(d);
	if (d->opened != DECK_NONE && !d->runs[d->opened])
		run_free(d->run);
	for (size_t i = 0; i < d->n; i++)
		run_free(d->runs[i]);
	for (size_t i = 0; i < d->n_shelves; i++)
		shelf_release(&d->shelves[i]);
	load_release(&d->loading);
	mem_free(d->shelves);
	mem_free(d->live);
	mem_free(d->over);
	mem_free(d->kept);
	spool_free(d->spool);
	mem_free(d->entries);
	mem_free(d->runs);
	buf_release(&d->texts.all);
	mem_free(d->texts.table);
	mem_free(d->stops);
	mem_free(d->format);
	mem_free(d->field);
	buf_release(&d->scratch);
	mem_free(d);
}

void deck_set_format(struct deck *d, const char *format, const char *field)
{
	facts_set(&d->format, format && *format ? format : NULL);
	facts_set(&d->field, field && *field ? field : NULL);
}

void deck_set_request(struct deck *d, const struct url_opts *request)
{
	d->request = *request;
}

void deck_add_source(struct deck *d, struct source *source)
{
	d->shelves = grow(d->shelves, &d->shelves_cap, d->n_shelves + 1,
			  sizeof(*d->shelves));
	source_keep(source, d->keep_disk);
	d->shelves[d->n_shelves++] = (struct shelf){
		.source = source,
		.opened_s = (double)now_us() / 1e6,
	};
}

static bool add_file(struct deck *d, const struct folder_file *file,
		     bool follow, struct err *err)
{
	struct source *source;

	if (d->n_shelves >= DECK_MAX_SOURCES)
		return err_set(err, "%s: more than %d files at once",
			       file->path, DECK_MAX_SOURCES);
	source = source_from(file->path, follow, &d->request, err);
	if (!source)
		return false;
	deck_add_source(d, source);
	d->shelves[d->n_shelves - 1].name_from = file->from;
	return true;
}

void deck_pass(struct deck *d, const char *why)
{
	d->n_passed++;
	err_set(&d->passed, "%s", why);
}

bool deck_add(struct deck *d, const char *path, bool follow, struct err *err)
{
	size_t before = d->n_shelves;
	struct folder files = { 0 };
	bool good = folder_add(&files, path, err);

	for (size_t i = 0; good && i < files.n; i++) {
		struct err why = { "" };

		if (add_file(d, &files.at[i], follow, &why))
			continue;
		err_set(err, "%s", why.text);
		if (files.at[i].from)
			deck_pass(d, why.text);
	}
	folder_release(&files);
	return d->n_shelves > before;
}

void deck_note_trouble(struct deck *d, const char *sentence)
{
	if (!d->trouble[0])
		memccpy(d->trouble, sentence, '\0', sizeof(d->trouble) - 1);
}

/* --- reading a stream: the feed's sink ---------------------------------- */

static struct run *stream_open(void *ctx)
{
	struct deck *d = ctx;
	struct meter_opts opts = deck_row_opts(d);
	struct run *run = run_new(&opts);
	struct shelf *s = &d->shelves[d->i_reading];
	size_t i;

	i = deck_add_entry(d, ENTRY_OPEN,
			   &(struct entry_own){
				   .i_source = (uint32_t)d->i_reading,
				   .i_record = (uint32_t)s->n_entered++,
				   .began_ms = deck_ms(d, now_us()),
			   });
	deck_live_add(d, i);
	if (s->n_entered == 1)
		s->first_entry = i;
	d->runs[i] = run;
	return run;
}

static void stream_close(void *ctx, struct run *run)
{
	struct deck *d = ctx;
	size_t i = deck_live_find(d, run);

	assert(i != DECK_NONE);
	deck_over_add(d, i);
}

static void stream_broken(void *ctx, const char *sentence)
{
	struct deck *d = ctx;

	d->n_skipped++;
	deck_note_trouble(d, sentence);
}

/* --- reading ------------------------------------------------------------ */

/* What ended it too early, if anything. */
static void no_more(struct deck *d, struct shelf *s, const char *why)
{
	if (s->name_from && !s->n_entered)
		deck_pass(d, why);
	else
		deck_note_trouble(d, why);
}

static void shelf_end(struct deck *d, struct shelf *s, const char *why)
{
	struct err err = { "" };

	err_set(&err, "%s", why ? why : "");
	if (s->feed)
		feed_end(s->feed, &err);
	if (err.text[0])
		no_more(d, s, err.text);
	if (s->index)
		indexer_end(s->index);
	s->ended = true;
}

static void set_title(struct shelf *s, const char *title)
{
	if (*title)
		facts_set(&s->title, title);
}

/* A URL brings the answer to one request, made when it was opened: what begins
 * before anything has ended began then. Times of the trace's own clock are no
 * arrival times, and lie elsewhere. */
static void stamp_start(struct deck *d, struct shelf *s, double now_s)
{
	if (!source_is_answer(s->source) || !s->n_entered)
		return;
	for (size_t i = s->first_entry; i < d->n; i++) {
		struct trace *t;

		if (d->entries[i].own.i_source != d->i_reading || !d->runs[i])
			continue;
		t = &d->runs[i]->trace;
		if (isnan(t->start_s) && t->time_us &&
		    t->time_origin_s >= s->opened_s &&
		    t->time_origin_s <= now_s)
			t->start_s = s->opened_s;
		if (d->runs[i]->ended)
			return;
	}
}

static void shelf_bytes(struct deck *d, struct shelf *s, const char *bytes,
			size_t n)
{
	struct err err = { "" };
	/* how fast a file is read tells nothing of its text */
	double time_s = source_is_live(s->source) ?
				(double)now_us() / 1e6 :
				NAN;

	if (s->index) {
		indexer_bytes(s->index, bytes, n);
		return;
	}
	if (!feed_bytes(s->feed, bytes, n, time_s, &err)) {
		shelf_end(d, s, err.text);
		return;
	}
	stamp_start(d, s, time_s);
	set_title(s, feed_title(s->feed));
}

/* The shape is known: hand the probe on. */
static void shelf_begin(struct deck *d, struct shelf *s, bool whole)
{
	const struct feed_sink sink = {
		.ctx = d,
		.open = stream_open,
		.close = stream_close,
		.broken = stream_broken,
	};
	struct feed_opts opts = { .source = source_name(s->source),
				  .format = d->format,
				  .field = d->field };
	struct err err = { "" };
	const struct format *format;

	s->probed = true;
	s->dialect = load_detect(&opts, &s->probe, whole, &s->shape, &err);
	if (!s->dialect && !err.text[0]) {
		s->probed = false; /* too few bytes to tell: wait for more */
		return;
	}
	if (!s->dialect) {
		shelf_end(d, s, err.text);
		return;
	}
	format = format_find(s->dialect);
	facts_set(&s->title, format ? format->title : s->dialect);
	if (s->shape == FEED_RECORDS)
		s->index = indexer_new(s->dialect);
	else
		s->feed = feed_new(&opts, &sink);
	if (s->feed)
		source_keep(s->source, 0); /* its runs are kept */
	shelf_bytes(d, s, s->probe.data, s->probe.len);
	buf_release(&s->probe);
}

/* An entry for every record that the index found since. */
static void enter_records(struct deck *d, struct shelf *s)
{
	while (s->index && s->n_entered < indexer_n(s->index)) {
		size_t i = s->n_entered++;
		struct record_place place = indexer_place(s->index, i);

		deck_add_entry(d, ENTRY_INDEXED,
			       &(struct entry_own){
				       .i_source = (uint32_t)d->i_reading,
				       .i_record = (uint32_t)i,
				       .size_bytes = (uint32_t)MIN(
					       place.len, UINT32_MAX),
			       });
		d->has_records = true;
		d->record_bytes += place.len;
	}
}

static enum source_state probe_step(struct deck *d, struct shelf *s,
				    struct err *err)
{
	enum source_state state = source_read(s->source, &s->probe, err);
	bool over = state == SOURCE_END || state == SOURCE_ERROR;

	if (state == SOURCE_ERROR && !s->probe.len)
		return state; /* that it is empty is not the news */
	if (over || s->probe.len >= FEED_PROBE_BYTES ||
	    (state == SOURCE_WAIT && load_ready(&s->probe)))
		shelf_begin(d, s, over);
	return state;
}

static enum source_state more_step(struct deck *d, struct shelf *s,
				   struct err *err)
{
	enum source_state state;

	buf_clear(&d->scratch);
	state = source_read(s->source, &d->scratch, err);
	shelf_bytes(d, s, d->scratch.data, d->scratch.len);
	return state;
}

/* A followed file was cut or replaced: what stands there now is another
 * source, behind all others. */
static void begin_anew(struct deck *d, size_t i, const struct err *what)
{
	struct source *next = source_next(d->shelves[i].source);

	if (!d->shelves[i].probed && d->shelves[i].probe.len)
		shelf_begin(d, &d->shelves[i], true);
	if (!d->shelves[i].ended)
		shelf_end(d, &d->shelves[i], NULL);
	deck_add_source(d, next);
	d->news = *what;
	d->n_news++;
}

/* One look at one source. */
static enum deck_step read_shelf(struct deck *d, size_t i)
{
	struct shelf *s = &d->shelves[i];
	struct err err = { "" };
	enum source_state state;

	d->i_reading = i;
	state = s->probed ? more_step(d, s, &err) : probe_step(d, s, &err);
	if (!s->ended && (state == SOURCE_END || state == SOURCE_ERROR))
		shelf_end(d, s, err.text);
	if (state == SOURCE_ANEW) {
		begin_anew(d, i, &err);
		s = &d->shelves[i]; /* they may have moved */
	}
	enter_records(d, s);
	return state == SOURCE_WAIT && !s->ended ? STEP_WAIT : STEP_MORE;
}

/* The first source that has something; those that only wait are passed. */
static enum deck_step read_step(struct deck *d)
{
	enum deck_step step = STEP_DONE;

	while (d->n_ended < d->n_shelves && d->shelves[d->n_ended].ended)
		d->n_ended++;
	for (size_t i = d->n_ended; i < d->n_shelves; i++) {
		if (d->shelves[i].ended)
			continue;
		step = read_shelf(d, i);
		if (step == STEP_MORE)
			return step;
	}
	return step;
}

/* --- the open run ------------------------------------------------------- */

static enum deck_step open_step(struct deck *d)
{
	if (d->run && !run_measure(d->run, DECK_MEASURE_TOKENS))
		return STEP_MORE;
	if (d->run && d->run->ended)
		meter_seal(d->run->meter);
	return STEP_DONE;
}

/* The list shows the open run's numbers while it grows. */
static void refresh_opened(struct deck *d)
{
	uint32_t before;

	if (!d->run || !d->run->meter ||
	    d->entries[d->opened].state == ENTRY_REPORTED)
		return;
	before = d->entries[d->opened].fired_at;
	deck_row_of_run(d, d->opened, d->run);
	deck_live_fired(d, d->opened, before);
}

static void close_opened(struct deck *d)
{
	if (d->opened != DECK_NONE && !d->runs[d->opened])
		run_free(d->run);
	d->run = NULL;
	d->opened = DECK_NONE;
}

struct run *deck_load(struct deck *d, size_t i, struct err *err)
{
	struct load_list list = { 0 };
	const struct entry *e = &d->entries[i];
	struct run *run = NULL;

	if (deck_load_record(d, i, &d->opts, false, &list, err) &&
	    e->own.i_sub < list.n) {
		run = list.runs[e->own.i_sub];
		list.runs[e->own.i_sub] = NULL;
	} else {
		err_set(err, "%s",
			list.trouble[0] ? list.trouble :
					  "this record holds no text");
	}
	load_release(&list);
	return run;
}

struct run *deck_open(struct deck *d, size_t i, struct err *err)
{
	struct run *run = d->runs[i];

	if (!run)
		run = deck_load(d, i, err);
	if (!run)
		return NULL; /* and the former one stays on the screen */
	close_opened(d);
	run_set(run, &d->opts);
	d->opened = i;
	d->run = run;
	return run;
}

/* From when on nothing but measuring is left: for how long it will take. */
static void note_pace(struct deck *d, uint64_t now)
{
	if (d->pace_from_us || !d->has_records || d->i_head < d->n ||
	    !deck_index_complete(d))
		return;
	d->pace_from_us = now;
	d->pace_bytes = d->done_bytes;
}

/* One small step a round, of the most urgent kind that has any: so a key is
 * never further away than a step, and nothing urgent waits for the rest. */
bool deck_work(struct deck *d, uint64_t budget_us)
{
	uint64_t now = now_us(), until = now + budget_us;
	uint64_t sight_until = now + budget_us / 2;
	bool read;

	deck_spill_step(d);
	note_pace(d, now);
	do {
		if (open_step(d) == STEP_MORE)
			continue;
		if (deck_beside_step(d, DECK_MEASURE_TOKENS))
			continue;
		if (deck_sight_head_step(d) == STEP_MORE || deck_crew_step(d))
			continue;
		if (now < sight_until &&
		    ((!(d->crew && d->reading) &&
		      deck_sight_step(d) == STEP_MORE) ||
		     deck_sight_live_step(d, DECK_MEASURE_TOKENS)))
			continue;
		read = d->reading;
		d->reading = read_step(d) == STEP_MORE;
		if (d->reading || read) /* then there is work for others */
			continue;
		if (deck_head_step(d) == STEP_MORE ||
		    deck_report_step(d) == STEP_MORE ||
		    deck_live_step(d, DECK_MEASURE_TOKENS))
			continue;
		refresh_opened(d);
		return false;
	} while ((now = now_us()) < until);
	refresh_opened(d);
	return true;
}

bool deck_waits(const struct deck *d)
{
	return d->n_out || !deck_index_complete(d);
}

size_t deck_poll(const struct deck *d, int *fds, size_t max, int *ms)
{
	size_t n = 0;

	*ms = d->n_out ? DECK_CREW_MS : -1;
	for (size_t i = d->n_ended; i < d->n_shelves; i++) {
		const struct shelf *s = &d->shelves[i];
		int fd = s->ended ? -1 : source_fd(s->source);
		int wait = s->ended ? -1 : source_wait_ms(s->source);

		if (fd >= 0 && n < max)
			fds[n++] = fd;
		else if (fd >= 0)
			wait = DECK_LOOK_MS; /* too many to be told of */
		if (wait >= 0)
			*ms = *ms < 0 ? wait : MIN(*ms, wait);
	}
	return n;
}

void deck_sleep(const struct deck *d, double max_s)
{
	int fds[DECK_POLL_MAX], ms;
	struct pollfd polls[DECK_POLL_MAX];
	size_t n = deck_poll(d, fds, DECK_POLL_MAX, &ms);

	for (size_t i = 0; i < n; i++)
		polls[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	if (max_s >= 0 && (ms < 0 || max_s * 1000 < ms))
		ms = (int)(max_s * 1000) + 1; /* too early would be a spin */
	poll(polls, n, ms);
}

void deck_set_opts(struct deck *d, const struct meter_opts *opts)
{
	d->opts = *opts;
	if (d->crew)
		crew_next_epoch(d->crew);
	load_release(&d->loading); /* half measured with the former ones */
	d->n_over = d->i_over = d->i_sight = d->i_give = d->n_reported = 0;
	d->done_bytes = d->pace_from_us = 0;
	for (size_t i = 0; i < d->n; i++) {
		struct entry *e = &d->entries[i];

		e->own.in_work = false;
		if (d->runs[i])
			run_set(d->runs[i], opts);
		if (e->state == ENTRY_REPORTED && e->own.spill != SPILL_LOST)
			e->state = d->runs[i] ? ENTRY_OPEN : ENTRY_INDEXED;
		if (e->state == ENTRY_OPEN && d->runs[i]->ended)
			deck_over_add(d, i);
		if (e->state == ENTRY_BROKEN || e->state == ENTRY_REPORTED)
			deck_count(d, i, true);
	}
	if (d->run && !d->runs[d->opened])
		run_set(d->run, opts);
	memset(d->beside_broken, 0, sizeof(d->beside_broken));
}
