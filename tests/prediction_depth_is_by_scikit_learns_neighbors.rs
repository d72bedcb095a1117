//! Prediction depth is its definition with scikit-learn's neighbors: of built-in and foreign models, and of targets of every kind.

use std::ops::Range;

use training_replay::{
    Activation, Dataset, Dense, Error, Forward, Matrix, Metrics, Model, OutputKind, Parameter, Replay, Result,
    Sequential, Weights,
    analysis::{Caveat, PredictionDepth},
};

const SAMPLES: usize = 60;

/// Numbers of whole eighths, in any language.
fn eighths(layer: &'static str, shape: [usize; 2], shift: usize, times: f32) -> Parameter<'static> {
    let values: Vec<f32> =
        (0..shape[0] * shape[1]).map(|i| times * (((7 * i + shift) % 11) as f32 / 8.0 - 5.0 / 8.0)).collect();
    if shape[0] == 1 {
        return Parameter::new(layer, "bias", [shape[1]], values);
    }
    Parameter::new(layer, "kernel", shape, values)
}

fn weights() -> Weights {
    Weights::from_iter([
        eighths("hidden", [2, 5], 1, 4.0),
        eighths("hidden", [1, 5], 2, 1.0),
        eighths("output", [5, 3], 8, 1.0),
    ])
}

/// Three logits behind five units.
fn network() -> Sequential {
    let layers =
        [Dense::new(5).name("hidden").activation(Activation::Tanh), Dense::new(3).name("output").without_bias()];
    let model = Sequential::builder(2).layers(layers).logits().build(1).unwrap();
    model.with_weights(&weights()).unwrap()
}

fn inputs(samples: usize, shift: usize) -> Matrix {
    Matrix::from_fn(samples, 2, |i, j| {
        let coarse = ((5 * i * i + 3 * j * i + shift) % 17) as f64 / 8.0 - 1.0;
        (coarse + 0.001 * ((3 * i + 7 * j * j + i * i) % 101) as f64) as f32
    })
}

/// Every seventh sample is labeled as another class than the network predicts.
fn labels(model: &Sequential, inputs: &Matrix) -> Result<Vec<u32>> {
    let logits = model.predict(inputs)?;
    let largest = |row: usize| (0..3).max_by(|&a, &b| logits[(row, a)].total_cmp(&logits[(row, b)])).unwrap();
    Ok((0..inputs.nrows()).map(|row| (largest(row) as u32 + u32::from(row % 7 == 0)) % 3).collect())
}

fn data(samples: usize, shift: usize) -> Result<Dataset> {
    let inputs = inputs(samples, shift);
    let labels = labels(&network(), &inputs)?;
    Dataset::from_class_labels(inputs, &labels, 1, 3)
}

fn one_hot(data: &Dataset) -> Result<Dataset> {
    Dataset::new(data.inputs().clone(), data.targets().to_matrix()?.into_owned())
}

fn recorded(model: &impl Model, data: &Dataset) -> Result<Replay> {
    let mut replay = Replay::options().dataset(data).in_memory();
    replay.record(model, Metrics::new())?;
    Ok(replay)
}

/// Depths as text: a dash where there is none.
fn text(depths: &[Option<usize>]) -> String {
    depths.iter().map(|depth| depth.map_or("-".into(), |depth| depth.to_string())).collect()
}

/// scikit-learn 1.9.1, numpy 2.4.6:
///
/// ```python
/// import numpy as np
/// from sklearn.neighbors import KNeighborsClassifier
/// def w(shape, a): return np.array([((7 * i + a) % 11 - 5) / 8 for i in range(int(np.prod(shape)))]).reshape(shape)
/// def spaces(x):
///     h = np.tanh(x @ (4 * w((2, 5), 1)) + w((5,), 2))
///     z = h @ w((5, 3), 8)
///     e = np.exp(z - z.max(1, keepdims=True))
///     return [x, h, z, e / e.sum(1, keepdims=True)]
/// def data(n, a):
///     x = np.array([[(5 * i * i + 3 * j * i + a) % 17 / 8 - 1 for j in range(2)] for i in range(n)])
///     x += np.array([[0.001 * ((3 * i + j * j * 7 + i * i) % 101) for j in range(2)] for i in range(n)])
///     x = x.astype(np.float32)
///     return x, (spaces(x)[2].argmax(1) + (np.arange(n) % 7 == 0)) % 3
/// def depth(votes, predicted):
///     agree = [(v[::-1] == p).cumprod().sum() for v, p in zip(np.array(votes).T, predicted)]
///     return ''.join(str(len(votes) - a) if a else '-' for a in agree)
/// (x, y), (tx, ty), k = data(60, 0), data(20, 5), 7
/// S, T = spaces(x), spaces(tx)
/// knn = lambda s, y, asked: KNeighborsClassifier(k).fit(s, y).predict(asked)
/// votes = [[knn(np.delete(s, i, 0), np.delete(y, i), s[i:i + 1])[0] for i in range(len(x))] for s in S]
/// print(depth(votes, S[2].argmax(1)), [int((np.array(v) == y).sum()) for v in votes])
/// others = [knn(s, y, t) for s, t in zip(S, T)]
/// print(depth(others, T[2].argmax(1)), [''.join(map(str, v)) for v in others])
/// ```
#[test]
fn depths_and_votes_are_scikit_learns_of_classes_by_index_and_of_one_hot_columns() -> Result<()> {
    let (by_index, others) = (data(SAMPLES, 0)?, data(20, 5)?);
    for [data, others] in [[by_index.clone(), others.clone()], [one_hot(&by_index)?, one_hot(&others)?]] {
        let replay = recorded(&network(), &data)?;
        let snapshot = replay.at(0)?;
        let depth = PredictionDepth::of(&snapshot, 7)?;
        assert_eq!(depth.probes, ["inputs", "hidden", "output", "probabilities"]);
        let expected = "-1000000000000000-3000000300030010-1-00000-00030000-20000002";
        assert_eq!(text(&depth.depths), expected);
        let right = depth.accuracies().into_iter().map(|share| (share * SAMPLES as f64).round());
        assert_eq!(right.collect::<Vec<f64>>(), [46.0, 46.0, 45.0, 49.0]);
        assert_eq!(depth.counts(), [45, 3, 2, 4]);
        assert_eq!(depth.deepest(6), [18, 25, 29, 46, 52, 59]);
        assert_eq!(depth.predicted, snapshot.predicted_classes()?);
        assert_eq!(depth.classes, data.classes()?);
        let of_others = PredictionDepth::of_others(&snapshot, &others, 7)?;
        assert_eq!(text(&of_others.depths), "3000-00002000-000300");
        let votes = of_others.votes.iter().map(|votes| votes.iter().map(ToString::to_string).collect::<String>());
        let expected = ["12220222002220212122", "12220222002221212122", "12220222022221212122", "02220222022221212022"];
        assert_eq!(votes.collect::<Vec<_>>(), expected);
    }
    Ok(())
}

/// `tanh(z / 2)` is `2 sigmoid(z) - 1`: the same network but for the length of its outputs.
#[test]
fn a_single_output_has_the_depths_of_its_classes_by_zero_and_one_and_by_minus_one_and_one() -> Result<()> {
    let find = |last: Activation, scale: f32, of_class: fn(u32) -> f32| -> Result<PredictionDepth> {
        let layers =
            [Dense::new(5).name("hidden").activation(Activation::Tanh), Dense::new(1).name("output").activation(last)];
        let model = Sequential::builder(2).layers(layers).build(1)?.with_weights(&Weights::from_iter([
            eighths("hidden", [2, 5], 1, 4.0),
            eighths("hidden", [1, 5], 2, 1.0),
            eighths("output", [5, 1], 8, scale),
            eighths("output", [1, 1], 5, scale),
        ]))?;
        let inputs = inputs(SAMPLES, 0);
        let targets = labels(&network(), &inputs)?.into_iter().map(|label| of_class(label % 2)).collect();
        let replay = recorded(&model, &Dataset::new(inputs, Matrix::from_vec(SAMPLES, 1, targets))?)?;
        PredictionDepth::of(&replay.at(0)?, 5)
    };
    let bits = find(Activation::Sigmoid, 4.0, |class| class as f32)?;
    let signs = find(Activation::Tanh, 2.0, |class| 2.0 * class as f32 - 1.0)?;
    assert_eq!(bits.probes, ["inputs", "hidden", "output"]);
    assert_eq!((&bits.depths, &bits.votes, &bits.classes), (&signs.depths, &signs.votes, &signs.classes));
    assert!(bits.counts().iter().filter(|&&count| count > 0).count() > 1 && bits.predicted.contains(&Some(1)));
    Ok(())
}

/// The network as somebody else's, which shows one of its hidden units and says what its outputs are.
#[derive(Clone)]
struct Foreign(Sequential);

impl Model for Foreign {
    fn parameters(&self) -> Result<Vec<Parameter<'_>>> {
        self.0.parameters()
    }
}

impl Forward for Foreign {
    fn layers(&self) -> Vec<String> {
        self.0.layers()
    }

    fn with_weights(&self, weights: &Weights) -> Result<Self> {
        self.0.with_weights(weights).map(Self)
    }

    fn forward(&self, inputs: &Matrix, layers: Range<usize>) -> Result<Matrix> {
        self.0.forward(inputs, layers)
    }

    fn output_kind(&self) -> Option<OutputKind> {
        Some(OutputKind::Logits)
    }

    fn units(&self, layer: usize, outputs: Matrix) -> Result<Matrix> {
        Ok(if layer == 0 { outputs.columns(1, 1).into_owned() } else { outputs })
    }

    fn rows_at_once(&self, _: usize) -> usize {
        7
    }
}

#[test]
fn a_foreign_model_is_probed_by_the_units_that_it_shows() -> Result<()> {
    let data = data(SAMPLES, 0)?;
    let (built_in, foreign) = (network(), Foreign(network()));
    let replay = recorded(&foreign, &data)?;
    let found = PredictionDepth::of(&replay.run_with(&foreign).at(0)?, 7)?;
    let expected = PredictionDepth::of(&replay.run_with(&built_in).at(0)?, 7)?;
    assert_eq!((&found.probes, &found.predicted), (&expected.probes, &expected.predicted));
    for probe in [0, 2, 3] {
        assert_eq!(found.votes[probe], expected.votes[probe]);
    }
    assert_ne!(found.votes[1], expected.votes[1]);
    let shown = Caveat::Units { layer: "hidden".into(), units: 1, outputs: 5 };
    assert_eq!((found.caveats, expected.caveats), (vec![shown], Vec::new()));
    Ok(())
}

#[test]
fn any_number_of_threads_finds_the_same() -> Result<()> {
    let mut replay = Replay::options().dataset(&data(SAMPLES, 0)?).in_memory();
    for _ in 0..4 {
        replay.record(&network(), Metrics::new())?;
    }
    let alone = PredictionDepth::of(&replay.at(3)?, 7)?;
    for threads in [1, 3] {
        let found = replay.run()?.threads(threads).map(|snapshot| PredictionDepth::of(snapshot, 7))?;
        assert!(found.iter().all(|found| *found == alone));
    }
    Ok(())
}

#[test]
fn what_has_no_depth_is_an_error_that_says_what() -> Result<()> {
    let data = data(SAMPLES, 0)?;
    let replay = recorded(&network(), &data)?;
    let snapshot = replay.at(0)?;
    for neighbors in [0, SAMPLES, usize::MAX] {
        let message = PredictionDepth::of(&snapshot, neighbors).unwrap_err().to_string();
        assert!(message.contains("the number of neighbors") && message.contains("from 1 to 59"), "{message}");
    }
    assert!(PredictionDepth::of(&snapshot, SAMPLES - 1).is_ok());
    assert!(PredictionDepth::of_others(&snapshot, &data, SAMPLES).is_ok());
    assert!(PredictionDepth::of_others(&snapshot, &data, SAMPLES + 1).is_err());

    let refused = |data: &Dataset, model: &Sequential| -> Result<String> {
        let replay = recorded(model, data)?;
        Ok(PredictionDepth::of(&replay.at(0)?, 3).unwrap_err().to_string())
    };
    let numbers = Dataset::new(data.inputs().clone(), Matrix::from_fn(SAMPLES, 3, |i, j| (i + j) as f32))?;
    assert!(refused(&numbers, &network())?.contains("to name a class"));
    let words = Dataset::from_class_labels(Matrix::zeros(8, 2), &[0; 24], 3, 1 + 1)?;
    let six = Sequential::builder(2).layer(Dense::new(6)).logits().build(1)?;
    assert!(refused(&words, &six)?.contains("the number of positions of a sample is 3"));
    let diverged = network().with_weights(
        &weights()
            .into_iter()
            .map(|parameter| {
                let values = vec![f32::NAN; parameter.values().len()];
                Parameter::new(
                    parameter.layer().to_owned(),
                    parameter.name().to_owned(),
                    parameter.shape().to_vec(),
                    values,
                )
            })
            .collect(),
    )?;
    let message = refused(&data, &diverged)?;
    assert!(message.contains(r#"the values of probe "hidden""#) && message.contains("NaN"), "{message}");
    let wide = Dataset::from_class_labels(Matrix::zeros(2, 3), &[0, 1], 1, 3)?;
    assert!(matches!(PredictionDepth::of_others(&snapshot, &wide, 3), Err(Error::Shape { .. })));
    let mut no_data = Replay::options().in_memory();
    no_data.record(&network(), Metrics::new())?;
    assert!(matches!(PredictionDepth::of(&no_data.at(0)?, 3), Err(Error::Missing { .. })));
    Ok(())
}
