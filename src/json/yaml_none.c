/* yaml.h in a build without libyaml. */
#include "json/yaml.h"

bool yaml_json(const char *s, size_t n, struct buf *out, struct err *why)
{
	(void)s, (void)n, (void)out;
	return err_set(why, "this lilscope was built without libyaml; write "
			    "it as JSON first: yq -o=json . FILE > FILE.json, "
			    "and open that");
}

const char *yaml_library(void)
{
	return NULL;
}
