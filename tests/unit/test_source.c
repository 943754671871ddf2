/* source.c: files, pipes and archives give the same bytes, and again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/zst.h"
#include "input/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SAMPLE_BYTES = 300000 };

#define HEAD "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
static const char chunks[] = HEAD "5\r\none t\r\n2\r\nwo\r\n0\r\n\r\n";

static char dir[] = "/tmp/lilscope-test-XXXXXX";
static char *sample;

static void write_file(const char *name, const void *bytes, size_t n)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static int make(void **state)
{
	struct zst_enc *enc = zst_enc_new(3);
	struct buf zst = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	sample = malloc(SAMPLE_BYTES);
	srand(3);
	for (size_t i = 0; i < SAMPLE_BYTES; i++)
		sample[i] = (char)("abcdefgh\n"[rand() % 9]);
	zst_enc_push(enc, sample, SAMPLE_BYTES, &zst);
	zst_enc_end(enc, &zst);
	write_file("plain", sample, SAMPLE_BYTES);
	write_file("packed.zst", zst.data, zst.len);
	write_file("cut.zst", zst.data, zst.len / 2);
	write_file("http", chunks, sizeof(chunks) - 1);
	write_file("empty", "", 0);
	zst_enc_free(enc);
	buf_release(&zst);
	return 0;
}

static int clean(void **state)
{
	static const char *const names[] = { "plain", "packed.zst", "cut.zst",
					     "http", "empty", "fifo" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	free(sample);
	return rmdir(dir);
}

static struct source *open_named(const char *name, struct err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return source_open(path, err);
}

static enum source_state read_to_end(struct source *s, struct buf *out,
				     struct err *err)
{
	enum source_state state;
	size_t before;

	do {
		before = out->len;
		state = source_read(s, out, err);
		assert_true(out->len - before <= SOURCE_SLICE_BYTES);
	} while (state == SOURCE_BYTES || state == SOURCE_WAIT);
	return state;
}

/* Ranges in a mixed order: forwards, backwards, over the end. */
static void ranges_again(struct source *s)
{
	static const size_t places[][2] = {
		{ 0, 10 },	    { 5000, 70000 },  { 200000, 100000 },
		{ 100, 1 },	    { 299999, 1 },    { 0, SAMPLE_BYTES },
		{ 150000, 0 },
	};
	struct buf out = { 0 };
	struct err err = { "" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		buf_clear(&out);
		assert_true(source_again(s, places[i][0], places[i][1], &out,
					 &err));
		assert_int_equal(out.len, places[i][1]);
		if (out.len)
			assert_memory_equal(out.data, sample + places[i][0],
					    out.len);
	}
	assert_false(source_again(s, SAMPLE_BYTES - 5, 10, &out, &err));
	assert_non_null(strstr(err.text, "can't be had again"));
	buf_release(&out);
}

/* What comes again is what came: an answer without its chunks. */
static void captured_answer(void **state)
{
	static const char want[] = HEAD "one two";
	size_t n = sizeof(want) - 1;
	struct buf out = { 0 };
	struct err err = { "" };
	struct source *s = open_named("http", &err);

	(void)state;
	assert_int_equal(read_to_end(s, &out, &err), SOURCE_END);
	assert_int_equal(out.len, n);
	assert_memory_equal(out.data, want, n);
	buf_clear(&out);
	assert_true(source_again(s, n - 3, 3, &out, &err));
	assert_memory_equal(out.data, "two", 3);
	source_close(s);
	buf_release(&out);
}

static void file_and_archive(void **state)
{
	static const char *const names[] = { "plain", "packed.zst" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct err err = { "" };
		struct buf out = { 0 };
		struct source *s = open_named(names[i], &err);

		assert_non_null(s);
		assert_int_equal(read_to_end(s, &out, &err), SOURCE_END);
		assert_int_equal(out.len, SAMPLE_BYTES);
		assert_memory_equal(out.data, sample, SAMPLE_BYTES);
		assert_int_equal(source_done_bytes(s), source_total_bytes(s));
		assert_int_equal(source_fd(s), -1);
		ranges_again(s);
		buf_release(&out);
		source_close(s);
	}
}

/* What was unpacked once is not unpacked again, up to a limit. */
static void archive_is_kept_unpacked(void **state)
{
	static const uint64_t keep[] = { UINT64_MAX, SAMPLE_BYTES / 3, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keep); i++) {
		struct err err = { "" };
		struct buf out = { 0 };
		char path[128], gone[128];
		struct source *s = open_named("packed.zst", &err);

		assert_non_null(s);
		source_keep(s, keep[i]);
		assert_int_equal(read_to_end(s, &out, &err), SOURCE_END);
		assert_memory_equal(out.data, sample, SAMPLE_BYTES);
		ranges_again(s);
		source_close(s);
		snprintf(path, sizeof(path), "%s/packed.zst", dir);
		snprintf(gone, sizeof(gone), "%s/gone.zst", dir);
		/* the file itself is not asked for, as far as it is kept */
		s = open_named("packed.zst", &err);
		source_keep(s, keep[i]);
		buf_clear(&out);
		assert_int_equal(read_to_end(s, &out, &err), SOURCE_END);
		assert_int_equal(rename(path, gone), 0);
		buf_clear(&out);
		assert_int_equal(source_again(s, 10, 1000, &out, &err),
				 keep[i] != 0);
		assert_int_equal(source_again(s, SAMPLE_BYTES - 9, 9, &out,
					      &err), keep[i] == UINT64_MAX);
		assert_int_equal(rename(gone, path), 0);
		assert_int_equal(out.len, keep[i] == UINT64_MAX ? 1009 :
					  keep[i] ? 1000 : 0);
		assert_memory_equal(out.data, sample + 10, MIN(out.len, 1000));
		buf_release(&out);
		source_close(s);
	}
}

static void pipe_keeps_a_spool(void **state)
{
	char path[128];
	struct err err = { "" };
	struct buf out = { 0 };
	struct source *s;
	pid_t pid;

	(void)state;
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	pid = fork();
	if (pid == 0) {
		FILE *f = fopen(path, "wb");

		fwrite(sample, 1, SAMPLE_BYTES, f);
		fclose(f);
		_exit(0);
	}
	s = source_open(path, &err);
	assert_non_null(s);
	assert_true(source_is_pipe(s));
	assert_int_equal(read_to_end(s, &out, &err), SOURCE_END);
	assert_int_equal(out.len, SAMPLE_BYTES);
	assert_memory_equal(out.data, sample, SAMPLE_BYTES);
	ranges_again(s);
	buf_release(&out);
	source_close(s);
}

static void cut_archive_gives_what_it_can(void **state)
{
	struct err err = { "" };
	struct buf out = { 0 };
	struct source *s = open_named("cut.zst", &err);

	(void)state;
	assert_non_null(s);
	assert_int_equal(read_to_end(s, &out, &err), SOURCE_ERROR);
	assert_true(out.len > 0 && out.len < SAMPLE_BYTES);
	assert_memory_equal(out.data, sample, out.len);
	assert_non_null(strstr(err.text, "cut.zst"));
	buf_release(&out);
	source_close(s);
}

static void what_cannot_be_opened_has_a_sentence(void **state)
{
	struct err err = { "" };
	struct buf out = { 0 };
	struct source *s;

	(void)state;
	assert_null(source_open(dir, &err));
	assert_non_null(strstr(err.text, "is a directory"));
	err_clear(&err);
	assert_null(open_named("missing", &err));
	assert_non_null(strstr(err.text, "cannot be opened"));
	err_clear(&err);
	s = open_named("empty", &err);
	assert_non_null(s);
	assert_int_equal(read_to_end(s, &out, &err), SOURCE_END);
	assert_int_equal(out.len, 0);
	source_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captured_answer),
		cmocka_unit_test(file_and_archive),
		cmocka_unit_test(archive_is_kept_unpacked),
		cmocka_unit_test(pipe_keeps_a_spool),
		cmocka_unit_test(cut_archive_gives_what_it_can),
		cmocka_unit_test(what_cannot_be_opened_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
