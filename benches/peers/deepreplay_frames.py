"""deepreplay's frames, on Python 3.7 with Keras 2.2.4 and matplotlib: its own plots, six on a figure, drawn by its own
`compose_plots` and `compose_animations`. One line in, one line out, as `src/main.rs`:

    measure NAME TIMES   nanoseconds for a frame, the mean of so many runs
    check NAME GIF       "done" when these frames, and those in that file, are of the same epochs of the same run
    about                the versions, for people

NAME is `drawn`, `gif` or `before`, which is what deepreplay computes beforehand; or one of them with `_coarse`, for as
many points as this crate takes. The argument is a folder for files, in which `frames.npz` has this crate's run, and which
epochs are drawn of it.
"""

import os
import sys
import time
import warnings
from pathlib import Path

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.filterwarnings("ignore")

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import PIL
import tensorflow as tf
from matplotlib.animation import PillowWriter
from PIL import Image

errors, sys.stderr = sys.stderr, open(os.devnull, "w")
from keras import backend as K  # says so

sys.stderr = errors
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
THREADS = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
K.set_session(tf.compat.v1.Session(config=THREADS))

from deepreplay.callbacks import ReplayData
from deepreplay.plot import (
    FeatureSpace,
    LossAndMetric,
    LossHistogram,
    ProbabilityHistogram,
    compose_animations,
    compose_plots,
)
from deepreplay.replay import Replay

GROUP = "frames"
SIZE = (1440, 720)
DPI = 100
POINTS = {"": 1000, "_coarse": 100}  # along each side of the contours; the first is deepreplay's default
CLOSE = 1e-5  # results that differ by more are not the same


class Run:
    """What our side recorded."""

    def __init__(self, folder):
        with np.load(str(folder / "frames.npz")) as file:
            self.inputs, self.targets, self.epochs = file["inputs"], file["targets"], file["epochs"].tolist()
            self.curves = {name: file[name] for name in ("loss", "accuracy")}
            self.weights = list(zip(*(file[name] for name in file.files if "/" in name)))

    def replay(self, folder):
        """The same as if deepreplay's callback had recorded it."""
        model = Sequential()
        model.add(Dense(2, input_dim=2, activation="sigmoid", name="hidden"))
        model.add(Dense(1, activation="sigmoid", name="output"))
        model.compile(loss="binary_crossentropy", optimizer=SGD(0.05), metrics=["acc"])
        path = folder / "frames.h5"
        if path.exists():
            path.unlink()
        ReplayData(self.inputs, self.targets, filename=str(path), group_name=GROUP, model=model).on_train_end()
        replay = Replay(str(path), GROUP, str(folder / (GROUP + "_init_model.h5")))
        replay.n_epochs, replay.weights = len(self.weights) - 1, [list(weights) for weights in self.weights]
        return replay


def figure():
    """One with room for six plots: itself, and the room."""
    made, rows = plt.subplots(2, 3, figsize=(SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI)
    return made, rows.ravel()


class Frames:
    """Five plots, on the six axes of one figure. What is animated has a figure of its own: matplotlib leaves it out when
    that figure is drawn afterwards.
    """

    def __init__(self, run, folder, points):
        self.run, self.path = run, folder / "deepreplay_frames.gif"
        self.replay = run.replay(folder)
        self.figure, (boundary, space, curves, negative, positive, losses) = figure()
        start = time.perf_counter()
        self.plots = [
            self.replay.build_decision_boundary(boundary, contour_points=points),
            self.replay.build_feature_space(space, "hidden", contour_points=points),
            self.replay.build_loss_and_metric(curves, "acc"),
            self.replay.build_probability_histogram(negative, positive),
            self.replay.build_loss_histogram(losses),
        ]
        self.before = time.perf_counter() - start
        self.animated = self.again()

    def again(self):
        """The same plots of the same data."""
        replay = self.replay
        _, (boundary, space, curves, negative, positive, losses) = figure()
        return [
            FeatureSpace(boundary).load_data(replay.decision_boundary[1]),
            FeatureSpace(space).load_data(replay.feature_space[1]),
            LossAndMetric(curves).load_data(replay.loss_and_metric[1]),
            ProbabilityHistogram(negative, positive).load_data(replay.probability_histogram[1]),
            LossHistogram(losses).load_data(replay.loss_histogram[1]),
        ]

    def draw(self, epoch):
        """To the pixels of Agg."""
        compose_plots(self.plots, epoch)
        self.figure.canvas.draw()

    def drawn(self):
        for epoch in self.run.epochs:
            self.draw(epoch)

    def gif(self):
        """Its animation of these epochs and no others, by the one writer that needs no other program."""
        animation = compose_animations(self.animated, 0, len(self.run.weights))
        animation.new_frame_seq = lambda: iter(self.run.epochs)
        animation.save(str(self.path), writer=PillowWriter(fps=10))

    def pixels(self):
        return np.asarray(self.figure.canvas.buffer_rgba())[:, :, :3].copy()


def measure(frames, what, times):
    if what == "before":
        return int(1e9 * frames.before)
    start = time.perf_counter()
    for _ in range(times):
        getattr(frames, what)()
    return int(1e9 * (time.perf_counter() - start) / times / len(frames.run.epochs))


# That both sides draw the same


def check(frames, what, gif, folder):
    check_run(frames)
    check_gif(gif, [np.asarray(Image.open(str(picture(folder, i)))) for i in range(len(frames.run.epochs))])
    if what == "before":
        return "done"
    drawn = []
    for epoch in frames.run.epochs:
        frames.draw(epoch)
        title = frames.figure._suptitle.get_text()
        expect(title == "Epoch {}".format(epoch), "epoch {} says {!r}".format(epoch, title))
        drawn.append(frames.pixels())
    expect(not any((a == b).all() for a, b in zip(drawn, drawn[1:])), "deepreplay draws the same again")
    if what == "gif":  # titles and axes of an animation are a little elsewhere than those of a plot
        frames.gif()
        found = read_gif(frames.path)
        expect(len(found) == len(drawn), "deepreplay wrote {} frames, not {}".format(len(found), len(drawn)))
    return "done"


def picture(folder, frame):
    """Our picture of the epoch, which was not made by way of an animation."""
    return folder / "frames.{}.png".format(frame)


def check_run(frames):
    """That the curves, which are of every sample and every epoch, are the same."""
    data = frames.replay.loss_and_metric[1]
    for values, name in ((data.loss, "loss"), (data.metric, "accuracy")):
        off = np.abs(values - frames.run.curves[name]).max()
        expect(off <= CLOSE, "{} is off by {}".format(name, off))


def check_gif(path, pictures):
    """That our frames are the pictures of these epochs, each nearest to its own."""
    found = read_gif(path)
    expect(len(found) == len(pictures), "{} frames, not {}".format(len(found), len(pictures)))
    for i, frame in enumerate(found):
        far = [np.abs(frame.astype(np.int16) - picture).mean() for picture in pictures]
        expect(np.argmin(far) == i and far[i] < 2, "frame {} is not what is drawn of its epoch: {}".format(i, far))


def read_gif(path):
    frames = []
    with Image.open(str(path)) as image:
        expect(image.size == SIZE, "{} is of {}".format(path, image.size))
        for i in range(image.n_frames):
            image.seek(i)
            frames.append(np.asarray(image.convert("RGB")))
    return frames


def expect(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


class Answers:
    def __init__(self, folder):
        self.folder, self.made = folder, {}

    def frames(self, name):
        """What draws them, and what of it is asked."""
        what, _, coarse = name.partition("_")
        if coarse not in self.made:
            self.made[coarse] = Frames(Run(self.folder), self.folder, POINTS["_" + coarse if coarse else ""])
        return self.made[coarse], what

    def answer(self, line):
        word, _, rest = line.strip().partition(" ")
        if word == "about":
            return "frames: matplotlib {}, Pillow {}".format(matplotlib.__version__, PIL.__version__)
        name, _, argument = rest.partition(" ")
        frames, what = self.frames(name)
        if word == "check":
            return check(frames, what, argument, self.folder)
        return measure(frames, what, int(argument))


def main():
    answers = Answers(Path(sys.argv[1]))
    for line in iter(sys.stdin.readline, ""):
        try:
            answer = answers.answer(line)
        except Exception as error:
            answer = "error: {!r}".format(error)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
