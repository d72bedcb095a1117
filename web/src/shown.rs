//! What the scripts of a page show of a recording.

use training_replay::{
    Replay, Result,
    plot::{Page, RunPlots},
};

use crate::{reply::Reply, request::at_most};

/// The head of a page with one run, and behind it the bytes of its arrays.
pub(crate) fn run(
    replay: &Replay,
    name: String,
    layer: Option<String>,
    threshold: Option<f32>,
    samples: usize,
) -> Result<Reply> {
    let mut run = replay.run()?;
    if let Some(threshold) = threshold {
        run = run.threshold(threshold);
    }
    let options = RunPlots::options();
    let plots = layer.map_or_else(|| options.clone(), |layer| options.clone().layer(layer)).of(run)?;
    let mut page = Page::new("").max_samples(at_most("`samples`", samples)?);
    let (head, arrays) = page.run(name, &plots)?.to_data()?;
    Reply::default().with("head", head.len()).map(|reply| reply.file([head.as_bytes(), arrays].concat()))
}
