/*
 * The samples are looked for beside the program before where they were
 * installed to, so that a build tree and a folder that was moved work without
 * a setting.
 */
#include "system/data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef PKGDATADIR
#define PKGDATADIR "/usr/local/share/lilscope"
#endif

/* From the folder of the program. */
static const char *const beside[] = { "samples", "../samples",
				      "../share/lilscope/samples" };

static bool is_there(const char *folder, const char *middle, const char *name,
		     char out[DATA_PATH_BYTES])
{
	int n = snprintf(out, DATA_PATH_BYTES, "%s%s%s/%s", folder,
			 *middle ? "/" : "", middle, name);

	return n > 0 && n < DATA_PATH_BYTES && access(out, R_OK) == 0;
}

/* The folder that the program stands in; false where the system does not
 * say. */
static bool own_folder(char out[DATA_PATH_BYTES])
{
	ssize_t n = readlink("/proc/self/exe", out, DATA_PATH_BYTES - 1);
	char *slash;

	if (n <= 0)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

bool data_path(const char *name, char out[DATA_PATH_BYTES], struct err *err)
{
	const char *given = getenv("LILSCOPE_SAMPLES");
	char folder[DATA_PATH_BYTES];

	if (given && *given && is_there(given, "", name, out))
		return true;
	if (own_folder(folder))
		for (size_t i = 0; i < ARRAY_LEN(beside); i++)
			if (is_there(folder, beside[i], name, out))
				return true;
	if (is_there(PKGDATADIR, "samples", name, out))
		return true;
	return err_set(err,
		       "samples/%s is not installed; LILSCOPE_SAMPLES "
		       "can name the folder that it is in",
		       name);
}
