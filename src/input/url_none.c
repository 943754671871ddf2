/*
 * url.h in a build without libcurl: no URL can be opened, and that is said.
 */
#include "input/url.h"

struct url *url_open(const char *url, const struct url_opts *opts,
		     struct err *err)
{
	(void)url;
	(void)opts;
	err_set(err, "this lilscope was built without libcurl and reads no "
		     "URL; pipe it: curl -N URL | lilscope -");
	return NULL;
}

/* Never asked: there is no struct url. */
int url_fd(const struct url *u)
{
	(void)u;
	return -1;
}

bool url_end(struct url *u, struct err *err)
{
	(void)u;
	(void)err;
	return false;
}

void url_close(struct url *u)
{
	(void)u;
}

const char *url_library(void)
{
	return NULL;
}
