/*
 * clients.h - who is connected to the proxy, and for how long they may let it
 * wait.
 *
 * Time is limited where a client has to say something: a head, a body, the
 * next request. While it waits for an answer nothing is limited here. When all
 * places are taken, the client that has waited longest without a request makes
 * room: connections that say nothing lock nobody out. One that is over its
 * limit is shut down, and the server sees its end.
 */
#ifndef LILSCOPE_GUARD_CLIENTS_H
#define LILSCOPE_GUARD_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

struct sockaddr;

/* Seconds, and numbers of connections; 0: no limit. */
struct client_limits {
	uint32_t n_clients;   /* at once */
	uint32_t n_of_one;    /* from one address; CLIENTS_AUTO */
	uint32_t head_s;      /* for a request's head, from its first line or
				 the connection's begin on */
	uint32_t body_s;      /* for all of its body */
	uint32_t idle_s;      /* between two requests */
};

enum {
	/* CLIENTS_OF_ONE; any number from this machine, where all of it has
	 * one address. */
	CLIENTS_AUTO = UINT16_MAX + 1,
	CLIENTS_OF_ONE = 128,
	CLIENTS_MAX = 16384,
};

/* What a client does. */
enum client_state {
	CLIENT_NEW,    /* connected, and said nothing */
	CLIENT_KEPT,   /* had an answer, may ask again */
	CLIENT_HEAD,   /* its request begins */
	CLIENT_BODY,   /* ... and goes on */
	CLIENT_ANSWER, /* waits for us */
};

/* Why one was shut down. */
enum client_shut {
	CLIENT_OPEN,
	CLIENT_SLOW_HEAD, CLIENT_SLOW_BODY, CLIENT_IDLE,
	CLIENT_FOR_OTHERS,  /* all places were taken */
	CLIENT_ONE_OF_MANY, /* from one address */
	CLIENT_SHUTS
};

/* "its head took too long", for a log; "slow_head", for a label. */
extern const char *const client_shut_words[CLIENT_SHUTS];
extern const char *const client_shut_names[CLIENT_SHUTS];

struct client {
	struct client *prev, *next; /* by age */
	int fd;
	enum client_state state;
	enum client_shut shut;
	double since_s;
	bool here;        /* it is this machine */
	uint8_t from[16]; /* its address */
};

struct clients {
	struct client *first, *last;
	struct client_limits limits;
	uint32_t n; /* without those that were shut down */
	uint64_t n_shut[CLIENT_SHUTS]; /* since the beginning */
};

/* One that has just connected from this address. The collection's until it is
 * removed; fd stays the server's. */
struct client *clients_add(struct clients *c, int fd,
			   const struct sockaddr *from, double now_s);
void clients_remove(struct clients *c, struct client *one);

/* It does something else from now on. */
void client_enter(struct client *one, enum client_state state, double now_s);

/* Shuts down who is over a limit. */
void clients_tick(struct clients *c, double now_s);

/* Are there more than there is room for? Then none of them was idle. */
bool clients_crowded(const struct clients *c);

#endif
