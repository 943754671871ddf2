/*
 * deck_load.h - part of the deck: one record of a source becomes runs.
 *
 * Also used by analyze for what it has in common with the screens. Nothing
 * here keeps state between calls.
 */
#ifndef LILSCOPE_DECK_LOAD_H
#define LILSCOPE_DECK_LOAD_H

#include "dialect/feed.h"
#include "input/source.h"

/* The generations of one record, in order; all zero is empty. */
struct load_list {
	struct run **runs; /* n, owned; NULL where one was taken away */
	size_t n, cap;
	char trouble[ERR_MAX_BYTES]; /* first broken part, or "" */
};

void load_release(struct load_list *list); /* frees, leaves it empty */

/* Which dialect and shape; opts->format wins over detection. NULL and err
 * when the bytes are nothing that can be read. */
const char *load_detect(const struct feed_opts *opts, const struct buf *probe,
			bool whole, enum feed_shape *shape, struct err *err);

/* Can a probe from a pipe that has no more bytes now be judged already? A
 * live stream must not wait for the full probe. */
bool load_ready(const struct buf *probe);

/* A record's bytes, fed alone. head: only the beginning of its texts is
 * wanted (run.h). */
bool load_bytes(const char *bytes, size_t n, const struct feed_opts *opts,
		const struct meter_opts *meter, bool head,
		struct load_list *out, struct err *err);

/* Is a record so long that it is not read? Then false, and err says so. */
bool load_fits(const struct record_place *place, const char *source,
	       struct err *err);

/* Reads the record's bytes again and feeds them alone. */
bool load_place(struct source *source, const struct record_place *place,
		const struct feed_opts *opts, const struct meter_opts *meter,
		bool head, struct load_list *out, struct err *err);

#endif
