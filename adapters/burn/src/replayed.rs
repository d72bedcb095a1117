//! A module with its layers named: what a recording is replayed with.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use burn_core::{
    module::{Module, ModuleVisitor, Param},
    tensor::{DType, Device, FloatDType, Tensor},
};
use training_replay::{Activation, Matrix, OutputKind};

use crate::{
    input::Input,
    layer::{Function, Layer},
    rows::Place,
};

/// A burn module and the layers on its way from inputs to outputs: a model that is put back to recorded epochs and asked.
///
/// ```
/// use burn::{module::Module, nn::{Linear, LinearConfig}, tensor::{Device, Tensor, activation::sigmoid}};
/// use training_replay::{Activation, Forward, Matrix, Result};
/// use training_replay_burn::Replayed;
///
/// #[derive(Module, Debug)]
/// struct Net {
///     hidden: Linear,
///     output: Linear,
/// }
///
/// # fn main() -> Result<()> {
/// let device = Device::default();
/// let net = Net { hidden: LinearConfig::new(2, 3).init(&device), output: LinearConfig::new(3, 1).init(&device) };
/// let model = Replayed::new(&net)
///     .layer("hidden", Activation::Tanh, |net, x: Tensor<2>| net.hidden.forward(x).tanh())
///     .layer("output", Activation::Sigmoid, |net, x: Tensor<2>| sigmoid(net.output.forward(x)));
/// assert_eq!(model.forward(&Matrix::zeros(5, 2), 0..2)?.shape(), (5, 1));
/// # Ok(())
/// # }
/// ```
///
/// [`Replay::run_with`](training_replay::Replay::run_with) takes it. It runs the module as validation would: without
/// dropout, and with the running statistics that were recorded. It is `Sync` where the module is, as modules of burn's
/// layers are, so that a run is computed on all cores.
///
/// A layer takes the output of the layer before it, in its shape or, where it takes a tensor of two dimensions, as a row for
/// each sample.
///
/// # Panics of burn
///
/// burn panics where tensors do not fit each other. Shapes that are known are checked before; a panic within a layer becomes
/// an [`Error::Model`](training_replay::Error::Model) that names the layer and has burn's text, which the program's panic
/// hook prints, too.
pub struct Replayed<M> {
    pub(crate) module: M,
    pub(crate) layers: Vec<Layer<M>>,
    pub(crate) input_shape: Option<Vec<usize>>,
    pub(crate) output_kind: Option<OutputKind>,
    pub(crate) place: Place,
    /// The shape of what each layer puts out, where it was needed; it does not depend on weights.
    pub(crate) shapes: Arc<OnceLock<Vec<Vec<usize>>>>,
    /// A setting that could not be made, which every use of the model reports.
    pub(crate) problem: Option<String>,
}

impl<M: Module> Replayed<M> {
    /// Begins with a module, whose layers follow. Its arrays are shared and not copied.
    pub fn new(module: &M) -> Self {
        let module = module.valid();
        let place = place(&module);
        Self {
            module,
            layers: Vec::new(),
            input_shape: None,
            output_kind: None,
            place,
            shapes: Arc::default(),
            problem: None,
        }
    }

    /// Adds a layer behind the others: its name, the activation function that ends it, and what it computes, with that
    /// activation.
    ///
    /// A layer that ends in no activation function is [`Activation::Linear`]; `None` says that it is not known. The
    /// function takes a `Tensor<D>` or a `Tensor<D, Int>` of as many samples as it returns.
    #[must_use]
    pub fn layer<I: Input, const O: usize>(
        mut self,
        name: impl Into<String>,
        activation: impl Into<Option<Activation>>,
        outputs: impl Fn(&M, I) -> Tensor<O> + Send + Sync + 'static,
    ) -> Self {
        self.layers.push(Layer {
            name: name.into(),
            activation: activation.into(),
            outputs: Function::new(outputs),
            z_values: None,
            units: None,
        });
        self.shapes = Arc::default();
        self
    }

    /// Says how the layer that was added last computes its z-values, its outputs before the activation function. They give
    /// exact losses where probabilities saturate, and gradients. Those of a linear layer are its outputs.
    ///
    /// ```
    /// use burn::{nn::LinearConfig, tensor::{Device, Tensor, activation::sigmoid}};
    /// use training_replay::{Activation, Forward, Matrix, Result};
    /// use training_replay_burn::Replayed;
    ///
    /// # fn main() -> Result<()> {
    /// let linear = LinearConfig::new(2, 1).init(&Device::default());
    /// let model = Replayed::new(&linear)
    ///     .layer("output", Activation::Sigmoid, |net, x: Tensor<2>| sigmoid(net.forward(x)))
    ///     .pre_activation(|net, x: Tensor<2>| net.forward(x));
    /// assert_eq!(model.pre_activation(&Matrix::zeros(5, 2), 0)?.shape(), (5, 1));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pre_activation<I: Input, const O: usize>(
        self,
        z_values: impl Fn(&M, I) -> Tensor<O> + Send + Sync + 'static,
    ) -> Self {
        self.last("pre_activation", |layer| layer.z_values = Some(Function::new(z_values)))
    }

    /// Says what is shown of the outputs of the layer that was added last: one number for each channel, say, instead of one
    /// for each pixel of it.
    ///
    /// ```
    /// use burn::{nn::conv::Conv2dConfig, tensor::{Device, Tensor}};
    /// use training_replay::{Activation, Forward, Matrix, Result};
    /// use training_replay_burn::Replayed;
    ///
    /// # fn main() -> Result<()> {
    /// let convolution = Conv2dConfig::new([1, 4], [3, 3]).init(&Device::default());
    /// let model = Replayed::new(&convolution)
    ///     .input_shape([1, 8, 8])
    ///     .layer("convolution", Activation::Linear, |net, x: Tensor<4>| net.forward(x))
    ///     .units(|outputs: Tensor<4>| outputs.mean_dims(&[2, 3]));
    /// let outputs = model.forward(&Matrix::zeros(5, 64), 0..1)?;
    /// assert_eq!(outputs.shape(), (5, 4 * 6 * 6));
    /// assert_eq!(model.units(0, outputs)?.shape(), (5, 4));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn units<I: Input, const O: usize>(self, units: impl Fn(I) -> Tensor<O> + Send + Sync + 'static) -> Self {
        self.last("units", |layer| layer.units = Some(Function::new(move |&(), outputs| units(outputs))))
    }

    /// Says the shape of a sample, `[channels, height, width]` of an image, `[positions]` of a text: rows of a data set take
    /// it before the first layer. Without it a sample is a row.
    #[must_use]
    pub fn input_shape(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.input_shape = Some(shape.into());
        self.shapes = Arc::default();
        self
    }

    /// Says what the outputs are, where the activation of the last layer does not: logits, say.
    #[must_use]
    pub fn output_kind(mut self, kind: OutputKind) -> Self {
        self.output_kind = Some(kind);
        self
    }

    /// Returns the module: of an epoch, with the weights of it.
    ///
    /// ```
    /// # use burn::{nn::LinearConfig, tensor::{Device, Tensor}};
    /// # use training_replay::{Activation, Replay, Result};
    /// # use training_replay_burn::{Recorded, Replayed};
    /// # fn main() -> Result<()> {
    /// # let net = LinearConfig::new(2, 1).init(&Device::default());
    /// # let mut replay = Replay::options().in_memory();
    /// # replay.record(&Recorded(&net), [("loss", 0.7)])?;
    /// # let model = Replayed::new(&net).layer("output", Activation::Linear, |net, x: Tensor<2>| net.forward(x));
    /// let run = replay.run_with(&model);
    /// let snapshot = run.at(0)?;
    /// assert_eq!(snapshot.model().module().weight.to_data(), net.weight.to_data());
    /// # Ok(())
    /// # }
    /// ```
    pub fn module(&self) -> &M {
        &self.module
    }

    /// The same layers of a module with other weights.
    pub(crate) fn with_module(&self, module: M) -> Self {
        Self {
            module,
            layers: self.layers.clone(),
            input_shape: self.input_shape.clone(),
            output_kind: self.output_kind,
            place: self.place.clone(),
            shapes: Arc::clone(&self.shapes),
            problem: self.problem.clone(),
        }
    }

    fn last(mut self, setting: &str, set: impl FnOnce(&mut Layer<M>)) -> Self {
        match self.layers.last_mut() {
            Some(layer) => set(layer),
            None => self.problem = Some(setting.into()),
        }
        self
    }

    /// A zero for each number of a sample, from which shapes follow.
    pub(crate) fn blank(shape: &[usize]) -> Matrix {
        Matrix::zeros(1, shape.iter().product())
    }
}

/// The device of the module, and the type of its first parameter of floats; burn's defaults if it has none.
fn place<M: Module>(module: &M) -> Place {
    let device = module.devices().into_iter().next().unwrap_or_else(Device::default);
    let mut first = FirstFloats(None);
    module.visit(&mut first);
    let floats = first.0.unwrap_or_else(|| FloatDType::from(device.settings().float_dtype).into());
    Place { device, floats }
}

struct FirstFloats(Option<DType>);

impl ModuleVisitor for FirstFloats {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let dtype = param.val().dtype();
        if self.0.is_none() && dtype.is_float() && !matches!(dtype, DType::QFloat(_)) {
            self.0 = Some(dtype);
        }
    }
}

impl<M> fmt::Debug for Replayed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.layers.iter().map(|layer| &layer.name).collect();
        f.debug_struct("Replayed")
            .field("layers", &names)
            .field("input_shape", &self.input_shape)
            .field("output_kind", &self.output_kind)
            .finish_non_exhaustive()
    }
}
