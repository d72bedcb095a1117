//! The plots of a run as bytes: what was found over all epochs, so that any of them can be shown without reading the others.

use super::{axis_limits::AxisLimits, run_plots::RunPlots, settings::Settings};
use crate::{Error, Forward, Result, codec, replay::Run};

/// What these bytes are called.
const KEPT: &str = "what is known of a run over all epochs";

impl<'a, M: Forward> RunPlots<'a, M> {
    /// Settings and limits.
    pub(crate) fn kept(&self) -> Result<Vec<u8>> {
        let failed = |found| Error::invalid(KEPT, codec::AT_MOST, found);
        codec::encode(&(&self.settings, &self.limits)).map_err(failed)
    }

    /// The plots of a run whose settings and limits these are.
    pub(crate) fn again(run: Run<'a, M>, kept: &[u8]) -> Result<Self> {
        let failed = |found| Error::invalid(KEPT, "settings and limits", found);
        let (mut settings, limits): (Settings, AxisLimits) = codec::decode(kept).map_err(failed)?;
        let data = run.dataset()?;
        settings.check(data)?;
        settings.place(data)?;
        Ok(Self { run, data, settings, limits, caveats: Vec::new() })
    }
}
