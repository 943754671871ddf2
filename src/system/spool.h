/*
 * spool.h - bytes that do not stay in memory: a temporary file without a name,
 * in $TMPDIR (else /var/tmp, where there is more room than in a /tmp that lies
 * in memory; else /tmp), for its owner alone. It is made with the first byte
 * and gone with the process, however that ends.
 */
#ifndef LILSCOPE_SPOOL_H
#define LILSCOPE_SPOOL_H

#include "base/buf.h"
#include "base/err.h"

struct spool;

/* Holds nothing yet, and never more than max_bytes; the caller's. */
struct spool *spool_new(uint64_t max_bytes);
void spool_free(struct spool *s); /* NULL is fine */

/* Where temporary files are made. */
const char *spool_folder(void);

/* Another limit from now on. */
void spool_limit(struct spool *s, uint64_t max_bytes);

/* Appends n bytes; *at gets where they begin. false: there is no room, or no
 * file; err says so, all that was added before stays, and no more is taken. */
bool spool_add(struct spool *s, const void *bytes, size_t n, uint64_t *at,
	       struct err *err);

/* Appends the n bytes at `at` to out; false and err: they are not there. */
bool spool_get(const struct spool *s, uint64_t at, uint64_t n, struct buf *out,
	       struct err *err);

/* Why no more is taken; "": it is. */
const char *spool_trouble(const struct spool *s);

#endif
