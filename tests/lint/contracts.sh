#!/bin/sh
# Every prototype of a header has its contract above it or beside it, a header
# begins with its own name, and every .c opens with what it is.
. "${top_srcdir:-.}/tests/lint/lib.sh"

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
}' $(c_files src tui | grep '[.]h$') | found
awk 'FNR == 1 && !/^[/][*]/ {
	print FILENAME ":1: does not open with what it is"
}' $(c_files src tui | grep '[.]c$') | found
awk '
function over() { if (at && !named) print at ":1: does not begin with its name" }
FNR == 1 {
	over()
	at = name = FILENAME
	sub(/.*[/]/, "", name)
	named = 0
}
FNR <= 2 && sub(/^[/]*[ ]*[*] /, "") && index($0, name " - ") == 1 { named = 1 }
END { over() }' $(c_files src tui | grep '[.]h$') | found

finish
