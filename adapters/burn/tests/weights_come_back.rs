//! Recorded weights fit the module they are of, bit for bit, and no other.

mod common;

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use common::{Everything, Net};
use training_replay::{Error, Parameter, Replay, Result, Weights};
use training_replay_burn::{Recorded, load_into};

fn device() -> Device {
    Device::default().autodiff()
}

/// What a recording of the weights gives back.
fn load_weights<M: Module>(module: M, weights: &Weights) -> Result<M> {
    let mut replay = Replay::options().in_memory();
    replay.record(weights, [("loss", 0.5)])?;
    load_into(&replay, 0, module)
}

fn of<M: Module>(module: &M) -> Result<Weights> {
    Weights::of(&Recorded::of(module))
}

#[test]
fn every_array_comes_back_into_a_fresh_module() -> Result<()> {
    let trained = Everything::new(&device());
    trained.normalize(Tensor::from_floats([[1.0, 2.0, 3.0], [3.0, 6.0, 9.0]], &device()));
    let weights = of(&trained)?;
    let restored = load_weights(Everything::new(&device()), &weights)?;
    for (loaded, recorded) in of(&restored)?.iter().zip(weights.iter()) {
        assert_eq!(
            (loaded.layer(), loaded.name(), loaded.shape()),
            (recorded.layer(), recorded.name(), recorded.shape())
        );
        assert!(loaded.values().same_bits(recorded.values()), "{}/{}", loaded.layer(), loaded.name());
    }
    Ok(())
}

#[test]
fn what_was_trained_and_what_was_frozen_stays_so() -> Result<()> {
    let weights = of(&Net::new(&device()))?;
    let mut module = Net::new(&device());
    module.hidden = module.hidden.no_grad();
    let restored = load_weights(module, &weights)?;
    let asks = [&restored.hidden.weight, &restored.output.weight].map(|weight| weight.is_require_grad());
    assert_eq!(asks, [false, true]);
    assert!(restored.output.weight.is_autodiff());
    assert!(!load_weights(Net::new(&Device::default()), &weights)?.output.weight.is_autodiff());
    Ok(())
}

#[test]
fn gradient_checkpointing_stays() -> Result<()> {
    let device = device().gradient_checkpointing();
    let restored = load_weights(Net::new(&device), &of(&Net::new(&device))?)?;
    assert_eq!(restored.output.weight.gradient_checkpointing_strategy(), device.gradient_checkpointing_strategy());
    Ok(())
}

/// Clones of a module share their running statistics, and burn changes those of all of them.
#[test]
fn clones_keep_their_running_statistics() -> Result<()> {
    let fresh = Everything::new(&device());
    let weights = of(&fresh)?;
    let trained = Everything::new(&device());
    trained.normalize(Tensor::from_floats([[1.0, 2.0, 3.0], [3.0, 6.0, 9.0]], &device()));
    let restored = load_weights(trained.clone(), &weights)?;
    let mean = |module: &Everything| module.norm.running_mean.value_sync().to_data().try_to_vec::<f32>().unwrap();
    assert_eq!(mean(&restored), [0.0; 3]);
    assert_eq!(mean(&trained), [0.2, 0.4, 0.6]);
    Ok(())
}

fn changed(weights: &Weights, change: impl Fn(Parameter<'static>) -> Option<Parameter<'static>>) -> Weights {
    weights.iter().cloned().filter_map(change).collect()
}

#[test]
fn missing_and_left_over_arrays_are_errors_that_name_them() -> Result<()> {
    let weights = of(&Net::new(&device()))?;
    let without = changed(&weights, |parameter| (parameter.layer() != "output").then_some(parameter));
    let message = load_weights(Net::new(&device()), &without).unwrap_err().to_string();
    assert!(message.contains("parameter output/weight") && message.contains("missing"), "{message}");

    let more = weights.iter().cloned().chain([Parameter::new("extra", "bias", [1], vec![1.0_f32])]).collect();
    let message = load_weights(Net::new(&device()), &more).unwrap_err().to_string();
    assert!(message.contains("extra/bias"), "{message}");
    Ok(())
}

#[test]
fn another_shape_or_type_is_an_error_that_names_the_array() -> Result<()> {
    let weights = of(&Net::new(&device()))?;
    let turned = changed(&weights, |parameter| {
        let turns = parameter.name() == "weight" && parameter.layer() == "hidden";
        Some(if turns { Parameter::new("hidden", "weight", [4, 2], vec![0.0_f32; 8]) } else { parameter })
    });
    let error = load_weights(Net::new(&device()), &turned).unwrap_err();
    assert!(
        matches!(&error, Error::Shape { expected, found, .. } if *expected == [2, 4] && *found == [4, 2]),
        "{error}"
    );
    let doubles = changed(&weights, |parameter| {
        let values = parameter.values().to_f64().into_owned();
        Some(Parameter::new(
            parameter.layer().to_owned(),
            parameter.name().to_owned(),
            parameter.shape().to_vec(),
            values,
        ))
    });
    let message = load_weights(Net::new(&device()), &doubles).unwrap_err().to_string();
    assert!(message.contains("hidden.weight") && message.contains("F64") && message.contains("F32"), "{message}");
    Ok(())
}
