/*
 * Names are the same whatever their case; a list is searched from its
 * beginning, because heads are short.
 */
#include "guard/headers.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

void headers_add(struct curl_slist **list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list, line);

	if (!longer)
		die("out of memory");
	*list = longer;
}

void headers_drop(struct curl_slist **list, const char *name)
{
	struct curl_slist *kept = NULL;

	for (const struct curl_slist *h = *list; h; h = h->next)
		if (!header_value(h->data, name))
			headers_add(&kept, h->data);
	curl_slist_free_all(*list);
	*list = kept;
}

bool header_is(const char *name, size_t len, const char *other)
{
	return strlen(other) == len && strncasecmp(name, other, len) == 0;
}

const char *header_value(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncasecmp(line, name, len) != 0 || line[len] != ':')
		return NULL;
	return line + len + 1 + strspn(line + len + 1, " \t");
}

const char *headers_value(const struct curl_slist *list, const char *name)
{
	const char *value = NULL;

	for (; list && !value; list = list->next)
		value = header_value(list->data, name);
	return value;
}

bool headers_have(const struct curl_slist *list, const char *name)
{
	size_t len = strlen(name);

	for (; list; list = list->next)
		if (strncasecmp(list->data, name, len) == 0 &&
		    (list->data[len] == ':' || list->data[len] == ';'))
			return true;
	return false;
}

bool header_is_listed(const char *name, size_t len, const char *list)
{
	while (list && *list) {
		size_t n;

		list += strspn(list, ", \t");
		n = strcspn(list, ", \t");
		if (n == len && strncasecmp(list, name, n) == 0)
			return true;
		list += n;
	}
	return false;
}

bool header_is_hop(const char *name, size_t len, const char *connection)
{
	static const char *const hop[] = {
		"Connection", "Keep-Alive", "Proxy-Authenticate",
		"Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
		"Transfer-Encoding", "Upgrade",
	};

	for (size_t i = 0; i < ARRAY_LEN(hop); i++)
		if (header_is(name, len, hop[i]))
			return true;
	return header_is_listed(name, len, connection);
}
