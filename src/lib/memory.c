/*
 * The library's doors: what the rooms below call for memory (base/buf.h,
 * base/big.h) and to die. A block has its links and its size before it.
 *
 * `now` is the one writable thing that calls share, and only those of a thread
 * that are within each other (an allocator may use a stream of its own).
 */
#include "lib/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/big.h"
#include "base/buf.h"

#define BIG_FIRST_BYTES ((size_t)256)

struct memory_block {
	/* so what follows is aligned, too */
	_Alignas(max_align_t) struct memory_block *prev;
	struct memory_block *next;
	size_t size; /* of what follows */
	uint32_t zone;
	uint32_t pictured;
};
static _Thread_local struct memory *now;

static void *plain_resize(void *opaque, void *old, size_t old_size,
			  size_t size)
{
	(void)opaque;
	(void)old_size;
	if (size)
		return realloc(old, size);
	free(old);
	return NULL;
}

void memory_init(struct memory *m, const struct lilscope_options *o)
{
	*m = (struct memory){
		.resize = o->resize ? o->resize : plain_resize,
		.opaque = o->opaque,
		.max = o->memory_max,
	};
}

static _Noreturn void give_up(int trouble)
{
	assert(now); /* the rooms below run within memory_try() only */
	now->trouble = trouble;
	longjmp(*now->trap, 1);
}

/* The rooms below die of nothing but want of memory. */
void die(const char *fmt, ...)
{
	(void)fmt;
	give_up(LILSCOPE_NO_MEMORY);
}

/* --- blocks ------------------------------------------------------------- */

static void link_to(struct memory *m, struct memory_block *b,
		    enum memory_zone zone)
{
	b->zone = zone;
	b->prev = NULL;
	b->next = m->zones[zone];
	if (b->next)
		b->next->prev = b;
	m->zones[zone] = b;
}

static void unlink_from(struct memory *m, struct memory_block *b)
{
	if (b->prev)
		b->prev->next = b->next;
	else
		m->zones[b->zone] = b->next;
	if (b->next)
		b->next->prev = b->prev;
}

/* A block of n bytes, from an old one that is linked nowhere, or NULL. */
static struct memory_block *obtain(struct memory *m, struct memory_block *old,
				   size_t n)
{
	size_t was = old ? sizeof(*old) + old->size : 0;
	struct memory_block *b;

	if (n > SIZE_MAX / 2 - sizeof(*b))
		return NULL;
	if (m->max && m->used - was + sizeof(*b) + n > m->max) {
		m->trouble = LILSCOPE_LIMIT;
		return NULL;
	}
	b = m->resize(m->opaque, old, was, sizeof(*b) + n);
	if (!b)
		return NULL;
	m->used += sizeof(*b) + n - was;
	b->size = n;
	b->pictured = 0;
	return b;
}

static void give_back(struct memory *m, struct memory_block *b)
{
	m->used -= sizeof(*b) + b->size;
	m->resize(m->opaque, b, sizeof(*b) + b->size, 0);
}

static void free_zone(struct memory *m, enum memory_zone zone)
{
	struct memory_block *b = m->zones[zone], *next;

	m->zones[zone] = NULL;
	for (; b; b = next) {
		next = b->next;
		give_back(m, b);
	}
}

void memory_release(struct memory *m)
{
	for (int zone = 0; zone < MEMORY_ZONES; zone++)
		free_zone(m, zone);
	m->picture = NULL;
	m->n_pictured = 0;
}

static struct memory_block *block_of(void *memory)
{
	return (struct memory_block *)memory - 1;
}

int memory_try(struct memory *m, void (*what)(void *arg), void *arg)
{
	struct memory *outer = now;
	jmp_buf *outer_trap = m->trap;
	enum memory_zone zone = m->zone;
	jmp_buf trap;

	m->trouble = LILSCOPE_OK;
	m->trap = &trap;
	now = m;
	if (!setjmp(trap))
		what(arg);
	now = outer;
	m->trap = outer_trap;
	m->zone = zone;
	if (m->trouble)
		free_zone(m, MEMORY_SCRATCH);
	return m->trouble;
}

/* --- what base/buf.h promises ------------------------------------------- */

void *mem_resize(void *old, size_t n_bytes)
{
	struct memory *m = now;
	struct memory_block *was = old ? block_of(old) : NULL, *b;
	enum memory_zone zone = was ? was->zone : m->zone;
	bool move = was && was->pictured;

	if (was && !move)
		unlink_from(m, was);
	b = obtain(m, move ? NULL : was, n_bytes);
	if (!b) {
		if (was && !move)
			link_to(m, was, zone);
		give_up(m->trouble ? m->trouble : LILSCOPE_NO_MEMORY);
	}
	if (move) {
		memcpy(b + 1, old, MIN(was->size, n_bytes));
		unlink_from(m, was);
		link_to(m, was, MEMORY_HELD);
	}
	link_to(m, b, zone);
	return b + 1;
}

void *mem_alloc(size_t n_bytes)
{
	return mem_resize(NULL, n_bytes);
}

void *mem_zalloc(size_t n_bytes)
{
	return memset(mem_alloc(n_bytes), 0, n_bytes);
}

void mem_free(void *memory)
{
	struct memory_block *b;

	if (!memory)
		return;
	b = block_of(memory);
	unlink_from(now, b);
	if (b->pictured)
		link_to(now, b, MEMORY_HELD);
	else
		give_back(now, b);
}

/* --- what base/big.h promises, from blocks ------------------------------ */

void *big_reserve(struct big *b, size_t n_bytes)
{
	if (n_bytes > b->cap) {
		b->data = mem_resize(b->data, n_bytes);
		b->cap = n_bytes;
	}
	return b->data;
}

void *big_grow(struct big *b, size_t n_bytes)
{
	size_t want = MAX(b->cap + b->cap / 2, BIG_FIRST_BYTES);

	return n_bytes > b->cap ? big_reserve(b, MAX(want, n_bytes)) : b->data;
}

void *big_trim(struct big *b, size_t n_bytes)
{
	if (n_bytes < b->cap) {
		b->data = mem_resize(b->data, n_bytes);
		b->cap = n_bytes;
	}
	return b->data;
}

void big_release(struct big *b)
{
	mem_free(b->data);
	*b = (struct big){ 0 };
}

void big_scattered(const void *memory, size_t n_bytes)
{
	(void)memory, (void)n_bytes; /* the allocator's pages are its own */
}

/* --- the picture -------------------------------------------------------- */

/* What it has of a block; its bytes follow, and blanks to the next. */
struct pictured {
	struct memory_block *block;
	size_t size;
};

static size_t padded(size_t n)
{
	return (n + sizeof(struct pictured) - 1) &
	       ~(sizeof(struct pictured) - 1);
}

static void forget(struct memory *m)
{
	free_zone(m, MEMORY_HELD);
	for (struct memory_block *b = m->zones[MEMORY_ENGINE]; b; b = b->next)
		b->pictured = 0;
	m->n_pictured = 0;
}

void memory_clear(struct memory *m)
{
	free_zone(m, MEMORY_HELD);
	free_zone(m, MEMORY_ENGINE);
	m->n_pictured = 0;
}

void memory_picture(struct memory *m)
{
	enum memory_zone zone = m->zone;
	size_t need = 0;
	char *at;

	forget(m);
	for (struct memory_block *b = m->zones[MEMORY_ENGINE]; b; b = b->next)
		need += sizeof(struct pictured) + padded(b->size);
	if (!m->picture || block_of(m->picture)->size < need) {
		m->zone = MEMORY_KEPT;
		mem_free(m->picture);
		m->picture = NULL;
		m->picture = mem_alloc(need + need / 8);
		m->zone = zone;
	}
	at = m->picture;
	for (struct memory_block *b = m->zones[MEMORY_ENGINE]; b; b = b->next) {
		*(struct pictured *)at = (struct pictured){ b, b->size };
		memcpy(at + sizeof(struct pictured), b + 1, b->size);
		at += sizeof(struct pictured) + padded(b->size);
		b->pictured = 1;
		m->n_pictured++;
	}
}

void memory_put_back(struct memory *m)
{
	struct memory_block *b = m->zones[MEMORY_ENGINE], *next;
	const char *at = m->picture;

	for (; b; b = next) {
		next = b->next;
		unlink_from(m, b);
		if (b->pictured)
			link_to(m, b, MEMORY_HELD);
		else
			give_back(m, b);
	}
	for (size_t i = 0; i < m->n_pictured; i++) {
		const struct pictured *p = (const struct pictured *)at;

		unlink_from(m, p->block);
		link_to(m, p->block, MEMORY_ENGINE);
		memcpy(p->block + 1, p + 1, p->size);
		at += sizeof(*p) + padded(p->size);
	}
}
