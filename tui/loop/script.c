/* Keys and commands from a file, each finished before the next, so that the
 * same script draws the same screens. */
#include "loop/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "action/action.h"
#include "app/recording.h"
#include "demo/demo.h"
#include "draw/prompt.h"
#include "draw/screen_svg.h"
#include "loop/frame.h"
#include "loop/input.h"
#include "loop/shot.h"
#include "loop/loop.h"
#include "system/file.h"

enum { LINE_BYTES = 1024 };
#define PLAY_STEP_S (1.0 / LOOP_FRAMES_PER_S)
#define PLAY_MOST_S 3600.0

struct script {
	struct app *app;
	struct screen screen;
	bool begun;
	int line;           /* at hand, from 1 */
	struct err trouble; /* of the first command that could not be done */
};

static void fit(struct script *s)
{
	s->screen.ascii = s->app->set.look.ascii;
	frame_fit(s->app, s->screen.rows, s->screen.cols);
}

/* Works until nothing is left to do. */
static void settle(struct script *s)
{
	struct app *app = s->app;

	for (;;) {
		bool more = loop_work(app);

		if (!s->begun && loop_begin(app))
			s->begun = more = true;
		if (more)
			continue;
		if (deck_complete(app->deck) || !deck_waits(app->deck) ||
		    (app->demo && !demo_is_busy(app)))
			return;
		deck_sleep(app->deck, recording_wait_s(app));
	}
}

/* --- instructions, which take the rest of the line ---------------------- */

static bool do_wait(struct script *s, const char *arg, struct err *err)
{
	if (arg[0])
		return err_set(err, "wait takes nothing");
	settle(s);
	return true;
}

static bool do_resize(struct script *s, const char *arg, struct err *err)
{
	char *end;
	long rows = strtol(arg, &end, 10), cols = strtol(end, &end, 10);

	if (*end || rows < 1 || rows > SCREEN_MAX_ROWS || cols < 1 ||
	    cols > SCREEN_MAX_COLS)
		return err_set(err, "resize takes rows and columns");
	screen_resize(&s->screen, (int)rows, (int)cols);
	fit(s);
	return true;
}

static bool do_play(struct script *s, const char *arg, struct err *err)
{
	char *end;
	double seconds = strtod(arg, &end);

	if (end == arg || *end || !(seconds >= 0 && seconds <= PLAY_MOST_S))
		return err_set(err, "play takes seconds");
	for (; seconds > 0; seconds -= PLAY_STEP_S) {
		loop_tick(s->app, MIN(seconds, PLAY_STEP_S));
		if (s->app->demo)
			settle(s); /* what it asked for is decoded */
	}
	return true;
}

/* "-svg FILE": the option is cut off. */
static bool take_word(const char **arg, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(*arg, word, n) != 0 || (*arg)[n] != ' ')
		return false;
	*arg += n + strspn(*arg + n, " ");
	return true;
}

/* What a key or a command asked of the next frame. */
static void take_shots(struct script *s)
{
	if (!shot_is_asked(s->app))
		return;
	fit(s);
	app_sync(s->app);
	frame_draw(s->app, &s->screen);
	shot_take(s->app, &s->screen, NULL);
}

static bool do_screen(struct script *s, const char *arg, struct err *err)
{
	struct buf out = { 0 };
	bool ansi = take_word(&arg, "-ansi");
	bool svg = !ansi && take_word(&arg, "-svg"), good;
	struct scheme scheme = shot_scheme(s->app, NULL);

	if (!arg[0])
		return err_set(err, "screen takes a file, or - for standard "
				    "output");
	if (ansi && s->app->set.look.term.color != COLOR_AUTO)
		scheme.mode = s->app->set.look.term.color;
	fit(s);
	app_sync(s->app);
	frame_draw(s->app, &s->screen);
	if (svg)
		screen_svg(&s->screen, scheme, "lilscope", &out);
	else if (ansi)
		screen_ansi(&s->screen, scheme, &out);
	else
		screen_dump(&s->screen, &out);
	good = file_write(arg, out.data, out.len, err);
	buf_release(&out);
	return good;
}

static const struct {
	const char *name;
	bool (*run)(struct script *s, const char *arg, struct err *err);
} instructions[] = {
	{ "wait", do_wait },
	{ "resize", do_resize },
	{ "play", do_play },
	{ "screen", do_screen },
};

/* --- keys --------------------------------------------------------------- */

/* What a key began (a search in a long text) is finished before the next. */
static void press(struct script *s, int32_t code)
{
	fit(s);
	input_key(s->app, (struct key){ .code = code }, s->screen.rows,
		  s->screen.cols);
	while (search_work(s->app))
		;
	if (s->begun)
		settle(s);
	take_shots(s);
}

static bool do_keys(struct script *s, const char *line, struct err *err)
{
	while (*line) {
		size_t n = strcspn(line, " ");
		int32_t code = key_parse(line, n);

		if (code == K_NONE)
			return err_set(err, "there is no key \"%.*s\"",
				       (int)MIN(n, (size_t)40), line);
		press(s, code);
		line += n + strspn(line + n, " ");
	}
	return true;
}

/* As on the screen. What cannot be done is said there, and kept for the end:
 * nobody looks. */
static void do_command(struct script *s, const char *line)
{
	fit(s);
	s->app->message[0] = '\0';
	if (line[0] == ':')
		action_command(s->app, line + 1);
	else
		action_find("search", 6)->with(s->app, line + 1);
	while (search_work(s->app))
		;
	if (s->app->message[0] && s->app->message_is_error &&
	    !s->trouble.text[0])
		err_set(&s->trouble, "line %d: %s", s->line, s->app->message);
	if (s->begun)
		settle(s);
}

static bool do_line(struct script *s, const char *line, struct err *err)
{
	if (line[0] == '\0' || line[0] == '#')
		return true;
	if (line[0] == ':' || (line[0] == '/' && line[1])) {
		do_command(s, line);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(instructions); i++) {
		size_t n = strlen(instructions[i].name);

		if (strncmp(line, instructions[i].name, n) == 0 &&
		    (line[n] == ' ' || line[n] == '\0'))
			return instructions[i].run(
				s, line + n + strspn(line + n, " "), err);
	}
	return do_keys(s, line, err);
}

static bool do_text(struct script *s, const char *path, const struct buf *text,
		    struct err *err)
{
	char line[LINE_BYTES];

	for (size_t i = 0; i < text->len && !s->app->quit;) {
		const char *from = text->data + i;
		const char *end = memchr(from, '\n', text->len - i);
		size_t n = end ? (size_t)(end - from) : text->len - i;
		struct err inner = { "" };

		s->line++;
		i += n + 1;
		while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '\r'))
			n--;
		if (n >= sizeof(line) || memchr(from, '\0', n))
			return err_set(err, "%s: line %d is no text", path,
				       s->line);
		memcpy(line, from, n);
		line[n] = '\0';
		if (!do_line(s, line, &inner))
			return err_set(err, "%s: line %d: %s", path, s->line,
				       inner.text);
	}
	return !s->trouble.text[0] ||
	       err_set(err, "%s: %s", path, s->trouble.text);
}

bool script_run(struct app *app, const char *path, struct err *err)
{
	struct script s = { .app = app };
	struct buf text = { 0 };
	enum file_result result;
	bool good;

	app->set.show.session = false; /* the same wherever it runs */
	screen_init(&s.screen);
	screen_resize(&s.screen, SCRIPT_ROWS, SCRIPT_COLS);
	fit(&s);
	result = file_read(path, SCRIPT_MAX_BYTES, &text, err);
	if (result == FILE_ABSENT)
		err_set(err, "%s: %s", path, strerror(ENOENT));
	good = result == FILE_READ && do_text(&s, path, &text, err);
	buf_release(&text);
	screen_release(&s.screen);
	return good;
}
