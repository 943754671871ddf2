#!/bin/sh
# make bench-real: the paper's experiment on real models, every set with every
# model that is there. It goes on from where it was left; what is missing is
# named and skipped. Variables: see samples/docs/real.md.
set -u
lilscope=$1
here=$2
samples=$3
out=$4
policies=sink,h2o,quest,infllm,raas,snapkv,tova,rkv,random
kept=h2o,tova,rkv,random
budgets=${REAL_BUDGETS:-64,96,128,192,256,512,1024}
predict=${REAL_PREDICT:-2048}
child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit 143' TERM INT HUP

# run NAME ARGS...: one bench, its tables beside it.
run()
{
	name=$1
	shift
	echo "bench-real: $name"
	# twice: tables for people come from what the first one finished
	for form in --csv --plain; do
		"$lilscope" bench "$@" -n "${REAL_N:-100}" \
			-j "${REAL_JOBS:-0}" --batch "${REAL_BATCH:-64}" \
			--predict "$predict" \
			--budgets "$budgets" ${REAL_FLAGS:-} \
			--at-threshold conclude,rollback,retry,dense \
			--out "$out/$name.jsonl" $form \
			--svg "$out/$name.svg" >"$out/$name.$form" &
		child=$!
		wait "$child" || return 1
		child=
	done
	mv "$out/$name.--csv" "$out/$name.csv"
	mv "$out/$name.--plain" "$out/$name.txt"
}

# A file is a model, but for the later parts of one; so is a folder of
# Hugging Face's.
is_model()
{
	case $1 in
	*-00001-of-[0-9][0-9][0-9][0-9][0-9].gguf) [ -f "$1" ] ;;
	*-[0-9][0-9][0-9][0-9][0-9]-of-[0-9][0-9][0-9][0-9][0-9].gguf)
		return 1 ;;
	*.gguf) [ -f "$1" ] ;;
	*) [ -f "$1/config.json" ] ;;
	esac
}
n=0
for model in "${REAL_MODELS:-/nowhere}"/*; do
	is_model "$model" && n=$((n + 1))
done
if [ "$n" = 0 ]; then
	echo "bench-real: skipped: REAL_MODELS names no folder with *.gguf files or folders of Hugging Face's"
	exit 0
fi
mkdir -p "$out" || exit 1
"${PYTHON3:-python3}" "$here/real.py" sets "${REAL_DATA:-}" "$samples" \
	"$out/sets" "${REAL_N:-100}" || exit 1
for model in "$REAL_MODELS"/${REAL_MODEL:-*}; do
	is_model "$model" || continue
	called=$(basename "$model" .gguf)
	called=${called%-00001-of-[0-9][0-9][0-9][0-9][0-9]}
	for set in ${REAL_SETS:-gsm8k math dialogue code long}; do
		problems=$out/sets/$set.jsonl
		base=$called-$set
		[ -s "$problems" ] || continue
		run "$base" --model "$model" --problems "$problems" \
			--policies "${REAL_POLICIES:-$policies}" || exit 1
		run "$base-kept" --model "$model" --problems "$problems" \
			--policies "${REAL_KEPT:-$kept}" --keep-prompt || exit 1
		[ "$set" != code ] || "${PYTHON3:-python3}" "$here/real.py" \
			code "$problems" "$out/$base.jsonl" >"$out/$base.md"
	done
done
echo "bench-real: tables, CSV, figures and runs are in $out"
