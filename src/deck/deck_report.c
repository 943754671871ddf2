/*
 * Rows of what can be read again, in slices on the deck's own thread: how a
 * record begins (its head), and its report. deck_crew.c does the same on
 * others.
 *
 * Generations of one record beyond the first get entries of their own when its
 * head is taken, which happens in the order of the entries; so their places do
 * not depend on who measures what when.
 */
#include "deck/deck_row.h"
#include "deck/deck_state.h"

enum {
	FORESEE_BYTES = 512 << 10, /* a longer text is measured as it comes:
				      a look ahead would hold up a key */
};

struct feed_opts deck_feed_opts(const struct deck *d, size_t i)
{
	const struct entry *e = &d->entries[i];
	const struct shelf *s = &d->shelves[e->own.i_source];
	struct record_place place = indexer_place(s->index, e->own.i_record);

	return (struct feed_opts){ .source = source_name(s->source),
				   .format = s->dialect,
				   .field = d->field,
				   .from_middle = true,
				   .record = e->own.i_record,
				   .line = place.line,
				   .byte = place.offset };
}

struct record_place deck_place(const struct deck *d, size_t i)
{
	const struct entry_own *own = &d->entries[i].own;

	return indexer_place(d->shelves[own->i_source].index, own->i_record);
}

bool deck_load_record(struct deck *d, size_t i, const struct meter_opts *meter,
		      bool head, struct load_list *out, struct err *err)
{
	struct source *source;
	struct record_place place;
	struct feed_opts opts;

	if (!deck_has_index(d, i)) {
		struct run *run = deck_unspill(d, i, meter, err);

		out->runs = grow(out->runs, &out->cap, 1, sizeof(*out->runs));
		out->runs[0] = run;
		out->n = run != NULL;
		return run != NULL;
	}
	source = d->shelves[d->entries[i].own.i_source].source;
	place = deck_place(d, i);
	opts = deck_feed_opts(d, i);
	return load_place(source, &place, &opts, meter, head, out, err);
}

bool deck_is_record(const struct deck *d, size_t i)
{
	return !d->entries[i].own.i_sub && deck_has_index(d, i);
}

bool deck_has_index(const struct deck *d, size_t i)
{
	return d->shelves[d->entries[i].own.i_source].index != NULL;
}

bool deck_wants_head(const struct deck *d, size_t i)
{
	const struct entry *e = &d->entries[i];

	return !e->own.counted && deck_is_record(d, i);
}

/* The first entry of a record stands for all its generations: they are read
 * and measured in one go. */
bool deck_wants_report(const struct deck *d, size_t i)
{
	const struct entry *e = &d->entries[i];

	return e->state == ENTRY_INDEXED && !e->own.in_work && !e->own.i_sub;
}

size_t deck_sub(const struct deck *d, size_t i, size_t sub)
{
	const struct entry *e = &d->entries[i], *s;
	size_t at = e->own.first_sub + sub - 1;

	if (!sub)
		return i;
	if (!e->own.first_sub || at >= d->n)
		return DECK_NONE;
	s = &d->entries[at];
	return s->own.i_source == e->own.i_source &&
	       s->own.i_record == e->own.i_record &&
	       s->own.i_sub == sub ? at : DECK_NONE;
}

void deck_count(struct deck *d, size_t i, bool done)
{
	const struct entry *e = &d->entries[i];
	uint64_t bytes = e->own.i_sub ? 0 : e->own.size_bytes;

	d->n_reported += done ? 1 : -(size_t)1;
	d->done_bytes += done ? bytes : -bytes;
}

void deck_entry_done(struct deck *d, size_t i, enum entry_state state)
{
	struct entry *e = &d->entries[i];

	if (e->state != ENTRY_REPORTED && e->state != ENTRY_BROKEN)
		deck_count(d, i, true);
	e->state = state;
}

static void tell_broken(struct deck *d, size_t i, const char *why)
{
	for (size_t sub = 0, at; (at = deck_sub(d, i, sub)) != DECK_NONE; sub++)
		deck_entry_done(d, at, ENTRY_BROKEN);
	if (!d->entries[i].own.counted)
		return; /* when its head's turn comes, in order */
	if (deck_is_passed(d, i)) {
		deck_pass(d, why);
	} else {
		d->n_skipped++;
		deck_note_trouble(d, why);
	}
}

void deck_record_broken(struct deck *d, size_t i, const char *why)
{
	if (d->entries[i].state != ENTRY_BROKEN)
		tell_broken(d, i, why);
}

/* --- heads -------------------------------------------------------------- */

static void enter_subs(struct deck *d, size_t i, size_t n)
{
	struct entry *e = &d->entries[i];

	if (e->own.first_sub || n < 2)
		return;
	if (e->state == ENTRY_REPORTED) { /* it was looked at: all anew */
		e->state = ENTRY_INDEXED;
		deck_count(d, i, false);
		d->i_give = MIN(d->i_give, i);
	}
	e->own.first_sub = (uint32_t)d->n;
	for (size_t sub = 1; sub < n; sub++) {
		const struct entry_own first = d->entries[i].own;

		deck_add_entry(d, ENTRY_INDEXED,
			       &(struct entry_own){
				       .i_source = first.i_source,
				       .i_sub = (uint32_t)sub,
				       .i_record = first.i_record,
				       .size_bytes = first.size_bytes,
				       .counted = true,
			       });
	}
}

void deck_take_heads(struct deck *d, size_t i, const struct deck_row *rows,
		     size_t n, const char *why)
{
	d->entries[i].own.counted = true;
	if (!n)
		tell_broken(d, i, why);
	enter_subs(d, i, n);
	for (size_t sub = 0; sub < n; sub++) {
		size_t at = deck_sub(d, i, sub);

		if (at == DECK_NONE || d->entries[at].state != ENTRY_INDEXED)
			continue;
		deck_row_take(d, at, &rows[sub]);
		d->entries[at].own.headed = true;
	}
}

void deck_take_glimpse(struct deck *d, size_t i, const struct deck_row *rows,
		       size_t n, const char *why)
{
	if (!n) {
		deck_record_broken(d, i, why);
		return;
	}
	deck_row_take(d, i, &rows[0]);
	d->entries[i].own.headed = true;
	d->entries[i].own.counted = d->entries[i].own.counted || n == 1;
}

/* Reads the head of record i; `glimpse`: out of its turn. */
static void read_head(struct deck *d, size_t i, bool glimpse)
{
	struct load_list list = { 0 };
	struct err err = { "" };
	bool fine = deck_load_record(d, i, &d->opts, true, &list, &err);
	struct deck_row *rows = mem_alloc(MAX(list.n, 1) * sizeof(*rows));
	const char *why = err.text[0] ? err.text : list.trouble;

	for (size_t k = 0; k < list.n; k++) {
		rows[k] = deck_row_empty();
		deck_row_head(&rows[k], list.runs[k]);
	}
	(glimpse ? deck_take_glimpse : deck_take_heads)(
		d, i, rows, fine ? list.n : 0, why);
	mem_free(rows);
	load_release(&list);
}

enum deck_step deck_sight_head_step(struct deck *d)
{
	for (size_t k = 0; k < d->n_sight; k++) {
		size_t i = d->sight[k];

		if (i >= d->n)
			break; /* not read yet */
		if (d->entries[i].own.headed ||
		    d->entries[i].state != ENTRY_INDEXED ||
		    !deck_is_record(d, i) || deck_is_long(d, i))
			continue;
		read_head(d, i, true);
		return STEP_MORE;
	}
	return STEP_DONE;
}

enum deck_step deck_head_step(struct deck *d)
{
	if (d->crew)
		return STEP_DONE; /* the others', in order */
	while (d->i_head < d->n && !deck_wants_head(d, d->i_head))
		d->i_head++;
	if (d->i_head == d->n)
		return STEP_DONE;
	read_head(d, d->i_head++, false);
	return STEP_MORE;
}

/* --- reports ------------------------------------------------------------ */

struct meter_opts deck_record_opts(const struct deck *d)
{
	struct meter_opts opts = deck_row_opts(d);

	opts.no_curves = true;
	return opts;
}

static void run_begin(struct deck *d)
{
	struct run *run = d->loading.runs[d->i_loading];

	if (run->trace.text.len < FORESEE_BYTES)
		run_foresee(run);
}

static void record_begin(struct deck *d, size_t i)
{
	struct meter_opts opts = deck_record_opts(d);
	struct err err = { "" };

	if (deck_load_record(d, i, &opts, false, &d->loading, &err) &&
	    d->loading.n) {
		d->entries[i].own.in_work = true;
		d->loading_entry = i;
		d->i_loading = 0;
		run_begin(d);
		return;
	}
	deck_record_broken(d, i, err.text[0] ? err.text : d->loading.trouble);
	load_release(&d->loading);
}

/* No more of its record: what was there when its head was read is gone. */
static void record_end(struct deck *d, size_t i, size_t n)
{
	for (size_t at; (at = deck_sub(d, i, n)) != DECK_NONE; n++)
		deck_entry_done(d, at, ENTRY_BROKEN);
	d->entries[i].own.in_work = false;
}

void deck_take_rows(struct deck *d, size_t i, const struct deck_row *rows,
		    size_t n)
{
	for (size_t sub = 0; sub < n; sub++) {
		size_t at = deck_sub(d, i, sub);

		if (at == DECK_NONE)
			break; /* their turn comes with the head */
		deck_row_take(d, at, &rows[sub]);
		d->entries[at].own.headed = true;
		deck_entry_done(d, at, ENTRY_REPORTED);
	}
	record_end(d, i, n);
}

/* One step in measuring a record that was read for its report alone. */
static void record_step(struct deck *d)
{
	struct run *run = d->loading.runs[d->i_loading];
	size_t i = d->loading_entry, at;

	if (!run_measure(run, DECK_MEASURE_TOKENS))
		return;
	at = deck_sub(d, i, d->i_loading);
	if (at != DECK_NONE) {
		deck_row_of_run(d, at, run);
		d->entries[at].own.headed = true;
		deck_entry_done(d, at, ENTRY_REPORTED);
	}
	if (++d->i_loading < d->loading.n && at != DECK_NONE) {
		run_begin(d);
		return;
	}
	record_end(d, i, d->i_loading);
	load_release(&d->loading);
}

/* The same for a run that a stream left here, and that stays. */
static bool kept_step(struct deck *d, size_t i)
{
	struct run *run = d->runs[i];
	uint32_t before = d->entries[i].fired_at;

	if (!run_measure_aside(run, DECK_MEASURE_TOKENS))
		return false;
	deck_row_of_run(d, i, run);
	deck_live_fired(d, i, before);
	deck_entry_done(d, i, ENTRY_REPORTED);
	meter_seal(run->meter);
	deck_spill_add(d, i);
	return true;
}

void deck_over_add(struct deck *d, size_t i)
{
	d->over = grow(d->over, &d->over_cap, d->n_over + 1, sizeof(*d->over));
	d->over[d->n_over++] = i;
}

/* Runs that are over, in the order in which they ended. */
static enum deck_step over_step(struct deck *d)
{
	while (d->i_over < d->n_over) {
		size_t i = d->over[d->i_over];

		if (d->entries[i].state == ENTRY_OPEN && d->runs[i] &&
		    !kept_step(d, i))
			return STEP_MORE;
		d->i_over++;
	}
	d->i_over = d->n_over = 0;
	return STEP_DONE;
}

/* A step towards the report of record i, or of the one in work. */
static enum deck_step report_one(struct deck *d, size_t i)
{
	if (d->loading.n)
		record_step(d);
	else
		record_begin(d, i);
	return STEP_MORE;
}

enum deck_step deck_report_step(struct deck *d)
{
	size_t i;

	if (over_step(d) == STEP_MORE)
		return STEP_MORE;
	if (d->loading.n)
		return report_one(d, d->loading_entry);
	while (d->i_give < d->n && !deck_wants_report(d, d->i_give))
		d->i_give++;
	for (i = d->i_give; i < d->n && deck_is_elsewhere(d, i); i++)
		;
	if (i == d->n || !deck_wants_report(d, i) || deck_wants_head(d, i))
		return STEP_DONE; /* or soon */
	return report_one(d, i);
}

/* The same for the entries that are looked at. Runs that are kept are in
 * work already. */
enum deck_step deck_sight_step(struct deck *d)
{
	for (; d->i_sight < d->n_sight; d->i_sight++) {
		size_t i = d->sight[d->i_sight];

		if (i >= d->n)
			return STEP_DONE; /* not read yet */
		if (d->loading.n)
			return report_one(d, i);
		if (!d->runs[i] && deck_wants_report(d, i) &&
		    !deck_is_elsewhere(d, i))
			return report_one(d, i);
	}
	return STEP_DONE;
}
