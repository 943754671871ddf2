/*
 * Any calls of liblilscope, in any order, beside its definition; and any bytes
 * for a saved stream.
 *
 * The first byte says which stream it is. With its high bit the rest changes a
 * saved stream, whose sum is made right again: a place and a byte at a time.
 * Else each byte is a call: most push a token of few.
 */
#include <string.h>

#include "base/hash.h"
#include "fuzz.h"

#include "../unit/naive_stream.c"

enum { CALLS_MAX = 400, IDS = 8, ROLLBACK = 24, WINDOW = 64 };

static const char *const texts[IDS] = { " the", " sum", " is", " 12", ".",
					"\n", " Wait", "" };

struct both {
	struct naive_stream naive;
	struct lilscope *l;
};

static struct both make(uint8_t choice)
{
	struct both b = { .naive = { .f = 20 } };
	struct lilscope_options o;
	size_t n_rules = 0;

	while (lilscope_rule_name(n_rules))
		n_rules++;
	b.naive.rule = lilscope_rule_name(choice % n_rules);
	b.naive.bytes = choice & 16;
	b.naive.window = choice & 32 ? WINDOW : 0;
	lilscope_options_init(&o, sizeof(o));
	o.rule = b.naive.rule;
	o.symbols = b.naive.bytes ? LILSCOPE_BYTES : LILSCOPE_TOKENS;
	o.window = b.naive.window;
	o.f = b.naive.f;
	o.rollback = choice & 64 ? ROLLBACK : 0;
	MUST(lilscope_create(&b.l, &o) == LILSCOPE_OK);
	return b;
}

static void push(struct both *b, uint32_t i)
{
	int code = lilscope_push(b->l, i, texts[i], strlen(texts[i]));

	naive_push(&b->naive, i, texts[i], strlen(texts[i]));
	MUST(code == (b->naive.stop_at[b->naive.n] == LILSCOPE_NEVER ?
			      LILSCOPE_OK :
			      LILSCOPE_STOP));
}

static void pop(struct both *b, size_t n)
{
	bool can = n <= lilscope_poppable(b->l);
	int code = lilscope_pop(b->l, n);

	MUST(can ? code >= LILSCOPE_OK : code == LILSCOPE_TOO_FAR);
	if (can)
		naive_pop(&b->naive, n);
}

static void *saved(struct lilscope *l, size_t *n)
{
	void *bytes;

	MUST(lilscope_save(l, NULL, 0, n) == LILSCOPE_OK);
	bytes = mem_alloc(*n);
	MUST(lilscope_save(l, bytes, *n, n) == LILSCOPE_OK);
	return bytes;
}

static void save_and_restore(struct both *b)
{
	struct lilscope *back;
	size_t n;
	void *bytes = saved(b->l, &n);

	MUST(lilscope_restore(&back, bytes, n, NULL) >= LILSCOPE_OK);
	MUST(lilscope_poppable(back) == lilscope_poppable(b->l));
	lilscope_destroy(b->l);
	b->l = back;
	mem_free(bytes);
}

static void one_call(struct both *b, uint8_t byte)
{
	struct lilscope_unit u = { .size = sizeof(u) };

	if (byte < 200)
		push(b, byte % IDS);
	else if (byte < 240)
		pop(b, (byte - 200u) % (ROLLBACK + 2));
	else if (byte < 248)
		save_and_restore(b);
	else if (byte < 252)
		MUST(lilscope_unit(b->l, &u) == LILSCOPE_OK);
	else if (byte < 255)
		MUST(!naive_differs(&b->naive, b->l));
	else {
		MUST(lilscope_reset(b->l) == LILSCOPE_OK);
		naive_pop(&b->naive, b->naive.n);
	}
}

static void calls(struct both *b, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size && i < CALLS_MAX; i++)
		one_call(b, data[i]);
	MUST(!naive_differs(&b->naive, b->l));
}

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
		push(b, i * i % 7 % IDS);
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

	if (!size)
		return 0;
	b = make(data[0]);
	if (data[0] & 128)
		broken(&b, data + 1, size - 1);
	else
		calls(&b, data + 1, size - 1);
	lilscope_destroy(b.l);
	naive_release(&b.naive);
	return 0;
}
