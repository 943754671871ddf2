/*
 * The trace that any bytes describe, written and read back: the same text,
 * ids, times, probabilities, channels and facts.
 */
#include "fuzz.h"

/* a fuzz target is one file: the trip comes along */
#include "../unit/roundtrip.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step = size ? data[0] % 64u : 0;

	MUST(!roundtrip(size ? data + 1 : NULL, size ? size - 1 : 0, step));
	return 0;
}
