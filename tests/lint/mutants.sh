#!/bin/sh
# Faults that a test must notice (make mutants) are lines of the tree: one that
# was changed takes its fault along, or nobody would see that none is tried.
. "${top_srcdir:-.}/tests/lint/lib.sh"

command -v "${PYTHON3:-python3}" >/dev/null ||
	{ echo "python3 is not here"; exit 77; }
"${PYTHON3:-python3}" tests/bench/mutants.py . | found
finish
