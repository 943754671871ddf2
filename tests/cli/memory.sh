#!/bin/sh
# Memory that does not suffice is said before it is asked for: with the figures,
# what to do, status 2, and nothing written; whatever a file claims.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
model=$srcdir/samples/models/stories260K/checkpoint.bin

# A model of zeros: LAYERS CONTEXT FILE. Its tensors are holes of the file.
PYTHONPATH=$srcdir/tests/cli "$PYTHON" -B - "$tmp" <<'END' || exit 99
import sys
import gguf
def make(path, layers, context, kv_heads, claims=()):
    shape = {b"block_count": layers, b"context_length": context,
             b"embedding_length": 256, b"feed_forward_length": 32,
             b"attention.head_count": 8, b"attention.head_count_kv": kv_heads}
    shape.update(claims)
    keys = [gguf.text(b"general.architecture", b"llama")] + \
        [gguf.number(b"llama." + k, v) for k, v in shape.items()] + \
        [gguf.text(b"tokenizer.ggml.model", b"llama"),
         gguf.strings(b"tokenizer.ggml.tokens",
                      [b"t%d" % i for i in range(44)] +
                      [b"<0x%02X>" % i for i in range(256)]),
         gguf.ints(b"tokenizer.ggml.token_type", [1] * 44 + [6] * 256)]
    wide = 32 * kv_heads
    gguf.write(
        path, keys,
        [(b"token_embd", gguf.F16, 256, 300), (b"output_norm", gguf.F32, 256)] +
        [(b"blk.%d.%s" % (i, name), kind, *dims) for i in range(layers)
         for name, kind, *dims in (
             (b"attn_norm", gguf.F32, 256), (b"ffn_norm", gguf.F32, 256),
             (b"attn_q", gguf.F16, 256, 256), (b"attn_k", gguf.F16, 256, wide),
             (b"attn_v", gguf.F16, 256, wide),
             (b"attn_output", gguf.F16, 256, 256),
             (b"ffn_gate", gguf.F16, 256, 32), (b"ffn_up", gguf.F16, 256, 32),
             (b"ffn_down", gguf.F16, 32, 256))])
make(sys.argv[1] + "/small.gguf", 2, 2048, 8)
make(sys.argv[1] + "/endless.gguf", 2, 0xffffffff, 8)
make(sys.argv[1] + "/deep.gguf", 1024, 1 << 20, 8)
make(sys.argv[1] + "/liar.gguf", 2, 2048, 8, {b"block_count": 1024})
END

# limited KIB ARGS...: lilscope with so much address space.
limited()
{
	kib=$1
	shift
	status=0
	(
		ulimit -v "$kib" && exec "$LILSCOPE" "$@"
	) >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# refused WORDS...: one sentence, which has them all, and nothing else.
refused()
{
	status_is 2 && is "lines of output" 0 "$(lines "$tmp/out")" &&
		is sentences 1 "$(lines "$tmp/err")" || return 1
	for word in "$@"; do
		grep -qF -- "$word" "$tmp/err" ||
			{ cat "$tmp/err"; echo "no '$word'"; return 1; }
	done
}
limited 1000000 decode -m "$model" --prompt x -n 3 --text
if [ "$status" != 0 ]; then # a program with a shadow memory can't be limited
	skip_all "ulimit -v leaves nothing to run in"
fi

# 4,294,967,294 tokens of 2 layers x 8 heads x 2 x 64 bytes.
huge()
{
	limited 600000 decode -m "$tmp/endless.gguf" --prompt x \
		-n 4000000000 "$@"
}
check "a context that no machine has" huge
claim()
{
	huge && refused '4 000 000 004 tokens take 8.4 TB' 'ulimit has' \
		'--predict' 'or less, --kv q8_0, a smaller model'
}
check "... is refused with the figures" claim
named() # the number of tokens that is said does fit, twice as many do not
{
	n=$(sed -n 's/.*--predict \([0-9]*\) or less.*/\1/p' "$tmp/err")
	[ "$n" -gt 100000 ] || { echo "'$n'"; return 1; }
	limited 600000 decode -m "$tmp/endless.gguf" --prompt x \
		-n "$((n * 2))"
	refused 'ulimit has'
}
check "... and what fits" named
# Where no number is asked for the text goes as far as memory does.
open_end()
{
	limited 400000 decode -m "$tmp/endless.gguf" --prompt x --stop t \
		--temperature 9
	status_is 0 && [ ! -s "$tmp/err" ] &&
		limited 400000 decode -m "$tmp/small.gguf" --prompt x \
			--ignore-eos --text && status_is 0
}
check "a context that no machine has, when nobody wants it all" open_end
# What is said to fit does, to its last token, whatever is kept beside the text:
# where memory ends long before a context does. Memory comes in slabs, so more
# than one limit.
fits()
{
	n_tried=0
	for kib in $(seq 40000 3000 100000); do
		limited "$kib" decode -m "$tmp/endless.gguf" --prompt x \
			-n 9999999 "$@"
		n=$(sed -n 's/.*--predict \([0-9]*\) or less.*/\1/p' "$tmp/err")
		[ -n "$n" ] || { refused 'ulimit has' && continue || return; }
		[ "$n" -ge 2500 ] || continue
		limited "$kib" decode -m "$tmp/endless.gguf" --prompt x \
			-n "$n" --ignore-eos "$@"
		status_is 0 && [ ! -s "$tmp/err" ] &&
			tail -n 1 "$tmp/out" | grep -q '^{"end":' ||
			{ echo "$n tokens in $kib KiB"; return 1; }
		n_tried=$((n_tried + 1))
		[ $n_tried -lt 3 ] || return 0
	done
	echo "$n_tried limits tried"
	return 1
}
check "what is said to fit" fits
check "... where the text is guessed" fits --speculate 7
check "... where what is read changes" fits --policy infllm --budget 512
check "... where it goes back" fits --at-threshold rollback
check "... where it is tried again" fits --at-threshold retry --retries 3
check "... where more is kept from the threshold on" \
	fits --policy sink --budget 64 --at-threshold dense
deep()
{
	limited 1000000 decode -m "$tmp/deep.gguf" --prompt x -n 100000 \
		--kv q8_0
	refused '100 004 tokens take 59 GB' 'ulimit has' '--kv q4_0'
}
check "a thousand layers" deep
lies()
{
	limited 1000000 decode -m "$tmp/liar.gguf" --prompt x -n 100000
	refused 'blk.2.attn_norm.weight'
}
check "a thousand layers that are not there" lies
mapped()
{
	limited 150000 decode -m "$tmp/deep.gguf" --prompt x -n 5
	refused "lilscope: $tmp/deep.gguf: is 590 MB, and ulimit has" 'a smaller file'
}
check "a file that can't be mapped" mapped
# 2,000 tokens take 4 MB a run here, and its thread 8 MB of addresses: two have
# room, a hundred have not.
bench()
{
	yes '{"prompt": "a", "answer": "1"}' | head -n 200 >"$tmp/problems"
	set -- bench -m "$tmp/small.gguf" --problems "$tmp/problems" -n 200 \
		--policies sink --budgets 64 -j 1 --predict 2000
	limited 300000 "$@" --batch 200
	refused 'in each of 200 texts' 'fewer --jobs, a smaller --batch' ||
		return 1
	limited 300000 "$@" --batch 2 -n 1 --predict 4
	status_is 0
}
check "a bench, by its runs at a time" bench
# Under any limit all runs come to their ends, or none begins: a way that one
# goes on at the threshold is a text more.
all_or_nothing()
{
	n_done=0
	n_refused=0
	for kib in $(seq 60000 10000 140000); do
		limited "$kib" "$@"
		if [ "$status" = 0 ]; then
			n_done=$((n_done + 1))
		else
			refused 'ulimit has' || { echo "$kib KiB"; return 1; }
			n_refused=$((n_refused + 1))
		fi
	done
	[ $n_done -gt 0 ] && [ $n_refused -gt 0 ] ||
		{ echo "$n_done done, $n_refused refused"; return 1; }
}
check "a bench and its ways at the threshold, all or nothing" \
	all_or_nothing bench -m "$tmp/small.gguf" --problems "$tmp/problems" \
	-n 2 --policies sink --budgets 64 -j 1 --batch 2 --predict 1200 \
	--at-threshold dense,conclude,rollback,retry
check "a demo that goes back, all or nothing" \
	all_or_nothing demo -m "$tmp/endless.gguf" --prompt x --plain -n 1500 \
	--at-threshold rollback
demo()
{
	limited 600000 demo -m "$tmp/endless.gguf" --prompt x --plain \
		-n 4000000
	refused '4 000 001 tokens in each of 2 texts'
}
check "a demo, by its lanes" demo
finish
