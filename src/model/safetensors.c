/*
 * Nothing of the header is believed: shapes are multiplied with an eye on the
 * end of numbers, and places are compared with the file and with each other.
 */
#include "model/safetensors.h"

#include <stdlib.h>

enum { LENGTH_BYTES = 8, NAME_SHOWN = 80 };

/* A type that is not here has a size that can't be checked. */
static const struct {
	const char *name;
	unsigned bits;
} types[] = {
	{ "BOOL", 8 },	   { "U8", 8 },	   { "I8", 8 },	   { "F8_E4M3", 8 },
	{ "F8_E5M2", 8 },  { "U16", 16 },  { "I16", 16 },  { "F16", 16 },
	{ "BF16", 16 },	   { "U32", 32 },  { "I32", 32 },  { "F32", 32 },
	{ "U64", 64 },	   { "I64", 64 },  { "F64", 64 },  { "C64", 64 },
	{ "F8_E8M0", 8 },  { "F4", 4 },	   { "F6_E2M3", 6 }, { "F6_E3M2", 6 },
};

/* A file that is read. */
struct head {
	const uint8_t *data;
	uint64_t n_data;
	struct err *err;
};

#define SHOWN(t) (int)MIN((t)->len, (size_t)NAME_SHOWN), (t)->name

/* A whole number of at most 2^53, as JSON has them. */
static bool whole(struct json_value v, uint64_t *out)
{
	double value = json_number(v, -1);

	if (!(value >= 0 && value <= 9007199254740992.0))
		return false;
	*out = (uint64_t)value;
	return (double)*out == value;
}

static bool read_shape(struct safetensor *t, struct json_value shape,
		       uint64_t *n)
{
	struct json_value v = json_first(shape);

	*n = 1;
	if (!json_is(shape, JSON_ARRAY) ||
	    json_count(shape) > SAFETENSORS_DIMS_MAX)
		return false;
	for (; v.doc; v = json_next(v)) {
		uint64_t *dim = &t->dims[t->n_dims++];

		if (!whole(v, dim) || __builtin_mul_overflow(*n, *dim, n))
			return false;
	}
	return true;
}

/* Do n numbers of the type take so many bytes? */
static bool has_size(const struct safetensor *t, uint64_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].name, t->type) == 0)
			return !__builtin_mul_overflow(n, types[i].bits, &n) &&
			       n % 8 == 0 && n / 8 == t->size_bytes;
	return true;
}

static bool read_tensor(const struct head *h, struct json_value v,
			struct safetensor *t)
{
	struct json_value at = json_get(v, "data_offsets");
	uint64_t n = 0, from = 0, to = 0;
	const char *type;
	size_t len = 0;

	*t = (struct safetensor){ 0 };
	t->name = json_key(v, &t->len);
	type = json_text(json_get(v, "dtype"), &len);
	if (!len || len >= sizeof(t->type))
		return err_set(h->err, "%.*s has no dtype", SHOWN(t));
	memcpy(t->type, type, len);
	if (!read_shape(t, json_get(v, "shape"), &n))
		return err_set(h->err, "%.*s has a shape that is none",
			       SHOWN(t));
	if (json_count(at) != 2 || !whole(json_at(at, 0), &from) ||
	    !whole(json_at(at, 1), &to) || from > to)
		return err_set(h->err, "%.*s has data_offsets that are none",
			       SHOWN(t));
	if (to > h->n_data)
		return err_set(h->err,
			       "the data of %.*s ends at byte %llu of %llu: "
			       "the file is cut short",
			       SHOWN(t), (unsigned long long)to,
			       (unsigned long long)h->n_data);
	t->data = h->data + from;
	t->size_bytes = to - from;
	return has_size(t, n) ||
	       err_set(h->err, "%.*s of %s has %llu bytes, which its shape "
			       "has not",
		       SHOWN(t), t->type, (unsigned long long)(to - from));
}

static int by_place(const void *a, const void *b)
{
	const struct safetensor *x = a, *y = b;

	if (x->data != y->data)
		return x->data < y->data ? -1 : 1;
	return (x->size_bytes > y->size_bytes) -
	       (x->size_bytes < y->size_bytes);
}

/* One begins where the one before it ends. */
static bool check_places(const struct head *h, struct safetensors *s)
{
	const uint8_t *end = h->data;

	if (s->n)
		qsort(s->tensors, s->n, sizeof(*s->tensors), by_place);
	for (size_t i = 0; i < s->n; i++) {
		const struct safetensor *t = &s->tensors[i];

		if (t->data != end)
			return err_set(h->err,
				       "the data of %.*s does not begin where "
				       "the tensor before it ends",
				       SHOWN(t));
		end += t->size_bytes;
	}
	return end == h->data + h->n_data ||
	       err_set(h->err, "%llu bytes at its end are no tensor's",
		       (unsigned long long)(h->data + h->n_data - end));
}

static bool read_tensors(const struct head *h, struct safetensors *s)
{
	struct json_value root = json_root(&s->header);
	struct json_value v = json_first(root);

	if (!json_is(root, JSON_OBJECT))
		return err_set(h->err, "its header is no JSON object");
	s->tensors = mem_alloc(json_count(root) * sizeof(*s->tensors) + 1);
	for (; v.doc; v = json_next(v)) {
		if (json_key_is(v, "__metadata__"))
			continue;
		if (!read_tensor(h, v, &s->tensors[s->n++]))
			return false;
	}
	return check_places(h, s);
}

static bool read_head(struct safetensors *s, const uint8_t *data, size_t size,
		      struct err *err)
{
	struct json_trouble trouble;
	struct head h = { .err = err };
	uint64_t n = 0;

	for (size_t i = 0; i < LENGTH_BYTES && i < size; i++)
		n |= (uint64_t)data[i] << 8 * i;
	if (size < LENGTH_BYTES || n > SAFETENSORS_HEAD_MAX)
		return err_set(err, "is no safetensors file");
	if (n > size - LENGTH_BYTES)
		return err_set(err, "is no safetensors file, or is cut short "
				    "in its header");
	if (!json_read(&s->header, (const char *)data + LENGTH_BYTES,
		       (size_t)n, false, &trouble))
		return err_set(err, "its header is no JSON: byte %zu: %s",
			       trouble.byte + LENGTH_BYTES, trouble.what);
	h.data = data + LENGTH_BYTES + n;
	h.n_data = size - LENGTH_BYTES - n;
	return read_tensors(&h, s);
}

bool safetensors_read(struct safetensors *s, const void *data, size_t size,
		      struct err *err)
{
	*s = (struct safetensors){ 0 };
	if (read_head(s, data, size, err))
		return true;
	safetensors_release(s);
	return false;
}

void safetensors_release(struct safetensors *s)
{
	json_release(&s->header);
	mem_free(s->tensors);
	*s = (struct safetensors){ 0 };
}
