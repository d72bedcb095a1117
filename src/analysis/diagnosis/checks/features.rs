//! What the features show: one that drowns the others, one that says the target on its own.

use crate::{
    Dataset,
    analysis::{
        MilestoneKind as Kind, Subject,
        diagnosis::{
            Finding, alone,
            finding::Checked,
            gap::{Gap, Known},
            run_evidence::RunEvidence,
            sampled::Sampled,
        },
    },
    math::{matrix, stats},
};

/// Where more than half of the features say this share of what a leak says, the task is easy.
const NEARLY: f64 = 0.95;

/// Fewer samples say nothing of a leak.
const ENOUGH: usize = 30;

/// The spread of each feature beside the median of the others', where they enter the first kernel.
pub(super) fn drowning(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (first, _) = run.ends()?;
    let spreads: Vec<f64> = matrix::columns(&run.last()?.entering)
        .map(|column| stats::deviation(column.iter().map(|&value| f64::from(value))))
        .collect();
    let varying: Vec<(usize, f64)> =
        spreads.into_iter().enumerate().filter(|(_, spread)| spread.is_finite() && *spread > 0.0).collect();
    if varying.len() < 2 {
        return Err(Gap::new("fewer than two features vary"));
    }
    let of = |(feature, spread): &(usize, f64)| {
        let share = spread / median_of_others(&varying, *feature);
        let finding = Finding::new(Kind::DrowningFeature, first.epoch, Subject::Feature(*feature), share, threshold);
        (share >= threshold).then_some(finding)
    };
    Ok(varying.iter().filter_map(of).collect())
}

fn median_of_others(spreads: &[(usize, f64)], feature: usize) -> f64 {
    let mut others: Vec<f64> = spreads.iter().filter(|(it, _)| *it != feature).map(|(_, spread)| *spread).collect();
    others.sort_unstable_by(f64::total_cmp);
    others[others.len() / 2]
}

/// The features that say the target, if they are the exception.
pub(super) fn leaks(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let ((first, _), data) = (run.ends()?, run.training()?);
    if data.features() < 2 || data.samples() < ENOUGH {
        return Err(Gap::new(format!("it takes two features and {ENOUGH} samples")));
    }
    let said = said_by_each(data, run.sampled.as_ref().map(|(some, _)| some))?;
    let most = said.iter().filter(|share| **share >= NEARLY * threshold).count();
    if 2 * most > said.len() {
        return Ok(Vec::new()); // The task is easy.
    }
    let finding = |(feature, &share): (usize, &f64)| {
        Finding::new(Kind::Leakage, first.epoch, Subject::Feature(feature), share, threshold).hinting(true)
    };
    Ok(said.iter().enumerate().filter(|(_, share)| **share >= threshold).map(finding).collect())
}

/// How much of the target each feature says: of classes, or of the variance of a number.
fn said_by_each(data: &Dataset, some: Option<&Sampled>) -> Known<Vec<f64>> {
    let some = some.ok_or_else(|| Gap::new("there are no samples"))?;
    if let Some(classes) = &some.classes {
        return Ok(matrix::columns(some.data.inputs())
            .map(|feature| alone::share_of_classes(feature, classes))
            .collect());
    }
    let numbers = data.targets().numbers().map_err(|_| Gap::new("the targets are classes of several positions"))?;
    if numbers.ncols() != 1 {
        return Err(Gap::new("the targets are several numbers"));
    }
    let target: Vec<f32> = some.places.iter().map(|&place| numbers[(place, 0)]).collect();
    Ok(matrix::columns(some.data.inputs()).map(|feature| alone::share_of_variance(feature, &target)).collect())
}
