//! What the page tints the points of a grid by: scores whose largest is the predicted class, always.

use crate::{Matrix, OutputKind, plot::panel::regions::Scores};

/// How far the classes that are not predicted are behind at points that no cut needs: all the same, which deflates well.
const FAR: f32 = 1.0;
/// The largest score, well within what a cut can calculate with.
const LARGEST: f64 = 1e30;

/// The scores at a square grid's points, class by class, as the upper halves of `f32`: of a single output by how much class 1
/// is ahead of class 0; of more how far each class is behind the predicted one. NaN where none is predicted.
///
/// A score is exact to eight digits of its own, however small it is, and never so small that another class wins: rounded to
/// steps of one size, all classes would be level where all scores are small. They are needed at the corners of cells that are
/// cut between classes; elsewhere they only say which class wins.
pub(crate) fn scores(outputs: &Matrix, kind: OutputKind, threshold: Option<f32>) -> Vec<u16> {
    let scores = Scores::of(outputs, kind, threshold.unwrap_or(f32::NAN));
    let predicted: Vec<Option<usize>> = (0..outputs.nrows()).map(|point| scores.predicted(point)).collect();
    let cut = at_a_cut(&predicted);
    let rows: Vec<Vec<u16>> = (0..outputs.nrows())
        .map(|point| {
            let at = cut[point].then(|| scores.at(point));
            match (predicted[point], outputs.ncols()) {
                (None, classes) => vec![half(f32::NAN); classes],
                (Some(class), 1) => vec![half(ahead(class, at.as_deref()))],
                (Some(class), classes) => (0..classes).map(|k| half(behind(class, k, at.as_deref()))).collect(),
            }
        })
        .collect();
    (0..outputs.ncols()).flat_map(|class| rows.iter().map(move |row| row[class])).collect()
}

/// By how much class 1 is ahead, never with another sign than the predicted class has.
fn ahead(class: usize, scores: Option<&[f64]>) -> f32 {
    let by = scores.map_or(if class == 1 { FAR } else { -FAR }, |scores| difference(scores[1], scores[0]));
    if class == 1 { by.max(f32::MIN_POSITIVE) } else { by.min(0.0) }
}

/// How far a class is behind the predicted one: at least a little.
fn behind(predicted: usize, class: usize, scores: Option<&[f64]>) -> f32 {
    if class == predicted {
        return 0.0;
    }
    scores.map_or(-FAR, |scores| difference(scores[class], scores[predicted])).min(-f32::MIN_POSITIVE)
}

/// One score without another; those that are infinite alike are level.
fn difference(one: f64, other: f64) -> f32 {
    let by = one - other;
    if by.is_nan() { 0.0 } else { by.clamp(-LARGEST, LARGEST) as f32 }
}

/// Which points of a square grid are corners of a cell whose corners are not all of one class.
fn at_a_cut(predicted: &[Option<usize>]) -> Vec<bool> {
    let size = predicted.len().isqrt();
    let mut cut = vec![false; predicted.len()];
    for last in (size..predicted.len()).filter(|last| last % size > 0) {
        let corners = [last - size - 1, last - size, last - 1, last];
        if corners.iter().any(|&corner| predicted[corner] != predicted[last]) {
            corners.iter().for_each(|&corner| cut[corner] = true);
        }
    }
    cut
}

/// The upper half of the bits of a number, rounded.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let rounded = bits + 0x7fff + (bits >> 16 & 1);
    if value.is_nan() { 0x7fc0 } else { (rounded >> 16) as u16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(half: u16) -> f32 {
        f32::from_bits(u32::from(half) << 16)
    }

    fn of<const N: usize>(outputs: [[f32; N]; 4], kind: OutputKind) -> Vec<f32> {
        let outputs = Matrix::from_row_slice(4, N, outputs.as_flattened());
        scores(&outputs, kind, Some(0.5)).into_iter().map(full).collect()
    }

    #[test]
    fn halves_of_numbers_keep_eight_digits_and_their_sign() {
        for value in [1.0, -0.3, 1e-30, -87.3, -f32::MIN_POSITIVE, 1e30] {
            let found = full(half(value));
            assert!((found / value - 1.0).abs() < 1.0 / 256.0, "{found}, not {value}");
        }
        assert!(full(half(f32::NAN)).is_nan() && full(half(0.0)) == 0.0);
    }

    /// As before training: probabilities that differ in their last digits were all rounded to the same sixteenth.
    #[test]
    fn classes_that_are_all_but_level_keep_their_winner_and_where_they_part() {
        let [p, q] = [0.5 - 3e-7, 0.5 + 1e-7];
        let found = of([[p], [q], [p], [q]], OutputKind::Probabilities);
        assert!(found[0] < 0.0 && found[1] > 0.0, "{found:?}");
        let share = found[0] / (found[0] - found[1]);
        assert!((share - 0.75).abs() < 0.05, "{share}, of four steps of an f32");
    }

    #[test]
    fn of_level_classes_the_predicted_one_wins() {
        assert!(of([[0.5]; 4], OutputKind::Probabilities).iter().all(|&score| score <= 0.0), "0.5 is not above 0.5");
        let found = of([[2.0, 2.0], [1.0, 2.0], [2.0, 2.0], [f32::INFINITY, f32::INFINITY]], OutputKind::Logits);
        assert_eq!(found[..4], [0.0, -1.0, 0.0, 0.0], "class 0");
        assert!(found[4] < 0.0 && found[5] == 0.0 && found[6] < 0.0 && found[7] < 0.0, "{found:?}");
    }

    #[test]
    fn where_no_output_is_a_number_there_is_no_score() {
        let found = of([[0.1], [f32::NAN], [0.1], [0.9]], OutputKind::Probabilities);
        assert!(found[1].is_nan() && found[0] < 0.0 && found[3] > 0.0, "{found:?}");
    }
}
