"""The peers that run in this process: what onnxruntime, numpy, torch, h5py and safetensors take for the same work.

Every maker gets a case and returns contenders by their label; of several, `compare.py` keeps the fastest. A forward
contender is called and returns its outputs. A trainer has `epoch`, which returns loss and accuracy, and `weights`. A
recorder has `prepare`, `record` and `read`.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file

torch.set_num_threads(1)
torch.set_num_interop_threads(1)


@dataclass
class Forward:
    """A network, its inputs, and the outputs that everyone must find."""

    layers: list  # (kernel, bias, name of the activation) each
    inputs: np.ndarray
    outputs: np.ndarray


@dataclass
class Training:
    """A network, its data, and what one epoch with the samples in their order must arrive at."""

    layers: list
    inputs: np.ndarray
    targets: np.ndarray
    batch_size: int
    learning_rate: float
    weights: list
    metrics: dict

    @property
    def is_binary(self):
        return self.targets.shape[1] == 1


@dataclass
class Recording:
    """So many parameters, to be written to files in a folder."""

    values: np.ndarray
    folder: Path


def chunks(count, size):
    """The slices of a whole, `size` rows each; all at once for a size of None."""
    return [slice(start, start + (size or count)) for start in range(0, count, size or count)]


def sizes(case):
    """The numbers of rows at a time that are worth trying: what is in the cache need not be fetched again."""
    return (None, 4_096, 16_384, 65_536) if case.inputs.shape[1] == 2 else (None, 1_024, 4_096)


# Forward passes in numpy


def plain_activation(name, z):
    if name == "sigmoid":
        return 1 / (1 + np.exp(-z))
    return np.tanh(z) if name == "tanh" else np.maximum(z, 0)


def activate_in_place(name, z):
    if name == "sigmoid":
        np.negative(z, out=z)
        np.exp(z, out=z)
        np.add(z, 1, out=z)
        np.reciprocal(z, out=z)
    elif name == "tanh":
        np.tanh(z, out=z)
    else:
        np.maximum(z, 0, out=z)


def numpy_plain(case):
    def run():
        values = case.inputs
        for kernel, bias, activation in case.layers:
            values = plain_activation(activation, values @ kernel + bias)
        return values

    return {"whole": run}


def numpy_best(case):
    """In buffers that are kept, some rows at a time, samples in rows or in columns."""
    contenders = {}
    for size in (1_024, 4_096, 16_384, 65_536, None):
        contenders[f"{size or 'whole'}, rows"] = numpy_rows(case, size)
        contenders[f"{size or 'whole'}, columns"] = numpy_columns(case, size)
    return contenders


def numpy_rows(case, size):
    count = len(case.inputs)
    buffers = [np.empty((size or count, len(bias)), np.float32) for _, bias, _ in case.layers]
    outputs = np.empty_like(case.outputs)

    def run():
        for rows in chunks(count, size):
            values = case.inputs[rows]
            for (kernel, bias, activation), buffer in zip(case.layers, buffers):
                z = buffer[: len(values)]
                np.matmul(values, kernel, out=z)
                np.add(z, bias, out=z)
                activate_in_place(activation, z)
                values = z
            outputs[rows] = values
        return outputs

    return run


def numpy_columns(case, size):
    count = len(case.inputs)
    inputs = np.ascontiguousarray(case.inputs.T)
    layers = [(np.ascontiguousarray(kernel.T), bias[:, None], name) for kernel, bias, name in case.layers]
    buffers = [np.empty((len(bias), size or count), np.float32) for _, bias, _ in layers]
    outputs = np.empty((case.outputs.shape[1], count), np.float32)

    def run():
        for columns in chunks(count, size):
            values = inputs[:, columns]
            for (kernel, bias, activation), buffer in zip(layers, buffers):
                z = buffer[:, : values.shape[1]]
                np.matmul(kernel, values, out=z)
                np.add(z, bias, out=z)
                activate_in_place(activation, z)
                values = z
            outputs[:, columns] = values
        return outputs.T

    return run


# Forward passes in onnxruntime


def onnx_session(case):
    nodes, weights, name = [], [], "x"
    for i, (kernel, bias, activation) in enumerate(case.layers):
        weights += [numpy_helper.from_array(kernel, f"kernel{i}"), numpy_helper.from_array(bias, f"bias{i}")]
        nodes.append(helper.make_node("Gemm", [name, f"kernel{i}", f"bias{i}"], [f"z{i}"]))
        name = f"a{i}"
        nodes.append(helper.make_node(activation.capitalize(), [f"z{i}"], [name]))
    shapes = [("x", case.inputs.shape[1]), (name, case.outputs.shape[1])]
    x, y = [helper.make_tensor_value_info(what, TensorProto.FLOAT, [None, width]) for what, width in shapes]
    graph = helper.make_graph(nodes, "network", [x], [y], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def onnx_best(case):
    """Whole or in chunks, with fresh outputs or into memory that is bound to them beforehand."""
    session = onnx_session(case)
    contenders = {}
    for size in sizes(case):
        contenders[f"{size or 'whole'}"] = onnx_fresh(case, session, size)
        contenders[f"{size or 'whole'}, bound"] = onnx_bound(case, session, size)
    return contenders


def onnx_fresh(case, session, size):
    outputs = np.empty_like(case.outputs)

    def run():
        if size is None:
            return session.run(None, {"x": case.inputs})[0]
        for rows in chunks(len(outputs), size):
            outputs[rows] = session.run(None, {"x": case.inputs[rows]})[0]
        return outputs

    return run


def onnx_bound(case, session, size):
    outputs = np.empty_like(case.outputs)
    bindings = []
    for rows in chunks(len(outputs), size):
        some, target = case.inputs[rows], outputs[rows]
        binding = session.io_binding()
        binding.bind_input("x", "cpu", 0, np.float32, some.shape, some.ctypes.data)
        name = session.get_outputs()[0].name
        binding.bind_output(name, "cpu", 0, np.float32, target.shape, target.ctypes.data)
        bindings.append(binding)

    def run():
        for binding in bindings:
            session.run_with_iobinding(binding)
        return outputs

    return run


# torch


class Linears(torch.nn.Sequential):
    """The layers of a case; without the last activation if its loss takes logits."""

    def __init__(self, layers, logits=False):
        functions = {"sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}
        super().__init__()
        for i, (kernel, bias, activation) in enumerate(layers):
            linear = torch.nn.Linear(*kernel.shape)
            linear.weight.data = torch.tensor(np.ascontiguousarray(kernel.T))
            linear.bias.data = torch.tensor(bias)
            self.append(linear)
            if not (logits and i + 1 == len(layers)):
                self.append(functions[activation]())


def torch_plain(case):
    return {"whole": torch_forward(case, None)}


def torch_best(case):
    return {f"{size or 'whole'}": torch_forward(case, size) for size in sizes(case)}


def torch_forward(case, size):
    network, inputs = Linears(case.layers), torch.tensor(case.inputs)
    outputs = torch.empty(case.outputs.shape)

    @torch.no_grad()
    def run():
        if size is None:
            return network(inputs).numpy()
        for rows in chunks(len(inputs), size):
            outputs[rows] = network(inputs[rows])
        return outputs.numpy()

    return run


class TorchTrainer:
    def __init__(self, case):
        self.case = case
        self.network = Linears(case.layers, logits=not case.is_binary)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=case.learning_rate)
        self.loss = torch.nn.BCELoss() if case.is_binary else torch.nn.CrossEntropyLoss()
        self.inputs, targets = torch.tensor(case.inputs), torch.tensor(case.targets)
        self.targets = targets if case.is_binary else targets.argmax(1)

    def epoch(self, shuffle=True):
        count, loss_sum, right = len(self.inputs), 0.0, 0
        order = torch.randperm(count) if shuffle else torch.arange(count)
        for rows in order.split(self.case.batch_size):
            inputs, targets = self.inputs[rows], self.targets[rows]
            self.optimizer.zero_grad()
            outputs = self.network(inputs)
            loss = self.loss(outputs, targets)
            loss.backward()
            self.optimizer.step()
            loss_sum += loss.item() * len(rows)
            predicted = outputs > 0.5 if self.case.is_binary else outputs.argmax(1)
            right += (predicted == targets).sum().item()
        return loss_sum / count, right / count

    def weights(self):
        return [parameter.detach().numpy().T for parameter in self.network.parameters()]


class NumpyTrainer:
    """By hand: forward, backward, and the weights in place."""

    def __init__(self, case):
        self.case = case
        self.layers = [(kernel.copy(), bias.copy(), activation) for kernel, bias, activation in case.layers]
        self.random = np.random.default_rng(13)

    def forward(self, inputs):
        values = [inputs]
        for kernel, bias, activation in self.layers:
            z = values[-1] @ kernel + bias
            values.append(plain_softmax(z) if activation == "softmax" else plain_activation(activation, z))
        return values

    def epoch(self, shuffle=True):
        count, loss_sum, right = len(self.case.inputs), 0.0, 0
        order = self.random.permutation(count) if shuffle else np.arange(count)
        for start in range(0, count, self.case.batch_size):
            rows = order[start : start + self.case.batch_size]
            targets = self.case.targets[rows]
            values = self.forward(self.case.inputs[rows])
            loss, hits = scores(values[-1], targets)
            loss_sum += loss
            right += hits
            self.backward(values, (values[-1] - targets) / np.float32(len(rows)))
        return loss_sum / count, right / count

    def backward(self, values, error):
        """`error` is the derivative by the last layer's values before its activation."""
        for i in reversed(range(len(self.layers))):
            kernel, bias, _ = self.layers[i]
            below = error @ kernel.T if i else None
            kernel -= self.case.learning_rate * (values[i].T @ error)
            bias -= self.case.learning_rate * error.sum(0)
            if i:
                outputs = values[i]
                error = below * (outputs * (1 - outputs) if self.layers[i - 1][2] == "sigmoid" else outputs > 0)

    def weights(self):
        return [values for kernel, bias, _ in self.layers for values in (kernel, bias)]


def plain_softmax(z):
    powers = np.exp(z - z.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def scores(outputs, targets):
    """The sum of the losses, and how many samples are right."""
    if targets.shape[1] == 1:
        loss = -np.log(np.where(targets > 0.5, outputs, 1 - outputs)).sum()
        return loss, np.count_nonzero((outputs > 0.5) == (targets > 0.5))
    return -np.log(outputs[targets > 0.5]).sum(), np.count_nonzero(outputs.argmax(1) == targets.argmax(1))


# Recording


class H5pyRecorder:
    """An open file that gets a group with a data set for every epoch."""

    def __init__(self, case):
        self.values, self.path = case.values, case.folder / "epochs.h5"
        self.file = None

    def prepare(self):
        if self.file:
            self.file.close()
        self.path.unlink(missing_ok=True)
        self.file = h5py.File(self.path, "w")
        self.record("first")

    def record(self, epoch):
        self.file.create_group(f"epoch{epoch}").create_dataset("kernel", data=self.values)
        self.file.flush()

    def read(self, epoch):
        return self.file[f"epoch{epoch}/kernel"][:]


class FileRecorder:
    """A file for every epoch, in a folder that is empty at first."""

    def __init__(self, case, save, load):
        self.folder, self.save, self.load = case.folder / "files", save, load

    def prepare(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def record(self, epoch):
        self.save(self.folder / f"{epoch}.npz")

    def read(self, epoch):
        return np.asarray(self.load(self.folder / f"{epoch}.npz")["kernel"])


def torch_recorder(case):
    tensor = torch.tensor(case.values)
    return FileRecorder(case, lambda path: torch.save({"kernel": tensor}, path), torch.load)


def numpy_recorder(case):
    return FileRecorder(case, lambda path: np.savez(path, kernel=case.values), np.load)


def safetensors_recorder(case):
    return FileRecorder(case, lambda path: save_file({"kernel": case.values}, path), load_file)
