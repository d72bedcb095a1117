//! One question of each epoch, several epochs at a time.

use super::{Run, Snapshot};
use crate::{
    Forward, Result, Weights,
    math::parallel::{self, Own},
};

impl<'a, M: Forward> Run<'a, M> {
    /// Asks one question of the model at each epoch, several of them at a time.
    ///
    /// # Errors
    ///
    /// That of the first epoch, in their order, which is not recorded, cannot be read, or answers with one;
    /// [`Error::Invalid`](crate::Error::Invalid) for no threads.
    ///
    /// # Panics
    ///
    /// If `ask` does.
    pub fn map<R, F>(&self, ask: F) -> Result<Vec<R>>
    where
        R: Send,
        F: Fn(&Snapshot<'a, M>) -> Result<R> + Sync,
    {
        self.map_with(|| (), |(), snapshot| ask(snapshot))
    }

    /// Asks one question of the model at each epoch, with something that each thread begins with and keeps from epoch to
    /// epoch: buffers, say.
    ///
    /// # Errors
    ///
    /// As [`map`](Self::map).
    ///
    /// # Panics
    ///
    /// If `begin` or `ask` does.
    pub fn map_with<S, R, B, F>(&self, begin: B, ask: F) -> Result<Vec<R>>
    where
        R: Send,
        B: Fn() -> S + Sync,
        F: Fn(&mut S, &Snapshot<'a, M>) -> Result<R> + Sync,
    {
        self.map_beside(None, begin, ask)
    }

    /// As [`map_with`](Self::map_with), but that an epoch which is at hand is not read again.
    pub(crate) fn map_beside<S, R, B, F>(&self, known: Option<&Snapshot<'a, M>>, begin: B, ask: F) -> Result<Vec<R>>
    where
        R: Send,
        B: Fn() -> S + Sync,
        F: Fn(&mut S, &Snapshot<'a, M>) -> Result<R> + Sync,
    {
        let pass = self.progress.pass(self.epochs.len());
        let begin = || (begin(), Weights::default());
        let stepping = |answer: Result<R>| answer.inspect(|_| pass.step());
        let own = Self::own(&self.epochs, known)
            .map(|(place, known)| Own { place, ask: |(state, _): &mut (S, Weights)| stepping(ask(state, known)) });
        let ask =
            |(state, memory): &mut (S, Weights), &epoch: &u64| stepping(ask(state, &self.at_in(epoch.into(), memory)?));
        parallel::map_beside(&self.epochs, self.threads, begin, ask, own)
    }

    /// The place among some epochs of one that is at hand.
    pub(super) fn own<'k>(epochs: &[u64], known: Option<&'k Snapshot<'a, M>>) -> Option<(usize, &'k Snapshot<'a, M>)> {
        let place = epochs.iter().position(|&epoch| known.is_some_and(|known| known.moment() == epoch.into()));
        place.zip(known)
    }
}
