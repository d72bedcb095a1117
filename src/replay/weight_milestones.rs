//! Milestones that need no model and no data: of the recorded weights alone.

use std::collections::HashMap;

use super::{
    RecordedWeights, Replay,
    readable::{readable, skipping},
    run_questions::without_data,
};
use crate::{
    Result, Weights,
    analysis::{Caveat, EpochSummary, MilestoneOptions, Milestones, run::milestones::RunSummary},
    storage::Manifest,
};

impl RecordedWeights<'_> {
    /// Returns what happened to the weights, as rows: which parameters never change or stop to, and what diverged first. It needs
    /// neither a model nor data.
    ///
    /// A parameter that keeps its values, bit for bit, while others change is a bug of the training loop, unless it is meant: one
    /// that the optimizer was not given, or that no gradient reaches. Parameters of integers and truth values are not looked at, nor those
    /// with an infinite or NaN value: places and masks never change. The epochs are read one after the other, and of each
    /// parameter a checksum is kept.
    ///
    /// ```
    /// use training_replay::{Metrics, Parameter, Replay, Weights, analysis::MilestoneOptions};
    ///
    /// let mut replay = Replay::options().in_memory();
    /// for epoch in 0..3 {
    ///     let kernel = Parameter::new("block", "kernel", [2], vec![epoch as f32, 0.5]);
    ///     let scale = Parameter::new("norm", "scale", [2], vec![1.0_f32; 2]); // a layer without a backward pass
    ///     replay.record(&Weights::from_iter([kernel, scale]), Metrics::new())?;
    /// }
    /// let milestones = replay.recorded_weights().milestones(&MilestoneOptions::default())?;
    /// let said = "From epoch 0 on, scale of layer norm does not change: it is the same over 3 recorded epochs, while others change";
    /// assert_eq!(milestones.rows[0].to_string(), said);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Replay::weights`], but that damaged epochs are passed over and listed, and
    /// [`Error::Invalid`](crate::Error::Invalid) for a threshold that is NaN.
    pub fn milestones(self, options: &MilestoneOptions) -> Result<Milestones> {
        let (mut run, mut weights) = (RunSummary::new(options)?, Weights::default());
        let replay = self.replay;
        let outcomes = replay.epochs().map(|epoch| {
            let read = replay.recorded_weights().read_into(epoch, &mut weights);
            skipping(epoch, read.and_then(|()| run.add(EpochSummary::of_weights(epoch, &weights)?)))
        });
        let (_, skipped) = readable(outcomes.collect::<Result<Vec<_>>>()?)?;
        let mut milestones = run.milestones();
        milestones.caveats.push(without_data());
        milestones.caveats.extend(skipped.into_iter().chain(replay.lost()));
        Ok(milestones)
    }
}

impl Replay {
    /// A summary of a model's parameters without those that were not recorded, which would seem never to change, and those that the
    /// model holds in another type, which may be too coarse to see a change.
    pub(crate) fn with_recorded_states(&self, mut summary: EpochSummary) -> EpochSummary {
        let specs = self.index.manifest.as_ref().map_or(&[][..], Manifest::parameters);
        let recorded: HashMap<_, _> = specs.iter().map(|it| ((it.layer(), it.name()), it.dtype())).collect();
        let mut coarse = Vec::new();
        summary.parameters.retain(|state| {
            let recorded = recorded.get(&(state.layer.as_str(), state.name.as_str())).copied();
            if recorded.is_some_and(|dtype| dtype != state.dtype) {
                coarse.push(format!("{}/{}", state.layer, state.name));
            }
            recorded == Some(state.dtype)
        });
        if !coarse.is_empty() {
            let what = format!(
                "whether {} change, which the model holds in another type than was recorded,",
                coarse.join(", ")
            );
            summary.caveats.push(Caveat::left_out(what, "`RecordedWeights::milestones`"));
        }
        summary
    }
}
