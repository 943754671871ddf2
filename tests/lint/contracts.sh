#!/bin/sh
# Every prototype of a header has its contract above it or beside it, and
# every .c opens with what it is. Counted, with a ceiling that only sinks.
. "${top_srcdir:-.}/tests/lint/lib.sh"

PROTOTYPES_MAX=100
OPENINGS_MAX=70

# A prototype begins in the first column and is no definition of anything
# else. Its contract is a comment that ends in the line above, or stands in
# its own last line; one comment may speak for a block without blank lines.
awk '
FNR == 1 { open = 0; said = 0 }
/^$/ { said = 0 }
/^#|^}|^{|^typedef|^(struct|enum|union) [a-z_0-9]* *({|;)/ { next }
!open && /^[a-zA-Z_].*[(]/ { open = FNR; told = said }
/[*][/]/ { said = 1; told = open ? 1 : told }
open && /;[ \t]*([/][*].*)?$/ {
	if (!told)
		print FILENAME ":" open ": a prototype without its contract"
	open = 0
}' $(c_files src tui | grep '[.]h$') >"$tmp/prototypes"
for file in $(c_files src tui | grep '[.]c$'); do
	head -n 1 "$file" | grep -q '^/[*]' ||
		echo "$file:1: does not open with what it is"
done >"$tmp/openings"

# ceiling WHAT FILE MOST: says the number, and fails above the ceiling.
ceiling()
{
	n=$(wc -l <"$2" | tr -d ' ')
	echo "$n $1 (at most $3)"
	[ "$n" -le "$3" ] || cat "$2" >>"$tmp/found"
}
ceiling 'prototypes without a contract' "$tmp/prototypes" $PROTOTYPES_MAX
ceiling 'files of code without an opening sentence' "$tmp/openings" \
	$OPENINGS_MAX
[ "${1:-}" != --list ] || cat "$tmp/prototypes" "$tmp/openings"

finish
