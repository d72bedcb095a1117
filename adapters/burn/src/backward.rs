//! Gradients by burn's own differentiation.

use burn_core::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Gradients, Tensor, TensorData},
};
use training_replay::{
    Backward, Error, Forward, Loss, Matrix, OutputKind, Parameter, Result, Targets, Weights, to_row_major,
};

use crate::{
    Replayed,
    error::{caught, invalid, missing},
    path::ModulePath,
    rows::Rows,
    values,
};

/// Gradients of every parameter of floats, also of frozen ones; of one that the loss does not depend on they are zeros.
/// Running statistics have none. As in a replay there is no dropout, and statistics are the recorded ones.
impl<M: Module> Backward for Replayed<M> {
    fn gradients(&self, inputs: &Matrix, targets: Targets<'_>, loss: Loss) -> Result<Weights> {
        if loss == Loss::Own {
            let expected = "one that training-replay computes: `Replayed` knows no loss of the module's own";
            return Err(invalid("the loss", expected, loss));
        }
        // Control flags stay off, and clones keep their running statistics.
        let module = self.module.valid().freeze().train().set_require_grad(true);
        let (rows, basis) = self.differentiable(&module, inputs, loss)?;
        let slope = basis.slope(loss, &rows.clone().into_matrix()?, targets)?;
        let gradients = caught(|| "the way back through the layers".into(), || Ok(backward(rows, &slope)))?;
        let mut collector = Collector { path: ModulePath::default(), gradients, found: Ok(Vec::new()) };
        module.visit(&mut collector);
        Ok(collector.found?.into_iter().collect())
    }
}

/// What a loss is differentiated by.
#[derive(Clone, Copy)]
enum Basis {
    Logits,
    Outputs,
}

impl Basis {
    fn of(kind: Option<OutputKind>, loss: Loss) -> Result<Self> {
        match (loss, kind) {
            (Loss::MeanSquaredError, _) | (_, Some(OutputKind::Probabilities)) => Ok(Self::Outputs),
            (_, Some(OutputKind::Logits)) => Ok(Self::Logits),
            (_, Some(kind)) => {
                Err(invalid("what the module puts out", format!("probabilities or logits for {loss}"), kind))
            }
            (_, None) => Err(missing("kind of the outputs", "`Replayed::outputs` says whether they are logits")),
        }
    }

    fn slope(self, loss: Loss, of: &Matrix, targets: Targets<'_>) -> Result<Matrix> {
        match self {
            Self::Logits => loss.gradient_from_logits(of, targets),
            Self::Outputs => loss.gradient(of, targets),
        }
    }
}

impl<M: Module> Replayed<M> {
    /// What the loss is computed from, as [`Forward::losses`] has it: z-values where they belong to the loss, else outputs.
    fn differentiable(&self, module: &M, inputs: &Matrix, loss: Loss) -> Result<(Rows, Basis)> {
        let Some((last, before)) = self.layers.split_last() else {
            return Err(invalid("the number of layers", "1 or more to differentiate", 0));
        };
        let rows = self.rows(module, inputs, 0..before.len())?;
        if last.activation.is_some_and(|activation| activation.is_link_of(loss)) {
            return Ok((last.z_values(module, rows)?, Basis::Logits));
        }
        let basis = Basis::of(self.output_kind(), loss)?;
        Ok((last.outputs(module, rows)?, basis))
    }
}

/// The gradient of the mean loss, of which `slope` is the one by the rows.
fn backward(rows: Rows, slope: &Matrix) -> Gradients {
    let data = TensorData::new(to_row_major(slope), [slope.nrows(), slope.ncols()]);
    let dtype = rows.tensor.dtype();
    let slope = Tensor::<2>::from_data(data, (&rows.tensor.device(), dtype));
    (rows.tensor * slope).sum().backward()
}

/// Collects the gradients of a module's parameters.
struct Collector {
    path: ModulePath,
    gradients: Gradients,
    found: Result<Vec<Parameter<'static>>>,
}

impl Collector {
    fn gradient<const D: usize>(&self, tensor: &Tensor<D>) -> Result<Parameter<'static>> {
        let gradient = tensor.grad(&self.gradients);
        let gradient = gradient.unwrap_or_else(|| tensor.clone().without_autodiff().zeros_like());
        let data = gradient.try_into_data().map_err(Error::model)?;
        let values = values::from_data(data, &self.path.label())?;
        Ok(Parameter::new(self.path.layer(), self.path.name(), tensor.dims(), values))
    }
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        if !tensor.is_require_grad() {
            return;
        }
        let gradient = self.gradient(&tensor);
        match (&mut self.found, gradient) {
            (Ok(found), Ok(gradient)) => found.push(gradient),
            (found @ Ok(_), Err(error)) => *found = Err(error),
            (Err(_), _) => {}
        }
    }
}
