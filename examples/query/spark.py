"""The same questions in Spark. Not run by this project's tests, which have no Spark; the SQL is run in DuckDB.

    spark-submit spark.py FOLDER never_learned.sql most_forgotten.sql
"""

import sys
from pathlib import Path

from pyspark.sql import SparkSession

folder, *queries = sys.argv[1:]
spark = SparkSession.builder.appName("training-replay").config("spark.sql.sources.partitionColumnTypeInference.enabled", "false").getOrCreate()
for table in ("runs", "epochs", "samples", "layers", "milestones"):
    if Path(folder, table).is_dir() or "://" in folder:
        # Names of runs stay text: without the setting above, those that look like numbers or dates would become such.
        spark.read.parquet(f"{folder}/{table}").createOrReplaceTempView(table)
for query in queries:
    print(query)
    spark.sql(Path(query).read_text().rstrip().rstrip(";")).show(truncate=False)
