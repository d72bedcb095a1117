"""Measures this crate and its peers by turns, and prints a table of how many times longer each peer takes.

    compare.py SERVER FOLDER [--deepreplay PYTHON] [--only NAME]... [--rounds N] [--list]

SERVER is the program that is built from `src`, FOLDER is for files. `run` beside this file calls it with all that.
Every contender has one thread. Before anything is measured, each peer's results are compared with this crate's.
"""

import argparse
import os
import subprocess
import sys
import time

for variable in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "RAYON"):
    os.environ[f"{variable}_NUM_THREADS"] = "1"

from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Callable, Optional

import numpy as np

import peers

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "examples" / "python"))
from read_replay import Recording

CLOSE = 1e-5  # results that differ by more are not the same
DEEPREPLAY = {"deepreplay": "deepreplay_server.py", "frames": "deepreplay_frames.py"}
PACKAGES = ("numpy", "onnxruntime", "torch", "h5py", "safetensors")


# The jobs and their peers: `targets` are the ratios to be reached, None where any will do


@dataclass
class Peer:
    """`make` gives what `measure` takes, see there; None if the job is done by a server, under the name `remote`."""

    name: str
    target: Optional[float] = None
    make: Optional[Callable] = None
    remote: str = ""
    server: str = "ours"


@dataclass
class Job:
    """`times` is how often it is run for one measurement, by a slow peer so many times `fewer`; `warm` is how many
    rounds go before those that count. `ways` are names and texts of other ways in which this crate does the same, each
    measured in the same rounds.
    """

    name: str
    what: str
    kind: str
    peers: list
    times: int = 1
    rounds: Optional[int] = None
    warm: int = 1
    fewer: int = 1
    unit: str = "s"
    activations: tuple = ()
    course: dict = field(default_factory=dict)
    values: int = 0
    ways: dict = field(default_factory=dict)

    def ours(self):
        """What this crate is asked to do, and how the table calls it."""
        return {self.name: self.what, **self.ways}


def grid_job(activation):
    return Job(
        f"grid_{activation}",
        f"1,000,000 points through 2-2-1, {activation}",
        "forward",
        [
            Peer("onnxruntime, best", 3.5, peers.onnx_best),
            Peer("numpy, whole array", None, peers.numpy_plain),
            Peer("numpy, best", 3, peers.numpy_best),
            Peer("torch, whole", 8, peers.torch_plain),
            Peer("torch, best", None, peers.torch_best),
            Peer("nalgebra, naive", 12, remote=f"naive_grid_{activation}"),
            Peer("candle", None, remote=f"candle_grid_{activation}"),
        ],
        activations=(activation, "sigmoid"),
    )


def frames_job(name, what, remotes, target=None, **options):
    """Beside deepreplay with as few points as this crate takes, and as it comes."""
    of = {"_coarse": "100 x 100", "": "1000 x 1000"}
    found = [
        Peer(f"deepreplay, {of[points]}{label}", target, remote=remote + points, server="frames")
        for points in of
        for remote, label in remotes.items()
    ]
    return Job(name, what, "frames", found, **options)


def deepreplay_job(name, what, target, remote="", **options):
    peer = Peer("deepreplay", target, remote=remote or name, server="deepreplay")
    return Job(name, what, "remote", [peer], **{"rounds": 5, **options})


ONCE = {"rounds": 1, "warm": 0}

JOBS = [
    *map(grid_job, ("sigmoid", "tanh", "relu")),
    Job(
        "deep",
        "1,000,000 samples through 10-100-100-100-100-100-1, tanh",
        "forward",
        [Peer("onnxruntime, best", 1.0, peers.onnx_best)],
        rounds=7,
        activations=("tanh",) * 5 + ("sigmoid",),
    ),
    Job(
        "epoch",
        "an epoch of 2,000 samples, 2-2-1, batches of 16",
        "training",
        [
            Peer("torch", 500, peers.TorchTrainer),
            Peer("numpy, by hand", None, peers.NumpyTrainer),
            Peer("candle", 100, remote="candle_epoch"),
        ],
        times=50,
        fewer=50,
        activations=("sigmoid", "sigmoid"),
        course={"batch_size": 16, "learning_rate": 0.05},
    ),
    Job(
        "wide",
        "an epoch of 1,280 samples, 784-512-256-10, batches of 64",
        "training",
        [
            Peer("torch", 1.1, peers.TorchTrainer),
            Peer("numpy, by hand", None, peers.NumpyTrainer),
            Peer("candle", None, remote="candle_wide"),
        ],
        activations=("relu", "relu", "softmax"),
        course={"batch_size": 64, "learning_rate": 0.01},
    ),
    Job(
        "record_1k",
        "record 1,000 parameters",
        "recording",
        [
            Peer("h5py", 15, peers.H5pyRecorder),
            Peer("torch.save", None, peers.torch_recorder),
            Peer("numpy.savez", None, peers.numpy_recorder),
            Peer("safetensors", None, peers.safetensors_recorder),
        ],
        times=100,
        values=1_000,
    ),
    Job(
        "record_10M",
        "record 10,000,000 parameters",
        "recording",
        [
            Peer("h5py", 4, peers.H5pyRecorder),
            Peer("torch.save", 2, peers.torch_recorder),
            Peer("numpy.savez", 2, peers.numpy_recorder),
            Peer("safetensors", None, peers.safetensors_recorder),
        ],
        values=10_000_000,
    ),
    deepreplay_job("feature_space", "151 feature spaces of 1000 x 1000 points, in patches", 50, **ONCE),
    deepreplay_job("feature_space_whole", "the same, each of them whole in memory", None, "feature_space", **ONCE),
    deepreplay_job("feature_space_peak", "the same, peak memory of the process", 50, **ONCE, unit="B"),
    deepreplay_job("probabilities", "probabilities of 151 epochs", 20, times=10, fewer=10),
    deepreplay_job("losses", "losses of 151 epochs", 20, times=10, fewer=10),
    deepreplay_job("gradients", "gradients of 151 epochs", 20, times=10, fewer=10),
    deepreplay_job("record", "record an epoch of 2-2-1 in the loop", 500, times=500),
    frames_job(
        "frames",
        "a frame of 1440 x 720, of 16",
        {"drawn": ", drawn", "gif": ", drawn into a GIF"},
        10,
        rounds=5,
        warm=0,
        ways={
            "frames_cores": "the same, ours on all cores",
            "frames_all": "the same, ours of 151",
            "frames_all_cores": "the same, ours of 151 on all cores",
        },
    ),
    frames_job("frames_before", "what goes before the frames, once for 151 epochs", {"before": ""}, **ONCE),
]


# Programs that take orders


class Server:
    """A program that answers a line by a line; it is started, and let get ready, when it is first needed."""

    def __init__(self, *command):
        self.command, self.process = command, None

    def start(self):
        if not self.process:
            pipe = subprocess.PIPE
            self.process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe, text=True)
            self.about = self.ask("about")

    def ask(self, request):
        self.start()
        print(request, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            raise RuntimeError(f"{request}: {answer or 'no answer'}")
        return answer

    def measure(self, name, times):
        """Nanoseconds, or bytes."""
        return float(self.ask(f"measure {name} {times}"))

    def close(self):
        """Once or more."""
        if self.process:
            self.process.stdin.close()
            self.process.wait()


# What the peers start from, and what they must arrive at


class Cases:
    """Cases from what our server records of its jobs; `examples/python/read_replay.py` reads it."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder

    def export(self, name):
        path = self.folder / f"{name}.replay"
        self.server.ask(f"export {name} {path}")
        copied = lambda arrays: {key: np.array(values, order="C") for key, values in arrays.items()}
        with Recording(path) as recording:
            data = {key.removeprefix("training/"): values for key, values in copied(recording.data).items()}
            epochs = {epoch: (recording.metrics(epoch), copied(recording.weights(epoch))) for epoch in recording.epochs}
        path.unlink()
        return data, epochs

    def of(self, job):
        if job.kind == "frames":
            return self.frames("frames")
        if job.kind == "recording":
            return peers.Recording(np.full(job.values, 0.5, np.float32), self.folder)
        if job.kind == "remote":
            return None
        data, epochs = self.export(job.name)
        arrays = [np.ascontiguousarray(values) for values in epochs[0][1].values()]
        layers = list(zip(arrays[::2], arrays[1::2], job.activations))
        if job.kind == "forward":
            return peers.Forward(layers, data["inputs"], data["targets"])
        metrics, weights = epochs[1]
        return peers.Training(layers, **data, **job.course, weights=list(weights.values()), metrics=metrics)

    def frames(self, name):
        """The file of our frames, beside what `deepreplay_frames.py` draws the same from."""
        data, epochs = self.export(name)
        metrics, weights = zip(*epochs.values())
        data["epochs"] = [epoch for epoch, at in enumerate(metrics) if "frame" in at]
        data.update({key: [at[key] for at in metrics] for key in ("loss", "accuracy")})
        data.update({key: [at[key] for at in weights] for key in weights[0]})
        np.savez(self.folder / "frames.npz", **data)
        self.server.measure(name, 1)
        return self.folder / "frames.gif"


def check_remote(job, peer, case, cases):
    """What a job of our own server that stands for a peer computes."""
    if job.kind not in ("forward", "training") or peer.server != "ours":
        return
    data, epochs = cases.export(peer.remote)
    if job.kind == "forward":
        expect_close(job, peer, case.outputs, data["targets"])
    else:
        metrics, weights = epochs[1]
        check_trained(job, peer, case, (metrics["loss"], metrics["accuracy"]), weights.values())


def check(job, peer, case, contender):
    if job.kind == "forward":
        expect_close(job, peer, case.outputs, contender())
    elif job.kind == "training":
        fresh = peer.make(case)
        check_trained(job, peer, case, fresh.epoch(shuffle=False), fresh.weights())


def check_recorded(job, peer, case, recorder, cases):
    """That what was to be recorded can be read back, ours too."""
    recorder.prepare()
    recorder.record(0)
    expect_close(job, peer, case.values, recorder.read(0))
    cases.server.measure(job.name, 1)
    with Recording(cases.folder / f"{job.name}.replay") as recording:
        expect_close(job, Peer("ours"), case.values, recording.parameter(1, "layer/kernel"))


def check_trained(job, peer, case, metrics, weights):
    expect_close(job, peer, (case.metrics["loss"], case.metrics["accuracy"]), metrics)
    for expected, found in zip(case.weights, weights, strict=True):
        expect_close(job, peer, expected, found)


def expect_close(job, peer, expected, found):
    expected, found = np.asarray(expected), np.asarray(found)
    if expected.shape != found.shape:
        sys.exit(f"{job.name}: {peer.name} has {found.shape}, not {expected.shape}")
    off = np.abs(expected - found).max()
    if not off <= CLOSE:
        sys.exit(f"{job.name}: {peer.name} is off by {off}")


# Measuring


def timed(run, times=1):
    """Nanoseconds of a call, the mean of so many."""
    start = time.perf_counter_ns()
    for i in range(times):
        run(i)
    return (time.perf_counter_ns() - start) / times


def measurement(job, peer, case, cases, servers):
    """What measures the peer once, having been checked, and how it is called in the table."""
    if job.kind == "frames":
        servers[peer.server].ask(f"check {peer.remote} {case}")
        return peer.name, lambda: servers[peer.server].measure(peer.remote, job.times)
    if peer.remote:
        check_remote(job, peer, case, cases)
        times = max(1, job.times // job.fewer)
        return peer.name, lambda: servers[peer.server].measure(peer.remote, times)
    made = peer.make(case)
    if job.kind == "recording":
        check_recorded(job, peer, case, made, cases)
        return peer.name, lambda: made.prepare() or timed(made.record, job.times)
    if job.kind == "training":
        check(job, peer, case, made)
        return peer.name, lambda: timed(lambda _: made.epoch(), max(1, job.times // job.fewer))
    label, run = fastest(job, peer, case, made)
    return f"{peer.name} ({label})" if len(made) > 1 else peer.name, lambda: timed(lambda _: run())


def fastest(job, peer, case, contenders):
    """The best of several ways, after each was checked."""
    found = {}
    for label, run in contenders.items():
        check(job, peer, case, run)
        found[label] = min(timed(lambda _: run()) for _ in range(3))
    label = min(found, key=found.get)
    return label, contenders[label]


def compare(job, rounds, cases, servers):
    """Rows of the table: our values and the peer's, round by round."""
    available = [peer for peer in job.peers if servers[peer.server] and not is_missing(peer, cases)]
    for peer in available:
        servers[peer.server].start()
    case = cases.of(job) if available else None
    measured = {}
    for peer in available:
        label, measure = measurement(job, peer, case, cases, servers)
        measured[peer.name] = (label, measure, [])
    ours = {name: [] for name in job.ours()}
    for i in range(-job.warm, min(rounds, job.rounds or rounds)):
        before = [servers["ours"].measure(name, job.times) for name in ours]
        values = [measure() for _, measure, _ in measured.values()]
        after = [servers["ours"].measure(name, job.times) for name in ours]
        if i >= 0:  # those before are to warm up
            for own, first, last in zip(ours.values(), before, after):
                own.append((first + last) / 2)
            for (_, _, theirs), value in zip(measured.values(), values):
                theirs.append(value)
    for name, what in job.ours().items():
        for peer in job.peers:
            label, _, theirs = measured.get(peer.name, (peer.name, None, []))
            yield job, what, peer, label, ours[name], theirs


def is_missing(peer, cases):
    """Whether our server was built without candle."""
    if not peer.remote.startswith("candle"):
        return False
    try:
        cases.server.ask(f"measure {peer.remote} 0")
    except RuntimeError:
        return True
    return False


# The table


def spread(values, form):
    """The median, and where eight of ten lie."""
    low, middle, high = np.percentile(values, (10, 50, 90))
    number, unit = form(middle)
    return f"{number(middle)}{unit}" + (f" [{number(low)}, {number(high)}]" if len(values) > 1 else "")


def quantity(unit):
    """How nanoseconds or bytes are written: in the unit that suits the median."""
    steps = [(1e9, " s"), (1e6, " ms"), (1e3, " µs")] if unit == "s" else [(1e9, " GB"), (1e6, " MB")]

    def form(middle):
        size, name = next((step for step in steps if middle >= step[0]), steps[-1])
        return lambda value: ratio(value / size), name

    return form


def ratio(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def row(job, what, peer, label, ours, theirs):
    if not theirs:
        return f"| {what} | {label} | skipped: not there | | | {goal(peer)} | |"
    ratios = np.divide(theirs, ours)
    form = quantity(job.unit)
    met = "" if peer.target is None else "yes" if np.median(ratios) >= peer.target else "**no**"
    columns = spread(theirs, form), spread(ours, form), spread(ratios, lambda _: (ratio, ""))
    cells = (what, label, *columns, goal(peer), met)
    return f"| {' | '.join(cells)} |"


def goal(peer):
    return "" if peer.target is None else f"{peer.target:g}"


def heading():
    return "| job | peer | peer's | ours | ratio | target | met |\n|---|---|---|---|---|---|---|"


def machine():
    """The machine and the versions, in lines."""
    fields = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    fields = {key.strip(): value.strip() for key, value in fields.items()}
    flags = fields.get("flags", "").split()
    vectors = [name for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512")) if flag in flags]
    yield f"- {fields.get('model name', 'unknown')}, {os.cpu_count()} cores, {' and '.join(vectors) or 'no AVX2'}"
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.split()[:2]
    versions = [" ".join(rust), f"Python {python_version()}"]
    versions += [f"{package} {metadata.version(package)}" for package in PACKAGES]
    yield "- " + ", ".join(versions + candle_version())


def candle_version():
    lock = HERE / "Cargo.lock"
    lines = lock.read_text().splitlines() if lock.exists() else []
    after = [lines[i + 1] for i, line in enumerate(lines) if line == 'name = "candle-core"']
    return ["candle " + line.split('"')[1] for line in after]


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("server")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--deepreplay", metavar="PYTHON", help="an interpreter that has deepreplay")
    parser.add_argument("--only", metavar="NAME", action="append", help="only jobs whose names begin so")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--list", action="store_true", help="print the names of the jobs")
    return parser.parse_args()


def chosen(only):
    jobs = [job for job in JOBS if not only or any(job.name.startswith(name) for name in only)]
    return jobs or sys.exit(f"no job's name begins with any of {only}")


def close_unneeded(servers, jobs):
    """Some take gigabytes, which others need."""
    needed = {"ours", *(peer.server for job in jobs for peer in job.peers)}
    for name in servers.keys() - needed:
        if servers[name]:
            servers[name].close()


def main():
    given = options()
    jobs = chosen(given.only)
    if given.list:
        print(*(job.name for job in jobs), sep="\n")
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    servers = {"ours": Server(given.server, str(given.folder)), **dict.fromkeys(DEEPREPLAY)}
    if given.deepreplay:
        for name, script in DEEPREPLAY.items():
            servers[name] = Server(given.deepreplay, str(HERE / script), str(given.folder))
    cases = Cases(servers["ours"], given.folder)
    print(heading())
    for i, job in enumerate(jobs):
        for line in compare(job, given.rounds, cases, servers):
            print(row(*line), flush=True)
        close_unneeded(servers, jobs[i + 1 :])
    print(*["", *machine()], sep="\n")
    for name in DEEPREPLAY:
        if servers[name] and servers[name].process:
            print(f"- deepreplay {servers[name].about}")
    for server in filter(None, servers.values()):
        server.close()


if __name__ == "__main__":
    main()
