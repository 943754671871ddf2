/* What lilscope.h promises of how a stream stands. */
#include "lib/stream.h"

#include <math.h>
#include <string.h>

#include "measure/unit.h"

uint64_t lilscope_n_tokens(const struct lilscope *l)
{
	return l ? l->n : 0;
}

uint64_t lilscope_stop_at(const struct lilscope *l)
{
	return l ? l->stopped.at : LILSCOPE_NEVER;
}

/* May the stream be asked, and is the struct that the caller wants filled of a
 * size that some version had? */
static int ask(struct lilscope *l, const void *out, size_t size, size_t least)
{
	if (!l)
		return LILSCOPE_BAD_CALL;
	if (l->spent)
		return LILSCOPE_SPENT;
	if (!out || size < least)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "what is filled must say its size");
	return LILSCOPE_OK;
}

/* Fills the caller's struct as far as it goes; what we have not is zero. */
static void hand_out(void *out, size_t size, const void *full, size_t n)
{
	memset(out, 0, size);
	memcpy(out, full, MIN(size, n));
	memcpy(out, &size, sizeof(size));
}

static void catch_up(void *arg)
{
	engine_catch_up(arg);
}

int lilscope_read(struct lilscope *l, struct lilscope_reading *out)
{
	struct lilscope_reading r = { .size = sizeof(r) };
	int code = ask(l, out, out ? out->size : 0, sizeof(r));

	if (code == LILSCOPE_OK)
		code = stream_change(l, catch_up, l->at->lead);
	if (code < LILSCOPE_OK)
		return code;
	engine_read(l->at->lead, &r);
	r.n_tokens = l->at->n;
	r.from = l->at->base;
	r.stop_at = l->stopped.at;
	if (r.stop_at != LILSCOPE_NEVER && !isnan(r.score))
		r.score = 1;
	if (l->stopped.cause[0])
		r.cause = l->stopped.cause;
	r.memory = l->memory.used;
	hand_out(out, out->size, &r, sizeof(r));
	return LILSCOPE_OK;
}

int lilscope_entropy(struct lilscope *l, double *rate, double *error)
{
	struct entropy_point p;
	int code = ask(l, l, 1, 0);

	if (code == LILSCOPE_OK)
		code = stream_change(l, catch_up, l->at->lead);
	if (code < LILSCOPE_OK)
		return code;
	p = engine_entropy(l->at->lead);
	if (rate)
		*rate = p.bits;
	if (error)
		*error = p.se;
	return LILSCOPE_OK;
}

struct searched {
	const char *text;
	size_t len;
	struct unit unit;
	bool found;
};

static void search(void *arg)
{
	struct searched *s = arg;

	s->found = unit_find(s->text, s->len, &s->unit);
}

int lilscope_unit(struct lilscope *l, struct lilscope_unit *out)
{
	struct lilscope_unit u = { .size = sizeof(u) };
	struct searched s = { NULL, 0, { 0 }, false };
	int code = ask(l, out, out ? out->size : 0, sizeof(u));
	const struct tape *t;
	size_t from;

	if (code != LILSCOPE_OK)
		return code;
	t = &l->tape;
	from = tape_byte(t, l->at->base);
	s.len = t->text.len - from;
	if (s.len)
		s.text = t->text.data + from;
	code = s.len ? stream_ask(l, search, &s) : LILSCOPE_OK;
	if (code != LILSCOPE_OK)
		return code;
	if (s.found) {
		size_t first = from + s.unit.first;

		u.first = tape_token(t, first);
		u.n_tokens = (uint32_t)(tape_token(t, first + s.unit.len - 1) -
					u.first + 1);
		u.times = s.unit.times;
		u.contiguous = s.unit.contiguous;
		u.share = s.unit.share;
		if (l->form == FORM_TEXT) {
			u.text = s.text + s.unit.start;
			u.len = s.unit.len;
		}
	}
	hand_out(out, out->size, &u, sizeof(u));
	return LILSCOPE_OK;
}
