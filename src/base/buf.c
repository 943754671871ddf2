/*
 * Growth by half again; what is too large to count is want of memory, too.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BUF_FIRST_BYTES = 64, GROW_FIRST_ELEMENTS = 16 };

char *mem_strndup(const char *text, size_t n)
{
	char *copy = mem_alloc(n + 1);

	if (n)
		memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

char *mem_strdup(const char *text)
{
	return text ? mem_strndup(text, strlen(text)) : NULL;
}

const char *list_join(size_t i, size_t n)
{
	return !i ? "" : i + 1 < n ? ", " : " and ";
}

void *grow(void *array, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap + *cap / 2;

	if (need <= *cap)
		return array;
	if (want < need)
		want = need;
	if (want < GROW_FIRST_ELEMENTS)
		want = GROW_FIRST_ELEMENTS;
	if (want > SIZE_MAX / size)
		die("out of memory: %zu elements of %zu bytes", want, size);
	*cap = want;
	return mem_resize(array, want * size);
}

void buf_release(struct buf *buf)
{
	mem_free(buf->data);
	*buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
}

char *buf_reserve(struct buf *buf, size_t more)
{
	if (more > SIZE_MAX - buf->len)
		die("out of memory: %zu bytes more were needed", more);
	if (buf->len + more > buf->cap) {
		size_t need = MAX(buf->len + more, (size_t)BUF_FIRST_BYTES);

		buf->data = grow(buf->data, &buf->cap, need, 1);
	}
	return buf->data + buf->len;
}

void buf_append(struct buf *buf, const void *bytes, size_t n)
{
	if (!n)
		return;
	memcpy(buf_reserve(buf, n), bytes, n);
	buf->len += n;
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	char *at = buf_reserve(buf, 1);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(at, buf->cap - buf->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= buf->cap - buf->len) {
		buf_reserve(buf, (size_t)n + 1);
		va_start(ap, fmt);
		vsnprintf(buf->data + buf->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	buf->len += (size_t)n;
}

void buf_drop(struct buf *buf, size_t n)
{
	if (n < buf->len)
		memmove(buf->data, buf->data + n, buf->len - n);
	buf->len -= n;
}

const char *buf_cstr(struct buf *buf)
{
	*buf_reserve(buf, 1) = '\0';
	return buf->data;
}

bool bytes_begin(const char *s, size_t n, const char *begin)
{
	size_t len = strlen(begin);

	return n >= len && memcmp(s, begin, len) == 0;
}

bool bytes_end(const char *s, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && memcmp(s + n - len, end, len) == 0;
}

const char *bytes_find(const char *s, size_t n, const char *needle, size_t m)
{
	const char *at = s;

	while (m && n >= m) {
		size_t room = n - (size_t)(at - s);

		if (room < m || !(at = memchr(at, needle[0], room - m + 1)))
			return NULL;
		if (memcmp(at, needle, m) == 0)
			return at;
		at++;
	}
	return NULL;
}

void buf_pad(struct buf *buf, size_t from, size_t n)
{
	do {
		buf_putc(buf, ' ');
	} while (buf->len - from < n);
}
