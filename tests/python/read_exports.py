"""Reads what this crate exported, by another tool, and prints it as lines of JSON with the bits of the numbers.

    read_exports.py TOOL FOLDER
"""

import glob, json, struct, sys


def bits(value, form):
    if value is None:
        return None
    if value != value:
        return "nan"
    return struct.pack(form, value).hex()


def line(*values):
    print(json.dumps(values, ensure_ascii=False, separators=(",", ":")))


def metrics(rows):
    for run, epoch, step, name, value in rows:
        line("metrics", run, epoch, step, name, bits(value, ">d"))


def samples(rows):
    for run, epoch, sample, predicted, correct, probability, loss in rows:
        line("samples", run, epoch, sample, predicted, correct, bits(probability, ">f"), bits(loss, ">f"))


METRICS = "run, epoch, step, name, value"
SAMPLES = "run, epoch, sample, predicted, correct, probability, loss"
TYPES = {
    "metrics": {"epoch": "BIGINT", "step": "BIGINT", "name": "VARCHAR", "value": "DOUBLE"},
    "samples": {
        "data_set": "VARCHAR", "epoch": "BIGINT", "sample": "BIGINT", "class": "BIGINT", "predicted": "BIGINT",
        "correct": "BOOLEAN", "probability": "FLOAT", "target": "FLOAT", "output": "FLOAT", "residual": "FLOAT",
        "loss": "FLOAT",
    },
}


def duckdb(folder, ending):
    import duckdb

    for table, columns, write in [("metrics", METRICS, metrics), ("samples", SAMPLES, samples)]:
        files, hive = f"'{folder}/{table}/*/*.{ending}'", "hive_partitioning=true, hive_types={'run': VARCHAR}"
        types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES[table].items()) + "}"
        read = {
            "parquet": f"read_parquet({files}, {hive})",
            "csv": f"read_csv({files}, {hive}, columns={types}, header=true, allow_quoted_nulls=false, quote='\"', escape='\"', delim=',')",
            "jsonl": f"read_json({files}, {hive}, columns={types}, format='newline_delimited')",
        }[ending]
        write(duckdb.sql(f"SELECT {columns} FROM {read}").fetchall())


def polars(folder, ending):
    import polars

    kinds = {"BIGINT": polars.Int64, "VARCHAR": polars.String, "DOUBLE": polars.Float64, "FLOAT": polars.Float32,
             "BOOLEAN": polars.Boolean}
    for table, columns, write in [("metrics", METRICS, metrics), ("samples", SAMPLES, samples)]:
        names = columns.split(", ")
        if ending == "parquet":
            frame = polars.scan_parquet(
                f"{folder}/{table}/*/*.parquet", hive_partitioning=True, hive_schema={"run": polars.String}
            ).collect()
            write(frame.select(names).rows())
            continue
        schema = {name: kinds[kind] for name, kind in TYPES[table].items()}
        schema = {"run": polars.String, **schema}
        for path in sorted(glob.glob(f"{folder}/single/{table}-*.{ending}")):
            if ending == "csv":
                frame = polars.read_csv(path, schema=schema)
            else:
                # NaN and the infinities are texts in JSON, which a schema of numbers would not take.
                texts = {name: polars.String if kind.is_float() else kind for name, kind in schema.items()}
                frame = polars.read_ndjson(path, schema=texts)
                floats = [name for name, kind in schema.items() if kind.is_float()]
                frame = frame.with_columns(polars.col(name).cast(schema[name]) for name in floats)
            write(frame.select(names).rows())


def pyarrow(folder):
    import pyarrow.dataset
    import pyarrow.parquet

    for table in ["metrics", "samples"]:
        path = sorted(glob.glob(f"{folder}/{table}/*/*.parquet"))[0]
        schema = pyarrow.parquet.read_schema(path)
        about = {key.decode(): value.decode() for key, value in schema.metadata.items()}
        line(table, about["training_replay.table"], about["training_replay.doc"], about["training_replay.schema_version"])
        for field in schema:
            about = {key.decode(): value.decode() for key, value in field.metadata.items()}
            line(table, field.name, str(field.type), field.nullable, about.get("unit", ""), about["doc"])
        assert pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "SNAPPY"


def safetensors(folder):
    import safetensors

    for path in sorted(glob.glob(f"{folder}/run=*/*.safetensors")):
        with open(path, "rb") as file:
            content = file.read()
        size = struct.unpack("<Q", content[:8])[0]
        line(sorted(json.loads(content[8 : 8 + size])["__metadata__"].items()))
        for name, tensor in sorted(safetensors.deserialize(content)):
            line(name, tensor["dtype"], tensor["shape"], bytes(tensor["data"]).hex())


def tensorboard(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for path in sorted(glob.glob(f"{folder}/*/events*")):
        events = EventAccumulator(path, size_guidance={"scalars": 0, "histograms": 0}).Reload()
        tags = events.Tags()
        for tag in sorted(tags["scalars"]):
            for scalar in events.Scalars(tag):
                line("scalar", tag, scalar.step, scalar.wall_time, bits(scalar.value, ">f"))
        for tag in sorted(tags["histograms"]):
            for histogram in events.Histograms(tag):
                value = histogram.histogram_value
                assert len(value.bucket) == len(value.bucket_limit)
                limits = [bits(limit, ">d") for limit in value.bucket_limit]
                line("histogram", tag, histogram.step, value.num, list(value.bucket), limits)


tool, folder = sys.argv[1:]
name, _, ending = tool.partition("-")
{"duckdb": duckdb, "polars": polars}[name](folder, ending) if ending else globals()[name](folder)
