/*
 * A problem is drawn by lots in a fixed order, the same as in
 * samples/model/problems.py: a lot more or in another place, and the model
 * would be asked what it was not trained on.
 */
#include "task/problem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const problem_names[PROBLEM_PEOPLE_MAX] = {
	"Ann", "Bob", "Cid", "Dan", "Eve", "Fay", "Gus", "Hal",	 "Ivy",
	"Jon", "Kim", "Leo", "Mia", "Ned", "Oda", "Pam", "Quin", "Ray",
	"Sue", "Tom", "Una", "Val", "Wes", "Xan", "Yan", "Zoe",
};

/* --- drawing: every lot in the order of problems.py --------------------- */

enum {
	LOW = 1,
	HIGH = 50, /* things of a person who was drawn */
	BASE_LOW = 10,
	BASE_HIGH = 40,
	PEOPLE_LOW = 20,
	PEOPLE_HIGH = 22,
	CHAIN_LOW = 8,
	CHAIN_HIGH = 9,
	TOLD_ONE_IN = 8, /* of those beside the point */
};

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
	z = (z ^ z >> 27) * 0x94D049BB133111EB;
	return z ^ z >> 31;
}

/* 0..n-1, by multiplication (Lemire 2019, without the rejection). */
static uint32_t below(uint64_t *state, uint32_t n)
{
	return (uint32_t)((next(state) >> 32) * n >> 32);
}

static int span(uint64_t *state, int low, int high)
{
	return low + (int)below(state, (uint32_t)(high - low + 1));
}

static void shuffle(uint64_t *state, uint8_t *items, uint32_t n)
{
	for (uint32_t i = n - 1; i > 0; i--) {
		uint32_t j = below(state, i + 1);
		uint8_t kept = items[i];

		items[i] = items[j];
		items[j] = kept;
	}
}

static int step_from(uint64_t *state, int value)
{
	for (;;) {
		int step = span(state, 1, PROBLEM_STEP_MAX);

		if (below(state, 2))
			step = -step;
		if (value + step >= LOW && value + step <= HIGH)
			return step;
	}
}

static void tell_number(struct problem *p, uint32_t person, int value)
{
	p->facts[person] = (struct problem_fact){ -1, value };
	p->values[person] = value;
}

static void tell_step(struct problem *p, uint32_t person, uint32_t other,
		      int step)
{
	p->facts[person] = (struct problem_fact){ (int)other, step };
	p->values[person] = p->values[other] + step;
}

void problem_draw(uint64_t seed, struct problem *p)
{
	uint64_t state = seed;
	uint32_t n = (uint32_t)span(&state, PEOPLE_LOW, PEOPLE_HIGH);
	uint32_t k = (uint32_t)span(&state, CHAIN_LOW, CHAIN_HIGH);

	*p = (struct problem){ .n = n, .n_chain = k + 1 };
	for (uint32_t i = 0; i < PROBLEM_PEOPLE_MAX; i++)
		p->names[i] = (uint8_t)i;
	shuffle(&state, p->names, PROBLEM_PEOPLE_MAX);
	tell_number(p, k, span(&state, BASE_LOW, BASE_HIGH));
	for (uint32_t i = k; i-- > 0;)
		tell_step(p, i, i + 1, step_from(&state, p->values[i + 1]));
	for (uint32_t i = k + 1; i < n; i++) {
		uint32_t other;

		if (below(&state, TOLD_ONE_IN) == 0) {
			tell_number(p, i, span(&state, LOW, HIGH));
			continue;
		}
		other = below(&state, i);
		tell_step(p, i, other, step_from(&state, p->values[other]));
	}
	for (uint32_t i = 0; i < n; i++)
		p->order[i] = (uint8_t)i;
	shuffle(&state, p->order, n);
	for (uint32_t i = 0; i <= k; i++)
		p->chain[i] = (uint8_t)i;
}

/* --- telling ------------------------------------------------------------ */

int problem_answer(const struct problem *p)
{
	return p->values[p->chain[0]];
}

const char *problem_name(const struct problem *p, uint32_t person)
{
	return problem_names[p->names[person]];
}

static void put_fact(const struct problem *p, uint32_t person, struct buf *out)
{
	const struct problem_fact *fact = &p->facts[person];

	buf_printf(out, " %s has %d", problem_name(p, person), abs(fact->step));
	if (fact->other >= 0)
		buf_printf(out, " %s than %s", fact->step > 0 ? "more" : "less",
			   problem_name(p, (uint32_t)fact->other));
	buf_putc(out, '.');
}

void problem_prompt(const struct problem *p, struct buf *out)
{
	buf_puts(out, "Facts:");
	for (uint32_t i = 0; i < p->n; i++)
		put_fact(p, p->order[i], out);
	buf_printf(out, " Question: how many does %s have? Think:",
		   problem_name(p, p->chain[0]));
}

/* --- reading ------------------------------------------------------------ */

enum { NOBODY = -1, WORD_SHOWN = 24 };

struct problem_word {
	const char *s; /* n == 0: the end */
	size_t n;
};

struct problem_reader {
	const char *s, *end;
	struct err *err;
	struct problem *p;
	int person_of[PROBLEM_PEOPLE_MAX]; /* a name's person, or NOBODY */
	bool told[PROBLEM_PEOPLE_MAX];	   /* a person's fact was read */
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '+' ||
	       (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* A run of letters or digits, one mark, or one end of line. */
static struct problem_word look(struct problem_reader *r)
{
	const char *at;

	while (r->s < r->end && is_blank(*r->s))
		r->s++;
	for (at = r->s; at < r->end && is_word_char(*at); at++)
		;
	if (at == r->s && at < r->end)
		at++;
	return (struct problem_word){ r->s, (size_t)(at - r->s) };
}

static struct problem_word take(struct problem_reader *r)
{
	struct problem_word word = look(r);

	r->s = word.s + word.n;
	return word;
}

static bool is(struct problem_word word, const char *text)
{
	return word.n == strlen(text) && strncasecmp(word.s, text, word.n) == 0;
}

static bool take_if(struct problem_reader *r, const char *text)
{
	if (!is(look(r), text))
		return false;
	take(r);
	return true;
}

/* "..." in sentences: what stands there, not too long. */
static int shown(struct problem_word word)
{
	return (int)MIN(word.n, (size_t)WORD_SHOWN);
}

static bool expect(struct problem_reader *r, const char *text,
		   const char *after)
{
	struct problem_word word = look(r);

	if (take_if(r, text))
		return true;
	if (!word.n || *word.s == '\n')
		return err_set(r->err,
			       "after \"%s\" the word \"%s\" is "
			       "missing",
			       after, text);
	return err_set(r->err, "after \"%s\" comes \"%s\", not \"%.*s\"", after,
		       text, shown(word), word.s);
}

/* A person, known from before or new. */
static bool read_person(struct problem_reader *r, int *person)
{
	struct problem_word word = take(r);
	struct problem *p = r->p;

	for (int i = 0; i < PROBLEM_PEOPLE_MAX; i++) {
		if (!is(word, problem_names[i]))
			continue;
		if (r->person_of[i] == NOBODY) {
			r->person_of[i] = (int)p->n;
			p->names[p->n++] = (uint8_t)i;
		}
		*person = r->person_of[i];
		return true;
	}
	if (!word.n || *word.s == '\n')
		return err_set(r->err, "a name is missing at the end: the "
				       "model knows Ann, Bob, Cid to Zoe");
	return err_set(r->err,
		       "\"%.*s\" is no name that the model knows: Ann "
		       "Bob Cid Dan Eve Fay Gus Hal Ivy Jon Kim Leo "
		       "Mia Ned Oda Pam Quin Ray Sue Tom Una Val Wes "
		       "Xan Yan Zoe",
		       shown(word), word.s);
}

static bool read_number(struct problem_reader *r, const char *name, int *number)
{
	enum { FAR = 100000 };
	struct problem_word word = take(r);
	int value = 0;
	bool good = word.n > 0;

	for (size_t i = 0; i < word.n && good; i++) {
		good = word.s[i] >= '0' && word.s[i] <= '9';
		value = good ? MIN(value * 10 + word.s[i] - '0', FAR) : 0;
	}
	*number = value;
	if (good)
		return true;
	if (!word.n || *word.s == '\n')
		return err_set(r->err, "after \"%s has\" a number is missing",
			       name);
	return err_set(r->err,
		       "after \"%s has\" comes a whole number in "
		       "digits, not \"%.*s\"",
		       name, shown(word), word.s);
}

/* The step, or the number, of a fact. */
static bool read_tail(struct problem_reader *r, int person)
{
	struct problem *p = r->p;
	const char *name = problem_name(p, (uint32_t)person);
	struct problem_fact *fact = &p->facts[person];
	bool more;
	int number;

	if (!read_number(r, name, &number))
		return false;
	more = is(look(r), "more");
	if (!more && !is(look(r), "less")) {
		*fact = (struct problem_fact){ NOBODY, number };
		return (number >= PROBLEM_VALUE_MIN &&
			number <= PROBLEM_VALUE_MAX) ||
		       err_set(r->err,
			       "%s has %d: the model counts from %d "
			       "to %d",
			       name, number, PROBLEM_VALUE_MIN,
			       PROBLEM_VALUE_MAX);
	}
	take(r);
	if (number < 1 || number > PROBLEM_STEP_MAX)
		return err_set(r->err,
			       "%s has %d %s: the model knows steps "
			       "from 1 to %d",
			       name, number, more ? "more" : "less",
			       PROBLEM_STEP_MAX);
	fact->step = more ? number : -number;
	return expect(r, "than", more ? "more" : "less") &&
	       read_person(r, &fact->other);
}

static bool read_fact(struct problem_reader *r)
{
	struct problem *p = r->p;
	struct problem_word word;
	uint32_t n_told = 0;
	const char *name;
	int person;

	if (!read_person(r, &person))
		return false;
	name = problem_name(p, (uint32_t)person);
	for (uint32_t i = 0; i < p->n; i++)
		n_told += r->told[i];
	if (r->told[person])
		return err_set(r->err, "%s is told twice", name);
	r->told[person] = true;
	p->order[n_told] = (uint8_t)person;
	if (!expect(r, "has", name) || !read_tail(r, person))
		return false;
	word = look(r);
	if (!word.n || is(word, ".") || is(word, ",") || is(word, ";") ||
	    is(word, "\n"))
		return true;
	return err_set(r->err,
		       "the fact about %s goes on with \"%.*s\": end "
		       "it with a full stop",
		       name, shown(word), word.s);
}

static void skip_marks(struct problem_reader *r)
{
	while (take_if(r, ".") || take_if(r, ",") || take_if(r, ";") ||
	       take_if(r, "\n"))
		;
}

/* "how many does Ann have?", "Think:", and nothing behind. */
static bool read_question(struct problem_reader *r, int *asked)
{
	struct problem_word word;

	if (!expect(r, "many", "how") || !expect(r, "does", "how many") ||
	    !read_person(r, asked) ||
	    !expect(r, "have", problem_name(r->p, (uint32_t)*asked)))
		return false;
	take_if(r, "?");
	skip_marks(r);
	if (take_if(r, "Think"))
		take_if(r, ":");
	skip_marks(r);
	word = look(r);
	return !word.n || err_set(r->err,
				  "after the question comes nothing, not "
				  "\"%.*s\"",
				  shown(word), word.s);
}

static bool read_text(struct problem_reader *r, int *asked)
{
	skip_marks(r);
	if (take_if(r, "Facts"))
		take_if(r, ":");
	for (skip_marks(r); look(r).n; skip_marks(r)) {
		if (take_if(r, "Question"))
			take_if(r, ":");
		skip_marks(r);
		if (take_if(r, "how"))
			return read_question(r, asked);
		if (!read_fact(r))
			return false;
	}
	if (!r->p->n)
		return err_set(r->err, "there are no facts: write \"Ann has "
				       "20. Bob has 3 more than Ann. How many "
				       "does Bob have?\"");
	return err_set(r->err,
		       "the question is missing: end with \"How many "
		       "does %s have?\"",
		       problem_name(r->p, r->p->order[0]));
}

/* Follows the facts from `person` to a number, and back: the values of all
 * on the way. */
static bool solve(struct problem_reader *r, int person)
{
	struct problem *p = r->p;
	int path[PROBLEM_PEOPLE_MAX], at = person;
	uint32_t n = 0;

	for (; p->facts[at].other >= 0; at = p->facts[at].other) {
		if (n == p->n)
			return err_set(r->err,
				       "the facts about %s go in a "
				       "circle: somebody on the way "
				       "needs a plain number",
				       problem_name(p, (uint32_t)person));
		path[n++] = at;
	}
	p->values[at] = p->facts[at].step;
	while (n-- > 0) {
		const struct problem_fact *fact = &p->facts[path[n]];
		int value = p->values[fact->other] + fact->step;

		if (value < PROBLEM_VALUE_MIN || value > PROBLEM_VALUE_MAX)
			return err_set(r->err,
				       "%s has %d then: the model "
				       "counts from %d to %d",
				       problem_name(p, (uint32_t)path[n]),
				       value, PROBLEM_VALUE_MIN,
				       PROBLEM_VALUE_MAX);
		p->values[path[n]] = value;
	}
	return true;
}

bool problem_read(const char *text, size_t n, struct problem *p,
		  struct err *err)
{
	struct problem_reader r = {
		.s = text, .end = text + n, .err = err, .p = p
	};
	int asked = NOBODY;

	*p = (struct problem){ 0 };
	if (n > PROBLEM_TEXT_MAX)
		return err_set(err,
			       "the problem has %zu bytes; %d are enough "
			       "for all facts there can be",
			       n, PROBLEM_TEXT_MAX);
	for (size_t i = 0; i < ARRAY_LEN(r.person_of); i++)
		r.person_of[i] = NOBODY;
	if (!read_text(&r, &asked))
		return false;
	for (uint32_t i = 0; i < p->n; i++)
		if (!r.told[i])
			return err_set(err, "no fact tells how many %s has",
				       problem_name(p, i));
	for (uint32_t i = 0; i < p->n; i++)
		if (!solve(&r, (int)i))
			return false;
	for (int at = asked; at >= 0; at = p->facts[at].other)
		p->chain[p->n_chain++] = (uint8_t)at;
	return true;
}
