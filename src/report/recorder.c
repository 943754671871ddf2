/*
 * The run's new tokens become lines, packed or not, that are flushed by the
 * clock: a file that is read or lost at any moment should miss little.
 */
#include "report/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/zst.h"
#include "system/output.h"
#include "trace/native.h"

struct recorder {
	char *path;
	int fd;
	struct zst_enc *enc;     /* NULL: not packed */
	struct native_writer writer;
	bool began;              /* the header is written */
	uint32_t n_tokens;
	struct buf lines;        /* scratch */
	struct buf out;          /* bytes of the file that wait */
	bool waiting;            /* something was taken since the last flush */
	double flushed_s;
};

static bool is_packed(const char *path)
{
	size_t n = strlen(path);

	return n > 4 && strcmp(path + n - 4, ".zst") == 0;
}

struct recorder *recorder_open(const char *path, bool over, struct err *err)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (over ? O_TRUNC : O_EXCL);
	int fd = open(path, flags, 0666);
	struct recorder *r;

	if (fd < 0) {
		err_set(err, "%s: %s", path,
			errno == EEXIST ? "exists already" : strerror(errno));
		return NULL;
	}
	r = mem_zalloc(sizeof(*r));
	r->path = mem_strdup(path);
	r->fd = fd;
	if (is_packed(path))
		r->enc = zst_enc_new(ZST_LEVEL_DEFAULT);
	return r;
}

/* --- lines -------------------------------------------------------------- */

static void put_header(struct recorder *r, const struct run *run)
{
	const struct trace *t = &run->trace;

	native_header(&r->writer, &r->lines, &t->facts, &t->prompt, NULL,
		      t->tokens_by);
	if (t->n_prompt_ends)
		native_prompt_ends(&r->lines, t->prompt_end,
				   t->n_prompt_ends);
	r->began = true;
}

/* Takes at most `most` tokens; true if there are more. */
static bool take(struct recorder *r, const struct run *run, uint32_t most)
{
	const struct trace *t = &run->trace;
	uint32_t end = r->n_tokens + MIN(t->n_tokens - r->n_tokens, most);

	/* the facts are known with the first token */
	if (!r->began && (t->n_tokens || run->ended))
		put_header(r, run);
	while (r->n_tokens < end)
		native_trace_token(&r->writer, &r->lines, t, r->n_tokens++);
	return r->n_tokens < t->n_tokens;
}

/* The lines go on towards the file. */
static void pack(struct recorder *r)
{
	if (!r->lines.len)
		return;
	r->waiting = true;
	if (r->enc)
		zst_enc_push(r->enc, r->lines.data, r->lines.len, &r->out);
	else
		buf_append(&r->out, r->lines.data, r->lines.len);
	buf_clear(&r->lines);
}

/* --- the file ----------------------------------------------------------- */

static bool write_out(struct recorder *r, struct err *err)
{
	if (!write_all(r->fd, r->out.data, r->out.len))
		return err_set(err, "%s: can't be written: %s", r->path,
			       strerror(errno));
	buf_clear(&r->out);
	return true;
}

bool recorder_work(struct recorder *r, const struct run *run, double now_s,
		   bool *more, struct err *err)
{
	*more = take(r, run, RECORDER_SLICE_TOKENS);
	if (!r->waiting)
		r->flushed_s = now_s; /* from here on something may wait */
	pack(r);
	if (r->waiting && now_s - r->flushed_s >= RECORDER_FLUSH_S) {
		if (r->enc)
			zst_enc_flush(r->enc, &r->out);
		r->waiting = false;
		r->flushed_s = now_s;
		return write_out(r, err);
	}
	return true;
}

double recorder_wait_s(const struct recorder *r, double now_s)
{
	return r->waiting ? fmax(0, r->flushed_s + RECORDER_FLUSH_S - now_s) :
			    -1;
}

uint32_t recorder_n_tokens(const struct recorder *r)
{
	return r->n_tokens;
}

bool recorder_close(struct recorder *r, const struct run *run,
		    struct err *err)
{
	bool good;

	while (run && take(r, run, RECORDER_SLICE_TOKENS))
		pack(r);
	if (run && run->ended && r->began)
		native_end(&r->writer, &r->lines, &run->trace.facts);
	pack(r);
	if (r->enc)
		zst_enc_end(r->enc, &r->out);
	good = write_out(r, err);
	if (close(r->fd) < 0 && good)
		good = err_set(err, "%s: can't be written: %s", r->path,
			       strerror(errno));
	zst_enc_free(r->enc);
	buf_release(&r->lines);
	buf_release(&r->out);
	mem_free(r->path);
	mem_free(r);
	return good;
}
