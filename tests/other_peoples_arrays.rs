//! Models of nalgebra and ndarray are recorded and replayed in a few lines, bit for bit.

use std::ops::Range;

use ndarray::{Array1, Array2, array};
use training_replay::{
    Activation, Forward, Loss, Matrix, Metrics, Model, Parameter, Replay, Result, Weights,
    analysis::MilestoneOptions,
    datasets,
    nalgebra::{DMatrix, DVector, Matrix2, Matrix2x3, RowVector2},
};

// nalgebra, double precision: a layer of tanh and one of sigmoid, columns of samples as nalgebra's users have them.
struct Perceptron {
    hidden: (DMatrix<f64>, DVector<f64>),
    output: (DMatrix<f64>, DVector<f64>),
}

impl Model for Perceptron {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![
            Parameter::from_matrix("hidden", "weight", &self.hidden.0),
            Parameter::new("hidden", "bias", [self.hidden.1.len()], self.hidden.1.as_slice()),
            Parameter::from_matrix("output", "weight", &self.output.0),
            Parameter::new("output", "bias", [self.output.1.len()], self.output.1.as_slice()),
        ])
    }
}

impl Forward for Perceptron {
    fn layers(&self) -> Vec<String> {
        vec!["hidden".into(), "output".into()]
    }

    fn activation(&self, layer: usize) -> Option<Activation> {
        [Activation::Tanh, Activation::Sigmoid].get(layer).copied()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        let layer = |name: &str, (weight, bias): &(DMatrix<f64>, DVector<f64>)| {
            let weight = weights.require(name, "weight", &[weight.nrows(), weight.ncols()])?.to_f64_matrix()?;
            let bias =
                weights.require(name, "bias", &[bias.len()])?.to_f64_matrix()?.transpose().column(0).into_owned();
            Ok((weight, bias))
        };
        Ok(Self { hidden: layer("hidden", &self.hidden)?, output: layer("output", &self.output)? })
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        let mut x = inputs.transpose().cast::<f64>();
        for index in layers {
            let (weight, bias) = if index == 0 { &self.hidden } else { &self.output };
            x = weight * x;
            x.column_iter_mut().for_each(|mut column| column += bias);
            x.apply(|z| *z = if index == 0 { z.tanh() } else { 1.0 / (1.0 + (-*z).exp()) });
        }
        Ok(x.transpose().cast())
    }
}

#[test]
fn a_perceptron_of_nalgebra_in_double_precision_replays() {
    let model = Perceptron {
        hidden: (
            DMatrix::from_row_slice(3, 2, &[0.1, -0.7, 1.3, 0.2, 0.5, 0.5]),
            DVector::from_vec(vec![0.0, 0.1, -0.1]),
        ),
        output: (DMatrix::from_row_slice(1, 3, &[1.0, -1.0, 0.5]), DVector::from_vec(vec![1e-17])),
    };
    let data = datasets::moons(100, 0.1, 7);
    let mut replay = Replay::options().dataset(&data).loss(Loss::BinaryCrossEntropy).in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let again = replay.run_with(&model).at(0).unwrap();
    assert_eq!((&again.model().hidden, &again.model().output), (&model.hidden, &model.output));
    // By hand: tanh(0.1 x - 0.7 y), tanh(1.3 x + 0.2 y + 0.1), tanh(0.5 (x + y) - 0.1) of x = 1, y = 2.
    let outputs = model.forward(&Matrix::from_row_slice(1, 2, &[1.0, 2.0]), 0..1).unwrap();
    let expected = [-1.3_f64, 1.8, 1.4].map(|z| z.tanh() as f32);
    assert_eq!(outputs.as_slice(), expected);
    assert!(replay.run_with(&model).milestones(&MilestoneOptions::default()).is_ok());
}

#[test]
fn matrices_of_any_size_and_type_are_parameters_row_by_row() {
    let square = Parameter::from_matrix("a", "b", &Matrix2::new(1.0_f32, 2.0, 3.0, 4.0));
    assert_eq!((square.shape(), square.values().to_f32().as_ref()), (&[2, 2][..], &[1.0, 2.0, 3.0, 4.0][..]));
    let whole = Matrix2x3::new(1_i64, 2, 3, 4, 5, 6);
    let part = Parameter::from_matrix("a", "b", &whole.columns(1, 2)); // a view, with strides
    assert_eq!((part.shape(), part.values().to_f64().as_ref()), (&[2, 2][..], &[2.0, 3.0, 5.0, 6.0][..]));
    assert_eq!(Parameter::from_matrix("a", "b", &RowVector2::new(true, false)).shape(), [1, 2]);
    let nothing = Parameter::from_matrix("a", "b", &DMatrix::<f64>::zeros(0, 3));
    assert_eq!(nothing.to_f64_matrix().unwrap().shape(), (0, 3));
}

// ndarray: rows of samples, as in numpy.
struct Linear {
    kernel: Array2<f32>,
    bias: Array1<f32>,
}

impl Model for Linear {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        Ok(vec![
            Parameter::new("output", "kernel", self.kernel.shape(), self.kernel.iter().copied().collect::<Vec<_>>()),
            Parameter::new("output", "bias", self.bias.shape(), self.bias.iter().copied().collect::<Vec<_>>()),
        ])
    }
}

impl Forward for Linear {
    fn layers(&self) -> Vec<String> {
        vec!["output".into()]
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.restore(&mut weights.clone())
    }

    fn restore(&self, weights: &mut Weights) -> Result<Self> {
        let mut take = |name: &str, shape: &[usize]| Ok(weights.take("output", name, shape)?.into_values().into_f32());
        let kernel = Array2::from_shape_vec(self.kernel.dim(), take("kernel", self.kernel.shape())?);
        Ok(Self {
            kernel: kernel.map_err(training_replay::Error::model)?,
            bias: take("bias", self.bias.shape())?.into(),
        })
    }

    fn forward(&self, inputs: &Matrix, _: Range<usize>) -> Result<Matrix> {
        let x = Array2::from_shape_fn(inputs.shape(), |place| inputs[place]);
        let outputs = x.dot(&self.kernel) + &self.bias;
        Ok(Matrix::from_fn(inputs.nrows(), self.bias.len(), |row, column| outputs[(row, column)]))
    }
}

#[test]
fn a_layer_of_ndarray_replays_also_where_its_kernel_is_transposed_in_memory() {
    let kernel = array![[1.0_f32, 2.0], [3.0, 4.0], [5.0, 6.0]].reversed_axes(); // 2 inputs, 3 outputs, column-major
    let model = Linear { kernel, bias: array![0.0, 0.5, -0.5] };
    let mut replay = Replay::options().in_memory();
    replay.record(&model, Metrics::new()).unwrap();
    let snapshot = replay.run_with(&model).at(0).unwrap();
    assert_eq!((&snapshot.model().kernel, &snapshot.model().bias), (&model.kernel, &model.bias));
    let outputs = snapshot.model().forward(&Matrix::from_row_slice(1, 2, &[1.0, -1.0]), 0..1).unwrap();
    assert_eq!(outputs.as_slice(), [-1.0, -0.5, -1.5]);
}
