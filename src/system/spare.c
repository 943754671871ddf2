/*
 * The kernel says it in small files, of which none need be there: a system
 * without them limits nothing that is known here.
 */
#include "system/spare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "system/file.h"

enum { TEXT_MAX = 1 << 20 };

/* --- files of the kernel ------------------------------------------------ */

/* The text at root and path; "" where there is none. */
static const char *text_of(struct buf *out, const char *root, const char *path)
{
	struct buf name = { 0 };

	buf_clear(out);
	buf_printf(&name, "%s%s", root, path);
	if (file_read(buf_cstr(&name), TEXT_MAX, out, NULL) != FILE_READ)
		buf_clear(out);
	buf_release(&name);
	return buf_cstr(out);
}

/* The number behind a word that begins a line, "" for the first; UNKNOWN: it
 * is not there, or "max". */
static uint64_t number_at(const char *text, const char *word)
{
	size_t n = strlen(word);
	char *end;
	unsigned long long value;

	while (text && strncmp(text, word, n) != 0) {
		text = strchr(text, '\n');
		text += text != NULL;
	}
	if (!text)
		return SPARE_UNKNOWN;
	value = strtoull(text + n, &end, 10);
	return end == text + n ? SPARE_UNKNOWN : value;
}

static uint64_t known(uint64_t n)
{
	return n == SPARE_UNKNOWN ? 0 : n;
}

/* a - b, which may be the larger. */
static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* a + b, of which a may be unknown. */
static uint64_t more(uint64_t a, uint64_t b)
{
	return a > SPARE_UNKNOWN - b ? SPARE_UNKNOWN : a + b;
}

/* --- the machine -------------------------------------------------------- */

static uint64_t machine(const char *root, uint64_t *swap)
{
	struct buf text = { 0 };
	const char *s = text_of(&text, root, "/proc/meminfo");
	uint64_t free = number_at(s, "MemAvailable:");

	*swap = known(number_at(s, "SwapFree:")) * 1024;
	buf_release(&text);
	return free > SPARE_UNKNOWN / 2048 ? SPARE_UNKNOWN
					   : free * 1024 + *swap;
}

/* --- cgroups ------------------------------------------------------------ */

/* How the two hierarchies call it. */
static const struct hierarchy {
	const char *controller; /* in its lines of /proc/self/cgroup */
	const char *base, *limit, *used;
	const char *swap_limit, *swap_used; /* NULL: not told apart */
	const char *cache[2];		    /* of `stat`: given back */
} hierarchies[] = {
	{ "", "/sys/fs/cgroup", "memory.max", "memory.current",
	  "memory.swap.max", "memory.swap.current",
	  { "inactive_file ", "active_file " } },
	{ "memory", "/sys/fs/cgroup/memory", "memory.limit_in_bytes",
	  "memory.usage_in_bytes", NULL, NULL,
	  { "total_inactive_file ", "total_active_file " } },
};

/* A file of a group, by its name. */
static const char *of_group(struct buf *out, const char *root,
			    const char *group, const char *name)
{
	struct buf path = { 0 };

	buf_printf(&path, "%s/%s", group, name);
	text_of(out, root, buf_cstr(&path));
	buf_release(&path);
	return buf_cstr(out);
}

static uint64_t of_swap(struct buf *text, const char *root, const char *group,
			const struct hierarchy *h, uint64_t swap)
{
	uint64_t limit;

	if (!h->swap_limit)
		return swap;
	limit = number_at(of_group(text, root, group, h->swap_limit), "");
	if (limit == SPARE_UNKNOWN)
		return swap;
	return MIN(swap, less(limit, known(number_at(of_group(text, root, group,
							      h->swap_used),
						     ""))));
}

/* What one group has left. */
static uint64_t left_in(const char *root, const char *group,
			const struct hierarchy *h, uint64_t swap)
{
	struct buf text = { 0 };
	uint64_t left = number_at(of_group(&text, root, group, h->limit), "");
	uint64_t used, cache = 0;

	if (left != SPARE_UNKNOWN) {
		used = known(number_at(
			of_group(&text, root, group, h->used), ""));
		of_group(&text, root, group, "memory.stat");
		for (size_t i = 0; i < ARRAY_LEN(h->cache); i++)
			cache += known(number_at(buf_cstr(&text), h->cache[i]));
		left = less(left, less(used, cache));
		left = more(left, of_swap(&text, root, group, h, swap));
	}
	buf_release(&text);
	return left;
}

/* Is the word one of a list with commas, which ends at the colon? */
static bool lists(const char *at, const char *word)
{
	for (size_t n;; at += n + 1) {
		n = strcspn(at, ",:\n");
		if (n == strlen(word) && !memcmp(at, word, n))
			return true;
		if (at[n] != ',')
			return false;
	}
}

/* The group's path, from lines "number:controllers:path" of
 * /proc/self/cgroup; that of the root where there is none. */
static void group_path(const char *root, const struct hierarchy *h,
		       struct buf *out)
{
	struct buf text = { 0 };
	const char *at = text_of(&text, root, "/proc/self/cgroup");

	buf_clear(out);
	buf_puts(out, h->base);
	for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		const char *controllers = at + strcspn(at, ":\n");
		const char *path = controllers + (*controllers == ':');

		path += strcspn(path, ":\n");
		if (*path != ':' || !lists(controllers + 1, h->controller))
			continue;
		buf_append(out, path + 1, strcspn(path + 1, "\n"));
		break;
	}
	buf_release(&text);
}

/* From the group up to the root of all: in a container the path may be that of
 * outside, and then only what is above is found. */
static uint64_t cgroups(const char *root, const struct hierarchy *h,
			uint64_t swap)
{
	struct buf group = { 0 };
	uint64_t least = SPARE_UNKNOWN;

	group_path(root, h, &group);
	for (;;) {
		const char *path = buf_cstr(&group);

		least = MIN(least, left_in(root, path, h, swap));
		if (group.len <= strlen(h->base))
			break;
		group.len = (size_t)(strrchr(path, '/') - path);
	}
	buf_release(&group);
	return least;
}

/* --- limits of a process ------------------------------------------------ */

static const struct {
	int limit, column; /* of /proc/self/statm, in pages */
} limits[] = {
	{ RLIMIT_AS, 0 },
	{ RLIMIT_DATA, 5 },
};

uint64_t spare_here(const char *root)
{
	struct buf text = { 0 };
	uint64_t least = SPARE_UNKNOWN;
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct rlimit most;
		const char *at;

		if (getrlimit(limits[i].limit, &most) != 0 ||
		    most.rlim_cur == RLIM_INFINITY)
			continue;
		at = text_of(&text, root, "/proc/self/statm");
		for (int k = 0; k < limits[i].column; k++)
			at += strcspn(at, " ") + (at[strcspn(at, " ")] != 0);
		least = MIN(least, less(most.rlim_cur,
					known(number_at(at, "")) * page));
	}
	buf_release(&text);
	return least;
}

struct memory_left spare_memory(const char *root)
{
	struct memory_left s;
	uint64_t swap;

	s.bytes[SPARE_MACHINE] = machine(root, &swap);
	s.bytes[SPARE_CGROUP] = SPARE_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(hierarchies); i++)
		s.bytes[SPARE_CGROUP] =
			MIN(s.bytes[SPARE_CGROUP],
			    cgroups(root, &hierarchies[i], swap));
	s.bytes[SPARE_ULIMIT] = spare_here(root);
	return s;
}

const char *spare_name(enum spare_of of)
{
	static const char *const names[SPARE_KINDS] = { "this machine",
							"this cgroup",
							"ulimit" };

	return names[of];
}
