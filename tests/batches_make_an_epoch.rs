//! An epoch that is trained batch by batch is the epoch that is trained in one go: every weight, every metric and the whole state of
//! training, in every bit, wherever it is interrupted.

use training_replay::{
    Activation, BatchNormalization, Dataset, Dense, Dropout, Error, LayerNormalization, Loss, Metrics, Replay,
    Sequential, Trainer, Weights, datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

const OPTIMIZERS: [&str; 5] = [
    "sgd(lr 0.05)",
    "sgd(lr 0.05, momentum 0.9, nesterov)",
    "sgd(lr 0.05, momentum 0.9, pytorch)",
    "rmsprop(lr 0.01)",
    "adam(lr 0.01)",
];

/// With a layer of every kind: two that draw, one that follows its batches.
fn model() -> Sequential {
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

/// Three whole batches and a short one.
fn data() -> Dataset {
    datasets::moons(50, 0.2, 7)
}

fn trainer(optimizer: &str) -> Trainer {
    Trainer::new(LOSS, optimizer.parse().unwrap()).batch_size(16).seed(3).decay(0.001)
}

/// Trains an epoch: so many batches one by one, and the rest in one go.
fn epoch(trainer: &mut Trainer, model: &mut Sequential, batches: usize) -> Metrics {
    for _ in 0..batches {
        if let Some(metrics) = trainer.batch_with(model, &data(), |_| Ok(())).unwrap() {
            return metrics;
        }
    }
    trainer.epoch(model, &data()).unwrap()
}

/// What is recorded of a network in training: its bytes hold the weights, the optimizer's memory, the counts and the settings.
fn bytes(trainer: &Trainer, model: &Sequential) -> Vec<u8> {
    let (mut replay, mut bytes) = (Replay::options().salt(1).in_memory(), Vec::new());
    replay.record(&trainer.training(model), Metrics::new()).unwrap();
    replay.write_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn batches_one_by_one_are_the_epoch_in_every_bit_for_every_optimizer() {
    for optimizer in OPTIMIZERS {
        for batches in 1..=4 {
            let (mut whole, mut parts) = (model(), model());
            let (mut in_one_go, mut by_batches) = (trainer(optimizer), trainer(optimizer));
            for at in 1..=3 {
                let metrics = in_one_go.epoch(&mut whole, &data()).unwrap();
                let what = format!("{optimizer}, epoch {at}, {batches} of 4 batches one by one");
                assert_eq!(epoch(&mut by_batches, &mut parts, batches), metrics, "{what}");
                assert!(bytes(&by_batches, &parts) == bytes(&in_one_go, &whole), "{what}");
            }
        }
    }
}

#[test]
fn every_batch_is_the_step_of_the_epoch_and_can_be_gone_on_with() {
    let (mut whole, mut parts) = (model(), model());
    let (mut in_one_go, mut by_batches) = (trainer("adam(lr 0.01)"), trainer("adam(lr 0.01)"));
    let mut steps = Vec::new();
    let each = |step: training_replay::train::Step<'_>| {
        steps.push((step.number(), Weights::of(step.model())?.into_iter().collect::<Weights>(), step.metrics()));
        Ok(())
    };
    in_one_go.epoch_with(&mut whole, &data(), each).unwrap();
    let mut replay = Replay::options().dataset(&data()).loss(LOSS).in_memory();
    for (number, weights, metrics) in steps {
        let each = |step: training_replay::train::Step<'_>| {
            assert_eq!((step.number(), step.metrics()), (number, metrics));
            replay.record_at((1, step.number()), &step.training(), step.metrics())
        };
        let ended = by_batches.batch_with(&mut parts, &data(), each).unwrap();
        assert_eq!(replay.weights((1, number)).unwrap(), weights);
        assert_eq!(ended.is_some(), number == 4);
        let mut fork = replay.run().unwrap().fork((1, number)).unwrap();
        fork.trainer.epoch(&mut fork.model, &data()).unwrap();
        assert_eq!(fork.model, whole, "from batch {number}");
    }
}

#[test]
fn an_epoch_with_no_batch_left_ends_without_one() {
    let (mut model, mut trainer) = (model(), trainer("sgd(lr 0.05)"));
    let mut replay = Replay::options().dataset(&data()).in_memory();
    let metrics = trainer
        .epoch_with(&mut model, &data(), |step| replay.record_at((1, step.number()), &step.training(), step.metrics()))
        .unwrap();
    let mut fork = replay.run().unwrap().fork((1, 4)).unwrap();
    let ended = fork.trainer.batch_with(&mut fork.model, &data(), |_| -> Result<(), _> { panic!("a fifth batch") });
    assert_eq!(ended.unwrap(), Some(metrics));
    assert!(bytes(&fork.trainer, &fork.model) == bytes(&trainer, &model));
}

#[test]
fn a_batch_whose_call_failed_counts_and_the_next_goes_on_behind_it() {
    let (mut whole, mut parts) = (model(), model());
    let (mut in_one_go, mut by_batches) = (trainer("rmsprop(lr 0.01)"), trainer("rmsprop(lr 0.01)"));
    let metrics = in_one_go.epoch(&mut whole, &data()).unwrap();
    for _ in 0..4 {
        let stopped = by_batches.batch_with(&mut parts, &data(), |_| -> Result<(), _> {
            Err(Error::Invalid { what: "the call".into(), expected: "one that works".into(), found: "none".into() })
        });
        assert!(stopped.is_err());
    }
    assert_eq!(by_batches.batch_with(&mut parts, &data(), |_| Ok(())).unwrap(), Some(metrics), "none was left");
    assert_eq!(parts, whole);
}

#[test]
fn other_data_within_an_epoch_and_what_cannot_be_trained_are_refused_and_change_nothing() {
    let (mut model, mut trainer) = (model(), trainer("sgd(lr 0.05)"));
    let before = model.clone();
    let refused = trainer.clone().batch_size(0).batch_with(&mut model, &data(), |_| Ok(())).unwrap_err();
    assert!(refused.to_string().contains("the batch size"), "{refused}");
    let wide = datasets::ball(3, 50, 1);
    let refused = trainer.batch_with(&mut model, &wide, |_| Ok(())).unwrap_err();
    assert_eq!(model, before, "{refused}");
    trainer.batch_with(&mut model, &data(), |_| Ok(())).unwrap();
    let begun = model.clone();
    let other = datasets::moons(60, 0.2, 7);
    let refused = trainer.batch_with(&mut model, &other, |_| Ok(())).unwrap_err().to_string();
    assert!(refused.contains("50, of which the epoch that is gone on with has had 16"), "{refused}");
    assert_eq!(model, begun);
}
