//! From any moment whose training state was recorded, a run goes on as if it had never been left: every weight and every
//! metric in every bit.

use training_replay::{
    Activation, BatchNormalization, Dataset, Dense, Dropout, Error, LayerNormalization, Loss, Metrics, Moment,
    Optimizer, Parameter, Parent, Replay, Result, Sequential, Trainer, Training, Weights, datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// One of each, and each as both frameworks have it.
const OPTIMIZERS: [&str; 9] = [
    "sgd(lr 0.05)",
    "sgd(lr 0.05, momentum 0.9)",
    "sgd(lr 0.05, momentum 0.9, nesterov)",
    "sgd(lr 0.05, momentum 0.9, pytorch)",
    "sgd(lr 0.05, momentum 0.9, nesterov, pytorch)",
    "rmsprop(lr 0.01)",
    "rmsprop(lr 0.01, pytorch)",
    "adam(lr 0.01)",
    "adam(lr 0.01, pytorch)",
];

/// The article's network, 2-2-1.
fn article() -> Sequential {
    let hidden = Dense::new(2).name("hidden").activation(Activation::Tanh);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    Sequential::builder(2).layers([hidden, output]).build(42).unwrap()
}

/// With a layer of every kind: two that draw, one that follows its batches.
fn of_every_layer() -> Sequential {
    Sequential::builder(2)
        .layer(Dense::new(6).activation(Activation::Relu))
        .layer(Dropout::new(0.3))
        .layer(BatchNormalization::new())
        .layer(Dense::new(5).without_bias())
        .layer(LayerNormalization::new())
        .layer(Activation::Tanh)
        .layer(Dropout::new(0.2))
        .layer(Dense::new(1).activation(Activation::Sigmoid))
        .build(7)
        .unwrap()
}

fn trainer(optimizer: &str) -> Trainer {
    Trainer::new(LOSS, optimizer.parse().unwrap()).batch_size(16).seed(3).decay(0.001)
}

/// A run of so many epochs with all its steps, each with the state of its training.
fn recorded(model: &Sequential, trainer: &Trainer, data: &Dataset, epochs: u64) -> Replay {
    let (mut model, mut trainer) = (model.clone(), trainer.clone());
    let mut replay = Replay::options().dataset(data).loss(LOSS).in_memory();
    replay.record(&trainer.training(&model), Metrics::new()).unwrap();
    for epoch in 1..=epochs {
        let step = |step: training_replay::train::Step<'_>| {
            replay.record_at((epoch, step.number()), &step.training(), step.metrics())
        };
        let metrics = trainer.epoch_with(&mut model, data, step).unwrap();
        replay.record(&trainer.training(&model), metrics).unwrap();
    }
    replay
}

/// Fails unless two recordings hold the same weights, metrics and state at a moment.
fn assert_same(one: &Replay, other: &Replay, at: Moment, what: &str) {
    assert_eq!(one.weights(at).unwrap(), other.weights(at).unwrap(), "weights, {what} at {at}");
    assert_eq!(one.metrics(at).unwrap(), other.metrics(at).unwrap(), "metrics, {what} at {at}");
    assert_eq!(one.training().state(at).unwrap(), other.training().state(at).unwrap(), "state, {what} at {at}");
}

/// Goes on from a moment to the end of the next so many epochs, and fails unless all is as the run recorded it.
fn assert_goes_on(run: &Replay, at: Moment, epochs: u64, what: &str) {
    let mut fork = run.run().unwrap().fork(at).unwrap();
    let mut child = fork.options.in_memory();
    let data = run.dataset().unwrap();
    let first = at.epoch() + u64::from(at.step().is_none());
    for epoch in first..first + epochs {
        let step = |step: training_replay::train::Step<'_>| {
            child.record_at((epoch, step.number()), &step.training(), step.metrics())
        };
        let metrics = fork.trainer.epoch_with(&mut fork.model, data, step).unwrap();
        assert_eq!(child.record(&fork.trainer.training(&fork.model), metrics).unwrap(), epoch, "{what}");
        let steps: Vec<Moment> = run.steps().iter().filter(|step| step.epoch() == epoch && *step > at).collect();
        assert_eq!(child.steps().iter().filter(|step| step.epoch() == epoch).collect::<Vec<_>>(), steps, "{what}");
        steps.into_iter().chain([epoch.into()]).for_each(|moment| assert_same(run, &child, moment, what));
    }
}

#[test]
fn every_optimizer_goes_on_from_every_epoch_and_every_step() {
    let data = datasets::moons(50, 0.2, 7); // three whole batches and a short one
    for model in [article(), of_every_layer()] {
        for optimizer in OPTIMIZERS {
            let run = recorded(&model, &trainer(optimizer), &data, 3);
            let moments: Vec<Moment> = run.training().moments().filter(|moment| moment.epoch() < 3).collect();
            assert_eq!(moments.len(), 3 + 2 * 4);
            moments.into_iter().for_each(|at| assert_goes_on(&run, at, 1, optimizer));
        }
    }
}

#[test]
fn the_articles_run_goes_on_from_each_of_its_epochs() {
    let data = datasets::parabola(1_000, 13);
    let (model, trainer) = (article(), trainer("sgd(lr 0.05, momentum 0.9, nesterov)"));
    let mut run = Replay::options().dataset(&data).loss(LOSS).in_memory();
    let (mut trained, mut at_work) = (model, trainer);
    run.record(&at_work.training(&trained), Metrics::new()).unwrap();
    for _ in 0..150 {
        let metrics = at_work.epoch(&mut trained, &data).unwrap();
        run.record(&at_work.training(&trained), metrics).unwrap();
    }
    for epoch in 0..150_u64 {
        let mut fork = run.run().unwrap().fork(epoch).unwrap();
        let metrics = fork.trainer.epoch(&mut fork.model, &data).unwrap();
        assert_eq!(Weights::of(&fork.model).unwrap(), run.weights(epoch + 1).unwrap(), "epoch {epoch}");
        assert_eq!(metrics, run.metrics(epoch + 1).unwrap(), "epoch {epoch}");
    }
    let mut fork = run.run().unwrap().fork(65).unwrap();
    (66..=150).for_each(|_| drop(fork.trainer.epoch(&mut fork.model, &data).unwrap()));
    assert_eq!(fork.model, trained, "85 epochs in one go");
}

/// What a checkpoint of weights alone leads to.
#[test]
fn a_cold_start_from_the_weights_alone_becomes_another_run() {
    let data = datasets::moons(50, 0.2, 7);
    for optimizer in &OPTIMIZERS[1..] {
        let run = recorded(&article(), &trainer(optimizer), &data, 2);
        let mut model = run.at(1).unwrap().into_model();
        trainer(optimizer).start_epoch(1).epoch(&mut model, &data).unwrap();
        assert_ne!(Weights::of(&model).unwrap(), run.weights(2).unwrap(), "{optimizer} remembers something");
    }
}

#[test]
fn one_thing_is_changed_and_all_else_goes_on() {
    let data = datasets::moons(50, 0.2, 7);
    let run = recorded(&article(), &trainer("adam(lr 0.01)"), &data, 3);
    let fork = || run.run().unwrap().fork(1).unwrap();
    let next = |mut model: Sequential, mut trainer: Trainer, data: &Dataset| {
        trainer.epoch(&mut model, data).unwrap();
        Weights::of(&model).unwrap()
    };
    let unchanged = next(fork().model, fork().trainer, &data);
    let mut slower = fork().trainer;
    slower.set_learning_rate(0.001);
    let other_data = datasets::circles(80, 0.1, 0.5, 1);
    let changed = [
        next(fork().model, slower, &data),
        next(fork().model, fork().trainer.optimizer(Optimizer::sgd(0.1)), &data),
        next(fork().model, fork().trainer.batch_size(5), &data),
        next(fork().model, fork().trainer, &other_data),
        next(fork().model.with_activation("hidden", Activation::Relu).unwrap(), fork().trainer, &data),
    ];
    for (i, one) in changed.iter().enumerate() {
        assert!(*one != unchanged && changed[..i].iter().all(|other| one != other), "change {i}");
    }
    let same = fork().trainer.optimizer("adam(lr 0.01)".parse().unwrap());
    assert_eq!(next(fork().model, same, &data), unchanged, "an optimizer of the same kind keeps its memory");
}

#[test]
fn the_rest_of_an_epoch_is_of_the_data_that_it_began_with() {
    let data = datasets::moons(50, 0.2, 7);
    let run = recorded(&article(), &trainer("adam(lr 0.01)"), &data, 1);
    let mut fork = run.run().unwrap().fork((1, 2)).unwrap();
    let message = fork.trainer.epoch(&mut fork.model, &datasets::moons(51, 0.2, 7)).unwrap_err().to_string();
    assert!(
        message.contains("the number of samples") && message.contains("50, of which") && message.contains("32"),
        "{message}"
    );
    let before = fork.model.clone();
    fork.trainer.epoch(&mut fork.model, &data).unwrap();
    assert_ne!(fork.model, before);
    assert_eq!(Weights::of(&fork.model).unwrap(), run.weights(1).unwrap());
}

#[test]
fn a_fork_names_its_parent_and_holds_none_of_its_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let [parent, child] = ["parent.replay", "child.replay"].map(|name| folder.path().join(name));
    let data = datasets::moons(50, 0.2, 7);
    let run = recorded(&article(), &trainer("adam(lr 0.01)"), &data, 3);
    let mut bytes = Vec::new();
    run.write_to(&mut bytes).unwrap();
    std::fs::write(&parent, bytes).unwrap();

    let run = Replay::open(&parent).unwrap();
    let mut fork = run.run().unwrap().fork(2).unwrap();
    let mut replay = fork.options.create(&child).unwrap();
    let metrics = fork.trainer.epoch(&mut fork.model, &data).unwrap();
    assert_eq!(replay.record(&fork.model, metrics).unwrap(), 3);
    replay.finish().unwrap();
    drop(replay);

    let replay = Replay::open(&child).unwrap();
    let named = replay.training().parent().unwrap();
    assert_eq!((named.path(), named.moment()), (Some(parent), 2.into()));
    assert!(named.is(&run).unwrap() && !named.is(&replay).unwrap());
    assert!(!named.is(&recorded(&article(), &trainer("adam(lr 0.01)"), &data, 3)).unwrap(), "the same, recorded again");
    assert_eq!(replay.epochs().collect::<Vec<_>>(), [3]);
    assert_eq!((replay.loss(), replay.dataset().unwrap()), (Some(LOSS), &data));
    assert_eq!(replay.weights(3).unwrap(), run.weights(3).unwrap());
    assert_eq!(run.training().parent(), None);

    let mut replay = Replay::append(&child).unwrap();
    assert_eq!(replay.training().parent(), Some(named));
    assert_eq!(replay.record(&fork.model, Metrics::new()).unwrap(), 4);
    let other = Parent::of(&run, 0).unwrap();
    drop(replay);
    let message = Replay::options().parent(&other).append(&child).unwrap_err().to_string();
    assert!(message.contains("the parent of the run"), "{message}");
}

#[test]
fn a_run_that_was_killed_goes_on_in_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let data = datasets::moons(50, 0.2, 7);
    let whole = recorded(&of_every_layer(), &trainer("rmsprop(lr 0.01)"), &data, 6);
    let (mut model, mut at_work) = (of_every_layer(), trainer("rmsprop(lr 0.01)"));
    let mut replay = Replay::options().dataset(&data).loss(LOSS).create(&path).unwrap();
    replay.record(&at_work.training(&model), Metrics::new()).unwrap();
    for _ in 0..3 {
        let metrics = at_work.epoch(&mut model, &data).unwrap();
        replay.record(&at_work.training(&model), metrics).unwrap();
    }
    drop((replay, model, at_work)); // The process was killed.

    let mut replay = Replay::append(&path).unwrap();
    let mut fork = replay.run().unwrap().fork(3).unwrap();
    for _ in 0..3 {
        let metrics = fork.trainer.epoch(&mut fork.model, &data).unwrap();
        replay.record(&fork.trainer.training(&fork.model), metrics).unwrap();
    }
    (0..=6).for_each(|epoch| assert_same(&whole, &replay, Moment::from(epoch), "gone on with"));
}

#[test]
fn a_moment_without_a_state_or_of_another_trainer_is_an_error_that_says_what_to_do() {
    let data = datasets::moons(50, 0.2, 7);
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&article(), Metrics::new()).unwrap();
    let own = Weights::from_iter([Parameter::new("hidden", "kernel.mean", [1], vec![0.5_f32])]);
    replay.record(&Training::new(&article(), &own), Metrics::new()).unwrap();
    let missing = replay.run().unwrap().fork(0).unwrap_err();
    assert!(
        matches!(missing, Error::Missing { .. }) && missing.to_string().contains("trainer.training(&model)"),
        "{missing}"
    );
    let foreign = replay.run().unwrap().fork(1).unwrap_err().to_string();
    assert!(foreign.contains("training_replay::Trainer/1") && foreign.contains("arrays alone"), "{foreign}");
    assert!(matches!(replay.run().unwrap().fork(2), Err(Error::UnknownEpoch { .. })));
    assert_eq!(replay.training().state(1).unwrap().arrays(), &own);
    let message = replay.training().state(0).unwrap_err().to_string();
    assert!(message.contains("state of training of epoch 0"), "{message}");
}

#[test]
fn states_of_any_arrays_come_back_and_may_change_from_epoch_to_epoch() -> Result<()> {
    let weights = Weights::from_iter([Parameter::new("a", "w", [2], vec![1.0_f32, 2.0])]);
    let states = [
        Weights::default(),
        Weights::from_iter([Parameter::new("", "rng", [32], (0..32).collect::<Vec<u8>>())]),
        Weights::from_iter([
            Parameter::new("a", "w.mean", [2], vec![f32::from_bits(0x7FC0_1234), -0.0]),
            Parameter::new("ü/\n", "steps", [], vec![u64::MAX]),
            Parameter::new("", "none", [0, 3], Vec::<f64>::new()),
        ]),
    ];
    let mut replay = Replay::options().in_memory();
    for state in &states {
        replay.record(&Training::new(&weights, state), Metrics::new())?;
    }
    let mut bytes = Vec::new();
    replay.write_to(&mut bytes)?;
    let replay = Replay::from_bytes(bytes)?;
    for (epoch, state) in (0_u64..).zip(&states) {
        let found = replay.training().state(epoch)?;
        let same = |(one, other): (&Parameter<'_>, &Parameter<'_>)| one.values().same_bits(other.values());
        assert!(found.arrays().len() == state.len() && found.arrays().iter().zip(state.iter()).all(same), "{epoch}");
    }
    Ok(())
}
