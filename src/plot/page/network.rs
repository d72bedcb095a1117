//! The diagram of a network as the page holds it: its weights, and their gradients, at every epoch.

use super::{
    arrays::Arrays,
    run_data::{NetworkData, NetworkLayer},
};
use crate::{Forward, Parameter, Result, Weights, plot::panel::dense_layer::DenseLayer};

/// More weights than a diagram of a page's panel can show, at 8 bytes an epoch each.
const MOST: usize = 256;

/// The network at one epoch.
#[derive(Clone)]
pub(crate) struct NetworkFrame {
    inputs: usize,
    layers: Vec<NetworkLayer>,
    /// Layer by layer, the kernel input by input and then the biases.
    weights: Vec<f32>,
    gradients: Option<Vec<f32>>,
}

impl NetworkFrame {
    /// None of a network of other layers than few and narrow dense ones.
    pub(crate) fn of(
        model: &dyn Forward,
        parameters: &[Parameter<'_>],
        gradients: Option<&Weights>,
    ) -> Result<Option<Self>> {
        // Counted first: those of a wide network would be copied at every epoch for nothing.
        if parameters.iter().map(|parameter| parameter.values().len()).sum::<usize>() > MOST {
            return Ok(None);
        }
        // What it fails for is that there is no diagram: the parameters were read before.
        let Ok(layers) = DenseLayer::all_of(model, parameters) else { return Ok(None) };
        let gradients = gradients.and_then(|gradients| beside(parameters, gradients));
        let gradients = gradients.map(|gradients| DenseLayer::all_of(model, &gradients)).transpose()?;
        Ok(Some(Self {
            inputs: layers[0].kernel.nrows(),
            weights: values(&layers),
            gradients: gradients.map(|layers| values(&layers)),
            layers: layers.into_iter().map(described).collect(),
        }))
    }
}

fn values(layers: &[DenseLayer]) -> Vec<f32> {
    layers.iter().flat_map(DenseLayer::values).collect()
}

/// The gradient of each parameter, which lies as that does; none where one has none.
fn beside<'g>(parameters: &[Parameter<'_>], gradients: &'g Weights) -> Option<Vec<Parameter<'g>>> {
    let of = |parameter: &Parameter<'_>| {
        let gradient = gradients.get(parameter.layer(), parameter.name())?.clone();
        Some(parameter.orientation().into_iter().fold(gradient, Parameter::oriented))
    };
    parameters.iter().map(of).collect()
}

fn described(layer: DenseLayer) -> NetworkLayer {
    let has_biases = layer.bias.is_some();
    NetworkLayer { units: layer.kernel.ncols(), name: layer.name, activation: layer.activation, has_biases }
}

/// That of a run, where every epoch has one.
pub(crate) fn network(
    features: &[String],
    epochs: Vec<Option<NetworkFrame>>,
    arrays: &mut Arrays,
) -> Option<NetworkData> {
    let epochs: Vec<NetworkFrame> = epochs.into_iter().collect::<Option<_>>()?;
    let first = epochs.first()?;
    let (inputs, count) = (first.inputs, first.weights.len());
    let weights: Vec<f32> = epochs.iter().flat_map(|epoch| &epoch.weights).copied().collect();
    let gradients: Option<Vec<&Vec<f32>>> = epochs.iter().map(|epoch| epoch.gradients.as_ref()).collect();
    let gradients = gradients.map(|all| all.into_iter().flatten().copied().collect::<Vec<_>>());
    let name = |input: usize| features.get(input).cloned().unwrap_or_else(|| format!("x{}", input + 1));
    Some(NetworkData {
        inputs: (0..inputs).map(name).collect(),
        weights: arrays.bits(&weights, count),
        gradients: gradients.map(|gradients| arrays.bits(&gradients, count)),
        largest: largest(&weights, first),
        layers: epochs.into_iter().next()?.layers,
    })
}

/// The sizes of the largest weight and of the largest bias, of values of many epochs.
fn largest(values: &[f32], epoch: &NetworkFrame) -> [f32; 2] {
    let are_biases = are_biases(epoch);
    let sizes = |of_biases: bool| {
        let of_kind = values.iter().zip(are_biases.iter().cycle()).filter(move |(_, is_bias)| **is_bias == of_biases);
        of_kind.map(|(value, _)| value.abs()).filter(|size| size.is_finite())
    };
    [false, true].map(|of_biases| sizes(of_biases).fold(0.0, f32::max))
}

/// Which of the values of an epoch are biases.
fn are_biases(epoch: &NetworkFrame) -> Vec<bool> {
    let mut width = epoch.inputs;
    let of_layer = |layer: &NetworkLayer| {
        let weights = vec![false; width * layer.units];
        width = layer.units;
        [weights, vec![true; if layer.has_biases { layer.units } else { 0 }]].concat()
    };
    epoch.layers.iter().flat_map(of_layer).collect()
}
