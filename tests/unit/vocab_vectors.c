#include "vocab_vectors.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/source.h"
#include "qwen_vocab.h"

#define SEPARATOR "\n__ggml_vocab_test__\n"

const char *const vector_names[] = { "llama-spm", "gpt-2", "deepseek-llm",
				     "starcoder", "qwen2" };
const size_t n_vector_names = ARRAY_LEN(vector_names);

static bool read_data(const char *name, const char *suffix, struct buf *out)
{
	const char *dir = getenv("LILSCOPE_DATA");
	struct buf path = { 0 };
	struct err err;
	bool good;

	buf_printf(&path, "%s/models/ggml_vocab/ggml-vocab-%s.gguf%s",
		   dir ? dir : "LILSCOPE_DATA", name, suffix);
	good = source_read_all(buf_cstr(&path), out, &err);
	buf_release(&path);
	return good;
}

bool vectors_are_here(void)
{
	struct buf probe = { 0 };
	bool here = read_data("gpt-2", ".inp", &probe);

	buf_release(&probe);
	return here;
}

bool vectors_file(const char *name, struct buf *out)
{
	if (read_data(name, "", out))
		return true;
	qwen_file(out);
	return false;
}

static bool same_ids(const struct vocab_ids *ids, const char *line)
{
	for (size_t i = 0;; i++) {
		char *end;
		unsigned long want;

		line += strspn(line, " ");
		want = strtoul(line, &end, 10);
		if (*line == '\n' || !*line)
			return i == ids->n;
		if (end == line || i == ids->n || ids->ids[i] != want)
			return false;
		line = end;
	}
}

static bool comes_back(const struct vocab *v, const struct vocab_ids *ids,
		       const char *text, size_t len)
{
	struct buf back = { 0 };
	bool same;

	for (size_t i = 0; i < ids->n; i++)
		vocab_piece(v, ids->ids[i], i ? ids->ids[i - 1] : VOCAB_NO_ID,
			    &back);
	same = back.len == len && (!len || !memcmp(back.data, text, len));
	buf_release(&back);
	return same;
}

struct vectors_count vectors_run(const struct vocab *v, const char *name)
{
	struct vectors_count count = { 0, 0 };
	struct buf in = { 0 }, out = { 0 };
	const char *text, *line;
	bool here = read_data(name, ".inp", &in) &&
		    read_data(name, ".out", &out);

	assert(here);
	(void)here;
	text = buf_cstr(&in);
	for (line = buf_cstr(&out); *line; line += *line == '\n') {
		const char *end = strstr(text, SEPARATOR);
		size_t len = end ? (size_t)(end - text) : strlen(text);
		struct vocab_ids ids = { 0 };

		vocab_encode(v, text, len, 0, &ids);
		if (same_ids(&ids, line) && comes_back(v, &ids, text, len))
			count.n_good++;
		else
			printf("%s, text %d: %.*s\n", name, count.n, (int)len,
			       text);
		count.n++;
		vocab_ids_release(&ids);
		text += len + (end ? strlen(SEPARATOR) : 0);
		line += strcspn(line, "\n");
	}
	buf_release(&in);
	buf_release(&out);
	return count;
}
