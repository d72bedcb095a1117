//! One question of each epoch, several epochs at a time.

use super::{Run, Snapshot};
use crate::{Forward, Result, Weights, math::parallel};

impl<'a, M: Forward + Sync> Run<'a, M> {
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
        parallel::map_with(&self.epochs, self.threads, begin, |(state, memory), &epoch| {
            let answer = self.ask_beside(known, epoch, memory, |snapshot| ask(state, snapshot))?;
            pass.step();
            Ok(answer)
        })
    }
}
