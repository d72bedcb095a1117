"""Reads a recording of training-replay with the standard library and numpy; `docs/format.md` is the specification.

    python3 read_replay.py run.replay             # what was logged, and the parameters' shapes

    data, epochs = read("run.replay")
    data["inputs"]                                # samples in rows
    metrics, weights = epochs[60, 0]              # after epoch 60; [60, 5] after five mini-batches of it
    weights["hidden/kernel"]
"""

import mmap, struct, sys, zlib
import numpy as np

up = lambda n: -(-n // 64) * 64  # to the next multiple of 64


class Meta:
    def __init__(self, data): self.data, self.at = data, 0
    def take(self, form):
        at, self.at = self.at, self.at + struct.calcsize("<" + form)
        return struct.unpack_from("<" + form, self.data, at)[0]
    def string(self): return self.take(f"{self.take('Q')}s").decode()
    def many(self, item): return [item() for _ in range(self.take("Q"))]
    def tensor(self):
        name = "/".join(filter(None, (self.string(), self.string())))
        return name, ("<f4", "<f8")[self.take("B")], "CF"[self.take("B")], self.many(lambda: self.take("Q"))


def array(data, at, dtype, order, shape):
    return np.frombuffer(data, dtype, int(np.prod(shape, dtype=object)), at).reshape(shape, order=order)


def records(file):  # the whole ones, past those that are damaged
    salt, at, expected = file[16:24], 64, 0
    while at + 64 <= len(file):
        kind, sequence, meta_len, data_len, epoch, meta_crc, data_crc, step, crc = struct.unpack_from("<4xH10x4Q4I", file, at)
        start, end = up(at + 64 + meta_len), up(up(at + 64 + meta_len) + data_len)
        known = file[at:at + 4] == b"TREC" and file[at + 8:at + 16] == salt and sequence >= expected
        if known and zlib.crc32(file[at:at + 60]) == crc and end <= len(file):
            meta, data = file[at + 64:at + 64 + meta_len], file[start:start + data_len]
            if (zlib.crc32(meta), zlib.crc32(data)) == (meta_crc, data_crc):
                yield kind, (epoch, step), Meta(meta), data
            at, expected = end, sequence + 1
        else:
            at += 64


def read(path):
    with open(path, "rb") as opened:
        file = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    if file[:10] != b"\x89TRPL\r\n\x1a\1\0" or struct.pack("<I", zlib.crc32(file[:60])) != file[60:64]:
        raise ValueError(f"{path} is no recording of format 1")
    tensors, matrices, epochs = [], {}, {}
    for kind, moment, meta, data in records(file):
        if kind == 1:
            tensors = meta.many(meta.tensor)
        elif kind == 2:
            name, *form = meta.tensor()
            matrices[name] = array(data, 0, *form)
        elif kind == 3:
            at, weights = 0, {}
            for name, *form in tensors:
                weights[name] = array(data, at, *form)
                at = up(at + weights[name].nbytes)
            epochs[moment] = dict(meta.many(lambda: (meta.string(), meta.take("d")))), weights
    return matrices, epochs


if __name__ == "__main__":
    for (epoch, step), (metrics, weights) in read(sys.argv[1])[1].items():
        print("epoch", epoch, f"step {step}" if step else "", metrics, {name: w.shape for name, w in weights.items()})
