/*
 * A problem in one's own words: how it is said, on the screen while it is
 * typed, and what is still wrong with it.
 */
#include <string.h>

#include "base/buf.h"
#include "demo/demo.h"
#include "draw/prompt.h"
#include "view/explain.h"

/* With fewer the model in the box, which has learnt some twenty, goes astray
 * even with dense attention: of twelve problems drawn for each length, none
 * was right with one fact, six with two, and all from three on. */
enum { FEW_FACTS = 3 };

/* What follows a command on its line; NULL: another is typed. */
static const char *typed(const struct app *app, const char *command)
{
	const char *text = prompt_text(app->prompt) + strlen(command);

	if (prompt_kind(app->prompt) != PROMPT_COMMAND ||
	    strncmp(prompt_text(app->prompt), command, strlen(command)) != 0 ||
	    (*text && *text != ' '))
		return NULL;
	return text + strspn(text, " ");
}

static void put_state(const char *text, struct buf *out)
{
	struct problem p;
	struct err err = { "" };

	if (!problem_read(text, strlen(text), &p, &err)) {
		buf_printf(out, "Not yet: %s.\n\n", err.text);
		return;
	}
	buf_printf(out, "Enter asks it: %s has %d.",
		   problem_name(&p, p.chain[0]), problem_answer(&p));
	if (p.n < FEW_FACTS)
		buf_printf(out, " With fewer than %d facts the model is often "
				"wrong: it has learnt with twenty.", FEW_FACTS);
	buf_puts(out, "\n\n");
}

static void put_grammar(struct buf *out)
{
	buf_printf(out,
		   "A fact is \"Ann has 20.\" or \"Bob has 3 more than Ann.\" "
		   "(or \"less than\"). Every name has one fact, in any order; "
		   "the question ends it: \"How many does Bob have?\"\n\n"
		   "Numbers go from %d to %d, steps from 1 to %d. Names:",
		   PROBLEM_VALUE_MIN, PROBLEM_VALUE_MAX, PROBLEM_STEP_MAX);
	for (size_t i = 0; i < PROBLEM_PEOPLE_MAX; i++)
		buf_printf(out, " %s", problem_names[i]);
	buf_puts(out, ".\n\nCtrl-U empties the line, Up brings back what was "
		      "typed before, Esc leaves it.\n");
}

/* A command is typed that takes a policy. */
static bool takes_policy(const struct app *app)
{
	static const char *const commands[] = { "add ", "policy ", "fork " };
	const char *text = prompt_text(app->prompt);

	if (prompt_kind(app->prompt) != PROMPT_COMMAND)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (strncmp(text, commands[i], strlen(commands[i])) == 0)
			return true;
	return false;
}

static void put_policies(struct buf *out)
{
	buf_puts(out, "A policy, then if you like its budget in tokens: "
		      "\"quest 96\". Tab completes.\n\n");
	for (size_t i = 0; i < sparse_n_rows; i++)
		buf_printf(out, "%s: %s\n", sparse_rows[i]->name,
			   sparse_rows[i]->about);
}

static void put_ask(const struct demo *d, struct buf *out)
{
	buf_printf(out, "What the model is asked next; the runs begin anew. "
			"Template: %s. A system message and turns before it "
			"stay as they were given.\n\n"
			"Enter asks, Up brings back what was typed before, "
			"Esc leaves it.\n",
		   chat_told(d->asking.chat));
}

void demo_draw_grammar(const struct app *app, struct screen *s, struct rect r)
{
	const char *text = app->demo->in_box ? typed(app, "problem") : NULL;
	struct buf out = { 0 };

	if (typed(app, "ask")) {
		put_ask(app->demo, &out);
		explain_panel(s, r, "another prompt", &out);
		buf_release(&out);
		return;
	}

	if (takes_policy(app)) {
		put_policies(&out);
		explain_panel(s, r, "another policy", &out);
		buf_release(&out);
		return;
	}

	if (!text)
		return;
	put_state(text, &out);
	put_grammar(&out);
	explain_panel(s, r, "a problem of your own", &out);
	buf_release(&out);
}
