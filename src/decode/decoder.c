/*
 * Three pipes and a child at their other ends. Both of ours that are not for
 * records are non-blocking, since a screen stands behind them.
 */
#include "decode/decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "decode/driver.h"
#include "system/child.h"
#include "system/output.h"

struct decoder {
	pid_t child; /* 0: it was waited for */
	int data_fd, command_fd, news_fd;
	struct buf news;
};

/* --- the child ---------------------------------------------------------- */

struct child_ends {
	int data_fd, news_fd;
	bool gone; /* nobody reads */
};

static void put_records(void *ctx, const char *lines, size_t n)
{
	struct child_ends *w = ctx;

	w->gone = w->gone || !write_all(w->data_fd, lines, n);
}

static void put_news(void *ctx, const char *sentence)
{
	struct child_ends *w = ctx;

	write_all(w->news_fd, sentence, strlen(sentence));
	write_all(w->news_fd, "\n", 1);
}

static void run_child(const struct writer_opts *opts, unsigned threads,
		      const char *start, struct child_ends *w, int command_fd)
{
	const int keep[] = { w->data_fd, w->news_fd, command_fd };
	struct writer_opts own = *opts;
	struct driver driver = { .fd = command_fd,
				 .gone = &w->gone,
				 .say = put_news,
				 .ctx = w };
	struct err err = { "" };

	child_begin(keep, ARRAY_LEN(keep));
	own.generate.pool = pool_new(threads);
	own.out = put_records;
	own.ctx = w;
	driver.writer = writer_new(&own, &err);
	if (!driver.writer) {
		put_news(w, err.text);
		child_exit(1);
	}
	driver_hear(&driver, start);
	driver_run(&driver);
	child_exit(driver.broke);
}

/* --- the parent --------------------------------------------------------- */

struct decoder *decoder_open(const struct writer_opts *opts, unsigned threads,
			     const char *start, struct err *err)
{
	int data[2] = { -1, -1 }, command[2] = { -1, -1 };
	int news[2] = { -1, -1 };
	struct decoder *d = NULL;
	pid_t child = -1;

	if (child_pipe(data, err) && child_pipe(command, err) &&
	    child_pipe(news, err)) {
		child = fork();
		if (child < 0)
			err_set(err, "no process can be made: %s",
				strerror(errno));
	}
	if (child == 0) {
		struct child_ends w = { .data_fd = data[1],
					.news_fd = news[1] };

		close(data[0]);
		close(command[1]);
		close(news[0]);
		run_child(opts, threads, start, &w, command[0]);
	}
	child_close(data[1]);
	child_close(command[0]);
	child_close(news[1]);
	if (child < 0) {
		child_close(data[0]);
		child_close(command[1]);
		child_close(news[0]);
		return NULL;
	}
	fcntl(news[0], F_SETFL, O_NONBLOCK);
	fcntl(command[1], F_SETFL, O_NONBLOCK);
	d = mem_zalloc(sizeof(*d));
	d->child = child;
	d->data_fd = data[0];
	d->command_fd = command[1];
	d->news_fd = news[0];
	return d;
}

int decoder_fd(const struct decoder *d)
{
	return d->data_fd;
}

bool decoder_tell(struct decoder *d, const char *line)
{
	struct buf text = { 0 };
	ssize_t n;

	if (!d->child)
		return false;
	buf_puts(&text, line);
	buf_putc(&text, '\n');
	do {
		/* a pipe takes so short a text whole or not at all */
		n = write(d->command_fd, text.data, text.len);
	} while (n < 0 && errno == EINTR);
	buf_release(&text);
	return n > 0;
}

int decoder_news_fd(const struct decoder *d)
{
	return d->news_fd;
}

bool decoder_news(struct decoder *d, struct err *err)
{
	enum { NEWS_BYTES = 1024 };
	char *lf;
	ssize_t n;

	n = read(d->news_fd, buf_reserve(&d->news, NEWS_BYTES), NEWS_BYTES);
	d->news.len += n > 0 ? (size_t)n : 0;
	lf = d->news.len ? memchr(d->news.data, '\n', d->news.len) : NULL;
	if (!lf)
		return false;
	*lf = '\0';
	err_set(err, "%s", d->news.data);
	buf_drop(&d->news, (size_t)(lf - d->news.data) + 1);
	return true;
}

bool decoder_is_gone(const struct decoder *d)
{
	return d->child == 0;
}

bool decoder_end(struct decoder *d, struct err *err)
{
	int status = child_wait(&d->child);

	if (WIFSIGNALED(status))
		return err_set(err, "the decoder was ended by signal %d; "
				    "what it wrote is shown",
			       WTERMSIG(status));
	return !WIFEXITED(status) || WEXITSTATUS(status) == 0 ||
	       !decoder_news(d, err);
}

void decoder_close(struct decoder *d)
{
	if (!d)
		return;
	if (d->child) {
		kill(d->child, SIGKILL); /* it has nothing to put away */
		child_wait(&d->child);
	}
	close(d->command_fd);
	close(d->news_fd);
	buf_release(&d->news);
	mem_free(d);
}
