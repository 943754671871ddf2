#!/bin/sh
# What a build says that it is made of (make sbom): as CycloneDX has it, every
# library that the program links, with a licence and the version it tells.
. "${top_srcdir:-.}/tests/cli/lib.sh"

[ -n "$PYTHON" ] || skip_all "python3 is not here"
cd "$tmp" || exit 99
sh "$srcdir/tests/sbom.sh" "$LILSCOPE" >"$tmp/sbom.json" 2>"$tmp/err" || {
	cat "$tmp/err"
	exit 1
}
"$LILSCOPE" doctor >"$tmp/doctor"

shape()
{
	"$PYTHON" - "$tmp/sbom.json" "$tmp/doctor" <<'END'
import json, sys
bom = json.load(open(sys.argv[1]))
assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.5")
root = bom["metadata"]["component"]
every = bom["components"] + [root]
refs = [each["bom-ref"] for each in every]
assert len(set(refs)) == len(refs), refs
for each in every:
    assert each["licenses"][0]["expression"], each
    assert each["type"] == "data" or each["version"][0].isdigit(), each
for each in bom["dependencies"]:
    assert {each["ref"], *each["dependsOn"]} <= set(refs), each
assert {each["ref"] for each in bom["dependencies"]} == \
    {"lilscope", "liblilscope"}
told = [line.split()[1:3] for line in open(sys.argv[2])
        .read().split("libraries\n")[1].split("\n\n")[0].split("\n")
        if line.split()[0] == "ok"]
assert len(told) >= 5, told
of = {each["name"]: each for each in every}
for name, version in told:
    assert of[name.lower()]["version"] == version, name
assert len(told) + 3 == len(every)
assert of["liblilscope"]["version"] == of["lilscope"]["version"]
END
}
check "it is as CycloneDX has it, with what doctor says" shape

linked()
{
	readelf -d "$LILSCOPE" | sed -n 's/.*NEEDED.*\[lib\(.*\)\.so.*/\1/p' |
		grep -vE '^(c|m|pthread|dl|rt|gcc_s|asan|ubsan|tsan|c\.musl.*)$' |
		sed 's/^z$/zlib/; s/^tinfow*$/ncurses/; s/^ncursesw*$/ncurses/
			s/^pcre2-8$/pcre2/; s/^yaml-0$/libyaml/
			s/^\(zstd\|curl\|microhttpd\)$/lib\1/' >"$tmp/needed"
	[ -s "$tmp/needed" ] || return 1
	while read -r name; do
		grep -q "\"bom-ref\": \"$name\"" "$tmp/sbom.json" || {
			echo "$name is linked, and not in it"
			return 1
		}
	done <"$tmp/needed"
}
if command -v readelf >/dev/null; then
	check "what is linked is in it" linked
else
	echo "readelf is not here: what is linked was not looked at"
fi
not_here() { ! sh "$srcdir/tests/sbom.sh" "$none" >/dev/null 2>&1; }
check "without the program it fails" not_here
finish
