#!/bin/sh
# What is decoded, architecture by architecture, and what was asked of it: the
# greatest relative error of the logits of random models of numbers (table_logits)
# beside the formulas in double precision, by every kernel that this CPU has;
# beside libllama where there is one; and what libllama itself errs by.
#
#	tests/bench/architectures.sh TABLE_LOGITS [PEER]
#
# Exit status 1 as of table_logits.
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
"$1" "${2:-}" F32 >"$out"
status=$?
awk -F '  +' '
NR == 1 { print; next }
/^[a-z].*:/ { k++; next }
/^ /	{ for (i = 2; i < NF; i++) name[i - 1] = $i; n = NF - 2 }
/^F32/	{ for (i = 2; i <= n + 1; i++) cell[k, i - 1] = $i }
END {
	print "\n| architecture | beside the formulas | libllama beside them" \
		" | beside libllama |"
	print "|---|---|---|---|"
	for (i = 1; i <= n; i++)
		printf("| %s | %s | %s | %s |\n", name[i], cell[1, i],
		       (k > 1 ? cell[2, i] : "not asked"),
		       (k > 2 ? cell[3, i] : "not asked"))
}' "$out"
exit $status
