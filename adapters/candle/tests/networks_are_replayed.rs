//! A network of candle's, put back to an epoch: the same numbers as candle's own, layer by layer, and their gradients.

use candle_core::{D, DType, Device, Tensor};
use candle_nn::{BatchNorm, Conv2d, Conv2dConfig, Embedding, Linear, Module, ModuleT, VarBuilder, VarMap};
use training_replay::{
    Activation, Backward, Forward, Loss, Matrix, Metrics, Model, OutputKind, Parameter, Replay, Values, Visitor,
    Weights, to_row_major,
};
use training_replay_candle::{Recorded, Replayed, load_into};

const CPU: Device = Device::Cpu;

/// A convolution with batch normalization and a linear layer, on images of 2 x 4 x 4.
struct Net {
    conv: Conv2d,
    norm: BatchNorm,
    output: Linear,
}

impl Net {
    fn new(vb: VarBuilder) -> candle_core::Result<Self> {
        Ok(Self {
            conv: candle_nn::conv2d(2, 3, 3, Conv2dConfig::default(), vb.pp("conv"))?,
            norm: candle_nn::batch_norm(3, 1e-5, vb.pp("norm"))?,
            output: candle_nn::linear(12, 2, vb.pp("output"))?,
        })
    }

    fn conv(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.norm.forward_t(&self.conv.forward(x)?, false)
    }

    fn output(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.output.forward(&x.flatten_from(1)?)
    }
}

fn replayed() -> Replayed<Net> {
    Replayed::new((2, 4, 4), Net::new)
        .layer("conv", Net::conv, Activation::Tanh)
        .layer("output", Net::output, Activation::Linear)
        .outputs(OutputKind::Logits)
}

/// One that has trained statistics, in a type.
fn trained(dtype: DType) -> (VarMap, Net) {
    let varmap = VarMap::new();
    let net = Net::new(VarBuilder::from_varmap(&varmap, dtype, &CPU)).unwrap();
    let x = Tensor::randn(1.0_f32, 2.0, (8, 2, 4, 4), &CPU).unwrap().to_dtype(dtype).unwrap();
    if dtype != DType::F16 {
        net.norm.forward_t(&net.conv.forward(&x).unwrap(), true).unwrap();
    }
    (varmap, net)
}

fn inputs(rows: usize) -> Matrix {
    Matrix::from_fn(rows, 32, |row, column| ((row * 7 + column * 3) % 11) as f32 / 5.0 - 1.0)
}

fn tensor(matrix: &Matrix, dims: &[usize], dtype: DType) -> Tensor {
    Tensor::from_vec(to_row_major(matrix), dims, &CPU).unwrap().to_dtype(dtype).unwrap()
}

fn matrix(tensor: &Tensor) -> Matrix {
    let values: Vec<f32> = tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    let rows = tensor.dims()[0];
    Matrix::from_row_slice(rows, values.len() / rows, &values)
}

fn recorded(varmap: &VarMap) -> Replay {
    let mut replay = Replay::options().in_memory();
    replay.record(&Recorded::of(varmap), Metrics::new()).unwrap();
    replay
}

#[test]
fn every_layer_is_candles_to_the_bit_in_every_type_and_from_every_layer_on() {
    for dtype in [DType::F32, DType::F64, DType::F16] {
        let (varmap, net) = trained(dtype);
        let x = inputs(5);
        let z = net.conv(&tensor(&x, &[5, 2, 4, 4], dtype)).unwrap();
        let hidden = z.tanh().unwrap();
        let logits = net.output(&hidden).unwrap();

        let (replay, template) = (recorded(&varmap), replayed());
        let snapshot = replay.run_with(&template).at(0).unwrap();
        let model = snapshot.model();
        assert_eq!(model.pre_activation(&x, 0).unwrap(), matrix(&z));
        assert_eq!(model.forward(&x, 0..1).unwrap(), matrix(&hidden));
        assert_eq!(model.forward(&x, 0..2).unwrap(), matrix(&logits));
        if dtype != DType::F64 {
            assert_eq!(model.forward(&matrix(&hidden), 1..2).unwrap(), matrix(&logits), "its shape comes back");
        }
        assert_eq!(model.forward(&x, 1..1).unwrap(), x);
        assert_eq!(model.forward(&Matrix::zeros(0, 32), 0..2).unwrap().shape(), (0, 2));
        let types = model.parameters().unwrap().iter().map(|p| p.values().dtype().to_string()).collect::<Vec<_>>();
        assert!(types.iter().all(|found| found == dtype.as_str()), "{types:?} {dtype:?}");
    }
}

#[test]
fn a_restored_network_has_the_arrays_that_were_read_and_no_copy_of_them() {
    let (varmap, _) = trained(DType::F32);
    let mut weights = recorded(&varmap).weights(0).unwrap();
    let addresses = |weights: &Weights| {
        let addresses = weights.iter().map(|parameter| match parameter.values() {
            Values::F32(values) => values.as_ptr() as usize,
            _ => 0,
        });
        addresses.collect::<Vec<_>>()
    };
    let before = addresses(&weights);
    let model = replayed().restore(&mut weights).unwrap();
    let mut after = Vec::new();
    let mut each = |parameter: Parameter<'_>| {
        after.push(parameter.values().to_f32().as_ptr() as usize);
        Ok(())
    };
    model.visit(&mut Visitor::new(&mut each)).unwrap();
    assert_eq!(after, before);
}

/// candle multiplies no matrices of this type in main memory, but what it computes there stays of it.
#[test]
fn a_model_of_bf16_stays_one() {
    let varmap = VarMap::new();
    let build = |vb: VarBuilder| vb.get(2, "scale");
    let scale = build(VarBuilder::from_varmap(&varmap, DType::BF16, &CPU)).unwrap();
    varmap.all_vars()[0].set(&Tensor::new(&[0.3_f32, 3.0], &CPU).unwrap().to_dtype(DType::BF16).unwrap()).unwrap();
    let (replay, x) = (recorded(&varmap), Matrix::from_row_slice(1, 2, &[1.1, -7.7]));
    let template = Replayed::new(2, build).layer("scale", |scale, x| x.broadcast_mul(scale), Activation::Linear);
    let snapshot = replay.run_with(&template).at(0).unwrap();
    let expected = tensor(&x, &[1, 2], DType::BF16).broadcast_mul(&scale).unwrap();
    assert_eq!(snapshot.model().forward(&x, 0..1).unwrap(), matrix(&expected));
    let gradients = snapshot.model().gradients(&x, (&Matrix::zeros(1, 2)).into(), Loss::MeanSquaredError).unwrap();
    let gradient = gradients.require("", "scale", &[2]).unwrap();
    assert_eq!(gradient.values().dtype().to_string(), "bf16");
    assert!((gradient.values().to_f32()[1] - 7.7 * 7.7 * 3.0).abs() < 1.0); // of two outputs: (3 x)^2 / 2
}

/// Central differences of the mean loss, in double precision, by every value of every variable.
fn expect_gradients(loss: Loss, template: &Replayed<Net>, targets: &Matrix) {
    let (varmap, _) = trained(DType::F64);
    let (x, model) = (inputs(6), template.on(&varmap).unwrap());
    let gradients = model.gradients(&x, targets.into(), loss).unwrap();
    let names: Vec<_> = gradients.iter().map(|gradient| format!("{}.{}", gradient.layer(), gradient.name())).collect();
    let expected = ["conv.bias", "conv.weight", "norm.bias", "norm.weight", "output.bias", "output.weight"];
    assert_eq!(names, expected, "statistics are not trained");
    let mean = || {
        let losses = model.losses(&x, targets.into(), loss).unwrap();
        losses.iter().copied().map(f64::from).sum::<f64>() / 6.0
    };
    for (name, gradient) in names.iter().zip(gradients.iter()) {
        let variable = varmap.data().lock().unwrap()[name].clone();
        let values: Vec<f64> = variable.flatten_all().unwrap().to_vec1().unwrap();
        for index in [0, values.len() - 1] {
            let at = |step: f64| {
                let mut values = values.clone();
                values[index] += step;
                variable.set(&Tensor::from_vec(values, variable.dims(), &CPU).unwrap()).unwrap();
                mean()
            };
            let (slope, found) = ((at(1e-2) - at(-1e-2)) / 2e-2, gradient.values().to_f64()[index]);
            at(0.0);
            assert!((slope - found).abs() < 1e-3, "{loss:?} {name} {index}: {found}, not {slope}");
        }
    }
}

#[test]
fn gradients_are_those_of_finite_differences_for_every_loss() {
    let one_hot = Matrix::from_fn(6, 2, |row, column| f32::from(row % 2 == column));
    expect_gradients(Loss::CategoricalCrossEntropy, &replayed(), &one_hot);
    expect_gradients(Loss::BinaryCrossEntropy, &replayed(), &one_hot);
    expect_gradients(Loss::MeanSquaredError, &replayed(), &one_hot);
    let last = |activation: Activation| {
        Replayed::new((2, 4, 4), Net::new).layer("conv", Net::conv, Activation::Tanh).layer(
            "output",
            Net::output,
            activation,
        )
    };
    expect_gradients(Loss::CategoricalCrossEntropy, &last(Activation::Softmax), &one_hot);
    expect_gradients(Loss::BinaryCrossEntropy, &last(Activation::Sigmoid), &one_hot);
    expect_gradients(Loss::MeanSquaredError, &last(Activation::Tanh), &one_hot);
    expect_gradients(Loss::BinaryCrossEntropy, &last(Activation::Softmax), &one_hot);
}

#[test]
fn a_cross_entropy_of_values_is_refused_by_losses_and_gradients() {
    let (varmap, _) = trained(DType::F32);
    let model = Replayed::new((2, 4, 4), Net::new)
        .layer("conv", Net::conv, Activation::Tanh)
        .layer("output", Net::output, Activation::Tanh)
        .on(&varmap)
        .unwrap();
    let (x, targets) = (inputs(1), Matrix::from_row_slice(1, 2, &[0.0, 1.0]));
    assert!(model.losses(&x, (&targets).into(), Loss::CategoricalCrossEntropy).is_err());
    let message = model.gradients(&x, (&targets).into(), Loss::CategoricalCrossEntropy).unwrap_err().to_string();
    assert!(message.contains("values") && message.contains("probabilities or logits"), "{message}");
    assert!(model.losses(&x, (&targets).into(), Loss::Own).is_err());
    assert!(model.gradients(&x, (&targets).into(), Loss::Own).is_err());
}

/// Where probabilities saturate the loss is exact: 80, and not the 16 of clipped ones.
#[test]
fn losses_are_exact_where_probabilities_saturate() {
    let weights = [
        ("weight".to_string(), Tensor::new(&[[80_f32]], &CPU).unwrap()),
        ("bias".to_string(), Tensor::new(&[0_f32], &CPU).unwrap()),
    ];
    let mut replay = Replay::options().in_memory();
    replay.record(&Recorded::of(&weights), Metrics::new()).unwrap();
    let model = Replayed::new(1, |vb| candle_nn::linear(1, 1, vb)).layer(
        "output",
        |net, x| net.forward(x),
        Activation::Sigmoid,
    );
    let snapshot = replay.run_with(&model).at(0).unwrap();
    let (x, wrong) = (Matrix::from_element(1, 1, 1.0), Matrix::zeros(1, 1));
    assert_eq!(snapshot.model().losses(&x, (&wrong).into(), Loss::BinaryCrossEntropy).unwrap(), [80.0]);
    let gradients = snapshot.model().gradients(&x, (&wrong).into(), Loss::BinaryCrossEntropy).unwrap();
    assert_eq!(gradients.require("", "bias", &[1]).unwrap().values().to_f32()[0], 1.0);
}

/// Tokens of a sequence in, logits of each position out.
struct Tokens {
    table: Embedding,
    output: Linear,
}

fn tokens() -> Replayed<Tokens> {
    Replayed::new(3, |vb: VarBuilder| {
        let output = candle_nn::linear_no_bias(4, 5, vb.pp("output"))?;
        Ok(Tokens { table: candle_nn::embedding(5, 4, vb.pp("table"))?, output })
    })
    .inputs_as(DType::U32)
    .layer("table", |net, x| net.table.forward(x), Activation::Linear)
    .layer("output", |net, x| net.output.forward(x), Activation::Softmax)
}

#[test]
fn integer_inputs_of_several_positions_run_and_restart_behind_the_embedding() {
    let varmap = VarMap::new();
    let vb = VarBuilder::from_varmap(&varmap, DType::F32, &CPU);
    let table = candle_nn::embedding(5, 4, vb.pp("table")).unwrap();
    let output = candle_nn::linear_no_bias(4, 5, vb.pp("output")).unwrap();
    let ids = Tensor::new(&[[0_u32, 4, 2], [1, 1, 3]], &CPU).unwrap();
    let hidden = table.forward(&ids).unwrap();
    let expected = candle_nn::ops::softmax(&output.forward(&hidden).unwrap(), D::Minus1).unwrap();

    let model = tokens().on(&varmap).unwrap();
    let x = Matrix::from_row_slice(2, 3, &[0.0, 4.0, 2.0, 1.0, 1.0, 3.0]);
    assert_eq!(model.forward(&x, 0..2).unwrap(), matrix(&expected));
    assert_eq!(model.forward(&matrix(&hidden), 1..2).unwrap(), matrix(&expected), "softmax of each position");
    for (wrong, part) in [(3.5, "3.5"), (-1.0, "-1"), (f32::NAN, "NaN"), (5e9, "5000000000"), (7.0, "index")] {
        let mut x = x.clone();
        x[(1, 2)] = wrong;
        let message = model.forward(&x, 0..2).unwrap_err().to_string();
        assert!(message.contains(part), "{wrong}: {message}");
        assert!(wrong == 7.0 || message.contains("row 1, column 2"), "{message}");
    }
}

#[test]
fn errors_name_layers_tensors_and_shapes() {
    let (varmap, _) = trained(DType::F32);
    let message = |error: training_replay::Error| error.to_string();
    let template = replayed();
    assert!(message(template.forward(&inputs(1), 0..2).unwrap_err()).contains("no weights of the network"));
    let model = template.on(&varmap).unwrap();
    let wide = message(model.forward(&Matrix::zeros(1, 31), 0..2).unwrap_err());
    assert_eq!(wide, "inputs: expected shape [1, 32], found [1, 31]");
    assert!(message(model.forward(&inputs(1), 1..3).unwrap_err()).contains("within 0..2"));
    assert!(message(model.pre_activation(&inputs(1), 2).unwrap_err()).contains("within 0..2"));

    let failing = replayed().layer("broken", |_, x| x.reshape((7, 7)), None).on(&varmap).unwrap();
    let broken = message(failing.forward(&inputs(1), 0..2).unwrap_err());
    assert!(broken.contains("layer \"broken\"") && broken.contains("shape"), "{broken}");
    let scrambled = replayed().layer("scrambled", |_, x| x.flatten_all(), None).on(&varmap).unwrap();
    let scrambled = message(scrambled.forward(&inputs(3), 0..3).unwrap_err());
    assert!(scrambled.contains("\"scrambled\", samples first"), "{scrambled}");
}

#[test]
fn z_values_that_are_not_known_are_missing_and_not_wrong() {
    let (varmap, _) = trained(DType::F32);
    let model = Replayed::new((2, 4, 4), Net::new).layer("conv", |net, x| net.conv(x)?.gelu(), None);
    let model = model.layer("output", Net::output, Activation::Linear).on(&varmap).unwrap();
    let error = model.pre_activation(&inputs(1), 0).unwrap_err();
    assert!(matches!(&error, training_replay::Error::Missing { .. }), "{error}");
    assert_eq!(model.range(0), None);
}

#[test]
fn a_network_that_asks_for_other_tensors_than_were_recorded_is_an_error_that_names_them() {
    let (varmap, _) = trained(DType::F32);
    let replay = recorded(&varmap);
    let message = |build: fn(VarBuilder) -> candle_core::Result<Linear>| {
        let model = Replayed::new(12, build).layer("output", |net, x| net.forward(x), Activation::Linear);
        replay.run_with(&model).at(0).unwrap_err().to_string()
    };
    let unknown = message(|vb| candle_nn::linear(12, 2, vb.pp("head")));
    assert!(unknown.contains("\"head.weight\"") && unknown.contains("\"output.weight\""), "{unknown}");
    let shape = message(|vb| candle_nn::linear(11, 2, vb.pp("output")));
    assert!(shape.contains("\"output.weight\"") && shape.contains("[2, 11]") && shape.contains("[2, 12]"), "{shape}");
    let left = message(|vb| candle_nn::linear(12, 2, vb.pp("output")));
    assert!(left.contains("left over") && left.contains("\"norm.running_mean\""), "{left}");
}

#[test]
fn weights_of_several_types_need_to_be_said_what_inputs_are() {
    let tensors = [
        ("weight".to_string(), Tensor::new(&[[0.5_f32]], &CPU).unwrap()),
        ("bias".to_string(), Tensor::new(&[0.25_f64], &CPU).unwrap()),
    ];
    let mut replay = Replay::options().in_memory();
    replay.record(&Recorded::of(&tensors), Metrics::new()).unwrap();
    let mixed = || {
        Replayed::new(1, |vb| candle_nn::linear(1, 1, vb)).layer(
            "output",
            |net, x| x.matmul(net.weight())?.to_dtype(DType::F64)?.broadcast_add(net.bias().unwrap()),
            Activation::Linear,
        )
    };
    let x = Matrix::from_element(1, 1, 2.0);
    let outputs = |model: &Replayed<Linear>| replay.run_with(model).at(0).unwrap().model().forward(&x, 0..1);
    assert!(outputs(&mixed()).unwrap_err().to_string().contains("`inputs_as`"));
    assert_eq!(outputs(&mixed().inputs_as(DType::F32)).unwrap()[0], 1.25);
}

#[test]
fn a_network_that_is_loaded_back_goes_on_as_if_it_had_never_stopped() {
    let (varmap, net) = trained(DType::F32);
    let replay = recorded(&varmap);
    let fresh = VarMap::new();
    let again = Net::new(VarBuilder::from_varmap(&fresh, DType::F32, &CPU)).unwrap();
    load_into(&replay, 0, &fresh).unwrap();
    let x = tensor(&inputs(4), &[4, 2, 4, 4], DType::F32);
    assert_eq!(matrix(&again.conv(&x).unwrap()), matrix(&net.conv(&x).unwrap()), "with its statistics");
}

#[test]
fn rows_at_once_follow_the_widest_layer() {
    let build = |vb: VarBuilder| candle_nn::linear(2, 1 << 18, vb);
    let varmap = VarMap::new();
    build(VarBuilder::from_varmap(&varmap, DType::F32, &CPU)).unwrap();
    let model = Replayed::new(2, build).layer("wide", |net, x| net.forward(x), Activation::Relu);
    assert_eq!(model.on(&varmap).unwrap().rows_at_once(2), 4);
}

#[test]
fn models_can_be_asked_from_several_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&replayed());
    shared(&Recorded::of(&VarMap::new()));
}
