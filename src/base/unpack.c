#include "base/unpack.h"

#include <string.h>

#include "base/chunked.h"
#include "base/gz.h"
#include "base/zip.h"
#include "base/zst.h"

enum kind {
	KIND_UNKNOWN, KIND_PLAIN, KIND_GZIP, KIND_ZSTD, KIND_ZIP, KIND_HTTP,
};

enum { MAGIC_MAX = 4 };

struct unpack {
	enum kind kind;
	struct gz_dec *gz;
	struct zst_dec *zst;
	struct zip_dec *zip;
	struct chunked *http;
	char head[MAGIC_MAX]; /* bytes that may begin an archive */
	size_t head_len, head_at;
};

static const struct magic {
	unsigned char bytes[MAGIC_MAX];
	size_t len;
	unsigned char free_bits; /* of the first byte */
	enum kind kind;
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
static enum kind kind_of(const char *s, size_t n)
{
	enum kind kind = KIND_PLAIN;

	for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
		if (!matches(&magics[i], s, n))
			continue;
		if (n >= magics[i].len)
			return magics[i].kind;
		kind = KIND_UNKNOWN;
	}
	return kind;
}

static void decide(struct unpack *u, enum kind kind)
{
	u->kind = kind;
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

bool unpack_bytes(struct unpack *u, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err)
{
	const char *s = in;
	size_t taken = 0, from = out->len, passed;

	*used = 0;
	while (u->kind == KIND_UNKNOWN && taken < n) {
		u->head[u->head_len++] = s[taken++];
		decide(u, kind_of(u->head, u->head_len));
	}
	*used = taken;
	if (u->kind == KIND_UNKNOWN)
		return true;
	if (u->head_at < u->head_len) {
		bool ok = pass(u, u->head + u->head_at,
			       u->head_len - u->head_at, &passed, out,
			       max_out, err);

		u->head_at += passed;
		if (!ok || u->head_at < u->head_len)
			return ok;
		max_out -= out->len - from;
	}
	if (!max_out)
		return true;
	if (!pass(u, s + taken, n - taken, &passed, out, max_out, err)) {
		*used += passed;
		return false;
	}
	*used += passed;
	return true;
}

void unpack_rest(struct unpack *u, struct buf *out)
{
	if (u->kind == KIND_UNKNOWN)
		decide(u, KIND_PLAIN);
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
	return (u->gz && gz_dec_pending(u->gz)) ||
	       (u->zst && zst_dec_pending(u->zst)) ||
	       (u->zip && zip_dec_pending(u->zip)) ||
	       (u->http && chunked_pending(u->http));
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

const char *unpack_kind(const struct unpack *u)
{
	switch (u->kind) {
	case KIND_GZIP:
		return "gzip";
	case KIND_ZSTD:
		return "zstd";
	case KIND_ZIP:
		return "ZIP";
	default:
		return "";
	}
}
