/*
 * Lines are found by memchr, elements of an array and loose values by the
 * scanner; which of them it is, the first bytes tell, as for the feed. Events
 * are taken for lines (one of several data lines is rare where records stand
 * alone).
 */
#include <string.h>

#include "dialect/detect.h"
#include "dialect/feed.h"

/* 16 bytes a record. */
struct place {
	uint64_t offset;
	uint32_t line;
	uint32_t len; /* longer ones are beyond FEED_RECORD_MAX_BYTES anyway */
};

enum { LINE_HEAD_BYTES = 16 }; /* enough to tell whether a line counts */

struct indexer {
	const struct format *forced;
	struct buf probe;
	size_t probed;
	bool known;    /* how records are framed */
	bool none;     /* there are no records */
	bool events;   /* each data line of server-sent events is a record */
	enum framing framing;
	struct scan scan;
	struct place *places;
	size_t n, cap;
	uint64_t at;   /* bytes seen */
	uint64_t line; /* 1-based, of the next byte */
	bool open;
	char head[LINE_HEAD_BYTES]; /* of the open line, without white space
				       before it and behind "data:" */
	size_t head_len;
	bool skip;     /* the open value is a word between records */
	uint64_t start, start_line;
};

struct indexer *indexer_new(const char *dialect)
{
	struct indexer *ix = mem_zalloc(sizeof(*ix));

	ix->forced = dialect && *dialect ? format_find(dialect) : NULL;
	if (ix->forced && ix->forced->refusal)
		ix->forced = NULL;
	ix->line = 1;
	return ix;
}

void indexer_free(struct indexer *ix)
{
	if (!ix)
		return;
	buf_release(&ix->probe);
	mem_free(ix->places);
	mem_free(ix);
}

static void add(struct indexer *ix, uint64_t end)
{
	uint64_t len = MIN(end - ix->start, (uint64_t)UINT32_MAX);

	ix->places = grow(ix->places, &ix->cap, ix->n + 1,
			  sizeof(*ix->places));
	ix->places[ix->n++] = (struct place){ ix->start,
					      (uint32_t)ix->start_line,
					      (uint32_t)len };
	ix->open = false;
}

/* Keeps the head of the open line. */
static void keep_head(struct indexer *ix, const char *s, size_t n)
{
	for (size_t i = 0; i < n && ix->head_len < LINE_HEAD_BYTES; i++) {
		bool space = s[i] == ' ' || s[i] == '\t' || s[i] == '\r';
		bool bare = ix->head_len == 0 ||
			    (ix->head_len == 5 &&
			     memcmp(ix->head, "data:", 5) == 0);

		if (!space || !bare)
			ix->head[ix->head_len++] = s[i];
	}
}

/* Is the open line a record? As the feed has it. */
static bool counts(const struct indexer *ix)
{
	const char *s = ix->head;
	size_t n = ix->head_len;

	if (ix->events && (n < 5 || memcmp(s, "data:", 5) != 0))
		return false;
	return frame_line(&s, &n) && !frame_is_done(s, n);
}

static void index_lines(struct indexer *ix, const char *s, size_t n)
{
	size_t at = 0;

	while (at < n) {
		const char *lf = memchr(s + at, '\n', n - at);
		size_t end = lf ? (size_t)(lf - s) : n;

		if (!ix->open) {
			ix->open = true;
			ix->head_len = 0;
			ix->start = ix->at + at;
			ix->start_line = ix->line;
		}
		keep_head(ix, s + at, end - at);
		if (!lf)
			break;
		if (counts(ix))
			add(ix, ix->at + end);
		ix->open = false;
		ix->line++;
		at = end + 1;
	}
	ix->at += n;
}

static void index_values(struct indexer *ix, const char *s, size_t n)
{
	size_t at = 0, counted = 0;
	enum scan_event event;

	while ((event = scan_next(&ix->scan, s, n, &at)) != SCAN_MORE) {
		if (event == SCAN_BEGIN) {
			bool junk = frame_is_junk(ix->framing, s[at]);

			ix->line += scan_count(s + counted, at - counted,
					       '\n');
			counted = at;
			ix->open = !junk || !ix->skip;
			ix->skip = junk;
			ix->start = ix->at + at;
			ix->start_line = ix->line;
		} else if (event == SCAN_END && ix->open) {
			add(ix, ix->at + at);
		}
	}
	ix->line += scan_count(s + counted, n - counted, '\n');
	ix->at += n;
}

static void index_bytes(struct indexer *ix, const char *s, size_t n)
{
	if (ix->framing == FRAMING_LINES)
		index_lines(ix, s, n);
	else
		index_values(ix, s, n);
}

static void settle(struct indexer *ix, bool whole)
{
	struct detected verdict = { 0 };
	enum detect_answer answer = detect(ix->probe.data, ix->probe.len,
					   whole, ix->forced, &ix->probed,
					   &verdict, NULL);

	if (answer == DETECT_MORE)
		return;
	ix->known = true;
	ix->framing = verdict.framing;
	ix->none = answer == DETECT_NO || verdict.framing == FRAMING_TEXT ||
		   verdict.framing == FRAMING_TEXT_LINES ||
		   verdict.framing == FRAMING_FRAMES;
	ix->events = verdict.framing == FRAMING_SSE;
	if (ix->events)
		ix->framing = FRAMING_LINES;
	ix->scan.array = verdict.framing == FRAMING_ARRAY;
	ix->at = verdict.skip;
	ix->line += scan_count(ix->probe.data, verdict.skip, '\n');
	if (!ix->none && ix->probe.len > verdict.skip)
		index_bytes(ix, ix->probe.data + verdict.skip,
			    ix->probe.len - verdict.skip);
	buf_release(&ix->probe);
}

void indexer_bytes(struct indexer *ix, const void *bytes, size_t n)
{
	if (ix->none || !n)
		return;
	if (ix->known) {
		index_bytes(ix, bytes, n);
		return;
	}
	buf_append(&ix->probe, bytes, n);
	settle(ix, false);
}

void indexer_end(struct indexer *ix)
{
	if (!ix->known)
		settle(ix, true);
	if (ix->open && (ix->framing != FRAMING_LINES || counts(ix)))
		add(ix, ix->at);
	ix->open = false;
}

size_t indexer_n(const struct indexer *ix)
{
	return ix->n;
}

struct record_place indexer_place(const struct indexer *ix, size_t i)
{
	const struct place *p = &ix->places[i];

	return (struct record_place){ p->offset, p->line, p->len };
}
