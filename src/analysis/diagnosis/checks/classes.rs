//! Classes that nothing is taken for.

use crate::analysis::{
    ClassCount, MilestoneKind as Kind, Subject,
    diagnosis::{Finding, finding::Checked, gap::Gap, run_evidence::RunEvidence},
};

/// By the training and the validation data together: a class may be missing in one of them.
pub(super) fn never_predicted(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (_, last) = run.ends()?;
    run.training()?;
    if last.classes.is_empty() {
        return Err(Gap::new("the targets are no classes, or nothing parts them: `Forward::threshold` would"));
    }
    let validation = last.validation.iter().flat_map(|validated| validated.classes.iter().copied());
    let mut counts = last.classes.clone();
    counts.iter_mut().zip(validation).for_each(|(count, other)| {
        (count.samples, count.predicted) = (count.samples + other.samples, count.predicted + other.predicted);
    });
    let is_never =
        |(_, count): &(usize, &ClassCount)| count.predicted == 0 && count.samples as f64 >= threshold.max(1.0);
    let finding = |(class, count): (usize, &ClassCount)| {
        Finding::new(Kind::NeverPredicted, last.epoch, Subject::Class(class), count.samples as f64, threshold)
    };
    Ok(counts.iter().enumerate().filter(is_never).map(finding).collect())
}
