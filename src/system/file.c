/*
 * A file is written under another name and renamed: config and session are
 * read by other instances at any time, and a full disk must not cost the old
 * one.
 */
#include "system/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/output.h"

enum { STEP_BYTES = 64 * 1024, NAME_BYTES = 256 };

static bool read_all(int fd, size_t max_bytes, struct buf *out)
{
	size_t from = out->len;

	for (;;) {
		ssize_t n = read(fd, buf_reserve(out, STEP_BYTES), STEP_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		out->len += (size_t)n;
		if (out->len - from > max_bytes) {
			errno = EFBIG;
			return false;
		}
	}
}

enum file_result file_read(const char *path, size_t max_bytes, struct buf *out,
			   struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool good;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return FILE_ABSENT;
	if (fd < 0) {
		err_set(err, "%s: %s", path, strerror(errno));
		return FILE_TROUBLE;
	}
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err_set(err, "%s: not a regular file", path);
		close(fd);
		return FILE_TROUBLE;
	}
	good = read_all(fd, max_bytes, out);
	if (!good)
		err_set(err, "%s: %s", path, strerror(errno));
	close(fd);
	return good ? FILE_READ : FILE_TROUBLE;
}

enum { TEMPORARY_BYTES = FILE_PATH_BYTES + 16 };

/* A new file beside path; -1 and a sentence. */
static int open_temporary(const char *path, char temporary[TEMPORARY_BYTES],
			  struct err *err)
{
	int fd;

	if (strlen(path) >= FILE_PATH_BYTES) {
		err_set(err, "%.60s...: the name is too long", path);
		return -1;
	}
	snprintf(temporary, TEMPORARY_BYTES, "%s.XXXXXX", path);
	fd = mkstemp(temporary);
	if (fd < 0)
		err_set(err, "%s: %s", path, strerror(errno));
	return fd;
}

/* Where the bytes go: of a link its end, so that it stays a link. A file that
 * is there, and only a regular one, is replaced. */
struct target {
	char path[PATH_MAX];
	struct stat st;
	bool is_there, is_replaced;
};

static void find_target(const char *path, struct target *to)
{
	struct stat link;
	bool is_link = lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
	bool resolved = is_link && realpath(path, to->path) != NULL;

	if (!resolved)
		snprintf(to->path, sizeof(to->path), "%s", path);
	to->is_there = stat(to->path, &to->st) == 0;
	to->is_replaced = to->is_there ? S_ISREG(to->st.st_mode) : !is_link;
}

/* The new file gets the rights of the old one. false: its owner can't be
 * given. mkstemp gives 0600; a new file for the user has the usual rights. */
static bool keep_rights(int fd, const struct target *to)
{
	mode_t mask;

	if (to->is_there)
		return fchown(fd, to->st.st_uid, to->st.st_gid) == 0 &&
		       fchmod(fd, to->st.st_mode & 07777) == 0;
	mask = umask(0);
	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0;
}

/* A device, a pipe, the file of another: they stay what they are. A pipe that
 * nobody reads is trouble, not a wait. */
static int open_through(const char *path)
{
	return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY |
			  O_NONBLOCK | O_TRUNC, 0666);
}

bool file_try_write(const char *path, struct err *err)
{
	char temporary[TEMPORARY_BYTES];
	struct target to;
	int fd;

	if (strcmp(path, "-") == 0)
		return true;
	find_target(path, &to);
	if (!to.is_replaced)
		return (to.is_there && access(path, W_OK) == 0) ||
		       err_set(err, "%s: %s", path, strerror(errno));
	fd = open_temporary(to.path, temporary, err);
	if (fd < 0)
		return false;
	close(fd);
	unlink(temporary);
	return true;
}

bool file_write(const char *path, const void *bytes, size_t n, struct err *err)
{
	char temporary[TEMPORARY_BYTES] = "";
	struct target to;
	bool good;
	int fd = -1;

	if (strcmp(path, "-") == 0)
		return output(bytes, n, err) || errno == EPIPE;
	find_target(path, &to);
	if (to.is_replaced) {
		fd = open_temporary(to.path, temporary, err);
		if (fd < 0)
			return false;
	}
	if (fd >= 0 && !keep_rights(fd, &to)) {
		close(fd);
		unlink(temporary);
		temporary[0] = '\0';
		fd = -1;
	}
	if (fd < 0)
		fd = open_through(path);
	good = fd >= 0 && write_all(fd, bytes, n);
	good = fd >= 0 && close(fd) == 0 && good;
	good = good && (!temporary[0] || rename(temporary, to.path) == 0);
	if (!good) {
		err_set(err, "%s: %s", path, strerror(errno));
		if (temporary[0])
			unlink(temporary);
	}
	return good;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool file_make_folder(const char *path, struct err *err)
{
	char part[FILE_PATH_BYTES];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return err_set(err, "%.60s...: the name is too long", path);
	for (size_t i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return err_set(err, "%s: %s", part, strerror(errno));
	}
	return true;
}

/* --- keeping a folder small --------------------------------------------- */

struct old_file {
	char name[NAME_BYTES];
	time_t changed;
};

static int newest_first(const void *a, const void *b)
{
	const struct old_file *x = a, *y = b;

	return (x->changed < y->changed) - (x->changed > y->changed);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && n < NAME_BYTES && strcmp(name + n - m, suffix) == 0;
}

static bool full_path(const char *folder, const char *name,
		      char out[FILE_PATH_BYTES])
{
	int n = snprintf(out, FILE_PATH_BYTES, "%s/%s", folder, name);

	return n > 0 && n < FILE_PATH_BYTES;
}

void file_keep_newest(const char *folder, const char *suffix, size_t keep)
{
	struct old_file *all = NULL;
	size_t n = 0, cap = 0;
	DIR *dir = opendir(folder);
	char path[FILE_PATH_BYTES];

	for (struct dirent *e; dir && (e = readdir(dir));) {
		struct stat st;

		if (!has_suffix(e->d_name, suffix) ||
		    !full_path(folder, e->d_name, path) ||
		    lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		all = grow(all, &cap, n + 1, sizeof(*all));
		snprintf(all[n].name, NAME_BYTES, "%s", e->d_name);
		all[n++].changed = st.st_mtime;
	}
	if (dir)
		closedir(dir);
	if (n > keep) {
		qsort(all, n, sizeof(*all), newest_first);
		for (size_t i = keep; i < n; i++)
			if (full_path(folder, all[i].name, path))
				unlink(path);
	}
	mem_free(all);
}

bool file_xdg(const char *variable, const char *fallback, const char *name,
	      char out[FILE_PATH_BYTES])
{
	const char *base = getenv(variable), *home = getenv("HOME");
	int n = -1;

	if (base && base[0] == '/')
		n = snprintf(out, FILE_PATH_BYTES, "%s/lilscope%s%s", base,
			     name[0] ? "/" : "", name);
	else if (home && home[0] == '/')
		n = snprintf(out, FILE_PATH_BYTES, "%s/%s/lilscope%s%s", home,
			     fallback, name[0] ? "/" : "", name);
	return n > 0 && n < FILE_PATH_BYTES;
}
