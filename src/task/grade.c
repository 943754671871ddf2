/* The answer that a text states beside the one that its trace calls right. */
#include "task/grade.h"

#include <string.h>
#include <strings.h>

#include "task/answer.h"

const char *grade_name(enum grade grade)
{
	static const char *const names[] = {
		[GRADE_UNKNOWN] = NULL,
		[GRADE_RIGHT] = "right",
		[GRADE_WRONG] = "wrong",
		[GRADE_NONE] = "none",
	};

	return names[grade];
}

const char *judge_name(enum judge by)
{
	static const char *const names[] = {
		[JUDGE_NOBODY] = NULL,
		[JUDGE_ANSWER] = "answer",
		[JUDGE_SOURCE] = "source",
	};

	return names[by];
}

enum grade grade_of_label(const char *label)
{
	static const struct {
		const char *word;
		enum grade grade;
	} words[] = {
		{ "correct", GRADE_RIGHT },   { "right", GRADE_RIGHT },
		{ "true", GRADE_RIGHT },      { "pass", GRADE_RIGHT },
		{ "passed", GRADE_RIGHT },    { "wrong", GRADE_WRONG },
		{ "incorrect", GRADE_WRONG }, { "false", GRADE_WRONG },
		{ "fail", GRADE_WRONG },      { "failed", GRADE_WRONG },
	};

	for (size_t i = 0; label && i < ARRAY_LEN(words); i++)
		if (strcasecmp(label, words[i].word) == 0)
			return words[i].grade;
	return GRADE_UNKNOWN;
}

bool grade_keeps(const struct trace *t, uint32_t n_tokens)
{
	const char *text = t->text.data;
	size_t n = trace_start(t, MIN(n_tokens, t->n_tokens));
	enum answer_kind kind, here;
	struct answer last, at;

	return answer_stated(text, t->text.len, &kind, &last) &&
	       answer_stated(text, n, &here, &at) &&
	       answer_equal(kind, text + at.start, at.end - at.start,
			    text + last.start, last.end - last.start);
}

struct judged judge(const struct trace *t, uint32_t n_tokens)
{
	const char *gold = t->facts.gold, *text = t->text.data;
	size_t n = trace_start(t, MIN(n_tokens, t->n_tokens));
	enum grade label = grade_of_label(t->facts.label);
	bool whole = n_tokens >= t->n_tokens, has_gold = gold && *gold;
	struct judged j = { GRADE_UNKNOWN, JUDGE_NOBODY, false };
	enum answer_kind kind;
	struct answer at;

	if (has_gold && answer_stated(text, n, &kind, &at)) {
		j.by = JUDGE_ANSWER;
		j.grade = answer_right(kind, text, n, gold) ? GRADE_RIGHT :
							      GRADE_WRONG;
		j.disputed = whole && label != GRADE_UNKNOWN &&
			     label != j.grade;
	} else if (has_gold &&
		   (label == GRADE_UNKNOWN ||
		    answer_stated(text, t->text.len, &kind, &at))) {
		j.by = JUDGE_ANSWER;
		j.grade = GRADE_NONE;
	} else if (label != GRADE_UNKNOWN) {
		j.by = JUDGE_SOURCE;
		if (whole || grade_keeps(t, n_tokens))
			j.grade = label;
	}
	return j;
}

enum grade grade_of(const struct trace *t, uint32_t n_tokens)
{
	return judge(t, n_tokens).grade;
}

void judged_by_say(const struct judged *j, struct buf *out)
{
	buf_puts(out, j->by == JUDGE_SOURCE ?
			      "says the source" :
			      "says lilscope by the answer stated and the "
			      "right one");
	buf_puts(out, j->disputed ? "; the source says otherwise" : "");
}

void judged_say(const struct judged *j, struct buf *out)
{
	if (j->grade == GRADE_UNKNOWN)
		return;
	if (j->grade == GRADE_NONE) {
		buf_puts(out, "none is stated");
		return;
	}
	buf_printf(out, "%s, ", grade_name(j->grade));
	judged_by_say(j, out);
}
