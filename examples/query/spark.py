"""Asks Spark the questions of `*.sql` over the tables of many runs; prints each answer as CSV.

    pip install pyspark
    python3 spark.py FOLDER never_learned.sql most_forgotten.sql

It needs Java. `spark-submit` takes the same arguments; the folder may then be an address, s3a://bucket/tables.
"""

import csv, sys
from pathlib import Path

from pyspark.sql import SparkSession

folder, *queries = sys.argv[1:]
# Names of runs stay text: those that look like numbers or dates would become such.
spark = SparkSession.builder.appName("training-replay").config("spark.sql.sources.partitionColumnTypeInference.enabled", "false").getOrCreate()
for table in ("runs", "notes", "metrics", "epochs", "samples", "layers", "activations", "milestones"):
    if Path(folder, table).is_dir() or "://" in folder:
        spark.read.parquet(f"{folder}/{table}").createOrReplaceTempView(table)
for query in queries:
    answer = spark.sql(Path(query).read_text().rstrip().rstrip(";"))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(answer.columns)
    out.writerows(answer.toLocalIterator())
