#!/bin/sh
# What a build is made of, as CycloneDX 1.5 on standard output:
#
#	tests/sbom.sh LILSCOPE
#
# The versions are those that the libraries tell the program (lilscope doctor):
# a library's file for pkg-config may name another one, as utf8proc's does.
program=$1
version=$("$program" --version | awk '{ print $NF; exit }') && [ "$version" ] || {
	echo "sbom: $program does not run here" >&2
	exit 1
}

# licence NAME-IN-DOCTOR: a line "NAME LICENCE", as SPDX has it.
licence()
{
	case $1 in
	ncurses) echo ncurses X11-distribute-modifications-variant ;;
	libzstd) echo libzstd BSD-3-Clause OR GPL-2.0-only ;;
	zlib) echo zlib Zlib ;;
	utf8proc) echo utf8proc MIT AND Unicode-DFS-2015 ;;
	PCRE2) echo pcre2 BSD-3-Clause ;;
	libcurl) echo libcurl curl ;;
	libmicrohttpd) echo libmicrohttpd LGPL-2.1-or-later ;;
	libyaml) echo libyaml MIT ;;
	*) echo "sbom: no licence of $1 is known here" >&2; return 1 ;;
	esac
}

# component TYPE NAME VERSION LICENCE
component()
{
	cat <<-END
		    {
		      "type": "$1", "bom-ref": "$2", "name": "$2",
		      "version": "$3", "licenses": [ { "expression": "$4" } ]
		    },
	END
}

cat <<END
{
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "version": 1,
  "metadata": {
    "component": {
      "type": "application", "bom-ref": "lilscope", "name": "lilscope",
      "version": "$version", "licenses": [ { "expression": "MIT" } ]
    }
  },
  "components": [
END
# "  ok     NAME   VERSION ..."; one that is left out is a note.
told=$("$program" doctor | awk '/^libraries/ { on = 1 } /^$/ { on = 0 }
	on && $1 == "ok" { print $2, $3 }')
refs=
while read -r name found; do
	of=$(licence "$name") || exit 1
	component library "${of%% *}" "$found" "${of#* }"
	refs="$refs, \"${of%% *}\""
done <<END
$told
END
# Built beside the program, from the same sources: it needs the C library alone.
component library liblilscope "$version" MIT
cat <<END
    {
      "type": "data", "bom-ref": "qwen3-bpe", "name": "qwen3-bpe",
      "description": "merges of the Qwen3 tokenizer, compiled in",
      "licenses": [ { "expression": "Apache-2.0" } ]
    }
  ],
  "dependencies": [
    { "ref": "lilscope", "dependsOn": [ "qwen3-bpe"$refs ] },
    { "ref": "liblilscope", "dependsOn": [] }
  ]
}
END
