/* The tour is a table: what is said at each step, and what is shown with it. */
#include "demo/tour.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "demo/demo.h"
#include "draw/pen.h"
#include "draw/text_layout.h"
#include "task/grade.h"
#include "view/compare.h"
#include "view/views.h"

enum {
	TOUR_ROWS = 7,	   /* at least: a line, the text, the keys */
	TOUR_LEAST = 5,	   /* fewer say nothing */
	TOUR_VIEW_ROWS = 8, /* what the view keeps */
	TOUR_COLS = 100,
};

struct tour {
	const struct step *steps;
	size_t n, step;
};

/* One step: what is said, and what is done when it begins. */
struct step {
	const char *title;
	void (*text)(const struct app *app, struct buf *out);
	void (*enter)(struct app *app);
};

/* --- what is told ------------------------------------------------------- */

static const struct run *run_of(const struct app *app, size_t i)
{
	size_t entry = demo_entry(app, i);

	return entry == DECK_NONE ? NULL : deck_kept(app->deck, entry);
}

static struct rule_verdict stop_of(const struct run *run)
{
	return run && run->meter ? meter_rule(run->meter, RULE_GUARDIAN) :
				   rule_unfired;
}

/* What its first n tokens end with; "" where nobody knows what is right. */
static const char *words_of(const struct run *run, uint32_t n)
{
	static const char *const words[] = {
		[GRADE_UNKNOWN] = "",
		[GRADE_RIGHT] = " with the right answer",
		[GRADE_WRONG] = " with a wrong answer",
		[GRADE_NONE] = " with no answer at all",
	};

	return words[grade_of(&run->trace, n)];
}

static void say_ended(const struct run *run, struct buf *out)
{
	buf_printf(out, "It ended after %u tokens%s.", run->trace.n_tokens,
		   words_of(run, run->trace.n_tokens));
}

static void say_problem(const struct app *app, struct buf *out)
{
	if (!app->demo->in_box) {
		buf_puts(out, "Your model goes on from your prompt: once with "
			      "dense attention (A), once with sparse (B). "
			      "Nothing here is recorded: every word is decoded "
			      "while you look, slowly enough to be read.");
		return;
	}
	buf_puts(out, "A small language model, which comes with lilscope, "
		      "solves riddles about who has how much. It traces a "
		      "chain through some twenty facts, adds up, and then "
		      "checks its answer against the facts. Nothing here is "
		      "recorded: every word is decoded while you look, slowly "
		      "enough to be read.");
}

static void say_dense(const struct app *app, struct buf *out)
{
	const struct run *dense = run_of(app, 0);

	buf_puts(out, "A attends to everything that was said before (dense). ");
	if (app->demo->in_box)
		buf_puts(out, "It should derive the answer once, check it, and "
			      "stop. ");
	if (dense && dense->ended)
		say_ended(dense, out);
	else
		buf_puts(out, "Bright words are new, dim ones are copied from "
			      "what stands above.");
}

static void say_sparse(const struct app *app, struct buf *out)
{
	const struct demo *d = app->demo;
	const struct run *sparse = run_of(app, 1);
	uint32_t budget = sparse ? sparse->trace.facts.budget : 0;

	buf_puts(out, "B may read only ");
	if (budget)
		buf_printf(out, "%u", budget);
	else
		buf_puts(out, "some");
	buf_printf(out, " of its tokens at each step (%s). That makes a step "
			"cheaper where texts are long; but what it can't see "
			"any more it can't check. ", d->runs[1].policy->name);
	if (sparse && sparse->ended)
		say_ended(sparse, out);
	if (sparse && sparse->ended &&
	    sparse->trace.facts.prompt_tokens + sparse->trace.n_tokens <=
		    budget)
		buf_puts(out, " All of it fits in the budget: a smaller "
			      "--budget shows more.");
	else if (d->in_box && !(sparse && sparse->ended))
		buf_puts(out, "Where it says \"wrong\" to a sum that is right, "
			      "it begins again, and the text grows.");
}

static void say_plateau(const struct app *app, struct buf *out)
{
	const struct rule_verdict v = stop_of(run_of(app, 1));

	buf_puts(out, "The curves are the bytes that each text takes when "
		      "it is compressed. A text that tells something new "
		      "climbs; one that repeats itself is flat. ");
	if (v.at_token != RULE_NEVER)
		buf_printf(out, "At token %u of B the last %u tokens brought "
				"fewer than %g bytes: the threshold.",
			   v.at_token, app->set.meter.rule.f,
			   app->set.meter.rule.t);
	else
		buf_printf(out, "B has not come to the threshold (%g bytes in "
				"%u tokens) so far.",
			   app->set.meter.rule.t, app->set.meter.rule.f);
}

/* Of the run that the views of one run show. */
static void say_rho(const struct app *app, struct buf *out)
{
	const struct meter *m = app->run ? app->run->meter : NULL;
	uint32_t n = m ? meter_n_tokens(m) : 0;
	struct bound_point b;

	buf_puts(out, "rho is the length of the text's LZ77 code, by symbol: "
		      "a text of noise has 1 or more, one that only repeats "
		      "nears 0. It is a mean over all so far, so it falls "
		      "late. h, the growth of the text's distinct substrings, "
		      "lies in the band from rho - eps to rho; a band that "
		      "holds 0 is VACUOUS, it says nothing. ");
	if (!n)
		return;
	b = meter_point(m, n);
	buf_printf(out, "Here, after %u tokens: rho %.3f, eps %.3f, band from "
			"%.3f, h %.3f. x says what each means.",
		   n, b.rho, b.eps, b.rho - b.eps, b.h);
}

static void say_stop(const struct app *app, struct buf *out)
{
	const struct run *sparse = run_of(app, 1);
	const struct rule_verdict v = stop_of(sparse);
	const char *kept = v.at_token == RULE_NEVER ?
				   "" : words_of(sparse, v.at_token);

	buf_puts(out, "Guardian, the rule of the paper, stops a generation "
		      "there. ");
	if (v.at_token == RULE_NEVER)
		buf_puts(out, "This time there was nothing to stop; A begins "
			      "another problem, and Backspace goes back to "
			      "it. ");
	else
		buf_printf(out,
			   "It would save %u of the %u tokens that B has%s, "
			   "and leave it%s. ",
			   v.tokens_after, sparse->trace.n_tokens,
			   sparse->ended ? "" : " so far",
			   *kept ? kept : " as it was then");
	buf_puts(out, "t and T move the threshold while you look.");
}

static void say_map(const struct app *app, struct buf *out)
{
	(void)app;
	buf_puts(out, "The map shows what each step of B could see in the "
		      "first layer: pages of tokens from top to bottom, steps "
		      "from left to right. Full cells were read, dots were "
		      "kept and not read by any of its heads. Below it, what "
		      "the page under the cursor says: the arrows move it, i "
		      "goes to other layers.");
}

static void say_rescue(const struct app *app, struct buf *out)
{
	const struct run *run = run_of(app, app->demo->n_runs);

	buf_puts(out, "C begins like B. At the threshold it is not stopped: it "
		      "gets its sight back and goes on with dense attention. ");
	if (run && run->ended && !run->trace.n_turns)
		buf_puts(out, "This time it did not come to the threshold. ");
	if (run && run->ended)
		say_ended(run, out);
	else
		buf_puts(out, "Whether that helps depends on what the policy "
			      "has lost for good.");
}

static void put_told(const struct run *run, uint32_t n, struct buf *out)
{
	const struct rule_verdict v = stop_of(run);

	buf_puts(out, "This is the whole of it: bytes told so far against "
		      "tokens. ");
	if (v.at_token != RULE_NEVER)
		buf_printf(out, "Up to Lil at token %u it climbs; right "
				"of it is what the %u tokens after it add. ",
			   v.at_token, n - MIN(n, v.at_token));
	else
		buf_puts(out, "It climbs so far: a stop would save nothing. ");
}

static void say_yours(const struct app *app, struct buf *out)
{
	const struct run *sparse = run_of(app, 1);

	if (sparse)
		put_told(sparse, sparse->trace.n_tokens, out);
	buf_puts(out, app->demo->in_box ?
			      "A draws the next problem, W takes one of your "
			      "own" :
			      "A asks the prompt again");
	buf_puts(out, ", + adds a run, K forks one at the playhead, D gives it "
		      "dense attention, x explains what is under the cursor, "
		      "P saves the screen and ? lists all keys.");
}

/* --- a trace of one's own ----------------------------------------------- */

static void say_text(const struct app *app, struct buf *out)
{
	buf_puts(out, "This is what a model wrote. Bright words are new; dim "
		      "ones are copied from what stands above, the dimmer the "
		      "longer the copy. ");
	if (app->run && app->run->meter)
		buf_printf(out, "There are %u tokens in %u phrases: each is "
				"the longest copy of something said before, or "
				"a literal. ",
			   app_n_tokens(app),
			   lz77_n_phrases(meter_lz77(app->run->meter)));
	buf_puts(out, "The arrows move, Enter is the tour's as long as it "
		      "lasts.");
}

static void say_told(const struct app *app, struct buf *out)
{
	const struct rule_verdict v = stop_of(app->run);

	buf_puts(out, "The curve is the bytes that the text takes when it is "
		      "compressed: what it told so far. New things let it "
		      "climb; repetition is flat. ");
	if (v.at_token == RULE_NEVER)
		buf_printf(out, "It has not come to the threshold (%g bytes in "
				"%u tokens).",
			   app->set.meter.rule.t, app->set.meter.rule.f);
	else
		buf_printf(out, "At token %u the last %u tokens brought fewer "
				"than %g bytes: Lil, the last token with new "
				"information.",
			   v.at_token, app->set.meter.rule.f,
			   app->set.meter.rule.t);
}

static void say_saved(const struct app *app, struct buf *out)
{
	const struct rule_verdict v = stop_of(app->run);

	buf_puts(out, "Guardian, the rule of the paper, stops there. ");
	if (v.at_token == RULE_NEVER)
		buf_puts(out, "Here it would not have stopped. ");
	else
		buf_printf(out, "It would have saved %u of %u tokens%s. e goes "
				"there. ",
			   v.tokens_after, app_n_tokens(app),
			   words_of(app->run, v.at_token));
	buf_puts(out, "t and T move the threshold while you look; lilscope "
		      "guard stops a stream that is being written.");
}

static void say_end(const struct app *app, struct buf *out)
{
	put_told(app->run, app_n_tokens(app), out);
	buf_puts(out, "P saves the screen as a picture, x explains what is "
		      "under the cursor, c compares two, ? lists all keys.");
}

/* --- what is done ------------------------------------------------------- */

static void show_compare(struct app *app)
{
	compare_follow(app);
	app->pace = PACE_FOLLOW;
	compare_of(app)->curve = COMPARE_TOLD;
}

static void go(struct app *app, bool going)
{
	app->demo->held = !going;
	app->demo->credit = 0;
}

static void enter_held(struct app *app)
{
	show_compare(app);
	go(app, false);
}

static void enter_going(struct app *app)
{
	show_compare(app);
	go(app, true);
}

static void enter_plateau(struct app *app)
{
	show_compare(app);
	go(app, true);
}

/* Of B: the views of one run show that of the lane with the cursor. */
static void enter_map(struct app *app)
{
	struct compare *c = compare_of(app);

	show_compare(app);
	c->lane = MIN(1, c->n ? c->n - 1 : 0);
	map_look(app)->of.layer = 1;
	view_show(app, &view_map);
	app->pace = PACE_FOLLOW;
}

/* The run that is rescued, if it is not there yet. */
static void enter_rescue(struct app *app)
{
	const struct demo_run *sparse = &app->demo->runs[1];
	size_t i = app->demo->n_runs;
	char line[64];

	show_compare(app);
	go(app, true);
	if (demo_entry(app, i) != DECK_NONE)
		return;
	if (sparse->budget)
		snprintf(line, sizeof(line), "also %s %u",
			 sparse->policy->name, sparse->budget);
	else
		snprintf(line, sizeof(line), "also %s", sparse->policy->name);
	if (demo_tell(app, DECK_NONE, line))
		demo_tell(app, i, "threshold dense");
}

/* One run: B's in the demo, else the open one, or the first. */
static void show_one(struct app *app, const struct view *view)
{
	if (app->demo) {
		struct compare *c = compare_of(app);

		show_compare(app);
		c->lane = MIN(1, c->n ? c->n - 1 : 0);
	} else if (!app->run && deck_n(app->deck)) {
		app_open(app, 0);
	}
	view_show(app, view);
	app->pace = PACE_FOLLOW;
}

static void enter_ratio(struct app *app)
{
	show_one(app, &view_ratio);
}

static void enter_text(struct app *app)
{
	show_one(app, &view_text);
}

static const struct step own_steps[] = {
	{ "What a model wrote", say_text, enter_text },
	{ "What it told", say_told, enter_ratio },
	{ "rho, the band and h", say_rho, enter_ratio },
	{ "Stopping it", say_saved, enter_ratio },
	{ "What is told", say_end, enter_ratio },
};

static const struct step demo_steps[] = {
	{ "A model that reasons", say_problem, enter_held },
	{ "Dense attention", say_dense, enter_going },
	{ "Sparse attention", say_sparse, enter_going },
	{ "Where it stops telling anything new", say_plateau, enter_plateau },
	{ "rho, the band and h", say_rho, enter_ratio },
	{ "Stopping it", say_stop, enter_plateau },
	{ "What it could see", say_map, enter_map },
	{ "Giving it its sight back", say_rescue, enter_rescue },
	{ "What is told, and yours", say_yours, enter_ratio },
};

/* --- the tour ----------------------------------------------------------- */

bool tour_is_on(const struct app *app)
{
	return app->tour;
}

static void enter(struct app *app, size_t step)
{
	app->tour->step = step;
	app->explain = false;
	app->tour->steps[step].enter(app);
	app->dirty = true;
}

void tour_start(struct app *app)
{
	if (!app->tour)
		app->tour = mem_zalloc(sizeof(*app->tour));
	app->tour->steps = app->demo ? demo_steps : own_steps;
	app->tour->n = app->demo ? ARRAY_LEN(demo_steps) :
				   ARRAY_LEN(own_steps);
	enter(app, 0);
}

void tour_end(struct app *app)
{
	mem_free(app->tour);
	app->tour = NULL;
	app->repaint = app->dirty = true;
}

bool tour_key(struct app *app, int32_t key)
{
	size_t step;

	if (!tour_is_on(app) || app->view->is & STANDS_OVER)
		return false;
	step = app->tour->step;
	if (key == K_ESC || (key == K_ENTER && step + 1 == app->tour->n))
		tour_end(app);
	else if (key == K_ENTER)
		enter(app, step + 1);
	else if (key == K_BACKSPACE)
		enter(app, step ? step - 1 : 0);
	else
		return false;
	app->message[0] = '\0';
	return true;
}

/* --- drawing ------------------------------------------------------------ */

bool tour_say(const struct app *app, struct buf *out)
{
	if (!tour_is_on(app))
		return false;
	app->tour->steps[app->tour->step].text(app, out);
	return true;
}

/* The text of the step as it is broken into lines. */
static struct text_layout lay_out(const struct app *app, int cols, bool ascii,
				  struct buf *text)
{
	app->tour->steps[app->tour->step].text(app, text);
	return (struct text_layout){ .text = text->data,
				     .len = text->len,
				     .width = MAX(1, MIN(cols - 4, TOUR_COLS)),
				     .ascii = ascii };
}

int tour_rows(const struct app *app, int rows, int cols)
{
	int room = rows - TOUR_VIEW_ROWS, need = 2;
	struct buf text = { 0 };
	struct text_layout l;

	if (!tour_is_on(app) || app->view->is & STANDS_OVER ||
	    room < TOUR_LEAST)
		return 0;
	l = lay_out(app, cols, app->set.look.ascii, &text);
	for (size_t at = 0; at < l.len; need++)
		at = text_layout_line(&l, at).next;
	buf_release(&text);
	return MIN(room, MAX(need, TOUR_ROWS));
}

void tour_draw(const struct app *app, struct screen *s, struct rect r)
{
	size_t step = app->tour->step, n = app->tour->n, at = 0;
	struct buf text = { 0 };
	struct text_layout l = lay_out(app, r.cols, s->ascii, &text);
	struct pen p;

	screen_fill(s, r, STYLE_NORMAL);
	screen_hline(s, r.row, r.col, r.cols, STYLE_LIL);
	p = pen_at(s, r.row, r.col + 2, r.cols - 4);
	pen_printf(&p, STYLE_LIL, " %zu/%zu %s ", step + 1, n,
		   app->tour->steps[step].title);
	for (int y = 1; y < r.rows - 1 && at < l.len; y++) {
		struct text_line line = text_layout_line(&l, at);

		screen_text(s, r.row + y, r.col + 2, l.width, STYLE_STRONG,
			    text.data + line.from, line.shown - line.from);
		at = line.next;
	}
	p = pen_at(s, r.row + r.rows - 1, r.col + 2, r.cols - 4);
	pen_puts(&p, STYLE_KEY, "Enter");
	pen_puts(&p, STYLE_DIM, step + 1 < n ? " next   "
							    : " done   ");
	pen_puts(&p, STYLE_KEY, "Backspace");
	pen_puts(&p, STYLE_DIM, " back   ");
	pen_puts(&p, STYLE_KEY, "Esc");
	pen_puts(&p, STYLE_DIM, " ends the tour   ");
	pen_puts(&p, STYLE_DIM, "all other keys work as ever");
	buf_release(&text);
}
