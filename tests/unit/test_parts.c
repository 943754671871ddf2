/*
 * A model in several files: the same logits as in one, whichever part is
 * given; and a sentence for each way in which the parts do not go together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/model_map.h"
#include "model/transformer.h"
#include "random_model.h"

enum { HEAD = 24 };

static char folder[] = "test_parts.XXXXXX";

static uint64_t number(const char *s, int n)
{
	uint64_t value = 0;

	for (int i = 0; i < n; i++)
		value |= (uint64_t)(unsigned char)s[i] << 8 * i;
	return value;
}

static void put(struct buf *out, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		buf_putc(out, (char)(value >> 8 * i));
}

static void put_key(struct buf *out, const char *name, uint32_t value)
{
	put(out, strlen(name), 8);
	buf_puts(out, name);
	put(out, 4, 4); /* UINT32 */
	put(out, value, 4);
}

static void put_head(struct buf *out, uint64_t n_tensors, uint64_t n_keys,
		     uint32_t no, uint32_t count, uint32_t all)
{
	buf_puts(out, "GGUF");
	put(out, 3, 4);
	put(out, n_tensors, 8);
	put(out, n_keys + 3, 8);
	put_key(out, "split.no", no);
	put_key(out, "split.count", count);
	put_key(out, "split.tensors.count", all);
}

static const char *path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void write_file(const char *name, const struct buf *bytes)
{
	FILE *out = fopen(path_of(name), "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes->data, 1, bytes->len, out), bytes->len);
	assert_int_equal(fclose(out), 0);
}

/* The whole, and the same in two files: all keys in the first, all tensors in
 * the second. */
static void make_files(uint32_t all_more)
{
	struct buf whole = { 0 }, part[2] = { { 0 }, { 0 } };
	uint64_t n_tensors, n_keys;
	size_t infos, end, data;
	const char *at;

	random_gguf(&(struct random_spec){ .arch = "llama",
					   .type = GGML_Q8_0,
					   .vocab = true,
					   .n_vocab = 300,
					   .n_embd = 64,
					   .n_ff = 64,
					   .seed = 1 },
		    &whole);
	write_file("whole.gguf", &whole);
	n_tensors = number(whole.data + 8, 8);
	n_keys = number(whole.data + 16, 8);
	at = bytes_find(whole.data, whole.len, "token_embd.weight", 17);
	infos = end = (size_t)(at - whole.data) - 8;
	for (uint64_t i = 0; i < n_tensors; i++) {
		end += 8 + number(whole.data + end, 8);
		end += 4 + 8 * number(whole.data + end, 4) + 4 + 8;
	}
	data = (end + 31) / 32 * 32;
	put_head(&part[0], 0, n_keys, 0, 2, (uint32_t)n_tensors + all_more);
	buf_append(&part[0], whole.data + HEAD, infos - HEAD);
	put_head(&part[1], n_tensors, 0, 1, 2, (uint32_t)n_tensors + all_more);
	buf_append(&part[1], whole.data + infos, end - infos);
	while (part[1].len % 32)
		buf_putc(&part[1], 0);
	buf_append(&part[1], whole.data + data, whole.len - data);
	write_file("m-00001-of-00002.gguf", &part[0]);
	write_file("m-00002-of-00002.gguf", &part[1]);
	write_file("other.gguf", &part[1]);
	buf_release(&whole);
	buf_release(&part[0]);
	buf_release(&part[1]);
}

static void logits_of(const char *name, float *out)
{
	struct sparse_opts o = sparse_opts_auto;
	const uint32_t ids[] = { 1, 70, 80, 90 };
	struct err err = { "" };
	struct transformer *t;
	struct model_map map;

	if (!model_map_open(&map, path_of(name), NULL, &err))
		fail_msg("%s", err.text);
	assert_true(map.n_bytes > 100000);
	t = transformer_new(map.model, NULL, GGML_F32, &sparse_dense, &o);
	transformer_prompt(t, ids, 4, 4);
	memcpy(out, transformer_logits(t), 300 * sizeof(*out));
	transformer_free(t);
	model_map_close(&map);
}

static void parts_are_the_whole(void **state)
{
	float whole[300], parts[300];

	(void)state;
	make_files(0);
	logits_of("whole.gguf", whole);
	logits_of("m-00001-of-00002.gguf", parts);
	assert_memory_equal(whole, parts, sizeof(whole));
	logits_of("m-00002-of-00002.gguf", parts);
	assert_memory_equal(whole, parts, sizeof(whole));
}

static void refused_with(const char *name, const char *tokenizer,
			 const char *words)
{
	struct err err = { "" };
	struct model_map map;

	assert_false(model_map_open(&map, path_of(name), tokenizer, &err));
	if (words && !strstr(err.text, words))
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
	if (!placed_once(err.text, folder))
		fail_msg("\"%s\" has not one path, in front", err.text);
}

static void refused(const char *name, const char *words)
{
	refused_with(name, NULL, words);
}

static void read_all(const char *name, struct buf *all)
{
	static char bytes[1 << 20];
	FILE *in = fopen(path_of(name), "rb");

	assert_non_null(in);
	buf_append(all, bytes, fread(bytes, 1, sizeof(bytes), in));
	fclose(in);
}

static void copy_file(const char *from, const char *to, size_t most)
{
	struct buf all = { 0 };

	read_all(from, &all);
	all.len = MIN(all.len, most);
	write_file(to, &all);
	buf_release(&all);
}

static void what_does_not_go_together(void **state)
{
	static const char first[] = "m-00001-of-00002.gguf";
	static const char second[] = "m-00002-of-00002.gguf";

	(void)state;
	make_files(0);
	refused("other.gguf", "does not end in -00002-of-00002.gguf");
	for (size_t n = 1; n < 4000; n += 97) { /* cut anywhere */
		copy_file("other.gguf", second, n);
		refused(first, second);
	}
	copy_file(first, second, SIZE_MAX);
	refused(first, "says that it is not part 2 of 2");
	unlink(path_of(second));
	refused(first, "No such file or directory, so part 2 of 2 is missing");
	make_files(7);
	refused(first, "tensors, not");
}

/* Whatever is wrong, wherever it is. */
static void places_are_said_once(void **state)
{
	static const char first[] = "m-00001-of-00002.gguf";
	struct buf whole = { 0 }, broken = { 0 };
	struct model_map map;
	unsigned n_refused = 0;

	(void)state;
	refused("none.gguf", "none.gguf: No such file");
	make_files(0);
	read_all("whole.gguf", &whole);
	for (size_t at = 0; at < 14000; at += 1 + at / 64) {
		buf_clear(&broken);
		buf_append(&broken, whole.data, whole.len);
		broken.data[at] ^= 0x55;
		write_file("other.gguf", &broken);
		if (model_map_open(&map, path_of("other.gguf"), NULL, NULL)) {
			model_map_close(&map);
			continue;
		}
		refused("other.gguf", "other.gguf: ");
		n_refused++;
	}
	assert_true(n_refused > 99);
	for (size_t n = 1; n < whole.len; n += 1 + whole.len / 50) {
		copy_file("whole.gguf", "other.gguf", n);
		refused("other.gguf", "other.gguf: ");
		copy_file("whole.gguf", first, n);
		refused("m-00002-of-00002.gguf", first);
	}
	buf_release(&whole);
	buf_release(&broken);
}

/* llama2.c's: what is wrong with the tokenizer is said of the tokenizer. */
static void of_two_files_the_broken_one_is_said(void **state)
{
	const uint32_t head[7] = { 8, 8, 1, 1, 1, 300, 16 };
	static char weights[64 << 10], vocab[256], path[256];
	struct buf file = { 0 };

	(void)state;
	for (int i = 0; i < 7; i++)
		put(&file, head[i], 4);
	write_file("whole.gguf", &file);
	refused("whole.gguf", "whole.gguf: ");
	buf_append(&file, weights, sizeof(weights));
	write_file("whole.gguf", &file);
	refused("whole.gguf", "tokenizer.bin: No such file");
	buf_clear(&file);
	buf_append(&file, vocab, sizeof(vocab));
	write_file("other.gguf", &file);
	snprintf(path, sizeof(path), "%s", path_of("other.gguf"));
	refused_with("whole.gguf", path,
		     "other.gguf: the tokenizer file has not 300 pieces");
	buf_release(&file);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "whole.gguf", "other.gguf",
					     "m-00001-of-00002.gguf",
					     "m-00002-of-00002.gguf" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unlink(path_of(names[i]));
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_the_whole),
		cmocka_unit_test(what_does_not_go_together),
		cmocka_unit_test(places_are_said_once),
		cmocka_unit_test(of_two_files_the_broken_one_is_said),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
