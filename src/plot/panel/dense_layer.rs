//! Dense layers, of which a diagram is drawn.

use crate::{Error, Forward, Matrix, Orientation, Parameter, Result, model::checked};

/// More units side by side, and more layers, than can be read.
const MAX_UNITS: usize = 16;
const MAX_LAYERS: usize = 6;

/// A dense layer as it is drawn.
pub(crate) struct DenseLayer {
    pub(crate) name: String,
    /// `(inputs, units)`.
    pub(crate) kernel: Matrix,
    /// None where there is none.
    pub(crate) bias: Option<Vec<f32>>,
    /// Its name, where it changes anything.
    pub(crate) activation: Option<String>,
}

fn expect_readable(layers: &[DenseLayer]) -> Result<()> {
    let Some(first) = layers.first() else {
        return Err(Error::missing("dense layer", "the diagram is that of a network with one or more"));
    };
    let sizes = [first.kernel.nrows()].into_iter().chain(layers.iter().map(|layer| layer.kernel.ncols()));
    if layers.len() > MAX_LAYERS || sizes.clone().any(|units| !(1..=MAX_UNITS).contains(&units)) {
        let expected = format!("at most {MAX_LAYERS} layers of 1 to {MAX_UNITS} units, behind as many inputs");
        return Err(Error::invalid("the network of a diagram", expected, written(layers)));
    }
    for pair in layers.windows(2) {
        if pair[0].kernel.ncols() != pair[1].kernel.nrows() {
            let expected = format!("{}, the units of {:?}", pair[0].kernel.ncols(), pair[0].name);
            let what = format!("the inputs of layer {:?} in a diagram", pair[1].name);
            return Err(Error::invalid(what, expected, pair[1].kernel.nrows()));
        }
    }
    Ok(())
}

/// As 2-4-1.
pub(super) fn written(layers: &[DenseLayer]) -> String {
    let first = layers.first().map(|layer| layer.kernel.nrows());
    let sizes = first.into_iter().chain(layers.iter().map(|layer| layer.kernel.ncols()));
    sizes.map(|units| units.to_string()).collect::<Vec<_>>().join("-")
}

impl DenseLayer {
    /// The layers with weights among the parameters of a model, in order; an activation that is a layer of its own belongs to the one
    /// before it.
    ///
    /// Fails unless all are dense, fit together, and are few and narrow enough to be drawn.
    pub(crate) fn all_of(model: &dyn Forward, parameters: &[Parameter<'_>]) -> Result<Vec<Self>> {
        let mut found: Vec<Self> = Vec::new();
        for (i, name) in checked::layer_names(model)?.into_iter().enumerate() {
            let own: Vec<&Parameter<'_>> = parameters.iter().filter(|parameter| parameter.layer() == name).collect();
            let activation = model.activation(i).map(|function| function.to_string()).filter(|name| name != "linear");
            match found.last_mut() {
                _ if !own.is_empty() => found.push(Self::of(name, &own, activation)?),
                Some(before) if activation.is_some() => before.activation = activation,
                _ => {}
            }
        }
        expect_readable(&found)?;
        Ok(found)
    }

    /// Its values: those of the kernel input by input, then its biases.
    pub(crate) fn values(&self) -> impl Iterator<Item = f32> {
        let kernel = self.kernel.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>());
        kernel.chain(self.bias.iter().flatten().copied())
    }

    fn of(name: String, own: &[&Parameter<'_>], activation: Option<String>) -> Result<Self> {
        let (mut kernel, mut bias) = (None, None);
        for parameter in own {
            match (parameter.shape(), &kernel, &bias) {
                ([_, _], None, _) => kernel = Some(kernel_of(parameter)?),
                ([_], _, None) => bias = Some(parameter.values().to_f32().into_owned()),
                _ => return Err(no_dense(&name, own)),
            }
        }
        let kernel = kernel.ok_or_else(|| no_dense(&name, own))?;
        if bias.as_ref().is_some_and(|bias: &Vec<f32>| bias.len() != kernel.ncols()) {
            return Err(no_dense(&name, own));
        }
        Ok(Self { name, kernel, bias, activation })
    }
}

/// `(inputs, units)`, of one that is said to lie the other way round too.
fn kernel_of(parameter: &Parameter<'_>) -> Result<Matrix> {
    match parameter.orientation() {
        Some(Orientation::OutputsInputs) => Ok(parameter.to_matrix()?.transpose()),
        _ => parameter.to_matrix(),
    }
}

fn no_dense(name: &str, own: &[&Parameter<'_>]) -> Error {
    let found: Vec<String> = own.iter().map(|one| format!("{} {:?}", one.name(), one.shape())).collect();
    let expected = "a kernel (inputs, units) and a bias (units), as a dense layer has";
    Error::invalid(format!("the weights of layer {name:?} in a diagram"), expected, found.join(", "))
}
