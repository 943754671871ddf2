/*
 * The mapping is read-only and private, so a child process and every thread
 * share one copy of the weights, which the system may drop and read again.
 */
#include "decode/model_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static bool map_file(const char *path, struct model_part *part, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd < 0)
		return err_set(err, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return err_set(err, "%s: is no file with a model in it", path);
	}
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return err_set(err, "%s: can't be mapped: %s", path,
			       strerror(errno));
	*part = (struct model_part){ at, (size_t)st.st_size };
	return true;
}

static void unmap(struct model_part *part)
{
	if (part->bytes)
		munmap(part->bytes, part->n_bytes);
}

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

/* Part i of n, both from 1, into map->parts: checked to be that, and added. */
static bool add_part(struct model_map *map, const char *path, unsigned i,
		     unsigned n, struct err *err)
{
	struct model_part *part = &map->parts[i - 1];
	uint64_t no = 0, count = 0;
	struct err why = { "" };
	struct gguf *g;
	bool good;

	if (!map_file(path, part, &why))
		return err_set(err, "part %u of %u is missing: %s", i, n,
			       why.text);
	map->n_bytes += part->n_bytes;
	g = gguf_parse(part->bytes, part->n_bytes, &why);
	if (!g)
		return err_set(err, "%s: %s", path, why.text);
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

/* All parts of the model of which one, number `no` of n from 0, is at path. */
static bool read_parts(struct model_map *map, const char *path, uint64_t no,
		       uint64_t n, struct err *err)
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
		good = add_part(map, buf_cstr(&name), i, (unsigned)n, err);
	}
	buf_release(&name);
	if (good && gguf_u64(map->gguf, "split.tensors.count", &n_tensors) &&
	    n_tensors != gguf_n_tensors(map->gguf))
		good = err_set(err, "its %u parts have %zu tensors, not %llu",
			       (unsigned)n, gguf_n_tensors(map->gguf),
			       (unsigned long long)n_tensors);
	return good;
}

/* "dir/tokenizer.bin" beside "dir/model.bin". */
static char *beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct buf name = { 0 };
	char *copy;

	buf_append(&name, path, slash ? (size_t)(slash - path) + 1 : 0);
	buf_puts(&name, "tokenizer.bin");
	copy = mem_strdup(buf_cstr(&name));
	buf_release(&name);
	return copy;
}

static bool read_gguf(struct model_map *map, const char *path, struct err *err)
{
	uint64_t no = 0, n = 0;

	map->gguf = gguf_parse(map->file.bytes, map->file.n_bytes, err);
	if (!map->gguf)
		return false;
	gguf_u64(map->gguf, "split.no", &no);
	gguf_u64(map->gguf, "split.count", &n);
	if (n > 1) {
		gguf_free(map->gguf);
		map->gguf = NULL;
		if (!read_parts(map, path, no, n, err))
			return false;
	}
	map->model = model_from_gguf(map->gguf, err);
	if (!map->model)
		return false;
	map->vocab = vocab_from_gguf(map->gguf, err);
	return map->vocab != NULL;
}

static bool read_llama2c(struct model_map *map, const char *path,
			 const char *tokenizer, struct err *err)
{
	struct llama2c file;
	char *other = NULL;
	bool good;

	if (!llama2c_parse(map->file.bytes, map->file.n_bytes, &file, err))
		return false;
	if (!tokenizer || !*tokenizer)
		tokenizer = other = beside(path);
	good = map_file(tokenizer, &map->vocab_file, err);
	mem_free(other);
	if (!good)
		return false;
	map->model = model_from_llama2c(&file, err);
	if (map->model)
		map->vocab = vocab_from_llama2c(map->vocab_file.bytes,
						map->vocab_file.n_bytes,
						file.vocab_size, err);
	return map->vocab != NULL;
}

static bool understand(struct model_map *map, const char *path,
		       const char *tokenizer, struct err *err)
{
	if (map->file.n_bytes >= 4 && memcmp(map->file.bytes, "GGUF", 4) == 0)
		return read_gguf(map, path, err);
	return read_llama2c(map, path, tokenizer, err);
}

bool model_map_open(struct model_map *map, const char *path,
		    const char *tokenizer, struct err *err)
{
	struct err why = { "" };
	bool good;

	*map = (struct model_map){ 0 };
	if (!map_file(path, &map->file, err))
		return false;
	map->n_bytes = map->file.n_bytes;
	good = understand(map, path, tokenizer, &why);
	if (good && vocab_size(map->vocab) > map->model->shape.n_vocab)
		good = err_set(&why,
			       "the tokenizer has %u tokens, the model "
			       "%u",
			       vocab_size(map->vocab),
			       map->model->shape.n_vocab);
	if (!good) {
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
	unmap(&map->file);
	unmap(&map->vocab_file);
	for (size_t i = 0; i < map->n_parts; i++)
		unmap(&map->parts[i]);
	mem_free(map->parts);
	*map = (struct model_map){ 0 };
}
