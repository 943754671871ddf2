/*
 * Triton's generate_stream, with TensorRT-LLM or vLLM behind it:
 *
 *	{"model_name":"m","model_version":"1","text_output":" the"}
 *
 * A record is what is new, or with some settings all that came so far. That
 * shows at the second one, as with SGLang: it begins with all of the first.
 * A stream has no end but that of its connection; a single record is the
 * whole answer of generate.
 */
#include <string.h>

#include "dialect/format.h"

struct triton {
	struct buf all; /* that came */
	bool whole;     /* records hold all that came so far */
	size_t n_records;
};

static bool detect_triton(struct json_value v)
{
	return json_is(json_get(v, "text_output"), JSON_STRING);
}

/* What of the record's text is new. */
static void add_news(struct triton *t, struct chunk *c, const char *s, size_t n)
{
	bool begins = t->all.len && n >= t->all.len &&
		      memcmp(s, t->all.data, t->all.len) == 0;
	size_t from;

	if (t->n_records == 1)
		t->whole = begins && n > t->all.len;
	t->whole &= begins || !t->n_records;
	t->n_records += n > 0;
	from = t->whole ? t->all.len : 0;
	chunk_add(c, CHANNEL_ANSWER, s + from, n - from);
	buf_append(&t->all, s + from, n - from);
}

static bool record_triton(struct format_ctx *cx, struct json_value v,
			  struct err *why)
{
	struct json_value error = json_get(v, "error");
	struct triton *t = cx->state;
	struct gen *gen;
	const char *s;
	size_t n;

	if (error.doc)
		return format_error(cx, error, why);
	s = json_text(json_get(v, "text_output"), &n);
	if (!s)
		return err_set(why, "it has no \"text_output\"");
	gen = gens_current(cx->gens);
	chunk_clear(&cx->gens->chunk);
	add_news(t, &cx->gens->chunk, s, n);
	gen_emit(cx->gens, gen, cx->time_s);
	fact_json(&gen_facts(gen)->model, json_get(v, "model_name"));
	fact_json(&gen_facts(gen)->finish_reason, json_get(v, "finish_reason"));
	return true;
}

static void release_triton(void *state)
{
	struct triton *t = state;

	buf_release(&t->all);
}

static const struct format_ask asks_triton[] = {
	{ .end = "/generate_stream", .inside = "/v2/models/",
	  .body = "'text_input':$,'max_tokens':4096,'stream':true" },
	{ 0 },
};

const struct format format_triton = {
	.name = "triton",
	.title = "Triton generate_stream",
	.shape = FEED_STREAM,
	.state_bytes = sizeof(struct triton),
	.detect = detect_triton,
	.record = record_triton,
	.release = release_triton,
	.asks = asks_triton,
};
