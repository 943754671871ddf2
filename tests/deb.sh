#!/bin/sh
# Debian's packages, from the tarball, as Debian builds them; looked over by
# lintian; and, as root with debootstrap, installed into a bare system, used
# there, removed and purged, with nothing left behind.
#
#	tests/deb.sh TARBALL SOURCE_FOLDER	packages go to ./deb
set -e
tarball=$(readlink -f "$1") src=$(cd "$2" && pwd)
base=$(basename "$tarball" .tar.xz)
version=${base#lilscope-}
what=deb
. "$(dirname "$0")/elsewhere_lib.sh"
command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null ||
	left "no debhelper here: not built"

rm -rf deb && mkdir deb && cd deb
cp "$tarball" "lilscope_$version.orig.tar.xz"
tar xf "$tarball"
cp -r "$src/samples/packaging/debian" "$base/debian"
# Screens and sockets of tests are not for every builder: `make check` is.
(cd "$base" && DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
	dpkg-buildpackage -us -uc -Pnocheck >../build.log 2>&1) ||
	{ tail -n 40 build.log; fault "not built"; }
ls ./*.deb ./*.dsc
if command -v lintian >/dev/null; then
	# It is no upload to Debian: no bug asked for the package.
	lintian --allow-root --fail-on error,warning \
		--suppress-tags initial-upload-closes-no-bugs \
		./*.changes >lintian.log 2>&1 ||
		{ cat lintian.log; fault "lintian finds faults"; }
	echo "deb: lintian finds nothing"
else
	echo "deb: no lintian here"
fi
for each in lilscope_ liblilscope1_ liblilscope-dev_; do
	[ -s "$(echo ./$each*.deb)" ] || fault "no $each package"
done

[ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null ||
	left "not root, or no debootstrap: not installed anywhere"
bare "$(suite_here)" "$PWD/bare"
cp ./*.deb "$bare"
inside find / -xdev \( -path /proc -o -path /sys \) -prune -o -print |
	sort >before
inside sh -c 'apt-get install -y -qq --no-install-recommends /*.deb' \
	>install.log 2>&1 || { tail -n 20 install.log; fault "not installed"; }
inside lilscope version
inside lilscope selftest >selftest.log || fault "selftest fails there"
inside lilscope doctor || true
inside lilscope analyze /usr/share/lilscope/samples/traces/rkv_aime24_08.txt |
	grep -q rkv_aime24_08 || fault "it measures nothing there"
documents "$bare"
links "$bare" "$(echo "$bare"/usr/lib/*/pkgconfig | sed 's,/pkgconfig.*,,')" \
	"$PWD"
inside sh -c "dpkg -P \$(dpkg-query -W -f='\${Package} ' '*lilscope*')" >purge.log 2>&1 ||
	{ cat purge.log; fault "not removed"; }
inside find / -xdev \( -path /proc -o -path /sys \) -prune -o -print | sort |
	comm -13 before - | grep -i lilscope | grep -v '/var/lib/systemd' &&
	fault "that stayed behind"
rm -rf "$bare"
echo "deb: installed in a bare system, used, and gone again"
