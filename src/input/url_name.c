/*
 * What is known of a URL without asking anybody.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "input/url.h"

bool url_is(const char *path)
{
	return strncasecmp(path, "http://", 7) == 0 ||
	       strncasecmp(path, "https://", 8) == 0;
}

char *url_name(const char *url)
{
	const char *host = strstr(url, "://");
	size_t scheme = host ? (size_t)(host - url) + 3 : 0;
	size_t end = strcspn(url, "?#");
	size_t host_end = scheme + strcspn(url + scheme, "/?#");
	struct buf name = { 0 };
	char *copy;

	buf_append(&name, url, scheme);
	for (size_t i = host_end; i > scheme; i--) {
		if (url[i - 1] == '@') {
			scheme = i;
			break;
		}
	}
	buf_append(&name, url + scheme, end - scheme);
	copy = mem_strdup(buf_cstr(&name));
	buf_release(&name);
	return copy;
}

const char *url_certificates(void)
{
	static const char *const names[] = { "CURL_CA_BUNDLE",
					     "SSL_CERT_FILE" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *path = getenv(names[i]);

		if (path && *path)
			return path;
	}
	return NULL;
}
