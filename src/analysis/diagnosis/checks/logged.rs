//! A logged loss that is another one than is recomputed.

use crate::analysis::{
    DiagnosisOptions, MilestoneKind as Kind, Subject,
    diagnosis::{
        Finding,
        finding::{Checked, none_or},
        gap::Gap,
        run_evidence::{Curve, RunEvidence, median_of_last},
    },
};

/// Dropout, noise and penalties raise a logged loss, but not as many times.
const MANY: f64 = 10.0;

/// A difference of this share of a constant prediction's loss is none: beside next to nothing everything is many times.
const LEAST: f64 = 1e-3;

/// How many times what is recomputed the logged loss is, at most epochs.
///
/// A mean over the batches of an epoch lies between the loss before and behind it, so only what is beyond both counts.
pub(super) fn other_loss(run: &RunEvidence<'_>, options: &DiagnosisOptions, threshold: f64) -> Checked {
    let (recomputed, scale, [name, _]) = (run.recomputed()?, run.scale()?, &options.names);
    let logged = run.logged[0].as_ref();
    let logged =
        logged.ok_or_else(|| Gap::new(format!("nothing was logged as {name:?}: see `DiagnosisOptions::names`")))?;
    let ratios: Curve = logged
        .iter()
        .filter_map(|&(epoch, logged)| Some((epoch, ratio(&recomputed, epoch, logged, LEAST * scale)?)))
        .collect();
    let Some((first, _)) = ratios.first() else {
        return Err(Gap::new(format!("{name:?} was logged at no epoch behind another one whose loss is known")));
    };
    let mut sorted: Vec<f64> = ratios.iter().map(|(_, ratio)| *ratio).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let (middle, end) = (sorted[sorted.len() / 2], median_of_last(&ratios));
    let is_off = |ratio: f64| ratio >= threshold || ratio <= threshold.recip();
    let is_higher = (1.0..MANY).contains(&end);
    Ok(none_or(is_off(middle) && is_off(end), || {
        Finding::new(Kind::OtherLoss, *first, Subject::Run, end, threshold).hinting(is_higher)
    }))
}

/// The logged loss over the recomputed one that is nearer, before or behind the epoch; 1 if it lies between them, but for `least`.
fn ratio(recomputed: &[(u64, f64)], epoch: u64, logged: f64, least: f64) -> Option<f64> {
    let place = recomputed.binary_search_by_key(&epoch, |(it, _)| *it).ok()?;
    let (before, behind) = (recomputed.get(place.checked_sub(1)?)?.1, recomputed[place].1);
    let (low, high) = (before.min(behind), before.max(behind));
    let ratio = match logged {
        _ if logged < low - least => logged / low,
        _ if logged > high + least => logged / high,
        _ => 1.0,
    };
    logged.is_finite().then_some(ratio)
}
