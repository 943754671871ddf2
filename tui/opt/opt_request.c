#include "opt/opt_request.h"

#include <string.h>

#include "opt/settings.h"

static const char **word_of(const struct opt *opt, struct settings *set)
{
	return (const char **)(void *)((char *)set + opt->field);
}

bool word_set(const struct opt *opt, struct settings *set, const char *value,
	      struct err *err)
{
	(void)err;
	*word_of(opt, set) = value;
	return true;
}

void word_get(const struct opt *opt, const struct settings *set,
	      struct buf *out)
{
	struct settings copy = *set;
	const char *word = *word_of(opt, &copy);

	buf_puts(out, word ? word : "");
}

static bool is_header(const char *value)
{
	size_t name = strcspn(value, ": \t");

	for (const char *c = value; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			return false;
	return name > 0 && value[name] == ':';
}

bool header_set(const struct opt *opt, struct settings *set,
		const char *value, struct err *err)
{
	(void)opt;
	if (!is_header(value))
		return err_set(err, "takes 'Name: value'");
	if (set->request.n_headers == REQUEST_HEADERS_MAX)
		return err_set(err, "can be given %d times",
			       REQUEST_HEADERS_MAX);
	set->request.headers[set->request.n_headers++] = value;
	return true;
}

void header_get(const struct opt *opt, const struct settings *set,
		struct buf *out)
{
	(void)opt;
	if (set->request.n_headers)
		buf_printf(out, "%zu", set->request.n_headers);
}

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
