#!/bin/sh
# The manual and --help say what the tables say.
#
# Parts of lilscope(1) between .\" NAME-BEGIN and .\" NAME-END are made from
# `lilscope help --tables`, and so is README.md's list of formats. This compares
# them; with --update it writes them.
. "${top_srcdir:-.}/tests/lint/lib.sh"
LILSCOPE=${LILSCOPE:-./lilscope}
page=man/lilscope.1

if ! "$LILSCOPE" help --tables >"$tmp/tables" 2>"$tmp/err"; then
	cat "$tmp/err"
	echo "lilscope help --tables does not run"
	exit 1
fi

# One part of the page from the tables.
part()
{
	awk -F '\t' -v part="$1" '
	# Text as an argument of a macro: no escape, no delimiter, no macro.
	function quote(text) {
		gsub(/\\/, "\\e", text)
		gsub(/"/, "\\(dq", text)
		gsub(/~/, "\\(ti", text)
		gsub(/\^/, "\\(ha", text)
		gsub(/`/, "\\(ga", text)
		return "\\&" text
	}
	# Lines of at most 78 columns, broken at blanks.
	function folded(text,   line, out, n, word, k) {
		n = split(text, word, " ")
		for (k = 1; k <= n; k++) {
			if (line != "" && length(line " " word[k]) > 78) {
				out = out line "\n"
				line = word[k]
			} else
				line = line (line == "" ? "" : " ") word[k]
		}
		return out line
	}
	function sentence(text) {
		gsub(/\\/, "\\e", text)
		sub(/^[.\x27]/, "\\\\\\&&", text)
		first = substr(text, 1, 1)
		return toupper(first) substr(text, 2) "."
	}
	# The commands without a screen that letters stand for.
	function headless(letters,   n, i, last, name, text) {
		name["a"] = "analyze"
		name["w"] = "why"
		name["g"] = "guard"
		name["d"] = "decode"
		name["b"] = "bench"
		name["m"] = "demo"
		name["e"] = "merge"
		n = 0
		for (i = 1; i <= length(letters); i++)
			if (substr(letters, i, 1) in name)
				last = i
		for (i = 1; i <= length(letters); i++)
			if (substr(letters, i, 1) in name)
				text = text (!n++ ? "" : i == last ? \
					" No and Cm " : " , ") \
					name[substr(letters, i, 1)]
		return text
	}
	function begin(room) {
		if (room != "")
			print ".Ss " room
		print ".Bl -tag -width " (room == "" ? "Ds" : "16n")
		open = 1
	}
	function end() {
		if (open)
			print ".El"
		open = 0
	}
	part == "OPTIONS" && $1 == "option" {
		if (!open) begin("")
		head = ".It"
		if ($3 != "-")
			head = head " Fl " $3 " ,"
		head = head " Fl -" $2
		if ($5 != "-")
			head = head " Ar " $5
		print head
		print sentence($9)
		n = split($8, value, " ")
		if ($8 != "-" && !index($9, value[n])) {
			gsub(/ /, ", ", $8)
			many = $5 == "LIST" || $5 == "FIELDS"
			print folded((many ? "Any of " : "One of ") $8 ".")
		}
		if ($5 != "-" && $7 != "-")
			print "Default: " $7 "."
		else if ($5 == "-" && $7 == "on")
			print "On by default."
		if ($3 != "-" && $4 !~ /t/ && $4 != $6) {
			print ".Fl " $3
			print "means this to"
			print ".Cm " headless($4)
			print "only."
		}
		if ($6 !~ /a/ && $6 ~ /t/) {
			print "Not for"
			print ".Cm analyze ."
		}
		if ($6 !~ /t/) {
			print "Only for"
			print ".Cm " headless($6) " ."
		}
	}
	part == "KEYS" && $1 == "action" {
		if ($2 != room) {
			end()
			begin($2)
			room = $2
		}
		if ($3 ~ /!$/)
			$3 = substr($3, 1, length($3) - 1) "\\&!"
		head = ".It Cm " $3
		if ($4 != "-")
			head = head " Ar " quote($4)
		print head
		text = sentence($6)
		if ($5 != "none") {
			n = split($5, key, " ")
			sub(/^Minus$/, "-", key[1]) # "-" alone is none
			keys = ""
			for (i = 1; i <= n; i++)
				keys = keys " " quote(key[i])
			print ".Sy" keys
			print "\\(em"
		}
		print text
	}
	part == "VIEWS" && $1 == "view" {
		if (!open) begin("")
		print ".It Cm " $2
		print sentence($3)
	}
	part == "FORMATS" && $1 == "format" && $4 == "read" {
		if (!open) begin("")
		print ".It Cm " $2
		print sentence($3)
	}
	part == "ASKS" && $1 == "format" && $5 != "-" {
		if (!open) begin("")
		gsub(/ /, " , ", $5)
		print ".It Pa " $5
		print sentence($3)
	}
	part == "ENDS" && $1 == "format" && $6 != "-" {
		if (ended != "")
			print ".Cm " ended " ,"
		ended = $2
	}
	part == "POLICIES" && $1 == "policy" {
		if (!open) begin("")
		print ".It Cm " $2
		print sentence($3)
		if ($4 != "none")
			print sentence($4)
		n = $5 == "-" ? 0 : split($5, use, " ")
		if (n)
			print "Options:"
		for (i = 1; i <= n; i++) {
			split(use[i], pair, "=")
			given = pair[1] == "keep-prompt" ? \
				(pair[2] == 1 ? " No (on)" : "") : \
				pair[2] == "" ? "" : " No " pair[2]
			print ".Fl -" pair[1] given (i < n ? " ," : " .")
		}
	}
	part == "RULES" && $1 == "rule" {
		if (!open) begin("")
		print ".It Cm " $2
		print folded(sentence($3))
	}
	part == "CODERS" && $1 == "coder" {
		if (!open) begin("")
		print ".It Cm " $2
		print sentence($3)
	}
	END {
		end()
		if (ended != "")
			print "and\n.Cm " ended " ;"
	}' "$tmp/tables"
}

# The page with every part made anew.
sed -n 's/^\.\\" \([A-Z]*\)-BEGIN$/\1/p' "$page" >"$tmp/names"
cp "$page" "$tmp/page"
while read -r name; do
	part "$name" >"$tmp/part" && [ -s "$tmp/part" ] || exit 1
	awk -v name="$name" -v part="$tmp/part" '
	$0 == ".\\\" " name "-END" { skip = 0 }
	!skip { print }
	$0 == ".\\\" " name "-BEGIN" {
		while ((getline line < part) > 0)
			print line
		skip = 1
	}' "$tmp/page" >"$tmp/next"
	mv "$tmp/next" "$tmp/page"
done <"$tmp/names"

# --- README.md between <!-- formats --> and <!-- formats end -->: the titles of
# what is read, streams and saved answers apart, in few lines.
readme=README.md
awk -F '\t' '
function put(label, text,   n, word, k, line) {
	n = split(label ": " text ".", word, " ")
	for (k = 1; k <= n; k++) {
		if (line != "" && length(line " " word[k]) > 80) {
			print line
			line = word[k]
		} else
			line = line (line == "" ? "" : " ") word[k]
	}
	print line
}
$1 == "format" && $4 == "read" {
	titles[$7] = titles[$7] (titles[$7] == "" ? "" : ", ") $3
}
END {
	put("Streams", titles["stream"])
	print ""
	put("Saved", titles["saved"])
}' "$tmp/tables" >"$tmp/formats"
[ "$(wc -l <"$tmp/formats")" -le 14 ] ||
	echo "$readme:1: its list of formats is over 14 lines" | found
grep -qx '<!-- formats -->' "$readme" && grep -qx '<!-- formats end -->' \
	"$readme" || echo "$readme:1: has no place for the formats" | found
awk -v part="$tmp/formats" '
$0 == "<!-- formats end -->" { skip = 0 }
!skip { print }
$0 == "<!-- formats -->" {
	while ((getline line < part) > 0)
		print line
	skip = 1
}' "$readme" >"$tmp/readme"

if [ "${1:-}" = --update ]; then
	cp "$tmp/page" "$page"
	cp "$tmp/readme" "$readme"
	exit 0
fi

# same FILE MADE: what is there and what the tables come to
same()
{
	diff -u "$1" "$2" >"$tmp/diff" && return
	sed 's/^/    /' "$tmp/diff" | head -n 60
	echo "$1:1: is not what the tables say (tests/lint/docs.sh --update)" |
		found
}
same "$page" "$tmp/page"
same "$readme" "$tmp/readme"

# --- --help and the screens' help show each option and action.
"$LILSCOPE" --help >"$tmp/help" 2>&1
"$LILSCOPE" analyze --help >>"$tmp/help" 2>&1
"$LILSCOPE" why --help >>"$tmp/help" 2>&1
"$LILSCOPE" merge --help >>"$tmp/help" 2>&1
"$LILSCOPE" guard --help >>"$tmp/help" 2>&1
"$LILSCOPE" decode --help >>"$tmp/help" 2>&1
"$LILSCOPE" bench --help >>"$tmp/help" 2>&1
"$LILSCOPE" demo --help >>"$tmp/help" 2>&1
awk 'length > 80 { print "--help: " length " columns: " $0 }' "$tmp/help" |
	found
awk -F '\t' '$1 == "option" { print $2 }' "$tmp/tables" |
while read -r name; do
	grep -Eq -- "--(\[no-\])?$name( |\$|=)" "$tmp/help" ||
		echo "--help: does not name --$name"
done | found

# --- Options named in the pages and the README are there.
grep -ohE '(^| |`)--[a-z][a-z-]+' README.md HACKING.md samples/docs/*.md \
	2>/dev/null | sed 's/.*--//' | sort -u >"$tmp/named"
sed -n 's/.*Fl -\([a-z][a-z-]*\).*/\1/p' man/*.[1357] | sort -u >>"$tmp/named"
awk -F '\t' '$1 == "option" { print $2; print "no-" $2 }' "$tmp/tables" \
	>"$tmp/known"
# Options of others, and those that are no rows.
printf '%s\n' help version tables name no-name sshlogin sshloginfile will-cite array wrap pipe \
	block update >>"$tmp/known"
sed -n 's/.*HELP_STRING([[]--\([a-z-]*\).*/\1/p' configure.ac >>"$tmp/known"
while read -r name; do
	grep -qx -- "$name" "$tmp/known" ||
		echo "manual: there is no option --$name"
done <"$tmp/named" | found

# --- Each policy names its paper (the control has none), and the page has it.
awk -F '\t' '$1 == "policy" && $2 != "random" { print $2 "\t" $4 }' \
	"$tmp/tables" | while IFS="$(printf '\t')" read -r name paper; do
	case $paper in
	*arXiv\ [0-9]*.[0-9]*) ;;
	*) echo "src/model/sparse_$name.c:1: names no paper: $paper" ;;
	esac
	grep -qF "$paper" "$page" || echo "$page:1: lacks the paper of $name"
done | found

# --- Commands.
awk -F '\t' '$1 == "command" && $2 != "-" { print $2 }' "$tmp/tables" |
while read -r name; do
	grep -qE "^\.It Nm Cm $name( |\$)" "$page" ||
		echo "$page:1: COMMANDS lack $name"
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$page" | grep -qw "$name" ||
		echo "$page:1: SYNOPSIS lacks $name"
	grep -q "lilscope $name" "$tmp/help" || echo "--help: lacks $name"
done | found

# --- Options with a word for a name have two dashes, each its own macro.
grep -nE 'Fl .* , [a-z]{2,}' "$page" | grep -v ' No and ' |
	sed "s,^\([0-9]*\):.*,$page:\1: a long option without its Fl -," | found

# --- The fields of the JSON are those of the report.
grep -oE '(FIELD|RULE)\("[A-Za-z_]+"' src/report/report.c | sed 's/.*"\(.*\)"/\1/' |
while read -r name; do
	grep -qE "^\.It Li (.* )?$name( |\$)" "$page" ||
		echo "$page:1: JSON FIELDS lack $name"
done | found

# --- The pages are sound.
if command -v mandoc >/dev/null; then
	for each in man/*.[1357]; do
		mandoc -T lint -W style "$each" 2>&1 |
			grep -vE 'manual not found|outdated mandoc.db'
	done | found
else
	echo "mandoc is not here: the pages were not checked"
fi

finish
