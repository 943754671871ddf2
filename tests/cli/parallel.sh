#!/bin/sh
# A corpus spread by GNU parallel gives the bytes that one process gives.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
command -v parallel >/dev/null || skip_all "GNU parallel is not here"
parallel --version 2>/dev/null | grep -q 'GNU parallel' ||
	skip_all "this parallel is not GNU's"
# parallel wants a home for its own notes
HOME=$tmp
export HOME

"$PYTHON" - >"$tmp/corpus.jsonl" <<'END'
import json, random
random.seed(7)
words = [("".join(random.choice("abcdefghij") for _ in range(6)))
         for _ in range(300)]
for i in range(500):
    if i % 97 == 5:
        print('{"response": "broken')
        continue
    n = random.randrange(5, 400)
    text = " ".join(random.choice(words) for _ in range(n))
    if i % 5 == 0:
        text += " and so on and on" * 200
    print(json.dumps({"prompt": "say", "response": text}))
END

one="$LILSCOPE analyze --json --format jsonl -"
$one <"$tmp/corpus.jsonl" >"$tmp/one"
same_lines() { is lines "$(lines "$tmp/corpus.jsonl")" "$(lines "$tmp/one")"; }
check "as many lines as records" same_lines

# Lines without what counts from the start of a part: the places that
# sentences about broken records name; and without the numbers of records.
placeless()
{
	sed 's/line [0-9,]*, byte [0-9,]*//' "$1"
}

numberless()
{
	placeless "$1" | sed 's/"record":"[0-9.]*"//g'
}

# Parts of 70 records; the number of the first one is known.
numbered()
{
	parallel --will-cite --pipe -N 70 -k -j 3 \
		"$LILSCOPE" analyze --json --format jsonl --first-record \
		'{= $_ = ($job->seq() - 1) * 70 =}' - \
		<"$tmp/corpus.jsonl" >"$tmp/many" || return 1
	placeless "$tmp/one" >"$tmp/a"
	placeless "$tmp/many" | cmp - "$tmp/a"
}
check "parallel --pipe -N -k, with --first-record: the same bytes" numbered

# Parts of any size: the same but for the numbers.
unnumbered()
{
	parallel --will-cite --pipe --block 90k -k -j 3 "$one" \
		<"$tmp/corpus.jsonl" >"$tmp/many" || return 1
	numberless "$tmp/one" >"$tmp/a"
	numberless "$tmp/many" | cmp - "$tmp/a"
}
check "parallel --pipe --block -k: the same but for the numbers" unnumbered

# A file each: a folder of generations.
files()
{
	"$LILSCOPE" analyze --json "$traces"/*.txt >"$tmp/one" &&
	parallel --will-cite -k -j 2 "$LILSCOPE" analyze --json ::: \
		"$traces"/*.txt >"$tmp/many" && cmp "$tmp/one" "$tmp/many"
}
check "a file each" files

finish
