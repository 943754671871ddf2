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
            record = {"model": "m%d" % (i % (2 + part)), "response": text,
                      "run": {"seed": i % 3}}
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
# What a Job must have, and what its pods may, wherever PyYAML is not here.
job_shape()
{
	"$PYTHON" - "$corpus/job.yaml" <<'END'
import re, sys
text = open(sys.argv[1]).read()
try:
    import yaml
except ImportError:  # a field a line, each under its parents
    flat, parents = {}, []
    for line in text.split("\n"):
        got = re.match(r"( *)(?:- )?([A-Za-z]+):(?: (.*))?$", line)
        if not got or line.lstrip().startswith("#"):
            continue
        depth = len(got[1]) + 2 * line.lstrip().startswith("- ")
        parents = [p for p in parents if p[0] < depth] + [(depth, got[2])]
        flat[".".join(p[1] for p in parents)] = got[3]
else:
    flat = {}
    def walk(node, path):
        if isinstance(node, list):
            if node and isinstance(node[0], dict):
                for each in node:
                    walk(each, path)
            return
        for key, value in node.items():
            flat[path + key] = str(value)
            if isinstance(value, (dict, list)):
                walk(value, path + key + ".")
    jobs = list(yaml.safe_load_all(text))
    assert len(jobs) == 1, len(jobs)
    walk(jobs[0], "")
pod = "spec.template.spec."
for path, want in {
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata.name": "[a-z][a-z0-9-]*",
        "spec.completionMode": "Indexed", "spec.completions": "[0-9]+",
        "spec.parallelism": "[0-9]+", "spec.backoffLimitPerIndex": "[0-9]+",
        "spec.maxFailedIndexes": "[0-9]+",
        pod + "restartPolicy": "Never",
        pod + "containers.name": "[a-z]+", pod + "containers.image": ".+",
        pod + "containers.command": ".*/bin/sh.*",
        pod + "containers.args": "",
        pod + "containers.resources.requests": ".*memory.*",
        pod + "containers.resources.limits": ".*memory.*",
        pod + "containers.volumeMounts": "",
        pod + "volumes.name": "corpus",
        pod + "volumes.persistentVolumeClaim": ".*claimName.*"}.items():
    assert path in flat, path + " is missing"
    got = flat[path] or ""
    assert not want or re.fullmatch(want, got), (path, got)
for path in flat:  # a misspelt field is none of the API's
    assert path.split(".")[0] in ("apiVersion", "kind", "metadata", "spec")
    if re.fullmatch(r"spec\.[^.]+", path):
        assert path[5:] in (
            "completionMode", "completions", "parallelism", "template",
            "backoffLimitPerIndex", "maxFailedIndexes"), path
    if re.fullmatch(r"spec\.template\.spec\.[^.]+", path):
        assert path[len(pod):] in (
            "restartPolicy", "automountServiceAccountToken",
            "securityContext", "containers", "volumes"), path
END
}
check "the Job has what a Job must have" job_shape
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

# A field of the records is kept, and asked by: "SEED GENERATIONS STOPPED".
mkdir "$tmp/seeds"
for i in 0 1 2; do
	"$LILSCOPE" analyze --json --format jsonl --keep run.seed - \
		<"$tmp/parts/part.0000$i.jsonl" >"$tmp/seeds/$i.report.jsonl"
done
"$LILSCOPE" merge --json --by run.seed "$tmp"/seeds/*.jsonl >"$tmp/merged"
"$PYTHON" - "$tmp/merged" >"$tmp/want_seeds" <<'END'
import json, sys
for line in open(sys.argv[1]):
    g = json.loads(line)
    if g["by"]:
        print(g["by"]["run.seed"], g["generations"], g["stopped"])
END
same_seeds() { sort "$tmp/want_seeds" >"$tmp/a" && sort "$1" | diff "$tmp/a" -; }
three() { [ "$(lines "$tmp/want_seeds")" = 3 ]; }
check "there are three seeds" three

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
	duck_seeds()
	{
		cd "$tmp/seeds" && "$PYTHON" - "$corpus/report.sql" \
			>"$tmp/got" <<'END'
import sys
import duckdb
db = duckdb.connect()
for statement in duckdb.extract_statements(open(sys.argv[1]).read()):
    db.execute(statement)
for row in db.execute("""
    SELECT kept ->> '$."run.seed"' AS seed, count(*), count(at_token)
    FROM generations LEFT JOIN (FROM stops WHERE rule = 'loop') USING (id)
    GROUP BY seed""").fetchall():
    print(*row)
END
		same_seeds "$tmp/got"
	}
	check "DuckDB: what was kept" eval '(duck_seeds)'
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
	panda_seeds()
	{
		PYTHONPATH=$corpus "$PYTHON" -B - "$tmp"/seeds/*.jsonl \
			>"$tmp/got" <<'END' && same_seeds "$tmp/got" &&
import sys
from report_pandas import by_model, load
generations, stops, errors = load(sys.argv[1:])
for seed, row in by_model(generations, stops, by="run.seed").iterrows():
    print(int(seed), int(row["generations"]), int(row["stopped"]))
END
		"$PYTHON" -B "$corpus/report_pandas.py" --by run.seed \
			"$tmp"/seeds/*.jsonl | grep -q '^ *run.seed'
	}
	check "pandas: what was kept" panda_seeds
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
generations = generations_of(session, lines)
if sys.argv[1] == "seeds":
    from pyspark.sql import functions as F
    rows = by_model(generations, by=F.col("kept")["run.seed"])
    print(*("%s %d %d\n" % (row["by"], row["generations"], row["stopped"])
            for row in rows.collect()), sep="", end="")
    sys.exit()
for row in by_model(generations).collect():
    print(row["by"], row["generations"], row["tokens"], row["stopped"],
          "%.3f" % row["saved"])
END
		[ "$1" = seeds ] && same_seeds "$tmp/got" || same "$tmp/got"
	}
	check "Spark reads reports" spark read "$tmp/reports/*.jsonl"
	check "Spark: what was kept" spark seeds "$tmp/seeds/*.jsonl"
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
