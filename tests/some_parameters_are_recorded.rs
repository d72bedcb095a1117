//! A recording of some parameters: which are chosen, what is known of the others, and that everything is as in a recording of all
//! once it has its base.

mod common;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use training_replay::{
    Activation, BackgroundRecorder, Base, Dataset, Dense, Error, Forward, Loss, Metrics, Model, Optimizer, Parameter,
    Replay, ReplayOptions, Result, Sequential, StepRing, Trainer, Visitor, Weights,
    analysis::{Baseline, MilestoneOptions, VerifyOptions},
    datasets,
    half::{bf16, f16},
};

/// Arrays of one value each by the names of layer and parameter.
fn weights(named: &[(&str, &str)], value: f32) -> Weights {
    let one = |&(layer, name): &(&str, &str)| {
        Parameter::new(layer.to_owned(), name.to_owned(), [1], vec![value + (layer.len() + name.len()) as f32])
    };
    named.iter().map(one).collect()
}

fn written(replay: &Replay) -> Vec<u8> {
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

fn recorded(replay: &Replay) -> Vec<String> {
    replay.recorded_weights().parameters().map(|it| format!("{}/{}", it.layer(), it.name())).collect()
}

fn left_out(replay: &Replay) -> Vec<String> {
    replay.recorded_weights().left_out().map(|it| format!("{}/{}", it.layer(), it.name())).collect()
}

fn same_bits(one: &Weights, other: &Weights) -> bool {
    let alike = |(one, other): (&Parameter<'_>, &Parameter<'_>)| {
        (one.layer(), one.name(), one.shape(), one.orientation())
            == (other.layer(), other.name(), other.shape(), other.orientation())
            && one.values().same_bits(other.values())
    };
    one.len() == other.len() && one.iter().zip(other.iter()).all(alike)
}

fn message<T>(result: Result<T>) -> String {
    result.map(drop).unwrap_err().to_string()
}

const NAMES: [(&str, &str); 6] = [
    ("model.layers.0.q_proj", "weight"),
    ("model.layers.0.q_proj", "lora_A"),
    ("model.layers.0.q_proj", "lora_B"),
    ("model.layers.12.mlp", "weight"),
    ("head", "weight"),
    ("head", "bias"),
];

fn chosen(options: ReplayOptions) -> Vec<String> {
    let mut replay = options.in_memory();
    replay.record(&weights(&NAMES, 0.0), Metrics::new()).unwrap();
    let (some, others) = (recorded(&replay), left_out(&replay));
    assert_eq!(some.len() + others.len(), NAMES.len());
    assert!(others.iter().all(|name| !some.contains(name)));
    some
}

#[test]
fn patterns_choose_none_one_many_or_all_whatever_their_order() {
    let only = |patterns: &[&str]| chosen(Replay::options().only_parameters(patterns.iter().copied()));
    let lora = ["model.layers.0.q_proj/lora_A", "model.layers.0.q_proj/lora_B"];
    assert_eq!(only(&["*lora*"]), lora);
    assert_eq!(only(&["*lora_B", "*lora_A"]), lora);
    assert_eq!(only(&["head.*"]), ["head/weight", "head/bias"]);
    assert_eq!(only(&["head/bias"]), ["head/bias"]);
    assert_eq!(only(&["*.layers.[0-9].*weight", "head.bias"]), ["model.layers.0.q_proj/weight", "head/bias"]);
    assert_eq!(only(&["**"]).len(), 6);
    let without = |patterns: &[&str]| chosen(Replay::options().without_parameters(patterns.iter().copied()));
    assert_eq!(without(&["model.*", "*bias"]), ["head/weight"]);
    let both = |options: ReplayOptions| chosen(options);
    assert_eq!(both(Replay::options().only_parameters(["head*"]).without_parameters(["*.bias"])), ["head/weight"]);
    assert_eq!(both(Replay::options().without_parameters(["*.bias"]).only_parameters(["head*"])), ["head/weight"]);
    assert_eq!(both(Replay::options().only_parameters(["*lora*"]).only_parameters(["head/bias"])), ["head/bias"]);
}

#[test]
fn what_fits_no_parameter_or_leaves_none_is_an_error_that_says_so_and_nothing_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |options: ReplayOptions| {
        let mut replay = options.create(folder.path().join("run.replay")).unwrap();
        let messages: Vec<String> =
            (0..2).map(|_| message(replay.record(&weights(&NAMES, 0.0), Metrics::new()))).collect();
        assert_eq!(messages[0], messages[1]);
        assert_eq!(replay.epochs().len(), 0);
        messages[0].clone()
    };
    let only = |patterns: &[&str]| refused(Replay::options().only_parameters(patterns.iter().copied()));
    let unused = only(&["*lora*", "*.lorra_B"]);
    assert!(unused.starts_with(r#"the pattern "*.lorra_B" is for none; it must be one that matches a parameter"#));
    assert!(unused.contains("model.layers.0.q_proj/lora_B") && unused.contains("head/bias"), "{unused}");
    assert!(only(&["Head/*"]).contains("is for none"), "capital letters are others");
    let none_left = refused(Replay::options().only_parameters(["head/*"]).without_parameters(["*"]));
    assert!(none_left.contains("0 of 6") && none_left.contains("1 or more"), "{none_left}");

    let many: Vec<(String, String)> = (0..1_000).map(|i| (format!("layer {i}"), "kernel".to_owned())).collect();
    let many: Weights = many.into_iter().map(|(layer, name)| Parameter::new(layer, name, [1], vec![0.0_f32])).collect();
    let mut replay = Replay::options().only_parameters(["x"]).in_memory();
    let long = message(replay.record(&many, Metrics::new()));
    assert!(long.contains("and 992 more") && long.len() < 400, "{long}");
    let mut replay = Replay::options().only_parameters(["x"]).in_memory();
    assert!(message(replay.record(&Weights::default(), Metrics::new())).contains("it has none"));
}

#[test]
fn what_is_no_pattern_is_refused_before_a_file_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    for bad in ["", "a[b", "[b-a]", "[^a]"] {
        for options in [Replay::options().only_parameters([bad]), Replay::options().without_parameters(["*", bad])] {
            assert!(matches!(options.clone().create(&path), Err(Error::Invalid { .. })), "{bad}");
            assert!(!path.exists());
            assert!(options.in_memory().record(&weights(&NAMES, 0.0), Metrics::new()).is_err());
        }
    }
    let none: [&str; 0] = [];
    assert!(message(Replay::options().only_parameters(none).create(&path)).contains("1 or more"));
}

#[test]
fn names_may_hold_anything() {
    let odd =
        [("\u{e9}t\u{e9}/\u{1f600}", "*"), ("a[0]", "b?"), ("", "steps"), ("a.b", "c.d"), ("..", "\n\""), ("x", "")];
    let only = |pattern: &str| {
        let mut replay = Replay::options().only_parameters([pattern]).in_memory();
        replay.record(&weights(&odd, 0.0), Metrics::new()).unwrap();
        let replay = Replay::from_bytes(written(&replay)).unwrap();
        assert_eq!(left_out(&replay).len(), odd.len() - recorded(&replay).len());
        let whole = Base::of(&weights(&odd, 0.0)).unwrap().complete(replay).unwrap();
        assert!(same_bits(&whole.weights(0).unwrap(), &weights(&odd, 0.0)));
        recorded(&whole)
    };
    assert_eq!(only("\u{e9}t?/?/[*]"), ["\u{e9}t\u{e9}/\u{1f600}/*"]);
    assert_eq!(only("a[[]0]/b[?]"), ["a[0]/b?"]);
    assert_eq!(only("steps"), ["/steps"]);
    assert_eq!(only("a.b.c.d"), ["a.b/c.d"]);
    assert_eq!(only("../\n*"), ["../\n\""]);
    assert_eq!(only("x/"), ["x/"]);
}

/// Arrays of every type, of many shapes; `trained` of which changes.
fn of_every_type(epoch: u16) -> Weights {
    let nan = f32::from_bits(0x7fa0_1234);
    Weights::from_iter([
        Parameter::new("base", "f32", [2, 2], vec![1.0_f32, nan, -0.0, f32::INFINITY]),
        Parameter::new("base", "scalar", [], vec![f64::from_bits(0x7ff4_0000_0000_0001)]),
        Parameter::new("adapter", "bf16", [3], (0..3).map(|i| bf16::from_bits(i + epoch)).collect::<Vec<_>>()),
        Parameter::new("base", "bf16", [3], vec![bf16::from_bits(0x7fff), bf16::ONE, bf16::NEG_ONE]),
        Parameter::new("base", "f16", [1], vec![f16::from_bits(0x7c01)]),
        Parameter::new("base", "none", [0, 7], Vec::<i64>::new()),
        Parameter::new("adapter", "scalar", [], vec![u64::from(epoch)]),
        Parameter::new("base", "bool", [2], vec![true, false]),
        Parameter::new("base", "i8", [1, 1, 1], vec![-1_i8]),
    ])
}

fn base_of_every_type() -> Weights {
    of_every_type(0).into_iter().filter(|it| it.layer() == "base").collect()
}

/// A recording of the adapters alone.
fn adapters(options: ReplayOptions) -> Replay {
    let mut replay = options.only_parameters(["adapter/*"]).in_memory();
    for epoch in 0..4 {
        replay.record(&of_every_type(epoch), [("loss", f64::from(epoch))]).unwrap();
    }
    replay
}

#[test]
fn arrays_of_every_type_come_back_bit_for_bit_in_the_models_own_order() {
    let replay = Replay::from_bytes(written(&adapters(Replay::options()))).unwrap();
    let full: usize = of_every_type(0).iter().map(|it| it.values().len()).sum();
    assert!(replay.recorded_weights().left_out().map(|it| it.place()).eq([0, 1, 3, 4, 5, 7, 8]) && full > 10);
    let replay = Base::of(&base_of_every_type()).unwrap().complete(replay).unwrap();
    let mut memory = Weights::default();
    for epoch in 0..4 {
        assert!(same_bits(&replay.weights(u64::from(epoch)).unwrap(), &of_every_type(epoch)));
        replay.recorded_weights().read_into(u64::from(epoch), &mut memory).unwrap();
        assert_eq!(memory.len(), 2, "what is recorded stays what is recorded");
        for expected in of_every_type(epoch).iter() {
            let found = replay.parameter(u64::from(epoch), expected.layer(), expected.name()).unwrap();
            assert!(found.values().same_bits(expected.values()));
        }
    }
}

#[test]
fn without_its_base_everything_that_needs_all_parameters_says_which_are_missing() {
    let replay = adapters(Replay::options());
    let needed = message(replay.weights(0));
    assert_eq!(
        needed,
        "the recording holds no values of the parameters [\"base/f32\", \"base/scalar\", \"base/bf16\", \"base/f16\", \
         \"base/none\"] and 2 more; they were left out when it was recorded: `Base::of(&model)?.complete(replay)?` gives them"
    );
    assert!(matches!(replay.parameter(0, "base", "f32"), Err(Error::Missing { .. })));
    assert!(matches!(replay.weights(9), Err(Error::UnknownEpoch { .. })), "an epoch that is not there is said first");
    let run = replay
        .run_from(&|weights: &Weights| Sequential::builder(1).layer(Dense::new(1)).build(1)?.with_weights(weights));
    assert_eq!(message(run.at(0)), needed);

    // What is about the recorded ones works.
    assert_eq!(replay.parameter(3, "adapter", "scalar").unwrap().values().to_f64(), [3.0].as_slice());
    assert_eq!(replay.curve("loss").unwrap().len(), 4);
    assert_eq!(replay.recorded_weights().std().unwrap().len(), 2);
    assert!(replay.recorded_weights().check(0).is_ok());
    assert!(replay.check_integrity().unwrap().is_empty());
}

#[test]
fn a_base_may_come_in_another_order_and_with_more_and_must_be_the_same_in_every_bit() {
    let bytes = written(&adapters(Replay::options()));
    let complete = |base: Weights| Base::of(&base).and_then(|base| base.complete(Replay::from_bytes(bytes.clone())?));
    let reversed: Vec<Parameter<'static>> = base_of_every_type().into_iter().collect();
    let replay = complete(reversed.into_iter().rev().collect()).unwrap();
    assert!(same_bits(&replay.weights(2).unwrap(), &of_every_type(2)));
    let more = of_every_type(9).into_iter().chain([Parameter::new("a", "b", [1], vec![0_u8])]);
    let replay = complete(more.collect()).unwrap();
    assert!(same_bits(&replay.weights(2).unwrap(), &of_every_type(2)), "the recorded ones count, not the base's");

    let with = |other: Parameter<'static>| {
        let is_it = |it: &Parameter<'_>| (it.layer(), it.name()) == (other.layer(), other.name());
        message(complete(
            base_of_every_type().into_iter().map(|it| if is_it(&it) { other.clone() } else { it }).collect(),
        ))
    };
    let missing = message(complete(base_of_every_type().into_iter().skip(1).collect()));
    assert!(missing.contains(r#"without ["base/f32"]"#), "{missing}");
    let other_type = with(Parameter::new("base", "bf16", [3], vec![f16::ONE; 3]));
    assert!(other_type.contains("base/bf16 [3] f16") && other_type.contains("base/bf16 [3] bf16"), "{other_type}");
    let other_shape = with(Parameter::new("base", "i8", [1], vec![-1_i8]));
    assert!(other_shape.contains("base/i8 [1] i8") && other_shape.contains("base/i8 [1, 1, 1] i8"), "{other_shape}");
    let crc = |value: i8| format!("{:08x}", crc32fast::hash(&value.to_le_bytes()));
    let other_value = with(Parameter::new("base", "i8", [1, 1, 1], vec![7_i8]));
    assert!(other_value.contains("parameter base/i8 of the base"), "{other_value}");
    assert!(other_value.contains(&crc(-1)) && other_value.contains(&crc(7)), "{other_value}");
    let other_nan = with(Parameter::new("base", "scalar", [], vec![f64::NAN]));
    assert!(other_nan.contains("base/scalar") && other_nan.contains("checksum"), "{other_nan}");
    let twice = base_of_every_type().into_iter().chain([Parameter::new("base", "i8", [1, 1, 1], vec![-1_i8])]);
    assert!(message(complete(twice.collect())).contains("twice"));

    let mut whole = Replay::options().in_memory();
    whole.record(&of_every_type(0), Metrics::new()).unwrap();
    assert!(message(Base::of(&of_every_type(0)).unwrap().complete(whole)).contains("leaves none out"));
    let nothing_yet = Replay::options().only_parameters(["adapter/*"]).in_memory();
    assert!(Base::of(&of_every_type(0)).unwrap().complete(nothing_yet).is_err());
}

#[test]
fn a_choice_of_all_is_an_ordinary_recording() {
    let record = |options: ReplayOptions| {
        let mut replay = options.in_memory();
        replay.record(&of_every_type(0), Metrics::new()).unwrap();
        let bytes = written(&replay);
        let of = |record: &common::bytes::Record| [&bytes[record.meta.clone()], &bytes[record.data.clone()]].concat();
        common::bytes::records(&bytes).iter().map(of).collect::<Vec<_>>()
    };
    let (all, plain) = (record(Replay::options().only_parameters(["*"])), record(Replay::options()));
    assert_eq!(all, plain);
}

/// The body of a network and a head that alone is trained, over features that the body makes once.
struct FineTuned {
    body: Sequential,
    model: Sequential,
    head: Sequential,
    trainer: Trainer,
    features: Dataset,
    data: Dataset,
}

impl FineTuned {
    fn new() -> Self {
        let data = datasets::moons(60, 0.1, 7);
        let body = || Dense::new(12).name("body").activation(Activation::Tanh);
        let head = || Dense::new(1).name("head").activation(Activation::Sigmoid);
        let model = Sequential::builder(2).layers([body(), head()]).build(3).unwrap();
        let (body, head) = (
            Sequential::builder(2).layer(body()).build(0).unwrap(),
            Sequential::builder(12).layer(head()).build(0).unwrap(),
        );
        let of = |layer: &str| {
            Weights::of(&model).unwrap().into_iter().filter(|it| it.layer() == layer).collect::<Weights>()
        };
        let (body, head) = (body.with_weights(&of("body")).unwrap(), head.with_weights(&of("head")).unwrap());
        let features = data.with_inputs(body.predict(data.inputs()).unwrap());
        let trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::adam(0.05)).batch_size(8);
        Self { body, model, head, trainer, features, data }
    }

    fn train(&mut self) -> Metrics {
        let metrics = self.trainer.epoch(&mut self.head, &self.features).unwrap();
        let all = [&self.body, &self.head].map(|part| Weights::of(part).unwrap());
        self.model = self.model.with_weights(&all.into_iter().flatten().collect()).unwrap();
        metrics
    }
}

trait WithInputs {
    fn with_inputs(&self, inputs: training_replay::Matrix) -> Dataset;
}

impl WithInputs for Dataset {
    fn with_inputs(&self, inputs: training_replay::Matrix) -> Dataset {
        Dataset::new(inputs, self.targets().numbers().unwrap().clone()).unwrap()
    }
}

/// The same run twice: all parameters, and those of the head alone.
fn fine_tuned(options: impl Fn() -> ReplayOptions, epochs: u64) -> [Replay; 2] {
    let mut run = FineTuned::new();
    let options = || options().dataset(&run.data).loss(Loss::BinaryCrossEntropy);
    let mut replays = [options().in_memory(), options().only_parameters(["head/*"]).in_memory()];
    replays.iter_mut().for_each(|replay| assert_eq!(replay.record(&run.model, Metrics::new()).unwrap(), 0));
    for epoch in 1..=epochs {
        let metrics = run.train();
        replays.iter_mut().for_each(|replay| assert_eq!(replay.record(&run.model, &metrics).unwrap(), epoch));
    }
    replays
}

#[test]
fn a_head_over_its_frozen_body_answers_bit_for_bit_as_a_recording_of_all() {
    let [full, head] = fine_tuned(Replay::options, 12);
    assert!(written(&head).len() < written(&full).len());
    let needed = message(head.at(3));
    assert!(needed.contains(r#"["body/kernel", "body/bias"]"#), "{needed}");
    for refused in [
        message(head.run().unwrap().verify(&VerifyOptions::default())),
        message(head.run().unwrap().milestones(&MilestoneOptions::default())),
        message(head.run().unwrap().map(|snapshot| snapshot.outputs())),
    ] {
        assert_eq!(refused, needed);
    }
    let head = Base::of(&FineTuned::new().model).unwrap().complete(head).unwrap();
    for epoch in 0..=12 {
        let (one, other) = (full.at(epoch).unwrap(), head.at(epoch).unwrap());
        assert_eq!(one.model(), other.model());
        assert_eq!(one.outputs().unwrap(), other.outputs().unwrap());
        assert_eq!(full.probe().outputs(epoch).unwrap(), head.probe().outputs(epoch).unwrap());
        let updates = |replay: &Replay| replay.at(epoch).unwrap().updates(Baseline::Start).unwrap();
        assert_eq!(updates(&full), updates(&head));
    }
    let verified = head.run().unwrap().verify(&VerifyOptions::default()).unwrap();
    assert!(verified.holds() && verified.probes.len() == 13, "{verified}");
    let template = FineTuned::new().model;
    let outputs = |replay: &Replay| replay.run_with(&template).map(|snapshot| snapshot.outputs()).unwrap();
    assert_eq!(outputs(&full), outputs(&head));
    assert_eq!(full.recorded_weights().diff(&head, 0.0).unwrap().first, None);
}

#[test]
fn many_runs_share_one_base() {
    let base = Base::of(&FineTuned::new().model).unwrap();
    let runs: training_replay::Runs = (0..3)
        .map(|run| {
            let [_, head] = fine_tuned(|| Replay::options().metadata("run", run), 2);
            (format!("run {run}"), base.complete(head).unwrap())
        })
        .collect();
    assert_eq!(runs.milestones(&MilestoneOptions::default()).unwrap().len(), 3);
}

#[test]
fn what_is_left_out_and_changes_all_the_same_is_an_error_where_it_is_looked_at() {
    let model = |body: f32, head: f32| {
        Weights::from_iter([
            Parameter::new("body", "kernel", [2], vec![body; 2]),
            Parameter::new("head", "kernel", [1], vec![head]),
        ])
    };
    let mut replay = Replay::options().only_parameters(["head/*"]).in_memory();
    replay.record(&model(0.5, 0.0), Metrics::new()).unwrap();
    let before = written(&replay);
    let trained = message(replay.record(&model(0.25, 1.0), Metrics::new()));
    assert!(trained.contains("parameter body/kernel of the model") && trained.contains("what is trained"), "{trained}");
    assert!(written(&replay) == before, "and nothing is written");
    for epoch in 1..20 {
        replay.record(&model(0.5, epoch as f32), Metrics::new()).unwrap();
    }
    assert!(replay.record(&model(0.25, 20.0), Metrics::new()).is_err(), "at epoch 20");
    assert!(replay.record(&model(0.5, 20.0), Metrics::new()).is_ok());
    assert!(replay.record(&model(0.25, 21.0), Metrics::new()).is_ok(), "in between it is not read");
    let replay = Base::of(&model(0.5, 0.0)).unwrap().complete(replay).unwrap();
    assert_eq!(replay.weights(19).unwrap(), model(0.5, 19.0));
}

/// A model on a device, from which each array is copied that is asked for.
#[derive(Default)]
struct OnDevice {
    epoch: Cell<f32>,
    copied: RefCell<Vec<String>>,
}

impl Model for OnDevice {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(Weights::of(self)?.into_iter().collect())
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        for layer in ["one", "two", "three"] {
            if visitor.wants(layer, "kernel") {
                self.copied.borrow_mut().push(layer.into());
                let value = if layer == "two" { self.epoch.get() } else { 0.5 };
                visitor.take(Parameter::new(layer, "kernel", [1], vec![value]))?;
            }
        }
        Ok(())
    }
}

#[test]
fn what_is_left_out_is_not_read_from_the_device_but_where_it_is_looked_at() {
    let model = OnDevice::default();
    let prefixed = |layer: &str, name: &str| (format!("base.{layer}"), name.to_owned());
    for rename in [false, true] {
        let options = Replay::options().only_parameters([if rename { "base.two/*" } else { "two/*" }]);
        let mut replay = if rename { options.rename(prefixed) } else { options }.in_memory();
        for epoch in 0..=11 {
            model.copied.borrow_mut().clear();
            model.epoch.set(epoch as f32);
            replay.record(&&Rc::new(Box::new(&model)), Metrics::new()).unwrap(); // through pointers of all kinds
            let all = if epoch == 0 { 3 } else { 0 } + if [1, 10].contains(&epoch) { 3 } else { 0 };
            let expected = if all > 0 { all } else { 1 };
            let copied = model.copied.borrow().iter().filter(|layer| *layer != "two").count();
            assert_eq!(copied == 0, expected == 1, "epoch {epoch}: {:?}", model.copied.borrow());
        }
        assert_eq!(replay.recorded_weights().parameters().count(), 1);
    }
}

#[test]
fn a_recorder_goes_on_with_the_recorded_choice_and_refuses_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let mut replay = Replay::options().only_parameters(["adapter/*"]).create(&path).unwrap();
    replay.record(&of_every_type(0), Metrics::new()).unwrap();
    drop(replay);
    let mut replay = Replay::append(&path).unwrap();
    replay.record(&of_every_type(1), Metrics::new()).unwrap();
    drop(replay);
    let mut replay = Replay::options().without_parameters(["base.*"]).append(&path).unwrap();
    replay.record(&of_every_type(2), Metrics::new()).unwrap();
    drop(replay);
    for other in [["*"], ["adapter/bf16"], ["base/*"]] {
        let refused = message(Replay::options().only_parameters(other).append(&path));
        assert!(refused.contains("the choice of parameters") && refused.contains("2 of 9"), "{refused}");
    }
    assert!(message(Replay::options().only_parameters(["adaptor/*"]).append(&path)).contains("is for none"));

    let mut replay = Replay::append(&path).unwrap();
    let changed = of_every_type(3).into_iter().map(|it| match it.name() {
        "i8" => Parameter::new("base", "i8", [1, 1, 1], vec![5_i8]),
        _ => it,
    });
    let refused = message(replay.record(&changed.collect::<Weights>(), Metrics::new()));
    assert!(refused.contains("base/i8 of the model"), "{refused}");
    let unknown = of_every_type(3).into_iter().chain([Parameter::new("new", "one", [1], vec![0.0_f32])]);
    assert!(message(replay.record(&unknown.collect::<Weights>(), Metrics::new())).contains("new/one"));
    let adapters: Weights = of_every_type(3).into_iter().filter(|it| it.layer() == "adapter").collect();
    replay.record(&adapters, Metrics::new()).unwrap(); // what is left out need not be handed over
    replay.finish().unwrap();
    let replay = Base::of(&of_every_type(0)).unwrap().complete(Replay::open(&path).unwrap()).unwrap();
    assert!((0..4).all(|epoch| same_bits(&replay.weights(u64::from(epoch)).unwrap(), &of_every_type(epoch))));

    let mut whole = Replay::options().create(folder.path().join("whole.replay")).unwrap();
    whole.record(&of_every_type(0), Metrics::new()).unwrap();
    drop(whole);
    let append = |options: ReplayOptions| options.append(folder.path().join("whole.replay"));
    assert!(append(Replay::options().only_parameters(["*"])).is_ok());
    assert!(append(Replay::options().only_parameters(["base/*"])).is_err());
}

#[test]
fn names_that_are_changed_when_recording_or_reading_are_changed_everywhere() {
    let rule = |layer: &str, name: &str| (format!("new.{layer}"), name.to_owned());
    let mut replay = Replay::options().rename(rule).only_parameters(["new.adapter/*"]).in_memory();
    replay.record(&of_every_type(0), Metrics::new()).unwrap();
    replay.finish().unwrap();
    assert!(left_out(&replay).iter().all(|name| name.starts_with("new.base/")));
    let back = |layer: &str, name: &str| (layer.replacen("new.", "", 1), name.to_owned());
    let bytes = written(&replay);
    let first = Replay::from_bytes(bytes.clone()).unwrap().rename(back).unwrap();
    let first = Base::of(&of_every_type(0)).unwrap().complete(first).unwrap();
    assert!(same_bits(&first.weights(0).unwrap(), &of_every_type(0)));
    let renamed: Weights = replay_names(&of_every_type(0));
    let later = Base::of(&renamed).unwrap().complete(Replay::from_bytes(bytes).unwrap()).unwrap();
    assert!(same_bits(&later.weights(0).unwrap(), &renamed));
    assert!(same_bits(&later.rename(back).unwrap().weights(0).unwrap(), &of_every_type(0)));
    let one = |_: &str, _: &str| ("a".to_owned(), "b".to_owned());
    assert!(message(first.rename(one)).contains("a/b"));
    let recorded_as_left_out = |layer: &str, name: &str| match (layer, name) {
        ("new.adapter", "bf16") => ("new.base".to_owned(), "bf16".to_owned()),
        _ => (layer.to_owned(), name.to_owned()),
    };
    assert!(message(replay.rename(recorded_as_left_out)).contains("new.base/bf16"));
}

fn replay_names(weights: &Weights) -> Weights {
    let renamed = |it: &Parameter<'static>| {
        Parameter::new(format!("new.{}", it.layer()), it.name().to_owned(), it.shape(), it.values().clone())
    };
    weights.iter().map(renamed).collect()
}

#[test]
fn a_fork_leaves_out_what_its_parent_does_and_goes_on_bit_for_bit() {
    let data = datasets::parabola(40, 1);
    let mut model =
        Sequential::builder(2).layers([Dense::new(4).name("body"), Dense::new(1).name("head")]).build(1).unwrap();
    let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.0)).batch_size(8);
    let mut replay = Replay::options().dataset(&data).only_parameters(["head.*"]).in_memory();
    replay.record(&trainer.training(&model), Metrics::new()).unwrap();
    for _ in 0..3 {
        let metrics = trainer.epoch(&mut model, &data).unwrap(); // at a learning rate of 0 the body is as frozen as the head
        replay.record(&trainer.training(&model), metrics).unwrap();
    }
    assert!(message(replay.run().unwrap().fork(2)).contains("body/kernel"));
    let replay = Base::of(&model).unwrap().complete(replay).unwrap();
    let mut fork = replay.run().unwrap().fork(2).unwrap();
    let mut child = fork.options.in_memory();
    let metrics = fork.trainer.epoch(&mut fork.model, &data).unwrap();
    child.record(&fork.trainer.training(&fork.model), metrics).unwrap();
    assert_eq!(recorded(&child), ["head/kernel", "head/bias"]);
    assert!(
        child
            .recorded_weights()
            .left_out()
            .map(|it| it.checksum())
            .eq(replay.recorded_weights().left_out().map(|it| it.checksum()))
    );
    assert!(child.training().parent().unwrap().is(&replay).unwrap());
    let child = Base::of(&model).unwrap().complete(child).unwrap();
    assert!(same_bits(&child.weights(3).unwrap(), &replay.weights(3).unwrap()));
    let again = replay.run().unwrap().verify(&VerifyOptions::default().train_again()).unwrap();
    assert!(again.trained.len() == 3 && again.trained.iter().all(|check| check.difference.is_none()), "{again}");
}

#[test]
fn a_copy_without_the_base_is_of_the_same_choice_and_checksums() {
    let replay = adapters(Replay::options());
    let mut copy = Replay::options().leaving_out_as(&replay).in_memory();
    let mut memory = Weights::default();
    for epoch in replay.epochs() {
        replay.recorded_weights().read_into(epoch, &mut memory).unwrap();
        copy.record_at(epoch, &memory, replay.metrics(epoch).unwrap()).unwrap();
    }
    assert!(copy.recorded_weights().left_out().eq(replay.recorded_weights().left_out()));
    let copy = Base::of(&of_every_type(0)).unwrap().complete(copy).unwrap();
    assert!((0..4).all(|epoch| same_bits(&copy.weights(u64::from(epoch)).unwrap(), &of_every_type(epoch))));
    let mut other = Replay::options().leaving_out_as(&replay).in_memory();
    assert!(other.record(&weights(&NAMES[..2], 0.0), Metrics::new()).is_ok(), "others beside what is left out");
    let mut fewer = Replay::options().leaving_out_as(&replay).in_memory();
    assert!(message(fewer.record(&Weights::default(), Metrics::new())).contains("no places among all"));
}

#[test]
fn runs_over_other_bases_are_not_compared_as_if_they_had_the_same() {
    let over = |base: f32| {
        let model = |head: f32| {
            Weights::from_iter([
                Parameter::new("body", "kernel", [1], vec![base]),
                Parameter::new("head", "kernel", [1], vec![head]),
            ])
        };
        let mut replay = Replay::options().only_parameters(["head/*"]).in_memory();
        replay.record(&model(0.0), Metrics::new()).unwrap();
        (replay, Base::of(&model(0.0)).unwrap())
    };
    let ((one, base_of_one), (other, base_of_other), (again, _)) = (over(0.5), over(0.75), over(0.5));
    assert_eq!(one.recorded_weights().diff(&again, 0.0).unwrap().first, None);
    let refused = message(one.recorded_weights().diff(&other, 0.0));
    assert!(refused.contains("body/kernel") && refused.contains("complete both"), "{refused}");
    let (one, other) = (base_of_one.complete(one).unwrap(), base_of_other.complete(other).unwrap());
    let first = one.recorded_weights().diff(&other, 0.0).unwrap().first.unwrap();
    assert_eq!((first.1.layer.as_str(), first.1.distance), ("body", 0.25));
}

#[cfg(feature = "compression")]
#[test]
fn compressed_recordings_of_some_parameters_come_back_over_their_base() {
    let replay = adapters(Replay::options().compress(true));
    assert!(replay.recorded_weights().is_compressed());
    let replay = Base::of(&of_every_type(0)).unwrap().complete(Replay::from_bytes(written(&replay)).unwrap()).unwrap();
    for epoch in (0..4).rev() {
        assert!(same_bits(&replay.weights(u64::from(epoch)).unwrap(), &of_every_type(epoch)));
        let bool = replay.parameter(u64::from(epoch), "base", "bool").unwrap();
        assert!(bool.values().same_bits(&training_replay::Values::from(vec![true, false])));
    }
}

/// Copies that wait to be recorded are of what is recorded: a ring of steps of a large model would not fit into memory.
#[test]
fn a_ring_of_steps_copies_and_records_the_same_choice_whatever_it_forgets() {
    let model = OnDevice::default();
    let replay = Replay::options().only_parameters(["two/*"]).every_step(1_000).in_memory();
    let mut ring = StepRing::new(replay, 2).unwrap();
    for step in 1..=20 {
        model.copied.borrow_mut().clear();
        model.epoch.set(if step == 20 { f32::NAN } else { step as f32 });
        assert!(ring.record_at((1, step), &model, Metrics::new()).is_ok());
        let others = model.copied.borrow().iter().filter(|layer| *layer != "two").count();
        assert_eq!(others > 0, step <= 2, "step {step}: {:?}", model.copied.borrow());
    }
    let replay = ring.into_replay().unwrap();
    assert_eq!((recorded(&replay), left_out(&replay).len()), (vec!["two/kernel".to_owned()], 2));
    model.epoch.set(0.0);
    let replay = Base::of(&model).unwrap().complete(replay).unwrap();
    assert_eq!(replay.weights((1, 19)).unwrap().require("two", "kernel", &[1]).unwrap().values().to_f32()[0], 19.0);
    assert!(replay.weights((1, 20)).unwrap().len() == 3 && replay.steps().len() == 2);

    let mut ring = StepRing::new(Replay::options().only_parameters(["tow/*"]).in_memory(), 2).unwrap();
    assert!(message(ring.record(&model, Metrics::new())).contains("is for none"), "at once, not when it is recorded");
}

#[test]
fn a_recorder_in_the_background_records_the_same_choice() {
    let replay = Replay::options().only_parameters(["adapter/*"]).in_memory();
    let mut recorder = BackgroundRecorder::new(replay, 2).unwrap();
    for epoch in 0..4 {
        recorder.record(&of_every_type(epoch), [("loss", f64::from(epoch))]).unwrap();
    }
    let changed: Weights = of_every_type(4)
        .into_iter()
        .map(|it| match it.name() {
            "i8" => Parameter::new("base", "i8", [1, 1, 1], vec![5_i8]),
            _ => it,
        })
        .collect();
    assert!(recorder.record_at(10, &changed, Metrics::new()).is_err(), "where it is looked at, by who calls");
    let replay = recorder.into_replay().unwrap();
    assert_eq!(recorded(&replay), ["adapter/bf16", "adapter/scalar"]);
    let replay = Base::of(&of_every_type(0)).unwrap().complete(replay).unwrap();
    assert!((0..4).all(|epoch| same_bits(&replay.weights(u64::from(epoch)).unwrap(), &of_every_type(epoch))));
}
