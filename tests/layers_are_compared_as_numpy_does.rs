//! Spectra and similarities of layers are numpy's, and say when a layer stops changing.
//!
//! The numbers are those of numpy 2.4.6:
//!
//! ```python
//! import numpy as np
//! def values(samples, units, a, b):
//!     i, j = np.arange(samples)[:, None], np.arange(units)
//!     return ((i * (a + 2 * j) + b * j * j) % 17) / 4 - 2
//! def measures(x, y):
//!     x, y = x - x.mean(0), y - y.mean(0)
//!     cka = np.linalg.norm(x.T @ y) ** 2 / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
//!     x, y = x / np.linalg.norm(x), y / np.linalg.norm(y)
//!     return cka, 2 - 2 * np.linalg.svd(x.T @ y, compute_uv=False).sum()
//! print(measures(values(40, 5, 7, 3), values(40, 3, 5, 1)), measures(values(6, 9, 7, 3), values(6, 4, 5, 1)))
//! s = np.linalg.svd(values(4, 6, 7, 3), compute_uv=False)
//! p = s / s.sum()
//! print(s, (s ** 2).sum() / s[0] ** 2, np.exp(-(p * np.log(p)).sum()))
//! print(np.linalg.svd(values(40, 5, 7, 3), compute_uv=False))
//! ```

use training_replay::{
    Activation, Dense, Initializer, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Result, Sequential, Trainer,
    Weights,
    analysis::{LayerSimilarity, Spectrum},
    datasets,
};

fn values(samples: usize, units: usize, a: usize, b: usize) -> Matrix {
    Matrix::from_fn(samples, units, |i, j| ((i * (a + 2 * j) + b * j * j) % 17) as f32 / 4.0 - 2.0)
}

fn assert_near(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-12 * expected.abs().max(1.0), "{found} and {expected}");
    }
}

#[test]
fn similarities_are_numpys_with_fewer_units_than_samples_and_with_more() -> Result<()> {
    let found = LayerSimilarity::of(&values(40, 5, 7, 3), &values(40, 3, 5, 1))?;
    assert_near(&[found.cka, found.procrustes_distance], &[0.3846049853888758, 0.9214605816720365]);
    let found = LayerSimilarity::of(&values(6, 9, 7, 3), &values(6, 4, 5, 1))?;
    assert_near(&[found.cka, found.procrustes_distance], &[0.803473615784966, 0.23322835582315538]);
    Ok(())
}

fn kernel(rows: usize, columns: usize) -> Parameter<'static> {
    let values = values(rows, columns, 7, 3);
    Parameter::new("a", "kernel", [rows, columns], values.transpose().as_slice().to_vec())
}

#[test]
fn singular_values_and_ranks_are_numpys() -> Result<()> {
    let found = Spectrum::of(&kernel(4, 6))?;
    assert_near(
        &found.singular_values,
        &[4.156796748898924, 2.644771552222699, 1.7158705915766561, 0.7710462618152397],
    );
    assert_near(&[found.stable_rank(), found.effective_rank()], &[1.6096166244340255, 3.4421095287121517]);
    assert_near(
        &Spectrum::of(&kernel(40, 5))?.singular_values,
        &[9.459844599714984, 9.340270423095388, 7.808165061382902, 5.626883482105546, 5.1067532959503605],
    );
    let identity = Dense::new(5).kernel_initializer(Initializer::Zeros);
    let model = Sequential::builder(5).layer(identity).build(1)?;
    let of_zeros = Spectrum::of_activations(&model, &values(40, 5, 7, 3))?;
    assert_eq!(of_zeros[0].singular_values, [0.0; 5]);
    assert!(of_zeros[0].stable_rank().is_nan() && of_zeros[0].effective_rank().is_nan());
    Ok(())
}

#[test]
fn activations_have_the_singular_values_of_their_matrix() -> Result<()> {
    let ones = |shape: [usize; 2], value: &dyn Fn(usize) -> f32| {
        Parameter::new("line", "kernel", shape, (0..shape[0] * shape[1]).map(value).collect::<Vec<f32>>())
    };
    let identity = ones([5, 5], &|at| f32::from(u8::from(at % 6 == 0)));
    let bias = Parameter::new("line", "bias", [5], vec![0.0_f32; 5]);
    let model = Sequential::builder(5).layer(Dense::new(5).name("line")).build(1)?;
    let model = training_replay::Forward::with_weights(&model, &Weights::from_iter([identity, bias]))?;
    let found = Spectrum::of_activations(&model, &values(40, 5, 7, 3))?;
    assert_eq!((found[0].layer.as_str(), found[0].name.as_str()), ("line", "activations"));
    assert_near(&found[0].singular_values, &Spectrum::of(&kernel(40, 5))?.singular_values);
    let few = Spectrum::of_activations(&model, &values(2, 5, 7, 3))?;
    assert_eq!(few[0].singular_values.len(), 2, "of two samples");
    Ok(())
}

#[test]
fn huge_and_tiny_kernels_have_the_ranks_of_ordinary_ones() -> Result<()> {
    let ordinary = Spectrum::of(&kernel(4, 6))?;
    for scale in [1e300, 1e-300] {
        let scaled: Vec<f64> = kernel(4, 6).values().to_f64().iter().map(|value| value * scale).collect();
        let found = Spectrum::of(&Parameter::new("a", "kernel", [4, 6], scaled))?;
        assert_near(
            &[found.stable_rank(), found.effective_rank()],
            &[ordinary.stable_rank(), ordinary.effective_rank()],
        );
    }
    Ok(())
}

#[test]
fn what_cannot_be_decomposed_is_an_error_or_not_a_number() -> Result<()> {
    let of = |shape: &[usize], values: Vec<f32>| Spectrum::of(&Parameter::new("a", "kernel", shape, values));
    assert!(of(&[2], vec![1.0, 2.0]).unwrap_err().to_string().contains("dimensions of parameter a/kernel"));
    assert!(of(&[1, 2, 1], vec![1.0, 2.0]).is_err());
    for stray in [f32::NAN, f32::INFINITY] {
        assert!(of(&[1, 2], vec![1.0, stray]).unwrap_err().to_string().contains("a value of parameter a/kernel"));
    }
    assert!(of(&[2, 2], vec![1.0]).is_err(), "values that are not of the shape");
    assert_eq!(of(&[0, 3], vec![])?.singular_values, [0.0; 0]);
    assert_eq!(of(&[0, 3], vec![])?.spectral_norm(), 0.0);
    let constant = Matrix::from_element(4, 2, 0.5);
    let found = LayerSimilarity::of(&constant, &values(4, 2, 7, 3))?;
    assert!(found.cka.is_nan() && found.procrustes_distance.is_nan(), "{found:?}");
    assert!(LayerSimilarity::of(&constant, &values(5, 2, 7, 3)).is_err());
    assert!(LayerSimilarity::of(&Matrix::from_element(4, 2, f32::NAN), &constant).is_err());
    let none = LayerSimilarity::of(&Matrix::zeros(0, 2), &Matrix::zeros(0, 2))?;
    assert!(none.cka.is_nan() && none.procrustes_distance.is_nan());
    Ok(())
}

#[test]
fn a_layer_that_stops_changing_is_settled_from_there_on() -> Result<()> {
    let data = datasets::moons(80, 0.1, 7);
    let layers = [Dense::new(6).name("hidden").activation(Activation::Tanh), Dense::new(1)];
    let mut model = Sequential::builder(2).layers(layers).build(1)?;
    let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.05));
    let mut replay = Replay::options().dataset(&data).in_memory();
    replay.record(&model, Metrics::new())?;
    for epoch in 1..=12 {
        if epoch <= 5 {
            trainer.epoch(&mut model, &data)?;
        }
        replay.record(&model, Metrics::new())?; // from epoch 5 on the same
    }
    let change = replay.run()?.threads(2).layer_change("hidden", 12)?;
    assert_eq!((change.epochs.len(), change.reference), (13, 12));
    let (last, start) = (change.similarities[5], change.similarities[0]);
    assert!((last.cka - 1.0).abs() < 1e-9 && last.procrustes_distance < 1e-6, "{last:?}");
    assert!(start.cka < 1.0 - 1e-6 && start.procrustes_distance > last.procrustes_distance, "{start:?}");
    assert_eq!(change.settled_at(1.0 - 1e-9), Some(5));
    assert_eq!(change.settled_at(1.5), None);
    assert!(replay.run()?.layer_change("hiden", 12).is_err() && replay.run()?.layer_change("hidden", 13).is_err());
    Ok(())
}
