"""deepreplay's side of the comparison, on Python 3.7 with Keras 2.2.4. One line in, one line out, as `src/main.rs`:

    measure NAME TIMES   nanoseconds that the job takes, the mean of so many runs; or bytes
    about                what its callback took in training, for people

The argument is a folder for files. Before the first answer the article's network is trained and recorded. Only data
are computed: drawing, which this crate leaves to others, is replaced by nothing.
"""

import os
import resource
import statistics
import sys
import time
import warnings

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["MPLBACKEND"] = "Agg"
warnings.filterwarnings("ignore")

import numpy as np
import tensorflow as tf

errors, sys.stderr = sys.stderr, open(os.devnull, "w")
from keras import backend as K  # says so

sys.stderr = errors
from keras.layers import Dense
from keras.models import Sequential
from keras.optimizers import SGD

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
THREADS = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
K.set_session(tf.compat.v1.Session(config=THREADS))

import deepreplay.replay
from deepreplay.callbacks import ReplayData
from deepreplay.replay import Replay

GROUP = "article"
LAST = 150  # the epochs asked about are 0 to this one
TRAINED = 500


class NoPlot:
    """Stands in for every plot."""

    def __init__(self, *_):
        pass

    def load_data(self, _):
        return self


for plot in ("FeatureSpace", "ProbabilityHistogram", "LossHistogram", "LayerViolins"):
    setattr(deepreplay.replay, plot, NoPlot)


class Timed(ReplayData):
    """The callback, and how long it took at the begin and the end of each epoch."""

    def __init__(self, *arguments, **named):
        super(Timed, self).__init__(*arguments, **named)
        self.begins, self.ends = [], []

    def on_epoch_begin(self, epoch, logs=None):
        start = time.perf_counter()
        super(Timed, self).on_epoch_begin(epoch, logs)
        self.begins.append(time.perf_counter() - start)

    def on_epoch_end(self, epoch, logs=None):
        start = time.perf_counter()
        super(Timed, self).on_epoch_end(epoch, logs)
        self.ends.append(time.perf_counter() - start)


def parabola(points):
    """The article's data."""
    x = np.linspace(-1, 1, points)
    inputs = np.concatenate([np.c_[x, x**2], np.c_[x, x**2 - 0.5]]).astype(np.float32)
    return inputs, np.repeat(np.float32([0, 1]), points)


def train(folder):
    """Trains and records; the callback, with its times."""
    path = os.path.join(folder, "article.h5")
    if os.path.exists(path):
        os.remove(path)
    inputs, targets = parabola(1000)
    model = Sequential()
    model.add(Dense(2, input_dim=2, activation="sigmoid", name="hidden"))
    model.add(Dense(1, activation="sigmoid", name="output"))
    model.compile(loss="binary_crossentropy", optimizer=SGD(0.05), metrics=["acc"])
    callback = Timed(inputs, targets, filename=path, group_name=GROUP)
    model.fit(inputs, targets, epochs=TRAINED, batch_size=16, verbose=0, callbacks=[callback])
    return callback, path


def feature_space(replay):
    replay._feature_space_data = None  # or there would be two of them
    replay.build_feature_space(None, "hidden", contour_points=1000, epoch_end=LAST)


JOBS = {
    "feature_space": feature_space,
    "probabilities": lambda replay: replay.predict_proba(epoch_end=LAST),
    "losses": lambda replay: replay.build_loss_histogram(None, epoch_end=LAST),
    "gradients": lambda replay: replay.build_gradients(None, epoch_end=LAST),
}


def about(callback):
    """What its callback took when, in milliseconds."""
    times = [1e3 * seconds for ends in (callback.begins, callback.ends) for seconds in (ends[0], ends[-1])]
    text = "in epoch 1 and {}: on_epoch_begin {:.3g} and {:.3g} ms, on_epoch_end {:.3g} and {:.3g} ms"
    return text.format(TRAINED, *times)


def measure(name, times, replay, callback):
    if name == "record":  # only the end of an epoch does what `Replay::record` does
        return int(1e9 * statistics.median(callback.ends))
    if name == "feature_space_peak":  # of this process, which has computed them by then
        if replay.feature_space[1] is None:
            feature_space(replay)
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    for _ in range(times):
        JOBS[name](replay)
    return int(1e9 * (time.perf_counter() - start) / times)


def main():
    callback, path = train(sys.argv[1])
    replay = Replay(path, GROUP, os.path.join(sys.argv[1], GROUP + "_model.h5"))
    for line in iter(sys.stdin.readline, ""):
        word, _, rest = line.strip().partition(" ")
        try:
            if word == "about":
                answer = about(callback)
            else:
                name, times = rest.split()
                answer = measure(name, int(times), replay, callback)
        except Exception as error:
            answer = "error: {!r}".format(error)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
