/*
 * The JSON is put together field by field, null where a fact is not known, so
 * that every report has the same fields and a script need not ask which are
 * there.
 */
#include "guard/guard_report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"
#include "json/json.h"
#include "report/report.h"
#include "system/say.h"

static const char *const end_names[] = {
	[GUARD_END_INPUT] = "end",	   [GUARD_END_THRESHOLD] = "threshold",
	[GUARD_END_READER] = "reader",	   [GUARD_END_SIGNAL] = "signal",
	[GUARD_END_TROUBLE] = "trouble",
};

static void key(struct buf *out, const char *name)
{
	if (out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	buf_printf(out, "\"%s\":", name);
}

static void put_text(struct buf *out, const char *name, const char *text)
{
	key(out, name);
	if (text)
		json_put_string(out, text, strlen(text));
	else
		buf_puts(out, "null");
}

static void put_count(struct buf *out, const char *name, uint64_t n)
{
	key(out, name);
	buf_printf(out, "%" PRIu64, n);
}

static void put_number(struct buf *out, const char *name, double value)
{
	key(out, name);
	json_put_number(out, value);
}

static void put_null(struct buf *out, const char *name)
{
	put_text(out, name, NULL);
}

static void put_limits(struct buf *out, const struct rule_opts *o)
{
	put_count(out, "f", o->f);
	put_number(out, "t", o->t);
	put_count(out, "patience", o->patience);
}

static void put_rule(struct buf *out, const struct watch *w)
{
	const struct rule_opts *o = watch_limits(w, HALF_ANSWER);

	put_text(out, "rule", watch_rule(w)->name);
	if (watch_rule(w)->odds)
		put_number(out, "p", o->p);
	if (!watch_rule(w)->tuned)
		return;
	put_text(out, "coder", coder_rows[o->coder].name);
	put_limits(out, o);
	key(out, "thinking");
	buf_putc(out, '{');
	put_limits(out, watch_limits(w, HALF_THINKING));
	buf_putc(out, '}');
}

/* A token, or null for none. */
static void put_known(struct buf *out, const char *name, uint32_t token)
{
	if (token == RULE_NEVER)
		put_null(out, name);
	else
		put_count(out, name, token);
}

static void put_hit(struct buf *out, const struct watch_hit *hit)
{
	const struct rule_verdict *v = &hit->then;

	put_text(out, "record", hit->record);
	put_text(out, "half", half_name(hit->half));
	put_count(out, "at_token", hit->at_token);
	put_count(out, "at_byte", hit->at_byte);
	put_count(out, "tokens_after", v->tokens_after);
	put_known(out, "resumed_at", v->resumed_at);
	put_text(out, "after", rule_after_name(v->after));
	put_count(out, "new_after", v->new_after);
	put_known(out, "last_new",
		  v->at_token == RULE_NEVER ? RULE_NEVER : v->last_new);
	put_known(out, "again_at", v->again_at);
	key(out, "stops");
	report_json_stops(hit->stops, hit->n_stops, out);
	key(out, "unit");
	if (hit->unit.len)
		buf_append(out, hit->unit.data, hit->unit.len);
	else
		buf_puts(out, "null");
	put_text(out, "guessed", hit->guessed[0] ? hit->guessed : NULL);
	put_text(out, "excerpt", hit->excerpt[0] ? hit->excerpt : NULL);
}

static void put_hits(struct buf *out, const struct watch *w)
{
	struct watch_hit hit;

	key(out, "thresholds");
	buf_putc(out, '[');
	for (size_t i = 0; i < watch_n_hits(w); i++) {
		hit = watch_hit(w, i);
		buf_puts(out, i ? ",{" : "{");
		put_hit(out, &hit);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void put_watch(struct buf *out, const struct watch *w, double elapsed_s)
{
	uint64_t tokens = watch_tokens(w);
	const char *dialect = watch_dialect(w);

	put_text(out, "dialect", *dialect ? dialect : NULL);
	put_text(out, "watch", watch_scope(w) == WATCH_ALL ? "all" :
			       watch_scope(w) & WATCH_HALF(HALF_ANSWER) ?
			       half_name(HALF_ANSWER) :
			       half_name(HALF_THINKING));
	put_rule(out, w);
	put_count(out, "generations", watch_generations(w));
	put_count(out, "tokens", tokens);
	put_number(out, "tokens_per_s",
		   elapsed_s > 0 ? (double)tokens / elapsed_s : 0);
	put_count(out, "read_bytes", watch_bytes_seen(w));
	put_count(out, "skipped_records", watch_skipped(w));
	put_count(out, "restarts", watch_n_restarts(w));
	put_hits(out, w);
}

void guard_report_json(const struct watch *w, const struct guard_facts *facts,
		       struct buf *out)
{
	char ended[STAMP_TEXT_BYTES];

	stamp_put(ended, facts->ended_at_s, 3);
	buf_putc(out, '{');
	put_text(out, "source", facts->source);
	if (facts->request) {
		put_text(out, "request", facts->request);
		put_count(out, "status", (uint64_t)facts->status);
		put_text(out, "request_id",
			 facts->request_id[0] ? facts->request_id : NULL);
		put_text(out, "model", facts->model[0] ? facts->model : NULL);
	}
	put_text(out, "ended_by", end_names[facts->end]);
	key(out, "stopped");
	buf_puts(out, facts->end == GUARD_END_THRESHOLD ? "true" : "false");
	put_text(out, "at_threshold", facts->at_threshold);
	if (facts->went_on)
		put_count(out, "went_on_tokens", facts->tokens_after);
	else
		put_null(out, "went_on_tokens");
	put_text(out, "declined", facts->declined);
	if (w)
		put_watch(out, w, facts->elapsed_s);
	put_count(out, "passed_bytes", facts->passed_bytes);
	if (facts->saved_bytes == UINT64_MAX)
		put_null(out, "saved_bytes");
	else
		put_count(out, "saved_bytes", facts->saved_bytes);
	put_number(out, "elapsed_s", facts->elapsed_s);
	put_text(out, "ended_at", ended);
	put_text(out, "trouble", facts->trouble);
	buf_puts(out, "}\n");
}

void guard_report_hit(const struct watch *w, const struct watch_hit *hit,
		      struct buf *out)
{
	const struct rule_opts *o = watch_limits(w, hit->half);

	buf_printf(out, "guard: threshold at token %" PRIu32 ", byte %" PRIu64,
		   hit->at_token, hit->at_byte);
	if (strcmp(hit->record, "0") != 0)
		buf_printf(out, ", generation %s", hit->record);
	buf_printf(out, " (%s", watch_rule(w)->name);
	if (watch_rule(w)->tuned) {
		buf_printf(out, ", f %" PRIu32 ", t ", o->f);
		json_put_number(out, o->t);
	}
	if (watch_rule(w)->odds)
		buf_printf(out, ", p <= %g %%", 100 * o->p);
	buf_putc(out, ')');
	if (hit->why.len)
		buf_printf(out, "; %.*s", (int)hit->why.len, hit->why.data);
	if (hit->guessed[0])
		buf_printf(out, "; that the text is in \"%s\" is a guess, "
				"--field names another", hit->guessed);
}

/* Of the call that has just failed. */
static bool not_written(const char *path, struct err *err)
{
	return err_set(err, "%s can't be written: %s", path, strerror(errno));
}

static FILE *open_report(const char *path, const char *mode, struct err *err)
{
	FILE *file = strcmp(path, "-") == 0 ? stderr : fopen(path, mode);

	if (!file)
		not_written(path, err);
	return file;
}

FILE *guard_report_open(const char *path, struct err *err)
{
	return open_report(path, "we", err);
}

FILE *guard_report_append(const char *path, struct err *err)
{
	return open_report(path, "ae", err);
}

bool guard_report_close(FILE *file, const char *path, struct err *err)
{
	bool good = fflush(file) == 0 && !ferror(file);

	if (file != stderr && fclose(file) != 0)
		good = false;
	if (good)
		return true;
	return not_written(path, err);
}

/* Once: the same disk is full for every line that follows. */
static void break_off(struct guard_file *f)
{
	struct err err = { "" };

	not_written(f->path, &err);
	if (!f->broken)
		say(f->err, err.text);
	f->broken = true;
}

void guard_file_write(struct guard_file *f, const char *lines, size_t n)
{
	if (!f->file || f->broken)
		return;
	if (fwrite(lines, 1, n, f->file) != n || fflush(f->file) != 0)
		break_off(f);
}

bool guard_file_close(struct guard_file *f)
{
	if (f->file && f->file != stderr && fclose(f->file) != 0)
		break_off(f);
	f->file = NULL;
	return !f->broken;
}
