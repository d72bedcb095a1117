//! What burn visits is what is recorded: names, shapes, bits, running statistics.

mod common;

use burn::{
    module::{Module, Param, Quantizer},
    tensor::{
        DType, Device, Tensor,
        quantization::{Calibration, QuantScheme, QuantStore, QuantValue},
    },
};
use common::{Everything, Net};
use training_replay::{Model, Orientation, Parameter, Replay, Result, Values, Visitor, Weights};
use training_replay_burn::Recorded;

fn device() -> Device {
    Device::default().autodiff()
}

fn names(weights: &Weights) -> Vec<String> {
    weights
        .iter()
        .map(|parameter| format!("{}/{} {:?}", parameter.layer(), parameter.name(), parameter.shape()))
        .collect()
}

#[test]
fn parameters_are_named_by_their_path_and_come_in_the_order_of_the_fields() -> Result<()> {
    let weights = Weights::of(&Recorded::of(&Everything::new(&device())))?;
    assert_eq!(
        names(&weights),
        [
            "embedding/weight [5, 3]",
            "layers.0/weight [3, 3]",
            "layers.0/bias [3]",
            "layers.1/weight [3, 2]",
            "layers.1/bias [2]",
            "columns/weight [2, 3]",
            "columns/bias [3]",
            "norm/gamma [3]",
            "norm/beta [3]",
            "norm/running_mean [3]",
            "norm/running_var [3]",
            "/steps [3]",
            "/mask [2, 2]",
            "choice.Line/weight [2, 2]",
            "choice.Line/bias [2]",
            "/scale [3]",
            "/own [2, 3, 4]",
        ]
    );
    Ok(())
}

#[test]
fn every_value_is_kept_bit_for_bit_through_a_file() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let module = Everything::new(&device());
    let mut replay = Replay::options().create(&path)?;
    replay.record(&Recorded::of(&module), [("loss", 0.5)])?;
    replay.finish()?;
    let weights = Replay::open(&path)?.weights(0)?;
    let floats = |layer: &str, name: &str| weights.get(layer, name).unwrap().values().clone();
    let same = |layer: &str, name: &str, values: Vec<f32>| {
        assert!(floats(layer, name).same_bits(&Values::from(values)), "{layer}/{name}");
    };
    same("", "scale", vec![f32::MIN_POSITIVE / 4.0, -0.0, f32::INFINITY]);
    same("", "own", module.own.to_data().try_to_vec().unwrap());
    same("layers.1", "weight", module.layers[1].weight.to_data().try_to_vec().unwrap());
    Ok(())
}

/// burn visits the statistics as they were before the last batch: a recording of it would replay another model than the one
/// that validation runs.
#[test]
fn running_statistics_are_those_of_the_last_batch() -> Result<()> {
    let module = Everything::new(&device());
    module.normalize(Tensor::from_floats([[1.0, 2.0, 3.0], [3.0, 6.0, 9.0]], &device()));
    let weights = Weights::of(&Recorded::of(&module))?;
    let mean = weights.require("norm", "running_mean", &[3])?.values().to_f32().into_owned();
    assert_eq!(mean, [0.2, 0.4, 0.6], "0.9 of 0 and 0.1 of the batch's mean");
    assert_eq!(mean, module.norm.running_mean.value_sync().to_data().try_to_vec::<f32>().unwrap());
    Ok(())
}

#[test]
fn recording_changes_no_number_of_the_training_that_goes_on() -> Result<()> {
    let train = |records: bool| -> Result<Vec<f32>> {
        let module = Everything::new(&device());
        let mut replay = Replay::options().in_memory();
        for step in 1_u8..4 {
            module.normalize(Tensor::from_floats([[f32::from(step), 2.0, 3.0], [3.0, 6.0, 9.0]], &device()));
            if records {
                replay.record(&Recorded::of(&module), [("loss", 0.5)])?;
            }
        }
        Ok(module.norm.running_var.value_sync().to_data().try_to_vec().unwrap())
    };
    assert_eq!(train(true)?, train(false)?);
    Ok(())
}

#[test]
fn orientation_is_said_of_burns_own_layers_and_of_no_other_array() -> Result<()> {
    let weights = Weights::of(&Recorded::of(&Everything::new(&device())))?;
    let said = weights.iter().filter(|parameter| parameter.orientation() == Some(Orientation::InputsOutputs));
    let said: Vec<_> = said.map(|parameter| format!("{}/{}", parameter.layer(), parameter.name())).collect();
    assert_eq!(
        said,
        ["embedding", "layers.0", "layers.1", "columns", "choice.Line"].map(|layer| format!("{layer}/weight"))
    );
    assert_eq!(weights.iter().filter(|parameter| parameter.orientation().is_some()).count(), said.len());
    Ok(())
}

#[test]
fn an_array_is_handed_over_before_the_next_one_is_read() {
    let module = Net::new(&device());
    let (mut seen, mut stop) = (0, false);
    let mut each = |parameter: Parameter<'_>| {
        assert!(!stop, "{} after an error", parameter.name());
        seen += 1;
        stop = seen == 2;
        if stop { Err(training_replay::Error::other("enough")) } else { Ok(()) }
    };
    let refused = Recorded::of(&module).visit(&mut Visitor::new(&mut each));
    assert_eq!((seen, refused.unwrap_err().to_string()), (2, "enough".to_owned()));
}

#[test]
fn doubles_and_halves_keep_their_types() -> Result<()> {
    for (dtype, name) in [(DType::F64, "f64"), (DType::F16, "f16"), (DType::BF16, "bf16")] {
        let tensor = Tensor::<2>::from_floats([[1.5, -0.25]], &device()).cast(dtype);
        let weights = Weights::of(&Recorded::of(&Param::from_tensor(tensor)))?;
        let found = weights.iter().next().unwrap();
        assert_eq!(found.values().dtype().to_string(), name);
        assert_eq!(found.values().to_f32(), [1.5, -0.25].as_slice());
    }
    Ok(())
}

#[test]
fn a_quantized_tensor_is_an_error_that_names_it() {
    let scheme = QuantScheme::default().with_value(QuantValue::Q8S).with_store(QuantStore::Native);
    let mut quantizer = Quantizer::new(Calibration::MinMax, scheme);
    let module = Net::new(&Device::default()).quantize_weights(&mut quantizer);
    let message = Recorded::of(&module).parameters().unwrap_err().to_string();
    assert!(message.contains("hidden.weight") && message.contains("dequantize"), "{message}");
}
