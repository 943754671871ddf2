/*
 * What is read from files, channel by channel, for tests/bench/formats.py: a
 * JSON object a file with its dialect, its generations in the order in which
 * they were complete, and the first trouble. Nothing is measured.
 *
 *	{"file":..,"dialect":..,"generations":[{"reasoning":..,"answer":..,
 *	 "tool":..,"finish":..}],"trouble":..}
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dialect/feed.h"
#include "input/source.h"
#include "json/json.h"

struct reader {
	struct buf generations;
	size_t n;
};

static struct run *on_open(void *ctx)
{
	(void)ctx;
	return run_new(&meter_opts_default);
}

/* A generation as an object; bytes that are no UTF-8 become U+FFFD. */
static void on_close(void *ctx, struct run *run)
{
	const struct trace *t = &run->trace;
	struct reader *r = ctx;
	struct buf text = { 0 };

	buf_puts(&r->generations, r->n++ ? ",{" : "{");
	for (enum channel c = 0; c < CHANNELS; c++) {
		buf_clear(&text);
		for (uint32_t i = 0; i < t->n_tokens; i++) {
			size_t len;
			const char *s = trace_token(t, i, &len);

			if (trace_channel(t, i) == c)
				buf_append(&text, s, len);
		}
		buf_printf(&r->generations, "\"%s\":", channel_name(c));
		json_put_string(&r->generations, text.data, text.len);
		buf_putc(&r->generations, ',');
	}
	buf_puts(&r->generations, "\"finish\":");
	json_put_string(&r->generations,
			t->facts.finish_reason ? t->facts.finish_reason : "",
			t->facts.finish_reason
				? strlen(t->facts.finish_reason) : 0);
	buf_putc(&r->generations, '}');
	buf_release(&text);
	run_free(run);
}

static void print_file(const char *path)
{
	struct reader r = { { 0 }, 0 };
	struct feed_sink sink = {
		.ctx = &r,
		.open = on_open,
		.close = on_close,
	};
	struct feed_opts opts = { .source = path };
	struct feed *feed = feed_new(&opts, &sink);
	struct buf bytes = { 0 }, line = { 0 };
	struct err err = { "" };
	const char *trouble;

	if (source_read_all(path, &bytes, &err) &&
	    feed_bytes(feed, bytes.data, bytes.len, NAN, &err))
		feed_end(feed, &err);
	trouble = err.text[0] ? err.text : feed_first_trouble(feed);
	buf_puts(&line, "{\"file\":");
	json_put_string(&line, path, strlen(path));
	buf_printf(&line, ",\"dialect\":\"%s\",\"generations\":[",
		   feed_dialect(feed));
	buf_append(&line, r.generations.data, r.generations.len);
	buf_puts(&line, "],\"trouble\":");
	json_put_string(&line, trouble, strlen(trouble));
	puts(buf_cstr((buf_putc(&line, '}'), &line)));
	feed_free(feed);
	buf_release(&r.generations);
	buf_release(&bytes);
	buf_release(&line);
}

/* Names of files come as lines. */
int main(void)
{
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		print_file(path);
	}
	return 0;
}
