/*
 * One frame at a time in one buffer: lengths come first, so each step knows
 * how many bytes it waits for.
 */
#include "dialect/eventstream.h"

#include <string.h>

#include "base/base64.h"
#include "base/gz.h"

enum {
	CRC_BYTES = 4,
	FRAME_MIN_BYTES = EVENTSTREAM_PRELUDE_BYTES + CRC_BYTES,
	TYPE_STRING = 7,
};

struct slice {
	const char *s;
	size_t n;
};

/* Headers that say what a frame is. */
struct headers {
	struct slice event, exception, error_code, error_message;
};

static uint32_t be32(const char *s)
{
	const unsigned char *b = (const unsigned char *)s;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

static size_t be16(const char *s)
{
	return (size_t)(unsigned char)s[0] << 8 | (unsigned char)s[1];
}

/* Bytes of the frame that a prelude begins; 0 if it is none. */
static size_t frame_bytes(const char *prelude)
{
	uint32_t total = be32(prelude), headers = be32(prelude + 4);

	return total >= FRAME_MIN_BYTES && total <= EVENTSTREAM_MAX_BYTES &&
	       headers <= total - FRAME_MIN_BYTES &&
	       gz_crc32(0, prelude, 8) == be32(prelude + 8) ? total : 0;
}

bool eventstream_begins(const char *s, size_t n, bool *more)
{
	*more = n < EVENTSTREAM_PRELUDE_BYTES && n &&
		(unsigned char)s[0] <= EVENTSTREAM_MAX_BYTES >> 24;
	return n >= EVENTSTREAM_PRELUDE_BYTES && frame_bytes(s);
}

void eventstream_init(struct eventstream *e,
		      const struct eventstream_sink *sink, uint64_t byte)
{
	*e = (struct eventstream){ .sink = *sink, .frame = 1, .byte = byte };
}

void eventstream_release(struct eventstream *e)
{
	buf_release(&e->part);
	buf_release(&e->record);
	json_release(&e->json);
}

size_t eventstream_missing(const struct eventstream *e)
{
	return (e->total ? e->total : EVENTSTREAM_PRELUDE_BYTES) - e->part.len;
}

static void broken(struct eventstream *e, const char *what)
{
	if (e->sink.broken)
		e->sink.broken(e->sink.ctx, e->frame, e->byte - e->part.len,
			       what);
}

/* --- headers ------------------------------------------------------------ */

/* Bytes of a value of this type at s, of which n are there; SIZE_MAX: it does
 * not fit or there is no such type. *string: its text, of a string. */
static size_t value_bytes(unsigned type, const char *s, size_t n,
			  struct slice *string)
{
	static const unsigned char fixed[] = { 0, 0, 1, 2, 4, 8, 0, 0, 8, 16 };
	size_t len;

	*string = (struct slice){ "", 0 };
	if (type >= ARRAY_LEN(fixed))
		return SIZE_MAX;
	if (type != TYPE_STRING - 1 && type != TYPE_STRING)
		return fixed[type] <= n ? fixed[type] : SIZE_MAX;
	if (n < 2)
		return SIZE_MAX;
	len = be16(s);
	if (len > n - 2)
		return SIZE_MAX;
	if (type == TYPE_STRING)
		*string = (struct slice){ s + 2, len };
	return len + 2;
}

static void take_header(struct headers *h, struct slice name,
			struct slice value)
{
	const struct {
		const char *name;
		struct slice *value;
	} known[] = {
		{ ":event-type", &h->event },
		{ ":exception-type", &h->exception },
		{ ":error-code", &h->error_code },
		{ ":error-message", &h->error_message },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strlen(known[i].name) == name.n &&
		    memcmp(known[i].name, name.s, name.n) == 0)
			*known[i].value = value;
}

static bool read_headers(struct headers *h, const char *s, size_t n)
{
	*h = (struct headers){ .event = { "", 0 } };
	while (n) {
		struct slice name = { s + 1, (unsigned char)s[0] }, value;
		size_t len, head = name.n + 2;

		if (head > n)
			return false;
		len = value_bytes((unsigned char)s[head - 1], s + head,
				  n - head, &value);
		if (len == SIZE_MAX)
			return false;
		take_header(h, name, value);
		s += head + len;
		n -= head + len;
	}
	return true;
}

/* --- frames ------------------------------------------------------------- */

static bool is(struct slice p, const char *text)
{
	return p.n == strlen(text) && memcmp(p.s, text, p.n) == 0;
}

/* What the bytes of a chunk are, into the record; false: it has none. */
static bool take_chunk(struct eventstream *e, struct slice payload)
{
	const char *bytes;
	size_t n;

	if (!json_read(&e->json, payload.s, payload.n, false, NULL))
		return false;
	bytes = json_text(json_get(json_root(&e->json), "bytes"), &n);
	return bytes && base64_get(&e->record, bytes, n);
}

static void put_record(struct eventstream *e, const struct headers *h,
		       struct slice payload)
{
	struct slice name = h->event.n ? h->event : h->exception;
	struct buf *out = &e->record;

	buf_clear(out);
	if (is(h->event, "chunk") && take_chunk(e, payload))
		return;
	if (h->error_code.n) {
		buf_puts(out, "{\"error\":{\"code\":");
		json_put_string(out, h->error_code.s, h->error_code.n);
		buf_puts(out, ",\"message\":");
		json_put_string(out, h->error_message.s ? h->error_message.s :
							  "",
				h->error_message.n);
		buf_puts(out, "}}");
		return;
	}
	if (name.n) {
		buf_putc(out, '{');
		json_put_string(out, name.s, name.n);
		buf_putc(out, ':');
	}
	buf_append(out, payload.n ? payload.s : "{}", MAX(payload.n, 2));
	if (name.n)
		buf_putc(out, '}');
}

static void take_frame(struct eventstream *e)
{
	const char *s = e->part.data;
	size_t headers_len = be32(s + 4), end = e->total - CRC_BYTES;
	const char *body = s + EVENTSTREAM_PRELUDE_BYTES + headers_len;
	struct headers headers;

	if (gz_crc32(0, s, end) != be32(s + end)) {
		broken(e, "the checksum of a frame is wrong");
		return;
	}
	if (!read_headers(&headers, s + EVENTSTREAM_PRELUDE_BYTES,
			  headers_len)) {
		broken(e, "the headers of a frame are malformed");
		return;
	}
	put_record(e, &headers,
		   (struct slice){ body, (size_t)(s + end - body) });
	e->sink.event(e->sink.ctx,
		      &(struct sse_event){ .data = e->record.data,
					   .len = e->record.len,
					   .line = e->frame,
					   .byte = e->byte - e->total });
}

/* A prelude that is none: one byte on. Told once. */
static void lose(struct eventstream *e)
{
	if (!e->lost)
		broken(e, "the beginning of a frame was expected");
	e->lost = true;
	e->part.len--;
	memmove(e->part.data, e->part.data + 1, e->part.len);
}

void eventstream_bytes(struct eventstream *e, const char *s, size_t n)
{
	while (n) {
		size_t len = MIN(n, eventstream_missing(e));

		buf_append(&e->part, s, len);
		s += len;
		n -= len;
		e->byte += len;
		if (!e->total) {
			if (e->part.len < EVENTSTREAM_PRELUDE_BYTES)
				continue;
			e->total = frame_bytes(e->part.data);
			if (!e->total)
				lose(e);
		} else if (e->part.len == e->total) {
			take_frame(e);
			buf_clear(&e->part);
			e->total = 0;
			e->lost = false;
			e->frame++;
		}
	}
}

void eventstream_end(struct eventstream *e)
{
	if (e->part.len && !e->lost)
		broken(e, "the last frame is cut");
	buf_clear(&e->part);
	e->total = 0;
}

/* --- writing ------------------------------------------------------------ */

static void put_be32(struct buf *out, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(out, (char)(v >> shift & 0xff));
}

static void put_header(struct buf *out, const char *name, const char *value)
{
	buf_putc(out, (char)strlen(name));
	buf_puts(out, name);
	buf_putc(out, TYPE_STRING);
	buf_putc(out, 0);
	buf_putc(out, (char)strlen(value));
	buf_puts(out, value);
}

void eventstream_put(struct buf *out, const char *type, const char *json,
		     size_t n)
{
	struct buf headers = { 0 };
	size_t from = out->len;

	put_header(&headers, ":event-type", type);
	put_header(&headers, ":content-type", "application/json");
	put_header(&headers, ":message-type", "event");
	put_be32(out, (uint32_t)(FRAME_MIN_BYTES + headers.len + n));
	put_be32(out, (uint32_t)headers.len);
	put_be32(out, gz_crc32(0, out->data + from, 8));
	buf_append(out, headers.data, headers.len);
	buf_append(out, json, n);
	put_be32(out, gz_crc32(0, out->data + from, out->len - from));
	buf_release(&headers);
}

static void wrap_event(void *ctx, const struct sse_event *event)
{
	struct buf payload = { 0 };

	buf_puts(&payload, "{\"bytes\":\"");
	base64_put(&payload, event->data, event->len);
	buf_puts(&payload, "\"}");
	eventstream_put(ctx, "chunk", payload.data, payload.len);
	buf_release(&payload);
}

static void wrap_too_long(void *ctx, uint64_t line, uint64_t byte)
{
	(void)ctx;
	(void)line;
	(void)byte;
}

void eventstream_wrap(struct buf *out, const char *events, size_t n)
{
	struct sse_sink sink = { out, wrap_event, wrap_too_long };
	struct sse sse;

	sse_init(&sse, &sink, EVENTSTREAM_MAX_BYTES / 2, 1, 0);
	sse_bytes(&sse, events, n);
	sse_end(&sse);
	sse_release(&sse);
}
