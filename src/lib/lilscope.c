/* What lilscope.h promises of tokens that come and go. */
#include "lib/stream.h"

#include <string.h>

#include "base/hash.h"

#include "config.h"

const char *lilscope_version(void)
{
	return PACKAGE_VERSION;
}

const char *lilscope_strerror(int code)
{
	static const struct {
		int code;
		const char *sentence;
	} rows[] = {
		{ LILSCOPE_OK, "all is well" },
		{ LILSCOPE_STOP, "the rule has stopped" },
		{ LILSCOPE_BAD_OPTION, "an option is not as it must be" },
		{ LILSCOPE_BAD_CALL, "the stream does not take this now" },
		{ LILSCOPE_NO_MEMORY, "the allocator gave no memory" },
		{ LILSCOPE_LIMIT, "more memory than memory_max was needed" },
		{ LILSCOPE_TOO_FAR, "so many tokens can't be popped" },
		{ LILSCOPE_FULL, "the stream has as many symbols as it can "
				 "have" },
		{ LILSCOPE_BAD_BYTES, "the bytes are no saved stream" },
		{ LILSCOPE_BAD_VERSION, "the stream was saved by a version "
					"that is not known here" },
		{ LILSCOPE_SPENT, "the stream failed before: reset it or "
				  "destroy it" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].code == code)
			return rows[i].sentence;
	return "no such code";
}

/* --- whether a call is in order ----------------------------------------- */

static int check_form(struct lilscope *l, enum stream_form form)
{
	if (form == FORM_TEXTLESS && l->settings.bytes)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "a token needs text where symbols are "
				   "bytes");
	if (l->form != FORM_OPEN && l->form != form)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "the tokens before came %s text",
				   form == FORM_TEXT ? "without" : "with");
	return LILSCOPE_OK;
}

static int check_id(struct lilscope *l, uint32_t id, enum stream_form form)
{
	double alphabet = l->settings.bytes ? (double)UINT32_MAX + 1 :
					      l->settings.alphabet;

	if (id == LILSCOPE_NO_ID && form == FORM_TEXTLESS)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "a token without text needs an id");
	if (id == LILSCOPE_NO_ID && alphabet <= UINT32_MAX)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "a token needs an id where an alphabet is "
				   "set");
	if (id >= alphabet)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "token %lu is not in the alphabet of %.0f",
				   (unsigned long)id, alphabet);
	return LILSCOPE_OK;
}

/* Room for n tokens of len bytes together. */
static int check_room(struct lilscope *l, size_t n, size_t len)
{
	if (len <= UINT32_MAX - l->tape.text.len &&
	    n <= UINT32_MAX - l->tape.n &&
	    engine_has_room(l->at->lead, n, len))
		return LILSCOPE_OK;
	return stream_fail(l, LILSCOPE_FULL,
			   "no room for %zu more tokens after %llu: set a "
			   "window, or begin another stream", n,
			   (unsigned long long)l->at->n);
}

/* n bytes, and those of the open word. */
static size_t with_open(size_t n)
{
	return n < SIZE_MAX - OPEN_BYTES ? n + OPEN_BYTES : SIZE_MAX;
}

static int check_there(struct lilscope *l, const void *what, size_t n)
{
	if (what || !n)
		return LILSCOPE_OK;
	return stream_fail(l, LILSCOPE_BAD_CALL,
			   "%zu of what would be pushed are at NULL", n);
}

/* --- push --------------------------------------------------------------- */

/* What a call pushes: n ids without text, or one token, or bytes. */
struct pushed {
	struct lilscope *l;
	const uint32_t *ids;
	size_t n;
	const char *text;
	size_t len;
};

static void take_ids(void *arg)
{
	const struct pushed *p = arg;

	stream_take_ids(p->l, p->ids, p->n);
}

static void take_one(struct lilscope *l, uint32_t id, const char *text,
		     size_t len)
{
	struct rule_token token = { .id = id, .text = text, .len = len };

	stream_take(l, &token, 1);
}

/* The first n bytes of the open word are a token. */
static void take_open(struct lilscope *l, size_t n)
{
	take_one(l, fnv32(FNV32_BASIS, l->open, n), l->open, n);
	l->n_open -= n;
	memmove(l->open, l->open + n, l->n_open);
}

static void end_word(struct lilscope *l)
{
	if (l->n_open)
		take_open(l, l->n_open);
	l->word = (struct word_cut){ 0 };
}

static void take_token(void *arg)
{
	const struct pushed *p = arg;
	uint32_t id = p->ids[0];

	end_word(p->l);
	if (id == LILSCOPE_NO_ID)
		id = fnv32(FNV32_BASIS, p->text, p->len);
	take_one(p->l, id, p->text, p->len);
}

static void take_bytes(void *arg)
{
	const struct pushed *p = arg;

	for (size_t i = 0; i < p->len; i++) {
		size_t ended = stream_open(p->l, p->text[i]);

		if (ended)
			take_open(p->l, ended);
	}
}

static void take_flush(void *arg)
{
	const struct pushed *p = arg;

	end_word(p->l);
}

static int push_ids(struct lilscope *l, const uint32_t *ids, size_t n)
{
	struct pushed p = { .l = l, .ids = ids, .n = n };
	int code = stream_settle(l);

	if (code == LILSCOPE_OK)
		code = check_form(l, FORM_TEXTLESS);
	if (code == LILSCOPE_OK)
		code = check_there(l, ids, n);
	if (code == LILSCOPE_OK)
		code = check_room(l, n, 0);
	for (size_t i = 0; i < n && code == LILSCOPE_OK; i++)
		code = check_id(l, ids[i], FORM_TEXTLESS);
	if (code != LILSCOPE_OK)
		return code;
	if (n)
		l->form = FORM_TEXTLESS;
	return stream_change(l, take_ids, &p);
}

int lilscope_push_ids(struct lilscope *l, const uint32_t *ids, size_t n)
{
	if (n == 1 && ids && l && l->quiet && ids[0] <= l->last_id)
		return stream_wait(l, ids[0]);
	return push_ids(l, ids, n);
}

static int push_text(struct lilscope *l, uint32_t id, const void *text,
		     size_t n)
{
	struct pushed p = { .l = l, .ids = &id, .text = text, .len = n };
	int code = stream_settle(l);

	if (code == LILSCOPE_OK)
		code = check_form(l, FORM_TEXT);
	if (code == LILSCOPE_OK)
		code = check_id(l, id, FORM_TEXT);
	if (code == LILSCOPE_OK)
		code = check_room(l, 2, with_open(n));
	if (code != LILSCOPE_OK)
		return code;
	l->form = FORM_TEXT;
	return stream_change(l, take_token, &p);
}

int lilscope_push(struct lilscope *l, uint32_t id, const void *text, size_t n)
{
	return text ? push_text(l, id, text, n) : lilscope_push_ids(l, &id, 1);
}

int lilscope_push_bytes(struct lilscope *l, const void *bytes, size_t n)
{
	struct pushed p = { .l = l, .text = bytes, .len = n };
	int code = stream_settle(l);

	if (code == LILSCOPE_OK)
		code = check_form(l, FORM_TEXT);
	if (code == LILSCOPE_OK)
		code = check_id(l, LILSCOPE_NO_ID, FORM_TEXT);
	if (code == LILSCOPE_OK)
		code = check_there(l, bytes, n);
	if (code == LILSCOPE_OK)
		code = check_room(l, n, with_open(n));
	if (code != LILSCOPE_OK)
		return code;
	if (n)
		l->form = FORM_TEXT;
	return stream_change(l, take_bytes, &p);
}

int lilscope_flush(struct lilscope *l)
{
	struct pushed p = { .l = l };
	int code = stream_settle(l);

	return code == LILSCOPE_OK ? stream_change(l, take_flush, &p) : code;
}

size_t lilscope_push_each(struct lilscope *const *streams, const uint32_t *ids,
			  size_t n, int *codes)
{
	size_t n_ended = 0;

	if (!streams || !ids || !codes) {
		for (size_t i = 0; codes && i < n; i++)
			codes[i] = LILSCOPE_BAD_CALL;
		return n;
	}
	for (size_t i = 0; i < n; i++) {
		codes[i] = LILSCOPE_OK;
		if (streams[i])
			codes[i] = lilscope_push_ids(streams[i], &ids[i], 1);
		n_ended += codes[i] != LILSCOPE_OK;
	}
	return n_ended;
}

/* --- made, emptied, taken back ------------------------------------------ */

static void make_empty(void *arg)
{
	stream_empty(arg);
}

int lilscope_create(struct lilscope **out,
		    const struct lilscope_options *options)
{
	struct lilscope_options o;
	const char *why;
	int code;

	if (!out)
		return LILSCOPE_BAD_CALL;
	*out = NULL;
	code = stream_options(options, &o, &why);
	if (code == LILSCOPE_OK)
		code = stream_new(out, &o);
	if (code == LILSCOPE_OK)
		code = stream_change(*out, make_empty, *out);
	if (code == LILSCOPE_OK || !*out)
		return code;
	lilscope_destroy(*out);
	*out = NULL;
	return code;
}

int lilscope_reset(struct lilscope *l)
{
	if (!l)
		return LILSCOPE_BAD_CALL;
	l->spent = 0;
	l->message[0] = '\0';
	l->n = 0;
	l->stopped.at = LILSCOPE_NEVER;
	return stream_change(l, make_empty, l);
}

static void take_back(void *arg)
{
	const struct pushed *p = arg;

	stream_back(p->l, p->n);
}

int lilscope_pop(struct lilscope *l, size_t n)
{
	struct pushed p = { .l = l, .n = n };
	int code = stream_settle(l);

	if (code != LILSCOPE_OK)
		return code;
	if (l->n_open)
		return stream_fail(l, LILSCOPE_BAD_CALL,
				   "a word is open: flush it first");
	if (n > l->poppable)
		return stream_fail(l, LILSCOPE_TOO_FAR,
				   "%zu tokens can be popped, not %zu: the "
				   "option rollback says how many",
				   l->poppable, n);
	if (!n)
		return lilscope_stop_at(l) == LILSCOPE_NEVER ? LILSCOPE_OK :
							       LILSCOPE_STOP;
	return stream_change(l, take_back, &p);
}

size_t lilscope_poppable(const struct lilscope *l)
{
	size_t rollback = l ? l->settings.rollback : 0;

	return l && !l->spent ? MIN(l->poppable + l->n_waiting, rollback) : 0;
}
