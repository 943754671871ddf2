/* Completion of the command line, out of the tables. */
#include <string.h>

#include "action/action.h"
#include "app/export.h"
#include "model/sparse.h"
#include "opt/opt.h"
#include "view/glossary.h"
#include "view/list.h"

/* The word under the cursor, and where the candidates go. */
struct completion {
	const char *start;
	size_t n;
	struct buf *out;
};

static void offer(struct completion *c, const char *word)
{
	if (strncmp(word, c->start, c->n) == 0)
		buf_append(c->out, word, strlen(word) + 1);
}

static void offer_actions(struct completion *c)
{
	const struct action_room *room;

	for (size_t i = 0; (room = action_room(i)); i++)
		for (size_t k = 0; k < room->n; k++)
			offer(c, room->rows[k].name);
}

static void offer_options(struct completion *c)
{
	const struct opt *opt;

	for (size_t i = 0; (opt = opt_at(i)); i++)
		if (opt->where & OPT_LIVE)
			offer(c, opt->name);
}

static void offer_values(struct completion *c, const char *name, size_t n)
{
	const struct opt *opt;

	for (size_t i = 0; (opt = opt_at(i)); i++) {
		if (strlen(opt->name) != n || memcmp(opt->name, name, n) != 0)
			continue;
		for (size_t k = 0; opt->value && opt->value(k); k++)
			offer(c, opt->value(k));
		if (!opt->arg) {
			offer(c, "on");
			offer(c, "off");
		}
	}
}

static void offer_views(struct completion *c)
{
	for (size_t i = 0; i < n_views; i++)
		offer(c, views[i]->name);
}

static void offer_columns(struct completion *c)
{
	if (c->n > 0 && c->start[0] == '-') {
		c->start++;
		c->n--;
	}
	for (int i = 0; i < LIST_COLUMNS; i++) {
		const char *name = list_column_name((enum list_column)i);

		if (name)
			offer(c, name);
	}
}

static void offer_formats(struct completion *c)
{
	for (size_t i = 0; i < n_export_formats; i++)
		offer(c, export_formats[i].name);
}

static void offer_policies(struct completion *c)
{
	for (size_t i = 0; i < sparse_n_rows; i++)
		offer(c, sparse_rows[i]->name);
}

static void offer_terms(struct completion *c)
{
	for (size_t i = 0; glossary_term(i); i++)
		offer(c, glossary_term(i));
}

static const struct {
	const char *command;
	void (*offer)(struct completion *c);
} arguments[] = {
	{ "explain", offer_terms },
	{ "set", offer_options },     { "view", offer_views },
	{ "sort", offer_columns },    { "export", offer_formats },
	{ "export!", offer_formats }, { "add", offer_policies },
	{ "policy", offer_policies }, { "fork", offer_policies },
};

static bool is_word(const char *word, size_t n, const char *name)
{
	return strlen(name) == n && memcmp(word, name, n) == 0;
}

void action_complete(const char *line, size_t n, size_t *from, struct buf *out)
{
	size_t first_len = 0, second, second_len = 0;
	struct completion c = { line, n, out };

	while (first_len < n && line[first_len] != ' ')
		first_len++;
	*from = 0;
	if (first_len == n) {
		offer_actions(&c);
		return;
	}
	second = first_len;
	while (second < n && line[second] == ' ')
		second++;
	while (second + second_len < n && line[second + second_len] != ' ')
		second_len++;
	c.start = line + second;
	c.n = second_len;
	if (second + second_len < n) { /* a third word: only set has one */
		size_t third = second + second_len;

		while (third < n && line[third] == ' ')
			third++;
		c.start = line + third;
		c.n = n - third;
		if (is_word(line, first_len, "set"))
			offer_values(&c, line + second, second_len);
	} else {
		for (size_t i = 0; i < ARRAY_LEN(arguments); i++)
			if (is_word(line, first_len, arguments[i].command))
				arguments[i].offer(&c);
	}
	*from = (size_t)(c.start - line);
}
