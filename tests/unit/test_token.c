/*
 * The parts of src/token that tokenizers do not reach with friendly
 * vocabularies: strings that meet in one slot, special tokens within others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "token/lookup.h"
#include "token/special.h"

enum {
	N_CROWD = 500, /* more than find a slot */
	WORD_BYTES = 8,
	SLOTS = 2048,  /* of these strings twice over */
};

/* Words whose hashes agree in all that chooses their slot. */
static void crowd(struct buf *text, size_t n)
{
	char word[WORD_BYTES + 1];

	for (uint32_t i = 0; text->len < n * WORD_BYTES; i++) {
		snprintf(word, sizeof(word), "%08x", (unsigned)i);
		if (lookup_hash(word, WORD_BYTES) % SLOTS == 7)
			buf_append(text, word, WORD_BYTES);
	}
}

static void strings_that_meet(void **state)
{
	struct buf text = { 0 };
	uint32_t start[2 * N_CROWD + 1];
	struct lookup l;

	(void)state;
	crowd(&text, N_CROWD);
	crowd(&text, 2 * N_CROWD); /* each once more */
	for (uint32_t i = 0; i <= 2 * N_CROWD; i++)
		start[i] = i * WORD_BYTES;
	lookup_init(&l, text.data, start, 2 * N_CROWD);
	for (uint32_t i = 0; i < 2 * N_CROWD; i++)
		if (i != 3) /* its twin stands for it */
			lookup_add(&l, i);
	lookup_seal(&l);
	assert_true(l.mask == SLOTS - 1 && l.n_late > N_CROWD / 2);
	for (uint32_t i = 0; i < N_CROWD; i++)
		assert_int_equal(lookup_find(&l, text.data + start[i],
					     WORD_BYTES),
				 i == 3 ? i + N_CROWD : i);
	assert_int_equal(lookup_find(&l, text.data, WORD_BYTES - 1),
			 TOKEN_NONE);
	assert_int_equal(lookup_find(&l, "zzzzzzzz", WORD_BYTES), TOKEN_NONE);
	assert_int_equal(lookup_find(&l, "", 0), TOKEN_NONE);
	lookup_release(&l);
	assert_int_equal(lookup_find(&l, text.data, WORD_BYTES), TOKEN_NONE);
	buf_release(&text);
}

static const char *const tokens[] = { "<a", "<abc", "<ab", "<b", "<ab", "",
				      "\xff<" };

static const struct {
	const char *text;
	bool end;
	uint32_t id;
	size_t len;
} special_rows[] = {
	{ "<abc>", false, 1, 4 },  { "<abd", false, 2, 3 },
	{ "<ax", false, 0, 2 },    { "<ab", true, 2, 3 },
	{ "<abc", false, 1, 4 },   { "<b", false, 3, 2 },
	{ "<ab", false, SPECIAL_MORE, 0 }, { "<", false, SPECIAL_MORE, 0 },
	{ "<", true, TOKEN_NONE, 0 },      { "<c", false, TOKEN_NONE, 0 },
	{ "a", false, TOKEN_NONE, 0 },     { "\xff<<", true, 6, 2 },
};

static void special_within_special(void **state)
{
	struct numbered list[ARRAY_LEN(tokens)];
	struct special s;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(tokens); i++)
		list[i] = (struct numbered){ tokens[i],
					     (uint32_t)strlen(tokens[i]), i };
	special_init(&s, list, ARRAY_LEN(list));
	for (size_t i = 0; i < ARRAY_LEN(special_rows); i++) {
		const char *text = special_rows[i].text;
		size_t len = 0;

		assert_int_equal(special_at(&s, text, strlen(text),
					    special_rows[i].end, &len),
				 special_rows[i].id);
		if (special_rows[i].len)
			assert_int_equal(len, special_rows[i].len);
	}
	assert_true(special_begins(&s, '\xff') && !special_begins(&s, 'a'));
	special_release(&s);
	assert_false(special_begins(&s, '<'));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_that_meet),
		cmocka_unit_test(special_within_special),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
