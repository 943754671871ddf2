/*
 * Ollama's /api/generate and /api/chat, one JSON object a line:
 *
 *	{"model":"m","created_at":"2026-01-31T09:00:00.123456789Z",
 *	 "response":"...","thinking":"...","done":false}
 *	{...,"message":{"content":"...","thinking":"..."},"done":false}
 *
 * Every line has a clock. The last one (done) has counts and the reason. An
 * answer that was not streamed is one such line.
 */
#include "trace/format_ollama.h"

#include <math.h>
#include <string.h>

#include "trace/format_openai.h"

static bool detect_ollama(struct json_value v)
{
	bool text = json_is(json_get(v, "response"), JSON_STRING) ||
		    json_is(json_get(v, "message"), JSON_OBJECT);

	return text && json_is(json_get(v, "created_at"), JSON_STRING) &&
	       json_get(v, "done").doc;
}

/* The number in s[*at..) of exactly `digits` digits; -1 if it is none. */
static long number(const char *s, size_t n, size_t *at, size_t digits)
{
	long value = 0;

	if (n - *at < digits)
		return -1;
	for (size_t end = *at + digits; *at < end; ++*at) {
		if (s[*at] < '0' || s[*at] > '9')
			return -1;
		value = value * 10 + (s[*at] - '0');
	}
	return value;
}

/* Days from 1970-01-01 to a civil date, by counting in 400-year eras that
 * begin in March. */
static double days(long year, long month, long day)
{
	long y = year - (month <= 2), era = y / 400, of_era = y - era * 400;
	long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	long of_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

	return (double)(era * 146097 + of_days - 719468);
}

/* Seconds east of UTC: "Z" or "+hh:mm"; NAN if it is neither. */
static double zone(const char *s, size_t n, size_t at)
{
	char sign = at < n ? s[at++] : '\0';
	long hours, minutes;

	if (sign == 'Z' || sign == 'z')
		return 0;
	if (sign != '+' && sign != '-')
		return NAN;
	hours = number(s, n, &at, 2);
	if (at < n && s[at] == ':')
		at++;
	minutes = number(s, n, &at, 2);
	if (hours < 0 || minutes < 0)
		return NAN;
	return (sign == '-' ? -60. : 60.) * (double)(hours * 60 + minutes);
}

/* RFC 3339, "2026-01-31T09:00:00.123456789Z", as seconds since 1970; NAN if
 * it is none. */
double ollama_time(const char *s, size_t n)
{
	static const char separators[] = "--T::";
	static const size_t digits[] = { 4, 2, 2, 2, 2, 2 };
	long part[6];
	double seconds, unit = 0.1;
	size_t at = 0;

	for (size_t i = 0; i < 6; i++) {
		part[i] = number(s, n, &at, digits[i]);
		if (part[i] < 0)
			return NAN;
		if (i < 5 && (at >= n || s[at++] != separators[i]))
			return NAN;
	}
	seconds = days(part[0], part[1], part[2]) * 86400 +
		  (double)(part[3] * 3600 + part[4] * 60 + part[5]);
	if (at < n && s[at] == '.')
		for (at++; at < n && s[at] >= '0' && s[at] <= '9'; at++) {
			seconds += unit * (s[at] - '0');
			unit /= 10;
		}
	return seconds - zone(s, n, at);
}

double ollama_clock(struct format_ctx *cx, struct json_value record)
{
	size_t len;
	const char *clock = json_text(json_get(record, "created_at"), &len);
	double time_s = clock ? ollama_time(clock, len) : NAN;

	if (isnan(time_s))
		return cx->time_s;
	cx->gens->seen.clock = true;
	return time_s;
}

void ollama_text(struct chunk *c, struct json_value record)
{
	struct json_value message = json_get(record, "message");
	struct json_value calls = json_get(message, "tool_calls");

	chunk_add_json(c, CHANNEL_REASONING, json_get(record, "thinking"));
	chunk_add_json(c, CHANNEL_REASONING, json_get(message, "thinking"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(record, "response"));
	chunk_add_json(c, CHANNEL_ANSWER, json_get(message, "content"));
	for (struct json_value v = json_first(calls); v.doc; v = json_next(v))
		chunk_add_json(c, CHANNEL_TOOL,
			       json_get(json_get(v, "function"), "name"));
	chunk_entries(c, json_get(record, "logprobs"));
}

void ollama_facts(struct facts *facts, struct json_value record)
{
	fact_json(&facts->model, json_get(record, "model"));
	fact_json(&facts->finish_reason, json_get(record, "done_reason"));
	fact_u32(&facts->usage_tokens, json_get(record, "eval_count"));
	fact_u32(&facts->prompt_tokens, json_get(record, "prompt_eval_count"));
}

static bool record_ollama(struct format_ctx *cx, struct json_value record,
			  struct err *why)
{
	struct json_value error = json_get(record, "error");
	char key[GEN_KEY_MAX];
	size_t id_len = gen_key(key, json_get(record, "model"), 0);
	struct gen *gen = gens_find(cx->gens, key);

	if (json_is(error, JSON_STRING))
		return openai_error(cx, error, why);
	if (!json_get(record, "response").doc &&
	    !json_is(json_get(record, "message"), JSON_OBJECT))
		return err_set(why, "it has neither \"response\" nor "
				    "\"message\"");
	chunk_clear(&cx->gens->chunk);
	ollama_text(&cx->gens->chunk, record);
	if (!gen)
		gen = gens_open(cx->gens, key, id_len, NULL);
	gen_emit(cx->gens, gen, ollama_clock(cx, record));
	ollama_facts(gen_facts(gen), record);
	if (json_is(json_get(record, "done"), JSON_TRUE))
		gens_close(cx->gens, gen);
	return true;
}

const struct format format_ollama = {
	.name = "ollama",
	.title = "Ollama stream",
	.shape = FEED_STREAM,
	.detect = detect_ollama,
	.record = record_ollama,
};
