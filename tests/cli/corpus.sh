#!/bin/sh
# What is shipped for corpora (samples/corpus) says of the same reports what
# lilscope merge says: the schema, DuckDB, pandas, Spark, jq; a Ray run and a
# Kubernetes Job make the reports that one process makes. A tool that is not
# here is left out, and said; LILSCOPE_PYTHON may be a Python that has them.
. "${top_srcdir:-.}/tests/cli/lib.sh"
[ -n "$PYTHON" ] || skip_all "python3 is not here"
PYTHON=${LILSCOPE_PYTHON:-$whole_python}
corpus=$srcdir/samples/corpus
PATH=$(dirname "$LILSCOPE"):$PATH
HOME=$tmp # Spark's and Ray's
export PATH HOME LILSCOPE

# with MODULE: can Python import it?
with()
{
	"$PYTHON" -c "import $1" 2>/dev/null && return
	echo "left out: $1 is not here"
	return 1
}

mkdir "$tmp/parts"
"$PYTHON" - "$tmp/parts" <<'END'
import json, random, sys
random.seed(5)
words = ["w%d" % i for i in range(200)]
for part in range(3):
    with open("%s/part.%05d.jsonl" % (sys.argv[1], part), "w") as out:
        for i in range(60):
            if i == 7:
                out.write('{"response": "broken\n')
                continue
            text = " ".join(random.choice(words) for _ in range(120))
            if i % 4 == 0:
                text += " and so on and on" * 120
            record = {"model": "m%d" % (i % (2 + part)), "response": text}
            if i % 20 == 9:
                record["response"] = [text, text[:70]]
            out.write(json.dumps(record) + "\n")
END

# --- The Kubernetes Job: its own shell text, a part after the other.
"$PYTHON" - "$corpus/job.yaml" >"$tmp/job.sh" <<'END'
import sys
lines = open(sys.argv[1]).read().split("\n")
first = lines.index("            - |") + 1
for line in lines[first:]:
    if line and not line.startswith(" " * 14):
        break
    print(line[14:])
END
job()
{
	sed -i "s,/corpus/,$tmp/parts/," "$tmp/job.sh"
	for i in 0 1 2; do
		JOB_COMPLETION_INDEX=$i sh -eu "$tmp/job.sh" 2>/dev/null ||
			return 1
	done
	ls "$tmp"/parts/*.part 2>/dev/null && return 1
	[ "$(cat "$tmp"/parts/*.report.jsonl | wc -l)" = 180 ]
}
check "the Job's command" job
again()
{
	cp "$tmp/parts/part.00001.report.jsonl" "$tmp/kept" &&
		echo broken >"$tmp/parts/part.00001.jsonl.new" &&
		JOB_COMPLETION_INDEX=1 sh -eu "$tmp/job.sh" &&
		cmp "$tmp/kept" "$tmp/parts/part.00001.report.jsonl"
}
check "a part that is done is not done again" again
# A report that was cut (here by a limit; else a full disk, want of memory) is
# none: it never gets its name.
cut()
{
	cp "$tmp/parts/part.00000.jsonl" "$tmp/parts/part.00007.jsonl" || return
	! (
		trap '' XFSZ
		ulimit -f 20
		JOB_COMPLETION_INDEX=7 sh -eu "$tmp/job.sh"
	) && [ -s "$tmp/parts/part.00007.report.part" ] &&
		[ ! -e "$tmp/parts/part.00007.report.jsonl" ] &&
		rm "$tmp"/parts/part.00007.*
}
check "a report that was cut does not count" cut
missing() { ! JOB_COMPLETION_INDEX=9 sh -eu "$tmp/job.sh" 2>/dev/null; }
check "a part that is not there fails" missing
if with kubernetes_validate; then
	check "the Job is one" "$PYTHON" -m kubernetes_validate \
		"$corpus/job.yaml"
fi

mkdir "$tmp/reports"
for i in 0 1 2; do
	cp "$tmp/parts/part.0000$i.report.jsonl" "$tmp/reports"
done
cd "$tmp/reports" || exit 99
"$LILSCOPE" merge --json ./*.report.jsonl >"$tmp/merged"
check "there is something to be read" grep -q '"stopped":3[0-9]' "$tmp/merged"

# --- Readers: a line "MODEL GENERATIONS TOKENS STOPPED SAVED" a model.
"$PYTHON" - "$tmp/merged" >"$tmp/want" <<'END'
import json, sys
for line in open(sys.argv[1]):
    g = json.loads(line)
    if g["by"]:
        print(g["by"]["model"], g["generations"], g["tokens"], g["stopped"],
              "%.3f" % g["saved"])
END
same() { sort "$tmp/want" >"$tmp/a" && sort "$1" | diff "$tmp/a" -; }

if with jsonschema; then
	schema()
	{
		"$PYTHON" - "$corpus/report.schema.json" ./*.jsonl <<'END'
import json, sys
import jsonschema
schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
n = 0
for path in sys.argv[2:]:
    for line in open(path):
        validator.validate(json.loads(line))
        n += 1
assert n == 180, n
for bad in ({}, {"source": "x", "record": "0", "error": ""}, []):
    assert not validator.is_valid(bad), bad
END
	}
	check "the schema" schema
fi

if with duckdb; then
	duck()
	{
		"$PYTHON" - "$corpus/report.sql" >"$tmp/got" <<'END'
import sys
import duckdb
db = duckdb.connect()
for statement in duckdb.extract_statements(open(sys.argv[1]).read()):
    db.execute(statement)
for row in db.execute("""
    SELECT model, count(*), sum(tokens)::BIGINT, count(at_token),
           printf('%.3f', coalesce(sum(tokens_after), 0) / sum(tokens))
    FROM generations LEFT JOIN (FROM stops WHERE rule = 'loop') USING (id)
    GROUP BY model""").fetchall():
    print(*row)
assert db.execute("SELECT count(*) FROM errors").fetchone() == (3,)
assert db.execute("SELECT count(*) FROM stops WHERE rule = 'loop' AND "
                  "unit.text LIKE '%so on%'").fetchone()[0] > 30
END
		same "$tmp/got"
	}
	check "DuckDB" duck
fi

if with pandas; then
	panda()
	{
		PYTHONPATH=$corpus "$PYTHON" -B - ./*.jsonl >"$tmp/got" <<'END'
import sys
from report_pandas import by_model, load
generations, stops, errors = load(sys.argv[1:])
assert len(errors) == 3 and str(generations.dtypes["answer_at"]) == "Int64"
for model, row in by_model(generations, stops).iterrows():
    print(model, int(row["generations"]), int(row["tokens"]),
          int(row["stopped"]), "%.3f" % row["saved"])
END
		same "$tmp/got"
	}
	check "pandas" panda
fi

# Spark takes seconds: where somebody named a Python for it.
if [ -n "${LILSCOPE_PYTHON:-}" ] && with pyspark; then
	spark()
	{
		SPARK_LOCAL_IP=127.0.0.1 PYTHONPATH=$corpus "$PYTHON" -B - \
			"$1" "$2" >"$tmp/got" 2>"$tmp/spark.log" <<'END'
import sys
from pyspark.sql import SparkSession
from report_spark import by_model, generations_of, piped
session = SparkSession.builder.master("local[2]").getOrCreate()
lines = sys.argv[2]
if sys.argv[1] == "analyze":
    lines = piped(session, lines)
for row in by_model(generations_of(session, lines)).collect():
    print(row["model"], row["generations"], row["tokens"], row["stopped"],
          "%.3f" % row["saved"])
END
		same "$tmp/got"
	}
	check "Spark reads reports" spark read "$tmp/reports/*.jsonl"
	check "Spark pipes a corpus" spark analyze "$tmp/parts/part.0000?.jsonl"
fi

if command -v jq >/dev/null; then
	jq_()
	{
		jq -rn '[inputs | select(.error | not) | (.generations[]?, .)
			| select(.tokens)] | group_by(.model)[] |
			([.[].rules[] | select(.rule == "loop" and .fired)]) as $s
			| [.[0].model, length, (map(.tokens) | add), ($s | length),
			   (($s | map(.tokens_after) | add // 0) /
			    (map(.tokens) | add))] | @tsv' ./*.jsonl |
			awk '{ printf "%s %d %d %d %.3f\n", $1, $2, $3, $4, $5 }' \
			>"$tmp/got"
		same "$tmp/got"
	}
	check "jq" jq_
fi

# --- Ray.
ray() { "$PYTHON" -B "$corpus/ray_corpus.py" "$@"; }
dry()
{
	ray --dry-run "$tmp/out" "$tmp"/parts/part.0000?.jsonl >"$tmp/got" &&
		grep -q '^3 files, 3 to do' "$tmp/got" && [ ! -e "$tmp/out" ]
}
check "Ray, a dry run" dry
names() { ! ray --dry-run "$tmp/out" "$tmp/a.jsonl" "$none/a.jsonl"; }
check "Ray: two files of one name" names
ray_cut()
{
	mkdir "$tmp/cut" && cat >"$tmp/cut/lilscope" <<END &&
#!/bin/sh
trap '' XFSZ
ulimit -f 20
exec "$LILSCOPE" "\$@"
END
	chmod +x "$tmp/cut/lilscope" &&
		PYTHONPATH=$corpus LILSCOPE=$tmp/cut/lilscope "$PYTHON" -B - \
			"$tmp/cut" "$tmp/parts/part.00000.jsonl" <<'END'
import os, sys
from ray_corpus import analyze, report_of
out, part = sys.argv[1:]
path, trouble = analyze(out, part)
assert path == part and trouble, trouble
assert os.path.getsize(report_of(out, part) + ".part") > 5000
assert not os.path.exists(report_of(out, part))
END
}
check "Ray: a report that was cut does not count" ray_cut
if [ -n "${LILSCOPE_PYTHON:-}" ] && with ray; then
	really()
	{
		ray "$tmp/out" "$tmp"/parts/part.0000?.jsonl >"$tmp/got" 2>&1 &&
			grep -q '^all  *186' "$tmp/got" || { cat "$tmp/got"
			return 1; }
		ray --dry-run "$tmp/out" "$tmp"/parts/part.0000?.jsonl |
			grep -q ' 0 to do'
	}
	check "Ray" really
fi
finish
