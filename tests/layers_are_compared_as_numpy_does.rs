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
    Activation, Dense, Error, Initializer, Loss, Matrix, Metrics, Optimizer, Parameter, Replay, Result, Sequential,
    Trainer, Weights,
    analysis::{LayerSimilarity, MinibatchCka, SimilarityMatrix, Spectrum},
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

/// numpy 2.4.6:
///
/// ```text
/// def hsic(k, l):
///     n = len(k); k = k - np.diag(np.diag(k)); l = l - np.diag(np.diag(l)); o = np.ones(n)
///     return (np.trace(k @ l) + o @ k @ o * (o @ l @ o) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (o @ k @ l @ o)) / (n * (n - 3))
/// i = np.arange(48)[:, None]; j = np.arange(60)
/// x = ((7 * i * i + 3 * i * j + 5 * j * j) % 23) / 8
/// y = (x[:, :5] * x[:, 5:10] + (i * (j[:5] + 2)) % 13) / 4
/// for b in (12, 16, 48):
///     parts = [(x[s:s+b], y[s:s+b]) for s in range(0, 48, b)]
///     m = lambda f: np.mean([f(p @ p.T, q @ q.T) for p, q in parts])
///     print(b, m(hsic) / np.sqrt(m(lambda k, l: hsic(k, k)) * m(lambda k, l: hsic(l, l))))
/// ```
#[test]
fn alignment_over_batches_is_that_of_the_unbiased_estimates() {
    let one = Matrix::from_fn(48, 60, |i, j| ((7 * i * i + 3 * i * j + 5 * j * j) % 23) as f32 / 8.0);
    let other = Matrix::from_fn(48, 5, |i, j| (one[(i, j)] * one[(i, j + 5)] + ((i * (j + 2)) % 13) as f32) / 4.0);
    for (batch, expected) in [(12, 0.0684350209389277), (16, 0.10503303049178789), (48, 0.09932576580062713)] {
        let found = MinibatchCka::of(&one, &other, batch).unwrap();
        assert!((found.cka() - expected).abs() < 1e-12, "{} and not {expected}", found.cka());
        assert_eq!(found.batches(), 48 / batch);
        let swapped = MinibatchCka::of(&other, &one, batch).unwrap();
        assert!((swapped.cka() - found.cka()).abs() < 1e-12);
        let shifted = MinibatchCka::of(&one.add_scalar(1_000.0), &other, batch).unwrap();
        assert!((shifted.cka() - expected).abs() < 1e-9, "a mean changes nothing");
    }
}

/// The biased alignment of many independent directions is large, of fewer samples than units near to 1; the unbiased one is about 0.
#[test]
fn alignment_over_batches_of_independent_layers_is_near_zero_however_wide_they_are() {
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    };
    let [one, other] = [(); 2].map(|()| Matrix::from_fn(240, 300, |_, _| draw()));
    let biased = LayerSimilarity::of(&one, &other).unwrap().cka;
    let found = MinibatchCka::of(&one, &other, 60).unwrap().cka();
    assert!(biased > 0.4 && found.abs() < 0.02, "{biased} and {found}");
}

#[test]
fn batches_of_which_nothing_can_be_estimated_are_errors_or_nan() {
    let values = |samples: usize| Matrix::from_fn(samples, 2, |i, j| ((i * i + j) % 7) as f32);
    let mut found = MinibatchCka::new();
    assert!(found.cka().is_nan() && found.batches() == 0);
    let message = |result: Result<(), Error>| result.unwrap_err().to_string();
    assert!(
        message(found.add(&values(3), &values(3))).contains("the number of samples of a batch is 3; it must be from 4")
    );
    assert!(message(found.add(&values(8), &values(9))).contains("the values of the other layer"));
    let mut broken = values(8);
    broken[(5, 1)] = f32::NAN;
    assert!(message(found.add(&values(8), &broken)).contains("row 5, column 1"));
    assert_eq!(found, MinibatchCka::new(), "nothing was added");
    found.add(&values(8), &Matrix::from_element(8, 3, 2.0)).unwrap();
    assert!(found.cka().is_nan(), "values that do not differ");
    assert!(MinibatchCka::of(&values(10), &values(10), 0).is_err(), "batches of none are of one sample");
}

#[test]
fn the_spectra_and_similarities_of_a_run_are_those_of_its_epochs() -> Result<()> {
    let data = datasets::moons(60, 0.1, 7);
    let layers = [Dense::new(6).name("hidden").activation(Activation::Tanh), Dense::new(1).name("output")];
    let mut model = Sequential::builder(2).layers(layers).build(3)?;
    let mut trainer = Trainer::new(Loss::MeanSquaredError, Optimizer::adam(0.05));
    let mut replay = Replay::options().dataset(&data).in_memory();
    for _ in 0..5 {
        let metrics = trainer.epoch(&mut model, &data)?;
        replay.record(&model, metrics)?;
    }
    let run = replay.run()?.epochs([4, 0, 2]);
    let (kernels, activations) = (run.kernel_spectra()?, run.activation_spectra()?);
    assert_eq!((&kernels.epochs, &activations.epochs), (&vec![4, 0, 2], &vec![4, 0, 2]));
    for (at, epoch) in [4, 0, 2].into_iter().enumerate() {
        let model = replay.at(epoch)?.into_model();
        assert_eq!(kernels.spectra[at], Spectrum::of_kernels(&model)?);
        assert_eq!(activations.spectra[at], Spectrum::of_activations(&model, data.inputs())?);
    }
    let hidden = activations.of("hidden", "activations")?;
    assert!(hidden[0].0 == 4 && hidden[0].1.effective_rank() > 1.0);
    assert_eq!(
        activations.of("hidden", "activations")?,
        run.threads(1).activation_spectra()?.of("hidden", "activations")?
    );
    let message = kernels.of("hiden", "kernel").unwrap_err().to_string();
    assert!(message.contains(r#"one of ["hidden/kernel", "output/kernel"]"#), "{message}");
    assert_eq!(replay.recorded_weights().kernel_spectra()?.epochs, [0, 1, 2, 3, 4]);

    let similar = replay.run()?.epochs([0, 4]).layer_similarities("hidden")?;
    let [one, other] = [0, 4].map(|epoch| replay.at(epoch).unwrap().activations().unwrap().swap_remove(0).values);
    let expected = LayerSimilarity::of(&one, &other)?.cka;
    assert_near(&[similar.cka[(0, 1)], similar.cka[(1, 0)], similar.cka[(1, 1)]], &[expected, expected, 1.0]);
    assert!(matches!(replay.run()?.layer_similarities("hiden"), Err(Error::UnknownLayer { .. })));
    let message = SimilarityMatrix::of(&[("a", &one)], &[("b", &Matrix::zeros(3, 2))]).unwrap_err().to_string();
    assert!(
        message.contains("the number of samples of layers to be compared is 3; it must be the same of all, 60"),
        "{message}"
    );
    Ok(())
}
