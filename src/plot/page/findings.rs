//! What is wrong with a run, among what the page says of it.

use super::{
    Page, last,
    run_data::{MilestoneData, RunData},
};
use crate::{
    Result,
    analysis::{Diagnosis, Finding, NotChecked},
};

impl RunData {
    /// Adds the findings to the milestones, but for those that are there, and what was not checked to the notes.
    pub(super) fn diagnose(&mut self, diagnosis: &Diagnosis) {
        let found = diagnosis.findings.iter().map(|finding| milestone(finding, diagnosis.sentence(finding)));
        for new in found {
            if self.milestones.iter().all(|known| known.text != new.text) {
                self.milestones.push(new);
            }
        }
        self.milestones.sort_by_key(|milestone| milestone.epoch);
        let note = |left: &NotChecked| format!("{} was not checked: {}", left.kind, left.reason);
        self.notes.extend(diagnosis.not_checked.iter().map(note));
    }
}

fn milestone(finding: &Finding, text: String) -> MilestoneData {
    let milestone = &finding.milestone;
    MilestoneData {
        epoch: milestone.epoch,
        until: milestone.until,
        kind: milestone.kind.name(),
        subject: milestone.subject.to_string(),
        is_finding: true,
        text: if finding.hint { format!("{text} (a hint)") } else { text },
    }
}

impl Page {
    /// Shows what is wrong with the run that was added last, among its milestones; what could not be checked is in its notes.
    ///
    /// ```
    /// # use training_replay::{Activation, Dense, Loss, Metrics, Replay, Sequential, datasets};
    /// use training_replay::{analysis::DiagnosisOptions, plot::{Page, RunPlots}};
    ///
    /// # let model = Sequential::builder(2).layer(Dense::new(1).activation(Activation::Sigmoid)).build(1)?;
    /// # let mut replay = Replay::options().dataset(&datasets::moons(50, 0.1, 7)).loss(Loss::BinaryCrossEntropy).in_memory();
    /// for _ in 0..3 {
    ///     replay.record(&model, Metrics::new())?; // nothing moves
    /// }
    /// let diagnosis = replay.run()?.diagnose(&DiagnosisOptions::default())?;
    /// let mut page = Page::new("A run");
    /// page.run("run", &RunPlots::of(replay.run()?)?)?.diagnosis(&diagnosis)?;
    /// assert!(diagnosis.to_string().contains("no parameter changes")); // and so says the page
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Missing`](crate::Error::Missing) if no run was added.
    pub fn diagnosis(&mut self, diagnosis: &Diagnosis) -> Result<&mut Self> {
        last(&mut self.runs)?.diagnose(diagnosis);
        Ok(self)
    }
}
