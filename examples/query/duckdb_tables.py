"""Asks DuckDB the questions of `*.sql` over the tables of many runs; prints each answer as CSV.

    pip install duckdb
    python3 duckdb_tables.py FOLDER never_learned.sql most_forgotten.sql
"""

import csv, sys
from pathlib import Path

import duckdb

# The columns that are no text, as `docs/tables.md` has them: CSV does not say so, least of all where a column is empty.
TYPES = {
    "BIGINT": "epochs first_epoch last_epoch steps samples inputs outputs place epoch step errors not_finite sample class "
    "predicted values units dead until unit",
    "DOUBLE": "value loss number accuracy mean std min median max zeros norm update_norm gradient_norm coverage saturated evidence",
    "FLOAT": "probability target output residual",
    "BOOLEAN": "finished correct",
}
TYPES = {column: type for type, columns in TYPES.items() for column in columns.split()}
SPECIAL = {("runs", "loss"): "VARCHAR", ("notes", "value"): "VARCHAR", ("samples", "loss"): "FLOAT"}


def columns(table, file):
    """The columns of a table in CSV with their types, as DuckDB's `read_csv` takes them."""
    with open(file, newline="", encoding="utf-8") as lines:
        names = next(csv.reader(lines))
    return {name: SPECIAL.get((table, name), TYPES.get(name, "VARCHAR")) for name in names}


def view(table, files, ending):
    # Names of runs stay text, also those that look like numbers or dates.
    read, given = "?, hive_partitioning = true, hive_types_autocast = false", [files]
    if ending == "csv":
        read += ", columns = ?, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false"
        given.append(columns(table, files[0]))
    tables.sql(f"SELECT * FROM read_{ending}({read})", params=given).create_view(table)


folder, *queries = sys.argv[1:]
tables = duckdb.connect()
for table in ("runs", "notes", "metrics", "epochs", "samples", "layers", "activations", "milestones"):
    for ending in ("parquet", "csv"):
        if files := sorted(map(str, Path(folder, table).glob(f"run=*/*.{ending}"))):
            view(table, files, ending)
            break
for query in queries:
    answer = tables.sql(Path(query).read_text())
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(answer.columns)
    out.writerows(answer.fetchall())
