//! The layers of a module, put back to recorded weights and run.

use std::ops::Range;

use burn_core::module::Module;
use training_replay::{Activation, Backward, Error, Forward, Matrix, Model, OutputKind, Parameter, Result, Weights};

use crate::{
    Replayed,
    error::{caught, invalid, missing},
    layer::Layer,
    load::filled,
    recorded::parameters,
    rows::{Rows, expect_width},
};

impl<M: Module> Model for Replayed<M> {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        parameters(&self.module)
    }

    fn as_forward(&self) -> Option<&dyn Forward> {
        Some(self)
    }
}

impl<M: Module> Forward for Replayed<M> {
    fn layers(&self) -> Vec<String> {
        self.layers.iter().map(|layer| layer.name.clone()).collect()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        // Running statistics are shared among clones; `valid` makes new ones.
        let module = filled(self.module.valid(), weights.clone(), None)?;
        Ok(self.with_module(module))
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.expect_range(&layers)?;
        if layers.is_empty() {
            return Ok(inputs.clone());
        }
        self.with_a_sample(inputs, |inputs| self.rows(&self.module, inputs, layers)?.into_matrix())
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        self.layers.get(layer)?.activation
    }

    fn output_kind(&self) -> Option<OutputKind> {
        self.output_kind.or_else(|| behind(self.layers.last()?.activation?))
    }

    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        self.expect_range(&(layer..layer.saturating_add(1)))?;
        let found = self.layers.get(layer).map(|layer| (layer, layer.z_values.as_ref(), layer.activation));
        match found {
            Some((of, Some(z_values), _)) => self.with_a_sample(inputs, |inputs| {
                let rows = self.inputs_of(layer, inputs, z_values.rank)?;
                of.call(z_values, &self.module, rows)?.into_matrix()
            }),
            Some((_, None, Some(Activation::Linear))) => self.forward(inputs, layer..layer + 1),
            _ => Err(missing(format!("z-values of layer {layer}"), "`Replayed::pre_activation` says how they are computed")),
        }
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

/// What the default of [`Forward::output_kind`] says of the last activation, which an overriding method cannot ask.
fn behind(activation: Activation) -> Option<OutputKind> {
    match activation {
        Activation::Linear => None,
        bounded if bounded.range() == (0.0..=1.0) => Some(OutputKind::Probabilities),
        _ => Some(OutputKind::Values),
    }
}

impl<M: Module> Replayed<M> {
    /// Runs some layers of a module, which may be one that keeps track of gradients.
    pub(crate) fn rows(&self, module: &M, inputs: &Matrix, layers: Range<usize>) -> Result<Rows> {
        let rank = self.layers.get(layers.start).map_or(0, |layer| layer.outputs.rank);
        let rows = self.inputs_of(layers.start, inputs, rank)?;
        self.layers.iter().take(layers.end).skip(layers.start).try_fold(rows, |rows, layer| layer.run(module, rows))
    }

    /// Rows of numbers as a layer that takes tensors of a rank gets them.
    pub(crate) fn inputs_of(&self, layer: usize, inputs: &Matrix, rank: usize) -> Result<Rows> {
        let shape = self.shape_before(layer, inputs.ncols(), rank)?;
        expect_width(&format!("inputs of layer {:?}", self.name(layer)), inputs, &shape)?;
        caught(|| "the inputs".into(), || Ok(Rows::from_matrix(inputs, shape, &self.place)))
    }

    /// The shape of a sample before a layer.
    fn shape_before(&self, layer: usize, width: usize, rank: usize) -> Result<Vec<usize>> {
        match (layer.checked_sub(1), &self.input_shape) {
            (None, Some(shape)) => Ok(shape.clone()),
            // A row for each sample says it all.
            _ if rank <= 2 => Ok(vec![width]),
            (None, None) => Err(self.shape_unknown(layer, rank)),
            (Some(before), _) => self.shape_after(before).map_err(|_| self.shape_unknown(layer, rank)),
        }
    }

    /// The shape of a sample behind a layer, which is found by running the layers up to it on zeros.
    pub(crate) fn shape_after(&self, layer: usize) -> Result<Vec<usize>> {
        if let Some(shapes) = self.shapes.get() {
            return shapes.get(layer).cloned().ok_or_else(|| self.unknown(layer));
        }
        let Some(shape) = &self.input_shape else { return Err(self.shape_unknown(layer, 0)) };
        let blank = Self::blank(shape);
        let mut rows = Rows::from_matrix(&blank, shape.clone(), &self.place);
        let mut shapes = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            rows = layer.run(&self.module, rows)?;
            shapes.push(rows.shape.clone());
        }
        self.shapes.get_or_init(|| shapes).get(layer).cloned().ok_or_else(|| self.unknown(layer))
    }

    /// Computes something of rows; of no rows what it is of one, without it.
    fn with_a_sample(&self, inputs: &Matrix, compute: impl FnOnce(&Matrix) -> Result<Matrix>) -> Result<Matrix> {
        if inputs.nrows() > 0 {
            return compute(inputs);
        }
        let width = compute(&Matrix::zeros(1, inputs.ncols()))?.ncols();
        Ok(Matrix::zeros(0, width))
    }

    fn expect_range(&self, layers: &Range<usize>) -> Result<()> {
        if let Some(setting) = &self.problem {
            let what = format!("the place of `Replayed::{setting}`");
            return Err(invalid(what, "behind the layer that it is of", "before any layer"));
        }
        if layers.start <= layers.end && layers.end <= self.layers.len() {
            return Ok(());
        }
        Err(invalid("the range of layers", format!("within 0..{}", self.layers.len()), format!("{layers:?}")))
    }

    fn name(&self, layer: usize) -> &str {
        self.layers.get(layer).map_or("", |layer: &Layer<M>| layer.name.as_str())
    }

    fn shape_unknown(&self, layer: usize, rank: usize) -> Error {
        let what = format!("shape of the inputs of layer {:?}, which takes {rank} dimensions", self.name(layer));
        missing(what, "`Replayed::input_shape` says that of a sample, `[channels, height, width]`, say")
    }

    fn unknown(&self, layer: usize) -> Error {
        invalid("the layer", format!("one of 0..{}", self.layers.len()), layer)
    }
}
