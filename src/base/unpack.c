/*
 * One layer of packing and what may lie in it. The first bytes say what it is:
 *
 *	archive  --decoder-->  open  --inner-->  out     .gz, .zst, .zip
 *	HTTP     --chunked-----------------------> out   a captured answer
 *	plain    --------------------------------> out
 *
 * `inner` is another of these, for what the archive holds: it joins an HTTP
 * answer's chunks, and refuses a second archive, which nobody means and whose
 * offsets would be of nothing that can be had again.
 */
#include "base/unpack.h"

#include <string.h>

#include "base/chunked.h"
#include "base/gz.h"
#include "base/zip.h"
#include "base/zst.h"

enum unpack_kind {
	KIND_UNKNOWN, KIND_PLAIN, KIND_GZIP, KIND_ZSTD, KIND_ZIP, KIND_HTTP,
};

enum { MAGIC_MAX = 4 };

struct unpack {
	enum unpack_kind kind;
	enum unpack_kind outer; /* of the archive that this is in */
	struct gz_dec *gz;
	struct zst_dec *zst;
	struct zip_dec *zip;
	struct chunked *http;
	char head[MAGIC_MAX]; /* bytes that may begin an archive */
	size_t head_len, head_at;
	struct unpack *inner; /* of an archive */
	struct buf open;      /* out of the decoder, on the way into inner */
	size_t open_at;
	struct err torn;      /* it is broken behind what is open */
};

/* What people know an archive as, and what undoes it. */
static const struct {
	const char *name, *tool;
} archives[] = {
	[KIND_GZIP] = { "gzip", "gzip -d" },
	[KIND_ZSTD] = { "zstd", "zstd -d" },
	[KIND_ZIP] = { "ZIP", "unzip" },
	[KIND_HTTP] = { NULL, NULL },
};

static const struct magic {
	unsigned char bytes[MAGIC_MAX];
	size_t len;
	unsigned char free_bits; /* of the first byte */
	enum unpack_kind kind;
} magics[] = {
	{ { 0x1f, 0x8b }, 2, 0, KIND_GZIP },
	{ { 0x28, 0xb5, 0x2f, 0xfd }, 4, 0, KIND_ZSTD },
	/* a skippable frame may come first: 50..5f 2a 4d 18 */
	{ { 0x50, 0x2a, 0x4d, 0x18 }, 4, 0x0f, KIND_ZSTD },
	{ { 'P', 'K', 3, 4 }, 4, 0, KIND_ZIP },
	{ { 'H', 'T', 'T', 'P' }, 4, 0, KIND_HTTP },
};

struct unpack *unpack_new(void)
{
	return mem_zalloc(sizeof(struct unpack));
}

void unpack_free(struct unpack *u)
{
	if (!u)
		return;
	gz_dec_free(u->gz);
	zst_dec_free(u->zst);
	zip_dec_free(u->zip);
	chunked_free(u->http);
	unpack_free(u->inner);
	buf_release(&u->open);
	mem_free(u);
}

static bool matches(const struct magic *m, const char *s, size_t n)
{
	for (size_t i = 0; i < MIN(n, m->len); i++) {
		unsigned char mask = i ? 0 : m->free_bits;

		if (((unsigned char)s[i] | mask) != (m->bytes[i] | mask))
			return false;
	}
	return true;
}

/* Decided as soon as the head is a magic, or can't become one any more. */
static enum unpack_kind kind_of(const char *s, size_t n)
{
	enum unpack_kind kind = KIND_PLAIN;

	for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
		if (!matches(&magics[i], s, n))
			continue;
		if (n >= magics[i].len)
			return magics[i].kind;
		kind = KIND_UNKNOWN;
	}
	return kind;
}

bool unpack_wants(char first)
{
	return kind_of(&first, 1) != KIND_PLAIN;
}

static void decide(struct unpack *u, enum unpack_kind kind)
{
	bool archive = archives[kind].name != NULL;

	u->kind = kind;
	if (archive && u->outer) {
		err_set(&u->torn, "the %s archive holds a %s archive; unpack "
				  "it with `%s` first",
			archives[u->outer].name, archives[kind].name,
			archives[u->outer].tool);
		return;
	}
	if (archive) {
		u->inner = unpack_new();
		u->inner->outer = kind;
	}
	if (kind == KIND_GZIP)
		u->gz = gz_dec_new();
	else if (kind == KIND_ZSTD)
		u->zst = zst_dec_new(ZST_WINDOW_LOG_MAX);
	else if (kind == KIND_ZIP)
		u->zip = zip_dec_new();
	else if (kind == KIND_HTTP)
		u->http = chunked_new();
}

static bool pass(struct unpack *u, const char *in, size_t n, size_t *used,
		 struct buf *out, size_t max_out, struct err *err)
{
	if (u->kind == KIND_GZIP)
		return gz_dec_push(u->gz, in, n, used, out, max_out, err);
	if (u->kind == KIND_ZSTD)
		return zst_dec_push(u->zst, in, n, used, out, max_out, err);
	if (u->kind == KIND_ZIP)
		return zip_dec_push(u->zip, in, n, used, out, max_out, err);
	if (u->kind == KIND_HTTP)
		return chunked_push(u->http, in, n, used, out, max_out, err);
	*used = MIN(n, max_out);
	buf_append(out, in, *used);
	return true;
}

static bool decoder_pending(const struct unpack *u)
{
	return (u->gz && gz_dec_pending(u->gz)) ||
	       (u->zst && zst_dec_pending(u->zst)) ||
	       (u->zip && zip_dec_pending(u->zip)) ||
	       (u->http && chunked_pending(u->http));
}

/* All that is open, as far as there is room. */
static bool pass_open(struct unpack *u, struct buf *out, size_t max_out,
		      struct err *err)
{
	size_t end = out->len + max_out, used;

	while (out->len < end && (u->open_at < u->open.len ||
				  unpack_pending(u->inner))) {
		if (!unpack_bytes(u->inner, u->open.data + u->open_at,
				  u->open.len - u->open_at, &used, out,
				  end - out->len, err))
			return false;
		u->open_at += used;
	}
	return true;
}

/* The way of an archive. Where it is broken is told when all before it is
 * out, which may be in a later call. */
static bool pass_archive(struct unpack *u, const char *in, size_t n,
			 size_t *used, struct buf *out, size_t max_out,
			 struct err *err)
{
	size_t end = out->len + max_out, took;

	*used = 0;
	while (pass_open(u, out, end - out->len, err)) {
		if (out->len == end)
			return true;
		if (u->torn.text[0])
			return err_set(err, "%s", u->torn.text);
		buf_clear(&u->open);
		u->open_at = 0;
		if (*used == n && !decoder_pending(u))
			return true;
		pass(u, in + *used, n - *used, &took, &u->open, end - out->len,
		     &u->torn);
		*used += took;
		if (!took && !u->open.len && !u->torn.text[0])
			return true;
	}
	return false;
}

static bool pass_some(struct unpack *u, const char *in, size_t n, size_t *used,
		      struct buf *out, size_t max_out, struct err *err)
{
	*used = 0;
	if (u->inner)
		return pass_archive(u, in, n, used, out, max_out, err);
	if (u->torn.text[0])
		return err_set(err, "%s", u->torn.text);
	return pass(u, in, n, used, out, max_out, err);
}

bool unpack_bytes(struct unpack *u, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err)
{
	const char *s = in;
	size_t taken = 0, from = out->len, passed;
	bool good = true;

	while (u->kind == KIND_UNKNOWN && taken < n) {
		u->head[u->head_len++] = s[taken++];
		decide(u, kind_of(u->head, u->head_len));
	}
	*used = taken;
	if (u->kind == KIND_UNKNOWN)
		return true;
	if (u->head_at < u->head_len) {
		good = pass_some(u, u->head + u->head_at,
				 u->head_len - u->head_at, &passed, out,
				 max_out, err);
		u->head_at += passed;
		max_out -= out->len - from;
	}
	if (!good || u->head_at < u->head_len || !max_out)
		return good;
	good = pass_some(u, s + taken, n - taken, &passed, out, max_out, err);
	*used += passed;
	return good;
}

void unpack_rest(struct unpack *u, struct buf *out)
{
	if (u->kind == KIND_UNKNOWN)
		decide(u, KIND_PLAIN);
	if (u->inner)
		unpack_rest(u->inner, out);
	if (u->http)
		chunked_rest(u->http, out);
	if (u->kind != KIND_PLAIN)
		return;
	buf_append(out, u->head + u->head_at, u->head_len - u->head_at);
	u->head_at = u->head_len;
}

bool unpack_pending(const struct unpack *u)
{
	if (u->kind != KIND_UNKNOWN && u->head_at < u->head_len)
		return true;
	return u->torn.text[0] || u->open_at < u->open.len ||
	       (u->inner && unpack_pending(u->inner)) || decoder_pending(u);
}

bool unpack_end(struct unpack *u, struct err *err)
{
	if (u->gz)
		return gz_dec_end(u->gz, err);
	if (u->zst)
		return zst_dec_end(u->zst, err);
	if (u->zip)
		return zip_dec_end(u->zip, err);
	return true;
}

bool unpack_changes(const struct unpack *u)
{
	return u->kind != KIND_UNKNOWN && u->kind != KIND_PLAIN;
}

const char *unpack_name(const struct unpack *u)
{
	return u->kind == KIND_HTTP ? "HTTP" : archives[u->kind].name;
}
