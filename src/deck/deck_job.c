/* The same that deck_report.c does in slices, in one go. */
#include "deck/deck_job.h"

enum { JOB_MEASURE_TOKENS = 16384 }; /* between two questions */

/* false: it is no longer wanted. */
static bool make_row(struct deck_row *row, struct run *run, bool heads,
		     bool (*wanted)(void *ctx), void *ctx)
{
	*row = deck_row_empty();
	if (heads) {
		deck_row_head(row, run);
		return true;
	}
	if (!wanted(ctx))
		return false;
	run_foresee(run);
	while (!run_measure(run, JOB_MEASURE_TOKENS))
		if (!wanted(ctx))
			return false;
	deck_row_fill(row, run);
	return true;
}

/* Runs go one by one, so that little is held. */
static bool make_rows(const struct deck_job *job, struct load_list *list,
		      struct job_made *made, bool (*wanted)(void *ctx),
		      void *ctx)
{
	for (size_t i = 0; i < list->n; i++) {
		made->rows = grow(made->rows, &made->cap, i + 1,
				  sizeof(*made->rows));
		if (!make_row(&made->rows[i], list->runs[i], job->heads,
			      wanted, ctx))
			return false;
		run_free(list->runs[i]);
		list->runs[i] = NULL;
		made->n++;
	}
	return true;
}

static bool work_at(const struct deck_job *job, size_t k,
		    bool (*wanted)(void *ctx), void *ctx)
{
	const struct record_place *place = &job->places[k];
	struct load_list list = { 0 };
	struct feed_opts feed = job->feed;
	struct err err = { "" };
	bool fine = true;

	feed.record += k;
	feed.line = place->line;
	feed.byte = place->offset;
	if (load_fits(place, feed.source, &err) &&
	    load_bytes(job->bytes.data + (place->offset -
					  job->places[0].offset),
		       place->len, &feed, &job->meter, job->heads, &list,
		       &err) && list.n)
		fine = make_rows(job, &list, &job->made[k], wanted, ctx);
	else
		job->made[k].why = mem_strdup(err.text[0] ? err.text :
							    list.trouble);
	load_release(&list);
	return fine;
}

void deck_job_work(struct deck_job *job, bool (*wanted)(void *ctx), void *ctx)
{
	job->made = mem_zalloc(job->n * sizeof(*job->made));
	for (size_t k = 0; k < job->n; k++) {
		if (!wanted(ctx))
			return;
		if (job->err.text[0])
			job->made[k].why = mem_strdup(job->err.text);
		else if (!work_at(job, k, wanted, ctx))
			return;
	}
	buf_release(&job->bytes);
}

void deck_job_free(struct deck_job *job)
{
	if (!job)
		return;
	for (size_t k = 0; job->made && k < job->n; k++) {
		mem_free(job->made[k].rows);
		mem_free(job->made[k].why);
	}
	mem_free(job->made);
	mem_free(job->places);
	buf_release(&job->bytes);
	mem_free(job);
}
