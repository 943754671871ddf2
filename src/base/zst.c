/*
 * Both ways through libzstd. Its reader gets whole blocks, so that a frame that
 * is cut gives all that came before the cut, and is told the largest window
 * for which it may ask memory.
 */
#include "base/zst.h"

#include <assert.h>
#include <string.h>
#include <zstd.h>

enum {
	OUT_STEP = 64 * 1024,     /* bytes of room asked of out at a time */
	MAGIC_BYTES = 4,
	BLOCK_HEAD_BYTES = 3,
	BLOCK_MAX_BYTES = 128 * 1024,
	WINDOW_LOG_LEAST = 10,    /* the smallest window of the format */
};

/* The library only fails here for want of memory: everything else that it
 * could object to is chosen by this file. */
static size_t must(size_t rc, const char *what)
{
	if (ZSTD_isError(rc))
		die("zstd could not %s: %s", what, ZSTD_getErrorName(rc));
	return rc;
}

struct zst_sizer {
	ZSTD_CCtx *ctx;
	struct buf out; /* compressed bytes, never read */
	int level;
};

struct zst_sizer *zst_sizer_new(int level)
{
	struct zst_sizer *s = mem_zalloc(sizeof(*s));

	s->ctx = ZSTD_createCCtx();
	if (!s->ctx)
		die("out of memory for zstd");
	s->level = level;
	return s;
}

void zst_sizer_free(struct zst_sizer *s)
{
	if (!s)
		return;
	ZSTD_freeCCtx(s->ctx);
	buf_release(&s->out);
	mem_free(s);
}

size_t zst_sizer_size(struct zst_sizer *s, const void *bytes, size_t n)
{
	size_t room = ZSTD_compressBound(n);

	buf_clear(&s->out);
	return must(ZSTD_compressCCtx(s->ctx, buf_reserve(&s->out, room), room,
				      n ? bytes : "", n, s->level),
		    "compress");
}

struct zst_dec {
	ZSTD_DCtx *ctx;
	unsigned window_log_max;
	size_t hint;  /* what the library asked for; 0 between frames */
	struct buf part; /* the beginning of a block */
	bool inside;  /* a frame has begun and not ended */
	bool pending; /* the last call ran out of room for output */
	bool broken;
};

struct zst_dec *zst_dec_new(unsigned window_log_max)
{
	struct zst_dec *d = mem_zalloc(sizeof(*d));

	assert(window_log_max >= WINDOW_LOG_LEAST && window_log_max <= 31);
	d->ctx = ZSTD_createDCtx();
	if (!d->ctx)
		die("out of memory for zstd");
	d->window_log_max = window_log_max;
	must(ZSTD_DCtx_setParameter(d->ctx, ZSTD_d_windowLogMax,
				    (int)window_log_max),
	     "limit its window");
	return d;
}

void zst_dec_free(struct zst_dec *d)
{
	if (!d)
		return;
	ZSTD_freeDCtx(d->ctx);
	buf_release(&d->part);
	mem_free(d);
}

static bool dec_fail(struct zst_dec *d, const char *why, struct err *err)
{
	d->broken = true;
	d->pending = false;
	return err_set(err,
		       "the zstd data is broken or needs a window over %u MiB "
		       "(%s); try `zstd -t` on the file",
		       1u << (d->window_log_max - MIN(d->window_log_max, 20u)),
		       why);
}

/* What every frame begins with, or a skippable one. The library would take
 * its own formats of before 2016 too. */
static bool is_magic(const unsigned char *s)
{
	static const unsigned char frame[MAGIC_BYTES] = { 0x28, 0xb5, 0x2f,
							  0xfd };
	static const unsigned char skippable[] = { 0x2a, 0x4d, 0x18 };

	return memcmp(s, frame, sizeof(frame)) == 0 ||
	       ((s[0] & 0xf0) == 0x50 &&
		memcmp(s + 1, skippable, sizeof(skippable)) == 0);
}

/*
 * The library gets exactly one block at a time, never the head of the next
 * with it, and nothing while a block has output to give; bytes of a block
 * that is not complete wait in `part`. For a call that fails forgets what it
 * had put out, and a block that is stored as it is comes out as it comes in:
 * what is seen of a broken stream would depend on how it was cut.
 */
static size_t dec_want(const struct zst_dec *d)
{
	size_t want = d->hint > BLOCK_HEAD_BYTES ? d->hint - BLOCK_HEAD_BYTES :
		      d->hint			 ? d->hint :
						   MAGIC_BYTES;

	return MIN(want, (size_t)BLOCK_MAX_BYTES);
}

/* The library has something to do without another byte of input. (At the end
 * of a frame it gives its last byte back until all output was taken.) */
static bool dec_ready(const struct zst_dec *d)
{
	return d->pending || (d->part.len && d->part.len >= dec_want(d));
}

/* What the library gets next, of in[0..n); false: not complete yet. *used
 * gets how many bytes went to `part`. */
static bool dec_next(struct zst_dec *d, const char *in, size_t n,
		     ZSTD_inBuffer *src, size_t *used)
{
	size_t want = d->pending ? 0 : dec_want(d);

	*used = 0;
	*src = (ZSTD_inBuffer){ in, want, 0 };
	if (!want || (!d->part.len && n >= want))
		return true;
	if (d->part.len < want) {
		*used = MIN(n, want - d->part.len);
		buf_append(&d->part, in, *used);
	}
	*src = (ZSTD_inBuffer){ d->part.data, MIN(want, d->part.len), 0 };
	return d->part.len >= want;
}

bool zst_dec_push(struct zst_dec *d, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err)
{
	const char *bytes = n ? in : "";

	*used = 0;
	if (d->broken)
		return err_set(err, "the zstd data is broken");
	while (max_out && (*used < n || dec_ready(d))) {
		size_t room = MIN(max_out, (size_t)OUT_STEP), rc, kept;
		ZSTD_outBuffer dst = { NULL, room, 0 };
		ZSTD_inBuffer src;

		if (!dec_next(d, bytes + *used, n - *used, &src, &kept)) {
			*used += kept;
			break;
		}
		if (!d->hint && !is_magic(src.src))
			return dec_fail(d, "something else follows", err);
		dst.dst = buf_reserve(out, room);
		rc = ZSTD_decompressStream(d->ctx, &dst, &src);
		if (src.src == d->part.data && src.size)
			buf_drop(&d->part, src.pos);
		else
			kept = src.pos;
		*used += kept;
		out->len += dst.pos;
		max_out -= dst.pos;
		if (ZSTD_isError(rc))
			return dec_fail(d, ZSTD_getErrorName(rc), err);
		d->hint = rc;
		d->inside = rc != 0;
		d->pending = rc != 0 && dst.pos == dst.size;
	}
	return true;
}

bool zst_dec_pending(const struct zst_dec *d)
{
	return !d->broken && dec_ready(d);
}

bool zst_dec_end(const struct zst_dec *d, struct err *err)
{
	if ((d->inside || d->part.len) && !d->broken)
		return err_set(err, "the zstd data is cut short: its last "
				    "frame does not end");
	return !d->broken;
}

struct zst_enc {
	ZSTD_CCtx *ctx;
};

struct zst_enc *zst_enc_new(int level)
{
	struct zst_enc *e = mem_zalloc(sizeof(*e));

	e->ctx = ZSTD_createCCtx();
	if (!e->ctx)
		die("out of memory for zstd");
	must(ZSTD_CCtx_setParameter(e->ctx, ZSTD_c_compressionLevel, level),
	     "set its level");
	must(ZSTD_CCtx_setParameter(e->ctx, ZSTD_c_checksumFlag, 1),
	     "ask for a checksum");
	return e;
}

void zst_enc_free(struct zst_enc *e)
{
	if (!e)
		return;
	ZSTD_freeCCtx(e->ctx);
	mem_free(e);
}

static size_t enc_step(struct zst_enc *e, ZSTD_inBuffer *src, struct buf *out,
		       ZSTD_EndDirective how)
{
	ZSTD_outBuffer dst = { buf_reserve(out, OUT_STEP), OUT_STEP, 0 };
	size_t left = must(ZSTD_compressStream2(e->ctx, &dst, src, how),
			   "compress");

	out->len += dst.pos;
	return left;
}

void zst_enc_push(struct zst_enc *e, const void *in, size_t n,
		  struct buf *out)
{
	ZSTD_inBuffer src = { n ? in : "", n, 0 };

	while (src.pos < src.size)
		enc_step(e, &src, out, ZSTD_e_continue);
}

void zst_enc_flush(struct zst_enc *e, struct buf *out)
{
	ZSTD_inBuffer src = { "", 0, 0 };

	while (enc_step(e, &src, out, ZSTD_e_flush))
		;
}

void zst_enc_end(struct zst_enc *e, struct buf *out)
{
	ZSTD_inBuffer src = { "", 0, 0 };

	while (enc_step(e, &src, out, ZSTD_e_end))
		;
}

const char *zst_library(void)
{
	return ZSTD_versionString();
}
