# Shared by the scripts that build, install or run lilscope elsewhere: another
# Debian, another CPU, another C library. `what` names who speaks.
fault() { echo "$what: $*" >&2; exit 1; }

# left WHY: it cannot be tried here, which is no fault.
left() { echo "$what: $*"; exit 0; }

# Where this system has its Debian packages from, and which Debian it is.
mirror=$(sed -nE '/security/d; s/^(deb|URIs:) *(\[[^]]*\] *)?([^ ]*).*/\3/p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
	grep debian | head -n 1)
suite_here() { (. /etc/os-release && echo "$VERSION_CODENAME"); }

# bare SUITE FOLDER: a bare system of that suite, in FOLDER ($bare).
bare()
{
	bare=$2
	rm -rf "$bare"
	debootstrap --variant=minbase "$1" "$bare" "$mirror" >bare.log 2>&1 ||
		{ tail -n 5 bare.log; fault "no bare system"; }
	cp -r /etc/apt/apt.conf.d "$bare/etc/apt/"
	inside apt-get update -qq >>bare.log 2>&1 ||
		{ tail -n 5 bare.log; fault "no lists of packages"; }
}
inside()
{
	chroot "$bare" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp \
		LC_ALL=C.UTF-8 TERM=xterm DEBIAN_FRONTEND=noninteractive "$@"
}

# as_here RUN...: `RUN... analyze` says of the samples, and of every dialect's
# fixtures, what $here does: numbers, and sentences about what is broken.
as_here()
{
	"$@" analyze -j 2 --json --no-config samples/traces/*.txt \
		tests/golden >there 2>&1
	"$here" analyze --json --no-config samples/traces/*.txt \
		tests/golden 2>&1 | cmp there - && [ "$(wc -l <there)" -gt 99 ]
}

. "$(dirname "$0")/links_lib.sh"

# documents ROOT: those that were installed below it link to what was.
documents()
{
	pages=$(find "$1/usr/share/doc/lilscope/" -follow -name '*.md')
	# shellcheck disable=SC2086 # words
	[ "$(echo "$pages" | wc -l)" -gt 9 ] && ! astray $pages | grep . ||
		fault "documents are not there, or link to what is not"
}

# links ROOT LIBRARIES TMP: what was installed below ROOT is found by pkg-config
# and linked with, and the program stops at a loop.
links()
{
	# shellcheck disable=SC2046,SC2086 # flags are words
	${CC:-cc} -o "$3/stop" "$1/usr/share/lilscope/samples/embed/stop.c" \
		$(PKG_CONFIG_LIBDIR=$2/pkgconfig PKG_CONFIG_SYSROOT_DIR=$1 \
			pkg-config --cflags --libs lilscope) ||
		fault "stop.c is not built"
	awk 'BEGIN { while (i++ < 400) print "Wait, let me check again." }' |
		LD_LIBRARY_PATH=$2 "$3/stop" | grep -q '^stopped at word' ||
		fault "a program with the library of there does not stop"
}
