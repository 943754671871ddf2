/*
 * Everything is told by the feed while it reads: this only counts what it says
 * by kinds, so that a million records come to a dozen lines.
 */
#include "report/why.h"

#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "dialect/feed.h"
#include "dialect/mark.h"
#include "input/folder.h"
#include "input/source.h"
#include "system/output.h"
#include "system/say.h"

enum {
	FIELDS_MAX = 24,      /* kinds that are told apart; more are one */
	TROUBLES_MAX = 16,
	RECORDS_ASKED = 64,   /* for one that the dialect claims */
	MARK_SHOWN = 200,     /* bytes */
	LABEL_COLS = 12,
};

/* Where text of a channel came from. */
struct field_seen {
	enum channel channel;
	char *name;
	uint64_t n, bytes;
};

/* What was wrong with records, in the words of the first of them. */
struct trouble_seen {
	char *what, *first;
	uint64_t n;
};

struct why {
	struct source *source;
	struct feed *feed;
	struct field_seen fields[FIELDS_MAX];
	size_t n_fields;
	struct field_seen others[CHANNELS]; /* for which there was no room */
	struct trouble_seen troubles[TROUBLES_MAX];
	size_t n_troubles;
	uint64_t n_records, n_skipped;
	uint64_t i_marked;  /* from 1: the record that was claimed */
	struct buf mark;
	uint64_t n_gens, tokens[TOKENS_BY_EVENTS + 1], channel[CHANNELS];
	char *guessed, *note; /* the first of each */
	const char *inside; /* the first dialect of what is wrapped, or NULL */
};

/* --- what the feed tells ------------------------------------------------ */

static struct run *on_open(void *ctx)
{
	(void)ctx;
	return run_new(&meter_opts_default);
}

static void on_close(void *ctx, struct run *run)
{
	const struct trace *t = &run->trace;
	struct why *w = ctx;

	w->n_gens++;
	if (!w->inside && t->facts.dialect &&
	    strcmp(t->facts.dialect, feed_dialect(w->feed)) != 0)
		w->inside = t->facts.dialect;
	w->tokens[t->tokens_by] += t->n_tokens;
	for (int i = 0; i < CHANNELS; i++)
		w->channel[i] += trace_count(t, (enum channel)i);
	if (!w->guessed)
		facts_set(&w->guessed, t->facts.guessed);
	if (!w->note)
		facts_set(&w->note, t->facts.note);
	run_free(run);
}

/* "FILE: line 3, byte 80: WHAT; the record was skipped": what, owned. */
static char *what_of(const char *sentence)
{
	static const char tail[] = "; the record was skipped";
	const char *from = strstr(sentence, ", byte "), *end;
	struct buf what = { 0 };
	char *text;

	from = from ? strstr(from, ": ") : NULL;
	from = from ? from + 2 : sentence;
	end = strstr(from, tail);
	buf_append(&what, from, end ? (size_t)(end - from) : strlen(from));
	text = mem_strdup(buf_cstr(&what));
	buf_release(&what);
	return text;
}

static void on_broken(void *ctx, const char *sentence)
{
	struct why *w = ctx;
	char *what = what_of(sentence);
	size_t i = 0;

	w->n_skipped++;
	while (i < w->n_troubles && strcmp(w->troubles[i].what, what) != 0)
		i++;
	if (i < w->n_troubles || i == TROUBLES_MAX) {
		w->troubles[MIN(i, TROUBLES_MAX - 1u)].n++;
		mem_free(what);
		return;
	}
	w->troubles[w->n_troubles++] =
		(struct trouble_seen){ what, mem_strdup(sentence), 1 };
}

static void on_record(void *ctx, const char *json, size_t n)
{
	struct why *w = ctx;

	if (w->n_records++ < RECORDS_ASKED && !w->i_marked &&
	    mark_of(format_find(feed_dialect(w->feed)), json, n, &w->mark))
		w->i_marked = feed_record(w->feed) + 1;
}

static void on_text(void *ctx, enum channel channel, const char *field,
		    size_t n)
{
	struct why *w = ctx;
	struct field_seen *f = w->fields;

	while (f < w->fields + w->n_fields &&
	       (f->channel != channel || strcmp(f->name, field) != 0))
		f++;
	if (f == w->fields + FIELDS_MAX) {
		f = &w->others[channel];
	} else if (f == w->fields + w->n_fields) {
		*f = (struct field_seen){ channel, mem_strdup(field), 0, 0 };
		w->n_fields++;
	}
	f->n++;
	f->bytes += n;
}

/* --- the paragraph ------------------------------------------------------ */

/* "  label       " */
static void put_label(struct buf *out, const char *label)
{
	size_t from = out->len;

	buf_printf(out, "  %s", label);
	buf_pad(out, from, LABEL_COLS);
	buf_putc(out, ' ');
}

/* Text of the file: no more of it than helps, and nothing that steers. */
static void put_quoted(struct buf *out, const char *s, size_t n)
{
	utf8_sanitize(out, s, MIN(n, (size_t)MARK_SHOWN), false, false);
	if (n > MARK_SHOWN)
		buf_puts(out, "...");
}

static void put_choice(const struct why *w, const struct why_opts *opts,
		       struct buf *out)
{
	put_label(out, "read as");
	buf_printf(out, "%s (%s)\n", feed_title(w->feed),
		   feed_dialect(w->feed));
	put_label(out, "because");
	buf_printf(out, "%s", feed_reason(w->feed));
	if (opts->format && *opts->format) {
		buf_puts(out, "; --format names the dialect");
	} else if (opts->field && *opts->field) {
		buf_puts(out, "; --field makes it prompts and generations");
	} else if (w->i_marked) {
		buf_printf(out, "; record %" PRIu64 " has ", w->i_marked);
		put_quoted(out, w->mark.data, w->mark.len);
	} else if (w->n_records + w->n_skipped && !w->inside) {
		buf_puts(out, "; no dialect claims one of its records");
	}
	buf_putc(out, '\n');
	if (!w->inside)
		return;
	put_label(out, "inside");
	buf_printf(out, "%s (%s)\n", format_find(w->inside)->title, w->inside);
}

/* "640 bytes in 3 pieces" */
static void put_amount(const struct field_seen *f, struct buf *out)
{
	buf_printf(out, "%" PRIu64 " bytes in %" PRIu64 " piece%s\n", f->bytes,
		   f->n, f->n == 1 ? "" : "s");
}

static void put_fields(const struct why *w, struct buf *out)
{
	for (int c = 0; c < CHANNELS; c++) {
		bool any = false;

		for (size_t i = 0; i < w->n_fields; i++) {
			const struct field_seen *f = &w->fields[i];

			if ((int)f->channel != c)
				continue;
			put_label(out, any ? "" : channel_name(f->channel));
			any = true;
			if (f->name[0])
				put_quoted(out, f->name, strlen(f->name));
			else
				buf_puts(out, w->n_records ?
						      "(no single field)" :
						      "(the text itself)");
			buf_puts(out, ": ");
			put_amount(f, out);
		}
		if (w->others[c].n) {
			put_label(out, any ? "" :
					     channel_name((enum channel)c));
			buf_puts(out, "(other fields): ");
			put_amount(&w->others[c], out);
			any = true;
		}
		if (any || !w->channel[c])
			continue;
		put_label(out, channel_name((enum channel)c));
		buf_printf(out, "%" PRIu64 " tokens as the trace has them\n",
			   w->channel[c]);
	}
}

static void put_troubles(const struct why *w, struct buf *out)
{
	for (size_t i = 0; i < w->n_troubles; i++) {
		const struct trouble_seen *t = &w->troubles[i];

		put_label(out, i ? "" : "skipped");
		buf_printf(out, "%" PRIu64 ": ", t->n);
		utf8_sanitize(out, t->first, strlen(t->first), false, false);
		buf_putc(out, '\n');
	}
}

static void put_tokens(const struct why *w, struct buf *out)
{
	put_label(out, "found");
	buf_printf(out, "%" PRIu64 " generation%s", w->n_gens,
		   w->n_gens == 1 ? "" : "s");
	if (w->n_records + w->n_skipped)
		buf_printf(out, " in %" PRIu64 " record%s",
			   w->n_records + w->n_skipped,
			   w->n_records + w->n_skipped == 1 ? "" : "s");
	for (int by = 0; by <= TOKENS_BY_EVENTS; by++)
		if (w->tokens[by])
			buf_printf(out, "; %" PRIu64 " tokens by %s",
				   w->tokens[by],
				   tokens_by_name((enum tokens_by)by));
	buf_putc(out, '\n');
}

static void put_why(const struct why *w, const struct why_opts *opts,
		    struct buf *out)
{
	const char *packing = source_packing(w->source);

	utf8_sanitize(out, source_name(w->source),
		      strlen(source_name(w->source)), false, false);
	buf_putc(out, '\n');
	if (packing) {
		put_label(out, "unpacked");
		buf_printf(out, "from %s\n", packing);
	}
	put_choice(w, opts, out);
	put_fields(w, out);
	if (w->guessed) {
		put_label(out, "guessed");
		put_quoted(out, w->guessed, strlen(w->guessed));
		buf_puts(out, ": the longest string that reads like words; "
			      "--field names another\n");
	}
	put_troubles(w, out);
	put_tokens(w, out);
	if (w->note) {
		put_label(out, "note");
		put_quoted(out, w->note, strlen(w->note));
		buf_putc(out, '\n');
	}
}

/* --- one path ----------------------------------------------------------- */

static bool read_all(struct why *w, struct err *err)
{
	struct buf bytes = { 0 };
	enum source_state state;
	bool good = true;

	do {
		buf_clear(&bytes);
		state = source_read(w->source, &bytes, err);
		good = !bytes.len || feed_bytes(w->feed, bytes.data, bytes.len,
						NAN, err);
		if (state == SOURCE_WAIT)
			poll(&(struct pollfd){ .fd = source_fd(w->source),
					       .events = POLLIN }, 1, -1);
	} while (good && (state == SOURCE_BYTES || state == SOURCE_WAIT));
	buf_release(&bytes);
	feed_end(w->feed, err);
	return feed_dialect(w->feed)[0] != '\0';
}

static void release(struct why *w)
{
	for (size_t i = 0; i < w->n_fields; i++)
		mem_free(w->fields[i].name);
	for (size_t i = 0; i < w->n_troubles; i++) {
		mem_free(w->troubles[i].what);
		mem_free(w->troubles[i].first);
	}
	buf_release(&w->mark);
	mem_free(w->guessed);
	mem_free(w->note);
	feed_free(w->feed);
	source_close(w->source);
}

/* false: it can't be read, err says why; what was read before is told. */
static bool why_path(const struct why_opts *opts, const char *path,
		     struct buf *out, struct err *err)
{
	struct why w = { .source = source_open(path, err) };
	const struct feed_sink sink = {
		.ctx = &w,
		.open = on_open,
		.close = on_close,
		.broken = on_broken,
		.record = on_record,
		.text = on_text,
	};
	const struct feed_opts feed = {
		.source = w.source ? source_name(w.source) : path,
		.format = opts->format && *opts->format ? opts->format : NULL,
		.field = opts->field && *opts->field ? opts->field : NULL,
		.in_full = true,
	};

	if (!w.source)
		return false;
	w.feed = feed_new(&feed, &sink);
	if (read_all(&w, err))
		put_why(&w, opts, out);
	release(&w);
	return !err->text[0];
}

/* What a folder has besides is said, and no trouble. */
static bool why_file(const struct why_opts *opts,
		     const struct folder_file *file, bool *heard, FILE *err)
{
	struct err why = { "" }, lost = { "" };
	struct buf out = { 0 };
	bool good = why_path(opts, file->path, &out, &why);

	if (!good)
		say(err, why.text);
	*heard = output(out.data, out.len, &lost);
	if (lost.text[0])
		say(err, lost.text);
	buf_release(&out);
	return (good || file->from) && !lost.text[0];
}

int why_files(const struct why_opts *opts, char *const *paths, size_t n_paths,
	      FILE *err)
{
	struct folder files = { 0 };
	bool good = true, heard = true;

	for (size_t i = 0; i < n_paths; i++) {
		struct err why = { "" };

		if (folder_add(&files, paths[i], &why))
			continue;
		say(err, why.text);
		good = false;
	}
	for (size_t i = 0; i < files.n && heard; i++)
		good &= why_file(opts, &files.at[i], &heard, err);
	folder_release(&files);
	return good ? 0 : EXIT_TROUBLE;
}
