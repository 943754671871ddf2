#!/bin/sh
# What is read from recorded streams and logs of servers: one line a
# generation, beside tests/cli/streams.txt (LILSCOPE_UPDATE=1 writes it anew).
# Runs where the recordings are (LILSCOPE_DATA).
. "${top_srcdir:-.}/tests/cli/lib.sh"

[ -d "$LILSCOPE_DATA/streams" ] ||
	skip_all "there are no recordings in $LILSCOPE_DATA"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
golden=$srcdir/tests/cli/streams.txt

# The lines of one file: a row a generation, or the sentence. Many rows of
# one file become their sum.
table()
{
	"$PYTHON" - "$1" "$tmp/out" "$tmp/err" <<'END'
import json, sys
name, out, err = sys.argv[1:]
rows = [json.loads(line) for line in open(out)]
if not rows:
    print(f"{name}\n  {open(err).read().strip().split(': ', 2)[-1]}")
    raise SystemExit
print(name)
def line(what, dialect, by, gs, finish):
    n = lambda key: sum(g[key] or 0 for g in gs)
    print(f"  {what} {dialect}: {n('tokens')} tokens by {by}, "
          f"reasoning {n('reasoning_tokens')}, answer {n('answer_tokens')}, "
          f"bytes {n('bytes')}, server {n('usage_tokens')}, {finish}")
if len(rows) > 10:
    finish = ", ".join(sorted({g["finish_reason"] or "no end" for g in rows}))
    by = ", ".join(sorted({g["tokens_by"] for g in rows}))
    line(f"all {len(rows)}", rows[0]["dialect"], by, rows, finish)
else:
    for g in rows:
        line(g["record"], g["dialect"], g["tokens_by"], [g],
             g["finish_reason"] or "no end")
END
}

(cd "$LILSCOPE_DATA" && find streams traces -type f ! -name 'LICENSE*' \
	! -name '*.csv' ! -name '*.json' ! -path 'traces/curated/*' &&
	find streams traces/cot_compression -name '*.json') |
	LC_ALL=C sort >"$tmp/files"

everything()
{
	while read -r file; do
		run analyze --json "$LILSCOPE_DATA/$file"
		table "$file" || return 1
	done <"$tmp/files"
}

everything >"$tmp/table" 2>&1
if [ -n "$LILSCOPE_UPDATE" ]; then
	cp "$tmp/table" "$golden"
fi
check "dialect, tokens and ends of every recording" \
	diff -u "$golden" "$tmp/table"

# A pipe, slowly, gives what the file gives.
same_piped()
{
	for file in pydantic_ai/test_deepseek_model_thinking_stream.0.sse \
		inspect_ai/log_streaming.eval vercel_ai/lmstudio-basic.1.chunks.txt
	do
		run analyze --json "$LILSCOPE_DATA/streams/$file"
		sed 's/"source":"[^"]*"/"source":"-"/' "$tmp/out" >"$tmp/want"
		dd if="$LILSCOPE_DATA/streams/$file" bs=777 2>"$tmp/dd" |
			"$LILSCOPE" analyze --json - >"$tmp/got" || return 1
		diff -u "$tmp/want" "$tmp/got" || return 1
	done
}
check "a pipe gives what the file gives" same_piped

finish
