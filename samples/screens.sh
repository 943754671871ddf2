#!/bin/sh
# Every view at four sizes, as people see it: screens.sh LILSCOPE FOLDER [cast]
#
# Writes FOLDER/VIEW-COLSxROWS.txt, FOLDER/VIEW.svg of those that are more than
# text (80x24), and with "cast" FOLDER/tour.cast, a film of the tour. An older
# LILSCOPE draws what it has.
# The sweep and the film need a terminal: script(1) of util-linux lends one.
set -u
lilscope=$(realpath "$1") out=$2 cast=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$out"
out=$(cd "$out" && pwd)
loop=$here/traces/rkv_aime24_08.txt
other=$here/traces/r1_1.5b_math_79.txt
healthy=$here/traces/groq_r1_70b.sse
LILSCOPE_SAMPLES=$here
export LILSCOPE_SAMPLES
pictures='list ratio text compare map demo sweep'

# view NAME "KEYS AND COMMANDS, a line each" ARGS...: all sizes in one run.
view()
{
	name=$1 keys=$2
	shift 2
	for size in '24 80' '40 120' '50 200' '10 40'; do
		rows=${size% *} cols=${size#* }
		printf 'wait\nresize %s\n%s\nscreen %s\n' "$size" "$keys" \
			"$out/$name-${cols}x$rows.txt"
		case " $pictures " in *" $name "*)
			[ "$size" != '24 80' ] ||
				printf 'screen -svg %s\n' "$out/$name.svg" ;;
		esac
	done >"$tmp/keys"
	# Each size from its own start: what keys do depends on it.
	for n in 1 2 3 4; do
		awk -v n=$n '/^wait$/ { k++ } k == n' "$tmp/keys" >"$tmp/one"
		"$lilscope" "$@" --script "$tmp/one" 2>"$tmp/err" ||
			{ echo "$name: $(cat "$tmp/err")"; return 0; }
	done
}

"$lilscope" decode -m "$here/model/chain-0.9m.gguf" -n 400 --policy quest \
	-b 64 --prompt 'Facts: Hal has 4 less than Bob. Eve has 8 less than '\
'Bob. Bob has 8 less than Jon. Quin has 4 more than Ann. Una has 8 more than '\
'Gus. Jon has 5 less than Quin. Ann has 9. Question: how many does Eve have? '\
'Think:' >"$tmp/quest.jsonl" 2>/dev/null

view list '' --no-session "$loop" "$other" "$healthy" \
	"$here/traces/qwen35_9b_loop_29dfd87f.txt"
view ratio '' --no-session "$loop"
view ratio-healthy '' --no-session "$healthy"
view text ':view text' --no-session "$loop"
view compare 'c' --no-session "$loop" "$other"
view map ':view map' --no-session "$tmp/quest.jsonl"
view repeats ':view repeats' --no-session "$loop"
view steps ':view steps' --no-session "$loop"
view what-if ':view what-if' --no-session "$loop" "$other" "$healthy"
view explain 'x' --no-session "$loop"
view help '?' --no-session "$loop"
view demo 'play 30' demo
view tour 'Enter
play 6
Enter Enter Enter
play 6
Enter' demo --tour
printf 'wait\n:export! svg %s\n' "$out/export.svg" >"$tmp/keys"
"$lilscope" --no-session --script "$tmp/keys" "$loop"

# on_terminal ROWS COLS ARGS...: keys come from standard input, files are
# below OUT.
on_terminal()
{
	printf 'cd "%s"; stty rows %s cols %s; exec "%s"' "$out" "$1" "$2" \
		"$lilscope" >"$tmp/run"
	shift 2
	for arg; do printf " '%s'" "$arg"; done >>"$tmp/run"
	TERM=xterm-256color script -qec "sh $tmp/run" /dev/null >/dev/null
}

if command -v script >/dev/null; then
	"$lilscope" bench -n 4 --budgets 64,128,256 --out "$tmp/bench.jsonl" \
		>/dev/null 2>&1
	for size in '24 80' '40 120' '50 200'; do
		rows=${size% *} cols=${size#* }
		(sleep 2
		 printf ':shot! %s\r' "sweep-${cols}x$rows.txt"
		 sleep 1
		 [ "$size" != '24 80' ] || printf ':shot! sweep.svg\r'
		 sleep 1
		 printf Q) | on_terminal "$rows" "$cols" "$tmp/bench.jsonl"
	done
fi
if [ -n "$cast" ]; then
	(sleep 2
	 printf ':cast! tour.cast\r'
	 for page in 1 2 3 4 5 6 7 8; do sleep 3; printf '\r'; done
	 sleep 3
	 printf ':cast\r'
	 sleep 1
	 printf QQ) | on_terminal 24 80 demo --tour
fi
# What an older program has not is no screen of it.
grep -ls 'there is no view' "$out"/*.txt | while read -r none; do
	rm -f "${none%-*}"-*.txt
done
find "$out" -type f | wc -l
