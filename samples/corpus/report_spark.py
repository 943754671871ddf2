"""A corpus through lilscope in Spark, and its reports as a table.

    spark-submit report_spark.py "reports/*.jsonl"          reports that exist
    spark-submit report_spark.py analyze "corpus/*.jsonl"   a corpus, measured
                                        by the lilscope on a worker's PATH

Types are those of report.schema.json, which lies beside this file; a field
that a later version adds is passed over. What `analyze --keep` added is in the
map kept, as text: by_model(generations, by=F.col("kept")["run.seed"]) is
`lilscope merge --by run.seed`.
"""
import json
import os
import sys

from pyspark.sql import SparkSession, functions as F
from pyspark.sql import types as T

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "report.schema.json")
TYPES = {"string": T.StringType(), "integer": T.LongType(),
         "number": T.DoubleType(), "boolean": T.BooleanType()}
ANALYZE = "lilscope analyze --json --format jsonl -j 1 -"


def struct_of(defs, name, more=()):
    fields = []
    for field, value in defs[name]["properties"].items():
        kind = value.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if kind in TYPES:
            fields.append(T.StructField(field, TYPES[kind]))
    return T.StructType(fields + list(more))


def schema_of_lines():
    with open(SCHEMA, encoding="utf-8") as file:
        defs = json.load(file)["$defs"]
    unit = T.StructField("unit", struct_of(defs, "unit"))
    rules = T.ArrayType(struct_of(defs, "rule", [unit]))
    kept = T.MapType(T.StringType(), T.StringType())
    generation = struct_of(defs, "generation", [T.StructField("kept", kept),
                                                T.StructField("rules", rules)])
    return T.StructType(generation.fields + [
        T.StructField("generations", T.ArrayType(generation)),
        T.StructField("error", T.StringType())])


def piped(session, path):
    """The corpus at path, as an RDD of reports."""
    # pipe() gives its processes no PATH unless one is named, and takes what a
    # process that failed had written for all of it unless told to look
    return session.sparkContext.textFile(path).pipe(
        ANALYZE, env={"PATH": os.environ["PATH"]}, checkCode=True)


def generations_of(spark, lines):
    """Lines of reports, an RDD or a path, as a frame: a row a generation."""
    frame = spark.read.schema(schema_of_lines()).json(lines)
    frame = frame.where(F.col("error").isNull())
    names = [f for f in frame.columns if f not in ("generations", "error")]
    one = frame.where(F.col("generations").isNull()).select(names)
    several = frame.select(F.explode("generations").alias("each"))
    return one.union(several.select([F.col("each." + f) for f in names]))


def by_model(generations, rule="loop", by="model"):
    """A row a model: how many stop, what share of the tokens came after."""
    of_rule = F.element_at(F.filter("rules", lambda r: r["rule"] == rule), 1)
    rows = generations.withColumn("of_rule", of_rule)
    by = (F.col(by) if isinstance(by, str) else by).alias("by")
    return rows.groupBy(by).agg(
        F.count("*").alias("generations"), F.sum("tokens").alias("tokens"),
        F.percentile_approx("rho", 0.5).alias("rho"),
        F.count("of_rule.at_token").alias("stopped"),
        (F.coalesce(F.sum("of_rule.tokens_after"), F.lit(0)) /
         F.sum("tokens")).alias("saved"),
    ).orderBy(F.desc("generations"), "by")


def main():
    session = SparkSession.builder.appName("lilscope").getOrCreate()
    lines = sys.argv[-1]
    if len(sys.argv) > 2 and sys.argv[1] == "analyze":
        lines = piped(session, lines)
    by_model(generations_of(session, lines)).show(100, truncate=False)


if __name__ == "__main__":
    main()
