/* What lilscope.h promises of how a stream stands. */
#include "lib/stream.h"

#include <math.h>
#include <string.h>

#include "measure/unit.h"

/* The first version's struct ends here. */
#define READING_BYTES_MIN \
	(offsetof(struct lilscope_reading, memory) + sizeof(uint64_t))

const char *lilscope_band_name(uint32_t band)
{
	if (band == LILSCOPE_EMPTY)
		return "EMPTY";
	return band <= LILSCOPE_ASYMPTOTIC ? engine_band_name(band) : NULL;
}

uint64_t lilscope_n_tokens(const struct lilscope *l)
{
	return l ? l->n + l->n_waiting : 0;
}

uint64_t lilscope_stop_at(const struct lilscope *l)
{
	return l ? l->stopped.at : LILSCOPE_NEVER;
}

/* May the stream be asked, and is the struct that the caller wants filled of a
 * size that some version had? */
static int ask(struct lilscope *l, const void *out, size_t size, size_t least)
{
	int code = stream_settle(l);

	if (code != LILSCOPE_OK)
		return code;
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

/* What came after the stop, if it lies among the tokens measured. */
static void tell_after(const struct sliding *w, uint64_t stop_at,
		       struct lilscope_reading *r)
{
	r->last_new = r->new_after = r->resumed_at = LILSCOPE_NEVER;
	if (stop_at == LILSCOPE_NEVER || stop_at <= w->base)
		return;
	engine_after(w->lead, (uint32_t)(stop_at - w->base), r);
	r->last_new += w->base;
	if (r->resumed_at != LILSCOPE_NEVER)
		r->resumed_at += w->base;
}

int lilscope_read(struct lilscope *l, struct lilscope_reading *out)
{
	struct lilscope_reading r = { .size = sizeof(r) };
	int code = ask(l, out, out ? out->size : 0, READING_BYTES_MIN);

	if (code == LILSCOPE_OK)
		code = stream_change(l, catch_up, l->at->lead);
	if (code < LILSCOPE_OK)
		return code;
	engine_read(l->at->lead, &r);
	r.n_tokens = l->at->n;
	r.from = l->at->base;
	r.stop_at = l->stopped.at;
	tell_after(l->at, r.stop_at, &r);
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
	const uint32_t *ids; /* n, of tokens without text: NULL */
	size_t n;
	struct unit unit;
	bool found;
};

static void search(void *arg)
{
	struct searched *s = arg;
	char *text = NULL;

	if (s->ids)
		s->text = text = mem_alloc(s->len = s->n * TEXTLESS_BYTES);
	for (size_t i = 0; s->ids && i < s->n; i++)
		stream_textless(s->ids[i], text + i * TEXTLESS_BYTES);
	s->found = s->len && unit_find(s->text, s->len, &s->unit);
	mem_free(text);
}

/* In which token byte `at` of those that were searched lies. */
static uint64_t token_of(const struct lilscope *l, const struct searched *s,
			 size_t at)
{
	size_t from = tape_byte(&l->tape, l->at->base);

	return s->ids ? l->at->base + at / TEXTLESS_BYTES :
			tape_token(&l->tape, from + at);
}

int lilscope_unit(struct lilscope *l, struct lilscope_unit *out)
{
	struct lilscope_unit u = { .size = sizeof(u) };
	struct searched s = { .found = false };
	int code = ask(l, out, out ? out->size : 0, sizeof(u));
	const struct tape *t;

	if (code != LILSCOPE_OK)
		return code;
	t = &l->tape;
	s.n = (size_t)(tape_end(t) - l->at->base);
	if (l->form == FORM_TEXTLESS && s.n) {
		s.ids = t->ids + (l->at->base - t->first);
	} else if (t->text.len) {
		size_t from = tape_byte(t, l->at->base);

		s.text = t->text.data + from;
		s.len = t->text.len - from;
	}
	code = s.n ? stream_ask(l, search, &s) : LILSCOPE_OK;
	if (code != LILSCOPE_OK)
		return code;
	if (s.found) {
		const struct unit *unit = &s.unit;

		u.first = token_of(l, &s, unit->first);
		u.n_tokens = (uint32_t)(token_of(l, &s, unit->first +
						 unit->len - 1) - u.first + 1);
		u.times = unit->times;
		u.contiguous = unit->contiguous;
		u.share = unit->share;
		if (l->form == FORM_TEXT) {
			u.text = s.text + unit->start;
			u.len = unit->len;
		}
	}
	hand_out(out, out->size, &u, sizeof(u));
	return LILSCOPE_OK;
}
