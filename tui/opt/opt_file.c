/*
 * The text is cut in place: words of options point into it and live as long.
 */
#include "opt/opt_file.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "opt/opt.h"
#include "system/file.h"

enum { OPT_FILE_MAX_BYTES = 1024 * 1024 };

/* Without blanks around it. */
static char *trim(char *s)
{
	size_t n;

	while (isspace((unsigned char)*s))
		s++;
	n = strlen(s);
	while (n && isspace((unsigned char)s[n - 1]))
		s[--n] = '\0';
	return s;
}

/* "[model PATTERN]", "[path PATTERN]": what follows is for these. */
static bool begin_section(struct opt_file *f, char *line, struct err *err)
{
	static const char *const kinds[] = { "model", "path" };
	struct opt_section s = { .set = f->set };
	size_t n = strlen(line);

	if (line[n - 1] != ']')
		return err_set(err, "a section begins with [model PATTERN] or "
				    "[path PATTERN]");
	line[n - 1] = '\0';
	line = trim(line + 1);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i]);

		if (strncmp(line, kinds[i], len) != 0 ||
		    !isspace((unsigned char)line[len]))
			continue;
		s.by_path = i;
		s.pattern = trim(line + len);
		f->sections = grow(f->sections, &f->cap, f->n_sections + 1,
				   sizeof(s));
		f->sections[f->n_sections++] = s;
		return true;
	}
	return err_set(err, "a section is of a model or a path: [model qwen*]");
}

/* "name = value", "name value", or a switch alone. */
static bool read_option(struct opt_file *f, const struct settings *given,
			char *line, struct err *err)
{
	struct opt_section *section =
		f->n_sections ? &f->sections[f->n_sections - 1] : NULL;
	struct settings *set = section ? &section->set : &f->set;
	size_t n = strcspn(line, "= \t");
	char *value = line + n;
	const struct opt *opt;

	while (isspace((unsigned char)*value))
		*value++ = '\0';
	if (*value == '=')
		*value++ = '\0';
	value = trim(value);
	opt = opt_find(line);
	if (section && opt && opt->where & OPT_ONCE)
		return err_set(err, "%s is for all requests: it stands above "
				    "the sections", line);
	if (opt && opt->where & OPT_GUARD && opt_is_given(given, line)) {
		struct settings unused = *set;

		return opt_set(&unused, line, value, OPT_GUARD, err);
	}
	return opt_set(set, line, value, OPT_GUARD, err);
}

static bool read_lines(struct opt_file *f, const struct settings *given,
		       const char *path, struct err *err)
{
	char *line = f->text.data, *next;

	for (int n = 1; line; line = next, n++) {
		struct err inner = { "" };
		bool good = true;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line = trim(line);
		if (*line == '[')
			good = begin_section(f, line, &inner);
		else if (*line && *line != '#')
			good = read_option(f, given, line, &inner);
		if (!good)
			return err_set(err, "%s: line %d: %s", path, n,
				       inner.text);
	}
	return true;
}

bool opt_file_read(struct opt_file *f, const struct settings *given,
		   const char *path, struct err *err)
{
	enum file_result result;

	*f = (struct opt_file){ .set = *given };
	result = file_read(path, OPT_FILE_MAX_BYTES, &f->text, err);
	if (result == FILE_ABSENT)
		err_set(err, "%s is not there", path);
	if (result == FILE_READ && f->text.len != strlen(buf_cstr(&f->text)))
		err_set(err, "%s: holds a NUL byte", path);
	if (!err->text[0] && read_lines(f, given, path, err))
		return true;
	opt_file_release(f);
	return false;
}

void opt_file_release(struct opt_file *f)
{
	buf_release(&f->text);
	mem_free(f->sections);
	*f = (struct opt_file){ .sections = NULL };
}

const struct settings *opt_file_for(const struct opt_file *f,
				    const char *model, const char *path)
{
	for (size_t i = 0; i < f->n_sections; i++) {
		const struct opt_section *s = &f->sections[i];

		if (fnmatch(s->pattern, s->by_path ? path : model, 0) == 0)
			return &s->set;
	}
	return &f->set;
}
