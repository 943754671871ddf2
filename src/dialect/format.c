/*
 * The rows together: which dialect has a name, claims a record, is asked at a
 * path; and the few things that more than one of them does.
 */
#include "dialect/format.h"

#include <math.h>
#include <string.h>

#include "base/stamp.h"

#define FORMAT_ROW(name) &format_##name,
const struct format *const formats[] = { FORMATS(FORMAT_ROW) NULL };

const struct format *format_find(const char *name)
{
	for (size_t i = 0; formats[i]; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}

const struct format *format_of(struct json_value record)
{
	for (size_t i = 0; formats[i]; i++)
		if (formats[i]->detect && formats[i]->detect(record))
			return formats[i];
	return NULL;
}

static bool holds(const char *s, size_t n, const char *word)
{
	size_t len = word ? strlen(word) : 0, at = 0;

	while (len && at + len <= n && memcmp(s + at, word, len) != 0)
		at++;
	return at + len <= n;
}

const struct format_ask *format_ask_at(const char *path, size_t n)
{
	const struct format_ask *found = NULL;
	size_t found_len = 0;

	for (size_t i = 0; formats[i]; i++) {
		const struct format_ask *ask = formats[i]->asks;

		for (; ask && ask->end; ask++) {
			size_t len = strlen(ask->end);
			size_t sure = len + (ask->inside != NULL);

			if (sure <= found_len || len > n ||
			    memcmp(path + n - len, ask->end, len) != 0 ||
			    !holds(path, n, ask->inside))
				continue;
			found = ask;
			found_len = sure;
		}
	}
	return found;
}

void format_ends(const struct format *f, const char *between, struct buf *out)
{
	const struct format_ask *ask = f->asks;

	for (; ask && ask->end; ask++)
		buf_printf(out, "%s%s", ask == f->asks ? "" : between,
			   ask->end);
}

/* --- ends --------------------------------------------------------------- */

const char *format_word_of(const struct format *f, const char *reason)
{
	static const char *const common[FORMAT_WORDS] = { "stop", "length",
							  "content_filter" };
	static const char *const names[FORMAT_WORDS] = { "stop", "length",
							 "own" };
	const char *const *words = f && f->words[0] ? f->words : common;

	for (size_t i = 0; i < FORMAT_WORDS; i++)
		if (strcmp(reason, names[i]) == 0)
			return words[i];
	return reason;
}

/* A comment before the first event. */
static void put_note(const struct buf *end, const char *note, struct buf *out)
{
	if (note && end->len > 6 && (memcmp(end->data, "data: ", 6) == 0 ||
				     memcmp(end->data, "event:", 6) == 0))
		buf_printf(out, ": x-lilscope: %s\n\n", note);
}

void format_finish(const struct format *f, const struct buf *record,
		   const struct buf *request, const struct format_ending *e,
		   struct buf *out)
{
	struct json last = { 0 }, asked = { 0 };
	struct format_ending full = *e;
	struct buf end = { 0 };

	full.reason = format_word_of(f, e->reason);
	if (request && request->len &&
	    json_read(&asked, request->data, request->len, false, NULL))
		full.request = json_root(&asked);
	if (f && f->finish && record &&
	    json_read(&last, record->data, record->len, false, NULL)) {
		full.record = json_root(&last);
		f->finish(&full, &end);
	}
	put_note(&end, e->note, out);
	buf_append(out, end.data, end.len);
	buf_release(&end);
	json_release(&last);
	json_release(&asked);
}

/* Ids are one prompt, and so are ids among texts. */
static uint32_t n_prompts(struct json_value prompt)
{
	struct json_value v;

	if (!json_is(prompt, JSON_ARRAY))
		return 1;
	for (v = json_first(prompt); v.doc; v = json_next(v))
		if (json_is(v, JSON_NUMBER))
			return 1;
	return MAX((uint32_t)json_count(prompt), 1);
}

uint32_t format_n_prompts(const struct format *f, const struct buf *request)
{
	struct json asked = { 0 };
	uint32_t n = 1;

	if (!f || !request || !request->len ||
	    !json_read(&asked, request->data, request->len, false, NULL))
		return n;
	for (size_t i = 0; i < ARRAY_LEN(f->prompts); i++)
		if (f->prompts[i])
			n = MAX(n, n_prompts(json_get(json_root(&asked),
						      f->prompts[i])));
	json_release(&asked);
	return n;
}

void format_usage(struct facts *facts, struct json_value usage)
{
	fact_u32(&facts->prompt_tokens, json_get(usage, "input_tokens"));
	fact_u32(&facts->usage_tokens, json_get(usage, "output_tokens"));
}

bool format_error(struct format_ctx *cx, struct json_value error,
		  struct err *why)
{
	struct json_value message = json_get(error, "message");
	struct gen *gen = gens_newest(cx->gens);
	char *text = NULL;

	fact_json(&text, message.doc ? message : error);
	if (!gen) {
		err_set(why, "the server answered with an error: %.300s",
			text ? text : "(no message)");
		mem_free(text);
		return false;
	}
	gen_facts(gen)->aborted = true;
	gen->finished = true;
	facts_set(&gen_facts(gen)->note, text);
	if (!gen_facts(gen)->finish_reason)
		facts_set(&gen_facts(gen)->finish_reason, "error");
	mem_free(text);
	return true;
}

double format_clock(struct format_ctx *cx, struct json_value text)
{
	size_t len;
	const char *stamp = json_text(text, &len);
	double time_s = stamp ? stamp_rfc3339(stamp, len) : NAN;

	if (isnan(time_s))
		return cx->time_s;
	cx->gens->seen.clock = true;
	return time_s;
}

double format_timings(struct format_ctx *cx, struct gen *gen,
		      struct json_value record)
{
	double ms = json_number(json_get(json_get(record, "timings"),
					 "predicted_ms"), NAN);

	if (gen->mode == CHUNK_UNSET)
		gen->own_clock = !isnan(ms);
	cx->gens->seen.clock |= gen->own_clock;
	return gen->own_clock ? ms * 1e-3 : cx->time_s;
}

struct tree *format_answer(const struct format_ending *e)
{
	return e->answer ? tree_copy(e->answer) : tree_new(JSON_OBJECT);
}

void format_copy(struct buf *out, struct json_value object, const char *name)
{
	struct json_value v = json_get(object, name);
	size_t len;
	const char *s = json_spelled(v, &len);

	if (!json_is(v, JSON_STRING) && !json_is(v, JSON_NUMBER))
		return;
	buf_printf(out, "\"%s\":", name);
	buf_append(out, s, len);
	buf_putc(out, ',');
}
