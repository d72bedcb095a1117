//! What the page shows at one epoch.

use super::{
    answers::{ClassFrame, NumberFrame},
    counts::{Counts, LossBins},
    network::NetworkFrame,
    plane::PlaneFrame,
    samples::Samples,
};
use crate::{
    Forward, Matrix, Parameter, Result, Weights,
    analysis::{
        Caveat, Density, Distribution, EpochSummary, LayerDistribution, LayerState, MilestoneOptions,
        run::{
            epoch_summary::{self, Computed},
            layer_state::LayerTally,
            parameter_state::ParameterStates,
        },
    },
    math::{matrix, stats},
    model::checked,
    plot::{
        RunPlots,
        panel::violins,
        run::{epoch_data::EpochData, task::Task},
    },
    replay::Snapshot,
};

/// At how many heights a violin has a width.
pub(crate) const HEIGHTS: usize = 32;

/// What the page shows at one epoch.
#[derive(Clone)]
pub(crate) struct Frame {
    /// None for numbers.
    pub(crate) classes: Option<ClassFrame>,
    pub(crate) numbers: Option<NumberFrame>,
    pub(crate) losses: Vec<f32>,
    /// Of all samples.
    pub(crate) counts: Counts,
    pub(crate) hidden: PlaneFrame,
    pub(crate) input: PlaneFrame,
    /// Of weights, z-values, activations and gradients; none of what the model does not give.
    pub(crate) violins: Violins,
    pub(crate) network: Option<NetworkFrame>,
    /// The layers, and how many units each has.
    units: Vec<(String, usize)>,
}

/// Those of weights, z-values, activations and gradients.
pub(crate) type Violins = [Vec<Violin>; 4];

impl Frame {
    /// Of an epoch that is gone through once.
    pub(crate) fn of<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        snapshot: &Snapshot<'a, M>,
        samples: &Samples,
        bins: &LossBins,
    ) -> Result<Self> {
        let (mut layers, model) = (Layers::default(), snapshot.model());
        let at = plots.by_layer(snapshot, |i, name, inputs, values| layers.add(model, i, name, inputs, values))?;
        let parameters = model.parameters()?; // Of some models a copy, which need not be there before.
        let gradients = gradients(plots, model)?;
        Self::out_of(plots, &at, layers, samples, bins, (&parameters, gradients.as_ref()))
    }

    /// The same, and what milestones are found by.
    pub(crate) fn with_summary<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        snapshot: &Snapshot<'a, M>,
        samples: &Samples,
        bins: &LossBins,
        options: &MilestoneOptions,
    ) -> Result<(Self, EpochSummary)> {
        let (mut layers, mut states, model) = (Layers::default(), Vec::new(), snapshot.model());
        let at = plots.by_layer(snapshot, |i, name, inputs, values| {
            layers.add(model, i, name, inputs, values)?;
            states.push(state(model, options, i, name, values)?);
            Ok(())
        })?;
        states.pop(); // Those of the last are none of a hidden layer.
        let gradients = gradients(plots, model)?;
        let (parameters, decision) = (model.parameters()?, at.decision()?);
        let computed = Computed {
            layers: states,
            classes: epoch_summary::count_errors(at.outputs()?, plots.data.targets(), decision)?,
            losses: Some(at.losses()?),
            gradients: gradients.as_ref(),
            parameters: ParameterStates::of_all(&parameters),
        };
        let mut summary = EpochSummary::of_computed(snapshot.epoch(), plots.data, computed);
        summary.caveats.extend(epoch_summary::caveats(model, decision, options.loss));
        summary.caveats.extend(layers.caveat());
        let frame = Self::out_of(plots, &at, layers, samples, bins, (&parameters, gradients.as_ref()))?;
        Ok((frame, plots.run.replay().with_recorded_states(summary)))
    }

    /// The hidden layers that can be looked into, and how many units each has.
    pub(crate) fn hidden_layers(&self) -> Vec<(String, usize)> {
        let hidden = self.units.split_last().map_or(&[][..], |(_, hidden)| hidden);
        hidden.iter().filter(|(_, units)| *units >= 2).cloned().collect()
    }

    fn out_of<'a, M: Forward>(
        plots: &RunPlots<'a, M>,
        at: &EpochData<'_, 'a, M>,
        mut layers: Layers,
        samples: &Samples,
        bins: &LossBins,
        (parameters, gradients): (&[Parameter<'_>], Option<&Weights>),
    ) -> Result<Self> {
        let is_of_numbers = at.task() == Task::Numbers;
        Ok(Self {
            classes: if is_of_numbers { None } else { Some(ClassFrame::of(at, samples)?) },
            numbers: if is_of_numbers { Some(NumberFrame::of(plots, at, samples)?) } else { None },
            losses: pick(at.losses()?, &samples.rows),
            counts: Counts::of(plots, at, bins)?,
            hidden: PlaneFrame::hidden(plots, at, &samples.rows)?,
            input: PlaneFrame::input(plots, at)?,
            units: std::mem::take(&mut layers.units),
            violins: layers.violins(parameters, gradients)?,
            network: NetworkFrame::of(at.snapshot.model(), parameters, gradients)?,
        })
    }
}

/// Those of the mean loss, of a model that has some.
fn gradients<M: Forward>(plots: &RunPlots<'_, M>, model: &M) -> Result<Option<Weights>> {
    model.as_backward().map(|_| checked::gradients(model, plots.data, plots.loss())).transpose()
}

fn state<M: Forward>(
    model: &M,
    options: &MilestoneOptions,
    index: usize,
    name: &str,
    values: &Matrix,
) -> Result<LayerState> {
    let mut tally = LayerTally::new(model, index, name.to_owned());
    tally.add(model, values.clone(), options)?;
    Ok(tally.finish())
}

fn pick(values: &[f32], rows: &[usize]) -> Vec<f32> {
    rows.iter().map(|&row| values[row]).collect()
}

/// What is kept of the layers while they are gone through.
#[derive(Default)]
struct Layers {
    pre_activations: Vec<Violin>,
    /// The layers whose z-values the model does not know.
    unknown: Vec<String>,
    activations: Vec<Violin>,
    units: Vec<(String, usize)>,
}

impl Layers {
    fn add<M: Forward>(&mut self, model: &M, index: usize, name: &str, inputs: &Matrix, values: &Matrix) -> Result<()> {
        let mut before = Matrix::zeros(0, 0);
        if checked::z_values_into(model, inputs, index, &mut before)? {
            self.pre_activations.push(Violin::of_values(name, "pre_activation", &before)?);
        } else {
            self.unknown.push(name.to_owned());
        }
        self.activations.push(Violin::of_values(name, "activation", values)?);
        let units = checked::units(model, index, matrix::first_rows(values, 1))?;
        self.units.push((name.to_owned(), units.ncols()));
        Ok(())
    }

    /// What is missing among the violins.
    fn caveat(&self) -> Option<Caveat> {
        let what = format!("z-values of {}", self.unknown.join(", "));
        (!self.unknown.is_empty()).then(|| Caveat::left_out(what, "`Forward::pre_activation`"))
    }

    fn violins(self, parameters: &[Parameter<'_>], gradients: Option<&Weights>) -> Result<Violins> {
        let weights = parameters.iter().map(Violin::of_parameter).collect::<Result<_>>()?;
        let gradients =
            gradients.into_iter().flat_map(Weights::iter).map(Violin::of_parameter).collect::<Result<_>>()?;
        Ok([weights, self.pre_activations, self.activations, gradients])
    }
}

/// One violin.
#[derive(Clone)]
pub(crate) struct Violin {
    layer: String,
    name: String,
    pub(crate) density: Vec<u8>,
    pub(crate) ends: [f64; 2],
    pub(crate) median: f64,
}

impl Violin {
    fn of_values(layer: &str, name: &str, values: &Matrix) -> Result<Self> {
        Self::of(LayerDistribution::new(layer, name, Distribution::of(values.as_slice())))
    }

    fn of_parameter(parameter: &Parameter<'_>) -> Result<Self> {
        Self::of(LayerDistribution::of_parameter(parameter))
    }

    fn of(row: LayerDistribution) -> Result<Self> {
        let values = &row.distribution;
        let (low, high) = (values.min, values.max);
        let places: Vec<f64> = stats::linspace(low, high, HEIGHTS).collect();
        let density = if low.is_finite() && low < high {
            Density::of_sorted(values.values(), &places)?.map_or_else(Vec::new, |density| density.density)
        } else {
            Vec::new()
        };
        let peak = density.iter().copied().fold(0.0, f64::max);
        let mut density: Vec<u8> = density.iter().map(|width| (width / peak * 255.0).round() as u8).collect();
        density.resize(HEIGHTS, 0);
        Ok(Self { density, ends: [low, high], median: values.median(), layer: row.layer, name: row.name })
    }

    /// What stands beside each of these.
    pub(crate) fn names(violins: &[Self]) -> Vec<String> {
        let pairs: Vec<_> = violins.iter().map(|violin| (violin.layer.as_str(), violin.name.as_str())).collect();
        violins::names(&pairs)
    }
}
