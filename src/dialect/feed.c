/*
 * One source's way through detection, framing and its dialect. Bytes wait in
 * `probe` until the verdict; from then on nothing is kept here but what the
 * framing holds of an open record.
 */
#include "dialect/feed.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dialect/detect.h"
#include "dialect/field.h"
#include "json/json_repeat.h"

enum { TITLE_MAX_BYTES = 160 };

/* Up to this end, bytes came at this time. */
struct arrival {
	size_t end;
	double time_s;
};

struct feed {
	struct feed_opts opts;
	char *source, *field, *keep, *format_name;
	struct gens gens;
	struct format_ctx cx;
	const struct format *forced; /* by opts.format, or NULL */
	struct detected verdict;     /* format is NULL until detected */
	char title[TITLE_MAX_BYTES];
	size_t title_len;    /* of what was known at the start */
	bool one_line;       /* of JSON, and no more */
	bool by_field;       /* that is why a dialect is forced */
	struct seen titled;  /* what is in it already */

	struct buf probe; /* bytes before the verdict */
	size_t probed;    /* ... that were asked about */
	struct arrival *arrivals; /* when they came, by rising end */
	size_t n_arrivals, cap_arrivals;
	struct frame frame;
	struct json_repeat json;
	struct field_hint hint; /* of the record */
	double log_time_s;     /* of the last line that had one, or NAN */

	size_t skipped;
	struct err trouble; /* first broken record */
	struct err fatal;   /* the source can't be read */
};

static void on_piece(void *ctx, const struct piece *piece);
static void on_too_long(void *ctx, uint64_t line, uint64_t byte);
static void on_broken(void *ctx, uint64_t line, uint64_t byte,
		      const char *what);
static void on_text(void *ctx, enum channel channel, const char *s, size_t n,
		    struct json_value from);

struct feed *feed_new(const struct feed_opts *opts,
		      const struct feed_sink *sink)
{
	struct feed *f = mem_zalloc(sizeof(*f));

	f->opts = *opts;
	f->source = mem_strdup(opts->source ? opts->source : "-");
	f->field = mem_strdup(opts->field);
	f->keep = mem_strdup(opts->keep);
	f->opts.line = MAX(opts->line, 1);
	f->gens.sink = *sink;
	f->gens.source = f->source;
	f->gens.outer = opts->outer;
	f->gens.depth = opts->outer ? opts->outer->depth + 1 : 0;
	f->cx.gens = &f->gens;
	f->cx.field = f->field;
	f->cx.keep = f->keep;
	f->cx.i_record = opts->record;
	f->json.in_full = opts->in_full;
	f->cx.time_s = NAN;
	f->log_time_s = NAN;
	if (sink->text) {
		f->gens.chunk.watch = on_text;
		f->gens.chunk.watch_ctx = f;
	}
	if (opts->format)
		f->forced = format_find(opts->format);
	if (opts->format && !f->forced)
		err_set(&f->fatal,
			"%s: no format is called \"%s\"; lilscope help "
			"formats lists them", f->source, opts->format);
	if (f->field && field_valid(f->field, &f->fatal) && !f->forced) {
		f->forced = &format_jsonl;
		f->by_field = true;
	}
	return f;
}

void feed_free(struct feed *f)
{
	const struct format *format;

	if (!f)
		return;
	format = f->verdict.format;
	if (format && format->release && f->cx.state)
		format->release(f->cx.state);
	mem_free(f->cx.state);
	json_release(&f->cx.inner);
	json_release(&f->cx.row);
	json_repeat_release(&f->json);
	if (format)
		frame_release(&f->frame);
	gens_release(&f->gens);
	buf_release(&f->probe);
	mem_free(f->arrivals);
	mem_free(f->source);
	mem_free(f->field);
	mem_free(f->keep);
	mem_free(f);
}

/* --- trouble ------------------------------------------------------------ */

static void broken(struct feed *f, uint64_t line, uint64_t byte,
		   const char *what)
{
	struct gen *gen = gens_newest(&f->gens);
	struct err sentence = { "" };

	f->skipped++;
	if (gen)
		gen_facts(gen)->skipped_records++;
	if (f->opts.outer) { /* whose place it is told with */
		err_clear(&f->trouble);
		err_set(&f->trouble, "%s", what);
		return;
	}
	err_set(&sentence,
		"%s: line %llu, byte %llu: %s; the record was skipped",
		f->source, (unsigned long long)line, (unsigned long long)byte,
		what);
	err_set(&f->trouble, "%s", sentence.text);
	if (f->gens.sink.broken)
		f->gens.sink.broken(f->gens.sink.ctx, sentence.text);
}

static bool fatal(struct feed *f, struct err *err)
{
	return err_set(err, "%s", f->fatal.text);
}

/* --- records ------------------------------------------------------------ */

static void on_too_long(void *ctx, uint64_t line, uint64_t byte)
{
	struct feed *f = ctx;

	broken(f, line, byte, "it is longer than 256 MiB");
	f->cx.i_record++;
}

static void on_broken(void *ctx, uint64_t line, uint64_t byte, const char *what)
{
	struct feed *f = ctx;

	broken(f, line, byte, what);
	f->cx.i_record++;
}

static void take_json(struct feed *f, const struct piece *piece)
{
	const struct format *format = f->verdict.format;
	struct err why = { "" };

	if (format->record(&f->cx, json_root(&f->json.json), &why)) {
		if (f->gens.sink.record)
			f->gens.sink.record(f->gens.sink.ctx, piece->data,
					    piece->len);
		return;
	}
	if (f->cx.fatal)
		err_set(&f->fatal, "%s: line %llu: %s", f->source,
			(unsigned long long)piece->line, why.text);
	else
		broken(f, piece->line, piece->byte, why.text);
}

/* An event of several data lines that is no JSON value: perhaps each line is
 * one (the empty lines between events got lost). */
static bool take_lines(struct feed *f, const struct piece *piece)
{
	const char *s = piece->data, *end = s + piece->len;
	struct piece line = *piece;

	if (f->frame.framing != FRAMING_SSE || !memchr(s, '\n', piece->len))
		return false;
	while (s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));

		line.data = s;
		line.len = (size_t)((lf ? lf : end) - s);
		on_piece(f, &line);
		line.line++;
		line.byte += line.len + 1;
		s = lf ? lf + 1 : end;
	}
	return true;
}

/* Of events and lines; elsewhere it is no JSON. */
static bool is_done(const struct feed *f, const struct piece *piece)
{
	enum framing framing = f->frame.framing;

	return (framing == FRAMING_SSE || framing == FRAMING_LINES ||
		framing == FRAMING_PREFIXED) &&
	       frame_is_done(piece->data, piece->len);
}

/* An event that keeps a connection alive: nothing, or a word that is no record
 * ("ping", ": PROCESSING", null). */
static bool is_keep_alive(const struct feed *f, const struct piece *piece)
{
	enum { WORD_MAX = 64 };

	return f->frame.framing == FRAMING_SSE &&
	       (scan_space(piece->data, piece->len) == piece->len ||
		(piece->len <= WORD_MAX &&
		 !memchr(piece->data, '{', piece->len) &&
		 !memchr(piece->data, '}', piece->len) &&
		 !memchr(piece->data, '[', piece->len)));
}

/* A log's line has a time, or that of the line before it. */
static void take_time(struct feed *f, const struct piece *piece)
{
	if (piece->has_time)
		f->log_time_s = piece->time_s;
	if (isnan(f->log_time_s))
		return;
	f->cx.time_s = f->log_time_s;
	f->gens.seen.clock = true;
}

static void on_piece(void *ctx, const struct piece *piece)
{
	struct feed *f = ctx;
	const struct format *format = f->verdict.format;
	struct json_trouble trouble;

	if (f->fatal.text[0])
		return;
	take_time(f, piece);
	if (format->bytes) {
		format->bytes(&f->cx, piece->data, piece->len);
		if (f->cx.trouble.text[0])
			broken(f, piece->line, piece->byte,
			       f->cx.trouble.text);
		err_clear(&f->cx.trouble);
		return;
	}
	if (is_keep_alive(f, piece))
		return;
	if (is_done(f, piece)) {
		if (format->done)
			format->done(&f->cx);
		return;
	}
	f->hint = (struct field_hint){ 0 };
	if (json_repeat_read(&f->json, piece->data, piece->len, &trouble)) {
		take_json(f, piece);
	} else if (take_lines(f, piece)) {
		return;
	} else {
		broken(f, piece->line, piece->byte + trouble.byte,
		       trouble.what);
	}
	f->cx.i_record++;
}

static void on_text(void *ctx, enum channel channel, const char *s, size_t n,
		    struct json_value from)
{
	struct feed *f = ctx;
	struct buf field = { 0 };
	struct field_hint none = { 0 };
	bool own;

	if (!from.doc)
		from = field_holding(&f->json.json, &f->hint, s);
	if (!from.doc)
		from = field_holding(&f->cx.inner, &none, s);
	if (!from.doc)
		from = field_holding(&f->cx.row, &none, s);
	own = from.doc == &f->json.json;
	none = (struct field_hint){ 0 };
	if (from.doc == &f->cx.inner)
		buf_puts(&field, "JSON in a string: ");
	if (from.doc == &f->cx.row)
		buf_puts(&field, "column ");
	if (from.doc)
		field_put(from, own ? &f->hint : &none, &field);
	f->gens.sink.text(f->gens.sink.ctx, channel, buf_cstr(&field), n);
	buf_release(&field);
}

/* --- detection ---------------------------------------------------------- */

static const struct format *format_of_record(struct feed *f)
{
	const struct format *format = NULL;

	if (f->forced)
		return f->forced;
	if (json_read(&f->json.json, f->probe.data, f->probe.len, true, NULL))
		format = format_of(json_root(&f->json.json));
	return format && !format->refusal && format->shape == FEED_RECORDS ?
		       format : &format_jsonl;
}

/* "OpenAI chat stream, SSE, vLLM dialect, ids, times: arrival": what the
 * records turned out to have joins what was known at the start. */
static void update_title(struct feed *f)
{
	const struct seen *seen = &f->gens.seen;
	const char *times = seen->clock	  ? ", times: recorded" :
			    seen->arrival ? ", times: arrival" :
					    "";

	if (!f->verdict.format || f->verdict.format->shape != FEED_STREAM ||
	    memcmp(&f->titled, seen, sizeof(*seen)) == 0)
		return;
	memcpy(&f->titled, seen, sizeof(*seen));
	snprintf(f->title + f->title_len, sizeof(f->title) - f->title_len,
		 "%s%s%s%s%s", seen->flavour ? ", " : "",
		 seen->flavour ? seen->flavour : "",
		 seen->flavour ? " dialect" : "",
		 seen->ids ? ", ids: yes" : "", times);
}

/* What waited for the verdict, each piece with the time at which it came. */
static void replay(struct feed *f)
{
	double now_s = f->cx.time_s;
	size_t at = f->verdict.skip;

	for (size_t i = 0; i < f->n_arrivals; i++) {
		size_t end = f->arrivals[i].end;

		f->cx.time_s = f->arrivals[i].time_s;
		if (end > at)
			frame_bytes(&f->frame, f->probe.data + at, end - at);
		at = MAX(at, end);
	}
	f->cx.time_s = now_s;
	frame_bytes(&f->frame, f->probe.data + at, f->probe.len - at);
	f->n_arrivals = 0;
}

/* Bytes that wait for the verdict. */
static void wait_for_verdict(struct feed *f, const void *bytes, size_t n,
			     double time_s)
{
	buf_append(&f->probe, bytes, n);
	if (isnan(time_s))
		return;
	f->arrivals = grow(f->arrivals, &f->cap_arrivals, f->n_arrivals + 1,
			   sizeof(*f->arrivals));
	f->arrivals[f->n_arrivals++] =
		(struct arrival){ f->probe.len, time_s };
}

static void put_title(struct feed *f)
{
	const struct format *format = f->verdict.format;
	const char *name = framing_name(f->one_line ? FRAMING_JSON :
						      f->verdict.framing);

	if (format->bytes || f->verdict.framing == FRAMING_WHOLE)
		name = "";
	snprintf(f->title, sizeof(f->title), "%s%s%s", format->title,
		 *name ? ", " : "", name);
	f->title_len = strlen(f->title);
}

/* A line that fills what is looked at for a verdict is taken for a document, no
 * list, until another follows; one that came alone is seen to be one at the
 * end. */
static bool is_one_line(const struct feed *f)
{
	return f->verdict.framing == FRAMING_LINES &&
	       f->probe.len >= FEED_PROBE_BYTES &&
	       !memchr(f->probe.data, '\n', FEED_PROBE_BYTES);
}

static void set_one_line(struct feed *f, bool one_line)
{
	f->one_line = one_line;
	put_title(f);
	memset(&f->titled, 0, sizeof(f->titled));
}

static void find_more_lines(struct feed *f)
{
	if (f->one_line && f->cx.i_record > f->opts.record + 1)
		set_one_line(f, false);
}

static void find_one_line(struct feed *f)
{
	if (f->verdict.framing != FRAMING_LINES || f->one_line ||
	    f->opts.from_line || f->opts.from_middle || f->skipped ||
	    f->cx.i_record != f->opts.record + 1)
		return;
	set_one_line(f, true);
}

static void start(struct feed *f)
{
	struct frame_sink sink = { f, on_piece, on_too_long, on_broken };
	const struct format *format = f->verdict.format;
	uint64_t line = f->opts.line +
			scan_count(f->probe.data, f->verdict.skip, '\n');

	frame_init(&f->frame, f->verdict.framing, &sink, line,
		   f->opts.byte + f->verdict.skip);
	f->gens.dialect = format->name;
	if (format->state_bytes)
		f->cx.state = mem_zalloc(format->state_bytes);
	f->one_line = is_one_line(f);
	put_title(f);
	replay(f);
	buf_release(&f->probe);
}

/* A field may be a table's column; else it is one of JSON. */
static enum detect_answer ask(struct feed *f, bool whole, struct err *why)
{
	size_t from = f->probed;
	struct err unasked = { "" };
	enum detect_answer answer;

	if (f->by_field) {
		answer = detect(f->probe.data, f->probe.len, whole, NULL,
				&from, &f->verdict, &unasked);
		if (answer == DETECT_MORE ||
		    (answer == DETECT_YES && f->verdict.format == &format_csv))
			return answer;
	}
	return detect(f->probe.data, f->probe.len, whole, f->forced, &f->probed,
		      &f->verdict, why);
}

/* A file that is empty may be one that is yet to be written; standard input has
 * ended, and so has what a server sent. */
static bool is_empty_file(const struct feed *f)
{
	return !f->probe.len && !f->opts.outer && strcmp(f->source, "-") &&
	       !strstr(f->source, "://");
}

static void settle(struct feed *f, bool whole)
{
	struct err why = { "" };
	enum detect_answer answer;

	if (f->opts.from_middle) {
		f->verdict = (struct detected){ format_of_record(f),
						FRAMING_WHOLE, 0 };
		answer = DETECT_YES;
	} else if (f->opts.from_line) {
		f->verdict = (struct detected){ f->forced, FRAMING_LINES, 0 };
		answer = DETECT_YES;
	} else {
		answer = ask(f, whole, &why);
	}
	if (answer == DETECT_YES && f->opts.no_text &&
	    f->verdict.format == &format_text) {
		answer = DETECT_NO;
		err_set(&why, "it is plain text, no stream of a server");
	}
	if (answer == DETECT_YES)
		start(f);
	else
		f->verdict.format = NULL;
	if (answer == DETECT_NO)
		err_set(&f->fatal, "%s: %s%s", f->source, why.text,
			is_empty_file(f) ? "; lilscope -f FILE waits for what "
					   "is written to it" : "");
}

/* --- the way in --------------------------------------------------------- */

bool feed_bytes(struct feed *f, const void *bytes, size_t n, double time_s,
		struct err *err)
{
	if (f->fatal.text[0])
		return fatal(f, err);
	if (!n)
		return true;
	f->cx.time_s = time_s;
	if (f->verdict.format) {
		frame_bytes(&f->frame, bytes, n);
	} else {
		wait_for_verdict(f, bytes, n, time_s);
		if (!f->opts.from_middle)
			settle(f, false);
	}
	if (f->fatal.text[0])
		return fatal(f, err);
	find_more_lines(f);
	update_title(f);
	return true;
}

/* Records were read, none is broken, and none holds what a model wrote: spans
 * of other programs, say. */
static bool says_nothing(const struct feed *f)
{
	return f->verdict.format && f->verdict.format->shape == FEED_RECORDS &&
	       !f->opts.from_middle && !f->opts.from_line &&
	       f->cx.i_record > f->opts.record && !f->skipped &&
	       !f->gens.n_opened && !f->fatal.text[0];
}

bool feed_end(struct feed *f, struct err *err)
{
	const struct format *format;

	if (!f->fatal.text[0] && !f->verdict.format)
		settle(f, true);
	format = f->verdict.format;
	if (format) {
		frame_end(&f->frame);
		find_more_lines(f);
		find_one_line(f);
		f->cx.end = true;
		if (format->end)
			format->end(&f->cx);
		if (f->cx.trouble.text[0])
			err_set(&f->fatal, "%s: %s", f->source,
				f->cx.trouble.text);
	}
	if (says_nothing(f))
		err_set(&f->fatal, "%s: it holds %s, but no text of a model",
			f->source, f->verdict.format->title);
	gens_close_some(&f->gens, true);
	update_title(f);
	return f->fatal.text[0] ? fatal(f, err) : true;
}

/* --- reading on elsewhere ----------------------------------------------- */

bool feed_goes_on(const struct feed *f, struct feed_opts *at)
{
	const struct format *format = f->verdict.format;

	if (!format || format->shape != FEED_RECORDS || format->state_bytes ||
	    f->verdict.framing != FRAMING_LINES || f->frame.open ||
	    f->fatal.text[0])
		return false;
	at->format = format->name;
	at->from_line = true;
	at->record = f->cx.i_record;
	at->line = f->frame.line;
	at->byte = f->frame.byte;
	return true;
}

size_t feed_count_lines(const char *bytes, size_t n)
{
	const char *s = bytes, *end = bytes + n;
	size_t n_records = 0;

	while (s < end) {
		const char *lf = memchr(s, '\n', (size_t)(end - s));
		const char *line = s;
		size_t len = (size_t)((lf ? lf : end) - s);

		s += len + 1;
		n_records += frame_line(&line, &len) &&
			     !frame_is_done(line, len);
	}
	return n_records;
}

/* --- answers ------------------------------------------------------------ */

const char *feed_dialect(const struct feed *f)
{
	return f->verdict.format ? f->verdict.format->name : "";
}

size_t feed_missing(const struct feed *f)
{
	return f->verdict.format ? frame_missing(&f->frame) : 0;
}

const char *feed_title(const struct feed *f)
{
	return f->title;
}

const char *feed_reason(const struct feed *f)
{
	const struct format *format = f->verdict.format;

	if (!format)
		return "";
	return format->reason ? format->reason :
	       f->one_line    ? "it is one line of JSON" :
				framing_reason(f->verdict.framing);
}

enum feed_shape feed_shape(const struct feed *f)
{
	return f->verdict.format ? f->verdict.format->shape : FEED_UNKNOWN;
}

size_t feed_record(const struct feed *f)
{
	return f->cx.i_record;
}

size_t feed_skipped(const struct feed *f)
{
	return f->skipped;
}

uint64_t feed_n_short(const struct feed *f)
{
	return f->cx.n_short;
}

const char *feed_first_trouble(const struct feed *f)
{
	return f->trouble.text;
}

const char *feed_detect(const void *bytes, size_t n, bool whole,
			enum feed_shape *shape, struct err *err)
{
	struct detected verdict = { 0 };
	size_t from = 0;
	enum detect_answer answer =
		detect(bytes, n, whole || n >= FEED_PROBE_BYTES, NULL, &from,
		       &verdict, err);

	*shape = FEED_UNKNOWN;
	if (answer != DETECT_YES)
		return NULL; /* err stays empty if more bytes may help */
	*shape = verdict.format->shape;
	return verdict.format->name;
}

enum feed_shape feed_format_shape(const char *name)
{
	const struct format *format = format_find(name);

	return format && !format->refusal ? format->shape : FEED_UNKNOWN;
}
