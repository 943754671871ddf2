/*
 * A list, looked through once a second: some hundred entries, and no timers
 * that could be forgotten.
 */
#include "guard/clients.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"

const char *const client_shut_words[] = {
	[CLIENT_OPEN] = "",
	[CLIENT_SLOW_HEAD] = "its head took too long",
	[CLIENT_SLOW_BODY] = "its body took too long",
	[CLIENT_IDLE] = "it asked for nothing more",
	[CLIENT_FOR_OTHERS] = "others needed its place",
	[CLIENT_ONE_OF_MANY] = "too many came from one address",
};
const char *const client_shut_names[] = {
	[CLIENT_OPEN] = "",
	[CLIENT_SLOW_HEAD] = "slow_head",
	[CLIENT_SLOW_BODY] = "slow_body",
	[CLIENT_IDLE] = "idle",
	[CLIENT_FOR_OTHERS] = "for_others",
	[CLIENT_ONE_OF_MANY] = "one_of_many",
};

static void shut(struct clients *c, struct client *one, enum client_shut why)
{
	if (one->shut)
		return;
	one->shut = why;
	c->n--;
	c->n_shut[why]++;
	shutdown(one->fd, SHUT_RDWR);
}

/* An IPv4 address stands as IPv6 has it. */
static void set_address(struct client *one, const struct sockaddr *from)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	static const uint8_t six[16] = { [15] = 1 };
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	if (from && from->sa_family == AF_INET) {
		memcpy(one->from, mapped, sizeof(mapped));
		memcpy(one->from + 12, &v4->sin_addr, 4);
	} else if (from && from->sa_family == AF_INET6) {
		memcpy(one->from, &v6->sin6_addr, 16);
	}
	one->here = memcmp(one->from, six, 16) == 0 ||
		    (memcmp(one->from, mapped, 12) == 0 &&
		     one->from[12] == 127) ||
		    (from && from->sa_family == AF_UNIX);
}

static bool is_waiting(const struct client *one)
{
	return one->state <= CLIENT_HEAD && !one->shut;
}

/* The one that has been without a request for longest. */
static void make_room(struct clients *c)
{
	struct client *longest = NULL;

	for (struct client *one = c->first; one; one = one->next)
		if (is_waiting(one) &&
		    (!longest || one->since_s < longest->since_s))
			longest = one;
	if (longest)
		shut(c, longest, CLIENT_FOR_OTHERS);
}

static uint32_t limit_of_one(const struct clients *c, const struct client *one)
{
	if (c->limits.n_of_one != CLIENTS_AUTO)
		return c->limits.n_of_one;
	return one->here ? 0 : CLIENTS_OF_ONE;
}

struct client *clients_add(struct clients *c, int fd,
			   const struct sockaddr *from, double now_s)
{
	struct client *one = mem_zalloc(sizeof(*one));
	uint32_t n_same = 0, most;

	one->fd = fd;
	one->since_s = now_s;
	set_address(one, from);
	for (struct client *other = c->first; other; other = other->next)
		n_same += !other->shut &&
			  memcmp(other->from, one->from, 16) == 0;
	most = limit_of_one(c, one);
	if (c->limits.n_clients && c->n >= c->limits.n_clients)
		make_room(c);
	one->prev = c->last;
	*(c->last ? &c->last->next : &c->first) = one;
	c->last = one;
	c->n++;
	if (most && n_same >= most)
		shut(c, one, CLIENT_ONE_OF_MANY);
	return one;
}

void clients_remove(struct clients *c, struct client *one)
{
	*(one->prev ? &one->prev->next : &c->first) = one->next;
	*(one->next ? &one->next->prev : &c->last) = one->prev;
	if (!one->shut)
		c->n--;
	mem_free(one);
}

void client_enter(struct client *one, enum client_state state, double now_s)
{
	one->state = state;
	one->since_s = now_s;
}

void clients_tick(struct clients *c, double now_s)
{
	const uint32_t most_s[] = {
		[CLIENT_NEW] = c->limits.head_s,
		[CLIENT_KEPT] = c->limits.idle_s,
		[CLIENT_HEAD] = c->limits.head_s,
		[CLIENT_BODY] = c->limits.body_s,
		[CLIENT_ANSWER] = 0,
	};
	static const enum client_shut why[] = {
		[CLIENT_NEW] = CLIENT_SLOW_HEAD,
		[CLIENT_KEPT] = CLIENT_IDLE,
		[CLIENT_HEAD] = CLIENT_SLOW_HEAD,
		[CLIENT_BODY] = CLIENT_SLOW_BODY,
	};

	for (struct client *one = c->first; one; one = one->next)
		if (most_s[one->state] &&
		    now_s - one->since_s >= most_s[one->state])
			shut(c, one, why[one->state]);
}

bool clients_crowded(const struct clients *c)
{
	return c->limits.n_clients && c->n > c->limits.n_clients;
}
