//! A model with recorded weights, held against what was recorded.

use super::Replay;
use crate::{Forward, Moment, Result, Weights, model::agreement::Seals};

/// Of a snapshot with more bytes than these the recorded checksums are read, which costs less than to compute them.
const LARGE: u64 = 1 << 20;

impl Replay {
    /// The model that `restore` makes of the weights of a moment, if it has them.
    pub(super) fn restored<M: Forward>(
        &self,
        moment: Moment,
        weights: &mut Weights,
        restore: impl FnOnce(&mut Weights) -> Result<M>,
    ) -> Result<M> {
        let large = self.index.manifest.as_ref().is_some_and(|it| it.data_len() > LARGE || !it.left_out.is_empty());
        let checksums = if large { self.whole_checksums(moment)? } else { None };
        let seals = Seals::of(weights, checksums.as_deref());
        let model = restore(weights)?;
        seals.expect_restored(&model, |layer, name| self.parameter(moment, layer, name))?;
        Ok(model)
    }
}
