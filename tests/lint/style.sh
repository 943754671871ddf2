#!/bin/sh
# The rules of HACKING.md that a machine can hold.
. "${top_srcdir:-.}/tests/lint/lib.sh"

FILE_LINES_MAX=800
FUNCTION_LINES_MAX=70
COLUMNS_MAX=80

# Files with a reason to be longer: one name a line, the reason beside it.
long_files=''

files=$(c_files src tui tests)

# --- 80 columns, no trailing blanks, tabs of 8, one newline at the end.
awk -v max=$COLUMNS_MAX '
{
	line = $0
	gsub(/[\200-\277]/, "", line)	# continuation bytes take no column
	n = split(line, part, "\t")
	col = length(part[1])
	for (i = 2; i <= n; i++)
		col += 8 - col % 8 + length(part[i])
	if (col > max)
		print FILENAME ":" FNR ": " col " columns"
}
/[ \t\r]$/ { print FILENAME ":" FNR ": trailing blank" }
/^        / { print FILENAME ":" FNR ": blanks where a tab belongs" }
' $files | found
[ "$(tail -qc 1 $files | wc -l)" = "$(echo $files | wc -w)" ] ||
	for file in $files; do
		[ -z "$(tail -c 1 "$file")" ] ||
			echo "$file:1: no newline at the end"
	done | found

# --- A part of a file begins with a ruler: three dashes, what it is, dashes.
awk '/^[/][*] --+ .* --+ [*][/]$/ || /^[/][*] [-=*#][-=*#]/ && !/^[/][*] --[a-z]/ {
	line = $0
	gsub(/[\200-\277]/, "", line)
	if (line !~ /^[/][*] --- [^ -].* --+ [*][/]$/ || length(line) != 78)
		print FILENAME ":" FNR ": a ruler is /* --- what ---- */, " \
			"78 columns wide"
}' $files | found

# --- Length of files and functions.
wc -l $files | awk -v max=$FILE_LINES_MAX -v long=" $long_files " '
$2 != "total" && $1 > max && !index(long, " " $2 " ") {
	print $2 ":1: " $1 " lines"
}' | found
awk -v max=$FUNCTION_LINES_MAX '
FNR == 1 { start = 0 }
/^{/ { start = FNR }
/^}/ {
	if (start && FNR - start - 1 > max)
		print FILENAME ":" start ": a function of " \
			FNR - start - 1 " lines"
	start = 0
}' $files | found

# --- Language.
c_code $files >"$tmp/code"
grep -E ':[^:]*typedef +(struct|union)' "$tmp/code" |
	sed 's/$/ (no typedef for structs)/' | found
grep -E ':[0-9]*:(static )?[a-z_ ]+[(][)]$' "$tmp/code" |
	sed 's/$/ (say void)/' | found

# --- Tests touch nothing outside of their own folder: no fixed place, but for
# the devices, and templates of mkstemp. (url.sh asks for a file to be refused.)
grep -nE '[" =(]/(tmp|nonexistent|usr|home|root|etc|var|opt|mnt|srv|run)([/" ]|$)|/[.][.]/' \
	$(find tests/unit tests/pty tests/cli tests/fuzz -name '*.[ch]' \
		-o -name '*.sh' -o -name '*.py') |
	grep -vE ':1:#!|"/tmp/[a-z-]*-XXXXXX"|^tests/pty/scratch.c:.* : "/tmp"' |
	sed 's/$/ (a place outside of the test)/' | found

# --- A tag of a struct, union or enum means one thing: it is defined in one
# place of the program, be it private to a file or not.
grep -E "^(src|tui)/[^:]*:[0-9]*:[ 	]*(static |const |extern )*(struct|union|enum) [A-Za-z_0-9]+ *[{]" \
	"$tmp/code" |
	sed -E 's/^([^:]*:[0-9]*):.*(struct|union|enum) ([A-Za-z_0-9]+) *[{].*/\3 \1/' |
	awk '$1 in at { print $2 ": the tag " $1 " is that of " at[$1], "too" }
	!($1 in at) { at[$1] = $2 }' | found

# --- Headers say what they are and are guarded.
awk '
function over() { if (at && !guard) print at ":1: no guard" }
FNR == 1 { over(); at = FILENAME; guard = 0 }
FNR == 1 && !/^[/][*]/ { print at ":1: a header begins with what it is" }
/^#ifndef LILSCOPE_/ { guard = 1 }
END { over() }' $(c_files src tui | grep '[.]h$') | found

# --- Words that have no place in what is handed on. (The brackets keep this
# file from finding itself.)
words='TO[D]O|FIX[M]E|/wor[k]/|/hom[e]/|/roo[t]/|issu[e]s?/[0-9]|issu[e]2|
	brie[f][.]md'
words=$(echo "$words" | tr -d '\n\t')
find src tui tests man samples README.md HACKING.md CONTRIBUTING.md NEWS.md \
	Makefile.am configure.ac bootstrap .ci \
	-type f ! -path '*/golden/*' ! -path '*/corpus/*' \
	! -path 'samples/traces/*' ! -path 'samples/tokenizer/*' \
	-exec grep -nE "$words" {} + 2>/dev/null |
	sed 's/$/ (a word that has no place here)/' | found

# --- Text files: no trailing blanks either.
grep -nE '[ 	]+$' README.md HACKING.md CONTRIBUTING.md NEWS.md \
	samples/docs/*.md \
	$(ls man/*.[1357] 2>/dev/null) |
	sed 's/$/ (trailing blank)/' | found

finish
