/*
 * demo.h - a decoder behind the screens: a problem, its runs side by side,
 * and how fast they go.
 *
 * The decoder is a child process that is held and told to make so many steps
 * at a time: what is seen is decoded at this moment, at a pace that a person
 * can follow. Its times are those of its own work and not of that pace.
 *
 * Runs are numbered by the decoder in the order in which they begin, and that
 * is the order of the deck's entries since the problem began.
 */
#ifndef LILSCOPE_DEMO_H
#define LILSCOPE_DEMO_H


#include "app/app.h"
#include "decode/decoder.h"
#include "decode/model_map.h"
#include "opt/asking.h"
#include "task/problem.h"
#include "term/screen.h"

enum {
	DEMO_RUNS_MAX = 8,
	DEMO_BUDGET = 96,     /* of the sparse run, unless told */
	DEMO_TOKENS_PER_S = 40, /* at speed 1 */
};

/* The rule that scales f and t to a model (bench_table.h), asked of the model
 * in the box: lilscope bench prints it, and a test asks again. */
enum { DEMO_F = 64 };
#define DEMO_T 13.0

/* A run that every problem begins with. */
struct demo_run {
	const struct sparse *policy;
	uint32_t budget;  /* 0: the policy's own, or dense */
	char then[16];    /* at the threshold (THRESHOLDS), or a policy */
};

/* How fast it goes in truth: a slow model falls behind what is asked. */
struct demo_pace {
	double asked, s; /* tokens a second; since when it is counted */
	uint32_t from;   /* tokens of the longest run at that time */
	double real;     /* tokens a second; 0: not known yet */
};

struct demo {
	struct model_map map;
	struct asking asking;
	bool in_box;              /* the model's problems can be drawn */
	struct decoder *decoder;  /* the deck's source owns it; NULL: none */
	bool gone;                /* ... and it has ended */
	struct problem problem;
	bool has_problem;         /* else only a prompt */
	bool own;                 /* typed by a person */
	uint64_t seed;            /* of a drawn problem */
	struct buf prompt;        /* as it is encoded */
	char gold[16];            /* "" unknown */
	char name[64];            /* of what is decoded, for the title */
	size_t n_problems;        /* so far */
	size_t first;             /* deck entry of the problem's first run */
	struct demo_run runs[DEMO_RUNS_MAX];
	size_t n_runs;            /* each problem has; of more only .then is
				     known, "" if not */
	size_t n_asked;           /* ... with those added; the first records of
				     some may be under way */
	struct rule_opts told;   /* the rule's numbers, as the decoder has */
	bool held;
	double credit;            /* steps owed */
	struct demo_pace pace;
	/* A batch of steps is under way until this entry has so many tokens,
	 * or has ended; DECK_NONE: none is. */
	size_t waiting;
	uint32_t until;
	size_t n_alarms;   /* stops of runs that were told */
	struct buf alarms; /* ... as the message has them, while it stands */
	struct err why;  /* the last complaint of the decoder; "" none */
};

/* Maps the model; app->set says which, and what the sparse run is. Nothing
 * is decoded yet. false and a sentence. */
bool demo_new(struct app *app, struct err *err);
void demo_free(struct app *app); /* none is fine; before the app */

/* Begins a problem in the compare view: drawn by a seed, typed, or a prompt
 * without an answer. What was under way ends. false and a sentence. */
bool demo_draw(struct app *app, uint64_t seed, struct err *err);
bool demo_own(struct app *app, const char *text, struct err *err);
bool demo_ask(struct app *app, const char *prompt, struct err *err);
/* The next seed, or the prompt again with the next seed of the draw. */
bool demo_next(struct app *app, struct err *err);

/* To poll for what the decoder says of commands; -1: nothing. */
int demo_fd(const struct app *app);
/* It has a decoder, and its runs are seen side by side. */
bool demo_is_shown(const struct app *app);

/* In step with the deck and the settings. */
void demo_sync(struct app *app);
void demo_tick(struct app *app, double seconds);
double demo_next_tick(const struct app *app); /* < 0: never */

/* It has not begun, or steps are under way. */
bool demo_is_busy(const struct app *app);
/* All runs of the problem have ended. */
bool demo_all_ended(const struct app *app);
/* The deck's entry of run i, DECK_NONE: it has not begun. */
size_t demo_entry(const struct app *app, size_t i);
/* The run of the lane or view that is looked at; false: none of the demo's. */
bool demo_current(const struct app *app, size_t *i_run);

/* Holds or lets go; false if it is not at the end of what was decoded: then
 * it is the playhead that plays. */
bool demo_toggle(struct app *app);
/* One step of every run, while it is held. */
bool demo_step(struct app *app);

/* A line of writer.h's commands for run i, or for none (DECK_NONE). */
bool demo_tell(struct app *app, size_t i_run, const char *line);

/* Another run was asked for: which it will be. */
size_t demo_added(struct app *app);
/* What is done at the threshold of run i, as --at-threshold has it; that of
 * one that was added. */
bool demo_tell_then(struct app *app, size_t i_run, const char *then);

/* While a problem is typed, how it is said and what is wrong with it so far;
 * over the lower part of r. demo_grammar.c */
void demo_draw_grammar(const struct app *app, struct screen *s, struct rect r);

/* Facts of the problem for the title, appended. */
void demo_facts(const struct app *app, bool ascii, struct buf *out);

/* The demo where there is no screen: text and numbers of its runs, to their
 * ends. Returns the exit status, with a sentence in err or said before.
 * demo_text.c */
int demo_print(struct app *app, struct err *err);

#endif
