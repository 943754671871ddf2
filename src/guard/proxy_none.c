/*
 * proxy.h in a build without libcurl or libmicrohttpd: nothing is served, and
 * that is said.
 */
#include "guard/proxy.h"
#include "system/say.h"

int proxy_run(const struct proxy_opts *opts)
{
	say(opts->err, "guard: this lilscope was built without libcurl or "
		       "libmicrohttpd and is no proxy; as a filter it ends "
		       "loops in a pipe: curl -N URL | lilscope guard");
	return EXIT_TROUBLE;
}

const char *proxy_library(void)
{
	return NULL;
}
