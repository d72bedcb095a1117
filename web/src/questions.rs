//! Questions to an epoch, and to all of them.

use training_replay::{
    Error, Loss, Replay, Result, Sequential, Snapshot,
    analysis::{FeatureSpace, Grid, LayerFilter, MilestoneOptions, Quantity, View},
};

use crate::{
    reply::{Reply, number},
    request::{at_most, invalid},
};

/// How far a grid reaches beyond the data, as a share of their extent.
const MARGIN: f32 = 0.05;

/// The most quantiles of a distribution that a page draws.
const QUANTILES: u32 = 20;

/// The feature space of a layer.
pub(crate) fn space(replay: &Replay, epoch: u64, layer: &str, grid: [usize; 2], principal: bool) -> Result<Reply> {
    let [points, lines] = grid;
    let snapshot = replay.at(epoch)?;
    let grid = Grid::covering(snapshot.dataset()?, MARGIN);
    let grid = grid.points(at_most("`points`", points)?).lines(at_most("`lines`", lines)?);
    if principal {
        let plane = replay.run()?.principal_plane(layer)?;
        return of_space(&snapshot.feature_space(View::of(layer).on(&plane.plane), &grid)?);
    }
    of_space(&snapshot.feature_space(layer, &grid)?)
}

fn of_space(space: &FeatureSpace) -> Result<Reply> {
    let reply = Reply::default()
        .with("threshold", space.threshold.map(number))?
        .with("explained_variance_ratio", space.explained_variance_ratio)?
        .with("caveats", space.caveats.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    let reply = reply.array("samples", &space.samples).array("region", &space.region).array("outputs", &space.outputs);
    let reply = space.lines.iter().fold(reply, |reply, line| reply.array("line", line));
    Ok(space.boundary.iter().fold(reply, |reply, line| reply.array("boundary", line)))
}

/// The boundary in the space of the inputs, on a grid over the data or between these ends.
pub(crate) fn boundary(replay: &Replay, epoch: u64, points: usize, ends: [Option<[f32; 2]>; 2]) -> Result<Reply> {
    let snapshot = replay.at(epoch)?;
    let covering = Grid::covering(snapshot.dataset()?, MARGIN);
    let range = |ends: Option<[f32; 2]>, all| ends.map_or(all, |[low, high]| low..=high);
    let grid =
        Grid::new(range(ends[0], covering.x()), range(ends[1], covering.y())).points(at_most("`points`", points)?);
    let found = snapshot.decision_boundary(View::inputs(), &grid)?;
    let reply = Reply::default().with("threshold", found.threshold.map(number))?;
    let axis = |reply: Reply, name, values: &[f32]| reply.values(name, [values.len(), 1], values);
    let reply = axis(axis(reply, "x", &found.x), "y", &found.y).array("outputs", &found.outputs);
    Ok(found.boundary.iter().fold(reply, |reply, line| reply.array("boundary", line)))
}

/// What the network makes of each sample.
pub(crate) fn predictions(replay: &Replay, epoch: u64) -> Result<Reply> {
    let snapshot = replay.at(epoch)?;
    let losses = snapshot.losses(loss(replay)?)?;
    let evaluation = snapshot.evaluate(loss(replay)?)?;
    let reply = Reply::default()
        .with("loss", number(evaluation.loss))?
        .with("accuracy", evaluation.accuracy)?
        .or_why("classes", snapshot.predicted_classes())?;
    Ok(reply.array("outputs", &snapshot.outputs()?).values("losses", [losses.len(), 1], &losses))
}

/// The confusion matrix at a threshold.
pub(crate) fn outcomes(replay: &Replay, epoch: u64, threshold: f32) -> Result<Reply> {
    let confusion = replay.run()?.threshold(threshold).at(epoch)?.confusion()?;
    Reply::default().with("confusion", &confusion)?.with("accuracy", confusion.accuracy())
}

/// The samples by their probabilities, and the distribution of their losses.
pub(crate) fn histograms(replay: &Replay, epoch: u64, bins: usize) -> Result<Reply> {
    let (snapshot, bins) = (replay.at(epoch)?, at_most("`bins`", bins)?);
    let losses = training_replay::analysis::Distribution::of(&snapshot.losses(loss(replay)?)?).histogram(bins)?;
    Reply::default().with("probabilities", snapshot.probability_histogram(bins)?)?.with("losses", losses)
}

/// How a quantity is spread in each layer.
pub(crate) fn distributions(replay: &Replay, epoch: u64, of: &str) -> Result<Reply> {
    let quantity = match of {
        "weights" => Quantity::weights(),
        "pre_activations" => Quantity::pre_activations(),
        "activations" => Quantity::activations(),
        "gradients" => Quantity::gradients(loss(replay)?),
        other => return Err(invalid("`of`", "weights, pre_activations, activations or gradients", other)),
    };
    let snapshot: Snapshot<'_, Sequential> = replay.at(epoch)?;
    let found = snapshot.distributions(quantity, &LayerFilter::default())?;
    found.iter().try_fold(Reply::default().with("layers", &found)?, |reply, layer| {
        let at = |k| layer.distribution.quantile(f64::from(k) / f64::from(QUANTILES)).map(|value| value as f32);
        let quantiles = (0..=QUANTILES).map(at).collect::<Result<Vec<f32>>>()?;
        Ok(reply.values(&layer.layer, [quantiles.len(), 1], &quantiles))
    })
}

/// Every metric over all epochs.
pub(crate) fn curves(replay: &Replay) -> Result<Reply> {
    let points = |name: &str| replay.curve(name).into_iter().flatten().map(|(epoch, value)| (epoch, number(value)));
    let curves = replay.metric_names().map(|name| (name, points(name).collect::<Vec<_>>()));
    Reply::default().with("curves", curves.collect::<Vec<_>>())
}

/// What happened when.
pub(crate) fn milestones(replay: &Replay) -> Result<Reply> {
    Reply::default().with("milestones", replay.run()?.milestones(&MilestoneOptions::default())?)
}

/// The parameters of the network.
pub(crate) fn weights(replay: &Replay, epoch: u64) -> Result<Reply> {
    replay.weights(epoch)?.iter().try_fold(Reply::default(), |reply, parameter| {
        let name = format!("{}/{}", parameter.layer(), parameter.name());
        let values = parameter.values().to_f32();
        Ok(reply.values(&name, [values.len(), 1], &values))
    })
}

fn loss(replay: &Replay) -> Result<Loss> {
    let missing = || Error::Missing { missing: "the loss".into(), hint: "the recording names none".into() };
    replay.loss().ok_or_else(missing)
}
