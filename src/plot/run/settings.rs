//! What the plots of a run show, found in the recording where nothing was set.

use super::RunPlotOptions;
use crate::{
    Dataset, Error, Forward, Loss, Matrix, Result,
    analysis::{DecisionBoundary, Grid, LayerValues, Plane, PrincipalPlane, View},
    math::matrix,
    replay::{Run, Snapshot},
};

/// What the plots of a run show, with everything found that was not set.
pub(crate) struct Settings {
    pub(crate) hidden: Option<Hidden>,
    pub(crate) input: Option<Input>,
    /// Over the inputs, where there are two.
    pub(crate) grid: Grid,
    pub(crate) loss: Loss,
    pub(crate) class_names: Vec<String>,
    pub(crate) bins: usize,
}

/// The hidden layer that is looked into.
pub(crate) struct Hidden {
    pub(crate) layer: String,
    plane: Option<Plane>,
    /// What stands along its axes, before their number.
    axes: &'static str,
}

/// The space of the inputs, as it is seen.
pub(crate) struct Input {
    /// With more than two inputs.
    pub(crate) plane: Option<Plane>,
    pub(crate) grid: Grid,
    /// The data there.
    pub(crate) samples: Matrix,
    labels: [String; 2],
}

/// What the axes of a layer are called whose units are shown as they are.
const UNIT: &str = "unit ";

impl Settings {
    /// One of the epochs is at hand already.
    pub(crate) fn resolve<'a, M: Forward + Sync>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &Dataset,
        options: RunPlotOptions,
    ) -> Result<Self> {
        if let Err(error) = data.classes() {
            let expected =
                "classes to be plotted as a run; numbers have `Snapshot::residuals`, `Panel::curves` and violins";
            return Err(Error::invalid("what the targets name", expected, error));
        }
        let hint = "give the one that the model was trained with, by `RunPlotOptions::loss` or when recording";
        let loss = options.loss.or(run.replay().loss()).ok_or_else(|| Error::missing("loss", hint))?;
        let grid = options.grid.clone().unwrap_or_else(|| Grid::covering(data, 0.1));
        let names = (0..data.outputs().max(2)).map(|class| data.class_name(class));
        let class_names =
            names.enumerate().map(|(i, name)| options.class_names.get(i).cloned().unwrap_or(name)).collect();
        Ok(Self {
            hidden: Hidden::find(run, known, data, &options)?,
            input: Input::find(data, &grid)?,
            grid,
            loss,
            class_names,
            bins: options.bins,
        })
    }
}

impl Hidden {
    fn find<'a, M: Forward + Sync>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &Dataset,
        options: &RunPlotOptions,
    ) -> Result<Option<Self>> {
        let sample = matrix::first_rows(data.inputs(), 1);
        let layers = LayerValues::activations(known.model(), &sample)?;
        let chosen = match &options.layer {
            Some(name) => Some(named(name, &layers)?),
            None => last_hidden(&layers),
        };
        let Some((layer, units)) = chosen.map(|layer| (layer.layer.clone(), layer.values.ncols())) else {
            return Ok(None);
        };
        let (plane, axes) = match (&options.plane, units) {
            (Some(plane), _) => (Some(plane.clone()), "axis "),
            (None, 2) => (None, UNIT),
            (None, _) => {
                let (plane, axes) = principal(run.principal_plane_beside(Some(known), &layer)?, UNIT);
                (Some(plane), axes)
            }
        };
        Ok(Some(Self { layer, plane, axes }))
    }

    pub(crate) fn view(&self) -> View<'_> {
        let view = View::of(&self.layer);
        self.plane.as_ref().map_or(view, |plane| view.on(plane))
    }

    /// Whether its two units are seen as they are.
    pub(crate) fn is_plain(&self) -> bool {
        self.plane.is_none()
    }

    pub(crate) fn labels(&self) -> [String; 2] {
        labels(self.axes)
    }
}

fn named<'l>(name: &str, layers: &'l [LayerValues]) -> Result<&'l LayerValues> {
    let known = || layers.iter().map(|layer| layer.layer.clone()).collect();
    let found = layers.iter().find(|layer| layer.layer == name);
    found.ok_or_else(|| Error::UnknownLayer { name: name.into(), known: known() })
}

/// The last one of two units, else of more.
fn last_hidden(layers: &[LayerValues]) -> Option<&LayerValues> {
    let (_, hidden) = layers.split_last()?;
    let of_two = hidden.iter().rfind(|layer| layer.values.ncols() == 2);
    of_two.or_else(|| hidden.iter().rfind(|layer| layer.values.ncols() > 2))
}

/// The plane that shows most, and what its axes are: where nothing varies they are the first two dimensions.
fn principal(found: PrincipalPlane, axes: &'static str) -> (Plane, &'static str) {
    let axes = if found.total_explained_variance_ratio().is_nan() { axes } else { "principal axis " };
    (found.plane, axes)
}

impl Input {
    fn find(data: &Dataset, grid: &Grid) -> Result<Option<Self>> {
        match data.features() {
            1 => Ok(None),
            2 => {
                let labels = <[String; 2]>::try_from(data.feature_names().to_vec()).unwrap_or_else(|_| labels("x"));
                Ok(Some(Self { plane: None, grid: grid.clone(), samples: data.inputs().clone(), labels }))
            }
            _ => {
                let (plane, axes) = principal(PrincipalPlane::of(data.inputs())?, "x");
                let samples = plane.project(data.inputs())?;
                let grid = Grid::covering_points(&samples, 0.1);
                Ok(Some(Self { grid, plane: Some(plane), samples, labels: labels(axes) }))
            }
        }
    }

    pub(crate) fn labels(&self) -> [String; 2] {
        self.labels.clone()
    }

    /// Where the classes part there at an epoch.
    pub(crate) fn map<M: Forward>(&self, snapshot: &Snapshot<'_, M>, grid: &Grid) -> Result<DecisionBoundary> {
        let view = View::inputs();
        snapshot.decision_boundary(self.plane.as_ref().map_or(view, |plane| view.on(plane)), grid)
    }
}

/// Units are numbered from 0, as in every text; features are `x1` and `x2`, as in formulas.
fn labels(axes: &str) -> [String; 2] {
    let first = u8::from(axes != UNIT);
    [first, first + 1].map(|axis| format!("{axes}{axis}"))
}
