//! Training follows Keras: from the recorded initial weights, without shuffling, through all 150 epochs.

mod common;

use common::{Reference, article_model, distance};
use training_replay::{Activation, Loss, Model, Optimizer, Trainer};

/// Float32 and float64 implementations stay within 6e-6 and 2e-5 of the recorded weights; ten times that is far below
/// what a wrong step makes.
const WEIGHTS: f32 = 2e-4;
/// And within 4e-7 of the logged losses.
const LOGGED_LOSS: f32 = 2e-5;

#[test]
fn a_hundred_and_fifty_epochs_follow_the_recorded_trajectory() {
    let reference = Reference::article();
    let data = reference.dataset();
    let mut model = article_model(Activation::Sigmoid, &reference.article_weights(0));
    let mut trainer = Trainer::new(Loss::BinaryCrossEntropy, Optimizer::sgd(0.05)).batch_size(16).shuffle(false);
    let (losses, accuracies) = (reference.values("logged.loss"), reference.values("logged.acc"));
    let mut worst = (0.0_f32, 0.0_f32);
    for epoch in 1..=150 {
        let metrics = trainer.epoch(&mut model, &data).unwrap();
        let recorded = reference.article_weights(epoch);
        for (found, recorded) in model.parameters().unwrap().iter().zip(recorded.iter()) {
            worst.0 = worst.0.max(distance(&found.values().to_f32(), &recorded.values().to_f32()));
        }
        let loss = metrics.get("loss").unwrap() as f32;
        worst.1 = worst.1.max((loss - losses[epoch - 1]).abs());
        let accuracy = metrics.get("accuracy").unwrap() as f32;
        // One of 2,000 samples may lie within a rounding of one half.
        assert!((accuracy - accuracies[epoch - 1]).abs() < 1.5 / 2_000.0, "epoch {epoch}: {accuracy}");
    }
    println!("largest differences: weights {:e}, logged losses {:e}", worst.0, worst.1);
    assert!(worst.0 < WEIGHTS, "weights {:e} apart", worst.0);
    assert!(worst.1 < LOGGED_LOSS, "losses {:e} apart", worst.1);
}
