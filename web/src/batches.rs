//! The batches of an epoch as a recording to look at: its points are batches, and its name and notes have to say so.

use training_replay::{Error, Metrics, Moment, Replay, Result};

/// The most batches of a view: a page holds an array for each.
const MOST: usize = 500;

/// The network before the epoch, where that was recorded, as point 0, and behind each of its last batches as the point of its number.
///
/// The recording itself holds them as steps. This one is looked at, and neither trained on nor handed out.
pub(crate) fn view(replay: &Replay, epoch: u64) -> Result<Replay> {
    let steps: Vec<Moment> = replay.steps().iter().filter(|step| step.epoch() == epoch).collect();
    if steps.is_empty() {
        let hint = "`step` with `batches` records them".into();
        return Err(Error::Missing { missing: format!("no batch of epoch {epoch} was recorded"), hint });
    }
    let note = format!("batches of epoch {epoch}, and 0 is before it; no epochs");
    let mut options = Replay::options().dataset(replay.dataset()?).metadata("points", note);
    if let Some(loss) = replay.loss() {
        options = options.loss(loss);
    }
    let mut view = options.in_memory();
    let before = epoch.checked_sub(1).filter(|before| replay.epochs().any(|epoch| epoch == *before));
    if let Some(before) = before {
        view.record_at(0, replay.at(before)?.model(), Metrics::new())?;
    }
    for &step in &steps[steps.len().saturating_sub(MOST)..] {
        let point = step.step().map_or(0, u64::from);
        view.record_at(point, replay.at(step)?.model(), replay.metrics(step)?)?;
    }
    Ok(view)
}
