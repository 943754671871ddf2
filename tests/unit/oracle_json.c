#include "config.h"
#include "oracle_json.h"

#include <math.h>
#include <string.h>

#include "json/json.h"

#ifndef HAVE_JANSSON
const char *oracle_json(const char *s, size_t n)
{
	struct json j = { 0 };

	(void)json_read(&j, s, n, false, NULL);
	json_release(&j);
	return NULL;
}
#else

/* The two libraries share some names: the other's get a prefix. */
#define json_type jansson_type
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_INTEGER JANSSON_INTEGER
#define JSON_REAL JANSSON_REAL
#define JSON_TRUE JANSSON_TRUE
#define JSON_FALSE JANSSON_FALSE
#define JSON_NULL JANSSON_NULL
#include <jansson.h>
#undef json_type
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_INTEGER
#undef JSON_REAL
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

/* Both round; ours through powers of ten. */
static const double number_slack = 1e-14;
static const double denormal = 1e-290;

static bool near(double a, double b)
{
	return a == b || fabs(a - b) <= number_slack * fabs(b) ||
	       fabs(b) < denormal;
}

static const char *compare(struct json_value v, json_t *want);

static const char *compare_array(struct json_value v, json_t *want)
{
	struct json_value child = json_first(v);
	size_t i;
	json_t *each;

	if (!json_is(v, JSON_ARRAY) || json_count(v) != json_array_size(want))
		return "an array";
	json_array_foreach(want, i, each) {
		const char *why = compare(child, each);

		if (why)
			return why;
		child = json_next(child);
	}
	return child.doc ? "the end of an array" : NULL;
}

static const char *compare_object(struct json_value v, json_t *want)
{
	const char *key;
	json_t *each;

	/* a name may come twice: there the last one counts */
	if (!json_is(v, JSON_OBJECT) || json_count(v) < json_object_size(want))
		return "an object";
	json_object_foreach(want, key, each) {
		const char *why = compare(json_get(v, key), each);

		if (why)
			return why;
	}
	return NULL;
}

static const char *compare_string(struct json_value v, json_t *want)
{
	size_t n;
	const char *s = json_text(v, &n);

	return s && n == json_string_length(want) &&
			       memcmp(s, json_string_value(want), n) == 0 ?
		       NULL : "a string";
}

static const char *compare(struct json_value v, json_t *want)
{
	switch (json_typeof(want)) {
	case JANSSON_OBJECT:
		return compare_object(v, want);
	case JANSSON_ARRAY:
		return compare_array(v, want);
	case JANSSON_STRING:
		return compare_string(v, want);
	case JANSSON_INTEGER:
	case JANSSON_REAL:
		return json_is(v, JSON_NUMBER) &&
				       near(json_number(v, NAN),
					    json_number_value(want)) ?
			       NULL : "a number";
	case JANSSON_TRUE:
		return json_is(v, JSON_TRUE) ? NULL : "true";
	case JANSSON_FALSE:
		return json_is(v, JSON_FALSE) ? NULL : "false";
	case JANSSON_NULL:
	default:
		return json_is(v, JSON_NULL) ? NULL : "null";
	}
}

static bool holds(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len <= n; at++)
		if (memcmp(s + at, word, len) == 0)
			return true;
	return false;
}

/* May ours take it although it is no JSON, or too much for the other? */
static bool excused(const char *s, size_t n, const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_numeric_overflow:
	case json_error_null_byte_in_key:
	case json_error_stack_overflow:
	case json_error_invalid_utf8:
		return true;
	default:
		break;
	}
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20)
			return true; /* control characters in strings */
	return !json_is_utf8(s, n) || holds(s, n, "NaN") ||
	       holds(s, n, "Infinity") || holds(s, n, "\\ud") ||
	       holds(s, n, "\\uD");
}

const char *oracle_json(const char *s, size_t n)
{
	struct json j = { 0 };
	struct json_trouble trouble = { 0, NULL };
	json_error_t error;
	json_t *want = json_loadb(n ? s : "", n, JSON_DECODE_ANY |
						 JSON_ALLOW_NUL, &error);
	const char *why = NULL;

	if (memchr(n ? s : "", '\0', n)) {
		/* the other one takes it for the end */
		json_decref(want);
		json_read(&j, s, n, false, NULL);
		json_release(&j);
		return NULL;
	}
	if (json_read(&j, s, n, false, &trouble)) {
		if (want)
			why = compare(json_root(&j), want);
		else if (!excused(s, n, &error))
			why = "what is no JSON";
	} else if (want && !strstr(trouble.what, "nested deeper")) {
		why = trouble.what;
	}
	json_decref(want);
	json_release(&j);
	return why;
}
#endif
