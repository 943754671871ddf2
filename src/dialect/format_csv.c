/*
 * A table of comma separated values (RFC 4180), also with tabs or semicolons,
 * as spreadsheets and pandas write it: a row is a record of prompts and
 * generations (format_jsonl.c) whose members the first row names.
 *
 *	id,prompt,completion,policy
 *	1,"2+2?","It is ""4"".",quest
 *
 * Cells of text are strings; of others, numbers and switches are that, so that
 * a label in a table means what it means in JSON.
 */
#include <math.h>
#include <string.h>

#include "dialect/known.h"
#include "dialect/record.h"

struct table {
	char mark;         /* between cells */
	bool quoted, quote; /* within quotes; the last byte was one there */
	bool over;          /* the row is too long, and left out */
	struct buf row;     /* the cells so far, a NUL behind each */
	struct buf written; /* the same of the first row */
	struct buf names;   /* and what records call these */
	bool named;
	struct buf text;    /* the row as JSON */
};

static bool is_switch(const char *s, const char **value)
{
	static const struct {
		const char *word, *value;
	} words[] = {
		{ "true", "true" }, { "True", "true" }, { "TRUE", "true" },
		{ "false", "false" }, { "False", "false" },
		{ "FALSE", "false" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		*value = words[i].value;
		if (strcmp(s, words[i].word) == 0)
			return true;
	}
	return false;
}

static void put_cell(struct buf *out, const char *name, const char *s)
{
	size_t n = strlen(s);
	const char *value;

	if (record_name_of(name) != RECORD_NAME_OTHER)
		json_put_string(out, s, n);
	else if (!n)
		buf_puts(out, "null");
	else if (is_switch(s, &value))
		buf_puts(out, value);
	else if (isfinite(json_parse_number(s, n)))
		buf_append(out, s, n);
	else
		json_put_string(out, s, n);
}

/* Does an option name the column as it is written? */
static bool is_asked(const struct format_ctx *cx, const char *written)
{
	return (cx->field && strstr(cx->field, written)) ||
	       (cx->keep && strstr(cx->keep, written));
}

/* The row as an object; cells without a name are left out. */
static void put_row(const struct format_ctx *cx, struct table *t)
{
	const char *written = t->written.data;
	const char *name = t->names.data, *cell = t->row.data;
	const char *names_end = name + t->names.len;
	const char *row_end = cell + t->row.len;

	buf_clear(&t->text);
	buf_putc(&t->text, '{');
	for (; name < names_end && cell < row_end;
	     name += strlen(name) + 1, written += strlen(written) + 1,
	     cell += strlen(cell) + 1) {
		if (!name[0])
			continue;
		json_put_name(&t->text, name, strlen(name));
		put_cell(&t->text, name, cell);
		if (strcmp(name, written) == 0 || !is_asked(cx, written))
			continue;
		json_put_name(&t->text, written, strlen(written));
		put_cell(&t->text, name, cell);
	}
	buf_putc(&t->text, '}');
}

static void take_row(struct format_ctx *cx, struct table *t)
{
	struct json_trouble trouble;
	struct err why = { "" };
	bool good;

	put_row(cx, t);
	good = json_read(&cx->row, t->text.data, t->text.len, false,
			 &trouble) ?
		format_jsonl.record(cx, json_root(&cx->row), &why) :
		err_set(&why, "%s", trouble.what);
	if (!good)
		err_set(&cx->trouble, "row %zu: %s", cx->i_record + 1,
			why.text);
	cx->i_record++;
}

static void take_names(struct table *t)
{
	t->named = true;
	buf_append(&t->written, t->row.data, t->row.len);
	for (size_t at = 0; at < t->row.len;) {
		size_t n = strlen(t->row.data + at);

		record_column(t->row.data + at, n, &t->names);
		buf_putc(&t->names, '\0');
		at += n + 1;
	}
}

/* A row is over. An empty line is none. */
static void end_row(struct format_ctx *cx, struct table *t)
{
	bool empty = !t->row.len;

	buf_putc(&t->row, '\0');
	if (t->over)
		err_set(&cx->trouble, "row %zu is longer than 256 MiB",
			++cx->i_record);
	else if (!empty && t->named)
		take_row(cx, t);
	else if (!empty)
		take_names(t);
	buf_clear(&t->row);
	t->over = t->quoted = t->quote = false;
}

static void put_byte(struct table *t, char c)
{
	if (t->row.len >= FEED_RECORD_MAX_BYTES)
		t->over = true;
	else if (c)
		buf_putc(&t->row, c);
}

static void take_byte(struct format_ctx *cx, struct table *t, char c)
{
	if (t->quoted && !t->quote) {
		if (c == '"')
			t->quote = true; /* its end, or the first of two */
		else
			put_byte(t, c);
		return;
	}
	if (t->quote && c == '"') {
		t->quote = false;
		put_byte(t, c);
		return;
	}
	t->quoted = t->quote = false;
	if (c == '\n')
		end_row(cx, t);
	else if (c == t->mark)
		buf_putc(&t->row, '\0');
	else if (c == '"' && (!t->row.len || !t->row.data[t->row.len - 1]))
		t->quoted = true;
	else if (c != '\r')
		put_byte(t, c);
}

/* One line, without its end, which a cell may hold. */
static void bytes_csv(struct format_ctx *cx, const char *s, size_t n)
{
	struct table *t = cx->state;

	if (!t->mark)
		t->mark = known_table(s, n);
	if (!t->mark)
		t->mark = ',';
	for (size_t i = 0; i < n; i++)
		take_byte(cx, t, s[i]);
	take_byte(cx, t, '\n');
}

/* A cell that is cut is read as far as it goes. */
static void end_csv(struct format_ctx *cx)
{
	struct table *t = cx->state;

	if (t->row.len)
		end_row(cx, t);
}

static void release_csv(void *state)
{
	struct table *t = state;

	buf_release(&t->row);
	buf_release(&t->written);
	buf_release(&t->names);
	buf_release(&t->text);
}

const struct format format_csv = {
	.name = "csv",
	.title = "table (CSV)",
	.shape = FEED_STREAM,
	.reason = "its first line names cells, one of them of generated text",
	.state_bytes = sizeof(struct table),
	.bytes = bytes_csv,
	.by_line = true,
	.end = end_csv,
	.release = release_csv,
};
