#!/bin/sh
# The filter: records in, lines out, one record in and one line out, in order.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"

"$PYTHON" - >"$tmp/in.jsonl" <<'END'
import json
for i in range(60):
    if i % 20 == 7:
        print('{"response": "broken')
    elif i % 20 == 11:
        print('[1, 2')
    elif i % 20 == 13:
        print(json.dumps({"id": i, "nothing": 7}))
    elif i % 20 == 17:
        print(json.dumps({"responses": ["first of %d" % i, "second",
                                        "third"]}))
    else:
        text = " ".join("word%d" % (k * k % (i + 3)) for k in range(50 + i))
        print(json.dumps({"response": text}))
END

n_in=$(lines "$tmp/in.jsonl")
counts()
{
	run_on "$tmp/in.jsonl" analyze --json --format jsonl -
	status_is 0 && is lines "$n_in" "$(lines "$tmp/out")" &&
		is stderr "" "$(cat "$tmp/err")" &&
		"$PYTHON" "$srcdir/tests/cli/schema.py" --filter <"$tmp/out"
}
check "one line a record, broken ones too" counts

in_order()
{
	"$PYTHON" - "$tmp/out" <<'END'
import json, sys
for i, line in enumerate(open(sys.argv[1])):
    g = json.loads(line)
    assert g["record"].split(".")[0] == str(i), (i, line)
    kind = {7: "error", 11: "error", 13: "error",
            17: "generations"}.get(i % 20, "rho")
    assert kind in g, (i, kind, line)
assert i == 59
END
}
check "in order, with their numbers" in_order

csv_counts()
{
	run_on "$tmp/in.jsonl" analyze --csv --format jsonl -
	"$PYTHON" - "$tmp/out" "$n_in" <<'END'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline="")))
assert len(rows) == int(sys.argv[2]) + 2 * 3, len(rows)
assert all(len(r) == len(rows[0]) for r in rows)
assert sum(r[-1] != "" for r in rows) == 9
END
}
check "CSV: a row a generation, no header, errors in their column" csv_counts

first_record()
{
	run_on "$tmp/in.jsonl" analyze --json --format jsonl \
		--first-record 1000 -
	"$PYTHON" - "$tmp/out" <<'END'
import json, sys
for i, line in enumerate(open(sys.argv[1])):
    assert json.loads(line)["record"].split(".")[0] == str(1000 + i), line
assert i == 59
END
}
check "--first-record" first_record

empty() { run_on /dev/null analyze --json -; status_is 0 && [ ! -s "$tmp/out" ] && [ ! -s "$tmp/err" ]; }
check "nothing in, nothing out" empty

found() { run_on "$traces/rkv_aime24_08.txt" analyze --json --check -; status_is 1; }
check "--check in the filter" found

# A line comes out before the next record goes in, else a coprocess hangs.
interactive()
{
	timeout 20 "$PYTHON" - "$LILSCOPE" <<'END'
import json, subprocess, sys
p = subprocess.Popen([sys.argv[1], "analyze", "--json", "--format", "jsonl",
                      "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for i in range(5):
    p.stdin.write(json.dumps({"response": "text number %d" % i}).encode()
                  + b"\n")
    p.stdin.flush()
    line = json.loads(p.stdout.readline())
    assert line["record"] == str(i), line
p.stdin.close()
assert p.stdout.read() == b""
assert p.wait() == 0
END
}
check "one in, one out, while it waits" interactive

# The parts of a corpus, as a Slurm array reads them, make up the whole.
parts()
{
	mkdir "$tmp/parts" && (cd "$tmp/parts" && split -n l/7 -d ../in.jsonl)
	for part in "$tmp"/parts/*; do
		"$LILSCOPE" analyze --json --format jsonl - <"$part" || return 1
	done | sed 's/"record":"[0-9.]*"//g; s/line [0-9]*, byte [0-9]*//' \
		>"$tmp/a"
	run_on "$tmp/in.jsonl" analyze --json --format jsonl -
	sed 's/"record":"[0-9.]*"//g; s/line [0-9]*, byte [0-9]*//' "$tmp/out" |
		cmp - "$tmp/a"
}
check "parts make up the whole" parts

no_last_newline()
{
	printf '{"response": "a b c"}\n{"response": "d e f"}' >"$tmp/in"
	run_on "$tmp/in" analyze --json --format jsonl -
	is lines 2 "$(lines "$tmp/out")"
}
check "a last line without its newline" no_last_newline

finish
