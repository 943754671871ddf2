#!/bin/sh
# The packages of samples/packaging/lilscope.spec, built by rpmbuild from the
# tarball, looked over by rpmlint, and as root installed into an empty root,
# used from there and erased, with nothing left. What the spec needs has
# Fedora's names, so that it is not looked up in Debian's or anybody's list.
#
#	tests/rpm.sh TARBALL SOURCE_FOLDER	packages go to ./rpm
tarball=$(readlink -f "$1") src=$(cd "$2" && pwd)
what=rpm
. "$(dirname "$0")/elsewhere_lib.sh"
command -v rpmbuild >/dev/null || left "no rpmbuild here: not built"

rm -rf rpm && mkdir rpm && cd rpm || exit 1
top=$PWD
rpmbuild -ta --nodeps --define "_topdir $top" --define "_tmppath $top" \
	"$tarball" >build.log 2>&1 || { tail -n 20 build.log; fault "not built"; }
mv RPMS/*/*.rpm SRPMS/*.rpm . && ls ./*.rpm
if command -v rpmlint >/dev/null; then
	# Without signature, group, URL: it is no upload to anybody. Debian's
	# rpm strips and compresses nothing by itself, and its rpmlint has the
	# rules of a distribution of its own (bz2, %mklibname, ldconfig).
	cat >lint.toml <<-'END'
	Filters = [ "no-signature", "no-packager-tag", "no-group-tag",
		"no-url-tag", "invalid-url", "no-buildroot-tag", "mklibname",
		"ldconfig-post", "unstripped-binary", "compressed bz2",
		"static-library-without-debuginfo", "missing-hash-section",
		"outside-libdir-files /usr/share/licenses", "invalid-license",
		"no-major-in-name", "requires-on-release",
		"files-duplicate .*COPYING", "no-manual-page-for-binary",
		"non-versioned-file-in-library-package .*build-id",
		"devel-file-in-non-devel-package .*/samples/embed/" ]
	END
	rpmlint -c lint.toml ./*.rpm "$src/samples/packaging/lilscope.spec" \
		>lint.log 2>&1
	! grep -E ': [EW]: ' lint.log || fault "rpmlint finds faults"
	grep -q 'packages and 1 specfiles checked' lint.log ||
		{ cat lint.log; fault "rpmlint says nothing"; }
	echo "rpm: rpmlint finds nothing"
else
	echo "rpm: no rpmlint here"
fi

[ "$(id -u)" = 0 ] || left "not root: not installed anywhere"
into=$top/root
inside() { rpm --root "$into" --dbpath /var/lib/rpm "$@"; }
# The three packages, of a release or none: what they need is not in this root.
packages=$(ls ./*.rpm | grep -v 'src\.rpm$')
mkdir root && inside --initdb || fault "no root"
# shellcheck disable=SC2086 # words
inside -i --nodeps $packages 2>log || { cat log; fault "not installed"; }
# shellcheck disable=SC2086
inside -U --nodeps --replacepkgs $packages 2>log ||
	{ cat log; fault "not installed anew"; }
inside -V --nodeps lilscope lilscope-libs lilscope-devel ||
	fault "files are not as packed"
cd / && lib=$into$(rpm --eval '%{_libdir}')
env -i HOME="$top" PATH="$PATH" LC_ALL=C.UTF-8 TERM=dumb \
	"$into/usr/bin/lilscope" selftest >"$top/self.log" ||
	fault "selftest fails there"
"$into/usr/bin/lilscope" analyze --no-config \
	"$into/usr/share/lilscope/samples/traces/rkv_aime24_08.txt" |
	grep -q rkv_aime24_08 || fault "it measures nothing there"
documents "$into"
links "$into" "$lib" "$top"
inside -e lilscope-devel lilscope-libs lilscope 2>"$top/log" || fault "not erased"
(cd "$into" && find . -path ./var/lib/rpm -prune -o \
	\( ! -type d -o -name '*lilscope*' \) -print) | grep . &&
	fault "that stayed behind"
[ -z "$(inside -qa)" ] || fault "packages stayed behind"
rm -rf "$into"
echo "rpm: installed into a root, used, and gone again"
