#!/bin/sh
# fuzz.sh SECONDS NAME... - one libFuzzer run after another, each for SECONDS.
#
# New inputs go to a scratch folder (FUZZ_SCRATCH, default fuzz-scratch) and
# never into the sources; what crashed is named at the end and kept there.
# With FUZZ_KEEP=1 what a run found is merged, smallest first, into the
# corpus of the sources.
set -u

seconds=$1
shift
srcdir=${top_srcdir:-.}
scratch=${FUZZ_SCRATCH:-fuzz-scratch}
max_len=${FUZZ_MAX_LEN:-65536}
failed=

for name; do
	found=$scratch/$name
	corpus=$srcdir/tests/fuzz/corpus/$name
	mkdir -p "$found" "$scratch/crash-$name"
	echo "== $name: $seconds s"
	if ! tests/fuzz/fuzz_"$name" -max_total_time="$seconds" \
		-max_len="$max_len" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$scratch/crash-$name/" \
		-print_final_stats=1 "$found" "$corpus" \
		>"$scratch/$name.log" 2>&1; then
		failed="$failed $name"
		tail -n 40 "$scratch/$name.log"
	fi
	grep -E '^stat::(number_of_executed|average_exec|new_units|peak)' \
		"$scratch/$name.log"
	grep -Eo 'cov: [0-9]+ ft: [0-9]+' "$scratch/$name.log" | tail -n 1
	if [ "${FUZZ_KEEP:-0}" = 1 ]; then
		tests/fuzz/fuzz_"$name" -merge=1 -max_len=4096 "$corpus" \
			"$found" >/dev/null 2>&1
	fi
done
if [ -n "$failed" ]; then
	echo "crashed:$failed (inputs in $scratch/crash-NAME)" >&2
	exit 1
fi
