//! Parameters that never change, or no more: their rows, from summaries that need not be kept.

use crate::analysis::{
    Caveat, EpochSummary, Milestone, MilestoneKind as Kind, MilestoneOptions, ParameterState, Subject,
};

use super::rows::from_epoch;

/// Since when each parameter has the values that it has: some numbers for each, however long the run.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis::run) struct ParameterStretches {
    arrays: Vec<Array>,
    epochs: u64,
}

#[derive(Clone, Debug)]
struct Array {
    /// As it was last.
    state: ParameterState,
    /// The epoch at which it came to be so.
    since: u64,
    /// The recorded epochs at which it was so.
    epochs: u64,
    /// Whether it was there, and finite, at every epoch: a mask of infinities is no weight, and what diverged says so itself.
    judged: bool,
}

impl ParameterStretches {
    /// Adds the next epoch. The first one says which parameters there are.
    pub(in crate::analysis::run) fn add(&mut self, summary: &EpochSummary) {
        if self.epochs == 0 {
            let array = |state: &ParameterState| Array::new(state.clone(), summary.epoch);
            self.arrays = summary.parameters.iter().map(array).collect();
        }
        self.epochs += 1;
        for (index, array) in self.arrays.iter_mut().enumerate() {
            // In the same place, unless the model lists them in another order.
            let here = summary.parameters.get(index).filter(|state| array.is(state));
            array.add(here.or_else(|| summary.parameters.iter().find(|state| array.is(state))), summary.epoch);
        }
    }

    /// The number of parameters that are judged.
    pub(in crate::analysis::run) fn count(&self) -> usize {
        self.judged().count()
    }

    /// That a single epoch shows no change.
    pub(in crate::analysis::run) fn caveat(&self) -> Option<Caveat> {
        let is_one = self.epochs == 1 && self.count() > 0;
        is_one.then(|| Caveat::left_out("parameters that do not change", "a second recorded epoch"))
    }

    pub(super) fn rows(&self, options: &MilestoneOptions) -> Vec<Milestone> {
        let last_change = self.judged().map(|array| array.since).max().filter(|_| self.epochs > 1);
        let Some(last_change) = last_change else { return Vec::new() };
        let has_changed = |array: &Array| array.epochs < self.epochs;
        let lasts = |array: &Array| array.epochs >= options.lasting;
        let is_frozen = |array: &&Array| array.since < last_change && (!has_changed(array) || lasts(array));
        let row = |array: &Array| {
            let (layer, name) = (array.state.layer.clone(), array.state.name.clone());
            from_epoch(Kind::Frozen, array.since, Subject::Parameter { layer, name }, array.epochs as f64)
        };
        let rows = self.judged().filter(is_frozen).map(row);
        // From then on no other moves on either.
        let all = self.judged().find(|array| array.since == last_change);
        let all = all.filter(|array| !has_changed(array) || lasts(array));
        let of_all = |array: &Array| from_epoch(Kind::Frozen, last_change, Subject::Run, array.epochs as f64);
        rows.chain(all.map(of_all)).collect()
    }

    fn judged(&self) -> impl Iterator<Item = &Array> {
        self.arrays.iter().filter(|array| array.judged)
    }
}

impl Array {
    fn new(state: ParameterState, epoch: u64) -> Self {
        Self { state, since: epoch, epochs: 0, judged: true }
    }

    fn is(&self, state: &ParameterState) -> bool {
        (&self.state.layer, &self.state.name) == (&state.layer, &state.name)
    }

    fn add(&mut self, state: Option<&ParameterState>, epoch: u64) {
        let Some(state) = state else {
            self.judged = false;
            return;
        };
        if state.checksum != self.state.checksum {
            let judged = self.judged;
            *self = Self { judged, ..Self::new(state.clone(), epoch) };
        }
        self.judged = self.judged && state.is_finite;
        self.epochs += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Dtype,
        analysis::{
            Milestones,
            run::milestone_rules::testing::{rows, summaries_of},
        },
    };

    /// An array for each letter, whose checksum is what `at` says of it.
    fn run(epochs: u64, names: &'static str, at: impl Fn(char, u64) -> u64) -> Vec<EpochSummary> {
        summaries_of(epochs, |summary| {
            let state = |name: char| ParameterState {
                layer: "h".into(),
                name: name.into(),
                dtype: Dtype::F32,
                checksum: at(name, summary.epoch),
                is_finite: at(name, summary.epoch) != u64::MAX,
            };
            summary.parameters = names.chars().map(state).collect();
        })
    }

    #[test]
    fn what_never_changes_while_others_do_is_frozen_from_the_first_epoch_on() {
        let summaries = run(3, "abc", |name, epoch| if name == 'b' { epoch } else { 7 });
        let frozen = [(0, None, "h/a".into(), 3.0), (0, None, "h/c".into(), 3.0)];
        assert_eq!(rows(&summaries, Kind::Frozen), frozen);
        assert_eq!(rows(&run(9, "ab", |_, epoch| epoch), Kind::Frozen), []);
    }

    #[test]
    fn what_changes_once_in_a_while_is_not_frozen_and_what_stops_for_good_is() {
        let at = |name, epoch: u64| match name {
            'a' => epoch,          // moves on
            'b' => epoch / 4,      // some epochs at a time
            'c' => epoch.min(3),   // until epoch 3
            _ => epoch.min(3) % 2, // comes back to what it was, and stops
        };
        let frozen = [(3, None, "h/c".into(), 9.0), (3, None, "h/d".into(), 9.0)];
        assert_eq!(rows(&run(12, "abcd", at), Kind::Frozen), frozen);
        assert_eq!(rows(&run(7, "abcd", at), Kind::Frozen), [], "four epochs are no stop");
    }

    #[test]
    fn a_run_in_which_nothing_changes_any_more_is_a_row_of_its_own() {
        assert_eq!(rows(&run(2, "ab", |_, _| 7), Kind::Frozen), [(0, None, "run".into(), 2.0)]);
        let stopped = run(20, "ab", |name, epoch| if name == 'a' { 7 } else { epoch.min(10) });
        assert_eq!(rows(&stopped, Kind::Frozen), [(0, None, "h/a".into(), 20.0), (10, None, "run".into(), 10.0)]);
    }

    #[test]
    fn one_epoch_shows_no_change_and_says_so() {
        let milestones = Milestones::of(&run(1, "ab", |_, _| 7), &MilestoneOptions::default()).unwrap();
        assert_eq!(milestones.rows, []);
        let said = "parameters that do not change were left out: a second recorded epoch would give them";
        assert_eq!(milestones.caveats.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
    }

    #[test]
    fn masks_of_infinities_and_parameters_in_another_order_are_kept_apart() {
        let masked = run(3, "am", |name, epoch| if name == 'm' { u64::MAX } else { epoch });
        assert_eq!(rows(&masked, Kind::Frozen), []);
        let mut turned = run(3, "ab", |name, epoch| if name == 'a' { 7 } else { epoch });
        turned[1].parameters.reverse();
        assert_eq!(rows(&turned, Kind::Frozen), [(0, None, "h/a".into(), 3.0)]);
    }
}
