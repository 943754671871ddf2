/*
 * The struct as it is, then what it points to, in the order of the table
 * below; numbers that rise are written as differences, which pack better
 * afterwards.
 */
#include "trace/pack.h"

#include <string.h>

#define STRING(member) offsetof(struct trace, facts.member)
static const size_t strings[] = {
	STRING(source), STRING(record), STRING(id),   STRING(model),
	STRING(policy), STRING(chat),   STRING(sampling), STRING(near),
	STRING(finish_reason), STRING(label), STRING(gold), STRING(note),
	STRING(guessed), STRING(kept),
};

/* The pointer that lies there, whatever its type. */
static void *pointer_at(const struct trace *t, size_t offset)
{
	void *p;

	memcpy(&p, (const char *)t + offset, sizeof(p));
	return p;
}

static void set_pointer(struct trace *t, size_t offset, void *p)
{
	memcpy((char *)t + offset, &p, sizeof(p));
}

/* An array of the trace: where its pointer, its length and its room are. */
struct row {
	size_t at, n, cap, size;
	bool n_is_32; /* the length */
	bool rises;   /* numbers of 32 bits */
};

#define ROW(member, count, room, is_32, up)                                    \
	{ offsetof(struct trace, member), offsetof(struct trace, count),       \
	  offsetof(struct trace, room), sizeof(*((struct trace *)0)->member),  \
	  is_32, up }
static const struct row rows[] = {
	ROW(prompt.data, prompt.len, prompt.cap, false, false),
	ROW(text.data, text.len, text.cap, false, false),
	ROW(end, n_tokens, cap, true, true),
	ROW(id, n_tokens, id_cap, true, false),
	ROW(time_us, n_tokens, time_cap, true, true),
	ROW(logprob, n_tokens, logprob_cap, true, false),
	ROW(kv, n_tokens, kv_cap, true, false),
	ROW(prompt_end, n_prompt_ends, prompt_end_cap, false, true),
	ROW(spans, n_spans, spans_cap, false, false),
	ROW(turns, n_turns, turns_cap, false, false),
};

static size_t row_n(const struct trace *t, const struct row *row)
{
	const char *n = (const char *)t + row->n;

	return row->n_is_32 ? *(const uint32_t *)n : *(const size_t *)n;
}

/* --- out ---------------------------------------------------------------- */

static void put_string(struct buf *out, const char *s)
{
	size_t n = s ? strlen(s) + 1 : 0;

	buf_append(out, &n, sizeof(n));
	buf_append(out, s ? s : "", n);
}

static void put_rising(struct buf *out, const uint32_t *a, size_t n)
{
	uint32_t before = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t step = a[i] - before;

		buf_append(out, &step, sizeof(step));
		before = a[i];
	}
}

bool trace_pack(const struct trace *t, struct buf *out)
{
	if (t->pages)
		return false;
	buf_append(out, t, sizeof(*t));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const void *at = pointer_at(t, rows[i].at);
		size_t n = at ? row_n(t, &rows[i]) : 0;

		if (rows[i].rises)
			put_rising(out, at, n);
		else if (n)
			buf_append(out, at, n * rows[i].size);
	}
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		put_string(out, pointer_at(t, strings[i]));
	for (size_t i = 0; i < t->n_turns; i++)
		put_string(out, t->turns[i].policy);
	return true;
}

/* --- in ----------------------------------------------------------------- */

struct from {
	const char *at;
	size_t left;
};

static bool take(struct from *f, void *out, size_t n)
{
	if (n > f->left)
		return false;
	memcpy(out, f->at, n);
	f->at += n;
	f->left -= n;
	return true;
}

static bool take_string(struct from *f, char **out)
{
	size_t n;

	if (!take(f, &n, sizeof(n)) || n > f->left)
		return false;
	*out = n ? mem_strndup(f->at, n - 1) : NULL;
	f->at += n;
	f->left -= n;
	return true;
}

static bool take_fact(struct from *f, struct trace *t, size_t offset)
{
	char *fact = NULL;
	bool good = take_string(f, &fact);

	set_pointer(t, offset, fact);
	return good;
}

static bool take_row(struct from *f, struct trace *t, const struct trace *was,
		     const struct row *row)
{
	size_t n = pointer_at(was, row->at) ? row_n(was, row) : 0;
	uint32_t *up;

	memcpy((char *)t + row->cap, &n, sizeof(n));
	if (!n)
		return true;
	if (n > f->left / row->size)
		return false;
	up = mem_alloc(n * row->size);
	set_pointer(t, row->at, up);
	take(f, up, n * row->size);
	for (size_t i = 1; row->rises && i < n; i++)
		up[i] += up[i - 1];
	return true;
}

bool trace_unpack(struct trace *t, const char *bytes, size_t n)
{
	struct from f = { bytes, n };
	struct trace was;
	bool good = take(&f, &was, sizeof(was));

	trace_init(t);
	if (!good)
		return false;
	*t = was;
	t->pages = NULL;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		set_pointer(t, rows[i].at, NULL);
	for (size_t i = 0; i < ARRAY_LEN(strings); i++)
		set_pointer(t, strings[i], NULL);
	for (size_t i = 0; good && i < ARRAY_LEN(rows); i++)
		good = take_row(&f, t, &was, &rows[i]);
	/* the addresses in there are of another time */
	for (size_t i = 0; t->turns && i < t->n_turns; i++)
		t->turns[i].policy = NULL;
	for (size_t i = 0; good && i < ARRAY_LEN(strings); i++)
		good = take_fact(&f, t, strings[i]);
	for (size_t i = 0; good && i < t->n_turns; i++)
		good = take_string(&f, &t->turns[i].policy);
	if (good && !f.left)
		return true;
	if (!t->turns)
		t->n_turns = 0;
	trace_release(t);
	return false;
}
