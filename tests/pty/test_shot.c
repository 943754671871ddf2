/*
 * test_shot.c - what leaves the screen is what was on it: a film played again
 * ends in the same screen, a picture has its text, the clipboard its bytes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "json/json.h"
#include "lil.h"

/* A file in the test's folder that is not there yet. */
static void path_in(const struct lil *l, const char *name,
		    char path[SCRATCH_PATH_BYTES])
{
	scratch_file(l->home, name, "", 0, path);
	remove(path);
}

/* What a film sends to a terminal, and its size. */
static void play(const struct buf *film, struct buf *sent, uint32_t *rows,
		 uint32_t *cols)
{
	struct json doc = { 0 };
	double before = 0;

	for (size_t at = 0; at < film->len;) {
		const char *line = film->data + at;
		size_t n = (size_t)((char *)memchr(line, '\n', film->len - at) -
				    line);
		struct json_value v;
		const char *text;
		size_t len;

		assert_true(json_read(&doc, line, n, false, NULL));
		v = json_root(&doc);
		if (at == 0) {
			assert_int_equal(json_u32(json_get(v, "version"), 0),
					 2);
			*rows = json_u32(json_get(v, "height"), 0);
			*cols = json_u32(json_get(v, "width"), 0);
		} else {
			double t = json_number(json_at(v, 0), -1);

			assert_true(t >= before);
			before = t;
			text = json_text(json_at(v, 2), &len);
			if (json_text_is(json_at(v, 1), "o"))
				buf_append(sent, text, len);
		}
		at += n + 1;
	}
	json_release(&doc);
}

static void a_film_plays_the_same(void **state)
{
	struct lil *l = *state;
	char path[SCRATCH_PATH_BYTES], sent_path[SCRATCH_PATH_BYTES];
	struct buf film = { 0 }, sent = { 0 }, here = { 0 }, there = { 0 };
	uint32_t rows = 0, cols = 0;
	struct pty *p;

	path_in(l, "x.cast", path);
	lil_open_trace(l);
	pty_keys(l->p, ":cast ");
	pty_keys(l->p, path);
	pty_keys(l->p, "\r");
	expect_text(l->p, "a film of the screen goes to");
	pty_keys(l->p, "g2");
	lil_settle(l);
	pty_keys(l->p, "3");
	lil_settle(l);
	pty_keys(l->p, "1ex");
	expect_text(l->p, "explain");
	lil_settle(l);
	pty_dump(l->p, &here);
	pty_keys(l->p, ":cast\r");
	expect_text(l->p, "wrote ");
	lil_quit(l);

	assert_true(scratch_read(path, &film));
	play(&film, &sent, &rows, &cols);
	assert_int_equal(rows, PTY_ROWS);
	assert_int_equal(cols, PTY_COLS);
	/* what came before the last key line: the screen that was dumped */
	scratch_file(l->dir, "sent", sent.data, sent.len, sent_path);
	p = pty_start(&(struct pty_spec){
		.argv = (const char *const[]){ "cat", sent_path, NULL } });
	assert_true(pty_wait_exit(p, PTY_PATIENCE_MS));
	pty_dump(p, &there);
	/* all but the last row, where ":cast" was typed */
	here.len -= strlen(strrchr(buf_cstr(&here), '\n') + 1);
	assert_true(there.len >= here.len);
	assert_true(strstr(buf_cstr(&there), "explain") != NULL);
	for (size_t at = 0, row = 0; row + 2 < PTY_ROWS; row++) {
		size_t n = strcspn(here.data + at, "\n");

		assert_true(strncmp(here.data + at, there.data + at, n) == 0);
		at += n + 1;
	}
	pty_free(p);
	buf_release(&film);
	buf_release(&sent);
	buf_release(&here);
	buf_release(&there);
}

static void a_picture_is_a_file(void **state)
{
	struct lil *l = *state;
	char command[2 * SCRATCH_PATH_BYTES], path[SCRATCH_PATH_BYTES];
	struct buf file = { 0 };

	path_in(l, "x.html", path);
	snprintf(command, sizeof(command), "shot %s", path);
	lil_open_trace(l);
	lil_command(l, command);
	expect_text(l->p, "this screen as HTML");
	lil_command(l, command);
	expect_text(l->p, "exists; :shot! writes over it");
	lil_quit(l);
	assert_true(scratch_read(path, &file));
	assert_true(strstr(buf_cstr(&file), "bytes told so far") != NULL);
	assert_true(strstr(buf_cstr(&file), ":shot") == NULL);
	buf_release(&file);
}

/* The bytes of the last OSC 52 that was sent. */
static void clipboard(const struct lil *l, struct buf *out)
{
	static const char begin[] = "\033]52;c;";
	struct buf all = { 0 };
	const char *at = NULL, *next;

	buf_append(&all, pty_raw(l->p)->data, pty_raw(l->p)->len);
	for (next = buf_cstr(&all); (next = strstr(next, begin)); next++)
		at = next + strlen(begin);
	assert_non_null(at);
	assert_true(base64_get(out, at, strcspn(at, "\a")));
	buf_release(&all);
}

static void the_clipboard_gets_bytes(void **state)
{
	struct lil *l = *state;
	struct buf text = { 0 }, got = { 0 };

	lil_open_trace(l);
	assert_true(scratch_read(l->trace, &text));
	lil_command(l, "seek 40");
	lil_command(l, "copy text");
	expect_text(l->p, "bytes for the clipboard");
	clipboard(l, &got);
	assert_true(got.len > 40 && got.len < text.len);
	assert_memory_equal(got.data, text.data, got.len);
	lil_command(l, "seek 6000");
	buf_clear(&got);
	lil_settle(l);
	expect_gone(l->p, "bytes for the clipboard");
	lil_command(l, "copy screen");
	expect_text(l->p, "bytes for the clipboard");
	clipboard(l, &got);
	assert_true(strstr(buf_cstr(&got), "bytes told so far") != NULL);
	lil_quit(l);
	buf_release(&text);
	buf_release(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lil_test(a_film_plays_the_same),
		lil_test(a_picture_is_a_file),
		lil_test(the_clipboard_gets_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
