//! A densely connected layer.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{
    Kind, Mode,
    kind::{Arrays, Trainable, expect_finite, refill_kernel, refill_units, restore_kernel, restore_units},
};
use crate::{
    Activation, Error, Initializer, Matrix, Orientation, Parameter, Result, Weights,
    math::{
        gemm::{Rows, multiply, multiply_transposed},
        matrix,
    },
    nn::encoding::{self, Choice},
};

/// A densely connected layer: `outputs = activation(inputs * kernel + bias)`.
///
/// The defaults are Keras': linear, the kernel drawn by [`Initializer::GlorotUniform`], a bias of zeros; those of PyTorch's
/// `Linear` are had by [`pytorch`](Self::pytorch). A layer without a name becomes `dense_1`, `dense_2` and so on when the
/// network is built.
///
/// # Shapes
///
/// `(samples, inputs)` to `(samples, units)`. The kernel is `[inputs, units]`, the bias `[units]`.
///
/// ```
/// use training_replay::{Activation, Dense, Initializer, Model, Sequential};
///
/// let dense = Dense::new(10).name("hidden").activation(Activation::Relu).kernel_initializer(Initializer::HeNormal);
/// let model = Sequential::builder(4).layer(dense.without_bias()).build(42)?;
/// assert_eq!(model.parameters()?[0].shape(), [4, 10]);
/// # Ok::<(), training_replay::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    pub(super) name: String,
    units: usize,
    activation: Activation,
    kernel_initializer: Initializer,
    bias_initializer: Option<Initializer>,
}

impl Dense {
    /// Creates a layer of this many units; [`build`](crate::Architecture::build) refuses 0.
    ///
    /// ```
    /// use training_replay::{Dense, Sequential};
    ///
    /// assert_eq!(Sequential::builder(4).layer(Dense::new(10)).outputs(), 10);
    /// assert!(Sequential::builder(4).layer(Dense::new(0)).build(42).is_err());
    /// ```
    pub fn new(units: usize) -> Self {
        Self {
            name: String::new(),
            units,
            activation: Activation::default(),
            kernel_initializer: Initializer::default(),
            bias_initializer: Some(Initializer::Zeros),
        }
    }

    /// Sets the name of the layer, by which parameters and queries call it.
    ///
    /// ```
    /// use training_replay::{Dense, Forward, Model, Sequential};
    ///
    /// let model = Sequential::builder(4).layer(Dense::new(10).name("hidden")).build(42)?;
    /// assert_eq!(model.layers(), ["hidden"]);
    /// assert_eq!(model.parameters()?[0].layer(), "hidden");
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Sets the function that is applied to `inputs * kernel + bias`; linear without this call.
    ///
    /// ```
    /// use training_replay::{Activation, Dense, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(1).layer(Dense::new(1).activation(Activation::Sigmoid)).build(42)?;
    /// assert_eq!(model.predict(&Matrix::zeros(1, 1))?[0], 0.5);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// Sets how the kernel is drawn; [`Initializer::GlorotUniform`] without this call.
    ///
    /// ```
    /// use training_replay::{Dense, Initializer, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(3).layer(Dense::new(1).kernel_initializer(Initializer::Ones)).build(42)?;
    /// assert_eq!(model.predict(&Matrix::from_element(1, 3, 2.0))?[0], 6.0);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn kernel_initializer(self, kernel: Initializer) -> Self {
        Self { kernel_initializer: kernel, ..self }
    }

    /// Sets how the bias is drawn; zeros without this call.
    ///
    /// ```
    /// use training_replay::{Dense, Initializer, Matrix, Sequential};
    ///
    /// let model = Sequential::builder(3).layer(Dense::new(1).bias_initializer(Initializer::Constant(0.5))).build(42)?;
    /// assert_eq!(model.predict(&Matrix::zeros(1, 3))?[0], 0.5);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn bias_initializer(self, bias: Initializer) -> Self {
        Self { bias_initializer: Some(bias), ..self }
    }

    /// Draws kernel and bias as PyTorch's `Linear` does by default: both from [`Initializer::PytorchUniform`]. A layer
    /// without a bias stays so.
    ///
    /// ```
    /// use training_replay::{Dense, Model, Sequential};
    ///
    /// let model = Sequential::builder(4).layer(Dense::new(100).pytorch()).build(42)?;
    /// let parameters = model.parameters()?;
    /// let largest = |i: usize| parameters[i].values().to_f32().iter().fold(0.0, |most: f32, value| most.max(value.abs()));
    /// assert!((0.45..0.5).contains(&largest(0)) && (0.45..0.5).contains(&largest(1))); // 1 / sqrt(4) at most
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn pytorch(self) -> Self {
        let uniform = Initializer::PytorchUniform;
        Self { kernel_initializer: uniform, bias_initializer: self.bias_initializer.map(|_| uniform), ..self }
    }

    /// Leaves out the bias: `outputs = activation(inputs * kernel)`.
    ///
    /// ```
    /// use training_replay::{Dense, Model, Sequential};
    ///
    /// let model = Sequential::builder(3).layer(Dense::new(1).without_bias()).build(42)?;
    /// assert_eq!(model.parameters()?.len(), 1);
    /// # Ok::<(), training_replay::Error>(())
    /// ```
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { bias_initializer: None, ..self }
    }

    /// Returns the number of units.
    pub fn units(&self) -> usize {
        self.units
    }

    /// Returns whether the layer has a bias.
    pub fn has_bias(&self) -> bool {
        self.bias_initializer.is_some()
    }
}

impl Kind for Dense {
    type Weights = DenseWeights;
    /// The gradients.
    type Pass = DenseWeights;

    const NUMBER: u16 = 1;
    const STEM: &'static str = "dense";

    fn units(&self, _: usize) -> usize {
        self.units
    }

    fn activation(&self) -> Activation {
        self.activation
    }

    fn check(&self, layer: &str) -> Result<()> {
        if self.units == 0 {
            return Err(Error::invalid(format!("the number of units of layer {layer:?}"), "1 or more", 0));
        }
        expect_finite(layer, self.activation.constant())?;
        expect_finite(layer, self.kernel_initializer.constant())?;
        expect_finite(layer, self.bias_initializer.and_then(Initializer::constant))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encoding::encode(&Settings {
            units: self.units as u64,
            activation: self.activation.into(),
            kernel_initializer: self.kernel_initializer.into(),
            bias_initializer: self.bias_initializer.map(Choice::from),
        })
    }

    fn decode(settings: &[u8]) -> Result<Self> {
        let settings: Settings = encoding::decode(settings)?;
        Ok(Self {
            name: String::new(),
            units: encoding::length(settings.units)?,
            activation: settings.activation.activation()?,
            kernel_initializer: settings.kernel_initializer.initializer()?,
            bias_initializer: settings.bias_initializer.as_ref().map(Choice::initializer).transpose()?,
        })
    }

    fn weight_count(&self, inputs: usize) -> Option<usize> {
        inputs.checked_mul(self.units)
    }

    fn zeros(&self, inputs: usize) -> Result<DenseWeights> {
        let kernel = matrix::zeros(inputs, self.units)?;
        Ok(DenseWeights { kernel, bias: self.has_bias().then(|| vec![0.0; self.units]) })
    }

    fn initial(&self, inputs: usize, rng: &mut ChaCha8Rng) -> Result<DenseWeights> {
        let kernel = self.kernel_initializer.kernel(inputs, self.units, rng)?;
        let bias = self.bias_initializer.map(|bias| bias.bias(inputs, self.units, rng)).transpose()?;
        Ok(DenseWeights { kernel, bias })
    }

    fn restore(&self, inputs: usize, weights: &Weights) -> Result<DenseWeights> {
        let kernel = restore_kernel(weights, &self.name, [inputs, self.units])?;
        let bias = self.has_bias().then(|| restore_units(weights, &self.name, "bias", self.units)).transpose()?;
        Ok(DenseWeights { kernel, bias })
    }

    fn refill(&self, _: usize, own: &mut DenseWeights, weights: &Weights) -> Result<()> {
        refill_kernel(weights, &self.name, &mut own.kernel)?;
        own.bias.as_mut().map_or(Ok(()), |bias| refill_units(weights, &self.name, "bias", bias))
    }

    fn apply(&self, weights: &DenseWeights, inputs: Rows<'_>, outputs: &mut [f32], stride: usize) {
        multiply(inputs, &weights.kernel, weights.bias.as_deref(), outputs, stride);
    }

    fn pass(&self, weights: &DenseWeights, _: Mode) -> DenseWeights {
        DenseWeights {
            kernel: Matrix::zeros(weights.kernel.nrows(), weights.kernel.ncols()),
            bias: weights.bias.as_ref().map(|bias| vec![0.0; bias.len()]),
        }
    }

    /// `kernel = inputsᵀ * gradient`, and `bias` the sum of the gradient over the samples.
    #[inline]
    fn backward_weights(
        &self,
        _: &DenseWeights,
        gradients: &mut DenseWeights,
        inputs: &Matrix,
        gradient: &Matrix,
        scratch: &mut Matrix,
    ) {
        multiply_transposed(inputs, gradient, scratch, gradients.kernel.as_mut_slice());
        if let Some(bias) = &mut gradients.bias {
            bias.iter_mut().zip(matrix::columns(gradient)).for_each(|(bias, column)| *bias = matrix::sum(column));
        }
    }

    /// `input_gradient = gradient * kernelᵀ`
    #[inline]
    fn backward_inputs(
        &self,
        weights: &DenseWeights,
        _: &DenseWeights,
        _: &Matrix,
        gradient: &Matrix,
        scratch: &mut Matrix,
        input_gradient: &mut Matrix,
    ) {
        matrix::transpose_to(&weights.kernel, scratch);
        matrix::reshape(input_gradient, gradient.nrows(), weights.kernel.nrows());
        multiply(Rows::of(gradient), scratch, None, input_gradient.as_mut_slice(), gradient.nrows());
    }

    #[inline]
    fn update(&self, weights: &mut DenseWeights, gradients: &DenseWeights, mut step: impl FnMut(&mut [f32], &[f32])) {
        step(weights.kernel.as_mut_slice(), gradients.kernel.as_slice());
        if let (Some(bias), Some(gradient)) = (&mut weights.bias, &gradients.bias) {
            step(bias, gradient);
        }
    }

    fn list_gradients<'a>(&self, layer: &'a str, pass: &'a DenseWeights, gradients: &mut Vec<Parameter<'a>>) {
        pass.list(layer, gradients);
    }
}

/// The settings as the description of a network holds them.
#[derive(Serialize, Deserialize)]
struct Settings {
    units: u64,
    activation: Choice,
    kernel_initializer: Choice,
    bias_initializer: Option<Choice>,
}

/// A kernel of `(inputs, units)` and perhaps a bias of as many units; or their gradients.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::nn) struct DenseWeights {
    kernel: Matrix,
    bias: Option<Vec<f32>>,
}

impl Arrays for DenseWeights {
    fn count(&self) -> usize {
        1 + usize::from(self.bias.is_some())
    }

    fn list_trainable(&self, arrays: &mut Vec<Trainable>) {
        let (inputs, units) = self.kernel.shape();
        arrays.push(Trainable { name: "kernel", rows: inputs, columns: Some(units) });
        arrays.extend(self.bias.as_ref().map(|bias| Trainable { name: "bias", rows: bias.len(), columns: None }));
    }

    fn list<'a>(&'a self, layer: &'a str, parameters: &mut Vec<Parameter<'a>>) {
        let (inputs, units) = self.kernel.shape();
        let kernel = Parameter::new(layer, "kernel", [inputs, units], crate::to_row_major(&self.kernel));
        parameters.push(kernel.oriented(Orientation::InputsOutputs));
        parameters.extend(self.bias.as_ref().map(|bias| Parameter::new(layer, "bias", [units], bias)));
    }
}
