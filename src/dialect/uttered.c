/*
 * First the rows, by the type of the record; then what roles say, and types
 * that stand for one.
 */
#include "dialect/uttered.h"

#include "base/base.h"
#include "dialect/content.h"
#include "dialect/field.h"
#include "dialect/record.h"

/* A record of this type has at `at` what was said. */
static const struct habit {
	const char *type, *at;
	enum side side;
	bool message;
	const char *kind; /* that has this type; NULL: any */
	const char *has;  /* the record has it: its type's name is common */
} rows[] = {
	/* Copilot */
	{ "session.start", ".data", SIDE_NONE, true, NULL, NULL },
	{ "assistant.message", ".data", SIDE_MODEL, true, NULL, NULL },
	{ "user.message", ".data", SIDE_OTHERS, true, NULL, NULL },
	{ "system.message", ".data", SIDE_OTHERS, true, NULL, NULL },
	{ "tool.execution_complete", ".data.result", SIDE_OTHERS, true, NULL,
	  NULL },
	/* Gemini CLI */
	{ "gemini", ".", SIDE_MODEL, true, NULL, "content" },
	/* Kimi; what is asked comes twice */
	{ "context.append_message", ".message", SIDE_OTHERS, true, NULL, NULL },
	{ "context.append_loop_event", ".event.part", SIDE_MODEL, false, NULL,
	  NULL },
	{ "context.append_loop_event", ".event", SIDE_MODEL, false,
	  "tool.call", NULL },
	{ "context.append_loop_event", ".event.result", SIDE_OTHERS, true,
	  NULL, NULL },
	/* Droid */
	{ "completion", ".", SIDE_MODEL, true, NULL, "finalText" },
	{ "tool_call", ".", SIDE_MODEL, false, NULL, "toolName" },
};

/* Pieces of a turn that have a type for a role. */
static const char *const model_types[] = {
	"reasoning", "function_call", "custom_tool_call", "local_shell_call",
	"web_search_call", "agent_message", "tool_use", NULL,
};
static const char *const other_types[] = {
	"function_call_output", "custom_tool_call_output",
	"local_shell_call_output", "command_execution", "tool_result", NULL,
};

static bool is_one_of(struct json_value string, const char *const *words)
{
	for (; *words; words++)
		if (json_text_is(string, *words))
			return true;
	return false;
}

/* A record of a common type is a session's if it has what those of that type
 * have, and neither a role nor a question of its own. */
static bool is_own(struct json_value v, const char *has)
{
	return json_get(v, has).doc && !content_role(v).doc &&
	       !record_first(v, record_prompt_names).doc;
}

/* The row of the record, and what lies there; NULL: none. */
static const struct habit *row_of(struct json_value v, struct json_value *at)
{
	struct json_value type = json_get(v, "type");

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!json_text_is(type, rows[i].type) ||
		    (rows[i].has && !is_own(v, rows[i].has)))
			continue;
		*at = field_get(v, rows[i].at);
		if (json_is(*at, JSON_OBJECT) &&
		    (!rows[i].kind ||
		     json_text_is(json_get(*at, "type"), rows[i].kind)))
			return &rows[i];
	}
	return NULL;
}

/* Antigravity counts its steps: the model's are of one type, what it calls
 * gives the others. */
static bool is_step(struct json_value v, struct uttered *s)
{
	if (!json_get(v, "step_index").doc || !json_get(v, "source").doc)
		return false;
	*s = (struct uttered){ .v = v, .message = true, .own = true };
	if (json_text_is(json_get(v, "type"), "PLANNER_RESPONSE"))
		s->side = SIDE_MODEL;
	else if (json_get(v, "content").doc)
		s->side = SIDE_OTHERS;
	return true;
}

/* Codex tells everything twice: as items and as events for its screen; and an
 * item is told when it begins, too. */
static bool is_echo(struct json_value v)
{
	static const char *const types[] = { "event_msg", "item.started",
					     "item.updated", NULL };

	return is_one_of(json_get(v, "type"), types);
}

struct json_value uttered_in(struct json_value v)
{
	static const char *const wraps[] = { "message", "payload", "item" };
	struct json_value data = json_get(v, "data");

	for (size_t i = 0; i < ARRAY_LEN(wraps); i++)
		if (json_is(json_get(v, wraps[i]), JSON_OBJECT))
			return json_get(v, wraps[i]);
	return content_role(v).doc && json_get(data, "content").doc ? data : v;
}

/* Grok's and Gemini CLI's have a type for a role. Claude Code's notes have that
 * of the system, too, and more beside it. */
static enum side by_type(struct json_value v, bool *message)
{
	struct json_value type = json_get(v, "type");

	*message = true;
	if (json_text_is(type, "assistant"))
		return SIDE_MODEL;
	if (json_text_is(type, "user") ||
	    (json_text_is(type, "system") && json_count(v) == 2))
		return SIDE_OTHERS;
	*message = false;
	return SIDE_NONE;
}

/* By the role of the message, of the record around it, or by its type. */
static struct uttered by_role(struct json_value v)
{
	struct uttered t = { .v = uttered_in(v) };
	struct json_value role = content_role(t.v), type;
	bool outer = !role.doc && t.v.at != v.at && json_get(v, "role").doc;
	struct json_value owner = outer ? v : t.v;

	t.message = content_role(owner).doc != NULL;
	type = json_get(t.v, "type");
	if (content_is_model(owner))
		t.side = SIDE_MODEL;
	else if (content_is_others(owner))
		t.side = SIDE_OTHERS;
	else if (is_one_of(type, model_types))
		t.side = SIDE_MODEL;
	else if (is_one_of(type, other_types))
		t.side = SIDE_OTHERS;
	else if (!t.message && is_own(t.v, "content"))
		t.side = by_type(t.v, &t.message);
	t.own = outer && t.side;
	return t;
}

struct uttered uttered_of(struct json_value v)
{
	struct uttered t = { 0 };
	const struct habit *row;

	if (is_echo(v))
		return (struct uttered){ .v = uttered_in(v) };
	if (is_step(v, &t))
		return t;
	row = row_of(v, &t.v);
	if (!row)
		return by_role(v);
	t.side = row->side;
	t.message = row->message;
	t.own = true;
	return t;
}
