//! Modules that several tests train, record and replay.
#![allow(dead_code, missing_docs)]

use burn::{
    module::{Module, Param, ParamId},
    nn::{BatchNorm, BatchNormConfig, Embedding, EmbeddingConfig, Linear, LinearConfig, LinearLayout},
    tensor::{Bool, Device, Int, Tensor},
};

/// A perceptron.
#[derive(Module, Debug)]
pub struct Net {
    pub hidden: Linear,
    pub output: Linear,
}

impl Net {
    pub fn new(device: &Device) -> Self {
        Self { hidden: LinearConfig::new(2, 4).init(device), output: LinearConfig::new(4, 1).init(device) }
    }

    pub fn hidden(&self, x: Tensor<2>) -> Tensor<2> {
        self.hidden.forward(x).tanh()
    }

    pub fn logits(&self, x: Tensor<2>) -> Tensor<2> {
        self.output.forward(self.hidden(x))
    }
}

/// One of everything that burn visits.
#[derive(Module, Debug)]
pub struct Everything {
    pub embedding: Embedding,
    pub layers: Vec<Linear>,
    pub columns: Linear,
    pub norm: BatchNorm,
    pub steps: Param<Tensor<1, Int>>,
    pub mask: Param<Tensor<2, Bool>>,
    pub choice: Choice,
    pub scale: Option<Param<Tensor<1>>>,
    pub nothing: Option<Linear>,
    pub own: Param<Tensor<3>>,
}

#[derive(Module, Debug)]
pub enum Choice {
    Line(Linear),
    Norm(BatchNorm),
}

impl Everything {
    pub fn new(device: &Device) -> Self {
        let line = |inputs, outputs| LinearConfig::new(inputs, outputs).init(device);
        Self {
            embedding: EmbeddingConfig::new(5, 3).init(device),
            layers: vec![line(3, 3), line(3, 2)],
            columns: LinearConfig::new(2, 3).with_layout(LinearLayout::Col).init(device),
            norm: BatchNormConfig::new(3).init(device),
            steps: Param::initialized(ParamId::new(), Tensor::from_ints([3, -7, 1 << 20], device)),
            mask: Param::initialized(ParamId::new(), Tensor::from_bool([[true, false], [false, true]], device)),
            choice: Choice::Line(line(2, 2)),
            scale: Some(Param::from_tensor(Tensor::from_floats(
                [f32::MIN_POSITIVE / 4.0, -0.0, f32::INFINITY],
                device,
            ))),
            nothing: None,
            own: Param::from_tensor(Tensor::random([2, 3, 4], burn::tensor::Distribution::Default, device)),
        }
    }

    /// Trains the statistics of the normalization on a batch.
    pub fn normalize(&self, x: Tensor<2>) -> Tensor<2> {
        self.norm.forward(x)
    }
}
