/*
 * Tables in JSON: each row is a record of prompts and generations
 * (format_jsonl.c) whose members its columns name.
 *
 *	{"columns":["prompt","completion"],
 *	 "data":[["2+2?","It is 4."]]}       Weights & Biases, MLflow, pandas
 *	{"features":[...],"rows":[{"row_idx":0,
 *	 "row":{"prompt":"2+2?","completion":"It is 4."},
 *	 "truncated_cells":[]}]}             Hugging Face's viewer of datasets
 *
 * The viewer cuts what is long, and says which cells: then so do we.
 */
#include <stdio.h>
#include <string.h>

#include "dialect/record.h"

static bool is_strings(struct json_value list)
{
	struct json_value v = json_first(list);

	if (!json_is(list, JSON_ARRAY) || !v.doc)
		return false;
	while (json_is(v, JSON_STRING))
		v = json_next(v);
	return !v.doc;
}

/* Columns by name; the rows come behind an index that may be long. */
static bool is_table(struct json_value v)
{
	struct json_value data = json_get(v, "data");

	return is_strings(json_get(v, "columns")) &&
	       (json_is(json_first(data), JSON_ARRAY) ||
		json_is(json_get(v, "index"), JSON_ARRAY));
}

/* The list of the viewer's rows, or none. */
static struct json_value view_in(struct json_value v)
{
	struct json_value list = json_get(v, "rows");
	struct json_value first = json_first(list);

	return json_is(json_get(first, "row"), JSON_OBJECT) &&
			       json_get(first, "row_idx").doc ?
		       list : (struct json_value){ 0 };
}

static bool detect_rows(struct json_value v)
{
	return is_table(v) || view_in(v).doc;
}

/* The generations of one row, which is the i-th. */
static bool take_row(struct format_ctx *cx, struct json_value row, size_t i,
		     const char *note, struct err *why)
{
	struct record r = { .cx = cx, .v = row, .note = note };
	bool found = record_look(&r, why);

	for (size_t k = 0; k < r.n; k++) {
		char name[RECORD_NAME_MAX + 24];

		if (r.found[k].name[0])
			snprintf(name, sizeof(name), "%zu.%s", i,
				 r.found[k].name);
		else if (r.n > 1)
			snprintf(name, sizeof(name), "%zu.%zu", i, k);
		else
			snprintf(name, sizeof(name), "%zu", i);
		snprintf(r.found[k].name, RECORD_NAME_MAX, "%.*s",
			 RECORD_NAME_MAX - 1, name);
	}
	record_emit(&r);
	record_release(&r);
	return found;
}

/* What records call the columns, a NUL behind each; one in a name ends it. */
static void put_names(struct json_value columns, struct buf *out)
{
	for (struct json_value v = json_first(columns); v.doc;
	     v = json_next(v)) {
		size_t n;
		const char *s = json_text(v, &n);

		record_column(s, strnlen(s, n), out);
		buf_putc(out, '\0');
	}
}

/* The row as an object, with what records call its columns (put_names()); what
 * is kept of it is asked for as the file has it. */
static void put_row(const struct format_ctx *cx, struct json_value columns,
		    const struct buf *names, struct json_value row,
		    struct buf *out)
{
	struct json_value column = json_first(columns), v = json_first(row);
	const char *name = names->data;

	buf_clear(out);
	buf_putc(out, '{');
	for (; column.doc && v.doc; column = json_next(column),
	     v = json_next(v), name += strlen(name) + 1) {
		size_t n;
		const char *s = json_text(column, &n);

		json_put_name(out, name, strlen(name));
		json_put(out, v);
		if (!cx->keep || json_text_is(column, name))
			continue;
		json_put_name(out, s, n);
		json_put(out, v);
	}
	buf_putc(out, '}');
}

/* Rows that hold nothing are few, or all: only of all it is said. */
static bool record_rows(struct format_ctx *cx, struct json_value v,
			struct err *why)
{
	static const char cut[] = "the viewer of the dataset cut this row's "
				  "text: more was generated";
	struct json_value columns = json_get(v, "columns"), row;
	struct json *doc = &cx->row;
	struct buf text = { 0 }, names = { 0 };
	struct err first = { "" };
	size_t i = 0, n_good = 0;

	for (row = json_first(view_in(v)); row.doc; row = json_next(row), i++) {
		struct json_value cells = json_get(row, "truncated_cells");

		n_good += take_row(cx, json_get(row, "row"), i,
				   json_first(cells).doc ? cut : NULL,
				   first.text[0] ? why : &first);
	}
	if (is_table(v)) {
		row = json_first(json_get(v, "data"));
		put_names(columns, &names);
	}
	for (; row.doc; row = json_next(row), i++) {
		put_row(cx, columns, &names, row, &text);
		n_good += json_read(doc, text.data, text.len, false, NULL) &&
			  take_row(cx, json_root(doc), i, NULL,
				   first.text[0] ? why : &first);
	}
	buf_release(&text);
	buf_release(&names);
	if (n_good)
		return true;
	return err_set(why, "%s", first.text[0] ? first.text :
						  "its table has no rows");
}

const struct format format_rows = {
	.name = "rows",
	.title = "table (JSON)",
	.shape = FEED_RECORDS,
	.detect = detect_rows,
	.record = record_rows,
};
