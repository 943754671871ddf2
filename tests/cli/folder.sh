#!/bin/sh
# A folder is the files in it that may hold generations.
. "${top_srcdir:-.}/tests/cli/lib.sh"

json='{"response": "One, two, three, four, five; once I caught a fish alive."}'
box=$tmp/box
mkdir -p "$box/b/deep" "$box/a" "$box/.git" "$tmp/nothing" "$tmp/only"
echo "$json" >"$box/b/deep/two.jsonl"
echo "$json" >"$box/a/one.jsonl"
echo 'A text, and no more.' >"$box/z.txt"
for name in LICENSE LICENSE.apache-2.0 readme.md README_ja.txt Makefile \
	Notice.txt run.py config.yaml .hidden.txt .git/HEAD; do
	echo 'Words that no model wrote, and that are not measured.' \
		>"$box/$name"
done
printf '\211PNG\r\n\032\n0000' >"$box/picture.png"
printf '{"lr": 0.1, "seed": 7}\n' >"$box/a/config.json"
: >"$box/empty.txt"
ln -s .. "$box/b/up"
ln -s z.txt "$box/y.txt"
echo "$json" >"$tmp/licensed.txt"
cp "$box/picture.png" "$box/empty.txt" "$tmp/only"

names()
{
	sed 's/^{"source":"\([^"]*\)".*/\1/' "$tmp/out" | tr '\n' ' '
}
in_order()
{
	run analyze --json "$box/"
	status_is 0 && one_sentence &&
		is files "$box/a/one.jsonl $box/b/deep/two.jsonl $box/y.txt $box/z.txt " \
			"$(names)" &&
		grep -q '3 files in folders hold nothing that can be read; the first: .*/a/config.json: line 1, ' \
			"$tmp/err"
}
check "a folder, and what is in it" in_order
cassettes()
{
	mkdir -p "$tmp/cassettes"
	cp "$srcdir/tests/golden/vcr_ruby.yml" "$tmp/cassettes/a.yml"
	[ -n "$no_yaml" ] && return 0
	run analyze --json "$tmp/cassettes"
	status_is 0 && is files "$tmp/cassettes/a.yml " "$(names)"
}
no_yaml=$("$LILSCOPE" doctor | grep 'libyaml.*not in this build')
check "YAML in a folder is settings, but for cassettes" cassettes
among_files()
{
	run analyze --json "$tmp/licensed.txt" "$box/b" "$box/LICENSE"
	status_is 0 && [ ! -s "$tmp/err" ] &&
		is files "$tmp/licensed.txt $box/b/deep/two.jsonl $box/LICENSE " \
			"$(names)"
}
check "what is named is read, whatever its name" among_files
broken()
{
	mkdir "$tmp/broken"
	printf '%s\n{"response": \n%s\n' "$json" "$json" >"$tmp/broken/x.jsonl"
	run analyze --json "$tmp/broken"
	status_is 2 && is lines 2 "$(lines "$tmp/out")" && one_sentence &&
		grep -q 'x.jsonl: line 2, ' "$tmp/err"
}
check "a broken record in a folder is trouble" broken
explained()
{
	run why "$box"
	status_is 0 && is explained 5 "$(grep -c '^  because ' "$tmp/out")" &&
		is sentences 2 "$(lines "$tmp/err")"
}
check "why takes a folder" explained

nothing()
{
	for command in 'analyze --json' why --plain; do
		run $command "$1"
		status_is 2 && [ ! -s "$tmp/out" ] || return 1
		one_sentence && grep -q "$2" "$tmp/err" || return 1
	done
}
check "an empty folder" nothing "$tmp/nothing" 'no file in this folder may'
only_others()
{
	run analyze --json "$tmp/only"
	status_is 2 && one_sentence &&
		grep -q '2 files in folders hold nothing' "$tmp/err"
}
check "a folder of other things" only_others
no_guard()
{
	run guard "$box"
	status_is 2 && one_sentence && grep -q 'is a directory' "$tmp/err"
}
check "guard reads one file" no_guard

on_screen()
{
	printf '%s\n' 'resize 24 100' wait 'screen -' >"$tmp/keys"
	run --script "$tmp/keys" "$box"
	status_is 0 && grep -q 'b/deep/two.jsonl ' "$tmp/out" &&
		grep -q ' z.txt ' "$tmp/out" &&
		! grep -q 'LICENSE\|readme\|config.json  \|picture.png  ' \
			"$tmp/out" &&
		grep -q ' 3 files hold nothing that can be read; the first: ' \
			"$tmp/out" || { cat "$tmp/out"; return 1; }
}
check "a list on the screen" on_screen

many()
{
	mkdir "$tmp/many"
	i=0
	while [ $i -lt 300 ]; do
		echo "$json" >"$tmp/many/$i.jsonl"
		i=$((i + 1))
	done
	ulimit -Sn 64
	run --script "$tmp/keys" "$tmp/many"
	status_is 0 && grep -q '300 files' "$tmp/out"
}
check "more files than may be open by default" many
finish
