/*
 * The marks of the known families as a table: which mark begins such a text,
 * and which one the assistant's turn begins with.
 */
#include "dialect/template.h"

#include <string.h>

#include "base/buf.h"
#include "json/scan.h"

enum { MARK_MAX_BYTES = 64 };

/* `opens` begins the text; `assistant` ends the prompt; line ends of the
 * template that follow it belong to the prompt. */
static const struct template_marks {
	const char *opens;
	const char *assistant;
	unsigned newlines;
} marks[] = {
	{ "<|im_start|>", "<|im_start|>assistant", 1 },
	{ "<\xef\xbd\x9c"
	  "begin\xe2\x96\x81of\xe2\x96\x81"
	  "sentence\xef\xbd\x9c>",
	  "<\xef\xbd\x9c"
	  "Assistant\xef\xbd\x9c>",
	  0 },
	{ "<\xef\xbd\x9cUser\xef\xbd\x9c>",
	  "<\xef\xbd\x9c"
	  "Assistant\xef\xbd\x9c>",
	  0 },
	{ "<|begin_of_text|>", "<|start_header_id|>assistant<|end_header_id|>",
	  2 },
	{ "<|start_header_id|>",
	  "<|start_header_id|>assistant<|end_header_id|>", 2 },
	{ "<bos><start_of_turn>", "<start_of_turn>model", 1 },
	{ "<start_of_turn>", "<start_of_turn>model", 1 },
	{ "<s>[INST]", "[/INST]", 0 },
	{ "[INST]", "[/INST]", 0 },
	{ "<s>[SYSTEM_PROMPT]", "[/INST]", 0 },
	{ "<|start|>system", "<|start|>assistant", 0 },
	{ "<|start|>developer", "<|start|>assistant", 0 },
	{ "<|start|>user", "<|start|>assistant", 0 },
	{ "[gMASK]<sop>", "<|assistant|>", 1 },
	{ "<|system|>", "<|assistant|>", 1 },
	{ "<|user|>", "<|assistant|>", 1 },
	{ "<|im_system|>", "<|im_assistant|>assistant<|im_middle|>", 0 },
	{ "<|im_user|>", "<|im_assistant|>assistant<|im_middle|>", 0 },
};

/* The first occurrence of word in s[0..n), or NULL. */
static const char *find(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word);
	const char *end = s + n;

	while ((size_t)(end - s) >= len &&
	       (s = memchr(s, word[0], (size_t)(end - s) - len + 1))) {
		if (memcmp(s, word, len) == 0)
			return s;
		s++;
	}
	return NULL;
}

/* The row whose opening mark stands at s; *more: it may still come. */
static const struct template_marks *opened(const char *s, size_t n, bool *more)
{
	*more = n == 0;
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		size_t len = strlen(marks[i].opens);

		if (n >= len && memcmp(s, marks[i].opens, len) == 0)
			return &marks[i];
		if (n < len && memcmp(s, marks[i].opens, n) == 0)
			*more = true;
	}
	return NULL;
}

/* Where the prompt ends, if the mark is found from `from` on; 0 if not. */
static size_t prompt_end(const struct template_marks *m, const char *s,
			 size_t n, size_t from, bool *more)
{
	size_t len = strlen(m->assistant), at;
	const char *mark;

	from = from > MARK_MAX_BYTES ? from - MARK_MAX_BYTES : 0;
	mark = find(s + from, n - from, m->assistant);
	if (!mark) {
		*more = n < TEMPLATE_PROMPT_MAX_BYTES;
		return 0;
	}
	at = (size_t)(mark - s) + len;
	for (unsigned i = 0; i < m->newlines && at < n; i++)
		if (s[at] == '\n')
			at++;
	/* a line end that belongs to the template may still come */
	*more = n < (size_t)(mark - s) + len + m->newlines;
	return at;
}

size_t template_prompt(const char *s, size_t n, size_t from, bool *more)
{
	bool unsure;
	size_t space = scan_space(s, n);
	const struct template_marks *m = opened(s + space, n - space, &unsure);
	size_t end = 0;

	if (n > TEMPLATE_PROMPT_MAX_BYTES)
		unsure = false;
	if (m)
		end = prompt_end(m, s, n, from, &unsure);
	if (more)
		*more = unsure;
	return end;
}

/* How turns begin where a chat is written as a text. */
static const struct {
	const char *user, *assistant;
} speakers[] = {
	{ "Human:", "\n\nAssistant:" },
	{ "### Human:", "### Assistant:" },
	{ "### User:", "### Assistant:" },
	{ "User:", "\nAssistant:" },
	{ "user:", "\nassistant:" },
	{ "USER:", "ASSISTANT:" },
};

/* The last occurrence of word in s[0..n), or NULL. */
static const char *find_last(const char *s, size_t n, const char *word)
{
	const char *last = NULL, *at = s, *end = s + n;

	while ((at = find(at, (size_t)(end - at), word)))
		last = at++;
	return last;
}

/* Where s[from..n) goes on with what a user says, or n: at the beginning of a
 * line or behind a mark that ends a turn, as its name may stand in any text;
 * one with signs before it stands in none. */
static size_t next_user(const char *s, size_t n, size_t from, const char *user)
{
	static const char mark[] = "</s>";
	const char *at = s + from, *end = s + n;

	while ((at = find(at, (size_t)(end - at), user))) {
		if (*user == '#' || at == s + from || at[-1] == '\n' ||
		    bytes_end(s + from, (size_t)(at - s) - from, mark))
			return (size_t)(at - s);
		at++;
	}
	return n;
}

bool template_last_turn(const char *s, size_t n, size_t *from, size_t *to)
{
	size_t space = scan_space(s, n);

	for (size_t i = 0; i < ARRAY_LEN(speakers); i++) {
		size_t len = strlen(speakers[i].user);
		const char *at;

		if (n - space < len ||
		    memcmp(s + space, speakers[i].user, len) != 0)
			continue;
		at = find_last(s + space, n - space, speakers[i].assistant);
		if (!at)
			continue;
		*from = (size_t)(at - s) + strlen(speakers[i].assistant);
		*from += *from < n && s[*from] == ' ';
		*to = next_user(s, n, *from, speakers[i].user);
		while (*to > *from && scan_space(s + *to - 1, 1))
			--*to;
		return true;
	}
	return false;
}
