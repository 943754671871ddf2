/* The screens' program around a bench, which has the poll() of its own: each
 * time the bench tells how far it is the loop takes a turn. */
#include "cli/sweep.h"

#include "app/app.h"
#include "loop/loop.h"
#include "opt/settings.h"
#include "view/view_sweep.h"
#include "view/views.h"

struct sweep_screen {
	struct app app;
	struct term *term;
	struct loop *loop;
	struct bench_state state;
};

struct sweep_screen *sweep_open(const struct settings *set, struct err *err)
{
	struct settings own = *set;
	struct sweep_screen *w;
	struct term *term;

	own.look.term.mouse = false; /* one selects and copies with it */
	term = term_open(&own.look.term, err);
	if (!term)
		return NULL;
	w = mem_zalloc(sizeof(*w));
	w->term = term;
	app_init(&w->app, &own);
	w->app.view = w->app.last_view = w->app.home = &view_sweep;
	sweep_of(&w->app)->state = &w->state;
	w->loop = loop_open(&w->app, term);
	return w;
}

void sweep_fds(const struct sweep_screen *w, int fds[LOOP_FDS])
{
	loop_fds(w->loop, fds);
}

bool sweep_tell(struct sweep_screen *w, const struct bench_state *state)
{
	w->state = *state;
	w->app.dirty = true;
	return loop_turn(w->loop);
}

void sweep_complain(struct sweep_screen *w, const char *sentence)
{
	err_set(&sweep_of(&w->app)->why, "%s", sentence);
	app_complain(&w->app, "%s", sentence);
}

void sweep_stay(struct sweep_screen *w, const struct bench_state *state)
{
	sweep_of(&w->app)->ended = true;
	if (!sweep_tell(w, state))
		return;
	do {
		loop_wait(w->loop);
	} while (loop_turn(w->loop));
}

void sweep_close(struct sweep_screen *w, const char *last_words)
{
	if (!w)
		return;
	loop_close(w->loop, last_words);
	term_close(w->term);
	app_release(&w->app);
	mem_free(w);
}
