/*
 * Any bytes as lines of reports: each is counted or refused with a sentence,
 * in any order the sums are the same, and what is printed is JSON again.
 */
#include "fuzz.h"

#include <string.h>

#include "json/json.h"
#include "measure/rule.h"
#include "report/groups.h"

static const char *last_lf(const char *s, size_t n)
{
	while (n && s[n - 1] != '\n')
		n--;
	return n ? s + n - 1 : NULL;
}

/* Lines 0, 1, 2 ..., or the last one first; empty ones are passed over. */
static struct groups *groups_of(const char *s, size_t n, bool backwards,
				size_t *n_bad)
{
	struct err err = { "" };
	struct groups *m = groups_new("model,tokens", RULE_DEFAULT, &err);

	MUST(m);
	*n_bad = 0;
	while (n) {
		const char *lf = backwards ? last_lf(s, n) :
					     (const char *)memchr(s, '\n', n);
		const char *line = backwards ? (lf ? lf + 1 : s) : s;
		size_t len = backwards ? (size_t)(s + n - line) :
					 (lf ? (size_t)(lf - s) : n);

		err_clear(&err);
		if (len && !groups_line(m, line, len, &err)) {
			MUST(err.text[0]);
			++*n_bad;
		}
		n -= MIN(len + (lf != NULL), n);
		s += backwards ? 0 : len + (lf != NULL);
	}
	return m;
}

static void must_be_json(const struct buf *lines)
{
	struct json json = { 0 };
	const char *s = lines->data, *end = s + lines->len;

	while (s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));

		MUST(lf && json_read(&json, s, (size_t)(lf - s), false, NULL));
		s = lf + 1;
	}
	json_release(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	size_t n_bad, n_bad_back;
	struct groups *m, *back;
	struct buf out = { 0 }, again = { 0 };

	m = groups_of(s, size, false, &n_bad);
	back = groups_of(s, size, true, &n_bad_back);
	MUST(n_bad == n_bad_back);
	groups_json(m, &out);
	groups_json(back, &again);
	must_be_json(&out);
	MUST(out.len == again.len && !memcmp(out.data, again.data, out.len));
	groups_csv(m, &again);
	groups_table(m, (int)(size % 100), &again);
	groups_free(m);
	groups_free(back);
	buf_release(&out);
	buf_release(&again);
	return 0;
}
