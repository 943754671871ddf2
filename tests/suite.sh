#!/bin/sh
# The program on another Debian, from the tarball: a bare system of that suite
# (debootstrap, as root), the packages that it is built from there, built as
# nobody with that system's compiler; it must measure the samples as the
# program here does; so by each compiler of SUITE_CC that this Debian has. With
# SUITE_CHECK=1 the tests of the command line run there.
#
#	tests/suite.sh SUITE TARBALL LILSCOPE
suite=$1 tarball=$(readlink -f "$2") here=$(readlink -f "$3")
base=$(basename "$tarball" .tar.xz)
what=$suite
. "$(dirname "$0")/elsewhere_lib.sh"
[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null ||
	left "not root, or no debootstrap here: not tried"
mkdir -p "suites/$suite" && cd "suites/$suite" || exit 1
bare=$PWD/root
needs=$(tar xOf "$tarball" "$base/samples/packaging/debian/control" |
	sed -n '/^Build-Depends:/,/^$/{s/^Build-Depends://; s/([^)]*)//g
	s/<[^>]*>//g; s/|[^,]*//g; s/debhelper-compat//; p}' | tr ',\n' '  ')
[ -e "$bare/ready" ] || {
	bare "$suite" "$bare"
	# shellcheck disable=SC2086
	inside apt-get install -y -qq --no-install-recommends gcc libc6-dev \
		make xz-utils $needs >>bare.log 2>&1 ||
		{ tail -n 5 bare.log; fault "no packages"; }
	touch "$bare/ready"
}
there() { inside su -s /bin/sh nobody -c 'cd /build && exec "$@"' sh -- "$@"; }
for cc in gcc ${SUITE_CC:-}; do
	[ -e "$bare/usr/bin/$cc" ] || inside apt-get install -y -qq \
		--no-install-recommends "$cc" >>bare.log 2>&1 ||
		{ echo "$suite: it has no $cc"; continue; }
	rm -rf "$bare/build" && mkdir "$bare/build" &&
		tar xf "$tarball" -C "$bare/build" --strip-components=1 &&
		chown -R nobody "$bare/build" || exit 1
	there sh -c "./configure -q --enable-werror CC=$cc &&
		make -s -j$(nproc) lilscope" >build.log 2>&1 ||
		{ tail -n 20 build.log; fault "not built by $cc"; }
	there ./lilscope selftest >self.log ||
		{ cat self.log; fault "selftest fails, built by $cc"; }
	(cd "$bare/build" && as_here there ./lilscope) ||
		fault "built by $cc it measures otherwise"
	by="${by:+$by, }$(inside "$cc" --version | head -n 1)"
done
if [ -n "${SUITE_CHECK:-}" ]; then
	inside su -s /bin/sh nobody -c 'cd /build && for t in analyze merge \
		filter guard decode why doctor; do
		top_srcdir=. LILSCOPE=$PWD/lilscope sh tests/cli/$t.sh ||
			exit 1; done' >check.log 2>&1 ||
		{ tail -n 30 check.log; fault "tests fail"; }
	echo "$suite: tests of the command line pass"
fi
echo "$suite: $by, ncurses" \
	"$(there ./lilscope doctor | sed -n 's/.*ncurses *\([0-9.]*\).*/\1/p' |
		head -n 1), selftest passed, samples measured as here"
