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
#include "opt/settings.h"
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

static struct watch_opts watch_opts(const struct settings *set,
				    const char *source)
{
	return (struct watch_opts){
		.meter = set->meter,
		.i_rule = set->i_rule,
		.source = source,
		.format = set->read.format,
		.field = set->read.field,
		.max_bytes = (uint64_t)set->guard.memory_mib << 20,
	};
}

static int filter(const struct settings *set, const char *path)
{
	struct exec exec = { .n_words = 0 };
	struct relay_opts relay = {
		.watch = watch_opts(set, path),
		.path = path,
		.request = request_of(&set->request),
		.out_fd = STDOUT_FILENO,
		.annotate = set->guard.annotate,
		.report = set->guard.report,
		.exec = set->guard.exec[0] ? &exec : NULL,
		.err = stderr,
	};
	struct err err = { "" };
	int status, signal;

	if (relay.exec && !exec_parse(&exec, set->guard.exec, &err)) {
		exec_release(&exec);
		return say_trouble(&err);
	}
	sig_init(NULL);
	relay.signal_fd = sig_fd();
	relay.signalled = ending_signal;
	status = relay_run(&relay, &signal);
	sig_release();
	exec_release(&exec);
	if (signal)
		sig_end(signal);
	return status;
}

static int proxy(const struct settings *set)
{
	struct proxy_opts job = {
		.watch = watch_opts(set, NULL),
		.listen = set->guard.listen,
		.upstream = set->guard.upstream,
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
		.signalled = ending_signal,
	};
	int status;

	sig_init(NULL);
	job.signal_fd = sig_fd();
	status = proxy_run(&job);
	sig_release();
	return status;
}

/* What the two ways of being a guard do not share. */
static bool check_proxy(const struct settings *set, int n_files,
			struct err *err)
{
	if (!set->guard.listen[0] || !set->guard.upstream[0])
		return err_set(err, "--listen and --upstream belong together: "
				    "--listen 127.0.0.1:8081 --upstream "
				    "http://127.0.0.1:8080");
	if (n_files)
		return err_set(err, "--listen takes no FILE");
	if (set->guard.annotate || set->guard.exec[0])
		return err_set(err, "%s is for the filter, not for --listen",
			       set->guard.annotate ? "--annotate" : "--exec");
	return true;
}

int command_guard(const struct settings *set, char **files, int n_files)
{
	const char *path = n_files ? files[0] : "-";
	struct err err = { "" };

	if (set->guard.listen[0] || set->guard.upstream[0]) {
		if (!check_proxy(set, n_files, &err))
			return say_trouble(&err);
		return proxy(set);
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
	return filter(set, path);
}
