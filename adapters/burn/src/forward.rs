//! The layers of a module, put back to recorded weights and run.

use std::{mem, ops::Range};

use burn_core::module::Module;
use training_replay::{
    Activation, Backward, Error, Forward, Matrix, Model, OutputKind, Parameter, Result, Visitor, Weights,
};

use crate::{
    Recorded, Replayed,
    error::{caught, invalid, missing},
    loader::filled,
    recorded::parameters,
    rows::{Rows, expect_width},
};

impl<M: Module> Model for Replayed<M> {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        parameters(&self.module)
    }

    fn visit(&self, visitor: &mut Visitor<'_>) -> Result<()> {
        Recorded::of(&self.module).visit(visitor)
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
        self.restore(&mut weights.clone())
    }

    fn restore(&self, weights: &mut Weights) -> Result<Self> {
        // Running statistics are shared among clones; `valid` makes new ones.
        let module = filled(self.module.valid(), mem::take(weights), None)?;
        Ok(self.with_module(module))
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.expect_range(&layers)?;
        if layers.is_empty() {
            return Ok(inputs.clone());
        }
        with_a_sample(inputs, |inputs| self.rows(&self.module, inputs, layers)?.into_matrix())
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        self.layers.get(layer)?.activation
    }

    fn output_kind(&self) -> Option<OutputKind> {
        self.outputs.or_else(|| OutputKind::behind(self.layers.last()?.activation?))
    }

    fn pre_activation(&self, inputs: &Matrix, layer: usize) -> Result<Matrix> {
        self.expect_range(&(layer..layer.saturating_add(1)))?;
        let known = self.layers.get(layer).filter(|layer| layer.activation.is_some());
        let of = known
            .ok_or_else(|| missing(format!("z-values of layer {layer}"), "a layer with an activation has them"))?;
        with_a_sample(inputs, |inputs| of.z_values(&self.module, self.inputs_of(layer, inputs)?)?.into_matrix())
    }

    fn units(&self, layer: usize, outputs: Matrix) -> Result<Matrix> {
        let shape = self.shape_behind(layer)?;
        expect_width(format!("outputs of layer {layer}"), &outputs, &shape)?;
        Ok(self.units.of(outputs, &shape))
    }

    fn as_backward(&self) -> Option<&dyn Backward> {
        Some(self)
    }
}

/// Computes something of rows; of no rows what it is of one, without it.
fn with_a_sample(inputs: &Matrix, compute: impl FnOnce(&Matrix) -> Result<Matrix>) -> Result<Matrix> {
    if inputs.nrows() > 0 {
        return compute(inputs);
    }
    let width = compute(&Matrix::zeros(1, inputs.ncols()))?.ncols();
    Ok(Matrix::zeros(0, width))
}

impl<M: Module> Replayed<M> {
    /// Runs some layers of a module, which may be one that keeps track of gradients.
    pub(crate) fn rows(&self, module: &M, inputs: &Matrix, layers: Range<usize>) -> Result<Rows> {
        let rows = self.inputs_of(layers.start, inputs)?;
        self.layers.iter().take(layers.end).skip(layers.start).try_fold(rows, |rows, layer| layer.outputs(module, rows))
    }

    /// Rows of numbers in the shape that a sample has before a layer.
    pub(crate) fn inputs_of(&self, layer: usize, inputs: &Matrix) -> Result<Rows> {
        let shape = match layer.checked_sub(1) {
            None => self.input_shape.clone(),
            Some(before) => self.shape_behind(before)?,
        };
        let what = || format!("inputs of layer {:?}", self.layers.get(layer).map_or("", |layer| layer.name.as_str()));
        expect_width(what(), inputs, &shape)?;
        caught(what, || Ok(Rows::from_matrix(inputs, shape, &self.place)))
    }

    /// The shape of a sample behind a layer, which is found by running all layers on zeros.
    pub(crate) fn shape_behind(&self, layer: usize) -> Result<Vec<usize>> {
        let shapes = match self.shapes.get() {
            Some(shapes) => shapes,
            None => {
                let shapes = self.shapes_behind()?;
                self.shapes.get_or_init(|| shapes)
            }
        };
        shapes.get(layer).cloned().ok_or_else(|| self.unknown(layer..layer.saturating_add(1)))
    }

    fn shapes_behind(&self) -> Result<Vec<Vec<usize>>> {
        let blank = Matrix::zeros(1, self.input_shape.iter().product());
        let mut rows = self.inputs_of(0, &blank)?;
        let each = self.layers.iter().map(|layer| {
            rows = layer.outputs(&self.module, rows.clone())?;
            Ok(rows.shape.clone())
        });
        each.collect()
    }

    fn expect_range(&self, layers: &Range<usize>) -> Result<()> {
        let fits = layers.start <= layers.end && layers.end <= self.layers.len();
        if fits { Ok(()) } else { Err(self.unknown(layers.clone())) }
    }

    fn unknown(&self, layers: Range<usize>) -> Error {
        invalid("the range of layers", format!("within 0..{}", self.layers.len()), format!("{layers:?}"))
    }
}
