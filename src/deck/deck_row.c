/*
 * A row of the list is made of a run by whoever measured it, on any thread,
 * and joins the entry on the thread of the deck.
 */
#include "deck/deck_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The beginning of a text in one line of whole characters. */
static void first_words(char out[ENTRY_WORDS_BYTES], const char *text, size_t n)
{
	size_t used = 0, i = 0;

	for (; i < n && used + 1 < ENTRY_WORDS_BYTES; i++) {
		bool blank = (unsigned char)text[i] <= ' ';

		if (!blank)
			out[used++] = text[i];
		else if (used && out[used - 1] != ' ')
			out[used++] = ' ';
	}
	/* a character that is cut goes as a whole */
	while (i < n && used && ((unsigned char)text[i] & 0xc0) == 0x80) {
		used--;
		i--;
	}
	out[used] = '\0';
}

static void set_word(char *word, size_t size, const char *value)
{
	memset(word, 0, size);
	if (value)
		memcpy(word, value, MIN(strlen(value), size - 1));
}

struct deck_row deck_row_empty(void)
{
	struct deck_row row = {
		.entry = { .fired_at = RULE_NEVER, .odds = NAN },
		.stop = rule_unfired,
	};

	for (size_t k = 0; k < ARRAY_LEN(row.entry.rules_at); k++)
		row.entry.rules_at[k] = RULE_NEVER;
	return row;
}

static void set_policy(struct deck_row *row, const struct facts *facts)
{
	char policy[ROW_TEXT_BYTES * 2] = "";

	if (facts->policy && facts->budget)
		snprintf(policy, sizeof(policy), "%s %u", facts->policy,
			 facts->budget);
	set_word(row->policy, sizeof(row->policy),
		 policy[0] ? policy : facts->policy);
}

/* Behind the last '/': who made it and where it runs is often the longer part
 * of its name. */
static void set_model(struct deck_row *row, const char *name)
{
	const char *slash = name ? strrchr(name, '/') : NULL;

	set_word(row->model, sizeof(row->model),
		 slash && slash[1] ? slash + 1 : name);
}

void deck_row_head(struct deck_row *row, const struct run *run)
{
	const struct trace *t = &run->trace;
	struct entry *e = &row->entry;

	e->guessed = t->facts.guessed != NULL;
	set_word(row->finish, sizeof(row->finish), t->facts.finish_reason);
	set_word(row->label, sizeof(row->label), t->facts.label);
	set_policy(row, &t->facts);
	set_model(row, t->facts.model);
	first_words(e->words, t->prompt.data, t->prompt.len);
	if (!e->words[0]) /* nothing was asked, as far as is known */
		first_words(e->words, t->text.data, t->text.len);
}

void deck_row_fill(struct deck_row *row, const struct run *run)
{
	struct entry *e = &row->entry;
	struct report r;
	size_t i_rule;

	report_fill_row(&r, run);
	e->tokens = r.tokens;
	e->phrases = r.phrases;
	e->rho = (float)r.point.rho;
	e->reasoning_tokens = r.reasoning_tokens;
	e->answer_tokens = r.answer_tokens;
	row->stop = r.rules[run->opts.i_stop].verdict;
	e->after = row->stop.after;
	e->fired_at = row->stop.at_token;
	e->odds = (float)meter_odds(run->meter, run->opts.i_stop);
	for (size_t k = 0; (i_rule = rule_shown(k)) < RULE_ROWS; k++)
		e->rules_at[k] = r.rules[i_rule].verdict.at_token;
	e->judged = (struct judged){ .grade = GRADE_UNKNOWN };
	if (run->ended)
		e->judged = judge(&run->trace, run->trace.n_tokens);
	deck_row_head(row, run);
}
