/*
 * vocab.c beside what llama.cpp made of its own test texts (LILSCOPE_DATA),
 * beside slow definitions, and beside itself: what was encoded decodes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/vocab.h"
#include "source.h"

#define SEPARATOR "\n__ggml_vocab_test__\n"

static bool read_file(const char *dir, const char *name, const char *suffix,
		      struct buf *out)
{
	struct buf path = { 0 };
	struct err err = { "" };
	bool good;

	buf_printf(&path, "%s/models/ggml_vocab/ggml-vocab-%s.gguf%s", dir,
		   name, suffix);
	good = source_read_all(buf_cstr(&path), out, &err);
	buf_release(&path);
	return good;
}

/* The next text of the .inp file, and line of the .out file. */
static bool next_case(const char **in, const char **out, size_t *n)
{
	const char *end;

	if (!**out)
		return false;
	end = strstr(*in, SEPARATOR);
	*n = end ? (size_t)(end - *in) : strlen(*in);
	return true;
}

static bool same_ids(const struct vocab_ids *ids, const char *line)
{
	size_t i = 0;

	for (;; i++) {
		char *end;
		unsigned long want;

		while (*line == ' ')
			line++;
		if (*line == '\n' || !*line)
			return i == ids->n;
		want = strtoul(line, &end, 10);
		if (end == line || i == ids->n || ids->ids[i] != want)
			return false;
		line = end;
	}
}

static void run_vectors(const char *dir, const char *name)
{
	struct buf file = { 0 }, in = { 0 }, out = { 0 };
	struct err err = { "" };
	struct gguf *g;
	struct vocab *v;
	const char *text, *line;
	int n_all = 0, n_good = 0;
	size_t len;

	if (!read_file(dir, name, "", &file)) {
		printf("%-14s has no .gguf\n", name);
		return;
	}
	assert_true(read_file(dir, name, ".inp", &in));
	assert_true(read_file(dir, name, ".out", &out));
	g = gguf_parse(file.data, file.len, &err);
	if (!g)
		fail_msg("%s: %s", name, err.text);
	v = vocab_from_gguf(g, &err);
	if (!v)
		fail_msg("%s: %s", name, err.text);
	text = buf_cstr(&in);
	line = buf_cstr(&out);
	while (next_case(&text, &line, &len)) {
		struct vocab_ids ids = { 0 };
		bool good;

		vocab_encode(v, text, len, 0, &ids);
		good = same_ids(&ids, line);
		n_all++;
		n_good += good;
		if (!good)
			printf("%s, text %d: %.*s\n", name, n_all, (int)len,
			       text);
		vocab_ids_release(&ids);
		text += len + (text[len] ? strlen(SEPARATOR) : 0);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	printf("%-14s passed %d of %d (%s)\n", name, n_good, n_all,
	       vocab_kind(v));
	assert_int_equal(n_good, n_all);
	assert_true(n_all > 10);
	vocab_free(v);
	gguf_free(g);
	buf_release(&file);
	buf_release(&in);
	buf_release(&out);
}

static void vectors(void **state)
{
	static const char *const names[] = { "llama-spm",    "gpt-2",
					     "deepseek-llm", "starcoder",
					     "qwen2" };
	const char *dir = getenv("LILSCOPE_DATA");
	struct buf probe = { 0 };

	(void)state;
	if (!dir)
		dir = "../shared/data";
	if (!read_file(dir, "gpt-2", "", &probe)) {
		printf("no vectors under %s: skipped\n", dir);
		skip();
	}
	buf_release(&probe);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		run_vectors(dir, names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
