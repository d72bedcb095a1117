//! Questions that do without the epochs which are damaged, and list them.

use std::collections::BTreeSet;

use super::{Replay, Run, Snapshot, progress::Pass};
use crate::{
    Error, Forward, Result, Weights,
    analysis::Caveat,
    math::parallel::{self, Own},
};

/// As many epochs are asked before their answers are taken.
const AT_ONCE: usize = 64;

/// The answer of an epoch, or why the epoch could not be read.
pub(super) type Outcome<R> = Result<R, (u64, Error)>;

/// Takes an epoch that is damaged out of the errors.
pub(super) fn skipping<R>(epoch: u64, answer: Result<R>) -> Result<Outcome<R>> {
    match answer {
        Err(damage @ Error::Corrupted { .. }) => Ok(Err((epoch, damage))),
        answer => answer.map(Ok),
    }
}

/// The answers of the epochs that could be read, and the others; the error of the first of these if there are no answers.
pub(super) fn readable<R>(outcomes: Vec<Outcome<R>>) -> Result<(Vec<R>, Vec<Caveat>)> {
    let (mut answers, mut damaged) = (Vec::with_capacity(outcomes.len()), Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(answer) => answers.push(answer),
            Err(epoch) => damaged.push(epoch),
        }
    }
    let skipped = |(epoch, reason): &(u64, Error)| Caveat::Skipped { epoch: *epoch, reason: reason.to_string() };
    let caveats = damaged.iter().map(skipped).collect();
    match damaged.into_iter().next() {
        Some((_, error)) if answers.is_empty() => Err(error),
        _ => Ok((answers, caveats)),
    }
}

impl Replay {
    /// What is damaged beyond knowing which epoch it was of.
    pub(super) fn lost(&self) -> impl Iterator<Item = Caveat> {
        self.damage().iter().map(|damage| Caveat::Lost { bytes: damage.bytes.clone(), reason: damage.reason.clone() })
    }
}

impl<M> Run<'_, M> {
    /// The answers beside what could not be read.
    fn with_lost<R>(&self, outcomes: Vec<Outcome<R>>) -> Result<(Vec<R>, Vec<Caveat>)> {
        let (answers, mut skipped) = readable(outcomes)?;
        skipped.extend(self.replay().lost());
        Ok((answers, skipped))
    }

    /// That recorded epochs are neither asked about nor among those that were skipped, if so.
    pub(crate) fn some_epochs(&self, skipped: &[Caveat]) -> Option<Caveat> {
        let is_skipped = |at| skipped.iter().any(|caveat| caveat.skips(at));
        let (asked, mut recorded) = (self.epochs.iter().collect::<BTreeSet<_>>(), self.replay().epochs());
        let (epochs, of) = (asked.len(), recorded.len());
        recorded.any(|at| !asked.contains(&at) && !is_skipped(at)).then_some(Caveat::SomeEpochs { epochs, of })
    }

    /// The run without the epochs that were skipped.
    #[cfg(feature = "page")]
    pub(crate) fn without(&self, caveats: &[Caveat]) -> Self {
        let is_skipped = |at| caveats.iter().any(|caveat| caveat.skips(at));
        self.over(self.epochs.iter().copied().filter(|&epoch| !is_skipped(epoch)).collect())
    }
}

impl<'a, M: Forward> Run<'a, M> {
    /// As [`try_for_each`](Self::try_for_each), but that an epoch which is at hand is not read again, and that epochs which
    /// are damaged are passed over, and listed.
    ///
    /// Fails as the first of them if there is no other.
    pub(crate) fn each_readable_beside<F>(&self, known: Option<&Snapshot<'a, M>>, mut each: F) -> Result<Vec<Caveat>>
    where
        F: FnMut(&Snapshot<'a, M>) -> Result<()>,
    {
        let (pass, mut memory) = (self.progress.pass(self.chosen_epochs().len()), Weights::default());
        let outcomes = self.chosen_epochs().iter().map(|&epoch| {
            let outcome = skipping(epoch, self.ask_beside(known, epoch, &mut memory, &mut each));
            pass.step();
            outcome
        });
        Ok(self.with_lost(outcomes.collect::<Result<_>>()?)?.1)
    }

    /// The first epoch that can be read.
    #[cfg(feature = "page")]
    pub(crate) fn first_readable(&self) -> Result<Option<Snapshot<'a, M>>> {
        let mut snapshots = self.chosen_epochs().iter().map(|&epoch| skipping(epoch, self.at(epoch)));
        let mut damaged = None;
        while let Some(snapshot) = snapshots.next().transpose()? {
            match snapshot {
                Ok(snapshot) => return Ok(Some(snapshot)),
                Err((_, error)) => damaged = damaged.or(Some(error)),
            }
        }
        damaged.map_or(Ok(None), Err)
    }
}

impl<'a, M: Forward> Run<'a, M> {
    /// As [`map`](Self::map), but that epochs which are damaged are passed over, and listed.
    pub(crate) fn map_readable<R, F>(&self, ask: F) -> Result<(Vec<R>, Vec<Caveat>)>
    where
        R: Send,
        F: Fn(&Snapshot<'a, M>) -> Result<R> + Sync,
    {
        self.map_readable_beside(None, ask)
    }

    /// The same, but that an epoch which is at hand is not read again.
    ///
    /// Fails as the first of the damaged ones if there is no other.
    pub(crate) fn map_readable_beside<R, F>(
        &self,
        known: Option<&Snapshot<'a, M>>,
        ask: F,
    ) -> Result<(Vec<R>, Vec<Caveat>)>
    where
        R: Send,
        F: Fn(&Snapshot<'a, M>) -> Result<R> + Sync,
    {
        let pass = self.progress.pass(self.epochs.len());
        self.with_lost(self.outcomes(&self.epochs, &pass, known, &ask)?)
    }

    /// As [`map_readable`](Self::map_readable), but that the answers are taken in the order of the epochs, some at a time, so
    /// that not all of them have to be there at once.
    pub(crate) fn take_readable<R, F>(&self, ask: F, mut take: impl FnMut(R) -> Result<()>) -> Result<Vec<Caveat>>
    where
        R: Send,
        F: Fn(&Snapshot<'a, M>) -> Result<R> + Sync,
    {
        let (mut outcomes, pass) = (Vec::new(), self.progress.pass(self.epochs.len()));
        for epochs in self.epochs.chunks(AT_ONCE) {
            for outcome in self.outcomes(epochs, &pass, None, &ask)? {
                outcomes.push(match outcome {
                    Ok(answer) => Ok(take(answer)?),
                    Err(damage) => Err(damage),
                });
            }
        }
        Ok(self.with_lost(outcomes)?.1)
    }

    /// The same of answers of which no more than one a thread may be there at once; and they need not be about the model:
    /// asking gets memory for weights that its thread keeps.
    pub(crate) fn take_one_by_one<R, F>(&self, ask: F, mut take: impl FnMut(R) -> Result<()>) -> Result<Vec<Caveat>>
    where
        R: Send,
        F: Fn(&mut Weights, u64) -> Result<R> + Sync,
    {
        let (mut outcomes, pass) = (Vec::new(), self.progress.pass(self.epochs.len()));
        let ask = |memory: &mut Weights, &epoch: &u64| {
            let outcome = skipping(epoch, ask(memory, epoch));
            pass.step();
            outcome
        };
        for epochs in self.epochs.chunks(parallel::chosen(self.threads).max(1)) {
            for outcome in parallel::map_with(epochs, self.threads, Weights::default, ask)? {
                outcomes.push(match outcome {
                    Ok(answer) => Ok(take(answer)?),
                    Err(damage) => Err(damage),
                });
            }
        }
        Ok(self.with_lost(outcomes)?.1)
    }

    fn outcomes<R, F>(
        &self,
        epochs: &[u64],
        pass: &Pass<'_, 'a>,
        known: Option<&Snapshot<'a, M>>,
        ask: &F,
    ) -> Result<Vec<Outcome<R>>>
    where
        R: Send,
        F: Fn(&Snapshot<'a, M>) -> Result<R> + Sync,
    {
        let readable = |epoch: u64, answer: Result<R>| {
            let outcome = skipping(epoch, answer);
            pass.step();
            outcome
        };
        let own = Self::own(epochs, known)
            .map(|(place, known)| Own { place, ask: |_: &mut Weights| readable(known.epoch(), ask(known)) });
        let ask = |memory: &mut Weights, &epoch: &u64| {
            readable(epoch, self.at_in(epoch.into(), memory).and_then(|snapshot| ask(&snapshot)))
        };
        parallel::map_beside(epochs, self.threads, Weights::default, ask, own)
    }
}
