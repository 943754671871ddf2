/*
 * Runs that are looked at beside the open one. A run of a stream is in memory
 * anyway and is only measured; any other is read again and lies in d->runs as
 * long as it stands there: `held` says which those are.
 */
#include <string.h>

#include "deck/deck_state.h"

static bool is_beside(const struct deck *d, size_t entry)
{
	for (size_t i = 0; i < d->n_beside; i++)
		if (d->beside[i] == entry)
			return true;
	return false;
}

/* If it is the open run, it goes on as that. */
static void drop(struct deck *d, size_t entry)
{
	if (entry != d->opened)
		run_free(d->runs[entry]);
	d->runs[entry] = NULL;
	if (d->entries[entry].state == ENTRY_OPEN) {
		d->entries[entry].state = ENTRY_INDEXED;
		d->i_give = MIN(d->i_give, entry);
	}
}

void deck_beside(struct deck *d, const size_t *entries, size_t n)
{
	size_t kept = 0;

	n = MIN(n, (size_t)DECK_BESIDE_MAX);
	if (n == d->n_beside &&
	    (n == 0 || memcmp(d->beside, entries, n * sizeof(*entries)) == 0))
		return;
	if (n)
		memcpy(d->beside, entries, n * sizeof(*entries));
	d->n_beside = n;
	memset(d->beside_broken, 0, sizeof(d->beside_broken));
	for (size_t i = 0; i < n; i++)
		if (entries[i] < d->n && d->runs[entries[i]])
			run_set(d->runs[entries[i]], &d->opts);
	for (size_t i = 0; i < d->n_held; i++) {
		if (is_beside(d, d->held[i]))
			d->held[kept++] = d->held[i];
		else
			drop(d, d->held[i]);
	}
	d->n_held = kept;
}

static bool read_again(struct deck *d, size_t i_beside)
{
	size_t entry = d->beside[i_beside];
	struct err err = { "" };
	struct run *run = deck_load(d, entry, &err);

	d->beside_broken[i_beside] = !run;
	if (!run)
		return true;
	run_set(run, &d->opts);
	d->runs[entry] = run;
	d->held[d->n_held++] = entry;
	return true;
}

bool deck_beside_step(struct deck *d, uint32_t max_tokens)
{
	for (size_t i = 0; i < d->n_beside; i++) {
		size_t entry = d->beside[i];
		struct run *run;

		if (entry >= d->n || d->beside_broken[i] || entry == d->opened)
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
