/*
 * A byte at a time while it is HTTP's own lines, in runs while it is data. A
 * line that may be a size is held back until its end has told.
 */
#include "base/chunked.h"

#include <string.h>

enum {
	LINE_KEPT = 128,    /* of a line of the head */
	SIZE_MAX_BYTES = 64 /* a size with its extension, and CRLF */
};

enum chunked_place {
	PLACE_HEAD,    /* lines up to an empty one */
	PLACE_BODY,    /* its first line: is it a size? */
	PLACE_PLAIN,   /* a body without chunks */
	PLACE_SIZE,
	PLACE_DATA,
	PLACE_AFTER,   /* the line end behind the data */
	PLACE_TRAILER, /* lines up to an empty one */
	PLACE_BETWEEN, /* another answer may follow */
};

struct chunked {
	enum chunked_place place;
	bool coded;      /* the head says chunked */
	bool again;      /* a head behind the first: it is dropped */
	char line[LINE_KEPT];
	size_t line_len; /* may be more than is kept */
	uint64_t left;   /* of the open chunk */
	uint64_t at;     /* bytes taken */
	struct buf held; /* to go out before anything else */
	size_t held_at;
};

struct chunked *chunked_new(void)
{
	return mem_zalloc(sizeof(struct chunked));
}

void chunked_free(struct chunked *d)
{
	if (!d)
		return;
	buf_release(&d->held);
	mem_free(d);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Does the open line hold the word, in whatever case? */
static bool holds(const struct chunked *d, const char *word)
{
	size_t len = strlen(word), n = MIN(d->line_len, (size_t)LINE_KEPT);

	for (size_t at = 0; at + len <= n; at++) {
		size_t i = 0;

		while (i < len && lower(d->line[at + i]) == word[i])
			i++;
		if (i == len)
			return true;
	}
	return false;
}

static bool is_empty(const struct chunked *d)
{
	return d->line_len == 0 || (d->line_len == 1 && d->line[0] == '\r');
}

/* "1f4;name=value": the size of a chunk. false: it is none. */
static bool read_size(struct chunked *d)
{
	size_t n = MIN(d->line_len, (size_t)LINE_KEPT), i = 0;

	d->left = 0;
	for (; i < n; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = strchr(digits, lower(d->line[i]));

		if (!digit || !*digit)
			break;
		if (d->left >> 56)
			return false;
		d->left = d->left * 16 + (uint64_t)(digit - digits);
	}
	return i && d->line_len <= SIZE_MAX_BYTES &&
	       (i == n || d->line[i] == '\r' || d->line[i] == ';' ||
		d->line[i] == ' ');
}

static void end_head_line(struct chunked *d)
{
	if (holds(d, "transfer-encoding:") && holds(d, "chunked"))
		d->coded = true;
	if (is_empty(d))
		d->place = PLACE_BODY;
}

/* The first line of a body; one that goes on as it is was held back. */
static void end_body_line(struct chunked *d)
{
	if (memcmp(d->line, "HTTP/", MIN(d->line_len, 5u)) == 0 &&
	    d->line_len >= 5) {
		d->place = PLACE_HEAD; /* "100 Continue", or a redirect */
		d->coded = false;
		if (d->again)
			d->held.len -= d->line_len + 1;
	} else if (d->coded && read_size(d)) {
		d->held.len -= d->line_len + 1;
		d->place = d->left ? PLACE_DATA : PLACE_TRAILER;
	} else {
		d->place = PLACE_PLAIN;
	}
}

static bool end_line(struct chunked *d, struct err *err)
{
	switch (d->place) {
	case PLACE_HEAD:
		end_head_line(d);
		break;
	case PLACE_BODY:
		end_body_line(d);
		break;
	case PLACE_SIZE:
		if (!read_size(d))
			return err_set(err, "the size of an HTTP chunk before "
					    "byte %llu is no number",
				       (unsigned long long)d->at);
		d->place = d->left ? PLACE_DATA : PLACE_TRAILER;
		break;
	case PLACE_AFTER:
		d->place = PLACE_SIZE;
		break;
	case PLACE_TRAILER:
		if (is_empty(d))
			d->place = PLACE_BETWEEN;
		break;
	case PLACE_BETWEEN: /* the first line of another head */
		if (!is_empty(d)) {
			d->place = PLACE_HEAD;
			d->again = true;
		}
		break;
	default:
		break;
	}
	d->line_len = 0;
	return true;
}

/* One byte of a line of HTTP's own. */
static bool take_byte(struct chunked *d, char c, struct err *err)
{
	bool goes_out = d->place == PLACE_BODY ||
			(d->place == PLACE_HEAD && !d->again);

	d->at++;
	if (goes_out)
		buf_append(&d->held, &c, 1);
	if (c == '\n')
		return end_line(d, err);
	if (d->line_len < LINE_KEPT)
		d->line[d->line_len] = c;
	d->line_len++;
	/* no size is so long, and a body may have no lines at all */
	if (d->place == PLACE_BODY && d->line_len > SIZE_MAX_BYTES)
		d->place = PLACE_PLAIN;
	return true;
}

static size_t put_held(struct chunked *d, struct buf *out, size_t max_out)
{
	size_t n = MIN(d->held.len - d->held_at, max_out);

	if (!n || d->place == PLACE_BODY)
		return 0; /* it may be a size */
	buf_append(out, d->held.data + d->held_at, n);
	d->held_at += n;
	if (d->held_at == d->held.len) {
		buf_clear(&d->held);
		d->held_at = 0;
	}
	return n;
}

static size_t put_data(struct chunked *d, const char *s, size_t n,
		       struct buf *out)
{
	if (d->place == PLACE_DATA && n >= d->left) {
		n = (size_t)d->left;
		d->place = PLACE_AFTER;
	}
	d->left -= MIN(d->left, (uint64_t)n);
	buf_append(out, s, n);
	d->at += n;
	return n;
}

bool chunked_push(struct chunked *d, const void *in, size_t n, size_t *used,
		  struct buf *out, size_t max_out, struct err *err)
{
	const char *s = in;

	*used = 0;
	while (max_out) {
		size_t put = put_held(d, out, max_out);

		max_out -= put;
		if (!max_out || *used == n)
			break;
		if (d->place == PLACE_DATA || d->place == PLACE_PLAIN) {
			put = put_data(d, s + *used, MIN(n - *used, max_out),
				       out);
			*used += put;
			max_out -= put;
		} else if (!take_byte(d, s[(*used)++], err)) {
			return false;
		}
	}
	return true;
}

bool chunked_pending(const struct chunked *d)
{
	return d->place != PLACE_BODY && d->held_at < d->held.len;
}

void chunked_rest(struct chunked *d, struct buf *out)
{
	if (d->place == PLACE_BODY)
		d->place = PLACE_PLAIN;
	put_held(d, out, d->held.len);
}
