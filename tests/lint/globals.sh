#!/bin/sh
# What the program can write between calls, as the linker sees it: every
# symbol of .data and .bss, function-local ones and pointers to constants too.
# Each is here with its reason.
. "${top_srcdir:-.}/tests/lint/lib.sh"
build=$TOP_BUILDDIR

allowed='
base.o:die_hook		dying has no argument through which a context could come
tok.o:shared		tables of the tokenizer: built once, then only read, and
			caches of pieces, each of one thread at a time
tok.o:once		... that they are built, by the first thread
kernel.o:chosen		the kernels of this CPU: chosen once, before threads
signals.o:pipe_fds	a signal handler has no argument: the pipe it tells
signals.o:ending	... that a second signal shall end the program
signals.o:restore_hook	... what gives the terminal back
signals.o:stack		... and the stack it runs on when the other is full
term.o:saved_state	what gives the terminal back, from a signal handler
'

command -v nm >/dev/null || { echo "nm is not here"; exit 77; }
nm --format=sysv "$build/libengine.a" "$build/libtui.a" "$build/tui/main.o" |
awk -F '|' '
	/^Symbols from/ || /^[a-z_]*[.]o:$/ {
		object = $0
		sub(/[]]?:$/, "", object)
		sub(/.*[[\/ ]/, "", object)
	}
	# constants that hold addresses are in .data.rel.ro; __x and .x are the
	# compiler\047s own, in a build for sanitizers or gcov
	NF == 7 && $7 ~ /[.](data|bss|tdata|tbss)|COM/ &&
	$7 !~ /[.]data[.]rel[.]ro/ && $1 !~ /^(__|[.])/ {
		name = $1
		gsub(/ /, "", name)
		sub(/[.][0-9]+$/, "", name)
		print object ":" name
	}' | sort -u >"$tmp/there"
[ -s "$tmp/there" ] || echo "$build: holds no objects" | found
echo "$allowed" | awk '/^[a-z]/ { print $1 }' | sort >"$tmp/allowed"
comm -23 "$tmp/there" "$tmp/allowed" | sed 's/$/: a writable global/' | found
comm -13 "$tmp/there" "$tmp/allowed" |
	sed 's/$/: is allowed as a global, and is not there/' | found

finish
