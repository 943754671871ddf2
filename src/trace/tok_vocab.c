#include "trace/tok_vocab.h"

#include <assert.h>
#include <string.h>

#include "base/zst.h"
#include "trace/tok.h"

enum {
	SLOT_BITS = 18, /* 262,144 for 151,669 tokens */
	SLOTS = 1 << SLOT_BITS,
	ID_BITS = 18,
	ID_MASK = (1 << ID_BITS) - 1,
	MAGIC_BYTES = 8,
	HEAD_BYTES = MAGIC_BYTES + 3 * 4,
	/* What the file may unpack to, at most. */
	FILE_MAX_BYTES = 4 * 1024 * 1024,
};

#define SLOT_EMPTY ((uint32_t)0xffffffff)

static uint64_t load_64(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint64_t load_32(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9fb21c651e98df25);
	return hash ^ hash >> 32;
}

/* The ends overlap in the middle, so that no byte outside is read. */
uint64_t tok_hash(const char *p, size_t n)
{
	uint64_t hash = n * UINT64_C(0x9e3779b97f4a7c15);

	if (n < 4) {
		const unsigned char *u = (const unsigned char *)p;

		return mix(hash, (uint64_t)u[0] << 16 |
					 (uint64_t)u[n / 2] << 8 | u[n - 1]);
	}
	if (n <= 8)
		return mix(hash, load_32(p) << 32 | load_32(p + n - 4));
	for (size_t i = 0; i + 8 < n; i += 8)
		hash = mix(hash, load_64(p + i));
	return mix(hash, load_64(p + n - 8));
}

static uint32_t home_slot(uint64_t hash)
{
	return (uint32_t)hash & (SLOTS - 1);
}

/* Other bits of the hash than home_slot()'s, where the id is not. */
static uint32_t tag(uint64_t hash)
{
	return (uint32_t)(hash >> 32) & ~(uint32_t)ID_MASK;
}

uint32_t tok_find_hashed(const struct tok_vocab *v, const char *bytes,
			 size_t n, uint64_t hash)
{
	uint32_t want = tag(hash);
	uint32_t slot;

	for (uint32_t i = home_slot(hash);; i = (i + 1) & (SLOTS - 1)) {
		uint32_t id, start;

		slot = v->slot[i];
		if (slot == SLOT_EMPTY)
			return TOK_NONE;
		if ((slot & ~(uint32_t)ID_MASK) != want)
			continue;
		id = slot & ID_MASK;
		start = v->start[id];
		if (v->start[id + 1] - start == n &&
		    memcmp(v->text + start, bytes, n) == 0)
			return id;
	}
}

uint32_t tok_find(const struct tok_vocab *v, const char *bytes, size_t n)
{
	if (n > v->longest)
		return TOK_NONE;
	return tok_find_hashed(v, bytes, n, tok_hash(bytes, n));
}

static void insert(struct tok_vocab *v, uint32_t id)
{
	size_t n = v->start[id + 1] - v->start[id];
	uint64_t hash = tok_hash(v->text + v->start[id], n);
	uint32_t i = home_slot(hash);

	while (v->slot[i] != SLOT_EMPTY)
		i = (i + 1) & (SLOTS - 1);
	v->slot[i] = tag(hash) | id;
}

static void unpack(struct buf *out)
{
	size_t n = (size_t)(tok_data_end - tok_data), used, at = 0;
	struct zst_dec *dec = zst_dec_new(ZST_WINDOW_LOG_MAX);
	struct err err = { "" };
	bool good = true;

	while (good && (at < n || zst_dec_pending(dec)) &&
	       out->len < FILE_MAX_BYTES) {
		good = zst_dec_push(dec, tok_data + at, n - at, &used, out,
				    FILE_MAX_BYTES - out->len, &err);
		at += used;
	}
	if (!good || !zst_dec_end(dec, &err))
		die("the bundled vocabulary is damaged: %s", err.text);
	zst_dec_free(dec);
	out->data = mem_resize(out->data, out->len); /* what it grew over */
	out->cap = out->len;
}

static uint32_t number_at(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 |
	       (uint32_t)u[3] << 24;
}

/* Header, lengths and text agree with each other and with tok.h. */
static bool read_head(struct tok_vocab *v, const struct buf *file)
{
	uint32_t n_text;

	if (file->len < HEAD_BYTES ||
	    memcmp(file->data, "LILBPE1\n", MAGIC_BYTES) != 0)
		return false;
	if (number_at(file->data + 8) != TOK_N_ORDINARY ||
	    number_at(file->data + 12) != TOK_N_SPECIAL)
		return false;
	v->n = TOK_N_ORDINARY + TOK_N_SPECIAL;
	n_text = number_at(file->data + 16);
	v->text = file->data + HEAD_BYTES + v->n;
	return file->len == (size_t)HEAD_BYTES + v->n + n_text;
}

static bool read_lengths(struct tok_vocab *v, const struct buf *file)
{
	const char *length = file->data + HEAD_BYTES;
	uint32_t at = 0;

	v->start = mem_alloc((v->n + 1) * sizeof(*v->start));
	for (uint32_t id = 0; id < v->n; id++) {
		uint32_t n = (unsigned char)length[id];

		v->start[id] = at;
		v->longest = MAX(v->longest, n);
		at += n;
	}
	v->start[v->n] = at;
	return v->text + at == file->data + file->len;
}

void tok_vocab_init(struct tok_vocab *v)
{
	struct buf file = { 0 };

	*v = (struct tok_vocab){ 0 };
	unpack(&file);
	if (!read_head(v, &file) || !read_lengths(v, &file))
		die("the bundled vocabulary is damaged");
	v->memory = file.data;
	v->slot = mem_alloc(SLOTS * sizeof(*v->slot));
	memset(v->slot, 0xff, SLOTS * sizeof(*v->slot));
	for (uint32_t id = 0; id < v->n; id++)
		insert(v, id);
	v->memory_bytes = file.cap + (v->n + 1) * sizeof(*v->start) +
			  SLOTS * sizeof(*v->slot);
}

void tok_vocab_release(struct tok_vocab *v)
{
	mem_free(v->memory);
	mem_free(v->start);
	mem_free(v->slot);
	*v = (struct tok_vocab){ 0 };
}
