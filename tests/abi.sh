#!/bin/sh
# What programs that were linked with liblilscope rely on is as it was stored:
# its names and their versions, what its functions take and give, the sizes and
# members of its structs (libabigail's abidw, abidiff). Of lilscope.h only: what
# lies behind a pointer is nobody's business. (Its constants are held by
# tests/cli/library.sh, whatever the compiler.)
#
#	tests/abi.sh LIBRARY SOURCE_FOLDER [--update]
#
# LIBRARY has debug information. --update stores what it has now.
so=$1 src=$2
stored=$src/src/lib/lilscope.abi
fault() { echo "abi: $*" >&2; exit 1; }
for need in abidw abidiff; do
	command -v $need >/dev/null || { echo "abi: no $need here: not checked"
		exit 0; }
done
[ "$(uname -m)" = x86_64 ] || { echo "abi: what is stored is of x86_64"
	exit 0; }
readelf -S "$so" | grep -q '\.debug_info' ||
	fault "$so has no debug information to read types from (CFLAGS=-g)"
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/headers" && cp "$src/src/lilscope.h" "$tmp/headers" || exit 1
abidw --headers-dir "$tmp/headers" --drop-private-types \
	--exported-interfaces-only --no-corpus-path --no-comp-dir-path \
	--no-show-locs --no-elf-needed --no-parameter-names \
	--type-id-style hash "$so" >"$tmp/now" || fault "$so cannot be read"
if [ "${3:-}" = --update ]; then
	cp "$tmp/now" "$stored" && echo "abi: stored"
	exit
fi

# beside FILE: what abidiff comes to: 0 the same, 4 another, 12 one that breaks
# programs that were linked before.
beside()
{
	abidiff "$1" "$tmp/now" >"$tmp/log" 2>&1
	echo $?
}
case $(beside "$stored") in
0) ;;
4)	cat "$tmp/log"
	fault "other than stored: breaks nobody? then ABI=--update, else LIB_MAJOR" ;;
*)	cat "$tmp/log"
	fault "programs that were linked before break: LIB_MAJOR is to grow" ;;
esac
# And each of these would have been noticed: a name that is gone, a member that
# moved, a struct that shrank, an argument of another type.
noticed=0
size_t=$(sed -n "s/.*typedef-decl name='size_t'.* id='\([0-9a-f]*\)'.*/\1/p" \
	"$stored")
for change in "/elf-symbol name='lilscope_pop'/d" \
	"0,/layout-offset-in-bits='320'/s//layout-offset-in-bits='352'/" \
	"/name='lilscope_reading'/s/size-in-bits='1280'/size-in-bits='1344'/" \
	"/decl name='lilscope_push_ids'/,/return/s/\(parameter.*id=\)'.*'/\1'$size_t'/"
do
	sed "$change" "$stored" >"$tmp/changed"
	! cmp -s "$stored" "$tmp/changed" || fault "changes nothing: $change"
	case $(beside "$tmp/changed") in
	4 | 12) noticed=$((noticed + 1)) ;;
	*) cat "$tmp/log"; fault "not noticed: $change" ;;
	esac
done
echo "abi: $(grep -c "elf-symbol name='lilscope" "$stored") names and all types" \
	"of lilscope.h are as stored; $noticed faults are noticed"
