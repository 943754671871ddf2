/* Where somebody was in a text, kept in a file that its content names. */
#include "app/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/num.h"
#include "system/file.h"

static const char magic[] = "lilscope-session 1\n";

void session_name(const char *text, size_t n, char name[SESSION_NAME_BYTES])
{
	uint64_t hash = fnv64(FNV64_BASIS ^ n, text, n);

	snprintf(name, SESSION_NAME_BYTES, "%016llx.state",
		 (unsigned long long)hash);
}

/* --- to text ------------------------------------------------------------ */

void session_write(const struct app *app, struct buf *out)
{
	buf_puts(out, magic);
	if (app->moved) {
		buf_printf(out, "playhead %u\n", app->wanted);
		buf_printf(out, "cursor %u\n", app->wanted_cursor);
	}
	for (int i = 0; i < APP_MARKS; i++)
		if (app->marks[i] != APP_NO_MARK)
			buf_printf(out, "mark %c %u\n", 'a' + i, app->marks[i]);
}

/* --- from text ---------------------------------------------------------- */

/* What a state file asks for. */
struct session_wish {
	uint32_t playhead, cursor;
	bool has_playhead, has_cursor;
	int n_marks;
};

/* A plain number that fits; anything else is no number. */
static bool read_number(const char *text, uint32_t *out)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value >= UINT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return true;
}

static void read_mark(struct app *app, const char *text,
		      struct session_wish *wish)
{
	uint32_t token;

	if (text[0] < 'a' || text[0] >= 'a' + APP_MARKS || text[1] != ' ' ||
	    !read_number(text + 2, &token) || token > app_n_tokens(app))
		return;
	app->marks[text[0] - 'a'] = token;
	wish->n_marks++;
}

static void read_line(struct app *app, const char *line,
		      struct session_wish *wish)
{
	if (strncmp(line, "playhead ", 9) == 0)
		wish->has_playhead = read_number(line + 9, &wish->playhead);
	else if (strncmp(line, "cursor ", 7) == 0)
		wish->has_cursor = read_number(line + 7, &wish->cursor);
	else if (strncmp(line, "mark ", 5) == 0)
		read_mark(app, line + 5, wish);
}

static void apply(struct app *app, const struct session_wish *wish)
{
	bool comes_back = wish->has_playhead;
	char number[NUM_BYTES], place[NUM_BYTES + 8] = "", marks[24] = "";

	if (comes_back) {
		app_seek(app, wish->playhead);
		snprintf(place, sizeof(place), "token %s",
			 num_count(number, app->wanted));
	}
	if (wish->has_cursor && comes_back && wish->cursor < app->playhead)
		app_set_cursor(app, wish->cursor);
	if (wish->n_marks)
		snprintf(marks, sizeof(marks), "%s%d mark%s",
			 comes_back ? ", " : "", wish->n_marks,
			 wish->n_marks == 1 ? "" : "s");
	if (comes_back || wish->n_marks)
		app_say(app, "as you left it: %s%s", place, marks);
}

void session_read(struct app *app, const char *text, size_t n)
{
	char line[128];
	struct session_wish wish = { 0 };

	if (n < sizeof(magic) - 1 ||
	    memcmp(text, magic, sizeof(magic) - 1) != 0)
		return;
	for (size_t i = sizeof(magic) - 1; i < n;) {
		const char *end = memchr(text + i, '\n', n - i);
		size_t len = end ? (size_t)(end - text) - i : n - i;

		if (len < sizeof(line)) {
			memcpy(line, text + i, len);
			line[len] = '\0';
			read_line(app, line, &wish);
		}
		i += len + 1;
	}
	apply(app, &wish);
}

/* --- files -------------------------------------------------------------- */

static bool state_path(const struct app *app, char out[FILE_PATH_BYTES])
{
	char name[SESSION_NAME_BYTES];
	const struct buf *text = &app->run->trace.text;

	session_name(text->data, text->len, name);
	return file_xdg("XDG_STATE_HOME", ".local/state", name, out);
}

void session_sync(struct app *app)
{
	char path[FILE_PATH_BYTES];
	struct buf text = { 0 };

	if (!app->fresh || !app->run || !deck_run_complete(app->deck))
		return;
	app->fresh = false;
	if (app->set.show.seek)
		app_seek(app, app->set.show.seek);
	if (!app->set.show.session || app->moved || !app->run->trace.text.len)
		return;
	if (state_path(app, path) &&
	    file_read(path, SESSION_FILE_BYTES, &text, NULL) == FILE_READ)
		session_read(app, text.data, text.len);
	buf_release(&text);
}

void session_save(const struct app *app)
{
	char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
	struct buf text = { 0 };

	if (!app->set.show.session || !app->run || app->fresh ||
	    !app->run->trace.text.len || !state_path(app, path) ||
	    !file_xdg("XDG_STATE_HOME", ".local/state", "", folder))
		return;
	session_write(app, &text);
	/* Nothing to remember, and nothing to forget. */
	if ((text.len > sizeof(magic) - 1 || file_exists(path)) &&
	    file_make_folder(folder, NULL)) {
		file_write(path, text.data, text.len, NULL);
		file_keep_newest(folder, ".state", SESSION_FILES);
	}
	buf_release(&text);
}
