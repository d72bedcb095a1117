//! Runs filtered and grouped by what was noted of them.

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashSet},
    fmt,
};

use super::{Replay, Runs};
use crate::{Error, NoteValue, Result};

/// As many keys a message names.
const NAMED: usize = 20;

/// Runs that have the same value under a key of their notes.
///
/// ```
/// use training_replay::{NoteValue, RunGroup, Runs};
///
/// let group = RunGroup { name: "0.05".into(), value: Some(NoteValue::F64(0.05)), runs: Runs::new() };
/// assert_eq!(group.to_string(), "0.05");
/// ```
#[derive(Debug)]
pub struct RunGroup {
    /// What the group is called: the text of the value, `without learning_rate` for the runs that have none. No two groups are
    /// called the same.
    pub name: String,
    /// The value in the first of its runs; none of runs without such a note.
    pub value: Option<NoteValue>,
    /// The runs, in the order they were in.
    pub runs: Runs,
}

/// Its name.
impl fmt::Display for RunGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

/// The groups of [`Runs::group_by`], and what is in none of them.
#[derive(Debug)]
pub struct RunGroups {
    /// Numbers in their order, then truth values, texts and lists, and at the end the runs without such a note.
    pub groups: Vec<RunGroup>,
    /// The files that did not open, and why: nobody knows what was noted in them.
    pub failed: Vec<(String, Error)>,
}

impl Runs {
    /// Keeps the recordings that `keep` is true of.
    ///
    /// What did not open stays listed in [`failed`](Self::failed).
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Result, Runs, Sequential};
    /// # fn main() -> Result<()> {
    /// # let run = |rate: f64| -> Result<Replay> {
    /// #     let model = Sequential::builder(2).layer(Dense::new(1)).build(1)?;
    /// #     let mut replay = Replay::options().metadata("learning_rate", rate).in_memory();
    /// #     replay.record(&model, Metrics::new())?;
    /// #     Ok(replay)
    /// # };
    /// # let all = || -> Result<Runs> {
    /// #     let runs = [0.1, 0.01, 1e-3].map(|rate| Ok((format!("{rate}"), run(rate)?)));
    /// #     runs.into_iter().collect::<Result<Runs>>()
    /// # };
    /// # let runs = all()?;
    /// use training_replay::NoteCondition;
    ///
    /// let fast = runs.filter(|_, replay| {
    ///     replay.metadata().get("learning_rate").and_then(|rate| rate.number()) >= Some(0.01)
    /// });
    /// assert_eq!(fast.len(), 2);
    /// # let runs = all()?;
    ///
    /// let typed: NoteCondition = "learning_rate<0.1".parse()?; // as the command takes it
    /// let slow = runs.filter(|_, replay| {
    ///     replay.metadata().get(typed.key()).is_some_and(|rate| typed.holds(&rate) == Some(true))
    /// });
    /// assert_eq!(slow.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn filter(mut self, mut keep: impl FnMut(&str, &Replay) -> bool) -> Self {
        self.named.retain(|(name, replay)| keep(name, replay));
        self
    }

    /// Groups the recordings by the value of a note: the newest of this key in each.
    ///
    /// Numbers are the same if they stand for the same, whatever their types. Every group can be asked whatever runs can.
    /// Runs without such a note are a group of their own, the last one.
    ///
    /// ```
    /// # use training_replay::{Dense, Metrics, Replay, Result, Runs, Sequential};
    /// # fn main() -> Result<()> {
    /// # let run = |rate: f64, seed: u64| -> Result<Replay> {
    /// #     let model = Sequential::builder(2).layer(Dense::new(1)).build(seed)?;
    /// #     let mut replay = Replay::options().metadata("learning_rate", rate).in_memory();
    /// #     replay.record(&model, [("loss", rate)])?;
    /// #     Ok(replay)
    /// # };
    /// let mut runs = Runs::new();
    /// for (rate, seed) in [(0.1, 1), (0.02, 1), (0.1, 2), (0.02, 2)] {
    ///     runs.push(format!("seed {seed} at {rate}"), run(rate, seed)?);
    /// }
    /// let rates = runs.group_by("learning_rate")?;
    /// assert!(rates.failed.is_empty());
    /// for group in &rates.groups {
    ///     println!("{group}: {:?}", group.runs.band("loss", 0.5)?.median);
    /// }
    /// let names: Vec<_> = rates.groups.iter().map(|group| group.name.as_str()).collect();
    /// assert_eq!(names, ["0.02", "0.1"]);
    /// # assert!(rates.groups.iter().all(|group| group.runs.len() == 2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if no run has such a note.
    pub fn group_by(self, key: &str) -> Result<RunGroups> {
        if self.iter().all(|(_, replay)| replay.metadata().get(key).is_none()) {
            return Err(Error::missing(format!("the note {key:?} of any run"), self.describe_keys()));
        }
        let valued = self.named.into_iter().map(|(name, replay)| (replay.metadata().get(key), name, replay));
        let mut valued: Vec<(Option<NoteValue>, String, Replay)> = valued.collect();
        valued.sort_by(|(one, ..), (other, ..)| order(one.as_ref(), other.as_ref()));
        let mut groups: Vec<RunGroup> = Vec::new();
        for (value, name, replay) in valued {
            match groups.last_mut().filter(|group| order(group.value.as_ref(), value.as_ref()).is_eq()) {
                Some(group) => group.runs.named.push((name, replay)),
                None => groups.push(RunGroup::of(key, value, name, replay)),
            }
        }
        tell_apart(&mut groups);
        Ok(RunGroups { groups, failed: self.failed })
    }

    /// A sentence about the keys that there are.
    fn describe_keys(&self) -> String {
        let keys: BTreeSet<&str> = self.iter().flat_map(|(_, replay)| replay.metadata().map(|(key, _)| key)).collect();
        let named: Vec<String> = keys.iter().take(NAMED).map(|key| format!("{key:?}")).collect();
        match keys.len() {
            0 => "nothing was noted in them".into(),
            all if all > NAMED => format!("noted were {} and {} others", named.join(", "), all - NAMED),
            _ => format!("noted were {}", named.join(", ")),
        }
    }
}

impl RunGroup {
    fn of(key: &str, value: Option<NoteValue>, name: String, replay: Replay) -> Self {
        let text = value.as_ref().map(NoteValue::to_string);
        let runs = Runs { named: vec![(name, replay)], key: text.clone().unwrap_or_default(), ..Runs::new() };
        Self { name: text.unwrap_or_else(|| format!("without {key}")), value, runs }
    }
}

/// Runs without a value come last.
fn order(one: Option<&NoteValue>, other: Option<&NoteValue>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => one.order(other),
        _ => other.is_some().cmp(&one.is_some()),
    }
}

/// Puts texts in quotes that are called as another group is: the number 1 and the text "1".
fn tell_apart(groups: &mut [RunGroup]) {
    let is_text = |group: &RunGroup| matches!(group.value, Some(NoteValue::Text(_)));
    let taken: HashSet<String> =
        groups.iter().filter(|group| !is_text(group)).map(|group| group.name.clone()).collect();
    let alike = groups.iter_mut().filter(|group| is_text(group) && taken.contains(&group.name));
    alike.for_each(|group| group.name = format!("{:?}", group.name));
}
