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
fault() { echo "deb: $*" >&2; exit 1; }
command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null ||
	{ echo "deb: no debhelper here: not built"; exit 77; }

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

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
	echo "deb: not root, or no debootstrap: not installed anywhere"
	exit 0
fi
bare=$PWD/bare
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(sed -nE 's/^(deb|URIs:) *(\[[^]]*\] *)?([^ ]*).*/\3/p' \
	/etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
debootstrap --variant=minbase "$suite" "$bare" "$mirror" >debootstrap.log 2>&1 ||
	{ tail -n 5 debootstrap.log; fault "no bare system"; }
cp /etc/apt/sources.list "$bare/etc/apt/" 2>/dev/null || true
cp -r /etc/apt/apt.conf.d /etc/apt/sources.list.d /etc/apt/trusted.gpg.d \
	"$bare/etc/apt/" 2>/dev/null || true
cp ./*.deb "$bare"
inside() { chroot "$bare" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	HOME=/tmp DEBIAN_FRONTEND=noninteractive TERM=xterm "$@"; }
inside find / -xdev \( -path /proc -o -path /sys \) -prune -o -print |
	sort >before
inside apt-get update -qq >/dev/null
inside sh -c 'apt-get install -y -qq --no-install-recommends /*.deb' \
	>install.log 2>&1 || { tail -n 20 install.log; fault "not installed"; }
inside lilscope version
inside lilscope selftest >selftest.log || fault "selftest fails there"
inside lilscope doctor || true
inside sh -c "dpkg -P \$(dpkg-query -W -f='\${Package} ' '*lilscope*')" >purge.log 2>&1 ||
	{ cat purge.log; fault "not removed"; }
inside find / -xdev \( -path /proc -o -path /sys \) -prune -o -print | sort |
	comm -13 before - | grep -i lilscope | grep -v '/var/lib/systemd' &&
	fault "that stayed behind"
rm -rf "$bare"
echo "deb: installed in a bare system, used, and gone again"
