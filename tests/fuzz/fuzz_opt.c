/*
 * Any text as a config file, and its lines as a command line: no crash, a
 * sentence for what is refused, and settings that can be said and set again.
 */
#include "fuzz.h"

#include <string.h>

#include "opt/opt.h"
#include "opt/settings.h"

enum { WORDS_MAX = 32, ANYWHERE_BITS = 0xffff };

static void say_again(struct settings *set)
{
	const struct opt *opt;

	for (size_t i = 0; (opt = opt_at(i)); i++) {
		struct buf a = { 0 }, b = { 0 };
		struct err err = { 0 };

		opt->get(opt, set, &a);
		buf_append(&a, "", 1);
		if (a.len > 1)
			MUST(opt_set(set, opt->name, a.data, ANYWHERE_BITS,
				     &err));
		opt->get(opt, set, &b);
		buf_append(&b, "", 1);
		MUST(a.len == b.len && memcmp(a.data, b.data, a.len) == 0);
		buf_release(&a);
		buf_release(&b);
	}
}

static void command_line(const char *text, size_t n)
{
	struct buf copy = { 0 };
	struct settings set;
	struct err err = { 0 };
	char *words[WORDS_MAX + 1] = { NULL };
	int n_words = 0, n_files = 0;

	buf_append(&copy, text, n);
	buf_append(&copy, "", 1);
	for (char *s = copy.data; s && n_words < WORDS_MAX;) {
		words[n_words++] = s;
		s = strchr(s, '\n');
		if (s)
			*s++ = '\0';
	}
	settings_init(&set);
	if (opt_parse(&set, OPT_TUI | OPT_ANALYZE | OPT_GUARD, n_words, words,
		      &n_files, &err))
		MUST(n_files >= 0 && n_files <= n_words);
	else
		MUST(err.text[0] != '\0');
	buf_release(&copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size ? (const char *)data : "";
	struct settings set;
	struct err err = { 0 };

	settings_init(&set);
	if (!opt_config(&set, text, size, "fuzz", &err))
		MUST(err.text[0] != '\0');
	say_again(&set);
	command_line(text, size);
	return 0;
}
