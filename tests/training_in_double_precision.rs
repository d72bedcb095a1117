//! Every optimizer, step by step through epochs with a short last batch, against its definition in double precision with
//! gradients from finite differences.

mod common;

use common::double::{Rows, mean_loss, numeric, to_flat, to_rows};
use training_replay::{Activation, Dataset, Dense, Initializer, Loss, Matrix, Optimizer, Sequential, Trainer, Weights};

const LOSS: Loss = Loss::BinaryCrossEntropy;
const RATE: f64 = 0.05;
const BATCH: usize = 4;

/// Ten samples: two batches of four and one of two.
fn data() -> Dataset {
    let inputs = Matrix::from_fn(10, 2, |i, j| ((i * 7 + j * 3) % 10) as f32 / 5.0 - 0.9);
    let targets = Matrix::from_fn(10, 1, |i, _| f32::from(u8::from(i % 3 == 0)));
    Dataset::new(inputs, targets).unwrap()
}

fn network() -> Sequential {
    let normal = Initializer::Normal { std: 0.5 };
    Sequential::builder(2)
        .layer(Dense::new(3).activation(Activation::Tanh).kernel_initializer(normal).bias_initializer(normal))
        .layer(Dense::new(1).activation(Activation::Sigmoid).kernel_initializer(normal).bias_initializer(normal))
        .build(3)
        .unwrap()
}

/// One update of one weight: its gradient, two running values, and the number of the step from 1.
type Update = fn(w: &mut f64, g: f64, first: &mut f64, second: &mut f64, step: i32);

/// Trains the network in double precision; the weights after every epoch.
fn definition(update: Update, epochs: usize) -> Vec<Rows> {
    let (inputs, targets) = (to_rows(data().inputs()), to_rows(data().targets().numbers().unwrap()));
    let mut weights = to_flat(&Weights::of(&network()).unwrap());
    let zeros: Rows = weights.iter().map(|array| vec![0.0; array.len()]).collect();
    let (mut first, mut second, mut step) = (zeros.clone(), zeros, 0);
    let mut epoch = || {
        for (x, y) in inputs.chunks(BATCH).zip(targets.chunks(BATCH)) {
            let (x, y) = (x.to_vec(), y.to_vec());
            let before = weights.clone();
            step += 1;
            for (i, j) in (0..before.len()).flat_map(|i| (0..before[i].len()).map(move |j| (i, j))) {
                let of = |moved: &Rows| mean_loss(moved, Activation::Tanh, Activation::Sigmoid, LOSS, (&x, &y));
                let gradient = numeric(&before, (i, j), of);
                update(&mut weights[i][j], gradient, &mut first[i][j], &mut second[i][j], step);
            }
        }
        weights.clone()
    };
    (0..epochs).map(|_| epoch()).collect()
}

fn assert_follows(mut trainer: Trainer, update: Update) {
    let (mut model, data) = (network(), data());
    for (epoch, expected) in definition(update, 30).iter().enumerate() {
        trainer.epoch(&mut model, &data).unwrap();
        let found = to_flat(&Weights::of(&model).unwrap());
        let pairs = found.iter().flatten().zip(expected.iter().flatten());
        let off = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < 2e-5, "epoch {}: {off:e} apart", epoch + 1);
    }
}

fn trainer(optimizer: Optimizer) -> Trainer {
    Trainer::new(LOSS, optimizer).batch_size(BATCH).shuffle(false)
}

#[test]
fn plain_gradient_descent_follows_its_definition() {
    assert_follows(trainer(Optimizer::sgd(RATE as f32)), |w, g, _, _, _| *w -= RATE * g);
}

#[test]
fn decay_divides_the_rate_by_one_plus_itself_times_the_steps_before() {
    let trainer = trainer(Optimizer::sgd(RATE as f32)).decay(0.1);
    assert_follows(trainer, |w, g, _, _, step| *w -= RATE / (1.0 + 0.1 * f64::from(step - 1)) * g);
}

#[test]
fn momentum_follows_its_definition() {
    let sgd = Optimizer::momentum(RATE as f32, 0.9);
    assert_follows(trainer(sgd), |w, g, v, _, _| {
        *v = 0.9 * *v - RATE * g;
        *w += *v;
    });
}

#[test]
fn nesterovs_momentum_follows_its_definition() {
    let sgd = Optimizer::nesterov(RATE as f32, 0.9);
    assert_follows(trainer(sgd), |w, g, v, _, _| {
        *v = 0.9 * *v - RATE * g;
        *w += 0.9 * *v - RATE * g;
    });
}

#[test]
fn rmsprop_follows_its_definition() {
    assert_follows(trainer(Optimizer::rmsprop(RATE as f32)), |w, g, a, _, _| {
        *a = 0.9 * *a + 0.1 * g * g;
        *w -= RATE * g / (*a + 1e-7).sqrt();
    });
    assert_follows(trainer(Optimizer::rmsprop(RATE as f32).keras2()), |w, g, a, _, _| {
        *a = 0.9 * *a + 0.1 * g * g;
        *w -= RATE * g / (a.sqrt() + 1e-7);
    });
}

#[test]
fn adam_follows_its_definition() {
    assert_follows(trainer(Optimizer::adam(RATE as f32)), |w, g, m, v, step| {
        *m = 0.9 * *m + 0.1 * g;
        *v = 0.999 * *v + 0.001 * g * g;
        let rate = RATE * (1.0 - 0.999_f64.powi(step)).sqrt() / (1.0 - 0.9_f64.powi(step));
        *w -= rate * *m / (v.sqrt() + 1e-7);
    });
}
