/*
 * inotify wakes, but only asking the file system decides: events come for the
 * file that is open, and what matters is which file the path means now.
 */
#include "input/follow.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/inotify.h>
#define HAVE_INOTIFY 1
#endif

#include "base/buf.h"

struct follow {
	char *path;
	int notify; /* inotify, or -1 */
	int watch;  /* of the file */
	int place;  /* of its folder while the file is gone, else -1 */
};

#ifdef HAVE_INOTIFY
static int notify_open(void)
{
	return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static void watch_file(struct follow *f)
{
	if (f->notify < 0)
		return;
	if (f->watch >= 0)
		inotify_rm_watch(f->notify, f->watch);
	if (f->place >= 0)
		inotify_rm_watch(f->notify, f->place);
	f->place = -1;
	f->watch = inotify_add_watch(f->notify, f->path,
				     IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF |
					     IN_DELETE_SELF);
}

/* The file is gone: its folder tells when there is a new one. */
static void watch_folder(struct follow *f)
{
	char *folder, *slash;

	if (f->notify < 0 || f->place >= 0)
		return;
	folder = mem_strdup(f->path);
	slash = strrchr(folder, '/');
	if (slash == folder)
		slash++;
	if (slash)
		*slash = '\0';
	f->place = inotify_add_watch(f->notify, slash ? folder : ".",
				     IN_CREATE | IN_MOVED_TO);
	mem_free(folder);
}

/* What was told is not needed: the file is looked at anyway. */
static void drain(const struct follow *f)
{
	char events[4096];

	while (f->notify >= 0 && read(f->notify, events, sizeof(events)) > 0)
		;
}
#else
static int notify_open(void)
{
	return -1;
}

static void watch_file(struct follow *f)
{
	(void)f;
}

static void watch_folder(struct follow *f)
{
	(void)f;
}

static void drain(const struct follow *f)
{
	(void)f;
}
#endif

struct follow *follow_new(const char *path)
{
	struct follow *f = mem_zalloc(sizeof(*f));

	f->path = mem_strdup(path);
	f->notify = notify_open();
	f->watch = f->place = -1;
	watch_file(f);
	return f;
}

void follow_free(struct follow *f)
{
	if (!f)
		return;
	if (f->notify >= 0)
		close(f->notify);
	mem_free(f->path);
	mem_free(f);
}

int follow_fd(const struct follow *f)
{
	return f->notify;
}

int follow_wait_ms(const struct follow *f)
{
	return f->notify >= 0 ? FOLLOW_LOOK_MS : FOLLOW_POLL_MS;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

enum follow_state follow_check(struct follow *f, int fd, uint64_t done,
			       int *next)
{
	struct stat have = { 0 }, now;
	bool cut;

	drain(f);
	if (fd >= 0 && fstat(fd, &have) != 0)
		return FOLLOW_GONE;
	cut = fd >= 0 && (uint64_t)have.st_size < done;
	if (stat(f->path, &now) != 0 || !S_ISREG(now.st_mode)) {
		watch_folder(f);
		return FOLLOW_GONE;
	}
	if (fd >= 0 && same_file(&have, &now) && !cut)
		return FOLLOW_SAME;
	*next = open(f->path, O_RDONLY | O_CLOEXEC);
	if (*next < 0) {
		watch_folder(f);
		return FOLLOW_GONE;
	}
	watch_file(f);
	return cut && same_file(&have, &now) ? FOLLOW_TRUNCATED :
					       FOLLOW_REPLACED;
}
