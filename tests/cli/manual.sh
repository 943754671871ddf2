#!/bin/sh
# The manual's examples, run. In lilscope(1) EXAMPLES a line that begins with
# "$ " is a command (indented lines and those after a backslash belong to
# it); what follows up to the next one is its output. Without any, it only
# has to run without trouble.
. "${top_srcdir:-.}/tests/cli/lib.sh"
for tool in python3 jq parallel; do
	command -v $tool >/dev/null || skip_all "$tool is not here"
done
HOME=$tmp # parallel wants one
export HOME

# The place where the examples run: their files, and tools that stand in.
mkdir "$tmp/bin" "$tmp/work"
ln -s "$LILSCOPE" "$tmp/bin/lilscope"
cat >"$tmp/bin/curl" <<END
#!/bin/sh
exec cat '$traces/groq_r1_70b.sse'
END
chmod +x "$tmp/bin/curl"
cd "$tmp/work" || exit 99
ln -s "$srcdir/samples" samples
cp "$traces/qwen35_9b_loop_29dfd87f.txt" run.txt
echo '{"out":{"raw":["The text in an unusual place has it."]}}' >odd.jsonl
echo '{}' >ask.json
i=0
while [ $i -lt 40 ]; do
	echo "{\"response\":\"Record $i, with a few words of its own: $((i * i)).\"}"
	i=$((i + 1))
done >corpus.jsonl

# The server of the examples.
mkfifo "$tmp/in" "$tmp/port"
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$srcdir/tests/server/replay.py" \
	"$tmp/requests" <"$tmp/in" >"$tmp/port" &
exec 8>"$tmp/in"
read -r port <"$tmp/port"
unset http_proxy all_proxy HTTP_PROXY ALL_PROXY

"$PYTHON" - "$srcdir/man/lilscope.1" "$tmp/examples" "$port" <<'END'
import os, re, sys
page = open(sys.argv[1]).read()
page = page[page.index(".Sh EXAMPLES"):]
page = page[:page.index(".Sh SEE ALSO")]
os.mkdir(sys.argv[2])
n = 0
for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", page, re.S | re.M):
    block = block.replace("\\e", "\\").replace("\\&", "")
    block = block.replace("//localhost:8000", "//127.0.0.1:" + sys.argv[3])
    command, output = None, []
    examples = []
    more = False
    for line in block.splitlines():
        if line.startswith("$ "):
            command = [line[2:]]
            output = []
            examples.append((command, output))
        elif more or line.startswith("    "):
            command.append(line)
        else:
            output.append(line)
        more = line.endswith("\\")
    for command, output in examples:
        n += 1
        path = "%s/%02d" % (sys.argv[2], n)
        open(path + ".sh", "w").write("\n".join(command) + "\n")
        if output:
            open(path + ".out", "w").write("\n".join(output) + "\n")
END

example()
{
	PATH=$tmp/bin:$PATH sh "$1" >"$tmp/got" 2>"$tmp/err" </dev/null ||
		{ echo "status $?"; cat "$1" "$tmp/err"; return 1; }
	[ ! -s "$tmp/err" ] || { cat "$1" "$tmp/err"; return 1; }
	[ ! -f "${1%.sh}.out" ] || diff "${1%.sh}.out" "$tmp/got"
}
for each in "$tmp"/examples/*.sh; do
	check "example: $(head -n 1 "$each")" example "$each"
done
[ "$n_ok" -ge 8 ] || check "the examples were found" false

finish
