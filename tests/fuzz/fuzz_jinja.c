/*
 * Any bytes as a template: text or one sentence, the same when it is made
 * again, within the limits of memory and time.
 */
#include "fuzz.h"

#include <string.h>

#include "jinja/jinja.h"

static const char VARS[] =
	"{\"messages\":[{\"role\":\"system\",\"content\":\"S\"},"
	"{\"role\":\"user\",\"content\":\" u\xc3\xbc \"},"
	"{\"role\":\"assistant\",\"content\":\"<think>x</think>y\"},"
	"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"t\"}]}],"
	"\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"n\":3,\"f\":0.5,"
	"\"add_generation_prompt\":true,\"tools\":null}";

static bool make(const struct jinja *t, struct buf *out, struct err *err)
{
	static const struct tm day = { .tm_year = 126, .tm_mday = 5 };
	struct json j = { 0 };
	bool good;

	MUST(json_read(&j, VARS, strlen(VARS), false, NULL));
	good = jinja_put(t, json_root(&j), &day, JINJA_OUT_MAX_BYTES, out, err);
	MUST(good == (err->text[0] == '\0'));
	MUST(out->len <= 2 * (size_t)JINJA_OUT_MAX_BYTES);
	json_release(&j);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = { "" }, again = { "" };
	struct jinja *t = jinja_new((const char *)data, size, &err);
	struct buf out = { 0 }, same = { 0 };

	MUST((t != NULL) == (err.text[0] == '\0'));
	if (!t)
		return 0;
	MUST(make(t, &out, &err) == make(t, &same, &again));
	MUST(strcmp(err.text, again.text) == 0);
	MUST(out.len == same.len &&
	     (!out.len || memcmp(out.data, same.data, out.len) == 0));
	jinja_free(t);
	buf_release(&out);
	buf_release(&same);
	return 0;
}
