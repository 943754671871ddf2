#include "cli/sweep.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>

#include "system/say.h"
#include "term/key.h"
#include "term/signals.h"
#include "term/terminal.h"
#include "view/view_sweep.h"

struct sweep {
	struct term *term;
	struct screen screen;
	struct sweep_look look;
	struct bench_state state;
	bool quit;
	int ended_by; /* a signal, 0: none */
};

static void resize(struct sweep *w)
{
	int rows, cols;

	term_size(w->term, &rows, &cols);
	screen_resize(&w->screen, rows, cols);
	term_forget(w->term);
}

struct sweep *sweep_open(const struct look_settings *look, struct err *err)
{
	struct term_opts on = look->term;
	struct term *term;
	struct sweep *w;

	on.mouse = false; /* one selects and copies with it */
	term = term_open(&on, err);
	if (!term)
		return NULL;
	w = mem_zalloc(sizeof(*w));
	w->term = term;
	w->look.graph = look->graph;
	w->look.state = &w->state;
	screen_init(&w->screen);
	w->screen.ascii = look->ascii;
	sig_init(term_restore);
	resize(w);
	return w;
}

void sweep_fds(const struct sweep *w, int fds[SWEEP_FDS])
{
	fds[0] = term_fd(w->term);
	fds[1] = sig_fd();
}

static void suspend(struct sweep *w)
{
	term_leave(w->term);
	sig_stop();
	term_enter(w->term);
	resize(w);
}

static void hear_signals(struct sweep *w)
{
	for (int number; (number = sig_next()) != 0;) {
		if (number == SIGWINCH || number == SIGCONT) {
			if (number == SIGCONT)
				term_enter(w->term);
			resize(w);
		} else if (number == SIGTSTP) {
			suspend(w);
		} else {
			w->ended_by = number;
		}
	}
	if (term_gone(w->term))
		w->ended_by = SIGHUP;
}

static void move(struct sweep *w, int rows)
{
	size_t n = w->state.table ? w->state.table->n : 0;
	size_t back = rows < 0 ? (size_t)-rows : 0;

	if (rows > 0)
		w->look.top = MIN(w->look.top + (size_t)rows, n ? n - 1 : 0);
	else
		w->look.top -= MIN(back, w->look.top);
}

static void hear_keys(struct sweep *w)
{
	/* Keys of the other screens, as far as they mean something here. */
	static const struct {
		int32_t code;
		int rows; /* 0: leave */
	} keys[] = {
		{ 'q', 0 },	    { K_ESC, 0 },    { 'j', 1 },
		{ K_DOWN, 1 },	    { 'k', -1 },     { K_UP, -1 },
		{ K_PGDN, 10 },	    { K_PGUP, -10 }, { K_WHEEL_DOWN, 3 },
		{ K_WHEEL_UP, -3 },
	};
	struct key key;

	while (!w->quit && term_key(w->term, &key)) {
		if (key.code == KEY_CTRL('C'))
			w->ended_by = SIGINT;
		if (key.code == KEY_CTRL('Z'))
			suspend(w);
		if (key.code == KEY_CTRL('L'))
			term_forget(w->term);
		for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
			if (keys[i].code != key.code)
				continue;
			w->quit = keys[i].rows == 0;
			move(w, keys[i].rows);
		}
	}
}

static bool turn(struct sweep *w)
{
	hear_signals(w);
	hear_keys(w);
	if (w->quit || w->ended_by)
		return false;
	view_sweep_draw(&w->look, &w->screen);
	if (!term_blit(w->term, &w->screen))
		w->ended_by = SIGHUP;
	return !w->ended_by;
}

bool sweep_tell(struct sweep *w, const struct bench_state *state)
{
	w->state = *state;
	return turn(w);
}

void sweep_stay(struct sweep *w, const struct bench_state *state)
{
	int fds[SWEEP_FDS];

	w->state = *state;
	w->look.ended = true;
	sweep_fds(w, fds);
	while (turn(w)) {
		struct pollfd polled[SWEEP_FDS] = {
			{ .fd = fds[0], .events = POLLIN },
			{ .fd = fds[1], .events = POLLIN },
		};

		poll(polled, SWEEP_FDS, term_key_timeout(w->term));
		if (polled[0].revents & (POLLHUP | POLLERR | POLLNVAL))
			w->ended_by = SIGHUP;
	}
}

void sweep_close(struct sweep *w, const char *last_words)
{
	int ended_by;

	if (!w)
		return;
	ended_by = w->ended_by;
	term_leave(w->term);
	term_close(w->term);
	screen_release(&w->screen);
	mem_free(w);
	if (ended_by && last_words)
		say(stderr, last_words);
	if (ended_by)
		sig_end(ended_by);
	sig_release();
}
