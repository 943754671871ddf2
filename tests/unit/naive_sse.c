#include "naive_sse.h"

#include <string.h>

#include "dialect/sse.h"
#include "json/json.h"

static void put_event(struct buf *out, uint64_t line, uint64_t byte,
		      const char *data, size_t n)
{
	buf_printf(out, "%llu %llu ", (unsigned long long)line,
		   (unsigned long long)byte);
	json_put_string(out, n ? data : "", n);
	buf_putc(out, '\n');
}

static void put_too_long(struct buf *out, uint64_t line, uint64_t byte)
{
	buf_printf(out, "%llu %llu too long\n", (unsigned long long)line,
		   (unsigned long long)byte);
}

struct event {
	struct buf data;
	bool begun;    /* a data line, or a line too long */
	bool has_data;
	bool too_long;
	uint64_t line, byte;
};

static void dispatch(struct event *e, struct buf *out)
{
	if (e->too_long)
		put_too_long(out, e->line, e->byte);
	else if (e->has_data)
		put_event(out, e->line, e->byte, e->data.data, e->data.len);
	buf_release(&e->data);
	*e = (struct event){ 0 };
}

static void begin(struct event *e, uint64_t line, uint64_t byte)
{
	if (e->begun)
		return;
	e->begun = true;
	e->line = line;
	e->byte = byte;
}

/* The value of a "data" line, or NULL. */
static const char *value(const char *s, size_t *n)
{
	if (*n < 4 || memcmp(s, "data", 4) != 0)
		return NULL;
	if (*n == 4) {
		*n = 0;
		return s;
	}
	if (s[4] != ':')
		return NULL;
	s += 5;
	*n -= 5;
	if (*n && *s == ' ') {
		s++;
		--*n;
	}
	return s;
}

static void take(struct event *e, const char *s, size_t n, size_t max_bytes)
{
	s = value(s, &n);
	if (!s || e->too_long)
		return;
	if (e->data.len + n + 1 > max_bytes) {
		e->too_long = true;
		return;
	}
	if (e->has_data)
		buf_putc(&e->data, '\n');
	buf_append(&e->data, s, n);
	e->has_data = true;
}

void naive_sse(const char *s, size_t n, size_t max_bytes, struct buf *out)
{
	struct event e = { 0 };
	uint64_t line = 1;

	for (size_t at = 0; at < n; line++) {
		size_t end = at, len;

		while (end < n && s[end] != '\n' && s[end] != '\r')
			end++;
		len = end - at;
		if (len == 0) {
			dispatch(&e, out);
		} else if (len > max_bytes) {
			begin(&e, line, at);
			e.too_long = true;
		} else {
			size_t rest = len;
			const char *data = value(s + at, &rest);

			if (data)
				begin(&e, line, end - rest);
			take(&e, s + at, len, max_bytes);
		}
		at = end + 1;
		if (end + 1 < n && s[end] == '\r' && s[end + 1] == '\n')
			at++;
	}
	dispatch(&e, out);
}

static void on_event(void *ctx, const struct sse_event *event)
{
	put_event(ctx, event->line, event->byte, event->data, event->len);
}

static void on_too_long(void *ctx, uint64_t line, uint64_t byte)
{
	put_too_long(ctx, line, byte);
}

void pieces_sse(const char *s, size_t n, size_t max_bytes,
		size_t (*next)(void *ctx), void *ctx, struct buf *out)
{
	struct sse_sink sink = { out, on_event, on_too_long };
	struct sse sse;

	sse_init(&sse, &sink, max_bytes, 1, 0);
	for (size_t at = 0; at < n;) {
		size_t piece = next(ctx), len = MIN(piece, n - at);
		char *exact = mem_alloc(len);

		memcpy(exact, s + at, len);
		sse_bytes(&sse, exact, len);
		mem_free(exact);
		at += len;
	}
	sse_end(&sse);
	sse_release(&sse);
}
