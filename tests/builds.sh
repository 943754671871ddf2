#!/bin/sh
# Builds as others make them, from the tarball: every compiler that is here, in
# a folder whose name has spaces, from a source that cannot be written to, as
# nobody where we are root; each is asked for its selftest and measures a sample
# as the first one does. Then in a clone whose own name has a space, by
# bootstrap; who may install nothing is told there what is missing. (autoconf wants
# no space in the way from a build to its source.)
#
#	tests/builds.sh TARBALL		BUILDS="gcc clang-14" picks compilers
tarball=$(readlink -f "$1")
base=$(basename "$tarball" .tar.xz)
tmp=$(mktemp -d) || exit 1
chmod 755 "$tmp"
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
as= bad=0 n=0 seen=
[ "$(id -u)" != 0 ] || ! command -v runuser >/dev/null ||
	as='runuser -u nobody --'

mkdir "$tmp/source" "$tmp/a clone" && tar xf "$tarball" -C "$tmp/source" &&
	tar xf "$tarball" -C "$tmp/a clone" || exit 1
src=$tmp/source/$base
chmod -R a-w,a+rX "$tmp/source"
for cc in ${BUILDS:-gcc-11 gcc-12 gcc-13 gcc-14 gcc clang-14 clang-16 \
	clang-19 clang musl-gcc}; do
	command -v "$cc" >/dev/null || { echo "no $cc here"; continue; }
	real=$(readlink -f "$(command -v "$cc")")
	case " $seen " in *" $real "*) continue ;; esac
	seen="$seen $real"
	into="$tmp/built by $cc"
	mkdir "$into" && chmod 777 "$into"
	# The libraries of musl are musl's own, where there are any.
	(cd "$into" && $as "$src/configure" -q CC="$cc" --enable-werror \
		>log 2>&1 && $as make -s -j"$(nproc)" lilscope >>log 2>&1) || {
		if [ "$cc" = musl-gcc ] && grep -q \
			'No package\|not found\|No such file' \
			"$into/log" "$into/config.log"; then
			echo "$cc: its libraries are not here"
			continue
		fi
		tail -n 20 "$into/log"
		echo "$cc: FAILED"
		bad=1
		continue
	}
	$as "$into/lilscope" selftest >"$tmp/self" || {
		echo "$cc: selftest FAILED"
		bad=1
	}
	"$into/lilscope" analyze --json --no-config \
		"$src"/samples/traces/*.txt >"$tmp/measured"
	[ -s "$tmp/first" ] || cp "$tmp/measured" "$tmp/first"
	cmp "$tmp/first" "$tmp/measured" || {
		echo "$cc: it measures otherwise"
		bad=1
	}
	n=$((n + 1))
	echo "$cc: $("$cc" --version | head -n 1)"
done
[ "$n" -gt 0 ] || bad=1

if [ "$n" -gt 0 ] && command -v dpkg-query >/dev/null; then
	(cd "$tmp/a clone/$base" && ./bootstrap run analyze --json \
		--no-config samples/traces/*.txt) >"$tmp/measured" \
		2>"$tmp/log" || { tail -n 20 "$tmp/log"; bad=1; }
	sed 's,"samples/,"'"$src"'/samples/,' "$tmp/measured" |
		cmp - "$tmp/first" && echo "bootstrap in a clone with a space" ||
		bad=1
	# Not root, no sudo, and no PCRE2: a sentence names its package alone.
	mkdir "$tmp/bin"
	for each in sh dirname getconf id; do
		ln -s "$(command -v $each)" "$tmp/bin"
	done
	printf '#!/bin/sh\ncase $* in *pcre2*) exit 1 ;; esac\necho ii\n' \
		>"$tmp/bin/dpkg-query"
	chmod 755 "$tmp/bin/dpkg-query"
	[ -z "$as" ] && [ "$(id -u)" = 0 ] || {
		$as env PATH="$tmp/bin" "$tmp/a clone/$base/bootstrap" deps \
			>"$tmp/log" 2>&1
		[ $? = 2 ] && grep -q 'as root: apt-get install libpcre2-dev)' \
			"$tmp/log" && echo "without root, what lacks is named" ||
			{ cat "$tmp/log"; bad=1; }
	}
fi
exit $bad
