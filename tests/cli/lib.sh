# Shared by the tests of the command line. A test calls check NAME COMMAND...
# and ends with finish.
#
# From the environment (TESTS_ENVIRONMENT): top_srcdir, LILSCOPE (the
# program). LILSCOPE_DATA: a folder of more recordings, used where it exists.

srcdir=$(cd "${top_srcdir:-.}" && pwd)
LILSCOPE=${LILSCOPE:-$(pwd)/lilscope}
traces=$srcdir/samples/traces
export LILSCOPE srcdir traces

if [ ! -x "$LILSCOPE" ]; then
	echo "$LILSCOPE is not there; say where with LILSCOPE=..."
	exit 99
fi

# Nothing of the user's leaks in.
unset COLUMNS LINES LILSCOPE_OPTIONS
PYTHON=${PYTHON3:-$(command -v python3 || true)} # the one that configure found
[ "$PYTHON" != no ] || PYTHON=
tmp=$(mktemp -d) || exit 99
none=$tmp/none # is never there
HOME=$none XDG_CONFIG_HOME=$none XDG_STATE_HOME=$none
LILSCOPE_DATA=${LILSCOPE_DATA:-$none}
export HOME XDG_CONFIG_HOME XDG_STATE_HOME LILSCOPE_DATA
trap 'rm -rf "$tmp"' EXIT
n_ok=0 n_bad=0

# $PYTHON knows its own modules alone, as looking for others' takes most of the
# time in which a short program starts; $whole_python has these, too.
whole_python=$PYTHON
if [ -n "$PYTHON" ]; then
	printf '#!/bin/sh\nexec "%s" -S "$@"\n' "$PYTHON" >"$tmp/python" &&
		chmod +x "$tmp/python" || exit 99
	PYTHON=$tmp/python
fi

# check NAME COMMAND...: the command must succeed.
check()
{
	name=$1
	shift
	if "$@" >"$tmp/log" 2>&1; then
		n_ok=$((n_ok + 1))
	else
		n_bad=$((n_bad + 1))
		echo "FAILED: $name"
		sed 's/^/    /' "$tmp/log" | head -n 40
	fi
}

skip_all()
{
	echo "skipped: $*"
	exit 77
}

finish()
{
	echo "$n_ok passed, $n_bad failed"
	[ "$n_bad" = 0 ] && [ "$n_ok" -gt 0 ]
	exit
}

# run ARGS...: lilscope, with out and err in files, and its status.
run()
{
	status=0
	"$LILSCOPE" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || status=$?
}

# the same, with a file as its standard input
run_on()
{
	input=$1
	shift
	status=0
	"$LILSCOPE" "$@" >"$tmp/out" 2>"$tmp/err" <"$input" || status=$?
}

# is WHAT WANTED GOT
is()
{
	[ "$2" = "$3" ] && return 0
	echo "$1: wanted '$2', got '$3'"
	return 1
}

status_is()
{
	is status "$1" "$status" || { head -n 5 "$tmp/out" "$tmp/err"; return 1; }
}

# Lines of a file.
lines()
{
	wc -l <"$1" | tr -d ' '
}

# One sentence on stderr, nothing else: ends with a full stop or names a
# place, is one line.
one_sentence()
{
	is 'lines on stderr' 1 "$(lines "$tmp/err")" &&
		grep -q '^lilscope: ' "$tmp/err" || { cat "$tmp/err"; return 1; }
}

# No byte that steers a terminal.
no_controls()
{
	! LC_ALL=C grep -n "$(printf '[\001-\010\013-\037\177]')" "$1"
}
