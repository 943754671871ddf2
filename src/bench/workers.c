/*
 * Processes and not threads: a run that dies takes only itself along, and the
 * decoder has the threads for itself.
 */
#include "bench/workers.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/child.h"

enum { READ_BYTES = 64 * 1024, JOB_MAX_BYTES = 1 << 20 };

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

struct worker {
	pid_t pid; /* 0: there is none */
	int fd;
	bool busy;
	uint32_t tag;
	struct buf got; /* of its answer: length, bytes */
};

struct workers {
	struct worker all[WORKERS_MAX];
	unsigned n;
	void (*work)(void *ctx, const void *job, size_t n, struct buf *out);
	void *ctx;
};

struct workers *workers_new(unsigned n,
			    void (*work)(void *ctx, const void *job, size_t n,
					 struct buf *out),
			    void *ctx)
{
	struct workers *w = mem_zalloc(sizeof(*w));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (!n)
		n = cores > 0 ? (unsigned)cores : 1;
	w->n = MIN(n, WORKERS_MAX);
	w->work = work;
	w->ctx = ctx;
	return w;
}

/* --- both ends ---------------------------------------------------------- */

/* A length and bytes. */
static bool put(int fd, const void *bytes, size_t n)
{
	uint32_t size = (uint32_t)n;
	struct buf all = { 0 };
	size_t at = 0;

	buf_append(&all, &size, sizeof(size));
	buf_append(&all, bytes, n);
	while (at < all.len) {
		ssize_t sent =
			send(fd, all.data + at, all.len - at, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			break;
		at += (size_t)sent;
	}
	buf_release(&all);
	return at > n;
}

/* Reads once; false at the end. */
static bool get(int fd, struct buf *to)
{
	ssize_t n;

	do {
		n = recv(fd, buf_reserve(to, READ_BYTES), READ_BYTES, 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	to->len += (size_t)n;
	return true;
}

/* Is a whole message there? Its length to *n. */
static bool is_whole(const struct buf *b, size_t *n)
{
	uint32_t size;

	if (b->len < sizeof(size))
		return false;
	memcpy(&size, b->data, sizeof(size));
	*n = size;
	return b->len - sizeof(size) >= size;
}

/* --- the child ---------------------------------------------------------- */

/* While it works, nothing is sent to it: what comes then is the parent's end,
 * and SIGIO ends the worker where it stands. */
static void watch_parent(int fd, bool watch)
{
	int flags = fcntl(fd, F_GETFL);
	struct pollfd hung = { .fd = fd };

	signal(SIGIO, SIG_DFL);
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, watch ? flags | O_ASYNC : flags & ~O_ASYNC);
	if (watch && poll(&hung, 1, 0) > 0 && hung.revents & POLLHUP)
		child_exit(0); /* before it was watched */
}

static void live(struct workers *w, int fd)
{
	struct buf in = { 0 }, out = { 0 };
	size_t n;

	for (;;) {
		while (!is_whole(&in, &n))
			if (!get(fd, &in))
				return;
		buf_clear(&out);
		watch_parent(fd, true);
		w->work(w->ctx, in.data + sizeof(uint32_t), n, &out);
		watch_parent(fd, false);
		buf_drop(&in, sizeof(uint32_t) + n);
		if (!put(fd, out.len ? out.data : "", out.len))
			return;
	}
}

static bool start(struct workers *w, struct worker *one, struct err *err)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return err_set(err, "no more workers: %s", strerror(errno));
	pid = fork();
	if (pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return err_set(err, "no more workers: %s", strerror(errno));
	}
	if (pid == 0) {
		child_begin(&fds[1], 1); /* each sees its parent go */
		live(w, fds[1]);
		child_exit(0);
	}
	close(fds[1]);
	*one = (struct worker){ .pid = pid, .fd = fds[0] };
	return true;
}

/* --- the parent --------------------------------------------------------- */

static void end(struct worker *one)
{
	close(one->fd);
	kill(one->pid, SIGKILL);
	child_wait(&one->pid);
	buf_release(&one->got);
	*one = (struct worker){ 0 };
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	for (unsigned i = 0; i < w->n; i++)
		if (w->all[i].pid)
			end(&w->all[i]);
	mem_free(w);
}

unsigned workers_n_busy(const struct workers *w)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->n; i++)
		n += w->all[i].busy;
	return n;
}

bool workers_has_room(const struct workers *w)
{
	return workers_n_busy(w) < w->n;
}

bool workers_give(struct workers *w, uint32_t tag, const void *job, size_t n,
		  struct err *err)
{
	struct worker *one = NULL;

	assert(workers_has_room(w) && n <= JOB_MAX_BYTES);
	for (unsigned i = 0; i < w->n; i++)
		if (!w->all[i].busy && (!one || (w->all[i].pid && !one->pid)))
			one = &w->all[i];
	if (!one->pid && !start(w, one, err))
		return false;
	one->busy = true;
	one->tag = tag;
	/* One that died while idle shows at the next wait. */
	put(one->fd, job, n);
	return true;
}

static enum workers_event hear(struct worker *one, uint32_t *tag,
			       struct buf *out)
{
	size_t n;

	if (!get(one->fd, &one->got)) {
		bool busy = one->busy;

		*tag = one->tag;
		end(one);
		return busy ? WORKERS_DIED : WORKERS_NOTHING;
	}
	if (!is_whole(&one->got, &n))
		return WORKERS_NOTHING;
	*tag = one->tag;
	buf_append(out, one->got.data + sizeof(uint32_t), n);
	buf_clear(&one->got);
	one->busy = false;
	return WORKERS_DONE;
}

enum workers_event workers_wait(struct workers *w, int timeout_ms,
				const int *also, size_t n_also, uint32_t *tag,
				struct buf *out)
{
	struct pollfd fds[WORKERS_MAX + WORKERS_ALSO_MAX];
	unsigned who[WORKERS_MAX];
	nfds_t n = 0, n_busy;

	assert(n_also <= WORKERS_ALSO_MAX);
	for (unsigned i = 0; i < w->n; i++) {
		if (!w->all[i].busy)
			continue;
		fds[n] =
			(struct pollfd){ .fd = w->all[i].fd, .events = POLLIN };
		who[n++] = i;
	}
	n_busy = n;
	for (size_t i = 0; i < n_also; i++)
		fds[n++] = (struct pollfd){ .fd = also[i], .events = POLLIN };
	if (poll(fds, n, timeout_ms) <= 0)
		return WORKERS_NOTHING;
	for (nfds_t i = 0; i < n_busy; i++)
		if (fds[i].revents)
			return hear(&w->all[who[i]], tag, out);
	return WORKERS_NOTHING;
}
