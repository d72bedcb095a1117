//! What is wrong with a run, among what the page says of it.

use super::run_data::{MilestoneData, RunData};
use crate::analysis::{Diagnosis, Finding, NotChecked};

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
