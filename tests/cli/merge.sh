#!/bin/sh
# lilscope merge: the numbers of a slow oracle, parts in any order and packing,
# and what is no report.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"

"$LILSCOPE" analyze --json --no-config "$srcdir"/tests/golden/*.json* \
	"$traces"/*.txt >"$tmp/golden.jsonl" 2>/dev/null || true
# Records with answers that are judged, several in one, and broken ones.
"$PYTHON" - >"$tmp/corpus.jsonl" <<'END'
import json, random
random.seed(11)
words = ["w%d" % i for i in range(300)]
for i in range(400):
    if i % 61 == 7:
        print('{"response": "broken')
        continue
    text = " ".join(random.choice(words) for _ in range(random.randrange(300)))
    if i % 7 == 0:
        text += " and so on and on" * 150
    record = {"model": "model \"%d\", ü" % (i % 5), "prompt": "say",
              "response": text + " The answer is %d." % (i % 3)}
    if i % 2:
        record["answer"] = "1"
    if i % 53 == 9:
        record["response"] = [text, text[:90]]
    print(json.dumps(record))
END
"$LILSCOPE" analyze --json --no-config --format jsonl - \
	<"$tmp/corpus.jsonl" >"$tmp/corpus.report" 2>/dev/null || true
check "there are reports" [ "$(lines "$tmp/golden.jsonl")" -gt 100 ]
check "and errors" grep -q '"error":' "$tmp/corpus.report"

# agrees FIELDS RULE FILE...
agrees()
{
	fields=$1 rule=$2
	shift 2
	run merge --json --by "$fields" --rule "$rule" "$@"
	status_is 0 && "$PYTHON" "$srcdir/tests/cli/merge_oracle.py" \
		"$fields" "$rule" "$@" <"$tmp/out"
}
check "no groups" agrees "" loop "$tmp/golden.jsonl"
check "by a field" agrees dialect loop "$tmp/golden.jsonl"
check "by two, of two files" agrees model,flag guardian \
	"$tmp/golden.jsonl" "$tmp/corpus.report"
check "by a number that may be null" agrees answer_at adaptive \
	"$tmp/corpus.report"
check "judged answers" agrees model loop "$tmp/corpus.report"
# What the judge could not read is no wrong answer.
"$PYTHON" - "$tmp/corpus.report" >"$tmp/unread" <<'END'
import json, sys
for line in open(sys.argv[1]):
    report = json.loads(line)
    if report.get("judged"):
        report["judged"] = "none"
        print(json.dumps(report))
END
run merge --by '' "$tmp/unread"
check "no answer was read" grep -q "^all .* -$" "$tmp/out"
check "and how many" grep -q "^[0-9]* answers could not be read" "$tmp/out"
sed '1s/"judged": "none"/"judged": "right"/' "$tmp/unread" >"$tmp/one"
run merge --by '' "$tmp/one"
check "of one that was read" grep -q "^all .* 100 *%$" "$tmp/out"
check "a rule that was not run" agrees model lmstudio "$tmp/corpus.report"

# Parts in another order, packed, from a pipe: the same bytes.
split -n l/3 "$tmp/corpus.report" "$tmp/part."
"$LILSCOPE" merge --json "$tmp/corpus.report" >"$tmp/whole"
parts()
{
	gzip -c "$tmp/part.ab" >"$tmp/ab.gz" &&
		"$LILSCOPE" merge --json "$tmp/part.ac" "$tmp/ab.gz" - \
		<"$tmp/part.aa" | cmp - "$tmp/whole"
}
check "parts are the whole" parts
bytewise()
{
	"$PYTHON" -c 'import os, sys
for b in open(sys.argv[1], "rb").read()[:60000]:
    os.write(1, bytes([b]))' "$tmp/part.aa" >"$tmp/bytes" &&
		head -c 60000 "$tmp/part.aa" | cmp - "$tmp/bytes" &&
		"$PYTHON" -c 'import os, sys
for b in open(sys.argv[1], "rb").read()[:60000]:
    os.write(1, bytes([b]))' "$tmp/part.aa" |
		"$LILSCOPE" merge --json - >"$tmp/a" 2>/dev/null
	"$LILSCOPE" merge --json "$tmp/bytes" 2>/dev/null | cmp - "$tmp/a"
}
check "a byte at a time" bytewise
from_analyze()
{
	"$LILSCOPE" analyze --json --no-config --format jsonl - \
		<"$tmp/corpus.jsonl" 2>/dev/null | "$LILSCOPE" merge --json - |
		cmp - "$tmp/whole"
}
check "behind analyze in a pipe" from_analyze

# The CSV says what the JSON says, and is read back by Python's reader.
csv()
{
	"$LILSCOPE" merge --csv --by model,flag "$tmp/corpus.report" \
		>"$tmp/csv" && "$LILSCOPE" merge --json --by model,flag \
		"$tmp/corpus.report" >"$tmp/json" &&
		"$PYTHON" - "$tmp/csv" "$tmp/json" <<'END'
import csv, json, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")))
want = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")][:-1]
assert len(rows) == len(want) > 5, (len(rows), len(want))
for r, w in zip(rows, want):
    flat = {**w.pop("by"), **w}
    assert list(flat) == list(r), (list(flat), list(r))
    for name, value in flat.items():
        got = r[name]
        if value is None:
            assert got == "", (name, got)
        elif isinstance(value, str):
            assert got == value, (name, got, value)
        else:
            assert float(got) == value, (name, got, value)
END
}
check "CSV" csv
table()
{
	run merge "$tmp/corpus.report"
	status_is 0 && grep -q "^model .*median" "$tmp/out" &&
		grep -q '^all  ' "$tmp/out" && grep -q '^rule loop' "$tmp/out" &&
		grep -q ' records could not be read' "$tmp/out" &&
		[ "$(sed 's/ü/u/' "$tmp/out" |
			awk '{ if (length > n) n = length } END { print n }')" \
			-le 80 ]
}
check "a table of 80 columns" table
twice()
{
	run merge "$tmp/corpus.report" "$tmp/part.ab"
	status_is 0 && grep -q "^$(lines "$tmp/part.ab") lines stand twice" \
		"$tmp/out"
}
check "a part given twice is noticed" twice

# --- Trouble: a sentence, and the rest is merged.
says() { run merge "$@"; status_is 2 && one_sentence; }
check "no file" says
check "a field that is none" says --by nonsense "$tmp/corpus.report"
check "too many fields" says \
	--by model,flag,label,source,dialect,note,guessed,judged,Ls -
check "a field without a name" says --by , "$tmp/corpus.report"
check "a missing file" says "$tmp/missing"
# What analyze printed otherwise: the sentence says what is wanted.
other_output()
{
	run analyze --csv --no-config "$tmp/corpus.jsonl"
	cp "$tmp/out" "$tmp/corpus.csv"
	run merge "$tmp/corpus.csv"
	status_is 2 && grep -q 'merge reads what analyze --json wrote' \
		"$tmp/err"
}
check "a CSV of analyze" other_output
bad_lines()
{
	printf '{"a":1}\n[]\n\n{"source":"x"\n"\\u0000"\n{}\n' >"$tmp/bad"
	run merge --json "$tmp/bad" "$tmp/corpus.report"
	status_is 2 && cmp "$tmp/out" "$tmp/whole" &&
		is sentences 4 "$(lines "$tmp/err")" &&
		grep -q 'line 1 is no line of lilscope analyze' "$tmp/err" &&
		grep -q 'and 2 lines more' "$tmp/err"
}
check "lines that are no reports" bad_lines
no_lines()
{
	head -c 100 /dev/zero >"$tmp/bad"
	run merge --json "$tmp/bad"
	status_is 2 && grep -q 'line 1 is broken' "$tmp/err" || return 1
	yes '[]' | head -n 4 | gzip -c >"$tmp/bad.gz"
	head -c "$(($(wc -c <"$tmp/bad.gz") - 1))" "$tmp/bad.gz" >"$tmp/cut.gz"
	run merge --json "$tmp/cut.gz"
	status_is 2 && is "sentences said once" 5 \
		"$(sort -u "$tmp/err" | wc -l)" &&
		grep -q 'and 1 line more' "$tmp/err"
}
check "bytes that are no lines, lines behind which the file is cut" no_lines
bad_numbers()
{
	for wrong in 's/"tokens":[0-9]*/"tokens":-13/' \
		's/"tokens":[0-9]*/"tokens":99999999999999999999/' \
		's/"rho":[0-9.]*/"rho":-1e308/' \
		's/"rho":[0-9.]*/"rho":"abc"/' \
		's/"fired":false/"fired":"yes"/' \
		's/"tokens_after":null/"tokens_after":99999999/' \
		's/"tokens_after":null/"tokens_after":-5/'; do
		sed -n "1{$wrong;p;}" "$tmp/corpus.report" >"$tmp/bad"
		run merge --json "$tmp/bad"
		status_is 2 && grep -q 'line 1 is no line' "$tmp/err" ||
			return 1
	done
}
check "numbers that no report has" bad_numbers
nothing()
{
	run merge --json /dev/null
	status_is 0 && is lines 1 "$(lines "$tmp/out")" &&
		grep -q '"generations":0' "$tmp/out"
}
check "nothing is a row of nothing" nothing
check "... and for people a sentence" says /dev/null

# --- Fields of the records.
cat >"$tmp/kept.jsonl" <<'END'
{"prompt":"a","completion":"one two","policy":"quest","budget":96,"run":{"seed":1},"it":"x"}
{"prompt":"b","completion":"one two","policy":"quest","budget":96,"run":{"seed":2},"it":true}
{"prompt":"c","completion":"one two","policy":"dense","run":{"seed":1},"it":[1]}
END
"$LILSCOPE" analyze --json --no-config --keep run.seed,it,none,it \
	"$tmp/kept.jsonl" >"$tmp/kept.report"
kept()
{
	"$PYTHON" - "$tmp/kept.report" <<'END'
import json, sys
r = [json.loads(line) for line in open(sys.argv[1])]
assert [x["policy"] for x in r] == ["quest", "quest", "dense"], r
assert [x["budget"] for x in r] == [96, 96, None], r
assert [x["kept"] for x in r] == [
    {"run.seed": 1, "it": "x", "none": None},
    {"run.seed": 2, "it": True, "none": None},
    {"run.seed": 1, "it": None, "none": None}], r
END
}
check "--keep" kept
by_kept()
{
	run merge --csv --by policy,run.seed "$tmp/kept.report"
	status_is 0 && is lines 4 "$(lines "$tmp/out")" &&
		grep -q '^policy,run.seed,rule,' "$tmp/out" &&
		grep -q '^quest,2,loop,1,' "$tmp/out"
}
check "merge --by what was kept" by_kept
check "... and by what was not" says --by seed "$tmp/kept.report"
in_csv()
{
	run analyze --csv --no-config --keep it "$tmp/kept.jsonl"
	status_is 0 && grep -q ',quest,96,"{""it"":""x""}",' "$tmp/out"
}
check "--keep in CSV" in_csv
# Reports with few members; numbers are exact, those that nobody wrote are none.
few()
{
	r='"source":"x","rules":[]'
	printf '%s\n' "{$r,\"tokens\":16777216}" "	 " \
		"{$r,\"tokens\":3,\"code_bits\":1e300}" \
		"{$r,\"tokens\":0,\"code_bits\":-5}" \
		"{$r,\"tokens\":0,\"code_bits\":9007199254740991}" >"$tmp/few"
	run merge --json --by model,seed "$tmp/few"
	one_sentence || return 1
	run merge --json --by model "$tmp/few"
	status_is 0 && grep -q '"by":{}.*"tokens":16777219,' "$tmp/out" &&
		grep -q '"by":{}.*"code_bits":9007199254740991,' "$tmp/out"
}
check "reports of few members" few
for line in '{"source":"x","rules":[],"tokens":1,"rho":1001}' \
	'{"generations":[]}' '{"error":""}'; do
	echo "$line" >"$tmp/line"
	check "no report: $line" says "$tmp/line"
done
# Columns are known however they are written, and kept as they are called.
written()
{
	printf '%s\n' 'ID,Prompt,modelOutput,Model Name,isCorrect,myNote' \
		'1,a,one two,tiny,True,x' >"$tmp/written.csv"
	run analyze --json --no-config --keep 'Model Name,myNote' \
		"$tmp/written.csv"
	status_is 0 && grep -q '"model":"tiny",.*"label":"correct",' \
		"$tmp/out" && grep -qF \
		'"kept":{"Model Name":"tiny","myNote":"x"}' "$tmp/out" &&
		run analyze --json --no-config --format csv --field .Prompt \
			"$tmp/written.csv" &&
		grep -q '"n_symbols":1,' "$tmp/out"
}
check "--keep and --field of a table" written
finish
