/* Questions to a deck: nothing here changes it. */
#include "deck/deck_state.h"
#include "system/clock.h"

#include <math.h>
#include <string.h>

enum { PACE_US = 2000000 }; /* before that nobody knows how long it takes */

uint32_t deck_ms(const struct deck *d, uint64_t us)
{
	return (uint32_t)((us - d->born_us) / 1000);
}

size_t deck_n(const struct deck *d)
{
	return d->n;
}

const struct entry *deck_entry(const struct deck *d, size_t i)
{
	return &d->entries[i];
}

bool deck_index_complete(const struct deck *d)
{
	for (size_t i = d->n_ended; i < d->n_shelves; i++)
		if (!d->shelves[i].ended)
			return false;
	return true;
}

bool deck_complete(const struct deck *d)
{
	return deck_index_complete(d) && d->i_head == d->n &&
	       d->n_reported == d->n && !d->n_out && !d->loading.n;
}

double deck_progress(const struct deck *d)
{
	double read = 0, total = 0;

	for (size_t i = 0; i < d->n_shelves; i++) {
		read += (double)source_done_bytes(d->shelves[i].source);
		total += (double)source_total_bytes(d->shelves[i].source);
	}
	if (!deck_index_complete(d))
		return total > 0 ? MIN(read / total, 1) : 0;
	if (d->record_bytes)
		return (double)d->done_bytes / (double)d->record_bytes;
	return d->n ? MIN((double)d->n_reported / (double)d->n, 1) : 1;
}

double deck_left_s(const struct deck *d)
{
	uint64_t spent = now_us() - d->pace_from_us;
	uint64_t done = d->done_bytes - d->pace_bytes;

	if (!d->pace_from_us || !done || spent < PACE_US)
		return NAN;
	return (double)(d->record_bytes - d->done_bytes) / (double)done *
	       (double)spent / 1e6;
}

size_t deck_opened(const struct deck *d)
{
	return d->opened;
}

struct run *deck_run(struct deck *d)
{
	return d->run;
}

const struct run *deck_kept(const struct deck *d, size_t i)
{
	if (i == d->opened)
		return d->run;
	return i < d->n ? d->runs[i] : NULL;
}

bool deck_run_complete(const struct deck *d)
{
	const struct run *run = d->run;

	return run && run->ended && run->meter &&
	       run_n_measured(run) == run->trace.n_tokens &&
	       series_len(meter_rho(run->meter)) == run->trace.n_tokens;
}

const char *deck_source_name(const struct deck *d, size_t i_source)
{
	return source_name(d->shelves[i_source].source);
}

const char *deck_source_short(const struct deck *d, size_t i_source)
{
	const char *name = deck_source_name(d, i_source);
	const char *slash = strrchr(name, '/');

	if (d->shelves[i_source].name_from)
		return name + d->shelves[i_source].name_from;
	return slash && slash[1] ? slash + 1 : name;
}

size_t deck_passed(const struct deck *d, const char **why)
{
	*why = d->passed.text;
	return d->n_passed;
}

bool deck_is_passed(const struct deck *d, size_t i)
{
	const struct entry *e = &d->entries[i];
	const struct shelf *s = &d->shelves[e->own.i_source];

	return e->state == ENTRY_BROKEN && s->name_from && s->ended &&
	       s->n_entered == 1;
}

const char *deck_title(const struct deck *d, size_t i_source)
{
	const struct shelf *s = &d->shelves[i_source];

	return s->title ? s->title : "";
}

bool deck_is_silent(const struct deck *d, size_t i_source)
{
	const struct shelf *shelf = &d->shelves[i_source];

	return !shelf->ended && !shelf->probed && !shelf->probe.len;
}

bool deck_awaits(const struct deck *d, size_t i_source)
{
	return source_is_awaited(d->shelves[i_source].source);
}

size_t deck_skipped(const struct deck *d)
{
	return d->n_skipped;
}

const char *deck_trouble(const struct deck *d)
{
	/* where nothing else was, it is */
	return d->trouble[0] || d->n ? d->trouble : d->passed.text;
}

const char *deck_news(const struct deck *d, size_t *n_news)
{
	*n_news = d->n_news;
	return d->news.text;
}

size_t deck_n_sources(const struct deck *d)
{
	return d->n_shelves;
}
