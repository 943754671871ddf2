/*
 * Landlock without a library: three calls and their numbers, as Linux's
 * include/uapi/linux/landlock.h has them; a kernel is asked for no more than
 * its version knows. A rule names what stays allowed: /dev/null, and nothing.
 */
#include "system/sandbox.h"

#ifdef __linux__
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"

/* The numbers are the same on all kinds of machines. */
enum {
	CALL_CREATE = 444,
	CALL_ADD_RULE = 445,
	CALL_RESTRICT = 446,
	ASK_VERSION = 1,
	RULE_PATH = 1,
};

enum {
	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE = 0x7f << 6,    /* any kind of file */
	FS_REFER = 1 << 13,     /* version 2: to move it elsewhere */
	FS_TRUNCATE = 1 << 14,  /* version 3 */
	NET_TCP = 3,            /* version 4: bind, connect */
};

struct ruleset {
	uint64_t fs, net; /* what is forbidden unless a rule allows it */
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

int sandbox_version(void)
{
	long version = syscall(CALL_CREATE, NULL, (size_t)0, ASK_VERSION);

	return version > 0 ? (int)version : 0;
}

static bool allow_null(int rules)
{
	struct path_rule null = { FS_WRITE_FILE,
				  open("/dev/null", O_RDONLY | O_CLOEXEC) };
	bool ok = null.fd >= 0 &&
		  syscall(CALL_ADD_RULE, rules, RULE_PATH, &null, 0) == 0;

	if (null.fd >= 0)
		close(null.fd);
	return ok;
}

bool sandbox_enter(enum sandbox how)
{
	int version = sandbox_version();
	struct ruleset set = { FS_EXECUTE | FS_WRITE_FILE | FS_REMOVE_DIR |
			       FS_REMOVE_FILE | FS_MAKE, 0 };
	/* Older kernels know no network: to them the set ends before it. */
	size_t size = version >= 4 ? sizeof(set) : sizeof(set.fs);
	int rules;
	bool ok;

	if (!version)
		return false;
	if (version >= 2)
		set.fs |= FS_REFER;
	if (version >= 3)
		set.fs |= FS_TRUNCATE;
	if (version >= 4 && how == SANDBOX_OFFLINE)
		set.net = NET_TCP;
	rules = (int)syscall(CALL_CREATE, &set, size, 0);
	if (rules < 0)
		return false;
	ok = allow_null(rules) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	     syscall(CALL_RESTRICT, rules, 0) == 0;
	close(rules);
	return ok;
}

#else

int sandbox_version(void)
{
	return 0;
}

bool sandbox_enter(enum sandbox how)
{
	(void)how;
	return false;
}

#endif
