/*
 * The same tables for people: a heading and a row for each thing.
 */
#include "cli/topics.h"

#include <string.h>

#include "action/action.h"
#include "dialect/format.h"
#include "measure/coder.h"
#include "measure/rule.h"
#include "model/sparse.h"

enum { NAME_COLS = 20, ACTION_COLS = 30 };

/* "  name      about" */
static void put_row(struct buf *out, const char *name, size_t cols,
		    const char *about)
{
	size_t from = out->len;

	buf_printf(out, "  %s", name);
	buf_pad(out, from, cols);
	buf_printf(out, "%s\n", about);
}

/* What servers are asked for, and which of their answers end well. */
static void print_servers(struct buf *out)
{
	buf_puts(out, "\nAsked by URL with --prompt, known by the end of its "
		      "path:\n");
	for (size_t i = 0; formats[i]; i++) {
		struct buf ends = { 0 };

		format_ends(formats[i], ", ", &ends);
		if (ends.len)
			put_row(out, formats[i]->name, NAME_COLS,
				buf_cstr(&ends));
		buf_release(&ends);
	}
	buf_puts(out, "\nStopped by guard --listen with the end that their "
		      "clients expect:\n");
	for (size_t i = 0; formats[i]; i++)
		if (formats[i]->finish)
			put_row(out, formats[i]->name, NAME_COLS,
				formats[i]->title);
}

static void print_formats(struct buf *out)
{
	buf_puts(out, "Read, recognised without --format NAME:\n");
	for (size_t i = 0; formats[i]; i++)
		if (!formats[i]->refusal)
			put_row(out, formats[i]->name, NAME_COLS,
				formats[i]->title);
	buf_puts(out,
		 "\nAs events (SSE), JSON lines, an array or JSON printed "
		 "pretty; in lines of a log\n"
		 "behind a time or before \"data:\"; as captured by curl -i, "
		 "chunks and all;\n"
		 "and in .gz, .zst and .zip (.eval).\n"
		 "\nTo record what a server writes:\n"
		 "  curl -N URL -d '{\"stream\":true,...}' | tee run.sse | "
		 "lilscope -\n");
	print_servers(out);
	for (size_t i = 0, n = 0; formats[i]; i++) {
		if (!formats[i]->refusal)
			continue;
		if (!n++)
			buf_puts(out, "\nRecognised but not read:\n");
		put_row(out, formats[i]->name, NAME_COLS, formats[i]->title);
	}
}

static void print_keys(struct buf *out)
{
	const struct action_room *room;

	for (size_t i = 0; (room = action_room(i)); i++) {

		buf_printf(out, "%s%s\n", i ? "\n" : "", room->title);
		for (size_t k = 0; k < room->n; k++) {
			const struct action *a = &room->rows[k];
			struct buf head = { 0 };

			buf_printf(&head, ":%s%s%s  ", a->name,
				   a->arg ? " " : "", a->arg ? a->arg : "");
			action_keys(a, &head);
			put_row(out, buf_cstr(&head), ACTION_COLS, a->about);
			buf_release(&head);
		}
	}
}

static void print_rules(struct buf *out)
{
	buf_puts(out, "Stop rules (--rule):\n");
	for (size_t i = 0; i < RULE_ROWS; i++)
		put_row(out, rules[i]->name, NAME_COLS, rules[i]->about);
	buf_printf(out,
		   "\nWhere none is named %s stops: of 6,733 healthy texts it "
		   "stopped 8, and none of\n134 threads of coding agents. "
		   "Where a number of %s's is named (-f, -t,\n--patience, "
		   "--coder), that one does.\n",
		   rules[RULE_DEFAULT]->name, rule_guardian.name);
	buf_printf(out, "\nCoders of %s (--coder):\n", rule_guardian.name);
	for (size_t i = 0; i < CODER_KINDS; i++)
		put_row(out, coder_rows[i].name, NAME_COLS,
			coder_rows[i].about);
}

static void print_policies(struct buf *out)
{
	for (size_t i = 0; i < sparse_n_rows; i++)
		put_row(out, sparse_rows[i]->name, NAME_COLS,
			sparse_rows[i]->about);
}

static const struct {
	const char *name;
	void (*print)(struct buf *out);
} topics[] = {
	{ "formats", print_formats },
	{ "keys", print_keys },
	{ "policies", print_policies },
	{ "rules", print_rules },
};

const char *topic_name(size_t i)
{
	return i < ARRAY_LEN(topics) ? topics[i].name : NULL;
}

bool topic_print(const char *topic, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		if (strcmp(topics[i].name, topic) != 0)
			continue;
		topics[i].print(out);
		return true;
	}
	return false;
}
