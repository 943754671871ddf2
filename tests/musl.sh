#!/bin/sh
# The program with musl instead of glibc, from the tarball: Debian has no
# library built for it, so the five that are needed are built from Debian's
# sources first (apt-get source, musl-gcc; as root, who may name sources, or
# where they are named), and kept in MUSL_ROOT. Then it must measure the samples
# as the program here does, and pass its selftest. No curl and no microhttpd:
# a small build.
#
#	tests/musl.sh TARBALL LILSCOPE
tarball=$(readlink -f "$1") here=$(readlink -f "$2")
base=$(basename "$tarball" .tar.xz)
work=$PWD/musl
root=${MUSL_ROOT:-$work/root}
what=musl
. "$(dirname "$0")/elsewhere_lib.sh"
for need in musl-gcc apt-get make; do
	command -v $need >/dev/null || left "no $need here"
done
rm -rf "$work/src" "$work/build"
mkdir -p "$work/src" "$work/build" "$root/include" "$root/lib/pkgconfig"

# Debian's list of packages, read again as a list of sources.
mkdir -p "$work/parts" "$work/lists/partial"
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
	sed -n '/debian/s/^deb /deb-src /p' >"$work/parts/all.list"
for file in /etc/apt/sources.list.d/*.sources; do
	! grep -q debian "$file" 2>/dev/null ||
		sed 's/^Types:.*/Types: deb-src/' "$file" \
			>"$work/parts/${file##*/}"
done
apt_get()
{
	apt-get -qq -o Dir::Etc::sourcelist=/dev/null \
		-o "Dir::Etc::sourceparts=$work/parts" \
		-o "Dir::State::Lists=$work/lists" "$@"
}
apt_get update >"$work/log" 2>&1 || tail -n 3 "$work/log"

# library NAME FILE: built by the commands on standard input, in its source.
library()
{
	commands=$(cat)
	[ ! -e "$root/lib/$2" ] || return 0
	# A security update may be in the list and no longer on the mirror:
	# then what it updates.
	(cd "$work/src" && { apt_get source --download-only "$1" ||
		{ rm -f "$1"_* && apt_get source --download-only \
			"$1/$(suite_here)"; }; } &&
		mkdir "$1" && tar xf "$(ls "$1"_*.orig.tar.?z* | grep -v asc)" \
			-C "$1" --strip-components=1) >"$work/$1.log" 2>&1 ||
		{ tail -n 5 "$work/$1.log"; fault "no source of $1"; }
	(cd "$work/src/$1" && set -e && eval "$commands") \
		>>"$work/$1.log" 2>&1
	[ -e "$root/lib/$2" ] ||
		{ tail -n 20 "$work/$1.log"; fault "$1 was not built"; }
	echo "musl: $1"
}
# pc NAME VERSION LIBRARY: what pkg-config is told of it.
pc()
{
	printf 'Name: %s\nDescription: %s\nVersion: %s\nLibs: -L%s %s\n' \
		"$1" "$1" "$2" "$root/lib" "$3" >"$root/lib/pkgconfig/$1.pc"
	printf 'Cflags: -I%s\n' "$root/include" >>"$root/lib/pkgconfig/$1.pc"
}
CC=musl-gcc CFLAGS=-O2
export CC CFLAGS
jobs=-j$(nproc)
library zlib libz.a <<'END'
./configure --static --prefix="$root" && make -s $jobs && make -s install
END
library libzstd libzstd.a <<'END'
cd lib && make -s $jobs libzstd.a ZSTD_LEGACY_SUPPORT=0
cp zstd.h zstd_errors.h "$root/include" && cp libzstd.a "$root/lib"
END
library utf8proc libutf8proc.a <<'END'
make -s libutf8proc.a && cp utf8proc.h "$root/include"
cp libutf8proc.a "$root/lib"
END
library pcre2 libpcre2-8.a <<'END'
./configure -q --disable-shared --prefix="$root"
make -s $jobs libpcre2-8.la && cp src/pcre2.h "$root/include"
cp libpcre2-8.pc "$root/lib/pkgconfig" && cp .libs/libpcre2-8.a "$root/lib"
END
library ncurses libncursesw.a <<'END'
./configure -q --enable-widec --without-cxx --without-cxx-binding \
	--without-ada --without-progs --without-tests --without-manpages \
	--enable-pc-files --with-pkg-config-libdir="$root/lib/pkgconfig" \
	--with-terminfo-dirs=/etc/terminfo:/lib/terminfo:/usr/share/terminfo \
	--prefix="$root"
make -s $jobs libs && make -s install.libs install.includes
END
pc libzstd 1.5 -lzstd
pc libutf8proc 2.8 -lutf8proc

tar xf "$tarball" -C "$work/build" --strip-components=1 || exit 1
cd "$work/build" || exit 1
{ PKG_CONFIG_LIBDIR=$root/lib/pkgconfig ./configure -q --without-curl \
	--without-microhttpd --without-yaml CPPFLAGS="-I$root/include" \
	LDFLAGS="-L$root/lib" && make -s "$jobs" lilscope; } >log 2>&1 ||
	{ tail -n 20 log; fault "not built"; }
! grep ': warning: ' log | grep -v '^make' || fault "warnings"
./lilscope selftest >self || fault "selftest fails"
rm tests/golden/*.yaml tests/golden/*.yml # without libyaml
as_here ./lilscope || fault "it measures otherwise"
echo "musl: built, selftest passed, $(wc -l <there) samples measured as here"
