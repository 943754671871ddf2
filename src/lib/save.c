/*
 * A saved stream, little-endian:
 *
 *	"LILSCOPE", version u32, length of all u64
 *	rule 16 bytes, symbols, f, patience, ls, window, rollback u32,
 *	t, p, alphabet f64
 *	stop u64, cause 24 bytes, poppable u32, form u32
 *	open word: n u32, n bytes
 *	tape: first u64, n u32, n ids u32; if they have text n lengths u32, and
 *	the text
 *	FNV-1a of all before, u64
 *
 * The engines are not in it: they are what the tape makes of them. Of bytes
 * that are read nothing is believed but what the checks below have seen.
 */
#include "lib/stream.h"

#include <string.h>

#include "base/hash.h"

static const char magic[8] = { 'L', 'I', 'L', 'S', 'C', 'O', 'P', 'E' };

enum {
	VERSION = 1,
	RULE_BYTES = 16,
	HEAD_BYTES = sizeof(magic) + sizeof(uint32_t) + sizeof(uint64_t),
};

/* Of tokens: what comes after them can be counted, too. */
#define TOKENS_MAX (UINT64_MAX / 2)

/* --- writing ------------------------------------------------------------ */

/* Counts; writes while there is room. */
struct out {
	unsigned char *bytes;
	size_t cap, n;
};

static void put(struct out *o, const void *bytes, size_t n)
{
	if (n && o->n <= o->cap && n <= o->cap - o->n)
		memcpy(o->bytes + o->n, bytes, n);
	o->n += n;
}

static void put_le(struct out *o, uint64_t x, size_t n)
{
	unsigned char le[sizeof(x)];

	for (size_t i = 0; i < sizeof(x); i++)
		le[i] = (unsigned char)(x >> 8 * i);
	put(o, le, n);
}

static void put_u32(struct out *o, uint64_t x)
{
	put_le(o, x, sizeof(uint32_t));
}

static void put_u64(struct out *o, uint64_t x)
{
	put_le(o, x, sizeof(uint64_t));
}

static void put_f64(struct out *o, double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	put_u64(o, bits);
}

static void put_settings(struct out *o, const struct stream_settings *s)
{
	char name[RULE_BYTES] = { 0 };

	strncpy(name, s->rule->name, sizeof(name) - 1);
	put(o, name, sizeof(name));
	put_u32(o, s->bytes ? LILSCOPE_BYTES : LILSCOPE_TOKENS);
	put_u32(o, s->tuned.f);
	put_u32(o, s->tuned.patience);
	put_u32(o, s->ls);
	put_u32(o, s->window);
	put_u32(o, s->rollback);
	put_f64(o, s->tuned.t);
	put_f64(o, s->tuned.p);
	put_f64(o, s->alphabet);
}

static void put_tape(struct out *o, const struct tape *t, bool text)
{
	put_u64(o, t->first);
	put_u32(o, t->n);
	for (uint32_t i = 0; i < t->n; i++)
		put_u32(o, t->ids[i]);
	for (uint32_t i = 0; i < t->n && text; i++)
		put_u32(o, t->ends[i] - (i ? t->ends[i - 1] : 0));
	if (text)
		put(o, t->text.data, t->text.len);
}

/* All but the sum at the end; `length` is what it all takes. */
static void put_stream(struct out *o, const struct lilscope *l,
		       uint64_t length)
{
	put(o, magic, sizeof(magic));
	put_u32(o, VERSION);
	put_u64(o, length);
	put_settings(o, &l->settings);
	put_u64(o, l->stopped.at);
	put(o, l->stopped.cause, CAUSE_BYTES);
	put_u32(o, l->poppable);
	put_u32(o, l->form);
	put_u32(o, l->n_open);
	put(o, l->open, l->n_open);
	put_tape(o, &l->tape, l->form == FORM_TEXT);
}

int lilscope_save(struct lilscope *l, void *bytes, size_t cap, size_t *n)
{
	struct out counted = { 0 }, o = { bytes, cap, 0 };
	int code = stream_settle(l);

	if (code != LILSCOPE_OK)
		return code;
	if (!n)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "how many bytes it takes would be told at "
				   "NULL");
	put_stream(&counted, l, 0);
	*n = counted.n + sizeof(uint64_t);
	if (!bytes || *n > cap)
		return LILSCOPE_OK;
	put_stream(&o, l, *n);
	put_u64(&o, fnv64(FNV64_BASIS, o.bytes, o.n));
	return LILSCOPE_OK;
}

/* --- reading ------------------------------------------------------------ */

/* Bytes that are read, in order; `bad` from the first that are not there. */
struct in {
	const unsigned char *bytes;
	size_t n, at;
	bool bad;
};

/* The next n bytes; NULL: there are not so many. */
static const unsigned char *get(struct in *i, size_t n)
{
	const unsigned char *bytes = i->bytes + i->at;

	if (i->bad || n > i->n - i->at) {
		i->bad = true;
		return NULL;
	}
	i->at += n;
	return bytes;
}

static uint64_t get_le(struct in *i, size_t n)
{
	const unsigned char *bytes = get(i, n);
	uint64_t x = 0;

	while (bytes && n--)
		x = x << 8 | bytes[n];
	return x;
}

static uint32_t get_u32(struct in *i)
{
	return (uint32_t)get_le(i, sizeof(uint32_t));
}

static uint64_t get_u64(struct in *i)
{
	return get_le(i, sizeof(uint64_t));
}

static double get_f64(struct in *i)
{
	uint64_t bits = get_u64(i);
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* n bytes, the last of which is made the end of a string. */
static void get_name(struct in *i, char *name, size_t n)
{
	const unsigned char *bytes = get(i, n);

	memset(name, 0, n);
	if (bytes)
		memcpy(name, bytes, n - 1);
}

/* Is it a saved stream, whole, of a version that we read? */
static int check_whole(struct in *i)
{
	const unsigned char *head = get(i, sizeof(magic));
	uint32_t version = get_u32(i);
	uint64_t length = get_u64(i);
	struct in sum = { i->bytes, i->n, i->n - sizeof(uint64_t), false };

	if (i->bad || memcmp(head, magic, sizeof(magic)) != 0)
		return LILSCOPE_BAD_BYTES;
	if (version != VERSION)
		return LILSCOPE_BAD_VERSION;
	if (length != i->n || i->n < HEAD_BYTES + sizeof(uint64_t))
		return LILSCOPE_BAD_BYTES;
	i->n -= sizeof(uint64_t);
	return get_u64(&sum) == fnv64(FNV64_BASIS, i->bytes, i->n) ?
		       LILSCOPE_OK :
		       LILSCOPE_BAD_BYTES;
}

static void get_settings(struct in *i, char name[RULE_BYTES],
			 struct lilscope_options *o)
{
	get_name(i, name, RULE_BYTES);
	o->rule = name;
	o->symbols = get_u32(i);
	o->f = get_u32(i);
	o->patience = get_u32(i);
	o->ls = get_u32(i);
	o->window = get_u32(i);
	o->rollback = get_u32(i);
	o->t = get_f64(i);
	o->p = get_f64(i);
	o->alphabet = get_f64(i);
}

/* A stream that is read into l, and where its tape is. */
struct restored {
	struct lilscope *l;
	struct in in;
	struct stopped known;
	uint32_t n;
	const unsigned char *ids, *lengths, *text; /* text: NULL for none */
	size_t len;
};

static uint32_t u32_at(const unsigned char *bytes, uint32_t i)
{
	struct in in = { bytes + i * sizeof(uint32_t), sizeof(i), 0, false };

	return get_u32(&in);
}

/* The open word; false if it is none. */
static bool get_open(struct restored *r)
{
	uint32_t n = get_u32(&r->in);
	const unsigned char *bytes = n < OPEN_BYTES ? get(&r->in, n) : NULL;

	for (uint32_t i = 0; bytes && i < n; i++)
		if (stream_open(r->l, (char)bytes[i]))
			return false;
	return bytes && (!n || r->l->form == FORM_TEXT);
}

/* Lengths and text, which are all that is left. */
static bool get_text(struct restored *r)
{
	struct in *i = &r->in;
	size_t room;

	r->lengths = get(i, r->n * sizeof(uint32_t));
	room = i->n - i->at;
	for (uint32_t k = 0; r->lengths && k < r->n; k++) {
		uint32_t len = u32_at(r->lengths, k);

		if (len > room - r->len)
			return false;
		r->len += len;
	}
	r->text = get(i, r->len);
	return r->text && i->at == i->n && r->len < LZ77_MAX_SYMBOLS;
}

/* Where ids and text are, and that they fit together. */
static bool get_tape(struct restored *r)
{
	struct lilscope *l = r->l;
	struct in *i = &r->in;
	uint64_t first = get_u64(i), end;

	r->n = get_u32(i);
	end = first + r->n;
	if (i->bad || end < first || end > TOKENS_MAX ||
	    r->n > (i->n - i->at) / sizeof(uint32_t) ||
	    end < l->poppable || l->poppable > l->settings.rollback ||
	    first != sliding_base(&l->settings, end - l->poppable) ||
	    (l->form == FORM_OPEN && r->n) ||
	    (r->known.at > end && r->known.at != LILSCOPE_NEVER))
		return false;
	l->tape.first = first;
	r->ids = get(i, r->n * sizeof(uint32_t));
	for (uint32_t k = 0; k < r->n && !l->settings.bytes; k++)
		if (u32_at(r->ids, k) >= l->settings.alphabet)
			return false;
	if (l->form == FORM_TEXT)
		return get_text(r);
	return i->at == i->n && !(r->n && l->settings.bytes);
}

static bool get_stream(struct restored *r)
{
	struct lilscope *l = r->l;

	r->known.at = get_u64(&r->in);
	get_name(&r->in, r->known.cause, CAUSE_BYTES);
	l->poppable = get_u32(&r->in);
	l->form = get_u32(&r->in);
	return l->form <= FORM_TEXTLESS && get_open(r) && get_tape(r);
}

static void push_tape(void *arg)
{
	struct restored *r = arg;
	struct tape *t = &r->l->tape;
	size_t at = 0;

	r->l->memory.zone = MEMORY_KEPT;
	for (uint32_t i = 0; i < r->n; i++) {
		struct rule_token token = { .id = u32_at(r->ids, i) };

		if (r->text) {
			token.text = (const char *)r->text + at;
			token.len = u32_at(r->lengths, i);
			at += token.len;
		}
		tape_push(t, &token, 1);
	}
	r->l->memory.zone = MEMORY_ENGINE;
	stream_start(r->l, &r->known);
	stream_replay(r->l, tape_end(t));
}

int lilscope_restore(struct lilscope **out, const void *bytes, size_t n,
		     const struct lilscope_options *options)
{
	struct restored r = { .in = { bytes, n, 0, !bytes } };
	struct lilscope_options told, o;
	char name[RULE_BYTES];
	const char *why;
	int code;

	if (!out)
		return LILSCOPE_BAD_CALL;
	*out = NULL;
	code = stream_options(options, &told, &why);
	if (code == LILSCOPE_OK)
		code = check_whole(&r.in);
	if (code != LILSCOPE_OK)
		return code;
	get_settings(&r.in, name, &told);
	if (r.in.bad || stream_options(&told, &o, &why) != LILSCOPE_OK)
		return LILSCOPE_BAD_BYTES;
	code = stream_new(out, &o);
	if (code != LILSCOPE_OK)
		return code;
	r.l = *out;
	code = get_stream(&r) ? stream_change(r.l, push_tape, &r) :
				LILSCOPE_BAD_BYTES;
	if (code >= LILSCOPE_OK)
		return code;
	lilscope_destroy(r.l);
	*out = NULL;
	return code;
}
