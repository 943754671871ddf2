/*
 * Processes first, and threads only in these: a run that dies takes no more
 * than its process along. Both ways go a length, the job's tag, and bytes. A
 * child's first thread does nothing but listen, so it hears at once that its
 * parent is gone; what is to be done before the first job is done on the thread
 * of that job.
 */
#include "bench/workers.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
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

struct letter {
	uint32_t n_bytes, tag;
};

struct worker {
	pid_t pid; /* 0: there is none */
	int fd;
	uint32_t *tags; /* of the n jobs that it is at */
	unsigned n;
	struct buf got; /* of its next answer */
};

struct workers {
	struct workers_opts o;
	struct worker all[WORKERS_MAX];
};

size_t workers_job_bytes(void)
{
	pthread_attr_t attr;
	size_t n = 0;

	pthread_attr_init(&attr);
	pthread_attr_getstacksize(&attr, &n);
	pthread_attr_destroy(&attr);
	return n;
}

struct workers *workers_new(const struct workers_opts *o)
{
	struct workers *w = mem_zalloc(sizeof(*w));
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	w->o = *o;
	if (!w->o.n)
		w->o.n = cores > 0 ? (unsigned)cores : 1;
	w->o.n = MIN(w->o.n, (unsigned)WORKERS_MAX);
	w->o.each = MIN(MAX(w->o.each, 1u), (unsigned)WORKERS_JOBS_MAX);
	return w;
}

/* --- both ends ---------------------------------------------------------- */

static bool put(int fd, uint32_t tag, const void *bytes, size_t n)
{
	const struct letter head = { (uint32_t)n, tag };
	struct buf all = { 0 };
	size_t at = 0;

	buf_append(&all, &head, sizeof(head));
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
	return at >= sizeof(head) + n;
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

/* Is a whole message there? */
static bool is_whole(const struct buf *b, struct letter *head)
{
	if (b->len < sizeof(*head))
		return false;
	memcpy(head, b->data, sizeof(*head));
	return b->len - sizeof(*head) >= head->n_bytes;
}

/* --- the child ---------------------------------------------------------- */

/* Answers go one at a time. */
struct mouth {
	const struct workers_opts *o;
	pthread_mutex_t lock, begin_lock;
	bool begun;
	int fd;
};

struct at_work {
	struct mouth *mouth;
	uint32_t tag;
	struct buf bytes;
};

/* Jobs that come while the first one is at this wait for it. */
static void begin(struct mouth *m)
{
	pthread_mutex_lock(&m->begin_lock);
	if (!m->begun && m->o->begin)
		m->o->begin(m->o->ctx);
	m->begun = true;
	pthread_mutex_unlock(&m->begin_lock);
}

static void *do_job(void *arg)
{
	struct at_work *job = arg;
	struct mouth *m = job->mouth;
	struct buf out = { 0 };

	begin(m);
	m->o->work(m->o->ctx, job->bytes.data, job->bytes.len, &out);
	pthread_mutex_lock(&m->lock);
	put(m->fd, job->tag, out.len ? out.data : "", out.len);
	pthread_mutex_unlock(&m->lock);
	buf_release(&out);
	buf_release(&job->bytes);
	mem_free(job);
	return NULL;
}

/* false: the machine has no thread for it. */
static bool begin_job(struct mouth *m, const struct letter *head,
		      const char *bytes)
{
	struct at_work *job = mem_zalloc(sizeof(*job));
	pthread_t thread;

	job->mouth = m;
	job->tag = head->tag;
	buf_append(&job->bytes, bytes, head->n_bytes);
	return !pthread_create(&thread, NULL, do_job, job) &&
	       !pthread_detach(thread);
}

static void live(const struct workers_opts *o, int fd)
{
	struct mouth mouth = { .o = o, .fd = fd };
	struct buf in = { 0 };
	struct letter head;

	pthread_mutex_init(&mouth.lock, NULL);
	pthread_mutex_init(&mouth.begin_lock, NULL);
	do {
		while (is_whole(&in, &head)) {
			if (!begin_job(&mouth, &head, in.data + sizeof(head)))
				return;
			buf_drop(&in, sizeof(head) + head.n_bytes);
		}
	} while (get(fd, &in));
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
		live(&w->o, fds[1]);
		child_exit(0); /* whatever the threads are at */
	}
	close(fds[1]);
	one->pid = pid;
	one->fd = fds[0];
	return true;
}

/* --- the parent --------------------------------------------------------- */

static void end(struct worker *one)
{
	close(one->fd);
	kill(one->pid, SIGKILL);
	child_wait(&one->pid);
	one->pid = 0;
	buf_clear(&one->got);
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	for (unsigned i = 0; i < w->o.n; i++) {
		if (w->all[i].pid)
			end(&w->all[i]);
		buf_release(&w->all[i].got);
		mem_free(w->all[i].tags);
	}
	mem_free(w);
}

unsigned workers_n_busy(const struct workers *w)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->o.n; i++)
		n += w->all[i].n;
	return n;
}

/* The one with the fewest jobs; of those without any rather one that is there.
 * One that died has jobs until all of them are told of. -1: none has room. */
static int least_busy(const struct workers *w)
{
	int best = -1;

	for (unsigned i = 0; i < w->o.n; i++) {
		const struct worker *one = &w->all[i];
		const struct worker *b = &w->all[MAX(best, 0)];

		if (one->n >= w->o.each || (one->n && !one->pid))
			continue;
		if (best < 0 || one->n < b->n ||
		    (one->n == b->n && one->pid && !b->pid))
			best = (int)i;
	}
	return best;
}

bool workers_has_room(const struct workers *w)
{
	return least_busy(w) >= 0;
}

bool workers_give(struct workers *w, uint32_t tag, const void *job, size_t n,
		  struct err *err)
{
	int best = least_busy(w);
	struct worker *one = &w->all[MAX(best, 0)];

	assert(best >= 0 && n <= JOB_MAX_BYTES);
	if (!one->pid && !start(w, one, err))
		return false;
	if (!one->tags)
		one->tags = mem_alloc(sizeof(*one->tags) * w->o.each);
	one->tags[one->n++] = tag;
	/* One that died while idle shows at the next wait. */
	put(one->fd, tag, job, n);
	return true;
}

static void drop_tag(struct worker *one, uint32_t tag)
{
	unsigned i = 0;

	while (i < one->n && one->tags[i] != tag)
		i++;
	if (i < one->n)
		one->tags[i] = one->tags[--one->n];
}

/* An answer, if a whole one came. */
static enum workers_event take_answer(struct worker *one, uint32_t *tag,
				      struct buf *out)
{
	struct letter head;

	if (!is_whole(&one->got, &head))
		return WORKERS_NOTHING;
	*tag = head.tag;
	buf_append(out, one->got.data + sizeof(head), head.n_bytes);
	buf_drop(&one->got, sizeof(head) + head.n_bytes);
	drop_tag(one, head.tag);
	return WORKERS_DONE;
}

/* What is known without waiting: answers that came with others, and the jobs
 * of one that died. */
static enum workers_event known(struct workers *w, uint32_t *tag,
				struct buf *out)
{
	enum workers_event event = WORKERS_NOTHING;

	for (unsigned i = 0; i < w->o.n && event == WORKERS_NOTHING; i++) {
		struct worker *one = &w->all[i];

		event = take_answer(one, tag, out);
		if (event == WORKERS_NOTHING && !one->pid && one->n) {
			*tag = one->tags[--one->n];
			event = WORKERS_DIED;
		}
	}
	return event;
}

enum workers_event workers_wait(struct workers *w, int timeout_ms,
				const int *also, size_t n_also, uint32_t *tag,
				struct buf *out)
{
	struct pollfd fds[WORKERS_MAX + WORKERS_ALSO_MAX];
	struct worker *who[WORKERS_MAX];
	enum workers_event event = known(w, tag, out);
	nfds_t n = 0, n_busy;

	assert(n_also <= WORKERS_ALSO_MAX);
	if (event != WORKERS_NOTHING)
		return event;
	for (unsigned i = 0; i < w->o.n; i++) {
		if (!w->all[i].n)
			continue;
		fds[n] =
			(struct pollfd){ .fd = w->all[i].fd, .events = POLLIN };
		who[n++] = &w->all[i];
	}
	n_busy = n;
	for (size_t i = 0; i < n_also; i++)
		fds[n++] = (struct pollfd){ .fd = also[i], .events = POLLIN };
	if (poll(fds, n, timeout_ms) <= 0)
		return WORKERS_NOTHING;
	for (nfds_t i = 0; i < n_busy; i++)
		if (fds[i].revents && !get(who[i]->fd, &who[i]->got))
			end(who[i]);
	return known(w, tag, out);
}
