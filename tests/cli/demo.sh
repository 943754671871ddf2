#!/bin/sh
# lilscope demo without a screen; the numbers of its rule; what can't be.
. "${top_srcdir:-.}/tests/cli/lib.sh"

# The rule that bench prints for the model is the one that demo uses.
rule()
{
	run bench -n 40 --policies quest --budgets 256 --page 8 --plain
	status_is 0 && grep -q 'guardian: f = 64 tokens, t = 13\.[0-9] bytes' \
		"$tmp/out" || { tail -n 5 "$tmp/out"; return 1; }
	run demo
	status_is 0 && grep -q 'fewer than 13 new bytes in 64 tokens' "$tmp/out"
}
check "f and t are what the scale rule gives" rule

text()
{
	run demo --seed 3
	status_is 0 && [ ! -s "$tmp/err" ] && no_controls "$tmp/out" &&
		grep -q '^Problem 3$' "$tmp/out" &&
		grep -q '^A  dense: [0-9]* tokens, ended by stop$' "$tmp/out" &&
		grep -q '^B  quest 96: ' "$tmp/out" &&
		grep -q '^A  dense  .* right$' "$tmp/out" &&
		grep -q 'The early stop' "$tmp/out" || { cat "$tmp/out"; return 1; }
}
check "as text" text

same()
{
	run demo --seed 5
	grep -v ' ms\|^[AB]  [a-z]* *[0-9]* ' "$tmp/out" >"$tmp/first"
	run demo --seed 5
	grep -v ' ms\|^[AB]  [a-z]* *[0-9]* ' "$tmp/out" | cmp - "$tmp/first"
}
check "the same problem, the same words" same

whole()
{
	run demo --policy "$1" --budget 1000
	is texts 1 "$(sed -n '/^[AB]  [a-z0-9 ]*: /,/^$/p' "$tmp/out" |
		awk '/^[AB] /{ n++; next } { text[n] = text[n] $0 }
			END { print text[1] == text[2] }')"
}
for policy in sink h2o quest infllm raas; do
	check "$policy with room for everything is dense" whole $policy
done

rescued()
{
	run demo --seed 2 --policy quest --budget 96 --on-threshold dense
	status_is 0 && grep -q '^B  quest  .* right$' "$tmp/out" ||
		{ tail -n 14 "$tmp/out"; return 1; }
}
check "a run that is rescued" rescued

other()
{
	run demo -m "$srcdir/samples/models/stories260K/checkpoint.bin" \
		--prompt 'Once upon a time' -n 60 --policy h2o --budget 32
	status_is 0 && grep -q '^B  h2o 32: 60 tokens, ended by length$' \
		"$tmp/out"
}
check "another model and a prompt" other

script()
{
	printf '%s\n' 'resize 40 120' wait 'play 20' 'screen -' >"$tmp/script"
	run demo --script "$tmp/script"
	status_is 0 && grep -q 'how many does Val have' "$tmp/out" &&
		grep -q 'A  dense .* 210 tokens .* right' "$tmp/out" &&
		grep -q 'all have ended' "$tmp/out" ||
		{ cat "$tmp/out" "$tmp/err"; return 1; }
}
check "a script" script

says()
{
	words=$1
	shift
	run demo "$@"
	status_is 2 && one_sentence && grep -q -e "$words" "$tmp/err" ||
		{ cat "$tmp/err"; return 1; }
}
# Both runs are kept, each a trace of its own, with all that was decoded.
recorded()
{
	run demo --record "$tmp/kept.jsonl.zst"
	status_is 0 && [ ! -s "$tmp/err" ] || { cat "$tmp/err"; return 1; }
	"$LILSCOPE" analyze --json "$tmp/kept.jsonl.zst" \
		"$tmp/kept-2.jsonl.zst" >"$tmp/report" || return 1
	is runs 2 "$(lines "$tmp/report")" &&
		grep -q '"model":"lilscope chain.*"tokens":210,' "$tmp/report" &&
		zstd -dc "$tmp/kept-2.jsonl.zst" | head -n 1 |
			grep -q '"policy":"quest","budget":96' ||
		{ cat "$tmp/report"; return 1; }
	says 'exists already' --record "$tmp/kept.jsonl.zst"
}

check "--record keeps both runs" recorded
check "a file" says 'takes no FILE' some.jsonl
check "a model without a prompt" says 'needs a --prompt' -m /nowhere
check "no such model" says 'No such file' -m /nowhere --prompt x
check "no such policy" says 'one of dense, sink' --policy best

finish
