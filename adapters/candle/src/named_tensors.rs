//! What candle keeps tensors by name in.

use std::{collections::HashMap, hash::BuildHasher, sync::PoisonError};

use candle_core::Tensor;
use candle_nn::VarMap;

/// Tensors under names: a `VarMap`, a `HashMap` or a list of pairs.
///
/// A name is a path such as `block.0.attention.weight`. In a recording all but its last part is the layer,
/// `block.0.attention`, and the last part the name, `weight`; a name without a dot belongs to the layer without a name.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use training_replay_candle::NamedTensors;
///
/// # fn main() -> candle_core::Result<()> {
/// let statistics = [("norm.running_mean".to_string(), Tensor::zeros(3, candle_core::DType::F32, &Device::Cpu)?)];
/// assert_eq!(statistics.named_tensors()[0].0, "norm.running_mean");
/// # Ok(())
/// # }
/// ```
pub trait NamedTensors {
    /// Returns the tensors with their names, in any order. No value is copied: tensors are handles.
    fn named_tensors(&self) -> Vec<(String, Tensor)>;
}

impl NamedTensors for VarMap {
    fn named_tensors(&self) -> Vec<(String, Tensor)> {
        // A thread that panicked beside the map has left a map all the same.
        let map = self.data().lock().unwrap_or_else(PoisonError::into_inner);
        map.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect()
    }
}

impl<S: BuildHasher> NamedTensors for HashMap<String, Tensor, S> {
    fn named_tensors(&self) -> Vec<(String, Tensor)> {
        self.iter().map(|(name, tensor)| (name.clone(), tensor.clone())).collect()
    }
}

impl NamedTensors for [(String, Tensor)] {
    fn named_tensors(&self) -> Vec<(String, Tensor)> {
        self.to_vec()
    }
}

impl<const N: usize> NamedTensors for [(String, Tensor); N] {
    fn named_tensors(&self) -> Vec<(String, Tensor)> {
        self.to_vec()
    }
}

impl NamedTensors for Vec<(String, Tensor)> {
    fn named_tensors(&self) -> Vec<(String, Tensor)> {
        self.clone()
    }
}

/// The layer and the name within it that a path is recorded under.
pub(crate) fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('.') {
        Some((layer, name)) if !layer.is_empty() => (layer, name),
        _ => ("", path),
    }
}

/// The path that a layer and a name are of.
pub(crate) fn join(layer: &str, name: &str) -> String {
    if layer.is_empty() { name.into() } else { format!("{layer}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_all_of_a_path_but_its_last_part() {
        assert_eq!(split("layer0.weight"), ("layer0", "weight"));
        assert_eq!(split("block.0.attention.query.weight"), ("block.0.attention.query", "weight"));
        assert_eq!(split("scale"), ("", "scale"));
        assert_eq!(split("a/b\n.\"ü\""), ("a/b\n", "\"ü\""));
    }

    #[test]
    fn every_path_comes_back() {
        for path in ["layer0.weight", "scale", ".weight", "..x", "x.", ".", "", "a..b", "a/b\n.\"ü\""] {
            let (layer, name) = split(path);
            assert_eq!(join(layer, name), path);
        }
    }
}
