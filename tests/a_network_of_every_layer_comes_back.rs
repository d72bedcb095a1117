//! A network with every kind of layer is recorded whole: it comes back from the file alone, bit for bit.

use training_replay::{
    Activation, Backward, BatchNormalization, Dataset, Dense, Dropout, Forward, LayerNormalization, Loss, Model,
    Optimizer, Replay, Sequential, Trainer, Weights, datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const EPOCHS: u64 = 60;

fn network() -> Sequential {
    let hidden = || Dense::new(24).without_bias();
    Sequential::builder(2)
        .layer(hidden())
        .layer(BatchNormalization::new().name("norm").momentum(0.9))
        .layer(Activation::Relu)
        .layer(Dropout::new(0.2))
        .layer(hidden())
        .layer(BatchNormalization::new().momentum(0.9))
        .layer(Activation::Relu)
        .layer(LayerNormalization::new())
        .layer(Dense::new(1).activation(Activation::Sigmoid))
        .build(7)
        .unwrap()
}

fn trainer() -> Trainer {
    Trainer::new(LOSS, Optimizer::adam(0.01)).batch_size(32).seed(7)
}

/// Trains from one epoch to another, records all, and returns every model.
fn train(replay: &mut Replay, model: Sequential, mut trainer: Trainer, data: &Dataset, epochs: u64) -> Vec<Sequential> {
    let mut models = vec![model];
    for _ in 0..epochs {
        let mut model = models[models.len() - 1].clone();
        let metrics = trainer.epoch(&mut model, data).unwrap();
        replay.record(&model, metrics).unwrap();
        models.push(model);
    }
    models
}

#[test]
fn every_epoch_of_a_trained_network_is_replayed_without_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.replay");
    let data = datasets::moons(400, 0.1, 3);
    let mut replay = Replay::options().dataset(&data).loss(LOSS).create(&path).unwrap();
    replay.record(&network(), [("loss", 1.0)]).unwrap();
    let models = train(&mut replay, network(), trainer(), &data, EPOCHS);
    replay.finish().unwrap();

    let replay = Replay::open(&path).unwrap();
    for (epoch, model) in (0..).zip(&models) {
        let snapshot = replay.at(epoch).unwrap();
        assert_eq!(snapshot.model(), model);
        assert_eq!(snapshot.outputs().unwrap(), model.predict(data.inputs()).unwrap());
        assert_eq!(snapshot.losses(LOSS).unwrap(), model.losses(data.inputs(), data.targets(), LOSS).unwrap());
        let gradients = model.gradients(data.inputs(), data.targets(), LOSS).unwrap();
        assert_eq!(snapshot.gradients(LOSS).unwrap(), gradients);
    }
    let accuracy = replay.at(EPOCHS).unwrap().evaluate(LOSS).unwrap().accuracy;
    assert!(accuracy > Some(0.98), "{accuracy:?}");
}

#[test]
fn moving_statistics_are_recorded_with_the_weights() {
    let data = datasets::moons(100, 0.1, 3);
    let mut replay = Replay::options().in_memory();
    replay.record(&network(), [("loss", 1.0)]).unwrap();
    train(&mut replay, network(), trainer(), &data, 2);
    let recorded: Vec<Weights> = (0..3).map(|epoch| replay.weights(epoch).unwrap()).collect();
    for name in ["gamma", "beta", "moving_mean", "moving_variance"] {
        let [first, second, third] = [0, 1, 2].map(|epoch| recorded[epoch].get("norm", name).unwrap());
        assert!(first != second && second != third, "{name}");
    }
    let found: Vec<_> = recorded[0].iter().map(|weight| (weight.name(), weight.shape().to_vec())).collect();
    let normalization = ["gamma", "beta", "moving_mean", "moving_variance"].map(|name| (name, vec![24]));
    let mut expected = vec![("kernel", vec![2, 24])];
    expected.extend(normalization.clone());
    expected.push(("kernel", vec![24, 24]));
    expected.extend(normalization);
    expected.extend(["gamma", "beta"].map(|name| (name, vec![24])));
    expected.extend([("kernel", vec![24, 1]), ("bias", vec![1])]);
    assert_eq!(found, expected);
}

/// All but the optimizer's memory, which plain gradient descent has none of.
#[test]
fn a_run_that_goes_on_from_its_recording_is_the_run_in_one_go() {
    let data = datasets::moons(100, 0.1, 3);
    let plain = || Trainer::new(LOSS, Optimizer::sgd(0.1)).batch_size(32).seed(7);
    let mut replay = Replay::options().in_memory();
    replay.record(&network(), [("loss", 1.0)]).unwrap();
    let whole = train(&mut replay, network(), plain(), &data, 6);
    let half = network().with_weights(&replay.weights(3).unwrap()).unwrap();
    let rest = train(&mut Replay::options().in_memory(), half, plain().start_epoch(3), &data, 3);
    assert_eq!(rest, whole[3..]);
    assert_eq!(network().parameters().unwrap().len(), 14);
}
