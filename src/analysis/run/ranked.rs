//! Which of some scores are the greatest.

/// The places of the greatest scores above 0, the greatest first and of equals the first; NaN is none of them.
pub(super) fn largest(scores: &[f64], count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..scores.len()).filter(|&place| scores[place] > 0.0).collect();
    places.sort_by(|&one, &other| scores[other].total_cmp(&scores[one]));
    places.truncate(count);
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_come_first_and_what_is_not_above_zero_does_not_come() {
        let scores = [0.5, f64::NAN, 2.0, 0.0, -1.0, 0.5, f64::INFINITY];
        assert_eq!(largest(&scores, 3), [6, 2, 0]);
        assert_eq!(largest(&scores, usize::MAX), [6, 2, 0, 5]);
        assert_eq!((largest(&scores, 0), largest(&[], 3)), (vec![], vec![]));
    }
}
