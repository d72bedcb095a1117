//! Cross-entropy from logits keeps its digits where probabilities have rounded to 0 and 1, for one output and for several.

use training_replay::{Loss, Matrix};

/// `np.log1p(np.exp(-d))` in float64 for a sample whose own class is ahead by `d`, and `d + np.log1p(np.exp(-d))` for one
/// whose class is behind by it.
#[test]
fn a_softmax_of_two_classes_costs_what_a_sigmoid_of_their_difference_does() {
    let expected =
        [(15.0_f32, 3.059_022_7e-7_f64), (17.0, 4.139_937_6e-8), (40.0, 4.248_354_3e-18), (2.0, 0.126_928_011)];
    for (ahead, cost) in expected {
        let logits = Matrix::from_row_slice(2, 2, &[ahead, 0.0, 0.0, ahead]);
        let targets = Matrix::from_row_slice(2, 2, &[1.0, 0.0, 1.0, 0.0]);
        let several = Loss::CategoricalCrossEntropy.per_sample_from_logits(&logits, &targets).unwrap();
        let single = Loss::BinaryCrossEntropy
            .per_sample_from_logits(
                &Matrix::from_column_slice(2, 1, &[ahead, -ahead]),
                &Matrix::from_element(2, 1, 1.0),
            )
            .unwrap();
        for losses in [several, single] {
            assert!((f64::from(losses[0]) / cost - 1.0).abs() < 1e-6, "{ahead}: {} is not {cost}", losses[0]);
            let behind = f64::from(ahead) + cost;
            assert!((f64::from(losses[1]) / behind - 1.0).abs() < 1e-6, "{ahead}: {} is not {behind}", losses[1]);
        }
    }
}

#[test]
fn equal_logits_cost_the_logarithm_of_their_number_and_a_nan_stays_one() {
    for classes in [2, 3, 10, 1_000] {
        let mut targets = Matrix::zeros(1, classes);
        targets[classes / 2] = 1.0;
        let losses =
            |logits: Matrix| Loss::CategoricalCrossEntropy.per_sample_from_logits(&logits, &targets).unwrap()[0];
        let expected = (classes as f32).ln();
        assert!((losses(Matrix::from_element(1, classes, 7.5)) / expected - 1.0).abs() < 1e-6, "{classes} classes");
        assert!(losses(Matrix::from_element(1, classes, f32::NAN)).is_nan());
    }
}
