//! Checkpoints that PyTorch, numpy and the Python package of safetensors have saved themselves come back bit for bit, and a network
//! of dense layers gives the outputs that PyTorch gave.
#![cfg(feature = "import")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use training_replay::{
    Activation, Forward, Matrix, Orientation, Replay, Result, import::Checkpoints, matrix_from_rows,
};

/// Runs a program in the first Python that has these packages; says loudly if there is none.
fn python(packages: &str, program: &str, folder: &Path) -> bool {
    // Debian's own has PyTorch where its package `python3-torch` is installed.
    let has = |python: &&str| {
        command(python, &format!("import {packages}")).output().is_ok_and(|output| output.status.success())
    };
    let Some(python) = ["python3", "/usr/bin/python3"].into_iter().find(has) else {
        eprintln!("SKIPPED: checkpoints by {packages} were not read, because no Python here has it");
        return false;
    };
    let output = command(python, program).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}

/// A program in a Python; the packages of another one are none of the system's.
fn command(python: &str, program: &str) -> Command {
    let mut command = Command::new(python);
    if python.starts_with('/') {
        command.env_remove("PYTHONPATH");
    }
    command.args(["-c", program]);
    command
}

fn message(result: Result<Replay>) -> String {
    result.map(|replay| replay.epochs().collect::<Vec<_>>()).unwrap_err().to_string()
}

fn found(path: PathBuf) -> Checkpoints<'static> {
    Checkpoints::files([path]).unwrap().epochs([0])
}

/// A matrix that Python wrote as text, a row in a line.
fn matrix(path: PathBuf) -> Matrix {
    let text = fs::read_to_string(path).unwrap();
    let row = |line: &str| line.split(' ').map(|value| value.parse().unwrap()).collect::<Vec<f32>>();
    matrix_from_rows(&text.lines().map(row).collect::<Vec<_>>()).unwrap()
}

/// The bytes of every array of an epoch are those that Python wrote into `bits/layer.name`, and there are no others.
fn assert_as_written(replay: &Replay, folder: &Path) {
    let weights = replay.weights(0).unwrap();
    assert_eq!(weights.len(), fs::read_dir(folder.join("bits")).unwrap().count());
    for parameter in weights.iter() {
        let name = format!("{}.{}", parameter.layer(), parameter.name());
        let written = fs::read(folder.join("bits").join(&name)).unwrap();
        let (shape, bytes) = written.split_at(8 * parameter.shape().len());
        let shape: Vec<_> = shape.chunks(8).map(|length| u64::from_le_bytes(length.try_into().unwrap())).collect();
        assert!(parameter.shape().iter().map(|&length| length as u64).eq(shape), "{name}");
        assert_eq!(bytes_of(parameter), bytes, "{name}");
    }
}

fn bytes_of(parameter: &training_replay::Parameter<'_>) -> Vec<u8> {
    use training_replay::Values::{Bf16, Bool, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};
    macro_rules! bytes {
        ($($name:ident)*) => {
            match parameter.values() {
                $($name(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),)*
                Bool(values) => values.iter().map(|&value| u8::from(value)).collect(),
                other => panic!("{other:?}"),
            }
        };
    }
    bytes!(F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64)
}

const TRAIN: &str = r#"
import sys, torch
folder = sys.argv[1]
torch.manual_seed(1)
net = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh(), torch.nn.Linear(3, 4), torch.nn.ReLU(),
                          torch.nn.Linear(4, 2), torch.nn.Sigmoid())
x = torch.randn(20, 3)
y = torch.rand(20, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
def text(name, matrix):
    open(f"{folder}/{name}", "w").write("".join(" ".join(repr(v) for v in row) + "\n" for row in matrix.tolist()))
text("inputs", x)
for epoch in range(8, 12):
    for _ in range(5):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    text(f"outputs_{epoch}", net(x).detach())
    torch.save({"model": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch, "loss": 0.5},
               f"{folder}/model_epoch_{epoch}.pt")
torch.save(torch.nn.DataParallel(net).state_dict(), f"{folder}/parallel.pth")
torch.save(net.state_dict(), f"{folder}/old.pth", _use_new_zipfile_serialization=False)
torch.save(net, f"{folder}/whole.pth")
linear = torch.nn.Linear(2, 2)
torch.save(linear.state_dict(), f"{folder}/linear.pth")
text("square", linear(torch.eye(2)).detach())
"#;

const DENSE: [Activation; 3] = [Activation::Tanh, Activation::Relu, Activation::Sigmoid];

fn assert_outputs(replay: &Replay, epoch: u64, folder: &Path) {
    let outputs = replay.at(epoch).unwrap().model().predict(&matrix(folder.join("inputs"))).unwrap();
    let expected = matrix(folder.join(format!("outputs_{epoch}")));
    let off = (outputs - expected).abs().max();
    assert!(off < 1e-6, "epoch {epoch}: off by {off}");
}

#[test]
fn a_run_of_pytorch_opens_by_itself_with_the_outputs_that_pytorch_gave() {
    let folder = tempfile::tempdir().unwrap();
    if !python("torch", TRAIN, folder.path()) {
        return;
    }
    let file = |name: &str| folder.path().join(name);
    let run = (8..12).map(|epoch| file(&format!("model_epoch_{epoch}.pt")));
    let run = Checkpoints::files(run).unwrap();
    let error = message(Checkpoints::files([file("model_epoch_8.pt")]).unwrap().into_replay());
    assert!(error.contains(r#"["model", "optimizer"]"#) && error.contains("Checkpoints::part"), "{error}");
    let replay = run.part("model").dense(DENSE).write(file("run.replay")).unwrap();
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [8, 9, 10, 11]);
    assert_eq!(replay.at(8).unwrap().model().layers(), ["0", "2", "4"]);
    (8..12).for_each(|epoch| assert_outputs(&Replay::open(file("run.replay")).unwrap(), epoch, folder.path()));

    let named = |name: &str| Checkpoints::files([file(name)]).unwrap().epochs([11]).dense(DENSE);
    assert_outputs(&named("old.pth").into_replay().unwrap(), 11, folder.path());
    assert_outputs(&named("whole.pth").into_replay().unwrap(), 11, folder.path());
    let plain = named("parallel.pth").rename(|name| name.trim_start_matches("module.").to_owned()).into_replay();
    assert_outputs(&plain.unwrap(), 11, folder.path());

    let linear = found(file("linear.pth")).dense([Activation::Linear]).into_replay().unwrap();
    let outputs = linear.at(0).unwrap().model().predict(&Matrix::identity(2, 2)).unwrap();
    assert_eq!(outputs, matrix(file("square")), "a square one, whose rows are outputs as PyTorch has it");
    let wrong = found(file("linear.pth")).dense([Activation::Linear]).orientation(Orientation::InputsOutputs);
    assert_ne!(wrong.into_replay().unwrap().at(0).unwrap().model().predict(&Matrix::identity(2, 2)).unwrap(), outputs);

    let error = message(Checkpoints::files([file("model_epoch_8.pt")]).unwrap().part("net").into_replay());
    assert!(error.contains("\"net\"") && error.contains(r#""model""#), "{error}");
    let stated = file("last.pt");
    fs::copy(file("model_epoch_9.pt"), &stated).unwrap();
    assert_eq!(Checkpoints::files([&stated]).unwrap().part("model").list().unwrap()[0].0, 9);
    let error = message(found(file("model_epoch_9.pt")).part("model").dense([Activation::Tanh]).into_replay());
    assert!(error.contains("the number of activations"), "{error}");
}

const TENSORS: &str = r#"
import os, sys, struct, torch
folder = sys.argv[1]
os.mkdir(folder + "/bits")
torch.manual_seed(2)
base = torch.randn(6, 8)
tensors = {
    "a.plain": base, "a.turned": base.t(), "a.some": base[1:, ::3], "a.behind": base.flatten()[17:30],
    "a.repeated": torch.randn(3, 1).expand(3, 4), "a.cube": torch.randn(2, 3, 4).permute(2, 0, 1),
    "b.f64": torch.tensor([1e-320, -0.0, float("nan")], dtype=torch.float64), "b.f16": base.half()[:, 1],
    "b.bf16": base.bfloat16().t(), "b.i8": torch.tensor([-128, 127], dtype=torch.int8), "b.i16": torch.tensor([[-32768]], dtype=torch.int16),
    "b.i32": torch.tensor(7, dtype=torch.int32), "b.i64": torch.tensor([2**53 + 1]), "b.u8": torch.tensor([0, 255], dtype=torch.uint8),
    "b.bool": torch.tensor([[True, False, True]]).t(), "b.none": torch.zeros(0, 3),
}
for name, tensor in tensors.items():
    whole = tensor.contiguous()
    whole = whole.view(torch.int16) if whole.dtype == torch.bfloat16 else whole
    with open(f"{folder}/bits/{name}", "wb") as f:
        f.write(struct.pack(f"<{tensor.dim()}q", *tensor.shape) + whole.numpy().tobytes())
torch.save(tensors, folder + "/new.pt")
torch.save(tensors, folder + "/old.pt", _use_new_zipfile_serialization=False)
torch.save({"net": {"a": {"b": base}, "step": 3}}, folder + "/nested.pt")
torch.save({"a": {"b": base}, "a.b": base}, folder + "/twice.pt")
class Evil:
    def __reduce__(self):
        return (os.system, (f"touch {folder}/executed",))
torch.save({"a.weight": base, "evil": Evil()}, folder + "/evil.pt")
torch.save({"a.weight": base, "sparse": base.to_sparse()}, folder + "/sparse.pt")
torch.save([base], folder + "/list.pt")
torch.save(base, folder + "/tensor.pt")
torch.save({"a.weight": torch.zeros(1).expand(30000, 30000)}, folder + "/huge.pt")
torch.save({"epoch": 3}, folder + "/none.pt")
"#;

#[test]
fn views_and_types_of_pytorch_come_back_bit_for_bit_and_objects_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    if !python("torch", TENSORS, folder.path()) {
        return;
    }
    let file = |name: &str| folder.path().join(name);
    for name in ["new.pt", "old.pt"] {
        assert_as_written(&found(file(name)).into_replay().unwrap(), folder.path());
    }
    let nested = found(file("nested.pt")).into_replay().unwrap();
    assert!(nested.weights(0).unwrap().get("net.a", "b").is_some());
    assert!(
        message(found(file("nested.pt")).part("net").into_replay()).contains("\"step\""),
        "a part is weights alone"
    );
    for (name, said) in [
        ("twice.pt", "2 arrays by 1 names"),
        ("evil.pt", "\"evil\""),
        ("sparse.pt", "sparse"),
        ("list.pt", "a list"),
        ("tensor.pt", "torch.Tensor"),
        ("huge.pt", "\"a.weight\""),
        ("none.pt", "the number of arrays"),
    ] {
        let error = message(found(file(name)).into_replay());
        assert!(error.contains(name) && error.contains(said), "{name}: {error}");
    }
    assert!(!file("executed").exists());
    let whole = fs::read(file("new.pt")).unwrap();
    let cut = file("cut.pt");
    for length in (0..whole.len()).step_by(whole.len() / 40) {
        fs::write(&cut, &whole[..length]).unwrap();
        assert!(message(found(cut.clone()).into_replay()).contains("cut.pt"), "{length}");
    }
    for at in (0..whole.len()).step_by(97) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        fs::write(&cut, flipped).unwrap();
        drop(found(cut.clone()).into_replay()); // right or an error; what matters is that it comes back
    }
}

const ARRAYS: &str = r#"
import os, sys, struct, numpy as np
folder = sys.argv[1]
os.mkdir(folder + "/bits")
rng = np.random.default_rng(3)
base = rng.standard_normal((2, 3, 4)).astype("f4")
arrays = {
    "layer.0.weight": base, "hidden/kernel": np.asfortranarray(base), "hidden/turned": base[0].T, "a.one": np.float64(3),
    "big.f8": base.astype(">f8"), "big.turned": np.asfortranarray(base.astype(">f4")), "big.i2": np.arange(5, dtype=">i2"),
    "b.bool": np.array([[True, False]]), "b.none": np.zeros((0, 3), "f2"), "b.f2": base[1].astype("f2"),
}
for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
    info = np.iinfo(kind)
    arrays["b." + kind] = np.array([info.min, info.max], kind)
for name, array in arrays.items():
    array = np.asarray(array)
    with open(f"{folder}/bits/{name.replace('/', '.')}", "wb") as f:
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
        f.write(struct.pack(f"<{array.ndim}q", *array.shape) + little.tobytes())
np.savez(folder + "/plain.npz", **arrays)
np.savez_compressed(folder + "/deflated.npz", **arrays)
np.savez(folder + "/objects.npz", **{"a.b": np.array([{}, None], dtype=object)})
np.savez(folder + "/complex.npz", **{"a.b": np.zeros(3, complex)})
np.savez_compressed(folder + "/zeros.npz", **{"a.b": np.zeros(3_000_000)})
for epoch in range(3):
    np.savez(f"{folder}/epoch_{epoch}.npz", arr_0=base * epoch)
x = rng.standard_normal((5, 2)).astype("f4")
net = {"hidden/kernel": rng.standard_normal((2, 2)).astype("f4"), "hidden/bias": rng.standard_normal(2).astype("f4"),
       "output/kernel": rng.standard_normal((2, 2)).astype("f4"), "output/bias": rng.standard_normal(2).astype("f4")}
y = np.tanh(x @ net["hidden/kernel"] + net["hidden/bias"]) @ net["output/kernel"] + net["output/bias"]
np.savez(folder + "/keras.npz", **net)
for name, matrix in [("inputs", x), ("outputs", y)]:
    open(f"{folder}/{name}", "w").write("".join(" ".join(repr(float(v)) for v in row) + "\n" for row in matrix))
"#;

#[test]
fn archives_of_numpy_come_back_bit_for_bit_whatever_the_order_of_axes_and_bytes() {
    let folder = tempfile::tempdir().unwrap();
    if !python("numpy", ARRAYS, folder.path()) {
        return;
    }
    let file = |name: &str| folder.path().join(name);
    for name in ["plain.npz", "deflated.npz"] {
        assert_as_written(&found(file(name)).into_replay().unwrap(), folder.path());
    }
    for (name, said) in [("objects.npz", "Python objects"), ("complex.npz", "<c16")] {
        let error = message(found(file(name)).into_replay());
        assert!(error.contains(name) && error.contains(said) && error.contains("\"a.b\""), "{error}");
    }
    let epochs = Checkpoints::files((0..3).map(|epoch| file(&format!("epoch_{epoch}.npz")))).unwrap();
    assert!(epochs.into_replay().unwrap().parameter(2, "", "arr_0").is_ok());

    let keras = || found(file("keras.npz")).dense([Activation::Tanh, Activation::Linear]);
    let error = message(keras().into_replay());
    assert!(error.contains(r#"both ["hidden", "output"] and ["output", "hidden"]"#), "{error}");
    assert!(message(keras().layers(["hidden"]).into_replay()).contains("the order of the layers"));
    let replay = keras().layers(["hidden", "output"]).logits().into_replay().unwrap();
    let outputs = replay.at(0).unwrap().model().predict(&matrix(file("inputs"))).unwrap();
    assert!((outputs - matrix(file("outputs"))).abs().max() < 1e-6);
}

#[test]
fn damaged_archives_of_numpy_are_errors_that_name_them() {
    let folder = tempfile::tempdir().unwrap();
    if !python("numpy", ARRAYS, folder.path()) {
        return;
    }
    let bad = folder.path().join("bad.npz");
    for name in ["plain.npz", "deflated.npz"] {
        let whole = fs::read(folder.path().join(name)).unwrap();
        for length in (0..whole.len()).step_by(whole.len() / 30) {
            fs::write(&bad, &whole[..length]).unwrap();
            assert!(message(found(bad.clone()).into_replay()).contains("bad.npz"), "{length}");
        }
        for at in (0..whole.len()).step_by(61) {
            let mut flipped = whole.clone();
            flipped[at] ^= 0x55;
            fs::write(&bad, flipped).unwrap();
            drop(found(bad.clone()).into_replay()); // right or an error; what matters is that it comes back
        }
    }
    // 24 MB of zeros in 24 KB, whose header is made to claim a million times as many.
    let whole = fs::read(folder.path().join("zeros.npz")).unwrap();
    assert!(found(folder.path().join("zeros.npz")).into_replay().is_ok());
    assert!(whole.len() < 100_000);
    let size = 24_000_128_u32.to_le_bytes();
    let mut lying = whole.clone();
    let places: Vec<_> = (0..lying.len() - 4).filter(|&at| lying[at..at + 4] == size).collect();
    assert!(!places.is_empty());
    places.iter().for_each(|&at| lying[at..at + 4].copy_from_slice(&0xf000_0000_u32.to_le_bytes()));
    fs::write(&bad, lying).unwrap();
    let error = message(found(bad).into_replay());
    assert!(error.contains("\"a.b\"") && error.contains("bad.npz"), "{error}");
}

const SAFE: &str = r#"
import sys, numpy as np
from safetensors.numpy import save_file
folder = sys.argv[1]
for epoch in range(3):
    tensors = {"net.0.weight": np.full((3, 2), epoch, "f4"), "net.0.bias": np.zeros(3, "f4"),
               "net.10.weight": np.ones((1, 3), "f4"), "net.10.bias": np.zeros(1, "f4")}
    save_file(tensors, f"{folder}/epoch-{epoch}.safetensors", metadata={"format": "np"})
square = {"a.weight": np.arange(4, dtype="f4").reshape(2, 2)}
save_file(square, folder + "/square.safetensors")
save_file(square, folder + "/torch.safetensors", metadata={"format": "pt"})
"#;

#[test]
fn safetensors_of_python_are_recognized_as_networks_where_shapes_or_metadata_say_it() {
    let folder = tempfile::tempdir().unwrap();
    if !python("safetensors.numpy", SAFE, folder.path()) {
        return;
    }
    let file = |name: &str| folder.path().join(name);
    let run = Checkpoints::files((0..3).map(|epoch| file(&format!("epoch-{epoch}.safetensors")))).unwrap();
    let replay = run.dense([Activation::Linear; 2]).into_replay().unwrap();
    let model = replay.at(2).unwrap().model().clone();
    assert_eq!(
        (model.layers(), model.predict(&Matrix::from_element(1, 2, 1.0)).unwrap()[0]),
        (vec!["net.0".into(), "net.10".into()], 12.0)
    );
    assert_eq!(replay.parameter(2, "net.0", "kernel").unwrap().shape(), [2, 3]);

    let square = |name: &str| found(file(name)).dense([Activation::Linear]);
    assert!(message(square("square.safetensors").into_replay()).contains("Checkpoints::orientation"));
    let outputs = |checkpoints: Checkpoints<'_>| {
        let replay = checkpoints.into_replay().unwrap();
        replay.at(0).unwrap().model().predict(&Matrix::from_row_slice(1, 2, &[1.0, 0.0])).unwrap().as_slice().to_vec()
    };
    assert_eq!(outputs(square("torch.safetensors")), [0.0, 2.0], "the first column");
    assert_eq!(outputs(square("square.safetensors").orientation(Orientation::OutputsInputs)), [0.0, 2.0]);
    assert_eq!(outputs(square("square.safetensors").orientation(Orientation::InputsOutputs)), [0.0, 1.0]);
}
