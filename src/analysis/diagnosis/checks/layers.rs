//! What the hidden layers show: dead and flat ones, and units that copy each other.

use crate::analysis::{
    MilestoneKind as Kind, Subject,
    diagnosis::{
        Finding,
        epoch_evidence::{EpochEvidence, FlatShare},
        finding::{Checked, none_or},
        gap::{Gap, Known},
        run_evidence::RunEvidence,
    },
};

pub(super) fn flat_start(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (first, _) = run.ends()?;
    of_layers(run, first, |layer| layer.flat, Kind::FlatStart, threshold)
}

pub(super) fn dead_layers(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let (_, last) = run.ends()?;
    of_layers(run, last, |layer| layer.dead, Kind::DeadLayer, threshold)
}

fn of_layers(
    run: &RunEvidence<'_>,
    epoch: &EpochEvidence,
    share: fn(&FlatShare) -> f64,
    kind: Kind,
    threshold: f64,
) -> Checked {
    let finding = |layer: &FlatShare| {
        Finding::new(kind, epoch.epoch, Subject::Layer(layer.layer.clone()), share(layer), threshold)
    };
    let layers = known_layers(run, epoch)?.iter().filter(|layer| share(layer) >= threshold);
    Ok(layers.map(finding).collect())
}

/// The hidden layers whose activations are known; none where there are none.
fn known_layers<'e>(run: &RunEvidence<'_>, epoch: &'e EpochEvidence) -> Known<&'e [FlatShare]> {
    let hidden = run.last()?.copies.len();
    if epoch.layers.is_empty() && hidden > 0 {
        return Err(Gap::new("it is not known where the activations are flat: `Forward::activation` says it"));
    }
    Ok(&epoch.layers)
}

pub(super) fn copied_units(run: &RunEvidence<'_>, threshold: f64) -> Checked {
    let last = run.last()?;
    let of = |(layer, copies): &(String, usize)| {
        none_or(*copies as f64 >= threshold, || {
            Finding::new(Kind::CopiedUnits, last.epoch, Subject::Layer(layer.clone()), *copies as f64, threshold)
        })
    };
    Ok(last.copies.iter().flat_map(of).collect())
}
