#!/bin/sh
# lilscope decode makes the same tokens on 1, 2 and 3 threads, under every
# policy. `make check-threads` runs this under ThreadSanitizer, whose complaint
# is an exit status.
. "${top_srcdir:-.}/tests/cli/lib.sh"
model=$srcdir/samples/models/stories260K/checkpoint.bin

same()
{
	for n in 1 2 3; do
		"$LILSCOPE" decode -m "$model" --prompt 'Once upon a time' \
			-n 60 --ignore-eos --policy "$1" -b 32 --threads $n \
			--text >"$tmp/text.$n" 2>"$tmp/err" ||
			{ cat "$tmp/err"; return 1; }
		cmp "$tmp/text.1" "$tmp/text.$n" || return 1
	done
	[ -s "$tmp/text.1" ]
}
policies=$("$LILSCOPE" help --tables | awk -F '\t' '$1 == "policy" { print $2 }')
for policy in $policies; do
	check "$policy" same "$policy"
done

# Runs of a bench that are read together have a thread each.
batch()
{
	run bench --model "$model" -n 5 -j 1 --batch 5 --predict 24 \
		--policies h2o,random --budgets 32 --out "$tmp/runs" \
		--at-threshold rollback,conclude -f 8 -t 4 &&
		status_is 0 && is runs 15 "$(grep -c '"policy"' "$tmp/runs")"
}
check 'bench --batch' batch

finish
