/* watch.c and shadow.c: where a threshold is found, beside a run that is
 * measured again for each place where one may be; and what becomes of it when
 * the bytes are cut elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/zst.h"
#include "guard/shadow.h"
#include "guard/watch.h"
#include "reading.h"
#include "dialect/feed.h"

enum {
	CYCLE = 1,        /* a row of rules[] that fires at a token, at once */
	NEW_WORDS = 60,
	LOOPS = 40,
	CHOICES = 3,
	ALL = CHOICES,
};

/* --- streams ------------------------------------------------------------ */

static const char *word(size_t i)
{
	static const char *const loop[] = { "wait ", "check ", "again " };
	static char text[32];

	if (i >= NEW_WORDS)
		return loop[i % ARRAY_LEN(loop)];
	snprintf(text, sizeof(text), "w%zu ", i * 7919 % 9973);
	return text;
}

/* Words that are new, then a loop of three; a line end after each `line`. */
static void put_text(struct buf *out, size_t line)
{
	for (size_t i = 0; i < NEW_WORDS + 3 * LOOPS; i++) {
		buf_puts(out, word(i));
		if (i % line == line - 1)
			buf_putc(out, '\n');
	}
}

static void put_event(struct buf *out, unsigned choice, const char *text)
{
	buf_printf(out, "data: {\"object\":\"chat.completion.chunk\","
			"\"choices\":[{\"index\":%u,\"delta\":{\"content\":"
			"\"%s\"}}]}\n\n", choice, text);
}

/* Choices that take turns: 0 has new words alone, the others loop, each later
 * than the one before. only: that one alone, or ALL. */
static void put_choices(struct buf *out, unsigned only)
{
	for (size_t i = 0; i < NEW_WORDS + 3 * LOOPS; i++)
		for (size_t k = 0; k < CHOICES; k++) {
			char text[32];
			bool loops = k && i >= 10 * k;

			snprintf(text, sizeof(text), "n%zu ",
				 i * 104729 % 99991);
			if (only == ALL || only == k)
				put_event(out, (unsigned)k,
					  loops ? word(i - 10 * k) : text);
		}
}

static struct watch_opts options(size_t i_rule)
{
	struct watch_opts o = { .meter = meter_opts_default,
				.i_rule = i_rule, .source = "x" };

	o.meter.rule.f = 50;
	return o;
}

/* --- the place, in a slow way ------------------------------------------- */

struct one {
	const struct meter_opts *meter;
	struct run *run; /* NULL: it has not begun */
};

static struct run *one_open(void *ctx)
{
	struct one *o = ctx;

	assert_null(o->run);
	return o->run = run_new(o->meter);
}

/* It does not end: it is a prefix. */
static void one_close(void *ctx, struct run *run)
{
	(void)ctx;
	(void)run;
	fail();
}

/* The verdict on s[0..n), whose generation is one. */
static struct rule_verdict slow_verdict(const struct watch_opts *w,
					const char *s, size_t n)
{
	struct meter_opts meter = w->meter;
	struct one o = { .meter = &meter };
	struct feed_sink sink = { .ctx = &o, .open = one_open,
				  .close = one_close };
	struct feed *feed = feed_new(&(struct feed_opts){ .source = "x" },
				     &sink);
	struct rule_verdict v = rule_unfired;
	struct err err = { "" };

	meter.rules = RULE_BIT(w->i_rule);
	assert_true(feed_bytes(feed, s, n, NAN, &err));
	if (o.run)
		run_measure(o.run, UINT32_MAX);
	if (o.run && o.run->meter)
		v = meter_rule(o.run->meter, w->i_rule);
	feed_free(feed);
	run_free(o.run);
	return v;
}

static bool has_fired(const struct watch_opts *w, const char *s, size_t n)
{
	return slow_verdict(w, s, n).at_token != RULE_NEVER;
}

/* The first line end at which it has; 0: none. */
static size_t slow_place(const struct watch_opts *w, const struct buf *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->data[i] == '\n' && has_fired(w, s->data, i + 1))
			return i + 1;
	return 0;
}

/* --- the place ---------------------------------------------------------- */

/* Watches s in pieces that end at `cut` and then every `step` bytes, until a
 * threshold. Returns where, 0: nowhere. */
static size_t place(const struct watch_opts *opts, const struct buf *s,
		    size_t cut, size_t step)
{
	struct watch *w = watch_new(opts);
	size_t at = 0, found = 0;

	while (at < s->len && !watch_n_hits(w)) {
		size_t n = MIN(at < cut ? cut - at : step, s->len - at);
		size_t took = watch_bytes(w, s->data + at, n);

		assert_true(took == n || watch_n_hits(w));
		at += took;
	}
	if (watch_n_hits(w)) {
		found = (size_t)watch_hit(w, 0).at_byte;
		assert_int_equal(found, at);
		assert_int_equal(watch_bytes_seen(w), at);
	}
	watch_free(w);
	return found;
}

/* One place, wherever the bytes are cut. */
static void same_place(const struct watch_opts *opts, const struct buf *s,
		       size_t want)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64, 65, 1000 };

	assert_int_equal(place(opts, s, s->len, s->len), want);
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		assert_int_equal(place(opts, s, 0, steps[i]), want);
	for (size_t cut = 1; cut < s->len; cut++)
		assert_int_equal(place(opts, s, cut, s->len), want);
}

static void test_place_in_lines(void **state)
{
	static const size_t which[] = { RULE_GUARDIAN, CYCLE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(which); i++) {
		struct watch_opts opts = options(which[i]);
		struct buf s = { 0 };
		size_t want;

		put_text(&s, 5);
		want = slow_place(&opts, &s);
		assert_in_range(want, 1, s.len - 1);
		same_place(&opts, &s, want);
		buf_release(&s);
	}
}

static void test_place_in_events(void **state)
{
	struct watch_opts opts = options(CYCLE);
	struct buf s = { 0 };
	size_t want;

	(void)state;
	for (size_t i = 0; i < NEW_WORDS + 15; i++)
		put_event(&s, 0, word(i));
	want = slow_place(&opts, &s);
	assert_in_range(want, 1, s.len - 1);
	same_place(&opts, &s, want);
	buf_release(&s);
}

/* Text that never ends a line is looked at every WATCH_TEXT_BYTES, also before
 * it is known to be text. */
static void test_place_without_lines(void **state)
{
	static const char *const first[] = {
		"Words.\nMore of them.\nAnd then:\n", ""
	};
	struct watch_opts opts = options(CYCLE);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		struct buf s = { 0 };
		size_t want = strlen(first[i]);

		buf_puts(&s, first[i]);
		put_text(&s, SIZE_MAX);
		while (want < s.len && !has_fired(&opts, s.data, want))
			want += WATCH_TEXT_BYTES;
		assert_in_range(want, 1, MIN(s.len - 1, WATCH_LINE_BYTES - 1));
		same_place(&opts, &s, want);
		buf_release(&s);
	}
}

/* A line of a wire that never ends is looked at, too. */
static void test_long_line(void **state)
{
	struct watch_opts opts = options(CYCLE);
	struct buf s = { 0 };
	size_t begun;

	(void)state;
	put_event(&s, 0, "It loops: ");
	begun = s.len;
	for (size_t i = 0; i < 64; i++)
		put_event(&s, 0, word(NEW_WORDS + i));
	/* no LF: carriage returns end lines as well */
	for (size_t i = begun; i < s.len; i++)
		s.data[i] = s.data[i] == '\n' ? '\r' : s.data[i];
	assert_true(s.len - begun > WATCH_LINE_BYTES);
	assert_int_equal(place(&opts, &s, s.len, s.len),
			 begun + WATCH_LINE_BYTES);
	assert_int_equal(place(&opts, &s, 0, 1), begun + WATCH_LINE_BYTES);
	buf_release(&s);
}

/* --- generations and the audit ------------------------------------------ */

/* All of it, past every threshold. */
static void watch_all(struct watch *w, const struct buf *s, size_t step)
{
	for (size_t at = 0; at < s->len;)
		at += watch_bytes(w, s->data + at, MIN(step, s->len - at));
}

/* Each reaches its threshold once, where it would alone. */
static void test_generations(void **state)
{
	struct watch_opts opts = options(CYCLE);
	struct watch_hit alone[CHOICES];
	struct buf s = { 0 };
	struct watch *w;
	uint64_t n_tokens = 0;

	memset(alone, 0, sizeof(alone));

	(void)state;
	for (unsigned k = 0; k < CHOICES; k++) {
		buf_clear(&s);
		put_choices(&s, k);
		w = watch_new(&opts);
		watch_all(w, &s, 100);
		assert_int_equal(watch_n_hits(w), k > 0);
		if (k)
			alone[k] = watch_hit(w, 0);
		assert_int_equal(watch_tokens(w) - alone[k].at_token,
				 k ? alone[k].then.tokens_after :
				     watch_tokens(w));
		n_tokens += watch_tokens(w);
		watch_free(w);
	}
	buf_clear(&s);
	put_choices(&s, ALL);
	w = watch_new(&opts);
	watch_all(w, &s, 100);
	for (int ended = 0; ended < 2; ended++) {
		assert_int_equal(watch_generations(w), CHOICES);
		assert_int_equal(watch_n_hits(w), CHOICES - 1);
		for (unsigned k = 1; k < CHOICES; k++) {
			struct watch_hit hit = watch_hit(w, k - 1);
			char record[WATCH_RECORD_BYTES];
			uint32_t after;

			snprintf(record, sizeof(record), "%u", k);
			assert_string_equal(hit.record, record);
			assert_int_equal(hit.at_token, alone[k].at_token);
			after = alone[k].then.tokens_after;
			assert_in_range(hit.then.tokens_after, after,
					after + (uint32_t)ended);
			if (!ended)
				assert_int_equal(hit.then.resumed_at,
						 RULE_NEVER);
		}
		/* the word that is open is a token at the end */
		assert_int_equal(watch_tokens(w),
				 n_tokens + (ended ? CHOICES : 0));
		watch_end(w);
	}
	watch_free(w);
	buf_release(&s);
}

/* After the threshold information may come back: the hit says where, while
 * the generation is open and when it has ended. */
static void test_audit(void **state)
{
	struct watch_opts opts = options(RULE_GUARDIAN);
	struct watch *w = watch_new(&opts);
	struct rule_verdict want;
	struct buf s = { 0 };
	struct watch_hit hit;
	char text[32];
	size_t before;

	(void)state;
	for (size_t i = 0; i < NEW_WORDS + 3 * LOOPS; i++)
		put_event(&s, 0, word(i));
	watch_all(w, &s, 1000);
	want = slow_verdict(&opts, s.data, s.len);
	hit = watch_hit(w, 0);
	assert_int_not_equal(hit.at_token, RULE_NEVER);
	assert_int_equal(hit.at_token, want.at_token);
	assert_int_equal(hit.then.tokens_after, want.tokens_after);
	assert_int_equal(hit.then.resumed_at, RULE_NEVER);
	before = s.len;
	for (size_t i = 0; i < 80; i++) {
		snprintf(text, sizeof(text), "n%zu ", i * 104729 % 99991);
		put_event(&s, 0, text);
	}
	for (size_t at = before; at < s.len;)
		at += watch_bytes(w, s.data + at, s.len - at);
	want = slow_verdict(&opts, s.data, s.len);
	assert_int_equal(watch_n_hits(w), 1);
	hit = watch_hit(w, 0);
	assert_int_equal(hit.then.tokens_after, want.tokens_after);
	assert_in_range(hit.then.resumed_at, hit.at_token, watch_tokens(w));
	assert_int_equal(hit.then.resumed_at, want.resumed_at);
	watch_end(w);
	assert_int_equal(watch_hit(w, 0).then.resumed_at, want.resumed_at);
	assert_int_equal(watch_tokens(w),
			 hit.at_token + watch_hit(w, 0).then.tokens_after);
	watch_free(w);
	buf_release(&s);
}

/* --- the tee ------------------------------------------------------------ */

struct heard {
	struct buf lines;
	size_t n_calls;
};

static void hear(void *ctx, const char *lines, size_t n)
{
	struct heard *h = ctx;

	assert_true(n == 0 || lines[n - 1] == '\n');
	buf_append(&h->lines, lines, n);
	h->n_calls++;
}

static size_t count(const struct buf *s, const char *what)
{
	size_t n = 0;

	for (const char *at = s->data; at && (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* What is read from both has the same texts (a hash in the verdict). */
static void same_texts(const struct buf *verdict, const struct buf *stream)
{
	struct feed_opts opts = { .source = "x" };
	struct buf of_stream = { 0 };
	size_t n = 0;

	reading_of(&opts, stream->data, stream->len, 0, &of_stream);
	buf_cstr(&of_stream);
	for (const char *at = of_stream.data; (at = strstr(at, ", text "));
	     at++, n++) {
		char text[32];

		snprintf(text, sizeof(text), "%.23s", at);
		assert_int_equal(count(verdict, text), 1);
	}
	assert_int_equal(n, CHOICES);
	buf_release(&of_stream);
}

/* Every token is handed on as it comes, and every generation ends. */
static void test_tee(void **state)
{
	struct watch_opts opts = options(CYCLE);
	struct heard h = { { 0 }, 0 };
	struct feed_opts native = { .source = "tee" };
	struct buf s = { 0 }, verdict = { 0 };
	struct watch *w;

	(void)state;
	opts.tee = hear;
	opts.tee_ctx = &h;
	opts.tee_name = "r7";
	put_choices(&s, ALL);
	buf_puts(&s, "data: {\"choices\":[{\"index\":0,\"delta\":{},"
		     "\"finish_reason\":\"length\"}]}\n\n");
	w = watch_new(&opts);
	watch_bytes(w, s.data, 500);
	buf_cstr(&h.lines);
	assert_true(h.n_calls > 0 && count(&h.lines, "\"t\":") >= 3);
	for (size_t at = 500; at < s.len;)
		at += watch_bytes(w, s.data + at, MIN(100, s.len - at));
	buf_cstr(&h.lines);
	assert_int_equal(count(&h.lines, "\"end\":"), 0);
	watch_tee_end(w, "guard");
	buf_cstr(&h.lines);
	assert_int_equal(count(&h.lines, "\"end\":\"length\""), 1);
	assert_int_equal(count(&h.lines, "\"end\":\"guard\""), CHOICES - 1);
	assert_int_equal(count(&h.lines, "\"lilscope\":1"), CHOICES);
	watch_tee_end(w, "aborted"); /* they have ended */
	assert_int_equal(count(&h.lines, "\"end\":"), CHOICES);
	watch_free(w);
	reading_of(&native, h.lines.data, h.lines.len, 0, &verdict);
	buf_cstr(&verdict);
	same_texts(&verdict, &s);
	assert_null(strstr(verdict.data, "\n  !"));
	buf_release(&verdict);
	buf_release(&h.lines);
	buf_release(&s);
}

/* --- JSON that is no wire ----------------------------------------------- */

static void repeat(struct buf *out, const char *first, const char *more,
		   size_t n)
{
	buf_puts(out, first);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, more, i);
}

struct json_row {
	const char *about, *first, *more; /* a printf format of one number */
	size_t n;
	bool fires;
};

static const struct json_row json_rows[] = {
	{ "a string that is never closed", "{\"answer\": \"so: ",
	  "wait, check that again. ", 400, true },
	{ "blanks without end", "{\"a\":1,", "    \n", 4000, true },
	{ "an array of equal objects", "[", "{\"name\":\"x\",\"n\":3}, ", 300,
	  true },
	{ "the same over lines", "[\n", "{\"name\":\"x\",\n\"n\":3},\n", 300,
	  true },
	{ "an array of objects that differ", "[",
	  "{\"name\":\"x\",\"v\":%zu}, ", 300, false },
	{ "a wire of equal lines", "", "{\"ping\":true}\n", 600, false },
	{ "a wire of lines that differ", "", "{\"step\":%zu,\"of\":600}\n",
	  600, false },
	{ "one copy that is too short", "{\"a\":\"", "wait, ", 80, false },
	{ "text is another's", "so: ", "wait, check that again. ", 0, false },
};

static void test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(json_rows); i++) {
		const struct json_row *row = &json_rows[i];
		struct watch_opts opts = options(CYCLE);
		struct buf s = { 0 };
		size_t at;

		repeat(&s, row->first, row->more, row->n);
		assert_int_equal(place(&opts, &s, s.len, s.len), 0);
		opts.as_text = true;
		at = place(&opts, &s, s.len, s.len);
		if (row->fires != (at > 0))
			fail_msg("%s: threshold at %zu", row->about, at);
		assert_int_equal(place(&opts, &s, 0, 1), at);
		assert_int_equal(place(&opts, &s, s.len / 2, 77), at);
		buf_release(&s);
	}
}

/* It is told once, and the JSON that never ended is no second trouble. */
static void test_json_told_once(void **state)
{
	struct watch_opts opts = options(CYCLE);
	struct watch *w;
	struct buf s = { 0 };

	(void)state;
	opts.as_text = true;
	repeat(&s, "{\"a\":\"", "wait, check that again. ", 400);
	w = watch_new(&opts);
	watch_all(w, &s, 100);
	assert_int_equal(watch_n_hits(w), 1);
	assert_string_equal(watch_hit(w, 0).record, "0");
	watch_end(w);
	assert_int_equal(watch_n_hits(w), 1);
	assert_int_equal(watch_skipped(w), 0);
	watch_free(w);
	buf_release(&s);
}

/* The shadow itself: it fires once the rule has and the open copy is
 * SHADOW_COPY_BYTES, not before. */
static void test_shadow(void **state)
{
	struct meter_opts meter = options(CYCLE).meter;
	static const char first[] = "{\"a\":\"", more[] = "abcdefg ";
	struct shadow *s = shadow_new('{', &meter);
	size_t n = strlen(first), copy = n + strlen(more), at = n;

	(void)state;
	assert_null(shadow_new('a', &meter));
	assert_null(shadow_new(' ', &meter));
	shadow_free(NULL);
	assert_int_equal(shadow_at_token(s, CYCLE), RULE_NEVER);
	shadow_bytes(s, first, n);
	for (;; at++) {
		shadow_bytes(s, &more[(at - n) % strlen(more)], 1);
		if (shadow_at_token(s, CYCLE) != RULE_NEVER)
			break;
		assert_in_range(at, 0, 2 * SHADOW_COPY_BYTES);
	}
	/* a word that is open waits: it fires with a whole one */
	assert_in_range(at, copy + SHADOW_COPY_BYTES - 1,
			copy + SHADOW_COPY_BYTES + strlen(more));
	assert_false(shadow_is_over(s, 1));
	assert_true(shadow_is_over(s, 2));
	shadow_free(s);
	s = shadow_new('{', &meter);
	shadow_bytes(s, "{\"a\":1}\n {\n}\n{\"a\":1},\n", 22);
	assert_false(shadow_is_over(s, 0)); /* of these one is an object */
	shadow_bytes(s, "{\"a\":1", 6);
	shadow_bytes(s, "1}\r\n", 4);
	assert_true(shadow_is_over(s, 0));
	shadow_free(s);
	s = shadow_new('[', &meter);
	assert_false(shadow_is_over(s, 2)); /* records of an array are text */
	shadow_free(s);
	s = shadow_new('"', &meter);
	assert_non_null(s);
	shadow_free(s);
}

/* --- ends, archives ----------------------------------------------------- */

static void test_finish(void **state)
{
	struct watch_opts opts = options(CYCLE);
	const struct watch_stop stop = { .reason = "enough", .last = true };
	struct buf s = { 0 }, out = { 0 };

	(void)state;
	put_event(&s, 0, "Hello ");
	for (int finish = 0; finish < 2; finish++) {
		struct watch *w;
		char *text;

		opts.finish = finish;
		w = watch_new(&opts);
		for (int i = 0; i < 4000 && !watch_n_hits(w); i++)
			watch_bytes(w, s.data, s.len);
		assert_int_equal(watch_n_hits(w), 1);
		assert_string_equal(watch_dialect(w), "openai");
		watch_finish(w, &stop, &out);
		assert_int_equal(out.len > 0, finish);
		if (!finish) {
			watch_free(w);
			continue;
		}
		buf_cstr(&out);
		assert_int_equal(count(&out, "\"finish_reason\":\"enough\""),
				 1);
		assert_non_null(strstr(out.data, "data: [DONE]\n\n"));
		/* of a record that is too long to be kept nothing is known */
		text = mem_zalloc(WATCH_KEPT_BYTES + 1);
		memset(text, 'x', WATCH_KEPT_BYTES);
		buf_clear(&s);
		buf_puts(&s, "data: {\"choices\":[{\"index\":0,\"delta\":{"
			     "\"content\":\"");
		buf_puts(&s, text);
		buf_puts(&s, "\"}}]}\n\n");
		watch_bytes(w, s.data, s.len);
		buf_clear(&out);
		watch_finish(w, &stop, &out);
		assert_int_equal(out.len, 0);
		mem_free(text);
		watch_free(w);
	}
	buf_release(&out);
	buf_release(&s);
}

/* Upstream broke off behind a sign of life: what was open ends, by its own
 * place, and the name of what is told whole at the end is in the end. */
static void test_cut(void **state)
{
	static const struct {
		const char *stream, *holds;
	} rows[] = {
		{ "data: {\"type\":\"message_start\",\"message\":{\"id\":"
		  "\"m\"}}\n\ndata: {\"type\":\"content_block_delta\","
		  "\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":"
		  "\"Hi \"}}\n\n"
		  "data: {\"type\": \"ping\"}\n\n",
		  "{\"type\":\"content_block_stop\",\"index\":1}" },
		{ "data: {\"type\":\"response.created\",\"response\":{\"id\":"
		  "\"named\",\"created_at\":17}}\n\n"
		  "data: {\"type\":\"response.output_text.delta\",\"item_id\":"
		  "\"i\",\"delta\":\"Hi \"}\n\n",
		  "\"response\":{\"id\":\"named\",\"created_at\":17," },
		{ "data: {\"type\":\"response.created\",\"response\":{\"id\":"
		  "\"r\"}}\n\n"
		  "data: {\"type\":\"response.output_text.delta\",\"item_id\":"
		  "\"i\",\"delta\":\"Hi \"}\n\n",
		  "\"created_at\":1" }, /* of now */
	};
	struct watch_opts opts = { .meter = meter_opts_default, .source = "x",
				   .finish = true };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct watch *w = watch_new(&opts);
		struct buf out = { 0 };

		watch_bytes(w, rows[i].stream, strlen(rows[i].stream));
		watch_cut(w, NULL, &out);
		if (!strstr(buf_cstr(&out), rows[i].holds))
			fail_msg("\"%s\" lacks %s", out.data, rows[i].holds);
		buf_release(&out);
		watch_free(w);
	}
}

/* What is packed is unpacked to be looked at; where it is broken the rest
 * passes, and the sentence says so. */
static void test_packed(void **state)
{
	struct watch_opts opts = options(CYCLE);
	struct zst_enc *enc = zst_enc_new(3);
	struct buf s = { 0 }, packed = { 0 };
	struct watch *w;

	(void)state;
	put_text(&s, 5);
	zst_enc_push(enc, s.data, s.len, &packed);
	zst_enc_end(enc, &packed);
	zst_enc_free(enc);
	w = watch_new(&opts);
	watch_all(w, &packed, 10);
	watch_end(w);
	assert_int_equal(watch_n_hits(w), 1);
	assert_int_equal(watch_bytes_seen(w), packed.len);
	assert_null(watch_blind(w));
	watch_free(w);

	w = watch_new(&opts); /* cut */
	assert_int_equal(watch_bytes(w, packed.data, packed.len / 2),
			 packed.len / 2);
	assert_null(watch_blind(w));
	watch_end(w);
	assert_non_null(watch_blind(w));
	watch_free(w);

	memset(packed.data + 6, 0xff, packed.len - 6); /* broken */
	w = watch_new(&opts);
	assert_int_equal(watch_bytes(w, packed.data, packed.len), packed.len);
	assert_non_null(watch_blind(w));
	assert_memory_equal(watch_blind(w), "x: ", 3);
	assert_int_equal(watch_bytes(w, s.data, s.len), s.len);
	assert_int_equal(watch_bytes_seen(w), packed.len + s.len);
	assert_int_equal(watch_n_hits(w), 0);
	watch_free(w);
	buf_release(&packed);
	buf_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_place_in_lines),
		cmocka_unit_test(test_place_in_events),
		cmocka_unit_test(test_place_without_lines),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_generations),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_tee),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_told_once),
		cmocka_unit_test(test_shadow),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
