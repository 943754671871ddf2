#!/bin/sh
# What a build is made of, as CycloneDX 1.5 on standard output:
#
#	tests/sbom.sh VERSION LINKED_MODULE...	(names as pkg-config has them)
version=$1
shift
cat <<END
{
  "bomFormat": "CycloneDX",
  "specVersion": "1.5",
  "version": 1,
  "metadata": {
    "component": {
      "type": "application", "bom-ref": "lilscope", "name": "lilscope",
      "version": "$version", "licenses": [ { "license": { "id": "MIT" } } ]
    }
  },
  "components": [
END
refs=
for module; do
	found=$(pkg-config --modversion "$module") || exit 1
	cat <<-END
		    {
		      "type": "library", "bom-ref": "$module",
		      "name": "$module", "version": "$found"
		    },
	END
	refs="$refs, \"$module\""
done
cat <<END
    {
      "type": "data", "bom-ref": "qwen3-bpe", "name": "qwen3-bpe",
      "description": "merges of the Qwen3 tokenizer, compiled in",
      "licenses": [ { "license": { "id": "Apache-2.0" } } ]
    }
  ],
  "dependencies": [
    { "ref": "lilscope", "dependsOn": [ "qwen3-bpe"$refs ] }
  ]
}
END
