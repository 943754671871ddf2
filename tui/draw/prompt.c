/*
 * A line that is edited: keys are rows, the history and the completion are
 * lists that it walks through.
 */
#include "draw/prompt.h"

#include <string.h>

#include "base/utf8.h"

struct history {
	char *lines[PROMPT_HISTORY]; /* oldest first, owned */
	size_t n;
};

struct prompt {
	bool open;
	enum prompt_kind kind;
	char line[PROMPT_LINE_BYTES];
	size_t len, at; /* bytes; the cursor */
	struct history history[PROMPT_KINDS];
	size_t back; /* steps into the history; 0 is the new line */
	char draft[PROMPT_LINE_BYTES]; /* the new line, kept meanwhile */
	prompt_complete *complete;
	struct buf words; /* completions, NUL after each */
	size_t word_from; /* where they begin in the line */
	size_t n_words, word;
	bool cycling;
};

struct prompt *prompt_new(void)
{
	return mem_zalloc(sizeof(struct prompt));
}

void prompt_free(struct prompt *p)
{
	if (!p)
		return;
	for (int kind = 0; kind < PROMPT_KINDS; kind++)
		for (size_t i = 0; i < p->history[kind].n; i++)
			mem_free(p->history[kind].lines[i]);
	buf_release(&p->words);
	mem_free(p);
}

static void set_line(struct prompt *p, const char *text)
{
	p->len = MIN(strlen(text), sizeof(p->line) - 1);
	memcpy(p->line, text, p->len);
	p->line[p->len] = '\0';
	p->at = p->len;
}

void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text,
		 prompt_complete *complete)
{
	p->open = true;
	p->kind = kind;
	p->back = 0;
	p->complete = complete;
	p->cycling = false;
	set_line(p, text);
}

bool prompt_is_open(const struct prompt *p)
{
	return p->open;
}

enum prompt_kind prompt_kind(const struct prompt *p)
{
	return p->kind;
}

const char *prompt_text(struct prompt *p)
{
	p->line[p->len] = '\0';
	return p->line;
}

/* --- editing ------------------------------------------------------------ */

/* The start of the cluster before `at`: clusters are found from the left. */
static size_t before(const struct prompt *p, size_t at)
{
	size_t last = 0;

	for (size_t i = 0; i < at;) {
		struct utf8_cluster c;

		last = i;
		i += utf8_cluster(p->line + i, p->len - i, false, &c);
	}
	return last;
}

static size_t after(const struct prompt *p, size_t at)
{
	struct utf8_cluster c;

	if (at >= p->len)
		return p->len;
	return at + utf8_cluster(p->line + at, p->len - at, false, &c);
}

static void cut(struct prompt *p, size_t from, size_t to)
{
	memmove(p->line + from, p->line + to, p->len - to);
	p->len -= to - from;
	p->at = from;
}

static void insert(struct prompt *p, const char *bytes, size_t n)
{
	if (p->len + n >= sizeof(p->line))
		return;
	memmove(p->line + p->at + n, p->line + p->at, p->len - p->at);
	memcpy(p->line + p->at, bytes, n);
	p->len += n;
	p->at += n;
}

static size_t word_start(const struct prompt *p)
{
	size_t at = p->at;

	while (at > 0 && p->line[at - 1] == ' ')
		at--;
	while (at > 0 && p->line[at - 1] != ' ')
		at--;
	return at;
}

static void left(struct prompt *p)
{
	p->at = before(p, p->at);
}

static void right(struct prompt *p)
{
	p->at = after(p, p->at);
}

static void home(struct prompt *p)
{
	p->at = 0;
}

static void end(struct prompt *p)
{
	p->at = p->len;
}

static void rub_out(struct prompt *p)
{
	cut(p, before(p, p->at), p->at);
}

static void delete (struct prompt *p)
{
	cut(p, p->at, after(p, p->at));
}

static void kill_left(struct prompt *p)
{
	cut(p, 0, p->at);
}

static void kill_right(struct prompt *p)
{
	cut(p, p->at, p->len);
}

static void kill_word(struct prompt *p)
{
	cut(p, word_start(p), p->at);
}

/* --- history ------------------------------------------------------------ */

static void remember(struct prompt *p)
{
	struct history *h = &p->history[p->kind];

	if (p->len == 0 ||
	    (h->n > 0 && strcmp(h->lines[h->n - 1], prompt_text(p)) == 0))
		return;
	if (h->n == PROMPT_HISTORY) {
		mem_free(h->lines[0]);
		memmove(h->lines, h->lines + 1, --h->n * sizeof(h->lines[0]));
	}
	h->lines[h->n++] = mem_strdup(p->line);
}

static void recall(struct prompt *p, size_t back)
{
	const struct history *h = &p->history[p->kind];

	if (back > h->n)
		return;
	if (p->back == 0)
		memcpy(p->draft, prompt_text(p), p->len + 1);
	p->back = back;
	set_line(p, back ? h->lines[h->n - back] : p->draft);
}

static void older(struct prompt *p)
{
	recall(p, p->back + 1);
}

static void newer(struct prompt *p)
{
	if (p->back > 0)
		recall(p, p->back - 1);
}

/* --- completion --------------------------------------------------------- */

static const char *nth_word(const struct prompt *p, size_t i)
{
	const char *word = p->words.data;

	while (i-- > 0)
		word += strlen(word) + 1;
	return word;
}

static void start_cycle(struct prompt *p)
{
	buf_clear(&p->words);
	p->word_from = p->at;
	p->complete(prompt_text(p), p->at, &p->word_from, &p->words);
	p->n_words = 0;
	for (size_t i = 0; i < p->words.len; i++)
		p->n_words += p->words.data[i] == '\0';
	p->cycling = p->n_words > 0;
}

static void cycle(struct prompt *p, bool forward)
{
	bool first = !p->cycling;
	const char *word;

	if (!p->complete)
		return;
	if (first)
		start_cycle(p);
	if (!p->cycling)
		return;
	if (first)
		p->word = forward ? 0 : p->n_words - 1;
	else
		p->word =
			(p->word + (forward ? 1 : p->n_words - 1)) % p->n_words;
	word = nth_word(p, p->word);
	cut(p, p->word_from, p->at);
	insert(p, word, strlen(word));
	/* The only one: go on with the next word. */
	if (p->n_words == 1) {
		insert(p, " ", 1);
		p->cycling = false;
	}
}

/* --- keys --------------------------------------------------------------- */

static const struct {
	int32_t keys[3];
	void (*run)(struct prompt *p);
} edits[] = {
	{ { K_LEFT, KEY_CTRL('B') }, left },
	{ { K_RIGHT, KEY_CTRL('F') }, right },
	{ { K_HOME, KEY_CTRL('A') }, home },
	{ { K_END, KEY_CTRL('E') }, end },
	{ { K_BACKSPACE }, rub_out },
	{ { K_DELETE, KEY_CTRL('D') }, delete },
	{ { KEY_CTRL('U') }, kill_left },
	{ { KEY_CTRL('K') }, kill_right },
	{ { KEY_CTRL('W'), K_BACKSPACE | K_ALT }, kill_word },
	{ { K_UP, KEY_CTRL('P') }, older },
	{ { K_DOWN, KEY_CTRL('N') }, newer },
};

static bool edit(struct prompt *p, int32_t code)
{
	for (size_t i = 0; i < ARRAY_LEN(edits); i++) {
		for (size_t k = 0; k < ARRAY_LEN(edits[i].keys); k++) {
			if (code != K_NONE && edits[i].keys[k] == code) {
				edits[i].run(p);
				return true;
			}
		}
	}
	return false;
}

static enum prompt_result close_with(struct prompt *p,
				     enum prompt_result result)
{
	p->open = false;
	return result;
}

enum prompt_result prompt_key(struct prompt *p, int32_t code)
{
	char utf8[4];

	if (code == K_ENTER) {
		remember(p);
		return close_with(p, PROMPT_ENTER);
	}
	if (code == K_ESC || code == KEY_CTRL('G') ||
	    (code == K_BACKSPACE && p->len == 0))
		return close_with(p, PROMPT_CANCEL);
	if (code == K_TAB || code == K_BACKTAB) {
		cycle(p, code == K_TAB);
		return PROMPT_EDITED;
	}
	p->cycling = false;
	if (!edit(p, code) && code >= K_SPACE && code < K_FIRST)
		insert(p, utf8, utf8_encode(code, utf8));
	return PROMPT_EDITED;
}

/* --- drawing ------------------------------------------------------------ */

/* Completions to the right of the line, the chosen one marked. */
static void draw_words(const struct prompt *p, struct screen *s, int row,
		       int col)
{
	for (size_t i = p->word; i < p->n_words && col < s->cols; i++) {
		col += 2;
		col += screen_puts(s, row, col,
				   i == p->word ? STYLE_SELECTED : STYLE_DIM,
				   nth_word(p, i));
	}
}

void prompt_draw(const struct prompt *p, struct screen *s, int row)
{
	size_t from = 0;
	int col = 1, width;

	screen_puts(s, row, 0, STYLE_KEY,
		    p->kind == PROMPT_COMMAND ? ":" : "/");
	/* A long line scrolls so that the cursor stays in sight. */
	while (from < p->at &&
	       (int)utf8_width(p->line + from, p->at - from, s->ascii) + 2 >
		       s->cols)
		from = after(p, from);
	width = screen_text(s, row, col, s->cols, STYLE_NORMAL, p->line + from,
			    p->len - from);
	s->cursor_row = row;
	s->cursor_col =
		MIN(s->cols - 1, col + (int)utf8_width(p->line + from,
						       p->at - from, s->ascii));
	if (p->cycling)
		draw_words(p, s, row, col + width + 1);
}
