/*
 * Cassettes of VCR, vcrpy and go-vcr in YAML, which they write unless they are
 * told otherwise: the same as in JSON (format_har.c), once all of it is there.
 *
 *	interactions:
 *	- request: {...}
 *	  response:
 *	    body:
 *	      string: !!binary |
 *	        H4sIAAAA...
 */
#include "dialect/format.h"
#include "json/yaml.h"

enum { CASSETTE_MAX_BYTES = 64 * 1024 * 1024 };

struct cassette {
	struct buf text;
	bool over; /* it is longer than is kept */
};

static void bytes_vcr(struct format_ctx *cx, const char *s, size_t n)
{
	struct cassette *tape = cx->state;

	tape->over |= n > CASSETTE_MAX_BYTES - tape->text.len;
	if (!tape->over)
		buf_append(&tape->text, s, n);
}

static bool play(struct format_ctx *cx, struct cassette *tape, struct err *why)
{
	struct buf text = { 0 };
	struct json json = { 0 };
	bool fine;

	if (tape->over)
		return err_set(why, "it is a cassette of over %d MB",
			       CASSETTE_MAX_BYTES >> 20);
	fine = yaml_json(tape->text.data, tape->text.len, &text, why);
	if (fine && !json_read(&json, text.data, text.len, false, NULL))
		fine = err_set(why, "its values can't be read");
	fine = fine && format_har.record(cx, json_root(&json), why);
	json_release(&json);
	buf_release(&text);
	return fine;
}

static void end_vcr(struct format_ctx *cx)
{
	play(cx, cx->state, &cx->trouble);
}

static void release_vcr(void *state)
{
	buf_release(&((struct cassette *)state)->text);
}

const struct format format_vcr = {
	.name = "vcr",
	.title = "VCR cassette",
	.shape = FEED_STREAM,
	.reason = "it begins like a cassette in YAML",
	.state_bytes = sizeof(struct cassette),
	.bytes = bytes_vcr,
	.end = end_vcr,
	.release = release_vcr,
};
