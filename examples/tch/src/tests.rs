//! What was recorded of tch's tensors comes back as it was, and predicts the same.

use std::collections::HashMap;

use tch::{Device, Kind, Tensor, nn};
use training_replay::{
    Dataset, Forward, Loss, Metrics, Model, Orientation, Replay, Weights,
    analysis::{LayerFilter, Quantity, VerifyOptions},
    datasets,
};

use crate::{
    LOSS, Net,
    through_libtorch::{load, tensor},
    train,
    variables::{Stored, parameter},
};

fn bits(tensor: &Tensor) -> Vec<u32> {
    Vec::<f32>::from(tensor).into_iter().map(f32::to_bits).collect()
}

/// Whether outputs are those of libtorch on the samples.
fn agree(outputs: &[f32], net: &Net, data: &Dataset) -> bool {
    let expected = Vec::<f32>::from(&net.logits(&tensor(data.inputs())).sigmoid());
    outputs.len() == expected.len() && outputs.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6)
}

#[test]
fn every_tensor_is_bit_equal_after_reopening_and_the_file_alone_predicts_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (path, data) = (folder.path().join("moons.replay"), datasets::moons(100, 0.1, 7));
    let net = train(&path, &data, 30).unwrap();

    let replay = Replay::open(&path).unwrap();
    assert_eq!(replay.weights(30).unwrap().len(), 4);
    for (name, tensor) in net.store.variables() {
        let (layer, name) = name.rsplit_once('.').unwrap();
        let found = replay.parameter(30, layer, &name.replace("weight", "kernel")).unwrap();
        let found: Vec<_> = found.values().to_f32().iter().map(|value| value.to_bits()).collect();
        assert_eq!(found, bits(&tensor), "{layer} {name}");
    }
    let last = replay.at(30).unwrap();
    assert!(agree(last.outputs().unwrap().as_slice(), &net, &data));
    assert!(last.evaluate(LOSS).unwrap().loss < replay.at(0).unwrap().evaluate(LOSS).unwrap().loss);
    let gradients = last.distributions(Quantity::gradients(Loss::BinaryCrossEntropy), &LayerFilter::default());
    assert_eq!(gradients.unwrap().len(), 4, "gradients need no line of glue");
    let verification = replay.run().unwrap().verify(&VerifyOptions::default().at_end().tolerance(1e-4)).unwrap();
    assert!(verification.means_agree(), "what libtorch computed in training");
}

#[test]
fn a_network_that_libtorch_replays_has_the_names_of_its_store_and_is_proven() {
    let (net, data) = (Net::new(), datasets::moons(100, 0.1, 7));
    let mut replay = Replay::options().dataset(&data).loss(LOSS).in_memory();
    replay.record(&net, Metrics::new()).unwrap();
    let restore = |weights: &Weights| Net::new().with_weights(weights);
    let run = replay.run_from(&restore); // a function: threads pass tensors of tch on, and do not share them
    let again = run.at(0).unwrap();
    let (expected, found) = (net.store.variables(), again.model().store.variables());
    let as_bits = |all: &HashMap<String, Tensor>| -> HashMap<_, _> {
        all.iter().map(|(name, tensor)| (name.clone(), (tensor.size(), bits(tensor)))).collect()
    };
    assert_eq!(as_bits(&found), as_bits(&expected));
    assert!(agree(again.outputs().unwrap().as_slice(), &net, &data));
    assert!(run.verify(&VerifyOptions::default()).unwrap().holds());

    let weights = replay.weights(0).unwrap();
    let names: Vec<_> = weights.iter().map(|one| (one.layer(), one.name(), one.shape().to_vec())).collect();
    let (hidden, output) = ("hidden", "output");
    assert_eq!(names[..2], [(hidden, "bias", vec![10]), (hidden, "weight", vec![10, 2])]);
    assert_eq!(names[2..], [(output, "bias", vec![1]), (output, "weight", vec![1, 10])]);
    let weight = weights.require(hidden, "weight", &[10, 2]).unwrap();
    assert_eq!(weight.orientation(), Some(Orientation::OutputsInputs));
}

#[test]
fn odd_values_views_and_double_precision_keep_their_bits() {
    let odd = Tensor::of_slice(&[f32::NAN, -0.0, f32::INFINITY, 1e-45]).view([2, 2]);
    let transposed = parameter("a.b.weight", &odd.tr()).unwrap();
    assert_eq!((transposed.layer(), transposed.name()), ("a.b", "weight"));
    let found: Vec<_> = transposed.values().to_f32().iter().map(|value| value.to_bits()).collect();
    assert_eq!(found, [f32::NAN, f32::INFINITY, -0.0, 1e-45].map(f32::to_bits));

    let (mut net, mut other) = (Net::new(), Net::new());
    net.store.double();
    other.store.double();
    let weights = Weights::of(&net).unwrap();
    assert!(weights.iter().all(|one| one.values().dtype().to_string() == "f64"));
    load(&other.store, &weights).unwrap();
    assert_eq!(Weights::of(&other).unwrap(), weights);
}

#[test]
fn what_does_not_fit_is_an_error_that_names_the_tensor() {
    let mut net = Net::new();
    let weights = Weights::of(&net).unwrap();
    net.store.half();
    let error = Stored(&net.store).parameters().unwrap_err().to_string();
    assert!(error.contains("hidden.bias") && error.contains("Half"), "{error}");

    let store = nn::VarStore::new(Device::Cpu);
    let _ = store.root().sub("hidden").zeros("weight", &[3, 2]);
    let error = load(&store, &weights).unwrap_err().to_string();
    assert!(error.contains("hidden") && error.contains("weight"), "{error}");
    let nameless = parameter("alone", &Tensor::zeros(&[], (Kind::Float, Device::Cpu))).unwrap();
    assert_eq!((nameless.layer(), nameless.name(), nameless.shape().len()), ("", "alone", 0));
}
