/*
 * All that can be read is a descriptor here, be it a file, a pipe, a server's
 * answer or a decoder; what differs is how the end is told, and from where
 * bytes come a second time (the file, a second unpacking, a spool).
 */
#include "input/source.h"

#include "base/unpack.h"
#include "input/follow.h"
#include "system/spool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ranges are read again in pieces of this size. */
enum { SOURCE_AGAIN_BYTES = 1024 * 1024 };
/* The longest prompt or body that is read from a file. */
enum { SOURCE_BODY_MAX_BYTES = 64 * 1024 * 1024 };

/* Unpacks the same file a second time, from the start, to give ranges again.
 * Ranges in rising order cost one pass in all. */
struct rewind {
	int fd;               /* -1: not open */
	struct unpack *unpack;
	struct buf raw, out;
	size_t raw_used;
	uint64_t out_offset;  /* of out.data[0] in the unpacked bytes */
	bool ended;
};

struct source {
	char *path;
	int fd;
	bool pipe;
	bool ended;
	struct unpack *unpack;
	struct buf raw;       /* read, not unpacked yet */
	size_t raw_used;
	uint64_t done_bytes, total_bytes;
	struct url *url;      /* NULL: no server's answer */
	struct decoder *decoder; /* NULL: nothing is decoded here */
	struct spool *spool;  /* what a pipe gave, or an archive of which
				 keep_bytes are kept, unpacked; else NULL */
	uint64_t keep_bytes;
	struct rewind again;

	struct follow *follow; /* NULL: the end of the file is the end */
	bool caught_up;        /* its end was seen */
	bool cut;              /* what was read is lost */
	int next_fd;           /* of the file that took its place, or -1 */
};

static bool check_kind(const char *path, const struct stat *st,
		       struct err *err)
{
	if (S_ISDIR(st->st_mode))
		return err_set(err,
			       "%s: is a directory; name the files in it, "
			       "such as %s/*.jsonl",
			       path, path);
	if (S_ISSOCK(st->st_mode) || S_ISBLK(st->st_mode))
		return err_set(err, "%s: is no file or pipe", path);
	return true;
}

/* A source over a descriptor, which it owns from now on. */
static struct source *source_new(const char *path, int fd,
				 const struct stat *st)
{
	struct source *s = mem_zalloc(sizeof(*s));

	s->path = mem_strdup(path);
	s->fd = fd;
	s->pipe = !S_ISREG(st->st_mode);
	s->unpack = unpack_new();
	s->total_bytes = s->pipe ? 0 : (uint64_t)st->st_size;
	s->spool = s->pipe ? spool_new(UINT64_MAX) : NULL;
	s->again.fd = s->next_fd = -1;
	return s;
}

static struct source *open_source(const char *path, int flags, struct err *err)
{
	bool std = strcmp(path, "-") == 0;
	int fd = std ? dup(STDIN_FILENO) : open(path, flags | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		err_set(err, "%s: cannot be opened: %s", path,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!check_kind(path, &st, err)) {
		close(fd);
		return NULL;
	}
	return source_new(path, fd, &st);
}

struct source *source_open(const char *path, struct err *err)
{
	if (url_is(path))
		return source_request(path, NULL, err);
	return open_source(path, O_RDONLY, err);
}

bool source_read_all(const char *path, struct buf *out, struct err *err)
{
	struct source *s = source_open(path, err);
	enum source_state state;

	if (!s)
		return false;
	do {
		state = source_read(s, out, err);
		if (state == SOURCE_WAIT)
			poll(&(struct pollfd){ .fd = s->fd,
					       .events = POLLIN }, 1, -1);
	} while ((state == SOURCE_BYTES || state == SOURCE_WAIT) &&
		 out->len <= SOURCE_BODY_MAX_BYTES);
	source_close(s);
	if (state == SOURCE_BYTES)
		return err_set(err, "%s: is over %d bytes, too long for this",
			       path, SOURCE_BODY_MAX_BYTES);
	return state == SOURCE_END;
}

/* "@FILE" becomes what is in it; anything else stays. */
static bool expand(const char **text, struct buf *room, struct err *err)
{
	if (!*text || (*text)[0] != '@')
		return true;
	if (!source_read_all(*text + 1, room, err))
		return false;
	*text = buf_cstr(room);
	return true;
}

struct source *source_request(const char *url, const struct url_opts *request,
			      struct err *err)
{
	const struct stat pipe = { .st_mode = S_IFIFO };
	struct url_opts opts = { 0 };
	struct buf data = { 0 }, prompt = { 0 };
	struct source *s = NULL;
	struct url *u = NULL;
	struct err why = { "" };
	char *name = url_name(url);

	if (request)
		opts = *request;
	if (expand(&opts.data, &data, err) &&
	    expand(&opts.prompt, &prompt, err)) {
		u = url_open(url, &opts, &why);
		if (!u)
			err_set(err, "%s: %s", name, why.text);
	}
	if (u) {
		s = source_new(name, url_fd(u), &pipe);
		s->url = u;
	}
	buf_release(&data);
	buf_release(&prompt);
	mem_free(name);
	return s;
}

struct source *source_decoder(const char *name, struct decoder *decoder)
{
	const struct stat pipe = { .st_mode = S_IFIFO };
	struct source *s = source_new(name, decoder_fd(decoder), &pipe);

	s->decoder = decoder;
	return s;
}

struct source *source_from(const char *path, bool follow,
			   const struct url_opts *request, struct err *err)
{
	if (url_is(path))
		return source_request(path, request, err);
	return follow ? source_follow(path, err) : source_open(path, err);
}

/* Not there, but its folder is: a name that was mistyped in a folder is told
 * at once, and one that a writer will make is waited for. */
static bool may_come(const char *path)
{
	char *folder = mem_strdup(path), *slash = strrchr(folder, '/');
	struct stat st;
	bool may = access(path, F_OK) != 0 && errno == ENOENT;

	if (slash)
		slash[slash == folder] = '\0';
	may = may && stat(slash ? folder : ".", &st) == 0 &&
	      S_ISDIR(st.st_mode) && path[strlen(path) - 1] != '/';
	mem_free(folder);
	return may;
}

struct source *source_follow(const char *path, struct err *err)
{
	const struct stat file = { .st_mode = S_IFREG };
	struct source *s;
	struct stat st;

	if (url_is(path))
		return source_request(path, NULL, err);
	/* A writer of our own keeps a named pipe open between its writers. */
	if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
		return open_source(path, O_RDWR, err);
	if (strcmp(path, "-") != 0 && may_come(path))
		s = source_new(path, -1, &file);
	else
		s = open_source(path, O_RDONLY, err);
	if (s && !s->pipe)
		s->follow = follow_new(path);
	return s;
}

static void rewind_close(struct rewind *r)
{
	if (r->fd >= 0)
		close(r->fd);
	unpack_free(r->unpack);
	buf_release(&r->raw);
	buf_release(&r->out);
	*r = (struct rewind){ .fd = -1 };
}

void source_close(struct source *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	url_close(s->url);
	decoder_close(s->decoder);
	spool_free(s->spool);
	if (s->next_fd >= 0)
		close(s->next_fd);
	follow_free(s->follow);
	rewind_close(&s->again);
	unpack_free(s->unpack);
	buf_release(&s->raw);
	mem_free(s->path);
	mem_free(s);
}

void source_keep(struct source *s, uint64_t max_bytes)
{
	s->keep_bytes = max_bytes;
	if (s->spool)
		spool_limit(s->spool, max_bytes);
	if (max_bytes)
		return;
	spool_free(s->spool);
	s->spool = NULL;
}

/* A full disk costs the way back only: what comes is read on. */
static void spool(struct source *s, const char *bytes, size_t n)
{
	uint64_t at;

	if (!s->spool && s->keep_bytes && unpack_changes(s->unpack))
		s->spool = spool_new(s->keep_bytes);
	if (s->spool)
		spool_add(s->spool, bytes, n, &at, NULL);
}

/* One read that does not wait. Pipes keep their blocking mode, which other
 * processes may share: asking poll first does the same. A signal may end that
 * question (-1); then nothing is known, and read() might wait for good. */
static enum source_state read_raw(struct source *s, struct err *err)
{
	struct pollfd ready = { .fd = s->fd, .events = POLLIN };
	ssize_t n;

	if (s->fd < 0)
		return SOURCE_END; /* of nothing, so far */
	if (s->pipe && poll(&ready, 1, 0) <= 0)
		return SOURCE_WAIT;
	n = read(s->fd, buf_reserve(&s->raw, SOURCE_SLICE_BYTES),
		 SOURCE_SLICE_BYTES);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return SOURCE_WAIT;
	if (n < 0) {
		err_set(err, "%s: cannot be read at byte %llu: %s", s->path,
			(unsigned long long)s->done_bytes, strerror(errno));
		return SOURCE_ERROR;
	}
	s->raw.len += (size_t)n;
	s->done_bytes += (uint64_t)n;
	return n ? SOURCE_BYTES : SOURCE_END;
}

/* The followed file is there at last: it is read from its start. */
static enum source_state begin_at_last(struct source *s)
{
	if (s->next_fd < 0)
		return SOURCE_WAIT;
	s->fd = s->next_fd;
	s->next_fd = -1;
	return SOURCE_BYTES;
}

/* The end of what a followed file holds now. */
static enum source_state at_end(struct source *s, struct err *err)
{
	enum follow_state state;

	s->caught_up = true;
	if (s->next_fd >= 0) {
		/* what was written before it was replaced is read, too */
		err_set(err, "%s: was replaced; the new file is followed",
			s->path);
		return SOURCE_ANEW;
	}
	state = follow_check(s->follow, s->fd, s->done_bytes, &s->next_fd);
	if (s->fd < 0)
		return begin_at_last(s);
	if (state == FOLLOW_REPLACED)
		return SOURCE_BYTES; /* once more */
	if (state == FOLLOW_TRUNCATED) {
		s->cut = true;
		err_set(err, "%s: was cut after %llu bytes; it is read from "
			     "its start again",
			s->path, (unsigned long long)s->done_bytes);
		return SOURCE_ANEW;
	}
	return SOURCE_WAIT;
}

struct source *source_next(struct source *s)
{
	struct source *next;
	struct stat st;

	assert(s->next_fd >= 0);
	if (fstat(s->next_fd, &st) != 0)
		st = (struct stat){ .st_mode = S_IFREG };
	next = source_new(s->path, s->next_fd, &st);
	next->follow = s->follow;
	next->caught_up = true;
	s->follow = NULL;
	s->next_fd = -1;
	return next;
}

/* Says which source the archive's sentence is about. */
static enum source_state broken(struct source *s, struct err *err,
				const struct err *why)
{
	s->ended = true;
	err_set(err, "%s: %s", s->path, why->text);
	return SOURCE_ERROR;
}

static enum source_state unpack_some(struct source *s, struct buf *out,
				     struct err *err)
{
	size_t used = 0, from = out->len;
	struct err why = { "" };
	bool fine = unpack_bytes(s->unpack, s->raw.data + s->raw_used,
				 s->raw.len - s->raw_used, &used, out,
				 SOURCE_SLICE_BYTES, &why);

	s->raw_used += used;
	if (s->raw_used == s->raw.len) {
		buf_clear(&s->raw);
		s->raw_used = 0;
	}
	if (out->len > from)
		spool(s, out->data + from, out->len - from);
	if (!fine)
		return broken(s, err, &why);
	return out->len > from ? SOURCE_BYTES : SOURCE_WAIT;
}

/* At the end of a file: a few bytes may have been held back as the
 * beginning of an archive that never came. */
static enum source_state unpack_last(struct source *s, struct buf *out,
				     struct err *err)
{
	size_t from = out->len;
	struct err why = { "" };

	unpack_rest(s->unpack, out);
	if (out->len > from)
		spool(s, out->data + from, out->len - from);
	/* an answer that was cut off is no archive's fault */
	if (s->url && !url_end(s->url, &why))
		return broken(s, err, &why);
	if (s->decoder && !decoder_end(s->decoder, &why))
		return broken(s, err, &why);
	if (!unpack_end(s->unpack, &why))
		return broken(s, err, &why);
	return out->len > from ? SOURCE_BYTES : SOURCE_END;
}

enum source_state source_read(struct source *s, struct buf *out,
			      struct err *err)
{
	enum source_state state;

	if (s->ended)
		return SOURCE_END;
	while (true) {
		if (s->raw_used < s->raw.len || unpack_pending(s->unpack)) {
			state = unpack_some(s, out, err);
			if (state != SOURCE_WAIT)
				return state;
		}
		state = read_raw(s, err);
		if (state == SOURCE_END && s->follow)
			state = at_end(s, err);
		if (state == SOURCE_END)
			break;
		if (state == SOURCE_ANEW)
			s->ended = true;
		if (state != SOURCE_BYTES)
			return state;
	}
	s->ended = true;
	return unpack_last(s, out, err);
}

static bool pread_all(int fd, uint64_t offset,
		      uint64_t n, struct buf *out)
{
	while (n) {
		size_t want = (size_t)MIN(n, (uint64_t)SOURCE_AGAIN_BYTES);
		ssize_t got = pread(fd, buf_reserve(out, want), want,
				    (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		out->len += (size_t)got;
		offset += (uint64_t)got;
		n -= (uint64_t)got;
	}
	return true;
}

static bool rewind_open(struct source *s)
{
	rewind_close(&s->again);
	s->again.fd = open(s->path, O_RDONLY | O_CLOEXEC);
	s->again.unpack = unpack_new();
	return s->again.fd >= 0;
}

/* Unpacks a little further. */
static bool rewind_step(struct rewind *r)
{
	size_t used = 0;
	ssize_t n = 1;

	if (r->raw_used == r->raw.len && !unpack_pending(r->unpack)) {
		buf_clear(&r->raw);
		r->raw_used = 0;
		n = read(r->fd, buf_reserve(&r->raw, SOURCE_SLICE_BYTES),
			 SOURCE_SLICE_BYTES);
		r->raw.len = n > 0 ? (size_t)n : 0;
	}
	if (n == 0)
		unpack_rest(r->unpack, &r->out);
	if (n <= 0 ||
	    !unpack_bytes(r->unpack, r->raw.data + r->raw_used,
			  r->raw.len - r->raw_used, &used, &r->out,
			  SOURCE_SLICE_BYTES, NULL))
		r->ended = true;
	r->raw_used += used;
	return !r->ended;
}

/* From what was kept, if it is there. */
static bool again_from_spool(const struct source *s, uint64_t offset,
			     uint64_t n, struct buf *out)
{
	size_t before = out->len;
	bool fine = s->spool && spool_get(s->spool, offset, n, out, NULL);

	if (!fine)
		out->len = before;
	return fine;
}

static bool again_from_archive(struct source *s, uint64_t offset, uint64_t n,
			       struct buf *out)
{
	struct rewind *r = &s->again;

	if ((r->fd < 0 || r->ended || offset < r->out_offset) &&
	    !rewind_open(s))
		return false;
	while (n) {
		uint64_t skip = MIN(offset - r->out_offset,
				    (uint64_t)r->out.len);
		size_t take;

		buf_drop(&r->out, (size_t)skip);
		r->out_offset += skip;
		take = r->out_offset == offset ?
			       (size_t)MIN(n, (uint64_t)r->out.len) :
			       0;
		buf_append(out, r->out.data, take);
		offset += take;
		n -= take;
		if (n && !take && !rewind_step(r) && !r->out.len)
			return false;
	}
	return true;
}

bool source_again(struct source *s, uint64_t offset, uint64_t n,
		  struct buf *out, struct err *err)
{
	struct err why = { "" };
	bool fine;

	if (s->cut)
		fine = false;
	else if (s->pipe)
		fine = s->spool && spool_get(s->spool, offset, n, out, &why);
	else if (unpack_changes(s->unpack))
		fine = again_from_spool(s, offset, n, out) ||
		       again_from_archive(s, offset, n, out);
	else
		fine = pread_all(s->fd, offset, n, out);
	if (!fine && why.text[0])
		return err_set(err,
			       "%s: bytes %llu to %llu can't be had again: %s",
			       s->path, (unsigned long long)offset,
			       (unsigned long long)(offset + n), why.text);
	if (!fine)
		return err_set(err,
			       "%s: bytes %llu to %llu can't be had again; "
			       "did the file change? Open it anew",
			       s->path, (unsigned long long)offset,
			       (unsigned long long)(offset + n));
	return true;
}

int source_fd(const struct source *s)
{
	if (s->ended)
		return -1;
	return s->follow ? follow_fd(s->follow) : s->fd;
}

int source_wait_ms(const struct source *s)
{
	return s->follow && !s->ended ? follow_wait_ms(s->follow) : -1;
}

bool source_is_live(const struct source *s)
{
	return s->pipe || s->caught_up;
}

bool source_is_answer(const struct source *s)
{
	return s->url != NULL;
}

bool source_is_awaited(const struct source *s)
{
	return s->follow && s->fd < 0;
}

bool source_is_pipe(const struct source *s)
{
	return s->pipe;
}

const char *source_packing(const struct source *s)
{
	return unpack_name(s->unpack);
}

const char *source_name(const struct source *s)
{
	return s->path;
}

uint64_t source_done_bytes(const struct source *s)
{
	return s->done_bytes;
}

uint64_t source_total_bytes(const struct source *s)
{
	return s->caught_up ? 0 : s->total_bytes; /* it may grow */
}
