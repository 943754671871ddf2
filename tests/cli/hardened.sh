#!/bin/sh
# What an attacker of a parser would have to get past is in the program and in
# the library: asked of these themselves.
. "${top_srcdir:-.}/tests/cli/lib.sh"

command -v readelf >/dev/null || skip_all "no readelf (binutils)"
status=$(cd "${TOP_BUILDDIR:-.}" && ./config.status --config 2>/dev/null)
case $status in
*sanitizers* | *coverage* | *fuzz* | *disable-hardening* | *fsanitize*)
	skip_all "this build watches more than that" ;;
esac

has() { grep -qE -e "$1" "$tmp/elf"; }
stack_is_data() { ! grep 'GNU_STACK' "$tmp/elf" | grep -q 'RWE'; }
no_writable_code()
{
	! awk '/LOAD/ && /RWE/' "$tmp/elf" | grep .
}

# hardened FILE NAME
hardened()
{
	readelf -W -hldsr "$1" >"$tmp/elf" 2>&1 || exit 99
	check "$2: it is placed anywhere (PIE)" has 'Type: +DYN'
	check "$2: relocations are read-only" has 'GNU_RELRO'
	check "$2: ... and all made before main()" has '(BIND_NOW|FLAGS_1.*NOW)'
	check "$2: the stack holds no code" stack_is_data
	check "$2: the stack is guarded" has '__stack_chk_fail'
	# The C library of the system has them, or (musl) has none.
	if ldd "$1" 2>/dev/null | grep -q 'libc\.so\.6'; then
		check "$2: calls are fortified" \
			has '__(memcpy|snprintf|vsnprintf|read)_chk'
	fi
	check "$2: nothing is both written and run" no_writable_code
}
hardened "$LILSCOPE" lilscope
so=${TOP_BUILDDIR:-$(dirname "$LILSCOPE")}/liblilscope.so
if [ -e "$so" ]; then
	hardened "$so" liblilscope
else
	echo "no shared library was built here: it was not asked"
fi

# --- Commands that only read shut themselves in before they do: the kernel
# tells of each that it may gain no right any more.
of_process() { sed -n 's/^NoNewPrivs:[^0-9]*//p' "/proc/$1/status" 2>/dev/null; }
shut_in()
{
	mkfifo "$tmp/input" && exec 3<>"$tmp/input" || return 1
	"$LILSCOPE" "$@" - <"$tmp/input" >"$tmp/out" 2>"$tmp/err" 3>&- &
	child=$! state=0
	while [ "$state" = 0 ] &&
		! grep -q '^State:.*Z' "/proc/$child/status"; do
		state=$(of_process "$child")
	done
	kill "$child" 2>/dev/null
	wait "$child" 2>/dev/null
	exec 3>&-
	rm "$tmp/input"
	is 'NoNewPrivs' 1 "${state:-none}"
}
if [ "$(of_process self)" != 0 ] ||
	! "$LILSCOPE" doctor | grep -q 'sandbox  *Landlock [1-9]'; then
	echo "no Landlock, or nothing to be given away: not looked at"
else
	for command in analyze merge why guard; do
		check "$command shuts itself in" shut_in $command
	done
fi

finish
