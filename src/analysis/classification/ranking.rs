//! Samples in the order of their scores, counted at every score.

use crate::{Error, Result};

/// How many samples of a class, and of the others, have at least a score: for every score there is, from the highest on.
#[derive(Debug)]
pub(super) struct Ranking {
    pub(super) steps: Vec<Step>,
}

/// The samples that have at least a score.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Step {
    pub(super) score: f32,
    /// Those of the class.
    pub(super) positives: u64,
    /// Those of other classes.
    pub(super) negatives: u64,
}

impl Ranking {
    /// Ranks samples of which it is known whether they are of the class.
    pub(super) fn of(scores: &[f32], truths: &[bool]) -> Result<Self> {
        expect_pairs("the scores", scores, truths)?;
        if let Some(at) = scores.iter().position(|score| score.is_nan()) {
            return Err(Error::invalid(format!("the score of sample {at}"), "a number, to be ranked", f32::NAN));
        }
        let mut samples: Vec<(f32, bool)> = scores.iter().copied().zip(truths.iter().copied()).collect();
        samples.sort_unstable_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut steps: Vec<Step> = Vec::new();
        for (score, truth) in samples {
            let last = steps.last().copied().unwrap_or_default();
            if steps.is_empty() || last.score != score {
                steps.push(Step { score, ..last });
            }
            if let Some(step) = steps.last_mut() {
                step.positives += u64::from(truth);
                step.negatives += u64::from(!truth);
            }
        }
        Ok(Self { steps })
    }

    /// How many samples are of the class; fails if none is.
    pub(super) fn positives(&self) -> Result<u64> {
        expect_some("the class", self.steps.last().map_or(0, |last| last.positives))
    }

    /// How many samples are of other classes; fails if none is.
    pub(super) fn negatives(&self) -> Result<u64> {
        expect_some("other classes", self.steps.last().map_or(0, |last| last.negatives))
    }
}

fn expect_some(of: &str, count: u64) -> Result<u64> {
    if count > 0 { Ok(count) } else { Err(Error::invalid(format!("the number of samples of {of}"), "1 or more", 0)) }
}

/// Fails unless there is a truth for each number.
pub(super) fn expect_pairs(what: &str, numbers: &[f32], truths: &[bool]) -> Result<()> {
    if numbers.len() == truths.len() { Ok(()) } else { Err(Error::shape(what, [truths.len()], [numbers.len()])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_are_one_step_and_zeros_of_either_sign_are_equal() {
        let ranking = Ranking::of(&[0.0, 0.5, -0.0, 0.5, f32::INFINITY], &[true, false, false, true, true]).unwrap();
        let step = |score, positives, negatives| Step { score, positives, negatives };
        assert_eq!(ranking.steps, [step(f32::INFINITY, 1, 0), step(0.5, 2, 1), step(0.0, 3, 2)]);
    }

    #[test]
    fn a_nan_another_number_of_truths_and_no_samples_are_errors() {
        let nan = Ranking::of(&[0.5, f32::NAN], &[true, false]).unwrap_err().to_string();
        assert_eq!(nan, "the score of sample 1 is NaN; it must be a number, to be ranked");
        assert!(Ranking::of(&[0.5], &[true, false]).is_err());
        let none = Ranking::of(&[], &[]).unwrap();
        assert!(none.positives().is_err() && none.negatives().is_err());
    }
}
