//! What more than one bench needs.
#![allow(dead_code)]

pub mod limit;
pub mod naive;

use training_replay::{Activation, Architecture, Dense, Matrix, Sequential};

/// A size that is measured; or one that is tested, where each bench only runs once: `cargo bench` says so and `cargo test` does not.
pub fn size<T>(measured: T, tested: T) -> T {
    if std::env::args().any(|argument| argument == "--bench") { measured } else { tested }
}

/// The article's network, 2-2-1.
pub fn article(hidden: Activation) -> Sequential {
    let hidden = Dense::new(2).name("hidden").activation(hidden);
    let output = Dense::new(1).name("output").activation(Activation::Sigmoid);
    built(Sequential::builder(2).layer(hidden).layer(output))
}

/// A network of layers of these widths, the first of which are its inputs.
pub fn network(widths: &[usize], hidden: Activation, output: Activation) -> Sequential {
    let last = widths.len() - 1;
    let layer = |i: usize| Dense::new(widths[i]).activation(if i == last { output } else { hidden });
    built(Sequential::builder(widths[0]).layers((1..=last).map(layer)))
}

/// The points of a square grid from -1 to 1, x fastest.
pub fn grid(side: usize) -> Matrix {
    let at = |i: usize| 2.0 * i as f32 / (side - 1) as f32 - 1.0;
    Matrix::from_fn(side * side, 2, |i, axis| if axis == 0 { at(i % side) } else { at(i / side) })
}

fn built(network: Architecture) -> Sequential {
    network.build(42).expect("a sound architecture")
}
