/*
 * scope.h - which requests a proxy watches: by path and by model.
 *
 *	--only 'path:/v1/c*,model:qwen*' --skip 'model:*-embed*'
 *
 * Globs with commas between them; "*" is any text, "/" too. A request is
 * watched when one of `only` fits it (or there is none), and none of `skip`.
 */
#ifndef LILSCOPE_GUARD_SCOPE_H
#define LILSCOPE_GUARD_SCOPE_H

#include <stdbool.h>

#include "base/err.h"

/* Is this a list of globs? "" is one. false and a sentence that names the
 * option. */
bool scope_is_good(const char *option, const char *globs, struct err *err);

/* uri: path and query, of which the query is no part. */
bool scope_has(const char *only, const char *skip, const char *model,
	       const char *uri);

#endif
