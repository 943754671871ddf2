/*
 * A name decides before anything is opened: a text is a text whoever wrote it,
 * so that no licence is measured as a model's words.
 */
#include "input/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Names up to their end, a dot, a dash or an underscore. */
static const char *const others[] = {
	"authors", "changelog", "changes", "code_of_conduct", "contributing",
	"contributors", "copying", "dockerfile", "install", "licence",
	"license", "makefile", "news", "notice", "patents", "readme",
	"requirements", "security",
};

/* Ends of names. Data that is no text is found out when it is opened. */
static const char *const other_ends[] = {
	".bat", ".c", ".cc", ".cfg", ".cpp", ".css", ".csv", ".cu", ".go",
	".h", ".hpp", ".htm", ".html", ".ini", ".java", ".js", ".lock", ".md5",
	".mk", ".py", ".rb", ".rs", ".rst", ".sh", ".sha256", ".svg", ".tex",
	".toml", ".ts", ".tsv", ".xml",
};

/* YAML is settings, unless it lies where VCR keeps its cassettes. */
static bool is_settings(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (strcasecmp(dot, ".yaml") == 0 ||
		       strcasecmp(dot, ".yml") == 0) &&
	       !strstr(path, "cassette") && !strstr(path, "vcr");
}

static bool may_hold(const char *name, const char *path)
{
	size_t len = strlen(name);

	if (is_settings(path))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		size_t n = strlen(others[i]);

		if (strncasecmp(name, others[i], n) == 0 &&
		    (!name[n] || strchr(".-_", name[n])))
			return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(other_ends); i++) {
		size_t n = strlen(other_ends[i]);

		if (len > n && strcasecmp(name + len - n, other_ends[i]) == 0)
			return false;
	}
	return true;
}

static void append(struct folder *f, const char *path, size_t from)
{
	f->at = grow(f->at, &f->cap, f->n + 1, sizeof(*f->at));
	f->at[f->n++] = (struct folder_file){ mem_strdup(path), from };
}

static bool walk(struct folder *f, struct buf *path, size_t from,
		 unsigned depth);

/* One name of a folder, which path ends with. */
static void look(struct folder *f, struct buf *path, const char *name,
		 size_t from, unsigned depth)
{
	const char *whole = buf_cstr(path);
	struct stat link, st;

	if (lstat(whole, &link) != 0 || stat(whole, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode) && !S_ISLNK(link.st_mode) &&
	    depth < FOLDER_DEPTH_MAX)
		walk(f, path, from, depth + 1);
	else if (S_ISREG(st.st_mode) && may_hold(name, whole))
		append(f, whole, from);
}

/* The folder path, which is the same afterwards. false with errno. */
static bool walk(struct folder *f, struct buf *path, size_t from,
		 unsigned depth)
{
	DIR *dir = opendir(buf_cstr(path));
	size_t len = path->len;

	if (!dir)
		return false;
	for (struct dirent *e; (e = readdir(dir)) && f->n < FOLDER_FILES_MAX;) {
		if (e->d_name[0] == '.')
			continue;
		buf_printf(path, "/%s", e->d_name);
		look(f, path, e->d_name, from, depth);
		path->len = len;
	}
	closedir(dir);
	return true;
}

static int by_path(const void *a, const void *b)
{
	const struct folder_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

bool folder_add(struct folder *f, const char *path, struct err *err)
{
	struct buf whole = { 0 };
	size_t before = f->n;
	struct stat st;
	bool good;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		append(f, path, 0);
		return true;
	}
	buf_puts(&whole, path);
	while (whole.len > 1 && whole.data[whole.len - 1] == '/')
		whole.len--;
	good = walk(f, &whole, whole.len + 1, 0);
	if (!good)
		err_set(err, "%s: the folder cannot be read: %s", path,
			strerror(errno));
	else if (f->n == before)
		good = err_set(err, "%s: no file in this folder may hold a "
				    "generation", path);
	else
		qsort(f->at + before, f->n - before, sizeof(*f->at), by_path);
	buf_release(&whole);
	return good;
}

void folder_release(struct folder *f)
{
	for (size_t i = 0; i < f->n; i++)
		mem_free(f->at[i].path);
	mem_free(f->at);
	*f = (struct folder){ 0 };
}
