/*
 * command_doctor.c - lilscope doctor: what the program finds where it runs, and
 * for what is missing, where it comes from. It changes nothing, and says no
 * secret: a key is set or it is not.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/gz.h"
#include "base/utf8.h"
#include "base/zst.h"
#include "cli/commands.h"
#include "config.h"
#include "guard/proxy.h"
#include "input/url.h"
#include "json/yaml.h"
#include "model/kernel.h"
#include "opt/opt.h"
#include "opt/settings.h"
#include "system/data.h"
#include "system/file.h"
#include "system/sandbox.h"
#include "system/say.h"
#include "system/spool.h"
#include "term/caps.h"
#include "term/locale.h"
#include "term/terminal.h"
#include "token/vocab_pre.h"

enum {
	NAME_COLS = 18,
	SCREEN_COLS = 80, /* what everything fits into */
	SCREEN_ROWS = 24,
};

#define MAN_PAGE PKGDATADIR "/../man/man1/lilscope.1"

struct findings {
	struct buf out;
	int n_lacking; /* things that do not work here */
};

enum finding { FINE, NOTE, LACKS };

static void tell(struct findings *f, enum finding what, const char *name,
		 const char *text)
{
	static const char *const words[] = { "ok", "note", "lacks" };
	size_t from;

	buf_printf(&f->out, "  %-7s", words[what]);
	from = f->out.len;
	buf_puts(&f->out, name);
	buf_pad(&f->out, from, NAME_COLS);
	buf_printf(&f->out, "%s\n", text);
	f->n_lacking += what == LACKS;
}

static void head(struct findings *f, const char *title)
{
	buf_printf(&f->out, "%s%s\n", f->out.len ? "\n" : "", title);
}

/* --- the terminal ------------------------------------------------------- */

static void tell_size(struct findings *f)
{
	struct winsize size;
	struct buf text = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_col) {
		tell(f, NOTE, "size", "not known; 80 x 24 is assumed");
		return;
	}
	buf_printf(&text, "%d x %d%s", size.ws_col, size.ws_row,
		   size.ws_col < SCREEN_COLS || size.ws_row < SCREEN_ROWS ?
			   "; views show more from 80 x 24 on" : "");
	tell(f, FINE, "size", buf_cstr(&text));
	buf_release(&text);
}

static void tell_colors(struct findings *f)
{
	static const char *const words[] = {
		[COLOR_NEVER] = "none: what they say is in marks and "
				"attributes, too",
		[COLOR_16] = "16", [COLOR_256] = "256",
		[COLOR_TRUE] = "all (24 bits)",
	};
	const char *no = getenv("NO_COLOR");

	tell(f, FINE, "colours", no && *no ?
		"none, as NO_COLOR asks; --color always" :
		words[term_colors()]);
}

static void tell_terminal(struct findings *f)
{
	const char *term = getenv("TERM");
	struct buf text = { 0 };

	head(f, "terminal");
	if (!isatty(STDOUT_FILENO)) {
		tell(f, NOTE, "output",
		     "is no terminal now: here reports are printed instead");
	} else if (caps_open(STDOUT_FILENO)) {
		tell(f, FINE, "TERM", term);
		tell_size(f);
		tell_colors(f);
		caps_close();
	} else {
		buf_printf(&text, "%s is in no terminal database: export "
				  "TERM=xterm-256color, or install "
				  "ncurses-term",
			   term && *term ? term : "(empty)");
		tell(f, LACKS, "TERM", buf_cstr(&text));
		buf_release(&text);
	}
	if (locale_is_ascii()) {
		buf_printf(&text, "%s: charts are drawn in ASCII; export "
				  "LC_ALL=C.UTF-8 for lines and braille",
			   locale_name());
		tell(f, NOTE, "locale", buf_cstr(&text));
	} else {
		tell(f, FINE, "locale", locale_name()[0] ? locale_name() :
			"none is set: UTF-8 is assumed; --ascii");
		tell(f, FINE, "glyphs", "⣀⣤⣶⣿ ▁▃▅█ │─┼ ▲✓→ if you can tell "
		     "them apart; or --ascii");
	}
	buf_release(&text);
}

/* --- libraries ---------------------------------------------------------- */

static void tell_libraries(struct findings *f)
{
	struct buf pcre = { 0 };

	vocab_pre_library(&pcre);
	head(f, "libraries");
	tell(f, FINE, "ncurses", caps_library());
	tell(f, FINE, "libzstd", zst_library());
	tell(f, FINE, "zlib", gz_library());
	tell(f, FINE, "utf8proc", utf8_library());
	tell(f, FINE, "PCRE2", buf_cstr(&pcre));
	if (url_library())
		tell(f, FINE, "libcurl", url_library());
	else
		tell(f, NOTE, "libcurl", "not in this build: no URLs, no "
					 "proxy; configure it --with-curl");
	if (proxy_library())
		tell(f, FINE, "libmicrohttpd", proxy_library());
	else
		tell(f, NOTE, "libmicrohttpd", "not in this build: no proxy; "
					       "configure it "
					       "--with-microhttpd");
	if (yaml_library())
		tell(f, FINE, "libyaml", yaml_library());
	else
		tell(f, NOTE, "libyaml", "not in this build: no cassettes in "
					 "YAML; configure it --with-yaml");
	buf_release(&pcre);
}

/* --- the decoder -------------------------------------------------------- */

static void tell_decoder(struct findings *f)
{
	char path[DATA_PATH_BYTES];
	struct buf text = { 0 };
	struct err err = { "" };

	head(f, "models");
	buf_printf(&text, "%s kernels, %ld cores", kernel_name(),
		   sysconf(_SC_NPROCESSORS_ONLN));
	tell(f, FINE, "processor", buf_cstr(&text));
	if (data_path(DATA_MODEL, path, &err))
		tell(f, FINE, "model in the box", path);
	else
		tell(f, LACKS, "model in the box", err.text);
	tell(f, FINE, "others", "any GGUF file or Hugging Face folder: "
				"lilscope -m MODEL --prompt TEXT");
	buf_release(&text);
}

/* --- files and keys ----------------------------------------------------- */

/* Is it there, or can it be made: the nearest folder above that is there. */
static bool can_be_written(const char *path)
{
	char at[FILE_PATH_BYTES];
	size_t n = strlen(path);

	memcpy(at, path, n + 1);
	while (n > 1 && access(at, F_OK) != 0) {
		while (n > 1 && at[n - 1] != '/')
			n--;
		at[n > 1 ? --n : n] = '\0';
	}
	return access(at, W_OK | X_OK) == 0;
}

static void tell_config(struct findings *f)
{
	char path[FILE_PATH_BYTES];
	struct settings set;
	struct buf text = { 0 };
	struct err err = { "" };
	enum file_result result;

	settings_init(&set);
	result = opt_config_read(&set, path, &err);
	if (!path[0]) {
		tell(f, NOTE, "config", "none: HOME is not set");
		return;
	}
	if (result == FILE_ABSENT)
		buf_puts(&text, "none at ");
	buf_puts(&text, err.text[0] ? err.text : path);
	tell(f, err.text[0] ? LACKS : FINE, "config", buf_cstr(&text));
	buf_release(&text);
}

static void tell_state(struct findings *f)
{
	char path[FILE_PATH_BYTES];
	struct buf text = { 0 };

	if (!file_xdg("XDG_STATE_HOME", ".local/state", "", path)) {
		tell(f, NOTE, "sessions", "are not kept: HOME is not set");
		return;
	}
	buf_printf(&text, can_be_written(path) ?
			"in %s" : "are not kept: %s cannot be written",
		   path);
	tell(f, can_be_written(path) ? FINE : NOTE, "sessions",
	     buf_cstr(&text));
	buf_release(&text);
}

/* Archives, pipes and streams that ended lie there. */
static void tell_temporary(struct findings *f)
{
	const char *path = spool_folder();
	bool good = access(path, W_OK | X_OK) == 0;
	struct buf text = { 0 };

	buf_printf(&text, good ? "in %s" :
				 "%s cannot be written: set TMPDIR", path);
	tell(f, good ? FINE : LACKS, "temporary files", buf_cstr(&text));
	buf_release(&text);
}

static void tell_certificates(struct findings *f)
{
	const char *path = url_certificates();
	bool good = !path || access(path, R_OK) == 0;
	struct buf text = { 0 };

	buf_printf(&text, good ? "%s" : "%s, which cannot be read",
		   path ? path : "the system's");
	tell(f, good ? FINE : LACKS, "certificates", buf_cstr(&text));
	buf_release(&text);
}

static void tell_files(struct findings *f)
{
	static const char *const keys[] = { "LILSCOPE_API_KEY",
					    "OPENAI_API_KEY",
					    "ANTHROPIC_API_KEY" };
	bool page = file_exists(MAN_PAGE) || file_exists(MAN_PAGE ".gz");

	head(f, "files and keys");
	tell_config(f);
	tell_state(f);
	tell_temporary(f);
	tell(f, page ? FINE : NOTE, "manual", page ? "man lilscope" :
		"is not installed; in the source man/lilscope.1");
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *key = getenv(keys[i]);

		tell(f, FINE, keys[i], key && *key ? "is set" : "is not set");
	}
	if (url_library())
		tell_certificates(f);
}

static void tell_sandbox(struct findings *f)
{
	struct buf text = { 0 };

	buf_printf(&text, sandbox_version() ?
			"Landlock %d: analyze, merge, why and a guard that "
			"only reads can write no file" :
			"none (Landlock, Linux 5.13): reading is not shut in",
		   sandbox_version());
	tell(f, sandbox_version() ? FINE : NOTE, "sandbox", buf_cstr(&text));
	buf_release(&text);
}

int command_doctor(const struct settings *set, char **words, int n_words)
{
	struct findings f = { .n_lacking = 0 };
	struct err err = { "" };
	int status;

	(void)set;
	(void)words;
	if (n_words) {
		err_set(&err, "doctor takes nothing");
		return say_trouble(&err);
	}
	buf_puts(&f.out, PACKAGE_STRING "\n");
	tell_terminal(&f);
	tell_libraries(&f);
	tell_decoder(&f);
	tell_files(&f);
	tell_sandbox(&f);
	if (f.n_lacking)
		buf_printf(&f.out, "\n%d thing%s will not work here.\n",
			   f.n_lacking, f.n_lacking == 1 ? "" : "s");
	else
		buf_puts(&f.out, "\nAll of it works here.\n");
	status = command_print(&f.out);
	return status ? status : f.n_lacking ? EXIT_FOUND : EXIT_NOT_FOUND;
}
