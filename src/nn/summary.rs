//! A network as a table of its layers.

use std::fmt;

use super::{Activation, Sequential};
use crate::notation::{counted, grouped, table};

/// Writes a table like that of Keras' `summary`: a row for each layer, with its kind, the shape of its outputs for `n` samples,
/// and the number of its values; then the number of all, and of those that training follows without an optimizer.
///
/// ```
/// use training_replay::{Activation, Dense, Sequential};
///
/// let hidden = Dense::new(10).name("hidden").activation(Activation::Tanh);
/// let model = Sequential::builder(2).layer(hidden).layer(Dense::new(1).name("output")).build(42)?;
/// let expected = "\
/// layer   kind         outputs  parameters
/// hidden  dense, tanh  (n, 10)          30
/// output  dense         (n, 1)          11
/// 2 inputs, 41 parameters";
/// assert_eq!(model.to_string(), expected);
/// # Ok::<(), training_replay::Error>(())
/// ```
impl fmt::Display for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![["layer", "kind", "outputs", "parameters"].map(str::to_owned).to_vec()];
        let (mut all, mut trained, mut width) = (0, 0, self.architecture().inputs());
        for (layer, (values, of_optimizer)) in self.architecture().iter().zip(self.sizes()) {
            width = layer.units(width);
            let kind = match (layer.stem(), layer.activation()) {
                (stem, Activation::Linear) => stem.to_owned(),
                (stem, activation) => format!("{stem}, {activation}"),
            };
            rows.push(vec![layer.name().to_owned(), kind, format!("(n, {width})"), grouped(values as u64)]);
            (all, trained) = (all + values, trained + of_optimizer);
        }
        let inputs = counted(self.architecture().inputs() as u64, "input");
        write!(f, "{}{inputs}, {}", table(&rows, 2), counted(all as u64, "parameter"))?;
        match all - trained {
            0 => Ok(()),
            moving => write!(f, ", {} of them moving statistics", grouped(moving as u64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Activation, BatchNormalization, Dense, Dropout, Sequential};

    #[test]
    fn a_network_is_a_table_of_its_layers_and_counts_what_is_not_trained() {
        let model = Sequential::builder(1)
            .layer(Dense::new(1000).without_bias())
            .layer(BatchNormalization::new())
            .layer(Activation::LeakyRelu { slope: 0.3 })
            .layer(Dropout::new(0.5))
            .build(1);
        let expected = "\
layer                  kind                                 outputs  parameters
dense_1                dense                              (n, 1000)       1,000
batch_normalization_1  batch_normalization                (n, 1000)       4,000
activation_1           activation, leaky_relu(slope 0.3)  (n, 1000)           0
dropout_1              dropout                            (n, 1000)           0
1 input, 5,000 parameters, 2,000 of them moving statistics";
        assert_eq!(model.unwrap().to_string(), expected);
    }
}
