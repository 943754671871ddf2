/* pty_screen.c - what the program wrote, as cells. See pty.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "pty_screen.h"

/* libvterm 0.1.4 dies when a wide character meets a screen of one column;
 * the program still learns the true size. */
enum { VTERM_MIN_COLS = 2 };

/* The emulator answers questions (device attributes, cursor position), as a
 * terminal does: into the program's input. */
static void answer(const char *bytes, size_t n, void *user)
{
	struct pty *p = user;

	if (write(p->master, bytes, n) < 0)
		return; /* the program does not read: nor would it there */
}

void screen_begin(struct pty *p)
{
	p->vt = vterm_new(p->rows, MAX(p->cols, VTERM_MIN_COLS));
	vterm_set_utf8(p->vt, 1);
	vterm_output_set_callback(p->vt, answer, p);
	p->screen = vterm_obtain_screen(p->vt);
	vterm_screen_enable_altscreen(p->screen, 1);
	vterm_screen_reset(p->screen, 1);
}

void screen_end(struct pty *p)
{
	if (p->vt)
		vterm_free(p->vt);
}

void screen_size(struct pty *p)
{
	if (p->vt)
		vterm_set_size(p->vt, p->rows, MAX(p->cols, VTERM_MIN_COLS));
}

void screen_bytes(struct pty *p, const char *bytes, size_t n)
{
	if (p->vt)
		vterm_input_write(p->vt, bytes, n);
}

bool screen_pen_is_default(struct pty *p)
{
	static const VTermAttr off[] = { VTERM_ATTR_BOLD, VTERM_ATTR_UNDERLINE,
					 VTERM_ATTR_REVERSE,
					 VTERM_ATTR_BLINK, VTERM_ATTR_ITALIC };
	VTermState *state;
	VTermValue val;

	if (!p->vt)
		return true;
	state = vterm_obtain_state(p->vt);
	for (size_t i = 0; i < ARRAY_LEN(off); i++)
		if (vterm_state_get_penattr(state, off[i], &val) &&
		    val.number != 0)
			return false;
	vterm_state_get_penattr(state, VTERM_ATTR_FOREGROUND, &val);
	if (!VTERM_COLOR_IS_DEFAULT_FG(&val.color))
		return false;
	vterm_state_get_penattr(state, VTERM_ATTR_BACKGROUND, &val);
	return VTERM_COLOR_IS_DEFAULT_BG(&val.color);
}

static int palette_index(const VTermColor *c)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
		return -1;
	return VTERM_COLOR_IS_INDEXED(c) ? c->indexed.idx : -2;
}

struct pty_cell pty_cell(struct pty *p, int row, int col)
{
	struct pty_cell out = { .text = " ", .width = 1, .fg = -1, .bg = -1 };
	VTermScreenCell cell;
	size_t len = 0;

	if (!p->vt || row < 0 || row >= p->rows || col < 0 || col >= p->cols)
		return out;
	vterm_screen_get_cell(p->screen, (VTermPos){ row, col }, &cell);
	out.width = cell.chars[0] == (uint32_t)-1 ? 0 : cell.width;
	out.fg = palette_index(&cell.fg);
	out.bg = palette_index(&cell.bg);
	out.bold = cell.attrs.bold;
	out.underline = cell.attrs.underline != 0;
	out.reverse = cell.attrs.reverse;
	out.italic = cell.attrs.italic;
	for (int i = 0; out.width > 0 && i < VTERM_MAX_CHARS_PER_CELL &&
			cell.chars[i] != 0; i++)
		len += utf8_encode((int32_t)cell.chars[i], out.text + len);
	if (len > 0 || out.width == 0)
		out.text[len] = '\0';
	return out;
}

const char *pty_row(struct pty *p, int row)
{
	size_t end = 0;

	buf_clear(&p->row);
	for (int col = 0; col < p->cols; col++) {
		struct pty_cell cell = pty_cell(p, row, col);

		buf_puts(&p->row, cell.text);
		if (strcmp(cell.text, " ") != 0)
			end = p->row.len;
	}
	p->row.len = end;
	return buf_cstr(&p->row);
}

void pty_dump(struct pty *p, struct buf *out)
{
	for (int row = 0; row < p->rows; row++) {
		buf_puts(out, pty_row(p, row));
		buf_putc(out, '\n');
	}
}

/* The column at which byte `at` of the row begins. */
static int column_of(struct pty *p, int row, size_t at)
{
	size_t len = 0;

	for (int col = 0; col < p->cols; col++) {
		if (len >= at)
			return col;
		len += strlen(pty_cell(p, row, col).text);
	}
	return p->cols;
}

bool pty_find(struct pty *p, const char *text, int *row, int *col)
{
	for (int r = 0; r < p->rows; r++) {
		const char *line = pty_row(p, r);
		const char *at = strstr(line, text);

		if (!at)
			continue;
		if (row)
			*row = r;
		if (col)
			*col = column_of(p, r, (size_t)(at - line));
		return true;
	}
	return false;
}

void pty_show(struct pty *p, const char *why)
{
	fprintf(stderr, "---- %s (%dx%d, %zu bytes written)\n", why, p->cols,
		p->rows, p->raw.len);
	for (int row = 0; row < p->rows; row++)
		fprintf(stderr, "%3d|%s\n", row, pty_row(p, row));
	fprintf(stderr, "----\n");
}
