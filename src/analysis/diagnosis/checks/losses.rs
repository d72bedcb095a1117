//! What the curve of the training loss shows.

use crate::analysis::{
    MilestoneKind as Kind, Subject,
    diagnosis::{
        Finding,
        finding::{Checked, none_or},
        gap::Gap,
        run_evidence::{Curve, RunEvidence},
    },
};

/// As many losses before it say what a spike rises above: their median.
const BEFORE: usize = 5;

/// A spike rises by at least this share of the loss of a constant prediction: above next to nothing everything is many times.
const LEAST: f64 = 0.2;

/// The loss has come back when it is no more than this many times what it was.
const BACK: f64 = 1.2;

pub(super) fn no_learning(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    run.recomputed()?;
    beside(run, run.constant_loss()?, Kind::NoLearning, threshold)
}

pub(super) fn no_fall(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    beside(run, run.losses()?[0].1, Kind::NoFall, threshold)
}

/// The loss at the end beside another one.
fn beside(run: &RunEvidence<'_>, other: f64, kind: Kind, threshold: f64) -> Checked {
    let ((_, last), end) = (run.span()?, run.end()?);
    if end == f64::INFINITY {
        return Err(Gap::new("the loss is not finite at the end"));
    }
    let share = end / other;
    Ok(none_or(share >= threshold, || Finding::new(kind, last.epoch, Subject::Run, share, threshold)))
}

pub(super) fn poor_start(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (first, _) = run.ends()?;
    run.recomputed()?;
    let share = first.loss.unwrap_or(f64::NAN) / run.unknowing_loss()?;
    if !share.is_finite() {
        return Err(Gap::new("the loss of the first epoch is not finite"));
    }
    Ok(none_or(share >= threshold, || Finding::new(Kind::PoorStart, first.epoch, Subject::Run, share, threshold)))
}

/// Each until it has come back; one behind the other, not within each other.
pub(super) fn spikes(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (losses, scale) = (run.losses()?, run.scale()?);
    if losses.len() <= BEFORE {
        return Err(Gap::new(format!("a spike shows from {} epochs on", BEFORE + 1)));
    }
    let (mut found, mut place) = (Vec::new(), BEFORE);
    while place < losses.len() {
        let (before, (epoch, loss)) = (median(&losses[place - BEFORE..place]), losses[place]);
        place += 1;
        if loss < threshold * before || loss - before < LEAST * scale {
            continue;
        }
        let back = losses[place..].iter().position(|(_, loss)| *loss <= BACK * before).map(|steps| place + steps);
        let until = back.map(|back| losses[back - 1].0);
        let finding = Finding::new(Kind::LossSpike, epoch, Subject::Run, loss / before, threshold);
        found.push(finding.until(until).hinting(until.is_some()));
        place = back.map_or(losses.len(), |back| back + 1);
    }
    Ok(found)
}

fn median(some: &[(u64, f64)]) -> f64 {
    let mut values: Curve = some.to_vec();
    values.sort_by(|one, other| one.1.total_cmp(&other.1));
    values[values.len() / 2].1
}
