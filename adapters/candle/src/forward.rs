//! Running a network, some of its layers at a time.

use std::ops::Range;

use candle_core::Tensor;
use training_replay::{Activation, Backward, Forward, Matrix, Model, OutputKind, Parameter, Result, Visitor, Weights};

use crate::{
    Recorded, Replayed,
    array::to_variable,
    error::{invalid, missing, shape},
    live::Live,
    matrices::{to_matrix, to_tensor},
    recorded::Entry,
    shapes::expect_samples_first,
};

/// How many values of the widest layer are computed at once.
const VALUES: usize = 1 << 20;

impl<N> Replayed<N> {
    /// The network with its weights.
    pub(crate) fn live(&self) -> Result<&Live<N>> {
        let hint =
            "it has them once it is restored, by `replay.run_with(&model)`, or shares those of a `VarMap` by `on`";
        self.live.as_deref().ok_or_else(|| missing("weights of the network", hint))
    }

    /// A matrix as what the layer at `start` takes.
    pub(crate) fn enter(&self, live: &Live<N>, inputs: &Matrix, start: usize) -> Result<Tensor> {
        let place = self.places(live)?.get(start).ok_or_else(|| self.no_layer(start..start))?;
        let what = if start == 0 { "inputs".into() } else { format!("inputs of layer {:?}", self.layers[start].name) };
        to_tensor(&what, inputs, &place.shape, place.dtype, &live.device)
    }

    /// Runs layers; `is_kept` keeps the graph, for a way back through it.
    pub(crate) fn pass(
        &self,
        live: &Live<N>,
        mut values: Tensor,
        layers: Range<usize>,
        is_kept: bool,
    ) -> Result<Tensor> {
        let samples = values.dims().first().copied().unwrap_or_default();
        for layer in &self.layers[layers] {
            let outputs = layer.outputs(&live.network, &values)?;
            expect_samples_first(&layer.name, &outputs, samples)?;
            values = if is_kept { outputs } else { outputs.detach() };
        }
        Ok(values)
    }

    fn expect_range(&self, layers: &Range<usize>) -> Result<()> {
        if layers.start <= layers.end && layers.end <= self.layers.len() {
            Ok(())
        } else {
            Err(self.no_layer(layers.clone()))
        }
    }

    fn no_layer(&self, layers: Range<usize>) -> training_replay::Error {
        invalid("the range of layers", format!("within 0..{}", self.layers.len()), format!("{layers:?}"))
    }

    /// Outputs of a layer as a matrix, which must be as wide as a single sample showed.
    fn leave(&self, live: &Live<N>, outputs: &Tensor, layer: usize) -> Result<Matrix> {
        let what = format!("outputs of layer {:?}", self.layers[layer].name);
        let expected = &self.places(live)?[layer + 1].shape;
        if outputs.dims().get(1..) != Some(expected) {
            let expected: Vec<usize> = outputs.dims().iter().take(1).chain(expected).copied().collect();
            return Err(shape(what, &expected, outputs.dims()));
        }
        to_matrix(&what, outputs)
    }

    /// No outputs, for no samples: not every operation of candle's takes none.
    fn nothing(&self, live: &Live<N>, layer: usize) -> Result<Matrix> {
        Ok(Matrix::zeros(0, self.places(live)?[layer + 1].width()))
    }
}

impl<N> Model for Replayed<N> {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.live()?.tensors.parameters()
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        self.live()?.tensors.visit(visitor)
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl<N> Forward for Replayed<N> {
    fn layers(&self) -> Vec<String> {
        self.layers.iter().map(|layer| layer.name.clone()).collect()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.restore(&mut weights.clone())
    }

    fn restore(&self, weights: &mut Weights) -> Result<Self> {
        let entry = |parameter: Parameter<'static>| {
            let (layer, name) = (parameter.layer().to_owned(), parameter.name().to_owned());
            let tensor = to_variable(parameter, &self.device)?.as_tensor().clone();
            Ok(Entry { layer, name, tensor })
        };
        let entries = std::mem::take(weights).into_iter().map(entry).collect::<Result<Vec<_>>>()?;
        self.over(Recorded::from_entries(entries), self.device.clone())
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.expect_range(&layers)?;
        if layers.is_empty() {
            return Ok(inputs.clone());
        }
        let live = self.live()?;
        if inputs.nrows() == 0 {
            return self.nothing(live, layers.end - 1);
        }
        let values = self.enter(live, inputs, layers.start)?;
        self.leave(live, &self.pass(live, values, layers.clone(), false)?, layers.end - 1)
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        self.layers.get(layer)?.activation
    }

    fn output_kind(&self) -> Option<OutputKind> {
        self.outputs.or_else(|| OutputKind::behind(self.layers.last()?.activation?))
    }

    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        self.expect_range(&(layer..layer.saturating_add(1)))?;
        let (live, chosen) = (self.live()?, &self.layers[layer]);
        if chosen.activation.is_none() {
            let hint = "`Replayed::layer` is given its activation, and a function that stops before it, for them";
            return Err(missing(format!("z-values of layer {:?}", chosen.name), hint));
        }
        if inputs.nrows() == 0 {
            return self.nothing(live, layer);
        }
        let z = chosen.z(&live.network, &self.enter(live, inputs, layer)?)?;
        expect_samples_first(&chosen.name, &z, inputs.nrows())?;
        self.leave(live, &z, layer)
    }

    fn units(&self, layer: usize, outputs: Matrix) -> Result<Matrix> {
        self.expect_range(&(layer..layer.saturating_add(1)))?;
        let place = self.places(self.live()?)?.get(layer + 1).ok_or_else(|| self.no_layer(layer..layer + 1))?;
        self.units.of(outputs, &place.shape)
    }

    /// As many as have about a million values in the widest layer.
    fn rows_at_once(&self, width: usize) -> usize {
        let places = self.live().and_then(|live| self.places(live)).unwrap_or_default();
        let widest = places.iter().map(|place| place.width()).max().unwrap_or_default().max(width);
        (VALUES / widest.max(1)).max(1)
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}
