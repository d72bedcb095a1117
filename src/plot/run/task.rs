//! What the targets of a run are, by which its panels are chosen.

use serde::{Deserialize, Serialize};

use crate::{
    Dataset, Result,
    data::labels::{self, TargetKind},
};

/// What the targets of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Task {
    /// A class for each sample.
    Classes,
    /// Any number of labels for each sample, a column for each.
    Labels,
    /// Numbers, as in regression.
    Numbers,
}

impl Task {
    /// Whether there is no accuracy.
    pub(crate) fn has_no_classes(self) -> bool {
        self != Self::Classes
    }

    /// By the kind that the targets of the training have, and these.
    ///
    /// Fails for samples of several positions, each of which is of many classes.
    pub(crate) fn of(kind: Option<TargetKind>, data: &Dataset) -> Result<Self> {
        data.targets().expect_one_position("for a sample to be drawn; `analysis` counts by position")?;
        if kind.is_some_and(TargetKind::are_classes) {
            data.classes()?;
            return Ok(Self::Classes);
        }
        Ok(if labels::are_labels(data.targets()) { Self::Labels } else { Self::Numbers })
    }

    /// The names of the classes, the labels or the outputs, given ones first.
    pub(crate) fn names(self, data: &Dataset, given: &[String]) -> Vec<String> {
        let count = if self == Self::Classes { labels::class_count(data.targets().width()) } else { data.outputs() };
        let is_named = self == Self::Classes || data.class_names().len() == count;
        let found = |i: usize| match self {
            _ if is_named => data.class_name(i),
            Self::Labels => format!("label {i}"),
            _ if count == 1 => "output".into(),
            _ => format!("output {i}"),
        };
        (0..count).map(|i| given.get(i).cloned().unwrap_or_else(|| found(i))).collect()
    }
}
