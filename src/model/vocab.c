#include <stdio.h>
#include <string.h>

#include "model/vocab_impl.h"
#include "base/utf8.h"

/* SentencePiece writes a blank as U+2581. */
#define BLANK "\xe2\x96\x81"

/* Pieces that end a generation beside the model's own end token. */
static const char *const end_pieces[] = {
	"<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end_of_text|>",
	"<|eom_id|>", "<end_of_turn>", "<|end|>",
	"<\xef\xbd\x9c" "end\xe2\x96\x81of\xe2\x96\x81sentence\xef\xbd\x9c>",
};

void vocab_ids_release(struct vocab_ids *ids)
{
	mem_free(ids->ids);
	*ids = (struct vocab_ids){ 0 };
}

void vocab_push(struct vocab_ids *out, uint32_t id)
{
	out->ids = grow(out->ids, &out->cap, out->n + 1, sizeof(*out->ids));
	out->ids[out->n++] = id;
}

/* --- tables ------------------------------------------------------------- */

static uint64_t hash_bytes(const char *s, size_t n)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 1099511628211u;
	return h ^ h >> 29;
}

static uint32_t *slot_of(const struct vocab *v, const char *s, size_t n)
{
	size_t at = (size_t)hash_bytes(s, n) % v->table_size;

	for (; v->table[at]; at = (at + 1) % v->table_size) {
		const struct piece *p = &v->pieces[v->table[at] - 1];

		if (p->len == n && memcmp(p->s, s, n) == 0)
			break;
	}
	return &v->table[at];
}

uint32_t vocab_find(const struct vocab *v, const char *piece, size_t n)
{
	uint32_t at = *slot_of(v, piece, n);

	return at ? at - 1 : VOCAB_NO_ID;
}

/* Of equal pieces the first one counts. */
static void index_pieces(struct vocab *v)
{
	v->table_size = (size_t)v->n * 2 + 1;
	v->table = mem_zalloc(v->table_size * sizeof(*v->table));
	for (uint32_t i = 0; i < v->n; i++) {
		uint32_t *at = slot_of(v, v->pieces[i].s, v->pieces[i].len);

		if (!*at)
			*at = i + 1;
	}
}

static struct merge *merge_slot(const struct vocab *v, uint32_t left,
				uint32_t right)
{
	uint64_t h = ((uint64_t)left << 32 | right) * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(h >> 20) % v->merges_size;

	while (v->merges[at].joined != VOCAB_NO_ID &&
	       (v->merges[at].left != left || v->merges[at].right != right))
		at = (at + 1) % v->merges_size;
	return &v->merges[at];
}

const struct merge *vocab_merge(const struct vocab *v, uint32_t left,
				uint32_t right)
{
	const struct merge *m = merge_slot(v, left, right);

	return m->joined == VOCAB_NO_ID ? NULL : m;
}

/* --- pieces ------------------------------------------------------------- */

/* GPT-2 writes each byte as a character that can be seen: those that can be
 * stay, the others are 256, 257 ... */
static void byte_chars(uint32_t out[256])
{
	uint32_t next = 256;

	for (uint32_t i = 0; i < 256; i++) {
		bool seen = (i >= '!' && i <= '~') || (i >= 0xa1 && i <= 0xac) ||
			    i >= 0xae;

		out[i] = seen ? i : next++;
	}
}

/* The bytes that a piece of such characters means, into v->own. */
static void decode_piece(struct vocab *v, struct piece *p,
			 const int16_t back[512])
{
	size_t used;

	for (size_t at = 0; at < p->len; at += used) {
		int32_t c = utf8_decode(p->s + at, p->len - at, &used);

		if (c >= 0 && c < 512 && back[c] >= 0)
			buf_putc(&v->own, (char)back[c]);
		else
			buf_append(&v->own, p->s + at, used);
	}
}

/* All BPE pieces as bytes; control and user tokens stay as they are. */
static void decode_pieces(struct vocab *v)
{
	uint32_t chars[256];
	int16_t back[512];
	size_t *ends = mem_alloc((v->n + 1) * sizeof(*ends));

	memset(back, -1, sizeof(back));
	byte_chars(chars);
	for (int16_t i = 0; i < 256; i++)
		back[chars[i]] = i;
	for (uint32_t i = 0; i < v->n; i++) {
		struct piece *p = &v->pieces[i];

		if (p->type == TOKEN_CONTROL || p->type == TOKEN_USER)
			buf_append(&v->own, p->s, p->len);
		else
			decode_piece(v, p, back);
		ends[i] = v->own.len;
	}
	for (uint32_t i = 0; i < v->n; i++) {
		size_t from = i ? ends[i - 1] : 0;

		v->pieces[i].s = v->own.data + from;
		v->pieces[i].len = (uint32_t)(ends[i] - from);
	}
	mem_free(ends);
}

/* "<0x0A>" is the byte 10. */
static int byte_of(const struct piece *p)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *a, *b;

	if (p->len != 6 || memcmp(p->s, "<0x", 3) != 0 || p->s[5] != '>')
		return -1;
	a = memchr(digits, p->s[3], 16);
	b = memchr(digits, p->s[4], 16);
	return a && b ? (int)((a - digits) * 16 + (b - digits)) : -1;
}

static void find_bytes(struct vocab *v)
{
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;

		v->bytes[i] = v->spm ? VOCAB_NO_ID : vocab_find(v, &byte, 1);
	}
	for (uint32_t i = 0; v->spm && i < v->n; i++) {
		int byte = byte_of(&v->pieces[i]);

		if (byte >= 0 && v->bytes[byte] == VOCAB_NO_ID)
			v->bytes[byte] = i;
	}
}

/* --- special tokens ----------------------------------------------------- */

static void mark_ends(struct vocab *v)
{
	for (size_t i = 0; i < ARRAY_LEN(end_pieces); i++) {
		uint32_t id = vocab_find(v, end_pieces[i],
					 strlen(end_pieces[i]));

		if (id != VOCAB_NO_ID)
			v->pieces[id].ends = true;
	}
	if (v->eos < v->n)
		v->pieces[v->eos].ends = true;
}

/* Those that are written out in text; longest first. */
static void list_special(struct vocab *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		const struct piece *p = &v->pieces[i];
		size_t at;

		if ((p->type != TOKEN_CONTROL && p->type != TOKEN_USER) ||
		    !p->len)
			continue;
		v->special = grow(v->special, &v->special_cap,
				  v->n_special + 1, sizeof(*v->special));
		at = v->n_special++;
		while (at && v->pieces[v->special[at - 1]].len < p->len) {
			v->special[at] = v->special[at - 1];
			at--;
		}
		v->special[at] = i;
	}
}

/* --- from GGUF ---------------------------------------------------------- */

static bool read_pieces(struct vocab *v, const struct gguf *g,
			struct err *err)
{
	struct gguf_array tokens, scores, types;
	bool has_scores = gguf_array(g, "tokenizer.ggml.scores", &scores);
	bool has_types = gguf_array(g, "tokenizer.ggml.token_type", &types);

	if (!gguf_array(g, "tokenizer.ggml.tokens", &tokens) || !tokens.n ||
	    tokens.n > 1 << 22)
		return err_set(err, "the file has no list of tokens");
	v->n = (uint32_t)tokens.n;
	v->pieces = mem_zalloc(v->n * sizeof(*v->pieces));
	for (uint32_t i = 0; i < v->n; i++) {
		struct piece *p = &v->pieces[i];
		double score = 0, type = TOKEN_NORMAL;
		size_t len;

		if (!gguf_next_str(&tokens, &p->s, &len) || len > 1 << 20)
			return err_set(err, "token %u is no text", i);
		p->len = (uint32_t)len;
		if (has_scores)
			gguf_next_f64(&scores, &score);
		if (has_types)
			gguf_next_f64(&types, &type);
		p->score = (float)score;
		p->type = type >= 1 && type <= TOKEN_BYTE ? (uint8_t)type :
							    TOKEN_NORMAL;
	}
	return true;
}

/* "left right", in GPT-2's characters. */
static bool read_merge(struct vocab *v, const char *s, size_t n,
		       uint32_t rank, const int16_t back[512],
		       struct buf *scratch)
{
	const char *blank = n > 1 ? memchr(s + 1, ' ', n - 1) : NULL;
	struct piece half[2];
	size_t middle;
	uint32_t ids[3];
	struct merge *m;

	if (!blank)
		return true; /* of no use, and no harm */
	half[0] = (struct piece){ .s = s, .len = (uint32_t)(blank - s) };
	half[1] = (struct piece){ .s = blank + 1,
				  .len = (uint32_t)(s + n - blank - 1) };
	buf_clear(&v->own);
	decode_piece(v, &half[0], back);
	middle = v->own.len;
	decode_piece(v, &half[1], back);
	(void)scratch;
	ids[0] = vocab_find(v, v->own.data, middle);
	ids[1] = vocab_find(v, v->own.data + middle, v->own.len - middle);
	ids[2] = vocab_find(v, v->own.data, v->own.len);
	if (ids[0] == VOCAB_NO_ID || ids[1] == VOCAB_NO_ID ||
	    ids[2] == VOCAB_NO_ID)
		return true;
	m = merge_slot(v, ids[0], ids[1]);
	if (m->joined == VOCAB_NO_ID)
		*m = (struct merge){ ids[0], ids[1], rank, ids[2] };
	return true;
}

static bool read_merges(struct vocab *v, const struct gguf *g,
			struct err *err)
{
	struct gguf_array merges;
	struct buf pieces = v->own; /* stays; own is scratch meanwhile */
	uint32_t chars[256];
	int16_t back[512];
	const char *s;
	size_t n;

	if (!gguf_array(g, "tokenizer.ggml.merges", &merges))
		return err_set(err, "the tokenizer has no merges");
	memset(back, -1, sizeof(back));
	byte_chars(chars);
	for (int16_t i = 0; i < 256; i++)
		back[chars[i]] = i;
	v->merges_size = (size_t)merges.n * 2 + 1;
	v->merges = mem_alloc(v->merges_size * sizeof(*v->merges));
	for (size_t i = 0; i < v->merges_size; i++)
		v->merges[i].joined = VOCAB_NO_ID;
	v->own = (struct buf){ 0 };
	for (uint32_t rank = 0; gguf_next_str(&merges, &s, &n); rank++)
		read_merge(v, s, n, rank, back, NULL);
	buf_release(&v->own);
	v->own = pieces;
	return true;
}

static uint32_t id_at(const struct gguf *g, const char *key, uint32_t n)
{
	uint64_t id;

	return gguf_u64(g, key, &id) && id < n ? (uint32_t)id : VOCAB_NO_ID;
}

static void read_flags(struct vocab *v, const struct gguf *g)
{
	v->bos = id_at(g, "tokenizer.ggml.bos_token_id", v->n);
	v->eos = id_at(g, "tokenizer.ggml.eos_token_id", v->n);
	v->unknown = id_at(g, "tokenizer.ggml.unknown_token_id", v->n);
	if (v->unknown == VOCAB_NO_ID)
		v->unknown = 0;
	v->add_bos = v->spm;
	v->add_space = v->spm;
	gguf_bool(g, "tokenizer.ggml.add_bos_token", &v->add_bos);
	gguf_bool(g, "tokenizer.ggml.add_space_prefix", &v->add_space);
	if (!gguf_str(g, "tokenizer.chat_template", &v->chat, &v->chat_len))
		v->chat = NULL;
}

static bool read_gguf(struct vocab *v, const struct gguf *g, struct err *err)
{
	const char *kind = "", *pre = "";
	size_t kind_len = 0, pre_len = 0;

	gguf_str(g, "tokenizer.ggml.model", &kind, &kind_len);
	gguf_str(g, "tokenizer.ggml.pre", &pre, &pre_len);
	v->spm = kind_len == 5 && memcmp(kind, "llama", 5) == 0;
	if (!v->spm && !(kind_len == 4 && memcmp(kind, "gpt2", 4) == 0))
		return err_set(err, "the tokenizer \"%.*s\" is not known; llama "
				    "and gpt2 are",
			       (int)MIN(kind_len, (size_t)40), kind);
	if (!read_pieces(v, g, err))
		return false;
	snprintf(v->kind, sizeof(v->kind), "%.*s%s%.*s", (int)kind_len, kind,
		 v->spm ? "" : " ", v->spm ? 0 : (int)MIN(pre_len, 32u), pre);
	if (!v->spm) {
		v->pre = vocab_pre_new(pre, pre_len, err);
		if (!v->pre)
			return false;
		decode_pieces(v);
	}
	index_pieces(v);
	read_flags(v, g);
	return v->spm || read_merges(v, g, err);
}

static void finish(struct vocab *v)
{
	find_bytes(v);
	mark_ends(v);
	list_special(v);
}

struct vocab *vocab_from_gguf(const struct gguf *g, struct err *err)
{
	struct vocab *v = mem_zalloc(sizeof(*v));

	if (!read_gguf(v, g, err)) {
		vocab_free(v);
		return NULL;
	}
	finish(v);
	return v;
}

/* --- llama2.c ----------------------------------------------------------- */

struct vocab *vocab_from_llama2c(const void *data, size_t size,
				 uint32_t n_vocab, struct err *err)
{
	const char *s = data, *end = s + size;
	struct vocab *v = mem_zalloc(sizeof(*v));

	v->spm = v->add_space = v->add_bos = true;
	v->n = n_vocab;
	v->bos = 1;
	v->eos = 2;
	snprintf(v->kind, sizeof(v->kind), "llama2.c");
	if (size / 8 < n_vocab) /* 8 bytes a piece at least */
		v->n = 0;
	v->pieces = mem_zalloc((v->n + 1) * sizeof(*v->pieces));
	s += size >= 4 ? 4 : 0; /* the longest piece's length */
	for (uint32_t i = 0; i < v->n; i++) {
		struct piece *p = &v->pieces[i];
		int32_t len = -1;

		if (end - s >= 8) {
			memcpy(&p->score, s, 4);
			memcpy(&len, s + 4, 4);
			s += 8;
		}
		if (len < 0 || len > end - s) {
			v->n = 0;
			break;
		}
		p->s = s;
		p->len = (uint32_t)len;
		p->type = i < 3 ? TOKEN_CONTROL : TOKEN_NORMAL;
		s += len;
	}
	if (v->n != n_vocab || !n_vocab) {
		err_set(err, "the tokenizer file is cut short: it has not %u "
			     "pieces", n_vocab);
		vocab_free(v);
		return NULL;
	}
	index_pieces(v);
	finish(v);
	/* there a blank is a blank; and both 1 and 2 end a story */
	v->pieces[1].ends = true;
	for (uint32_t i = 0; i < 256 && 3 + i < v->n; i++)
		v->bytes[i] = 3 + i;
	return v;
}

void vocab_free(struct vocab *v)
{
	if (!v)
		return;
	vocab_pre_free(v->pre);
	mem_free(v->pieces);
	mem_free(v->table);
	mem_free(v->merges);
	mem_free(v->special);
	buf_release(&v->own);
	mem_free(v);
}

/* --- text to ids -------------------------------------------------------- */

static bool is_llama2c(const struct vocab *v)
{
	return strcmp(v->kind, "llama2.c") == 0;
}

/* A blank before the text and for every blank, as SentencePiece has it. */
static void put_blanks(const struct vocab *v, const char *s, size_t n,
		       bool first, struct buf *out)
{
	const char *blank = is_llama2c(v) ? " " : BLANK;

	if (first && v->add_space)
		buf_puts(out, blank);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == ' ')
			buf_puts(out, blank);
		else
			buf_putc(out, s[i]);
	}
}

static void encode_run(const struct vocab *v, const char *s, size_t n,
		       bool first, struct vocab_ids *out)
{
	struct buf text = { 0 };

	if (!n)
		return;
	if (!v->spm) {
		vocab_bpe(v, s, n, out);
		return;
	}
	put_blanks(v, s, n, first, &text);
	vocab_spm(v, text.data, text.len, out);
	buf_release(&text);
}

/* The special token that begins here, or VOCAB_NO_ID. User tokens are found
 * always, control tokens only if they are asked for. */
static uint32_t special_at(const struct vocab *v, const char *s, size_t n,
			   bool control)
{
	for (size_t i = 0; i < v->n_special; i++) {
		const struct piece *p = &v->pieces[v->special[i]];

		if (p->len <= n && p->s[0] == s[0] &&
		    (control || p->type == TOKEN_USER) &&
		    memcmp(p->s, s, p->len) == 0)
			return v->special[i];
	}
	return VOCAB_NO_ID;
}

void vocab_encode(const struct vocab *v, const char *text, size_t n,
		  unsigned flags, struct vocab_ids *out)
{
	bool starts[256] = { false }, first = true;
	size_t from = 0, at = 0;

	if (flags & VOCAB_ADD_BOS && v->add_bos && v->bos != VOCAB_NO_ID)
		vocab_push(out, v->bos);
	for (size_t i = 0; i < v->n_special; i++)
		starts[(unsigned char)v->pieces[v->special[i]].s[0]] = true;
	while (at < n) {
		uint32_t id = VOCAB_NO_ID;

		if (starts[(unsigned char)text[at]])
			id = special_at(v, text + at, n - at,
					flags & VOCAB_SPECIAL);
		if (id == VOCAB_NO_ID) {
			at++;
			continue;
		}
		encode_run(v, text + from, at - from, first, out);
		vocab_push(out, id);
		at += v->pieces[id].len;
		from = at;
		first = true; /* llama.cpp: a blank after a special token */
	}
	encode_run(v, text + from, n - from, first, out);
}

/* --- ids to text -------------------------------------------------------- */

static void spm_piece(const struct vocab *v, const struct piece *p,
		      bool first, struct buf *out)
{
	size_t i = 0, blank = strlen(BLANK);

	if (p->type == TOKEN_BYTE || byte_of(p) >= 0) {
		buf_putc(out, (char)byte_of(p));
		return;
	}
	if (first && v->add_space) { /* the blank that was added */
		if (is_llama2c(v))
			i = p->len && p->s[0] == ' ';
		else if (p->len >= blank && memcmp(p->s, BLANK, blank) == 0)
			i = blank;
	}
	while (i < p->len) {
		if (p->len - i >= blank && !is_llama2c(v) &&
		    memcmp(p->s + i, BLANK, blank) == 0) {
			buf_putc(out, ' ');
			i += blank;
		} else {
			buf_putc(out, p->s[i++]);
		}
	}
}

void vocab_piece(const struct vocab *v, uint32_t id, uint32_t previous,
		 struct buf *out)
{
	const struct piece *p;

	if (id >= v->n)
		return;
	p = &v->pieces[id];
	if (p->type == TOKEN_CONTROL)
		return;
	if (v->spm)
		spm_piece(v, p,
			  previous == VOCAB_NO_ID || previous == v->bos, out);
	else
		buf_append(out, p->s, p->len);
}

/* --- questions ---------------------------------------------------------- */

uint32_t vocab_size(const struct vocab *v)
{
	return v->n;
}

const char *vocab_kind(const struct vocab *v)
{
	return v->kind;
}

bool vocab_ends(const struct vocab *v, uint32_t id)
{
	return id < v->n && v->pieces[id].ends;
}

uint32_t vocab_bos(const struct vocab *v)
{
	return v->bos;
}

const char *vocab_template(const struct vocab *v, size_t *n)
{
	*n = v->chat_len;
	return v->chat;
}
