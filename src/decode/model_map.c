/*
 * The mapping is read-only and private, so a child process and every thread
 * share one copy of the weights, which the system may drop and read again.
 */
#include "decode/model_map.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static bool map_file(const char *path, void **bytes, size_t *n,
		     struct err *err)
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
	*bytes = at;
	*n = (size_t)st.st_size;
	return true;
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

static bool read_gguf(struct model_map *map, struct err *err)
{
	map->gguf = gguf_parse(map->bytes, map->n_bytes, err);
	if (!map->gguf)
		return false;
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

	if (!llama2c_parse(map->bytes, map->n_bytes, &file, err))
		return false;
	if (!tokenizer || !*tokenizer)
		tokenizer = other = beside(path);
	good = map_file(tokenizer, &map->vocab_bytes, &map->n_vocab_bytes,
			err);
	mem_free(other);
	if (!good)
		return false;
	map->model = model_from_llama2c(&file, err);
	if (map->model)
		map->vocab = vocab_from_llama2c(map->vocab_bytes,
						map->n_vocab_bytes,
						file.vocab_size, err);
	return map->vocab != NULL;
}

static bool understand(struct model_map *map, const char *path,
		       const char *tokenizer, struct err *err)
{
	if (map->n_bytes >= 4 && memcmp(map->bytes, "GGUF", 4) == 0)
		return read_gguf(map, err);
	return read_llama2c(map, path, tokenizer, err);
}

bool model_map_open(struct model_map *map, const char *path,
		    const char *tokenizer, struct err *err)
{
	struct err why = { "" };
	bool good;

	*map = (struct model_map){ 0 };
	if (!map_file(path, &map->bytes, &map->n_bytes, err))
		return false;
	good = understand(map, path, tokenizer, &why);
	if (good && vocab_size(map->vocab) > map->model->shape.n_vocab)
		good = err_set(&why, "the tokenizer has %u tokens, the model "
				     "%u", vocab_size(map->vocab),
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
	if (map->bytes)
		munmap(map->bytes, map->n_bytes);
	if (map->vocab_bytes)
		munmap(map->vocab_bytes, map->n_vocab_bytes);
	*map = (struct model_map){ 0 };
}
