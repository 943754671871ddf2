/*
 * The only coder of the library: the exact parse, which needs no feeding. The
 * program's others (measure/coder.c) need zlib and zstd; no option of a stream
 * asks for them, so nobody makes one.
 */
#include "measure/coder.h"

#include <assert.h>

const struct coder_row coder_rows[CODER_KINDS] = {
	[CODER_LZ77] = { "lz77", "the exact parse", false },
};

struct coder *coder_new(enum coder_kind kind)
{
	(void)kind;
	assert(!"a stream has the coder lz77");
	return NULL;
}

void coder_free(struct coder *c)
{
	assert(!c);
	(void)c;
}

void coder_push(struct coder *c, const void *bytes, size_t n)
{
	assert(!c);
	(void)c, (void)bytes, (void)n;
}

uint64_t coder_size(struct coder *c)
{
	assert(!c);
	(void)c;
	return 0;
}
