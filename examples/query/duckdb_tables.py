"""Asks DuckDB the questions of `*.sql` over the tables of many runs; prints each answer as CSV.

    pip install duckdb
    python3 duckdb_tables.py FOLDER never_learned.sql most_forgotten.sql
"""

import csv, sys
from pathlib import Path

import duckdb

folder, *queries = sys.argv[1:]
tables = duckdb.connect()
for table in ("runs", "notes", "metrics", "epochs", "samples", "layers", "activations", "milestones"):
    for ending, read in (("parquet", "read_parquet"), ("csv", "read_csv")):
        if files := sorted(map(str, Path(folder, table).glob(f"run=*/*.{ending}"))):
            # Names of runs stay text, also those that look like numbers or dates.
            files = tables.sql(f"SELECT * FROM {read}(?, hive_partitioning = true, hive_types_autocast = false)", params=[files])
            files.create_view(table)
            break
for query in queries:
    answer = tables.sql(Path(query).read_text())
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(answer.columns)
    out.writerows(answer.fetchall())
