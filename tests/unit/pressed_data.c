/* Recordings for the keys, small and with something of everything: each press
 * begins with reading them anew. */
#include <stdbool.h>

#include "pressed.h"

enum { LAYERS = 2, HEADS = 2, PARTS = LAYERS * HEADS, PAGE = 16, KEPT = 6 };

static const struct script {
	const char *policy;
	int n_new, n_loop, n_after;
	int us; /* a token */
	bool pages;
} scripts[] = {
	{ "quest", 240, 200, 160, 20000, true },
	{ "dense", 300, 0, 0, 30000, false },
	{ "sink", 150, 350, 0, 10000, false },
};

static void put_pages(FILE *f, int i)
{
	int last = i / PAGE;

	fprintf(f, ",\"kv\":%d,\"kv_used\":%d,\"kv_read\":900,\"layers\":[",
		4000 + i, 3000 + i);
	for (int part = 0; part < PARTS; part++) {
		int kept = KEPT + 2 * part, from = last - kept;

		fprintf(f, "%s{\"read\":[%d],\"kept\":[0", part ? "," : "",
			last);
		for (int page = from < 1 ? 1 : from; page <= last; page++)
			fprintf(f, ",%d", page);
		fprintf(f, "]}");
	}
	fprintf(f, "]");
}

static void put_token(FILE *f, const struct script *s, int i)
{
	static const char *const loop[] = { "Wait, ", "check ", "that ",
					    "again. " };
	int k = i - s->n_new;
	unsigned word = (unsigned)i * 7919u % 997u;

	if (k >= 0 && k < s->n_loop)
		fprintf(f, "{\"t\":\"%s\",\"id\":%d", loop[k % 4],
			1000 + k % 4);
	else
		fprintf(f, "{\"t\":\"%s%s%u%s\",\"id\":%u",
			word % 3 ? "w" : "Q", word % 2 ? "a" : "", word,
			i % 11 == 10 ? "\\n" : " ", word);
	fprintf(f, ",\"us\":%d", 100000 + i * s->us);
	if (s->pages)
		put_pages(f, i);
	fprintf(f, "}\n");
}

void pressed_write(FILE *f)
{
	for (size_t r = 0; r < sizeof(scripts) / sizeof(scripts[0]); r++) {
		const struct script *s = &scripts[r];

		fprintf(f, "{\"lilscope\":1,\"model\":\"tiny\",\"vocab\":2000,"
			   "\"gold\":\"42\",\"policy\":\"%s\",\"budget\":96,"
			   "\"page\":%d,\"kv_heads\":%d,"
			   "\"prompt_tokens\":6,"
			   "\"window\":8,\"near\":\"wa\","
			   "\"prompt\":\"What is 6 x 7?\"}\n",
			s->policy, PAGE, HEADS);
		for (int i = 0; i < s->n_new + s->n_loop + s->n_after; i++)
			put_token(f, s, i);
		fprintf(f, "{\"end\":\"%s\"}\n", s->n_loop ? "length" : "stop");
	}
}
