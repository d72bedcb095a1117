//! The probe: the outputs of a model on a few inputs that the recording fixes. It is stored with the epoch or not at all, by
//! whoever can run the model, and it is what `verify` proves by.

mod common;

use std::{
    fs,
    ops::Range,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use common::{
    NoGradients,
    bytes::{EPOCH, records, reseal},
};
use training_replay::{
    Activation, Backward, Dataset, Dense, Error, Forward, Loss, Matrix, Metrics, Model, Optimizer, Parameter, Probed,
    Replay, ReplayOptions, Result, Sequential, Targets, Trainer, Weights,
    analysis::{Caveat, DataCheck, EpochSummary, MilestoneOptions, Quantity, Verdict, VerifyOptions},
    datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

fn network(units: usize, seed: u64) -> Sequential {
    let layers = [Dense::new(units).activation(Activation::Tanh), Dense::new(1).activation(Activation::Sigmoid)];
    Sequential::builder(2).layers(layers).build(seed).unwrap()
}

fn data() -> Dataset {
    datasets::moons(100, 0.1, 7)
}

/// Epochs 0 to 3 of a trained network.
fn trained(options: ReplayOptions) -> Replay {
    let mut replay = options.loss(LOSS).in_memory();
    train(&mut replay, |model, replay, metrics| _ = replay.record(model, metrics).unwrap());
    replay
}

fn train(replay: &mut Replay, mut record: impl FnMut(&Sequential, &mut Replay, Metrics)) {
    let (mut model, data) = (network(3, 1), data());
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.1)).batch_size(10);
    record(&model, replay, Metrics::new());
    for _ in 0..3 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        record(&model, replay, metrics);
    }
}

fn bytes_of(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_epoch_and_step_holds_what_the_model_makes_of_samples_of_the_data() {
    let (mut model, data) = (network(3, 1), data());
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.1)).batch_size(50);
    let step = |step: training_replay::train::Step<'_>| {
        replay.record_at((1, step.number()), step.model(), step.metrics()).map(drop)
    };
    let metrics = trainer.epoch_with(&mut model, &data, step).unwrap();
    replay.record(&model, metrics).unwrap();
    let replay = Replay::from_bytes(bytes_of(&replay)).unwrap();
    let inputs = replay.probe().inputs().unwrap();
    assert_eq!((inputs.row(0), inputs.row(7)), (data.inputs().row(0), data.inputs().row(99)));
    for moment in [0.into(), (1, 1).into(), (1, 2).into(), training_replay::Moment::from(1)] {
        let outputs = replay.at(moment).unwrap().model().predict(inputs).unwrap();
        assert_eq!(replay.probe().outputs(moment).unwrap(), Some(outputs), "{moment}");
    }
    assert!(matches!(replay.probe().outputs(2), Err(Error::UnknownEpoch { .. })));
}

#[test]
fn a_large_model_is_run_at_few_epochs_and_at_as_many_as_is_said() {
    let probed = |options: ReplayOptions| {
        let (model, mut replay) = (network(2_000, 1), options.dataset(&data()).in_memory());
        (0..22).for_each(|_| _ = replay.record(&model, Metrics::new()).unwrap());
        replay.record_at((22, 1), &model, Metrics::new()).unwrap();
        assert_eq!(replay.probe().outputs((22, 1)).unwrap(), None);
        let epochs = replay.epochs().filter(|epoch| replay.probe().outputs(*epoch).unwrap().is_some());
        let epochs = epochs.collect::<Vec<_>>();
        assert!(epochs.is_empty() || replay.run().unwrap().verify(&VerifyOptions::default()).unwrap().holds());
        epochs
    };
    assert_eq!(probed(Replay::options()), [0, 1, 10, 20]);
    assert_eq!(probed(Replay::options().probe_every(7)), [0, 7, 14, 21]);
    assert_eq!(probed(Replay::options().without_probe()), [0; 0]);
    let never = Replay::options().probe_every(0).in_memory().record(&network(2, 1), Metrics::new());
    assert!(never.unwrap_err().to_string().contains("`probe_every` is 0"));
}

#[test]
fn a_recording_that_is_gone_on_with_keeps_its_probe() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    Replay::options().dataset(&data()).create(&path).unwrap().record(&network(3, 1), Metrics::new()).unwrap();
    let inputs = Replay::open(&path).unwrap().probe().inputs().unwrap().clone();
    assert_eq!(Replay::append(&path).unwrap().record(&network(3, 2), Metrics::new()).unwrap(), 1);
    let mut replay = Replay::options().probe(&inputs).append(&path).unwrap();
    replay.record(&network(3, 3), Metrics::new()).unwrap();
    assert_eq!(replay.probe().outputs(1).unwrap(), Some(network(3, 2).predict(&inputs).unwrap()));
    assert_eq!(replay.probe().outputs(2).unwrap(), Some(network(3, 3).predict(&inputs).unwrap()));
    drop(replay);
    Replay::options().without_probe().append(&path).unwrap().record(&network(3, 4), Metrics::new()).unwrap();
    assert_eq!(Replay::open(&path).unwrap().probe().outputs(3).unwrap(), None);
    let others = Replay::options().probe(&(inputs * 2.0)).append(&path).unwrap_err().to_string();
    assert!(others.contains("the inputs of the probe is others"), "{others}");
}

#[test]
fn inputs_that_are_none_or_do_not_fit_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    for (inputs, message) in [
        (Matrix::zeros(0, 2), "the size of the probe's inputs is 0 values"),
        (Matrix::zeros(1 << 20, 2), "the size of the probe's inputs is 2097152 values"),
        (Matrix::from_element(1, 2, f32::NAN), "inputs of the probe, row 0, column 0, is NaN"),
    ] {
        let refused = Replay::options().probe(&inputs).create(&path).unwrap_err().to_string();
        assert!(refused.contains(message) && !path.exists(), "{refused}");
        assert!(Replay::options().probe(&inputs).in_memory().record(&network(2, 1), Metrics::new()).is_err());
    }
    let mut replay = Replay::options().probe(&Matrix::zeros(1, 3)).in_memory();
    assert!(matches!(replay.record(&network(2, 1), Metrics::new()), Err(Error::Shape { .. })));
    assert_eq!(replay.epochs().len(), 0);
}

/// A model of one factor that can be made to fail, to forget, and to give wrong gradients.
#[derive(Debug)]
struct Factor {
    value: Vec<f32>,
    fails: AtomicBool,
    forgets: bool,
    gradient: Gradients,
}

impl Factor {
    fn new(factor: f32) -> Self {
        Self { value: vec![factor], fails: AtomicBool::new(false), forgets: false, gradient: Weights::default }
    }
}

impl Model for Factor {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![Parameter::new("scale", "factor", [1], &self.value)])
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl Forward for Factor {
    fn layers(&self) -> Vec<String> {
        vec!["scale".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let factor = weights.require("scale", "factor", &[1])?.values().to_f32()[0];
        let kept = if self.forgets { self.value[0] } else { factor };
        Ok(Self { gradient: self.gradient, ..Self::new(kept) })
    }

    fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
        if self.fails.load(Relaxed) {
            Err(Error::model("the device is gone"))
        } else {
            Ok(inputs.columns(0, 1) * self.value[0])
        }
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

impl Backward for Factor {
    fn gradients(&self, _: &Matrix, _: Targets<'_>, _: Loss) -> Result<Weights> {
        Ok((self.gradient)())
    }
}

#[test]
fn a_model_that_fails_on_the_probe_is_an_error_and_the_call_can_be_repeated() {
    let mut replay = Replay::options().dataset(&data()).in_memory();
    let model = Factor::new(0.5);
    for epoch in 0..2 {
        let before = bytes_of(&replay);
        model.fails.store(true, Relaxed);
        let message = replay.record(&model, Metrics::new()).unwrap_err().to_string();
        assert_eq!(message, "the model failed: the device is gone");
        assert!(bytes_of(&replay) == before, "nothing is written of an epoch that is not whole");
        model.fails.store(false, Relaxed);
        assert_eq!(replay.record(&model, Metrics::new()).unwrap(), epoch);
    }
}

#[test]
fn a_parameter_that_is_forgotten_is_an_error_that_names_it_whatever_is_asked() {
    let mut replay = Replay::options().dataset(&data()).loss(Loss::MeanSquaredError).in_memory();
    for factor in [0.0, 0.25, 0.5] {
        replay.record(&Factor::new(factor), [("loss", 0.5)]).unwrap();
    }
    let forgetful = Factor { forgets: true, ..Factor::new(0.0) };
    let run = replay.run_with(&forgetful);
    assert!(run.at(0).is_ok(), "as its own value is the recorded one there");
    let message = run.at(1).unwrap_err().to_string();
    assert!(message.contains("scale/factor") && message.contains("0 at index 0, where 0.25 was recorded"), "{message}");
    assert!(run.snapshots().any(|snapshot| snapshot.is_err()));
    let plain = Factor::new(9.0);
    assert_eq!(replay.run_with(&plain).snapshots().flatten().count(), 3);
}

type Gradients = fn() -> Weights;

#[test]
fn gradients_of_no_parameter_or_another_shape_are_an_error_that_names_them() {
    let mut replay = Replay::options().dataset(&data()).in_memory();
    replay.record(&Factor::new(0.5), Metrics::new()).unwrap();
    let cases: [(Gradients, &str); 3] = [
        (Weights::default, "the number of gradients is 0"),
        (|| Weights::from_iter([Parameter::new("scale", "bias", [1], vec![0.0_f32])]), "the gradient of scale/bias"),
        (
            || Weights::from_iter([Parameter::new("scale", "factor", [2], vec![0.0_f32; 2])]),
            "the gradient of scale/factor",
        ),
    ];
    for (wrong, expected) in cases {
        let model = Factor { gradient: wrong, ..Factor::new(0.5) };
        let snapshot = replay.run_with(&model).at(0).unwrap();
        let options = MilestoneOptions::default().loss(Loss::MeanSquaredError);
        let quantity = Quantity::gradients(Loss::MeanSquaredError);
        for refused in [
            snapshot.gradients(Loss::MeanSquaredError).map(drop),
            EpochSummary::of(0, &model, &data(), &options).map(drop),
            snapshot.distributions(quantity, &training_replay::analysis::LayerFilter::default()).map(drop),
        ] {
            let message = refused.unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
    let right = Factor { gradient: || Weights::of(&Factor::new(1.0)).unwrap(), ..Factor::new(0.5) };
    assert!(replay.run_with(&right).at(0).unwrap().gradients(Loss::MeanSquaredError).is_ok());
}

#[test]
fn outputs_that_were_computed_elsewhere_are_handed_over_and_prove_as_much() {
    let mut replay = Replay::options().dataset(&data()).loss(LOSS).in_memory();
    train(&mut replay, |model, replay, metrics| {
        let outputs = model.predict(replay.probe().inputs().unwrap()).unwrap();
        let weights = Weights::of(model).unwrap();
        let wrong = outputs.rows(0, 3).into_owned();
        assert!(matches!(replay.record(&Probed::new(&weights, &wrong), &metrics), Err(Error::Shape { .. })));
        replay.record(&Probed::new(&weights, &outputs), metrics).unwrap();
    });
    let model = NoGradients(network(3, 9));
    assert!(replay.run_with(&model).verify(&VerifyOptions::default()).unwrap().holds());
    let other =
        Sequential::builder(2).layers([Dense::new(3), Dense::new(1).activation(Activation::Sigmoid)]).build(1).unwrap();
    let verification = replay.run_with(&other).verify(&VerifyOptions::default()).unwrap();
    assert_eq!(verification.verdict(), Verdict::Differs);
}

#[test]
fn without_a_probe_it_is_said_that_means_prove_little() {
    let mut bare = Replay::options().dataset(&data()).loss(LOSS).in_memory();
    train(&mut bare, |model, replay, metrics| _ = replay.record(&Weights::of(model).unwrap(), metrics).unwrap());
    let model = network(3, 1);
    for (replay, what) in
        [(&bare, "bare weights"), (&trained(Replay::options().dataset(&data()).without_probe()), "asked")]
    {
        assert_eq!((replay.probe().inputs(), replay.probe().outputs(1).unwrap()), (None, None), "{what}");
        let verification = replay.run_with(&model).verify(&VerifyOptions::default()).unwrap();
        assert_eq!((verification.verdict(), verification.holds()), (Verdict::MeansAgree, false), "{what}");
        assert_eq!((verification.model_holds(), &verification.data), (None, &DataCheck::Recorded));
        let text = verification.to_string();
        assert!(
            text.starts_with("not proven, but the means agree\n") && text.contains("means alone say little"),
            "{text}"
        );
        let nothing = replay.run_with(&model).verify(&VerifyOptions::default().without_metrics());
        assert!(matches!(nothing, Err(Error::Missing { .. })));
    }
}

#[test]
fn a_validation_set_is_another_data_set_and_the_model_is_proven_all_the_same() {
    let validation = datasets::moons(60, 0.1, 8);
    let replay = trained(Replay::options().dataset(&data())).with_dataset(&validation).unwrap();
    let verification = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert_eq!((verification.verdict(), verification.model_holds()), (Verdict::OtherData, Some(true)));
    let text = verification.to_string();
    assert!(
        text.contains("the model is the recorded one")
            && text.contains("of shape [60, 2], the recorded ones of [100, 2]"),
        "{text}"
    );
    // The recorded ones given again are the recorded ones, and one other target makes them others.
    let replay = replay.with_dataset(&data()).unwrap();
    assert_eq!(replay.run().unwrap().verify(&VerifyOptions::default()).unwrap().data, DataCheck::Recorded);
    let mut targets = data().targets().numbers().unwrap().clone();
    targets[(41, 0)] = 1.0 - targets[(41, 0)];
    let replay = replay.with_dataset(&Dataset::new(data().inputs().clone(), targets).unwrap()).unwrap();
    let verification = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert!(verification.data.to_string().contains("targets, row 41, column 0"), "{}", verification.data);
}

#[test]
fn data_that_were_not_recorded_are_known_by_the_inputs_of_the_probe() {
    let probe = data().inputs().rows(30, 2).into_owned();
    let replay = trained(Replay::options().probe(&probe));
    let verification = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert_eq!((verification.verdict(), &verification.data), (Verdict::Proven, &DataCheck::NotAsked));
    assert!(verification.not_compared.is_some_and(|why| why.contains("data set")));
    let replay = replay.with_dataset(&data()).unwrap();
    let verification = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert_eq!((verification.holds(), &verification.data), (true, &DataCheck::HoldsProbe));
    let replay = replay.with_dataset(&datasets::moons(100, 0.1, 8)).unwrap();
    let verification = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert_eq!((verification.verdict(), verification.holds()), (Verdict::ModelProven, false));
}

#[test]
fn a_penalty_in_the_logged_loss_is_named_and_can_be_given() {
    const FACTOR: f64 = 0.02;
    let mut replay = Replay::options().dataset(&data()).loss(LOSS).in_memory();
    train(&mut replay, |model, replay, mut metrics| {
        let kernels = model.parameters().unwrap().into_iter().filter(|parameter| parameter.shape().len() == 2);
        let squares: f64 = kernels.map(|kernel| kernel.values().to_f64().iter().map(|w| w * w).sum::<f64>()).sum();
        if let Some(loss) = metrics.get("loss") {
            metrics.insert("loss", loss + FACTOR * squares);
        }
        replay.record(model, metrics).unwrap();
    });
    let verify = |options: VerifyOptions| replay.run().unwrap().verify(&options).unwrap();
    let verification = verify(VerifyOptions::default());
    assert!(verification.holds() && !verification.means_agree());
    assert!(verification.to_string().contains("does it hold a penalty?"), "{verification}");
    assert!(verify(VerifyOptions::default().l2(FACTOR)).means_agree());
    assert!(verify(VerifyOptions::default().without_metrics()).holds());
}

#[test]
fn options_that_nothing_can_be_compared_by_are_refused() {
    let replay = trained(Replay::options().dataset(&data()));
    for number in [f64::NAN, -0.5, f64::INFINITY] {
        let options = VerifyOptions::default();
        for (options, name) in [
            (options.clone().tolerance(number), "tolerance"),
            (options.clone().outputs_tolerance(number), "outputs_tolerance"),
            (options.l2(number), "l2"),
        ] {
            let message = replay.run().unwrap().verify(&options).unwrap_err().to_string();
            assert!(message.contains(&format!("`VerifyOptions::{name}` is {number}")), "{message}");
        }
    }
}

/// Any bit of an epoch's meta: what was logged and the probe are errors that name them, and the weights read.
#[test]
fn a_flipped_bit_of_a_probe_is_noticed_and_costs_no_weights() {
    let whole = bytes_of(&trained(Replay::options().dataset(&data())));
    let meta = records(&whole).into_iter().filter(|record| record.kind == EPOCH).nth(1).unwrap().meta;
    assert!(meta.len() > 50 + 32);
    for bit in 8 * meta.start..8 * meta.end {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let replay = Replay::from_bytes(bytes).unwrap();
        let message = replay.probe().outputs(1).unwrap_err().to_string();
        assert!(message.starts_with("the probe of epoch 1 of <memory> is corrupted at byte"), "{message}");
        assert!(replay.metrics(1).is_err() && replay.weights(1).is_ok() && replay.probe().outputs(2).is_ok());
    }
}

#[test]
fn a_probe_with_sound_checksums_and_absurd_numbers_is_an_error() {
    let whole = bytes_of(&trained(Replay::options().dataset(&data())));
    let meta = records(&whole).into_iter().filter(|record| record.kind == EPOCH).nth(1).unwrap().meta;
    let arrays = Replay::from_bytes(whole.clone()).unwrap().weights(0).unwrap().len();
    let checksums = 8 + 4 * arrays; // behind the probe
    let probe = meta.end - checksums - (18 + 4 * 8); // two bytes, two lengths, eight outputs
    for (at, value) in [(2, 0), (2, 2), (2, 3), (10, 7), (10, u64::MAX)] {
        let mut bytes = whole.clone();
        bytes[probe + at..probe + at + 8].copy_from_slice(&u64::to_le_bytes(value));
        reseal(&mut bytes);
        let replay = Replay::from_bytes(bytes).unwrap();
        assert!(matches!(replay.probe().outputs(1), Err(Error::Corrupted { .. })), "{value} at {at}");
        assert!(replay.metrics(1).is_ok() && replay.weights(1).is_ok());
        let verification = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap();
        assert!(verification.holds(), "the other epochs prove it");
        assert!(matches!(verification.caveats[..], [Caveat::Skipped { epoch: 1, .. }]), "and this one is listed");
    }
}

#[test]
fn a_damaged_data_set_that_is_supplied_again_is_known_by_the_probe() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut bytes = bytes_of(&trained(Replay::options().dataset(&data())));
    let inputs = records(&bytes)[1].data.clone();
    bytes[inputs.start] ^= 1;
    fs::write(&path, bytes).unwrap();
    let replay = Replay::open(&path).unwrap();
    assert!(matches!(replay.run().unwrap().verify(&VerifyOptions::default()), Err(Error::Corrupted { .. })));
    let replay = replay.with_dataset(&data()).unwrap();
    let verification = replay.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert_eq!((verification.verdict(), &verification.data), (Verdict::ModelProven, &DataCheck::Damaged));
}

/// Outputs that are not finite are recorded like others, and prove nothing by themselves.
#[test]
fn a_run_that_diverged_is_proven_by_its_finite_epochs_only() {
    let with = |factors: &[f32]| {
        let mut replay = Replay::options().dataset(&data()).loss(Loss::MeanSquaredError).in_memory();
        factors.iter().for_each(|factor| _ = replay.record(&Factor::new(*factor), [("loss", f64::NAN)]).unwrap());
        replay.run_with(&Factor::new(1.0)).verify(&VerifyOptions::default()).unwrap().model_holds()
    };
    assert_eq!((with(&[0.5, f32::NAN]), with(&[f32::NAN])), (Some(true), None));
}

/// A slope of a millionth for ReLU's zero is far within what another device may differ by.
#[test]
fn a_built_in_network_must_give_the_same_bits_and_another_model_need_not() {
    let network = |activation| {
        let layers = [Dense::new(8).activation(activation), Dense::new(1).activation(Activation::Sigmoid)];
        Sequential::builder(2).layers(layers).build(3).unwrap()
    };
    let mut replay = Replay::options().dataset(&data()).in_memory();
    replay.record(&network(Activation::Relu), Metrics::new()).unwrap();
    let options = VerifyOptions::default().without_metrics();
    let almost = network(Activation::LeakyRelu { slope: 1e-6 });
    let verification = replay.run_with(&almost).verify(&options).unwrap();
    assert_eq!((verification.verdict(), verification.probes[0].allowed), (Verdict::Differs, 0.0));
    assert!(verification.probes[0].off < 1e-6, "{}", verification.probes[0].off);
    assert!(replay.run_with(&NoGradients(almost)).verify(&options).unwrap().holds());
    let right = replay.run_with(&network(Activation::Relu)).verify(&options).unwrap();
    assert_eq!((right.holds(), right.probes[0].off), (true, 0.0));
    assert!(right.to_string().contains("bit for bit"), "{right}");
}

#[test]
fn a_copy_keeps_who_computed_the_outputs_and_takes_those_of_its_own_inputs_only() {
    let network = Sequential::builder(2).layer(Dense::new(1)).build(3).unwrap();
    let mut replay = Replay::options().dataset(&data()).in_memory();
    replay.record(&network, Metrics::new()).unwrap();
    replay.record(&Weights::of(&network).unwrap(), Metrics::new()).unwrap(); // that nobody runs
    let mut foreign = Replay::options().dataset(&data()).in_memory();
    foreign.record(&NoGradients(network.clone()), Metrics::new()).unwrap();

    let inputs = replay.probe().inputs().unwrap();
    for (source, epoch, built_in) in [(&replay, 0, Some(true)), (&replay, 1, None), (&foreign, 0, Some(false))] {
        let mut copy = Replay::options().probe(inputs).in_memory();
        let (weights, probe) = (source.weights(epoch).unwrap(), source.probe().at(epoch).unwrap());
        let recorded = match &probe {
            Some(outputs) => outputs.record_in(&mut copy, epoch, &weights, Metrics::new()),
            None => copy.record_at(epoch, &weights, Metrics::new()),
        };
        assert!(recorded.unwrap());
        assert_eq!((copy.probe().inputs(), copy.probe().at(epoch).unwrap()), (Some(inputs), probe.clone()));
        assert_eq!(probe.map(|probe| probe.is_built_in()), built_in);
    }
    let (weights, outputs) = (replay.weights(0).unwrap(), replay.probe().at(0).unwrap().unwrap());
    let copied =
        |options: ReplayOptions| outputs.record_in(&mut options.in_memory(), 0, &weights, Metrics::new()).unwrap_err();
    assert!(matches!(copied(Replay::options().without_probe()), Error::Missing { .. }));
    assert!(matches!(copied(Replay::options().probe(&Matrix::zeros(3, 2))), Error::Shape { .. }));
    assert!(matches!(copied(Replay::options().probe(&Matrix::zeros(0, 2))), Error::Invalid { .. }));
}
