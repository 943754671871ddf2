#!/bin/sh
# lilscope demo without a screen; the numbers of its rule; what can't be.
. "${top_srcdir:-.}/tests/cli/lib.sh"

# The rule that bench prints for the model is the one that demo uses.
rule()
{
	run bench -n 8 --policies quest --budgets 256 --page 8 --plain
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
	status_is 0 && grep -q '^B  quest+dense  .* right$' "$tmp/out" &&
		grep -q 'from token [0-9]* on: dense$' "$tmp/out" ||
		{ tail -n 14 "$tmp/out"; return 1; }
}
check "a run that is rescued" rescued

# What went back at the threshold goes on as a run of its own: told, too, and
# what was done is said of each.
gone_back()
{
	run demo --at-threshold "$1"
	status_is 0 && grep -q "^B  quest 96: [0-9]* tokens, ended by $1" \
		"$tmp/out" && grep -q '^C  quest 96: ' "$tmp/out" &&
		grep -q "^   guardian at token 192: $2" "$tmp/out" &&
		grep -q '^C  quest[+a-z]*  .* right$' "$tmp/out" &&
		grep -q '^B  stopped at 192, its last token;' "$tmp/out" ||
		{ tail -n 20 "$tmp/out"; return 1; }
}
check "what is rolled back" gone_back rollback "rolled back, to token 122"
check "what is tried again" gone_back retry "tried again"

# The line that asks for the answer is lilscope's own; its feed is a line's end.
concluded()
{
	run demo --at-threshold conclude
	status_is 0 && no_controls "$tmp/out" &&
		grep -q '^   guardian at token 192: concluded, then 20 tokens$' \
			"$tmp/out" &&
		grep -q '^  Final answer: 5\.$' "$tmp/out" ||
		{ tail -n 20 "$tmp/out"; return 1; }
}
check "what is concluded" concluded

# Words are as they were asked and told, and in ASCII where that is asked for.
foreign()
{
	run demo -m "$srcdir/samples/models/stories260K/checkpoint.bin" \
		--prompt 'Élan 狐' -n 8
	status_is 0 && grep -q '^  Élan 狐$' "$tmp/out" || return 1
	run demo -m "$srcdir/samples/models/stories260K/checkpoint.bin" \
		--prompt 'Élan 狐' -n 8 --ascii
	status_is 0 && ! LC_ALL=C grep -q '[^ -~]' "$tmp/out"
}
check "a prompt that is not in ASCII" foreign

# Said before there is a screen.
too_long()
{
	awk 'BEGIN { for (i = 0; i < 999; i++) print "Once upon a time" }' \
		>"$tmp/long"
	run demo -m "$srcdir/samples/models/stories260K/checkpoint.bin" \
		--prompt "@$tmp/long"
	status_is 2 && [ ! -s "$tmp/out" ] &&
		grep -q "demo: the prompt has [0-9]* tokens, the model's" \
			"$tmp/err"
}
check "a prompt that the context does not hold" too_long

# What is evicted is read again, and that is said beside its time.
again()
{
	run demo --policy h2o --budget 192 --on-threshold dense
	status_is 0 && grep -q 'on: dense; [0-9]* tokens were read again' \
		"$tmp/out" || { tail -n 14 "$tmp/out"; return 1; }
}
check "a rescue that reads again says so" again

# The model is warmed with a text of its own: no word may come of that.
warm()
{
	run demo
	sed -n '/^  Facts/,/Think:$/p' "$tmp/out" | sed 's/^  //' |
		tr '\n' ' ' | sed 's/ $//' >"$tmp/prompt"
	sed -n '/^A  dense: /,/^$/p' "$tmp/out" | sed '1d;s/^  *//' |
		tr -d ' \n' >"$tmp/words"
	run decode -m "$srcdir/samples/model/chain-0.9m.gguf" --text \
		--prompt "@$tmp/prompt"
	status_is 0 && tr -d ' \n' <"$tmp/out" | cmp - "$tmp/words"
}
check "the words are those of decode" warm

plain()
{
	run demo --tour "$@"
	status_is 0 && grep -q '^B  quest 96: ' "$tmp/out"
}
check "a tour without a screen is the text" plain
check "--plain" plain --plain

# What would leave B out is said before anything begins.
small()
{
	run demo --budget 4
	status_is 0 && grep -q '^B  quest 4: ' "$tmp/out"
}
check "a budget under the box's page" small

unrecorded()
{
	run demo --record "$tmp/nowhere/kept"
	status_is 2 && grep -q nowhere "$tmp/err" &&
		grep -q '^B  quest 96: ' "$tmp/out"
}
check "a recording that can't be made" unrecorded

narrow()
{
	for command in demo bench decode; do
		run $command --help
		status_is 0 && grep -q '^  quest ' "$tmp/out" &&
			grep -q '^At the threshold' "$tmp/out" &&
			grep -q '^  rollback ' "$tmp/out" || return 1
		awk 'length > 80 { print; bad = 1 } END { exit bad }' \
			"$tmp/out" || return 1
	done
}
check "--help fits 80 columns and names the policies" narrow

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
# A model without a command is the demo's.
bare()
{
	run -m /nowhere "$@"
	status_is 2 && one_sentence && grep -q 'No such file' "$tmp/err" ||
		{ cat "$tmp/err"; return 1; }
}
check "a model and no command" bare --prompt x
check "no such policy" says 'one of dense, sink' --policy best
check "dense twice" says 'run A of the demo is dense' --policy dense
check "a page over the budget" says '--page takes 1 to' --budget 4 --page 8
check "no budget" says 'at least 1 token' --budget 0
check "a threshold's policy that can't be" \
	says 'demo, h2o: ' --recent 96 --on-threshold h2o --budget 90

finish
