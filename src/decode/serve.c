#include "decode/serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

enum { READ_BYTES = 512, LINE_MAX_BYTES = 4096 };

/* Obeys whole lines, until one asks for steps. */
static void obey(struct decode_server *s)
{
	const char *lf;

	while (!decode_is_stepping(s->decode) && s->heard.len &&
	       (lf = memchr(s->heard.data, '\n', s->heard.len))) {
		size_t n = (size_t)(lf - s->heard.data);
		struct err err = { "" };

		s->heard.data[n] = '\0';
		if (!decode_command(s->decode, s->heard.data, &err))
			s->say(s->ctx, err.text);
		buf_drop(&s->heard, n + 1);
	}
	if (s->heard.len > LINE_MAX_BYTES) /* no command is so long */
		buf_clear(&s->heard);
}

/* Reads what is there; waits for it if there is nothing else to do. */
static void listen_to(struct decode_server *s, bool idle)
{
	struct pollfd fd = { .fd = s->fd, .events = POLLIN };
	ssize_t n;

	obey(s);
	if (s->fd < 0 || decode_is_stepping(s->decode) ||
	    poll(&fd, 1, idle ? -1 : 0) <= 0)
		return;
	n = read(s->fd, buf_reserve(&s->heard, READ_BYTES), READ_BYTES);
	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		s->fd = -1;
	s->heard.len += n > 0 ? (size_t)n : 0;
	obey(s);
}

void decode_serve(struct decode_server *s)
{
	bool idle = false;

	while (!decode_ended(s->decode) && !*s->gone) {
		listen_to(s, idle);
		idle = !decode_step(s->decode);
		if (idle && s->fd < 0 && !s->heard.len)
			return; /* held, and nobody to say go */
	}
}

void decode_server_hear(struct decode_server *s, const char *text)
{
	buf_puts(&s->heard, text);
	obey(s);
}

void decode_server_release(struct decode_server *s)
{
	buf_release(&s->heard);
}
