/*
 * One door for all framings: each is a way to find ends in the bytes, and all
 * of them hand on whole records with their place. A line or value that lies in
 * one piece of input is handed on where it lies; only what goes on in the next
 * is copied.
 */
#include "dialect/frame.h"

#include <string.h>

#include "dialect/feed.h"
#include "dialect/prefix.h"

/* An event of text as a record. */
static void name_event(struct frame *f, const struct sse_event *event,
		       struct piece *piece)
{
	buf_clear(&f->made);
	buf_puts(&f->made, "{\"event\":");
	json_put_string(&f->made, event->name, strlen(event->name));
	buf_puts(&f->made, ",\"data\":");
	json_put_string(&f->made, event->data, event->len);
	buf_putc(&f->made, '}');
	piece->data = f->made.data;
	piece->len = f->made.len;
}

static void on_event(void *ctx, const struct sse_event *event)
{
	struct frame *f = ctx;
	struct piece piece = { .data = event->data,
			       .len = event->len,
			       .line = event->line,
			       .byte = event->byte };

	if (f->framing == FRAMING_NAMED)
		name_event(f, event, &piece);
	f->sink.piece(f->sink.ctx, &piece);
}

static void on_long_event(void *ctx, uint64_t line, uint64_t byte)
{
	struct frame *f = ctx;

	f->sink.too_long(f->sink.ctx, line, byte);
}

static void on_broken(void *ctx, uint64_t line, uint64_t byte, const char *what)
{
	struct frame *f = ctx;

	f->sink.broken(f->sink.ctx, line, byte, what);
}

void frame_init(struct frame *f, enum framing framing,
		const struct frame_sink *sink, uint64_t line, uint64_t byte)
{
	struct sse_sink sse_sink = { f, on_event, on_long_event };
	struct eventstream_sink frames_sink = { f, on_event, on_broken };

	*f = (struct frame){
		.framing = framing,
		.sink = *sink,
		.max_bytes = FEED_RECORD_MAX_BYTES,
		.scan = { .array = framing == FRAMING_ARRAY },
		.line = line,
		.byte = byte,
	};
	sse_init(&f->sse, &sse_sink, f->max_bytes, line, byte);
	f->sse.named = framing == FRAMING_NAMED;
	eventstream_init(&f->frames, &frames_sink, byte);
}

void frame_release(struct frame *f)
{
	buf_release(&f->part);
	buf_release(&f->made);
	sse_release(&f->sse);
	eventstream_release(&f->frames);
}

size_t frame_missing(const struct frame *f)
{
	return f->framing == FRAMING_FRAMES ? eventstream_missing(&f->frames) :
					      0;
}

const char *framing_name(enum framing framing)
{
	static const char *const names[] = {
		[FRAMING_SSE] = "SSE",	     [FRAMING_LINES] = "JSON lines",
		[FRAMING_JSON] = "JSON",     [FRAMING_ARRAY] = "JSON array",
		[FRAMING_TEXT] = "text",     [FRAMING_WHOLE] = "one record",
		[FRAMING_PREFIXED] = "lines of a log",
		[FRAMING_FRAMES] = "event stream",
		[FRAMING_TEXT_LINES] = "lines",
		[FRAMING_NAMED] = "SSE of text",
		[FRAMING_CODED] = "lettered lines",
	};

	return names[framing];
}

const char *framing_reason(enum framing framing)
{
	static const char *const reasons[] = {
		[FRAMING_SSE] = "it has the fields of server-sent events",
		[FRAMING_LINES] = "each of its lines is JSON",
		[FRAMING_PREFIXED] = "its lines have a record behind a time "
				     "or the like",
		[FRAMING_JSON] = "it is JSON, a value after the other",
		[FRAMING_ARRAY] = "it is one JSON array",
		[FRAMING_FRAMES] = "its bytes are frames with right checksums",
		[FRAMING_NAMED] = "events called output have text for data",
		[FRAMING_CODED] = "lines begin with a letter and JSON",
		[FRAMING_TEXT_LINES] = "its lines begin with a time, or with "
				       "who wrote them",
		[FRAMING_TEXT] = "it is no JSON of a dialect, has no events, "
				 "and is no binary and no server's log",
		[FRAMING_WHOLE] = "it is one record",
	};

	return reasons[framing];
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool frame_line(const char **s, size_t *n)
{
	while (*n && is_space((*s)[*n - 1]))
		--*n;
	while (*n && is_space(**s)) {
		++*s;
		--*n;
	}
	if (bytes_begin(*s, *n, "data:")) {
		*s += 5;
		*n -= 5;
		while (*n && is_space(**s)) {
			++*s;
			--*n;
		}
	}
	return *n && **s != ':' && !bytes_begin(*s, *n, "event:") &&
	       !bytes_begin(*s, *n, "id:") && !bytes_begin(*s, *n, "retry:");
}

bool frame_is_done(const char *s, size_t n)
{
	return bytes_begin(s, n, "[DONE]");
}

/* Keeps bytes of a record that goes on in the next call. */
static void keep(struct frame *f, const char *s, size_t n)
{
	if (f->dropping || f->part.len + n > f->max_bytes)
		f->dropping = true;
	else
		buf_append(&f->part, s, n);
}

/* A line that comes alone as one record is still a line: "data: {". */
static bool is_data_line(const struct piece *piece)
{
	const char *s = piece->data;
	size_t n = piece->len;

	while (n && is_space(*s)) {
		s++;
		n--;
	}
	return bytes_begin(s, n, "data:") && frame_line(&s, &n) &&
	       (*s == '{' || *s == '[' || *s == '"');
}

bool frame_is_coded(const char *s, size_t n)
{
	return n > 2 && s[1] == ':' && strchr("\"{[", s[2]) && s[2] &&
	       ((s[0] >= '0' && s[0] <= '9') || (s[0] >= 'a' && s[0] <= 'k'));
}

/* A line with its letter as a record; false: there is nothing in it. */
static bool take_code(struct frame *f, struct piece *piece)
{
	if (!frame_line(&piece->data, &piece->len))
		return false;
	if (!frame_is_coded(piece->data, piece->len))
		return true;
	buf_clear(&f->made);
	buf_printf(&f->made, "{\"%c\":", piece->data[0]);
	buf_append(&f->made, piece->data + 2, piece->len - 2);
	buf_putc(&f->made, '}');
	piece->data = f->made.data;
	piece->len = f->made.len;
	return true;
}

/* Of a line, what it carries; false: nothing. */
static bool strip(struct frame *f, struct piece *piece)
{
	const char *from = piece->data;
	struct prefix prefix;
	bool line = f->framing == FRAMING_LINES ||
		    (f->framing == FRAMING_WHOLE && is_data_line(piece));
	bool carries = !line || frame_line(&piece->data, &piece->len);

	if (f->framing == FRAMING_CODED)
		return take_code(f, piece);
	if (f->framing == FRAMING_PREFIXED) {
		prefix = prefix_strip(&piece->data, &piece->len);
		carries = prefix.carries;
		piece->has_time = prefix.has_time;
		piece->time_s = prefix.time_s;
	}
	piece->byte += (uint64_t)(piece->data - from);
	return carries;
}

/* The open record ends with s[0..n). */
static void finish(struct frame *f, const char *s, size_t n)
{
	struct piece piece = { .data = s,
			       .len = n,
			       .line = f->start_line,
			       .byte = f->start_byte };

	if (f->dropping || f->part.len || n > f->max_bytes)
		keep(f, s, n);
	if (f->dropping) {
		f->sink.too_long(f->sink.ctx, f->start_line, f->start_byte);
	} else {
		if (f->part.len) {
			piece.data = f->part.data;
			piece.len = f->part.len;
		}
		if (strip(f, &piece))
			f->sink.piece(f->sink.ctx, &piece);
	}
	if (f->part.cap > FEED_PROBE_BYTES * 16)
		buf_release(&f->part);
	buf_clear(&f->part);
	f->open = f->dropping = false;
}

static void open_at(struct frame *f, uint64_t byte)
{
	f->open = true;
	f->start_line = f->line;
	f->start_byte = byte;
}

static void lines_bytes(struct frame *f, const char *s, size_t n)
{
	size_t at = 0;

	while (at < n) {
		const char *lf = memchr(s + at, '\n', n - at);
		size_t end = lf ? (size_t)(lf - s) : n;

		if (!f->open)
			open_at(f, f->byte + at);
		if (!lf) {
			keep(f, s + at, end - at);
			break;
		}
		finish(f, s + at, end - at);
		f->line++;
		at = end + 1;
	}
	f->byte += n;
}

bool frame_is_junk(enum framing framing, char first)
{
	return framing == FRAMING_JSON && first != '{' && first != '[' &&
	       first != '"';
}

static void values_bytes(struct frame *f, const char *s, size_t n)
{
	size_t at = 0, start = 0, counted = 0;
	enum scan_event event;

	while ((event = scan_next(&f->scan, s, n, &at)) != SCAN_MORE) {
		if (event == SCAN_BEGIN) {
			f->line += scan_count(s + counted, at - counted, '\n');
			counted = start = at;
			open_at(f, f->byte + at);
			if (frame_is_junk(f->framing, s[at])) {
				f->open = !f->junk;
				f->junk = true;
			} else {
				f->junk = false;
			}
		} else if (event == SCAN_END && f->open) {
			finish(f, s + start, at - start);
		}
	}
	if (f->open)
		keep(f, s + start, n - start);
	f->line += scan_count(s + counted, n - counted, '\n');
	f->byte += n;
}

static void text_bytes(struct frame *f, const char *s, size_t n)
{
	struct piece piece = { .data = s,
			       .len = n,
			       .line = f->line,
			       .byte = f->byte };

	f->sink.piece(f->sink.ctx, &piece);
	f->byte += n;
}

void frame_bytes(struct frame *f, const char *s, size_t n)
{
	if (!n)
		return;
	switch (f->framing) {
	case FRAMING_SSE:
	case FRAMING_NAMED:
		sse_bytes(&f->sse, s, n);
		break;
	case FRAMING_FRAMES:
		eventstream_bytes(&f->frames, s, n);
		break;
	case FRAMING_LINES:
	case FRAMING_CODED:
	case FRAMING_PREFIXED:
	case FRAMING_TEXT_LINES:
		lines_bytes(f, s, n);
		break;
	case FRAMING_JSON:
	case FRAMING_ARRAY:
		values_bytes(f, s, n);
		break;
	case FRAMING_TEXT:
		text_bytes(f, s, n);
		break;
	case FRAMING_WHOLE:
		if (!f->open)
			open_at(f, f->byte);
		keep(f, s, n);
		f->byte += n;
		break;
	}
}

void frame_end(struct frame *f)
{
	if (f->framing == FRAMING_SSE || f->framing == FRAMING_NAMED)
		sse_end(&f->sse);
	else if (f->framing == FRAMING_FRAMES)
		eventstream_end(&f->frames);
	else if (f->open)
		finish(f, "", 0);
}
