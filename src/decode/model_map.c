/*
 * Which form a model has is told by what its path is, a folder or a file, and
 * by the file's first bytes; what it becomes is one for all.
 */
#include "decode/model_map.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

/* --- models in several files -------------------------------------------- */

enum {
	PARTS_MAX = 4096,
	SUFFIX_BYTES = 20, /* "-00001-of-00003.gguf" */
};

static char *part_suffix(char out[SUFFIX_BYTES + 1], unsigned i, unsigned n)
{
	snprintf(out, SUFFIX_BYTES + 1, "-%05u-of-%05u.gguf", i % 100000,
		 n % 100000);
	return out;
}

/* Maps part i of n, and parses it; NULL: a sentence. */
static struct gguf *open_part(struct mapped *part, const char *path, unsigned i,
			      unsigned n, struct err *err)
{
	struct err why = { "" };
	struct gguf *g;

	if (!mapped_open(part, path, &why)) {
		err_set(err, "part %u of %u is missing: %s", i, n, why.text);
		return NULL;
	}
	g = gguf_parse(part->bytes, part->n_bytes, &why);
	if (!g)
		err_set(err, "%s: %s", path, why.text);
	return g;
}

/* Part i of n, both from 1, into map->parts: checked to be that, and added.
 * given: what was parsed of map->file, if it is that; gone afterwards. */
static bool add_part(struct model_map *map, const char *path, unsigned i,
		     unsigned n, struct gguf *given, struct err *err)
{
	struct mapped *part = &map->parts[i - 1];
	uint64_t no = 0, count = 0;
	struct gguf *g = given;
	bool good;

	if (given) {
		*part = map->file;
		map->file = (struct mapped){ 0 };
	} else {
		g = open_part(part, path, i, n, err);
	}
	if (!g)
		return false;
	map->n_bytes += part->n_bytes;
	good = gguf_u64(g, "split.no", &no) &&
	       gguf_u64(g, "split.count", &count) && no == i - 1 && count == n;
	if (!good)
		err_set(err, "%s says that it is not part %u of %u", path, i,
			n);
	if (good && !map->gguf) {
		map->gguf = g;
		return true;
	}
	good = good && gguf_add(map->gguf, g, err);
	gguf_free(g);
	return good;
}

/* All parts of the model of which one, number `no` of n from 0, is at path:
 * map->file and *given, which is gone when it was added. */
static bool read_parts(struct model_map *map, const char *path, uint64_t no,
		       uint64_t n, struct gguf **given, struct err *err)
{
	size_t len = strlen(path);
	char suffix[SUFFIX_BYTES + 1];
	uint64_t n_tensors;
	struct buf name = { 0 };
	bool good = true;

	if (n > PARTS_MAX || no >= n)
		return err_set(err, "it is part %llu of %llu, which can't be",
			       (unsigned long long)no + 1,
			       (unsigned long long)n);
	part_suffix(suffix, (unsigned)no + 1, (unsigned)n);
	if (!bytes_end(path, len, suffix))
		return err_set(err,
			       "it is part %u of %u and its name does not "
			       "end in %s, so the others are not found",
			       (unsigned)no + 1, (unsigned)n, suffix);
	map->n_bytes = 0;
	map->parts = mem_zalloc(n * sizeof(*map->parts));
	map->n_parts = n;
	for (unsigned i = 1; good && i <= n; i++) {
		buf_clear(&name);
		buf_append(&name, path, len - SUFFIX_BYTES);
		buf_puts(&name, part_suffix(suffix, i, (unsigned)n));
		good = add_part(map, buf_cstr(&name), i, (unsigned)n,
				i == no + 1 ? *given : NULL, err);
		if (i == no + 1)
			*given = NULL;
	}
	buf_release(&name);
	if (good && gguf_u64(map->gguf, "split.tensors.count", &n_tensors) &&
	    n_tensors != gguf_n_tensors(map->gguf))
		good = err_set(err, "its %u parts have %zu tensors, not %llu",
			       (unsigned)n, gguf_n_tensors(map->gguf),
			       (unsigned long long)n_tensors);
	return good;
}

/* --- one model ---------------------------------------------------------- */

/* The keys and tensors are there: what do they make? */
static bool read_model(struct model_map *map, struct err *err)
{
	map->model = model_from_gguf(map->gguf, err);
	if (!map->model)
		return false;
	map->vocab = vocab_from_gguf(map->gguf, err);
	return map->vocab != NULL;
}

static bool read_gguf(struct model_map *map, const char *path, struct err *err)
{
	struct gguf *g = gguf_parse(map->file.bytes, map->file.n_bytes, err);
	uint64_t no = 0, n = 0;
	bool good = g != NULL;

	if (good) {
		gguf_u64(g, "split.no", &no);
		gguf_u64(g, "split.count", &n);
	}
	if (n > 1) {
		good = read_parts(map, path, no, n, &g, err);
		gguf_free(g);
	} else {
		map->gguf = g;
	}
	return good && read_model(map, err);
}

static bool read_llama2c(struct model_map *map, const char *tokenizer,
			 struct err *err)
{
	struct llama2c file;
	struct buf beside = { 0 };
	bool good;

	if (!llama2c_parse(map->file.bytes, map->file.n_bytes, &file, err))
		return false;
	if (!tokenizer || !*tokenizer) {
		buf_printf(&beside, "%stokenizer.bin", map->folder);
		tokenizer = buf_cstr(&beside);
	}
	good = mapped_open(&map->vocab_file, tokenizer, err);
	buf_release(&beside);
	if (!good)
		return false;
	map->model = model_from_llama2c(&file, err);
	if (map->model)
		map->vocab = vocab_from_llama2c(map->vocab_file.bytes,
						map->vocab_file.n_bytes,
						file.vocab_size, err);
	return map->vocab != NULL;
}

static bool read_folder(struct model_map *map, struct err *err)
{
	map->files = model_folder_open(map->folder, &map->gguf,
					  &map->n_bytes, err);
	return map->files && read_model(map, err);
}

static bool read_file(struct model_map *map, const char *path,
		      const char *tokenizer, struct err *err)
{
	if (!mapped_open(&map->file, path, err))
		return false;
	map->n_bytes = map->file.n_bytes;
	if (map->n_bytes >= 4 && memcmp(map->file.bytes, "GGUF", 4) == 0)
		return read_gguf(map, path, err);
	return read_llama2c(map, tokenizer, err);
}

/* The folder that a model is, or lies in; "" or ending with "/". */
static char *folder_of(const char *path, bool is_folder)
{
	const char *slash = strrchr(path, '/');
	struct buf name = { 0 };
	char *copy;

	if (is_folder)
		buf_printf(&name, "%s%s", path,
			   slash && !slash[1] ? "" : "/");
	else
		buf_append(&name, path, slash ? (size_t)(slash - path) + 1 : 0);
	copy = mem_strdup(buf_cstr(&name));
	buf_release(&name);
	return copy;
}

/* Does the sentence begin with the path, or with that of a file in it? */
static bool names(const char *sentence, const char *path)
{
	size_t n = strlen(path);

	return strncmp(sentence, path, n) == 0 &&
	       (sentence[n] == ':' || sentence[n] == '/' ||
		(n && path[n - 1] == '/'));
}

bool model_map_open(struct model_map *map, const char *path,
		    const char *tokenizer, struct err *err)
{
	static const char ending[] = ".safetensors";
	struct err why = { "" };
	struct stat st;
	bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	bool good;

	*map = (struct model_map){ .folder = folder_of(path, is_folder) };
	good = is_folder || bytes_end(path, strlen(path), ending) ?
		       read_folder(map, &why) :
		       read_file(map, path, tokenizer, &why);
	if (good && vocab_size(map->vocab) > map->model->shape.n_vocab)
		good = err_set(&why,
			       "the tokenizer has %u tokens, the model "
			       "%u",
			       vocab_size(map->vocab),
			       map->model->shape.n_vocab);
	if (!good) {
		if (names(why.text, path))
			err_set(err, "%s", why.text);
		else
			err_set(err, "%s: %s", path, why.text);
		model_map_close(map);
	}
	return good;
}

unsigned model_map_threads(const struct model_map *map, unsigned asked)
{
	if (!asked && map->model->weight_bytes < MODEL_MAP_ALONE_BYTES)
		return 1;
	return asked;
}

void model_map_close(struct model_map *map)
{
	model_free(map->model);
	vocab_free(map->vocab);
	gguf_free(map->gguf);
	model_folder_close(map->files);
	mem_free(map->folder);
	mapped_close(&map->file);
	mapped_close(&map->vocab_file);
	for (size_t i = 0; i < map->n_parts; i++)
		mapped_close(&map->parts[i]);
	mem_free(map->parts);
	*map = (struct model_map){ 0 };
}
