/*
 * Nothing here is shared with other threads but what stays as it is: the
 * options, the names, the tokenizer's vocabulary.
 */
#include "report/batch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "system/crew.h"

enum { MEASURE_TOKENS = 16384 }; /* between two steps */

/* What the sink of a batch's own feed needs. */
struct batch_sink {
	struct batch *b;
	struct feed *reader;
	bool (*step)(void *ctx);
	void *ctx;
	bool stopped;
};

static struct outcome *add(struct batch *b)
{
	b->out = grow(b->out, &b->cap_out, b->n_out + 1, sizeof(*b->out));
	b->out[b->n_out] = (struct outcome){ 0 };
	return &b->out[b->n_out++];
}

void batch_broken(struct batch *b, const char *sentence)
{
	add(b)->broken = mem_strdup(sentence);
}

/* An error after "200 OK". */
static void note_aborted(const struct batch *b, const struct facts *facts,
			 struct outcome *o)
{
	const char *why = facts->note ? facts->note : facts->finish_reason;
	struct err err = { "" };

	if (!facts->aborted || b->shape != FEED_STREAM)
		return;
	err_set(&err, "%s: generation %s was ended by an error: %.300s; what "
		      "came before it is reported",
		b->feed.source, facts->record ? facts->record : "0",
		why ? why : "(no message)");
	o->aborted = mem_strdup(err.text);
}

static void put_line(const struct batch *b, const struct report *r,
		     struct buf *out)
{
	struct report row = *r;

	switch (b->opts->output) {
	case ANALYZE_TABLE:
		/* the only generation of its file needs no number */
		if (b->shape == FEED_STREAM && row.record &&
		    !strcmp(row.record, "0"))
			row.record = NULL;
		report_table(&row, out, b->cols);
		return;
	case ANALYZE_CSV:
		report_csv(r, out);
		return;
	case ANALYZE_JSON:
		report_json(r, out);
		return;
	case ANALYZE_NONE:
		return;
	}
}

/* Does what is printed show all that a report has? */
static bool shows_all(const struct batch *b)
{
	enum analyze_output output = b->opts->output;

	return output == ANALYZE_JSON || output == ANALYZE_CSV ||
	       (output == ANALYZE_TABLE && b->cols >= REPORT_COLS_WIDE);
}

/* What is kept of a measured run; the run, too, if each is wanted. */
static void tell(struct batch *b, struct run *run)
{
	struct outcome *o = add(b);

	if (shows_all(b))
		report_fill(&o->row, run);
	else
		report_fill_row(&o->row, run);
	put_line(b, &o->row, &o->line);
	note_aborted(b, &run->trace.facts, o);
	o->record = mem_strdup(o->row.record);
	o->guessed = mem_strdup(o->row.guessed);
	o->row.run = NULL;
	o->row.source = b->feed.source;
	o->row.record = o->record;
	o->row.guessed = o->guessed;
	o->row.model = o->row.finish_reason = o->row.label = o->row.note =
		o->row.policy = o->row.kept = NULL;
	for (size_t i = 0; i < RULE_ROWS; i++)
		o->row.rules[i].meter = NULL;
	if (b->opts->each)
		o->run = run;
}

static void foresee(void *ctx)
{
	run_foresee(ctx);
}

static void go_ahead(void *ctx)
{
	run_apart(ctx);
}

/* Measures the run, tells it, frees it; false: no longer wanted. */
static bool finish(struct batch *b, struct run *run, bool (*step)(void *ctx),
		   void *ctx)
{
	bool wanted = step(ctx);

	if (wanted && b->splits && run_splits(run))
		crew_both(go_ahead, foresee, run);
	else if (wanted)
		run_foresee(run);
	while (wanted && !run_measure(run, MEASURE_TOKENS))
		wanted = step(ctx);
	if (wanted)
		tell(b, run);
	if (!wanted || !b->opts->each)
		run_free(run);
	return wanted;
}

static struct run *sink_open(void *ctx)
{
	const struct batch_sink *s = ctx;

	return run_new(&s->b->opts->meter);
}

static void sink_close(void *ctx, struct run *run)
{
	struct batch_sink *s = ctx;

	s->b->shape = feed_shape(s->reader);
	if (s->stopped)
		run_free(run);
	else
		s->stopped = !finish(s->b, run, s->step, s->ctx);
}

static void sink_broken(void *ctx, const char *sentence)
{
	const struct batch_sink *s = ctx;

	if (s->b->filter && feed_shape(s->reader) == FEED_RECORDS)
		batch_broken(s->b, sentence);
}

static void read_bytes(struct batch *b, bool (*step)(void *ctx), void *ctx)
{
	struct batch_sink own = { .b = b, .step = step, .ctx = ctx };
	const struct feed_sink sink = {
		.ctx = &own,
		.open = sink_open,
		.close = sink_close,
		.broken = sink_broken,
	};

	own.reader = feed_new(&b->feed, &sink);
	feed_bytes(own.reader, b->bytes.data, b->bytes.len, NAN, &b->err);
	feed_end(own.reader, &b->err);
	b->shape = feed_shape(own.reader);
	b->n_skipped = feed_skipped(own.reader);
	err_set(&b->skipped, "%s", feed_first_trouble(own.reader));
	feed_free(own.reader);
	buf_release(&b->bytes);
}

void batch_work(struct batch *b, bool (*step)(void *ctx), void *ctx)
{
	struct run *run = b->run;

	b->run = NULL;
	if (run)
		finish(b, run, step, ctx);
	if (b->has_bytes && step(ctx))
		read_bytes(b, step, ctx);
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n_out; i++) {
		struct outcome *o = &b->out[i];

		buf_release(&o->line);
		mem_free(o->broken);
		mem_free(o->record);
		mem_free(o->guessed);
		mem_free(o->aborted);
		run_free(o->run);
	}
	mem_free(b->out);
	run_free(b->run);
	buf_release(&b->bytes);
	mem_free(b);
}
