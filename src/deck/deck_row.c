/*
 * A row of the list is made of a run by whoever measured it, on any thread,
 * and joins the entry on the thread of the deck.
 */
#include "deck/deck_row.h"

#include <math.h>
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
		strncpy(word, value, size - 1);
}

struct entry deck_row_empty(void)
{
	struct entry e = { .fired_at = RULE_NEVER,
			   .stop = rule_unfired,
			   .copied_since = RULE_NEVER,
			   .odds = NAN };

	for (size_t k = 0; k < ARRAY_LEN(e.rules_at); k++)
		e.rules_at[k] = RULE_NEVER;
	return e;
}

void deck_row_head(struct entry *e, const struct run *run)
{
	const struct trace *t = &run->trace;

	e->guessed = t->facts.guessed != NULL;
	set_word(e->finish, sizeof(e->finish), t->facts.finish_reason);
	set_word(e->label, sizeof(e->label), t->facts.label);
	first_words(e->words, t->prompt.data, t->prompt.len);
	if (!e->words[0]) /* nothing was asked, as far as is known */
		first_words(e->words, t->text.data, t->text.len);
}

void deck_row_fill(struct entry *e, const struct run *run)
{
	struct report r;
	size_t i_rule;

	report_fill(&r, run);
	e->tokens = r.tokens;
	e->bytes = r.bytes;
	e->phrases = r.phrases;
	e->rho = (float)r.point.rho;
	e->h = (float)r.point.h;
	e->reasoning_tokens = r.reasoning_tokens;
	e->answer_tokens = r.answer_tokens;
	e->stop = r.rules[run->opts.i_stop].verdict;
	e->fired_at = e->stop.at_token;
	e->odds = (float)meter_odds(run->meter, run->opts.i_stop);
	for (size_t k = 0; (i_rule = rule_shown(k)) < RULE_ROWS; k++)
		e->rules_at[k] = r.rules[i_rule].verdict.at_token;
	e->judged = (struct judged){ .grade = GRADE_UNKNOWN };
	if (run->ended)
		e->judged = judge(&run->trace, run->trace.n_tokens);
	deck_row_head(e, run);
}

void deck_row_take(struct entry *e, const struct entry *made)
{
	struct entry was = *e;

	*e = *made;
	e->began_us = was.began_us;
	e->state = was.state;
	e->i_source = was.i_source;
	e->i_sub = was.i_sub;
	e->i_record = was.i_record;
	e->first_sub = was.first_sub;
	e->size_bytes = was.size_bytes;
	e->headed = was.headed;
	e->counted = was.counted;
	e->in_work = was.in_work;
	e->spill = was.spill;
	e->spill_bytes = was.spill_bytes;
	e->spill_at = was.spill_at;
}
