/* zst and gz: round trips under every cut, broken and short archives, and
 * sizes equal to the libraries' one-shot functions. */
#include "base/gz.h"
#include "base/zst.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

enum { TEXT_BYTES = 200000, SMALL_BYTES = 3000 };

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Words of a small language: compresses, but not to nothing. */
static void fill_text(struct buf *out, size_t n, uint32_t seed)
{
	while (out->len < n) {
		uint32_t word = next_random(&seed) % 500;

		for (uint32_t x = word * word + 7; x; x /= 19)
			buf_putc(out, (char)('a' + x % 19));
		buf_putc(out, ' ');
	}
	out->len = n;
}

static void fill_noise(struct buf *out, size_t n, uint32_t seed)
{
	while (out->len < n)
		buf_putc(out, (char)next_random(&seed));
}

/* Both decoders behind one face, so that every table row tries both. */
struct codec {
	const char *name;
	bool zstd;
	void *dec;
};

static void codec_open(struct codec *c)
{
	c->dec = c->zstd ? (void *)zst_dec_new(ZST_WINDOW_LOG_MAX)
			 : (void *)gz_dec_new();
}

static void codec_close(struct codec *c)
{
	if (c->zstd)
		zst_dec_free(c->dec);
	else
		gz_dec_free(c->dec);
}

static bool codec_push(struct codec *c, const char *in, size_t n,
		       size_t *used, struct buf *out, size_t max_out)
{
	struct err err = { "" };
	bool ok = c->zstd ? zst_dec_push(c->dec, in, n, used, out, max_out,
					 &err)
			  : gz_dec_push(c->dec, in, n, used, out, max_out,
					&err);

	assert_true(*used <= n);
	assert_int_equal(ok, err.text[0] == '\0');
	return ok;
}

static bool codec_pending(struct codec *c)
{
	return c->zstd ? zst_dec_pending(c->dec) : gz_dec_pending(c->dec);
}

static bool codec_end(struct codec *c)
{
	struct err err = { "" };
	bool ok = c->zstd ? zst_dec_end(c->dec, &err)
			  : gz_dec_end(c->dec, &err);

	return ok;
}

/* Unpacks in[0..n) with pieces of `step` bytes and `room` bytes of output a
 * call. Returns 1 whole, 0 cut short, -1 broken. */
static int unpack_all(struct codec *c, const struct buf *in, size_t step,
		      size_t room, struct buf *out)
{
	int verdict = 1;

	codec_open(c);
	for (size_t at = 0; verdict == 1 && at < in->len;) {
		size_t n = MIN(step, in->len - at), used = 0;

		do {
			size_t before = out->len;

			if (!codec_push(c, in->data + at, n, &used, out,
					room))
				verdict = -1;
			assert_true(out->len - before <= room);
			at += used;
			n -= used;
		} while (verdict == 1 && (n || codec_pending(c)));
	}
	if (verdict == 1 && !codec_end(c))
		verdict = 0;
	codec_close(c);
	return verdict;
}

static void pack(bool zstd, const struct buf *text, struct buf *out)
{
	if (zstd) {
		struct zst_enc *e = zst_enc_new(ZST_LEVEL_DEFAULT);

		for (size_t at = 0; at < text->len; at += 777)
			zst_enc_push(e, text->data + at,
				     MIN((size_t)777, text->len - at), out);
		zst_enc_end(e, out);
		zst_enc_free(e);
	} else {
		z_stream z = { 0 };
		size_t room = text->len + 1000;

		assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8,
					      Z_DEFAULT_STRATEGY), Z_OK);
		z.next_in = (unsigned char *)text->data;
		z.avail_in = (unsigned)text->len;
		z.next_out = (unsigned char *)buf_reserve(out, room);
		z.avail_out = (unsigned)room;
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		out->len += room - z.avail_out;
		deflateEnd(&z);
	}
}

static struct codec codecs[] = { { "zstd", true, NULL },
				 { "gzip", false, NULL } };

static void test_round_trip(void **state)
{
	static const size_t steps[][2] = {
		{ 1, 1 }, { 1, 100000 }, { 7, 3 }, { 1000, 4096 },
		{ 1000000, 1000000 }, { 1000000, 5 },
	};
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(codecs); k++) {
		struct buf text = { 0 }, packed = { 0 }, out = { 0 };

		fill_text(&text, SMALL_BYTES * 3, 1);
		pack(codecs[k].zstd, &text, &packed);
		for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
			buf_clear(&out);
			assert_int_equal(unpack_all(&codecs[k], &packed,
						    steps[i][0], steps[i][1],
						    &out), 1);
			assert_int_equal(out.len, text.len);
			assert_memory_equal(out.data, text.data, text.len);
		}
		buf_release(&text);
		buf_release(&packed);
		buf_release(&out);
	}
}

/* Two archives after each other are one text; an empty one is none. */
static void test_members(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(codecs); k++) {
		struct buf text = { 0 }, empty = { 0 };
		struct buf packed = { 0 }, out = { 0 };

		fill_text(&text, SMALL_BYTES, 2);
		pack(codecs[k].zstd, &text, &packed);
		pack(codecs[k].zstd, &empty, &packed);
		pack(codecs[k].zstd, &text, &packed);
		for (size_t step = 1; step < 4; step++) {
			buf_clear(&out);
			assert_int_equal(unpack_all(&codecs[k], &packed, step,
						    50, &out), 1);
			assert_int_equal(out.len, 2 * text.len);
			assert_memory_equal(out.data + text.len, text.data,
					    text.len);
		}
		buf_release(&text);
		buf_release(&packed);
		buf_release(&out);
	}
}

/* Cut after every byte: short (or nothing yet), never whole, and what came
 * out is the beginning of the text. */
static void test_truncated(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(codecs); k++) {
		struct buf text = { 0 }, packed = { 0 }, out = { 0 };

		fill_text(&text, SMALL_BYTES, 3);
		pack(codecs[k].zstd, &text, &packed);
		for (size_t n = 1; n < packed.len; n++) {
			struct buf cut = { packed.data, n, 0 };

			buf_clear(&out);
			assert_int_equal(unpack_all(&codecs[k], &cut, 100,
						    1000, &out), 0);
			assert_true(out.len <= text.len);
			if (out.len)
				assert_memory_equal(out.data, text.data,
						    out.len);
		}
		buf_release(&text);
		buf_release(&packed);
		buf_release(&out);
	}
}

/* Any byte changed: never a crash, never the text under "whole" unless the
 * byte says nothing (gzip's time stamp and such). */
static void test_broken(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(codecs); k++) {
		struct buf text = { 0 }, packed = { 0 }, out = { 0 };

		fill_text(&text, SMALL_BYTES, 4);
		pack(codecs[k].zstd, &text, &packed);
		for (size_t at = 0; at < packed.len; at++) {
			int verdict;

			packed.data[at] = (char)(packed.data[at] ^ 0x41);
			buf_clear(&out);
			verdict = unpack_all(&codecs[k], &packed, 64, 512,
					     &out);
			if (verdict == 1)
				assert_memory_equal(out.data, text.data,
						    text.len);
			packed.data[at] = (char)(packed.data[at] ^ 0x41);
		}
		buf_release(&text);
		buf_release(&packed);
		buf_release(&out);
	}
}

/* A frame that asks for a window of 256 MiB, and one of 128 MiB. */
static void test_window_limit(void **state)
{
	char big[] = "\x28\xb5\x2f\xfd\x00\x90\x09\x00\x00X";
	struct buf in = { big, 10, 0 }, out = { 0 };

	(void)state;
	assert_int_equal(unpack_all(&codecs[0], &in, 10, 10, &out), -1);
	big[5] = (char)0x88;
	assert_int_equal(unpack_all(&codecs[0], &in, 10, 10, &out), 1);
	assert_int_equal(out.len, 1);
	buf_release(&out);
}

static void test_gzip_tail(void **state)
{
	struct buf text = { 0 }, packed = { 0 }, out = { 0 };

	(void)state;
	fill_text(&text, 100, 5);
	pack(false, &text, &packed);
	for (int i = 0; i < 20; i++)
		buf_putc(&packed, '\0');
	assert_int_equal(unpack_all(&codecs[1], &packed, 9, 99, &out), 1);
	assert_int_equal(out.len, 100);
	buf_putc(&packed, 'x');
	assert_int_equal(unpack_all(&codecs[1], &packed, 9, 99, &out), -1);
	buf_release(&text);
	buf_release(&packed);
	buf_release(&out);
}

static uint64_t deflate_once(const struct buf *text, size_t n, int level)
{
	unsigned long room = compressBound(n);
	unsigned char *out = mem_alloc(room);

	assert_int_equal(compress2(out, &room, (unsigned char *)text->data, n,
				   level), Z_OK);
	mem_free(out);
	return room;
}

/* The growing size equals the one-shot size of every prefix, whatever the
 * pushes were; over text, noise and a loop, beyond the 32 KiB window. */
static void check_sizer(const struct buf *text, uint32_t seed)
{
	struct gz_sizer *s = gz_sizer_new(9);
	uint32_t state = seed;
	size_t n = 0;

	assert_int_equal(gz_sizer_size(s), deflate_once(text, 0, 9));
	while (n < text->len) {
		size_t step = 1 + next_random(&state) % 9000;

		step = MIN(step, text->len - n);
		for (size_t cut = 0; cut < step;) {
			size_t piece = 1 + next_random(&state) % 700;

			piece = MIN(piece, step - cut);
			gz_sizer_push(s, text->data + n + cut, piece);
			cut += piece;
		}
		n += step;
		assert_int_equal(gz_sizer_size(s), deflate_once(text, n, 9));
	}
	assert_int_equal(gz_sizer_block(s, text->data, 5000),
			 deflate_once(text, 5000, 9));
	assert_int_equal(gz_sizer_size(s), deflate_once(text, 0, 9));
	gz_sizer_free(s);
}

static void test_sizes(void **state)
{
	struct zst_sizer *z = zst_sizer_new(3);
	struct buf text = { 0 };

	(void)state;
	fill_text(&text, TEXT_BYTES / 2, 6);
	check_sizer(&text, 7);
	text.len = 0;
	fill_noise(&text, TEXT_BYTES, 8);
	check_sizer(&text, 9);
	text.len = 0;
	fill_text(&text, 120, 10);
	while (text.len < TEXT_BYTES)
		buf_putc(&text, text.data[text.len - 120]);
	check_sizer(&text, 11);
	for (size_t n = 0; n < text.len; n = n * 2 + 1) {
		char *out = mem_alloc(ZSTD_compressBound(n));

		assert_int_equal(zst_sizer_size(z, text.data, n),
				 ZSTD_compress(out, ZSTD_compressBound(n),
					       text.data, n, 3));
		mem_free(out);
	}
	zst_sizer_free(z);
	buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_window_limit),
		cmocka_unit_test(test_gzip_tail),
		cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
