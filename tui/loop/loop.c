/* One poll loop: keys at once, reading in slices, frames as things change. */
#include "loop/loop.h"

#include <poll.h>
#include <signal.h>

#include "action/action.h"
#include "app/recording.h"
#include "app/session.h"
#include "demo/demo.h"
#include "loop/frame.h"
#include "loop/cast.h"
#include "loop/notes.h"
#include "loop/input.h"
#include "loop/shot.h"
#include "system/clock.h"
#include "system/say.h"
#include "term/signals.h"
#include "view/views.h"

/* What the loop knows beside the state of the program. */
struct loop {
	struct app *app;
	struct term *term;
	struct screen screen;
	uint64_t frame_us;     /* when the last frame was drawn */
	uint64_t tick_us;      /* when the playhead last moved by itself */
	bool begun;	       /* a generation or the list is shown */
	bool more;	       /* work waits */
	bool urgent;	       /* a key changed something: draw at once */
	int ended_by;	       /* signal, 0: none */
	struct term_opts told; /* as the terminal was last told */
};

/* --- work --------------------------------------------------------------- */

static void show_list(struct app *app)
{
	app->view = app->home = app->last_view = &view_list;
	app->dirty = true;
}

static bool begin_view(struct app *app)
{
	size_t n = deck_n(app->deck);

	if (app->home)
		return true; /* who began it chose a view */
	if (n == 0)
		return false;
	if (n > 1 || deck_n_sources(app->deck) > 1) {
		show_list(app);
		return true;
	}
	if (!app_open(app, 0))
		return false;
	app->home = app->view;
	app->alone = true;
	return true;
}

bool loop_begin(struct app *app)
{
	bool first = !app->home, begun = begin_view(app);

	if (first && begun && app->set.show.lecture)
		view_show(app, &view_lecture);
	return begun;
}

/* One generation is shown itself as long as it is the only one; whoever has
 * pressed a key by then stays where he is. So it is the same whether the
 * second one came with the first or a while after it. */
static void begin_again(struct app *app)
{
	if (!app->alone || deck_n(app->deck) < 2)
		return;
	app->alone = false;
	if (app->n_keys)
		app->home = &view_list;
	else
		show_list(app);
}

/* A followed file was cut or replaced: said once. */
static void tell_news(struct app *app)
{
	size_t n;
	const char *news = deck_news(app->deck, &n);

	if (n == app->said.n_news)
		return;
	app->said.n_news = n;
	app_say(app, "%s", news);
}

bool loop_work(struct app *app)
{
	bool more = search_work(app);
	uint32_t before = app_n_tokens(app);
	double progress = deck_progress(app->deck);
	bool complete = deck_complete(app->deck);

	more = deck_work(app->deck, LOOP_SLICE_US) || more;
	more = app_sync(app) || more;
	begin_again(app);
	if (app->demo)
		demo_sync(app);
	tell_news(app);
	session_sync(app);
	more = recording_work(app) || more;
	if (app_n_tokens(app) != before ||
	    deck_progress(app->deck) != progress ||
	    deck_complete(app->deck) != complete)
		app->dirty = true;
	return more;
}

/* --- drawing ------------------------------------------------------------ */

/* Options that the terminal and the screen must know of. */
static void follow_settings(struct loop *l)
{
	const struct look_settings *look = &l->app->set.look;

	l->screen.ascii = look->ascii;
	term_set_mouse(l->term, look->term.mouse);
	if (look->term.color == l->told.color &&
	    look->term.theme == l->told.theme &&
	    look->term.color_always == l->told.color_always)
		return;
	l->told = look->term;
	term_set_color(l->term, &look->term);
}

static void draw(struct loop *l)
{
	struct app *app = l->app;

	follow_settings(l);
	if (app->repaint)
		term_forget(l->term);
	frame_fit(app, l->screen.rows, l->screen.cols);
	frame_draw(app, &l->screen);
	if (!term_blit(l->term, &l->screen))
		l->ended_by = SIGHUP;
	if (app->bell && app->set.show.bell)
		term_bell(l->term);
	app->dirty = app->repaint = app->bell = l->urgent = false;
	shot_take(app, &l->screen, l->term);
	notes_write(app);
	l->frame_us = now_us();
}

static void resize(struct loop *l)
{
	int rows, cols;

	term_size(l->term, &rows, &cols);
	screen_resize(&l->screen, rows, cols);
	cast_resize(l->app, &l->screen);
	/* What did not fit meanwhile is lost, even at the old size. */
	term_forget(l->term);
	frame_fit(l->app, l->screen.rows, l->screen.cols);
	l->app->dirty = l->urgent = true;
}

static uint64_t frame_gap_us(const struct loop *l)
{
	uint64_t gap = 1000000 / LOOP_FRAMES_PER_S, age;

	age = now_us() - l->frame_us;
	return age >= gap ? 0 : gap - age;
}

/* --- events ------------------------------------------------------------- */

static void stop(struct loop *l)
{
	term_leave(l->term);
	sig_stop();
	term_enter(l->term);
	resize(l);
	l->tick_us = now_us();
	l->app->suspend = false;
}

static void handle_signals(struct loop *l)
{
	for (int number; (number = sig_next()) != 0;) {
		if (number == SIGWINCH) {
			resize(l);
		} else if (number == SIGTSTP) {
			l->app->suspend = true;
		} else if (number == SIGCONT) {
			term_enter(l->term);
			resize(l);
		} else {
			l->ended_by = number;
		}
	}
	if (term_gone(l->term))
		l->ended_by = SIGHUP;
}

static void handle_keys(struct loop *l)
{
	struct key key;

	while (!l->app->quit && !l->app->suspend && !l->ended_by &&
	       term_key(l->term, &key)) {
		if (key.code == K_GROUND) {
			term_set_color(l->term, &l->app->set.look.term);
			l->app->dirty = l->urgent = true;
			continue;
		}
		input_key(l->app, key, l->screen.rows, l->screen.cols);
		if (key.code == KEY_CTRL('C'))
			l->ended_by = SIGINT;
		l->urgent = l->app->dirty;
		l->more = true; /* a key may begin work: open, search, tune */
	}
	if (l->app->suspend)
		stop(l);
}

void loop_tick(struct app *app, double seconds)
{
	if (app->demo)
		demo_tick(app, seconds);
	app_tick(app, seconds);
}

/* < 0: never. */
static double sooner(double a, double b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static double next_tick(const struct app *app)
{
	return sooner(app_next_tick(app),
		      app->demo ? demo_next_tick(app) : -1);
}

static void tick(struct loop *l)
{
	uint64_t now = now_us();

	loop_tick(l->app, (double)(now - l->tick_us) / 1e6);
	l->tick_us = now;
}

/* Milliseconds that poll() may sleep; -1: until something happens. */
static int sleep_ms(const struct loop *l)
{
	double next_s = next_tick(l->app);
	double record_s = recording_wait_s(l->app);
	int64_t ms = term_key_timeout(l->term);

	if (l->more)
		return 0;
	if (next_s >= 0) {
		int64_t frame = (int64_t)frame_gap_us(l) / 1000 + 1;
		int64_t tick = (int64_t)(next_s * 1000) + 1;

		tick = MAX(frame, tick);
		ms = ms < 0 ? tick : MIN(ms, tick);
	}
	if (record_s >= 0) {
		int64_t record = (int64_t)(record_s * 1000) + 1;

		ms = ms < 0 ? record : MIN(ms, record);
	}
	if (l->app->dirty) {
		int64_t frame = (int64_t)frame_gap_us(l) / 1000 + 1;

		ms = ms < 0 ? frame : MIN(ms, frame);
	}
	return (int)MIN(ms, 60 * 1000);
}

void loop_wait(struct loop *l)
{
	enum { KEYS, SIGNALS, NEWS, SOURCES };
	struct pollfd fds[SOURCES + DECK_POLL_MAX] = {
		[KEYS] = { .fd = term_fd(l->term), .events = POLLIN },
		[SIGNALS] = { .fd = sig_fd(), .events = POLLIN },
		[NEWS] = { .fd = demo_fd(l->app), .events = POLLIN },
	};
	int sources[DECK_POLL_MAX], look_ms = -1, ms = sleep_ms(l), n_ready;
	double beat = app_beat_s(l->app);
	size_t n = 0;

	/* A view with a pace of its own needs no waking by each token. */
	if (!l->more && beat >= 0)
		look_ms = (int)(beat * 1000);
	else if (!l->more)
		n = deck_poll(l->app->deck, sources, DECK_POLL_MAX, &look_ms);

	for (size_t i = 0; i < n; i++)
		fds[SOURCES + i] = (struct pollfd){ .fd = sources[i],
						    .events = POLLIN };
	if (look_ms >= 0 && (ms < 0 || look_ms < ms))
		ms = look_ms;
	n_ready = poll(fds, SOURCES + n, ms);
	if (n_ready > 0 && fds[KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
		l->ended_by = SIGHUP;
	if (n_ready > 0 && fds[NEWS].revents)
		l->more = true;
	for (size_t i = 0; n_ready > 0 && i < n; i++)
		l->more = l->more || fds[SOURCES + i].revents;
	if (n_ready == 0 && look_ms >= 0)
		l->more = true; /* nothing told: look */
	if (recording_wait_s(l->app) == 0)
		l->more = true; /* something waits to be written */
}

bool loop_turn(struct loop *l)
{
	handle_signals(l);
	handle_keys(l);
	tick(l);
	if (l->urgent || (l->app->dirty && frame_gap_us(l) == 0))
		draw(l);
	if (l->more) {
		l->more = loop_work(l->app);
		if (!l->begun && loop_begin(l->app))
			l->begun = l->more = true;
	}
	/* Nothing came, and nothing will: there is nothing to look at. */
	if (!l->begun && !l->more && !deck_waits(l->app->deck)) {
		l->app->exit_status = EXIT_TROUBLE;
		l->app->quit = true;
	}
	return !l->app->quit && !l->ended_by;
}

/* Reads until there is something to show, or the first screen is due. */
static void read_first(struct loop *l)
{
	uint64_t start = now_us();

	do {
		l->more = loop_work(l->app);
		l->begun = loop_begin(l->app);
	} while (!l->begun && l->more && now_us() - start < LOOP_FIRST_US);
	if (l->begun)
		l->more = true;
}

struct loop *loop_open(struct app *app, struct term *term)
{
	struct loop *l = mem_zalloc(sizeof(*l));

	*l = (struct loop){ .app = app,
			    .term = term,
			    .told = app->set.look.term };
	screen_init(&l->screen);
	sig_init(term_restore);
	resize(l);
	read_first(l);
	l->urgent = true;
	l->tick_us = now_us();
	return l;
}

void loop_fds(const struct loop *l, int fds[LOOP_FDS])
{
	fds[0] = term_fd(l->term);
	fds[1] = sig_fd();
}

int loop_close(struct loop *l, const char *last_words)
{
	struct app *app = l->app;
	int ended_by = l->ended_by;

	shot_end(app, l->term);
	recording_end(app);
	session_save(app);
	term_leave(l->term);
	screen_release(&l->screen);
	mem_free(l);
	if (ended_by && last_words)
		say(stderr, last_words);
	if (ended_by)
		sig_end(ended_by);
	sig_release();
	return app->exit_status;
}

int loop_run(struct app *app, struct term *term)
{
	struct loop *l = loop_open(app, term);

	while (loop_turn(l))
		loop_wait(l);
	return loop_close(l, NULL);
}
