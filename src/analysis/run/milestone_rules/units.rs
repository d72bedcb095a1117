//! Units that are saturated or dead: their rows, from summaries that need not be kept.

use crate::analysis::{EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, Subject};

/// For each unit of each hidden layer how long it has been in each of its states, and the rows of what is over.
///
/// Some numbers for each unit, however long the run: a summary that was added may be dropped.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis::run) struct UnitStates {
    layers: Vec<Layer>,
    rows: Vec<(Place, Milestone)>,
    begun: bool,
}

#[derive(Clone, Debug)]
struct Layer {
    name: String,
    units: Vec<[Stretch; KINDS.len()]>,
}

const KINDS: [Kind; 2] = [Kind::Saturated, Kind::Dead];

/// Layer, unit and kind: the order of the rows.
type Place = (usize, usize, usize);

/// Epochs one after the other in which something holds.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    /// The first epoch, and the evidence there.
    first: Option<(u64, f64)>,
    last: u64,
    epochs: u64,
}

impl UnitStates {
    /// Adds the next epoch. The first one says which layers and units there are.
    pub(in crate::analysis::run) fn add(&mut self, summary: &EpochSummary, options: &MilestoneOptions) {
        if !self.begun {
            self.begun = true;
            let units = |units: usize| vec![[Stretch::default(); KINDS.len()]; units];
            let layers = summary.layers.iter();
            self.layers =
                layers.map(|state| Layer { name: state.layer.clone(), units: units(state.dead.len()) }).collect();
        }
        for (index, layer) in self.layers.iter_mut().enumerate() {
            for (unit, stretches) in layer.units.iter_mut().enumerate() {
                let evidence = evidence(summary, options, index, unit);
                for (kind, (stretch, evidence)) in stretches.iter_mut().zip(evidence).enumerate() {
                    let over = stretch.add(summary.epoch, evidence).filter(|over| over.epochs >= options.lasting);
                    let row = over.and_then(|over| over.row((&layer.name, unit, kind), Some(over.last)));
                    self.rows.extend(row.map(|row| ((index, unit, kind), row)));
                }
            }
        }
    }

    /// The rows of a layer, those of one unit after those of the other.
    pub(super) fn rows(&self, index: usize) -> Vec<Milestone> {
        let over = self.rows.iter().filter(|((layer, ..), _)| *layer == index).cloned();
        let mut rows: Vec<(Place, Milestone)> = over.collect();
        if let Some(layer) = self.layers.get(index) {
            for (unit, stretches) in layer.units.iter().enumerate() {
                let lasting = stretches.iter().enumerate();
                let lasting = lasting.map(|(kind, stretch)| (kind, stretch.row((&layer.name, unit, kind), None)));
                rows.extend(lasting.filter_map(|(kind, row)| Some(((index, unit, kind), row?))));
            }
        }
        // What is over came before what lasts, so that an equal place is in the order of time.
        rows.sort_by_key(|(place, _)| *place);
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// Whether a unit is saturated, and whether it is dead, with the number that says so.
fn evidence(
    summary: &EpochSummary,
    options: &MilestoneOptions,
    index: usize,
    unit: usize,
) -> [Option<f64>; KINDS.len()] {
    let layer = summary.layers.get(index);
    let share = layer.and_then(|state| state.saturation.get(unit).copied());
    let is_dead = layer.is_some_and(|state| state.dead.get(unit) == Some(&true));
    [share.filter(|&share| share >= options.saturated), is_dead.then_some(summary.samples as f64)]
}

impl Stretch {
    /// Adds an epoch, and returns the stretch that it has ended.
    fn add(&mut self, epoch: u64, evidence: Option<f64>) -> Option<Self> {
        let Some(evidence) = evidence else { return Some(std::mem::take(self)).filter(|over| over.first.is_some()) };
        let first = self.first.or(Some((epoch, evidence)));
        *self = Self { first, last: epoch, epochs: self.epochs + 1 };
        None
    }

    fn row(&self, (layer, unit, kind): (&str, usize, usize), until: Option<u64>) -> Option<Milestone> {
        let (epoch, evidence) = self.first?;
        let subject = Subject::Unit { layer: layer.to_owned(), unit };
        Some(Milestone { kind: KINDS[kind], epoch, until, subject, evidence })
    }
}
