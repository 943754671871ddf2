/*
 * Sizes of a growing text without coding it again at each question where that
 * can be helped: zlib's state is copied and ended, zstd's cannot be copied and
 * goes by frames.
 */
#include "measure/coder.h"

#include "base/buf.h"
#include "base/gz.h"
#include "base/zst.h"

#include <assert.h>
#include <string.h>

enum { DEFLATE_LEVEL = 9, ZSTD_LEVEL = 3 };

const struct coder_row coder_rows[CODER_KINDS] = {
	[CODER_LZ77] = { "lz77",
			 "exact LZ77 parse, unbounded window, in bits / 8",
			 false },
	[CODER_DEFLATE] = { "deflate", "zlib level 9 over the text", false },
	[CODER_ZSTD] = { "zstd", "zstd level 3 over the text", false },
	[CODER_DEFLATE_IDS] = { "deflate-ids",
				"zlib level 9 over token ids, 4 bytes each",
				true },
	[CODER_ZSTD_IDS] = { "zstd-ids",
			     "zstd level 3 over token ids, 4 bytes each",
			     true },
};

enum coder_kind coder_find(const char *name)
{
	enum coder_kind kind = CODER_LZ77;

	while (kind < CODER_KINDS && strcmp(coder_rows[kind].name, name) != 0)
		kind++;
	return kind;
}

/* Either gz or zst is there. */
struct coder {
	struct gz_sizer *gz;
	struct zst_sizer *zst;
	struct buf open;    /* zstd: the text of the frame that grows */
	uint64_t n_closed;  /* zstd: bytes of the frames before it */
};

struct coder *coder_new(enum coder_kind kind)
{
	struct coder *c = mem_zalloc(sizeof(*c));

	switch (kind) {
	case CODER_DEFLATE:
	case CODER_DEFLATE_IDS:
		c->gz = gz_sizer_new(DEFLATE_LEVEL);
		break;
	case CODER_ZSTD:
	case CODER_ZSTD_IDS:
		c->zst = zst_sizer_new(ZSTD_LEVEL);
		break;
	default:
		assert(!"this coder is not fed");
	}
	return c;
}

void coder_free(struct coder *c)
{
	if (!c)
		return;
	gz_sizer_free(c->gz);
	zst_sizer_free(c->zst);
	buf_release(&c->open);
	mem_free(c);
}

void coder_push(struct coder *c, const void *bytes, size_t n)
{
	const char *at = bytes;

	if (c->gz) {
		gz_sizer_push(c->gz, bytes, n);
		return;
	}
	while (n) {
		size_t take = MIN(n, CODER_FRAME_BYTES - c->open.len);

		buf_append(&c->open, at, take);
		at += take;
		n -= take;
		if (c->open.len == CODER_FRAME_BYTES) {
			c->n_closed += zst_sizer_size(c->zst, c->open.data,
						      c->open.len);
			buf_clear(&c->open);
		}
	}
}

uint64_t coder_size(struct coder *c)
{
	if (c->gz)
		return gz_sizer_size(c->gz);
	if (c->n_closed && !c->open.len)
		return c->n_closed;
	return c->n_closed +
	       zst_sizer_size(c->zst, c->open.data, c->open.len);
}
