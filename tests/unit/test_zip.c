/* zip.c: archives made by hand, each packing, however they are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/gz.h"
#include "base/zip.h"

enum { STORED = 0, DEFLATE = 8, ZSTD = 93 };

/* Sizes: in the header, in its extra field, behind the member, there as 64
 * bits. */
enum sizes { BEFORE, EXTRA, BEHIND, BEHIND_LONG };

struct member {
	const char *name, *text;
	unsigned method;
	enum sizes sizes;
	bool out; /* it comes out */
};

static const struct member members[] = {
	{ "header.json", "{\"version\":2}", STORED, BEFORE, false },
	{ "samples/", "", STORED, BEFORE, false },
	{ "samples/1.json", "one", STORED, BEFORE, true },
	{ "samples/2.json", "two, packed", DEFLATE, BEFORE, true },
	{ "samples/3.json", "three, by zstd", ZSTD, BEFORE, true },
	{ "_journal/1", "left out", DEFLATE, BEHIND, false },
	{ "_journal/2", "left out, too", DEFLATE, BEHIND_LONG, false },
	{ "summaries.json", "[]", ZSTD, BEFORE, false },
	{ "4", "four: its size stands behind it", DEFLATE, BEHIND, true },
	{ "5", "five: so does its, in 64 bits", DEFLATE, BEHIND_LONG, true },
	{ "6", "six, in an extra field", DEFLATE, EXTRA, true },
	{ "__MACOSX/7", "left out", STORED, EXTRA, false },
	{ "8", "", STORED, BEFORE, true },
	{ "9", "", ZSTD, BEFORE, true },
};

static void put_number(struct buf *b, uint64_t value, size_t n)
{
	for (; n--; value >>= 8)
		buf_putc(b, (char)(value & 0xff));
}

/* One block that holds the bytes as they are. */
static void pack(struct buf *b, const struct member *m)
{
	size_t n = strlen(m->text);

	if (m->method == DEFLATE) {
		buf_putc(b, 1);
		put_number(b, n, 2);
		put_number(b, ~n, 2);
	} else if (m->method == ZSTD && n) {
		buf_append(b, "\x28\xb5\x2f\xfd\x20", 5);
		put_number(b, n, 1);
		put_number(b, n << 3 | 1, 3);
	}
	buf_append(b, m->text, n);
}

static void put_member(struct buf *b, const struct member *m)
{
	bool behind = m->sizes == BEHIND || m->sizes == BEHIND_LONG;
	size_t n = strlen(m->text), size = m->sizes == BEHIND_LONG ? 8 : 4;
	uint32_t crc = gz_crc32(0, m->text, n);
	struct buf packed = { 0 };

	pack(&packed, m);
	buf_append(b, "PK\3\4", 4);
	put_number(b, 20, 2);
	put_number(b, behind ? 8 : 0, 2);
	put_number(b, m->method, 2);
	put_number(b, 0, 4);
	put_number(b, behind ? 0 : crc, 4);
	put_number(b, m->sizes == EXTRA ? UINT32_MAX :
		      behind ? 0 : packed.len, 4);
	put_number(b, m->sizes == EXTRA ? UINT32_MAX : behind ? 0 : n, 4);
	put_number(b, strlen(m->name), 2);
	put_number(b, m->sizes == EXTRA ? 6 + 20 : 0, 2);
	buf_puts(b, m->name);
	if (m->sizes == EXTRA) { /* another one before it */
		put_number(b, 0x5455, 2);
		put_number(b, 2, 2);
		put_number(b, 7, 2);
		put_number(b, 1, 2);
		put_number(b, 16, 2);
		put_number(b, n, 8);
		put_number(b, packed.len, 8);
	}
	buf_append(b, packed.data, packed.len);
	if (behind) {
		buf_append(b, "PK\7\10", 4);
		put_number(b, crc, 4);
		put_number(b, packed.len, size);
		put_number(b, n, size);
	}
	buf_release(&packed);
}

static void put_directory(struct buf *b)
{
	buf_puts(b, "PK\1\2 and so on, whatever it is");
}

/* In pieces of n bytes, out in stretches of max_out. Everything went in, or it
 * is broken: false. */
static bool read_all(const struct buf *in, size_t n, size_t max_out,
		     struct buf *out, struct err *err)
{
	struct zip_dec *d = zip_dec_new();
	bool good = true;

	for (size_t at = 0; good && (at < in->len || zip_dec_pending(d));) {
		size_t used, len = MIN(n, in->len - at), before = out->len;

		good = zip_dec_push(d, in->data + at, len, &used, out,
				    max_out, err);
		assert_true(used <= len && out->len - before <= max_out);
		at += used;
	}
	good = good && zip_dec_end(d, err);
	zip_dec_free(d);
	return good;
}

static void members_come_out(void **state)
{
	struct buf in = { 0 }, want = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		put_member(&in, &members[i]);
		if (members[i].out)
			buf_printf(&want, "%s\n", members[i].text);
	}
	put_directory(&in);
	for (size_t n = 1; n <= in.len; n += 1 + n / 5)
		for (size_t max_out = 1; max_out < 500; max_out *= 7) {
			struct buf out = { 0 };
			struct err err = { "" };

			if (!read_all(&in, n, max_out, &out, &err))
				fail_msg("by %zu: %s", n, err.text);
			assert_string_equal(buf_cstr(&out), buf_cstr(&want));
			buf_release(&out);
		}
	for (size_t cut = 4; cut < in.len - 32; cut++) {
		struct buf part = { .data = in.data, .len = cut }, out = { 0 };
		struct err err = { "" };

		assert_false(read_all(&part, 7, 100, &out, &err));
		assert_non_null(strstr(err.text, "cut short"));
		assert_memory_equal(out.data, want.data, out.len);
		buf_release(&out);
	}
	buf_release(&in);
	buf_release(&want);
}

/* A byte of the only member, at `at`, is another one. */
static void damage_is_told(void **state)
{
	static const struct {
		struct member m;
		size_t at;
		char byte;
		const char *says;
	} rows[] = {
		{ { "a", "text", STORED, BEFORE, true }, 6, 1, "password" },
		{ { "a", "text", STORED, BEFORE, true }, 8, 12,
		  "in a, from byte 0: it is packed by another method" },
		{ { "a", "text", STORED, BEFORE, true }, 14, 7, "checksum" },
		{ { "a", "text", STORED, BEFORE, true }, 31, 'T', "checksum" },
		{ { "a", "text", STORED, BEHIND, true }, 6, 8,
		  "its size is not told" },
		{ { "a", "text", DEFLATE, BEFORE, true }, 31, 7, "damaged" },
		{ { "a", "text", DEFLATE, BEFORE, true }, 31, 0,
		  "does not end" },
		{ { "a", "text", ZSTD, BEFORE, true }, 32, 7, "damaged" },
		{ { "a", "text", ZSTD, BEFORE, true }, 18, 12,
		  "does not end" },
		{ { "a\x1b", "text", STORED, BEFORE, true }, 14, 7,
		  "broken in a?, from" },
		{ { "a", "text", STORED, BEFORE, true }, 35, 'Q',
		  "from byte 35: a member or the directory was expected" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf in = { 0 }, out = { 0 };
		struct err err = { "" };

		put_member(&in, &rows[i].m);
		put_directory(&in);
		in.data[rows[i].at] = rows[i].byte;
		assert_false(read_all(&in, 1000, 1000, &out, &err));
		if (!strstr(err.text, rows[i].says))
			fail_msg("row %zu: \"%s\"", i, err.text);
		buf_release(&in);
		buf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_out),
		cmocka_unit_test(damage_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
