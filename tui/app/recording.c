/* Generations that are written down while they come, each by a recorder. */
#include "app/recording.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "report/recorder.h"
#include "system/clock.h"
#include "system/file.h"

enum { RECORDINGS_MAX = 256 }; /* open files */

struct recording {
	size_t i_entry;
	char *path;
	struct recorder *recorder;
};

static struct recording *find(const struct app *app, size_t i)
{
	for (size_t k = 0; k < app->recordings.n; k++)
		if (app->recordings.rows[k].i_entry == i)
			return &app->recordings.rows[k];
	return NULL;
}

bool recording_is(const struct app *app, size_t i)
{
	return find(app, i) != NULL;
}

static const struct err in_time = { "" }; /* nothing failed */

/* Also for who shows no status line. */
static void complain(struct app *app, const char *trouble)
{
	struct recordings *all = &app->recordings;

	app_complain(app, "%s", trouble);
	if (!all->n_trouble++)
		snprintf(all->trouble, sizeof(all->trouble), "%s", trouble);
}

/* Ends and forgets it; says what became of it: before is why it ends, or
 * in_time. */
static void finish(struct app *app, struct recording *rec,
		   const struct err *before)
{
	const struct run *run = deck_kept(app->deck, rec->i_entry);
	struct err err = { "" };
	char tokens[NUM_BYTES];
	bool good;

	num_count(tokens, run ? run->trace.n_tokens :
				recorder_n_tokens(rec->recorder));
	good = recorder_close(rec->recorder, run, &err);
	if (before->text[0])
		complain(app, before->text);
	else if (good)
		app_say(app, "recorded %s tokens in %s", tokens, rec->path);
	else
		complain(app, err.text);
	mem_free(rec->path);
	*rec = app->recordings.rows[--app->recordings.n];
}

void recording_start(struct app *app, size_t i, const char *path, bool over)
{
	const struct run *run = deck_kept(app->deck, i);
	struct err err = { "" };
	struct recording rec = { .i_entry = i };

	if (!run || app->recordings.n == RECORDINGS_MAX) {
		app_complain(app, run ? "no more than %d recordings at once" :
					"there is nothing to record",
			     RECORDINGS_MAX);
		return;
	}
	rec.recorder = recorder_open(path, over, &err);
	if (!rec.recorder) {
		complain(app, err.text);
		return;
	}
	rec.path = mem_strdup(path);
	app->recordings.rows = grow(app->recordings.rows, &app->recordings.cap,
			       app->recordings.n + 1, sizeof(rec));
	app->recordings.rows[app->recordings.n++] = rec;
	app->recordings.n_begun++;
	app_say(app, "recording to %s", path);
	if (run->ended)
		finish(app, &app->recordings.rows[app->recordings.n - 1],
		       &in_time);
}

void recording_stop(struct app *app, size_t i)
{
	struct recording *rec = find(app, i);

	if (rec)
		finish(app, rec, &in_time);
}

/* "run.jsonl.zst" is "run-2.jsonl.zst" for the second generation. */
static void numbered(const char *path, size_t number, struct buf *out)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t stem = (size_t)(name - path) + strcspn(name, ".");

	buf_append(out, path, stem);
	if (number > 1)
		buf_printf(out, "-%zu", number);
	buf_puts(out, path + stem);
}

/* --record: every generation that comes, in a file of its own. */
static void start_new(struct app *app)
{
	while (app->set.show.record[0] &&
	       app->recordings.n_seen < deck_n(app->deck)) {
		size_t i = app->recordings.n_seen;
		const struct run *run = deck_kept(app->deck, i);
		struct buf path = { 0 };

		if (run && !run->trace.n_tokens && !run->ended)
			return; /* nothing is known of it yet */
		app->recordings.n_seen++;
		if (!run)
			continue; /* it stands in a file already */
		numbered(app->set.show.record, i + 1, &path);
		recording_start(app, i, buf_cstr(&path), false);
		buf_release(&path);
	}
}

bool recording_work(struct app *app)
{
	double now = now_s();
	bool any = false;

	start_new(app);
	for (size_t k = app->recordings.n; k-- > 0;) {
		struct recording *rec = &app->recordings.rows[k];
		const struct run *run = deck_kept(app->deck, rec->i_entry);
		struct err err = { "" };
		bool more = false;

		if (run)
			recorder_work(rec->recorder, run, now, &more, &err);
		if (!run || err.text[0] || (run->ended && !more))
			finish(app, rec, &err);
		any |= more;
	}
	return any;
}

double recording_wait_s(const struct app *app)
{
	double least = -1, now = app->recordings.n ? now_s() : 0;

	for (size_t k = 0; k < app->recordings.n; k++) {
		double wait = recorder_wait_s(app->recordings.rows[k].recorder,
					      now);

		if (wait >= 0 && (least < 0 || wait < least))
			least = wait;
	}
	return least;
}

void recording_end(struct app *app)
{
	while (app->recordings.n)
		finish(app, &app->recordings.rows[app->recordings.n - 1],
		       &in_time);
	mem_free(app->recordings.rows);
	app->recordings.rows = NULL;
	app->recordings.cap = 0;
}
