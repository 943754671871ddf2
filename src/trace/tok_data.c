/*
 * The packed vocabulary, inside the program. The assembler looks for the
 * file from the -I folders on: src/ is one of them, wherever the build is.
 */
#include "trace/tok_vocab.h"

#define QUOTE(x)  #x
#define NAME(x)   QUOTE(x)
#define PREFIXED(name) NAME(__USER_LABEL_PREFIX__) name

#ifdef __APPLE__
#define READ_ONLY ".const_data"
#else
#define READ_ONLY ".section .rodata"
#endif

__asm__(READ_ONLY "\n"
	".globl " PREFIXED("tok_data") "\n"
	".globl " PREFIXED("tok_data_end") "\n"
	PREFIXED("tok_data") ":\n"
	".incbin \"../samples/tokenizer/qwen3.bpe.zst\"\n"
	PREFIXED("tok_data_end") ":\n"
	".byte 0\n"
	".text\n");
