/*
 * Finished runs as lines of a file, appended whole and locked: two benches, or
 * one that was killed, leave nothing that can't be read.
 */
#include "bench/bench_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/output.h"

enum { READ_BYTES = 64 * 1024, SHOWN_BYTES = 80 };

struct bench_file {
	char *path;
	int fd;
};

void bench_file_close(struct bench_file *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	mem_free(f->path);
	mem_free(f);
}

bool bench_file_append(struct bench_file *f, const void *bytes, size_t n,
		       struct err *err)
{
	return write_all(f->fd, bytes, n) ||
	       err_set(err, "%s: %s", f->path, strerror(errno));
}

static bool read_all(struct bench_file *f, struct buf *out, struct err *err)
{
	ssize_t n;

	do {
		n = read(f->fd, buf_reserve(out, READ_BYTES), READ_BYTES);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0 || err_set(err, "%s: %s", f->path, strerror(errno));
}

/* A value as it stands in the text, for comparing and for a sentence. */
static void put_value(struct json_value v, struct buf *out)
{
	size_t n;
	const char *s = json_text(v, &n);

	if (s)
		buf_append(out, s, MIN(n, (size_t)SHOWN_BYTES));
	else if (json_is(v, JSON_NUMBER))
		json_put_number(out, json_number(v, 0));
	else
		buf_puts(out, json_is(v, JSON_TRUE) ? "on" : "off");
}

/* Every member of `mine` stands in the file's header, and is the same. */
static bool same_header(struct bench_file *f, const char *line, size_t n,
			const char *mine, struct err *err)
{
	struct json was = { 0 }, is = { 0 };
	struct json_value member;
	struct buf a = { 0 }, b = { 0 };
	bool good = json_read(&is, mine, strlen(mine), false, NULL);
	size_t len;

	if (!json_read(&was, line, n, false, NULL) ||
	    !json_get(json_root(&was), "lilscope_bench").doc)
		good = err_set(err,
			       "%s is there, and is no result of a "
			       "bench: name another --out",
			       f->path);
	for (member = json_first(json_root(&is)); good && member.doc;
	     member = json_next(member)) {
		const char *key = json_key(member, &len);

		buf_clear(&a);
		buf_clear(&b);
		put_value(json_get_n(json_root(&was), key, len), &a);
		put_value(member, &b);
		if (strcmp(buf_cstr(&a), buf_cstr(&b)) != 0)
			good = err_set(err,
				       "%s was made with %.*s %s, and now "
				       "it is %s: name another --out",
				       f->path, (int)len, key, buf_cstr(&a),
				       buf_cstr(&b));
	}
	buf_release(&a);
	buf_release(&b);
	json_release(&was);
	json_release(&is);
	return good;
}

/* What is there already; the file's end is then behind the last whole line. */
static bool resume(struct bench_file *f, const char *header,
		   bool (*take)(void *ctx, struct json_value line), void *ctx,
		   uint32_t *n_broken, struct err *err)
{
	struct buf text = { 0 };
	struct json doc = { 0 };
	size_t at = 0;
	bool good = read_all(f, &text, err);

	while (text.len && text.data[text.len - 1] != '\n')
		text.len--;
	for (bool first = true; good && at < text.len; first = false) {
		const char *line = text.data + at;
		const char *lf = memchr(line, '\n', text.len - at);
		size_t n = (size_t)(lf - line);

		if (first)
			good = same_header(f, line, n, header, err);
		else if (!json_read(&doc, line, n, false, NULL) ||
			 !take(ctx, json_root(&doc)))
			(*n_broken)++;
		at += n + 1;
	}
	if (good && (ftruncate(f->fd, (off_t)at) < 0 ||
		     lseek(f->fd, (off_t)at, SEEK_SET) < 0))
		good = err_set(err, "%s: %s", f->path, strerror(errno));
	if (good && !at)
		good = bench_file_append(f, header, strlen(header), err);
	json_release(&doc);
	buf_release(&text);
	return good;
}

struct bench_file *
bench_file_open(const char *path, const char *header,
		bool (*take)(void *ctx, struct json_value line), void *ctx,
		uint32_t *n_broken, struct err *err)
{
	struct bench_file *f = mem_zalloc(sizeof(*f));
	struct stat st;
	bool good = true;

	f->path = mem_strdup(path);
	f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (f->fd < 0)
		good = err_set(err, "%s: %s", path, strerror(errno));
	else if (fstat(f->fd, &st) < 0 || !S_ISREG(st.st_mode))
		good = err_set(err,
			       "%s is no file: a bench goes on from what "
			       "it wrote",
			       path);
	else if (flock(f->fd, LOCK_EX | LOCK_NB) < 0)
		good = err_set(err, "another bench is writing %s", path);
	if (good && resume(f, header, take, ctx, n_broken, err))
		return f;
	bench_file_close(f);
	return NULL;
}
