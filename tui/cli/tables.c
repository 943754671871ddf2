/*
 * All tables of the program as lines, so that the manual can be made from them
 * and no list of theirs is written twice.
 */
#include "cli/tables.h"

#include "action/action.h"
#include "cli/commands.h"
#include "dialect/format.h"
#include "opt/opt.h"
#include "report/report.h"
#include "view/views.h"

static void field(struct buf *out, const char *text)
{
	buf_putc(out, '\t');
	buf_puts(out, text && *text ? text : "-");
}

static void end(struct buf *out)
{
	buf_putc(out, '\n');
}

static void print_where(struct buf *out, unsigned where)
{
	static const struct {
		unsigned bit;
		char letter;
	} letters[] = {
		{ OPT_TUI, 't' },
		{ OPT_ANALYZE, 'a' },
		{ OPT_LIVE, 'l' },
		{ OPT_CONFIG, 'c' },
		{ OPT_WHY, 'w' },
		{ OPT_GUARD, 'g' },
		{ OPT_DECODE, 'd' },
		{ OPT_BENCH, 'b' },
		{ OPT_DEMO, 'm' },
		{ OPT_MERGE, 'e' },
	};

	buf_putc(out, '\t');
	for (size_t i = 0; i < ARRAY_LEN(letters); i++)
		if (where & letters[i].bit)
			buf_putc(out, letters[i].letter);
	if (!where)
		buf_putc(out, '-');
}

static void print_default(struct buf *out, const struct opt *opt)
{
	struct settings set;
	struct buf value = { 0 };

	settings_init(&set);
	opt->get(opt, &set, &value);
	field(out, buf_cstr(&value));
	buf_release(&value);
}

static void print_values(struct buf *out, const struct opt *opt)
{
	if (!opt->value)
		field(out, "");
	for (size_t i = 0; opt->value && opt->value(i); i++)
		buf_printf(out, "%s%s", i ? " " : "\t", opt->value(i));
}

static void print_options(struct buf *out)
{
	const struct opt *opt;

	for (size_t i = 0; (opt = opt_at(i)); i++) {
		char letter[2] = { opt->letter, '\0' };

		buf_puts(out, "option");
		field(out, opt->name);
		field(out, letter);
		print_where(out, opt->letter ? opt->letter_where : 0);
		field(out, opt->arg);
		print_where(out, opt->where);
		print_default(out, opt);
		print_values(out, opt);
		field(out, opt->about);
		end(out);
	}
}

static void print_action(struct buf *out, const struct action_room *room,
			 const struct action *action)
{
	struct buf keys = { 0 };

	action_keys(action, &keys);
	if (strcmp(buf_cstr(&keys), "-") == 0) { /* that is: none */
		buf_clear(&keys);
		buf_puts(&keys, "Minus");
	}
	buf_puts(out, "action");
	field(out, room->title);
	field(out, action->name);
	field(out, action->arg);
	/* "-" is a key. */
	field(out, keys.len ? buf_cstr(&keys) : "none");
	field(out, action->about);
	end(out);
	buf_release(&keys);
}

static void print_actions(struct buf *out)
{
	const struct action_room *room;

	for (size_t i = 0; (room = action_room(i)); i++)
		for (size_t k = 0; k < room->n; k++)
			print_action(out, room, &room->rows[k]);
}

static void print_named(struct buf *out, const char *kind, const char *name,
			const char *about)
{
	buf_puts(out, kind);
	field(out, name);
	field(out, about);
}

/* The options that a policy looks at, with what they are in a large model if
 * they are not given. */
static void print_uses(struct buf *out, const struct sparse *policy)
{
	static const struct sparse_shape large = { 32, 32, 8, 128 };
	struct sparse_opts o = sparse_opts_auto;
	struct err err = { "" };
	const struct {
		unsigned use;
		const char *option;
		const uint32_t *value; /* NULL: that of the option itself */
	} rows[] = {
		{ SPARSE_USES_BUDGET, "budget", &o.budget },
		{ SPARSE_USES_PAGE, "page", &o.page },
		{ SPARSE_USES_SINKS, "sinks", &o.sinks },
		{ SPARSE_USES_RECENT, "recent", &o.recent },
		{ SPARSE_USES_DENSE_LAYERS, "dense-layers", &o.dense_layers },
		{ SPARSE_USES_KEEP_PROMPT, "keep-prompt", &o.keep_prompt },
		{ SPARSE_USES_SEED, "seed", NULL },
	};
	struct buf list = { 0 };

	sparse_resolve(policy, &o, &large, &err);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!(policy->uses & rows[i].use))
			continue;
		buf_printf(&list, "%s%s", list.len ? " " : "", rows[i].option);
		if (rows[i].value)
			buf_printf(&list, "=%u", *rows[i].value);
	}
	buf_putc(&list, '\0');
	field(out, list.data);
	buf_release(&list);
}

/* "/api/generate /api/chat" */
static void print_asks(struct buf *out, const struct format *format)
{
	struct buf ends = { 0 };

	format_ends(format, " ", &ends);
	field(out, ends.len ? buf_cstr(&ends) : NULL);
	buf_release(&ends);
}

void tables_print(struct buf *out)
{
	for (size_t i = 0; i < n_commands; i++) {
		buf_puts(out, "command");
		field(out, commands[i].name);
		field(out, commands[i].args);
		field(out, commands[i].about);
		end(out);
	}
	print_options(out);
	print_actions(out);
	for (size_t i = 0; i < n_views; i++) {
		print_named(out, "view", views[i]->name, views[i]->about);
		end(out);
	}
	for (size_t i = 0; formats[i]; i++) {
		print_named(out, "format", formats[i]->name,
			    formats[i]->title);
		field(out, formats[i]->refusal ? "refused" : "read");
		print_asks(out, formats[i]);
		field(out, formats[i]->finish ? "ended" : NULL);
		field(out, formats[i]->shape == FEED_STREAM ? "stream" :
							      "saved");
		end(out);
	}
	for (size_t i = 0; i < CODER_KINDS; i++) {
		print_named(out, "coder", coder_rows[i].name,
			    coder_rows[i].about);
		end(out);
	}
	for (size_t i = 0; i < sparse_n_rows; i++) {
		print_named(out, "policy", sparse_rows[i]->name,
			    sparse_rows[i]->about);
		field(out, sparse_rows[i]->paper);
		print_uses(out, sparse_rows[i]);
		end(out);
	}
	for (size_t i = 0; i < RULE_ROWS; i++) {
		print_named(out, "rule", rules[i]->name, rules[i]->about);
		field(out, i < RULE_USUAL_ROWS ? "usual" : "asked");
		end(out);
	}
}
