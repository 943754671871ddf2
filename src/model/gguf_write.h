/*
 * gguf_write.h - the keys of a GGUF file, put together in memory: for models
 * that come in another form and are read as if they were GGUF.
 *
 * Names are NUL-terminated, strings have any bytes. No tensors, no I/O.
 */
#ifndef LILSCOPE_GGUF_WRITE_H
#define LILSCOPE_GGUF_WRITE_H

#include "base/buf.h"

/* All zero is empty. */
struct gguf_keys {
	struct buf body;
	uint64_t n;
};

/* One key more. */
void gguf_put_u64(struct gguf_keys *k, const char *name, uint64_t value);
void gguf_put_f64(struct gguf_keys *k, const char *name, double value);
void gguf_put_bool(struct gguf_keys *k, const char *name, bool value);
void gguf_put_str(struct gguf_keys *k, const char *name, const char *s,
		  size_t n);

/* An array of n strings or of n int32, which must follow. */
void gguf_put_strings(struct gguf_keys *k, const char *name, uint64_t n);
void gguf_put_ints(struct gguf_keys *k, const char *name, uint64_t n);
void gguf_item_str(struct gguf_keys *k, const char *s, size_t n);
void gguf_item_int(struct gguf_keys *k, int32_t value);

/* Appends the file with these keys and no tensors; *k is empty afterwards. */
void gguf_put_file(struct gguf_keys *k, struct buf *out);

#endif
