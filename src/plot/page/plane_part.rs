//! What is predicted of a part of a plane at one epoch: exact places, before a page writes them in steps.

use super::tints;
use crate::{
    Forward, Result,
    analysis::{DecisionBoundary, FeatureSpace, Grid, Polyline},
    plot::{
        RunPlots,
        panel::levels::Levels,
        run::{epoch_data::EpochData, settings::Input, task::Task},
    },
};

/// What is predicted of the places of a grid, and the lines where that changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlanePart {
    /// At the points of the grid: [`tints::scores`]. None where numbers are predicted.
    pub(crate) scores: Vec<u16>,
    pub(crate) lines: Vec<Polyline>,
    /// Of each of these lines, which level of a number it is of; empty where they part classes.
    pub(crate) levels: Vec<u8>,
}

impl PlanePart {
    /// Of a straight grid, by what is predicted there.
    pub(crate) fn on_map<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        map: &DecisionBoundary,
    ) -> Result<Self> {
        match at.task() {
            Task::Numbers => Ok(Self::of_levels(levels(plots)?.lines(map, plots.settings.output)?)),
            Task::Labels => Ok(Self::of_map(&at.label_map(map)?)),
            Task::Classes => Ok(Self::of_map(map)),
        }
    }

    /// Of a grid over two inputs that is bent into a space, by what is predicted of the inputs; `inputs` is the one that lines among
    /// them are found on, where the space does not bring them along.
    pub(crate) fn bent<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        space: &FeatureSpace,
        inputs: &Grid,
    ) -> Result<Self> {
        match at.task() {
            Task::Numbers => Ok(Self::of_levels(bent_levels(plots, at, inputs)?)),
            Task::Labels => {
                let (scores, bending) = (scores_of(&at.label_space(space)?), inputs_that_bend(plots));
                let map = bending.map(|input| at.bent_label_map(&input.map(at.snapshot, inputs)?)).transpose()?;
                Ok(Self { scores, lines: map.map_or_else(Vec::new, |map| map.boundary), levels: Vec::new() })
            }
            Task::Classes => Ok(Self { scores: scores_of(space), lines: space.boundary.clone(), levels: Vec::new() }),
        }
    }

    fn of_map(map: &DecisionBoundary) -> Self {
        let scores = tints::scores(&map.outputs, map.kind, map.threshold);
        Self { scores, lines: map.boundary.clone(), levels: Vec::new() }
    }

    /// The lines of each level.
    fn of_levels(levels: Vec<Vec<Polyline>>) -> Self {
        let numbers = levels.iter().zip(0..).flat_map(|(of, level)| of.iter().map(move |_| level)).collect();
        Self { scores: Vec::new(), lines: levels.into_iter().flatten().collect(), levels: numbers }
    }
}

/// The levels of the output that is shown.
pub(crate) fn levels<M>(plots: &RunPlots<'_, M>) -> Result<Levels> {
    Levels::of_output(plots.data, plots.settings.output)
}

/// Two inputs, whose lines can be bent into the space.
fn inputs_that_bend<'p, M>(plots: &'p RunPlots<'_, M>) -> Option<&'p Input> {
    plots.settings.input.as_ref().filter(|input| input.plane.is_none())
}

/// The lines of each level among two inputs, bent.
fn bent_levels<'a, M: Forward>(
    plots: &RunPlots<'a, M>,
    at: &EpochData<'_, 'a, M>,
    inputs: &Grid,
) -> Result<Vec<Vec<Polyline>>> {
    let Some(input) = inputs_that_bend(plots) else { return Ok(Vec::new()) };
    let straight = levels(plots)?.lines(&input.map(at.snapshot, inputs)?, plots.settings.output)?;
    straight.iter().map(|of| of.iter().map(|line| at.bent(line)).collect()).collect()
}

fn scores_of(space: &FeatureSpace) -> Vec<u16> {
    tints::scores(&space.outputs, space.kind, space.threshold)
}
