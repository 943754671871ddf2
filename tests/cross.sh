#!/bin/sh
# The decoder's arithmetic on another kind of CPU, under an emulator:
#
#	tests/cross.sh SOURCE_FOLDER
#
# CROSS_CC compiles for it (aarch64-linux-gnu-gcc), CROSS_RUN runs what comes
# out (qemu-aarch64), CROSS_LIBS links its cmocka (-lcmocka). Debian has all of
# them: gcc-aarch64-linux-gnu, qemu-user, libcmocka-dev:arm64.
src=${1:-.}
cc=${CROSS_CC:-aarch64-linux-gnu-gcc}
run=${CROSS_RUN:-qemu-aarch64 -L /usr/aarch64-linux-gnu}
libs=${CROSS_LIBS:--lcmocka}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
base="$src/src/base/base.c $src/src/base/buf.c $src/src/base/err.c \
	$src/src/base/mem.c"
model="$src/src/model"
kernels="$model/kernel*.c $model/quant.c $base"

# one NAME SOURCES...: built with warnings, then run
one() {
	name=$1
	shift
	# shellcheck disable=SC2086
	$cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Werror \
		-I"$src/src" -o "$tmp/$name" \
		"$src/tests/unit/$name.c" "$@" $libs -lm -lpthread &&
		$run "$tmp/$name"
}

status=0
# shellcheck disable=SC2086
{
	one test_kernel $kernels || status=1
	one test_quant $kernels || status=1
}
exit $status
