/*
 * Runs that are looked at beside the open one. A run of a stream is in memory
 * anyway and is only measured; any other is read again and lies in d->runs as
 * long as it is watched: `held` says which those are.
 */
#include <string.h>

#include "deck/deck_state.h"

static bool is_watched(const struct deck *d, size_t entry)
{
	for (size_t i = 0; i < d->n_watch; i++)
		if (d->watch[i] == entry)
			return true;
	return false;
}

/* If it is the open run, it goes on as that. */
static void drop(struct deck *d, size_t entry)
{
	if (entry != d->opened)
		run_free(d->runs[entry]);
	d->runs[entry] = NULL;
	if (d->entries[entry].state == ENTRY_OPEN)
		d->entries[entry].state = ENTRY_INDEXED;
}

void deck_watch(struct deck *d, const size_t *entries, size_t n)
{
	size_t kept = 0;

	n = MIN(n, (size_t)DECK_WATCH_MAX);
	if (n == d->n_watch &&
	    (n == 0 || memcmp(d->watch, entries, n * sizeof(*entries)) == 0))
		return;
	if (n)
		memcpy(d->watch, entries, n * sizeof(*entries));
	d->n_watch = n;
	memset(d->watch_broken, 0, sizeof(d->watch_broken));
	for (size_t i = 0; i < d->n_held; i++) {
		if (is_watched(d, d->held[i]))
			d->held[kept++] = d->held[i];
		else
			drop(d, d->held[i]);
	}
	d->n_held = kept;
}

static bool read_again(struct deck *d, size_t i_watch)
{
	size_t entry = d->watch[i_watch];
	struct err err = { "" };
	struct run *run = deck_read_again(d, entry, &err);

	d->watch_broken[i_watch] = !run;
	if (!run)
		return true;
	run_set(run, &d->opts);
	d->runs[entry] = run;
	d->held[d->n_held++] = entry;
	return true;
}

bool deck_watch_step(struct deck *d, uint32_t max_tokens)
{
	for (size_t i = 0; i < d->n_watch; i++) {
		size_t entry = d->watch[i];
		struct run *run;

		if (entry >= d->n || d->watch_broken[i] || entry == d->opened)
			continue; /* the open run is measured first */
		run = d->runs[entry];
		if (!run)
			return read_again(d, i);
		if (!run_measure(run, max_tokens))
			return true;
		if (run->ended)
			meter_seal(run->meter);
	}
	return false;
}
