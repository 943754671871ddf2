/*
 * safetensors.h - what is in a safetensors file: tensors by name, as views.
 *
 *	8 bytes   length n of the header, little-endian
 *	n bytes   {"NAME": {"dtype", "shape", "data_offsets": [from, to]}, ...}
 *	the rest  the tensors' data, end to end, rows behind one another
 *
 * As strict as the format's own library: the data of all tensors together is
 * the rest of the file, without holes and without overlaps. No I/O.
 */
#ifndef LILSCOPE_SAFETENSORS_H
#define LILSCOPE_SAFETENSORS_H

#include "base/err.h"
#include "json/json.h"

enum {
	SAFETENSORS_HEAD_MAX = 100 * 1000 * 1000, /* bytes, as the library */
	SAFETENSORS_DIMS_MAX = 8,
	SAFETENSORS_TYPE_BYTES = 16,
};

struct safetensor {
	const char *name; /* len bytes, not terminated */
	size_t len;
	char type[SAFETENSORS_TYPE_BYTES]; /* "BF16" */
	int n_dims;
	uint64_t dims[SAFETENSORS_DIMS_MAX]; /* the first one changes least */
	const void *data;                    /* aligned to nothing */
	uint64_t size_bytes;
};

/* All zero is empty. */
struct safetensors {
	struct safetensor *tensors; /* by their place in the file */
	size_t n;
	struct json header;
};

/* Reads the file's bytes, which must outlive it. false and one sentence if
 * they are none; it is empty then. */
bool safetensors_read(struct safetensors *s, const void *data, size_t size,
		      struct err *err);
void safetensors_release(struct safetensors *s); /* frees, leaves it empty */

#endif
