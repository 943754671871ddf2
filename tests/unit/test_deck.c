/* deck.c: every way into the list ends with the same reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "deck/deck.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORDS = 40, LOOPS_FROM = 20 };

static char dir[] = "/tmp/lilscope-test-XXXXXX";

static FILE *create(const char *name)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	return f;
}

/* Record i: 100 + i fresh words; from LOOPS_FROM on a loop after them. */
static void write_record(FILE *f, int i)
{
	fprintf(f, "{\"prompt\":\"p%d\",\"response\":\"", i);
	for (int k = 0; k < 100 + i; k++)
		fprintf(f, "word%d and %d ", (k * 7919 + i) % 997, k);
	for (int k = 0; i >= LOOPS_FROM && k < 400; k++)
		fputs("again and again. ", f);
	fputs("\"}\n", f);
}

enum {
	CROWD = 200,
	CROWD_BROKEN = 27,
	CROWD_SUBS = 5,
	CROWD_LONG = 4000,
};

/* Many records, some broken, some of several generations, one of them long. */
static void write_crowd(FILE *f)
{
	for (int i = 0; i < CROWD; i++) {
		if (i % CROWD_BROKEN == 3)
			fprintf(f, "{\"response\": \"no end %d\n", i);
		else if (i % CROWD_SUBS == 1)
			fprintf(f, "{\"prompt\":\"q%d\",\"responses\":["
				   "\"a %d\",\"b %d b\",\"c c c\"],"
				   "\"label\":\"l%d\"}\n",
				i, i, i, i % 7);
		else
			write_record(f, i % RECORDS);
		if (i == CROWD / 2)
			write_record(f, CROWD_LONG);
	}
}

enum { STREAMS = 24, STREAM_TOKENS = 300, AT_ONCE = 4 };

/* Native runs, some at a time, with times, a prompt, reasoning, and a loop in
 * every third. */
static void write_streams(FILE *f)
{
	for (int from = 0; from < STREAMS; from += AT_ONCE) {
		for (int i = from; i < from + AT_ONCE; i++)
			fprintf(f, "{\"lilscope\":1,\"run\":\"%d\","
				   "\"id\":\"r%d\",\"prompt\":\"ask %d\"}\n",
				i, i, i);
		for (int k = 0; k < STREAM_TOKENS; k++)
			for (int i = from; i < from + AT_ONCE; i++)
				fprintf(f, "{\"run\":\"%d\",\"t\":\" w%d\","
					   "\"us\":%d}\n", i,
					i % 3 ? k * 7919 % 997 : k % 5,
					k * 1000 + i);
		for (int i = from; i < from + AT_ONCE; i++)
			fprintf(f, "{\"run\":\"%d\",\"end\":\"stop\"}\n", i);
	}
}

static int make(void **state)
{
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	f = create("many.jsonl");
	for (int i = 0; i < RECORDS; i++)
		write_record(f, i);
	fclose(f);
	f = create("broken.jsonl");
	write_record(f, 1);
	fputs("{\"prompt\": \"x\", \"response\": \"no end\n", f);
	write_record(f, 2);
	fclose(f);
	f = create("subs.jsonl");
	for (int i = 0; i < 3; i++)
		fprintf(f, "{\"prompt\":\"p\",\"responses\":[\"one %d\","
			   "\"two %d\",\"three %d\"]}\n",
			i, i, i);
	fclose(f);
	f = create("two.jsonl");
	for (int k = 0; k < 2; k++)
		fprintf(f, "{\"lilscope\":1,\"run\":\"%d\"}\n", k);
	for (int k = 0; k < 1200; k++)
		fprintf(f, "{\"run\":\"%d\",\"t\":\" w%d\"}\n", k % 2,
			k % 7);
	fclose(f);
	f = create("crowd.jsonl");
	write_crowd(f);
	fclose(f);
	f = create("streams.jsonl");
	write_streams(f);
	fclose(f);
	f = create("one.txt");
	for (int k = 0; k < 3000; k++)
		fprintf(f, "line %d of a text\n", k * 7919 % 3001);
	fclose(f);
	return 0;
}

static int clean(void **state)
{
	static const char *const names[] = { "many.jsonl", "broken.jsonl",
					     "subs.jsonl", "one.txt",
					     "two.jsonl", "crowd.jsonl",
					     "streams.jsonl" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static struct deck *deck_of(const char *name)
{
	struct deck *d = deck_new(&meter_opts_default);
	struct err err = { "" };
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_true(deck_add(d, path, false, &err));
	return d;
}

static void finish(struct deck *d)
{
	while (true) {
		if (deck_work(d, 1000))
			continue;
		if (!deck_waits(d))
			break;
		deck_sleep(d, 0.001);
	}
	assert_true(deck_complete(d));
}

static void records_are_listed_and_reported(void **state)
{
	struct deck *d = deck_of("many.jsonl");

	(void)state;
	finish(d);
	assert_int_equal(deck_n(d), RECORDS);
	for (size_t i = 0; i < RECORDS; i++) {
		const struct entry *e = deck_entry(d, i);

		assert_int_equal(e->state, ENTRY_REPORTED);
		assert_int_equal(e->own.i_record, i);
		assert_true(e->tokens > 300);
		assert_int_equal(e->fired_at != RULE_NEVER,
				 i >= LOOPS_FROM);
	}
	assert_int_equal(deck_skipped(d), 0);
	assert_true(deck_progress(d) == 1);
	deck_free(d);
}

static void an_opened_record_agrees_with_its_row(void **state)
{
	struct deck *d = deck_of("many.jsonl");
	struct err err = { "" };

	(void)state;
	finish(d);
	for (size_t i = RECORDS; i-- > 0;) {
		struct run *run = deck_open(d, i, &err);

		assert_non_null(run);
		while (deck_work(d, 1000))
			;
		assert_true(deck_run_complete(d));
		assert_int_equal(run->trace.n_tokens, deck_entry(d, i)->tokens);
		assert_int_equal(meter_rule(run->meter, RULE_DEFAULT).at_token,
				 deck_entry(d, i)->fired_at);
		assert_int_equal(meter_rule(run->meter, RULE_GUARDIAN).at_token,
				 deck_entry(d, i)->rules_at[0]);
	}
	deck_free(d);
}

static void broken_records_keep_their_place(void **state)
{
	struct deck *d = deck_of("broken.jsonl");
	struct err err = { "" };

	(void)state;
	finish(d);
	assert_int_equal(deck_n(d), 3);
	assert_int_equal(deck_entry(d, 0)->state, ENTRY_REPORTED);
	assert_int_equal(deck_entry(d, 1)->state, ENTRY_BROKEN);
	assert_int_equal(deck_entry(d, 2)->state, ENTRY_REPORTED);
	assert_int_equal(deck_skipped(d), 1);
	assert_non_null(strstr(deck_trouble(d), "line 2"));
	assert_null(deck_open(d, 1, &err));
	assert_true(err.text[0] != '\0');
	deck_free(d);
}

static bool reported(const struct deck *d, size_t i)
{
	return i < deck_n(d) && deck_entry(d, i)->state == ENTRY_REPORTED;
}

static void what_is_looked_at_comes_first(void **state)
{
	const size_t sight[] = { RECORDS - 1, 7, 7 };
	struct deck *d = deck_of("many.jsonl");

	(void)state;
	deck_look(d, sight, 3);
	while (!reported(d, RECORDS - 1) || !reported(d, 7))
		assert_true(deck_work(d, 10));
	assert_false(reported(d, RECORDS / 2));
	finish(d);
	for (size_t i = 0; i < RECORDS; i++)
		assert_true(reported(d, i));
	assert_true(deck_progress(d) == 1);
	deck_free(d);
}

static void generations_of_one_record(void **state)
{
	struct deck *d = deck_of("subs.jsonl");
	struct meter_opts o = meter_opts_default;
	struct err err = { "" };
	size_t subs[3] = { 0 };

	(void)state;
	finish(d);
	assert_int_equal(deck_n(d), 9);
	o.rule.t = 5;
	deck_set_opts(d, &o); /* reported again, entered once */
	finish(d);
	assert_int_equal(deck_n(d), 9);
	for (size_t i = 0; i < 9; i++) {
		const struct entry *e = deck_entry(d, i);
		struct run *run = deck_open(d, i, &err);
		static const char *const words[] = { "one", "two", "three" };

		assert_int_equal(e->state, ENTRY_REPORTED);
		assert_in_range(e->own.i_sub, 0, 2);
		subs[e->own.i_sub]++;
		assert_non_null(run);
		assert_memory_equal(run->trace.text.data, words[e->own.i_sub],
				    strlen(words[e->own.i_sub]));
	}
	for (int k = 0; k < 3; k++)
		assert_int_equal(subs[k], 3);
	deck_free(d);
}

static void a_text_is_one_generation(void **state)
{
	struct deck *d = deck_of("one.txt");
	struct err err = { "" };
	struct run *run;

	(void)state;
	while (deck_n(d) == 0)
		deck_work(d, 100);
	run = deck_open(d, 0, &err); /* while it is being read */
	assert_non_null(run);
	finish(d);
	assert_ptr_equal(run, deck_run(d));
	assert_true(deck_run_complete(d));
	assert_int_equal(deck_n(d), 1);
	assert_int_equal(deck_entry(d, 0)->tokens, run->trace.n_tokens);
	assert_string_equal(run->trace.facts.dialect, "text");
	deck_free(d);
}

static void leaving_early_leaks_nothing(void **state)
{
	static const char *const names[] = { "many.jsonl", "subs.jsonl",
					     "one.txt" };
	struct err err = { "" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (int steps = 0; steps < 6; steps++) {
			struct deck *d = deck_of(names[i]);

			for (int k = 0; k < steps; k++)
				deck_work(d, 0);
			if (deck_n(d))
				deck_open(d, 0, &err);
			deck_free(d);
		}
}

/* Work until the watched runs are there and measured. */
static void finish_watched(struct deck *d, const size_t *entries, size_t n)
{
	deck_beside(d, entries, n);
	finish(d);
	for (size_t i = 0; i < n; i++) {
		const struct run *run = deck_kept(d, entries[i]);

		assert_non_null(run);
		assert_int_equal(run_n_measured(run), run->trace.n_tokens);
		assert_int_equal(run->trace.n_tokens,
				 deck_entry(d, entries[i])->tokens);
	}
}

/* Runs beside the open one: read again, kept while they are watched, opened
 * and closed in between, and the reports are the same. */
static void watched_runs_are_there(void **state)
{
	static const size_t some[] = { 30, 3, 17 }, others[] = { 3, 5 };
	struct deck *d = deck_of("many.jsonl");
	struct meter_opts opts = meter_opts_default;
	struct err err = { "" };

	(void)state;
	deck_beside(d, some, 3); /* before anything is known */
	finish_watched(d, some, 3);
	assert_null(deck_kept(d, 4));
	assert_non_null(deck_open(d, 3, &err)); /* a watched one */
	finish_watched(d, others, 2);
	assert_null(deck_kept(d, 30));
	assert_non_null(deck_open(d, 30, &err)); /* 3 stays watched */
	finish_watched(d, others, 2);
	deck_beside(d, NULL, 0); /* 30 is open, 3 and 5 go */
	assert_null(deck_kept(d, 3));
	assert_non_null(deck_kept(d, 30));
	finish_watched(d, some, 3);
	assert_non_null(deck_open(d, 17, &err));
	deck_beside(d, NULL, 0); /* ... while it is open */
	assert_non_null(deck_kept(d, 17));
	opts.i_stop = RULE_GUARDIAN;
	opts.rule.t = 1e9; /* everything fires */
	finish_watched(d, some, 3);
	deck_set_opts(d, &opts);
	finish_watched(d, others, 2);
	for (size_t i = 0; i < RECORDS; i++) {
		assert_int_equal(deck_entry(d, i)->state, ENTRY_REPORTED);
		assert_int_not_equal(deck_entry(d, i)->fired_at, RULE_NEVER);
	}
	deck_free(d);
}

/* A row of a stream tells of few rules, and only those run; all do when it is
 * opened or watched, and say what they say of a file. */
static void rows_of_a_stream_run_few_rules(void **state)
{
	static const size_t all[] = { 0, 1 };
	struct deck *d = deck_of("two.jsonl");
	uint32_t fired_at;
	struct err err = { "" };
	struct run *run;

	(void)state;
	finish(d);
	assert_int_equal(deck_n(d), 2);
	fired_at = deck_entry(d, 0)->fired_at;
	assert_in_range(fired_at, 1, 599);
	for (size_t i = 0; i < RULE_ROWS; i++) {
		bool told = i == meter_opts_default.i_stop;

		for (size_t k = 0; rule_shown(k) < RULE_ROWS; k++)
			told |= rule_shown(k) == i;
		assert_int_equal(meter_runs(deck_kept(d, 0)->meter, i),
				 told && (i == RULE_GUARDIAN ||
					  meter_opts_default.rules &
						  RULE_BIT(i)));
	}
	run = deck_open(d, 0, &err);
	finish_watched(d, all, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct run *kept = deck_kept(d, i);

		assert_int_equal(kept->trace.n_tokens, 600);
		assert_int_equal(series_len(meter_rho(kept->meter)), 600);
		for (size_t k = 0; k < RULE_USUAL_ROWS; k++)
			assert_true(meter_runs(kept->meter, k));
	}
	assert_int_equal(meter_rule(run->meter,
				    meter_opts_default.i_stop).at_token,
			 fired_at);
	deck_free(d);
}

static struct deck *crowd(unsigned n_threads)
{
	struct deck *d = deck_of("crowd.jsonl");

	deck_set_threads(d, n_threads);
	return d;
}

static void assert_same_rows(const struct deck *a, const struct deck *b)
{
	assert_int_equal(deck_n(a), deck_n(b));
	for (size_t i = 0; i < deck_n(a); i++) {
		struct rule_verdict stops[] = { deck_stop(a, i),
						deck_stop(b, i) };
		const struct entry *x = deck_entry(a, i), *y = deck_entry(b, i);

		assert_int_equal(x->own.i_record, y->own.i_record);
		assert_int_equal(x->own.i_sub, y->own.i_sub);
		assert_int_equal(x->own.first_sub, y->own.first_sub);
		assert_int_equal(x->own.size_bytes, y->own.size_bytes);
		assert_memory_equal(&stops[0], &stops[1], sizeof(*stops));
		assert_int_equal(x->fired_at, stops[0].at_token);
		assert_int_equal(x->after, stops[0].after);
		assert_string_equal(deck_text(a, x->finish),
				    deck_text(b, y->finish));
		assert_string_equal(deck_text(a, x->label),
				    deck_text(b, y->label));
		assert_string_equal(x->words, y->words);
		assert_int_equal(x->state, y->state);
		assert_int_equal(x->guessed, y->guessed);
		assert_int_equal(x->judged.grade, y->judged.grade);
		assert_int_equal(x->judged.by, y->judged.by);
		assert_memory_equal(&x->tokens, &y->tokens,
				    offsetof(struct entry, finish) -
				    offsetof(struct entry, tokens));
	}
	assert_int_equal(deck_skipped(a), deck_skipped(b));
	assert_string_equal(deck_trouble(a), deck_trouble(b));
}

/* What a number of threads makes is what one makes; also when the options
 * change in the middle, and whatever is looked at. */
static void threads_change_nothing(void **state)
{
	static const size_t sight[] = { 150, 1, 101, 149, 41 };
	struct meter_opts others = meter_opts_default;
	struct deck *one = crowd(1);

	(void)state;
	others.rule.t = 3;
	others.rule.f = 40;
	finish(one);
	assert_int_equal(deck_skipped(one), 8);
	assert_non_null(strstr(deck_trouble(one), "line 4,"));
	for (unsigned n = 2; n <= 8; n += 3) {
		struct deck *some = crowd(n);
		struct err err = { "" };

		deck_look(some, sight, 5);
		for (int k = 0; k < 20; k++)
			deck_work(some, 1000);
		deck_set_opts(some, &others);
		for (int k = 0; k < 20; k++)
			deck_work(some, 100);
		deck_open(some, 0, &err);
		deck_set_opts(some, &meter_opts_default);
		finish(some);
		assert_same_rows(one, some);
		deck_set_opts(one, &others);
		deck_set_opts(some, &others);
		finish(one);
		finish(some);
		assert_same_rows(one, some);
		deck_set_opts(one, &meter_opts_default);
		finish(one);
		deck_free(some);
	}
	deck_free(one);
}

/* Left in the middle, nothing is waited for or lost. */
static void threads_can_be_left(void **state)
{
	(void)state;
	for (int steps = 0; steps < 40; steps += 3) {
		struct deck *d = crowd(4);

		for (int k = 0; k < steps; k++)
			deck_work(d, 200);
		deck_free(d);
	}
}

/* How a record begins and ended is known before it is measured. */
static void heads_come_first(void **state)
{
	for (unsigned n = 1; n <= 4; n += 3) {
		static const size_t sight[] = { 5 };
		struct deck *d = crowd(n);
		size_t headed = 0, measured = 0;

		(void)state;
		deck_look(d, sight, 1); /* the others wait for all heads */
		while (deck_n(d) < CROWD + 1 ||
		       !deck_entry(d, CROWD)->own.headed) {
			deck_work(d, 100);
			deck_sleep(d, 0);
		}
		for (size_t i = 0; i < deck_n(d); i++) {
			const struct entry *e = deck_entry(d, i);

			headed += e->own.headed || e->state == ENTRY_BROKEN;
			measured += e->state == ENTRY_REPORTED;
		}
		assert_int_equal(headed, deck_n(d));
		assert_true(measured < deck_n(d) / 2);
		assert_string_equal(deck_entry(d, CROWD)->words, "p39");
		finish(d);
		deck_free(d);
	}
}

/* Texts that lie beside the rows, each once, are each row's own. */
static void rows_keep_their_texts(void **state)
{
	enum { ROWS = 700, REASONS = 300 };
	FILE *f = create("texts.jsonl");
	struct deck *d;
	char path[128], reason[32];

	(void)state;
	for (int i = 0; i < ROWS; i++) {
		fprintf(f, "{\"prompt\":\"p\",\"response\":\"a b c\"");
		if (i % REASONS)
			fprintf(f, ",\"finish_reason\":\"r%d\"", i % REASONS);
		fputs("}\n", f);
	}
	fclose(f);
	for (unsigned n = 1; n <= 2; n++) {
		d = deck_of("texts.jsonl");
		deck_set_threads(d, n);
		finish(d);
		deck_set_opts(d, &meter_opts_default);
		finish(d);
		assert_int_equal(deck_n(d), ROWS);
		for (int i = 0; i < ROWS; i++) {
			uint32_t text = deck_entry(d, (size_t)i)->finish;

			snprintf(reason, sizeof(reason), "r%d", i % REASONS);
			assert_string_equal(deck_text(d, text),
					    i % REASONS ? reason : "");
			assert_int_equal(
				text, deck_entry(d, (size_t)(i % REASONS))
					      ->finish);
		}
		deck_free(d);
	}
	snprintf(path, sizeof(path), "%s/texts.jsonl", dir);
	unlink(path);
}

/* Progress is of the bytes that are measured, up to all; the time left
 * is a number as soon as there is a pace, and nothing at the end. */
static void progress_is_of_bytes(void **state)
{
	for (unsigned n = 1; n <= 2; n++) {
		struct deck *d = crowd(n);
		double part = 0;

		(void)state;
		assert_true(isnan(deck_left_s(d)));
		while (deck_work(d, 500) || deck_waits(d)) {
			uint64_t done = 0, all = 0;
			double now = deck_progress(d);

			if (!deck_index_complete(d))
				continue;
			for (size_t i = 0; i < deck_n(d); i++) {
				const struct entry *e = deck_entry(d, i);

				if (e->own.i_sub)
					continue;
				all += e->own.size_bytes;
				done += e->state == ENTRY_INDEXED ?
						0 : e->own.size_bytes;
			}
			assert_true(fabs(now - (double)done / (double)all) <
				    1e-9);
			part = now;
			deck_sleep(d, 0);
		}
		assert_true(part > 0 && deck_progress(d) == 1);
		deck_set_opts(d, &meter_opts_default);
		assert_true(deck_progress(d) < 0.5);
		finish(d);
		assert_true(deck_progress(d) == 1);
		deck_free(d);
	}
}

static struct deck *streams(uint64_t memory, uint64_t disk)
{
	struct deck *d = deck_new(&meter_opts_default);
	struct err err = { "" };
	char path[128];

	deck_set_keep(d, memory, disk);
	snprintf(path, sizeof(path), "%s/streams.jsonl", dir);
	assert_true(deck_add(d, path, false, &err));
	finish(d);
	finish(d); /* what ended last is put away */
	assert_int_equal(deck_n(d), STREAMS);
	return d;
}

static void assert_same_trace(const struct trace *a, const struct trace *b)
{
	assert_int_equal(a->n_tokens, b->n_tokens);
	assert_int_equal(a->text.len, b->text.len);
	assert_memory_equal(a->text.data, b->text.data, a->text.len);
	assert_int_equal(a->prompt.len, b->prompt.len);
	assert_memory_equal(a->prompt.data, b->prompt.data, a->prompt.len);
	assert_memory_equal(a->end, b->end, a->n_tokens * sizeof(*a->end));
	assert_non_null(a->time_us);
	assert_memory_equal(a->time_us, b->time_us,
			    a->n_tokens * sizeof(*a->time_us));
	assert_int_equal(a->id != NULL, b->id != NULL);
	assert_int_equal(a->n_spans, b->n_spans);
	assert_memory_equal(a->spans, b->spans,
			    a->n_spans * sizeof(*a->spans));
	assert_string_equal(a->facts.id, b->facts.id);
	assert_string_equal(a->facts.source, b->facts.source);
	assert_string_equal(a->facts.dialect, b->facts.dialect);
	assert_int_equal(a->facts.finish_reason != NULL,
			 b->facts.finish_reason != NULL);
	assert_int_equal(a->tokens_by, b->tokens_by);
}

/* What was put away is the same when it comes back, and is measured anew like
 * what stayed. */
static void what_is_put_away_comes_back(void **state)
{
	struct meter_opts others = meter_opts_default;
	struct deck *kept = streams(UINT64_MAX, UINT64_MAX);
	struct deck *away = streams(0, UINT64_MAX);
	static const size_t beside[] = { 3, 11 };
	struct err err = { "" };
	const char *trouble;

	(void)state;
	assert_int_equal(deck_spilled(kept, &trouble), 0);
	assert_int_equal(deck_spilled(away, &trouble), STREAMS);
	assert_string_equal(trouble, "");
	assert_same_rows(kept, away);
	for (size_t i = STREAMS; i-- > 0;) {
		struct run *run = deck_open(away, i, &err);

		assert_null(i ? deck_kept(away, i - 1) : NULL);
		assert_non_null(run);
		assert_same_trace(&deck_kept(kept, i)->trace, &run->trace);
		finish(away);
		assert_true(deck_run_complete(away));
		assert_int_equal(
			meter_rule(run->meter, RULE_DEFAULT).at_token,
			deck_entry(kept, i)->fired_at);
	}
	finish_watched(away, beside, 2);
	others.rule.t = 3;
	others.rule.f = 40;
	deck_set_opts(kept, &others);
	deck_set_opts(away, &others);
	finish(kept);
	finish(away);
	assert_same_rows(kept, away);
	deck_beside(away, NULL, 0);
	assert_null(deck_kept(away, 3));
	finish_watched(away, beside, 2);
	deck_free(kept);
	deck_free(away);
}

/* No room, or no place for a file: a sentence, and all measures. */
static void where_there_is_no_room(void **state)
{
	struct deck *kept = streams(UINT64_MAX, UINT64_MAX);
	struct meter_opts others = meter_opts_default;
	char gone[64];

	(void)state;
	snprintf(gone, sizeof(gone), "%s/gone", dir);
	for (int nowhere = 0; nowhere < 2; nowhere++) {
		struct deck *away;
		struct err err = { "" };
		const char *trouble;
		size_t lost = 0;

		if (nowhere)
			setenv("TMPDIR", gone, 1);
		away = streams(0, 4096);
		unsetenv("TMPDIR");
		for (size_t i = 0; i < STREAMS; i++)
			lost += deck_entry(away, i)->own.spill == SPILL_LOST;
		assert_in_range(lost, nowhere ? STREAMS : 1,
				nowhere ? STREAMS : STREAMS - 1);
		assert_int_equal(deck_spilled(away, &trouble), STREAMS);
		assert_non_null(strstr(trouble, nowhere ? gone : "limit"));
		assert_non_null(strstr(deck_trouble(away), "--keep-disk"));
		assert_null(deck_open(away, STREAMS - 1, &err));
		assert_non_null(strstr(err.text, "not kept"));
		for (size_t i = 0; i < STREAMS; i++)
			assert_int_equal(deck_entry(away, i)->fired_at,
					 deck_entry(kept, i)->fired_at);
		others.rule.t = 3;
		deck_set_opts(away, &others);
		finish(away); /* those that are there */
		deck_free(away);
	}
	deck_free(kept);
}

/* Watching before the reports loses no generation of a record; what can't be
 * read stays away. */
static void watching_changes_no_list(void **state)
{
	static const size_t all[] = { 0, 1, 2, 3, 4, 99 };
	struct deck *d = deck_of("subs.jsonl");

	(void)state;
	deck_beside(d, all, 6);
	finish(d);
	assert_int_equal(deck_n(d), 9);
	for (size_t i = 0; i < 5; i++)
		assert_non_null(deck_kept(d, all[i]));
	deck_free(d);
	d = deck_of("broken.jsonl");
	deck_beside(d, all, 6);
	finish(d);
	assert_int_equal(deck_n(d), 3);
	assert_non_null(deck_kept(d, 0));
	assert_null(deck_kept(d, 1));
	assert_non_null(deck_kept(d, 2));
	deck_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_listed_and_reported),
		cmocka_unit_test(an_opened_record_agrees_with_its_row),
		cmocka_unit_test(broken_records_keep_their_place),
		cmocka_unit_test(what_is_looked_at_comes_first),
		cmocka_unit_test(generations_of_one_record),
		cmocka_unit_test(a_text_is_one_generation),
		cmocka_unit_test(leaving_early_leaks_nothing),
		cmocka_unit_test(watched_runs_are_there),
		cmocka_unit_test(rows_of_a_stream_run_few_rules),
		cmocka_unit_test(watching_changes_no_list),
		cmocka_unit_test(threads_change_nothing),
		cmocka_unit_test(threads_can_be_left),
		cmocka_unit_test(heads_come_first),
		cmocka_unit_test(progress_is_of_bytes),
		cmocka_unit_test(rows_keep_their_texts),
		cmocka_unit_test(what_is_put_away_comes_back),
		cmocka_unit_test(where_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
