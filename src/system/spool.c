/* Once something could not be written nothing more is: what is there is whole,
 * and says so. */
#include "system/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/output.h"

enum { SPOOL_PIECE_BYTES = 1 << 20 };

struct spool {
	int fd; /* -1: no file yet */
	uint64_t n, max_bytes;
	struct err trouble;
};

struct spool *spool_new(uint64_t max_bytes)
{
	struct spool *s = mem_zalloc(sizeof(*s));

	s->fd = -1;
	s->max_bytes = max_bytes;
	return s;
}

void spool_free(struct spool *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	mem_free(s);
}

void spool_limit(struct spool *s, uint64_t max_bytes)
{
	s->max_bytes = max_bytes;
}

const char *spool_folder(void)
{
	const char *named = getenv("TMPDIR");

	if (named && *named)
		return named;
	return access("/var/tmp", W_OK) == 0 ? "/var/tmp" : "/tmp";
}

static bool open_file(struct spool *s)
{
	struct buf name = { 0 };

	buf_printf(&name, "%s/lilscope-XXXXXX", spool_folder());
	buf_cstr(&name);
	s->fd = mkstemp(name.data);
	if (s->fd >= 0)
		unlink(name.data);
	else
		err_set(&s->trouble, "no temporary file can be made in %s: %s",
			spool_folder(), strerror(errno));
	buf_release(&name);
	return s->fd >= 0;
}

bool spool_add(struct spool *s, const void *bytes, size_t n, uint64_t *at,
	       struct err *err)
{
	if (!s->trouble.text[0] && s->n + n > s->max_bytes)
		err_set(&s->trouble, "the temporary file has reached its "
				     "limit of %llu MiB",
			(unsigned long long)(s->max_bytes >> 20));
	if (!s->trouble.text[0] && (s->fd >= 0 || open_file(s)) &&
	    !write_all(s->fd, bytes, n))
		err_set(&s->trouble, "the temporary file in %s ends at %llu "
				     "MiB: %s", spool_folder(),
			(unsigned long long)(s->n >> 20), strerror(errno));
	if (s->trouble.text[0])
		return err_set(err, "%s", s->trouble.text);
	*at = s->n;
	s->n += n;
	return true;
}

bool spool_get(const struct spool *s, uint64_t at, uint64_t n, struct buf *out,
	       struct err *err)
{
	if (at + n > s->n)
		return err_set(err, "%s", s->trouble.text[0] ?
			       s->trouble.text : "it was not kept");
	while (n) {
		size_t want = (size_t)MIN(n, (uint64_t)SPOOL_PIECE_BYTES);
		ssize_t got = pread(s->fd, buf_reserve(out, want), want,
				    (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_set(err, "the temporary file can't be "
					    "read: %s", got < 0 ?
				       strerror(errno) : "it was cut");
		out->len += (size_t)got;
		at += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return true;
}

const char *spool_trouble(const struct spool *s)
{
	return s->trouble.text;
}
