#!/bin/sh
# The whole program and library for other kinds of CPU (32 bits, the other order
# of bytes), from the tarball: Debian's libraries for them are unpacked into a
# folder, Debian's cross compilers compile, qemu-user runs what comes out. There
# it must pass its selftest and tests of its parts, and measure the samples as
# the program here does. No root, and nothing is installed.
#
#	tests/foreign.sh TARBALL LILSCOPE	FOREIGN="i386 armhf s390x"
#
# FOREIGN_ROOT keeps the libraries.
tarball=$(readlink -f "$1") here=$(readlink -f "$2")
work=$PWD/foreign bad=0
roots=${FOREIGN_ROOT:-$work/roots}
tests='test_bound test_feed test_gguf test_guardian test_json test_kernel
	test_library test_lz77 test_meter test_pack test_quant test_rule
	test_suffixes test_tok test_trace test_transformer test_unpack test_utf8
	test_vocab test_zl77'
what=foreign
. "$(dirname "$0")/elsewhere_lib.sh"
command -v apt-get >/dev/null || left "no apt-get here"
suite=$(suite_here)

# libraries ARCH: with all that they need, unpacked.
libraries()
{
	at=$roots/$1
	[ ! -e "$at/ready" ] || return 0
	mkdir -p "$at/lists/partial" "$at/debs/partial" "$at/root" || return 1
	echo "deb $mirror $suite main" >"$at/list"
	for step in update 'install -y --download-only --no-install-recommends
		libc6-dev libncurses-dev libzstd-dev zlib1g-dev libutf8proc-dev
		libcurl4-openssl-dev libmicrohttpd-dev libpcre2-dev libyaml-dev
		libcmocka-dev libvterm-dev'; do
		# shellcheck disable=SC2086 # words
		apt-get -qq -o APT::Architecture="$1" \
			-o APT::Architectures::="$1" \
			-o Dir::Etc::sourcelist="$at/list" \
			-o Dir::Etc::sourceparts=/dev/null \
			-o Dir::State::Lists="$at/lists" \
			-o Dir::State::status=/dev/null \
			-o Dir::Cache::archives="$at/debs" \
			-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
			$step >>"$at/log" 2>&1 || return 1
	done
	for deb in "$at"/debs/*.deb; do
		dpkg-deb -x "$deb" "$at/root" || return 1
	done
	# What points to / means this root.
	find "$at/root" -type l -lname '/*' | while read -r link; do
		ln -sfn "$at/root$(readlink "$link")" "$link"
	done
	touch "$at/ready"
}

# foreign ARCH TRIPLET FOLDER QEMU LOADER
foreign()
{
	root=$roots/$1/root
	libraries "$1" || { tail -n 5 "$roots/$1/log"; echo "$1: no libraries"
		return 1; }
	# By this CPU itself where it can (32-bit x86): many times faster.
	run="$root/lib/$5 --library-path $root/lib/$3:$root/usr/lib/$3"
	by='this CPU' limit=60
	"$root/lib/$5" --version >/dev/null 2>&1 ||
		{ run="$4 -L $root" by=$4 limit=900; }
	for need in "$2-gcc" ${run%% *}; do
		command -v "$need" >/dev/null ||
			{ echo "$1: no $need here: not tried"; return 0; }
	done
	rm -rf "$work/$1" && mkdir -p "$work/$1" && cd "$work/$1" &&
		tar xf "$tarball" --strip-components=1 || return 1
	programs=
	for each in $tests; do programs="$programs tests/unit/$each"; done
	# shellcheck disable=SC2086 # words
	PKG_CONFIG_LIBDIR=$root/usr/lib/$3/pkgconfig \
		PKG_CONFIG_SYSROOT_DIR=$root ./configure -q --host="$2" \
		--enable-werror CC="${FOREIGN_WITH:-} $2-gcc --sysroot=$root" \
		>log 2>&1 && make -s -j"$(nproc)" lilscope \
		liblilscope.so.1.0.0 $programs >>log 2>&1 ||
		{ tail -n 20 log; echo "$1: not built"; return 1; }
	fine=0 n=0 left_out=
	$run ./lilscope selftest >self ||
		{ cat self; echo "$1: selftest fails"; fine=1; }
	# shellcheck disable=SC2086
	as_here $run ./lilscope ||
		{ echo "$1: it measures otherwise"; fine=1; }
	for policy in dense quest rkv; do
		for lilscope in "$here" "$run ./lilscope"; do
			$lilscope decode --no-config --text --temperature 0 \
				--policy $policy -n 80 --prompt 'Ann has 3.' \
				-m samples/model/chain-0.9m.gguf >wrote.$n
			n=$((1 - n))
		done
		[ "$(wc -c <wrote.0)" -gt 99 ] && cmp wrote.0 wrote.1 ||
			{ echo "$1: it decodes otherwise: $policy"; fine=1; }
	done
	# Seconds of a processor, so it does not matter who else is here.
	# test_transformer has four minutes of plain kernels, without emulation.
	for each in $tests; do
		s=$limit
		case $each,$limit in
		test_transformer,60) s=900 ;;
		test_transformer,*)
			left_out=", not $each (hours, under an emulator)"
			continue
			;;
		esac
		(ulimit -t $s; top_srcdir=. exec $run "tests/unit/$each") \
			>"$each.log" 2>&1 && n=$((n + 1)) || {
			tail -n 20 "$each.log"
			echo "$1: $each fails"
			fine=1
		}
	done
	[ $fine != 0 ] || echo "$1: built, selftest and $n tests passed by" \
		"$by$left_out, samples measured and texts decoded as here"
	return $fine
}

# -R: an emulator keeps tables of all addresses that were asked for, and of the
# 64 GB that a text may grow in they take gigabytes.
for each in ${FOREIGN:-i386 armhf s390x}; do
	case $each in
	i386) set -- i686-linux-gnu i386-linux-gnu qemu-i386 ld-linux.so.2 ;;
	armhf) set -- arm-linux-gnueabihf arm-linux-gnueabihf qemu-arm - ;;
	*) set -- "$each-linux-gnu" "$each-linux-gnu" "qemu-$each -R 4G" - ;;
	esac
	(foreign "$each" "$@") || bad=1
done
exit $bad
