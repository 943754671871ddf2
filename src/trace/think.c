/*
 * The scanner looks at each byte once. A mark begins with '<' or '[' and is
 * at most THINK_MARK_MAX bytes; when the text ends inside what may become
 * one, the scan waits there for the next call.
 *
 *	text    ... so x = 7.</think>The answer is 7.
 *	                     ^ mark ends here: tokens up to its last byte are
 *	                       reasoning, those with what follows are answer
 */
#include "trace/think.h"

#include <string.h>

#include "base/fence.h"

enum { THINK_MARK_MAX = 40 };

enum mark_kind { OPENS, CALLS /* a tool */, CLOSES };

/* A mark closes what is of its family. From PLAIN on they are words of any
 * text, and marks only where the text begins with one that opens; FOLDED ones
 * are HTML, and marks where a line outside of code begins with one; so is the
 * one that closes, or the first within a line where none does before another
 * <details> begins or the text ends (details.c has the same of whole texts). */
enum mark_family { THINK, MISTRAL, SOLUTION, COHERE, HARMONY, SEED,
		   PLAIN, THOUGHT = PLAIN, REASONING, FOLDED };

struct think_mark {
	const char *text;
	enum mark_kind kind;
	enum mark_family family;
	const char *shut; /* what ends the reasoning that it opens, up to the
			     answer's first word */
};

static const struct think_mark marks[] = {
	{ "<think>", OPENS, THINK, "\n</think>\n\n" },
	{ "</think>", CLOSES, THINK, NULL },
	{ "<thinking>", OPENS, THINK, "\n</thinking>\n\n" },
	{ "</thinking>", CLOSES, THINK, NULL },
	{ "<thought>", OPENS, THOUGHT, "\n</thought>\n\n" },
	{ "</thought>", CLOSES, THOUGHT, NULL },
	{ "<reasoning>", OPENS, REASONING, "\n</reasoning>\n\n" },
	{ "</reasoning>", CLOSES, REASONING, NULL },
	{ "<seed:think>", OPENS, SEED, "\n</seed:think>" },
	{ "</seed:think>", CLOSES, SEED, NULL },
	{ "<|START_THINKING|>", OPENS, COHERE,
	  "<|END_THINKING|><|START_RESPONSE|>" },
	{ "<|END_THINKING|>", CLOSES, COHERE, NULL },
	{ "<|START_RESPONSE|>", CLOSES, COHERE, NULL },
	{ "[THINK]", OPENS, MISTRAL, "[/THINK]" },
	{ "[/THINK]", CLOSES, MISTRAL, NULL },
	{ "<|begin_of_thought|>", OPENS, SOLUTION,
	  "\n<|end_of_thought|>\n\n<|begin_of_solution|>\n" },
	{ "<|end_of_thought|>", CLOSES, SOLUTION, NULL },
	{ "<|begin_of_solution|>", CLOSES, SOLUTION, NULL },
	{ "<|channel|>analysis", OPENS, HARMONY,
	  "<|end|><|start|>assistant<|channel|>final<|message|>" },
	{ "<|channel|>final", CLOSES, HARMONY, NULL },
	{ "<|channel|>commentary", CLOSES, HARMONY, NULL },
	{ "<details type=\"reasoning\"", OPENS, FOLDED, "\n</details>\n" },
	{ "<details type='reasoning'", OPENS, FOLDED, "\n</details>\n" },
	{ "<details type=\"tool_calls\"", CALLS, FOLDED, NULL },
	{ "<details type='tool_calls'", CALLS, FOLDED, NULL },
	{ "<details type=\"code_interpreter\"", CALLS, FOLDED, NULL },
	{ "<details type='code_interpreter'", CALLS, FOLDED, NULL },
	{ "</details>", CLOSES, FOLDED, NULL },
};

/* The lines of a text so far. */
struct fences {
	size_t at; /* those before it were looked at */
	struct fence fence;
};

/* What the marks up to some place in a text say. */
struct marked {
	const struct think_mark *open; /* what opened, or NULL */
	size_t opened_at; /* the byte where it begins */
	size_t within; /* where the first that may close it ends, though it is
			  within a line; 0: none */
	bool named;    /* no more FOLDED ones: nothing closes them */
	struct fences fences;
};

struct think {
	size_t at;       /* bytes looked at */
	uint32_t opened; /* token at which the open reasoning began */
	bool seen;       /* any mark so far */
	struct marked marked;
};

struct think *think_new(void)
{
	return mem_zalloc(sizeof(struct think));
}

void think_free(struct think *think)
{
	mem_free(think);
}

/* The mark at s[0..n), or NULL; *more when s may be the start of one. */
static const struct think_mark *mark_at(const char *s, size_t n, bool *more)
{
	*more = false;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t len;

		/* as nearly all that begins with a bracket does */
		if (n > 1 && s[1] != marks[i].text[1])
			continue;
		len = strlen(marks[i].text);
		if (n >= len && memcmp(s, marks[i].text, len) == 0)
			return &marks[i];
		if (n < len && memcmp(s, marks[i].text, n) == 0)
			*more = true;
	}
	return NULL;
}

/* The first token behind a mark that ended at byte `end`. Tokens are not cut:
 * one with the mark's last byte and blanks (">\n\n") is still the mark's, one
 * with words of what follows is theirs. */
static uint32_t token_behind(const struct trace *t, size_t end)
{
	uint32_t last = trace_token_at(t, end - 1);

	for (size_t i = end; i < t->end[last]; i++)
		if (!strchr(" \t\r\n", t->text.data[i]))
			return last;
	return last + 1;
}

static bool is_blank(const char *s, size_t n)
{
	while (n && strchr(" \t\r\n", s[n - 1]))
		n--;
	return !n;
}

/* Is text[at..) within a block of code? Each line is asked about once. */
static bool is_code(struct fences *f, const char *text, size_t at)
{
	const char *lf;

	while (f->at < at && (lf = memchr(text + f->at, '\n', at - f->at))) {
		fence_line(&f->fence, text + f->at,
			   (size_t)(lf - text) - f->at);
		f->at = (size_t)(lf - text) + 1;
	}
	return f->fence.open != '\0';
}

/* Is there nothing but blanks before text[at..) in its line? */
static bool begins_line(const char *text, size_t at)
{
	while (at && (text[at - 1] == ' ' || text[at - 1] == '\t'))
		at--;
	return !at || text[at - 1] == '\n';
}

/* Does a mark at text[start..) count? */
static bool counts(struct marked *p, const struct think_mark *mark,
		   const char *text, size_t start)
{
	if (p->open)
		return mark->kind == CLOSES &&
		       mark->family == p->open->family &&
		       (mark->family != FOLDED || begins_line(text, start));
	if (mark->family == FOLDED)
		return mark->kind != CLOSES && !p->named &&
		       (start == p->fences.at || text[start - 1] == '\n') &&
		       !is_code(&p->fences, text, start);
	return mark->family < PLAIN ||
	       (mark->kind == OPENS && is_blank(text, start));
}

/* One that does not, and ends at byte `end`. */
static void pass(struct marked *p, const struct think_mark *mark, size_t end)
{
	if (mark->kind == CLOSES && mark->family == FOLDED && p->open &&
	    p->open->family == FOLDED && !p->within)
		p->within = end;
}

/* Does what begins at text[at..), n bytes, say that the one within a line was
 * the one that closed? */
static bool says_within(const struct marked *p, const char *text, size_t at,
			size_t n)
{
	return p->within && text[at - 1] == '\n' &&
	       bytes_begin(text + at, n, "<details");
}

/* What is open was closed, by what ended at byte `end`. */
static void shut(struct marked *p, size_t end)
{
	if (p->open->family == FOLDED)
		p->fences = (struct fences){ .at = end };
	p->open = NULL;
	p->within = 0;
}

static enum channel channel_of(const struct think_mark *mark)
{
	return mark && mark->kind == CALLS ? CHANNEL_TOOL : CHANNEL_REASONING;
}

/* Tokens from `from` on that are of one channel become another's. */
static void turn(struct trace *t, uint32_t from, enum channel was,
		 enum channel now)
{
	uint32_t end = t->n_tokens;

	for (size_t i = t->n_spans; i > 0 && end > from; i--) {
		struct span span = t->spans[i - 1];

		if (span.channel == was)
			trace_relabel(t, MAX(span.start, from), end, now);
		end = span.start;
	}
}

/* What is open was closed by a mark that ended at byte `end`. */
static void close_at(struct think *th, struct trace *t, size_t end)
{
	enum channel channel = channel_of(th->marked.open);
	uint32_t next = token_behind(t, end);

	trace_relabel(t, th->opened, next, channel);
	turn(t, next, channel, CHANNEL_ANSWER);
	shut(&th->marked, end);
}

/* A mark ended at byte `end`: relabel what it closes, or open; HTML in what is
 * reasoning already is a part of it. */
static void apply(struct think *th, struct trace *t,
		  const struct think_mark *mark, size_t start, size_t end)
{
	if (!counts(&th->marked, mark, t->text.data, start) ||
	    (mark->family == FOLDED && !th->marked.open &&
	     trace_channel(t, trace_token_at(t, start)) != CHANNEL_ANSWER)) {
		pass(&th->marked, mark, end);
		return;
	}
	if (mark->kind != CLOSES) {
		th->marked.open = mark;
		th->marked.opened_at = start;
		th->opened = trace_token_at(t, start);
		turn(t, th->opened, CHANNEL_ANSWER, channel_of(mark));
	} else if (th->marked.open) {
		close_at(th, t, end);
	} else if (!th->seen) {
		uint32_t next = token_behind(t, end);

		trace_relabel(t, 0, next, CHANNEL_REASONING);
		trace_relabel(t, next, t->n_tokens, CHANNEL_ANSWER);
	}
	th->seen = true;
}

/* Where in text[at..n) a mark may begin, or up to where none does: a search for
 * one of the two goes no further than FAR, as the other may be near. */
static size_t next_sign(const char *text, size_t at, size_t n)
{
	enum { FEW = 16, FAR = 4096 };
	size_t end = MIN(n, at + FEW);
	const char *angle, *square;

	while (at < end && text[at] != '<' && text[at] != '[')
		at++;
	if (at < end || at == n)
		return at;
	n = MIN(n, at + FAR);
	angle = memchr(text + at, '<', n - at);
	n = angle ? (size_t)(angle - text) : n;
	square = memchr(text + at, '[', n - at);
	return square ? (size_t)(square - text) : n;
}

size_t think_plain(const struct think *th, const struct trace *t,
		   const char *text, size_t n)
{
	return th->at == t->text.len ? next_sign(text, 0, n) : 0;
}

enum channel think_scan(struct think *th, struct trace *t,
			enum channel given)
{
	const char *text = t->text.data;

	while (th->at < t->text.len) {
		const struct think_mark *mark;
		size_t left;
		bool more;

		/* if there is none the next byte is no mark either */
		th->at = next_sign(text, th->at, t->text.len);
		left = t->text.len - th->at;
		if (!left)
			break;
		if (says_within(&th->marked, text, th->at, left)) {
			th->at = th->marked.within;
			close_at(th, t, th->at);
			continue;
		}
		mark = mark_at(text + th->at, MIN(left, THINK_MARK_MAX), &more);
		if (mark) {
			size_t len = strlen(mark->text);

			apply(th, t, mark, th->at, th->at + len);
			th->at += len;
		} else if (more) {
			break;
		} else {
			th->at++;
		}
	}
	if (!th->seen || given != CHANNEL_ANSWER)
		return given;
	return th->marked.open ? channel_of(th->marked.open) : CHANNEL_ANSWER;
}

void think_end(struct think *th, struct trace *t)
{
	struct marked *p = &th->marked;

	if (!p->open || p->open->family != FOLDED)
		return;
	if (p->within) {
		th->at = p->within;
		close_at(th, t, th->at);
	} else if (!is_blank(t->text.data, p->opened_at)) {
		turn(t, th->opened, channel_of(p->open), CHANNEL_ANSWER);
		th->at = p->opened_at + strlen(p->open->text);
		p->open = NULL;
		p->named = true;
	}
	/* once more what stands behind it: other marks are in it */
	think_scan(th, t, CHANNEL_ANSWER);
}

/* What is open at the end of text[0..n), or NULL; *any: there was a mark. */
static const struct think_mark *open_at(const char *text, size_t n, bool *any)
{
	struct marked p = { 0 };

	*any = false;
	for (size_t at = 0, end; at < n; at = end) {
		const struct think_mark *mark = NULL;
		bool more;

		if (text[at] == '<' || text[at] == '[')
			mark = mark_at(text + at,
				       MIN(n - at, (size_t)THINK_MARK_MAX),
				       &more);
		end = at + (mark ? strlen(mark->text) : 1);
		if (says_within(&p, text, at, n - at)) {
			end = p.within;
			shut(&p, end);
		} else if (mark && counts(&p, mark, text, at)) {
			*any = true;
			if (p.open)
				shut(&p, end);
			else if (mark->kind != CLOSES)
				p.open = mark;
		} else if (mark) {
			pass(&p, mark, end);
		}
	}
	return p.open;
}

const char *think_shut(const char *text, size_t n)
{
	bool any;
	const struct think_mark *open = open_at(text, n, &any);

	return open ? open->shut : NULL;
}

bool think_is_marked(const char *text, size_t n)
{
	bool any;

	open_at(text, n, &any);
	return any;
}
