/*
 * groups_read.c - reports are read line by line, however long they are.
 */
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "input/source.h"
#include "report/groups.h"
#include "system/say.h"

enum { TOLD_MAX = 3 }; /* lines of one file that are named */

/* One file while it is read. */
struct report_file {
	struct groups *groups;
	struct source *source;
	struct buf held; /* a line that has no end yet */
	uint64_t n_lines, n_bad;
	FILE *to;
};

static bool is_blank(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && memchr(" \t\r", s[i], 3))
		i++;
	return i == n;
}

static void line(struct report_file *r, const char *s, size_t n)
{
	struct err why = { "" }, err = { "" };

	r->n_lines++;
	if (is_blank(s, n) || groups_line(r->groups, s, n, &why))
		return;
	if (r->n_bad++ >= TOLD_MAX)
		return;
	err_set(&err, "%s: line %" PRIu64 " %s%s", source_name(r->source),
		r->n_lines, strncmp(why.text, "is ", 3) ? "is broken: " : "",
		why.text);
	say(r->to, err.text);
}

static bool lines(struct report_file *r, struct err *err)
{
	size_t from = 0;

	for (;;) {
		const char *s = r->held.data + from;
		const char *lf = from < r->held.len ?
			memchr(s, '\n', r->held.len - from) : NULL;

		if (!lf)
			break;
		line(r, s, (size_t)(lf - s));
		from += (size_t)(lf - s) + 1;
	}
	if (from)
		buf_drop(&r->held, from);
	return r->held.len <= GROUPS_LINE_MAX ||
	       err_set(err, "%s: line %" PRIu64 " is longer than %d bytes",
		       source_name(r->source), r->n_lines + 1,
		       (int)GROUPS_LINE_MAX);
}

static bool read_all(struct report_file *r, struct err *err)
{
	enum source_state state;
	bool good;

	do {
		state = source_read(r->source, &r->held, err);
		good = lines(r, err);
		if (state == SOURCE_WAIT)
			poll(&(struct pollfd){ .fd = source_fd(r->source),
					       .events = POLLIN }, 1, -1);
	} while (good && (state == SOURCE_BYTES || state == SOURCE_WAIT));
	if (good && r->held.len)
		line(r, r->held.data, r->held.len);
	return good && state == SOURCE_END;
}

static bool read_file(struct groups *m, const char *path, FILE *to)
{
	struct err err = { "" }, more = { "" };
	struct report_file r = { .groups = m, .to = to };
	bool good;

	r.source = source_open(path, &err);
	good = r.source && read_all(&r, &err);
	if (!good)
		say(to, err.text);
	if (r.n_bad > TOLD_MAX) {
		err_set(&more, "%s: and %" PRIu64 " line%s more",
			source_name(r.source), r.n_bad - TOLD_MAX,
			r.n_bad - TOLD_MAX == 1 ? "" : "s");
		say(to, more.text);
	}
	buf_release(&r.held);
	source_close(r.source);
	return good && !r.n_bad;
}

bool groups_read(struct groups *m, char *const *paths, size_t n_paths, FILE *to)
{
	bool good = true;

	for (size_t i = 0; i < n_paths; i++)
		good &= read_file(m, paths[i], to);
	return good;
}
