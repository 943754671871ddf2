/*
 * How other kinds of files begin, and how lines of servers' logs look: tables,
 * and two kinds of files that have no magic. What they hold is told in a
 * sentence, not measured.
 */
#include "dialect/known.h"

#include <string.h>

#include "base/utf8.h"
#include "dialect/record.h"

static bool begins(const char *s, size_t n, const char *word, size_t len)
{
	return n >= len && memcmp(s, word, len) == 0;
}

#define KIND(magic, what) { magic, sizeof(magic) - 1, what }
static const struct {
	const char *magic;
	size_t len;
	const char *what;
} binaries[] = {
	KIND("PK\x05\x06", "is an empty ZIP archive"),
	KIND("\x7f" "ELF", "is a program (ELF), not a trace"),
	KIND("\x89PNG", "is a picture (PNG), not a trace"),
	KIND("\xff\xd8\xff", "is a picture (JPEG), not a trace"),
	KIND("GIF8", "is a picture (GIF), not a trace"),
	KIND("%PDF-", "is a PDF, not a trace"),
	KIND("GGUF", "is a model (GGUF), not a trace; it writes by lilscope "
	     "decode -m FILE, or demo --model FILE"),
	KIND("SQLite format 3", "is an SQLite database; write the table "
				"with the answers as JSON first: sqlite3 -json "
				"FILE 'select * from TABLE' > FILE.json"),
	KIND("PAR1", "is a Parquet file; write it as JSON lines first: "
		     "python3 -c \"import pandas as p; p.read_parquet('FILE')"
		     ".to_json('FILE.jsonl', orient='records', lines=True)\""),
	KIND("ARROW1", "is an Arrow file; write it as JSON lines first: "
		       "python3 -c \"import pandas as p; "
		       "p.read_feather('FILE').to_json('FILE.jsonl', "
		       "orient='records', lines=True)\""),
	KIND("\xfd" "7zXZ", "is an .xz archive; unpack it with `xz -d` first"),
	KIND("BZh", "is a .bz2 archive; unpack it with `bzip2 -d` first"),
	KIND("\x04\x22\x4d\x18", "is an .lz4 archive; unpack it with `lz4 -d` "
				 "first"),
	KIND("\xff\xfe", "is UTF-16 text; convert it with `iconv -f UTF-16 "
			 "-t UTF-8` first"),
	KIND("\xfe\xff", "is UTF-16 text; convert it with `iconv -f UTF-16 "
			 "-t UTF-8` first"),
};

/* Goes past a word that s[*at..n) begins with. */
static bool pass(const char *s, size_t n, size_t *at, const char *word)
{
	size_t len = strlen(word);

	if (!begins(s + *at, n - *at, word, len))
		return false;
	*at += len;
	return true;
}

/* A dictionary of netstrings, "1234:9:websocket;": the length of the whole,
 * then the first name, as long as it says. */
static bool is_mitmproxy(const char *s, size_t n)
{
	enum { DIGITS = 12, NAME = 32 };
	size_t at = 0, len = 0, from;

	while (at < n && at < DIGITS && s[at] >= '0' && s[at] <= '9')
		at++;
	if (!at || !pass(s, n, &at, ":"))
		return false;
	for (from = at; at < n && s[at] >= '0' && s[at] <= '9' && len < NAME;)
		len = len * 10 + (size_t)(s[at++] - '0');
	if (at == from || !len || len > NAME || !pass(s, n, &at, ":") ||
	    at + len >= n || (s[at + len] != ';' && s[at + len] != ','))
		return false;
	for (; len; len--, at++)
		if (s[at] != '_' && (s[at] < 'a' || s[at] > 'z'))
			return false;
	return true;
}

/* Goes past what may stand before a cassette's list. */
static bool pass_yaml_head(const char *s, size_t n, size_t *at)
{
	bool head = pass(s, n, at, "---");

	while (*at < n && strchr("\r\n", s[*at]) && s[*at])
		++*at;
	if (!pass(s, n, at, "version: "))
		return head;
	while (*at < n && strchr("\r\n0123456789", s[*at]) && s[*at])
		++*at;
	return true;
}

bool known_cassette(const char *s, size_t n)
{
	size_t at = 0;

	pass_yaml_head(s, n, &at);
	return pass(s, n, &at, "http_interactions:") ||
	       pass(s, n, &at, "interactions:");
}

bool known_later(const char *s, size_t n)
{
	size_t at = 0;

	return pass_yaml_head(s, n, &at) && at == n;
}

/* A name of a column: short, of letters and the like. */
static bool is_name(const char *s, size_t n)
{
	enum { NAME = 40 };
	size_t i = 0;

	while (i < n && ((s[i] >= 'a' && s[i] <= 'z') ||
			 (s[i] >= 'A' && s[i] <= 'Z') ||
			 (s[i] >= '0' && s[i] <= '9') ||
			 (s[i] && strchr("_ .-:/()", s[i]))))
		i++;
	return i == n && n <= NAME;
}

/* Is s[0..n) a row of names, of which one is of generated text? */
static bool is_head(const char *s, size_t n, char mark)
{
	bool output = false, maybe = false, prompt = false;
	size_t n_cells = 0;

	for (size_t at = 0; at <= n; n_cells++) {
		const char *end = memchr(s + at, mark, n - at);
		size_t len = (end ? (size_t)(end - s) : n) - at;
		bool quoted = len > 1 && s[at] == '"' &&
			      s[at + len - 1] == '"';
		struct buf name = { 0 };
		enum record_name what;

		if (!is_name(s + at + quoted, len - 2 * quoted))
			return false;
		what = record_column(s + at + quoted, len - 2 * quoted, &name);
		buf_release(&name);
		output |= what == RECORD_NAME_OUTPUT;
		maybe |= what == RECORD_NAME_MAYBE;
		prompt |= what == RECORD_NAME_PROMPT;
		at += len + 1;
	}
	return n_cells > 1 && (output || (maybe && prompt));
}

char known_table(const char *s, size_t n)
{
	static const char marks[] = { ',', '\t', ';' };
	const char *lf = memchr(s, '\n', n);

	n = lf ? (size_t)(lf - s) : n;
	n -= n && s[n - 1] == '\r';
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (is_head(s, n, marks[i]))
			return marks[i];
	return '\0';
}

const struct format *known_lines(const char *s, size_t n)
{
	size_t at = 0;

	while (at < n && (s[at] == '\n' || s[at] == '\r'))
		at++;
	if (pass(s, n, &at, "# aider chat started at "))
		return &format_aider;
	return memchr(s, '\n', n) && known_table(s, n) ? &format_csv : NULL;
}

const char *known_binary(const char *s, size_t n)
{
	if (is_mitmproxy(s, n))
		return "is a dump of mitmproxy; write it as HAR first: "
		       "mitmdump -nr FILE --set hardump=FILE.har, and open "
		       "that";
	for (size_t i = 0; i < ARRAY_LEN(binaries); i++)
		if (begins(s, n, binaries[i].magic, binaries[i].len))
			return binaries[i].what;
	return NULL;
}

bool known_noise(const char *s, size_t n)
{
	size_t bad = 0, seen = 0;

	for (size_t at = 0, used; at < n; at += used, seen++) {
		int32_t cp = utf8_decode(s + at, n - at, &used);

		bad += cp == UTF8_BAD || (cp >= 0 && cp < 7) ||
		       (cp > 13 && cp < 27);
	}
	return bad * 10 > seen;
}

/* Lines in the order of mention are begun or held by servers' logs. */
static const struct {
	const char *text;
	bool inside;
} log_marks[] = {
	{ "load_backend:", false },
	{ "ggml_", false },
	{ "llama_model_loader:", false },
	{ "llama_context:", false },
	{ "print_info:", false },
	{ "common_", false },
	{ "build:", false },
	{ "build_info:", false },
	{ "system_info:", false },
	{ "srv ", false },
	{ "slot ", false },
	{ "main: ", false },
	{ "(APIServer pid=", false },
	{ "(EngineCore", false },
	{ "INFO:     ", false },
	{ "[GIN] ", false },
	{ "time=20", false },
	{ "sglang.launch_server", true },
	{ "sglang serve", true },
	{ "server_args=ServerArgs(", true },
	{ "Decode batch", true },
	{ "Prefill batch", true },
	{ "Avg generation throughput", true },
	{ "[api_utils.py:", true },
};

static bool holds(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len <= n; at++)
		if (memcmp(s + at, word, len) == 0)
			return true;
	return false;
}

bool known_log_line(const char *s, size_t n)
{
	enum { LOOK = 512 };

	for (size_t i = 0; i < ARRAY_LEN(log_marks); i++) {
		const char *text = log_marks[i].text;

		if (log_marks[i].inside ? holds(s, MIN(n, LOOK), text) :
					  begins(s, n, text, strlen(text)))
			return true;
	}
	return false;
}
