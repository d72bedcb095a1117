//! What the plots of a run show, found in the recording where nothing was set.

use serde::{Deserialize, Serialize};

use super::{RunPlotOptions, axes::AxisOptions, parts, space::are_alike, task::Task};
#[cfg(feature = "plot")]
use crate::plot::render::fonts::Fonts;
use crate::{
    Dataset, Error, Forward, Loss, Matrix, Result,
    analysis::{Caveat, DecisionBoundary, Grid, LayerValues, Plane, PrincipalPlane, View},
    math::matrix,
    model::checked,
    notation::{counted, percent},
    plot::{Aspect, Panel},
    replay::{Run, Snapshot},
};

/// What the plots of a run show, with everything found that was not set.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub(crate) task: Task,
    pub(crate) hidden: Option<Hidden>,
    pub(crate) input: Option<Input>,
    /// Over the inputs, where there are two.
    #[serde(with = "parts::grid")]
    pub(crate) grid: Grid,
    #[serde(with = "parts::loss")]
    pub(crate) loss: Loss,
    /// Of the classes, the labels or the outputs.
    pub(crate) class_names: Vec<String>,
    pub(crate) bins: usize,
    /// The label or output that is shown where there are several.
    pub(crate) output: usize,
    pub(crate) axes: AxisOptions,
    #[cfg(feature = "plot")]
    #[serde(skip)]
    pub(crate) fonts: Fonts,
}

/// The hidden layer that is looked into.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Hidden {
    pub(crate) layer: String,
    #[serde(with = "parts::plane")]
    plane: Option<Plane>,
    /// What stands along its axes, before their number.
    axes: String,
    /// How many units of how many outputs are shown, where these are not the same.
    shown: Option<[usize; 2]>,
}

/// The space of the inputs, as it is seen.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Input {
    /// With more than two inputs.
    #[serde(with = "parts::plane")]
    pub(crate) plane: Option<Plane>,
    /// Whether that plane was given.
    is_given: bool,
    #[serde(with = "parts::grid")]
    pub(crate) grid: Grid,
    /// The data there.
    #[serde(skip, default = "nowhere")]
    pub(crate) samples: Matrix,
    labels: [String; 2],
    /// What the plane leaves out.
    note: Option<String>,
}

/// How far the length of an axis along a feature may be from 1.
const ALONG: f32 = 1e-6;

/// What the axes of a plane are called that was given.
const AXIS: &str = "axis ";

/// What the axes of a layer are called whose units are shown as they are.
const UNIT: &str = "unit ";

impl Settings {
    /// One of the epochs is at hand already.
    pub(crate) fn resolve<'a, M: Forward>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &Dataset,
        options: RunPlotOptions,
    ) -> Result<Self> {
        options.axes.check()?;
        let task = Task::of(known.rule()?.targets, data)?;
        if options.output >= data.outputs() {
            let expected = format!("below {}, their number", data.outputs());
            return Err(Error::invalid("the label or output that is shown", expected, options.output));
        }
        let hint = "give the one that the model was trained with, by `RunPlotOptions::loss` or when recording";
        let loss = options.loss.or(run.replay().loss()).ok_or_else(|| Error::missing("loss", hint))?;
        let grid = options.grid.clone().unwrap_or_else(|| Grid::covering(data, 0.1));
        Ok(Self {
            task,
            hidden: Hidden::find(run, known, data, &options)?,
            input: Input::find(data, &grid, options.input_plane.as_ref())?,
            grid,
            loss,
            class_names: task.names(data, &options.class_names),
            bins: options.bins,
            output: options.output,
            axes: options.axes,
            #[cfg(feature = "plot")]
            fonts: options.fonts,
        })
    }

    /// The same as options: what was found is found again, and what was given is given.
    pub(crate) fn into_options(self) -> RunPlotOptions {
        let given = self.hidden.as_ref().filter(|hidden| hidden.is_given());
        RunPlotOptions {
            plane: given.and_then(|hidden| hidden.plane.clone()),
            layer: self.hidden.map(|hidden| hidden.layer),
            grid: Some(self.grid),
            loss: Some(self.loss),
            class_names: self.class_names,
            bins: self.bins,
            input_plane: self.input.filter(|input| input.is_given).and_then(|input| input.plane),
            output: self.output,
            axes: self.axes,
            #[cfg(feature = "plot")]
            fonts: self.fonts,
        }
    }

    /// Of how many parts the predictions are: all classes together, each label, none of numbers.
    pub(crate) fn parts(&self) -> usize {
        match self.task {
            Task::Classes => 1,
            Task::Labels => self.class_names.len(),
            Task::Numbers => 0,
        }
    }

    /// Fails for settings of other data.
    pub(super) fn check(&self, data: &Dataset) -> Result<()> {
        self.axes.check()?;
        let (found, expected) = (self.class_names.len(), self.task.names(data, &[]).len());
        if found != expected || self.output >= data.outputs() {
            return Err(Error::invalid("the number of names", expected.to_string(), found));
        }
        Ok(())
    }

    /// With the data among the inputs, which are not kept with the rest.
    pub(super) fn place(&mut self, data: &Dataset) -> Result<()> {
        if let Some(input) = &mut self.input {
            input.samples = match &input.plane {
                Some(plane) => plane.project(data.inputs())?,
                None => data.inputs().clone(),
            };
        }
        Ok(())
    }
}

/// Data that have yet to be placed.
fn nowhere() -> Matrix {
    Matrix::zeros(0, 0)
}

impl Hidden {
    fn find<'a, M: Forward>(
        run: &Run<'a, M>,
        known: &Snapshot<'a, M>,
        data: &Dataset,
        options: &RunPlotOptions,
    ) -> Result<Option<Self>> {
        let outputs = LayerValues::activations(known.model(), &matrix::first_rows(data.inputs(), 1))?;
        let layers = layers_of(known, data)?;
        let chosen = match &options.layer {
            Some(name) => Some(named(name, &layers)?),
            None => last_hidden(&layers),
        };
        let Some((layer, units)) = chosen.map(|layer| (layer.layer.clone(), layer.values.ncols())) else {
            return Ok(None);
        };
        let outputs = named(&layer, &outputs)?.values.ncols();
        let shown = (units != outputs).then_some([units, outputs]);
        let (plane, axes) = match (&options.plane, units) {
            (Some(plane), _) => (Some(plane.clone()), AXIS),
            (None, 2) => (None, UNIT),
            (None, _) => {
                let (plane, axes) = principal(run.principal_plane_beside(Some(known), &layer)?, UNIT);
                (Some(plane), axes)
            }
        };
        Ok(Some(Self { layer, plane, axes: axes.into(), shown }))
    }

    pub(crate) fn view(&self) -> View<'_> {
        let view = View::of(&self.layer);
        self.plane.as_ref().map_or(view, |plane| view.on(plane))
    }

    /// Whether its two units are seen as they are.
    pub(crate) fn is_plain(&self) -> bool {
        self.plane.is_none()
    }

    /// Whether the rest of the network can be asked about any place of the space: where that is the layer's own.
    pub(crate) fn leads_on(&self) -> bool {
        self.is_plain() && self.shown.is_none()
    }

    /// What is shown in place of the layer's outputs, and what that leaves out.
    pub(crate) fn caveats(&self, inputs: usize) -> Vec<Caveat> {
        let Some([units, outputs]) = self.shown else { return Vec::new() };
        let shown = Caveat::Units { layer: self.layer.clone(), units, outputs };
        let left_out = (inputs != 2).then(|| Caveat::boundary_of_units(&self.layer));
        [shown].into_iter().chain(left_out).collect()
    }

    /// The same as it is noted on a panel.
    pub(crate) fn note_of_units(&self) -> Option<String> {
        let [units, outputs] = self.shown?;
        Some(format!("{} shown, of {}", counted(units as u64, "unit"), counted(outputs as u64, "output")))
    }

    /// Those of a given plane along two units are these.
    pub(crate) fn labels(&self) -> [String; 2] {
        match self.units() {
            Some(units) => units.map(|unit| format!("{UNIT}{unit}")),
            None => labels(&self.axes),
        }
    }

    /// The two units that a given plane runs along, if it does.
    pub(crate) fn units(&self) -> Option<[usize; 2]> {
        let plane = self.plane.as_ref().filter(|_| self.is_given())?;
        Some([feature_along(plane, 0)?, feature_along(plane, 1)?])
    }

    /// Whether its plane was given.
    fn is_given(&self) -> bool {
        self.axes == AXIS
    }
}

/// What each layer makes of the first sample, as its units.
fn layers_of<M: Forward>(snapshot: &Snapshot<'_, M>, data: &Dataset) -> Result<Vec<LayerValues>> {
    let sample = matrix::first_rows(data.inputs(), 1);
    let outputs = LayerValues::activations(snapshot.model(), &sample)?;
    let units = |(index, layer): (usize, LayerValues)| {
        let values = checked::units(snapshot.model(), index, layer.values)?;
        Ok(LayerValues { layer: layer.layer, values })
    };
    outputs.into_iter().enumerate().map(units).collect()
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
    fn find(data: &Dataset, grid: &Grid, own: Option<&Plane>) -> Result<Option<Self>> {
        match (data.features(), own) {
            (1, _) => Ok(None),
            (2, None) => {
                let labels = <[String; 2]>::try_from(data.feature_names().to_vec()).unwrap_or_else(|_| labels("x"));
                let (grid, samples) = (grid.clone(), data.inputs().clone());
                Ok(Some(Self { plane: None, is_given: false, grid, samples, labels, note: None }))
            }
            (_, Some(plane)) => {
                let share = plane.explained_variance_ratio(data.inputs())?;
                let found = Self::on(plane.clone(), data, AXIS, note("a slice", share))?;
                Ok(Some(Self { is_given: true, ..found }))
            }
            (_, None) => {
                let found = PrincipalPlane::of(data.inputs())?;
                let share = found.total_explained_variance_ratio();
                let (plane, axes) = principal(found, "x");
                Self::on(plane, data, axes, note("a slice through the mean of the data", share)).map(Some)
            }
        }
    }

    /// On a plane in the space of more inputs.
    fn on(plane: Plane, data: &Dataset, axes: &str, note: String) -> Result<Self> {
        let samples = plane.project(data.inputs())?;
        let grid = Grid::covering_points(&samples, 0.1);
        let [first, second] = labels(axes);
        let labels = [(0, first), (1, second)].map(|(axis, otherwise)| match (feature_along(&plane, axis), axes) {
            (Some(feature), _) if !data.feature_names().is_empty() => data.feature_names()[feature].clone(),
            (Some(feature), AXIS) => format!("x{}", feature + 1),
            _ => otherwise,
        });
        Ok(Self { plane: Some(plane), is_given: false, grid, samples, labels, note: Some(note) })
    }

    /// Gives a panel what stands along its axes, the proportions of these, and what the plane leaves out.
    pub(crate) fn on_axes(&self, mut panel: Panel) -> Panel {
        [panel.x.label, panel.y.label] = self.labels();
        panel.notes.splice(0..0, self.note.clone());
        let alike = are_alike(panel.x.high - panel.x.low, panel.y.high - panel.y.low);
        panel.aspect(if alike { Aspect::Equal } else { Aspect::Free })
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

/// What a plane shows of the data.
fn note(slice: &str, share: f64) -> String {
    if share.is_nan() {
        return format!("{slice}: nothing varies there; samples are projected onto it");
    }
    format!("{slice}: this plane shows {} of the variance; samples are projected onto it", percent(share))
}

/// The feature that an axis of a plane runs along, if it is one.
fn feature_along(plane: &Plane, axis: usize) -> Option<usize> {
    plane.axes().column(axis).iter().position(|share| *share > 1.0 - ALONG)
}

/// Units are numbered from 0, as in every text; features are `x1` and `x2`, as in formulas.
fn labels(axes: &str) -> [String; 2] {
    let first = u8::from(axes != UNIT);
    [first, first + 1].map(|axis| format!("{axes}{axis}"))
}
