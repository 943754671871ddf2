#!/bin/sh
# HACKING.md is a map: what it names is there, and what is there it names.
. "${top_srcdir:-.}/tests/lint/lib.sh"

# --- Files and folders in backticks; NAME stands for any name.
for page in README.md HACKING.md CONTRIBUTING.md samples/docs/*.md \
	samples/model/README.md; do
	grep -noE '`(src|tui|tests|samples|man)/[^` ]*`' "$page" |
	while IFS=: read -r line word; do
		path=$(echo "$word" | tr -d '`' | sed 's/NAME/*/')
		# shellcheck disable=SC2086 # it may be a pattern
		ls -d $path >/dev/null 2>&1 || [ -f "$path.c" ] ||
			echo "$page:$line: $path is not there"
	done
done | found

# --- The drawing has the rooms of the floors, the highest first.
sed -n "/^rooms='/,/^'/p" tests/lint/floors.sh | grep -E '^	' |
	sed 's/^	//; s/[a-z]*\///g' >"$tmp/floors"
awk '
	FNR == NR { for (i = 1; i <= NF; i++) room[$i]; next }
	/^## / { drawing = $3 == "house" }
	drawing && /^    +[a-z]/ {
		line = ""
		for (i = 1; i <= NF && $i in room; i++)
			line = line (i > 1 ? " " : "") $i
		if (line != "")
			print line
	}' "$tmp/floors" HACKING.md | tac >"$tmp/drawing"
cmp -s "$tmp/floors" "$tmp/drawing" ||
	diff "$tmp/floors" "$tmp/drawing" |
	sed -n 's/^</HACKING.md:1: the drawing lacks, at its place:/p
		s/^>/HACKING.md:1: the drawing has, elsewhere than the floors:/p' |
	found

# --- Targets: those of the table are there; those that are there are in it.
sed -n 's/^\.PHONY: *//p' tests/local.mk samples/local.mk Makefile.am |
	tr ' ' '\n' | sort -u >"$tmp/targets"
while read -r target; do
	grep -qE "\`(make )?$target\`" HACKING.md ||
		echo "HACKING.md:1: does not tell of make $target"
done <"$tmp/targets" | found
sed -n '/^| target |/,/^$/p' HACKING.md |
	sed -n 's/^| `\([a-z0-9-]*\)` |.*/\1/p' |
while read -r target; do
	grep -qx "$target" "$tmp/targets" ||
		echo "HACKING.md:1: there is no target $target"
done | found

finish
