/*
 * One thread does both, decoding and listening: a command is obeyed between
 * two tokens, so that it always finds a run that is whole.
 */
#include "decode/driver.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { READ_BYTES = 512, LINE_MAX_BYTES = 4096 };

/* Obeys whole lines, until one asks for steps. */
static void obey(struct driver *d)
{
	const char *lf;

	while (!writer_is_stepping(d->writer) && d->heard.len &&
	       (lf = memchr(d->heard.data, '\n', d->heard.len))) {
		size_t n = (size_t)(lf - d->heard.data);
		struct err err = { "" };

		d->heard.data[n] = '\0';
		if (!writer_command(d->writer, d->heard.data, &err))
			d->say(d->ctx, err.text);
		buf_drop(&d->heard, n + 1);
	}
	if (d->heard.len > LINE_MAX_BYTES) /* no command is so long */
		buf_clear(&d->heard);
}

/* Reads what is there; waits for it if there is nothing else to do. */
static void listen_to(struct driver *d, bool idle)
{
	struct pollfd fd = { .fd = d->fd, .events = POLLIN };
	ssize_t n;

	obey(d);
	if (d->fd < 0 || writer_is_stepping(d->writer) ||
	    poll(&fd, 1, idle ? -1 : 0) <= 0)
		return;
	n = read(d->fd, buf_reserve(&d->heard, READ_BYTES), READ_BYTES);
	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		d->fd = -1;
	d->heard.len += n > 0 ? (size_t)n : 0;
	obey(d);
}

/* Once: what ends one run so ends the others. */
static void tell_broken(struct driver *d)
{
	struct err err = { "" };

	if (d->broke || !writer_broke(d->writer, &err))
		return;
	d->broke = true;
	d->say(d->ctx, err.text);
}

void driver_run(struct driver *d)
{
	bool idle = false;

	while (!writer_ended(d->writer) && !*d->gone) {
		listen_to(d, idle);
		idle = !writer_step(d->writer);
		tell_broken(d);
		if (idle && d->fd < 0 && !d->heard.len)
			return; /* held, and nobody to say go */
	}
}

void driver_hear(struct driver *d, const char *text)
{
	buf_puts(&d->heard, text);
	obey(d);
}

void driver_release(struct driver *d)
{
	buf_release(&d->heard);
}
