"""Reads a recording of training-replay with the standard library and numpy; `docs/format.md` is the specification.

    python3 read_replay.py run.replay             # what was logged, and the parameters' shapes

    data, epochs = read("run.replay")
    data["inputs"]                                # samples in rows; data["validation/inputs"] of a named data set
    data["probe"]                                 # the inputs of the probe; None without one, as in format 1.0
    metrics, weights, outputs = epochs[60, 0]     # after epoch 60; [60, 5] after five mini-batches of it
    weights["hidden/kernel"]                      # outputs: what the model made of the probe, None where it was not run

What is damaged is None, or missing where its header is damaged.
"""

import struct, sys, zlib
import numpy as np

MODEL, DATA, EPOCH, END, NAMED_DATA, SKIPPABLE = 1, 2, 3, 4, 0x8001, 0x8000
up = lambda n: -(-n // 64) * 64  # to the next multiple of 64

DTYPES = "<f4", "<f8", "<f2", "<u2", "i1", "<i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8", "?"  # the fourth is bf16, as bits


class Meta:
    def __init__(self, data): self.data, self.at = data, 0
    def take(self, form):
        at, self.at = self.at, self.at + struct.calcsize("<" + form)
        return struct.unpack_from("<" + form, self.data, at)[0]
    def option(self, item):  # a meta of format 1.0 ends before those of 1.1
        return item() if self.at < len(self.data) and self.take("B") else None
    def rows(self):
        columns, values = self.take("Q"), self.take(f"{4 * self.take('Q')}s")
        return np.frombuffer(values, "<f4").reshape(-1, columns)
    def string(self): return self.take(f"{self.take('Q')}s").decode()
    def many(self, item): return [item() for _ in range(self.take("Q"))]
    def data_names(self):  # the last field: the data sets, of which format 1.0 has one without a name
        return self.many(lambda: (self.string(), self.many(self.string), self.many(self.string))[0]) if self.at < len(self.data) else []
    def tensor(self):
        name = "/".join(filter(None, (self.string(), self.string())))
        return name, DTYPES[self.take("B")], "CF"[self.take("B")], self.many(lambda: self.take("Q"))


def probe_inputs(meta):  # behind the fields of MODEL that are not asked for: loss, description, notes
    meta.option(lambda: meta.take("B")), meta.option(lambda: (meta.string(), meta.take(f"{meta.take('Q')}s")))
    meta.many(lambda: (meta.string(), meta.string()))
    return meta.option(meta.rows)


def array(data, at, dtype, order, shape):
    return np.frombuffer(data, dtype, int(np.prod(shape, dtype=object)), at).reshape(shape, order=order)


def records(file):  # kind, moment, meta, data and its length; None for a meta or data that is damaged
    salt, at, expected, last = file[16:24], 64, 0, None
    while at + 64 <= len(file):
        kind, sequence, meta_len, data_len, epoch, meta_crc, data_crc, step, crc = struct.unpack_from("<4xH10x4Q4I", file, at)
        start, end = up(at + 64 + meta_len), up(up(at + 64 + meta_len) + data_len)
        known = file[at:at + 4] == b"TREC" and file[at + 8:at + 16] == salt and expected <= sequence < 1 << 63
        if not known or zlib.crc32(file[at:at + 60]) != crc or end > len(file):
            at += 64
            continue
        if last:
            yield last
        meta, data = file[at + 64:at + 64 + meta_len], file[start:start + data_len]
        meta, data = Meta(meta) if zlib.crc32(meta) == meta_crc else None, data if zlib.crc32(data) == data_crc else None
        last, at, expected = (kind, (epoch, step), meta, data, data_len), end, sequence + 1
    if last and last[2] and last[3] is not None:  # otherwise a torn tail
        yield last


def layout(tensors):  # where each array lies in the data of an epoch, and how long that is
    places, at = [], 0
    for name, dtype, order, shape in tensors:
        places.append((name, up(at), dtype, order, shape))
        at = up(at) + int(np.prod(shape, dtype=object)) * np.dtype(dtype).itemsize
    return places, at


def read(path):
    file = np.fromfile(path, np.uint8).tobytes()
    if file[:10] != b"\x89TRPL\r\n\x1a\1\0" or struct.pack("<I", zlib.crc32(file[:60])) != file[60:64]:
        raise ValueError(f"{path} is no recording of format 1")
    places, matrices, epochs, last = None, {}, {}, (-1, 0)
    for kind, (epoch, step), meta, data, length in records(file):
        if places is None:
            if kind != MODEL or meta is None:
                raise ValueError(f"{path} has no readable description of its model")
            (places, whole), promised, probe = layout(meta.many(meta.tensor)), meta.take("Q"), probe_inputs(meta)
            promised += 2 * sum(name != "training" for name in meta.data_names())
        elif kind in (DATA, NAMED_DATA) and meta:
            name, *form = meta.tensor()
            matrices.setdefault(name, None if data is None else array(data, 0, *form))
        elif kind == EPOCH and length == whole and (epoch, step or 1 << 32) > last:
            last = epoch, step or 1 << 32  # the end of an epoch, 0, comes behind its steps
            weights = None if data is None else {name: array(data, *place) for name, *place in places}
            metrics = dict(meta.many(lambda: (meta.string(), meta.take("d")))) if meta else None
            outputs = meta.option(lambda: (meta.take("B"), meta.rows())[1]) if meta and probe is not None else None
            epochs[epoch, step] = metrics, weights, outputs
        elif kind not in (MODEL, DATA, EPOCH, END) and kind < SKIPPABLE:
            raise ValueError(f"{path} is of a newer format")
    if places is None or not epochs and len(matrices) < promised:
        raise ValueError(f"{path} was never started")
    return {**matrices, "probe": probe}, epochs


if __name__ == "__main__":
    for (epoch, step), (metrics, weights, outputs) in read(sys.argv[1])[1].items():
        shapes = {name: values.shape for name, values in (weights or {}).items()}
        print("epoch", epoch, f"step {step}" if step else "", metrics, shapes)
        if outputs is not None:
            print("    makes of the probe", outputs.tolist())
