//! A network over tensors that it was given by name.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use candle_core::{DType, Device, Error as CandleError, Shape, Tensor};
use candle_nn::{Init, VarBuilder, var_builder::SimpleBackend};
use training_replay::Result;

use crate::{
    Recorded,
    error::{at, invalid},
    recorded::Entry,
    replayed::Build,
    shapes::Place,
};

/// A network, and the tensors that it is made of.
pub(crate) struct Live<N> {
    pub(crate) network: N,
    pub(crate) tensors: Recorded,
    pub(crate) device: Device,
    /// The type of all its numbers that are no integers, if they have one in common.
    pub(crate) dtype: Option<DType>,
    /// What one sample is behind each layer, once that was asked for.
    pub(crate) places: OnceLock<Vec<Place>>,
}

impl<N> Live<N> {
    /// Builds a network over tensors, each of which it must take.
    pub(crate) fn over(tensors: Recorded, device: Device, build: &Build<N>) -> Result<Self> {
        let dtype = common_float(&tensors.entries);
        let shelf = Arc::new(Shelf::of(&tensors.entries)?);
        let backend = Box::new(Lent(Arc::clone(&shelf)));
        let builder = VarBuilder::from_backend(backend, dtype.unwrap_or(DType::F32), device.clone());
        let network = build(builder).map_err(at("building the network"))?;
        shelf.expect_empty()?;
        Ok(Self { network, tensors, device, dtype, places: OnceLock::new() })
    }
}

fn common_float(entries: &[Entry]) -> Option<DType> {
    let mut floats = entries.iter().map(|entry| entry.tensor.dtype()).filter(|dtype| dtype.is_float());
    let first = floats.next().unwrap_or(DType::F32);
    floats.all(|dtype| dtype == first).then_some(first)
}

/// Tensors by name, and which of them were not asked for yet.
struct Shelf {
    tensors: HashMap<String, Tensor>,
    left: Mutex<BTreeSet<String>>,
}

impl Shelf {
    fn of(entries: &[Entry]) -> Result<Self> {
        let tensors: HashMap<_, _> = entries.iter().map(|entry| (entry.path(), entry.tensor.clone())).collect();
        if tensors.len() < entries.len() {
            let found = format!("{} for {} tensors", tensors.len(), entries.len());
            return Err(invalid("the number of paths of layer and name", "one for each tensor", found));
        }
        let left = Mutex::new(tensors.keys().cloned().collect());
        Ok(Self { tensors, left })
    }

    fn take(&self, path: &str) -> candle_core::Result<Tensor> {
        let known = || self.tensors.keys().collect::<BTreeSet<_>>();
        let none = || CandleError::Msg(format!("no tensor is named {path:?}; there are {:?}", known())).bt();
        let tensor = self.tensors.get(path).ok_or_else(none)?;
        self.left.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
        Ok(tensor.clone())
    }

    fn expect_empty(&self) -> Result<()> {
        let left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.is_empty() {
            return Ok(());
        }
        Err(invalid(
            "the list of tensors",
            "those that the network is built of",
            format!("longer: {left:?} are left over"),
        ))
    }
}

/// What a `VarBuilder` asks. As a `VarMap` does, it gives a tensor in the type that it has.
struct Lent(Arc<Shelf>);

impl SimpleBackend for Lent {
    fn get(&self, shape: Shape, path: &str, _: Init, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        let tensor = self.0.take(path)?;
        if *tensor.shape() == shape {
            return Ok(tensor);
        }
        let msg = format!("the shape of {path:?}");
        Err(CandleError::UnexpectedShape { msg, expected: shape, got: tensor.shape().clone() }.bt())
    }

    fn get_unchecked(&self, path: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        self.0.take(path)
    }

    fn contains_tensor(&self, path: &str) -> bool {
        self.0.tensors.contains_key(path)
    }
}
