/* What is read and asked for: a dialect, a field, and the request that a URL
 * gets. */
#include "opt/opt_rows.h"

#include <string.h>

#include "dialect/format.h"

/* The i-th dialect that is read. */
static const char *format_value(size_t i)
{
	size_t k = 0;

	while (formats[k] && (formats[k]->refusal || i--))
		k++;
	return formats[k] ? formats[k]->name : NULL;
}

static bool is_header(const char *value)
{
	size_t name = strcspn(value, ": \t");

	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			return false;
	return name > 0 && value[name] == ':';
}

/* They may be secret, and are never put out: how many is all. */
static bool header_set(const struct opt *opt, struct settings *set,
		       const char *value, struct err *err)
{
	struct request_settings *r = &set->request;

	(void)opt;
	if (!is_header(value))
		return err_set(err, "takes 'Name: value'");
	if (r->n_headers == REQUEST_HEADERS_MAX)
		return err_set(err, "can be given %d times",
			       REQUEST_HEADERS_MAX);
	r->headers[r->n_headers++] = value;
	return true;
}

static void header_get(const struct opt *opt, const struct settings *set,
		       struct buf *out)
{
	(void)opt;
	if (set->request.n_headers)
		buf_printf(out, "%zu", set->request.n_headers);
}

static const struct opt rows[] = {
	{ .name = "format", .arg = "DIALECT", .where = ASKED | OPT_WHY,
	  WORD(read.format), .value = format_value,
	  .about = "what the files hold, instead of finding out" },
	{ .name = "field", .arg = "PATH", .where = ASKED | OPT_WHY,
	  WORD(read.field),
	  .about = "where the text is in a JSON record, as .a.b[0]" },
	{ .name = "first-record", .arg = "N", .where = OPT_ANALYZE,
	  COUNT(read.first_record, 0, UINT32_MAX),
	  .about = "number of the first record, in a part of a larger file" },
	{ .name = "prompt", .arg = "TEXT", .where = ASKED | WRITTEN,
	  WORD(request.prompt),
	  .about = "what a server or the model is asked; @FILE reads it" },
	{ .name = "model", .letter = 'm', .letter_where = MODEL, .arg = "NAME",
	  .where = RULED, WORD(request.model),
	  .about = "the server's model; else a GGUF file or a folder" },
	{ .name = "data", .arg = "JSON", .where = ASKED, WORD(request.data),
	  .about = "the whole body to send to a URL; @FILE reads it" },
	{ .name = "header", .arg = "LINE", .where = ASKED, .set = header_set,
	  .get = header_get,
	  .about = "a header for a URL, as 'Name: value'; may be repeated" },
};
const struct opt_room opt_input = { rows, ARRAY_LEN(rows) };

/* --- for those who ask -------------------------------------------------- */

struct url_opts request_of(const struct request_settings *set)
{
	return (struct url_opts){ .data = set->data,
				  .prompt = set->prompt,
				  .model = set->model,
				  .headers = set->headers,
				  .n_headers = set->n_headers };
}

bool request_fits(const struct request_settings *set, char *const *files,
		  int n_files, struct err *err)
{
	const char *asked = set->prompt	     ? "--prompt" :
			    set->data	     ? "--data" :
			    set->model	     ? "--model" :
			    set->n_headers > 0 ? "--header" :
						 NULL;

	if (set->prompt && set->data)
		return err_set(err, "--prompt makes a body and --data is one: "
				    "give one of them");
	if (set->model && !set->prompt)
		return err_set(err, "--model belongs to --prompt");
	for (int i = 0; asked && i < n_files; i++)
		if (url_is(files[i]))
			return true;
	return !asked || err_set(err, "%s is for a URL, and none is given",
				 asked);
}
