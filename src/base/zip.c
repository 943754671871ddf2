/* APPNOTE.TXT 6.3.10 (PKWARE): 4.3.7 local file header, 4.3.9 descriptor. */
#include "base/zip.h"

#include <string.h>

#include "base/gz.h"
#include "base/zst.h"

enum {
	HEADER_BYTES = 30,
	SIGNATURE_BYTES = 4,
	DESCRIPTOR_BYTES = 20, /* signature, crc, sizes; and 4 behind it */
	DESCRIPTOR_LONG = 8,   /* more, with sizes of 64 bits */
	FLAG_ENCRYPTED = 1 << 0,
	FLAG_DESCRIPTOR = 1 << 3,
	METHOD_STORED = 0,
	METHOD_DEFLATE = 8,
	METHOD_ZSTD = 93,
	EXTRA_ZIP64 = 1,
	NAME_SHOWN = 80,
};

#define SIZE_UNKNOWN UINT64_MAX

static const char sig_member[] = "PK\3\4",
		  sig_directory[] = "PK\1\2", sig_end[] = "PK\5\6",
		  sig_end64[] = "PK\6\6";

enum zip_place {
	ZIP_SIGNATURE, /* of a member, or of what follows the last */
	ZIP_HEADER,
	ZIP_NAME,      /* name and extra field */
	ZIP_DATA,
	ZIP_NEWLINE,
	ZIP_DESCRIPTOR,
	ZIP_OVER,
	ZIP_BROKEN,
};

struct zip_dec {
	enum zip_place place;
	struct buf head;   /* of the part that is being collected */
	size_t wanted;     /* bytes it must have */
	uint64_t at;       /* bytes taken */
	uint64_t start;    /* where the member began; how far damage is seen
			      depends on how the bytes came */
	unsigned method, flags;
	uint32_t crc;
	size_t name_len, extra_len;
	uint64_t left;     /* packed bytes of the member, or SIZE_UNKNOWN */
	uint32_t crc_out;
	bool skip;         /* this member is left out */
	bool any_data;
	char name[NAME_SHOWN + 1];
	struct gz_dec *gz;
	struct zst_dec *zst;
};

static void expect(struct zip_dec *d, enum zip_place place, size_t wanted)
{
	d->place = place;
	d->wanted = wanted;
}

struct zip_dec *zip_dec_new(void)
{
	struct zip_dec *d = mem_zalloc(sizeof(*d));

	expect(d, ZIP_SIGNATURE, SIGNATURE_BYTES);
	return d;
}

static void free_inner(struct zip_dec *d)
{
	gz_dec_free(d->gz);
	zst_dec_free(d->zst);
	d->gz = NULL;
	d->zst = NULL;
}

void zip_dec_free(struct zip_dec *d)
{
	if (!d)
		return;
	free_inner(d);
	buf_release(&d->head);
	mem_free(d);
}

/* Little-endian, `n` bytes. */
static uint64_t number(const char *s, unsigned n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | (unsigned char)s[n];
	return value;
}

static bool fail(struct zip_dec *d, const char *why, struct err *err)
{
	d->place = ZIP_BROKEN;
	return err_set(err, "the ZIP archive is broken%s%s, from byte %llu: "
			    "%s", *d->name ? " in " : "", d->name,
		       (unsigned long long)d->start, why);
}

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* Members that hold no generations. */
static bool is_left_out(const char *name, size_t len)
{
	static const char *const names[] = { "header.json", "summaries.json",
					     "reductions.json" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return !len || begins(name, "_journal/") || begins(name, "__MACOSX/") ||
	       (len <= NAME_SHOWN && name[len - 1] == '/');
}

/* --- headers ------------------------------------------------------------ */

static bool take_signature(struct zip_dec *d, struct err *err)
{
	const char *s = d->head.data;

	d->start = d->at - SIGNATURE_BYTES;
	if (memcmp(s, sig_member, SIGNATURE_BYTES) == 0) {
		d->name[0] = '\0';
		expect(d, ZIP_HEADER, HEADER_BYTES);
	} else if (memcmp(s, sig_directory, SIGNATURE_BYTES) == 0 ||
		   memcmp(s, sig_end, SIGNATURE_BYTES) == 0 ||
		   memcmp(s, sig_end64, SIGNATURE_BYTES) == 0) {
		d->place = ZIP_OVER;
	} else {
		d->name[0] = '\0';
		return fail(d, "a member or the directory was expected", err);
	}
	return true;
}

static void take_header(struct zip_dec *d)
{
	const char *s = d->head.data;

	d->flags = (unsigned)number(s + 6, 2);
	d->method = (unsigned)number(s + 8, 2);
	d->crc = (uint32_t)number(s + 14, 4);
	d->left = number(s + 18, 4);
	d->name_len = (size_t)number(s + 26, 2);
	d->extra_len = (size_t)number(s + 28, 2);
	buf_clear(&d->head);
	expect(d, ZIP_NAME, d->name_len + d->extra_len);
}

/* Sizes of 64 bits stand in the extra field, where the header has ~0. */
static void take_extra(struct zip_dec *d, const char *s, size_t n)
{
	while (n >= 4) {
		size_t len = (size_t)number(s + 2, 2);
		bool is_zip64 = number(s, 2) == EXTRA_ZIP64;

		s += 4;
		n -= 4;
		if (len > n)
			return;
		if (is_zip64 && len >= 16 && d->left == UINT32_MAX) {
			d->left = number(s + 8, 8);
		}
		s += len;
		n -= len;
	}
}

static bool open_inner(struct zip_dec *d, struct err *err)
{
	if (d->flags & FLAG_ENCRYPTED)
		return fail(d, "it wants a password", err);
	if (d->method == METHOD_DEFLATE)
		d->gz = gz_dec_new_raw();
	else if (d->method == METHOD_ZSTD)
		d->zst = zst_dec_new(ZST_WINDOW_LOG_MAX);
	else if (d->method != METHOD_STORED)
		return fail(d, "it is packed by another method than deflate "
			       "and zstd", err);
	if (d->left == SIZE_UNKNOWN && d->method != METHOD_DEFLATE)
		return fail(d, "its size is not told before it", err);
	return true;
}

static bool take_name(struct zip_dec *d, struct err *err)
{
	size_t len = MIN(d->name_len, (size_t)NAME_SHOWN);

	for (size_t i = 0; i < len; i++) {
		char c = d->head.data[i];

		d->name[i] = c < ' ' || c == 0x7f ? '?' : c;
	}
	d->name[len] = '\0';
	d->skip = is_left_out(d->name, d->name_len);
	take_extra(d, d->head.data + d->name_len, d->extra_len);
	if (d->flags & FLAG_DESCRIPTOR && !d->left)
		d->left = SIZE_UNKNOWN;
	buf_clear(&d->head);
	d->crc_out = 0;
	d->any_data = false;
	d->place = ZIP_DATA;
	return open_inner(d, err);
}

/* Behind a member, when its sizes stand there. With sizes of 64 bits it is
 * longer: then what should be the next signature is none. */
static void take_descriptor(struct zip_dec *d)
{
	const char *s = d->head.data + DESCRIPTOR_BYTES - SIGNATURE_BYTES;
	bool known = memcmp(s, "PK", 2) == 0;

	if (!known && d->wanted == DESCRIPTOR_BYTES) {
		d->wanted += DESCRIPTOR_LONG;
		return;
	}
	/* what was read too far */
	buf_drop(&d->head, d->head.len - SIGNATURE_BYTES);
	d->place = ZIP_SIGNATURE;
	d->wanted = SIGNATURE_BYTES;
}

static bool take_head(struct zip_dec *d, struct err *err)
{
	switch (d->place) {
	case ZIP_SIGNATURE:
		return take_signature(d, err);
	case ZIP_HEADER:
		take_header(d);
		return true;
	case ZIP_NAME:
		return take_name(d, err);
	default:
		take_descriptor(d);
		return true;
	}
}

/* --- members ------------------------------------------------------------ */

static bool member_pending(const struct zip_dec *d)
{
	return (d->gz && gz_dec_pending(d->gz)) ||
	       (d->zst && zst_dec_pending(d->zst));
}

static bool end_member(struct zip_dec *d, struct err *err)
{
	struct err why = { "" };

	if ((d->gz && !gz_dec_ended(d->gz)) ||
	    (d->zst && d->any_data && !zst_dec_end(d->zst, &why)))
		return fail(d, "the member does not end", err);
	if (!(d->flags & FLAG_DESCRIPTOR) && d->crc_out != d->crc)
		return fail(d, "its checksum is wrong", err);
	free_inner(d);
	d->place = d->skip ? ZIP_SIGNATURE : ZIP_NEWLINE;
	d->wanted = SIGNATURE_BYTES;
	if (d->skip && d->flags & FLAG_DESCRIPTOR)
		expect(d, ZIP_DESCRIPTOR, DESCRIPTOR_BYTES);
	return true;
}

static bool inner_push(struct zip_dec *d, const char *s, size_t n,
		       size_t *used, struct buf *out, size_t max_out)
{
	struct err why = { "" };

	if (d->gz)
		return gz_dec_push(d->gz, s, n, used, out, max_out, &why);
	if (d->zst)
		return zst_dec_push(d->zst, s, n, used, out, max_out, &why);
	*used = MIN(n, max_out);
	buf_append(out, s, *used);
	return true;
}

/* A stretch of the open member. */
static bool take_data(struct zip_dec *d, const char *s, size_t n,
		      size_t *used, struct buf *out, size_t max_out,
		      struct err *err)
{
	size_t before = out->len;
	bool ok;

	n = (size_t)MIN((uint64_t)n, d->left);
	d->any_data |= n > 0;
	ok = inner_push(d, s, n, used, out, max_out);
	if (out->len > before)
		d->crc_out = gz_crc32(d->crc_out, out->data + before,
				      out->len - before);
	if (d->skip)
		out->len = before;
	if (d->left != SIZE_UNKNOWN)
		d->left -= *used;
	d->at += *used;
	if (!ok)
		return fail(d, "the packed data is damaged", err);
	if (member_pending(d))
		return true;
	if (!d->left || (d->gz && gz_dec_ended(d->gz)))
		return end_member(d, err);
	return true;
}

static void take_newline(struct zip_dec *d, struct buf *out)
{
	buf_putc(out, '\n');
	if (d->flags & FLAG_DESCRIPTOR)
		expect(d, ZIP_DESCRIPTOR, DESCRIPTOR_BYTES);
	else
		expect(d, ZIP_SIGNATURE, SIGNATURE_BYTES);
}

bool zip_dec_push(struct zip_dec *d, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err)
{
	const char *s = in;
	size_t start = out->len, took;

	*used = 0;
	while (out->len - start < max_out) {
		size_t room = max_out - (out->len - start);

		if (d->place == ZIP_BROKEN)
			return err_set(err, "the ZIP archive is broken");
		if (d->place == ZIP_OVER) {
			*used = n;
			return true;
		}
		if (d->place == ZIP_NEWLINE) {
			take_newline(d, out);
		} else if (d->place == ZIP_DATA) {
			bool was_pending = member_pending(d);

			if (*used == n && !was_pending && d->left)
				return true;
			if (!take_data(d, s + *used, n - *used, &took, out,
				       room, err))
				return false;
			*used += took;
		} else {
			took = MIN(d->wanted - d->head.len, n - *used);
			buf_append(&d->head, s + *used, took);
			*used += took;
			d->at += took;
			if (d->head.len < d->wanted)
				return true;
			if (!take_head(d, err))
				return false;
		}
	}
	return true;
}

bool zip_dec_pending(const struct zip_dec *d)
{
	return d->place == ZIP_NEWLINE ||
	       (d->place == ZIP_DATA && (member_pending(d) || !d->left));
}

bool zip_dec_end(const struct zip_dec *d, struct err *err)
{
	if (d->place == ZIP_OVER)
		return true;
	if (d->place == ZIP_BROKEN)
		return false;
	return err_set(err, "the ZIP archive is cut short%s%s",
		       *d->name ? ": it ends in " : "", d->name);
}
