/*
 * Replicate's stream of a prediction: events whose data is text, which the
 * framing makes records of (frame.h):
 *
 *	{"event":"output","data":" the"}
 *	{"event":"error","data":"{\"detail\":\"...\"}"}
 *	{"event":"done","data":"{\"reason\":\"canceled\"}"}   {}: it is well
 */
#include <string.h>

#include "dialect/format.h"

static bool detect_replicate(struct json_value v)
{
	return json_count(v) == 2 &&
	       json_text_is(json_get(v, "event"), "output") &&
	       json_is(json_get(v, "data"), JSON_STRING);
}

/* The JSON in the data, or none. */
static struct json_value inner(struct format_ctx *cx, struct json_value data)
{
	size_t n;
	const char *s = json_text(data, &n);

	return s && json_read(&cx->inner, s, n, false, NULL) ?
		       json_root(&cx->inner) : (struct json_value){ 0 };
}

static void take_end(struct format_ctx *cx, struct json_value data)
{
	struct gen *gen = gens_newest(cx->gens);
	struct facts *facts;

	if (!gen)
		return;
	facts = gen_facts(gen);
	fact_json(&facts->finish_reason, json_get(inner(cx, data), "reason"));
	facts->aborted |= facts->finish_reason &&
			  !strcmp(facts->finish_reason, "error");
	gens_close(cx->gens, gen);
}

static bool record_replicate(struct format_ctx *cx, struct json_value v,
			     struct err *why)
{
	struct json_value event = json_get(v, "event");
	struct json_value data = json_get(v, "data");

	if (json_text_is(event, "output")) {
		chunk_clear(&cx->gens->chunk);
		chunk_add_json(&cx->gens->chunk, CHANNEL_ANSWER, data);
		gen_emit(cx->gens, gens_current(cx->gens), cx->time_s);
	} else if (json_text_is(event, "done")) {
		take_end(cx, data);
	} else if (json_text_is(event, "error")) {
		struct json_value detail = json_get(inner(cx, data), "detail");

		return format_error(cx, detail.doc ? detail : data, why);
	} else if (!json_is(event, JSON_STRING)) {
		return err_set(why, "it has no \"event\"");
	}
	return true;
}

static void finish_replicate(const struct format_ending *e, struct buf *out)
{
	buf_puts(out, "event: done\ndata: {");
	if (*e->reason) {
		buf_puts(out, "\"reason\":");
		json_put_string(out, e->reason, strlen(e->reason));
	}
	buf_puts(out, "}\n\n");
}

const struct format format_replicate = {
	.name = "replicate",
	.title = "Replicate stream",
	.shape = FEED_STREAM,
	.detect = detect_replicate,
	.record = record_replicate,
	.finish = finish_replicate,
	.words = { "", "", "canceled" },
};
