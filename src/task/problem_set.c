/*
 * Problems that are drawn and those of published files come to the same list,
 * of prompt and expected answer, so that whoever runs them need not know which
 * they are. A file's shape is told by its members' names.
 */
#include "task/problem_set.h"

#include <string.h>

#include "json/json.h"
#include "task/problem.h"

static struct task *add(struct problem_set *set)
{
	set->tasks =
		grow(set->tasks, &set->cap, set->n + 1, sizeof(*set->tasks));
	set->tasks[set->n] = (struct task){ 0 };
	return &set->tasks[set->n++];
}

void problem_set_release(struct problem_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		mem_free(set->tasks[i].prompt);
		mem_free(set->tasks[i].turns);
		mem_free(set->tasks[i].gold);
	}
	mem_free(set->tasks);
	*set = (struct problem_set){ 0 };
}

static char *text_of(struct buf *b)
{
	char *text = mem_strndup(b->len ? b->data : "", b->len);

	buf_clear(b);
	return text;
}

void problem_set_draw(struct problem_set *set, uint64_t first, size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct task *task = add(set);
		struct problem p;

		problem_draw(first + i, &p);
		task->id = first + i;
		task->kind = ANSWER_CHAIN;
		problem_prompt(&p, &b);
		task->prompt = text_of(&b);
		buf_printf(&b, "%d", problem_answer(&p));
		task->gold = text_of(&b);
	}
	buf_release(&b);
}

/* --- files -------------------------------------------------------------- */

/* What is asked, by the names of its member. */
static const struct {
	const char *member;
	enum answer_kind kind;
	bool ask;
} shapes[] = {
	{ "problem", ANSWER_MATH, true },
	{ "question", ANSWER_GSM8K, true },
	{ "prompt", ANSWER_KINDS, false },
};

static bool is_whole(const char *s, size_t n)
{
	for (size_t i = n && s[0] == '-'; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return n > 0;
}

/* A number, with what groups and points its digits. */
static bool is_number(const char *s)
{
	return *s && s[strspn(s, "-+$0123456789,. ")] == '\0' &&
	       strpbrk(s, "0123456789");
}

static bool put_gold(struct json_value v, struct buf *out)
{
	size_t n;
	const char *s = json_text(v, &n), *mark;

	if (json_is(v, JSON_NUMBER)) {
		json_put_number(out, json_number(v, 0));
		return true;
	}
	if (!s)
		return false;
	/* GSM8K's answers are solutions that end in "#### 18" */
	while ((mark = bytes_find(s, n, "####", 4)) != NULL) {
		n -= (size_t)(mark + 4 - s);
		s = mark + 4;
	}
	while (n && strchr(" \n\r\t", *s) && *s) {
		s++;
		n--;
	}
	while (n && strchr(" \n\r\t", s[n - 1]) && s[n - 1])
		n--;
	buf_append(out, s, n);
	return n > 0;
}

/* What the right answer is, and so how it is judged. */
static const char *put_right(struct json_value root, enum answer_kind kind,
			     struct task *task)
{
	struct json_value answer = json_get(root, "answer");
	struct buf gold = { 0 };

	if (json_type(answer) <= JSON_NULL && kind == ANSWER_KINDS)
		kind = ANSWER_OPEN;
	else if (!put_gold(answer, &gold) ||
		 memchr(gold.data, '\0', gold.len)) {
		buf_release(&gold);
		return "there is no \"answer\"";
	}
	task->gold = text_of(&gold);
	task->kind = kind;
	if (kind == ANSWER_KINDS)
		task->kind = is_number(task->gold) ? ANSWER_GSM8K : ANSWER_MATH;
	buf_release(&gold);
	return NULL;
}

static void broken(struct problem_set *set, const char *name, uint64_t line,
		   const char *what)
{
	set->n_broken++;
	err_set(&set->first_broken, "%s, line %llu: %s", name,
		(unsigned long long)line, what);
}

/* A conversation that can be asked: messages. */
static bool put_turns(struct json_value root, struct task *task)
{
	struct json_value turns = json_get(root, "messages");
	struct buf text = { 0 };

	if (!json_is(turns, JSON_ARRAY) || !json_count(turns))
		return false;
	json_put(&text, turns);
	task->turns = text_of(&text);
	task->prompt = mem_strdup("");
	buf_release(&text);
	return true;
}

static bool put_prompt(const char *s, size_t n, bool ask, struct task *task)
{
	struct buf prompt = { 0 };

	if (!s || !n || memchr(s, '\0', n))
		return false;
	buf_append(&prompt, s, n);
	if (ask)
		buf_puts(&prompt, PROBLEM_SET_ASK);
	task->prompt = text_of(&prompt);
	buf_release(&prompt);
	return true;
}

static const char *put_task(struct problem_set *set, struct json_value root,
			    uint64_t line)
{
	enum answer_kind kind = ANSWER_KINDS;
	struct task task = { .id = line };
	const char *s = NULL, *what;
	bool ask = false;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(shapes) && !s; i++) {
		s = json_text(json_get(root, shapes[i].member), &n);
		kind = shapes[i].kind;
		ask = shapes[i].ask;
	}
	if (!(s ? put_prompt(s, n, ask, &task) : put_turns(root, &task)))
		return "there is no \"question\", \"problem\" or \"prompt\", "
		       "and no \"messages\" that ask something";
	what = put_right(root, kind, &task);
	if (what) {
		mem_free(task.prompt);
		mem_free(task.turns);
		return what;
	}
	*add(set) = task;
	return NULL;
}

/* MATH's and AIME's files look the same; only AIME's answers are all whole
 * numbers from 0 to 999. */
static void tell_aime(struct problem_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct task *task = &set->tasks[i];
		size_t n = strlen(task->gold);

		if (task->kind != ANSWER_MATH || n > 3 ||
		    !is_whole(task->gold, n) || task->gold[0] == '-')
			return;
	}
	for (size_t i = 0; i < set->n; i++)
		set->tasks[i].kind = ANSWER_AIME;
}

bool problem_set_read(struct problem_set *set, const char *text, size_t len,
		      const char *name, size_t n_max, struct err *err)
{
	struct json doc = { 0 };
	uint64_t line = 0;

	for (size_t at = 0; at < len && set->n < n_max;) {
		const char *lf = memchr(text + at, '\n', len - at);
		size_t n = lf ? (size_t)(lf - text) - at : len - at;
		const char *what = NULL;
		size_t blank = 0;

		line++;
		while (blank < n && strchr(" \t\r", text[at + blank]) &&
		       text[at + blank])
			blank++;
		if (blank < n) {
			if (!json_read(&doc, text + at, n, false, NULL))
				what = "no JSON object";
			else
				what = put_task(set, json_root(&doc), line);
		}
		if (what)
			broken(set, name, line, what);
		at += n + 1;
	}
	json_release(&doc);
	tell_aime(set);
	if (set->n)
		return true;
	if (set->n_broken)
		return err_set(err, "no line of %s is a problem; %s", name,
			       set->first_broken.text);
	return err_set(err,
		       "%s is empty: problems are lines such as "
		       "{\"problem\": ..., \"answer\": ...}",
		       name);
}
