/*
 * The file, in order: magic, version, number of tensors, number of keys; the
 * keys with their values; the tensors' names, dimensions, types and places;
 * padding; the tensors' data. One pass checks and finds all of it.
 */
#include "model/gguf.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "model/quant.h"

enum {
	VERSION_LEAST = 2,
	VERSION_MOST = 3,
	ALIGNMENT = 32,          /* unless general.alignment says more */
	ALIGNMENT_LEAST = 8,     /* it is a multiple of that */
	ALIGNMENT_MAX = 1 << 16,
	KEY_MIN_BYTES = 8 + 4 + 1,      /* the shortest key with a value */
	TENSOR_MIN_BYTES = 8 + 4 + 8 + 4 + 8,
};

static const uint8_t value_bytes[GGUF_VALUES] = {
	[GGUF_U8] = 1,	 [GGUF_I8] = 1,  [GGUF_U16] = 2, [GGUF_I16] = 2,
	[GGUF_U32] = 4, [GGUF_I32] = 4, [GGUF_F32] = 4, [GGUF_BOOL] = 1,
	[GGUF_U64] = 8, [GGUF_I64] = 8, [GGUF_F64] = 8,
};

struct gguf_key {
	const char *name;
	size_t len;
	uint32_t type;
	const uint8_t *value;  /* of an array: its first element */
	uint32_t array_type;
	uint64_t n;            /* of an array: elements */
	const uint8_t *end;
};

struct gguf {
	struct gguf_key *keys;
	size_t n_keys, keys_cap;
	struct gguf_tensor *tensors;
	size_t n_tensors, tensors_cap;
	/* Open addressing over names: index + 1, 0 is free. */
	uint32_t *key_table, *tensor_table;
	size_t key_size, tensor_size;
};

/* --- reading ------------------------------------------------------------ */

struct gguf_reader {
	const uint8_t *start, *at, *end;
	struct err *err;
};

static size_t left(const struct gguf_reader *r)
{
	return (size_t)(r->end - r->at);
}

static bool cut_short(const struct gguf_reader *r)
{
	return err_set(r->err, "the GGUF file is cut short or lies about a "
			       "length at byte %zu",
		       (size_t)(r->at - r->start));
}

/* The file is little-endian, whatever this machine is. */
static uint64_t number(const uint8_t *s, unsigned n)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < n; i++)
		value |= (uint64_t)s[i] << 8 * i;
	return value;
}

static bool take_number(struct gguf_reader *r, unsigned n, uint64_t *out)
{
	if (left(r) < n)
		return cut_short(r);
	*out = number(r->at, n);
	r->at += n;
	return true;
}

static bool take_u32(struct gguf_reader *r, uint32_t *out)
{
	uint64_t value = 0;

	if (!take_number(r, 4, &value))
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool take_string(struct gguf_reader *r, const char **s, size_t *n)
{
	uint64_t len = 0;

	if (!take_number(r, 8, &len))
		return false;
	if (len > left(r))
		return cut_short(r);
	*s = (const char *)r->at;
	*n = (size_t)len;
	r->at += len;
	return true;
}

static bool skip_strings(struct gguf_reader *r, uint64_t n)
{
	const char *s;
	size_t len = 0;

	if (n > left(r) / 8)
		return cut_short(r);
	while (n--)
		if (!take_string(r, &s, &len))
			return false;
	return true;
}

static bool take_array(struct gguf_reader *r, struct gguf_key *k)
{
	if (!take_u32(r, &k->array_type) || !take_number(r, 8, &k->n))
		return false;
	k->value = r->at;
	if (k->array_type == GGUF_STRING)
		return skip_strings(r, k->n);
	if (k->array_type >= GGUF_VALUES || !value_bytes[k->array_type])
		return err_set(r->err, "%.*s is an array of a type (%u) that "
				       "is not known",
			       (int)MIN(k->len, (size_t)60), k->name,
			       k->array_type);
	if (k->n > left(r) / value_bytes[k->array_type])
		return cut_short(r);
	r->at += k->n * value_bytes[k->array_type];
	return true;
}

static bool take_value(struct gguf_reader *r, struct gguf_key *k)
{
	const char *s;
	size_t n;

	k->value = r->at;
	if (k->type == GGUF_STRING)
		return take_string(r, &s, &n);
	if (k->type == GGUF_ARRAY)
		return take_array(r, k);
	if (k->type >= GGUF_VALUES)
		return err_set(r->err, "%.*s is of a type (%u) that is not "
				       "known",
			       (int)MIN(k->len, (size_t)60), k->name, k->type);
	if (left(r) < value_bytes[k->type])
		return cut_short(r);
	r->at += value_bytes[k->type];
	return true;
}

static bool take_key(struct gguf_reader *r, struct gguf_key *k)
{
	*k = (struct gguf_key){ 0 };
	if (!take_string(r, &k->name, &k->len) || !take_u32(r, &k->type) ||
	    !take_value(r, k))
		return false;
	k->end = r->at;
	return true;
}

/* --- tables ------------------------------------------------------------- */

/* The i-th name of the keys, or of the tensors. */
static const char *name_of(const struct gguf *g, bool tensors, uint32_t i,
			   size_t *n)
{
	*n = tensors ? strlen(g->tensors[i].name) : g->keys[i].len;
	return tensors ? g->tensors[i].name : g->keys[i].name;
}

/* The place of a name, or the free one where it would be. */
static uint32_t *place(const struct gguf *g, bool tensors, const char *s,
		       size_t n)
{
	uint32_t *table = tensors ? g->tensor_table : g->key_table;
	size_t size = tensors ? g->tensor_size : g->key_size, len;
	size_t at = (size_t)fnv64(FNV64_BASIS, s, n) % size;

	for (; table[at]; at = (at + 1) % size) {
		const char *other = name_of(g, tensors, table[at] - 1, &len);

		if (len == n && memcmp(other, s, n) == 0)
			break;
	}
	return &table[at];
}

/* Enters n names; false and which one if two are the same. */
static bool index_names(struct gguf *g, bool tensors, size_t n,
			struct err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		size_t len;
		const char *s = name_of(g, tensors, i, &len);
		uint32_t *at = place(g, tensors, s, len);

		if (*at)
			return err_set(err, "%.*s is there twice",
				       (int)MIN(len, (size_t)100), s);
		*at = i + 1;
	}
	return true;
}

/* --- tensors ------------------------------------------------------------ */

/* Rows times bytes of a row, or false if that is no number of bytes. */
static bool tensor_bytes(const struct gguf_tensor *t,
			 const struct quant *quant, uint64_t *out)
{
	uint64_t n = 1;

	for (int i = 0; i < GGUF_DIMS_MAX; i++)
		if (!t->dims[i] ||
		    __builtin_mul_overflow(n, t->dims[i], &n))
			return false;
	if (t->dims[0] % (uint64_t)quant->n_block)
		return false;
	n /= (uint64_t)quant->n_block;
	return !__builtin_mul_overflow(n, (uint64_t)quant->block_bytes, out);
}

/* All but its data's address: *offset is in the data section. */
static bool take_tensor(struct gguf_reader *r, struct gguf_tensor *t,
			uint64_t *offset)
{
	const struct quant *quant;
	const char *name;
	size_t len = 0;
	uint32_t n_dims, type;

	*t = (struct gguf_tensor){ .dims = { 1, 1, 1, 1 } };
	if (!take_string(r, &name, &len) || !take_u32(r, &n_dims))
		return false;
	if (len >= GGUF_NAME_MAX_BYTES || memchr(name, '\0', len))
		return err_set(r->err, "a tensor's name is not known: %.*s",
			       (int)MIN(len, (size_t)60), name);
	memcpy(t->name, name, len);
	if (n_dims < 1 || n_dims > GGUF_DIMS_MAX)
		return err_set(r->err, "%s has %u dimensions", t->name,
			       n_dims);
	t->n_dims = (int)n_dims;
	for (uint32_t i = 0; i < n_dims; i++)
		if (!take_number(r, 8, &t->dims[i]))
			return false;
	if (!take_u32(r, &type) || !take_number(r, 8, offset))
		return false;
	quant = quant_of(type);
	if (!quant && quant_name(type))
		return err_set(r->err, "%s is of type %s, which is not "
				       "supported; requantise the file with "
				       "llama-quantize --allow-requantize, to "
				       "Q4_K_M for one",
			       t->name, quant_name(type));
	if (!quant)
		return err_set(r->err, "%s is of a type (%u) that is not "
				       "known", t->name, type);
	t->type = quant->type;
	if (!tensor_bytes(t, quant, &t->size_bytes))
		return err_set(r->err, "%s has dimensions that make no %s "
				       "tensor", t->name, quant->name);
	return true;
}

static bool take_tensors(struct gguf_reader *r, struct gguf *g, uint64_t n,
			 uint64_t alignment)
{
	uint64_t *offsets = mem_alloc((size_t)n * sizeof(*offsets) + 1);
	uint64_t data;
	bool good = true;

	g->tensors = mem_zalloc((size_t)n * sizeof(*g->tensors) + 1);
	for (; good && g->n_tensors < n; g->n_tensors++)
		good = take_tensor(r, &g->tensors[g->n_tensors],
				   &offsets[g->n_tensors]);
	data = (uint64_t)(r->at - r->start);
	data = (data + alignment - 1) / alignment * alignment;
	for (size_t i = 0; good && i < g->n_tensors; i++) {
		struct gguf_tensor *t = &g->tensors[i];
		uint64_t size = (uint64_t)(r->end - r->start);

		if (offsets[i] % alignment)
			good = err_set(r->err, "%s is not aligned", t->name);
		else if (data > size || offsets[i] > size - data ||
			 t->size_bytes > size - data - offsets[i])
			good = err_set(r->err, "the data of %s is not in the "
					       "file: it is cut short",
				       t->name);
		else
			t->data = r->start + data + offsets[i];
	}
	mem_free(offsets);
	return good;
}

/* --- the file ----------------------------------------------------------- */

static bool take_head(struct gguf_reader *r, uint64_t *n_tensors,
		      uint64_t *n_keys)
{
	uint32_t version;

	if (left(r) < 4 || memcmp(r->at, "GGUF", 4) != 0)
		return err_set(r->err, "is no GGUF file");
	r->at += 4;
	if (!take_u32(r, &version))
		return false;
	if (version >> 16 && !(version & 0xffff))
		return err_set(r->err, "is a big-endian GGUF file; only "
				       "little-endian ones are read");
	if (version < VERSION_LEAST || version > VERSION_MOST)
		return err_set(r->err, "is GGUF version %u; versions 2 and 3 "
				       "are read", version);
	if (!take_number(r, 8, n_tensors) || !take_number(r, 8, n_keys))
		return false;
	/* memory is taken for no more than what can be there */
	if (*n_keys > left(r) / KEY_MIN_BYTES ||
	    *n_tensors > left(r) / TENSOR_MIN_BYTES)
		return cut_short(r);
	return true;
}

static bool take_keys(struct gguf_reader *r, struct gguf *g, uint64_t n)
{
	g->keys = mem_zalloc((size_t)n * sizeof(*g->keys) + 1);
	for (; g->n_keys < n; g->n_keys++)
		if (!take_key(r, &g->keys[g->n_keys]))
			return false;
	return true;
}

static bool parse(struct gguf_reader *r, struct gguf *g)
{
	uint64_t n_tensors = 0, n_keys = 0, alignment = ALIGNMENT;

	if (!take_head(r, &n_tensors, &n_keys))
		return false;
	g->key_size = (size_t)n_keys * 2 + 1;
	g->tensor_size = (size_t)n_tensors * 2 + 1;
	g->key_table = mem_zalloc(g->key_size * sizeof(uint32_t));
	g->tensor_table = mem_zalloc(g->tensor_size * sizeof(uint32_t));
	if (!take_keys(r, g, n_keys) ||
	    !index_names(g, false, g->n_keys, r->err))
		return false;
	gguf_u64(g, "general.alignment", &alignment);
	if (alignment < ALIGNMENT_LEAST || alignment > ALIGNMENT_MAX ||
	    alignment & (alignment - 1))
		return err_set(r->err, "general.alignment is %llu",
			       (unsigned long long)alignment);
	return take_tensors(r, g, n_tensors, alignment) &&
	       index_names(g, true, g->n_tensors, r->err);
}

struct gguf *gguf_parse(const void *data, size_t size, struct err *err)
{
	struct gguf_reader r = { data, data, (const uint8_t *)data + size,
				 err };
	struct gguf *g = mem_zalloc(sizeof(*g));

	if (parse(&r, g))
		return g;
	gguf_free(g);
	return NULL;
}

void gguf_free(struct gguf *g)
{
	if (!g)
		return;
	mem_free(g->keys);
	mem_free(g->tensors);
	mem_free(g->key_table);
	mem_free(g->tensor_table);
	mem_free(g);
}

bool gguf_add_tensors(struct gguf *g, const struct gguf_tensor *tensors,
		      size_t n, struct err *err)
{
	size_t all = g->n_tensors + n;

	g->tensors = mem_resize(g->tensors, all * sizeof(*g->tensors) + 1);
	if (n)
		memcpy(g->tensors + g->n_tensors, tensors,
		       n * sizeof(*g->tensors));
	g->n_tensors = all;
	mem_free(g->tensor_table);
	g->tensor_size = all * 2 + 1;
	g->tensor_table = mem_zalloc(g->tensor_size * sizeof(uint32_t));
	return index_names(g, true, all, err);
}

bool gguf_add(struct gguf *g, const struct gguf *part, struct err *err)
{
	return gguf_add_tensors(g, part->tensors, part->n_tensors, err);
}

/* --- questions ---------------------------------------------------------- */

static const struct gguf_key *find_key(const struct gguf *g, const char *name)
{
	uint32_t at = *place(g, false, name, strlen(name));

	return at ? &g->keys[at - 1] : NULL;
}

const struct gguf_tensor *gguf_tensor(const struct gguf *g, const char *name)
{
	uint32_t at = *place(g, true, name, strlen(name));

	return at ? &g->tensors[at - 1] : NULL;
}

size_t gguf_n_tensors(const struct gguf *g)
{
	return g->n_tensors;
}

const struct gguf_tensor *gguf_tensor_at(const struct gguf *g, size_t i)
{
	return i < g->n_tensors ? &g->tensors[i] : NULL;
}

static bool is_signed(uint32_t type)
{
	return type == GGUF_I8 || type == GGUF_I16 || type == GGUF_I32 ||
	       type == GGUF_I64;
}

static bool is_float(uint32_t type)
{
	return type == GGUF_F32 || type == GGUF_F64;
}

static bool to_f64(uint32_t type, const uint8_t *at, double *value)
{
	uint64_t bits;
	uint32_t word;
	float f;

	if (type >= GGUF_VALUES || !value_bytes[type] || type == GGUF_BOOL)
		return false;
	bits = number(at, value_bytes[type]);
	if (type == GGUF_F64) {
		memcpy(value, &bits, sizeof(*value));
	} else if (type == GGUF_F32) {
		word = (uint32_t)bits;
		memcpy(&f, &word, sizeof(f));
		*value = f;
	} else if (is_signed(type)) {
		unsigned shift = 64 - 8u * value_bytes[type];

		*value = (double)((int64_t)(bits << shift) >> shift);
	} else {
		*value = (double)bits;
	}
	return true;
}

bool gguf_u64(const struct gguf *g, const char *key, uint64_t *value)
{
	const struct gguf_key *k = find_key(g, key);
	uint64_t bits;

	if (!k || k->type >= GGUF_VALUES || !value_bytes[k->type] ||
	    is_float(k->type) || k->type == GGUF_BOOL)
		return false;
	bits = number(k->value, value_bytes[k->type]);
	if (is_signed(k->type) && bits >> (8 * value_bytes[k->type] - 1))
		return false; /* below zero */
	*value = bits;
	return true;
}

bool gguf_f64(const struct gguf *g, const char *key, double *value)
{
	const struct gguf_key *k = find_key(g, key);

	return k && to_f64(k->type, k->value, value);
}

bool gguf_bool(const struct gguf *g, const char *key, bool *value)
{
	const struct gguf_key *k = find_key(g, key);

	if (!k || k->type != GGUF_BOOL)
		return false;
	*value = k->value[0] != 0;
	return true;
}

bool gguf_str(const struct gguf *g, const char *key, const char **s,
	      size_t *n)
{
	const struct gguf_key *k = find_key(g, key);

	if (!k || k->type != GGUF_STRING)
		return false;
	*n = (size_t)number(k->value, 8);
	*s = (const char *)k->value + 8;
	return true;
}

bool gguf_array(const struct gguf *g, const char *key, struct gguf_array *a)
{
	const struct gguf_key *k = find_key(g, key);

	if (!k || k->type != GGUF_ARRAY)
		return false;
	*a = (struct gguf_array){ k->n, k->array_type, k->value, k->end };
	return true;
}

bool gguf_next_str(struct gguf_array *a, const char **s, size_t *n)
{
	if (a->type != GGUF_STRING || a->at == a->end)
		return false;
	*n = (size_t)number(a->at, 8);
	*s = (const char *)a->at + 8;
	a->at += 8 + *n;
	return true;
}

bool gguf_next_f64(struct gguf_array *a, double *value)
{
	if (a->at == a->end || !to_f64(a->type, a->at, value))
		return false;
	a->at += value_bytes[a->type];
	return true;
}

bool gguf_next_bool(struct gguf_array *a)
{
	double value = 0;

	if (a->type == GGUF_BOOL && a->at != a->end)
		return *a->at++ != 0;
	return gguf_next_f64(a, &value) && value != 0;
}
