/*
 * buf.h - growing memory: bytes (struct buf) and arrays (grow()).
 *
 * The only door to the allocator (mem.c): running out of memory ends in die(),
 * so no caller checks. Growth is by half again, so appending is amortised O(1).
 * Everybody keeps indices into growing memory, never pointers.
 */
#ifndef LILSCOPE_BUF_H
#define LILSCOPE_BUF_H

#include "base/base.h"

/* All zero is an empty buffer. `data` is not terminated unless buf_cstr()
 * was called after the last change. */
struct buf {
	char *data;
	size_t len; /* bytes in use */
	size_t cap; /* bytes owned */
};

void buf_release(struct buf *buf);           /* frees, leaves it empty */
void buf_clear(struct buf *buf);             /* len = 0, memory kept */
char *buf_reserve(struct buf *buf, size_t more); /* room after len */
void buf_append(struct buf *buf, const void *bytes, size_t n);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Blanks, one at least, until the bytes from `from` on are n. */
void buf_pad(struct buf *buf, size_t from, size_t n);

/* Removes the first n bytes (n <= len); O(len - n). */
void buf_drop(struct buf *buf, size_t n);

/* Terminates with a NUL that does not count and returns data. Text with
 * NUL bytes inside is legal; then only data and len tell the truth. */
const char *buf_cstr(struct buf *buf);

/*
 * Makes room for `need` elements of `size` bytes in an array of *cap
 * elements and returns the array, moved perhaps:
 *	a = grow(a, &cap, n + 1, sizeof(*a));
 */
void *grow(void *array, size_t *cap, size_t need, size_t size);

/* Where needle[0..m) begins in s[0..n), or NULL. */
const char *bytes_find(const char *s, size_t n, const char *needle, size_t m);

/* Are these the first of n bytes? */
bool bytes_begin(const char *s, size_t n, const char *begin);

/* Are these the last of n bytes? */
bool bytes_end(const char *s, size_t n, const char *end);

/* What stands before the i-th of n words in a sentence: "", ", " or " and ". */
const char *list_join(size_t i, size_t n);

void *mem_alloc(size_t n_bytes);                /* not cleared */
void *mem_zalloc(size_t n_bytes);               /* cleared */
void *mem_resize(void *old, size_t n_bytes);
char *mem_strdup(const char *text);             /* NULL gives NULL */
char *mem_strndup(const char *text, size_t n);  /* stops at no NUL */
void mem_free(void *memory);                    /* NULL is fine */

/* All threads take from one heap from now on: each of its own would ask for
 * many addresses, of which a process may have few. */
void mem_one_heap(void);

/* What is freed from now on is kept for who asks next, up to n_bytes a thread,
 * and not given back to the system, which would clear it once more. */
void mem_keep(size_t n_bytes);

#endif
