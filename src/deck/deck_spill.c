/*
 * Where the text of generations goes that a stream left in memory, when it is
 * more than may be kept: those that ended first into a temporary file, packed,
 * and back from there when they are opened, looked for or measured again. What
 * a row says stays in memory. The file of a log could not serve: it is cut and
 * moved away, a line of it belongs to any of hundreds of streams, and when a
 * token came stands nowhere in it.
 *
 * Where there is no room the text goes all the same, and its row says so when
 * it is opened.
 */
#include <assert.h>
#include <string.h>

#include "base/zst.h"
#include "deck/deck_state.h"
#include "trace/pack.h"

enum {
	SPILL_LEVEL = 1,        /* of zstd */
	RUN_BYTES = 20 * 1024,  /* that a run takes beside what follows, */
	TOKEN_BYTES = 36,       /* for each token, */
	TEXT_TIMES = 4,         /* and its text so many times */
};

void deck_set_keep(struct deck *d, uint64_t memory_bytes, uint64_t disk_bytes)
{
	d->keep_memory = memory_bytes;
	d->keep_disk = disk_bytes;
	if (d->spool)
		spool_limit(d->spool, disk_bytes);
}

uint64_t deck_spilled(const struct deck *d, const char **trouble)
{
	*trouble = d->spool ? spool_trouble(d->spool) : "";
	return d->n_spilled;
}

static uint64_t size_of(const struct run *run)
{
	const struct trace *t = &run->trace;

	return RUN_BYTES + t->prompt.cap + TEXT_TIMES * (uint64_t)t->text.len +
	       TOKEN_BYTES * (uint64_t)t->n_tokens;
}

void deck_spill_add(struct deck *d, size_t i)
{
	struct entry *e = &d->entries[i];

	if (e->own.spill != SPILL_NONE || deck_has_index(d, i) ||
	    d->runs[i]->trace.pages)
		return;
	e->own.spill = SPILL_WAITS;
	d->kept = grow(d->kept, &d->kept_cap, d->n_kept + 1, sizeof(*d->kept));
	d->kept[d->n_kept++] = i;
	d->kept_bytes += size_of(d->runs[i]);
}

/* Into the file; false: there is no room. */
static bool put_away(struct deck *d, size_t i)
{
	struct entry *e = &d->entries[i];
	struct zst_enc *enc = zst_enc_new(SPILL_LEVEL);
	struct buf raw = { 0 }, packed = { 0 };
	struct err err = { "" };
	uint64_t at;
	bool good;

	trace_pack(&d->runs[i]->trace, &raw);
	zst_enc_push(enc, raw.data, raw.len, &packed);
	zst_enc_end(enc, &packed);
	zst_enc_free(enc);
	if (!d->spool)
		d->spool = spool_new(d->keep_disk);
	good = packed.len <= UINT32_MAX &&
	       spool_add(d->spool, packed.data, packed.len, &at, &err);
	if (good) {
		e->own.spill_at = at;
		e->own.spill_bytes = (uint32_t)packed.len;
	} else {
		struct err said = { "" };

		err_set(&said, "%s: the text of generations that ended is no "
			       "longer kept, what was measured is; "
			       "--keep-disk and TMPDIR give room", err.text);
		deck_note_trouble(d, said.text);
	}
	buf_release(&raw);
	buf_release(&packed);
	return good;
}

static bool is_looked_at(const struct deck *d, size_t i)
{
	for (size_t k = 0; k < d->n_beside; k++)
		if (d->beside[k] == i)
			return true;
	return i == d->opened;
}

/* The oldest one; those that are looked at wait at the end of the row. */
static void spill_one(struct deck *d)
{
	size_t i = d->kept[d->i_kept++];
	uint64_t size = size_of(d->runs[i]);

	if (is_looked_at(d, i) || d->entries[i].state != ENTRY_REPORTED) {
		d->kept = grow(d->kept, &d->kept_cap, d->n_kept + 1,
			       sizeof(*d->kept));
		d->kept[d->n_kept++] = i;
		return;
	}
	d->entries[i].own.spill = put_away(d, i) ? SPILL_AWAY : SPILL_LOST;
	d->kept_bytes -= MIN(size, d->kept_bytes);
	d->n_spilled++;
	run_free(d->runs[i]);
	d->runs[i] = NULL;
}

void deck_spill_step(struct deck *d)
{
	size_t last = d->n_kept;

	while (d->kept_bytes > d->keep_memory && d->i_kept < last)
		spill_one(d);
	if (!d->i_kept || d->i_kept < d->n_kept / 2)
		return;
	memmove(d->kept, d->kept + d->i_kept,
		(d->n_kept - d->i_kept) * sizeof(*d->kept));
	d->n_kept -= d->i_kept;
	d->i_kept = 0;
}

static bool unpack(const struct buf *packed, struct trace *t)
{
	struct zst_dec *dec = zst_dec_new(ZST_WINDOW_LOG_MAX);
	struct buf raw = { 0 };
	size_t used = 0, all = 0;
	bool good = true;

	while (good && (all < packed->len || zst_dec_pending(dec))) {
		good = zst_dec_push(dec, packed->data + all, packed->len - all,
				    &used, &raw, SIZE_MAX, NULL);
		all += used;
	}
	good = good && trace_unpack(t, raw.data, raw.len);
	zst_dec_free(dec);
	buf_release(&raw);
	return good;
}

struct run *deck_unspill(struct deck *d, size_t i, const struct meter_opts *o,
			 struct err *err)
{
	const struct entry_own *own = &d->entries[i].own;
	struct buf packed = { 0 };
	struct err why = { "" };
	struct trace t = { 0 };
	struct run *run = NULL;

	if (own->spill == SPILL_LOST) {
		err_set(err, "its text was not kept: %s",
			spool_trouble(d->spool));
		return NULL;
	}
	assert(own->spill == SPILL_AWAY);
	if (spool_get(d->spool, own->spill_at, own->spill_bytes, &packed,
		      &why) &&
	    unpack(&packed, &t)) {
		run = run_new(o);
		trace_release(&run->trace);
		run->trace = t;
		run->ended = true;
	} else {
		err_set(err, "its text can't be had again: %s",
			why.text[0] ? why.text : "the temporary file is "
						 "broken");
	}
	buf_release(&packed);
	return run;
}
