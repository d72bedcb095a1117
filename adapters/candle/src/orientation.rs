//! Which way matrices lie, as far as their neighbors show it.

use std::collections::HashMap;

use training_replay::Orientation;

use crate::{named_tensors::join, recorded::Entry};

/// What the biases of a model show about its matrices.
pub(crate) struct Orientations {
    /// How many values each bias has, by its path.
    biases: HashMap<String, usize>,
    /// Whether a matrix has its outputs in columns, so that the model does not consist of candle's own layers alone.
    is_mixed: bool,
}

impl Orientations {
    pub(crate) fn among(entries: &[Entry]) -> Self {
        let is_bias = |entry: &&Entry| entry.name.starts_with("bias") && entry.tensor.rank() == 1;
        let biases = entries.iter().filter(is_bias).map(|entry| (entry.path(), entry.tensor.elem_count())).collect();
        let known = Self { biases, is_mixed: false };
        let is_mixed = entries.iter().any(|entry| known.of(entry) == Some(Orientation::InputsOutputs));
        Self { is_mixed, ..known }
    }

    /// That of one matrix, if its bias shows it.
    pub(crate) fn of(&self, entry: &Entry) -> Option<Orientation> {
        let &[rows, columns] = entry.tensor.dims() else { return None };
        // `weight` and `bias` of a linear layer, `weight_ih_l0` and `bias_ih_l0` of a recurrent one.
        let bias = join(&entry.layer, &format!("bias{}", entry.name.strip_prefix("weight")?));
        let outputs = *self.biases.get(&bias)?;
        match (rows == outputs, columns == outputs) {
            (true, false) => Some(Orientation::OutputsInputs),
            (false, true) => Some(Orientation::InputsOutputs),
            (true, true) if !self.is_mixed => Some(Orientation::OutputsInputs),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Shape, Tensor};

    use super::*;

    fn entry(name: &str, shape: impl Into<Shape>) -> Entry {
        let tensor = Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        Entry { layer: "layer".into(), name: name.into(), tensor }
    }

    fn of_first(entries: &[Entry]) -> Option<Orientation> {
        Orientations::among(entries).of(&entries[0])
    }

    #[test]
    fn outputs_are_as_many_as_the_bias() {
        assert_eq!(of_first(&[entry("weight", (3, 2)), entry("bias", 3)]), Some(Orientation::OutputsInputs));
        assert_eq!(of_first(&[entry("weight", (3, 2)), entry("bias", 2)]), Some(Orientation::InputsOutputs));
        assert_eq!(of_first(&[entry("weight", (3, 2)), entry("bias", 4)]), None);
        let recurrent = [entry("weight_hh_l0", (8, 2)), entry("bias_hh_l0", 8)];
        assert_eq!(of_first(&recurrent), Some(Orientation::OutputsInputs));
    }

    /// A transformer of GPT-2's kind holds its matrices as (inputs, outputs), all with a bias, and some of them are square.
    #[test]
    fn a_square_matrix_lies_as_in_linear_unless_another_one_shows_that_the_layers_are_of_another_kind() {
        let square = [entry("weight", (3, 3)), entry("bias", 3)];
        assert_eq!(of_first(&square), Some(Orientation::OutputsInputs));
        let [weight, bias] = square;
        let other = |name: &str, shape: &[usize]| Entry { layer: "other".into(), ..entry(name, shape) };
        assert_eq!(of_first(&[weight, bias, other("weight", &[3, 9]), other("bias", &[9])]), None);
    }

    #[test]
    fn nothing_is_said_of_tables_kernels_and_matrices_alone() {
        assert_eq!(of_first(&[entry("weight", (3, 3))]), None, "an embedding, or a layer without a bias");
        assert_eq!(of_first(&[entry("weight", (3, 3, 3, 3)), entry("bias", 3)]), None, "a convolution");
        assert_eq!(of_first(&[entry("weight", 3), entry("bias", 3)]), None, "a normalization");
        assert_eq!(of_first(&[entry("table", (3, 3)), entry("bias", 3)]), None);
    }
}
