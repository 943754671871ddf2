/*
 * command_guard.c - lilscope guard: from its options to its relay or proxy.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "guard/proxy.h"
#include "guard/relay.h"
#include "guard/scope.h"
#include "input/url.h"
#include "opt/opt_file.h"
#include "opt/settings.h"
#include "system/sandbox.h"
#include "system/say.h"
#include "term/signals.h"

/* The next signal that ends us; Ctrl-Z stops and goes on. */
static int ending_signal(void)
{
	int number;

	while ((number = sig_next()) != 0) {
		if (number == SIGTSTP)
			sig_stop();
		else if (number == SIGINT || number == SIGTERM ||
			 number == SIGHUP)
			return number;
	}
	return 0;
}

/* It may let streams end first, and a second one is for it to hear, too. */
static int proxy_signal(void)
{
	int number = ending_signal();

	if (number)
		sig_went_on();
	return number;
}

static struct watch_opts watch_opts(const struct settings *set,
				    const char *source)
{
	return (struct watch_opts){
		.meter = set->meter,
		.i_rule = settings_rule(set),
		.source = source,
		.format = set->read.format,
		.field = set->read.field,
		.excerpt = set->guard.excerpt,
		.max_bytes = (uint64_t)set->guard.memory_mib << 20,
	};
}

/* A sentence where it is for one of the two ways alone. */
static bool read_wish(const struct settings *set, struct wish *wish,
		      struct err *err)
{
	bool proxy = set->guard.listen[0];
	bool scoped = set->guard.only[0] || set->guard.skip[0];
	const char *word = *set->at_threshold    ? set->at_threshold :
			   set->guard.annotate ? "report" : "stop";
	const struct sparse *policy;

	*wish = (struct wish){ .then = threshold_find(word, &policy),
			       .how = set->then,
			       .i_rule = settings_rule(set),
			       .any_rule = set->i_rule == RULE_ROWS,
			       .rule = set->meter.rule,
			       .thinking = set->guard.thinking,
			       .scope = wish_scope(set->guard.watch) };
	if (wish->then == THRESHOLD_KINDS || !wish_can(wish->then))
		return err_set(err, "--at-threshold %s is not for a guard: it "
				    "writes no text itself; it can report, "
				    "stop, conclude or retry", word);
	if (!scope_is_good("only", set->guard.only, err) ||
	    !scope_is_good("skip", set->guard.skip, err))
		return false;
	if (scoped && !proxy)
		return err_set(err, "--only and --skip are for --listen: a "
				    "filter has no requests");
	if (proxy || wish->then == THRESHOLD_REPORT ||
	    wish->then == THRESHOLD_STOP)
		return true;
	return err_set(err, "--at-threshold %s is not for a filter: it can't "
			    "ask again who writes into the pipe; --listen can",
		       word);
}

static int filter(const struct settings *set, const char *path,
		  const struct wish *wish)
{
	struct exec exec = { .n_words = 0 };
	struct relay_opts relay = {
		.watch = watch_opts(set, path),
		.path = path,
		.request = request_of(&set->request),
		.out_fd = STDOUT_FILENO,
		.annotate = wish->then == THRESHOLD_REPORT,
		.finish_reason = set->guard.finish_reason,
		.report = set->guard.report,
		.exec = set->guard.exec[0] ? &exec : NULL,
		.err = stderr,
	};
	struct err err = { "" };
	int status, signal;

	wish_apply(wish, &relay.watch);
	relay.watch.finish = strcmp(relay.finish_reason, "auto") != 0;
	if (relay.exec && !exec_parse(&exec, set->guard.exec, &err)) {
		exec_release(&exec);
		return say_trouble(&err);
	}
	sig_init(NULL);
	relay.signal_fd = sig_fd();
	relay.signalled = ending_signal;
	if (!relay.exec && !relay.report[0]) /* it only reads */
		sandbox_enter(url_is(path) ? SANDBOX_READ : SANDBOX_OFFLINE);
	status = relay_run(&relay, &signal);
	sig_release();
	exec_release(&exec);
	if (signal)
		sig_end(signal);
	return status;
}

/* --- the proxy ---------------------------------------------------------- */

/* The options of a proxy as they are from one reading on. Requests that are
 * open hold on to them, so all readings stay. */
struct reading {
	struct proxy_opts opts; /* first: choose() gets it */
	struct proxy_opts *each; /* of file.sections */
	struct opt_file file;
	struct reading *before;
};

struct guard {
	const struct settings *given; /* the command line's */
	struct reading *last;
};

static const struct proxy_opts *choose(const struct proxy_opts *opts,
				       const char *model, const char *uri)
{
	const struct reading *r = (const void *)opts;
	struct buf path = { 0 };
	const struct settings *set;
	size_t i = 0;

	buf_append(&path, uri, strcspn(uri, "?"));
	set = opt_file_for(&r->file, model, buf_cstr(&path));
	buf_release(&path);
	while (i < r->file.n_sections && set != &r->file.sections[i].set)
		i++;
	return i < r->file.n_sections ? &r->each[i] : opts;
}

static const struct proxy_opts *reload(void *ctx, struct err *err);

static struct proxy_opts proxy_opts(const struct settings *set)
{
	struct wish wish = { 0 };

	read_wish(set, &wish, NULL); /* it was tried */
	return (struct proxy_opts){
		.wish = wish,
		.watch = watch_opts(set, NULL),
		.listen = set->guard.listen,
		.upstream = set->guard.upstream,
		.only = set->guard.only,
		.skip = set->guard.skip,
		.finish_reason = set->guard.finish_reason,
		.as_asked = set->guard.as_asked,
		.limits = set->guard.limits,
		.stall_s = set->guard.stall_s,
		.body_max_bytes = (uint64_t)set->guard.body_mib << 20,
		.allow_host = set->guard.allow_host,
		.open_metrics = set->guard.open_metrics,
		.report = set->guard.report,
		.tee = set->guard.tee,
		.err = stderr,
		.signal_fd = sig_fd(),
		.signalled = proxy_signal,
		.drain_s = set->guard.drain_s,
	};
}

static bool check_proxy(const struct settings *set, struct err *err);

static bool check_sections(const struct opt_file *file, struct err *err)
{
	struct wish wish;

	for (size_t i = 0; i < file->n_sections; i++)
		if (!read_wish(&file->sections[i].set, &wish, err))
			return false;
	return true;
}

/* Reads the file, if there is one, over the command line. */
static struct reading *read_opts(struct guard *guard, struct err *err)
{
	const char *path = guard->given->guard.config_file;
	struct reading *r = mem_zalloc(sizeof(*r));

	r->file.set = *guard->given;
	if ((*path && !opt_file_read(&r->file, guard->given, path, err)) ||
	    !check_proxy(&r->file.set, err) ||
	    !check_sections(&r->file, err)) {
		opt_file_release(&r->file);
		mem_free(r);
		return NULL;
	}
	r->opts = proxy_opts(&r->file.set);
	r->opts.choose = choose;
	r->opts.reload = *path ? reload : NULL;
	r->opts.ctx = guard;
	r->each = mem_alloc(sizeof(*r->each) * (r->file.n_sections + 1));
	for (size_t i = 0; i < r->file.n_sections; i++)
		r->each[i] = proxy_opts(&r->file.sections[i].set);
	r->before = guard->last;
	guard->last = r;
	return r;
}

static const struct proxy_opts *reload(void *ctx, struct err *err)
{
	struct guard *guard = ctx;
	const char *listen = guard->last->opts.listen;
	struct reading *r = read_opts(guard, err);

	if (r && strcmp(r->opts.listen, listen) != 0)
		err_set(err, "listen is another one now: that takes a new "
			     "start");
	return r ? &r->opts : NULL;
}

static int proxy(const struct settings *set)
{
	struct guard guard = { .given = set };
	struct err err = { "" };
	struct reading *r;
	int status;

	sig_init(NULL);
	r = read_opts(&guard, &err);
	status = r ? proxy_run(&r->opts) : say_trouble(&err);
	sig_release();
	while ((r = guard.last)) {
		guard.last = r->before;
		opt_file_release(&r->file);
		mem_free(r->each);
		mem_free(r);
	}
	return status;
}

/* What the two ways of being a guard do not share. */
static bool check_proxy(const struct settings *set, struct err *err)
{
	struct wish wish;

	if (!set->guard.listen[0] || !set->guard.upstream[0])
		return err_set(err, "--listen and --upstream belong together: "
				    "--listen 127.0.0.1:8081 --upstream "
				    "http://127.0.0.1:8080");
	if (set->guard.annotate || set->guard.exec[0])
		return err_set(err, "%s is for the filter, not for --listen",
			       set->guard.annotate ? "--annotate" : "--exec");
	return read_wish(set, &wish, err);
}

int command_guard(const struct settings *set, char **files, int n_files)
{
	const char *path = n_files ? files[0] : "-";
	struct err err = { "" };
	struct wish wish;

	if (set->guard.listen[0] || set->guard.upstream[0] ||
	    set->guard.config_file[0]) {
		if (!n_files)
			return proxy(set);
		err_set(&err, "--listen takes no FILE");
		return say_trouble(&err);
	}
	if (n_files > 1) {
		err_set(&err, "guard takes one FILE, or none for standard "
			      "input");
		return say_trouble(&err);
	}
	if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO)) {
		err_set(&err, "guard is a filter: PRODUCER | lilscope guard "
			      "| CONSUMER; lilscope help guard tells more");
		return say_trouble(&err);
	}
	if (!read_wish(set, &wish, &err))
		return say_trouble(&err);
	return filter(set, path, &wish);
}
