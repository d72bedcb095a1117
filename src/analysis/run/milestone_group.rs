//! Milestones as a reader takes them in: many of the same kind together.

use std::collections::{HashMap, HashSet};

use super::milestone_sentence::{Nouns, recorded};
use crate::analysis::{Milestone, MilestoneKind as Kind, Subject};
use crate::notation::{counted, grouped, percent};

/// As many rows of the same kind and layer are still said one by one.
const FEW: usize = 8;

/// As many parameters are named in one sentence.
const NAMED: usize = 5;

/// Some milestones that one sentence says: a single one, or many units of a layer or parameters in the same state.
///
/// [`Milestones::groups`](super::Milestones::groups) has an example.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MilestoneGroup<'a> {
    /// What kind they are of.
    pub kind: Kind,
    /// The milestones, in the order of their epochs; at least one.
    pub rows: Vec<&'a Milestone>,
    /// What happened.
    pub sentence: String,
}

/// Milestones, and what must be known to say them.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) all: &'a [Milestone],
    pub(super) class_names: &'a [String],
    /// The number of the units of each layer.
    pub(super) units: &'a [(String, usize)],
    /// The number of parameters.
    pub(super) parameters: usize,
    /// What the loss is called, and those that are classified.
    pub(super) nouns: Nouns<'a>,
}

/// What the rows of a group have in common.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    /// Kind, layer, and whether it is to the end of the run.
    Units(Kind, &'a str, bool),
    /// Whether it is since the first epoch of all.
    Parameters(bool),
}

impl<'a> MilestoneGroup<'a> {
    pub(super) fn of(milestones: Rows<'a>) -> Vec<Self> {
        let frozen = milestones.all.iter().filter(|row| row.kind == Kind::Frozen).map(|row| row.epoch).min();
        let mut alike: Vec<(Option<Key<'a>>, Vec<&'a Milestone>)> = Vec::new();
        let mut places = HashMap::new();
        for row in milestones.all {
            let place = match Key::of(row, frozen) {
                Some(key) => *places.entry(key).or_insert(alike.len()),
                None => alike.len(),
            };
            match alike.get_mut(place) {
                Some((_, rows)) => rows.push(row),
                None => alike.push((Key::of(row, frozen), vec![row])),
            }
        }
        let groups = alike.into_iter().flat_map(|(key, rows)| match key.filter(|_| rows.len() > FEW) {
            Some(key) => vec![Self { kind: rows[0].kind, sentence: key.sentence(&rows, milestones), rows }],
            None => rows.into_iter().map(|row| Self::alone(row, milestones)).collect(),
        });
        let mut groups: Vec<Self> = groups.collect();
        groups.sort_by_key(Self::epoch); // Stable: those of one epoch stay in their order.
        groups
    }

    fn alone(row: &'a Milestone, milestones: Rows<'_>) -> Self {
        Self { kind: row.kind, rows: vec![row], sentence: row.sentence_of(milestones.class_names, milestones.nouns) }
    }

    /// Returns the first epoch of all its milestones.
    pub fn epoch(&self) -> u64 {
        self.rows.iter().map(|row| row.epoch).min().unwrap_or(0)
    }

    /// Returns the last epoch of all its milestones, as [`Milestone::until`].
    pub fn until(&self) -> Option<u64> {
        until(&self.rows)
    }

    /// Returns what it is about: the subject of a single milestone, the layer of many units.
    pub fn subject(&self) -> Subject {
        match (&self.rows[..], self.rows.first().map(|row| &row.subject)) {
            ([_], Some(subject)) => subject.clone(),
            (_, Some(Subject::Unit { layer, .. })) => Subject::Layer(layer.clone()),
            _ => Subject::Run,
        }
    }
}

impl<'a> Key<'a> {
    fn of(row: &'a Milestone, frozen: Option<u64>) -> Option<Self> {
        match &row.subject {
            Subject::Unit { layer, .. } => Some(Self::Units(row.kind, layer, row.until.is_none())),
            Subject::Parameter { .. } if row.kind == Kind::Frozen => Some(Self::Parameters(frozen == Some(row.epoch))),
            _ => None,
        }
    }

    fn sentence(&self, rows: &[&Milestone], milestones: Rows<'_>) -> String {
        match *self {
            Self::Units(kind, layer, lasts) => of_units(kind, layer, lasts, rows, milestones),
            Self::Parameters(_) => of_parameters(rows, milestones.parameters),
        }
    }
}

/// `From epoch 3 on, 1,100 of 6,272 units of layer conv are dead: they are 0 on all 1,000 samples`
fn of_units(kind: Kind, layer: &str, lasts: bool, rows: &[&Milestone], milestones: Rows<'_>) -> String {
    let units: HashSet<_> = rows.iter().map(|row| &row.subject).collect(); // One may be so more than once.
    let all = milestones.units.iter().find(|(name, _)| name == layer).map_or(units.len(), |(_, units)| *units);
    let count = format!("{} of {} of layer {layer}", grouped(units.len() as u64), counted(all as u64, "unit"));
    let (low, high) = ends(rows.iter().map(|row| row.evidence));
    let state = match kind {
        Kind::Dead if high == 1.0 => "dead: they are 0 on the only sample".to_owned(),
        Kind::Dead => format!("dead: they are 0 on all {}", counted(high as u64, "sample")),
        _ if low == high => format!("saturated on {} of the samples", percent(low)),
        _ => format!("saturated on {} to {} of the samples", percent(low), percent(high)),
    };
    let (first, last) = ends(rows.iter().map(|row| row.epoch));
    let first = grouped(first);
    match until(rows).map(grouped) {
        _ if lasts && first == grouped(last) => format!("From epoch {first} on, {count} are {state}"),
        None => format!("From epoch {first} on, more and more units, {count} by epoch {}, are {state}", grouped(last)),
        Some(until) => format!("From epoch {first} to {until}, {count} are for a time {state}"),
    }
}

/// `From epoch 0 on, 25 of 26 parameters do not change: they are the same over 12 recorded epochs, while others change: ...`
fn of_parameters(rows: &[&Milestone], all: usize) -> String {
    let count = format!("{} of {}", grouped(rows.len() as u64), counted(all as u64, "parameter"));
    let names = rows.iter().take(NAMED).map(|row| row.subject.to_string()).collect::<Vec<_>>().join(", ");
    let more = match rows.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    let (first, last) = ends(rows.iter().map(|row| row.epoch));
    let (fewest, _) = ends(rows.iter().map(|row| row.evidence));
    let (first, last, same) = (grouped(first), grouped(last), recorded(fewest as u64));
    let what = if first == last {
        format!("From epoch {first} on, {count} do not change: they are the same over {same}")
    } else {
        format!(
            "From epoch {first} on, more and more parameters, {count} by epoch {last}, change no more: they are the same over {same} or more"
        )
    };
    format!("{what}, while others change ({names}{more})")
}

/// The last epoch of all, if none lasts.
fn until(rows: &[&Milestone]) -> Option<u64> {
    rows.iter().map(|row| row.until).collect::<Option<Vec<u64>>>()?.into_iter().max()
}

/// The smallest and the largest.
fn ends<T: PartialOrd + Copy + Default>(values: impl Iterator<Item = T>) -> (T, T) {
    let wider = |(low, high): (T, T), (value, _): (T, T)| {
        (if value < low { value } else { low }, if value > high { value } else { high })
    };
    values.map(|value| (value, value)).reduce(wider).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(unit: usize, epoch: u64, until: Option<u64>) -> Milestone {
        let subject = Subject::Unit { layer: "conv".into(), unit };
        Milestone { kind: Kind::Dead, epoch, until, subject, evidence: 1000.0 }
    }

    fn frozen(index: usize, epoch: u64) -> Milestone {
        let subject = Subject::Parameter { layer: format!("block{index}"), name: "weight".into() };
        Milestone { kind: Kind::Frozen, epoch, until: None, subject, evidence: 12.0 - epoch as f64 }
    }

    fn sentences(mut rows: Vec<Milestone>) -> Vec<String> {
        rows.sort_by_key(|row| row.epoch);
        let units = [("conv".into(), 6_272)];
        let groups = MilestoneGroup::of(Rows {
            all: &rows,
            class_names: &[],
            units: &units,
            parameters: 26,
            nouns: Nouns::default(),
        });
        assert_eq!(groups.iter().map(|group| group.rows.len()).sum::<usize>(), rows.len(), "none is lost");
        groups.into_iter().map(|group| group.sentence).collect()
    }

    #[test]
    fn few_units_are_said_one_by_one_and_many_together() {
        let few = sentences((0..8).map(|unit| dead(unit, 3, None)).collect());
        assert_eq!(few[0], "From epoch 3 on, unit 0 of layer conv is dead: it is 0 on all 1,000 samples");
        assert_eq!(few.len(), 8);
        let many = sentences((0..1_204).map(|unit| dead(unit, 3, None)).collect());
        assert_eq!(
            many,
            ["From epoch 3 on, 1,204 of 6,272 units of layer conv are dead: they are 0 on all 1,000 samples"]
        );
    }

    #[test]
    fn units_that_come_back_are_kept_apart_from_those_that_do_not() {
        let lasting = (0..20).map(|unit| dead(unit, unit as u64, None));
        let passing = (20..40).map(|unit| dead(unit, 1, Some(unit as u64)));
        // A unit may die twice.
        let again = (20..40).map(|unit| dead(unit, 50, Some(60)));
        let expected = [
            "From epoch 0 on, more and more units, 20 of 6,272 units of layer conv by epoch 19, are dead: they are 0 on all 1,000 \
             samples",
            "From epoch 1 to 60, 20 of 6,272 units of layer conv are for a time dead: they are 0 on all 1,000 samples",
        ];
        assert_eq!(sentences(lasting.chain(passing).chain(again).collect()), expected);
    }

    #[test]
    fn frozen_parameters_are_counted_and_the_first_are_named() {
        let expected = "From epoch 0 on, 25 of 26 parameters do not change: they are the same over 12 recorded epochs, while \
            others change (block0/weight, block1/weight, block2/weight, block3/weight, block4/weight and 20 more)";
        assert_eq!(sentences((0..25).map(|index| frozen(index, 0)).collect()), [expected]);
        let stopped: Vec<Milestone> =
            [frozen(0, 0)].into_iter().chain((1..11).map(|i| frozen(i, i as u64 / 2 + 1))).collect();
        let found = sentences(stopped);
        assert_eq!(found.len(), 2);
        assert!(
            found[1].starts_with(
                "From epoch 1 on, more and more parameters, 10 of 26 parameters by epoch 6, change no more"
            ),
            "{found:?}"
        );
    }

    #[test]
    fn a_group_has_the_place_of_its_first_row_and_its_own_subject() {
        let rows: Vec<Milestone> = (0..9).map(|unit| dead(unit, 3 + unit as u64, Some(30))).collect();
        let [group] = &MilestoneGroup::of(Rows {
            all: &rows,
            class_names: &[],
            units: &[],
            parameters: 0,
            nouns: Nouns::default(),
        })[..] else {
            panic!("one")
        };
        assert_eq!((group.epoch(), group.until(), group.subject()), (3, Some(30), Subject::Layer("conv".into())));
    }
}
