/*
 * What systemd's libraries do here is two environment variables and a datagram,
 * so they are not needed.
 */
#include "guard/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"

enum {
	BACKLOG = 1024,
	PORT_MAX = 65535,
	HANDED_FD = 3, /* the first that a service manager hands over */
};

/* --- a socket of our own ------------------------------------------------ */

static bool split(const char *where, struct buf *host, const char **port,
		  struct err *err)
{
	const char *colon = strrchr(where, ':');
	size_t len = colon ? (size_t)(colon - where) : 0;

	*port = colon ? colon + 1 : where;
	if (len >= 2 && where[0] == '[' && where[len - 1] == ']')
		buf_append(host, where + 1, len - 2);
	else
		buf_append(host, where, len);
	if (!host->len)
		buf_puts(host, "127.0.0.1");
	buf_cstr(host);
	if (!**port || strspn(*port, "0123456789") != strlen(*port) ||
	    strtoul(*port, NULL, 10) > PORT_MAX ||
	    strcmp(host->data, "*") == 0) /* some resolvers: loopback */
		return err_set(err, "--listen %.200s: takes HOST:PORT, such "
				    "as 127.0.0.1:8081, or 0.0.0.0:8081 for "
				    "every address", where);
	return true;
}

static bool cannot(const char *where, struct err *err)
{
	return err_set(err, "--listen %.200s: cannot listen there: %s", where,
		       strerror(errno));
}

static bool open_at(struct listen *l, const struct addrinfo *at)
{
	int on = 1;

	l->fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return l->fd >= 0 &&
	       setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on,
			  sizeof(on)) == 0 &&
	       bind(l->fd, at->ai_addr, at->ai_addrlen) == 0 &&
	       listen(l->fd, BACKLOG) == 0;
}

/* --- one that is handed over -------------------------------------------- */

static bool take_handed(struct listen *l, struct err *err)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (!pid || strtol(pid, NULL, 10) != (long)getpid() || !n ||
	    strtol(n, NULL, 10) < 1)
		return err_set(err, "--listen systemd: no socket was handed "
				    "over (LISTEN_PID, LISTEN_FDS)");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	if (getsockopt(HANDED_FD, SOL_SOCKET, SO_ACCEPTCONN, &listens,
		       &size) != 0 || !listens)
		return err_set(err, "--listen systemd: what was handed over is "
				    "no socket that listens");
	l->fd = HANDED_FD;
	fcntl(l->fd, F_SETFD, FD_CLOEXEC);
	return true;
}

/* --- what it is --------------------------------------------------------- */

static bool is_loopback(const struct sockaddr *a)
{
	const struct sockaddr_in *v4 = (const void *)a;
	const struct sockaddr_in6 *v6 = (const void *)a;

	if (a->sa_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return a->sa_family != AF_INET6 ||
	       IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* host: as it was said; NULL: as the socket has it. */
static void describe(struct listen *l, const char *host)
{
	struct sockaddr_storage at = { 0 };
	socklen_t size = sizeof(at);
	char number[64] = "", port[16] = "";

	getsockname(l->fd, (struct sockaddr *)&at, &size);
	l->here = is_loopback((struct sockaddr *)&at);
	getnameinfo((struct sockaddr *)&at, size, number, sizeof(number), port,
		    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	host = host ? host : number;
	snprintf(l->name, sizeof(l->name),
		 strchr(host, ':') ? "[%.200s]:%s" : "%.200s:%s", host, port);
}

bool listen_open(struct listen *l, const char *where, struct err *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_NUMERICSERV };
	struct addrinfo *found = NULL;
	struct buf host = { 0 };
	const char *port;
	bool handed = strcmp(where, "systemd") == 0, good;
	int wrong;

	*l = (struct listen){ .fd = -1 };
	good = handed ? take_handed(l, err) : split(where, &host, &port, err);
	if (good && !handed) {
		wrong = getaddrinfo(host.data, port, &hints, &found);
		good = wrong ? err_set(err, "--listen %.200s: %s", where,
				       gai_strerror(wrong)) :
		       open_at(l, found) || cannot(where, err);
		if (found)
			freeaddrinfo(found);
	}
	if (good)
		describe(l, handed ? NULL : host.data);
	else if (l->fd >= 0)
		close(l->fd);
	buf_release(&host);
	return good;
}

/* --- who is asked ------------------------------------------------------- */

static bool is_name(const char *host, size_t n, const char *name)
{
	return strlen(name) == n && strncasecmp(host, name, n) == 0;
}

static bool is_here(const char *host, size_t n)
{
	static const char *const names[] = { "localhost", "[::1]" };
	static const char under[] = ".localhost";
	size_t len = sizeof(under) - 1;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (is_name(host, n, names[i]))
			return true;
	if (n > len && is_name(host + n - len, len, under))
		return true;
	/* an address: a name that begins like one is somebody's */
	return n > 4 && strncmp(host, "127.", 4) == 0 &&
	       strspn(host, "0123456789.") == n;
}

static bool is_allowed(const char *host, size_t n, const char *list)
{
	while (*list) {
		size_t len;

		list += strspn(list, ", ");
		len = strcspn(list, ", ");
		if ((len == 1 && *list == '*') ||
		    (len == n && len && strncasecmp(list, host, n) == 0))
			return true;
		list += len;
	}
	return false;
}

bool listen_knows(const struct listen *l, const char *host,
		  const char *allowed)
{
	bool some = allowed && *allowed;
	size_t n;

	if (!host) /* HTTP/1.0: no browser */
		return true;
	n = host[0] == '[' ? strcspn(host, "]") + (strchr(host, ']') != NULL) :
			     strcspn(host, ":");
	return (!l->here && !some) || is_here(host, n) ||
	       (some && is_allowed(host, n, allowed));
}

/* --- the service manager ------------------------------------------------ */

void listen_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (!n || n >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n);
	if (to.sun_path[0] == '@') /* has no file */
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		      (struct sockaddr *)&to,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(fd);
}

void listen_raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

static bool leads_to(const char *url, const char *name, const char *port)
{
	char root[LISTEN_NAME_BYTES + 32];
	size_t len = (size_t)snprintf(root, sizeof(root), "http://%s%s", name,
				      port);

	return strncasecmp(url, root, len) == 0 &&
	       (!url[len] || url[len] == '/');
}

bool listen_is_at(const struct listen *l, const char *url)
{
	const char *port = strrchr(l->name, ':');

	return leads_to(url, l->name, "") ||
	       (l->here && port && leads_to(url, "localhost", port));
}
