/*
 * Both ways through zlib. Sizing copies the deflate state instead of flushing
 * it, since a flush would change what is measured.
 */
#include "base/gz.h"

#include <assert.h>
#include <limits.h>
#include <string.h>
#include <zlib.h>

enum {
	SPARES = 8,           /* blocks of one deflate state, and some */
	SINK_BYTES = 8192,    /* compressed bytes go here, unread */
	OUT_STEP = 64 * 1024, /* bytes of room asked of out at a time */
	AUTO_WINDOW = 15 + 32 /* inflate: gzip or zlib, as the header says */
};

/*
 * zlib frees and asks for the same five blocks at every copy of its state:
 * they are kept here, so a copy costs its memcpy and no page faults.
 */
struct spare {
	void *memory;
	size_t size;
	bool used;
};

struct gz_sizer {
	z_stream z;
	uint64_t n_out; /* bytes written by z so far */
	bool ended;     /* by a block: it is to be cleared */
	struct spare spares[2 * SPARES];
	unsigned char sink[SINK_BYTES];
};

static void *spare_take(void *opaque, uInt items, uInt size)
{
	struct gz_sizer *s = opaque;
	size_t n = (size_t)items * size;
	struct spare *empty = NULL;

	for (size_t i = 0; i < ARRAY_LEN(s->spares); i++) {
		struct spare *spare = &s->spares[i];

		if (!spare->memory) {
			empty = empty ? empty : spare;
		} else if (!spare->used && spare->size == n) {
			spare->used = true;
			return spare->memory;
		}
	}
	if (!empty)
		return NULL;
	*empty = (struct spare){ mem_alloc(n), n, true };
	return empty->memory;
}

static void spare_give(void *opaque, void *memory)
{
	struct gz_sizer *s = opaque;

	for (size_t i = 0; i < ARRAY_LEN(s->spares); i++)
		if (s->spares[i].memory == memory)
			s->spares[i].used = false;
}

struct gz_sizer *gz_sizer_new(int level)
{
	struct gz_sizer *s = mem_zalloc(sizeof(*s));

	assert(level >= 1 && level <= 9);
	s->z.zalloc = spare_take;
	s->z.zfree = spare_give;
	s->z.opaque = s;
	if (deflateInit(&s->z, level) != Z_OK)
		die("out of memory for zlib");
	return s;
}

void gz_sizer_free(struct gz_sizer *s)
{
	if (!s)
		return;
	deflateEnd(&s->z);
	for (size_t i = 0; i < ARRAY_LEN(s->spares); i++)
		mem_free(s->spares[i].memory);
	mem_free(s);
}

void gz_sizer_clear(struct gz_sizer *s)
{
	deflateReset(&s->z);
	s->n_out = 0;
	s->ended = false;
}

/* After a block. */
static void begin_anew(struct gz_sizer *s)
{
	if (s->ended)
		gz_sizer_clear(s);
}

/* Runs deflate over what z->next_in has; returns the bytes written. */
static uint64_t squeeze(struct gz_sizer *s, z_stream *z, int flush)
{
	uint64_t n_out = 0;

	do {
		z->next_out = s->sink;
		z->avail_out = sizeof(s->sink);
		deflate(z, flush);
		n_out += sizeof(s->sink) - z->avail_out;
	} while (z->avail_out == 0);
	assert(z->avail_in == 0);
	return n_out;
}

void gz_sizer_push(struct gz_sizer *s, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	begin_anew(s);
	while (n) {
		size_t take = MIN(n, (size_t)INT_MAX);

		s->z.next_in = (z_const Bytef *)at;
		s->z.avail_in = (uInt)take;
		s->n_out += squeeze(s, &s->z, Z_NO_FLUSH);
		at += take;
		n -= take;
	}
}

uint64_t gz_sizer_size(struct gz_sizer *s)
{
	z_stream copy;
	uint64_t n_out;

	begin_anew(s);
	s->z.next_in = s->sink; /* deflateCopy wants one, though empty */
	s->z.avail_in = 0;
	if (deflateCopy(&copy, &s->z) != Z_OK)
		die("out of memory for zlib");
	n_out = s->n_out + squeeze(s, &copy, Z_FINISH);
	deflateEnd(&copy);
	return n_out;
}

bool gz_is_zlib(void)
{
	const char *version = zlibVersion();

	return !version[strspn(version, ".0123456789")];
}

uint64_t gz_sizer_block(struct gz_sizer *s, const void *bytes, size_t n)
{
	uint64_t n_out;

	if (s->z.total_in || s->n_out)
		gz_sizer_clear(s);
	gz_sizer_push(s, bytes, n);
	n_out = s->n_out + squeeze(s, &s->z, Z_FINISH);
	s->ended = true;
	return n_out;
}

/* Where the input is. GZ_PADDING: between members; only a new member or
 * zeros may follow. GZ_MAGIC: 0x1f was seen there. */
enum gz_place { GZ_START, GZ_INSIDE, GZ_PADDING, GZ_MAGIC, GZ_BROKEN };

struct gz_dec {
	z_stream z;
	enum gz_place place;
	bool gzip;    /* the magic was gzip's: members may follow */
	bool raw;     /* no header and no end mark: stop behind it */
	bool pending; /* the last call ran out of room for output */
};

static const unsigned char gz_magic[2] = { 0x1f, 0x8b };

struct gz_dec *gz_dec_new(void)
{
	struct gz_dec *d = mem_zalloc(sizeof(*d));

	if (inflateInit2(&d->z, AUTO_WINDOW) != Z_OK)
		die("out of memory for zlib");
	return d;
}

struct gz_dec *gz_dec_new_raw(void)
{
	struct gz_dec *d = mem_zalloc(sizeof(*d));

	if (inflateInit2(&d->z, -MAX_WBITS) != Z_OK)
		die("out of memory for zlib");
	d->raw = true;
	return d;
}

void gz_dec_free(struct gz_dec *d)
{
	if (!d)
		return;
	inflateEnd(&d->z);
	mem_free(d);
}

static bool dec_fail(struct gz_dec *d, const char *why, struct err *err)
{
	d->place = GZ_BROKEN;
	d->pending = false;
	return err_set(err, "the gzip data is broken (%s); try `gzip -t` on "
			    "the file", why);
}

/* One byte between members; false if nothing may begin with it. */
static bool dec_between(struct gz_dec *d, unsigned char byte)
{
	if (d->place == GZ_MAGIC) {
		if (byte != gz_magic[1])
			return false;
		/* the magic was taken: give it to inflate from here */
		inflateReset2(&d->z, AUTO_WINDOW);
		d->z.next_in = (z_const Bytef *)gz_magic;
		d->z.avail_in = sizeof(gz_magic);
		inflate(&d->z, Z_NO_FLUSH);
		d->place = GZ_INSIDE;
		return true;
	}
	if (d->gzip && byte == gz_magic[0]) {
		d->place = GZ_MAGIC;
		return true;
	}
	return byte == 0;
}

/* A stretch of one member: inflates from in, at most max_out bytes. */
static bool dec_inside(struct gz_dec *d, const unsigned char *in, size_t n,
		       size_t *used, struct buf *out, size_t max_out)
{
	size_t room = MIN(max_out, (size_t)OUT_STEP);
	int rc;

	d->z.next_in = (z_const Bytef *)in;
	d->z.avail_in = (uInt)MIN(n, (size_t)INT_MAX);
	*used = d->z.avail_in;
	d->z.next_out = (unsigned char *)buf_reserve(out, room);
	d->z.avail_out = (uInt)room;
	rc = inflate(&d->z, Z_NO_FLUSH);
	*used -= d->z.avail_in;
	out->len += room - d->z.avail_out;
	if (rc == Z_MEM_ERROR)
		die("out of memory for zlib");
	d->pending = rc == Z_OK && d->z.avail_out == 0;
	if (rc == Z_STREAM_END)
		d->place = GZ_PADDING;
	return rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR;
}

bool gz_dec_push(struct gz_dec *d, const void *in, size_t n, size_t *used,
		 struct buf *out, size_t max_out, struct err *err)
{
	const unsigned char *at = n ? in : gz_magic;

	*used = 0;
	if (d->place == GZ_BROKEN)
		return err_set(err, "the gzip data is broken");
	while (max_out && (*used < n || d->pending)) {
		size_t before = out->len, took = 0;

		if (d->place == GZ_PADDING && d->raw)
			return true;
		if (d->place == GZ_PADDING || d->place == GZ_MAGIC) {
			if (!dec_between(d, at[*used]))
				return dec_fail(d, "something else follows "
						   "its end", err);
			++*used;
			continue;
		}
		if (d->place == GZ_START) {
			d->gzip = !d->raw && at[0] == gz_magic[0];
			d->place = GZ_INSIDE;
		}
		if (!dec_inside(d, at + *used, n - *used, &took, out, max_out))
			return dec_fail(d, d->z.msg ? d->z.msg : "no reason "
							 "given", err);
		*used += took;
		max_out -= out->len - before;
	}
	return true;
}

bool gz_dec_pending(const struct gz_dec *d)
{
	return d->pending;
}

bool gz_dec_ended(const struct gz_dec *d)
{
	return d->place == GZ_PADDING && !d->pending;
}

uint32_t gz_crc32(uint32_t crc, const void *bytes, size_t n)
{
	return n ? (uint32_t)crc32_z(crc, bytes, n) : crc;
}

bool gz_dec_end(const struct gz_dec *d, struct err *err)
{
	if (d->place == GZ_INSIDE || d->place == GZ_MAGIC)
		return err_set(err, "the gzip data is cut short: it does not "
				    "end");
	return d->place != GZ_BROKEN;
}

const char *gz_library(void)
{
	return zlibVersion();
}
