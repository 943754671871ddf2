/*
 * A model's logits beside a peer's at every position of a text, and both
 * beside the same weights as numbers of 32 bits.
 *
 *	table_kl FILE.gguf PEER TEXT [N [LENGTH]]
 *
 * PEER FILE.gguf - ID... writes the logits of all positions as floats
 * (tests/bench/peer_logits.c, for libllama); or it is the same model in another
 * form, a folder, whose ids have to be the same, too. A row: the mean and the
 * greatest Kullback-Leibler divergence over N positions (256), in nats, and at
 * how many both have the same likeliest token. Then what smaller caches cost
 * (--kv), beside f16's. Where a peer rounds activations otherwise than we do,
 * the first row says by how much the two differ, and the last ones which of
 * them is nearer to what the weights say. The text goes token by token; with a
 * LENGTH it is N prompts of so many tokens, and a position is a prompt's end.
 *
 * Exit status 1 if ours is farther from the numbers than LIMIT in the mean and
 * farther than the peer.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "decode/model_map.h"
#include "model/transformer.h"

enum { POSITIONS = 256, TOKENS = 2048, PREFIX = 16384 };
#define LIMIT 1e-2

/* n positions of a text; or, where length is not 0, of as many prompts. */
struct feed {
	uint32_t ids[TOKENS];
	uint32_t n, length;
};

/* What layers' matrices are, those of most weights first. What a file's name
 * says is not what is in it: where rows are no whole blocks of the type that
 * was asked for, llama-quantize takes another. */
static const char *types_of(const struct model *m, struct buf *out)
{
	const struct model_shape *s = &m->shape;
	double n_q = (double)s->n_heads * s->d_head;
	double n_kv = (double)s->n_kv_heads * s->d_head;
	double weights[GGML_MXFP4 + 1] = { 0 }, all = 0;

	for (uint32_t i = 0; i < s->n_layers; i++) {
		const struct model_layer *y = &m->layers[i];

		weights[y->q.type] += n_q * s->n_embd;
		weights[y->k.type] += n_kv * s->n_embd;
		weights[y->v.type] += n_kv * s->n_embd;
		weights[y->o.type] += n_q * s->n_embd;
		weights[y->ff.gate.type] += (double)s->n_ff * s->n_embd;
		weights[y->ff.up.type] += (double)s->n_ff * s->n_embd;
		weights[y->ff.down.type] += (double)s->n_ff * s->n_embd;
	}
	for (size_t i = 0; i < ARRAY_LEN(weights); i++)
		all += weights[i];
	for (;;) {
		size_t best = 0;

		for (size_t i = 1; i < ARRAY_LEN(weights); i++)
			best = weights[i] > weights[best] ? i : best;
		if (weights[best] <= 0)
			return buf_cstr(out);
		buf_printf(out, "%s%s %.0f %%", out->len ? ", " : "",
			   quant_of((uint32_t)best)->name,
			   100 * weights[best] / all);
		weights[best] = 0;
	}
}

static struct kernel_rows widened(const struct kernel_rows *w, uint64_t n_rows)
{
	struct kernel_rows wide = *w;
	float *out = mem_alloc((size_t)n_rows * w->n_cols * sizeof(*out));

	for (uint64_t r = 0; r < n_rows; r++)
		quant_of(w->type)->to_f32(
			out + r * w->n_cols,
			(const char *)w->data + r * w->row_bytes, w->n_cols);
	wide.type = GGML_F32;
	wide.data = out;
	wide.row_bytes = w->n_cols * sizeof(*out);
	return wide;
}

/* All matrices as floats; for as long as the program runs. */
static void widen(struct model *m)
{
	const struct model_shape *s = &m->shape;
	uint64_t n_q = (uint64_t)s->n_heads * s->d_head;
	uint64_t n_kv = (uint64_t)s->n_kv_heads * s->d_head;

	m->output = widened(&m->output, s->n_vocab);
	for (uint32_t i = 0; i < s->n_layers; i++) {
		struct model_layer *y = &m->layers[i];

		y->q = widened(&y->q, n_q);
		y->k = widened(&y->k, n_kv);
		y->v = widened(&y->v, n_kv);
		y->o = widened(&y->o, s->n_embd);
		y->ff.gate = widened(&y->ff.gate, s->n_ff);
		y->ff.up = widened(&y->ff.up, s->n_ff);
		y->ff.down = widened(&y->ff.down, s->n_embd);
	}
}

/* One that has read nothing. */
static struct transformer *decoder(const struct model *m, struct pool *pool,
				   enum ggml_type kv)
{
	struct sparse_opts o = sparse_opts_auto;
	const struct sparse_shape shape = transformer_shape(m);
	struct err err = { "" };

	if (!sparse_resolve(&sparse_dense, &o, &shape, &err))
		abort();
	return transformer_new(m, pool, kv, &sparse_dense, &o);
}

static float *ours(const struct model *m, enum ggml_type kv,
		   const struct feed *feed)
{
	size_t n_vocab = m->shape.n_vocab;
	float *out = mem_alloc(feed->n * n_vocab * sizeof(*out));
	uint32_t length = MAX(feed->length, 1);
	struct pool *pool = pool_new(1);
	struct transformer *t = NULL;

	for (uint32_t i = 0; i < feed->n; i++) {
		const uint32_t *ids = feed->ids + (size_t)i * length;

		if (t && !feed->length) {
			transformer_step(t, *ids);
		} else {
			transformer_free(t);
			t = decoder(m, pool, kv);
			transformer_prompt(t, ids, length, length);
		}
		memcpy(out + i * n_vocab, transformer_logits(t),
		       n_vocab * sizeof(*out));
	}
	transformer_free(t);
	pool_free(pool);
	return out;
}

/* The logits that the peer has for these, the last n_out of n. */
static bool ask_peer(const char *peer, const char *path, const uint32_t *ids,
		     uint32_t n, float *out, uint32_t n_out, size_t n_vocab)
{
	float *all = mem_alloc(n * n_vocab * sizeof(*all));
	struct buf command = { 0 };
	FILE *in;
	bool good;

	buf_printf(&command, "'%s' '%s' -", peer, path);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&command, " %u", ids[i]);
	in = popen(buf_cstr(&command), "r");
	good = in && fread(all, n_vocab * sizeof(*all), n, in) == n;
	good = in && pclose(in) == 0 && good;
	if (good)
		memcpy(out, all + (n - n_out) * n_vocab,
		       n_out * n_vocab * sizeof(*out));
	buf_release(&command);
	mem_free(all);
	return good;
}

static float *theirs(const char *peer, const char *path,
		     const struct feed *feed, size_t n_vocab)
{
	float *out = mem_alloc(feed->n * n_vocab * sizeof(*out));
	uint32_t n_asked = feed->length ? feed->n : 1;
	uint32_t n_out = feed->n / n_asked;
	uint32_t n = feed->length ? feed->length : feed->n;

	for (uint32_t i = 0; i < n_asked; i++)
		if (!ask_peer(peer, path, feed->ids + (size_t)i * n, n,
			      out + i * n_vocab, n_out, n_vocab)) {
			mem_free(out);
			return NULL;
		}
	return out;
}

static double log_sum(const float *v, size_t n)
{
	double most = -INFINITY, sum = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, (double)v[i]);
	for (size_t i = 0; i < n; i++)
		sum += exp((double)v[i] - most);
	return most + log(sum);
}

static size_t greatest(const float *v, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		best = v[i] > v[best] ? i : best;
	return best;
}

/* Mean over the positions of the divergence of `is` from what `should` be; a
 * row of the table. */
static double compare(const char *title, const float *should, const float *is,
		      uint32_t n, size_t n_vocab)
{
	double sum = 0, most = 0, margin = 0;
	uint32_t n_same = 0;

	for (uint32_t i = 0; i < n; i++, should += n_vocab, is += n_vocab) {
		double a = log_sum(should, n_vocab), b = log_sum(is, n_vocab);
		size_t best = greatest(should, n_vocab);
		size_t other = greatest(is, n_vocab);
		double kl = 0;

		for (size_t k = 0; k < n_vocab; k++) {
			double p = (double)should[k] - a;

			kl += exp(p) * (p - ((double)is[k] - b));
		}
		sum += kl;
		most = fmax(most, kl);
		n_same += best == other;
		margin = fmax(margin,
			      (double)should[best] - (double)should[other]);
	}
	printf("  %-30s %.1e  %.1e  %3u/%u  %.3f\n", title, sum / n, most,
	       n_same, n, margin);
	fflush(stdout);
	return sum / n;
}

/* The first tokens of a file. */
static void set_tokens(struct feed *feed, const struct vocab *v,
		       const char *path)
{
	static char text[PREFIX];
	FILE *in = fopen(path, "r");
	size_t len = in ? fread(text, 1, sizeof(text), in) : 0;
	uint32_t length = MAX(feed->length, 1);
	struct vocab_ids all = { 0 };

	if (in)
		fclose(in);
	vocab_encode(v, text, len, VOCAB_ADD_BOS, &all);
	feed->n = (uint32_t)MIN(feed->n, MIN(all.n, (size_t)TOKENS) / length);
	memcpy(feed->ids, all.ids,
	       (size_t)feed->n * length * sizeof(*feed->ids));
	vocab_ids_release(&all);
}

/* The logits of the model in another form; NULL: it is none, or has others
 * ids for the text. */
static float *in_folder(const char *folder, const char *text,
			const struct feed *feed, size_t n_vocab)
{
	struct feed own = { .n = feed->n, .length = feed->length };
	struct model_map map;
	struct err err = { "" };
	float *out = NULL;

	if (!model_map_open(&map, folder, NULL, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return NULL;
	}
	set_tokens(&own, map.vocab, text);
	if (memcmp(&own, feed, sizeof(own)) != 0)
		fprintf(stderr, "%s: the ids are others\n", folder);
	else if (map.model->shape.n_vocab != n_vocab)
		fprintf(stderr, "%s: the vocabulary is another\n", folder);
	else
		out = ours(map.model, GGML_F32, feed);
	model_map_close(&map);
	return out;
}

/* What a smaller cache costs, with these weights: beside f16's. */
static void compare_caches(const struct model *m, const struct feed *feed)
{
	static const enum ggml_type types[] = { GGML_F32, GGML_Q8_0,
						GGML_Q4_0 };
	float *f16 = ours(m, GGML_F16, feed);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		char title[40];
		float *is;

		if (!cache_fits(types[i], m->shape.d_head, NULL))
			continue;
		is = ours(m, types[i], feed);
		snprintf(title, sizeof(title), "--kv %s beside f16",
			 cache_type_name(types[i]));
		compare(title, f16, is, feed->n, m->shape.n_vocab);
		mem_free(is);
	}
	mem_free(f16);
}

int main(int argc, char **argv)
{
	static struct feed feed = { .n = POSITIONS };
	struct stat st;
	struct model_map map;
	struct err err = { "" };
	float *numbers, *we, *they;
	struct buf types = { 0 };
	double our_error, their_error;
	size_t n_vocab;

	if (argc < 4) {
		fprintf(stderr, "usage: table_kl FILE.gguf PEER TEXT "
				"[N [LENGTH]]\n");
		return 2;
	}
	if (!model_map_open(&map, argv[1], NULL, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	if (argc > 4)
		feed.n = (uint32_t)strtoul(argv[4], NULL, 10);
	if (argc > 5)
		feed.length = (uint32_t)strtoul(argv[5], NULL, 10);
	feed.n = MIN(feed.n, POSITIONS);
	n_vocab = map.model->shape.n_vocab;
	set_tokens(&feed, map.vocab, argv[3]);
	we = ours(map.model, GGML_F32, &feed);
	they = stat(argv[2], &st) == 0 && S_ISDIR(st.st_mode) ?
		       in_folder(argv[2], argv[3], &feed, n_vocab) :
		       theirs(argv[2], argv[1], &feed, n_vocab);
	if (!feed.n || !they) {
		fprintf(stderr, "%s: the peer has no logits\n", argv[1]);
		return 2;
	}
	printf("%s, %s (%s), %u positions: mean and greatest KL, same choice, "
	       "margin\n",
	       map.model->name ? map.model->name : map.model->arch,
	       map.model->arch, types_of(map.model, &types), feed.n);
	buf_release(&types);
	compare("lilscope beside the peer", they, we, feed.n, n_vocab);
	compare_caches(map.model, &feed);
	widen(map.model);
	numbers = ours(map.model, GGML_F32, &feed);
	our_error = compare("lilscope beside the numbers", numbers, we, feed.n,
			    n_vocab);
	their_error = compare("the peer beside the numbers", numbers, they,
			      feed.n, n_vocab);
	return our_error > LIMIT && our_error > their_error;
}
