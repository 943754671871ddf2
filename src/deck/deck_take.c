/*
 * What rows say joins the entries, on the thread of the deck. What few entries
 * have, or many have alike, lies beside them: verdicts on those that were
 * stopped, and texts, each once.
 */
#include <string.h>

#include "base/hash.h"
#include "deck/deck_row.h"
#include "deck/deck_state.h"

enum { TEXTS_MIN = 64 };

/* --- texts -------------------------------------------------------------- */

/* Where it is, or would be. */
static uint32_t *place_of(const struct deck_texts *t, const char *text)
{
	size_t at = fnv32(FNV32_BASIS, text, strlen(text));

	while (t->table[at &= t->cap - 1] &&
	       strcmp(t->all.data + t->table[at], text) != 0)
		at++;
	return &t->table[at];
}

static void widen(struct deck_texts *t)
{
	struct deck_texts was = *t;

	t->cap = was.cap ? 2 * was.cap : TEXTS_MIN;
	t->table = mem_zalloc(t->cap * sizeof(*t->table));
	for (size_t k = 0; k < was.cap; k++)
		if (was.table[k])
			*place_of(t, t->all.data + was.table[k]) =
				was.table[k];
	mem_free(was.table);
}

static uint32_t number_of(struct deck_texts *t, const char *text)
{
	uint32_t *place;

	if (!*text)
		return 0;
	if (2 * t->n >= t->cap)
		widen(t);
	place = place_of(t, text);
	if (!*place && t->all.len < UINT32_MAX - ROW_MODEL_BYTES) {
		if (!t->n++)
			buf_putc(&t->all, '\0'); /* 0 is no text's */
		*place = (uint32_t)t->all.len;
		buf_append(&t->all, text, strlen(text) + 1);
	}
	return *place;
}

const char *deck_text(const struct deck *d, uint32_t text)
{
	return text ? d->texts.all.data + text : "";
}

/* --- verdicts ----------------------------------------------------------- */

void deck_set_stop(struct deck *d, size_t i, const struct rule_verdict *stop)
{
	struct entry *e = &d->entries[i];

	e->fired_at = stop->at_token;
	e->after = stop->after;
	if (stop->at_token == RULE_NEVER)
		return;
	if (!e->own.i_stop) {
		d->stops = grow(d->stops, &d->stops_cap, d->n_stops + 1,
				sizeof(*d->stops));
		e->own.i_stop = (uint32_t)++d->n_stops;
	}
	d->stops[e->own.i_stop - 1] = *stop;
}

struct rule_verdict deck_stop(const struct deck *d, size_t i)
{
	const struct entry *e = &d->entries[i];

	return e->fired_at == RULE_NEVER ? rule_unfired :
					   d->stops[e->own.i_stop - 1];
}

void deck_row_take(struct deck *d, size_t i, const struct deck_row *row)
{
	struct entry *e = &d->entries[i], was = *e;

	*e = row->entry;
	e->own = was.own;
	e->state = was.state;
	e->finish = number_of(&d->texts, row->finish);
	e->label = number_of(&d->texts, row->label);
	e->policy = number_of(&d->texts, row->policy);
	e->model = number_of(&d->texts, row->model);
	deck_set_stop(d, i, &row->stop);
}

void deck_row_of_run(struct deck *d, size_t i, const struct run *run)
{
	struct deck_row row = deck_row_empty();

	deck_row_fill(&row, run);
	deck_row_take(d, i, &row);
}

/* --- entries ------------------------------------------------------------ */

size_t deck_add_entry(struct deck *d, enum entry_state state,
		      const struct entry_own *own)
{
	const struct deck_row empty = deck_row_empty();
	size_t i = d->n++;

	d->entries = grow(d->entries, &d->cap, d->n, sizeof(*d->entries));
	d->runs = grow(d->runs, &d->runs_cap, d->n, sizeof(*d->runs));
	d->runs[i] = NULL;
	d->entries[i] = (struct entry){ .own = *own, .state = state };
	d->entries[i].own.copied_since = RULE_NEVER;
	deck_row_take(d, i, &empty);
	return i;
}
