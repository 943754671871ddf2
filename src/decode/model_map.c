/*
 * Which form a model has is told by what its path is, a folder or a file, and
 * by the file's first bytes; what it becomes is one for all.
 *
 * What is wrong is said with one path in front: that of the file in which it
 * is, or of the model where it is in none alone. mapped_open() and model_folder
 * put it there themselves; what reads bytes (src/model) knows none, so its
 * sentences get it here, by err_at().
 */
#include "decode/model_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "system/spare.h"

/* --- models in several files -------------------------------------------- */

enum {
	PARTS_MAX = 4096,
	SUFFIX_BYTES = 20, /* "-00001-of-00003.gguf" */
};

#define PART_MISSING "%s, so part %u of %u is missing"

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
		err_set(err, PART_MISSING, why.text, i, n);
		return NULL;
	}
	g = gguf_parse(part->bytes, part->n_bytes, &why);
	if (!g)
		err_at(err, path, &why);
	return g;
}

/* Part i of n, both from 1, into map->parts: checked to be that, and added.
 * given: what was parsed of map->file, if it is that; gone afterwards. */
static bool add_part(struct model_map *map, const char *path, unsigned i,
		     unsigned n, struct gguf *given, struct err *err)
{
	struct mapped *part = &map->parts[i - 1];
	struct err why = { "" };
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
		err_set(&why, "says that it is not part %u of %u", i, n);
	if (good && !map->gguf) {
		map->gguf = g;
		return true;
	}
	good = good && gguf_add(map->gguf, g, &why);
	gguf_free(g);
	return good || err_at(err, path, &why);
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
		return err_set(err, "%s: is part %llu of %llu, which can't be",
			       path, (unsigned long long)no + 1,
			       (unsigned long long)n);
	part_suffix(suffix, (unsigned)no + 1, (unsigned)n);
	if (!bytes_end(path, len, suffix))
		return err_set(err,
			       "%s: is part %u of %u and its name does not "
			       "end in %s, so the others are not found",
			       path, (unsigned)no + 1, (unsigned)n, suffix);
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
		good = err_set(err,
			       "%s: its %u parts have %zu tensors, not %llu",
			       path, (unsigned)n, gguf_n_tensors(map->gguf),
			       (unsigned long long)n_tensors);
	return good;
}

/* --- one model ---------------------------------------------------------- */

/* The keys and tensors are there: what do they make? */
static bool read_model(struct model_map *map, const char *path,
		       struct err *err)
{
	struct err why = { "" };

	map->model = model_from_gguf(map->gguf, &why);
	if (map->model)
		map->vocab = vocab_from_gguf(map->gguf, &why);
	return map->vocab || err_at(err, path, &why);
}

static bool read_gguf(struct model_map *map, const char *path, struct err *err)
{
	struct err why = { "" };
	struct gguf *g = gguf_parse(map->file.bytes, map->file.n_bytes, &why);
	uint64_t no = 0, n = 0;
	bool good = true;

	if (!g)
		return err_at(err, path, &why);
	gguf_u64(g, "split.no", &no);
	gguf_u64(g, "split.count", &n);
	if (n > 1) {
		good = read_parts(map, path, no, n, &g, err);
		gguf_free(g);
	} else {
		map->gguf = g;
	}
	return good && read_model(map, path, err);
}

static bool read_vocab(struct model_map *map, const char *path,
		       uint32_t n_vocab, struct err *err)
{
	struct err why = { "" };

	if (!mapped_open(&map->vocab_file, path, err))
		return false;
	map->vocab = vocab_from_llama2c(map->vocab_file.bytes,
					map->vocab_file.n_bytes, n_vocab, &why);
	return map->vocab || err_at(err, path, &why);
}

static bool read_llama2c(struct model_map *map, const char *path,
			 const char *tokenizer, struct err *err)
{
	struct llama2c file;
	struct buf beside = { 0 };
	struct err why = { "" };
	bool good;

	if (llama2c_parse(map->file.bytes, map->file.n_bytes, &file, &why))
		map->model = model_from_llama2c(&file, &why);
	if (!map->model)
		return err_at(err, path, &why);
	if (!tokenizer || !*tokenizer) {
		buf_printf(&beside, "%stokenizer.bin", map->folder);
		tokenizer = buf_cstr(&beside);
	}
	good = read_vocab(map, tokenizer, file.vocab_size, err);
	buf_release(&beside);
	return good;
}

static bool read_folder(struct model_map *map, const char *path,
			struct err *err)
{
	map->files = model_folder_open(map->folder, path, &map->gguf,
				       &map->n_bytes, err);
	return map->files && read_model(map, path, err);
}

/* Why a file can't be had, and which part it is if its name says so. */
static bool say_missing(const char *path, const struct err *why,
			struct err *err)
{
	size_t len = strlen(path);
	const char *end = path + len - MIN(len, (size_t)SUFFIX_BYTES);
	char suffix[SUFFIX_BYTES + 1];
	unsigned i = (unsigned)strtoul(end + (*end == '-'), NULL, 10), n;

	end += strcspn(end, "f"); /* of "-of-" */
	n = (unsigned)strtoul(end + 2 * (*end == 'f'), NULL, 10);
	if (!i || !bytes_end(path, len, part_suffix(suffix, i, n)))
		return err_set(err, "%s; --model takes a GGUF file, or a "
				    "Hugging Face folder", why->text);
	return err_set(err, PART_MISSING, why->text, i, n);
}

static bool read_file(struct model_map *map, const char *path,
		      const char *tokenizer, struct err *err)
{
	struct err why = { "" };

	if (!mapped_open(&map->file, path, &why))
		return say_missing(path, &why, err);
	map->n_bytes = map->file.n_bytes;
	if (map->n_bytes >= 4 && memcmp(map->file.bytes, "GGUF", 4) == 0)
		return read_gguf(map, path, err);
	return read_llama2c(map, path, tokenizer, err);
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

/* What the model is called where something is wrong with it as a whole: its
 * file as it was given, or the folder without its last "/". */
static char *place_of(const struct model_map *map, const char *path,
		      bool is_folder)
{
	size_t n = strlen(map->folder);

	if (!is_folder)
		return mem_strdup(path);
	if (!n)
		return mem_strdup(".");
	return mem_strndup(map->folder, n > 1 ? n - 1 : n);
}

bool model_map_open(struct model_map *map, const char *path,
		    const char *tokenizer, struct err *err)
{
	static const char ending[] = ".safetensors";
	struct stat st;
	bool is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	char *place;
	bool good;

	*map = (struct model_map){ 0 };
	if (spare_here("") != SPARE_UNKNOWN)
		mem_one_heap();
	if (!*path)
		return err_set(err, "the model's name is empty: it is a GGUF "
				    "file or a folder");
	*map = (struct model_map){ .folder = folder_of(path, is_folder) };
	is_folder |= bytes_end(path, strlen(path), ending);
	place = place_of(map, path, is_folder);
	good = is_folder ? read_folder(map, place, err) :
			   read_file(map, place, tokenizer, err);
	/* a folder's vocabulary was made as long as the embedding */
	if (good && vocab_size(map->vocab) != map->model->shape.n_vocab)
		good = err_set(err,
			       "%s: the tokenizer has %u tokens, the model "
			       "%u",
			       place, vocab_size(map->vocab),
			       map->model->shape.n_vocab);
	if (!good)
		model_map_close(map);
	mem_free(place);
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
