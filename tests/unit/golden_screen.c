#include "golden_screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void path_of(char out[512], const char *name)
{
	const char *top = getenv("top_srcdir");
	snprintf(out, 512, "%s/tests/screens/%s.txt", top ? top : ".", name);
}

void screen_is(const char *name, const struct screen *s)
{
	char path[512];
	struct buf got = { 0 }, want = { 0 };
	FILE *f;

	screen_dump(s, &got);
	path_of(path, name);
	f = fopen(path, getenv("LILSCOPE_UPDATE") ? "wb" : "rb");
	if (!f)
		fail_msg("%s is missing; LILSCOPE_UPDATE=1 writes it", path);
	if (getenv("LILSCOPE_UPDATE")) {
		fwrite(got.data, 1, got.len, f);
	} else {
		char part[4096];
		size_t n;
		while ((n = fread(part, 1, sizeof(part), f)) > 0)
			buf_append(&want, part, n);
		if (strcmp(buf_cstr(&got), buf_cstr(&want)) != 0)
			fail_msg("%s: drawn is\n%s\nbut the file says\n%s",
				 name, got.data, want.data);
	}
	fclose(f);
	buf_release(&got);
	buf_release(&want);
}
