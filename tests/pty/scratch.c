/* scratch.c - see scratch.h. */
#define _GNU_SOURCE /* nftw */
#include <sys/stat.h>

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"

enum { WALK_FDS = 16 };

void scratch_make(char path[SCRATCH_PATH_BYTES])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(path, SCRATCH_PATH_BYTES, "%s/lilscope-pty-XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(path))
		die("no scratch folder %s: %s", path, strerror(errno));
}

static int remove_one(const char *path, const struct stat *st, int kind,
		      struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

void scratch_remove(const char *path)
{
	nftw(path, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS);
}

void scratch_file(const char *dir, const char *name, const void *bytes,
		  size_t n, char path[SCRATCH_PATH_BYTES])
{
	FILE *f;

	if (snprintf(path, SCRATCH_PATH_BYTES, "%s/%s", dir, name) >=
	    SCRATCH_PATH_BYTES)
		die("path too long: %s/%s", dir, name);
	f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
		die("cannot write %s: %s", path, strerror(errno));
}

bool scratch_read(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf_reserve(out, BUFSIZ), 1, BUFSIZ, f)) > 0)
		out->len += n;
	fclose(f);
	return true;
}

void scratch_trace(struct buf *out, unsigned n_new, unsigned n_words)
{
	static const char *const words[] = {
		"so", "the", "sum", "of", "prime", "angles", "is", "then",
		"wait", "let", "me", "check", "that", "again", "because",
		"seven", "divides", "every", "root", "modulo", "we", "know",
		"integer", "square", "triangle", "circle", "by", "and",
	};
	uint32_t state = 12345;

	for (unsigned i = 0; i < n_words; i++) {
		state = state * 1664525u + 1013904223u;
		if (i < n_new)
			buf_printf(out, "%s %u%s ",
				   words[(state >> 8) % ARRAY_LEN(words)],
				   (state >> 12) % 1000, i % 12 == 11 ? ".\n"
								      : "");
		else
			buf_puts(out, i % 4 == 3 ? "so x = 7. "
						 : "wait, again. ");
	}
}
