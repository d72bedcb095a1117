//! A module with its layers named: what a recording is replayed with.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use burn_core::{
    module::{Module, ModuleVisitor, Param},
    tensor::{DType, Tensor},
};
use training_replay::{Activation, OutputKind};

use crate::{Units, input::Input, layer::Layer, rows::Place};

/// A burn module that is put back to recorded epochs and run: what [`Replay::run_with`](training_replay::Replay::run_with)
/// takes.
///
/// It is made of the shape of a sample, the module, and the layers to look at, each with a name, a function of module and
/// inputs, and the activation behind it.
///
/// ```
/// use burn::{module::Module, nn::{Linear, LinearConfig}, tensor::{Device, Tensor}};
/// use training_replay::{Activation, Forward, Matrix, OutputKind, Replay, Result};
/// use training_replay_burn::{Recorded, Replayed};
///
/// #[derive(Module, Debug)]
/// struct Net {
///     hidden: Linear,
///     output: Linear,
/// }
///
/// # fn main() -> Result<()> {
/// let device = Device::default();
/// let net = Net { hidden: LinearConfig::new(2, 8).init(&device), output: LinearConfig::new(8, 1).init(&device) };
/// let mut replay = Replay::options().in_memory();
/// replay.record(&Recorded::of(&net), [("loss", 0.7)])?;
///
/// let model = Replayed::new([2], &net)
///     .layer("hidden", |net, x: Tensor<2>| net.hidden.forward(x), Activation::Tanh)
///     .layer("output", |net, x: Tensor<2>| net.output.forward(x), Activation::Linear)
///     .outputs(OutputKind::Logits);
/// let run = replay.run_with(&model);
/// let outputs = run.at(0)?.model().forward(&Matrix::from_row_slice(1, 2, &[0.5, -1.0]), 0..2)?;
///
/// let expected = net.output.forward(net.hidden.forward(Tensor::<2>::from_floats([[0.5, -1.0]], &device)).tanh());
/// assert_eq!(outputs[0], expected.into_scalar::<f32>());
/// # Ok(())
/// # }
/// ```
///
/// The module runs as in validation: without dropout, and with the running statistics that were recorded. The model is
/// `Sync` where the module is, as modules of burn's layers are: a run is computed on all cores.
///
/// A layer takes the outputs of the layer before it in their shape; one that takes a tensor of two dimensions gets a row for
/// each sample.
///
/// # Panics of burn
///
/// burn panics where tensors do not fit each other. The shape of inputs is checked before; a panic within a layer becomes an
/// [`Error::Model`](training_replay::Error::Model) that names the layer and has burn's text, which the program's panic hook
/// prints, too.
pub struct Replayed<M> {
    pub(crate) input_shape: Vec<usize>,
    pub(crate) module: M,
    pub(crate) layers: Vec<Layer<M>>,
    pub(crate) outputs: Option<OutputKind>,
    pub(crate) units: Units,
    pub(crate) place: Place,
    /// The shape of a sample behind each layer, where it was needed; it does not depend on weights.
    pub(crate) shapes: Arc<OnceLock<Vec<Vec<usize>>>>,
}

impl<M: Module> Replayed<M> {
    /// Begins with the shape of a sample, `[2]` for two features, `[1, 8, 8]` for an image, `[16]` for a text of 16
    /// positions, and a module. Rows of a data set get this shape. The module's arrays are shared and not copied.
    pub fn new(input_shape: impl Into<Vec<usize>>, module: &M) -> Self {
        let module = module.valid();
        Self {
            input_shape: input_shape.into(),
            place: place(&module),
            module,
            layers: Vec::new(),
            outputs: None,
            units: Units::default(),
            shapes: Arc::default(),
        }
    }

    /// Adds a layer behind the others: its name, what it computes before its activation, and the activation, which is applied
    /// here. So its z-values are known, losses are exact and gradients can be had.
    ///
    /// A layer without an activation function is [`Activation::Linear`]. One whose function is none of those applies it by
    /// itself, and says `None`; then its z-values are not known. A softmax is over the last dimension.
    ///
    /// The function takes a `Tensor<D>`, or a `Tensor<D, Int>` of numbers that must be whole, and returns a tensor of as many
    /// samples.
    ///
    /// ```
    /// use burn::{nn::{Embedding, EmbeddingConfig}, tensor::{Device, Int, Tensor, activation::gelu}};
    /// use training_replay::{Activation, Forward, Matrix, Result};
    /// use training_replay_burn::Replayed;
    ///
    /// # fn main() -> Result<()> {
    /// let table: Embedding = EmbeddingConfig::new(27, 4).init(&Device::default());
    /// let model = Replayed::new([3], &table)
    ///     .layer("table", |table, x: Tensor<2, Int>| table.forward(x), Activation::Linear)
    ///     .layer("gelu", |_, x: Tensor<3>| gelu(x), None);
    /// assert_eq!(model.forward(&Matrix::from_row_slice(1, 3, &[0.0, 26.0, 1.0]), 0..2)?.shape(), (1, 3 * 4));
    /// let error = model.forward(&Matrix::from_row_slice(1, 3, &[0.5, 26.0, 1.0]), 0..1).unwrap_err();
    /// assert!(error.to_string().contains("0.5"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn layer<I: Input, const O: usize>(
        mut self,
        name: impl Into<String>,
        compute: impl Fn(&M, I) -> Tensor<O> + Send + Sync + 'static,
        activation: impl Into<Option<Activation>>,
    ) -> Self {
        self.layers.push(Layer::new(name.into(), compute, activation.into()));
        self.shapes = Arc::default();
        self
    }

    /// Says what the outputs are, where it does not follow from the last activation: logits for burn's `CrossEntropyLoss`, say.
    #[must_use]
    pub fn outputs(self, kind: OutputKind) -> Self {
        Self { outputs: Some(kind), ..self }
    }

    /// Sets what counts as a unit of layers whose outputs have several dimensions a sample.
    #[must_use]
    pub fn units(self, units: Units) -> Self {
        Self { units, ..self }
    }

    /// Returns the same layers of another module of the same kind, as it is now: to record it together with what it makes of
    /// the inputs of the recording's probe, which proves later that the same model is replayed.
    ///
    /// ```
    /// # use burn::{nn::LinearConfig, tensor::{Device, Tensor}};
    /// # use training_replay::{Activation, Loss, Replay, Result, datasets};
    /// # use training_replay_burn::Replayed;
    /// # fn main() -> Result<()> {
    /// # let device = Device::default();
    /// # let (net, trained) = (LinearConfig::new(2, 1).init(&device), LinearConfig::new(2, 1).init(&device));
    /// let model = Replayed::new([2], &net).layer("output", |net, x: Tensor<2>| net.forward(x), Activation::Sigmoid);
    /// let mut replay = Replay::options().dataset(&datasets::moons(100, 0.1, 7)).in_memory();
    /// replay.record(&model.on(&trained), [("loss", 0.7)])?;
    /// let verified = replay.run_with(&model).verify(&Default::default())?;
    /// assert_eq!(verified.model_holds(), Some(true));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn on(&self, module: &M) -> Self {
        self.with_module(module.valid())
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
    /// # replay.record(&Recorded::of(&net), [("loss", 0.7)])?;
    /// # let model = Replayed::new([2], &net).layer("output", |net, x: Tensor<2>| net.forward(x), Activation::Linear);
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
            input_shape: self.input_shape.clone(),
            module,
            layers: self.layers.clone(),
            outputs: self.outputs,
            units: self.units,
            place: self.place.clone(),
            shapes: Arc::clone(&self.shapes),
        }
    }
}

/// The device of the module, and the type of its first parameter of floats; burn's defaults if it has none.
fn place<M: Module>(module: &M) -> Place {
    let device = module.devices().into_iter().next().unwrap_or_default();
    let mut first = FirstFloats(None);
    module.visit(&mut first);
    let floats = first.0.unwrap_or_else(|| device.settings().float_dtype.into());
    Place { device, floats }
}

struct FirstFloats(Option<DType>);

impl ModuleVisitor for FirstFloats {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let dtype = param.val().dtype();
        if self.0.is_none() && !matches!(dtype, DType::QFloat(_)) {
            self.0 = Some(dtype);
        }
    }
}

impl<M> fmt::Debug for Replayed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.layers.iter().map(|layer| &layer.name).collect();
        f.debug_struct("Replayed")
            .field("input_shape", &self.input_shape)
            .field("layers", &names)
            .finish_non_exhaustive()
    }
}
