/*
 * The threads of a deck. The deck's own gives them pieces of what is to be
 * read and takes rows, both without waiting, and measures short records itself
 * meanwhile, in slices.
 *
 *	first   of what is looked at how the longest begin, then reports,
 *	        each by itself
 *	then    heads, when all is indexed
 *	then    reports
 *
 * After other options (deck_set_opts) what is in work is of another epoch: it
 * is given up, and what comes of it is dropped.
 */
#include "deck/deck_job.h"
#include "deck/deck_state.h"

enum {
	WAITING_BYTES = 512 << 10, /* given and not taken, for each thread */
	HEADS_BYTES = 512 << 10,   /* of a job; or one record */
	REPORT_BYTES = 64 << 10,
	OWN_BYTES = 128 << 10,     /* longer records are for others */
	LONG_BYTES = 2 << 20,      /* of longer ones the head alone takes ms */
	THREAD_BYTES = 64 << 10,   /* of the sources, for one thread more */
};

bool deck_is_elsewhere(const struct deck *d, size_t i)
{
	return d->crew && d->entries[i].own.size_bytes > OWN_BYTES;
}

bool deck_is_long(const struct deck *d, size_t i)
{
	return d->crew && d->entries[i].own.size_bytes > LONG_BYTES;
}

/* --- on another thread -------------------------------------------------- */

struct wanted_ctx {
	const struct deck *d;
	const struct deck_job *job;
};

static bool is_wanted(void *ctx)
{
	const struct wanted_ctx *w = ctx;

	return !crew_stopped(w->d->crew) &&
	       (w->job->heads || w->job->epoch == crew_epoch(w->d->crew));
}

static void work(void *ctx, void *item, bool own)
{
	struct wanted_ctx wanted = { ctx, item };

	(void)own;
	deck_job_work(item, is_wanted, &wanted);
}

/* --- giving ------------------------------------------------------------- */

/* Threads that have something to do: none for a short file. */
static unsigned n_threads(const struct deck *d)
{
	unsigned n = d->n_threads ? d->n_threads : crew_cores();
	uint64_t total = 0, all;

	for (size_t i = 0; i < d->n_shelves; i++) {
		all = source_total_bytes(d->shelves[i].source);
		total = all && total != UINT64_MAX ? total + all : UINT64_MAX;
	}
	return (unsigned)MIN((uint64_t)n, 1 + total / THREAD_BYTES);
}

/* Can record i + k be part of the same job? */
static bool goes_along(const struct deck *d, size_t i, size_t k, bool heads)
{
	const struct entry *first = &d->entries[i], *e = first + k;

	return i + k < d->n && e->own.i_source == first->own.i_source &&
	       e->own.i_record == first->own.i_record + k &&
	       (heads ? deck_wants_head(d, i + k) :
			deck_is_record(d, i + k) &&
				deck_wants_report(d, i + k));
}

/* Reads entry i and those behind it, up to max_bytes. */
static struct deck_job *make_job(struct deck *d, size_t i, bool heads,
				 size_t max_bytes)
{
	struct deck_job *job = mem_zalloc(sizeof(*job));
	struct source *source = d->shelves[d->entries[i].own.i_source].source;
	struct record_place last;
	size_t cap = 0;

	job->feed = deck_feed_opts(d, i);
	job->meter = deck_record_opts(d);
	job->heads = heads;
	job->epoch = crew_epoch(d->crew);
	job->entry = i;
	do {
		last = deck_place(d, i + job->n);
		if (job->n && last.offset + last.len - job->places[0].offset >
				      max_bytes)
			break;
		job->places = grow(job->places, &cap, job->n + 1,
				   sizeof(*job->places));
		job->places[job->n++] = last;
	} while (goes_along(d, i, job->n, heads));
	last = job->places[job->n - 1];
	if (last.len <= FEED_RECORD_MAX_BYTES)
		source_again(source, job->places[0].offset,
			     last.offset + last.len - job->places[0].offset,
			     &job->bytes, &job->err);
	return job;
}

static bool give(struct deck *d, struct deck_job *job)
{
	for (size_t k = 0; k < job->n && (!job->heads || job->glimpse); k++)
		d->entries[job->entry + k].own.in_work = true;
	d->n_out++;
	crew_give(d->crew, job, job->bytes.len);
	return true;
}

static bool give_glimpse(struct deck *d)
{
	for (size_t k = 0; k < d->n_sight && d->sight[k] < d->n; k++) {
		size_t i = d->sight[k];
		struct deck_job *job;

		if (!deck_is_long(d, i) || d->entries[i].own.headed ||
		    !deck_is_record(d, i) || !deck_wants_report(d, i))
			continue;
		job = make_job(d, i, true, 0);
		job->glimpse = true;
		return give(d, job);
	}
	return false;
}

static bool give_sight(struct deck *d)
{
	for (size_t k = 0; k < d->n_sight && d->sight[k] < d->n; k++) {
		size_t i = d->sight[k];

		if (deck_is_record(d, i) && deck_wants_report(d, i))
			return give(d, make_job(d, i, false, 0));
	}
	return false;
}

static bool give_heads(struct deck *d)
{
	struct deck_job *job;

	while (d->i_head < d->n && !deck_wants_head(d, d->i_head))
		d->i_head++;
	if (d->i_head == d->n)
		return false;
	job = make_job(d, d->i_head, true, HEADS_BYTES);
	d->i_head += job->n;
	return give(d, job);
}

static bool give_reports(struct deck *d)
{
	while (d->i_give < d->n && (!deck_wants_report(d, d->i_give) ||
				    !deck_is_record(d, d->i_give)))
		d->i_give++;
	return d->i_give < d->n &&
	       give(d, make_job(d, d->i_give, false, REPORT_BYTES));
}

/* --- taking ------------------------------------------------------------- */

static void take_record(struct deck *d, const struct deck_job *job, size_t k)
{
	const struct job_made *made = &job->made[k];
	size_t i = job->entry + k;

	if (job->glimpse) {
		d->entries[i].own.in_work = false;
		d->i_give = MIN(d->i_give, i);
		deck_take_glimpse(d, i, made->rows, made->n, made->why);
	} else if (job->heads) {
		deck_take_heads(d, i, made->rows, made->n, made->why);
	} else if (made->n) {
		deck_take_rows(d, i, made->rows, made->n);
	} else {
		deck_record_broken(d, i, made->why);
	}
}

static bool take(struct deck *d)
{
	struct deck_job *job = crew_take(d->crew, false);

	if (!job)
		return false;
	d->n_out--;
	if (job->heads || job->epoch == crew_epoch(d->crew))
		for (size_t k = 0; k < job->n; k++)
			take_record(d, job, k);
	deck_job_free(job);
	return true;
}

bool deck_crew_step(struct deck *d)
{
	bool taken;

	if (!d->crew && (d->n_threads == 1 || !d->has_records))
		return false;
	if (!d->crew) {
		unsigned n = n_threads(d);

		if (n == 1)
			return false;
		d->crew = crew_new(n, (size_t)n * WAITING_BYTES, work, d);
	}
	taken = take(d);
	return (!crew_full(d->crew) &&
		(give_glimpse(d) || give_sight(d) ||
		 (!d->reading && (give_heads(d) || give_reports(d))))) ||
	       taken;
}

void deck_crew_end(struct deck *d)
{
	void *job;

	if (!d->crew)
		return;
	crew_stop(d->crew);
	while ((job = crew_take(d->crew, true)))
		deck_job_free(job);
	crew_free(d->crew);
	d->crew = NULL;
}
