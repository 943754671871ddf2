#!/bin/sh
# What pages link to is there; and of a page that is installed, it is installed.
. "${top_srcdir:-.}/tests/lint/lib.sh"
. tests/links_lib.sh

# shellcheck disable=SC2046 # words
astray ./*.md $(find samples -name '*.md') | found

# Beside pages below samples/ stands samples/ alone, wherever it is installed;
# the others have it beside them.
sed -n '/^dist_.*_DATA =/,/[^\\]$/p; /^sample_traces =/,/[^\\]$/p' \
	samples/local.mk | tr ' \t' '\n\n' | grep '[.A-Z]' |
	grep -v '^[$(]' | sort >"$tmp/installed"
# shellcheck disable=SC2046
links_of $(grep '\.md$' "$tmp/installed") | while read -r place link; do
	folder=$(dirname "$place")
	to=$(realpath -m --relative-to . "$folder/$link")
	case $folder/$to in
	samples*/samples/* | ./*)
		grep -qE "^$to(/|$)" "$tmp/installed" && continue ;;
	esac
	echo "$place: $to is not installed"
done | found

[ "$(wc -l <"$tmp/installed")" -gt 50 ] ||
	echo "samples/local.mk:1: what is installed is not found" | found
finish
