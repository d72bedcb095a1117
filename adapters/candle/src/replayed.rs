//! A candle network that can be put back to any recorded epoch and run.

use std::{fmt, sync::Arc};

use candle_core::{DType, Device, Shape};
use candle_nn::{VarBuilder, VarMap};
use training_replay::{Activation, OutputKind, Result};

use crate::{NamedTensors, Recorded, Units, layer::Layer, live::Live};

/// Builds a network from named tensors.
pub(crate) type Build<N> = dyn Fn(VarBuilder<'static>) -> candle_core::Result<N> + Send + Sync;

/// A candle network that can be put back to any recorded epoch and run: what [`Replay::run_with`] takes.
///
/// It is made of the shape of one sample's inputs, the function that builds the network from a `VarBuilder`, and the layers
/// to look at, each with a name, a function of network and inputs, and the activation behind it.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Linear, Module, VarBuilder, VarMap};
/// use training_replay::{Activation, Dataset, Matrix, Metrics, OutputKind, Replay};
/// use training_replay_candle::{Recorded, Replayed};
///
/// struct Net {
///     hidden: Linear,
///     output: Linear,
/// }
///
/// impl Net {
///     fn new(vb: VarBuilder) -> candle_core::Result<Self> {
///         let hidden = candle_nn::linear(2, 8, vb.pp("hidden"))?;
///         Ok(Self { hidden, output: candle_nn::linear(8, 1, vb.pp("output"))? })
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let varmap = VarMap::new();
/// let net = Net::new(VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu))?;
/// let mut replay = Replay::options().in_memory();
/// replay.record(&Recorded::of(&varmap), Metrics::new())?;
///
/// let model = Replayed::new(2, Net::new)
///     .layer("hidden", |net, x| net.hidden.forward(x), Activation::Tanh)
///     .layer("output", |net, x| net.output.forward(x), Activation::Linear)
///     .outputs(OutputKind::Logits);
/// let inputs = Matrix::from_row_slice(1, 2, &[0.5, -1.0]);
/// let outputs = training_replay::Forward::forward(replay.run_with(&model).at(0)?.model(), &inputs, 0..2)?;
///
/// let x = Tensor::new(&[[0.5f32, -1.0]], &Device::Cpu)?;
/// let expected = net.output.forward(&net.hidden.forward(&x)?.tanh()?)?;
/// assert_eq!(outputs[0], expected.flatten_all()?.to_vec1::<f32>()?[0]);
/// # Ok(())
/// # }
/// ```
///
/// Until it is restored, by a replay or by [`on`](Self::on), it has no weights, and running it is an error.
///
/// [`Replay::run_with`]: training_replay::Replay::run_with
pub struct Replayed<N> {
    pub(crate) input_shape: Vec<usize>,
    pub(crate) inputs_as: Option<DType>,
    pub(crate) build: Arc<Build<N>>,
    pub(crate) layers: Vec<Layer<N>>,
    pub(crate) outputs: Option<OutputKind>,
    pub(crate) units: Units,
    pub(crate) device: Device,
    pub(crate) live: Option<Arc<Live<N>>>,
}

impl<N> Replayed<N> {
    /// Creates a network without weights.
    ///
    /// `inputs` is the shape of one sample: a number of features, `(channels, height, width)` of an image, a number of
    /// positions of a sequence. A data set has a row for each sample, and a row gets this shape. `build` is the function that
    /// makes the network for training; it is called for every epoch that is restored, with the tensors of that epoch in the
    /// types that they were recorded in, and must ask for each of them.
    pub fn new(
        inputs: impl Into<Shape>,
        build: impl Fn(VarBuilder<'static>) -> candle_core::Result<N> + Send + Sync + 'static,
    ) -> Self {
        Self {
            input_shape: inputs.into().into_dims(),
            inputs_as: None,
            build: Arc::new(build),
            layers: Vec::new(),
            outputs: None,
            units: Units::default(),
            device: Device::Cpu,
            live: None,
        }
    }

    /// Adds a layer: what it makes of the outputs of the layer before, and the activation behind that.
    ///
    /// `compute` stops before the activation, which is applied here, by candle's operations; so z-values, and losses where
    /// probabilities saturate, are exact. Where the layer does more, or its activation is none of [`Activation`], `compute`
    /// does all of it, and `None` says so: then its z-values are not known, nor whether its units are saturated.
    ///
    /// Outputs may be of any shape with samples first. Run it as when evaluating: dropout off, batch normalization by its
    /// recorded statistics.
    ///
    /// ```
    /// use candle_nn::{BatchNorm, Linear, Module, ModuleT};
    /// use training_replay::Activation;
    /// use training_replay_candle::Replayed;
    ///
    /// struct Net {
    ///     first: Linear,
    ///     norm: BatchNorm,
    ///     second: Linear,
    /// }
    ///
    /// fn layers(net: Replayed<Net>) -> Replayed<Net> {
    ///     net.layer("first", |net, x| net.norm.forward_t(&net.first.forward(x)?, false), Activation::Relu)
    ///         .layer("second", |net, x| net.second.forward(x)?.gelu(), None)
    /// }
    /// ```
    #[must_use]
    pub fn layer(
        mut self,
        name: impl Into<String>,
        compute: impl Fn(&N, &candle_core::Tensor) -> candle_core::Result<candle_core::Tensor> + Send + Sync + 'static,
        activation: impl Into<Option<Activation>>,
    ) -> Self {
        self.layers.push(Layer::new(name.into(), compute, activation.into()));
        self.live = None; // What was learned of its shapes is of other layers.
        self
    }

    /// Sets the type that the first layer takes inputs in: an integer one for an embedding.
    ///
    /// Without it they come in the type of the weights. Inputs that are no integers, or beyond the type, are an error then.
    #[must_use]
    pub fn inputs_as(self, dtype: DType) -> Self {
        Self { inputs_as: Some(dtype), live: None, ..self }
    }

    /// Says what the outputs are, where it does not follow from the last activation: logits for `cross_entropy`, say.
    #[must_use]
    pub fn outputs(self, kind: OutputKind) -> Self {
        Self { outputs: Some(kind), ..self }
    }

    /// Sets what counts as a unit of layers whose outputs have several dimensions a sample.
    #[must_use]
    pub fn units(self, units: Units) -> Self {
        Self { units, ..self }
    }

    /// Sets where restored networks live; without it in main memory.
    #[must_use]
    pub fn device(self, device: &Device) -> Self {
        Self { device: device.clone(), live: None, ..self }
    }

    /// Returns the network over the variables of a map: the ones that are being trained.
    ///
    /// It shares them, and so is what they are at the time. Recorded in place of [`Recorded`], it is also run on the probe of
    /// the recording, by which [`Run::verify`](training_replay::Run::verify) proves later that the layers here are the
    /// network's.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_nn::{Module, VarBuilder, VarMap};
    /// use training_replay::{Activation, Metrics, Replay, datasets};
    /// use training_replay_candle::Replayed;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let varmap = VarMap::new();
    /// candle_nn::linear(2, 1, VarBuilder::from_varmap(&varmap, DType::F32, &Device::Cpu))?;
    /// let model = Replayed::new(2, |vb| candle_nn::linear(2, 1, vb))
    ///     .layer("output", |net, x| net.forward(x), Activation::Sigmoid);
    ///
    /// let mut replay = Replay::options().dataset(&datasets::moons(100, 0.1, 7)).in_memory();
    /// replay.record(&model.on(&varmap)?, Metrics::new())?;
    /// assert_eq!(replay.run_with(&model).verify(&Default::default())?.model_holds(), Some(true));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Model`](training_replay::Error::Model) if the network asks for a tensor that the map does not have, or
    /// another shape of it, [`Error::Invalid`](training_replay::Error::Invalid) if it does not ask for all.
    pub fn on(&self, varmap: &VarMap) -> Result<Self> {
        let device = varmap.named_tensors().first().map_or(Device::Cpu, |(_, tensor)| tensor.device().clone());
        self.over(Recorded::of(varmap), device)
    }

    /// The same network over other tensors.
    pub(crate) fn over(&self, tensors: Recorded, device: Device) -> Result<Self> {
        let live = Live::over(tensors, device, &*self.build)?;
        Ok(Self { live: Some(Arc::new(live)), ..self.clone() })
    }
}

// Without a need for `N: Clone`.
impl<N> Clone for Replayed<N> {
    fn clone(&self) -> Self {
        Self {
            input_shape: self.input_shape.clone(),
            build: Arc::clone(&self.build),
            layers: self.layers.clone(),
            device: self.device.clone(),
            live: self.live.clone(),
            ..*self
        }
    }
}

impl<N> fmt::Debug for Replayed<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replayed")
            .field("input_shape", &self.input_shape)
            .field("layers", &self.layers)
            .field("outputs", &self.outputs)
            .field("is_restored", &self.live.is_some())
            .finish_non_exhaustive()
    }
}
