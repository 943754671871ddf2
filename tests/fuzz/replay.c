/*
 * replay.c - runs a corpus through a fuzz target, without libFuzzer.
 *
 *	tests/fuzz/replay_NAME            tests/fuzz/corpus/NAME, all of it
 *	tests/fuzz/replay_NAME FILE...    these inputs
 *
 * Every input is a block of memory of its own exact size, so that a
 * sanitiser sees the first byte read past it; the empty input is always
 * among them.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"

enum { PATH_BYTES = 4096 };

static void run_bytes(const char *bytes, size_t n)
{
	uint8_t *exact = mem_alloc(n);

	if (n > 0)
		memcpy(exact, bytes, n);
	LLVMFuzzerTestOneInput(exact, n);
	mem_free(exact);
}

static bool run_file(const char *path)
{
	struct buf bytes = { 0 };
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	while ((n = fread(buf_reserve(&bytes, BUFSIZ), 1, BUFSIZ, f)) > 0)
		bytes.len += n;
	fclose(f);
	/* The last line before a crash names the input. */
	fprintf(stderr, "%s (%zu bytes)\n", path, bytes.len);
	run_bytes(bytes.data, bytes.len);
	buf_release(&bytes);
	return true;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* All files of the folder, by name; false if there are none. */
static bool run_corpus(const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_input, alphasort);
	bool good = n > 0;

	for (int i = 0; i < n; i++) {
		struct buf path = { 0 };

		buf_printf(&path, "%s/%s", dir, entries[i]->d_name);
		good = run_file(buf_cstr(&path)) && good;
		buf_release(&path);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	if (n <= 0)
		fprintf(stderr, "%s: no corpus\n", dir);
	return good;
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = strstr(slash ? slash : argv[0], "replay_");
	const char *top = getenv("top_srcdir");
	char dir[PATH_BYTES];
	bool good = true;

	run_bytes(NULL, 0);
	for (int i = 1; i < argc; i++)
		good = run_file(argv[i]) && good;
	if (argc > 1)
		return good ? 0 : 1;
	snprintf(dir, sizeof(dir), "%s/tests/fuzz/corpus/%s", top ? top : ".",
		 name ? name + strlen("replay_") : "");
	return run_corpus(dir) ? 0 : 1;
}
