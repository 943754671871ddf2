# Shared by the lints. A finding is one line, FILE:LINE: what; the lint fails
# if there was one.

LC_ALL=C
export LC_ALL
cd "${top_srcdir:-.}" || exit 2
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
: >"$tmp/found"

found()
{
	cat >>"$tmp/found"
}

# The verdict, at the end of a lint.
finish()
{
	if [ -s "$tmp/found" ]; then
		cat "$tmp/found"
		echo "$(wc -l <"$tmp/found") findings"
		exit 1
	fi
	exit 0
}

# All C files, or those under the given folders.
c_files()
{
	for folder in "${@:-src tui tests}"; do
		for each in $folder; do
			[ -d "$each" ] && find "$each" -name '*.[ch]'
		done
	done | sort
}

# FILE:LINE:CODE of C files, without comments and the insides of strings.
c_code()
{
	awk '
	FNR == 1 { comment = 0 }
	{
		line = $0
		code = ""
		while (length(line)) {
			if (comment) {
				i = index(line, "*/")
				if (!i)
					break
				line = substr(line, i + 2)
				comment = 0
				continue
			}
			i = match(line, /["\/]/)
			if (i != 1) {
				code = code (i ? substr(line, 1, i - 1) : line)
				line = i ? substr(line, i) : ""
				continue
			}
			if (substr(line, 1, 2) == "/*") {
				comment = 1
				line = substr(line, 3)
				continue
			}
			c = substr(line, 1, 1)
			if (c == "\"" && code !~ /^#[ \t]*include/) {
				match(line, /^"([^"\\]|\\.)*"?/)
				code = code "\"\""
				line = substr(line, RLENGTH + 1)
				continue
			}
			code = code c
			line = substr(line, 2)
		}
		print FILENAME ":" FNR ":" code
	}' "$@"
}
