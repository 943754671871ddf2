/*
 * The caller's structs may be those of an older or a newer header: their size
 * says so. What an older one lacks is as by default; what a newer one has more
 * must be zero.
 */
#include "lib/stream.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "measure/rule_loop.h"

enum {
	WINDOW_MIN = 64,
	WINDOW_MAX = 1 << 28,
	ROLLBACK_MAX = 1 << 20,
	BYTE_BITS = 8,
	ID_BITS = 32,
	BYTE_ALPHABET = 256,
	LETTERS = 26,
	REPLAY_SHARE = 16, /* of the tokens there are: what replaying them
			      costs is about a picture */
};

/* The first version's struct ends here. */
#define OPTIONS_BYTES_MIN \
	(offsetof(struct lilscope_options, opaque) + sizeof(void *))

/* --- options ------------------------------------------------------------ */

void lilscope_options_init(struct lilscope_options *options, size_t size)
{
	const struct lilscope_options o = {
		.size = size,
		.f = RULE_F_DEFAULT,
		.t = RULE_T_DEFAULT,
		.patience = 1,
	};

	if (!options || size < sizeof(o.size))
		return;
	memset(options, 0, size);
	memcpy(options, &o, MIN(size, sizeof(o)));
}

const char *lilscope_rule_name(size_t i)
{
	const struct rule *rule = engine_rule(i);

	return rule ? rule->name : NULL;
}

static const struct rule *rule_of(const struct lilscope_options *o)
{
	const char *name = o->rule ? o->rule : rule_loop.name;
	size_t i = 0;

	while (engine_rule(i) && strcmp(engine_rule(i)->name, name) != 0)
		i++;
	return engine_rule(i);
}

static double alphabet_of(const struct lilscope_options *o)
{
	if (o->alphabet != 0)
		return o->alphabet;
	return o->symbols == LILSCOPE_BYTES ? BYTE_ALPHABET :
					      ldexp(1, ID_BITS);
}

/* The sentence of the first option that is not as it must be; NULL. */
static const char *wrong(const struct lilscope_options *o)
{
	bool bytes = o->symbols == LILSCOPE_BYTES;
	const struct {
		bool good;
		const char *must;
	} rows[] = {
		{ rule_of(o), "rule must be NULL or a name that "
			      "lilscope_rule_name() gives" },
		{ o->symbols <= LILSCOPE_BYTES,
		  "symbols must be LILSCOPE_TOKENS or LILSCOPE_BYTES" },
		{ o->f >= RULE_F_MIN && o->f <= RULE_F_MAX,
		  "f must be 1 to 1000000 tokens" },
		{ o->t >= 0 && isfinite(o->t), "t must be 0 or more bytes" },
		{ o->patience >= 1 && o->patience <= RULE_PATIENCE_MAX,
		  "patience must be 1 to 1000" },
		{ !o->ls || (o->ls >= BOUND_LS_MIN && o->ls <= BOUND_LS_MAX),
		  "ls must be 3 to 64, or 0" },
		{ o->p == 0 || (o->p >= LOOP_P_MIN && o->p <= LOOP_P_MAX),
		  "p must be 0.0002 to 0.05, or 0" },
		{ bytes ? o->alphabet == 0 || o->alphabet == BYTE_ALPHABET :
			  o->alphabet == 0 ||
				  (o->alphabet >= 2 &&
				   o->alphabet <= ldexp(1, ID_BITS)),
		  "alphabet must be 2 to 2^32 for tokens, 256 for bytes, "
		  "or 0" },
		{ !o->window ||
			  (o->window >= WINDOW_MIN && o->window <= WINDOW_MAX),
		  "window must be 64 to 2^28 tokens, or 0" },
		{ o->rollback <= ROLLBACK_MAX,
		  "rollback must be at most 2^20 tokens" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!rows[i].good)
			return rows[i].must;
	return NULL;
}

int stream_options(const struct lilscope_options *given,
		   struct lilscope_options *o, const char **why)
{
	const char *bytes = (const char *)given;

	*why = NULL;
	lilscope_options_init(o, sizeof(*o));
	if (!given)
		return LILSCOPE_OK;
	if (given->size < OPTIONS_BYTES_MIN) {
		*why = "size must be set by lilscope_options_init()";
		return LILSCOPE_BAD_OPTION;
	}
	memcpy(o, given, MIN(given->size, sizeof(*o)));
	for (size_t i = sizeof(*o); i < given->size; i++)
		if (bytes[i])
			*why = "an option is set that this version has not";
	if (!*why)
		*why = wrong(o);
	return *why ? LILSCOPE_BAD_OPTION : LILSCOPE_OK;
}

int lilscope_options_check(const struct lilscope_options *options,
			   const char **why)
{
	struct lilscope_options o;
	const char *sentence;
	int code = stream_options(options, &o, &sentence);

	if (why)
		*why = sentence;
	return code;
}

static void settle(struct stream_settings *s, const struct lilscope_options *o)
{
	*s = (struct stream_settings){
		.rule = rule_of(o),
		.tuned = { .f = o->f,
			   .t = o->t,
			   .patience = o->patience,
			   .coder = CODER_LZ77,
			   .p = o->p ? o->p : LOOP_P_DEFAULT },
		.bytes = o->symbols == LILSCOPE_BYTES,
		.alphabet = alphabet_of(o),
		.ls = o->ls,
		.literal_bits = 1,
		.window = o->window,
		.rollback = o->rollback,
	};
	if (!s->ls)
		s->ls = s->bytes ? BOUND_LS_BYTES : BOUND_LS_IDS;
	while (ldexp(1, (int)s->literal_bits) < s->alphabet)
		s->literal_bits++;
}

/* --- a stream ----------------------------------------------------------- */

int stream_new(struct lilscope **out, const struct lilscope_options *o)
{
	struct memory m;
	struct lilscope *l;

	*out = NULL;
	memory_init(&m, o);
	if (m.max && m.max < sizeof(*l))
		return LILSCOPE_LIMIT;
	l = m.resize(m.opaque, NULL, 0, sizeof(*l));
	if (!l)
		return LILSCOPE_NO_MEMORY;
	*l = (struct lilscope){ .memory = m, .pictured = LILSCOPE_NEVER };
	l->memory.used = sizeof(*l);
	l->stopped.at = LILSCOPE_NEVER;
	settle(&l->settings, o);
	l->last_id = (uint32_t)MIN(l->settings.alphabet, LILSCOPE_NO_ID) - 1;
	*out = l;
	return LILSCOPE_OK;
}

void lilscope_destroy(struct lilscope *l)
{
	if (!l)
		return;
	memory_release(&l->memory);
	l->memory.resize(l->memory.opaque, l, sizeof(*l), 0);
}

int stream_fail(struct lilscope *l, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->message, sizeof(l->message), fmt, ap);
	va_end(ap);
	return code;
}

const char *lilscope_message(const struct lilscope *l)
{
	return l ? l->message : "";
}

static int out_of_memory(struct lilscope *l, int code)
{
	unsigned long long used = l->memory.used, max = l->memory.max;

	if (code == LILSCOPE_LIMIT)
		return stream_fail(l, code, "more than the %llu bytes of "
				   "memory_max were needed: raise it, or set "
				   "a window", max);
	return stream_fail(l, code, "the allocator gave no memory, after %llu "
			   "bytes", used);
}

/* Ids that may wait. A stop must be told at once, and want of room. */
static uint32_t quiet_of(const struct lilscope *l)
{
	uint32_t n;

	if (l->form != FORM_TEXTLESS)
		return 0;
	n = MIN(sliding_quiet(l->at), (uint32_t)WAITING_MAX);
	return engine_has_room(l->at->lead, n + 1, 0) &&
			       n < UINT32_MAX - l->tape.n ?
		       n : 0;
}

static int verdict(const struct lilscope *l)
{
	return l->stopped.at == LILSCOPE_NEVER ? LILSCOPE_OK : LILSCOPE_STOP;
}

int stream_change(struct lilscope *l, void (*what)(void *arg), void *arg)
{
	int code;

	l->memory.zone = MEMORY_ENGINE;
	l->quiet = 0;
	code = memory_try(&l->memory, what, arg);
	if (code != LILSCOPE_OK) {
		l->spent = code;
		return out_of_memory(l, code);
	}
	l->n = l->at->n;
	l->stopped = l->at->stopped;
	l->quiet = quiet_of(l);
	return verdict(l);
}

int stream_ask(struct lilscope *l, void (*what)(void *arg), void *arg)
{
	int code;

	l->memory.zone = MEMORY_SCRATCH;
	code = memory_try(&l->memory, what, arg);
	return code == LILSCOPE_OK ? code : out_of_memory(l, code);
}

/* --- what comes --------------------------------------------------------- */

void stream_take(struct lilscope *l, struct rule_token *tokens, uint32_t n)
{
	uint64_t keep;

	l->memory.zone = MEMORY_KEPT;
	tape_push(&l->tape, tokens, n);
	l->memory.zone = MEMORY_ENGINE;
	sliding_push(l->at, tokens, n);
	l->poppable = MIN(l->poppable + n, (size_t)l->settings.rollback);
	if (!l->settings.window)
		return;
	keep = sliding_base(&l->settings, l->at->n - l->poppable);
	if (keep > l->tape.first)
		tape_drop(&l->tape, keep);
}

void stream_take_ids(struct lilscope *l, const uint32_t *ids, size_t n)
{
	struct rule_token tokens[STEP_TOKENS];

	for (uint32_t k; n; n -= k, ids += k) {
		k = (uint32_t)MIN(n, (size_t)STEP_TOKENS);
		for (uint32_t i = 0; i < k; i++)
			tokens[i] = (struct rule_token){ .id = ids[i] };
		stream_take(l, tokens, k);
	}
}

static void take_waiting(void *arg)
{
	struct lilscope *l = arg;
	uint32_t n = l->n_waiting;

	l->n_waiting = 0;
	stream_take_ids(l, l->waiting, n);
}

int stream_settle(struct lilscope *l)
{
	int code = LILSCOPE_OK;

	if (!l)
		return LILSCOPE_BAD_CALL;
	if (l->spent)
		return LILSCOPE_SPENT;
	if (l->n_waiting)
		code = stream_change(l, take_waiting, l);
	return MIN(code, (int)LILSCOPE_OK);
}

int stream_wait(struct lilscope *l, uint32_t id)
{
	l->waiting[l->n_waiting++] = id;
	return l->n_waiting <= l->quiet ? verdict(l) :
					  stream_change(l, take_waiting, l);
}

/* --- its text ----------------------------------------------------------- */

void stream_textless(uint32_t id, char text[TEXTLESS_BYTES])
{
	for (size_t i = 0; i + 1 < TEXTLESS_BYTES; i++) {
		text[i] = (char)('a' + id % LETTERS);
		id /= LETTERS;
	}
	text[TEXTLESS_BYTES - 1] = ' ';
}

/* A word is ended by the character behind it, which may be of more bytes. */
size_t stream_open(struct lilscope *l, char byte)
{
	bool more = l->word.missing;
	size_t before = l->n_open - (more ? l->n_char : 0);
	struct word word;

	assert(l->n_open < OPEN_BYTES);
	l->open[l->n_open++] = byte;
	l->n_char = more ? l->n_char + 1 : 1;
	return words_push(&l->word, (unsigned char)byte, &word) ? before : 0;
}

/* --- back --------------------------------------------------------------- */

void stream_start(struct lilscope *l, const struct stopped *known)
{
	l->at = sliding_new(&l->settings, l->tape.first, known);
}

void stream_empty(struct lilscope *l)
{
	static const struct stopped never = { .at = LILSCOPE_NEVER };

	memory_release(&l->memory); /* a call that failed left what it was at */
	l->pictured = LILSCOPE_NEVER;
	l->tape = (struct tape){ 0 };
	l->poppable = 0;
	l->n_waiting = 0;
	l->form = FORM_OPEN;
	l->word = (struct word_cut){ 0 };
	l->n_open = 0;
	stream_start(l, &never);
}

void stream_replay(struct lilscope *l, uint64_t end)
{
	while (l->at->n < end) {
		struct rule_token tokens[STEP_TOKENS];
		uint64_t left = end - l->at->n;
		uint32_t n = (uint32_t)MIN(left, (uint64_t)STEP_TOKENS);

		for (uint32_t i = 0; i < n; i++) {
			tokens[i] = tape_at(&l->tape, l->at->n + i);
			if (l->form == FORM_TEXTLESS)
				tokens[i].text = NULL;
		}
		sliding_push(l->at, tokens, n);
	}
}

void stream_back(struct lilscope *l, size_t n)
{
	struct stopped known = l->at->stopped;
	uint64_t end = l->at->n - n, low = l->at->n - l->poppable;

	if (l->pictured < l->tape.first)
		l->pictured = LILSCOPE_NEVER; /* what came since is gone */
	if (l->pictured != LILSCOPE_NEVER) {
		memory_put_back(&l->memory);
	} else {
		memory_clear(&l->memory);
		stream_start(l, &known);
	}
	stream_replay(l, low);
	if (l->pictured == LILSCOPE_NEVER ||
	    low - l->pictured > (low - l->tape.first) / REPLAY_SHARE) {
		memory_picture(&l->memory);
		l->pictured = low;
	}
	stream_replay(l, end);
	tape_cut(&l->tape, end);
	l->poppable -= n;
}
