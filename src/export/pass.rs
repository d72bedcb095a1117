//! One pass over the epochs of a run, by which all chosen tables are made.

use std::collections::BTreeSet;

use super::{
    batch::Batch,
    cell::Cell,
    rows::{activations, epochs, layers, logged, milestones, runs, samples},
    table::Table,
};
use crate::{
    Dataset, Error, Forward, Moment, Result, Run, Weights,
    analysis::{Caveat, EpochSummary, MilestoneOptions, run::milestones::RunSummary},
    model::checked,
};

/// What is asked of a run, for all its epochs.
pub(crate) struct Pass<'p, 'a, M> {
    pub(crate) run: &'p Run<'a, M>,
    /// Whether there is a model; else only what needs none is asked.
    pub(crate) has_model: bool,
    pub(crate) tables: &'p BTreeSet<Table>,
    /// With the loss, the threshold and the kind of the targets of the run.
    pub(crate) options: &'p MilestoneOptions,
}

/// What one epoch gives.
struct OfEpoch {
    batches: Vec<Batch>,
    summary: Option<EpochSummary>,
    caveats: Vec<Caveat>,
}

impl<M: Forward + Sync> Pass<'_, '_, M> {
    /// Hands over the rows of all tables, those of each in order; returns what was left out.
    pub(crate) fn each(&self, mut take: impl FnMut(Batch) -> Result<()>) -> Result<Vec<Caveat>> {
        self.expect_epochs()?;
        let (data, mut caveats) = self.data()?;
        let data_set = self.data_set(data);
        let mut summaries = RunSummary::new(self.options)?;
        let skipped = self.run.take_one_by_one(
            |memory, epoch| self.of_epoch(epoch, memory, data, &data_set),
            |of_epoch| {
                of_epoch.caveats.into_iter().for_each(|caveat| caveat.join(&mut caveats));
                of_epoch.summary.map_or(Ok(()), |summary| summaries.add(summary))?;
                of_epoch.batches.into_iter().try_for_each(&mut take)
            },
        )?;
        let mut found = summaries.milestones();
        data.into_iter().for_each(|data| found.name_after(data));
        found.loss_name = self.run.replay().name_of(self.options.known_loss());
        caveats.extend(self.metrics(&mut take)?);
        let caveats = Caveat::once(caveats.into_iter().chain(found.caveats.iter().cloned()).chain(skipped));
        let replay = self.run.replay();
        let last = [
            logged::notes(replay),
            milestones::rows(&data_set, &found),
            runs::row(replay, self.options.known_loss(), &data_set, data, &caveats),
        ];
        last.into_iter().filter(|batch| self.wants(&[batch.table])).try_for_each(take)?;
        Ok(caveats)
    }

    fn wants(&self, any: &[Table]) -> bool {
        any.iter().any(|table| self.tables.contains(table))
    }

    /// Fails for an epoch that no table can hold, and for epochs that are not in the order of time.
    fn expect_epochs(&self) -> Result<()> {
        match self.run.chosen_epochs().iter().find(|&&epoch| i64::try_from(epoch).is_err()) {
            Some(epoch) => Err(Error::invalid("an epoch of a table", format!("at most {}", i64::MAX), epoch)),
            None => Ok(()),
        }
    }

    /// The data, where there are some and a model for them, and what is left out without.
    fn data(&self) -> Result<(Option<&Dataset>, Vec<Caveat>)> {
        let of_data = "losses, errors, samples, activations, gradients and milestones";
        if let Some(base) = self.run.replay().caveat_of_base() {
            return Ok((None, vec![base, Caveat::left_out(of_data, "the same")]));
        }
        if !self.has_model {
            let remedy = "a model, by `Replay::run_with` and `Tables::of`,";
            return Ok((None, vec![Caveat::left_out(of_data, remedy)]));
        }
        match self.run.dataset() {
            Ok(data) => Ok((Some(data), Vec::new())),
            Err(Error::Missing { .. }) => {
                Ok((None, vec![Caveat::left_out(of_data, "`ReplayOptions::dataset` or `Replay::with_dataset`")]))
            }
            Err(damaged @ Error::Corrupted { .. }) => {
                let what = format!("{of_data} ({damaged})");
                Ok((None, vec![Caveat::left_out(what, "`Replay::with_dataset`")]))
            }
            Err(error) => Err(error),
        }
    }

    fn data_set(&self, data: Option<&Dataset>) -> Cell {
        data.and_then(|_| self.run.data_name()).into()
    }

    fn of_epoch(&self, epoch: u64, memory: &mut Weights, data: Option<&Dataset>, data_set: &Cell) -> Result<OfEpoch> {
        let (mut batches, mut caveats, mut summary, mut gradients) = (Vec::new(), Vec::new(), None, None);
        let needs_model = [Table::Epochs, Table::Samples, Table::Layers, Table::Activations, Table::Milestones];
        let snapshot = match data.filter(|_| self.wants(&needs_model)) {
            Some(_) => Some(self.run.at_in(epoch.into(), memory)?),
            None => None,
        };
        if let (Some(data), Some(snapshot)) = (data, &snapshot) {
            if self.wants(&[Table::Epochs, Table::Activations, Table::Milestones]) {
                let (found, of) = EpochSummary::with_gradients(epoch, snapshot.model(), data, self.options)?;
                batches.push(activations::rows(data_set, &found, snapshot.model()));
                (summary, gradients) = (Some(found), of.filter(|_| self.wants(&[Table::Layers])));
            }
            if self.wants(&[Table::Samples]) {
                let (rows, assumed) = samples::rows(data_set, snapshot, self.options.known_loss())?;
                batches.push(rows);
                caveats.extend(assumed);
            }
        }
        if self.wants(&[Table::Epochs, Table::Layers]) {
            let mut weights = Weights::default();
            self.run.replay().read_known(epoch.into(), &mut weights)?;
            batches.push(epochs::row(data_set, epoch, summary.as_ref(), &weights));
            if self.wants(&[Table::Layers]) {
                let (earlier, damaged) = self.earlier(epoch)?;
                caveats.extend(damaged);
                let model: Option<&dyn Forward> = snapshot.as_ref().map(|snapshot| snapshot.model() as &dyn Forward);
                if gradients.is_none() {
                    gradients = self.gradients(model, data, &mut caveats)?;
                }
                batches.push(layers::rows(epoch, &weights, earlier.as_ref(), gradients.as_ref())?);
            }
        }
        batches.retain(|batch| self.wants(&[batch.table]));
        Ok(OfEpoch { batches, summary, caveats })
    }

    /// The weights of the recorded epoch before, and that they cannot be read.
    fn earlier(&self, epoch: u64) -> Result<(Option<Weights>, Option<Caveat>)> {
        let replay = self.run.replay();
        let Some(before) = replay.epochs().take_while(|&other| other < epoch).last() else { return Ok((None, None)) };
        let mut weights = Weights::default();
        match replay.read_known(before.into(), &mut weights) {
            Ok(()) => Ok((Some(weights), None)),
            Err(damaged @ Error::Corrupted { .. }) => {
                let what = format!("the updates of epoch {epoch} ({damaged})");
                Ok((None, Some(Caveat::left_out(what, "a whole epoch before it"))))
            }
            Err(error) => Err(error),
        }
    }

    /// The gradients of the mean loss, if there are some; without them a caveat says why.
    fn gradients(
        &self,
        model: Option<&dyn Forward>,
        data: Option<&Dataset>,
        caveats: &mut Vec<Caveat>,
    ) -> Result<Option<Weights>> {
        let (Some(model), Some(data)) = (model, data) else { return Ok(None) };
        match (model.as_backward(), self.options.known_loss()) {
            (Some(backward), Some(loss)) => checked::gradients_of(backward, data, loss).map(Some),
            (None, _) => {
                caveats.push(Caveat::left_out("norms of gradients", "`Forward::as_backward`"));
                Ok(None)
            }
            (_, None) => {
                caveats
                    .push(Caveat::left_out("losses and norms of gradients", "`ReplayOptions::loss` or `Tables::loss`"));
                Ok(None)
            }
        }
    }

    /// The rows of `metrics`, of chosen epochs and the steps within them; those that are damaged are listed.
    fn metrics(&self, mut take: impl FnMut(Batch) -> Result<()>) -> Result<Vec<Caveat>> {
        let (replay, mut damaged) = (self.run.replay(), Vec::new());
        if !self.wants(&[Table::Metrics]) {
            return Ok(damaged);
        }
        let recorded: BTreeSet<u64> = replay.epochs().collect();
        let chosen: BTreeSet<u64> = self.run.chosen_epochs().iter().copied().collect();
        // Steps of an epoch that never came to its end are of no epoch that could be left out.
        let of_chosen = |step: &Moment| chosen.contains(&step.epoch()) || !recorded.contains(&step.epoch());
        let steps = replay.steps();
        let moments: BTreeSet<Moment> =
            steps.iter().filter(of_chosen).chain(chosen.iter().map(|&epoch| epoch.into())).collect();
        for moment in moments {
            match replay.metrics(moment) {
                Ok(metrics) => take(logged::metrics(moment, &metrics))?,
                Err(error @ Error::Corrupted { .. }) => {
                    damaged.push(Caveat::Skipped { epoch: moment.epoch(), reason: error.to_string() });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(damaged)
    }
}
