/*
 * tokenizer.json is a program of parts: a normalizer, a pre_tokenizer, a model,
 * a post_processor. Of what there is, two programs are known, those that GGUF
 * knows too: byte-level BPE, its text cut by regular expressions, and BPE over
 * characters with bytes to fall back on (SentencePiece's, its scores become
 * merges). A part that would change ids and is not known is named.
 */
#include <stdio.h>

#include "model/hf_impl.h"
#include "model/model.h"
#include "token/vocab.h"

#define SPM_BLANK "\xe2\x96\x81"

enum { PATTERN_MAX_BYTES = 4096, STRING_SHOWN = 40 };

/* A token, by its id. */
struct vocab_slot {
	const char *s; /* NULL: no token has the id */
	size_t n;
	enum token_type type;
};

struct vocab_file {
	struct hf *hf;
	struct json tokenizer, config, generation, template;
	struct json_value root; /* of tokenizer */
	bool spm, add_space;
	struct vocab_slot *slots; /* hf->n_vocab */
	struct buf steps[PRE_STEPS_MAX];
	size_t n_steps;
	struct err *err;
};

static bool is_type(struct json_value part, const char *type)
{
	return json_text_is(json_get(part, "type"), type);
}

/* Calls itself once for each part of a sequence; is one of this type? */
static bool has_part(struct json_value part, const char *list,
		     const char *type)
{
	struct json_value v = json_first(json_get(part, list));

	if (!is_type(part, "Sequence"))
		return is_type(part, type);
	for (; v.doc; v = json_next(v))
		if (has_part(v, list, type))
			return true;
	return false;
}

static bool no_type(const struct vocab_file *r, const char *what,
		    struct json_value part)
{
	size_t n;
	const char *s = json_text(json_get(part, "type"), &n);

	return err_set(r->err, "tokenizer.json: the %s \"%.*s\" is not known",
		       what, (int)MIN(n, (size_t)STRING_SHOWN), s ? s : "");
}

/* --- how text is cut ---------------------------------------------------- */

/* \s of these expressions has U+0085, PCRE2's has not. */
static void put_pattern(struct buf *out, const char *s, size_t n)
{
	bool inside = false;

	for (size_t i = 0; i < n; i++) {
		char next = i + 1 < n ? s[i + 1] : '\0';

		if (s[i] != '\\') {
			inside = s[i] == '[' || (inside && s[i] != ']');
			buf_putc(out, s[i]);
			continue;
		}
		if (next == 's')
			buf_puts(out, inside ? "\\s\\x{85}" : "[\\s\\x{85}]");
		else if (next == 'S' && !inside)
			buf_puts(out, "[^\\s\\x{85}]");
		else
			buf_append(out, s + i, MIN(n - i, (size_t)2));
		i++;
	}
}

static bool add_step(struct vocab_file *r, const char *s, size_t n,
		     bool literal)
{
	struct buf *out = &r->steps[r->n_steps];

	if (r->n_steps == PRE_STEPS_MAX || n > PATTERN_MAX_BYTES)
		return err_set(r->err, "tokenizer.json: more than %d "
				       "expressions, or one of more than %d "
				       "bytes",
			       PRE_STEPS_MAX, PATTERN_MAX_BYTES);
	r->n_steps++;
	if (!literal) {
		put_pattern(out, s, n);
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		if (strchr("\\^$.[]|()?*+{}#", s[i]) && s[i])
			buf_putc(out, '\\');
		buf_putc(out, s[i]);
	}
	return true;
}

static bool add_split(struct vocab_file *r, struct json_value part)
{
	struct json_value pattern = json_get(part, "pattern");
	struct json_value regex = json_get(pattern, "Regex");
	struct json_value how = json_get(part, "behavior");
	bool inverted = json_is(json_get(part, "invert"), JSON_TRUE);
	const char *s;
	size_t n;

	s = json_text(regex.doc ? regex : json_get(pattern, "String"), &n);
	if (!s || !n)
		return err_set(r->err, "tokenizer.json: a Split has no "
				       "pattern");
	if (!json_text_is(how, inverted ? "Removed" : "Isolated"))
		return err_set(r->err, "tokenizer.json: Split is known where "
				       "it isolates its matches");
	return add_step(r, s, n, !regex.doc);
}

static bool add_pre(struct vocab_file *r, struct json_value part)
{
	static const char gpt2[] = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+"
				   "| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
	struct json_value v = json_first(json_get(part, "pretokenizers"));

	if (is_type(part, "Sequence")) {
		for (; v.doc; v = json_next(v))
			if (!add_pre(r, v))
				return false;
		return true;
	}
	if (is_type(part, "Split"))
		return add_split(r, part);
	if (is_type(part, "Digits"))
		return add_step(r, "\\p{N}+",
				json_is(json_get(part, "individual_digits"),
					JSON_TRUE) ? 5 : 6, false);
	if (!is_type(part, "ByteLevel"))
		return no_type(r, "pre_tokenizer", part);
	if (json_is(json_get(part, "add_prefix_space"), JSON_TRUE))
		return err_set(r->err, "tokenizer.json: ByteLevel with a "
				       "prefix of a space is not known");
	return json_is(json_get(part, "use_regex"), JSON_FALSE) ||
	       add_step(r, gpt2, sizeof(gpt2) - 1, false);
}

/* Families that cut by a table, which is faster. */
static const char *family(const struct vocab_file *r)
{
#define WS "[\\s\\x{85}]"
#define BEFORE                                                                 \
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
#define AFTER                                                                  \
	"| ?[^\\s\\x{85}\\p{L}\\p{N}]+[\\r\\n]*|" WS "*[\\r\\n]+|" WS          \
	"+(?![^\\s\\x{85}])|" WS "+"
	static const char *const tables[][2] = {
		{ "qwen2", BEFORE AFTER },
		{ "llama-bpe", BEFORE "{1,3}" AFTER },
	};
#undef WS
#undef BEFORE
#undef AFTER

	for (size_t i = 0; r->n_steps == 1 && i < ARRAY_LEN(tables); i++)
		if (r->steps[0].len == strlen(tables[i][1]) &&
		    memcmp(r->steps[0].data, tables[i][1],
			   r->steps[0].len) == 0)
			return tables[i][0];
	return NULL;
}

static bool put_pre(struct vocab_file *r)
{
	struct gguf_keys *k = &r->hf->keys;
	const char *name;

	if (!add_pre(r, json_get(r->root, "pre_tokenizer")))
		return false;
	name = family(r);
	if (name)
		gguf_put_str(k, "tokenizer.ggml.pre", name, strlen(name));
	else
		gguf_put_strings(k, "lilscope.pre", r->n_steps);
	for (size_t i = 0; !name && i < r->n_steps; i++)
		gguf_item_str(k, r->steps[i].data, r->steps[i].len);
	gguf_put_bool(k, "lilscope.whole_words",
		      json_is(json_get(json_get(r->root, "model"),
				       "ignore_merges"),
			      JSON_TRUE));
	return true;
}

/* --- tokens ------------------------------------------------------------- */

/* Those that their makers mark as special, and those that look so to
 * llama.cpp. */
static bool looks_special(const char *s, size_t n)
{
	static const char *const pairs[][2] = {
		{ "<|", "|>" },
		{ "<\xef\xbd\x9c", "\xef\xbd\x9c>" },
		{ "<unused", ">" },
	};
	static const char *const words[] = { "<pad>", "<mask>", "<2mass>",
					     "[@BOS@]" };

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (n >= strlen(pairs[i][0]) &&
		    memcmp(s, pairs[i][0], strlen(pairs[i][0])) == 0 &&
		    bytes_end(s, n, pairs[i][1]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (n == strlen(words[i]) && memcmp(s, words[i], n) == 0)
			return true;
	return false;
}

static bool is_byte(const char *s, size_t n)
{
	return n == 6 && memcmp(s, "<0x", 3) == 0 && s[5] == '>';
}

/* An id behind the embedding's rows is that of a token for pictures and the
 * like; one that no vocabulary has is none. false: it is that. */
static bool set_slot(struct vocab_file *r, struct json_value id,
		     struct vocab_slot slot)
{
	double value = json_number(id, json_type(id) > JSON_NULL ? -1 : 0);
	uint32_t i = json_u32(id, UINT32_MAX);

	if (!(value >= 0 && value <= MODEL_VOCAB_MAX))
		return err_set(r->err, "tokenizer.json: the id of \"%.*s\" is "
				       "no number of 0 to %d",
			       (int)MIN(slot.n, (size_t)STRING_SHOWN),
			       slot.s ? slot.s : "", MODEL_VOCAB_MAX);
	if (slot.s && i < r->hf->n_vocab)
		r->slots[i] = slot;
	return true;
}

static bool read_slots(struct vocab_file *r)
{
	struct json_value model = json_get(r->root, "model");
	struct json_value v = json_first(json_get(model, "vocab"));
	struct json_value unknown = json_get(model, "unk_token");
	struct vocab_slot t;

	for (; v.doc; v = json_next(v)) {
		t.s = json_key(v, &t.n);
		t.type = r->spm && is_byte(t.s, t.n) ? TOKEN_BYTE :
						       TOKEN_NORMAL;
		if (!set_slot(r, v, t))
			return false;
	}
	for (v = json_first(json_get(r->root, "added_tokens")); v.doc;
	     v = json_next(v)) {
		bool marked = json_is(json_get(v, "special"), JSON_TRUE);

		t.s = json_text(json_get(v, "content"), &t.n);
		t.type = t.s && (marked || looks_special(t.s, t.n)) ?
				 TOKEN_CONTROL : TOKEN_USER;
		if (!set_slot(r, json_get(v, "id"), t))
			return false;
	}
	t.s = json_text(unknown, &t.n);
	for (uint32_t i = 0; t.s && r->spm && i < r->hf->n_vocab; i++)
		if (r->slots[i].s && r->slots[i].n == t.n &&
		    memcmp(r->slots[i].s, t.s, t.n) == 0)
			r->slots[i].type = TOKEN_UNKNOWN;
	return true;
}

/* A user's token stands in text as it is, its blanks, too. */
static void put_slot(struct gguf_keys *k, const struct vocab_slot *t, bool spm)
{
	static const char blank[] = SPM_BLANK;
	struct buf text = { 0 };
	size_t i = 0;

	if (!spm || t->type != TOKEN_USER) {
		gguf_item_str(k, t->s, t->n);
		return;
	}
	while (i < t->n) {
		bool is = t->n - i >= 3 && memcmp(t->s + i, blank, 3) == 0;

		buf_putc(&text, is ? ' ' : t->s[i]);
		i += is ? 3 : 1;
	}
	gguf_item_str(k, text.data, text.len);
	buf_release(&text);
}

static void put_slots(struct vocab_file *r)
{
	struct gguf_keys *k = &r->hf->keys;
	uint32_t n = r->hf->n_vocab;
	char name[24];

	gguf_put_strings(k, "tokenizer.ggml.tokens", n);
	for (uint32_t i = 0; i < n; i++) {
		if (r->slots[i].s) {
			put_slot(k, &r->slots[i], r->spm);
			continue;
		}
		snprintf(name, sizeof(name), "[PAD%u]", i);
		gguf_item_str(k, name, strlen(name));
		r->slots[i].type = TOKEN_UNUSED;
	}
	gguf_put_ints(k, "tokenizer.ggml.token_type", n);
	for (uint32_t i = 0; i < n; i++)
		gguf_item_int(k, (int32_t)r->slots[i].type);
}

static bool is_pair(struct json_value merge)
{
	size_t n;
	const char *s = json_text(merge, &n);

	if (json_is(merge, JSON_ARRAY))
		return json_count(merge) == 2 &&
		       json_is(json_at(merge, 0), JSON_STRING) &&
		       json_is(json_at(merge, 1), JSON_STRING);
	return s && n > 1 && memchr(s + 1, ' ', n - 1);
}

/* "a b", or ["a", "b"]. */
static bool put_merges(struct vocab_file *r)
{
	struct json_value list = json_get(json_get(r->root, "model"), "merges");
	struct gguf_keys *k = &r->hf->keys;
	struct buf pair = { 0 };
	bool good = true;
	const char *s;
	size_t n, i = 0;

	gguf_put_strings(k, "tokenizer.ggml.merges", json_count(list));
	for (list = json_first(list); good && list.doc;
	     list = json_next(list)) {
		i++;
		good = is_pair(list) ||
		       err_set(r->err, "tokenizer.json: merge %zu is no pair "
				       "of tokens", i);
		buf_clear(&pair);
		s = json_text(json_is(list, JSON_ARRAY) ? json_at(list, 0) :
							  list, &n);
		buf_append(&pair, s ? s : "", n);
		if (json_is(list, JSON_ARRAY)) {
			s = json_text(json_at(list, 1), &n);
			buf_putc(&pair, ' ');
			buf_append(&pair, s ? s : "", n);
		}
		gguf_item_str(k, pair.data, pair.len);
	}
	buf_release(&pair);
	return good;
}

/* --- special ids -------------------------------------------------------- */

static void put_id(struct vocab_file *r, const char *key, uint32_t id)
{
	if (id < r->hf->n_vocab)
		gguf_put_u64(&r->hf->keys, key, id);
}

/* The id of a token that is named, as a string or as {"content": ...}. */
static uint32_t named(const struct vocab_file *r, struct json_value v)
{
	size_t n;
	const char *s = json_text(json_is(v, JSON_OBJECT) ?
					  json_get(v, "content") : v, &n);

	for (uint32_t i = 0; s && i < r->hf->n_vocab; i++)
		if (r->slots[i].s && r->slots[i].n == n &&
		    memcmp(r->slots[i].s, s, n) == 0)
			return i;
	return VOCAB_NO_ID;
}

/* eos_token_id is a number or some: each ends a generation. */
static void put_ends(struct vocab_file *r)
{
	static const char *const keys[] = { "tokenizer.ggml.eos_token_id",
					    "tokenizer.ggml.eot_token_id",
					    "tokenizer.ggml.eom_token_id" };
	const struct json_value lists[] = {
		json_get(json_root(&r->generation), "eos_token_id"),
		json_get(r->hf->root, "eos_token_id"),
	};
	uint32_t seen[ARRAY_LEN(keys)], id;
	size_t n = 0;

	id = named(r, json_get(json_root(&r->config), "eos_token"));
	if (id != VOCAB_NO_ID)
		seen[n++] = id;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct json_value v = lists[i];

		if (json_is(v, JSON_ARRAY))
			v = json_first(v);
		for (; v.doc && n < ARRAY_LEN(keys);
		     v = json_is(lists[i], JSON_ARRAY) ?
				 json_next(v) : (struct json_value){ 0 }) {
			bool known = false;

			id = json_u32(v, VOCAB_NO_ID);
			for (size_t k = 0; k < n; k++)
				known = known || seen[k] == id;
			if (!known && id < r->hf->n_vocab)
				seen[n++] = id;
		}
	}
	for (size_t i = 0; i < n; i++)
		put_id(r, keys[i], seen[i]);
}

/* Does the post_processor put a special token first? */
static bool begins_special(struct json_value part)
{
	struct json_value v = json_first(json_get(part, "processors"));

	if (is_type(part, "TemplateProcessing"))
		return json_get(json_at(json_get(part, "single"), 0),
				"SpecialToken").doc != NULL;
	for (; v.doc; v = json_next(v))
		if (is_type(v, "TemplateProcessing") && begins_special(v))
			return true;
	return false;
}

static void put_special(struct vocab_file *r)
{
	struct json_value config = json_root(&r->config);
	struct json_value adds = json_get(config, "add_bos_token");
	uint32_t bos = named(r, json_get(config, "bos_token"));
	bool said = json_is(adds, JSON_TRUE) || json_is(adds, JSON_FALSE);
	struct gguf_keys *k = &r->hf->keys;

	if (bos == VOCAB_NO_ID)
		bos = json_u32(json_get(r->hf->root, "bos_token_id"),
			       VOCAB_NO_ID);
	put_id(r, "tokenizer.ggml.bos_token_id", bos);
	put_id(r, "tokenizer.ggml.unknown_token_id",
	       named(r, json_get(json_get(r->root, "model"), "unk_token")));
	put_ends(r);
	gguf_put_bool(k, "tokenizer.ggml.add_bos_token",
		      said ? json_is(adds, JSON_TRUE) :
			     begins_special(json_get(r->root,
						     "post_processor")));
	gguf_put_bool(k, "tokenizer.ggml.add_space_prefix", r->add_space);
}

static bool strips(struct json_value token)
{
	return json_is(json_get(token, "rstrip"), JSON_TRUE);
}

/* Tokens that take the white space behind them; an empty list: none does. */
static void put_strips(struct vocab_file *r)
{
	struct json_value all = json_get(r->root, "added_tokens"), v;
	size_t n = 0;

	for (v = json_first(all); v.doc; v = json_next(v))
		n += strips(v);
	gguf_put_ints(&r->hf->keys, "lilscope.strips", n);
	for (v = json_first(all); v.doc; v = json_next(v))
		if (strips(v))
			gguf_item_int(&r->hf->keys,
				      (int32_t)json_u32(json_get(v, "id"),
							UINT32_MAX));
}

/* The template of its own file, the tokenizer's, a processor's; of several the
 * one that is "default". */
static bool put_template(struct vocab_file *r)
{
	struct json_value v = json_get(json_root(&r->config), "chat_template");
	struct hf_text text = r->hf->texts->template;
	const char *where = "tokenizer_config.json";

	if (json_type(v) <= JSON_NULL) {
		v = json_get(json_root(&r->template), "chat_template");
		where = "chat_template.json";
	}
	if (json_is(v, JSON_ARRAY)) {
		v = json_first(v);
		while (v.doc && !json_text_is(json_get(v, "name"), "default"))
			v = json_next(v);
		v = json_get(v, "template");
	}
	if (json_type(v) > JSON_NULL && !json_is(v, JSON_STRING))
		return err_set(r->err, "%s: its chat_template is no text",
			       where);
	if (!text.s)
		text.s = json_text(v, &text.n);
	if (text.s)
		gguf_put_str(&r->hf->keys, "tokenizer.chat_template", text.s,
			     text.n);
	return true;
}

/* --- the whole ---------------------------------------------------------- */

/* Files that may be missing say nothing then. */
static bool read_json(struct vocab_file *r, const char *name,
		      const struct hf_text *text, struct json *j)
{
	struct json_trouble trouble;

	return !text->s ||
	       json_read(j, text->s, text->n, false, &trouble) ||
	       err_set(r->err, "%s: byte %zu: %s", name, trouble.byte,
		       trouble.what);
}

/* Which of the two programs it is. */
static bool read_kind(struct vocab_file *r)
{
	struct json_value model = json_get(r->root, "model");
	struct json_value type = json_get(model, "type");
	struct json_value pre = json_get(r->root, "pre_tokenizer");
	struct json_value scheme = json_get(pre, "prepend_scheme");
	struct json_value prefix = json_get(pre, "add_prefix_space");

	if (type.doc && !is_type(model, "BPE"))
		return no_type(r, "model", model);
	if (!json_is(json_get(model, "vocab"), JSON_OBJECT) ||
	    !json_is(json_get(model, "merges"), JSON_ARRAY))
		return err_set(r->err, "tokenizer.json: its model has no "
				       "vocab, or no merges");
	if (has_part(pre, "pretokenizers", "ByteLevel"))
		return true;
	r->spm = true;
	r->add_space = has_part(json_get(r->root, "normalizer"), "normalizers",
				"Prepend") ||
		       (is_type(pre, "Metaspace") &&
			(scheme.doc ? !json_text_is(scheme, "never") :
				      !json_is(prefix, JSON_FALSE)));
	return json_is(json_get(model, "byte_fallback"), JSON_TRUE) ||
	       err_set(r->err, "tokenizer.json: BPE is known with ByteLevel "
			       "or with byte_fallback");
}

static bool read_all(struct vocab_file *r)
{
	const struct hf_texts *texts = r->hf->texts;
	const char *kind;

	if (!texts->tokenizer.s)
		return err_set(r->err, "has no tokenizer.json (a "
				       "tokenizer.model alone is not read)");
	if (!read_json(r, "tokenizer.json", &texts->tokenizer,
		       &r->tokenizer) ||
	    !read_json(r, "tokenizer_config.json", &texts->tokenizer_config,
		       &r->config) ||
	    !read_json(r, "generation_config.json", &texts->generation,
		       &r->generation) ||
	    !read_json(r, "chat_template.json", &texts->template_json,
		       &r->template))
		return false;
	r->root = json_root(&r->tokenizer);
	if (!read_kind(r))
		return false;
	kind = r->spm ? "llama" : "gpt2";
	gguf_put_str(&r->hf->keys, "tokenizer.ggml.model", kind, strlen(kind));
	if (!r->spm && !put_pre(r))
		return false;
	r->slots = mem_zalloc(r->hf->n_vocab * sizeof(*r->slots));
	if (!read_slots(r))
		return false;
	put_slots(r);
	if (!put_merges(r))
		return false;
	put_special(r);
	put_strips(r);
	if (has_part(json_get(r->root, "normalizer"), "normalizers", "NFC"))
		gguf_put_bool(&r->hf->keys, "lilscope.nfc", true);
	return put_template(r);
}

bool hf_vocab_put(struct hf *hf, struct err *err)
{
	struct vocab_file r = { .hf = hf, .err = err };
	bool good = read_all(&r);

	for (size_t i = 0; i < PRE_STEPS_MAX; i++)
		buf_release(&r.steps[i]);
	mem_free(r.slots);
	json_release(&r.tokenizer);
	json_release(&r.config);
	json_release(&r.generation);
	json_release(&r.template);
	return good;
}
