/*
 * curl_multi_poll() asks for the sockets of all transfers at every turn: with
 * 512 streams that is most of what a proxy does.
 */
#include "guard/transfers.h"

#include <sys/epoll.h>
#include <unistd.h>

#include "base/base.h"
#include "system/clock.h"

enum { EVENTS = 64 };

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
		     void *known)
{
	struct transfers *t = ctx;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what & CURL_POLL_IN)
		event.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		event.events |= EPOLLOUT;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(t->fd, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if (epoll_ctl(t->fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
		      &event) != 0)
		epoll_ctl(t->fd, known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd,
			  &event);
	curl_multi_assign(t->multi, fd, t);
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
	struct transfers *t = ctx;

	(void)multi;
	t->due_s = ms < 0 ? -1 : now_s() + (double)ms * 1e-3;
	return 0;
}

bool transfers_open(struct transfers *t)
{
	t->due_s = -1;
	t->multi = curl_multi_init();
	t->fd = epoll_create1(EPOLL_CLOEXEC);
	if (!t->multi || t->fd < 0)
		return false;
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	return true;
}

void transfers_close(struct transfers *t)
{
	curl_multi_cleanup(t->multi);
	if (t->fd >= 0)
		close(t->fd);
}

int transfers_wait_ms(const struct transfers *t, int max_ms)
{
	double ms = (t->due_s - now_s()) * 1e3;

	if (t->due_s < 0 || ms >= max_ms)
		return max_ms;
	return ms <= 0 ? 0 : (int)ms + 1;
}

void transfers_run(struct transfers *t)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(t->fd, events, EVENTS, 0), running;

	for (int i = 0; i < n; i++) {
		int what = 0;

		if (events[i].events & EPOLLIN)
			what |= CURL_CSELECT_IN;
		if (events[i].events & EPOLLOUT)
			what |= CURL_CSELECT_OUT;
		if (events[i].events & (EPOLLERR | EPOLLHUP))
			what |= CURL_CSELECT_ERR;
		curl_multi_socket_action(t->multi, events[i].data.fd, what,
					 &running);
	}
	if (t->due_s >= 0 && now_s() >= t->due_s) {
		t->due_s = -1;
		curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0,
					 &running);
	}
}
