/* Events are written as they come, so a program that ends in any way leaves a
 * film up to there. A disk that is full ends the film, and that is said. */
#include "loop/cast.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "json/json.h"
#include "system/clock.h"
#include "system/output.h"

struct cast {
	int fd;
	uint64_t start_us;
	uint64_t n_bytes;
	int trouble; /* errno of a write, 0: none */
	char path[FILE_PATH_BYTES];
};

static void put(struct cast *cast, const struct buf *line)
{
	if (!cast->trouble && !write_all(cast->fd, line->data, line->len))
		cast->trouble = errno;
	cast->n_bytes += line->len;
}

/* [seconds, "o", "bytes"] */
static void event(struct cast *cast, const char *kind, const char *bytes,
		  size_t n)
{
	struct buf line = { 0 };

	buf_printf(&line, "[%.6f,\"%s\",",
		   (double)(now_us() - cast->start_us) / 1e6, kind);
	json_put_string(&line, bytes, n);
	buf_puts(&line, "]\n");
	put(cast, &line);
	buf_release(&line);
}

static void tee(void *ctx, const char *bytes, size_t n)
{
	event(ctx, "o", bytes, n);
}

static void put_header(struct cast *cast, const struct screen *s)
{
	struct buf line = { 0 };

	buf_printf(&line,
		   "{\"version\":2,\"width\":%d,\"height\":%d,"
		   "\"timestamp\":%lld,\"title\":\"lilscope\"}\n",
		   s->cols, s->rows, (long long)time(NULL));
	put(cast, &line);
	buf_release(&line);
}

void cast_begin(struct app *app, const struct screen *s, struct term *term)
{
	struct shots *shots = &app->shots;
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC |
		    (shots->cast_over ? O_TRUNC : O_EXCL);
	struct cast *cast;
	int fd;

	if (!term) {
		app_complain(app, "there is no terminal to make a film of");
		shots->cast_path[0] = '\0';
		return;
	}
	fd = open(shots->cast_path, flags, 0666);
	if (fd < 0) {
		app_complain(app, "%s %s%s", shots->cast_path,
			     errno == EEXIST ? "exists; :cast! writes over it"
					     : "can't be written: ",
			     errno == EEXIST ? "" : strerror(errno));
		shots->cast_path[0] = '\0';
		return;
	}
	cast = shots->cast = mem_zalloc(sizeof(*cast));
	cast->fd = fd;
	cast->start_us = now_us();
	memcpy(cast->path, shots->cast_path, sizeof(cast->path));
	shots->cast_path[0] = '\0';
	put_header(cast, s);
	term_tee(term, tee, cast);
	app_say(app, "a film of the screen goes to %s; :cast ends it",
		cast->path);
}

void cast_resize(struct app *app, const struct screen *s)
{
	char size[32];

	if (!app->shots.cast)
		return;
	snprintf(size, sizeof(size), "%dx%d", s->cols, s->rows);
	event(app->shots.cast, "r", size, strlen(size));
}

void cast_end(struct app *app, struct term *term)
{
	struct cast *cast = app->shots.cast;
	char bytes[NUM_BYTES];

	app->shots.cast_end = false;
	if (!cast)
		return;
	term_tee(term, NULL, NULL);
	if (close(cast->fd) < 0 && !cast->trouble)
		cast->trouble = errno;
	if (cast->trouble)
		app_complain(app, "%s ends early: %s", cast->path,
			     strerror(cast->trouble));
	else
		app_say(app, "wrote %s: a film of %.0f s, %s (asciinema play)",
			cast->path,
			(double)(now_us() - cast->start_us) / 1e6,
			num_size(bytes, cast->n_bytes));
	app->shots.cast = NULL;
	mem_free(cast);
}
