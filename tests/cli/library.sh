#!/bin/sh
# liblilscope as others meet it: its names, their versions, its structs, what it
# links; header, manual and list of names agree; it is installed, found by
# pkg-config, and the samples are built and run, each where its peer is there.
#
# LLAMA_CFLAGS, LLAMA_LIBS and LLAMA_MODEL (a GGUF file) are for llama.c, where
# pkg-config does not know llama; LILSCOPE_OLD_SO is a library of before for
# abidiff; LILSCOPE_PYTHON may be a Python that has numpy.
. "${top_srcdir:-.}/tests/cli/lib.sh"

build=${TOP_BUILDDIR:-$(pwd)}
so=$build/liblilscope.so
[ -e "$so" ] || skip_all "no shared library was built here"
CC=$(command -v cc || command -v gcc) || skip_all "no compiler"
unset MAKEFLAGS MFLAGS MAKELEVEL
embed=$srcdir/samples/embed
LC_ALL=C
export LC_ALL

# --- Names -------------------------------------------------------------------
sed -n 's/^	\(lilscope_[a-z_]*\);/\1/p' "$srcdir/src/lib/lilscope.map" |
	sort >"$tmp/names"
# Each with the version of its node.
awk '/^LILSCOPE_/ { node = $1 } /^	lilscope_/ { sub(/;/, "")
	print $1 "@@" node }' "$srcdir/src/lib/lilscope.map" |
	sort >"$tmp/versions"

of_header()
{
	"$CC" -fpreprocessed -E -P "$srcdir/src/lilscope.h" |
		grep -oE '\blilscope_[a-z_]+\(' | tr -d '(' | sort -u |
		diff "$tmp/names" -
}
check 'the header declares what the map exports' of_header

exported()
{
	readelf -W --dyn-syms "$so" |
		awk '$7 != "UND" && NR > 3 && $8 !~ /^(LILSCOPE_[0-9.]*)?$/ {
			print $8 }' | sort | diff "$tmp/versions" - &&
		! grep -v '^lilscope_.*@@LILSCOPE_1\(\.1\)*$' "$tmp/versions"
}
check 'the shared library exports these, with their version' exported

archived()
{
	nm -g --defined-only "$build/liblilscope.a" | awk 'NF == 3 { print $3 }' |
		sort | diff "$tmp/names" -
}
check 'the archive has no other global name' archived

# It is said in NAME and SYNOPSIS, with the arguments of the header.
prototypes()
{
	"$CC" -E -P "$srcdir/src/lilscope.h" | sed 's/__attribute__((.*"[)]*//' |
		tr '\n' ' ' | tr ';' '\n' |
		grep -oE '[a-z_0-9]+ \*?\*?lilscope_[a-z_]+\([^)]*\)' |
		sed -E 's/^[a-z_0-9]+ \*?//; s/[( ]+/ /g; s/\)//; s/ *, */ | /g; s/\* /*/g' |
		sort
}
manual()
{
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$srcdir/man/lilscope.3" |
		sed -n 's/^\.Fn \([a-z_]*\) "\(.*\)"$/\1 \2/p' |
		sed 's/" "/ | /g; s/\* /*/g' | sort
}
agree()
{
	prototypes >"$tmp/a"
	manual >"$tmp/b"
	is prototypes "$(lines "$tmp/names")" "$(lines "$tmp/a")" &&
		diff "$tmp/a" "$tmp/b" &&
		sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \([a-z_]*\).*/\1/p' \
			"$srcdir/man/lilscope.3" | diff "$tmp/names" -
}
check 'lilscope(3) has the prototypes of the header' agree

constants()
{
	for name in $(grep -oE '^	LILSCOPE_[A-Z_]+ = |^#define LILSCOPE_(NEVER|NO_ID)' \
		"$srcdir/src/lilscope.h" | grep -oE 'LILSCOPE_[A-Z_]+'); do
		grep -q "$name" "$srcdir/man/lilscope.3" || {
			echo "lilscope(3) lacks $name"
			return 1
		}
	done
	for name in $("$CC" -fpreprocessed -E -P "$srcdir/src/lilscope.h" |
		sed -n '/^struct lilscope_[oru]/,/^};/p' | grep -oE '[a-z_0-9]+( *,|;)' | tr -d ' ,;'); do
		case $name in size | len | share | contiguous) continue ;; esac
		grep -qE "^\.It Va ([a-z_]+ , )*$name( |\$)|^\.Va $name" \
			"$srcdir/man/lilscope.3" || {
			echo "lilscope(3) lacks the member $name"
			return 1
		}
	done
}
check 'lilscope(3) has every constant and member' constants

# --- What it needs, and keeps --------------------------------------------------
needs()
{
	! readelf -d "$so" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
		grep -vE '^(libc|libm|ld-linux[^ ]*|ld64|libpthread)\.so'
}
check 'it links with libc and libm alone' needs

keeps()
{
	nm --format=sysv "$build/liblilscope.a" | awk -F '|' '
	NF == 7 && $7 ~ /[.](data|bss|tdata|tbss)|COM/ &&
	$7 !~ /[.]data[.]rel[.]ro/ && $1 !~ /^(__|[.])/ {
		gsub(/ /, "", $1)
		print $1, ($7 ~ /tbss/ ? "of a thread" : "")
	}' >"$tmp/writable"
	is 'what calls share' 'now of a thread' "$(cat "$tmp/writable")"
}
check 'nothing is writable between calls but a thread its own' keeps

# --- Structs: sizes and places, for 64 bits ------------------------------------
cat >"$tmp/layout.c" <<'END'
#include <lilscope.h>
#include <stdio.h>
#define AT(s, m) printf(#m " %zu ", offsetof(struct lilscope_##s, m))
int main(void)
{
	AT(options, rule), AT(options, symbols), AT(options, f), AT(options, t);
	AT(options, patience), AT(options, ls), AT(options, p);
	AT(options, alphabet), AT(options, memory_max), AT(options, window);
	AT(options, rollback), AT(options, resize), AT(options, opaque);
	printf("%zu\n", sizeof(struct lilscope_options));
	AT(reading, n_tokens), AT(reading, from), AT(reading, n_symbols);
	AT(reading, n_phrases), AT(reading, code_bits), AT(reading, rho);
	AT(reading, eps), AT(reading, h), AT(reading, gain);
	AT(reading, copied), AT(reading, score), AT(reading, odds);
	AT(reading, stop_at), AT(reading, cause), AT(reading, memory);
	AT(reading, band), AT(reading, vacuous), AT(reading, last_new);
	AT(reading, new_after), AT(reading, resumed_at);
	printf("%zu\n", sizeof(struct lilscope_reading));
	AT(unit, first), AT(unit, n_tokens), AT(unit, times);
	AT(unit, contiguous), AT(unit, share), AT(unit, text), AT(unit, len);
	printf("%zu\n", sizeof(struct lilscope_unit));
	return sizeof(void *) == 8 ? 0 : 77;
}
END
cat >"$tmp/layout" <<'END'
rule 8 symbols 16 f 20 t 24 patience 32 ls 36 p 40 alphabet 48 memory_max 56 window 64 rollback 68 resize 72 opaque 80 88
n_tokens 8 from 16 n_symbols 24 n_phrases 32 code_bits 40 rho 48 eps 56 h 64 gain 72 copied 80 score 88 odds 96 stop_at 104 cause 112 memory 120 band 128 vacuous 132 last_new 136 new_after 144 resumed_at 152 160
first 8 n_tokens 16 times 20 contiguous 24 share 32 text 40 len 48 56
END
laid_out()
{
	"$CC" -I"$srcdir/src" -o "$tmp/laid" "$tmp/layout.c" || return 1
	"$tmp/laid" >"$tmp/now"
	[ $? = 0 ] || { echo "not of 64 bits"; return 0; }
	diff "$tmp/layout" "$tmp/now"
}
check 'structs are laid out as ever' laid_out
if [ -n "${LILSCOPE_OLD_SO:-}" ] && command -v abidiff >/dev/null; then
	check 'abidiff finds nothing' abidiff --no-added-syms \
		"$LILSCOPE_OLD_SO" "$so"
else
	echo "no abidiff with a library of before (LILSCOPE_OLD_SO): skipped"
fi

header_alone()
{
	echo '#include <lilscope.h>' >"$tmp/alone.c"
	"$CC" -std=c99 -pedantic -Wall -Wextra -Werror -fsyntax-only \
		-I"$srcdir/src" "$tmp/alone.c" || return 1
	cp "$tmp/alone.c" "$tmp/alone.cc"
	! command -v c++ >/dev/null ||
		c++ -pedantic -Wall -Wextra -Werror -fsyntax-only \
			-I"$srcdir/src" "$tmp/alone.cc"
}
check 'the header stands alone, in C99 and C++' header_alone

# --- Installed -----------------------------------------------------------------
prefix=$(sed -n 's/^prefix=//p' "$build/lilscope.pc")
at=$tmp/inst
installs()
{
	make -s -C "$build" install DESTDIR="$at" >/dev/null 2>&1 ||
		{ echo "make install failed"; return 1; }
	lib=$(dirname "$(find "$at" -name liblilscope.a)")
	[ -f "$at$prefix/include/lilscope.h" ] &&
		[ -L "$lib/liblilscope.so" ] && [ -L "$lib/liblilscope.so.1" ] &&
		[ -f "$lib/liblilscope.so.1" ] && [ -f "$lib/pkgconfig/lilscope.pc" ]
}
check 'it is installed whole' installs
lib=$(dirname "$(find "$at" -name liblilscope.a)")
flags()
{
	PKG_CONFIG_PATH=$lib/pkgconfig pkg-config \
		--define-variable=prefix="$at$prefix" "$@" lilscope
}
awk 'BEGIN { for (i = 0; i < 400; i++) print "Wait, let me check once more." }' \
	>"$tmp/loop"
c_sample()
{
	# shellcheck disable=SC2046 # flags are words
	"$CC" -Wall -Wextra -Werror -o "$tmp/stop" "$embed/stop.c" \
		$(flags --cflags --libs) || return 1
	"$CC" -o "$tmp/stop_static" "$embed/stop.c" $(flags --cflags) \
		"$lib/liblilscope.a" -lm || return 1
	for program in stop stop_static; do
		LD_LIBRARY_PATH=$lib "$tmp/$program" <"$tmp/loop" >"$tmp/out"
		is 'status on a loop' 1 $? || return 1
		grep -q '^stopped at word .*let me check' "$tmp/out" || return 1
		LD_LIBRARY_PATH=$lib "$tmp/$program" \
			<"$traces/r1_1.5b_math_79.txt" >"$tmp/out"
		grep -qE '^(stopped|no loop)' "$tmp/out" || return 1
	done
	[ "$(wc -l <"$embed/stop.c")" -le 30 ]
}
if command -v pkg-config >/dev/null; then
	check 'C: stop.c, shared and static' c_sample
fi

# --- The other samples -----------------------------------------------------------
python_sample()
{
	LIBLILSCOPE=$lib/liblilscope.so.1 PYTHONDONTWRITEBYTECODE=1 \
		"${LILSCOPE_PYTHON:-$whole_python}" "$embed/try.py"
}
if [ -n "$PYTHON" ]; then
	check 'Python: lilscope.py, and logits.py that closes the thinking' \
		python_sample
	grep 'is not here' "$tmp/log"
else
	echo "python3 is not here: lilscope.py was not tried"
fi

node_sample()
{
	node "$embed/guard.mjs" <"$tmp/loop" >"$tmp/out"
	is 'status on a loop' 1 $? &&
		grep -q '"code":1,.*threshold at token' "$tmp/out" &&
		echo "All is well." | node "$embed/guard.mjs" >"$tmp/out" &&
		grep -q '"passed":13,"code":0' "$tmp/out" || return 1
	LILSCOPE=$none node "$embed/guard.mjs" <"$tmp/loop" \
		>"$tmp/out" 2>"$tmp/err"
	is 'status without a program' 2 $? &&
		is 'what is beside it' '' "$(cat "$tmp/err")" &&
		grep -q '"passed":0,"code":2,"said":".*ENOENT' "$tmp/out"
}
if command -v node >/dev/null; then
	check 'Node: guard.mjs through the pipe' node_sample
else
	echo "node is not here: guard.mjs was not tried"
fi

if [ -z "${LLAMA_LIBS:-}" ] && pkg-config --exists llama 2>/dev/null; then
	LLAMA_CFLAGS=$(pkg-config --cflags llama)
	LLAMA_LIBS=$(pkg-config --libs llama)
fi
llama_sample()
{
	# shellcheck disable=SC2086 # flags are words
	"$CC" -I"$srcdir/src" $LLAMA_CFLAGS -o "$tmp/llama" "$embed/llama.c" \
		"$lib/liblilscope.a" $LLAMA_LIBS -lm || return 1
	[ -f "${LLAMA_MODEL:-}" ] ||
		{ echo "no LLAMA_MODEL"; return 0; }
	"$tmp/llama" "$LLAMA_MODEL" 1 400 '1 2 1 2 1 2 1 2 1 2' >"$tmp/out"
	is 'status on a loop' 1 $? && grep -q '^llama: stopped' "$tmp/out"
}
if [ -n "${LLAMA_LIBS:-}" ]; then
	check 'llama.cpp: llama.c' llama_sample
else
	echo "libllama is not here (LLAMA_CFLAGS, LLAMA_LIBS): llama.c was not tried"
fi

uninstalls()
{
	make -s -C "$build" uninstall DESTDIR="$at" >/dev/null 2>&1
	! find "$at" ! -type d | grep .
}
check 'nothing is left of it when it is uninstalled' uninstalls

finish
