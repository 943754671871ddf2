/*
 * Which file has which weights is what the index says; which tensors they are
 * is for the files to say. An index names files of its own folder alone.
 */
#include "decode/model_folder.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "json/json.h"

enum { WEIGHTS_MAX = 4096 }; /* files */

#define ONE_FILE "model.safetensors"
#define INDEX	 "model.safetensors.index.json"

enum text {
	CONFIG,
	TOKENIZER,
	TOKENIZER_CONFIG,
	GENERATION,
	TEMPLATE,
	TEMPLATE_JSON,
	TEXTS
};

static const char *const text_names[TEXTS] = {
	"config.json",
	"tokenizer.json",
	"tokenizer_config.json",
	"generation_config.json",
	"chat_template.jinja",
	"chat_template.json",
};

struct model_folder {
	const char *path, *place;
	char *name;
	struct mapped texts[TEXTS], index;
	struct hf_texts given;
	struct mapped *weights;
	size_t n_weights, weights_cap;
	struct hf *hf;
};

/* "folder/NAME" into memory. */
static const char *within(const struct model_folder *f, const char *name,
			  size_t n, struct buf *memory)
{
	buf_clear(memory);
	buf_puts(memory, f->path);
	buf_append(memory, name, n);
	return buf_cstr(memory);
}

static bool has(const struct model_folder *f, const char *name, size_t n)
{
	struct buf path = { 0 };
	bool there = access(within(f, name, n, &path), F_OK) == 0;

	buf_release(&path);
	return there;
}

static bool is_there(const struct model_folder *f, const char *name)
{
	return has(f, name, strlen(name));
}

static bool open_text(struct model_folder *f, enum text i, struct err *err)
{
	const char *name = text_names[i];
	struct hf_text *const given[TEXTS] = {
		&f->given.config,     &f->given.tokenizer,
		&f->given.tokenizer_config, &f->given.generation,
		&f->given.template, &f->given.template_json,
	};
	struct buf path = { 0 };
	bool good = !is_there(f, name) ||
		    mapped_open(&f->texts[i],
				within(f, name, strlen(name), &path), err);

	*given[i] = (struct hf_text){ f->texts[i].bytes, f->texts[i].n_bytes };
	buf_release(&path);
	return good;
}

/* --- weights ------------------------------------------------------------ */

/* A file of the folder, once. */
static bool add_weights(struct model_folder *f, const char *name, size_t n,
			struct err *err)
{
	struct buf path = { 0 };
	struct err why = { "" };
	struct mapped *m;
	bool good;

	f->weights = grow(f->weights, &f->weights_cap, f->n_weights + 1,
			  sizeof(*f->weights));
	m = &f->weights[f->n_weights];
	good = mapped_open(m, within(f, name, n, &path), err);
	if (good) {
		f->n_weights++;
		good = hf_add(f->hf, m->bytes, m->n_bytes, &why) ||
		       err_at(err, buf_cstr(&path), &why);
	}
	buf_release(&path);
	return good;
}

static bool is_before(struct json_value first, struct json_value v)
{
	size_t n, k;
	const char *s = json_text(v, &n), *other;

	for (; first.at != v.at; first = json_next(first)) {
		other = json_text(first, &k);
		if (k == n && memcmp(s, other, n) == 0)
			return true;
	}
	return false;
}

/* Each file that the index at path names, in the order in which it first does;
 * most names are the one before. */
static bool add_named(struct model_folder *f, struct json_value map,
		      const char *path, struct err *err)
{
	struct json_value first = json_first(map), v = first;
	const char *before = NULL, *s;
	size_t n_before = 0, n;

	for (; v.doc; v = json_next(v)) {
		s = json_text(v, &n);
		if (!s || !n || memchr(s, '/', n) || memchr(s, '\0', n))
			return err_set(err, "%s: names a file that is not of "
					    "its folder", path);
		if (before && n == n_before && memcmp(s, before, n) == 0)
			continue;
		before = s;
		n_before = n;
		if (is_before(first, v))
			continue;
		if (f->n_weights == WEIGHTS_MAX)
			return err_set(err, "%s: names more than %d files",
				       path, WEIGHTS_MAX);
		if (!has(f, s, n))
			return err_set(err, "%s%.*s: a part of the model is "
					    "missing; " INDEX " names it",
				       f->path, (int)MIN(n, (size_t)200), s);
		if (!add_weights(f, s, n, err))
			return false;
	}
	return f->n_weights || err_set(err, "%s: names no file", path);
}

static bool add_index(struct model_folder *f, struct err *err)
{
	struct json_trouble trouble;
	struct buf memory = { 0 };
	struct json j = { 0 };
	const char *path = within(f, INDEX, strlen(INDEX), &memory);
	bool good = mapped_open(&f->index, path, err);

	good = good && (json_read(&j, f->index.bytes, f->index.n_bytes, false,
				  &trouble) ||
			err_set(err, "%s: byte %zu: %s", path, trouble.byte,
				trouble.what));
	good = good && add_named(f, json_get(json_root(&j), "weight_map"),
				 path, err);
	json_release(&j);
	buf_release(&memory);
	return good;
}

static bool add_all(struct model_folder *f, struct err *err)
{
	if (is_there(f, INDEX))
		return add_index(f, err);
	if (is_there(f, ONE_FILE))
		return add_weights(f, ONE_FILE, strlen(ONE_FILE), err);
	if (is_there(f, "pytorch_model.bin") ||
	    is_there(f, "pytorch_model.bin.index.json"))
		return err_set(err, "%s: its weights are pytorch_model.bin, a "
				    "pickle, which is a program; save them as "
				    ONE_FILE, f->place);
	return err_set(err, "%s: has no " ONE_FILE, f->place);
}

/* --- the whole ---------------------------------------------------------- */

/* The last part of a path that ends with "/"; NULL of "./" and the like. */
static char *name_of(const char *folder)
{
	size_t n = strlen(folder), from;

	while (n && folder[n - 1] == '/')
		n--;
	for (from = n; from && folder[from - 1] != '/';)
		from--;
	return n == from || folder[from] == '.' ?
		       NULL : mem_strndup(folder + from, n - from);
}

static bool read_folder(struct model_folder *f, struct gguf **g,
			struct err *err)
{
	struct err why = { "" };

	for (int i = 0; i < TEXTS; i++)
		if (!open_text(f, (enum text)i, err))
			return false;
	if (!f->given.config.s)
		return err_set(err, "%s: is a folder without config.json; a "
				    "model of Hugging Face's has one",
			       f->place);
	f->name = name_of(f->path);
	f->given.name = f->name;
	f->hf = hf_new(&f->given, &why);
	if (!f->hf)
		return err_at(err, f->place, &why);
	if (!add_all(f, err))
		return false;
	*g = hf_gguf(f->hf, &why);
	return *g || err_at(err, f->place, &why);
}

struct model_folder *model_folder_open(const char *folder, const char *place,
				       struct gguf **g, size_t *n_bytes,
				       struct err *err)
{
	struct model_folder *f = mem_zalloc(sizeof(*f));

	f->path = folder;
	f->place = place;
	if (!read_folder(f, g, err)) {
		model_folder_close(f);
		return NULL;
	}
	for (size_t i = 0; i < f->n_weights; i++)
		*n_bytes += f->weights[i].n_bytes;
	return f;
}

void model_folder_close(struct model_folder *f)
{
	if (!f)
		return;
	hf_free(f->hf);
	for (size_t i = 0; i < TEXTS; i++)
		mapped_close(&f->texts[i]);
	for (size_t i = 0; i < f->n_weights; i++)
		mapped_close(&f->weights[i]);
	mapped_close(&f->index);
	mem_free(f->weights);
	mem_free(f->name);
	mem_free(f);
}
