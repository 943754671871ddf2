#!/bin/sh
# Installed into a folder of its own, used from there, and removed again:
#
#	tests/install.sh MAKE
#
# run in a build folder. Also what a small build says of what it lacks
# (SMALL=its build folder).
. "$(dirname "$0")/links_lib.sh"
make=${1:-make}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0
fault() { echo "install: $*" >&2; bad=1; }

$make -s install DESTDIR="$tmp/into" prefix=/opt/l >"$tmp/log" 2>&1 || {
	cat "$tmp/log"
	exit 1
}
at=$tmp/into/opt/l
for each in bin/lilscope share/man/man1/lilscope.1 \
	share/doc/lilscope/README.md share/doc/lilscope/COPYING \
	share/lilscope/samples/model/chain-0.9m.gguf \
	share/bash-completion/completions/lilscope \
	share/zsh/site-functions/_lilscope \
	share/fish/vendor_completions.d/lilscope.fish; do
	[ -s "$at/$each" ] || fault "$each is not there"
done
find "$at" \( -name '*.log' -o -name 'train*' -o -name '*.py' \
	-path '*/samples/model/*' \) | grep . && fault "what trains was installed"

[ "$(find "$at/share/doc/lilscope/" -follow -name '*.md' | wc -l)" -gt 9 ] ||
	fault "its documents are not there"
astray $(find "$at/share/doc/lilscope/" -follow -name '*.md') | grep . &&
	fault "links lead nowhere"

# From anywhere, with nothing of the source or of this user.
cd / && env -i HOME="$tmp" PATH="$PATH" LC_ALL=C.UTF-8 TERM=dumb \
	"$at/bin/lilscope" bench -n 1 --policies dense -j 1 >"$tmp/out" 2>"$tmp/err" ||
	{ cat "$tmp/err"; fault "the model in the box is not found"; }
cd "$OLDPWD" || exit 1

if [ -n "${SMALL:-}" ]; then
	small=$SMALL/lilscope
	for line in 'http://127.0.0.1:1/v1/chat/completions' \
		'guard --listen 127.0.0.1:0 --upstream http://127.0.0.1:1'; do
		# shellcheck disable=SC2086 # words
		"$small" $line >"$tmp/out" 2>"$tmp/err" </dev/null
		[ $? = 2 ] && [ "$(wc -l <"$tmp/err")" = 1 ] &&
			grep -q 'built without' "$tmp/err" ||
			{ cat "$tmp/out" "$tmp/err"; fault "small: $line"; }
	done
	ldd "$small" | grep -E 'curl|microhttpd' && fault "small: linked"
	sample=$at/share/lilscope/samples/traces/rkv_aime24_08.txt
	"$small" analyze "$sample" >"$tmp/small"
	"$at/bin/lilscope" analyze "$sample" >"$tmp/full"
	cmp "$tmp/small" "$tmp/full" || fault "small: it measures otherwise"
	"$small" guard --rule guardian <"$sample" >"$tmp/small" 2>&1
	"$at/bin/lilscope" guard --rule guardian <"$sample" >"$tmp/full" 2>&1
	cmp "$tmp/small" "$tmp/full" || fault "small: it stops elsewhere"
fi

$make -s uninstall DESTDIR="$tmp/into" prefix=/opt/l >"$tmp/log" 2>&1 ||
	fault "uninstall: $(cat "$tmp/log")"
find "$tmp/into" -type f -o -type l | grep . && fault "files stayed behind"
find "$tmp/into" -type d -name '*lilscope*' | grep . &&
	fault "folders stayed behind"
[ $bad = 0 ] && echo "install: everything there, used, and gone again"
exit $bad
