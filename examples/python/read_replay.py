"""Reads a recording of training-replay with the standard library and numpy; `docs/format.md` is the specification.

    python3 read_replay.py run.replay                  # what is in it, and what is damaged

    run = Recording("run.replay")                      # reads headers and metrics, and no weights
    epochs, losses = run.curve("loss")                 # two arrays, for plt.plot(*run.curve("loss"))
    run.epochs, run.steps, run.metrics(60)             # metrics((60, 5)): after five mini-batches of epoch 60
    run.weights(60)["hidden/kernel"]                   # all arrays of an epoch, each as it was recorded
    run.parameter(60, "hidden/kernel")                 # one alone: its bytes and its checksum, not the others'
    run.left_out["hidden/bias"]                        # parameters that are not recorded: place, type, shape, checksum
    run.weights(60, base)                              # with them, out of a mapping of names to arrays: they are compared
    run.data["training/inputs"]                        # samples in rows; so are targets, or labels if they are integers
    run.shared, run.data_file                          # where the data lie, if not in the recording: where they were, and are
    run.data_sets["training"]                          # names of classes and features, number of classes of labels
    run.notes["learning_rate"], run.all_notes          # numbers, truth values, texts, lists; `note_texts` has them as texts
    run.loss, run.description, run.orientations, run.probe, run.probe_outputs(60)
    run.network, run.forward(60, inputs)               # a built-in network: its layers, and what it makes of inputs
    run.states, run.training_state(60), run.parent     # optimizers' memory, and the run that this one was forked from
    run.damage, run.torn_bytes, run.check()            # what is damaged and where; `check` reads the whole file

Arrays are read-only views of the mapped file: one is read when it is looked at, however large the recording. Those of bf16,
which numpy lacks, have the type `BF16`, so that nobody takes their bits for integers: `float32(array)` is their values,
`array.view(ml_dtypes.bfloat16)` the same with that package, `array["bf16"]` the bits. What is damaged raises `Damaged`,
what was not recorded `LookupError`, and another kind of file `ValueError`. Names are `layer/name`; where two parameters would
be called the same, each of them is `(layer, name)`. Arrays of compressed epochs are read whole, by the package `zstandard` or
what Python 3.14 has of its own; without them the rest reads.
"""

import math, os, struct, sys, zlib
from array import array
from collections import Counter, namedtuple
from collections.abc import Mapping
from itertools import chain
import numpy as np

MODEL, DATA, EPOCH, END, COMPRESSED = 1, 2, 3, 4, 5
SKIPPABLE, NOTES, NAMED_DATA, STATE = 0x8000, 0x8000, 0x8001, 0x8002
LOSSES = ("binary cross-entropy", "categorical cross-entropy", "mean squared error")
ORIENTATIONS = {1: ("inputs", "outputs"), 2: ("outputs", "inputs")}
BF16 = np.dtype([("bf16", "<u2")])
TYPES = [np.dtype(t) for t in ("<f4", "<f8", "<f2", BF16, "i1", "<i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8", "?")]
CHUNK = 1 << 20  # as much of the file is read at once

Loss = namedtuple("Loss", "id name")  # id None: a loss of the user's own; name None: one of a later version
Damage = namedtuple("Damage", "start end what")  # bytes of the file, and what is lost with them
DataSet = namedtuple("DataSet", "class_names feature_names class_count")  # a count where targets are labels
Network = namedtuple("Network", "inputs layers logits")  # logits: a sigmoid or softmax of its outputs are probabilities
Layer = namedtuple("Layer", "kind name settings")
Tensor = namedtuple("Tensor", "layer name dtype order shape")
State = namedtuple("State", "arrays description")  # of training: arrays by name, and (kind, bytes) or None
LeftOut = namedtuple("LeftOut", "place tensor checksum")  # where it is among all parameters; the CRC-32 of its values
Parent = namedtuple("Parent", "path salt epoch step checksum")  # step 0: the end of the epoch; the checksum is of its data
Shared = namedtuple("Shared", "places sets matrices")  # names of files; checksum and descriptor of each matrix in them
Record = namedtuple("Record", "kind sequence meta_len data_len epoch meta_crc data_crc step offset start end")


class Damaged(ValueError):
    """What was asked for is in the file, but not what was written."""


def up(n): return -(-n // 64) * 64  # to the next multiple of 64
def size(tensor): return math.prod(tensor.shape) * tensor.dtype.itemsize
def moment(at): return tuple(at) if isinstance(at, (tuple, list)) else (int(at), 0)
def in_time(at): return at[0], at[1] or 1 << 32  # the end of an epoch, step 0, comes behind its steps
def called(at): return f"epoch {at[0]}" + (f", step {at[1]}" if at[1] else "")


def float32(values):
    """Returns the values of a bf16 array, exactly; others are rounded where they are wider."""
    return (values["bf16"].astype("<u4") << 16).view("<f4") if values.dtype == BF16 else values.astype(np.float32)


def unpacked(data, at, length):
    """One run of so many bytes, which lies there as it is or as a shorter Zstandard frame, and what comes behind it."""
    if at + 4 > len(data) or (end := at + 4 + struct.unpack_from("<I", data, at)[0]) > min(len(data), at + 4 + length):
        raise ValueError("a part of it is longer than it may be")
    run = data[at + 4:end]
    run = run if len(run) == length else decompressed(run, length)
    if len(run) != length:
        raise ValueError("a part of it is no frame of its values")
    return np.frombuffer(run, "u1"), end


def decompressed(frame, length):
    try:
        from compression import zstd
        decoder, error = zstd.ZstdDecompressor(), zstd.ZstdError
        decompress = lambda: decoder.decompress(frame, max_length=length)
    except ImportError:
        try:
            import zstandard
        except ImportError:
            raise ImportError("compressed epochs are read by the package zstandard, or by Python 3.14 or later") from None
        error, decompress = zstandard.ZstdError, lambda: zstandard.ZstdDecompressor().stream_reader(frame).read(length)
    try:
        return decompress()
    except error as why:
        raise ValueError(f"a part of it cannot be decompressed: {why}") from None


def expanded(data, word, count, before):
    """The values of an array of `count` words out of its blocks, beside those that it is a difference to."""
    width, at, values = word.itemsize, 0, np.empty(count, word)
    each = 4 if width <= 2 else 2  # lengths to a byte
    for start in range(0, count, 1 << 15):
        some = slice(start, min(start + (1 << 15), count))
        dense, at = unpacked(data, at, -(-(some.stop - start) // each))
        shifts = np.arange(each, dtype="u1") * np.uint8(8 // each)
        lengths = (dense[:, None] >> shifts & np.uint8((1 << 8 // each) - 1)).ravel()[:some.stop - start].astype(int)
        if lengths.max(initial=0) > width:
            raise ValueError("a value is longer than its type")
        left, lower = np.zeros(len(lengths), "<u8"), np.maximum(lengths, 1) - 1
        for length in range(1, width + 1):
            leading, at = unpacked(data, at, int((lengths == length).sum()))
            left[lengths == length] = leading.astype("<u8") << np.uint64(8 * (length - 1))
        below, at = unpacked(data, at, int(lower.sum()))
        places = np.cumsum(lower) - lower
        for byte in range(width - 1):
            longer = lower > byte
            left[longer] |= below[places[longer] + byte].astype("<u8") << np.uint64(8 * byte)
        left, one = left.astype(word), word.type(1)
        if before is None:
            values[some] = left >> one | left << word.type(8 * width - 1)
        else:
            values[some] = before[some] + (left >> one ^ ~(left & one) + one)
    return values


def note(kind, data, text):
    """The value of a note; its text where it is of a type of a later version. Numbers in single precision are numpy's."""
    meta, items = Meta(data), []
    if kind not in (1, 2, 3, 4, 16, 17, 18, 19, 20):
        return text
    while meta.more() and kind == 16:
        items.append(meta.string())
    width = (1, 1, 16, 4, 8)[kind % 16]
    if len(data) % width or kind < 16 and len(data) != width or kind % 16 == 1 and max(data, default=0) > 1:
        raise ValueError("the value of a note is not whole")
    if kind % 16 == 1:
        items = [byte == 1 for byte in data]
    elif kind % 16 == 2:
        items = [int.from_bytes(data[at:at + 16], "little", signed=True) for at in range(0, len(data), 16)]
    elif kind % 16 > 2:
        items = np.frombuffer(data, ("<f4", "<f8")[kind % 16 - 3])
    return items if kind >= 16 else items[0].item() if kind == 4 else items[0]


class Meta:
    """The fields of a meta, one after the other; one that is not there, or not as specified, is a ValueError."""

    def __init__(self, data): self.data, self.at = data, 0
    def more(self): return self.at < len(self.data)  # a meta of an older version ends before the later fields
    def u8(self): return self.bytes(1)[0]
    def u64(self): return self.number("Q")
    def number(self, form): return struct.unpack("<" + form, self.bytes(struct.calcsize("<" + form)))[0]
    def string(self): return self.bytes(self.u64()).decode()
    def many(self, item): return [item() for _ in range(self.u64())]  # every item takes bytes, which come to an end

    def bytes(self, length):
        if length > len(self.data) - self.at:
            raise ValueError("it ends within a field")
        self.at += length
        return self.data[self.at - length:self.at]

    def option(self, item):
        if (there := self.u8()) > 1:
            raise ValueError("an option is neither there nor not")
        return item() if there else None

    def notes(self):
        """Keys and texts, and behind all other fields the values of those that are no texts."""
        return self.many(lambda: (self.string(), self.string()))

    def values(self, pairs):
        notes, free = list(pairs), 0
        for place, kind, data in self.many(lambda: (self.u64(), self.u8(), self.bytes(self.u64()))):
            if not free <= place < len(notes):
                raise ValueError(f"a value is of note {place}, or not behind the one before")
            key, text = notes[place]
            notes[place], free = (key, note(kind, data, text)), place + 1
        return notes

    def rows(self):
        columns, count = self.u64(), self.u64()
        values = self.bytes(4 * count)
        if not count or not columns or count % columns:
            raise ValueError("its rows are not whole")
        return np.frombuffer(values, "<f4").reshape(-1, columns)

    def tensor(self):
        layer, name, dtype, order, shape = self.string(), self.string(), self.u8(), self.u8(), self.many(self.u64)
        if dtype >= len(TYPES) or order > 1 or len(shape) > 8:
            raise ValueError(f"{layer}/{name} is of a type, an order or a shape that is not known")
        return Tensor(layer, name, TYPES[dtype], "CF"[order], tuple(shape))

    def shared(self):
        """Data sets in another file: where it was, their names, and of each matrix checksum, descriptor and number of classes."""
        places = self.many(self.string)
        sets = self.many(lambda: (self.string(), [self.many(self.string), self.many(self.string)]))
        matrices = self.many(lambda: (self.tensor(), self.option(self.u64), self.number("I")))
        names = [name for name, _ in sets]
        layers = [("" if name == "training" else name, matrix) for name in names for matrix in ("inputs", "targets")]
        if not 0 < len(places) <= 16 or not all(places) or not 0 < len(names) <= 65 or len(set(names)) < len(names) or not all(names):
            raise ValueError("its shared data have no place, or no names")
        if len(names) == 65 and "training" not in names or [tensor[:2] for tensor, *_ in matrices] != layers:
            raise ValueError("its shared data are not the inputs and targets of its data sets")
        if any(size(tensor) > 1 << 40 for tensor, *_ in matrices):
            raise ValueError("its shared data are beyond the limits of the format")
        keyed = {f"{tensor.layer or 'training'}/{tensor.name}": (crc, tensor, count) for tensor, count, crc in matrices}
        return Shared(places, sets, keyed)

    def metrics(self):
        if (count := self.u64()) > 4096:
            raise ValueError("it has more than 4096 metrics")
        pairs = [(self.bytes(self.u64()), self.number("d")) for _ in range(count)]
        if any(len(name) > 4096 for name, _ in pairs):
            raise ValueError("the name of a metric is longer than 4096 bytes")
        return {name.decode(): value for name, value in pairs}


class Lazy(Mapping):
    """A dictionary whose values are made when they are asked for."""

    def __init__(self, makers): self.makers = makers
    def __getitem__(self, key): return self.makers[key]()
    def __iter__(self): return iter(self.makers)
    def __len__(self): return len(self.makers)


class Recording:
    def __init__(self, path):
        if os.path.exists(path) and not os.path.isfile(path):
            raise ValueError(f"{path} is no file")
        self.path, self.file = path, open(path, "rb", 1 << 15)
        self.notes, self.all_notes, self.note_texts, self.finished, self.damage, self.tensors = {}, [], [], False, [], None
        self.records, self.matrices, self.data_records, self.lost, self.curves = {}, {}, [0, 0], {}, ({}, {})
        self.states, self.left, self.parent, self.left_out = {}, (None, None), None, {}
        self.shared, self.holder = None, None
        try:
            self.length = os.fstat(self.file.fileno()).st_size
            self._preamble(self.bytes(0, 64))
            self._scan()
        except BaseException:
            self.close()
            raise
        self.map = np.asarray(np.memmap(self.file, np.uint8, "r", shape=(self.length,)))
        keys = self.shared.matrices if self.shared else self.matrices
        self.data = Lazy({key: lambda key=key: self._matrix(key) for key in keys})

    def __enter__(self): return self
    def __exit__(self, *_): self.close()
    def close(self):  # arrays that were handed out stay
        self.file.close()
        if self.holder:
            self.holder.close()

    epochs = property(lambda self: [epoch for epoch, step in self.records if not step])
    steps = property(lambda self: [at for at in self.records if at[1]])
    metric_names = property(lambda self: list(self.curves[0]))
    network = property(lambda self: decoded(*self.description) if self.description else None)

    @property
    def data_file(self):
        """The file that the data lie in, if it is another one: `OSError` if it is nowhere, `Damaged` if it holds other data."""
        return self._holder().path if self.shared else None

    def _holder(self):  # found when it is first asked for
        paths, wrong = [], None
        for place in self.shared.places if self.holder is None else []:
            for folder in dict.fromkeys(map(os.path.dirname, (os.path.abspath(self.path), os.path.realpath(self.path)))):
                paths.append(os.path.join(folder, place))
        for path in dict.fromkeys(paths):
            try:
                holder = Recording(path)
            except OSError:
                continue
            except ValueError as why:
                wrong = wrong or f"{path}, which {self.path} refers to for its data: {why}"
                continue
            wrong = wrong or self._other(holder)
            if wrong is None:
                self.holder = holder
                break
            holder.close()
        if self.holder is None and wrong:
            raise Damaged(wrong)
        if self.holder is None:
            sums = ", ".join(f"{key} {crc:08x}" for key, (crc, *_) in self.shared.matrices.items())
            raise FileNotFoundError(f"the data of {self.path} lie in another file, at none of {paths}; checksums: {sums}")
        return self.holder

    def _other(self, holder):  # why it does not hold the data
        for key, (crc, tensor, count) in self.shared.matrices.items():
            record, *found = holder.matrices.get(key, (None, None, None))
            if holder.shared or record is None or (record.data_crc, *found) != (crc, tensor, count):
                sums = f"{record.data_crc:08x}" if record else "none"
                return f"{holder.path} holds other {key} than {self.path} refers to: of checksum {sums} and not {crc:08x}"
        named = {name: own for name, own in holder.sets.items()}
        return next((f"{holder.path} has other names in {name}" for name, own in self.shared.sets if named.get(name) != own), None)

    def curve(self, name, steps=False):
        """The epochs at which a metric was logged, or the (epoch, step) rows, and its values."""
        curves = self.curves[steps]
        if name not in curves:
            raise LookupError(f"{name!r} was not logged; there are {list(curves)}")
        epochs, numbers, values = (np.array(column) for column in curves[name])
        return (np.column_stack([epochs, numbers]) if steps else epochs), values

    def metrics(self, at):
        record = self._record(at)
        if moment(at) in self.lost:
            raise Damaged(f"the metrics of {called(moment(at))}: {self.lost[moment(at)]}")
        return Meta(self._meta(record)).metrics()

    def weights(self, at, base=None):
        """All recorded arrays, if the checksum of them together agrees; among those of a base that were left out, if one is given."""
        arrays = self._weights(at)
        return arrays if base is None else self._among(arrays, base)

    def _among(self, arrays, base):
        whole, recorded = {}, iter(arrays.items())
        for key, (place, tensor, checksum) in self.left_out.items():
            if key not in base:
                raise LookupError(f"the base holds no {key!r}; left out are {list(self.left_out)}")
            array = np.asarray(base[key])
            if array.dtype != tensor.dtype or array.shape != tensor.shape:
                raise ValueError(f"{key} of the base is {array.dtype} {array.shape}, left out was {tensor.dtype} {tensor.shape}")
            if (found := zlib.crc32(array.tobytes())) != checksum:
                raise ValueError(f"{key} of the base has the checksum {found:08x}, left out was {checksum:08x}")
            while len(whole) < place:
                whole.update([next(recorded)])
            whole[key] = array
        whole.update(recorded)
        return whole

    def _weights(self, at):
        record = self._record(at)
        if record.kind == COMPRESSED:
            return {key: self._expanded(moment(at), index, tensor) for key, (index, _, tensor) in self.tensors.items()}
        self._check(called(moment(at)), record.start, record.data_len, record.data_crc)
        return {key: self._array(tensor, record.start + place) for key, (_, place, tensor) in self.tensors.items()}

    def parameter(self, at, name):
        """One array, if its own checksum agrees; that of all, where it has none: as in format 1.0."""
        record = self._record(at)
        if name in self.left_out:
            raise LookupError(f"{name!r} was left out when it was recorded; recorded are {list(self.tensors)}")
        if name not in self.tensors:
            raise LookupError(f"{name!r} is no parameter; there are {list(self.tensors)}")
        (index, place, tensor), checksums = self.tensors[name], self._checksums(record)
        if record.kind == COMPRESSED:
            return self._expanded(moment(at), index, tensor)
        if checksums is None:
            return self._weights(at)[name]
        self._check(f"{name} of {called(moment(at))}", record.start + place, size(tensor), checksums[index])
        return self._array(tensor, record.start + place)

    def probe_outputs(self, at):
        """What the model made of the inputs `probe`; None where it was not run."""
        record = self._record(at)
        if self.probe is None:
            return None
        try:
            meta = Meta(self._meta(record))
            meta.metrics()
            outputs = meta.option(lambda: (meta.u8(), meta.rows())[1]) if meta.more() else None
            if outputs is not None and len(outputs) != len(self.probe):
                raise ValueError(f"it has {len(outputs)} rows for {len(self.probe)} inputs")
            return outputs
        except ValueError as why:
            raise Damaged(f"the probe of {called(moment(at))}: {why}") from None

    def training_state(self, at):
        """The state of training, if it was recorded: an optimizer's memory, what it counts, and what else it told."""
        at = moment(at)
        if at not in self.states:
            start = self._record(at).offset
            if self.states and any(damage.end == start for damage in self.damage):
                raise Damaged(f"the state of training of {called(at)}: the record that lies in its place cannot be read")
            raise LookupError(f"no state of training was recorded of {called(at)}; see `states`")
        record, what = self.states[at], f"the state of training of {called(at)}"
        try:
            meta = Meta(self._meta(record))
            tensors, _, _ = meta.many(meta.tensor), meta.u64(), meta.option(meta.u8)  # as MODEL has them
            description = meta.option(lambda: (meta.string(), meta.bytes(meta.u64())))
            places, end = placed(tensors)
            if end != record.data_len:
                raise ValueError("its arrays are not as long as it says")
        except ValueError as why:
            raise Damaged(f"{what}: {why}") from None
        self._check(what, record.start, record.data_len, record.data_crc)
        return State({key: self._array(tensor, record.start + place) for key, (_, place, tensor) in places.items()}, description)

    def check(self):
        """Reads everything, and lists all that is damaged: `damage`, what only reading finds, and last what is wrong with shared data."""
        found = list(self.damage)
        everything = [(f"data {key}", record) for key, (record, *_) in self.matrices.items()]
        everything += [(f"the state of training of {called(at)}", record) for at, record in self.states.items()]
        for what, record in everything + [(called(at), record) for at, record in self.records.items()]:
            try:
                self._check(what, record.start, record.data_len, record.data_crc)
                if record.kind == COMPRESSED:
                    self.weights((record.epoch, record.step))
            except Damaged as why:
                found.append(Damage(record.offset, record.start + record.data_len, f"{why}{self._which(record)}"))
        try:
            return sorted(found) + (self._holder().check() if self.shared else [])
        except (Damaged, OSError) as why:  # nowhere, or another file
            return sorted(found) + [Damage(0, 0, str(why))]

    def forward(self, at, inputs, base=None):
        """What the recorded network makes of inputs, samples in rows, in numpy's arithmetic: the crate's but for rounding."""
        if self.network is None:
            raise LookupError("the recording describes no built-in network")
        if self.left_out and base is None:
            raise LookupError(f"{list(self.left_out)} were left out when it was recorded: give a base")
        arrays, values = self.weights(at, base), np.asarray(inputs, np.float32)
        tensors = [(key, tensor) for key, (_, _, tensor) in self.tensors.items()]
        tensors += [(key, left_out.tensor) for key, left_out in self.left_out.items()]
        for layer in self.network.layers:
            own = {tensor.name: arrays[key] for key, tensor in tensors if tensor.layer == layer.name}
            values = apply(layer, own, values)
        return values

    def bytes(self, at, length):  # fewer where the file ends, or was cut
        self.file.seek(at)
        return self.file.read(max(0, min(length, self.length - at)))

    def _preamble(self, block):
        if len(block) < 64 and b"\x89TRPL\r\n\x1a".startswith(block[:8]):
            raise ValueError(f"{self.path} was never started")
        if block[:8] != b"\x89TRPL\r\n\x1a":
            raise ValueError(f"{self.path} is no recording")
        if struct.pack("<I", zlib.crc32(block[:60])) != block[60:]:
            raise Damaged(f"{self.path}: the preamble is damaged")
        self.version, self.salt = struct.unpack_from("<2H", block, 8), block[16:24]
        if self.version[0] != 1:
            raise ValueError(f"{self.path} is of format {self.version[0]}, and this reads format 1")

    def _scan(self):
        at, expected, held, next_ones = 64, 0, [], []  # a record behind the states that belong to it, until another one comes
        while step := self._next(at, expected):
            at, expected = step[0].end, step[0].sequence + 1
            next_ones.append(step)
            if step[0].kind != STATE:
                for step in held:
                    self._take(step)
                held, next_ones = next_ones, []
        if next_ones:
            at = next_ones[0][1]  # states whose snapshot never came
        last = held[-1][0] if held else None
        if last and (self._meta(last, None) is None or not self._agrees(last.start, last.data_len, last.data_crc)):
            at = held[0][1]  # it may never have been completed: with what was passed over before it, the torn tail
        else:
            for step in held:
                self._take(step)
        self.torn_bytes, self.damage = self.length - at, sorted(self.damage)
        if self.tensors is None or not self.records and any(a < b for a, b in zip(self.data_records, self.promised)):
            raise ValueError(f"{self.path} was never started")

    def _next(self, at, expected):  # the next record, and where what was passed over to reach it begins
        found = (self._header(place, expected) for place in chain([at], self._places(at + 64)))
        return next(((record, at) for record in found if record), None)

    def _places(self, at):  # the multiples of 64 that begin as a record does
        for at in range(at, self.length, CHUNK):
            chunk, found = self.bytes(at, CHUNK), -64
            while (found := chunk.find(b"TREC", up(found + 1))) >= 0:
                if found % 64 == 0:
                    yield at + found

    def _header(self, at, expected):
        block = self.bytes(at, 64)
        if len(block) < 64 or block[:4] != b"TREC" or block[8:16] != self.salt:
            return None
        if struct.pack("<I", zlib.crc32(block[:60])) != block[60:]:
            return None
        fields = struct.unpack_from("<4xH10x4Q3I", block)
        start = up(at + 64 + fields[2])
        record = Record(*fields, at, start, up(start + fields[3]))
        within = record.meta_len <= 1 << 24 and record.data_len <= 1 << 40 and record.end <= self.length
        return record if within and expected <= record.sequence < 1 << 63 else None

    def _take(self, step):
        record, passed = step
        meta = self._meta(record, None)
        if passed < record.offset:
            self.damage.append(Damage(passed, record.offset, f"{record.offset - passed} bytes that are no record"))
        if self.tensors is None:
            return self._model(record, meta)
        if record.kind not in (DATA, NAMED_DATA, EPOCH, COMPRESSED, NOTES, MODEL, END) and record.kind < SKIPPABLE:
            raise ValueError(f"{self.path} is of a newer format: it has a record of kind {record.kind}")
        take = {DATA: self._data, NAMED_DATA: self._data, EPOCH: self._snapshot, COMPRESSED: self._snapshot,
                NOTES: self._notes, MODEL: self._second, STATE: self._state}
        try:
            take.get(record.kind, lambda *_: None)(record, meta)
        except ValueError as why:
            self.damage.append(Damage(record.offset, record.end, str(why)))
        self.finished = self.finished or record.kind == END

    def _model(self, record, meta):
        if record.kind != MODEL or meta is None:
            raise Damaged(f"{self.path}: the description of the recording is damaged")
        try:
            self._described(Meta(meta))
        except ValueError as why:
            raise Damaged(f"{self.path}: the description of the recording is damaged: {why}") from None

    def _described(self, meta):
        tensors, data_records, loss = meta.many(meta.tensor), meta.u64(), meta.option(meta.u8)
        self.description = meta.option(lambda: (meta.string(), meta.bytes(meta.u64())))
        texts = meta.notes()
        self.probe = meta.option(meta.rows) if meta.more() else None
        sets = meta.many(lambda: (meta.string(), meta.many(meta.string), meta.many(meta.string))) if meta.more() else []
        orientations = meta.bytes(meta.u64()) if meta.more() else b""
        own_loss = meta.option(meta.string) if meta.more() else None
        parent = lambda: Parent(meta.option(meta.string), *(meta.number(form) for form in "QQII"))
        self.parent = meta.option(parent) if meta.more() else None
        self._note(texts, meta)
        self.shared = meta.option(meta.shared) if meta.more() else None
        if self.shared and (data_records or sets):
            raise ValueError("its data lie in two files")
        left_out = meta.many(lambda: (meta.u64(), meta.tensor(), meta.u8(), meta.number("I"))) if meta.more() else []
        if len(tensors) > 1 << 16 or any(tensor.order != "C" for tensor in tensors):
            raise ValueError("its parameters are more than 65536, or not row-major")
        if len(orientations) not in (0, len(tensors)):
            raise ValueError(f"it has {len(orientations)} orientations for {len(tensors)} parameters")
        self.loss = Loss(None, own_loss) if own_loss is not None else None
        if loss is not None:
            self.loss = Loss(loss, LOSSES[loss] if loss < len(LOSSES) else own_loss)
        self._layout(tensors, [tensor for _, tensor, *_ in left_out])
        self._leave_out(left_out)
        told = [*(orientations or bytes(len(tensors))), *(orientation for _, _, orientation, _ in left_out)]
        self.orientations = {key: ORIENTATIONS.get(number) for key, number in zip([*self.tensors, *self.left_out], told)}
        self.sets = dict(self.shared.sets) if self.shared else {name: names for name, *names in sets}
        sets = self.sets or ({"training": ([], [])} if data_records else {})
        classes, features = sets.get("training", ([], []))  # which other data sets have, too
        self.data_sets = {name: DataSet(own[0] or classes, own[1] or features, None) for name, own in sets.items()}
        self.promised = data_records, 0 if self.shared else 2 * len(sets.keys() - {"training"})
        for name in sets if self.shared else []:
            count = self.shared.matrices[f"{name}/targets"][2]
            self.data_sets[name] = self.data_sets[name]._replace(class_count=count)

    def _layout(self, tensors, others):  # where each array lies in the data of an epoch, and how long these are
        self.tensors, self.data_len = placed(tensors, others)

    def _leave_out(self, left_out):  # parameters of the model that are not recorded
        places, count = [place for place, *_ in left_out], len(left_out) + len(self.tensors)
        tensors = [tensor for _, tensor, *_ in left_out]
        if places != sorted(set(places)) or places[-1:] >= [count] or count > 1 << 16 and left_out:
            raise ValueError("the parameters that are left out have no places among all")
        if any(tensor.order != "C" or size(tensor) > 1 << 40 for tensor in tensors):
            raise ValueError("a parameter that is left out is not row-major, or too large")
        keys = keys_of(tensors, [tensor for _, _, tensor in self.tensors.values()])
        self.left_out = {key: LeftOut(place, tensor, crc) for key, (place, tensor, _, crc) in zip(keys, left_out)}

    def _second(self, record, meta):
        raise ValueError("a second description of the recording")

    def _note(self, texts, meta):
        notes = meta.values(texts) if meta.more() else texts
        self.note_texts += texts
        self.all_notes += notes
        self.notes.update(notes)

    def _notes(self, record, meta):
        if meta is None:
            raise ValueError("notes")
        meta = Meta(meta)
        self._note(meta.notes(), meta)

    def _data(self, record, meta):
        if meta is None:
            raise ValueError("a matrix of a data set")
        meta = Meta(meta)
        tensor = meta.tensor()
        name = "training" if record.kind == DATA else tensor.layer
        self.data_records[record.kind == NAMED_DATA] += 1
        key = f"{name}/{tensor.name}"
        if tensor.name in ("inputs", "targets") and key not in self.matrices:
            count = meta.u64() if tensor.dtype == np.uint32 and meta.more() else None
            self.matrices[key] = record, tensor, count
            if tensor.name == "targets" and name in self.data_sets:
                self.data_sets[name] = self.data_sets[name]._replace(class_count=count)

    def _state(self, record, meta):  # of the snapshot that comes next
        self.left = (record.epoch, record.step), record
        if meta is None:
            raise ValueError(f"the state of training of {called(self.left[0])}")

    def _snapshot(self, record, meta):
        at = record.epoch, record.step
        if record.kind == EPOCH and record.data_len != self.data_len:
            raise ValueError(f"the weights of {called(at)}: not as many as the model has")
        if self.records and in_time(at) <= in_time(next(reversed(self.records))):
            raise ValueError(f"{called(at)}, behind a later one")
        self.records[at], self.finished = record, False
        if self.left[0] == at:
            self.states[at] = self.left[1]
        self.left = None, None
        try:
            if meta is None:
                raise ValueError("their checksum does not agree")
            self._log(at, Meta(meta).metrics())
        except ValueError as why:
            self.lost[at] = str(why)
            raise ValueError(f"the metrics of {called(at)}: {why}") from None

    def _log(self, at, metrics):
        curves = self.curves[at[1] > 0]
        if len(curves.keys() | metrics.keys()) > 4096:
            raise ValueError("they are beyond 4096 of different names")
        for name, value in metrics.items():
            columns = curves.setdefault(name, (array("Q"), array("L"), array("d")))
            for column, entry in zip(columns, (*at, value)):
                column.append(entry)

    def _record(self, at):
        at = moment(at)
        if at in self.records:
            return self.records[at]
        before = max((r.offset for key, r in self.records.items() if in_time(key) < in_time(at)), default=0)
        behind = min((r.offset for key, r in self.records.items() if in_time(key) > in_time(at)), default=self.length)
        if any(before < damage.start < behind for damage in self.damage):
            raise Damaged(f"{called(at)}: the record that lies in its place cannot be read")
        raise LookupError(f"{called(at)} was not recorded; see `epochs` and `steps`")

    def _meta(self, record, *otherwise):
        meta = self.bytes(record.offset + 64, record.meta_len)
        if zlib.crc32(meta) == record.meta_crc:
            return meta
        if otherwise:
            return otherwise[0]
        raise Damaged(f"what lies beside the weights of {called((record.epoch, record.step))}: its checksum does not agree")

    def _checksums(self, record):  # of each array; None where they are not there, or damaged
        try:
            meta = Meta(self._meta(record))
            meta.metrics()
            if meta.more():
                meta.option(lambda: (meta.u8(), meta.u64(), meta.bytes(4 * meta.u64())))
            sums = meta.bytes(4 * meta.u64()) if meta.more() else b""
            return struct.unpack(f"<{len(self.tensors)}I", sums) if len(sums) == 4 * len(self.tensors) else None
        except ValueError:
            return None

    def _table(self, record):  # the records that a compressed epoch may refer to, and how each of its arrays is stored
        meta = Meta(self._meta(record))
        meta.metrics()
        meta.option(lambda: (meta.u8(), meta.u64(), meta.bytes(4 * meta.u64())))
        references = meta.many(lambda: struct.unpack("<3Q", meta.bytes(24)))
        arrays = meta.many(lambda: struct.unpack("<2B2xI2Q", meta.bytes(24)))
        if len(arrays) != len(self.tensors):
            raise ValueError(f"it has {len(arrays)} arrays and not {len(self.tensors)}")
        return references, arrays

    def _expanded(self, at, index, tensor):  # an array of a compressed epoch
        try:
            values = self._bits(self.records[at], index, tensor, 8)
        except ValueError as why:
            raise Damaged(f"{called(at)} is damaged: {why}") from None
        if tensor.dtype == bool and values.max(initial=0) > 1:
            raise Damaged(f"{called(at)} is damaged: a truth value is neither 0 nor 1")
        return values.view(tensor.dtype).reshape(tensor.shape)

    def _bits(self, record, index, tensor, most):  # as integers, out of at most so many records
        references, arrays = self._table(record)
        way, reference, crc, place, length = arrays[index]
        if way > 3 or place + length > record.data_len or most == 0 or way >= 2 and reference >= len(references):
            raise ValueError("an array is stored in a way that is not known")
        word, before = np.dtype(f"<u{tensor.dtype.itemsize}"), None
        if way >= 2:
            sequence, *of = references[reference]
            other = self.records.get(tuple(of))
            if other is None or (other.sequence, other.kind) != (sequence, COMPRESSED) or sequence >= record.sequence:
                raise ValueError(f"it refers to {called(of)}, whose record cannot be found")
            before = self._bits(other, index, tensor, most - 1)
        data, count = self.bytes(record.start + place, length), math.prod(tensor.shape)
        values = {0: lambda: np.frombuffer(data, word), 3: lambda: before}.get(way, lambda: expanded(data, word, count, before))()
        if len(values) != count or zlib.crc32(values) != crc:
            raise ValueError(f"its {name_of(tensor)} is not what was recorded")
        return values

    def _agrees(self, start, length, crc):
        found = 0
        for at in range(start, start + length, CHUNK):
            found = zlib.crc32(self.bytes(at, min(CHUNK, start + length - at)), found)
        return found == crc

    def _check(self, what, start, length, crc):
        if not self._agrees(start, length, crc):
            raise Damaged(f"{what} is damaged: its checksum does not agree")

    def _which(self, record):  # of the arrays of a damaged epoch
        sums = self._checksums(record) if record.kind == EPOCH else None
        places = zip(self.tensors.items(), sums or ())
        named = [str(key) for (key, (_, place, tensor)), crc in places
                 if not self._agrees(record.start + place, size(tensor), crc)]
        return f" ({', '.join(named)})" if named else ""

    def _array(self, tensor, start):
        values = self.map[start:start + size(tensor)]
        if tensor.dtype == bool and values.max(initial=0) > 1:
            raise Damaged(f"{name_of(tensor)}: a truth value of it is neither 0 nor 1")
        return values.view(tensor.dtype).reshape(tensor.shape, order=tensor.order)

    def _matrix(self, key):
        if self.shared:
            return self._holder()._matrix(key)
        record, tensor, count = self.matrices[key]
        labels = tensor.dtype == np.uint32 and key.endswith("/targets")
        if size(tensor) != record.data_len or not (labels or tensor.dtype == np.float32 and len(tensor.shape) == 2):
            raise Damaged(f"data {key}: {tensor.dtype} of shape {tensor.shape} in {record.data_len} bytes are no matrix")
        self._check(f"data {key}", record.start, record.data_len, record.data_crc)
        values = self._array(tensor, record.start)
        if count is not None and values.max(initial=0) >= max(count, 1):
            raise Damaged(f"data {key}: a label of it is beyond its {count} classes")
        return values


def placed(tensors, others=()):
    """By name the index, place and descriptor of each array in the data of a record, and how long these are."""
    end, places = 0, {}
    for index, (key, tensor) in enumerate(zip(keys_of(tensors, others), tensors)):
        places[key] = index, up(end), tensor
        end = up(end) + size(tensor)
    if end > 1 << 40:
        raise ValueError("its parameters are beyond the limits of the format")
    return places, end


def keys_of(tensors, others=()):
    """What each of them is called beside others: `layer/name`, or both of them where two would be called the same."""
    if len({tensor[:2] for tensor in [*tensors, *others]}) < len(tensors) + len(others):
        raise ValueError("it lists a parameter twice")
    counts = Counter(name_of(tensor) for tensor in [*tensors, *others])
    return [tensor[:2] if counts[name_of(tensor)] > 1 else name_of(tensor) for tensor in tensors]


def name_of(tensor): return "/".join(filter(None, tensor[:2]))


def decoded(kind, data):
    """The layers of a built-in network in forward order; None for what others described."""
    if kind not in ("training_replay::Sequential/1", "training_replay::Sequential/2"):
        return None
    meta = Meta(data)
    inputs, layers = meta.u64(), meta.many(lambda: layer(meta.number("H"), meta.string(), Meta(meta.bytes(meta.u64()))))
    if meta.more():
        raise ValueError("there is more than the description of its network")
    return Network(inputs, layers, kind.endswith("/2"))


def layer(kind, name, of):
    def choice(): return of.number("H"), of.number("f")
    settings = {
        1: lambda: {"units": of.u64(), "activation": choice(), "kernel": choice(), "bias": of.option(choice)},
        2: lambda: {"activation": choice()},
        3: lambda: {"rate": of.number("f")},
        4: lambda: {"momentum": of.number("f"), "epsilon": of.number("f"), "unbiased": of.more() and of.u8() == 1},
        5: lambda: {"epsilon": of.number("f")},
    }
    if kind not in settings:
        raise ValueError(f"layer {name} is of kind {kind}, which is not known")
    return Layer(("dense", "activation", "dropout", "batch normalization", "layer normalization")[kind - 1], name, settings[kind]())


def apply(layer, own, values):
    """What a layer makes of values, samples in rows, with its own arrays."""
    if layer.kind == "dense":
        values = values @ own["kernel"] + own.get("bias", np.float32(0))
    if layer.kind == "batch normalization":
        scaled = (values - own["moving_mean"]) / np.sqrt(own["moving_variance"] + np.float32(layer.settings["epsilon"]))
        return own["gamma"] * scaled + own["beta"]
    if layer.kind == "layer normalization":
        deviation = np.sqrt(values.var(1, keepdims=True) + np.float32(layer.settings["epsilon"]))
        return own["gamma"] * (values - values.mean(1, keepdims=True)) / deviation + own["beta"]
    return activate(*layer.settings["activation"], values) if "activation" in layer.settings else values


def activate(number, c, z):
    c, one = np.float32(c), np.float32(1)
    def elu(c): return np.where(z > 0, z, c * np.expm1(np.minimum(z, 0)))
    functions = (
        lambda: z, lambda: one / (one + np.exp(-z)), lambda: np.clip(np.float32(0.2) * z + np.float32(0.5), 0, 1),
        lambda: np.tanh(z), lambda: np.maximum(z, 0), lambda: np.where(z > 0, z, c * z), lambda: elu(c),
        lambda: np.float32(1.0507009873554805) * elu(np.float32(1.6732632423543772)), lambda: np.logaddexp(np.float32(0), z),
        lambda: z / (one + abs(z)), lambda: softmax(z), lambda: np.clip(z / np.float32(6) + np.float32(0.5), 0, 1),
    )
    if number >= len(functions):
        raise ValueError(f"activation {number} is not known")
    with np.errstate(over="ignore"):
        return functions[number]()


def softmax(z):
    exp = np.exp(z - z.max(1, keepdims=True))
    return exp / exp.sum(1, keepdims=True)


if __name__ == "__main__":
    with Recording(sys.argv[1]) as run:
        print("trained with", run.loss and (run.loss.name or f"a loss of number {run.loss.id}"), "- notes:", dict(run.note_texts))
        for key, (_, _, tensor) in run.tensors.items():
            print("parameter", key, tensor.dtype.name if tensor.dtype != BF16 else "bf16", tensor.shape, run.orientations[key] or "")
        for key, (_, tensor, checksum) in run.left_out.items():
            print("left out", key, tensor.dtype.name if tensor.dtype != BF16 else "bf16", tensor.shape, f"{checksum:08x}")
        print("data", {name: (set, run.matrices.get(f"{name}/inputs", (0, None))[1]) for name, set in run.data_sets.items()})
        for at in run.records:
            print(called(at), "damaged" if at in run.lost else run.metrics(at))
        for damage in run.damage:
            print(f"damaged, bytes {damage.start} to {damage.end}: {damage.what}")
        print("finished" if run.finished else "not finished", f"- {run.torn_bytes} bytes were being written" if run.torn_bytes else "")
