/* The options as text: the config file that sets them, the help that lists
 * them. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "opt/opt.h"
#include "opt/settings.h"

enum {
	CONFIG_MAX_BYTES = 64 * 1024,
	CONFIG_WORD_BYTES = 600,
	HELP_ABOUT_COL = 26,
};

/* A trimmed copy; false if it is too long or has a NUL. */
static bool trim(const char *s, size_t n, char out[CONFIG_WORD_BYTES])
{
	while (n > 0 && isspace((unsigned char)s[0]))
		s++, n--;
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	if (n >= CONFIG_WORD_BYTES || memchr(s, '\0', n))
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

static void skip_blanks(const char **s, size_t *n)
{
	while (*n > 0 && isspace((unsigned char)**s))
		(*s)++, (*n)--;
}

static bool config_line(struct settings *set, const char *line, size_t n,
			struct err *err)
{
	char name[CONFIG_WORD_BYTES], value[CONFIG_WORD_BYTES] = "";
	size_t name_len = 0;

	/* "name = value", "name value", or a switch alone. */
	skip_blanks(&line, &n);
	while (name_len < n && line[name_len] != '=' &&
	       !isspace((unsigned char)line[name_len]))
		name_len++;
	if (!trim(line, name_len, name))
		return err_set(err, "is too long");
	if (!name[0] || name[0] == '#')
		return true;
	line += name_len;
	n -= name_len;
	skip_blanks(&line, &n);
	if (n > 0 && line[0] == '=')
		line++, n--;
	if (!trim(line, n, value))
		return err_set(err, "is too long");
	return opt_set(set, name, value, OPT_CONFIG, err);
}

bool opt_config(struct settings *set, const char *text, size_t n,
		const char *path, struct err *err)
{
	bool good = true;
	int line = 0;

	for (size_t i = 0; i < n;) {
		const char *end = memchr(text + i, '\n', n - i);
		size_t len = end ? (size_t)(end - text) - i : n - i;
		struct err inner = { "" };

		line++;
		if (!config_line(set, text + i, len, &inner))
			good = err_set(err, "%s: line %d: %s", path, line,
				       inner.text);
		i += len + 1;
	}
	return good;
}

enum file_result opt_config_read(struct settings *set,
				 char path[FILE_PATH_BYTES], struct err *err)
{
	enum file_result result;
	struct buf text = { 0 };

	if (!file_xdg("XDG_CONFIG_HOME", ".config", "config", path)) {
		path[0] = '\0';
		return FILE_ABSENT;
	}
	result = file_read(path, CONFIG_MAX_BYTES, &text, err);
	if (result == FILE_READ)
		opt_config(set, text.data, text.len, path, err);
	buf_release(&text);
	return result;
}

static void help_row(const struct opt *opt, unsigned where, struct buf *out)
{
	size_t from = out->len;

	if (opt->letter && opt->letter_where & where)
		buf_printf(out, "  -%c, ", opt->letter);
	else
		buf_puts(out, "      ");
	buf_printf(out, "--%s%s", opt->arg ? "" : "[no-]", opt->name);
	if (opt->arg)
		buf_printf(out, " %s", opt->arg);
	if (out->len - from >= HELP_ABOUT_COL) {
		buf_putc(out, '\n');
		from = out->len;
	}
	buf_pad(out, from, HELP_ABOUT_COL);
	buf_printf(out, "%s\n", opt->about);
}

void opt_help(unsigned where, struct buf *out)
{
	const struct opt *opt;

	for (size_t i = 0; (opt = opt_at(i)); i++)
		if (opt->where & where)
			help_row(opt, where, out);
}
