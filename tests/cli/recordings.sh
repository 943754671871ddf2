#!/bin/sh
# What the rules do on recorded generations whose fate is known. Runs where
# the recordings are (LILSCOPE_DATA).
. "${top_srcdir:-.}/tests/cli/lib.sh"

curated=$LILSCOPE_DATA/traces/curated
[ -d "$curated" ] || skip_all "there are no recordings in $LILSCOPE_DATA"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
"$LILSCOPE" analyze --json "$curated"/*.txt >"$tmp/out"

# NAME RULE FIRED [TOKEN]: what the rules did, for grep.
"$PYTHON" - "$tmp/out" >"$tmp/rules" <<'END'
import json, os, sys
for line in open(sys.argv[1]):
    g = json.loads(line)
    name = os.path.basename(g["source"])[:-4]
    for r in g["rules"]:
        print(name, r["rule"], "yes" if r["fired"] else "no",
              r["at_token"] or "")
END

# rule NAME WHICH FIRED [FROM TO]
rule()
{
	line=$(grep "^$1 $2 " "$tmp/rules") || return 1
	set -- "$@" $line
	if [ $# = 7 ] || [ $# = 6 ]; then # without FROM TO
		[ "$3" = "$6" ]
		return
	fi
	[ "$3" = "$8" ] && [ "$9" -ge "$4" ] && [ "$9" -le "$5" ]
}

for control in rkv_aime24_00 rkv_aime24_01 rkv_aime24_12 r1_1.5b_math_51 \
	r1_1.5b_math_65 r1_1.5b_math_72 qwen35_9b_stop_ed1e54bf; do
	check "guardian on the control $control" rule $control guardian no
	check "adaptive on the control $control" rule $control adaptive no
done
check "guardian on the plateau: within a window of token 9,750" \
	rule rkv_aime24_08 guardian yes 9500 10000
check "adaptive on the plateau" rule rkv_aime24_08 adaptive yes 9400 10250
check "guardian on the tight loop" rule qwen35_9b_loop_29dfd87f guardian yes
check "adaptive on the tight loop" rule qwen35_9b_loop_29dfd87f adaptive yes
check "guardian is misled by an enumeration" rule r1_1.5b_math_79 guardian yes
check "adaptive is not" rule r1_1.5b_math_79 adaptive no
check "guardian stops a text that recovers" rule gptoss20b_math_13 guardian yes
check "adaptive does not" rule gptoss20b_math_13 adaptive no

# Token counts are those of the model's own tokenizer.
counts()
{
	"$PYTHON" - "$tmp/out" "$curated" <<'END'
import json, sys
n = 0
for line in open(sys.argv[1]):
    g = json.loads(line)
    card = json.load(open(g["source"].replace(".txt", ".json")))
    assert g["bytes"] == card["bytes"], g["source"]
    if card.get("token_count_by") == "Qwen3 tokenizer":
        assert g["tokens"] == card["tokens"], (g["source"], g["tokens"])
        n += 1
assert n == 11, n
END
}
check "tokens and bytes are those of the cards" counts

# Every recording either gives lines of the schema or one sentence.
everything()
{
	find "$LILSCOPE_DATA/traces" "$LILSCOPE_DATA/streams" -type f \
		! -name 'LICENSE*' ! -name '*.csv' >"$tmp/files"
	while read -r file; do
		run analyze --json "$file"
		case $status in
		0) [ -s "$tmp/out" ] || { echo "$file: nothing"; return 1; } ;;
		2) [ -s "$tmp/err" ] && no_controls "$tmp/err" ||
			{ echo "$file: no sentence"; return 1; } ;;
		*) echo "$file: status $status"; return 1 ;;
		esac
		cat "$tmp/out" >>"$tmp/all"
	done <"$tmp/files"
	"$PYTHON" "$srcdir/tests/cli/schema.py" <"$tmp/all"
}
check "every recording has lines or a sentence" everything

finish
