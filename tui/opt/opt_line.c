/*
 * The command line and ":set": words become settings, by the rows.
 */
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "opt/opt.h"
#include "opt/settings.h"

/* Names that options had once. */
static const struct {
	const char *was, *is;
} former[] = {
	{ "on-threshold", "at-threshold" },
};

static const struct opt *find_n(const char *name, size_t n)
{
	const struct opt *opt;

	for (size_t i = 0; i < ARRAY_LEN(former); i++)
		if (strlen(former[i].was) == n &&
		    memcmp(former[i].was, name, n) == 0)
			return opt_find(former[i].is);
	for (size_t i = 0; (opt = opt_at(i)); i++)
		if (strlen(opt->name) == n && memcmp(opt->name, name, n) == 0)
			return opt;
	return NULL;
}

const struct opt *opt_find(const char *name)
{
	return find_n(name, strlen(name));
}

/* Sets a row that is known to be understood; the sentence names it as the
 * user wrote it. */
static bool set_row(struct settings *set, const struct opt *opt,
		    const char *dashes, const char *value, struct err *err)
{
	struct err inner = { "" };
	struct settings changed = *set;

	if (!opt->set(opt, &changed, value, &inner))
		return err_set(err, "%s%s %s", dashes, opt->name, inner.text);
	*set = changed;
	return true;
}

bool opt_set(struct settings *set, const char *name, const char *value,
	     unsigned where, struct err *err)
{
	const struct opt *opt = opt_find(name);

	if (!opt)
		return err_set(err, "there is no option \"%s\"", name);
	if (!(opt->where & where))
		return err_set(err, "%s can't be set here", name);
	if (opt->arg && (!value || !value[0]))
		return err_set(err, "%s takes a value: %s", name, opt->about);
	return set_row(set, opt, "", value ? value : "", err);
}

/* --- the command line --------------------------------------------------- */

/* What is being read: argv, and where we are in it. */
struct reader {
	struct settings *set;
	unsigned where;
	int argc, i;
	char **argv;
};

size_t opt_distance(const char *word, size_t n, const char *name)
{
	size_t len = strlen(name), common = 0, tail = 0;

	while (common < n && common < len && word[common] == name[common])
		common++;
	while (tail < n - common && tail < len - common &&
	       word[n - 1 - tail] == name[len - 1 - tail])
		tail++;
	return MAX(n, len) - common - tail;
}

static bool unknown(const struct reader *r, const char *name, size_t n,
		    struct err *err)
{
	enum { LONG = 6 }; /* may differ in a letter more */
	const struct opt *opt, *best = NULL;
	size_t least = n < LONG ? 3 : 4;

	for (size_t i = 0; (opt = opt_at(i)); i++) {
		size_t d = opt_distance(name, n, opt->name);

		if (d < least && d < n && opt->where & r->where) {
			least = d;
			best = opt;
		}
	}
	if (best)
		return err_set(err,
			       "there is no option --%.*s here; "
			       "did you mean --%s?",
			       (int)MIN(n, (size_t)60), name, best->name);
	return err_set(err,
		       "there is no option --%.*s here; "
		       "--help lists those there are",
		       (int)MIN(n, (size_t)60), name);
}

/* The value that is not in the same word: the next one. */
static bool next_value(struct reader *r, const struct opt *opt,
		       const char **value, struct err *err)
{
	if (r->i + 1 >= r->argc)
		return err_set(err, "--%s takes a value: %s (--%s %s)",
			       opt->name, opt->about, opt->name, opt->arg);
	*value = r->argv[++r->i];
	return true;
}

/* Which of all rows it is. */
static size_t number_of(const struct opt *opt)
{
	size_t i = 0;

	while (opt_at(i) != opt)
		i++;
	assert(i < OPTS_MAX);
	return i;
}

bool opt_is_given(const struct settings *set, const char *name)
{
	size_t i = number_of(opt_find(name));

	return set->given[i / 64] >> i % 64 & 1;
}

static bool set_given(struct reader *r, const struct opt *opt,
		      const char *value, struct err *err)
{
	size_t i = number_of(opt);

	r->set->given[i / 64] |= (uint64_t)1 << i % 64;
	return set_row(r->set, opt, "--", value, err);
}

static bool read_long(struct reader *r, const char *word, struct err *err)
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);
	const struct opt *opt = find_n(word, n);
	const char *value = equals ? equals + 1 : "";
	bool no = false;

	if (!opt && n > 3 && strncmp(word, "no-", 3) == 0) {
		opt = find_n(word + 3, n - 3);
		no = true;
	}
	if (!opt || !(opt->where & r->where) || (no && (opt->arg || equals)))
		return unknown(r, word, n, err);
	if (no)
		value = "off";
	else if (opt->arg && !equals && !next_value(r, opt, &value, err))
		return false;
	return set_given(r, opt, value, err);
}

/* What is shown has the letters of the screens, wherever it is shown. */
static const struct opt *find_letter(const struct reader *r, char letter)
{
	unsigned where = r->where & OPT_TUI ? OPT_TUI : r->where;
	const struct opt *opt;

	for (size_t i = 0; (opt = opt_at(i)); i++)
		if (opt->letter == letter && opt->letter_where & where)
			return opt;
	return NULL;
}

/* "-t20", "-t 20" or "-t=20". */
static bool read_letter(struct reader *r, const char *word, struct err *err)
{
	const struct opt *opt = find_letter(r, word[0]);
	const char *value = word[1] == '=' ? word + 2 : word + 1;

	if (!opt)
		return err_set(err,
			       "there is no option -%c here; "
			       "--help lists those there are",
			       isprint((unsigned char)word[0]) ? word[0] : '?');
	if (opt->arg && !*value && !next_value(r, opt, &value, err))
		return false;
	if (!opt->arg && word[1])
		return err_set(err, "-%c takes no value", word[0]);
	return set_given(r, opt, value, err);
}

bool opt_parse(struct settings *set, unsigned where, int argc, char **argv,
	       int *n_files, struct err *err)
{
	struct reader r = { set, where, argc, 0, argv };
	bool only_files = false;

	*n_files = 0;
	for (; r.i < argc; r.i++) {
		char *word = argv[r.i];
		bool good = true;

		if (only_files || word[0] != '-' || !word[1])
			argv[(*n_files)++] = word;
		else if (strcmp(word, "--") == 0)
			only_files = true;
		else if (word[1] == '-')
			good = read_long(&r, word + 2, err);
		else
			good = read_letter(&r, word + 1, err);
		if (!good)
			return false;
	}
	return true;
}
