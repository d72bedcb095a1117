//! The walk through a module that puts recorded arrays into it.

use std::collections::VecDeque;

use burn_core::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Bool, DType, Device, Int, Shape, Tensor, TensorData, kind::Basic},
};
use training_replay::{Result, Weights};

use crate::{error::invalid, incoming::Incoming, path::ModulePath, values};

/// The module with other weights, for which it must hold running statistics that no clone shares. Without places the arrays
/// go where those of the module are.
pub(crate) fn filled<M: Module>(module: M, weights: Weights, places: Option<Places>) -> Result<M> {
    let mut loader = Loader { path: ModulePath::default(), incoming: Incoming::new(weights)?, places, outcome: Ok(()) };
    let module = module.map(&mut loader);
    loader.outcome?;
    loader.incoming.finish()?;
    Ok(module)
}

/// Where an array is, and whether its gradient is kept.
struct Place {
    device: Device,
    gradient: bool,
}

/// Those of a module, in the order in which it is walked through.
#[derive(Default)]
pub(crate) struct Places(VecDeque<Place>);

impl Places {
    pub(crate) fn of<M: Module>(module: &M) -> Self {
        let mut places = Self::default();
        module.visit(&mut places);
        places
    }

    /// Whether gradients are kept track of.
    pub(crate) fn train(&self) -> bool {
        self.0.iter().any(|place| place.device.is_autodiff())
    }
}

impl ModuleVisitor for Places {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push_back(Place { device: param.val().device(), gradient: param.val().is_require_grad() });
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.0.push_back(Place { device: param.val().device(), gradient: false });
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.0.push_back(Place { device: param.val().device(), gradient: false });
    }
}

/// Puts an array into each place of a module, up to the first that does not fit.
struct Loader {
    path: ModulePath,
    incoming: Incoming,
    places: Option<Places>,
    outcome: Result<()>,
}

impl Loader {
    /// What is to be put in the place of a tensor, and where; nothing after an error.
    fn next<const D: usize, K: Basic>(&mut self, own: &Tensor<D, K>, gradient: bool) -> Option<(TensorData, Place)> {
        let place = self.places.as_mut().and_then(|places| places.0.pop_front());
        let place = place.unwrap_or_else(|| Place { device: own.device(), gradient });
        if self.outcome.is_err() {
            return None;
        }
        match self.data(own.dtype(), &own.shape()) {
            Ok(data) => Some((data, place)),
            Err(error) => {
                self.outcome = Err(error);
                None
            }
        }
    }

    fn data(&mut self, own: DType, shape: &Shape) -> Result<TensorData> {
        let data = values::into_data(self.incoming.take(&self.path, shape.as_slice())?)?;
        if fits(own, data.dtype()) {
            return Ok(data);
        }
        let expected = format!("{own:?} as in the module, whose type can be cast");
        Err(invalid(format!("the type of the recorded {}", self.path.label()), expected, format!("{:?}", data.dtype())))
    }
}

/// Floats of another type would not meet the module's inputs; integers of another size are what another device has, and hold
/// the same numbers.
fn fits(own: DType, recorded: DType) -> bool {
    match own {
        DType::Flex32 => recorded == DType::F32,
        DType::Bool(_) => matches!(recorded, DType::Bool(_)),
        own => own == recorded || (is_integer(own) && is_integer(recorded)),
    }
}

fn is_integer(dtype: DType) -> bool {
    dtype.is_int() || dtype.is_uint()
}

impl ModuleMapper for Loader {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.path.enter(name, container);
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let own = param.val();
        match self.next(&own, own.is_require_grad()) {
            None => param,
            Some((data, place)) => {
                let tensor = Tensor::from_data(data, (&place.device, own.dtype()));
                param.map(|_| if place.gradient { tensor.require_grad() } else { tensor })
            }
        }
    }

    fn map_int<const D: usize>(&mut self, param: Param<Tensor<D, Int>>) -> Param<Tensor<D, Int>> {
        match self.next(&param.val(), false) {
            None => param,
            Some((data, place)) => {
                let dtype = data.dtype();
                param.map(|_| Tensor::from_data(data, (&place.device, dtype)))
            }
        }
    }

    fn map_bool<const D: usize>(&mut self, param: Param<Tensor<D, Bool>>) -> Param<Tensor<D, Bool>> {
        match self.next(&param.val(), false) {
            None => param,
            Some((data, place)) => param.map(|_| Tensor::from_data(data, &place.device)),
        }
    }
}
