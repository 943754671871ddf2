#!/bin/sh
# What an attacker of a parser would have to get past is in the program: asked
# of the program itself.
. "${top_srcdir:-.}/tests/cli/lib.sh"

command -v readelf >/dev/null || skip_all "no readelf (binutils)"
status=$(cd "${TOP_BUILDDIR:-.}" && ./config.status --config 2>/dev/null)
case $status in
*sanitizers* | *coverage* | *fuzz* | *disable-hardening* | *fsanitize*)
	skip_all "this build watches more than that" ;;
esac
readelf -W -hldsr "$LILSCOPE" >"$tmp/elf" 2>&1 || exit 99

has() { grep -qE -e "$1" "$tmp/elf"; }
check "it is placed anywhere (PIE)" has 'Type: +DYN'
check "relocations are read-only" has 'GNU_RELRO'
check "... and all made before main()" has '(BIND_NOW|FLAGS_1.*NOW)'
stack_is_data() { ! grep 'GNU_STACK' "$tmp/elf" | grep -q 'RWE'; }
check "the stack holds no code" stack_is_data
check "the stack is guarded" has '__stack_chk_fail'
# The C library of the system has them, or (musl) has none.
if ldd "$LILSCOPE" 2>/dev/null | grep -q 'libc\.so\.6'; then
	check "calls are fortified" has '__(memcpy|snprintf|vsnprintf|read)_chk'
fi
no_writable_code()
{
	! awk '/LOAD/ && /RWE/' "$tmp/elf" | grep .
}
check "nothing is both written and run" no_writable_code

finish
