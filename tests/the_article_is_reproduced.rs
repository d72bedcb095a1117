//! The article's story holds: from the recorded initial weights all three activations learn the parabolas, in the order
//! and at about the epochs it names, and a network without hidden layer does not.

mod common;

use common::{Reference, article_model};
use training_replay::{
    Activation, Dataset, Dense, Initializer, Loss, Metrics, Optimizer, Replay, Sequential, Trainer, datasets,
};

const LOSS: Loss = Loss::BinaryCrossEntropy;

/// Trains for the article's 150 epochs and records them.
fn record(mut model: Sequential, data: &Dataset, shuffle: bool) -> Replay {
    let mut replay = Replay::options().dataset(data).in_memory();
    let mut trainer = Trainer::new(LOSS, Optimizer::sgd(0.05)).batch_size(16).shuffle(shuffle).seed(42);
    replay.record(&model, Metrics::new()).unwrap();
    for _ in 0..150 {
        let metrics = trainer.epoch(&mut model, data).unwrap();
        replay.record(&model, metrics).unwrap();
    }
    replay
}

/// The first epoch from which on no sample is misclassified.
fn all_correct_from(replay: &Replay) -> Option<u64> {
    let perfect = |epoch| replay.at(epoch).unwrap().confusion().unwrap().accuracy() == 1.0;
    let last_mistake = replay.epochs().filter(|&epoch| !perfect(epoch)).last();
    last_mistake.map_or(Some(0), |mistake| Some(mistake + 1).filter(|from| replay.epochs().any(|epoch| epoch == *from)))
}

fn assert_story(data: &Dataset, shuffle: bool) {
    let weights = Reference::article().article_weights(0);
    let expectations = [(Activation::Sigmoid, 93..=113), (Activation::Tanh, 54..=84), (Activation::Relu, 42..=62)];
    for (activation, expected) in expectations {
        let from = all_correct_from(&record(article_model(activation, &weights), data, shuffle)).unwrap();
        println!("{activation}: all correct from epoch {from}");
        assert!(expected.contains(&from), "{activation}: all correct from epoch {from}, expected {expected:?}");
    }
}

#[test]
fn all_three_activations_learn_when_the_article_says_in_keras_order_of_samples() {
    assert_story(&Reference::article().dataset(), false);
}

#[test]
fn all_three_activations_learn_when_the_article_says_on_our_own_data_and_shuffles() {
    assert_story(&datasets::parabola(1_000, 13), true);
}

#[test]
fn without_a_hidden_layer_about_three_quarters_is_all_there_is() {
    let output = Dense::new(1).activation(Activation::Sigmoid).kernel_initializer(Initializer::Normal { std: 0.05 });
    let model = Sequential::builder(2).layer(output).build(42).unwrap();
    let replay = record(model, &datasets::parabola(1_000, 13), true);
    let accuracy = replay.at(150).unwrap().evaluate(LOSS).unwrap().accuracy.unwrap();
    assert!((accuracy - 0.74).abs() < 0.02, "{accuracy}");
}

#[test]
fn the_same_seed_trains_the_same_network_bit_for_bit() {
    let data = datasets::parabola(100, 13);
    let run = || {
        let weights = Reference::article().article_weights(0);
        record(article_model(Activation::Tanh, &weights), &data, true).weights(150).unwrap()
    };
    assert_eq!(run(), run());
}
