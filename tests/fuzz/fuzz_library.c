/*
 * Any calls of liblilscope, in any order, beside its definition; and any bytes
 * for a saved stream.
 *
 * The first byte says which stream it is, the second what memory it may have.
 * With the first one's high bit the rest changes a saved stream, whose sum is
 * made right again: a place and a byte at a time. Else each byte is a call
 * (some take the next one, too): most push a token of few. A call for which
 * there was no memory spends the stream, which is then held to what is
 * promised of that, and begun again.
 */
#include <string.h>

#include "base/hash.h"
#include "fuzz.h"

#include "../unit/naive_stream.c"
#include "../unit/purse.c"

enum { CALLS_MAX = 400, IDS = 8, ROLLBACK = 24, WINDOW = 64, MANY = 80 };

/* The first `WORDS` are each a word. */
enum { WORDS = 4 };
static const char *const texts[IDS] = { " the", " sum", " is", " 12", ".",
					"\n", " Wait", "" };

struct both {
	struct naive_stream naive;
	struct lilscope *l;
	struct lilscope_options o;
	struct purse purse;
};

static void make(struct both *b, uint8_t choice, uint8_t memory)
{
	size_t n_rules = 0;

	while (lilscope_rule_name(n_rules))
		n_rules++;
	*b = (struct both){ .naive = { .f = 20 }, .purse = { .left = -1 } };
	b->naive.rule = lilscope_rule_name(choice % n_rules);
	b->naive.bytes = choice & 16;
	b->naive.textless = choice & 8 && !b->naive.bytes;
	b->naive.window = choice & 32 ? WINDOW : 0;
	lilscope_options_init(&b->o, sizeof(b->o));
	b->o.rule = b->naive.rule;
	b->o.symbols = b->naive.bytes ? LILSCOPE_BYTES : LILSCOPE_TOKENS;
	b->o.window = b->naive.window;
	b->o.f = b->naive.f;
	b->o.rollback = choice & 64 ? ROLLBACK : 0;
	b->o.resize = purse_spend;
	b->o.opaque = &b->purse;
	b->o.memory_max = memory < 128 ? 0 : (memory - 127) * 2000u;
	if (lilscope_create(&b->l, &b->o) != LILSCOPE_OK)
		MUST(b->o.memory_max && !b->l && !b->purse.blocks);
}

/* --- no memory ---------------------------------------------------------- */

static bool is_memory(int code)
{
	return code == LILSCOPE_NO_MEMORY || code == LILSCOPE_LIMIT;
}

/* What is promised of a spent stream; then it is empty. */
static void revive(struct both *b, int code)
{
	struct lilscope_reading r = { .size = sizeof(r) };
	struct lilscope_unit u = { .size = sizeof(u) };
	uint64_t n = lilscope_n_tokens(b->l), at = lilscope_stop_at(b->l);
	size_t size;

	MUST(code == LILSCOPE_LIMIT ? b->o.memory_max != 0 :
				      b->purse.left == 0);
	MUST(strlen(lilscope_message(b->l)) > 20);
	b->purse.left = -1;
	MUST(lilscope_push(b->l, 1, "a", 1) == LILSCOPE_SPENT);
	MUST(lilscope_push(b->l, 1, NULL, 0) == LILSCOPE_SPENT);
	MUST(lilscope_push_bytes(b->l, "a", 1) == LILSCOPE_SPENT);
	MUST(lilscope_flush(b->l) == LILSCOPE_SPENT);
	MUST(lilscope_pop(b->l, 0) == LILSCOPE_SPENT);
	MUST(lilscope_read(b->l, &r) == LILSCOPE_SPENT);
	MUST(lilscope_unit(b->l, &u) == LILSCOPE_SPENT);
	MUST(lilscope_save(b->l, NULL, 0, &size) == LILSCOPE_SPENT);
	MUST(lilscope_poppable(b->l) == 0);
	MUST(n <= b->naive.n);
	MUST(n ? at == b->naive.stop_at[n] : at == LILSCOPE_NEVER);
	MUST(lilscope_reset(b->l) == LILSCOPE_OK);
	naive_pop(&b->naive, b->naive.n);
}

/* Was it done? Else the naive one has had it, and the stream not. */
static bool done(struct both *b, int code)
{
	if (is_memory(code))
		revive(b, code);
	else
		MUST(code >= LILSCOPE_OK);
	return code >= LILSCOPE_OK;
}

/* --- tokens ------------------------------------------------------------- */

static void pushed(struct both *b, int code)
{
	if (done(b, code))
		MUST(code == (b->naive.stop_at[b->naive.n] == LILSCOPE_NEVER ?
				      LILSCOPE_OK :
				      LILSCOPE_STOP));
}

static void push_id(struct both *b, uint32_t id, unsigned way)
{
	struct lilscope *two[] = { NULL, b->l };
	uint32_t ids[] = { LILSCOPE_NO_ID, id };
	int codes[2];

	naive_push(&b->naive, id, NULL, 0);
	if (way == 2) {
		size_t n = lilscope_push_each(two, ids, 2, codes);

		MUST(codes[0] == LILSCOPE_OK && n == (codes[1] != 0));
		pushed(b, codes[1]);
	} else {
		pushed(b, way == 1 ? lilscope_push_ids(b->l, &id, 1) :
				     lilscope_push(b->l, id, NULL, 0));
	}
}

static void push_word(struct both *b, const char *text, size_t n)
{
	int code = lilscope_push_bytes(b->l, text, n / 2);

	if (code >= LILSCOPE_OK)
		MUST(lilscope_pop(b->l, 1) == LILSCOPE_BAD_CALL);
	if (code >= LILSCOPE_OK)
		code = lilscope_push_bytes(b->l, text + n / 2, n - n / 2);
	if (code >= LILSCOPE_OK)
		code = lilscope_flush(b->l);
	pushed(b, code);
}

static void push_text(struct both *b, uint32_t i, unsigned way)
{
	size_t n = strlen(texts[i]);
	uint32_t id = way ? fnv32(FNV32_BASIS, texts[i], n) : i;

	naive_push(&b->naive, id, texts[i], n);
	if (way == 2 && i < WORDS)
		push_word(b, texts[i], n);
	else
		pushed(b, lilscope_push(b->l, way ? LILSCOPE_NO_ID : i,
					texts[i], n));
}

static void push(struct both *b, uint8_t byte)
{
	if (b->naive.textless)
		push_id(b, byte % IDS, byte / IDS % 3);
	else
		push_text(b, byte % IDS, byte / IDS % 3);
}

/* n tokens, those of a loop of some. */
static void push_many(struct both *b, uint32_t n)
{
	uint32_t ids[MANY], round = 1 + n % 7;

	for (uint32_t i = 0; i < n; i++) {
		ids[i] = i % round % IDS;
		if (!b->naive.textless)
			push(b, (uint8_t)ids[i]);
		else
			naive_push(&b->naive, ids[i], NULL, 0);
	}
	if (b->naive.textless && n)
		pushed(b, lilscope_push_ids(b->l, ids, n));
}

/* --- other calls -------------------------------------------------------- */

static void pop(struct both *b, size_t n)
{
	bool can = n <= lilscope_poppable(b->l);
	int code = lilscope_pop(b->l, n);

	if (code != LILSCOPE_TOO_FAR && done(b, code)) {
		MUST(can);
		naive_pop(&b->naive, n);
	} else {
		MUST(is_memory(code) || !can);
	}
}

static void *saved(struct lilscope *l, size_t *n)
{
	void *bytes;

	MUST(lilscope_save(l, NULL, 0, n) == LILSCOPE_OK);
	bytes = mem_alloc(*n);
	MUST(lilscope_save(l, bytes, *n, n) == LILSCOPE_OK);
	return bytes;
}

static void within_limit(const struct both *b)
{
	MUST(!b->o.memory_max || b->purse.most <= b->o.memory_max);
}

static void save_and_restore(struct both *b)
{
	struct lilscope *back;
	void *bytes;
	size_t n;
	int code = lilscope_save(b->l, NULL, 0, &n);

	if (!done(b, code)) /* what waited wanted memory */
		return;
	bytes = saved(b->l, &n);
	within_limit(b);
	code = lilscope_restore(&back, bytes, n, &b->o);
	mem_free(bytes);
	if (code < LILSCOPE_OK) {
		MUST(is_memory(code) && !back);
	} else {
		MUST(lilscope_poppable(back) == lilscope_poppable(b->l));
		lilscope_destroy(b->l);
		b->l = back;
	}
	b->purse.most = b->purse.bytes; /* there were two */
}

static void agree(struct both *b)
{
	struct lilscope_reading r = { .size = sizeof(r) };

	if (done(b, lilscope_read(b->l, &r)))
		MUST(!naive_differs(&b->naive, b->l));
}

static void unit(struct both *b)
{
	struct lilscope_unit u = { .size = sizeof(u) };
	uint64_t n = lilscope_n_tokens(b->l);
	int code = lilscope_unit(b->l, &u);

	if (is_memory(code) && lilscope_pop(b->l, 0) == LILSCOPE_SPENT) {
		revive(b, code); /* what waited wanted memory */
		return;
	}
	MUST(code == LILSCOPE_OK || is_memory(code));
	MUST(lilscope_n_tokens(b->l) == n);
	MUST(code || !u.times || u.first + u.n_tokens <= n);
}

/* Calls that are out of order change nothing. */
static void refused(struct both *b)
{
	struct lilscope_reading r = { .size = 4 };
	uint32_t id = 1;
	int codes[1];

	if (!done(b, lilscope_pop(b->l, 0)))
		return;
	if (b->naive.bytes || (b->naive.n && !b->naive.textless))
		MUST(lilscope_push(b->l, 1, NULL, 0) == LILSCOPE_BAD_CALL);
	if (b->naive.n && b->naive.textless)
		MUST(lilscope_push(b->l, 1, "a", 1) == LILSCOPE_BAD_CALL &&
		     lilscope_push_bytes(b->l, "a", 1) == LILSCOPE_BAD_CALL);
	MUST(lilscope_push(b->l, LILSCOPE_NO_ID, NULL, 0) ==
	     LILSCOPE_BAD_CALL);
	MUST(lilscope_push_ids(b->l, NULL, 3) == LILSCOPE_BAD_CALL);
	MUST(lilscope_push_each(&b->l, &id, 1, NULL) == 1);
	MUST(lilscope_push_each(&b->l, NULL, 1, codes) == 1);
	MUST(lilscope_read(b->l, &r) == LILSCOPE_BAD_CALL);
	MUST(lilscope_read(b->l, NULL) == LILSCOPE_BAD_CALL);
	MUST(lilscope_unit(b->l, NULL) == LILSCOPE_BAD_CALL);
	MUST(lilscope_save(b->l, NULL, 0, NULL) == LILSCOPE_BAD_CALL);
	MUST(lilscope_n_tokens(b->l) == b->naive.n);
}

static void begin_again(struct both *b)
{
	int code = lilscope_reset(b->l);

	if (code != LILSCOPE_OK) {
		MUST(is_memory(code));
		naive_pop(&b->naive, b->naive.n);
		revive(b, code);
	} else {
		naive_pop(&b->naive, b->naive.n);
	}
}

/* What comes next: a call, or two bytes of one. */
static size_t one_call(struct both *b, uint8_t byte, uint8_t next)
{
	if (byte < 192)
		push(b, byte);
	else if (byte < 226)
		pop(b, (byte - 192u) % (ROLLBACK + 2));
	else if (byte < 232)
		save_and_restore(b);
	else if (byte < 236)
		unit(b);
	else if (byte < 240)
		done(b, lilscope_entropy(b->l, NULL, NULL));
	else if (byte < 244)
		refused(b);
	else if (byte < 248)
		agree(b);
	else if (byte == 248)
		begin_again(b);
	else if (byte < 252)
		push_many(b, next % MANY);
	else
		b->purse.left = next;
	return byte < 249 ? 1 : 2;
}

static void calls(struct both *b, const uint8_t *data, size_t size)
{
	size = MIN(size, (size_t)CALLS_MAX);
	for (size_t i = 0; i < size;)
		i += one_call(b, data[i], i + 1 < size ? data[i + 1] : 0);
	b->purse.left = -1;
	agree(b);
	within_limit(b);
}

/* --- broken streams ----------------------------------------------------- */

/* As save.c has it: FNV-1a of all before it, little-endian. */
static void right_sum(uint8_t *bytes, size_t n)
{
	uint64_t sum = fnv64(FNV64_BASIS, bytes, n - 8);

	for (size_t i = 0; i < 8; i++)
		bytes[n - 8 + i] = (uint8_t)(sum >> 8 * i);
}

static void use(struct lilscope *l)
{
	struct lilscope_reading r = { .size = sizeof(r) };
	struct lilscope_unit u = { .size = sizeof(u) };
	size_t n = lilscope_poppable(l);

	(void)lilscope_flush(l);
	(void)lilscope_push(l, 1, "a", 1);
	(void)lilscope_push(l, 1, NULL, 0);
	MUST(lilscope_pop(l, n) >= LILSCOPE_OK || !n || n > 1u << 20);
	MUST(lilscope_read(l, &r) == LILSCOPE_OK);
	MUST(lilscope_unit(l, &u) == LILSCOPE_OK);
}

static void broken(struct both *b, const uint8_t *data, size_t size)
{
	struct lilscope_options o;
	struct lilscope *back;
	uint8_t *bytes;
	size_t n;

	for (uint32_t i = 0; i < 150; i++)
		push(b, (uint8_t)(i * i % 7 % IDS));
	if (!b->naive.textless)
		(void)lilscope_push_bytes(b->l, " op", 3);
	bytes = saved(b->l, &n);
	for (size_t i = 0; i + 1 < size; i += 2)
		bytes[data[i] % n] = data[i + 1];
	right_sum(bytes, n);
	lilscope_options_init(&o, sizeof(o));
	o.memory_max = 64 << 20;
	if (lilscope_restore(&back, bytes, n, &o) >= LILSCOPE_OK)
		use(back);
	else
		MUST(!back);
	lilscope_destroy(back);
	mem_free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct both b;

	if (size < 2)
		return 0;
	make(&b, data[0], data[0] & 128 ? 0 : data[1]);
	if (!b.l)
		return 0;
	if (data[0] & 128)
		broken(&b, data + 1, size - 1);
	else
		calls(&b, data + 2, size - 2);
	lilscope_destroy(b.l);
	MUST(!b.purse.blocks && !b.purse.bytes);
	naive_release(&b.naive);
	return 0;
}
