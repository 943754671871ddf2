/*
 * Any bytes from a terminal: events come to an end, more bytes never change
 * an event that was complete, and a name means the key that has it.
 */
#include "fuzz.h"

#include <string.h>

#include "term/key.h"

static void check_same(const char *in, size_t took, const struct key *key)
{
	struct key again;

	MUST(key_decode(in, took, true, &again) == took);
	MUST(again.code == key->code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *in = size ? (const char *)data : "";
	size_t at = 0;

	while (at < size) {
		struct key key = { 0 };
		char name[KEY_NAME_BYTES];
		size_t took = key_decode(in + at, size - at, false, &key);

		MUST(took <= size - at);
		if (took && key.code != K_NONE) /* broken UTF-8 is none */
			check_same(in + at, took, &key);
		if (!took)
			took = key_decode(in + at, size - at, true, &key);
		MUST(took > 0 && took <= size - at);
		MUST(strlen(key_name(key.code, name)) < sizeof(name));
		at += took;
	}
	key_parse(in, size);
	return 0;
}
