#!/bin/sh
# The program on another Debian, from the tarball: a bare system of that suite
# (debootstrap, as root), the packages that it is built from there, built as
# nobody with that system's compiler; it must measure the samples as the
# program here does. With SUITE_CHECK=1 the tests of the command line run there.
#
#	tests/suite.sh SUITE TARBALL LILSCOPE
suite=$1 tarball=$(readlink -f "$2") here=$(readlink -f "$3")
base=$(basename "$tarball" .tar.xz)
fault() { echo "$suite: $*" >&2; exit 1; }
if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
	echo "$suite: not root, or no debootstrap here: not tried"
	exit 77
fi
mkdir -p suites && cd suites || exit 1
bare=$PWD/$suite
mirror=$(sed -nE '/security/d; s/^(deb|URIs:) *(\[[^]]*\] *)?([^ ]*).*/\3/p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
	grep debian | head -n 1)
if [ ! -e "$bare/ready" ]; then
	rm -rf "$bare"
	debootstrap --variant=minbase "$suite" "$bare" "$mirror" \
		>"$suite.log" 2>&1 ||
		{ tail -n 5 "$suite.log"; fault "no bare system"; }
	cp -r /etc/apt/apt.conf.d "$bare/etc/apt/"
fi
inside() { chroot "$bare" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	HOME=/tmp LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
needs=$(tar xOf "$tarball" "$base/samples/packaging/debian/control" |
	sed -n '/^Build-Depends:/,/^$/{s/^Build-Depends://; s/([^)]*)//g
	s/<[^>]*>//g; s/|[^,]*//g; s/debhelper-compat//; p}' | tr ',\n' '  ')
[ -e "$bare/ready" ] || {
	inside apt-get update -qq >>"$suite.log" 2>&1
	# shellcheck disable=SC2086
	inside apt-get install -y -qq --no-install-recommends gcc libc6-dev \
		make pkg-config xz-utils $needs >>"$suite.log" 2>&1 ||
		{ tail -n 5 "$suite.log"; fault "no packages"; }
	touch "$bare/ready"
}
rm -rf "$bare/build" && mkdir "$bare/build" &&
	tar xf "$tarball" -C "$bare/build" --strip-components=1 &&
	chown -R nobody "$bare/build" || exit 1
inside su -s /bin/sh nobody -c "cd /build && ./configure -q --enable-werror &&
	make -s -j$(nproc) lilscope" >build.log 2>&1 ||
	{ tail -n 20 build.log; fault "not built"; }
inside su -s /bin/sh nobody -c 'cd /build && ./lilscope selftest' >self.log ||
	{ cat self.log; fault "selftest fails"; }
inside su -s /bin/sh nobody -c 'cd /build && ./lilscope analyze --json \
	--no-config samples/traces/*.txt' >there
(cd "$bare/build" && "$here" analyze --json --no-config samples/traces/*.txt) |
	cmp - there || fault "it measures otherwise"
[ "$(wc -l <there)" -gt 3 ] || fault "nothing measured"
if [ -n "${SUITE_CHECK:-}" ]; then
	inside su -s /bin/sh nobody -c 'cd /build && for t in analyze merge \
		filter guard decode why doctor; do
		top_srcdir=. LILSCOPE=$PWD/lilscope sh tests/cli/$t.sh ||
			exit 1; done' >check.log 2>&1 ||
		{ tail -n 30 check.log; fault "tests fail"; }
	echo "$suite: tests of the command line pass"
fi
echo "$suite: $(inside gcc --version | head -n 1), selftest passed," \
	"samples measured as here"
