//! Recorded weights back into a module.

use std::collections::VecDeque;

use burn_core::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Bool, DType, Device, Int, Shape, Tensor, TensorData, kind::Basic},
};
use training_replay::{Result, Weights};

use crate::{error::invalid, incoming::Incoming, path::ModulePath, values};

/// Returns the module with recorded weights in place of its own, bit for bit, to train on or to run.
///
/// Devices stay, and so does what is trained and what is frozen. Running statistics of the result are its own: clones of the
/// module that are still used keep theirs, which burn's `load_record` would change.
///
/// ```
/// use burn::{nn::{Linear, LinearConfig}, tensor::Device};
/// use training_replay::{Replay, Result};
/// use training_replay_burn::{Recorded, load_weights};
///
/// # fn main() -> Result<()> {
/// let device = Device::default().autodiff();
/// let (trained, fresh): (Linear, Linear) = (LinearConfig::new(2, 3).init(&device), LinearConfig::new(2, 3).init(&device));
/// let mut replay = Replay::options().in_memory();
/// replay.record(&Recorded(&trained), [("loss", 0.7)])?;
///
/// let restored = load_weights(fresh, &replay.weights(0)?)?;
/// assert_eq!(restored.weight.to_data(), trained.weight.to_data());
/// assert!(restored.weight.is_require_grad());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Invalid`](training_replay::Error::Invalid) names an array that is missing, left over, or of another type of
/// floats than the module's; [`Error::Shape`](training_replay::Error::Shape) one of another shape.
pub fn load_weights<M: Module>(module: M, weights: &Weights) -> Result<M> {
    let mut places = Places::default();
    module.visit(&mut places);
    let trains = places.places.iter().any(|place| place.device.is_autodiff());
    // Running statistics are shared among clones; both of these make new ones.
    let fresh = if trains { module.valid().train() } else { module.valid() };
    filled(fresh, weights.clone(), Some(places.places))
}

/// The module with other weights, for which it must hold running statistics that no clone shares. Without places the arrays
/// go where those of the module are.
pub(crate) fn filled<M: Module>(module: M, weights: Weights, places: Option<VecDeque<Place>>) -> Result<M> {
    let mut loader = Loader { path: ModulePath::default(), incoming: Incoming::new(weights)?, places, outcome: Ok(()) };
    let module = module.map(&mut loader);
    loader.outcome?;
    loader.incoming.finish()?;
    Ok(module)
}

/// Where an array is, and whether its gradient is kept.
pub(crate) struct Place {
    device: Device,
    gradient: bool,
}

/// Those of a module, in the order in which it is walked through.
#[derive(Default)]
struct Places {
    places: VecDeque<Place>,
}

impl ModuleVisitor for Places {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.places.push_back(Place { device: param.lazy_device(), gradient: param.is_require_grad() });
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.places.push_back(Place { device: param.lazy_device(), gradient: false });
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.places.push_back(Place { device: param.lazy_device(), gradient: false });
    }
}

/// Puts an array into each place of a module, up to the first that does not fit.
struct Loader {
    path: ModulePath,
    incoming: Incoming,
    places: Option<VecDeque<Place>>,
    outcome: Result<()>,
}

impl Loader {
    /// What is to be put into the current place, and where; nothing after an error.
    fn next<const D: usize, K: Basic>(&mut self, own: &Tensor<D, K>, here: Place) -> Option<(TensorData, Place)> {
        let place = self.places.as_mut().and_then(VecDeque::pop_front).unwrap_or(here);
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
        let expected = format!("{own:?} as in the module, which burn's `Module::cast` changes");
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
        let here = Place { device: param.lazy_device(), gradient: param.is_require_grad() };
        match self.next(&own, here) {
            None => param,
            Some((data, place)) => {
                let tensor = Tensor::from_data(data, (&place.device, own.dtype()));
                param.map(|_| tensor.set_require_grad(place.gradient))
            }
        }
    }

    fn map_int<const D: usize>(&mut self, param: Param<Tensor<D, Int>>) -> Param<Tensor<D, Int>> {
        let here = Place { device: param.lazy_device(), gradient: false };
        match self.next(&param.val(), here) {
            None => param,
            Some((data, place)) => {
                let dtype = data.dtype();
                param.map(|_| Tensor::from_data(data, (&place.device, dtype)))
            }
        }
    }

    fn map_bool<const D: usize>(&mut self, param: Param<Tensor<D, Bool>>) -> Param<Tensor<D, Bool>> {
        let here = Place { device: param.lazy_device(), gradient: false };
        match self.next(&param.val(), here) {
            None => param,
            Some((data, place)) => param.map(|_| Tensor::from_data(data, &place.device)),
        }
    }
}
