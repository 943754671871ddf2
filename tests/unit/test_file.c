/*
 * What file_write() leaves as it was: pipes and devices, links, rights.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/file.h"

static char folder[] = "/tmp/lilscope-file-XXXXXX";

static mode_t type_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(name, &st), 0);
	return st.st_mode & S_IFMT;
}

static void holds(const char *name, const char *want)
{
	struct buf got = { 0 };
	struct err err = { "" };

	assert_int_equal(file_read(name, 1000, &got, &err), FILE_READ);
	assert_string_equal(buf_cstr(&got), want);
	buf_release(&got);
}

static void write_it(const char *name, const char *text)
{
	struct err err = { "" };

	assert_true(file_try_write(name, &err));
	assert_true(file_write(name, text, strlen(text), &err));
}

static void a_file_keeps_its_mode(void **state)
{
	struct stat st;

	(void)state;
	write_it("new", "a");
	assert_int_equal(chmod("new", 0640), 0);
	write_it("new", "bc");
	holds("new", "bc");
	assert_int_equal(stat("new", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static void a_link_stays_a_link(void **state)
{
	(void)state;
	write_it("end", "old");
	assert_int_equal(symlink("end", "link"), 0);
	write_it("link", "through");
	assert_int_equal(type_of("link"), S_IFLNK);
	holds("end", "through");
	assert_int_equal(symlink("nothing", "dangling"), 0);
	assert_true(file_write("dangling", "x", 1, NULL));
	assert_int_equal(type_of("dangling"), S_IFLNK);
	holds("nothing", "x");
}

static void a_pipe_is_written_to(void **state)
{
	struct err err = { "" };
	char got[8] = "";
	int fd;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_false(file_write("pipe", "x", 1, &err)); /* nobody reads */
	assert_non_null(strstr(err.text, "pipe: "));
	fd = open("pipe", O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	write_it("pipe", "abc");
	assert_int_equal(read(fd, got, sizeof(got)), 3);
	assert_string_equal(got, "abc");
	assert_int_equal(type_of("pipe"), S_IFIFO);
	close(fd);
	write_it("/dev/null", "abc");
	assert_int_equal(type_of("/dev/null"), S_IFCHR);
}

static int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	static const char *const names[] = { "new", "end", "link", "nothing",
					     "dangling", "pipe" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(names[i]);
	return rmdir(folder); /* nothing else was left behind */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_keeps_its_mode),
		cmocka_unit_test(a_link_stays_a_link),
		cmocka_unit_test(a_pipe_is_written_to),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
