/*
 * Any text through a small tokenizer of each kind: ids that exist, and bytes
 * that come back. The first byte chooses; llama2.c's file may be any bytes.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "model/vocab.h"

/* 256 byte tokens and a few pieces, as llama2.c writes them. */
static struct vocab *the_vocab(void)
{
	static const char *const pieces[] = { " ", "a", "b", "ab", " a", " ab",
					      "e", "\xc3\xa9", "aa", "aaaa" };
	static struct vocab *v; /* made once, never changed */
	static struct buf file;
	struct err err = { "" };
	uint32_t n = 3 + 256 + ARRAY_LEN(pieces);

	if (v)
		return v;
	buf_append(&file, "\4\0\0\0", 4);
	for (uint32_t i = 0; i < n; i++) {
		char text[16];
		const char *s = text;
		float score = i < 259 ? 0 : (float)(i - 259);
		int32_t len;

		if (i < 3)
			strcpy(text, "<s>");
		else if (i < 259)
			snprintf(text, sizeof(text), "<0x%02X>", i - 3);
		else
			s = pieces[i - 259];
		len = (int32_t)strlen(s);
		buf_append(&file, (const char *)&score, 4);
		buf_append(&file, (const char *)&len, 4);
		buf_append(&file, s, (size_t)len);
	}
	v = vocab_from_llama2c(file.data, file.len, n, &err);
	MUST(v);
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vocab_ids ids = { 0 };
	struct buf back = { 0 };
	struct err err = { "" };
	struct vocab *v = the_vocab(), *other;

	vocab_encode(v, (const char *)data, size, 0, &ids);
	for (size_t i = 0; i < ids.n; i++) {
		MUST(ids.ids[i] < vocab_size(v));
		vocab_piece(v, ids.ids[i], i ? ids.ids[i - 1] : VOCAB_NO_ID,
			    &back);
	}
	MUST(back.len == size);
	MUST(!size || memcmp(back.data, data, size) == 0);
	vocab_ids_release(&ids);
	buf_release(&back);
	other = vocab_from_llama2c(data, size, size ? data[0] : 0, &err);
	MUST(other || err.text[0]);
	vocab_free(other);
	return 0;
}
