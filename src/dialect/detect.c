/*
 * The order of questions:
 *
 *	lengths and their CRC      Amazon's event stream
 *	magic bytes                a binary: a sentence
 *	data: event: : id: retry:  server-sent events
 *	{                          JSON lines, or JSON values in a row
 *	[                          a JSON array
 *	"                          JSON lines, if two lines are strings
 *	0:" ... k:{                lettered lines of the AI SDK
 *	else                       a server's log: a sentence; or text
 *
 * What begins like one of them and isn't is text.
 *
 * Two dangers pull at it: to decide on too little (a log whose first line is
 * JSON, a text that begins with a brace), and to let somebody wait who watches
 * a live stream. So each question has the least amount that makes it sure, and
 * DETECT_MORE is answered only while more bytes can change the answer.
 */
#include "dialect/detect.h"

#include <string.h>

#include "dialect/eventstream.h"
#include "dialect/known.h"
#include "dialect/prefix.h"
#include "dialect/record.h"
#include "dialect/sse.h"

enum {
	EARLY_LINES = 16,     /* asked at each of the first lines */
	MAGIC_BYTES = 8,      /* no verdict on less, unless whole */
	RECORDS_LOOKED_AT = 64,
	TEXT_LINES = 4,       /* enough to tell a log from a text ... */
	TEXT_BYTES = 512,     /* ... or that many bytes */
	LOG_LINES = 2,        /* lines that make a server's log */
	PREFIXED_BYTES = 4096, /* of lines with times, before it is a text */
};

static const size_t sizes[] = { TEXT_BYTES, 4096, 16384, FEED_PROBE_BYTES };

struct probe {
	const char *s;
	size_t n;
	bool whole; /* nothing follows, or nothing more may be looked at */
	bool end;   /* nothing follows */
	const struct format *forced;
	struct detected *v;
	struct err *err;
	struct json json;
};

static bool begins(const char *s, size_t n, const char *word, size_t len)
{
	return n >= len && memcmp(s, word, len) == 0;
}

#define BEGINS(s, n, word) begins(s, n, word, sizeof(word) - 1)

static enum detect_answer refuse(struct probe *p, const char *what)
{
	err_set(p->err, "it %s", what);
	return DETECT_NO;
}

/* Who reads may be forced; how it is framed is for the bytes to say. */
static enum detect_answer settle(struct probe *p, const struct format *format,
				 enum framing framing)
{
	p->v->format = p->forced ? p->forced : format;
	p->v->framing = framing;
	if (p->v->format->refusal)
		return refuse(p, p->v->format->refusal);
	return DETECT_YES;
}

/* --- lines -------------------------------------------------------------- */

struct lines {
	const char *s, *end;
	bool whole;
	const char *lf; /* the next LF, or end; looked for once, so that lines
			   of CR alone cost their length */
};

/* The next complete line of the probe; false when there is none. */
static bool next_line(struct lines *l, const char **line, size_t *n)
{
	const char *stop;

	if (l->s == l->end)
		return false;
	if (!l->lf || l->lf < l->s) {
		l->lf = memchr(l->s, '\n', (size_t)(l->end - l->s));
		if (!l->lf)
			l->lf = l->end;
	}
	stop = memchr(l->s, '\r', (size_t)(l->lf - l->s));
	if (!stop)
		stop = l->lf;
	if (stop == l->end && !l->whole)
		return false;
	*line = l->s;
	*n = (size_t)(stop - l->s);
	if (l->end - stop > 1 && stop[0] == '\r' && stop[1] == '\n')
		stop++;
	l->s = stop < l->end ? stop + 1 : stop;
	return true;
}

static struct lines lines_of(const struct probe *p)
{
	return (struct lines){ p->s, p->s + p->n, p->whole, NULL };
}

/* Lines of a server's log among the first ones. */
static size_t n_log_lines(const struct probe *p)
{
	struct lines l = lines_of(p);
	const char *line;
	size_t n, found = 0;

	for (size_t i = 0; i < TEXT_LINES && next_line(&l, &line, &n); i++)
		found += known_log_line(line, n);
	return found;
}

static size_t n_lines(const struct probe *p)
{
	return scan_count(p->s, p->n, '\n');
}

/* --- JSON --------------------------------------------------------------- */

static bool reads(struct probe *p, const char *s, size_t n, bool cut)
{
	return json_read(&p->json, s, n, cut, NULL);
}

/* The dialect of what json holds: certain, or none. */
static const struct format *claimed(struct probe *p)
{
	const struct format *format = format_of(json_root(&p->json));

	return p->forced ? p->forced : format;
}

/* --- text --------------------------------------------------------------- */

/* The dialect of records in lines of a log ("12:00:01 data: {..."), or NULL;
 * *wait: more bytes may bring one. */
static const struct format *claimed_prefixed(struct probe *p, bool *wait)
{
	struct lines l = lines_of(p);
	const char *line;
	size_t n;

	*wait = false;
	for (size_t i = 0; i < RECORDS_LOOKED_AT && l.s < l.end; i++) {
		bool complete = next_line(&l, &line, &n);
		const struct format *format = NULL;
		struct prefix prefix;

		if (!complete) {
			line = l.s;
			n = (size_t)(l.end - l.s);
		}
		prefix = prefix_strip(&line, &n);
		if (prefix.carries && reads(p, line, n, !complete) &&
		    json_is_container(json_root(&p->json))) {
			format = complete || p->whole ? claimed(p) : NULL;
			*wait = true;
		}
		/* a lone object behind a time is the logger's own record */
		if (format && format != &format_jsonl &&
		    format->shape == FEED_STREAM)
			return format;
		*wait |= prefix.has_time && p->n < PREFIXED_BYTES;
		if (!complete)
			break;
	}
	return NULL;
}

static enum detect_answer text(struct probe *p)
{
	size_t lines = n_lines(p), log_lines = n_log_lines(p);
	bool wait;
	enum prefix_kind kind = p->forced ? PREFIX_NONE :
					    prefix_kind(p->s, p->n);
	const struct format *format;

	if (kind == PREFIX_POD || kind == PREFIX_CRI)
		return settle(p, &format_lines, FRAMING_TEXT_LINES);
	format = claimed_prefixed(p, &wait);
	if (format)
		return settle(p, format, FRAMING_PREFIXED);
	if (wait && !p->whole && log_lines < LOG_LINES)
		return DETECT_MORE;
	if (kind)
		return settle(p, &format_lines, FRAMING_TEXT_LINES);

	/* A log may begin with a line of its starter's; a live text must not
	 * wait longer than that. */
	if (!p->whole && p->n < TEXT_BYTES &&
	    (lines < (log_lines ? TEXT_LINES : LOG_LINES) ||
	     known_later(p->s, p->n)))
		return DETECT_MORE;
	if (p->forced) /* records by its name, whatever they begin with */
		return settle(p, p->forced, FRAMING_LINES);
	if (known_noise(p->s, p->n))
		return refuse(p, "is binary; see lilscope help formats");
	if (log_lines >= LOG_LINES)
		return refuse(p,
			      "is a server's log: it tells speeds but holds no "
			      "generated text; record the answer instead: curl "
			      "-N URL -d '{\"stream\":true,...}' "
			      "| tee run.sse");
	return settle(p, &format_text, FRAMING_TEXT);
}

/* --- records of lines --------------------------------------------------- */

/* Records of lines, or payloads of events, up to the first that is claimed.
 * *n_good: how many could be read at all. */
static const struct format *claimed_line(struct probe *p, size_t *n_good)
{
	struct lines l = lines_of(p);
	const char *line;
	size_t n;

	*n_good = 0;
	while (*n_good < RECORDS_LOOKED_AT && next_line(&l, &line, &n)) {
		const struct format *format;

		if (!frame_line(&line, &n))
			continue;
		/* the last line may be longer than the probe */
		if (!reads(p, line, n, false) &&
		    !(p->whole && l.s == l.end && reads(p, line, n, true)))
			continue;
		if (!json_is_container(json_root(&p->json)))
			continue;
		++*n_good;
		format = claimed(p);
		if (format)
			return format;
	}
	return NULL;
}

/* --- server-sent events ------------------------------------------------- */

static bool is_field(const char *s, size_t n)
{
	return BEGINS(s, n, "data:") || BEGINS(s, n, "event:") ||
	       BEGINS(s, n, "id:") || BEGINS(s, n, "retry:") ||
	       BEGINS(s, n, ":");
}

/* What the lines of the probe are. */
enum event_lines {
	NO_EVENTS,    /* a line that is no field, before anything is told */
	SOME_EVENTS,
	LINES_ALONE,  /* the empty lines between events are lost (grep) */
	LINES_OF_CR,  /* the same, and lines end with CR alone */
};

/*
 * A field of no interest tells nothing, and so does data that is no JSON
 * ("ping", ": PROCESSING"): servers send it to keep a connection alive. After
 * one JSON value as data the source is a stream for good; what looks like the
 * wire is never text.
 *
 * Data lines that are complete by themselves and follow each other without
 * an empty line are records of lines; if lines end with CR alone the feed
 * takes such an event apart. Several lines of one value (they are joined
 * with LF) begin with one that is not complete.
 */
static enum event_lines event_lines(struct probe *p)
{
	enum event_lines found = SOME_EVENTS;
	struct lines l = lines_of(p);
	bool told = false, complete = true, after_cr;
	size_t n, n_data = 0;
	const char *line;

	while (next_line(&l, &line, &n)) {
		if (!n) {
			told = told || (n_data && complete);
			n_data = 0;
			continue;
		}
		if (!is_field(line, n) && !told)
			return NO_EVENTS;
		after_cr = line > p->s && line[-1] == '\r';
		if (!BEGINS(line, n, "data:") || !frame_line(&line, &n) ||
		    (!n_data && line[0] != '{' && line[0] != '['))
			continue;
		if (n_data && complete && !told && reads(p, line, n, false)) {
			found = after_cr ? LINES_OF_CR : LINES_ALONE;
			told = true;
		}
		if (!n_data++)
			complete = reads(p, line, n, false);
	}
	return found;
}

/* The events of the probe, up to the first that a dialect claims. */
struct claim {
	struct probe *p;
	const struct format *format;
	size_t n_good;
	struct err error; /* of the server, in an event */
};

static void ask_event(void *ctx, const struct sse_event *event)
{
	struct claim *c = ctx;

	if (c->format || c->n_good == RECORDS_LOOKED_AT ||
	    !reads(c->p, event->data, event->len, false) ||
	    !json_is_container(json_root(&c->p->json)))
		return;
	c->n_good++;
	c->format = claimed(c->p);
	if (c->format == &format_jsonl && !c->p->forced)
		c->format = NULL;
	if (!c->format)
		record_error(json_root(&c->p->json), &c->error);
}

/* What each event of the probe comes to; named: with its name. */
static struct claim ask_events(struct probe *p, bool named,
			       void (*ask)(void *ctx,
					   const struct sse_event *event))
{
	struct claim claim = { .p = p };
	struct sse_sink sink = { &claim, ask, NULL };
	struct sse sse;

	sse_init(&sse, &sink, FEED_PROBE_BYTES, 1, 0);
	sse.named = named;
	sse_bytes(&sse, p->s, p->n);
	if (p->whole)
		sse_end(&sse);
	sse_release(&sse);
	return claim;
}

/* *error gets what a server told in place of an answer. */
static const struct format *claimed_event(struct probe *p, struct err *error)
{
	struct claim claim = ask_events(p, false, ask_event);

	*error = claim.error;
	return claim.format;
}

/* An event called so whose data is text is Replicate's; all of them have a
 * number. */
static void ask_output(void *ctx, const struct sse_event *event)
{
	struct claim *c = ctx;

	c->n_good += !strcmp(event->name, "output") &&
		     !(reads(c->p, event->data, event->len, false) &&
		       json_is_container(json_root(&c->p->json)));
}

static bool begins_output(struct probe *p)
{
	if (!BEGINS(p->s, p->n, "event: output\n") &&
	    !BEGINS(p->s, p->n, "event: output\r") &&
	    !BEGINS(p->s, p->n, "event: logs"))
		return false;
	return ask_events(p, true, ask_output).n_good > 0;
}

static enum detect_answer sse(struct probe *p)
{
	enum event_lines lines = event_lines(p);
	enum framing framing = lines == LINES_ALONE ? FRAMING_LINES :
						      FRAMING_SSE;
	const struct format *format;
	struct err error = { "" };
	size_t n_good;

	if (lines == NO_EVENTS)
		return text(p);
	if ((!p->forced || p->forced == &format_replicate) && begins_output(p))
		return settle(p, &format_replicate, FRAMING_NAMED);
	format = lines == SOME_EVENTS ? claimed_event(p, &error) :
					claimed_line(p, &n_good);
	if (format && (p->forced || format != &format_jsonl))
		return settle(p, format, framing);
	if (!p->whole)
		return DETECT_MORE;
	if (p->forced)
		return settle(p, p->forced, framing);
	if (error.text[0]) {
		err_set(p->err, "%s", error.text);
		return DETECT_NO;
	}
	return refuse(p, "holds server-sent events of no dialect that is "
			 "known here; extract the text (jq) and open that");
}

/* --- Amazon's event stream ---------------------------------------------- */

static enum detect_answer frames(struct probe *p)
{
	struct claim claim = { .p = p };
	struct eventstream_sink sink = { &claim, ask_event, NULL };
	struct eventstream e;

	eventstream_init(&e, &sink, 0);
	eventstream_bytes(&e, p->s, p->n);
	eventstream_release(&e);
	if (claim.format || p->forced)
		return settle(p, claim.format, FRAMING_FRAMES);
	if (!p->whole)
		return DETECT_MORE;
	if (claim.error.text[0])
		return err_set(p->err, "%s", claim.error.text), DETECT_NO;
	return refuse(p, "holds frames of an event stream, but of no dialect "
			 "that is known here");
}

/* --- lettered lines ----------------------------------------------------- */

/* Two lines of them are sure; one, if there is no more. */
static enum detect_answer coded(struct probe *p)
{
	struct lines l = lines_of(p);
	const char *line;
	size_t n, found = 0;

	while (found < 2 && next_line(&l, &line, &n)) {
		if (!n)
			continue;
		if (!frame_is_coded(line, n) ||
		    !reads(p, line + 2, n - 2, false))
			return text(p);
		found++;
	}
	if (found < 2 && !p->whole)
		return DETECT_MORE;
	return found ? settle(p, &format_aisdk, FRAMING_CODED) : text(p);
}

/* --- objects ------------------------------------------------------------ */

/* A line that is a whole object by itself, not indented. */
static bool has_object_line(struct probe *p)
{
	struct lines l = lines_of(p);
	const char *line;
	size_t n;

	while (next_line(&l, &line, &n))
		if (n && line[0] == '{' && reads(p, line, n, false))
			return true;
	return false;
}

/* The first value of the probe: its end, or 0 if it is not complete. */
static size_t first_value(const struct probe *p)
{
	struct scan sc = { 0 };
	size_t at = 0;

	scan_next(&sc, p->s, p->n, &at); /* where it begins */
	return scan_next(&sc, p->s, p->n, &at) == SCAN_END ? at : 0;
}

/* Is only white space between s[at] and the end of its line? */
static bool line_ends(const struct probe *p, size_t at)
{
	while (at < p->n && (p->s[at] == ' ' || p->s[at] == '\t' ||
			     p->s[at] == '\r'))
		at++;
	return at == p->n || p->s[at] == '\n';
}

/* Does the probe end between a CR and what tells whether lines end so? */
static bool ends_with_cr(const struct probe *p, size_t at)
{
	return !p->whole && p->s[p->n - 1] == '\r' && line_ends(p, at);
}

/* JSON lines or values in a row? Certain, more, or no JSON at all. */
static enum detect_answer object_framing(struct probe *p,
					 enum framing *framing)
{
	const char *lf = memchr(p->s, '\n', p->n);
	size_t end = first_value(p);
	bool one_line = !lf || (end && p->s + end <= lf);

	*framing = one_line ? FRAMING_LINES : FRAMING_JSON;
	if (end && reads(p, p->s, end, false)) {
		if (ends_with_cr(p, end))
			return DETECT_MORE;
		if (one_line && !line_ends(p, end))
			*framing = FRAMING_JSON;
		return DETECT_YES;
	}
	if (lf && has_object_line(p)) {
		*framing = FRAMING_LINES; /* its first line is broken */
		return DETECT_YES;
	}
	if (!p->whole)
		return DETECT_MORE;
	/* broken or longer than the probe: JSON if it begins so */
	if (reads(p, p->s, p->n, true) || BEGINS(p->s, p->n, "{\""))
		return DETECT_YES;
	return DETECT_NO;
}

/* The dialect of the first values, the last of them perhaps cut: of the first
 * that is claimed as more than prompts and generations, or else as that. */
static const struct format *claimed_value(struct probe *p)
{
	const struct format *weak = NULL;
	struct scan sc = { 0 };
	size_t at = 0, start = 0;

	for (size_t i = 0; i < RECORDS_LOOKED_AT; i++) {
		const struct format *format = NULL;
		bool complete;

		scan_next(&sc, p->s, p->n, &at);
		start = at;
		complete = scan_next(&sc, p->s, p->n, &at) == SCAN_END;
		if (!complete)
			at = p->n;
		if (start < at &&
		    reads(p, p->s + start, at - start, !complete))
			format = claimed(p);
		if (format && format != &format_jsonl)
			return format;
		weak = weak ? weak : format;
		if (!complete)
			break;
	}
	return weak;
}

/* Is all that there is the beginning of one value? That is what a model wrote
 * that was made to write JSON, and looped in it. */
static bool is_one_open_value(struct probe *p)
{
	return p->end && !first_value(p) && !has_object_line(p) &&
	       reads(p, p->s, p->n, true);
}

static enum detect_answer object(struct probe *p)
{
	enum framing framing;
	enum detect_answer answer = object_framing(p, &framing);
	const struct format *format;
	size_t n_good;

	if (answer == DETECT_NO)
		return text(p);
	if (answer == DETECT_MORE)
		return answer;
	format = framing == FRAMING_LINES ? claimed_line(p, &n_good) : NULL;
	if (!format)
		format = claimed_value(p);
	if (format)
		return settle(p, format, framing);
	if (!p->whole)
		return DETECT_MORE;
	return is_one_open_value(p) ? text(p) :
				      settle(p, &format_jsonl, framing);
}

/* --- arrays and strings ------------------------------------------------- */

/* Whose elements are they? Those that are complete are asked first. */
static const struct format *claimed_element(struct probe *p)
{
	struct scan sc = { .array = true };
	size_t at = 0, start = 0;
	enum scan_event event;

	while ((event = scan_next(&sc, p->s, p->n, &at)) != SCAN_MORE) {
		const struct format *format;

		if (event == SCAN_BEGIN)
			start = at;
		if (event != SCAN_END || !reads(p, p->s + start, at - start,
						 false))
			continue;
		format = claimed(p);
		if (format)
			return format;
	}
	if (p->whole && start && reads(p, p->s + start, p->n - start, true))
		return claimed(p);
	return NULL;
}

/* It begins like an array but is none: JSON lines whose first is broken, or
 * text. */
static enum detect_answer no_array(struct probe *p)
{
	const struct format *format;
	size_t n_good;

	if (!has_object_line(p))
		return text(p);
	format = claimed_line(p, &n_good);
	return settle(p, format ? format : &format_jsonl, FRAMING_LINES);
}

static enum detect_answer array(struct probe *p)
{
	struct json_value first;
	const struct format *format;

	if (!reads(p, p->s, p->n, true))
		return BEGINS(p->s, p->n, "[{\"") || BEGINS(p->s, p->n, "[\"") ?
			       settle(p, &format_jsonl, FRAMING_ARRAY) :
			       no_array(p);
	first = json_at(json_root(&p->json), 0);
	if (!first.doc)
		return p->whole ? text(p) : DETECT_MORE;
	if (!json_is_container(first) && !json_is(first, JSON_STRING))
		return no_array(p); /* [1] is a footnote */
	format = claimed_element(p);
	if (format)
		return settle(p, format, FRAMING_ARRAY);
	return p->whole ? settle(p, &format_jsonl, FRAMING_ARRAY) : DETECT_MORE;
}

/* Prose may begin with a quote; only two lines of one JSON string each are
 * JSON lines. */
static enum detect_answer strings(struct probe *p)
{
	struct lines l = lines_of(p);
	const char *line;
	size_t n, found = 0;

	while (found < 2 && next_line(&l, &line, &n)) {
		if (!frame_line(&line, &n))
			continue;
		if (!reads(p, line, n, false) ||
		    !json_is(json_root(&p->json), JSON_STRING))
			return text(p);
		found++;
	}
	if (found == 2)
		return settle(p, &format_jsonl, FRAMING_LINES);
	return p->whole ? text(p) : DETECT_MORE;
}

/* --- all together ------------------------------------------------------- */

/* Bytes of a byte order mark and of an HTTP answer's head (curl -i). */
static size_t skip_head(const char *s, size_t n, bool whole, bool *more)
{
	size_t at = BEGINS(s, n, "\xef\xbb\xbf") ? 3 : 0;

	*more = !whole && n < MAGIC_BYTES;
	while (BEGINS(s + at, n - at, "HTTP/")) {
		size_t end = at;

		while (end + 4 <= n && memcmp(s + end, "\r\n\r\n", 4) != 0)
			end++;
		if (end + 4 > n) {
			*more = !whole;
			return at;
		}
		at = end + 4;
		*more = !whole && n - at < MAGIC_BYTES;
	}
	return at;
}

/* The verdict over exactly this prefix. Text keeps the white space that it
 * begins with; for all else it is not there. */
static enum detect_answer ask(struct probe *p)
{
	const char *binary = known_binary(p->s, p->n);
	size_t space = scan_space(p->s, p->n);
	const struct format *lines = p->forced ? NULL :
						 known_lines(p->s, p->n);
	bool made_of_text = p->forced && p->forced->bytes, more;

	if (!made_of_text && eventstream_begins(p->s, p->n, &more))
		return frames(p);
	if (!made_of_text && more && !p->whole)
		return DETECT_MORE;
	if (binary && !p->forced)
		return refuse(p, binary);
	if (!p->forced && known_cassette(p->s, p->n))
		return settle(p, &format_vcr, FRAMING_TEXT);
	if (lines)
		return settle(p, lines, FRAMING_TEXT_LINES);
	if (space == p->n && !p->whole)
		return DETECT_MORE;
	if (space == p->n)
		return refuse(p, p->n ? "holds nothing but white space" :
					"is empty");
	if (made_of_text)
		return settle(p, p->forced, p->forced->by_line ?
			      FRAMING_TEXT_LINES : FRAMING_TEXT);
	p->s += space;
	p->n -= space;
	if (p->s[0] == '{')
		return object(p);
	if (p->s[0] == '[')
		return array(p);
	if (p->s[0] == '"')
		return strings(p);
	if ((!p->forced || p->forced == &format_aisdk) &&
	    frame_is_coded(p->s, p->n))
		return coded(p);
	if (is_field(p->s, p->n) || (!p->whole && p->n < MAGIC_BYTES))
		return sse(p);
	p->s -= space;
	p->n += space;
	return text(p);
}

/*
 * The next place behind `from` where the verdict is asked, 0 if it is not
 * there yet: line ends, rarer and rarer, and a few sizes. The answer depends
 * on how much is there, so that must be settled by the text, not by how it was
 * cut into reads; and line ends are where records become whole. Rarer, because
 * each question looks at all of it again: so their sum stays linear.
 */
static size_t next_place(const char *s, size_t n, size_t from)
{
	size_t lines = scan_count(s, from, '\n') + scan_count(s, from, '\r');

	for (size_t at = from; at < n; at++) {
		bool end = s[at] == '\n' || s[at] == '\r';

		lines += end;
		if (end && (lines <= EARLY_LINES || !(lines & (lines - 1))))
			return at + 1;
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
			if (at + 1 == sizes[i])
				return at + 1;
	}
	return 0;
}

static enum detect_answer ask_at(const char *s, size_t n, bool whole,
				 const struct format *forced,
				 struct detected *verdict, struct err *err)
{
	bool more;
	size_t skip = skip_head(s, n, whole, &more);
	struct probe p = {
		.s = s + skip,
		.n = n - skip,
		.whole = whole,
		.end = whole && n < FEED_PROBE_BYTES,
		.forced = forced,
		.v = verdict,
		.err = err,
	};
	enum detect_answer answer;

	verdict->skip = skip;
	if (more)
		return DETECT_MORE;
	answer = ask(&p);
	json_release(&p.json);
	return answer;
}

enum detect_answer detect(const char *s, size_t n, bool whole,
			  const struct format *forced, size_t *from,
			  struct detected *verdict, struct err *err)
{
	size_t place;

	if (!n)
		s = "";
	while ((place = next_place(s, MIN(n, (size_t)FEED_PROBE_BYTES),
				   *from))) {
		enum detect_answer answer =
			ask_at(s, place, place == FEED_PROBE_BYTES, forced,
			       verdict, err);

		if (answer != DETECT_MORE)
			return answer;
		*from = place;
	}
	if (!whole)
		return DETECT_MORE;
	return ask_at(s, n, true, forced, verdict, err);
}
