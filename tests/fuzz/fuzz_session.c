/*
 * Any bytes as a state file: what is restored lies inside the generation,
 * and what is then written restores the same.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

/* a fuzz target is one file: the generation comes along */
#include "../unit/synthetic.c"

#include "app/session.h"

static struct run *the_run(void)
{
	static struct run *run; /* measured once, never changed */
	struct meter_opts meter = synthetic_opts();

	if (!run)
		run = synthetic_run(&meter, true);
	return run;
}

static void open_app(struct app *app)
{
	struct settings set;

	settings_init(&set);
	app_init(app, &set);
	app->run = the_run();
}

static void close_app(struct app *app)
{
	app->run = NULL;
	app_release(app);
}

static void check_inside(const struct app *app)
{
	uint32_t n = app_n_tokens(app);

	MUST(app->playhead <= n);
	MUST(app->cursor == 0 || app->cursor < n);
	for (int i = 0; i < APP_MARKS; i++)
		MUST(app->marks[i] == APP_NO_MARK || app->marks[i] <= n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = { 0 }, second = { 0 };
	struct app a, b;

	open_app(&a);
	open_app(&b);
	session_read(&a, size ? (const char *)data : "", size);
	check_inside(&a);
	session_write(&a, &first);
	session_read(&b, buf_cstr(&first), first.len);
	check_inside(&b);
	session_write(&b, &second);
	if (first.len != second.len)
		fprintf(stderr, "%s---\n%s", buf_cstr(&first),
			buf_cstr(&second));
	MUST(first.len == second.len);
	MUST(memcmp(buf_cstr(&first), buf_cstr(&second), first.len) == 0);
	buf_release(&first);
	buf_release(&second);
	close_app(&a);
	close_app(&b);
	return 0;
}
