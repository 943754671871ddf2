/*
 * Lines first, then fields, then events, as the HTML standard describes it;
 * what lies whole in the input is not copied before it is part of an event.
 */
#include "dialect/sse.h"

#include <string.h>

void sse_init(struct sse *sse, const struct sse_sink *sink, size_t max_bytes,
	      uint64_t line, uint64_t byte)
{
	*sse = (struct sse){ .sink = *sink,
			     .max_bytes = max_bytes,
			     .line = line,
			     .byte = byte,
			     .line_byte = byte };
}

void sse_release(struct sse *sse)
{
	buf_release(&sse->part);
	buf_release(&sse->data);
	buf_release(&sse->name);
}

static void dispatch(struct sse *sse)
{
	struct sse_event event = {
		.data = sse->data.data,
		.len = sse->data.len,
		.line = sse->event_line,
		.byte = sse->event_byte,
		.name = sse->name.len ? buf_cstr(&sse->name) : "",
	};

	if (sse->dropping)
		sse->sink.too_long(sse->sink.ctx, event.line, event.byte);
	else if (sse->has_data)
		sse->sink.event(sse->sink.ctx, &event);
	buf_clear(&sse->data);
	buf_clear(&sse->name);
	sse->has_data = sse->dropping = false;
}

/* The value of a data line; `head` bytes of the line stand before it. */
static void add_data(struct sse *sse, const char *s, size_t n, size_t head)
{
	if (n && s[0] == ' ') {
		s++;
		n--;
		head++;
	}
	if (!sse->has_data && !sse->dropping) {
		sse->event_line = sse->line;
		sse->event_byte = sse->line_byte + head;
	}
	if (sse->data.len + n + 1 > sse->max_bytes)
		sse->dropping = true;
	if (sse->dropping)
		return;
	if (sse->has_data)
		buf_putc(&sse->data, '\n');
	buf_append(&sse->data, s, n);
	sse->has_data = true;
}

/* The name in s[0..n), the value of an `event` line. */
static void set_name(struct sse *sse, const char *s, size_t n)
{
	buf_clear(&sse->name);
	if (n && s[0] == ' ')
		buf_append(&sse->name, s + 1, n - 1);
	else
		buf_append(&sse->name, s, n);
}

/* One whole line without its end. */
static void take_line(struct sse *sse, const char *s, size_t n)
{
	static const char field[] = "data";
	size_t len = sizeof(field) - 1;

	if (n == 0)
		dispatch(sse);
	else if (n >= len && memcmp(s, field, len) == 0 &&
		 (n == len || s[len] == ':'))
		add_data(sse, s + MIN(len + 1, n), n - MIN(len + 1, n),
			 MIN(len + 1, n));
	else if (sse->named && n > 6 && memcmp(s, "event:", 6) == 0)
		set_name(sse, s + 6, n - 6);
}

/*
 * First CR or LF from s on, or end. *lf is the next LF, looked for again
 * only when it lies behind: a file of CRs alone must not be searched for LF
 * at every line.
 */
static const char *line_end(const char *s, const char *end, const char **lf)
{
	const char *cr;

	if (!*lf || *lf < s) {
		*lf = memchr(s, '\n', (size_t)(end - s));
		if (!*lf)
			*lf = end;
	}
	cr = memchr(s, '\r', (size_t)(*lf - s));
	return cr ? cr : *lf;
}

/* A piece of a line that goes on: kept up to the limit. */
static void keep(struct sse *sse, const char *s, size_t n)
{
	if (!sse->long_line && sse->part.len + n <= sse->max_bytes) {
		buf_append(&sse->part, s, n);
		return;
	}
	sse->long_line = true;
	if (!sse->has_data && !sse->dropping) {
		sse->event_line = sse->line;
		sse->event_byte = sse->line_byte;
	}
	sse->dropping = true;
}

static void whole_line(struct sse *sse, const char *s, size_t n)
{
	if (sse->long_line || sse->part.len || n > sse->max_bytes)
		keep(sse, s, n);
	if (sse->part.len && !sse->long_line)
		take_line(sse, sse->part.data, sse->part.len);
	else if (!sse->long_line)
		take_line(sse, s, n);
	buf_clear(&sse->part);
	sse->long_line = false;
	sse->line++;
}

void sse_bytes(struct sse *sse, const char *s, size_t n)
{
	const char *end = s + n, *lf = NULL;

	while (s < end) {
		const char *stop;

		if (sse->skip_lf && *s == '\n') {
			s++;
			sse->line_byte = ++sse->byte;
		}
		sse->skip_lf = false;
		stop = line_end(s, end, &lf);
		sse->byte += (uint64_t)(stop - s);
		if (stop == end) {
			keep(sse, s, (size_t)(end - s));
			return;
		}
		whole_line(sse, s, (size_t)(stop - s));
		sse->skip_lf = *stop == '\r';
		sse->line_byte = ++sse->byte;
		s = stop + 1;
	}
}

void sse_end(struct sse *sse)
{
	if (sse->part.len || sse->long_line)
		whole_line(sse, "", 0);
	dispatch(sse);
}
