/* What is said of a run beside others: in numbers, and in words. */
#include "view/lane.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "draw/glyph.h"
#include "draw/pen.h"
#include "report/after.h"
#include "view/cost.h"
#include "view/list.h"
#include "view/now.h"

enum { WIDE_COLS = 90 }; /* of a line, for names of its numbers */

char lane_letter(size_t i)
{
	return (char)(i < 26 ? 'A' + i : 'a' + i % 26);
}

static void part(const struct app *app, struct lane *l)
{
	const struct run *other;
	size_t i = beside_whom(app, l->i);

	other = i < compare_of(app)->n ? compare_run(app, i) : NULL;
	if (!other || !beside_lanes_same(app, l->i, i))
		return;
	l->beside = i;
	l->fork = beside_fork(l->run, other);
	l->parted = l->fork.differs &&
		    l->n >= MIN(l->fork.here + 1, l->total) &&
		    compare_n(app, other) >=
			    MIN(l->fork.there + 1, other->trace.n_tokens);
}

struct lane lane_of(const struct app *app, size_t i)
{
	struct lane l = { .i = i,
			  .beside = i,
			  .run = compare_run(app, i),
			  .ttft_s = NAN,
			  .end_s = NAN,
			  .tbt_s = NAN,
			  .i_stop = app->set.meter.i_stop,
			  .stop = rule_unfired };
	const struct trace *t;

	if (!l.run)
		return l;
	t = &l.run->trace;
	l.n = compare_n(app, l.run);
	l.total = t->n_tokens;
	l.ended = l.run->ended && l.n == l.total;
	part(app, &l);
	if (l.run->meter)
		l.stop = meter_rule_at(l.run->meter, l.i_stop, l.n);
	if (l.ended)
		l.answer = judge(t, l.n);
	if (l.stop.at_token != RULE_NEVER)
		l.stopped = grade_of(t, l.stop.at_token);
	if (t->time_us && l.n) {
		double first = compare_time_s(t, 1);

		if (t->time_origin_s > t->start_s)
			l.ttft_s = first;
		l.end_s = compare_time_s(t, l.n);
		if (l.n > 1)
			l.tbt_s = (l.end_s - first) / (l.n - 1);
	}
	return l;
}

/* --- a lane's numbers --------------------------------------------------- */

static const char *dot(const struct pen *p)
{
	return glyph(GLYPH_DOT, p->s->ascii);
}

static bool is_alike(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Another run has the same name; those that are decoded here have letters. */
static bool has_twin(const struct app *app, const struct lane *l)
{
	const struct compare *c = compare_of(app);
	const struct facts *f = &l->run->trace.facts;

	for (size_t i = 0; i < c->n && !c->waiting; i++) {
		const struct run *run = compare_run(app, i);
		const struct facts *of = run ? &run->trace.facts : NULL;

		if (i != l->i && of && is_alike(f->policy, of->policy) &&
		    f->budget == of->budget &&
		    (f->policy || is_alike(f->model, of->model)))
			return true;
	}
	return false;
}

/* Its place in the list, or its file's name. */
static void put_place(const struct app *app, size_t entry, struct pen *p)
{
	struct buf name = { 0 };

	list_entry_name(app->deck, entry, &name);
	pen_printf(p, STYLE_NORMAL, " %.*s", (int)name.len, name.data);
	buf_release(&name);
}

/* "→ dense": by which policy it goes on, where that changed. */
static void put_turned(const struct lane *l, struct pen *p)
{
	const struct trace *t = &l->run->trace;
	const struct turn *last = NULL;
	char number[NUM_BYTES];

	for (size_t i = 0; i < t->n_turns && t->turns[i].start <= l->n; i++)
		last = &t->turns[i];
	if (!last || !last->policy)
		return;
	pen_printf(p, STYLE_RULE, " %s %s", p->s->ascii ? "->" : "→",
		   last->policy);
	if (last->budget)
		pen_printf(p, STYLE_RULE, " %s",
			   num_count(number, last->budget));
}

static void put_name(const struct app *app, const struct lane *l, struct pen *p)
{
	const struct compare *c = compare_of(app);
	const struct facts *f = l->run ? &l->run->trace.facts : NULL;
	bool cursor = l->i == c->lane && c->n > 1;
	char number[NUM_BYTES];

	pen_printf(p, cursor ? STYLE_SELECTED : STYLE_KEY, " %c ",
		   lane_letter(l->i));
	if (!f)
		pen_puts(p, STYLE_DIM, " reading it again");
	else if (f->policy || f->model)
		pen_printf(p, STYLE_STRONG, " %s",
			   f->policy ? f->policy : f->model);
	else
		put_place(app, c->runs[l->i], p);
	if (f && f->budget)
		pen_printf(p, STYLE_STRONG, " %s",
			   num_count(number, f->budget));
	if (f)
		put_turned(l, p);
	if (f && (f->policy || f->model) && has_twin(app, l)) {
		pen_printf(p, STYLE_DIM, " %s", dot(p));
		put_place(app, c->runs[l->i], p);
	}
}

static void put_state(const struct lane *l, struct pen *p)
{
	const char *finish = l->run->trace.facts.finish_reason;

	if (l->ended && finish && finish[0])
		pen_printf(p, STYLE_DIM, " %s ended: %.20s", dot(p), finish);
	else if (l->ended)
		pen_printf(p, STYLE_DIM, " %s ended", dot(p));
	else if (!l->run->ended && l->n == run_n_measured(l->run))
		pen_printf(p, STYLE_GOOD, " %s %s running", dot(p),
			   p->s->ascii ? ">" : "▶");
}

/* "right", "wrong" or "no answer", with its mark. */
static void put_verdict(enum grade v, struct pen *p)
{
	bool ascii = p->s->ascii;

	if (v == GRADE_RIGHT)
		pen_printf(p, STYLE_GOOD, "%s right",
			   glyph(GLYPH_CHECK, ascii));
	else if (v == GRADE_WRONG)
		pen_printf(p, STYLE_BAD, "%s wrong",
			   glyph(GLYPH_CROSS, ascii));
	else if (v == GRADE_NONE)
		pen_printf(p, STYLE_BAD, "%s no answer",
			   glyph(GLYPH_CROSS, ascii));
}

static void put_answer(const struct lane *l, struct pen *p)
{
	const char *gold = l->run->trace.facts.gold;

	if (l->answer.grade == GRADE_UNKNOWN)
		return;
	pen_printf(p, STYLE_DIM, " %s ", dot(p));
	put_verdict(l->answer.grade, p);
	if (l->answer.by == JUDGE_SOURCE)
		pen_puts(p, STYLE_DIM, ", says the source");
	else if (l->answer.grade != GRADE_RIGHT)
		pen_printf(p, STYLE_DIM, " %s right is %.20s", dot(p), gold);
	if (l->answer.disputed)
		pen_puts(p, STYLE_LIMIT, ", the source says otherwise");
}

/* How much of what is kept the last step looked at. */
static void put_read(const struct lane *l, struct pen *p)
{
	struct cost_read c = { .part = NAN };
	char a[NUM_BYTES], b[NUM_BYTES];

	if (l->n)
		c = cost_read(&l->run->trace, l->n - 1);
	if (c.kept)
		pen_printf(p, STYLE_NORMAL, " %s reads %s of %s tokens", dot(p),
			   num_count(a, c.read), num_count(b, c.kept));
	else if (c.part >= 0.995) /* before it evicts: more than it has then */
		pen_printf(p, STYLE_NORMAL, " %s reads all of its KV", dot(p));
	else if (!isnan(c.part))
		pen_printf(p, STYLE_NORMAL, " %s reads %.0f %% of its KV",
			   dot(p), c.part * 100);
}

static void put_tokens(const struct lane *l, struct pen *p)
{
	char a[NUM_BYTES];

	pen_printf(p, STYLE_DIM, " %s", dot(p));
	pen_printf(p, STYLE_STRONG, " %s", num_count(a, l->n));
	pen_printf(p, STYLE_NORMAL, " token%s", l->n == 1 ? "" : "s");
}

/* Tokens, how it ended, pace, memory. */
static void put_pace(const struct lane *l, struct pen *p)
{
	const struct trace *t = &l->run->trace;
	const struct kv_bytes *kv = t->kv && l->n ? &t->kv[l->n - 1] : NULL;
	bool ascii = p->s->ascii;
	char a[NUM_BYTES], b[NUM_BYTES];

	put_tokens(l, p);
	put_state(l, p);
	put_answer(l, p);
	if (!isnan(l->tbt_s) && l->tbt_s > 0)
		pen_printf(p, STYLE_NORMAL, " %s %s tok/s", dot(p),
			   l->tbt_s < 1e-3 ?
				   num_count(a, (uint64_t)(1 / l->tbt_s)) :
				   num_real(a, 1 / l->tbt_s,
					    l->tbt_s > 0.01 ? 1 : 0, ascii));
	put_read(l, p);
	if (kv && kv->held > 0) {
		pen_printf(p, STYLE_NORMAL, " %s KV %s", dot(p),
			   num_size(a, (uint64_t)kv->held));
		if (kv->used > 0)
			pen_printf(p, STYLE_DIM, " for %s of tokens",
				   num_size(b, (uint64_t)kv->used));
	}
}

/* JCT = TTFT + the tokens after the first x TBT, in numbers. */
static void put_jct(const struct lane *l, struct pen *p)
{
	bool ascii = p->s->ascii;
	char ttft[NUM_BYTES], n[NUM_BYTES], tbt[NUM_BYTES], sum[NUM_BYTES];
	bool wide; /* room for names */

	if (isnan(l->tbt_s)) {
		pen_puts(p, STYLE_DIM,
			 l->run->trace.time_us || !l->n
				 ? "JCT: too few tokens yet"
				 : "no times in the trace");
		return;
	}
	wide = p->end - p->col >= WIDE_COLS;
	num_time(ttft, l->ttft_s, ascii);
	num_count(n, l->n - 1);
	num_time(tbt, l->tbt_s, ascii);
	num_time(sum, l->end_s, ascii);
	pen_puts(p, STYLE_DIM, l->ended ? "JCT " : "so far ");
	if (!isnan(l->ttft_s)) {
		pen_puts(p, STYLE_DIM, wide ? "= TTFT " : "");
		pen_printf(p, STYLE_NORMAL, "%s", ttft);
		pen_puts(p, STYLE_DIM, " + ");
	}
	pen_printf(p, STYLE_NORMAL, "%s", n);
	pen_puts(p, STYLE_DIM, ascii ? " x " : " × ");
	pen_puts(p, STYLE_DIM, wide ? "TBT " : "");
	pen_printf(p, STYLE_NORMAL, "%s", tbt);
	pen_puts(p, STYLE_DIM, " = ");
	pen_printf(p, STYLE_STRONG, "%s", sum);
	if (isnan(l->ttft_s))
		pen_puts(p, STYLE_DIM, " after the first token");
}

/* Where it went on under another policy. */
static void put_turns(const struct lane *l, struct pen *p)
{
	const struct trace *t = &l->run->trace;
	char a[NUM_BYTES], b[NUM_BYTES];

	for (size_t i = 0; i < t->n_turns && t->turns[i].start <= l->n; i++) {
		const struct turn *turn = &t->turns[i];

		if (i + 1 < t->n_turns && turn[1].start == turn->start &&
		    !turn->recomputed)
			continue; /* no token came by it */
		pen_printf(p, STYLE_RULE, " %s %s", dot(p),
			   turn->policy ? turn->policy : "another policy");
		if (turn->budget)
			pen_printf(p, STYLE_RULE, " %s",
				   num_count(a, turn->budget));
		pen_printf(p, STYLE_RULE, " from %s",
			   num_count(a, turn->start));
		if (turn->recomputed)
			pen_printf(p, STYLE_DIM, " (%s read again)",
				   num_count(b, turn->recomputed));
	}
}

/* What another job takes says nothing of this one: what was it asked? */
static void put_asked(const struct lane *l, struct pen *p)
{
	const struct buf *prompt = &l->run->trace.prompt;

	if (!prompt->len) {
		pen_printf(p, STYLE_LIMIT, " %s its prompt is unknown", dot(p));
		return;
	}
	if (pen_printf(p, STYLE_LIMIT, " %s asked: ", dot(p)))
		pen_cut(p, STYLE_PROMPT, prompt->data, prompt->len);
}

static void put_against(const struct app *app, const struct lane *l,
			const struct lane *first, struct pen *p)
{
	bool ascii = p->s->ascii;
	char a[NUM_BYTES];

	if (l->i == 0 || !first->run)
		return;
	if (!beside_lanes_same(app, l->i, first->i)) {
		put_asked(l, p);
		return;
	}
	if (!first->n || !l->n)
		return;
	pen_printf(p, STYLE_DIM, " %s of A: ", dot(p));
	pen_printf(p, STYLE_NORMAL, "%s tokens",
		   num_change(a, l->n, first->n, ascii));
	if (!isnan(l->end_s) && first->end_s > 0)
		pen_printf(p, STYLE_NORMAL, ", %s time",
			   num_change(a, l->end_s, first->end_s, ascii));
}

/* What lilscope did to it at the threshold, or what its source says of it. */
static void put_note(const struct lane *l, struct pen *p)
{
	const char *note = l->run->trace.facts.note;

	if (!l->ended || !note || !*note)
		return;
	pen_cut(p, STYLE_RULE, note, strlen(note));
	pen_printf(p, STYLE_DIM, " %s ", dot(p));
}

/* By how much it is shorter for it; a run that ended there saves nothing. */
static void put_saved(const struct lane *l, struct pen *p)
{
	const struct rule_verdict *v = &l->stop;
	char a[NUM_BYTES], b[NUM_BYTES];

	if (!v->tokens_after) {
		pen_puts(p, STYLE_NORMAL, l->ended ? ", its last token" : "");
		return;
	}
	pen_printf(p, STYLE_NORMAL, " saves %s token%s (%s)",
		   num_count(a, v->tokens_after),
		   v->tokens_after == 1 ? "" : "s",
		   num_percent(b, v->tokens_after, l->n));
	if (l->stopped != GRADE_UNKNOWN) {
		pen_puts(p, STYLE_DIM, ", then ");
		put_verdict(l->stopped, p);
	}
	if (!isnan(l->end_s))
		pen_printf(p, STYLE_NORMAL, ", %s",
			   num_time(a,
				    l->end_s - compare_time_s(&l->run->trace,
							      v->at_token),
				    p->s->ascii));
}

/* Where the early stop cuts, and what that saves. */
static void put_stop(const struct app *app, const struct lane *l,
		     struct pen *p)
{
	const struct rule_verdict *v = &l->stop;
	bool ascii = p->s->ascii;
	char at[NUM_BYTES], letter[2];
	const char *mark;
	struct buf then = { 0 };

	if (v->at_token == RULE_NEVER) {
		pen_printf(p, STYLE_DIM, "%s no early stop%s",
			   glyph(GLYPH_OPEN, ascii),
			   l->ended ? "" : " so far");
		return;
	}
	pen_printf(p, STYLE_LIL, "%s %s at %s",
		   list_stop_mark(app, ascii, letter),
		   l->i_stop == RULE_GUARDIAN ? "stop" : rule_name(l->i_stop),
		   num_count(at, v->at_token));
	put_saved(l, p);
	mark = now_after_mark(v->after, ascii);
	after_say(&then, v, true);
	pen_printf(p, now_after_style(v->after), " %s %s%s%.*s", dot(p), mark,
		   *mark ? " " : "", (int)then.len, then.data);
	buf_release(&then);
}

/* Cut where there is no room; emptied. */
static void put_word(struct pen *p, struct buf *word)
{
	if (pen_puts(p, STYLE_NORMAL, " "))
		pen_cut(p, STYLE_FOUND, word->data, word->len);
	word->len = 0;
}

void lane_draw(const struct app *app, const struct lane *l,
	       const struct lane *first, struct screen *s, struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col, r.cols);

	put_name(app, l, &p);
	if (!l->run)
		return;
	if (r.rows == 1) { /* the verdict, then the formula */
		put_tokens(l, &p);
		pen_printf(&p, STYLE_DIM, " %s ", dot(&p));
		if (l->answer.grade != GRADE_UNKNOWN) {
			put_verdict(l->answer.grade, &p);
			pen_printf(&p, STYLE_DIM, " %s ", dot(&p));
		}
		put_stop(app, l, &p);
		pen_printf(&p, STYLE_DIM, " %s ", dot(&p));
		put_jct(l, &p);
		return;
	}
	put_pace(l, &p);
	p = pen_at(s, r.row + r.rows - 1, r.col + 4, r.cols - 4);
	put_note(l, &p);
	put_stop(app, l, &p);
	put_turns(l, &p);
	if (r.rows > 2)
		p = pen_at(s, r.row + 1, r.col + 4, r.cols - 4);
	else
		pen_printf(&p, STYLE_DIM, " %s ", dot(&p));
	put_jct(l, &p);
	put_against(app, l, first, &p);
}

void lane_draw_fork(const struct app *app, const struct lane *l,
		    struct screen *s, struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col + 1, r.cols - 2);
	char here = lane_letter(l->i), there = lane_letter(l->beside);
	const struct beside_fork *f = &l->fork;
	struct buf word = { 0 };
	char a[NUM_BYTES];

	if (l->beside == l->i || !l->run)
		return;
	if (!l->parted) {
		pen_printf(&p, STYLE_DIM, "%c and %c say the same%s", there,
			   here, l->ended && !f->differs ? "" : " so far");
		return;
	}
	if (f->here) {
		pen_printf(&p, STYLE_NORMAL, "%c and %c say the same for ",
			   there, here);
		pen_printf(&p, STYLE_STRONG, "%s", num_count(a, f->here));
		pen_printf(&p, STYLE_NORMAL, " token%s, then ",
			   f->here == 1 ? "" : "s");
	} else {
		pen_printf(&p, STYLE_NORMAL, "%c and %c differ from the first "
			   "word on: ", there, here);
	}
	pen_printf(&p, STYLE_KEY, "%c", there);
	beside_word(compare_run(app, l->beside), f->there, &word);
	put_word(&p, &word);
	pen_printf(&p, STYLE_KEY, ", %c", here);
	beside_word(l->run, f->here, &word);
	put_word(&p, &word);
	if (f->there != f->here)
		pen_printf(&p, STYLE_DIM, " (%s tokens in %c)",
			   num_count(a, f->there), there);
	pen_right(&p, STYLE_DIM, " | goes there");
	buf_release(&word);
}

void lane_draw_line(const struct app *app, const struct lane *l,
		    struct screen *s, struct rect r)
{
	struct pen p = pen_at(s, r.row, r.col, r.cols);

	put_name(app, l, &p);
	put_pace(l, &p);
	put_turns(l, &p);
}

/* --- in words ----------------------------------------------------------- */

static void explain_lane(const struct lane *l, bool ascii, struct buf *out)
{
	char ttft[NUM_BYTES], n[NUM_BYTES], tbt[NUM_BYTES], sum[NUM_BYTES];
	const char *policy = l->run->trace.facts.policy;

	if (isnan(l->tbt_s))
		return;
	buf_printf(out, "%c%s%s: JCT = TTFT + (tokens %s 1) %s TBT = ",
		   lane_letter(l->i), policy ? ", " : "", policy ? policy : "",
		   ascii ? "-" : "\u2212", ascii ? "x" : "\u00d7");
	if (!isnan(l->ttft_s))
		buf_printf(out, "%s + ", num_time(ttft, l->ttft_s, ascii));
	buf_printf(out, "%s %s %s = %s\n", num_count(n, l->n - 1),
		   ascii ? "x" : "\u00d7", num_time(tbt, l->tbt_s, ascii),
		   num_time(sum, l->end_s, ascii));
}

static const char *answer_words(enum grade v)
{
	static const char *const words[] = {
		[GRADE_UNKNOWN] = NULL,
		[GRADE_RIGHT] = "the right answer",
		[GRADE_WRONG] = "a wrong answer",
		[GRADE_NONE] = "no answer",
	};

	return words[v];
}

static void explain_end(const struct lane *l, const char *end, struct buf *out)
{
	buf_printf(out, " The whole run ends with %s", end);
	if (l->answer.grade != GRADE_NONE) {
		buf_puts(out, ", ");
		judged_by_say(&l->answer, out);
	}
	buf_puts(out, ".");
}

static void explain_none(const struct app *app, const struct lane *l,
			 struct buf *out)
{
	const struct rule_opts *g = &app->set.meter.rule;
	char t[NUM_BYTES];

	if (l->i_stop == RULE_GUARDIAN)
		buf_printf(out, " has not come to the threshold (%s new bytes "
				"in %u tokens)", num_short(t, g->t), g->f);
	else
		buf_printf(out, " has not come to a stop of the rule %s",
			   rule_name(l->i_stop));
	buf_printf(out, "%s.", l->ended ? "" : " so far");
}

/* What the early stop would do to the run under the cursor. */
static void explain_stop(const struct app *app, const struct lane *l,
			 struct buf *out)
{
	const struct rule_opts *g = &app->set.meter.rule;
	const char *kept = answer_words(l->stopped);
	const char *end = answer_words(l->answer.grade);
	char t[NUM_BYTES], at[NUM_BYTES], after[NUM_BYTES], part[NUM_BYTES];

	buf_printf(out, "%c, under the cursor%s", lane_letter(l->i),
		   l->stop.at_token == RULE_NEVER ? "," : "");
	if (l->stop.at_token == RULE_NEVER) {
		explain_none(app, l, out);
	} else {
		num_count(at, l->stop.at_token);
		if (l->i_stop == RULE_GUARDIAN)
			buf_printf(out, ": the last %u tokens before %s told "
					"fewer than %s new bytes.",
				   g->f, at, num_short(t, g->t));
		else
			buf_printf(out, ": the rule %s stops at %s.",
				   rule_name(l->i_stop), at);
		buf_printf(out, " A stop there saves %s token%s (%s)",
			   num_count(after, l->stop.tokens_after),
			   l->stop.tokens_after == 1 ? "" : "s",
			   num_percent(part, l->stop.tokens_after, l->n));
		buf_printf(out, "%s%s.", kept ? " and leaves " : "",
			   kept ? kept : "");
	}
	if (end)
		explain_end(l, end, out);
	buf_puts(out, "\n\n");
}

void lane_explain_all(const struct app *app, struct buf *out)
{
	const struct compare *c = compare_of(app);
	bool ascii = app->set.look.ascii;
	struct lane under;

	if (!c->n)
		return;
	under = lane_of(app, c->lane);
	if (under.run && under.n)
		explain_stop(app, &under, out);
	beside_explain(app, out);
	buf_puts(
		out,
		"A sparse policy reads less at each token, which is cheaper "
		"where texts are long; but what it leaves out may have to be "
		"told again, so the output grows, and the whole job may take "
		"longer. Where a curve of bytes goes flat nothing new is told: "
		"a stop there wins those tokens back.\n\n");
	for (size_t i = 0; i < MIN(c->n, (size_t)LANES_MAX); i++) {
		struct lane l = lane_of(app, i);

		if (l.run)
			explain_lane(&l, ascii, out);
	}
	buf_puts(out, "\nTTFT: time to the first token, the prompt's cost. "
		      "TBT: mean time between tokens after it. JCT: time of "
		      "the whole job. Each run's clock counts its own work "
		      "only.\n");
}
