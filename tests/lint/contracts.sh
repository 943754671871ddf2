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
for file in $(c_files src tui | grep '[.]c$'); do
	head -n 1 "$file" | grep -q '^/[*]' ||
		echo "$file:1: does not open with what it is"
done | found
for file in $(c_files src tui | grep '[.]h$'); do
	head -n 2 "$file" | grep -q "^/*[ ]*[*] ${file##*/} - " ||
		echo "$file:1: does not begin with its name"
done | found

finish
