/* Reads text from standard input and says where a loop would be ended:
 *	cc stop.c $(pkg-config --cflags --libs lilscope) && ./a.out <text */
#include <lilscope.h>
#include <stdio.h>

int main(void)
{
	char bytes[4096];
	struct lilscope *l;
	struct lilscope_unit u = { .size = sizeof(u) };
	int code = lilscope_create(&l, NULL);
	size_t n;

	while (code == LILSCOPE_OK && (n = fread(bytes, 1, sizeof(bytes), stdin)))
		code = lilscope_push_bytes(l, bytes, n);
	if (code == LILSCOPE_OK)
		code = lilscope_flush(l);
	if (code == LILSCOPE_STOP && lilscope_unit(l, &u) == LILSCOPE_OK)
		printf("stopped at word %llu: \"%.*s\", %u times\n",
		       (unsigned long long)lilscope_stop_at(l), (int)u.len,
		       u.text, u.times);
	else
		puts(code == LILSCOPE_OK ? "no loop" : lilscope_strerror(code));
	lilscope_destroy(l);
	return code != LILSCOPE_OK;
}
