/*
 * gguf.h - what is in a GGUF file (versions 2 and 3, little-endian), as the
 * specification of ggml has it.
 *
 * Works on the bytes of a mapped file and copies none of them: text and
 * tensors are views that live as long as the bytes. Nothing in the file is
 * believed: every length is checked against what remains, and memory is
 * bounded by the file's own size. No I/O.
 */
#ifndef LILSCOPE_GGUF_H
#define LILSCOPE_GGUF_H

#include "base/base.h"
#include "base/err.h"

/* Numbers as in the file. */
enum ggml_type {
	GGML_F32 = 0,
	GGML_F16 = 1,
	GGML_Q4_0 = 2,
	GGML_Q4_1 = 3,
	GGML_Q5_0 = 6,
	GGML_Q5_1 = 7,
	GGML_Q8_0 = 8,
	GGML_Q2_K = 10,
	GGML_Q3_K = 11,
	GGML_Q4_K = 12,
	GGML_Q5_K = 13,
	GGML_Q6_K = 14,
	GGML_IQ4_NL = 20,
	GGML_IQ4_XS = 23,
	GGML_BF16 = 30,
	GGML_MXFP4 = 39,
};

enum gguf_value {
	GGUF_U8, GGUF_I8, GGUF_U16, GGUF_I16, GGUF_U32, GGUF_I32, GGUF_F32,
	GGUF_BOOL, GGUF_STRING, GGUF_ARRAY, GGUF_U64, GGUF_I64, GGUF_F64,
	GGUF_VALUES
};

enum { GGUF_DIMS_MAX = 4, GGUF_NAME_MAX_BYTES = 128 };

struct gguf_tensor {
	char name[GGUF_NAME_MAX_BYTES]; /* NUL-terminated */
	enum ggml_type type;
	int n_dims;
	uint64_t dims[GGUF_DIMS_MAX]; /* dims[0]: length of a row; 1 beyond */
	const void *data;
	uint64_t size_bytes;
};

struct gguf;

/* NULL and one sentence when it is none, is cut short, lies about a length,
 * or holds a tensor of a type that is not among the above (it is named). */
struct gguf *gguf_parse(const void *data, size_t size, struct err *err);
void gguf_free(struct gguf *g); /* NULL is fine */

/* The tensors of another part of a model in several files, too: g has the
 * keys. The part may be freed, its bytes may not. false: one that is there
 * already. */
bool gguf_add(struct gguf *g, const struct gguf *part, struct err *err);

/* The same of n tensors that come from elsewhere; they are copied, their data
 * is not. */
bool gguf_add_tensors(struct gguf *g, const struct gguf_tensor *tensors,
		      size_t n, struct err *err);

/* By name; NULL: not there. O(1) or O(log n). */
const struct gguf_tensor *gguf_tensor(const struct gguf *g, const char *name);
size_t gguf_n_tensors(const struct gguf *g);
const struct gguf_tensor *gguf_tensor_at(const struct gguf *g, size_t i);

/* The value of a key if it is there and of the kind (any integer type that
 * holds the value, float32 or float64 or an integer for f64). */
bool gguf_u64(const struct gguf *g, const char *key, uint64_t *value);
bool gguf_f64(const struct gguf *g, const char *key, double *value);
bool gguf_bool(const struct gguf *g, const char *key, bool *value);
/* A view of n bytes, not NUL-terminated. */
bool gguf_str(const struct gguf *g, const char *key, const char **s,
	      size_t *n);

/* An array of strings or numbers. Strings are found one after the other, so
 * that a whole pass costs O(bytes). */
struct gguf_array {
	uint64_t n;
	uint32_t type;        /* of the elements, as in the file */
	const uint8_t *at;    /* the next element */
	const uint8_t *end;   /* of the array */
};
bool gguf_array(const struct gguf *g, const char *key, struct gguf_array *a);
/* The next element; false at the end or if it is of another kind. */
bool gguf_next_str(struct gguf_array *a, const char **s, size_t *n);
bool gguf_next_f64(struct gguf_array *a, double *value);
/* The next element of an array of bools or numbers is there and not 0. */
bool gguf_next_bool(struct gguf_array *a);

#endif
