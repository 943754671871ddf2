/* unpack.c, gz.c, zst.c: whatever was packed comes out, however it is cut;
 * what is broken says so, and what came before it comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/gz.h"
#include "base/unpack.h"
#include "base/zst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

enum { TEXT_BYTES = 300000, NO_LIMIT = 1 << 30 };

/* One member of a .gz. */
static void put_gz(struct buf *out, const char *s, size_t n)
{
	z_stream z = { 0 };
	size_t room = n + n / 100 + 100;

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
				      Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (z_const Bytef *)s;
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)buf_reserve(out, room);
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	deflateEnd(&z);
}

static void put_zst(struct buf *out, const char *s, size_t n)
{
	struct zst_enc *e = zst_enc_new(ZST_LEVEL_DEFAULT);

	zst_enc_push(e, s, n, out);
	zst_enc_end(e, out);
	zst_enc_free(e);
}

/* With the size in its head, as `zstd FILE` writes it: the library has a
 * shorter way through such frames. */
static void put_sized_zst(struct buf *out, const char *s, size_t n)
{
	size_t room = ZSTD_compressBound(n);
	size_t len = ZSTD_compress(buf_reserve(out, room), room, s, n, 3);

	assert_false(ZSTD_isError(len));
	out->len += len;
}

/* Text that packs, but not to nothing. */
static void put_text(struct buf *out, size_t n)
{
	srand(2);
	for (size_t i = 0; i < n; i++)
		buf_putc(out, (char)("abcdefgh\n "[rand() % 10]));
}

/* Unpacks s in pieces of step bytes, at most max_out bytes a call; then the
 * sentence, if there is one. */
static void unpack_in(const struct buf *s, size_t step, size_t max_out,
		      struct buf *out, struct err *err)
{
	struct unpack *u = unpack_new();
	bool ok = true;

	for (size_t at = 0; at < s->len && ok;) {
		size_t n = MIN(step, s->len - at), from = 0;
		char *exact = mem_alloc(n);

		memcpy(exact, s->data + at, n);
		while (ok && (from < n || unpack_pending(u))) {
			size_t used, before = out->len;

			ok = unpack_bytes(u, exact + from, n - from, &used,
					  out, max_out, err);
			assert_in_range(used, 0, n - from);
			assert_in_range(out->len - before, 0, max_out);
			from += used;
		}
		mem_free(exact);
		at += n;
	}
	if (ok) {
		unpack_rest(u, out);
		unpack_end(u, err);
	}
	unpack_free(u);
}

static void assert_unpacks(const struct buf *packed, const char *want,
			   size_t n, const char *sentence)
{
	static const struct {
		size_t step, max_out;
	} ways[] = {
		{ NO_LIMIT, NO_LIMIT }, { NO_LIMIT, 5000 }, { 1, NO_LIMIT },
		{ 7, 262144 }, { 4096, 1000 }, { 65536, 65536 },
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct buf out = { 0 };
		struct err err = { "" };

		unpack_in(packed, ways[i].step, ways[i].max_out, &out, &err);
		assert_int_equal(out.len, n);
		if (n)
			assert_memory_equal(out.data, want, n);
		if (!strstr(err.text, sentence) || !*sentence != !err.text[0])
			fail_msg("\"%s\" instead of \"%s\"", err.text,
				 sentence);
		buf_release(&out);
	}
}

static void packed_comes_out(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 70000, TEXT_BYTES };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct buf text = { 0 }, gz = { 0 }, zst = { 0 };

		put_text(&text, sizes[i]);
		put_gz(&gz, text.data, text.len);
		put_zst(&zst, text.data, text.len);
		assert_true(unpack_wants(gz.data[0]));
		assert_true(unpack_wants(zst.data[0]));
		assert_unpacks(&gz, text.data, text.len, "");
		assert_unpacks(&zst, text.data, text.len, "");
		assert_unpacks(&text, text.data, text.len, "");
		buf_release(&text);
		buf_release(&gz);
		buf_release(&zst);
	}
}

static void members_and_frames_follow_each_other(void **state)
{
	static const char skippable[] = "\x53\x2a\x4d\x18\3\0\0\0abc";
	struct buf gz = { 0 }, zst = { 0 };

	(void)state;
	put_gz(&gz, "one ", 4);
	put_gz(&gz, "", 0);
	put_gz(&gz, "two", 3);
	buf_append(&gz, "\0\0\0\0", 4); /* gzip's padding */
	assert_unpacks(&gz, "one two", 7, "");
	buf_append(&zst, skippable, sizeof(skippable) - 1);
	put_zst(&zst, "one ", 4);
	put_zst(&zst, "", 0);
	buf_append(&zst, skippable, sizeof(skippable) - 1);
	put_zst(&zst, "two", 3);
	assert_unpacks(&zst, "one two", 7, "");
	buf_append(&gz, "junk", 4);
	assert_unpacks(&gz, "one two", 7, "something else follows");
	buf_append(&zst, "junk", 4);
	assert_unpacks(&zst, "one two", 7, "the zstd data is broken");
	buf_release(&gz);
	buf_release(&zst);
}

/* One layer is undone. A second one is told, with what undoes the first. */
static void archives_in_archives_are_refused(void **state)
{
	static void (*const put[])(struct buf *, const char *, size_t) = {
		put_gz, put_zst, put_sized_zst,
	};
	static const char *const told[] = { "gzip -d", "zstd -d", "zstd -d" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(put) * ARRAY_LEN(put); i++) {
		size_t outer = i / ARRAY_LEN(put), inner = i % ARRAY_LEN(put);
		struct buf text = { 0 }, once = { 0 }, twice = { 0 };

		put_text(&text, 5000);
		put[inner](&once, text.data, text.len);
		put[outer](&twice, once.data, once.len);
		assert_unpacks(&twice, "", 0, told[outer]);
		buf_clear(&twice);
		put[outer](&twice, "PK\3\4....", 8);
		assert_unpacks(&twice, "", 0, "holds a ZIP archive");
		buf_release(&text);
		buf_release(&once);
		buf_release(&twice);
	}
}

/* A captured answer that was packed loses its chunks as well. */
static void answers_in_archives_are_joined(void **state)
{
#define HEAD "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	static const char raw[] = HEAD "5\r\none t\r\n2\r\nwo\r\n0\r\n\r\n";
	static const char want[] = HEAD "one two";
	struct buf gz = { 0 }, zst = { 0 };

	(void)state;
	put_gz(&gz, raw, sizeof(raw) - 1);
	assert_unpacks(&gz, want, sizeof(want) - 1, "");
	put_zst(&zst, raw, sizeof(raw) - 1);
	assert_unpacks(&zst, want, sizeof(want) - 1, "");
	gz.len -= 6; /* the check that it ends with */
	assert_unpacks(&gz, want, sizeof(want) - 1, "cut short");
	buf_release(&gz);
	buf_release(&zst);
}

/* What may begin an archive and does not. */
static void beginnings_come_through(void **state)
{
	static const char *const texts[] = {
		"(", "(\xb5", "(\xb5/", "\x1f", "\x1f ", "(\xb5/\xfe", "P",
		"P*M", "_*M_", "[*M", "(a)",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buf text = { 0 };

		buf_puts(&text, texts[i]);
		assert_unpacks(&text, text.data, text.len, "");
		buf_release(&text);
	}
}

/* Cut at every byte: a beginning of the text, and one sentence; the same
 * beginning however it came. */
static void cut_short(const struct buf *packed, const struct buf *text,
		      size_t head, const char *sentence)
{
	for (size_t n = head; n < packed->len;
	     n += 1 + (packed->len - n) / 40) {
		struct buf cut = { packed->data, n, 0 }, out = { 0 };
		struct err err = { "" };

		unpack_in(&cut, NO_LIMIT, NO_LIMIT, &out, &err);
		assert_in_range(out.len, 0, text->len);
		if (out.len)
			assert_memory_equal(out.data, text->data, out.len);
		assert_unpacks(&cut, text->data, out.len, sentence);
		buf_release(&out);
	}
}

static void cuts_have_a_sentence(void **state)
{
	struct buf text = { 0 }, gz = { 0 }, zst = { 0 };

	(void)state;
	put_text(&text, 3000);
	put_gz(&gz, text.data, text.len);
	put_zst(&zst, text.data, text.len);
	cut_short(&gz, &text, 2, "gzip data is cut short");
	cut_short(&zst, &text, 4, "zstd data is cut short");
	buf_release(&text);
	buf_release(&gz);
	buf_release(&zst);
}

/* One byte is wrong. Blocks before it come out, always the same ones. */
static void wrong_bytes(const struct buf *packed)
{
	for (int round = 0; round < 25; round++) {
		struct buf bad = { 0 }, out = { 0 };
		struct err err = { "" };
		size_t at = 4 + (size_t)rand() % (packed->len - 4);

		buf_append(&bad, packed->data, packed->len);
		bad.data[at] ^= (char)(1 << rand() % 8);
		unpack_in(&bad, NO_LIMIT, NO_LIMIT, &out, &err);
		assert_unpacks(&bad, out.data, out.len, err.text);
		buf_release(&bad);
		buf_release(&out);
	}
}

static void wrong_bytes_have_a_sentence(void **state)
{
	struct buf text = { 0 }, gz = { 0 }, zst = { 0 };

	(void)state;
	put_text(&text, TEXT_BYTES);
	put_gz(&gz, text.data, text.len);
	put_sized_zst(&zst, text.data, text.len);
	wrong_bytes(&gz);
	wrong_bytes(&zst);
	buf_release(&text);
	buf_release(&gz);
	buf_release(&zst);
}

/* A frame that asks for a window of 2 GiB gets a sentence, not the memory. */
static void windows_are_limited(void **state)
{
	static const char frame[] = "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00";
	struct buf s = { 0 };

	(void)state;
	buf_append(&s, frame, sizeof(frame) - 1);
	assert_unpacks(&s, "", 0, "needs a window over 128 MiB");
	buf_release(&s);
}

/* 100 MB of zeros in 100 kB: slice by slice, never all at once. */
static void bombs_come_in_slices(void **state)
{
	enum { BOMB_BYTES = 100 * 1000 * 1000, SLICE = 65536 };
	struct zst_enc *e = zst_enc_new(ZST_LEVEL_DEFAULT);
	struct buf packed = { 0 }, zeros = { 0 }, out = { 0 };
	struct unpack *u = unpack_new();
	size_t from = 0, total = 0, used;

	(void)state;
	memset(buf_reserve(&zeros, 1000000), 0, 1000000);
	for (int i = 0; i < BOMB_BYTES / 1000000; i++)
		zst_enc_push(e, zeros.data, 1000000, &packed);
	zst_enc_end(e, &packed);
	while (from < packed.len || unpack_pending(u)) {
		assert_true(unpack_bytes(u, packed.data + from,
					 packed.len - from, &used, &out, SLICE,
					 NULL));
		assert_in_range(out.len, 0, SLICE);
		from += used;
		total += out.len;
		buf_clear(&out);
	}
	assert_int_equal(total, BOMB_BYTES);
	assert_true(unpack_changes(u));
	unpack_free(u);
	zst_enc_free(e);
	buf_release(&packed);
	buf_release(&zeros);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packed_comes_out),
		cmocka_unit_test(members_and_frames_follow_each_other),
		cmocka_unit_test(archives_in_archives_are_refused),
		cmocka_unit_test(answers_in_archives_are_joined),
		cmocka_unit_test(beginnings_come_through),
		cmocka_unit_test(cuts_have_a_sentence),
		cmocka_unit_test(wrong_bytes_have_a_sentence),
		cmocka_unit_test(windows_are_limited),
		cmocka_unit_test(bombs_come_in_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
