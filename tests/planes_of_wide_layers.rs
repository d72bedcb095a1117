//! The plane that shows most of a space of any width: exact axes, whatever the spectrum.

use std::f64::consts::PI;

#[cfg(feature = "plot")]
use training_replay::{Activation, Dataset, Dense, Loss, Metrics, Replay, Sequential, analysis::Grid, plot::RunPlots};
use training_replay::{
    Matrix,
    analysis::{IncrementalPca, PrincipalPlane},
};

/// The value at `place` of the direction `index` of an orthonormal basis of `count` dimensions, the cosine transform's.
fn direction(count: usize, index: usize, place: usize) -> f64 {
    (2.0 / count as f64).sqrt() * (PI * index as f64 * (place as f64 + 0.5) / count as f64).cos()
}

/// Points whose variances along the directions 1, 2, 3... are these shares, with mean 0: their singular vectors are cosines.
fn points(count: usize, dimensions: usize, variances: &[f64]) -> Matrix {
    let left: Vec<Vec<f64>> =
        (1..=variances.len()).map(|k| (0..count).map(|i| direction(count, k, i)).collect()).collect();
    let right: Vec<Vec<f64>> =
        (1..=variances.len()).map(|k| (0..dimensions).map(|j| direction(dimensions, k, j)).collect()).collect();
    Matrix::from_fn(count, dimensions, |i, j| {
        variances.iter().enumerate().map(|(k, variance)| variance.sqrt() * left[k][i] * right[k][j]).sum::<f64>() as f32
    })
}

/// Spectra that decay fast, slowly, hardly; and two directions that stand out of many equal ones.
fn spectra(count: usize) -> [(&'static str, Vec<f64>); 5] {
    let power = |exponent: f64| (1..=count).map(|k| (k as f64).powf(exponent)).collect();
    let halves = (0..count).map(|k| 0.5_f64.powi(k as i32)).collect();
    let mut spikes = vec![1.0; count];
    (spikes[0], spikes[1]) = (9.0, 4.0);
    [("k^-2", power(-2.0)), ("1/k", power(-1.0)), ("k^-1/2", power(-0.5)), ("2^-k", halves), ("spikes", spikes)]
}

/// How far the axes are from the directions 1 and 2, as the sine of the larger angle.
fn sine(plane: &PrincipalPlane) -> f64 {
    let axes = plane.plane.axes();
    let sine = |axis: usize| {
        let cosine: f64 =
            (0..axes.nrows()).map(|j| direction(axes.nrows(), axis + 1, j) * f64::from(axes[(j, axis)])).sum();
        (1.0 - cosine * cosine).max(0.0).sqrt()
    };
    sine(0).max(sine(1))
}

/// By 32 directions and no covariance; two of the spectra hardly decay.
#[test]
fn the_axes_of_a_wide_space_are_exact_whatever_the_spectrum() {
    for (name, variances) in spectra(40) {
        let total: f64 = variances.iter().sum();
        let best = (variances[0] + variances[1]) / total;
        for dimensions in [65, 200, 2_049] {
            let points = points(48, dimensions, &variances);
            let found = PrincipalPlane::of(&points).unwrap();
            assert!(sine(&found) < 1e-3, "{name}, {dimensions}: {}", sine(&found));
            let reported = found.total_explained_variance_ratio();
            assert!((reported / best - 1.0).abs() < 1e-4, "{name}, {dimensions}: {reported} of {best}");
        }
    }
}

#[test]
fn fifty_thousand_units_have_a_principal_plane() {
    let (name, variances) = &spectra(12)[1];
    let found = PrincipalPlane::of(&points(16, 50_000, variances)).unwrap();
    assert!(sine(&found) < 1e-3, "{name}: {}", sine(&found));
}

/// One pass sees less of a spectrum that hardly decays, and never says that it saw more than there is.
#[test]
fn a_single_pass_comes_close() {
    for (name, variances) in spectra(40) {
        let points = points(48, 3_072, &variances);
        let mut pca = IncrementalPca::new(3_072).unwrap();
        for start in (0..48).step_by(16) {
            pca.partial_fit(&points.rows(start, 16).into_owned()).unwrap();
        }
        let found = pca.principal_plane().unwrap();
        let best = (variances[0] + variances[1]) / variances.iter().sum::<f64>();
        let seen = found.plane.explained_variance_ratio(&points).unwrap();
        assert!(seen > 0.9 * best && seen < 1.0001 * best, "{name}: {seen} of {best}");
        assert!(found.total_explained_variance_ratio() < 1.0001 * seen, "{name}");
    }
}

#[test]
fn points_on_a_line_and_points_that_are_one_have_planes_too() {
    for dimensions in [3, 65, 2_049] {
        let line = Matrix::from_fn(7, dimensions, |i, j| i as f32 * (j % 3) as f32);
        let found = PrincipalPlane::of(&line).unwrap();
        assert!((found.explained_variance_ratio[0] - 1.0).abs() < 1e-9);
        let axes = found.plane.axes();
        assert!((axes.transpose() * axes - Matrix::identity(2, 2)).amax() < 1e-6, "at right angles");
        let same = PrincipalPlane::of(&Matrix::from_element(7, dimensions, 0.3)).unwrap();
        assert!(same.total_explained_variance_ratio().is_nan(), "{dimensions}");
        assert!(PrincipalPlane::of(&Matrix::zeros(0, dimensions)).is_err());
    }
}

/// More features, and a layer of more units, than a covariance has room for: both were shown by their first two axes.
#[cfg(feature = "plot")]
#[test]
fn pictures_of_a_wide_run_are_on_principal_axes() {
    for (features, units) in [(3_072, 3), (3, 2_100)] {
        let inputs = Matrix::from_fn(12, features, |i, j| (i * (1 + j % 7)) as f32 / 84.0 - 0.5);
        let data = Dataset::new(inputs, Matrix::from_fn(12, 1, |i, _| (i % 2) as f32)).unwrap();
        let layers = [
            Dense::new(units).name("wide").activation(Activation::Tanh),
            Dense::new(1).name("output").activation(Activation::Sigmoid),
        ];
        let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
        let model = Sequential::builder(features).layers(layers).build(1).unwrap();
        replay.record(&model, Metrics::new()).unwrap();
        let plots = RunPlots::options().grid(Grid::default().points(4)).of(replay.run().unwrap()).unwrap();
        assert_eq!(plots.feature_space(0).unwrap().x.label, "principal axis 1");
        assert_eq!(plots.decision_boundary(0).unwrap().y.label, "principal axis 2");
        let found = replay.run().unwrap().principal_plane("wide").unwrap();
        assert!(found.total_explained_variance_ratio() > 0.9, "the inputs are on a line");
    }
}
