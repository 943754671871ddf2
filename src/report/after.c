/* Three verdicts; each says how much text it is about. */
#include "report/after.h"

#include "base/num.h"

static const char *plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

static void say_back(struct buf *out, const struct rule_verdict *v, bool brief)
{
	char at[NUM_BYTES], n[NUM_BYTES];

	num_count(n, v->new_after);
	if (brief)
		buf_printf(out, "back for %s", n);
	else
		buf_printf(out, "came back at %s for %s token%s",
			   num_count(at, v->resumed_at), n,
			   plural(v->new_after));
	if (v->again_at == RULE_NEVER)
		buf_puts(out, ", then copies again");
	else
		buf_printf(out, ", stopped again at %s",
			   num_count(at, v->again_at));
}

static void say_false(struct buf *out, const struct rule_verdict *v,
		      bool brief)
{
	char n[NUM_BYTES], all[NUM_BYTES];

	num_count(n, v->new_after);
	if (brief)
		buf_printf(out, "false alarm: %s new", n);
	else if (v->new_after == v->tokens_after)
		buf_printf(out, "false alarm: new text for the %s token%s "
				"after it", n, plural(v->new_after));
	else
		buf_printf(out, "false alarm: new text for %s of the %s tokens "
				"after it", n,
			   num_count(all, v->tokens_after));
}

void after_say(struct buf *out, const struct rule_verdict *v, bool brief)
{
	if (v->after == AFTER_NOTHING)
		buf_puts(out, "nothing new since");
	else if (v->after == AFTER_BACK)
		say_back(out, v, brief);
	else
		say_false(out, v, brief);
}

void after_say_stops(struct buf *out, const struct rule_stop *stops, size_t n)
{
	char at[NUM_BYTES], saved[NUM_BYTES], lost[NUM_BYTES];

	if (n < 2)
		return;
	buf_printf(out, "; all %zu stops:", n);
	for (size_t i = 0; i < n; i++) {
		const struct rule_stop *s = &stops[i];

		buf_printf(out, "%s %s saves %s token%s", i ? "," : "",
			   num_count(at, s->at_token),
			   num_count(saved, s->tokens_after),
			   plural(s->tokens_after));
		if (s->new_after)
			buf_printf(out, " and loses %s new one%s before the "
					"next", num_count(lost, s->new_after),
				   plural(s->new_after));
	}
}
