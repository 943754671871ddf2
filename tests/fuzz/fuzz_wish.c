/*
 * Any bytes as the header by which a request asks for what the guard does: it
 * is refused with a sentence, and then nothing has changed; or all numbers are
 * in their limits, and the parts one by one come to the same.
 */
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "guard/wish.h"

static struct wish plain(void)
{
	return (struct wish){ .then = THRESHOLD_STOP,
			      .i_rule = RULE_DEFAULT,
			      .any_rule = true,
			      .rule = meter_opts_default.rule,
			      .thinking = { .t = -1 },
			      .scope = WATCH_ALL };
}

static bool is_count(uint32_t n, uint32_t least, uint32_t most)
{
	return n >= least && n <= most;
}

static void check(const struct wish *w)
{
	const struct wish_limits *own = &w->thinking;
	struct watch_opts watch = { .i_rule = 0 };

	MUST(wish_can(w->then) && w->i_rule < RULE_ROWS && w->scope);
	MUST(is_count(w->rule.f, RULE_F_MIN, RULE_F_MAX));
	MUST(is_count(w->rule.patience, 1, RULE_PATIENCE_MAX));
	MUST(w->rule.t >= 0 && isfinite(w->rule.t) && isfinite(own->t));
	MUST(!own->f || is_count(own->f, RULE_F_MIN, RULE_F_MAX));
	MUST(!own->patience || is_count(own->patience, 1, RULE_PATIENCE_MAX));
	MUST(w->how.retries <= THRESHOLD_RETRIES_MAX);
	/* a number of Guardian's means Guardian unless a rule is named */
	MUST(!w->any_rule || w->i_rule == RULE_DEFAULT ||
	     w->i_rule == RULE_GUARDIAN);
	wish_apply(w, &watch);
	MUST(watch.i_rule == w->i_rule && watch.scope == w->scope);
}

static bool is_same(const struct wish *a, const struct wish *b)
{
	return a->then == b->then && a->how.retries == b->how.retries &&
	       a->i_rule == b->i_rule && a->any_rule == b->any_rule &&
	       a->rule.f == b->rule.f && a->rule.t == b->rule.t &&
	       a->rule.patience == b->rule.patience && a->scope == b->scope &&
	       a->thinking.f == b->thinking.f &&
	       a->thinking.t == b->thinking.t &&
	       a->thinking.patience == b->thinking.patience;
}

/* Part by part; false: one is refused. */
static bool read_parts(struct wish *w, char *value)
{
	struct err err;

	for (char *end; value; value = end) {
		end = strchr(value, ';');
		if (end)
			*end++ = '\0';
		err.text[0] = '\0';
		if (!wish_read(w, value, &err))
			return false;
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *value = mem_zalloc(size + 1);
	const struct wish before = plain();
	struct wish whole = before, parts = before;
	struct err err = { "" };
	bool good;

	if (size)
		memcpy(value, data, size);
	good = wish_read(&whole, value, &err);
	MUST(good == !err.text[0]);
	MUST(good || is_same(&whole, &before));
	check(&whole);
	MUST(read_parts(&parts, value) == good);
	MUST(!good || is_same(&whole, &parts));
	mem_free(value);
	return 0;
}
