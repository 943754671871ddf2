/*
 * The file is little-endian, whatever this machine is; gguf.c has its order.
 */
#include "model/gguf_write.h"

#include <string.h>

#include "model/gguf.h"

static void put(struct buf *out, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		buf_putc(out, (char)(value >> 8 * i));
}

static void put_text(struct buf *out, const char *s, size_t n)
{
	put(out, n, 8);
	buf_append(out, s, n);
}

static void put_key(struct gguf_keys *k, const char *name,
		    enum gguf_value type)
{
	put_text(&k->body, name, strlen(name));
	put(&k->body, type, 4);
	k->n++;
}

void gguf_put_u64(struct gguf_keys *k, const char *name, uint64_t value)
{
	put_key(k, name, GGUF_U64);
	put(&k->body, value, 8);
}

void gguf_put_f64(struct gguf_keys *k, const char *name, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	put_key(k, name, GGUF_F64);
	put(&k->body, bits, 8);
}

void gguf_put_bool(struct gguf_keys *k, const char *name, bool value)
{
	put_key(k, name, GGUF_BOOL);
	put(&k->body, value, 1);
}

void gguf_put_str(struct gguf_keys *k, const char *name, const char *s,
		  size_t n)
{
	put_key(k, name, GGUF_STRING);
	put_text(&k->body, s, n);
}

static void put_array(struct gguf_keys *k, const char *name,
		      enum gguf_value type, uint64_t n)
{
	put_key(k, name, GGUF_ARRAY);
	put(&k->body, type, 4);
	put(&k->body, n, 8);
}

void gguf_put_strings(struct gguf_keys *k, const char *name, uint64_t n)
{
	put_array(k, name, GGUF_STRING, n);
}

void gguf_put_ints(struct gguf_keys *k, const char *name, uint64_t n)
{
	put_array(k, name, GGUF_I32, n);
}

void gguf_item_str(struct gguf_keys *k, const char *s, size_t n)
{
	put_text(&k->body, s, n);
}

void gguf_item_int(struct gguf_keys *k, int32_t value)
{
	put(&k->body, (uint32_t)value, 4);
}

void gguf_put_file(struct gguf_keys *k, struct buf *out)
{
	buf_puts(out, "GGUF");
	put(out, 3, 4);
	put(out, 0, 8);
	put(out, k->n, 8);
	buf_append(out, k->body.data, k->body.len);
	buf_release(&k->body);
	*k = (struct gguf_keys){ 0 };
}
