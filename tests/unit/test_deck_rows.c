/* What a row of the list says, and which runs' text is put away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "deck/deck.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static FILE *create(void)
{
	int fd;

	strcpy(path, "/tmp/lilscope-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return fdopen(fd, "wb");
}

static void finish(struct deck *d)
{
	while (deck_work(d, 10000))
		;
}

/* The words of a row are one line of whole characters; a policy without a
 * budget is its name. */
static void rows_say_it_in_a_line(void **state)
{
	enum { MOST = 60 };
	struct deck *d = deck_new(&meter_opts_default);
	struct err err = { "" };
	FILE *f = create();

	(void)state;
	fputs("{\"prompt\":\" one \\n\\n two\\tthree\",\"response\":\"a b\","
	      "\"policy\":\"dense\"}\n", f);
	for (int from = 0; from < 3; from++) {
		fprintf(f, "{\"prompt\":\"%.*s", from, "abc");
		for (int k = 0; k < MOST; k++)
			fputs("\xe4\xbd\xa0", f);
		fputs("\",\"response\":\"a b\",\"policy\":\"quest\","
		      "\"budget\":96}\n", f);
	}
	fclose(f);
	assert_true(deck_add(d, path, false, &err));
	assert_string_equal(deck_text(d, 0), "");
	finish(d);
	assert_int_equal(deck_n(d), 4);
	assert_string_equal(deck_entry(d, 0)->words, "one two three");
	assert_string_equal(deck_text(d, deck_entry(d, 0)->policy), "dense");
	for (size_t from = 0; from < 3; from++) {
		const struct entry *e = deck_entry(d, from + 1);

		assert_int_equal((strlen(e->words) - from) % 3, 0);
		assert_true(strlen(e->words) + 3 >= ENTRY_WORDS_BYTES);
		assert_string_equal(deck_text(d, e->policy), "quest 96");
	}
	assert_string_equal(deck_source_short(d, 0), strrchr(path, '/') + 1);
	deck_free(d);
	unlink(path);
}

/* Only as much as is too much, and never what is looked at. */
static void no_more_is_put_away(void **state)
{
	enum { STREAMS = 24, STREAM_TOKENS = 300, HALF_BYTES = 450000 };
	const size_t first = 0;
	const char *trouble;
	struct err err = { "" };
	struct deck *d;
	FILE *f = create();

	(void)state;
	for (int i = 0; i < STREAMS; i++)
		fprintf(f, "{\"lilscope\":1,\"run\":\"%d\",\"id\":\"r%d\"}\n",
			i, i);
	for (int k = 0; k < STREAM_TOKENS * STREAMS; k++)
		fprintf(f, "{\"run\":\"%d\",\"t\":\" w%d\"}\n", k % STREAMS,
			k * 7919 % 997);
	for (int i = 0; i < STREAMS; i++)
		fprintf(f, "{\"run\":\"%d\",\"end\":\"stop\"}\n", i);
	fclose(f);
	d = deck_new(&meter_opts_default);
	deck_set_keep(d, UINT64_MAX, UINT64_MAX);
	assert_true(deck_add(d, path, false, &err));
	finish(d);
	finish(d);
	assert_int_equal(deck_n(d), STREAMS);
	assert_int_equal(deck_spilled(d, &trouble), 0);
	assert_non_null(deck_open(d, 1, &err));
	deck_beside(d, &first, 1);
	deck_set_keep(d, HALF_BYTES, UINT64_MAX);
	finish(d);
	finish(d);
	assert_in_range(deck_spilled(d, &trouble), STREAMS / 4,
			STREAMS * 3 / 4);
	assert_int_equal(deck_entry(d, 0)->own.spill, SPILL_WAITS);
	assert_int_equal(deck_entry(d, 1)->own.spill, SPILL_WAITS);
	deck_free(d);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_say_it_in_a_line),
		cmocka_unit_test(no_more_is_put_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
