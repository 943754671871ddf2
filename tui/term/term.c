/*
 * The grid is compared with what the terminal shows and only differences are
 * sent, all of a frame in one write: over a slow line a frame is some bytes,
 * and none is seen half drawn.
 */
#include "term/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "system/output.h"
#include "term/caps.h"

enum {
	IN_BYTES = 512,
	SGR_BYTES = 96, /* all that switches to one style */
	RESTORE_BYTES = 512,
	ERASE_MIN_COLS = 8, /* a blank tail as long is erased, not drawn */
	ROWS_DEFAULT = 24,
	COLS_DEFAULT = 80,
	PALETTE_MAX = 256,
	STYLE_UNKNOWN = 255, /* no cell is like it: it is sent */
	ANSWER_MS = 60, /* a terminal next door answers at once */
};

#define MOUSE_ON  "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
/* What is the colour behind the text? And who are you: each terminal answers
 * that, so the silence of one that knows no colours ends. */
#define GROUND_ASK "\033]11;?\033\\\033[c"
/* What is pasted comes between two marks, so that its lines are no keys. */
#define PASTE_ON  "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

struct term {
	int in, out;
	bool own_in;	       /* we opened it */
	bool has_mouse, mouse; /* the terminal has one; it is asked for */
	bool entered, gone;
	int n_colors; /* of the terminal's palette */
	bool direct;  /* its colours are no palette: red, green and blue */
	struct scheme scheme;
	enum ground ground;
	bool asked; /* GROUND_ASK has not been answered */
	char sgr[STYLES][SGR_BYTES];
	char cup[CAPS_BYTES];
	char clear[CAPS_BYTES], el[CAPS_BYTES];
	char civis[CAPS_BYTES], cnorm[CAPS_BYTES];
	struct screen shown; /* what the terminal shows */
	void (*tee)(void *ctx, const char *bytes, size_t n);
	void *tee_ctx;
	bool known;	     /* ... is known at all */
	int row, col, style; /* of the terminal's cursor; -1 unknown */
	bool cursor_on;
	struct buf outbuf;
	char inbuf[IN_BYTES];
	size_t in_len;
	uint64_t in_ms; /* when the last byte came */
};

/*
 * What puts the terminal back. Static because signal handlers and the die
 * hook have no argument; written before `active` and read after it.
 */
static struct {
	volatile sig_atomic_t active;
	int in, out;
	struct termios saved;
	char screen[RESTORE_BYTES]; /* to the screen of its own */
	char enter[RESTORE_BYTES], leave[RESTORE_BYTES];
	size_t leave_len;
} saved_state;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- capabilities ------------------------------------------------------- */

/* Appends text if it fits whole. */
static void append(char *out, size_t size, const char *text)
{
	size_t len = strlen(out), more = strlen(text);

	if (len + more < size)
		memcpy(out + len, text, more + 1);
}

static void append_capability(char *out, size_t size, const char *name)
{
	char one[CAPS_BYTES];

	caps_string(name, one);
	append(out, size, one);
}

static bool environment_says(const char *name, const char *word)
{
	const char *value = getenv(name);

	return value && strstr(value, word);
}

/* How many colours to use: what was asked for, else what the terminal and
 * the environment say. direct: its colours are no palette. */
static enum color_mode choose_color(int n_colors, bool direct,
				    const struct term_opts *opts)
{
	const char *no_color = getenv("NO_COLOR");

	if (opts->color != COLOR_AUTO)
		return opts->color;
	if (no_color && no_color[0] && !opts->color_always)
		return COLOR_NEVER;
	if (direct || environment_says("COLORTERM", "truecolor") ||
	    environment_says("COLORTERM", "24bit"))
		return COLOR_TRUE;
	if (n_colors >= 256)
		return COLOR_256;
	return n_colors >= 8 || opts->color_always ? COLOR_16 : COLOR_NEVER;
}

/* Of the database: how many there are, and whether they are no palette. */
static int count_colors(bool *direct)
{
	int n = MAX(0, caps_number("colors"));

	*direct = n > PALETTE_MAX || environment_says("TERM", "-direct");
	return *direct ? 0 : n; /* what its setaf takes is no index */
}

enum color_mode term_colors(void)
{
	static const struct term_opts plain = { .color = COLOR_AUTO };
	bool direct;
	int n = count_colors(&direct);

	return choose_color(n, direct, &plain);
}

static void append_color(const struct term *t, char *sgr, int index, bool back)
{
	char one[CAPS_BYTES] = "", form[CAPS_BYTES];
	uint32_t rgb = style_rgb(index);
	const char *filled = NULL;

	caps_string(back ? "setab" : "setaf", form);
	if (t->scheme.mode == COLOR_TRUE)
		snprintf(one, sizeof(one), "\033[%d;2;%u;%u;%um",
			 back ? 48 : 38, (unsigned)(rgb >> 16),
			 (unsigned)(rgb >> 8 & 255), (unsigned)(rgb & 255));
	else if (index < t->n_colors && form[0])
		filled = caps_fill(form, index, 0);
	else if (t->scheme.mode == COLOR_256)
		snprintf(one, sizeof(one), "\033[%d;5;%dm", back ? 48 : 38,
			 index);
	else if (index >= 8 && t->n_colors >= 8) /* bright: bold instead */
		filled = caps_fill(form, index - 8, 0);
	else
		snprintf(one, sizeof(one), "\033[%dm",
			 (back ? 10 : 0) + (index < 8 ? 30 : 82) + index);
	if (filled)
		snprintf(one, sizeof(one), "%s", filled);
	append(sgr, SGR_BYTES, one);
}

static void make_sgr(struct term *t, enum style style)
{
	struct look look = style_look(style, t->scheme);
	char *sgr = t->sgr[style];

	sgr[0] = '\0';
	append_capability(sgr, SGR_BYTES, "sgr0");
	if (look.bold ||
	    (look.fg >= 8 && t->scheme.mode == COLOR_16 && t->n_colors < 16))
		append_capability(sgr, SGR_BYTES, "bold");
	if (look.dim)
		append_capability(sgr, SGR_BYTES, "dim");
	if (look.underline)
		append_capability(sgr, SGR_BYTES, "smul");
	if (look.italic)
		append_capability(sgr, SGR_BYTES, "sitm");
	if (look.reverse)
		append_capability(sgr, SGR_BYTES, "rev");
	if (look.fg >= 0)
		append_color(t, sgr, look.fg, false);
	if (look.bg >= 0)
		append_color(t, sgr, look.bg, true);
}

void term_set_color(struct term *t, const struct term_opts *opts)
{
	t->scheme = scheme_of(opts->theme,
			      choose_color(t->n_colors, t->direct, opts),
			      t->ground);
	for (int i = 0; i < STYLES; i++)
		make_sgr(t, (enum style)i);
	term_forget(t);
}

struct scheme term_scheme(const struct term *t)
{
	return t->scheme;
}

/* The sequences that every terminal needs, and what undoes them. */
static void make_sequences(struct term *t)
{
	static const char *const enter[] = { "smkx", "rmam", "civis" };
	static const char *const leave[] = { "sgr0", "smam", "rmkx", "cnorm" };
	char kmous[CAPS_BYTES];

	caps_string("cup", t->cup);
	caps_string("clear", t->clear);
	caps_string("el", t->el);
	caps_string("civis", t->civis);
	caps_string("cnorm", t->cnorm);
	caps_string("kmous", kmous);
	t->has_mouse = kmous[0] != '\0';
	t->n_colors = count_colors(&t->direct);
	saved_state.screen[0] = '\0';
	append_capability(saved_state.screen, RESTORE_BYTES, "smcup");
	saved_state.enter[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(enter); i++)
		append_capability(saved_state.enter, RESTORE_BYTES, enter[i]);
	saved_state.leave[0] = '\0';
	if (t->has_mouse) { /* those that have none know neither */
		append(saved_state.enter, RESTORE_BYTES, PASTE_ON);
		append(saved_state.leave, RESTORE_BYTES, PASTE_OFF);
		append(saved_state.leave, RESTORE_BYTES, MOUSE_OFF);
	}
	for (size_t i = 0; i < ARRAY_LEN(leave); i++)
		append_capability(saved_state.leave, RESTORE_BYTES, leave[i]);
	append_capability(saved_state.leave, RESTORE_BYTES, "clear");
	append_capability(saved_state.leave, RESTORE_BYTES, "rmcup");
	saved_state.leave_len = strlen(saved_state.leave);
}

/* --- opening and closing ------------------------------------------------ */

static bool no_terminal(struct err *err)
{
	const char *name = getenv("TERM");

	return err_set(err,
		       "this terminal (TERM is \"%.40s\") can't show screens; "
		       "\"lilscope analyze FILE\" prints the same numbers",
		       name ? name : "");
}

static bool open_keys(struct term *t, struct err *err)
{
	t->in = STDIN_FILENO;
	if (isatty(t->in))
		return true;
	t->in = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	t->own_in = t->in >= 0;
	if (t->in >= 0 && isatty(t->in))
		return true;
	return err_set(err, "no terminal to read keys from; \"lilscope "
			    "analyze FILE\" prints the same numbers");
}

static void put_bytes(struct term *t, const char *bytes, size_t n)
{
	t->gone = t->gone || !write_all(t->out, bytes, n);
	if (t->tee)
		t->tee(t->tee_ctx, bytes, n);
}

void term_restore(void)
{
	if (!saved_state.active)
		return;
	saved_state.active = 0;
	(void)!write(saved_state.out, saved_state.leave, saved_state.leave_len);
	tcsetattr(saved_state.in, TCSANOW, &saved_state.saved);
}

/* Keys at once and unechoed; signals stay with the terminal. */
static void set_raw(const struct term *t)
{
	struct termios raw = saved_state.saved;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | ISTRIP);
	raw.c_lflag |= ISIG;
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(t->in, TCSADRAIN, &raw);
}

void term_enter(struct term *t)
{
	/* Once only: smcup saves the cursor, and a second one would save it
	 * in the wrong place. */
	if (!saved_state.active) {
		tcgetattr(t->in, &saved_state.saved);
		put_bytes(t, saved_state.screen,
			  strlen(saved_state.screen));
	}
	saved_state.in = t->in;
	saved_state.out = t->out;
	saved_state.active = 1;
	set_raw(t);
	put_bytes(t, saved_state.enter, strlen(saved_state.enter));
	t->entered = true;
	t->cursor_on = false;
	if (t->mouse && t->has_mouse)
		put_bytes(t, MOUSE_ON, strlen(MOUSE_ON));
	term_forget(t);
}

/* --- what is behind the text -------------------------------------------- */

static void read_keys(struct term *t);

static enum ground ground_of(uint32_t rgb)
{
	return style_contrast(rgb, 0xffffff) < style_contrast(rgb, 0) ?
		       GROUND_LIGHT : GROUND_DARK;
}

/* "15;0": text and ground as two of the sixteen; rxvt has a third between. */
static enum ground ground_told(void)
{
	const char *told = getenv("COLORFGBG");
	const char *last = told ? strrchr(told, ';') : NULL;
	char *end;
	long index = last ? strtol(last + 1, &end, 10) : -1;

	if (index < 0 || index > 15 || end == last + 1 || *end)
		return GROUND_UNKNOWN;
	return index == 7 || index == 15 ? GROUND_LIGHT : GROUND_DARK;
}

/* An answer that came, whatever was typed before it; it is taken out. */
static bool take_answer(struct term *t, struct key *key)
{
	for (size_t i = 0; i < t->in_len; i++) {
		char *at = t->inbuf + i;
		size_t used, left = t->in_len - i;

		if (*at != '\033')
			continue;
		used = key_decode(at, left, false, key);
		if (key->code != K_GROUND && key->code != K_ANSWERED)
			continue;
		t->in_len -= used;
		memmove(at, at + used, left - used);
		return true;
	}
	return false;
}

static void hear_answer(struct term *t, const struct key *key)
{
	if (key->code == K_GROUND)
		t->ground = ground_of(key->ground);
	else
		t->asked = false;
}

/* Until all is answered, or for a moment; keys wait meanwhile. */
static void await_answer(struct term *t)
{
	uint64_t until = now_ms() + ANSWER_MS, now;

	while (t->asked && !t->gone && (now = now_ms()) < until) {
		struct pollfd p = { .fd = t->in, .events = POLLIN };
		struct key key;

		if (t->in_len == sizeof(t->inbuf) ||
		    poll(&p, 1, (int)(until - now)) <= 0)
			break;
		read_keys(t);
		while (take_answer(t, &key))
			hear_answer(t, &key);
	}
}

/* Those without a mouse may print the question. */
static void ask_ground(struct term *t)
{
	t->ground = ground_told();
	t->asked = t->has_mouse;
	if (t->asked)
		put_bytes(t, GROUND_ASK, strlen(GROUND_ASK));
	await_answer(t);
}

void term_leave(struct term *t)
{
	if (t->asked) /* the shell would read it as typed */
		await_answer(t);
	t->asked = false;
	term_restore();
	t->entered = false;
}

struct term *term_open(const struct term_opts *opts, struct err *err)
{
	struct term *t = mem_zalloc(sizeof(*t));

	t->out = STDOUT_FILENO;
	t->in = -1;
	screen_init(&t->shown);
	if (!caps_open(t->out)) {
		no_terminal(err);
		mem_free(t);
		return NULL;
	}
	make_sequences(t);
	if (!t->cup[0] || !t->clear[0])
		no_terminal(err);
	else if (open_keys(t, err)) {
		t->mouse = opts->mouse;
		die_set_hook(term_restore);
		term_enter(t);
		ask_ground(t);
		term_set_color(t, opts);
		return t;
	}
	term_close(t);
	return NULL;
}

void term_close(struct term *t)
{
	if (!t)
		return;
	if (t->entered)
		term_leave(t);
	die_set_hook(NULL);
	if (t->own_in)
		close(t->in);
	caps_close();
	screen_release(&t->shown);
	buf_release(&t->outbuf);
	mem_free(t);
}

void term_size(const struct term *t, int *n_rows, int *n_cols)
{
	struct winsize size;

	*n_rows = ROWS_DEFAULT;
	*n_cols = COLS_DEFAULT;
	if (ioctl(t->out, TIOCGWINSZ, &size) != 0)
		return;
	if (size.ws_row > 0)
		*n_rows = size.ws_row;
	if (size.ws_col > 0)
		*n_cols = size.ws_col;
}

void term_set_mouse(struct term *t, bool on)
{
	const char *bytes = on ? MOUSE_ON : MOUSE_OFF;

	if (t->mouse == on)
		return;
	t->mouse = on;
	if (t->has_mouse)
		put_bytes(t, bytes, strlen(bytes));
}

/* --- drawing ------------------------------------------------------------ */

void term_forget(struct term *t)
{
	t->known = false;
}

/* Every terminal gives this cluster the same number of columns. */
static bool is_certain(const struct cell *c)
{
	size_t used;
	int32_t cp;

	if (c->len <= 1)
		return true;
	cp = utf8_decode(c->text, c->len, &used);
	if (used != c->len)
		return false; /* several code points */
	if (c->width == 1)
		return cp < 0x2e80;
	return cp >= 0x2e80 && cp <= 0xffef;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->len == b->len && a->width == b->width &&
	       a->style == b->style && memcmp(a->text, b->text, a->len) == 0;
}

static void move_to(struct term *t, int row, int col)
{
	if (t->row == row && t->col == col)
		return;
	buf_puts(&t->outbuf, caps_fill(t->cup, row, col));
	t->row = row;
	t->col = col;
}

static void set_style(struct term *t, int style)
{
	if (t->style == style)
		return;
	buf_puts(&t->outbuf, t->sgr[style]);
	t->style = style;
}

static void send_cell(struct term *t, const struct cell *c, int row, int col)
{
	move_to(t, row, col);
	set_style(t, c->style);
	if (c->len == 0)
		buf_putc(&t->outbuf, ' ');
	else
		buf_append(&t->outbuf, c->text, c->len);
	t->col += c->width;
	if (!is_certain(c) || t->col >= t->shown.cols)
		t->row = -1; /* wherever it is now */
}

/* Columns [from, cols) of the row are blanks of the normal style. */
static int blank_tail(const struct cell *row, int cols)
{
	while (cols > 0 && row[cols - 1].len == 0 && row[cols - 1].width == 1 &&
	       row[cols - 1].style == STYLE_NORMAL)
		cols--;
	return cols;
}

static void blit_row(struct term *t, const struct cell *want, int row)
{
	int cols = t->shown.cols;
	struct cell *have = t->shown.cells + row * cols;
	/* Who erases leaves the terminal's own colour, not the painted one. */
	int tail = t->el[0] && !t->scheme.paint ? blank_tail(want, cols) : cols;
	bool all = false; /* the rest of the row, whatever it shows */

	for (int col = 0; col < cols; col++) {
		if (!all && same_cell(&want[col], &have[col]))
			continue;
		if (!is_certain(&want[col]) || !is_certain(&have[col]))
			all = true;
		if (col >= tail && cols - col >= ERASE_MIN_COLS) {
			move_to(t, row, col);
			set_style(t, STYLE_NORMAL);
			buf_puts(&t->outbuf, t->el);
			break;
		}
		if (want[col].width > 0)
			send_cell(t, &want[col], row, col);
	}
	memcpy(have, want, (size_t)cols * sizeof(*have));
}

static void set_cursor(struct term *t, const struct screen *s)
{
	bool on = s->cursor_row >= 0;

	if (on)
		move_to(t, s->cursor_row, s->cursor_col);
	if (on != t->cursor_on)
		buf_puts(&t->outbuf, on ? t->cnorm : t->civis);
	t->cursor_on = on;
}

bool term_blit(struct term *t, const struct screen *s)
{
	buf_clear(&t->outbuf);
	if (!t->known || s->rows != t->shown.rows || s->cols != t->shown.cols) {
		screen_resize(&t->shown, s->rows, s->cols);
		for (int i = 0; t->scheme.paint && i < s->rows * s->cols; i++)
			t->shown.cells[i].style = STYLE_UNKNOWN;
		t->row = t->style = -1;
		set_style(t, STYLE_NORMAL);
		buf_puts(&t->outbuf, t->clear);
		t->known = true;
	}
	for (int row = 0; row < s->rows; row++)
		blit_row(t, s->cells + row * s->cols, row);
	set_cursor(t, s);
	if (t->outbuf.len > 0)
		put_bytes(t, t->outbuf.data, t->outbuf.len);
	return !t->gone;
}

void term_tee(struct term *t,
	      void (*tee)(void *ctx, const char *bytes, size_t n), void *ctx)
{
	t->tee = tee;
	t->tee_ctx = ctx;
	if (tee)
		term_forget(t);
}

bool term_copy(struct term *t, const void *bytes, size_t n)
{
	struct buf out = { 0 };

	if (n > TERM_COPY_BYTES)
		return false;
	buf_puts(&out, "\033]52;c;");
	base64_put(&out, bytes, n);
	buf_puts(&out, "\a");
	t->gone = t->gone || !write_all(t->out, out.data, out.len);
	buf_release(&out);
	return true;
}

void term_bell(struct term *t)
{
	put_bytes(t, "\a", 1);
}

/* --- keys --------------------------------------------------------------- */

int term_fd(const struct term *t)
{
	return t->in;
}

bool term_gone(const struct term *t)
{
	return t->gone;
}

static void read_keys(struct term *t)
{
	struct pollfd p = { .fd = t->in, .events = POLLIN };
	ssize_t n;

	if (t->in_len == sizeof(t->inbuf) || poll(&p, 1, 0) <= 0)
		return;
	n = read(t->in, t->inbuf + t->in_len, sizeof(t->inbuf) - t->in_len);
	if (n > 0) {
		t->in_len += (size_t)n;
		t->in_ms = now_ms();
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		t->gone = true; /* readable, and nothing to read: hung up */
	}
}

bool term_key(struct term *t, struct key *key)
{
	read_keys(t);
	while (t->in_len > 0) {
		bool idle = now_ms() - t->in_ms >= TERM_ESCAPE_MS;
		size_t used = key_decode(t->inbuf, t->in_len, idle, key);

		if (used == 0)
			return false;
		t->in_len -= used;
		memmove(t->inbuf, t->inbuf + used, t->in_len);
		if (key->code == K_GROUND || key->code == K_ANSWERED)
			hear_answer(t, key);
		if (key->code != K_NONE && key->code != K_ANSWERED)
			return true;
	}
	return false;
}

int term_key_timeout(const struct term *t)
{
	uint64_t age = now_ms() - t->in_ms;

	if (t->in_len == 0)
		return -1;
	return age >= TERM_ESCAPE_MS ? 0 : (int)(TERM_ESCAPE_MS - age);
}
